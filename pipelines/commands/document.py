"""`sightline document`: the reference pages, written from the declarations they describe."""

from __future__ import annotations

from pathlib import Path

from assets.marts.catalogue_model import Catalogue
from assets.marts.documentation import indicators_page, tables_page
from expectations.contract import ContractRegistry
from expectations.documentation import contract_page, rules_page
from expectations.finding_rule import finding_rules


def pages() -> dict[str, str]:
    """Every reference page: path below the documentation folder to text."""
    catalogue = Catalogue.load()
    return {
        "indicators.md": indicators_page(catalogue),
        "tables.md": tables_page(catalogue),
        "finding-rules.md": rules_page(finding_rules()),
        **{f"contracts/{name}.md": contract_page(contract) for name, contract in ContractRegistry.load().items()},
    }


def document_command(folder: Path) -> int:
    """Write the pages."""
    for name, text in pages().items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    print(f"Written: {len(pages())} pages below {folder}")
    return 0
