"""Raw: an asset for every extract an agency sends, made from the contracts.

Here: keys, partitions and counts. Not here: reading a file (`assets.raw`).
"""

import dagster as dg

from assets.raw.load import load_raw, receipts_of
from expectations.contract import REFERENCE, Contract, ContractRegistry
from pipelines.layers.intake import RECEIPTS
from pipelines.layers.scope import Scope, areas_in_scope, quarter_label
from pipelines.layers.selection import of_extract
from pipelines.metadata import counts
from pipelines.quarters import QUARTERS
from pipelines.resources import Partnership


def raw_key(agency: str, extract: str) -> dg.AssetKey:
    """Where an agency's extract stands in the graph."""
    return dg.AssetKey(["raw", agency, extract])


def raw_assets(contracts: ContractRegistry) -> list[dg.AssetsDefinition]:
    """A raw asset for every agency of every contract."""
    return [
        _reference_asset(contract) if contract.is_reference else _agency_asset(contract, agency)
        for contract in contracts.values()
        for agency in contract.agencies
    ]


def _agency_asset(contract: Contract, agency: str) -> dg.AssetsDefinition:
    @dg.asset(
        key=raw_key(agency, contract.extract),
        group_name=agency,
        tags=of_extract(contract.extract),
        kinds={"duckdb"},
        deps=[RECEIPTS],
        partitions_def=QUARTERS,
        description=f"{contract.title}, as sent: every row as text. {contract.description}",
    )
    def raw(context: dg.AssetExecutionContext, config: Scope, partnership: Partnership) -> dg.MaterializeResult:
        quarter = quarter_label(context)
        with partnership.warehouse(f"loading {contract.extract}") as connection:
            areas = areas_in_scope(connection, config, quarter)
            received = receipts_of(connection, contract.extract, agency, quarter, areas)
            rows = load_raw(connection, partnership.archive, partnership.contracts, contract, received)
        return dg.MaterializeResult(metadata=counts(rows, quarter=quarter, receipts=len(received), areas=len(areas)))

    return raw


def _reference_asset(contract: Contract) -> dg.AssetsDefinition:
    @dg.asset(
        key=raw_key(REFERENCE, contract.extract),
        group_name=REFERENCE,
        tags=of_extract(contract.extract),
        kinds={"duckdb"},
        deps=[RECEIPTS],
        description=f"{contract.title}, every edition as published. {contract.description}",
    )
    def raw(partnership: Partnership) -> dg.MaterializeResult:
        with partnership.warehouse(f"loading {contract.extract}") as connection:
            received = receipts_of(connection, contract.extract, REFERENCE)
            rows = load_raw(connection, partnership.archive, partnership.contracts, contract, received)
        return dg.MaterializeResult(metadata=counts(rows, receipts=len(received)))

    return raw
