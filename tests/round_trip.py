"""Random partnerships side by side in one warehouse, from files to derived figures, and what is true beside them.

Here: drawing partnerships, writing their files, the way through, and the comparison. Not here: any expectation, nor the
generator of lives and formats (`assets.synthetic`).
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from assets.marts.indicator_values import write_indicator_values
from assets.marts.tables import prepare_marts
from assets.synthetic.generate import NUMBERS, deliver, places, write_area
from assets.synthetic.lives import Order, live
from assets.synthetic.people import Place
from assets.synthetic.timeline import Quarter
from assets.synthetic.truth_files import TruthFiles, WhoIsWho
from tests.derived import CATALOGUE, TABLES
from tests.synthetic import taken_in
from warehouse.connection import transaction
from warehouse.home import Home

LAST_YEARS = range(2018, 2025)
"""Financial years that partnerships drawn here end in, by the year they begin in: codes and rules change with them."""
AREAS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
"""How many areas a partnership has, each as likely as it stands here."""
ANOTHER_LIFE = 1_000_000
"""Added to a seed: the lives that what was delivered in error tells of."""
AT_ONCE = timedelta(days=3)
"""When after its quarter what is delivered in error comes: before any right delivery does."""


@dataclass(frozen=True)
class Drawn:
    """A partnership at random: its areas, the children of each, the quarters delivered, and its seed."""

    seed: int
    areas: tuple[Place, ...]
    children: int
    quarters: tuple[Quarter, ...]
    delivered_in_error: float
    """Share of files before which another was delivered for the same place, all of it about other lives."""


def draw(count: int, seed: int, *, most_areas: int = 3, most_quarters: int = 6) -> list[Drawn]:
    """So many partnerships without an area in common, most of which end with a financial year."""
    chance = random.Random(seed)
    # Seeds one after another are some years apart.
    last = Quarter(LAST_YEARS[2 * seed % len(LAST_YEARS)], 4)
    standing = places(count * most_areas)
    return [
        Drawn(
            seed=1_000 * seed + number,
            areas=tuple(next(standing) for _ in range(min(most_areas, chance.choice(AREAS)))),
            children=chance.randint(150, 600),
            quarters=up_to(last.shift(-chance.choice((0, 0, 0, 1))), chance.randint(2, most_quarters)),
            delivered_in_error=chance.choice((0, 0, 0.1, 0.4)),
        )
        for number in range(count)
    ]


def up_to(last: Quarter, count: int) -> tuple[Quarter, ...]:
    """So many quarters, the last of which is given."""
    return tuple(last.shift(step) for step in range(1 - count, 1))


def write_partnerships(drawn: Sequence[Drawn], out: Path) -> None:
    """Write every partnership's files under `landing`, and the truth about all of them under `truth`."""
    truth = TruthFiles(out / "truth")
    block = NUMBERS // 1_000
    for each in drawn:
        for place in each.areas:
            order = Order(each.children, each.quarters, each.seed)
            write_area(live(place, order, block), out, truth, 0, {}, str)
            if each.delivered_in_error:
                _deliver_in_error(each, place, block, out)


def _deliver_in_error(drawn: Drawn, place: Place, block: int, out: Path) -> None:
    """Put files about other lives before some of an area's: what replaces them must leave no trace of them."""
    aside = out / "in-error"
    lives = live(place, Order(drawn.children, drawn.quarters, drawn.seed + ANOTHER_LIFE), block)
    deliver(lives, aside, WhoIsWho(lives), TruthFiles(aside / "truth"), 0, {})
    chance = random.Random(drawn.seed)
    for quarter in drawn.quarters:
        ended = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=quarter.end)
        for path in sorted((aside / "landing").rglob(f"{quarter.path}/*")):
            right = out / path.relative_to(aside)
            if right.exists() and chance.random() < drawn.delivered_in_error:
                target = right.with_name(f"in-error-{right.name}")
                shutil.move(path, target)
                os.utime(target, ((ended + AT_ONCE).timestamp(),) * 2)
    shutil.rmtree(aside)


@contextmanager
def counted(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with everything landed in core, and every quarter's figures made in order."""
    with taken_in(home) as taken:
        connection = taken.connection
        prepare_marts(connection, CATALOGUE)
        delivered = connection.execute(
            "SELECT quarter, list_sort(list(DISTINCT area_code)) FROM ops.receipt GROUP BY quarter ORDER BY quarter"
        ).fetchall()
        for quarter, areas in delivered:
            with transaction(connection):
                write_indicator_values(connection, CATALOGUE, TABLES, quarter, areas)
        yield connection


def define_differences(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
    """Define `compared`: every true figure beside the product's, as the latest delivery tells it and as the first did.

    `told` is `latest` or `first`. `outcome` is `equal`; `not_declared`: the catalogue counts no such breakdown;
    `history`: missing, for want of years that indeed nobody delivered; `not_delivered`: missing, for want of a yearly
    return that indeed nobody has sent yet; or `unequal`, which is everything else.
    """
    declared, sent = [], []
    for entry in CATALOGUE.values():
        if entry.derived is not None:
            declared += [(entry.id, each) for each in ("all", "phase", *entry.derived.breakdowns, *entry.derived.by)]
            read = TABLES[entry.derived.table].of_extracts(entry.derived.extracts)
            sent += [(entry.id, each.extract, each.covers == "last_day") for each in read]
    connection.execute("CREATE OR REPLACE TEMP TABLE declared (indicator_id VARCHAR, breakdown_type VARCHAR)")
    connection.executemany("INSERT INTO declared VALUES (?, ?)", declared)
    connection.execute("CREATE OR REPLACE TEMP TABLE sent (indicator_id VARCHAR, extract VARCHAR, is_of_a_day BOOLEAN)")
    connection.executemany("INSERT INTO sent VALUES (?, ?, ?)", sent)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared AS
        WITH truth AS ({_told(truth)}), derived AS (
            SELECT * FROM marts.indicator_values WHERE basis = 'derived'
            UNION ALL BY NAME SELECT * FROM marts.indicator_breakdowns
        ), newest AS (
            SELECT * FROM derived
            QUALIFY row_number() OVER (
                PARTITION BY indicator_id, area_code, breakdown_type, breakdown, period_type, period
                ORDER BY reported_in DESC) = 1
        ), figure AS (
            SELECT 'latest' AS told, NULL AS told_in, * FROM newest
            UNION ALL SELECT 'first', reported_in, * FROM derived
        )
        SELECT truth.told, truth.indicator_id, truth.area_code, truth.breakdown_type, truth.breakdown, truth.period,
               truth.numerator AS true_numerator, truth.denominator AS true_denominator,
               figure.numerator, figure.denominator, coalesce(figure.status, together.status) AS status,
               coalesce(figure.reason, together.reason) AS reason,
               CASE WHEN (truth.indicator_id, truth.breakdown_type) NOT IN (SELECT row(*COLUMNS(*)) FROM declared)
                    THEN 'not_declared'
                    WHEN figure.numerator IS NOT DISTINCT FROM truth.numerator
                         AND (truth.denominator IS NULL OR figure.denominator IS NOT DISTINCT FROM truth.denominator)
                    THEN 'equal'
                    WHEN {_is_short_of_history("coalesce(figure.reason, together.reason)")} THEN 'history'
                    WHEN {_is_not_delivered("coalesce(figure.reason, together.reason)")} THEN 'not_delivered'
                    ELSE 'unequal' END AS outcome
        FROM truth
        LEFT JOIN figure
          ON figure.told = truth.told AND figure.told_in IS NOT DISTINCT FROM truth.told_in
         AND figure.indicator_id = truth.indicator_id AND figure.area_code = truth.area_code
         AND figure.breakdown_type = truth.breakdown_type AND figure.breakdown = truth.breakdown
         AND figure.period_type = truth.period_type AND figure.period = truth.period
        LEFT JOIN figure AS together
          ON together.told = truth.told AND together.told_in IS NOT DISTINCT FROM truth.told_in
         AND together.indicator_id = truth.indicator_id AND together.area_code = truth.area_code
         AND together.period_type = truth.period_type AND together.period = truth.period
         AND together.breakdown_type = 'all'
        """
    )


def _told(truth: Path) -> str:
    columns = "types = {'breakdown': 'VARCHAR', 'numerator': 'DOUBLE', 'denominator': 'DOUBLE'}"
    return f"""
        SELECT 'latest' AS told, NULL AS told_in, * FROM read_csv('{truth / "indicators.csv"}', {columns})
        UNION ALL BY NAME
        SELECT 'first' AS told, reported_in AS told_in, * EXCLUDE (reported_in)
        FROM read_csv('{truth / "indicators_as_first_reported.csv"}', {columns})
    """


def _is_short_of_history(reason: str) -> str:
    """Whether a figure says that it needs a day before the first year that anything was delivered for."""
    first = "(SELECT min(quarter) FROM ops.receipt AS receipt WHERE receipt.area_code = truth.area_code)"
    return (
        f"try_cast(regexp_extract({reason}, '^history from (.+) needed$', 1) AS DATE) "
        f"< make_date(left({first}, 4)::INTEGER, 4, 1)"
    )


def _is_not_delivered(reason: str) -> str:
    """Whether a figure says that nothing delivered speaks for its period, and indeed nothing does.

    Of a year's later deliveries those of events speak for it too; a list of a day is of that quarter's last alone.
    """
    return f"""
        {reason} LIKE 'no delivery of%' AND NOT EXISTS (
            SELECT 1 FROM ops.receipt AS receipt JOIN sent USING (extract)
            WHERE sent.indicator_id = truth.indicator_id AND receipt.area_code = truth.area_code
              AND CASE WHEN sent.is_of_a_day THEN truth.period_type = 'snapshot' AND receipt.quarter = truth.period
                       ELSE left(receipt.quarter, 7) = left(truth.period, 7) AND receipt.quarter >= truth.period END)
    """
