"""Batches made ahead: in their order, no more of them waiting than were asked for, and errors where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from warehouse.ahead import made_ahead


def _noting(made: list[int]) -> Iterator[int]:
    """A thousand batches, each noted when it is made."""
    for number in range(1000):
        made.append(number)
        yield number


def test_batches_come_in_their_order() -> None:
    assert list(made_ahead(range(50), ahead=3)) == list(range(50))


def test_no_batches_are_none() -> None:
    assert list(made_ahead([])) == []


def test_no_more_batches_wait_than_asked_for() -> None:
    made: list[int] = []
    for taken, _ in enumerate(made_ahead(_noting(made), ahead=2), start=1):
        # The one in hand and those that wait; a third is begun when the next is asked for.
        assert len(made) <= taken + 2


def test_an_error_comes_after_the_batches_before_it() -> None:
    def making() -> Iterator[int]:
        yield 1
        yield 2
        raise ValueError("the third")

    batches = made_ahead(making())
    assert [next(batches), next(batches)] == [1, 2]
    with pytest.raises(ValueError, match="the third"):
        next(batches)


def test_who_takes_no_more_does_not_wait_for_the_rest() -> None:
    made: list[int] = []
    batches = made_ahead(_noting(made), ahead=4)
    assert next(iter(batches)) == 0
    batches.close()  # type: ignore[attr-defined]
    assert len(made) < 20
