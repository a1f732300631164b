"""observe: what was said is kept, what can be read out of it is judged, and nothing disappears without a reason."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast import Draft, Memory, MemoryItem, Scope, Source
from holdfast.attributes import Attribute
from holdfast.engine.corpus import Told
from holdfast.engine.succession import Answered, raised
from holdfast.errors import InvalidInput, NotFound
from holdfast.filters import In
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.types import changed

START = datetime(2026, 5, 1, 9, tzinfo=UTC)


def told(text: str, day: int = 0, role: str = "user", **more: Any) -> dict[str, Any]:
    """A message of some day."""
    return {"role": role, "content": text, "at": START + timedelta(days=day), **more}


def test_the_server_moved() -> None:
    """The article's case: 9090 answers, 8080 is history, and both sentences stay searchable."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        first = ada.observe([told("The server is on port 8080.")], thread="ops")
        second = ada.observe([told("The server is now on port 9090, not 8080.", 1)], thread="ops")
        old = first.judgements[0].item
        assert old is not None
        assert [one.outcome for one in second.judgements] == ["superseded"]
        assert second.judgements[0].ids == (old.id,)
        now, then = (
            ada.current("server.port"),
            ada.current("server.port", valid_at=START + timedelta(hours=1)),
        )
        assert now is not None
        assert then is not None
        assert (now.value, then.value) == (9090, 8080)
        assert now.source.lineage == (second.episodes[0].id,)
        texts = [hit.text for hit in ada.search("which port", k=10)]
        assert "The server is on port 8080." in texts  # the episode


def test_an_episode_that_tells_an_old_value_is_flagged() -> None:
    """8080 comes below 9090 and says what replaced it, also when that was replaced too; no context shows it alone."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        [old] = ada.observe([told("The server is on port 8080.")], thread="ops").episodes
        ada.observe([told("The server is now on port 9090, not 8080.", 1)], thread="ops")
        hits = ada.search("which port is the server on?")
        assert hits[0].item.value == 9090
        flagged = {hit.id: hit.outdated_by for hit in hits if hit.outdated_by}
        assert flagged == {old.id: hits[0].id}
        assert memory.scoped(user="bob").search("which port is the server on?") == []
        for budget in range(10, 200, 10):
            text = ada.context("which port is the server on?", budget=budget, min_relevance=0.0).text
            assert "9090" in text or "8080" not in text
        ada.observe([told("The server is now on port 9191, not 9090.", 2)], thread="ops")
        now = ada.current("server.port")
        hits = ada.search("which port is the server on?")
        assert {hit.text for hit in hits if hit.outdated_by == now.id} == {
            "The server is on port 8080.",
            "The server is now on port 9090, not 8080.",
        }
        then = ada.search("server port", valid_at=START + timedelta(hours=1))
        assert [hit.outdated_by for hit in then if hit.id == old.id] == [None]


def test_what_holds_now_stands_above_what_told_it_before() -> None:
    """Also where the question names the old value, and where k has room for one alone; what raised it is a signal."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        [old] = ada.observe([told("The server is on port 8080.")], thread="ops").episodes
        ada.observe([told("The server is no longer on 8080, it is on 9090.", 1)], thread="ops")
        ada.save("The server room is locked")
        now = ada.current("server.port")
        hits = ada.search("is it still on port 8080?")
        assert [hit.id for hit in hits][:2] == [now.id, old.id]
        assert hits[0].score > hits[1].score
        assert hits[0].signals["succeeds"] > 0
        assert "succeeds" not in hits[1].signals
        assert sum(hits[0].signals.values()) == pytest.approx(hits[0].score)
        assert ada.explain(hits.receipt).faithful
        assert ada.rerun(hits.receipt).same
        (only,) = one = ada.search("is it still on port 8080?", k=1)
        assert only.id == now.id
        assert ada.why_not(one.receipt, old.id).stage == "below k"
        turns = ada.search("is it still on port 8080?", kinds=["episode"])
        assert (turns[0].id, turns[0].outdated_by) == (old.id, now.id)  # the filter keeps out what it does
        then = ada.search("is it still on port 8080?", valid_at=START + timedelta(hours=1))
        assert "succeeds" not in then[0].signals


def test_what_holds_now_stands_above_also_where_nothing_tells_them_apart() -> None:
    """A query that fits neither gives both one score: the search used to count on for ever from there."""
    with Memory("sqlite://", embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("The server is on port 8080.")
        ada.observe("The server is now on port 9090, not 8080.")
        hits = ada.search("zzz")
        assert [hit.item.value for hit in hits[:1]] == [9090]
        assert hits[0].score > hits[1].score
        assert hits[1].outdated_by == hits[0].id
        assert sum(hits[0].signals.values()) == hits[0].score


@pytest.mark.parametrize("apart", [0.0, 5e-324, 1e-300, 1e-17, 1e-9, 0.3])
def test_a_memory_is_raised_by_little_however_near_the_scores_are(apart: float) -> None:
    """To the next number above the other score, in no time."""
    lower = Told(0.5 - apart, 0.0, [], {"words": 0.5 - apart})
    item = MemoryItem(id=str(uuid.uuid4()), version=1, text="x", kind="fact", scope=Scope(user="ada"))
    other = changed(item, id=str(uuid.uuid4()))
    answer = [Answered(item, lower._replace(score=0.5), None, []), Answered(other, lower, None, [])]
    first = raised(answer, {item.id: other.id}, {})[0]
    assert first.item.id == other.id
    assert 0.5 < first.told.score < 0.5 + 1e-15
    assert sum(first.told.signals.values()) == first.told.score


def test_earlier_preferences_are_retired_and_others_stay() -> None:
    """ "Ignore my previous preferences, I now want shorter responses" speaks of the length of replies, not of jazz."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I prefer long answers. I like jazz.")])
        ada.observe([told("Ignore my previous preferences, I now want shorter responses.", 1)])
        live = {item.slot: item.value for item in ada.list(kinds=["preference"]).items}
        assert live["replies.length"] == "short"
        assert live["user.likes"] == "jazz"


def test_every_candidate_has_an_outcome() -> None:
    """Questions, suppositions and what an agent claims are skipped with a reason, and kept as episodes all the same."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(
            [
                told("Do I live in Paris?"),
                told("If I lived in Rome, I would cycle."),
                told("I moved to Oslo.", role="assistant"),
                told("I live in Bergen."),
            ]
        )
        assert len(seen.episodes) == 4
        assert [item.value for item in ada.list(kinds=["fact"]).items] == ["Bergen"]
        assert all(one.reason for one in seen.judgements)
        assert "added" in {one.outcome for one in seen.judgements}


def test_secrets_reach_nothing() -> None:
    """A key in a message, a tool call or a result is masked in the episode, its tags and every other field."""
    secret = "sk-proj-" + "a1B2c3D4" * 5
    call = {
        "id": "c1",
        "type": "function",
        "function": {"name": "login", "arguments": f'{{"key": "{secret}"}}'},
    }
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(
            [
                told(f"My API key is {secret}"),
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": f"logged in with {secret}"},
            ]
        )
        assert len(seen.episodes) == 3
        assert {one.outcome for one in seen.judgements} == {"redacted"}
        assert secret not in repr(seen)
        assert secret not in repr(ada.list(limit=100))


def test_what_is_sensitive_waits_for_a_word() -> None:
    """A diagnosis is in no search, list or episode until it is approved; a rejected one never is."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe([told("I am diabetic and I like tea.")])
        waiting = ada.review().items
        assert [item.state for item in waiting] == ["pending"]
        assert [one.outcome for one in seen.judgements] == ["pending", "added"]
        assert "diabetic" not in repr(seen.episodes)
        assert not [hit for hit in ada.search("diabetic") if "diabetic" in repr(hit)]
        with pytest.raises(NotFound):
            ada.get(waiting[0].id)
        approved = ada.review(waiting[0].id, approve=True).items[0]
        assert (approved.state, approved.value) == ("active", "diabetic")
        assert ada.search("diabetic")[0].id == approved.id
        assert ada.review().items == ()
        with pytest.raises(NotFound):
            ada.review(approved.id, approve=False)


def test_a_rejected_memory_stays_out() -> None:
    """Rejecting keeps no live value and no slot."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I am diabetic.")])
        [waiting] = ada.review().items
        assert ada.review(waiting.id, approve=False).items[0].state == "rejected"
        assert ada.review().items == ()
        assert ada.current("user.condition") is None


def test_not_to_be_remembered() -> None:
    """ "Don't remember this" leaves an episode that says only that something was withheld: no word of it, not even a tag."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe([told("Don't remember this: I live in Zanzibar.")])
        assert [one.outcome for one in seen.judgements] == ["withheld"]
        assert "zanzibar" not in repr((seen, ada.list(limit=10))).lower()


def test_forgetting_deletes_what_is_known() -> None:
    """ "Forget that" deletes the memory it names, which can be restored, and nothing else."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I like jazz. I like tea.")])
        seen = ada.observe([told("Forget that I like jazz.", 1)])
        assert [one.outcome for one in seen.judgements] == ["forgotten"]
        assert [item.value for item in ada.list(kinds=["preference"]).items] == ["tea"]
        assert ada.restore(seen.judgements[0].ids[0]).value == "jazz"


def test_a_conflict_is_kept_open_and_settled() -> None:
    """Two dated values of the same day contradict: both stay, flagged, until one is chosen."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        when = START + timedelta(days=3)
        one = ada.save("The port is 1", slot="server.port", value=1, valid_from=when)
        two = ada.save("The port is 2", slot="server.port", value=2, valid_from=when)
        assert [{item.id for item in group} for group in ada.conflicts()] == [{one.id, two.id}]
        assert ada.resolve(two.id).conflicts_with == ()
        assert ada.conflicts() == []
        current = ada.current("server.port")
        assert current is not None
        assert current.id == two.id
        with pytest.raises(InvalidInput, match="contradicts none"):
            ada.resolve(two.id)


def test_said_later_holds_later() -> None:
    """A move that dates itself before an undated value is no history: nobody knew when the earlier value began."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("I live in Paris.")])
        ada.observe([told("I moved to Berlin last week.", 3)])
        current = ada.current("user.residence")
        assert current is not None
        assert current.value == "Berlin"


def test_an_echo_is_no_news() -> None:
    """What was just recalled and comes back from the agent or a tool is flagged, and makes no memory, however often."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("The server is on port 8080.")])
        before = len(ada.list(kinds=["fact", "preference", "procedure"], limit=100).items)
        for n in range(5):
            shown = [hit.text for hit in ada.search("server port", k=3)]
            said = told("The server is on port 8080.", n, role="tool" if n % 2 else "assistant")
            seen = ada.observe([said], recalled=shown)
            assert "echo" in seen.episodes[0].tags
        assert len(ada.list(kinds=["fact", "preference", "procedure"], limit=100).items) == before


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("As you told me, the server is on port 9090.", True), ('"server is on port 9090": noted.', True), ("Since your server runs on port 9090, I used that.", True),
        ("This repo uses Poetry, so I ran poetry install.", True), ("You live in Oslo. Shall I look for shops there?", True),
        ("The server is on port 9191.", False), ("The database is on port 5432.", False), ("The tests passed.", False), ("Done.", False),
    ],
)  # fmt: skip
def test_an_echo_in_other_words_is_flagged(text: str, echo: bool) -> None:
    """Quoted in part, turned or paraphrased, what was recalled is known again; another number is another fact."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(["The server is on port 9090.", "This repo uses Poetry.", "I live in Oslo."])
        shown = [*(item.text for item in ada.list(limit=10)), "Done."]
        for role in ("assistant", "tool"):
            assert ("echo" in ada.observe([told(text, role=role)], recalled=shown).episodes[0].tags) is echo
        assert "echo" not in ada.observe([told(text)], recalled=shown).episodes[0].tags


def test_a_tool_that_repeats_counts_no_sighting_and_its_news_is_kept() -> None:
    """In other words, too, an echo is no sighting; the user's own word is one, and a value beside an echo is news."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        [poetry] = ada.observe(["This repo uses Poetry."]).of("added")
        shown = ["This repo uses Poetry."]
        ada.observe([told("The repository is managed with Poetry.", role="tool")], recalled=shown)
        assert poetry.item is not None
        assert ada.get(poetry.item.id).sightings == 1
        seen = ada.observe([told("This repo uses Poetry and pytest.", role="tool")], recalled=shown)
        assert [one.item.value for one in seen.of("added") if one.item] == ["pytest"]
        ada.observe(["This repo uses Poetry."], recalled=shown)
        assert ada.get(poetry.item.id).sightings == 2


def test_a_repeated_call_writes_once() -> None:
    """With an idempotency key the second call gives the first one's episodes."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        first = ada.observe([told("I like jazz.")], idempotency_key="step-1")
        second = ada.observe([told("I like jazz.")], idempotency_key="step-1")
        assert [item.id for item in second.episodes] == [item.id for item in first.episodes]
        assert second.judgements == ()
        assert ada.stats().kinds == {"preference": 1, "episode": 1}


def test_own_extractors_and_attributes() -> None:
    """A developer's function stands beside the rules, under the same redaction; a row says how many values there may be."""

    def tickets(messages: Any, known: Any) -> list[dict[str, Any]]:
        return [
            {"text": one.text, "slot": "ticket.label", "value": one.text.split()[-1]}
            for one in messages
            if one.text.startswith("label ")
        ]

    with Memory(
        "sqlite://", embedder=None, extractors=["rules", tickets], attributes={"label": Attribute(many=True)}
    ) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("label urgent"), told("label billing"), told("I like tea.")])
        live = {(item.slot, item.value) for item in ada.list(kinds=["fact", "preference"]).items}
        assert live == {("ticket.label", "urgent"), ("ticket.label", "billing"), ("user.likes", "tea")}
    with pytest.raises(InvalidInput, match="extractors"):
        Memory("sqlite://", embedder=None, extractors=["regex"])


def test_of_one_message_a_thousand_candidates_are_judged() -> None:
    """What an extractor finds beyond that is let go and says so: a message that states more is a log."""

    def lines(messages: Any, known: Any) -> list[dict[str, Any]]:
        return [{"text": "x", "slot": "x.n", "value": n} for n in range(1_200)]

    with Memory(
        "sqlite://", embedder=None, extractors=[lines], attributes={"n": Attribute(many=True)}
    ) as memory:
        seen = memory.scoped(user="ada").observe([told("x")])
        outcomes = Counter((one.outcome, one.reason) for one in seen.judgements)
        assert outcomes["skipped", "beyond the first 1,000 candidates of its message"] == 200
        assert len(seen.of("added")) == 1_000


def test_an_answer_is_read_beside_the_question_of_the_step_before() -> None:
    """A step ends with the agent's question; the next one begins with its answer. Another thread's question is none."""
    asked = [told("hello"), {"role": "assistant", "content": "Which city are you in?"}]
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(asked, thread="t1")
        ada.observe([told("Berlin")], thread="t2")
        assert ada.stats().kinds == {"episode": 3}
        ada.observe([told("Berlin")], thread="t1")
        (home,) = ada.list(kinds=["fact"]).items
        assert (home.slot, home.value, home.text) == (
            "user.residence",
            "Berlin",
            "Which city are you in? Berlin",
        )


def test_bad_messages_are_refused_whole() -> None:
    """Nothing is written when one message is none."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(InvalidInput, match=r"messages\[1\]"):
            ada.observe([told("I like tea."), 7])
        with pytest.raises(InvalidInput, match="messages"):
            ada.observe([])
        assert ada.stats().kinds == {}


def test_long_results_are_kept_whole() -> None:
    """A tool result of 50,000 characters becomes several episodes that together hold all of it."""
    text = " ".join(f"line{n}" for n in range(7_000))
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe([{"role": "tool", "content": text, "name": "grep"}])
        assert len(seen.episodes) > 1
        assert "".join(item.text for item in seen.episodes) == text
        assert {item.speaker for item in seen.episodes} == {"grep"}


@pytest.mark.parametrize("rejected", [False, True])
def test_deleted_and_restored_it_still_waits(rejected: bool) -> None:
    """What a person has yet to approve, or has rejected, is in no answer for having been deleted and brought back."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock()) as memory:
        ada = memory.scoped(user="ada")
        held = ada.save("I am allergic to nuts", slot="ada.allergy", value="nuts", source={"trust": "model"})
        if rejected:
            ada.review(held.id, approve=False)
        state = "rejected" if rejected else "pending"
        ada.delete(held.id)
        assert ada.restore(held.id).state == state
        assert [item.state for item in ada.list(where=In("state", [state]))] == [state]
        assert (list(ada.search("allergic to nuts")), ada.current("ada.allergy")) == ([], None)
        if not rejected:
            ada.review(held.id, approve=True)
            assert ada.search("allergic to nuts")[0].id == held.id


def test_what_waits_comes_page_by_page() -> None:
    """Each memory that waits for review is on one page."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        for food in ("walnuts", "shrimp", "celery"):
            ada.observe(f"I am allergic to {food}.")
        seen, cursor = [], None
        while True:
            page = ada.review(limit=1, cursor=cursor)
            seen += [item.value for item in page]
            cursor = page.next
            if cursor is None:
                break
        assert seen == ["walnuts", "shrimp", "celery"]


def test_forgotten_and_said_again_in_one_step() -> None:
    """What a step forgets and then says again is a new memory, whether or not its slot holds several values."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(["I like tea.", "My name is Ada."])
        again = ["Forget that I like tea.", "I like tea.", "Forget my name.", "My name is Ada."]
        seen = ada.observe(again)
        assert [one.outcome for one in seen.judgements] == ["forgotten", "added", "forgotten", "added"]
        assert {item.value for item in ada.list(kinds=["fact", "preference"]).items} == {"tea", "Ada"}


def test_said_before_of_another_time_and_then_forgotten() -> None:
    """A step that repeats what begins to hold later, and then forgets it, leaves nothing behind."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock(START)) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(told("I like jazz.", 3))
        seen = ada.observe([told("I like jazz.", 10), told("Forget that I like jazz.", 11)])
        assert [one.outcome for one in seen.judgements] == ["known", "forgotten"]
        assert ada.list(kinds=["preference"], valid_at=START + timedelta(days=20)).items == ()


def test_a_value_that_was_edited_ends_and_is_met_in_one_step() -> None:
    """A memory of several versions can be ended by one message and met by the next, which dates itself earlier."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock(START + timedelta(days=9))) as memory:
        ada = memory.scoped(user="ada")
        [first] = ada.observe(told("The server is on port 9090.")).judgements
        assert first.item is not None
        ada.update(first.item.id, importance=0.9)
        ada.observe([told("The server no longer uses port 9090.", 8), told("The server is on port 8080.", 3)])
        values = [ada.current("server.port", valid_at=START + timedelta(days=day)) for day in (1, 4)]
        assert [item and item.value for item in values] == [9090, 8080]


def test_what_has_an_end_is_not_made_to_last() -> None:
    """A value that is known to end before the word that ends it keeps its earlier end."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock(START)) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("The server is on port 9090."), told("The server is on port 8080.", 3)])
        ada.observe(told("The server no longer uses port 9090.", 8))
        port = ada.current("server.port", valid_at=START + timedelta(days=5))
        assert port is not None
        assert port.value == 8080
        assert len(ada.list(kinds=["fact"], valid_at=START + timedelta(days=5)).items) == 1


def test_a_tool_result_and_words_in_one_message() -> None:
    """Of Anthropic's message with a tool's result and the user's words, each is masked and cited by itself."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        result = {"type": "tool_result", "tool_use_id": "u", "content": "The weather will be fine all week."}
        words = {"type": "text", "text": "I am allergic to nuts. I like tea."}
        seen = ada.observe(["Hello there.", {"role": "user", "content": [result, words]}])
        assert [item.text for item in seen.episodes[1:]] == [
            "The weather will be fine all week.",
            "[waiting for review] I like tea.",
        ]
        [held, liked] = seen.judgements
        assert (held.text, liked.text, liked.message) == ("I am allergic to nuts.", "I like tea.", 1)
        assert liked.item is not None
        assert liked.item.source.lineage == (seen.episodes[2].id,)


def test_what_waits_is_asked_once() -> None:
    """Said again before a person decided, it is no second question; said again after a no, it is."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        first = ada.observe(["I am allergic to nuts.", "I am allergic to nuts."])
        assert [one.outcome for one in first.judgements] == ["pending", "known"]
        again = ada.observe("I am allergic to nuts.")
        assert [one.outcome for one in again.judgements] == ["known"]
        assert "nuts" not in again.episodes[0].text
        [waiting] = ada.review().items
        ada.review(waiting.id, approve=False)
        assert [one.outcome for one in ada.observe("I am allergic to nuts.").judgements] == ["pending"]


def test_an_extractors_words_that_wait_are_masked_whole() -> None:
    """Drafts that overlap are masked as one, and what waits in a draft's own words waits too; its metadata is masked."""
    key = "ghp_00B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

    def extractor(messages: Any, known: Any) -> Any:
        return [
            {"text": "mail ada@example.org or", "metadata": {"key": key}},
            {"text": "ada@example.org or call"},
            {"text": "Ben is ben@example.org"},
        ]

    with Memory("sqlite://", embedder=None, extractors=extractor, policy={"email": "review"}) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe("Please mail ada@example.org or call her.")
        assert seen.episodes[0].text == "Please [waiting for review] her."
        assert [one.outcome for one in seen.judgements] == ["pending"] * 3
        assert key not in str(ada.review().items)


@pytest.mark.parametrize("role", ["user ", "USER", "us\x00er"])
def test_a_role_is_read_as_it_is_meant(role: str) -> None:
    """Space, case and control characters make no other speaker of the user."""
    with Memory("sqlite://", embedder=None) as memory:
        seen = memory.scoped(user="ada").observe(told("I like tea.", role=role))
        assert [one.outcome for one in seen.judgements] == ["added"]


@pytest.mark.parametrize("given", [None, 5, b"hi", {"role": " ", "content": "hi"}])
def test_what_is_no_message_is_refused_by_name(given: Any) -> None:
    """The error names the messages, whatever was given for them."""
    with Memory("sqlite://", embedder=None) as memory, pytest.raises(InvalidInput, match="messages"):
        memory.scoped(user="ada").observe(given)


def test_arguments_nested_too_deep_to_read_are_kept_as_they_came() -> None:
    """What a model wrote as arguments never stops a step from being kept."""
    with Memory("sqlite://", embedder=None) as memory:
        call = {"id": "c", "function": {"name": "f", "arguments": "[" * 5_000}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        assert memory.scoped(user="ada").observe([message]).episodes[0].text.startswith("f(")


def test_an_episode_is_outdated_by_nothing_that_was_deleted() -> None:
    """Where what replaced a value was forgotten, no hit leads to it."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(told("My name is Ada."))
        ada.observe(told("My name is Bea.", 1))
        ada.observe(told("Forget my name.", 2))
        assert {hit.outdated_by for hit in ada.search("what is my name?")} == {None}


def test_a_key_used_again_for_a_longer_step() -> None:
    """With the key of an earlier call, what that had is kept and judged once, and what is new is kept and judged."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        first, more = told("I live in Oslo."), told("I like jazz.", 1)
        ada.observe([first], idempotency_key="k")
        seen = ada.observe([first, more], idempotency_key="k")
        assert [(one.outcome, one.message) for one in seen.judgements] == [("added", 1)]
        assert ada.observe([first, more], idempotency_key="k").judgements == ()
        kept = ada.list(limit=100).items
        assert sorted((item.kind, item.sightings) for item in kept) == [
            ("episode", 1), ("episode", 1), ("fact", 1), ("preference", 1),
        ]  # fmt: skip


def test_a_draft_of_an_episode_is_a_message() -> None:
    """It keeps its own thread, turn, source and metadata, masked as all else; what is no episode is refused."""
    secret = "sk-proj-" + "a1B2c3D4" * 5
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        draft = Draft(
            "I live in Oslo.", "episode", thread="t", turn=7, observed_at=START, metadata={"title": secret},
            source=Source(ref="log:12", role="user"), speaker="Ada",
        )  # fmt: skip
        seen = ada.observe([draft], thread="other")
        [episode] = seen.episodes
        assert (episode.thread, episode.turn, episode.source.ref) == ("t", 7, "log:12")
        assert secret not in repr(episode)
        assert {one.outcome for one in seen.judgements} == {"added", "redacted"}
        assert ada.current("ada.residence").value == "Oslo"
        for wrong in (Draft("x"), Draft("x", "episode", scope=("user",)), Draft("x", "episode", metadata={"message": 1})):  # fmt: skip
            with pytest.raises(InvalidInput, match=r"messages\[1\]"):
                ada.observe(["hello", wrong])


def test_what_waits_is_forgotten_too() -> None:
    """A user who says to forget it drops what waits for review, said before or in the same step; nothing is left to approve."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(told("I am diabetic."))
        [waiting] = ada.review().items
        seen = ada.observe(told("Forget that I am diabetic.", 1))
        assert [(one.outcome, one.ids) for one in seen.judgements] == [("forgotten", (waiting.id,))]
        assert ada.review().items == ()
        with pytest.raises(NotFound):
            ada.review(waiting.id, approve=True)
        ada.observe([told("I am diabetic.", 2), told("Forget that I am diabetic.", 3)])
        assert ada.review().items == ()
        ada.observe(told("I am diabetic.", 4))
        ada.observe(told("I am no longer diabetic.", 5))  # what only waits holds nothing that could end
        assert len(ada.review()) == 1


def test_an_episode_is_outdated_by_a_new_version_too() -> None:
    """`update(changed_at=)` replaces what an episode told, with the same memory; a correction of other fields does not."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(told("The server is on port 8080."))
        item = seen.judgements[0].item
        assert item is not None
        ada.update(item.id, importance=0.9, changed_at=START + timedelta(days=1))

        def flagged() -> dict[str, str | None]:
            hits = ada.search("which port is the server on?")
            return {hit.id: hit.outdated_by for hit in hits if hit.item.kind == "episode"}

        assert flagged() == {seen.episodes[0].id: None}
        ada.update(
            item.id, text="The server is on port 9090.", value=9090, changed_at=START + timedelta(days=2)
        )
        assert flagged() == {seen.episodes[0].id: item.id}
        for budget in range(10, 200, 10):
            text = ada.context("which port is the server on?", budget=budget, min_relevance=0.0).text
            assert "9090" in text or "8080" not in text


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("I work at Acme until April", (2027, 5, 1)),  # said in May
        ("I work at Acme until 2024", None),
    ],
)
def test_what_holds_until_a_month_holds_until_the_next_one(
    said: str, until: tuple[int, int, int] | None
) -> None:
    """A message without a time of its own is said now; an end that is over by then is none."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock(START)) as memory:
        [judged] = memory.scoped(user="ada").observe(said).judgements
        assert judged.item is not None
        assert judged.item.valid_to == (until and datetime(*until, tzinfo=UTC))


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("Our standup is at 9.", "Our standup is at 10 today only"),
        ("Our standup is at 9.", "Our standup is at 10 just for this week"),
        ("The server is on port 8080.", "The server is on port 9090 for today"),
        ("My manager is Kim.", "My manager is Lee this week only"),
        ("The timeout is 30s.", "The timeout is 60s in staging"),
        ("I am 34.", "We're 4 in the team"),
    ],
)
def test_what_holds_once_or_elsewhere_ends_nothing(known: str, said: str) -> None:
    with Memory("sqlite://", embedder=None, clock=FrozenClock(START)) as memory:
        ada = memory.scoped(user="ada")
        [first] = ada.observe(known).judgements
        assert [one.outcome for one in ada.observe(said).judgements if one.outcome != "skipped"] == []
        assert first.item is not None
        assert ada.get(first.item.id).valid_to is None


def test_of_values_in_conflict_the_one_trusted_most_is_current() -> None:
    """What a tool said later stands beside what the user said, until that is settled."""
    rows = {"port": Attribute(policy="highest_trust")}
    with Memory("sqlite://", embedder=None, attributes=rows) as memory:
        ada = memory.scoped(user="ada")
        ada.observe([told("The api port is 7000.")])
        (other,) = ada.observe([told("The api port is 7001.", 1, "tool")]).judgements
        assert (other.outcome, ada.current("api.port").value) == ("conflict", 7000)
        assert {one.value for one in ada.conflicts()[0]} == {7000, 7001}
        assert other.item is not None
        ada.resolve(other.item.id)
        assert ada.current("api.port").value == 7001
