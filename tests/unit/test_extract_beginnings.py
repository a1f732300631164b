"""With what an expression can begin: never too little, or a row would be passed over that fits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from benchmarks import extraction
from holdfast.extract.beginnings import Rows, beginnings
from holdfast.extract.instructions import _PROCEDURES, _REPLIES
from holdfast.extract.people import _IDENTITY, _MINE, _ROUND
from holdfast.extract.predicates import predicate
from holdfast.extract.rules import PERSON
from holdfast.extract.spelling import begun, fits, form, plain
from holdfast.extract.things import THING


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        ("live in", ["live in"]), ("Live|work", ["live", "work"]), ("(?:be )?live", ["be live", "live"]), ("(?:be )?(?:now )*live", ["be now ", "be live", "now ", "live"]),
        ("(?P<v>ab|cd)+x", ["ab", "cd"]), ("(?!no)(?=ye)yes", ["yes"]), ("a{2,3}b", ["a"]), ("a{0,1}b", ["a", "b"]), (r"\.x", [".x"]), ("(?-i:X)y", ["xy"]), ("(?:a|)b", ["ab", "b"]),
        (r"\bto", ["to"]), ("x??y", ["xy", "y"]), ("(?:(?:a )?b )?c", ["a b c", "b c", "c"]), (r"go to \w+", ["go to "]), (r"v\d|w[ab]x", ["v", "w"]), ("a(?:b|c(?:d|e))f", ["abf", "acdf", "acef"]),
        (r"a\)(?:b\|c|[)|]d)e", ["a)b|ce", "a)"]), ("unabridged", ["unabrid"]),
    ],
)  # fmt: skip
def test_what_can_begin(pattern: str, begins: Sequence[str]) -> None:
    """Alternatives, what may be left out or come again, what only looks ahead, and classes, behind which anything may stand."""
    assert beginnings(pattern) == frozenset(begins)


@pytest.mark.parametrize(
    "pattern", [r"\w+", ".x", "[a-c]", "(?:a)?", "", "(?:a?)(?:b?)", r"(?P<v>x)?(?(v)y|z)"]
)
def test_what_can_begin_with_anything(pattern: str) -> None:
    """Classes, and what may be empty."""
    assert "" in beginnings(pattern)


def test_no_row_is_passed_over_that_fits() -> None:
    """Of all labelled sentences each predicate that a row fits is among those that begin as the row says."""
    said = [plain(one["say"]).rstrip(".!") for one in extraction.sentences()[::4]]
    tails = (
        {predicate(one.partition(" ")[2]) for one in said}
        | {one.partition(" ")[2] for one in said}
        | set(said)
    )
    tables = [[rule.form for rule in table] for table in (PERSON, THING, _MINE, _IDENTITY, _ROUND)]
    for patterns in (*tables, _PROCEDURES, [pattern for pattern, _ in _REPLIES]):
        rows = Rows(patterns)
        fitting = {one: rows.fitting(one) for one in tails if one}
        for place, pattern in enumerate(patterns):
            left = (one for one, places in fitting.items() if place not in places)
            assert not any(form(pattern).fullmatch(one) for one in left), pattern


@pytest.mark.parametrize(
    ("pattern", "text", "characters"),
    [
        ("(?:now|right now),? ", "RIGHT NOW, it rains", 11), ("(?:now|right now),? ", "nowhere", 0), (r"\w+ly ", "Really late", 7), ("is (?-i:[A-Z])", "Is Anna", 4), ("is (?-i:[A-Z])", "is anna", 0),
        ("istanbul ", "\u0130STANBUL is", 9), ("ok|so", "", 0),
    ],
)  # fmt: skip
def test_what_a_text_begins_with(pattern: str, text: str, characters: int) -> None:
    """Whatever its case, but where the expression says otherwise; its characters stay in their places."""
    assert begun(pattern, text) == characters
    assert fits(pattern, text[:characters]) is bool(characters)
