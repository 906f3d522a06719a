"""Finding rules: what must hold across figures, each a query that returns what does not.

Here: the model of a rule file and reading them. The relations a rule may read (`figure`, `previous_report`,
`indicator_part`) and the writing of findings are `assets.marts.findings`. Not here: rules about a row of a delivery
(contracts). A finding never stops anything.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from expectations.declarations import read_declaration


class FindingRule(BaseModel):
    """One general rule. Its SQL gives indicator_id, area_code, period, basis, expected, found, message, source."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    severity: Literal["error", "warning", "info"]
    title: str
    explanation: str
    sql: str


def finding_rules(folder: Path | Traversable | None = None) -> tuple[FindingRule, ...]:
    """Every rule below a folder (default: those the product ships), by name. Raises pydantic's ValidationError."""
    root = folder or files("expectations") / "rules"
    found = [
        FindingRule.model_validate(read_declaration(path.read_text(encoding="utf-8")))
        for path in root.iterdir()
        if path.name.endswith(".yml")
    ]
    return tuple(sorted(found, key=lambda rule: rule.rule))
