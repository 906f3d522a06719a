"""The example's second part: made-up children whose true counts are the report's, landed as agencies would send them.

Here: making the files in the home, and what is published of the place: populations, wards, deprivation. Not here: the
children (`assets.synthetic.southampton`), nor the figures agencies returned (`pipelines.example`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

from assets.synthetic.southampton import Unmet, generate_southampton
from pipelines.example import (
    RETURNS,
    children_landed,
    children_list,
    example_folder,
    expect,
    land_missing,
    refuse_others,
    returned_below,
)
from warehouse.home import Home

_ABOUT_THE_PLACE = tuple(
    f"reference/{name}/"
    for name in (
        "population",
        "population_by_age",
        "population_by_small_area",
        "small_area_lookup",
        "deprivation",
    )
)


def land_children_example(home: Home, say: Callable[[str], None]) -> None:
    """Make and land the children's files where they are not landed yet; the truth about them stands beside `landing`.

    The few made-up police episodes among the returns give way to the children's own.
    Raises HomeError where the home holds deliveries that are not the example's.
    """
    refuse_others(home, set())
    listed = children_landed(home)
    if listed and all((home.landing / relative).is_file() for relative in listed):
        return
    home.create()
    aside = home.root / ".children"
    shutil.rmtree(aside, ignore_errors=True)
    unmet: list[Unmet] = []
    generate_southampton(aside, 0, unmet.append, say)
    say(f"{len(unmet)} printed cells no whole number of children gives (`sightline synthesise` names them)")
    made = sorted(path.relative_to(aside / "landing") for path in (aside / "landing").rglob("*") if path.is_file())
    shutil.rmtree(home.root / "truth", ignore_errors=True)
    (aside / "truth").rename(home.root / "truth")
    # Listed first: where landing is interrupted, the files already there are known to be the example's.
    children_list(home).write_text("".join(f"{relative.as_posix()}\n" for relative in made), encoding="utf-8")
    for relative in made:
        target = home.landing / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        (aside / "landing" / relative).replace(target)
    expect(home, aside / "calendar.csv")
    shutil.rmtree(aside)
    with example_folder(RETURNS) as folder:
        land_missing(home, folder, returned_below(folder, *_ABOUT_THE_PLACE))
