"""The shipped table of words that mean much the same."""

from __future__ import annotations

import pytest

from holdfast.related import TABLE, related
from holdfast.text import Analyzer


@pytest.mark.parametrize(("word", "other"), [("pets", "cat"), ("instrument", "flute"), ("dessert", "pie")])
def test_common_words_have_near_ones(word: str, other: str) -> None:
    """What is asked in general is said in particular."""
    (stem,) = Analyzer("english").terms(word)
    found = dict(related(stem))
    assert other in found
    assert stem not in found


def test_near_words_come_nearest_first_and_few() -> None:
    """At most eight, with shares above 0 and at most 1; a word that is not in the table has none."""
    shares = [share for _, share in related("dog")]
    assert 0 < len(shares) <= 8
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share <= 1 for share in shares)
    assert related("xyzzy") == ()


def test_the_table_is_small() -> None:
    """It travels with every install."""
    assert TABLE.stat().st_size < 400_000
