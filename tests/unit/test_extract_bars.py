"""The bars that extraction is held to, on the labelled sentences and on made-up pairs; `benchmarks.extraction` prints the figures."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import extraction
from benchmarks._hostile import hostile
from benchmarks._pairs import Pair, pairs
from holdfast import extract

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


@pytest.mark.parametrize("path", [extraction.SENTENCES, extraction.HELD_OUT], ids=lambda path: path.stem)
def test_sentences(path: Path) -> None:
    """Of each file of labelled sentences, 40 % of them traps: precision .95 and recall .60 in all, and in classes with 20 findings."""
    labelled = extraction.sentences(path)
    assert len(labelled) >= 300
    assert sum("trap" in one for one in labelled) >= 0.4 * len(labelled)
    score = extraction.measure(labelled)
    for name, count in (*score.classes.items(), ("all", score.whole)):
        if count.right + count.wrong >= 20:
            assert count.precision >= 0.95, (name, count)
            assert count.recall >= 0.60, (name, count)


def test_blind_sentences() -> None:
    """Of sets somebody else wrote blind: precision .95 and recall .60 in those looked at; in the others no less than at first sight."""
    labelled = extraction.sentences(extraction.BLIND)
    traps = Counter(one["set"] for one in labelled if "trap" in one)
    assert all(traps[name] >= 0.45 * count for name, count in Counter(one["set"] for one in labelled).items())
    sets = extraction.measure(labelled).sets
    assert set(sets) == {f"blind {name}" for name in "abcdefghijlmno"}
    for name, count in sets.items():
        precision, recall = {
            "blind d": (0.95, 0.54),
            "blind e": (0.93, 0.48),
            "blind f": (0.91, 0.35),
            "blind h": (0.95, 0.49),
        }.get(name, (0.95, 0.60))
        assert count.precision >= precision, (name, count)
        assert count.recall >= recall, (name, count)


def test_said_otherwise() -> None:
    """What is read is read in 95 % of cases with words around it that change nothing: led up to, laughed at, with a remark behind it."""
    shares, misses = extraction.said_otherwise(extraction.sentences()[::3])
    for way, share in shares.items():
        assert share >= 0.95, (way, misses)


@pytest.mark.parametrize(
    "text",
    [
        "i live in denial haha", "I'm allergic to small talk \U0001f602", "my cat owns the sofa lol", "call me Einstein lol", "I love mondays \U0001f605",
        "I'm a full time taxi driver for my kids lol", "my husband lives in the garage lol", "I'm basically a vet at this point lol",
        "She said I should mention that I'm vegan", "should I mention that I'm pregnant?", "Mention that the server runs on port 80 in the readme",
    ],
)  # fmt: skip
def test_a_joke_and_what_others_say_are_still_told_apart(text: str) -> None:
    """A laugh beside a figure of speech, and an order or a question to say something, state nothing."""
    assert extraction.told(extract.read([{"role": "user", "content": text}], now=NOW)) == []


@pytest.mark.parametrize("made", [pairs(300, seed=11), hostile(300, seed=12)], ids=["pairs", "hostile"])
def test_pairs(made: Sequence[Pair]) -> None:
    """No near miss ends what was known, and 98 % of changes do."""
    kinds, misses = extraction.judged(made)
    changes = {one.kind for one in made if one.ends}
    assert [line for line in misses if line[1:].partition("]")[0] not in changes] == []
    of, right = (sum(kinds[kind][n] for kind in changes) for n in (0, 1))
    assert right >= 0.98 * of, misses


def test_planted_secrets() -> None:
    """Secrets of 12 kinds and more, planted in text, metadata and tool results: none is left."""
    assert len(extraction.secrets()) >= 12
    assert extraction.planted()[1] == []


# One clause that goes on and on: what makes a careless expression try every way to read it.
LONG = [
    "the " + "a " * 290, "my " * 190, "i " + "really " * 80 + "like x", "I like " + "a and " * 90 + "b", "the " + "x to " * 110 + "y",
    "if " + "run, " * 110 + "run x", "use " + "use for " * 70, "we moved " + "from a to b " * 45, "'" * 590, "first " + "run a then " * 50,
    "I " + "live in " * 70, "i want " + "your more " * 55 + "answers", "my x is " + "called " * 80, "i have a " + "dog " * 120 + "named X",
    "I have a sister. " + "She " * 140 + "works", "it is " * 95 + "x", "the " + "sample " * 80 + "uses x", "I work for " + "three years " * 45, "i am a " + "very " * 110 + "nurse",
]  # fmt: skip


@pytest.mark.parametrize("text", [*LONG, "I live in Rome. " * 62_500, "'a b c' " * 125_000, "> x\n" * 250_000, "```" * 333_333])  # fmt: skip
def test_hostile_text_is_read_in_no_time(text: str) -> None:
    """A clause of 600 characters or a message of a million takes less than a second of processor time."""
    extract.read("I like jazz.", now=NOW)
    began = time.process_time()
    extract.read(text, now=NOW)
    assert time.process_time() - began < 1.0
