"""Comparing words that people typed: labels and headers broken inside, spaced, cased and punctuated at will.

Here: the one normal form they are compared in. Not here: what a label means (the catalogue) or what a
period header means (`assets.core.periods`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_NOT_WORD = re.compile(r"[^a-z0-9%£]+")


@lru_cache(maxsize=16_384)  # Every file's header is held against the headings of every contract, over and over.
def label_key(text: str) -> str:
    """The text without case, spaces, punctuation or accents, so that `Percentag e of` equals `Percentage of`."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_WORD.sub("", "".join(char for char in folded if not unicodedata.combining(char)))
