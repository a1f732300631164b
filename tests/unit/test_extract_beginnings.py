"""With which letters what an expression fits can begin: never too few, or a row would be passed over that fits."""

from __future__ import annotations

import pytest

from benchmarks import extraction
from holdfast.extract.beginnings import beginnings
from holdfast.extract.people import _IDENTITY, _MINE, _ROUND
from holdfast.extract.predicates import predicate
from holdfast.extract.rules import PERSON
from holdfast.extract.spelling import form, plain
from holdfast.extract.things import THING


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        ("live in", "l"), ("Live|work", "lw"), ("(?:be )?(?:now )*live", "bnl"), ("(?P<v>ab|cd)+x", "ac"), ("(?!no)(?=ye)yes", "y"), ("a{2,3}b", "a"), ("a{0,1}b", "ab"),
        (r"\.x", "."), ("(?-i:X)y", "x"), ("(?:a|)b", "ab"), (r"\bto", "t"), ("x??y", "xy"), ("(?:(?:a )?b )?c", "abc"),
    ],
)  # fmt: skip
def test_what_can_begin(pattern: str, letters: str) -> None:
    """Alternatives, what may be left out, and what only looks ahead."""
    assert beginnings(pattern) == frozenset(letters)


@pytest.mark.parametrize(
    "pattern", [r"\w+", ".x", "[a-c]", "(?:a)?", "", "(?:a?)(?:b?)", r"(?P<v>x)?(?(v)y|z)"]
)
def test_what_can_begin_with_anything(pattern: str) -> None:
    """Classes, and what may be empty."""
    assert beginnings(pattern) is None


def test_no_row_is_passed_over_that_fits() -> None:
    """Of all labelled sentences each predicate that a row fits begins as the row says."""
    said = [plain(one["say"]).rstrip(".!") for one in extraction.sentences()[::4]]
    tails = (
        {predicate(one.partition(" ")[2]) for one in said}
        | {one.partition(" ")[2] for one in said}
        | set(said)
    )
    for table in (PERSON, THING, _MINE, _IDENTITY, _ROUND):
        for rule in table:
            letters = beginnings(rule.form)
            left = [one for one in tails if one and letters is not None and one[0].lower() not in letters]
            assert not any(form(rule.form).fullmatch(one) for one in left), rule.form
