"""The receipts: what landed, entered into the ledger. Unpartitioned, for files name their quarter themselves."""

from collections import Counter

import dagster as dg

from assets.intake.take_in import take_in
from assets.reference.areas import areas
from pipelines.metadata import counts
from pipelines.resources import Partnership

RECEIPTS = dg.AssetKey("receipts")


@dg.asset(key=RECEIPTS, group_name="intake", kinds={"file", "duckdb"})
def receipts(context: dg.AssetExecutionContext, partnership: Partnership) -> dg.MaterializeResult:
    """One row per file received: recognised by content, archived, and put where its folders say."""
    home = partnership.home
    with partnership.warehouse("taking in files") as connection:
        taken = take_in(connection, home, partnership.contracts, areas(), home.as_of())
    outcomes = Counter(receipt.outcome or "recognised" for receipt in taken.entered)
    for receipt in taken.entered:
        context.log.info(f"{receipt.receipt_id}: {receipt.extract or 'no extract'}, {receipt.outcome or 'recognised'}")
    return dg.MaterializeResult(
        metadata=counts(len(taken.entered), **{"files still growing": taken.waiting}, **dict(sorted(outcomes.items())))
    )
