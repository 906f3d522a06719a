"""Reading declarations: contracts, catalogue and rules are YAML.

Here: the one way to read it. Not here: what any declaration must say (its own model).
"""

from __future__ import annotations

from typing import Any

import yaml

# The pure Python loader takes ten times as long, which every command would wait for.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_declaration(text: str) -> Any:
    """The content of a YAML document of plain values. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_LOADER)
