"""Roundabout ways to say a plain thing, and what looks like them and says nothing."""

from __future__ import annotations

import pytest

from holdfast import Memory
from tests.unit.reading import kept


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
        ("Leopold Vanhoutte speaking", "user.name", "Leopold Vanhoutte"), ("This is Ruaridh from Skyline Couriers", "user.name", "Ruaridh"),
        ("I live an hour north of Hanoi", "user.residence", "Hanoi"), ("We're in UTC+5:30", "user.timezone", "UTC+5:30"),
        ("by trade I'm a piano tuner", "user.occupation", "piano tuner"), ("i'm a single dad", "user.marital status", "single"),
        ("I own a small sailboat moored in Cowes", "user.owns", "small sailboat"),
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
        "Sunny here", "Broken again.", "Strictly speaking, no", "this is Lisbon from above", "nothing new here", "my dream car is a Porsche 911", "I have a PhD in losing car keys", "I upgraded to it",
        "my dog Rex died last year", "there's a bug in my code", "I keep a budget in mind", "I shoot with confidence", "I train on a small dataset", "we just leased a bunch of servers", "I have a pair of questions", "my best friend is Ctrl+Z",
        "our boss at the end wants more", "should I answer to Fitz?", "in the story my sister Leonie is a witch", "I'm working on a React app",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_says_nothing(said: str) -> None:
    """User stories, weather, bugs, dreams and the dead."""
    assert kept(said) == []


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("what should I get my sister Ana for her birthday?", "user.sister", "Ana"), ("I run a bakery with my cousin Leyla", "user.cousin", "Leyla"),
        ("my dog Biscuit ate a whole avocado, should I worry", "user.pet", "Biscuit"), ("my physio (Annelie, she's great) says six weeks", "user.physio", "Annelie"),
        ("can you find a present for my brother Lorenz?", "user.brother", "Lorenz"), ("walking Bolt, our dog, twice a day", "user.pet", "Bolt"),
        ("why does my MacBook Air keep crashing?", "user.owns", "MacBook Air"),
    ],
)  # fmt: skip
def test_who_is_named_in_passing_is_kept(said: str, slot: str, value: str) -> None:
    """A question or a remark takes for granted whose name it is."""
    assert (slot, value) in kept(said)


@pytest.mark.parametrize(
    "said",
    [
        "he told me my brother Tom is late", "I'm writing a story where my sister Anna is a spy", "thank my wife, Claude.", "I sold my Volvo V60 years ago?", "is my Kindle account locked", "my late husband Tom loved it",
        "translate this: my sister Ana is here", "is my sister Monday or Tuesday?",
    ],
)  # fmt: skip
def test_not_of_the_dead_of_others_or_of_stories(said: str) -> None:
    """What others tell, stories, the dead, and a name that calls the listener."""
    assert kept(said) == []


def test_a_name_in_passing_ends_nothing_that_is_known() -> None:
    """Another name than the known one may be a slip: it is left alone."""
    with Memory("sqlite://", embedder=None) as memory:
        user = memory.scoped(user="u")
        user.observe([{"role": "user", "content": "My wife's name is Ana."}])
        seen = user.observe([{"role": "user", "content": "what should I get my wife Anne for her birthday?"}])
        assert [one.outcome for one in seen.judgements] == ["skipped"]
