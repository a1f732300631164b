"""Roundabout ways to say a plain thing, and what looks like them and says nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.extraction import told
from holdfast import extract

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


def kept(said: str) -> list[tuple[str, str]]:
    """Return slot and value of all that a message of the user's gives."""
    found = told(extract.read([{"role": "user", "content": said}], now=NOW))
    return [(one.slots[0], one.values[0]) for one in found]


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("Bergen is where I live", "user.residence", "Bergen"), ("We've made Lisbon our home", "user.residence", "Lisbon"),
        ("I share a flat in Leipzig with two friends", "user.residence", "Leipzig"), ("Born and bred in Dunedin", "user.origin", "Dunedin"),
        ("nurse by day, writer by night", "user.occupation", "nurse"), ("As a teacher, I spend my evenings marking", "user.occupation", "teacher"),
        ("site engineer at Skanska here", "user.employer", "Skanska"), ("my boss at Tesco wants weekly reports", "user.employer", "Tesco"),
        ("I do IT support for Aldi", "user.occupation", "IT support"), ("I did my PhD in optics", "user.studies", "optics"),
        ("Carmen, my wife, hates cilantro", "user.wife", "Carmen"), ("my dog Tofu comes on every trip", "user.pet", "Tofu"),
        ("mother of two", "user.children", "2"), ("Developer here", "user.occupation", "Developer"), ("most people call me Bex", "user.goes_by", "Bex"), ("Marta here", "user.name", "Marta"),
        ("the bike's a Canyon Grizl", "user.bike", "Canyon Grizl"), ("I ride a Brompton to work", "user.owns", "Brompton"),
        ("I drive a 2014 Skoda Octavia estate", "user.owns", "2014 Skoda Octavia estate"),
        ("I own a tiny cabin up by Lake Inari", "user.owns", "cabin"), ("we just got solar panels", "user.owns", "solar panels"),
    ],
)  # fmt: skip
def test_a_roundabout_statement_is_read_as_the_plain_one(said: str, slot: str, value: str) -> None:
    """The subject may stand last, be left out or be explained in between."""
    assert (slot, value) in kept(said)


@pytest.mark.parametrize(
    "said",
    [
        "utils.py is where the bug lives", "we ended up in a mess after the refactor", "As a manager, I want to see reports", "as a language model you know",
        "Sunny here", "nothing new here", "my dream car is a Porsche 911", "I have a PhD in losing car keys", "I upgraded to it",
        "my dog Rex died last year", "there's a bug in my code", "I keep a budget in mind", "I shoot with confidence", "my best friend is Ctrl+Z",
        "our boss at the end wants more", "should I answer to Fitz?", "in the story my sister Leonie is a witch", "I'm working on a React app",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_says_nothing(said: str) -> None:
    """User stories, weather, bugs, dreams and the dead."""
    assert kept(said) == []
