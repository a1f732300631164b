"""What waits for review is asked about, and the user's next words settle it where they are a yes or no to that question."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from holdfast import Memory, Session

ASKED = {"role": "user", "content": "I am diabetic. I am allergic to nuts."}


def reply(text: str) -> dict[str, str]:
    """The agent's words."""
    return {"role": "assistant", "content": text}


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A memory by words alone."""
    with Memory("sqlite://", embedder=None) as opened:
        yield opened


@pytest.mark.parametrize(
    ("word", "state"), [("yes", "active"), ("Yes, please!", "active"), ("No thanks.", "rejected")]
)
def test_a_yes_or_no_in_the_next_turn_settles_all_that_was_asked(
    memory: Memory, word: str, state: str
) -> None:
    """Also where the agent's reply is kept in a step of its own, between question and answer."""
    session = Session(memory, thread="t", user="ada")
    after = session.after_step(ASKED)
    assert len(after.questions) == 2
    assert session.after_step(reply("I see.")).settled == ()
    settled = session.after_step(word).settled
    assert [(item.text, item.state) for item in settled] == [
        ("I am diabetic.", state),
        ("I am allergic to nuts.", state),
    ]
    assert memory.scoped(user="ada").review().items == ()
    assert session.after_step(word).settled == ()


@pytest.mark.parametrize(
    ("replied", "word"),
    [
        ("Shall I deploy it now?", "yes"),  # to the agent's own question
        ("I see.", "Yes, but call me later"),
        ("I see.", "which ones?"),
        ("I see.", ""),
    ],
)
def test_what_is_no_answer_to_it_settles_nothing(memory: Memory, replied: str, word: str) -> None:
    """It goes on waiting, and a later yes is an answer to something else."""
    session = Session(memory, thread="t", user="ada")
    session.after_step([ASKED, reply(replied)])
    if word:
        assert session.after_step(word).settled == ()
        assert session.after_step("yes").settled == ()
    assert len(memory.scoped(user="ada").review()) == 2


def test_the_agent_may_ask_it_itself(memory: Memory) -> None:
    """A reply that ends with the question itself is that question."""
    session = Session(memory, thread="t", user="ada")
    session.after_step(
        [{"role": "user", "content": "I am diabetic."}, reply('May I remember this: "I am diabetic"?')]
    )
    assert [item.state for item in session.after_step("yes").settled] == ["active"]


def test_what_was_settled_elsewhere_is_left(memory: Memory) -> None:
    """An answer that comes too late changes nothing."""
    session = Session(memory, thread="t", user="ada")
    [first, second] = [one.item for one in session.after_step(ASKED).observation.of("pending") if one.item]
    session.confirm(first.id, False)
    assert [item.id for item in session.after_step("yes").settled] == [second.id]
    assert [item.text for item in memory.scoped(user="ada").search("diabetic", kinds=["fact"])] == []
