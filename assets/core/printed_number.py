"""A printed cell: the number in it however it was spaced, or the name of its absence.

Here: what survives between `84. 4%` and 84.4, and between `No data available` and `missing`. Not here: what
the number is a figure of (`assets.core.reported_figure`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+")
_QUALIFIED = re.compile(r"(over|more than|at least|about|up to)\s+(.+)", re.IGNORECASE)
"""A number with a word before it: it is read, and the words are kept beside it."""
_ABSENT_WORDS = re.compile(
    r"(no data|(data )?not (yet )?available|not collected|not recorded|not known|n/?a|awaiting)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_SYMBOLS = {
    "c": ("suppressed", "suppressed to protect confidentiality (c)"),
    "~": ("suppressed", "suppressed to protect confidentiality (~)"),
    "z": ("not_applicable", "not applicable (z)"),
    "x": ("missing", "not available (x)"),
    ":": ("missing", "not available (:)"),
    "low": ("low", "rounds to 0 (low)"),
    "k": ("low", "rounds to 0 (k)"),
}
"""The symbols of official statistics, alone in a cell or in square brackets."""
MAXIMUM_DIGITS = 12
BLANK = "the cell is blank"


@dataclass(frozen=True)
class PrintedNumber:
    """What a cell says. `status` is None where it says nothing that can be read."""

    number: Decimal | None
    decimals: int | None
    percent_sign: bool
    status: str | None
    reason: str | None


def read_printed_number(text: str | None) -> PrintedNumber:
    """Read a cell: spaces may stand anywhere, a pound sign before and a percent sign after the number.

    Commas must part thousands; six decimals are kept, which removes the noise of binary fractions.
    """
    if text is None or not text.strip():
        return PrintedNumber(None, None, False, "missing", BLANK)
    words = " ".join(text.split())
    packed = "".join(text.split())
    symbol = _SYMBOLS.get(packed.strip("[]").casefold())
    if symbol:
        return PrintedNumber(None, None, False, *symbol)
    if _ABSENT_WORDS.fullmatch(words):
        return PrintedNumber(None, None, False, "missing", words)
    if qualified := _QUALIFIED.fullmatch(words):
        return replace(read_printed_number(qualified[2]), reason=words)
    percent = packed.endswith("%")
    digits = packed.removesuffix("%").removeprefix("£")
    if not _NUMBER.fullmatch(digits) or len(digits) > MAXIMUM_DIGITS + 8:
        return PrintedNumber(None, None, percent, None, None)
    number = round(Decimal(digits.replace(",", "")), 6)
    if abs(number) >= 10**MAXIMUM_DIGITS:
        return PrintedNumber(None, None, percent, None, None)
    decimals = min(len(digits.partition(".")[2]), 6)
    return PrintedNumber(number, decimals, percent, "value", None)
