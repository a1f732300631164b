"""An agent that says "Got it!" after every turn tells nothing, and is in the way of nothing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from holdfast import Memory, ScopedMemory
from holdfast.text import is_idle

SAID = (
    "The importer crashed again, we lowered the batch size to 500.",
    "We deploy every Thursday from main.",
    "Marta left the team, Jonas leads it now.",
)
HEARD = ("Got it!", "Noted.", "Great, thanks for telling me.")


def talk(ada: ScopedMemory, role: str = "assistant") -> None:
    """Tell three things, each answered that it was heard."""
    for text, answer in zip(SAID, HEARD, strict=True):
        ada.observe([{"role": "user", "content": text}, {"role": role, "content": answer}], thread="ops")


def found(ada: ScopedMemory) -> list[str]:
    """The turns that are found for a question, best first."""
    return [hit.item.text for hit in ada.search("who leads the team now?", kinds=["episode"], k=6)]


def test_what_was_told_is_found_before_what_was_heard() -> None:
    """A thread lifts what was told in it, and a context has no line for the rest."""
    with Memory("sqlite://") as memory:
        ada = memory.scoped(user="ada")
        talk(ada)
        assert found(ada)[0] == SAID[2]
        assert set(found(ada)[:3]) == {*SAID}
        context = ada.context("who leads the team now?", budget=200).text
        assert "Jonas" in context
        assert not [text for text in HEARD if text in context]


def test_a_user_who_says_so_answers() -> None:
    """ "Sure." may be a yes: what people say stays in its thread."""
    with Memory("sqlite://") as memory:
        ada = memory.scoped(user="ada")
        asked = [
            {"role": "assistant", "content": "Shall we meet Jonas at noon?"},
            {"role": "user", "content": "Sure, of course."},
        ]
        ada.observe(asked, thread="lunch")
        talk(ada)
        assert [hit.item.text for hit in ada.search("meet Jonas at noon?", k=2)] == [
            one["content"] for one in asked
        ]


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("OK", True), ("Okay, I'll keep that in mind.", True), ("You're welcome!", True), ("\U0001f44d", True),
        ("Is that all?", False), ("Lisbon", False), ("I'll do that on Friday.", False), ("It is 500.", False),
        ("Sure.", False), ("No.", False), ("Always.", False), ("Done.", False),
    ],
)  # fmt: skip
def test_what_says_nothing(text: str, idle: bool) -> None:
    """It is told by its words, all of which are of that kind; a question never is."""
    assert is_idle(text) is idle


def test_a_store_of_before_learns_it(tmp_path: Path) -> None:
    """What was kept by an earlier version is found as if it had been said today."""
    path = tmp_path / "m.db"
    with Memory(f"sqlite:///{path}") as memory:
        ada = memory.scoped(user="ada")
        talk(ada)
        expected = found(ada)
    db = sqlite3.connect(path)
    db.executescript(
        "DROP INDEX sightings_by_episode; DELETE FROM migrations WHERE name = '0011-said-again'; PRAGMA user_version = 10;"
        "UPDATE terms SET traits = traits & ~128"
    )
    db.close()
    with Memory(f"sqlite:///{path}") as memory:
        assert found(memory.scoped(user="ada")) == expected
