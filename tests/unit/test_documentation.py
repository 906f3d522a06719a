"""The reference pages under docs/reference say what the declarations say today."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.commands.document import pages

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_what_its_declaration_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "write it anew: sightline document"


def test_no_reference_page_outlives_its_declaration() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.md")} == set(pages())
