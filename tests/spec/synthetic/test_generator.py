"""The generator: the same bytes for the same arguments, areas that do not know of each other, nothing mixed."""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from assets.synthetic.generate import OutNotEmptyError, Partnership, generate, places
from pipelines.cli import main
from tests.spec.synthetic.conftest import SMALL


def contents(root: Path) -> dict[str, tuple[str, float]]:
    """Every file's hash and time."""
    found = {}
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        received = path.stat().st_mtime if "landing" in path.parts else 0
        found[path.relative_to(root).as_posix()] = (hashlib.sha256(path.read_bytes()).hexdigest(), received)
    return found


def test_the_same_arguments_give_the_same_bytes_received_at_the_same_times(written: Path, tmp_path: Path) -> None:
    generate(SMALL, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(written)


def test_another_seed_gives_other_lives(written: Path, tmp_path: Path) -> None:
    generate(replace(SMALL, seed=6), tmp_path / "other")
    assert contents(tmp_path / "other") != contents(written)


def test_an_area_is_the_same_whatever_areas_stand_beside_it(tmp_path: Path) -> None:
    small = Partnership(children=300, quarters=1, seed=2)
    generate(replace(small, areas=1), tmp_path / "one")
    generate(replace(small, areas=3), tmp_path / "three")
    alone, beside = contents(tmp_path / "one"), contents(tmp_path / "three")
    landed = {name: found for name, found in alone.items() if name.startswith("landing/")}
    assert landed
    assert landed.items() <= beside.items()
    assert {name.split("/")[2] for name in beside if name.startswith("landing/")} == {place.code for place in places(3)}


def test_the_first_areas_are_real_and_later_ones_are_not() -> None:
    every = list(places(160))
    assert len({place.code for place in every}) == 160
    assert every[0].code == "E06000045"
    assert all(place.code.startswith("E99") for place in every[151:])


def test_memory_is_that_of_one_area(tmp_path: Path) -> None:
    def peak(areas: int) -> int:
        program = (
            "import resource, pathlib; from assets.synthetic.generate import Partnership, generate; "
            f"generate(Partnership({areas}, children=4000, quarters=2), pathlib.Path({str(tmp_path / str(areas))!r})); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        return int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)

    assert peak(5) < 1.2 * peak(1)


def test_what_stands_in_a_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(OutNotEmptyError):
        generate(SMALL, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_rows_are_stated_table_by_table(written: Path) -> None:
    stated: Counter[str] = Counter()
    with (written / "truth" / "rows.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            stated[row["table"]] += int(row["rows"])
    for table in ("missing_episodes", "emergency_attendances", "pupilonroll"):
        lines = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in written.rglob(f"{table}.csv"))
        assert stated[table] == lines > 0


def test_the_command_writes_a_partnership_and_says_what_it_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "made"
    assert main(["synthesise", "--out", str(out), "--children", "300", "--quarters", "1", "--faults", "5%"]) == 0
    printed = capsys.readouterr().out
    assert "pupilonroll" in printed
    assert "domestic abuse notification" in printed
    assert re.search(r"^[1-9][0-9,]* faults planted", printed, re.MULTILINE)
    assert (out / "truth" / "faults.csv").read_text(encoding="utf-8").count("\n") > 10
    assert main(["synthesise", "--out", str(out)]) == 1


@pytest.mark.parametrize("wrong", [["--faults", "2"], ["--children", "0"], ["--last", "2019-20"], ["--areas", "few"]])
def test_arguments_that_make_no_sense_are_refused(tmp_path: Path, wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["synthesise", "--out", str(tmp_path / "made"), *wrong])
    assert stopped.value.code == 1
