"""What a user wants in no memory, and what waits for a yes, is not kept in the agent's words either."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast import Draft, Memory, Session, Source

PRIVATE = "Don't remember this: my boss Carl leaves in May."
CALL = {
    "id": "c",
    "type": "function",
    "function": {"name": "search", "arguments": '{"query": "Carl leaves"}'},
}


def user(text: str) -> dict[str, Any]:
    """The user's words."""
    return {"role": "user", "content": text}


def agent(text: str | None, *calls: dict[str, Any]) -> dict[str, Any]:
    """The agent's words and calls."""
    return {"role": "assistant", "content": text, "tool_calls": [*calls]}


def opened(path: Path, **given: Any) -> Memory:
    """A store in a file."""
    return Memory(f"sqlite:///{path / 'm.db'}", embedder=None, **given)


def turns(memory: Memory) -> list[str]:
    """What is kept of what was said, in order."""
    page = memory.scoped(user="ada").list(kinds=["episode"], sort="id", descending=False)
    return [item.text for item in page]


STEPS = [
    user(PRIVATE), agent(None, CALL), {"role": "tool", "tool_call_id": "c", "content": "Carl is in the directory."},
    agent("Understood, I won't tell that Carl leaves. Anything else?"),
]  # fmt: skip


@pytest.mark.parametrize("apart", [True, False])
def test_what_is_withheld_is_in_no_answer_that_is_kept(tmp_path: Path, apart: bool) -> None:
    """Not in the agent's reply, nor in what it asked a tool or got from it, in the same step or in one that follows."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        for step in [[one] for one in STEPS] if apart else [STEPS]:
            session.after_step(step)
        session.after_step([user("What is 2 + 2?"), agent("4.")])
        session.end()
        kept = turns(memory)
        assert kept[1].startswith("search(")
        assert kept[3].endswith("Anything else?")
        assert kept[-2 if len(kept) > 6 else -1] == "4."
    assert not any(b"Carl" in one.read_bytes() for one in tmp_path.iterdir())


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_an_order_that_means_what_was_said_before_holds_for_its_answer(tmp_path: Path, steps: int) -> None:
    """ "Don't remember that" has none of the words that are not to be told, wherever one step ends and the next begins."""
    said = [
        user("My boss Carl leaves in May."), agent("Poor Carl."), user("Don't remember that."),
        agent("I won't tell that Carl leaves."),
    ]  # fmt: skip
    ends = {1: [4], 2: [2, 4], 3: [2, 3, 4], 4: [1, 2, 3, 4]}[steps]
    with opened(tmp_path) as memory:
        session, at = Session(memory, thread="t", user="ada"), 0
        for end in ends:
            session.after_step(said[at:end])
            at = end
        assert len(turns(memory)) == 4
        assert "Carl" not in str(turns(memory))


@pytest.mark.parametrize("apart", [True, False])
def test_what_waits_is_in_no_answer_that_is_kept(tmp_path: Path, apart: bool) -> None:
    """Until a yes, also for a process that opens the conversation after the question; a no leaves it so."""
    steps = [user("I have diabetes."), agent("Sorry about your diabetes. Fish is fine.")]
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        for step in [[one] for one in steps] if apart else [steps]:
            asked = session.after_step(step)
        Session(memory, thread="t", user="ada").after_step(agent("Or soup, for diabetes."))
        assert turns(memory)[1:] == ["[waiting for review] Fish is fine.", "[waiting for review]"]
        settled = session.after_step([user("no"), agent("Fine, your diabetes is forgotten.")])
        assert len(settled.settled) == 1
        assert turns(memory)[-1] == "[waiting for review]"
        assert asked.observation.episodes


def test_what_waits_is_known_by_its_own_word(tmp_path: Path) -> None:
    """What else is of that type may be told, and so may another conversation of the same batch."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        session.after_step(
            [user("I have type 2 diabetes."), agent("Which type of fish? None with diabetes in it.")]
        )
        assert turns(memory)[1] == "Which type of fish? [waiting for review]"
        session.after_step(
            [user("My colleague Bob has cancer."), agent("Poor Bob. Cancer is hard. Is Bob's branch merged?")]
        )
        assert turns(memory)[3] == "Poor Bob. [waiting for review] Is Bob's branch merged?"
        drafts = [("a", "user", "I have diabetes."), ("b", "assistant", "Diabetes is a film.")]
        told = [
            Draft(text, kind="episode", thread=thread, source=Source(role=role))
            for thread, role, text in drafts
        ]
        memory.scoped(user="bea").observe(told)
        kept = memory.scoped(user="bea").list(kinds=["episode"], sort="id").items
        assert kept[0].text == "Diabetes is a film."


def test_after_a_yes_it_may_be_told(tmp_path: Path) -> None:
    """What the user approved is no secret any more."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        session.after_step([user("I have diabetes."), agent("May I remember that?")])
        session.after_step([user("yes"), agent("I will think of your diabetes.")])
        assert turns(memory)[-1] == "I will think of your diabetes."


def test_what_a_tool_saved_that_waits_is_in_no_turn(tmp_path: Path) -> None:
    """The call and its result are turns as well."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        given = {"text": "Ada has asthma", "slot": "user.condition", "value": "asthma"}
        told = session.call("save_memory", given)
        call = {"id": "c", "function": {"name": "save_memory", "arguments": json.dumps(given)}}
        result = {"role": "tool", "tool_call_id": "c", "content": json.dumps(told)}
        after = session.after_step(
            [user("go on"), agent(None, call), result, agent("May I remember that you have asthma?")]
        )
        assert after.questions
        assert "asthma" not in str(turns(memory))
        assert session.after_step("yes").settled[0].text == "Ada has asthma"


def test_an_agents_own_question_stays_one_where_it_is_masked(tmp_path: Path) -> None:
    """A yes to it approves nothing."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        session.after_step([user("I have diabetes."), agent("Shall I plan around your diabetes?")])
        assert session.after_step("yes").settled == ()


def test_what_is_to_be_forgotten_is_not_kept_in_the_confirmation(tmp_path: Path) -> None:
    """ "OK, I forgot that you live in Paris" would tell it."""
    with opened(tmp_path) as memory:
        session = Session(memory, thread="t", user="ada")
        session.after_step(user("I live in Paris."))
        order = user("Forget that I live in Paris.")
        session.after_step([order, agent("OK, I forgot that you live in Paris. Bye.")])
        assert "Paris" not in str(turns(memory))
        assert turns(memory)[-1].endswith("Bye.")


def test_a_growing_list_is_known_again_where_answers_are_masked(tmp_path: Path) -> None:
    """No turn comes twice, and none unmasked the second time."""
    replies = iter([agent(None, CALL), agent("Carl, I see."), agent("Hello!")])
    with opened(tmp_path) as memory:
        ask = Session(memory, thread="t", user="ada").wrap(lambda messages: next(replies))
        said: list[Any] = [user(PRIVATE)]
        said.append(ask(said))
        said.append({"role": "tool", "tool_call_id": "c", "content": "Carl is in the directory."})
        said.append(ask(said))
        said.append(user("Hi there"))
        said.append(ask(said))
        assert len(turns(memory)) == len(said)
        assert "Carl" not in str(turns(memory))


@pytest.mark.parametrize(
    "said", ["I have diabetes.", "Forget about Acme", "Don't remember this: Acme has diabetes."]
)
def test_a_step_handed_over_again_is_the_same_whatever_is_masked_by_then(tmp_path: Path, said: str) -> None:
    """What waited is settled, what was to be forgotten is gone: the second time less of the answer may be masked."""
    step = [user(said), agent("Acme and diabetes. Fine.")]
    with opened(tmp_path) as memory:
        Session(memory, thread="t", user="ada").after_step(user("I work at Acme."))
        first = Session(memory, thread="t", user="ada").after_step(step, idempotency_key="k")
        for item in memory.scoped(user="ada").review():
            memory.scoped(user="ada").review(item.id, approve=True)
        again = Session(memory, thread="t", user="ada").after_step(step, idempotency_key="k")
        ids = [[one.id for one in each.observation.episodes] for each in (first, again)]
        assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("said", "receipts"), [(PRIVATE, 0), ("I have diabetes, what may I eat?", 0), ("Which port is it?", 1)]
)
def test_no_receipt_is_kept_of_what_is_not_to_be(tmp_path: Path, said: str, receipts: int) -> None:
    """A receipt tells what was asked."""
    with opened(tmp_path) as memory:
        Session(memory, thread="t", user="ada").before_step(said, keep=True)
        assert len(memory.scoped(user="ada", session="t").recalls().items) == receipts
