"""Whose figure a printed cell is, and of which part of the area's children: the words of headers and titles.

Here: comparators by header, areas by name, phases by title. Not here: labels of indicators (the catalogue) or periods
(`assets.core.periods`).
"""

from __future__ import annotations

from functools import cache

from assets.labels import label_key
from assets.reference.areas import areas

OWN, NEIGHBOURS = "area", "statistical_neighbours"
_COMPARATORS = {
    NEIGHBOURS: ("SN", "SNs", "Statistical neighbours", "Statistical neighbour average"),
    "england": ("England", "National"),
    "south_east": ("South East",),
}
_PHASES = {
    "primary": "primary",
    "secondary": "secondary",
    "special": "special",
    "pupilreferralunit": "pru",
    "nursery": "nursery_4yo",
}
"""What a title holds of a school phase, and the phase."""


@cache
def _by_header() -> dict[str, str]:
    named = {label_key(area.area_name): area.area_code for area in areas().values() if area.delivers}
    known = {label_key(header): name for name, headers in _COMPARATORS.items() for header in headers}
    return {**named, **known}


def subject_of(header: str | None, area_code: str) -> tuple[str, bool] | None:
    """Whose figure a header stands for, and whether it is the gap to it; None where the header names nobody.

    `Southampton %` is the area's own in a delivery for Southampton and a comparator in any other.
    """
    key = label_key(header or "").removesuffix("%")
    gap = key.endswith("gap")
    found = _by_header().get(key.removesuffix("gap"))
    if found is None and gap:
        found = _by_header().get(f"{key.removesuffix('gap')}s")
    if found is None:
        return None
    return (OWN if found == area_code else found), gap


def phase_of(title: str) -> str | None:
    """The school phase a title names, if it names one."""
    key = label_key(title)
    return next((phase for words, phase in _PHASES.items() if words in key), None)
