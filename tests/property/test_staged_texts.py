"""A cell's text is staged without the white space around it, whatever stands in it."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.core.staging import BLANKS, WHITE_SPACE, stage_flat
from expectations.contract import ContractRegistry

TABLE = next(table for table in ContractRegistry.load()["lait"].tables)
SPACES = st.text(st.sampled_from(WHITE_SPACE), max_size=3)
INSIDE = st.text(max_size=6) | st.sampled_from([*BLANKS, "a", "a b", "a\nb", "é", "~", "\x7f", "\x1f", "\x00"])
TEXTS = st.lists(st.none() | st.tuples(SPACES, INSIDE, SPACES).map("".join), min_size=1, max_size=30)


@settings(deadline=None, max_examples=200)
@given(TEXTS)
def test_white_space_around_a_text_goes_and_a_blank_is_nothing(texts: list[str | None]) -> None:
    raw = pl.DataFrame({column.name: pl.Series(texts, dtype=pl.String) for column in TABLE.columns})
    stripped = [None if text is None else text.strip(WHITE_SPACE) for text in texts]
    staged = stage_flat(raw.with_columns(row_number=pl.int_range(pl.len())), TABLE).sort("row_number")
    assert staged["measure__text"].to_list() == [None if text in BLANKS else text for text in stripped]
