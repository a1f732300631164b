"""What waits for review is asked about, and the user's next words settle it where they are a yes or no to that question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Memory, MemoryItem, Scope, Session
from holdfast.errors import InvalidInput

ASKED = {"role": "user", "content": "I am diabetic. I am allergic to nuts."}


def said(text: str) -> dict[str, str]:
    """The user's words."""
    return {"role": "user", "content": text}


def reply(text: str) -> dict[str, str]:
    """The agent's words."""
    return {"role": "assistant", "content": text}


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A memory by words alone."""
    with Memory("sqlite://", embedder=None) as opened:
        yield opened


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("yes", "active"), ("Yes, please!", "active"), ("Sure, go ahead.", "active"), ("Yes, you may, thanks", "active"),
        ("Yes. Remember it.", "active"), ("No thanks.", "rejected"), ("Nope, don\u2019t.", "rejected"), ("I'd rather not", "rejected"),
    ],
)  # fmt: skip
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
        ("I see.", "Yes and no."),
        ("I see.", "Don't you ever ask?"),
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


@pytest.mark.parametrize("anew", [True, False])
@pytest.mark.parametrize(
    ("said", "settled"),
    [('May I remember this: "I am diabetic."?', 1), ("Noted. Is it OK if I remember that?", 1), ("Shall I deploy?", 0)],
)  # fmt: skip
def test_the_agent_may_ask_it_in_a_step_of_its_own(
    memory: Memory, said: str, settled: int, anew: bool
) -> None:
    """What the user said is kept first, then the reply with the question, in this process or in another; a yes answers it."""
    session = Session(memory, thread="t", user="ada")
    assert session.after_step({"role": "user", "content": "I am diabetic."}).questions
    session = Session(memory, thread="t", user="ada") if anew else session
    session.after_step(reply(said))
    assert len(session.after_step("yes").settled) == settled


@pytest.mark.parametrize(("word", "state"), [("yes", "active"), ("no", "rejected")])
def test_what_a_model_saves_of_what_is_sensitive_waits_for_the_users_word(
    memory: Memory, word: str, state: str
) -> None:
    """As what is read of the user's own words does; the agent is told how to ask, and the next yes or no settles it."""
    session = Session(memory, thread="t", user="ada")
    ada = memory.scoped(user="ada")
    told = session.call("save_memory", {"text": "The user is diabetic"})
    assert "saved" not in told
    assert told["pending"]["text"] == "The user is diabetic"
    assert list(ada.search("diabetic")) == []
    again = session.call("save_memory", {"text": "The user is diabetic"})
    assert again["pending"]["id"] == told["pending"]["id"]
    assert len(ada.review()) == 1
    asked = told["message"].partition("Ask the user: ")[2]
    (question,) = session.after_step([{"role": "user", "content": "Good morning"}, reply(asked)]).questions
    assert question.startswith(asked)
    (settled,) = session.after_step(word).settled
    assert (settled.id, settled.state, settled.source.trust) == (told["pending"]["id"], state, "model")
    assert len(ada.search("diabetic", kinds=["fact"])) == (word == "yes")
    if word == "yes":  # and said once more it is known
        assert session.call("save_memory", {"text": "The user is diabetic"})["saved"]["id"] == settled.id
        assert ada.get(settled.id).sightings == 2


@pytest.mark.parametrize(
    "given",
    [
        {"text": "Takes metformin", "slot": "user.medication", "value": "metformin"},
        {"text": "The user went to confession", "slot": "user.note", "value": "I am a Catholic"},
    ],
)
def test_a_slot_or_its_value_may_be_what_is_sensitive(memory: Memory, given: dict[str, str]) -> None:
    """Whatever the text says."""
    session = Session(memory, thread="t", user="ada")
    assert "pending" in session.call("save_memory", given)
    assert memory.scoped(user="ada").current(given["slot"]) is None


def test_policy_says_what_of_a_model_waits() -> None:
    """What it allows is kept at once; what the user's own program saves never waits, nor does what was said."""
    with Memory("sqlite://", embedder=None, policy={"health": "allow"}) as open_to_all:
        session = Session(open_to_all, thread="t", user="ada")
        assert "saved" in session.call("save_memory", {"text": "The user is diabetic"})
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        assert ada.save("The user is diabetic").state == "active"
        said = ada.save("The user is diabetic", kind="episode", source={"trust": "model"})
        assert said.state == "active"
        two = ada.save_many(
            [{"text": "The user is bipolar", "source": {"trust": "model"}, "idempotency_key": "a"}] * 2
        )
        assert [(one.id, one.state) for one in two] == [(two[0].id, "pending")] * 2


def test_a_model_rewrites_nothing_into_what_is_sensitive(memory: Memory) -> None:
    """It is told to save it as a memory of its own, which asks."""
    session = Session(memory, thread="t", user="ada")
    saved = session.call("save_memory", {"text": "The user likes cake"})["saved"]
    told = session.call("update_memory", {"id": saved["id"], "version": 1, "text": "The user is diabetic"})
    assert told["error"] == "DoesNotFit"
    assert "health" in told["message"]
    assert memory.scoped(user="ada").get(saved["id"]).text == "The user likes cake"


def test_what_was_settled_elsewhere_is_left(memory: Memory) -> None:
    """An answer that comes too late changes nothing."""
    session = Session(memory, thread="t", user="ada")
    [first, second] = [one.item for one in session.after_step(ASKED).observation.of("pending") if one.item]
    session.confirm(first.id, False)
    assert [item.id for item in session.after_step("yes").settled] == [second.id]
    assert [item.text for item in memory.scoped(user="ada").search("diabetic", kinds=["fact"])] == []


AGO = datetime.now(UTC) - timedelta(days=1_200)


@pytest.fixture
def worked(memory: Memory) -> MemoryItem:
    """What was said long ago: an employer, which is good for two years, and a name, which stays."""
    ada = memory.scoped(user="ada")
    ada.save("Ada's name is Ada", slot="user.name", value="Ada", observed_at=AGO)
    return ada.save("Ada works at Initech", slot="user.employer", value="Initech", observed_at=AGO)


def asked_of(session: Session, input: str) -> tuple[str, ...]:
    """Take a step and return its questions."""
    session.before_step(input)
    return session.after_step([{"role": "user", "content": input}, reply("I see.")]).questions


def test_what_is_old_is_asked_about_when_it_is_shown(memory: Memory, worked: MemoryItem) -> None:
    """Once in a session, with its age; and not what stays, nor what was not shown."""
    session = Session(memory, thread="t", user="ada")
    assert asked_of(session, "how is the weather?") == ()
    (question,) = asked_of(session, "where does Ada work? at Initech?")
    assert question.startswith("Is this still so, as of ")
    assert question.endswith(f'"Ada works at Initech"? ({worked.id})')
    session.after_step("whatever")
    assert asked_of(session, "where does Ada work? at Initech?") == ()


def test_a_yes_makes_what_is_old_young_again(memory: Memory, worked: MemoryItem) -> None:
    """It is seen once more, nothing else of it changes, and another session does not ask."""
    session = Session(memory, thread="t", user="ada")
    asked_of(session, "where does Ada work? at Initech?")
    (settled,) = session.after_step("yes").settled
    assert (settled.id, settled.sightings, settled.valid_from) == (worked.id, 2, worked.valid_from)
    assert asked_of(Session(memory, thread="u", user="ada"), "where does Ada work? at Initech?") == ()
    assert memory.scoped(user="ada").maintain().to_confirm == ()


def test_a_no_ends_what_is_old(memory: Memory, worked: MemoryItem) -> None:
    """It was so until now: the past still answers with it."""
    ada, session = memory.scoped(user="ada"), Session(memory, thread="t", user="ada")
    asked_of(session, "where does Ada work? at Initech?")
    assert [item.id for item in session.after_step("no").settled] == [worked.id]
    assert ada.current("user.employer") is None
    then = ada.get(worked.id, valid_at=AGO + timedelta(days=1))
    assert then is not None
    assert then.value == "Initech"


def test_what_the_step_itself_replaces_is_not_asked_about(memory: Memory, worked: MemoryItem) -> None:
    """The user has said it."""
    session = Session(memory, thread="t", user="ada")
    assert asked_of(session, "I no longer work at Initech, I work at Hooli now.") == ()
    now = memory.scoped(user="ada").current("user.employer")
    assert now is not None
    assert now.value == "Hooli"


def test_an_answer_that_may_not_be_written_loses_no_turn(memory: Memory, worked: MemoryItem) -> None:
    """Where only its owner may change a memory it stays as it is, and what was said is kept."""
    ada, session = memory.scoped(user="ada"), Session(memory, thread="t", actor="bot", user="ada")
    asked_of(session, "where does Ada work? at Initech?")
    memory.policy(set={"name": "own facts", "rule": "write", "kind": "fact", "who": "owner"})
    after = session.after_step("no")
    assert after.settled == ()
    assert [item.text for item in after.observation.episodes] == ["no"]
    assert ada.current("user.employer") is not None


def test_what_all_share_is_confirmed_where_it_is(memory: Memory) -> None:
    """A shared memory is renewed or ended in its own place, and the turn is kept."""
    memory.scoped(user="ada").save(
        "Initech employs Bob", slot="bob.employer", value="Initech", observed_at=AGO, scope=Scope.shared()
    )
    for word in ("yes", "no"):
        session = Session(memory, thread=word, user="ada")
        if word == "no":
            memory.scoped(user="ada").save(
                "Initech employs Eve",
                slot="eve.employer",
                value="Initech",
                observed_at=AGO,
                scope=Scope.shared(),
            )
        assert asked_of(session, "whom does Initech employ?")
        after = session.after_step(word)
        assert [item.scope for item in after.settled] == [Scope.shared()]
        assert [item.text for item in after.observation.episodes] == [word]


def test_another_process_takes_the_answer(memory: Memory) -> None:
    """A session that is opened for each request settles what the one before it asked; another user or thread does not."""
    Session(memory, thread="t", user="ada").after_step([ASKED, reply("I see.")])
    assert Session(memory, thread="t", user="ben").after_step("yes").settled == ()
    assert Session(memory, thread="u", user="ada").after_step("yes").settled == ()
    settled = Session(memory, thread="t", user="ada").after_step("yes").settled
    assert [(item.text, item.state) for item in settled] == [
        ("I am diabetic.", "active"),
        ("I am allergic to nuts.", "active"),
    ]
    assert Session(memory, thread="t", user="ada").after_step("yes").settled == ()


def test_another_process_does_not_take_what_was_no_answer(memory: Memory) -> None:
    """Once the user has said something else, a later yes is to something else in every process."""
    Session(memory, thread="t", user="ada").after_step([ASKED, reply("I see.")])
    Session(memory, thread="t", user="ada").after_step("which ones?")
    assert Session(memory, thread="t", user="ada").after_step("yes").settled == ()
    assert len(memory.scoped(user="ada").review()) == 2


def test_what_wrap_kept_waiting_was_asked_by_nobody(memory: Memory) -> None:
    """The model's reply asks no question of the memory's, so no yes is an answer to one; what waits goes on waiting."""
    session = Session(memory, thread="t", user="ada")
    ask = session.wrap(lambda messages: "I see.")
    ask([{"role": "user", "content": "I am diabetic."}])
    ask([{"role": "user", "content": "ok"}])
    assert session.after_step("yes").settled == ()
    [waiting] = memory.scoped(user="ada").review()
    assert session.confirm(waiting.id, True).state == "active"


def test_wrap_takes_the_answer_to_what_was_asked_before(memory: Memory) -> None:
    """A question of a step that was shown is answered whichever way the next words come."""
    Session(memory, thread="t", user="ada").after_step([ASKED, reply("I see.")])
    Session(memory, thread="t", user="ada").wrap(lambda messages: "Good.")("yes")
    assert memory.scoped(user="ada").review().items == ()


def test_a_step_handed_over_again_is_kept_once_and_settles_once(tmp_path: Path) -> None:
    """By another process, say, after a crash: its yes is not taken for an answer to what the step itself asked."""
    first = [*map(said, ("I am allergic to nuts.", "The server is on port 8080.")), reply("Noted.")]
    second = [*map(said, ("yes", "I have asthma.")), reply("Fine.")]
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    asked = []
    for steps in ([first], [first, second], [second]):
        with Memory(url, embedder=None) as memory:
            session = Session(memory, thread="t", user="ada")
            for n, step in enumerate(steps):
                after = session.after_step(step, idempotency_key="step 1" if step is first else "step 2")
                asked.append((after.questions, [item.text for item in after.settled]))
                assert len(after.observation.episodes) == 3, n
    (nuts,), (asthma,) = asked[0][0], asked[2][0]
    assert asked == [((nuts,), []), ((nuts,), []), ((asthma,), ["I am allergic to nuts."]), ((asthma,), [])]
    assert "asthma" in asthma
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        assert sorted(item.text for item in ada.list(kinds=["fact"])) == [
            "I am allergic to nuts.",
            "The server is on port 8080.",
        ]
        assert len(ada.list(kinds=["episode"]).items) == 6


def test_a_step_that_comes_again_late_answers_nothing(memory: Memory) -> None:
    """Steps may be handed over by a queue, out of order: the yes of one before is no yes to what was asked since."""
    session = Session(memory, thread="t", user="ada")
    session.after_step([said("I am allergic to nuts."), reply("Noted.")], idempotency_key="1")
    session.after_step([said("yes"), reply("Fine.")], idempotency_key="2")
    asked = session.after_step([said("I have asthma."), reply("I see.")], idempotency_key="3").questions
    late = session.after_step([said("yes"), reply("Fine.")], idempotency_key="2")
    assert (late.settled, late.questions) == ((), asked)
    [waiting] = memory.scoped(user="ada").review()
    assert waiting.text == "I have asthma."
    with pytest.raises(InvalidInput, match="idempotency_key"):  # before anything is settled
        session.after_step([said("yes"), reply("Fine.")], idempotency_key="4" * 250)
    settled = session.after_step([said("yes"), reply("Fine.")], idempotency_key="4").settled
    assert [one.state for one in settled] == ["active"]


def test_what_the_user_refused_a_model_does_not_ask_for_again(memory: Memory) -> None:
    """In other words either; what is something else still waits for a yes, and so does what the user says anew."""
    session = Session(memory, thread="t", user="ada")
    session.after_step([said("I am diabetic."), reply("Noted.")])
    assert [item.state for item in session.after_step([said("no"), reply("Fine.")]).settled] == ["rejected"]
    for text in ("I am diabetic.", "The user is diabetic"):
        told = session.call("save_memory", {"text": text})
        assert told["error"] == "InvalidInput"
        assert "did not want" in told["message"]
    assert session.call("save_memory", {"text": "The user is allergic to nuts"})["pending"]
    (nuts,) = session.after_step([said("What can I eat?"), reply("Bread.")]).questions
    assert "nuts" in nuts
    (anew,) = session.after_step([said("Remember that I am diabetic."), reply("Shall I?")]).questions
    assert "diabetic" in anew


def test_what_is_said_again_in_other_words_is_asked_once(memory: Memory) -> None:
    """Whatever stands around it, it is one question, and one memory once that is answered."""
    session, ada = Session(memory, thread="t", user="ada"), memory.scoped(user="ada")
    session.after_step("I have diabetes.")
    again = session.after_step("Well, please remember that I have diabetes")
    assert [one.reason for one in again.observation.of("known")] == ["waits for review already"]
    [waiting] = ada.review()
    ada.review(waiting.id, approve=True)
    assert len(ada.list(kinds=["fact"])) == 1
