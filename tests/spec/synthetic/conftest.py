"""One small partnership for all specs of the generator."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.synthetic.generate import Partnership, generate, places
from assets.synthetic.lives import Lives, Order, live

SMALL = Partnership(children=1_500, quarters=4, seed=5)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small partnership on disk."""
    out = tmp_path_factory.mktemp("synthetic") / "partnership"
    generate(SMALL, out)
    return out


@pytest.fixture(scope="session")
def lives() -> Lives:
    """The lives of an area of some size."""
    return live(next(places(1)), Order(8_000, SMALL.delivered, 3), 500_000)
