"""Lines without a header: a label, a period, a figure; and below it another area's figure under the area's name.

Here: finding such lines. Not here: tables with a header (the modules beside this one).
"""

from __future__ import annotations

from collections.abc import Sequence

from assets.labels import label_key
from assets.raw.layouts.rows import PrintedCell
from assets.raw.readers.grid import GridRow
from assets.reference.areas import areas

LAYOUT = "label_period_value"
_PERIODS = ("this year", "this quarter")


def find(rows: Sequence[GridRow]) -> tuple[set[int], list[PrintedCell]]:
    """The lines' numbers and their figures; both empty where the rows hold none."""
    names = {label_key(area.area_name) for area in areas().values()}
    found: set[int] = set()
    cells: list[PrintedCell] = []
    label: str | None = None
    for row in rows:
        filled = [cell for cell in row.cells if cell]
        if len(filled) != 3 or (row.cells[1] or "").casefold() not in _PERIODS:
            continue
        area = row.cells[0] if label_key(row.cells[0] or "") in names and label else None
        label = label if area else row.cells[0]
        found.add(row.number)
        cells.append(PrintedCell(row.number, 2, LAYOUT, label, row.cells[2], period=row.cells[1], comparator=area))
    return found, cells
