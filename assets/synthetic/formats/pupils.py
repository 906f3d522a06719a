"""Education's name fields of a pupil, as its records have them.

Here: what its extracts share. Not here: any extract.
"""

from __future__ import annotations

import polars as pl

from assets.synthetic.view import View


def named(view: View, events: pl.DataFrame, at: str) -> pl.DataFrame:
    """Events with what education knows of the person; the home is that on the column `at`."""
    records, people, person = view.lives.records["education"], view.lives.people, events["person"].to_numpy()
    upn = pl.Series(people.upn[person], dtype=pl.String)
    return events.with_columns(
        upn=pl.when(pl.Series(records.numbered[person])).then(upn),
        upn_of_school=upn,
        forename=pl.Series(records.forename[person], dtype=pl.String),
        surname=pl.Series(records.surname[person], dtype=pl.String),
        born=pl.Series(people.born[person].astype("datetime64[D]")).cast(pl.Date),
        sex=pl.Series(people.sex[person], dtype=pl.String),
        ethnicity=pl.Series(people.ethnicity[person], dtype=pl.String),
        home_postcode=view.home_on("education", events["person"], events[at]),
        education_child_ref=pl.Series(view.lives.education_ref[person], dtype=pl.String),
    )
