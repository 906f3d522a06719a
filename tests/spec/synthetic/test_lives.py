"""Lives: counts are met, agencies differ as they should, one thing raises another."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from assets.synthetic.agencies import AGE_BANDS
from assets.synthetic.lifts import lifts
from assets.synthetic.lives import Lives
from assets.synthetic.timeline import age_on
from assets.synthetic.truth import area_indicators


def test_one_thing_raises_another(lives: Lives) -> None:
    found = {(lift.first, lift.then): lift for lift in lifts(lives)}
    assert len(found) == 7
    for pair in (
        ("domestic abuse notification", "referral"),
        ("referral", "suspension"),
        ("looked after", "missing episode"),
    ):
        assert found[pair].both >= 5
        assert found[pair].ratio > 1.8


def test_families_share_a_name_and_a_home_and_some_children_are_twins(lives: Lives) -> None:
    people = lives.people
    family = pl.DataFrame(
        {"family": people.family, "home": people.home.tolist(), "surname": people.surname.tolist(), "born": people.born}
    )
    several = family.group_by("family").agg(
        pl.len(), pl.col("home").n_unique().alias("homes"), pl.col("surname").n_unique().alias("names")
    )
    several = several.filter(pl.col("len") > 1)
    assert several.height > 500
    assert several["homes"].max() == 1
    assert (several["names"] == 1).mean() > 0.7
    assert people.twin.sum() > 10


def test_agencies_know_a_child_by_identifiers_of_their_own(written: Path) -> None:
    known: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    with (written / "truth" / "person.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known[row["agency"]][row["id_kind"]].add(row["person_key"])
    assert set(known) == {"council", "police", "health", "education"}
    shared = known["council"]["la_child_id"] & known["police"]["police_person_ref"]
    assert len(shared) > 20
    assert known["health"]["record"]


def test_records_differ_and_never_across_an_age_band(lives: Lives) -> None:
    people, records = lives.people, lives.records["police"]
    differs = records.surname != people.surname
    assert 0.02 < np.mean(differs) < 0.3
    swapped = np.flatnonzero(records.born != people.born)
    assert swapped.size > 20
    events = lives.events["missing"].filter(pl.col("person").is_in(swapped.tolist()))
    person, on = events["person"].to_numpy(), events["reported"].cast(pl.Date).to_physical().to_numpy()
    true, recorded = (np.digitize(age_on(born[person], on), AGE_BANDS) for born in (people.born, records.born))
    assert (true == recorded).all()


def test_nobody_is_in_two_cases_two_plans_or_two_periods_of_care_at_once(lives: Lives) -> None:
    cases = lives.events["case"].filter(~pl.col("nfa")).rename({"referred": "started", "closed": "ended"})
    for spans in (cases, lives.events["plan"], lives.events["period"]):
        ordered = spans.select("person", "started", "ended").sort("person", "started")
        before = pl.col("ended").shift(1).over("person")
        later = ordered.with_columns(before=before).filter(~pl.col("person").is_first_distinct())
        assert later.height > 5
        assert later["before"].null_count() == 0
        assert (later["before"] <= later["started"]).all()


def test_parts_of_absence_sum_to_the_whole(lives: Lives) -> None:
    figures = area_indicators(lives).filter(pl.col("breakdown") != "nursery_4yo")
    place, parts = ["breakdown", "period"], ["absence_authorised", "absence_unauthorised"]
    overall = figures.filter(pl.col("indicator_id") == "absence_overall").select(*place, "numerator")
    of_parts = figures.filter(pl.col("indicator_id").is_in(parts))
    both = overall.join(of_parts.group_by(place).agg(pl.col("numerator").sum().alias("parts")), on=place)
    assert both.height >= 8
    assert (both["numerator"] == both["parts"]).all()


def test_stocks_follow_from_flows(lives: Lives) -> None:
    quarters = lives.order.quarters
    figures = area_indicators(lives).filter(
        (pl.col("breakdown_type") == "all") & (pl.col("indicator_id") == "cpp_open")
    )
    stock = dict(zip(figures["period"], figures["numerator"], strict=True))
    plans = lives.events["plan"].filter(~pl.col("temporary"))
    for before, quarter in pairwise(quarters):
        begin, end = (np.datetime64(edge, "D").astype(object) for edge in (quarter.start, quarter.end))
        begun = plans.filter(pl.col("started").is_between(begin, end)).height
        over = plans.filter(pl.col("ended").is_between(begin, end)).height
        assert stock[quarter.label] == stock[before.label] + begun - over
