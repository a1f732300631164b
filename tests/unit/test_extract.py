"""How `observe` reads a conversation: messages in, proposals out, each judged against what is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import MemoryItem, Scope, extract
from holdfast.attributes import TABLE, Attribute, attribute, extended
from holdfast.errors import InvalidInput
from holdfast.extract import Proposal, topics
from holdfast.types import Draft

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday


def read(*said: str, **more: Any) -> tuple[Proposal, ...]:
    """Read messages of the user's."""
    return extract.read([{"role": "user", "content": text} for text in said], now=NOW, **more)


def kept(*said: str, **more: Any) -> list[Draft]:
    """The drafts that would be saved."""
    return [one.draft for one in read(*said, **more) if one.action == "assert" and one.draft]


def slots(*said: str, **more: Any) -> dict[str | None, Any]:
    """Slot and value of what would be saved."""
    return {one.slot: one.value for one in kept(*said, **more)}


def item(
    text: str, at: datetime = datetime(2025, 1, 1, tzinfo=UTC), id: str = "old", **more: Any
) -> MemoryItem:
    """The memory that a statement gives, as if it had been saved."""
    draft = kept(text)[0]
    return MemoryItem(
        id,
        1,
        draft.text,
        draft.kind,
        Scope.shared(),
        draft.slot,
        draft.value,
        source=draft.source,
        valid_from=at,
        **more,
    )


def test_how_observe_reads_and_judges() -> None:
    """The whole way: a port that is known, a correction, and a question that asserts nothing."""
    known = [item("The server runs on port 8080.")]
    messages = [
        {"role": "user", "content": "The server is now on port 9090, not 8080. Is the worker on port 7000?"},
        {"role": "assistant", "content": "Noted. The server is on port 9999."},
    ]
    correction, claim = extract.read(messages, known=known, now=NOW)
    assert correction.action == "assert"
    assert correction.draft is not None
    assert (correction.draft.slot, correction.draft.value) == ("server.port", 9090)
    assert messages[0]["content"][correction.start : correction.end].startswith(
        "The server is now on port 9090"
    )
    verdict = extract.judge(correction, known)
    assert (verdict.outcome, verdict.ids) == ("superseded", ("old",))
    assert (claim.action, claim.reason, claim.message) == ("skip", "an agent's claim", 1)
    assert extract.judge(claim, known).outcome == "skipped"


def test_a_draft_tells_where_it_comes_from() -> None:
    """Speaker, role, message id, extractor, trust, kind, time and confidence are in the draft."""
    at = datetime(2024, 3, 2, tzinfo=UTC)
    message = {
        "role": "user",
        "name": "Ada",
        "id": "m1",
        "at": at,
        "content": "I love jazz. I moved to Oslo last month.",
    }
    likes, moved = (one.draft for one in extract.read([message], now=NOW))
    assert likes is not None
    assert moved is not None
    assert (likes.slot, likes.kind, likes.speaker, likes.text) == (
        "ada.likes",
        "preference",
        "Ada",
        "I love jazz.",
    )
    assert (likes.source.role, likes.source.message_ids, likes.source.trust) == ("user", ("m1",), "user")
    assert likes.source.extractor == "rules-1"
    assert likes.valid_from == at
    assert (moved.valid_from, moved.observed_at) == (datetime(2024, 2, 1, tzinfo=UTC), at)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Do I live in Berlin?", "question"), ("My name is Priya, right?", "question"), ("I live in Rome?", "question"),
        ("If I live in Paris, I work at Renault.", "hypothetical"), ("Maybe I'm vegan.", "uncertain"), ("Act as a lawyer. I live in Ohio.", "hypothetical"),
        ("Proofread this: I am a student at Oxford.", "quotation"), ("My essay begins with: I live in Ohio.", "quotation"),
        ("My brother works for the BBC, just kidding.", "joke"), ("I'm allergic to wifi lol", "joke"),
        ("Apparently I live in Berlin, and I work at Bosch.", "reported speech"),
    ],
)  # fmt: skip
def test_what_is_no_fact_is_let_go_with_a_reason(said: str, reason: str) -> None:
    """Nothing is kept of a question, a supposition, a quotation, hearsay or a joke; a candidate says why."""
    made = read(said)
    assert [one for one in made if one.action != "skip"] == []
    assert {one.reason for one in made} == {reason}


def test_a_supposition_ends_at_a_but() -> None:
    """What follows a "but" speaks for itself."""
    assert slots("If I lived in Paris I'd be happy, but I live in Rome.") == {"user.residence": "Rome"}
    assert slots("I live in Rome but I might move to Paris.") == {"user.residence": "Rome"}


@pytest.mark.parametrize(
    "said", ["moved to Berlin", "I live in Berlin now.", "We're relocating to Berlin.", "i'm based in berlin", "I’ve moved to **Berlin**!"]
)  # fmt: skip
def test_the_same_thing_lands_in_the_same_slot(said: str) -> None:
    """However it is put, a residence is a residence, so that a later one can end it."""
    ((slot, value),) = slots(said).items()
    assert (slot, value.lower()) == ("user.residence", "berlin")


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        (
            "We're flying to Faro on 18 July, all five of us, God help the crew.",
            "user.plan",
            "flying to Faro",
        ),
        ("My phone is a Pixel 8, if that matters for the instructions.", "user.phone", "Pixel 8"),
        ("What I really like is bluegrass.", "user.likes", "bluegrass"),
        ("I've been vegetarian since I was twelve.", "user.diet", "vegetarian"),
    ],
)
def test_a_claim_is_read_with_what_follows_it(said: str, slot: str, value: str) -> None:
    """A remark behind a claim neither hides it nor puts it under a condition of its own."""
    assert slots(said) == {slot: value}


@pytest.mark.parametrize(
    "said", ["I live in Rome, if all goes well.", "I have a dog, in theory.", "I'm vegan, lol, as if."]
)
def test_a_condition_behind_a_claim_reaches_back(said: str) -> None:
    """What follows a claim takes it back where it says so."""
    assert kept(said) == []


@pytest.mark.parametrize(
    "said",
    [
        "Do not remember that I smoke.",
        "don't remember what I'm about to say: I smoke",
        "keep this to yourself, I smoke",
        "I smoke (don't remember this)",
        "I smoke [do not save it, please].",
        "I smoke (off the record)",
        "I smoke. Don't remember this, ok?",
        "I smoke. Do not add this to memory.",
        "Not for your memory: I smoke",
        "I don't want you to remember this: I smoke",
        "I'd rather you didn't save this. I smoke.",
        "You don't need to remember this, I smoke",
        "Can you not remember this? I smoke",
        "could you please not store this: I smoke",
        "Don't remember anything I say in this message. I smoke.",
        "This must not go in your memory, I smoke.",
        "Please don't save what comes now: I smoke.",
        "What follows stays between us: I smoke.",
        "Keep this out of your notes: I smoke",
        "I smoke, but that must never leave this chat.",
    ],
)
def test_what_is_not_to_be_remembered_is_withheld(said: str) -> None:
    """A refusal covers the whole message, also where it speaks of what is about to be said."""
    assert [one.action for one in read(said)] == ["withhold"]


@pytest.mark.parametrize(
    "said",
    [
        "You should not store it in plain text.",
        "Could you not keep it in the fridge?",
        "I'd rather you didn't record this in Jira.",
        "The form says (do not save this file) at the top.",
        "Don't you remember this?",
        "The array is huge, this must not go in memory.",
        "It should not be kept in the cellar.",
        "This must not end up in production.",
        "This stays in our office.",
    ],
)
def test_what_is_about_other_things_withholds_nothing(said: str) -> None:
    """An order about files, food or tickets, and a question, are no refusals."""
    assert "withhold" not in [one.action for one in read(said)]


def test_a_trade_is_told_whole() -> None:
    """Who hired somebody as what."""
    assert [one.value for one in kept("Novaterra hired me as a QA tester in May.")] == [
        "Novaterra",
        "QA tester",
    ]


def test_a_list_becomes_one_memory_for_each_member() -> None:
    """Values of a list are separate, so that one of them can end without the others."""
    assert [one.value for one in kept("I like jazz, mac and cheese, and long walks.")] == [
        "jazz",
        "mac and cheese",
        "long walks",
    ]


def test_who_speaks_matters() -> None:
    """The user's own words are facts, an agent's are claims, a tool's are the tool's, a system prompt is no conversation."""
    said = "The server is on port 9090."
    by_role = {
        role: extract.read([{"role": role, "content": said}], now=NOW)
        for role in ("user", "assistant", "tool", "system", "event")
    }
    assert by_role["system"] == ()
    assert {role: made[0].action for role, made in by_role.items() if made} == {
        "user": "assert", "assistant": "skip", "tool": "assert", "event": "assert",
    }  # fmt: skip
    assert [made[0].draft.source.trust for made in (by_role["user"], by_role["tool"], by_role["event"]) if made[0].draft] == [
        "user", "tool", "external",
    ]  # fmt: skip
    (mine,) = extract.read([{"role": "tool", "content": "I live in Berlin."}], now=NOW)
    assert (mine.action, mine.reason) == ("skip", "not the user's words")


def test_relations_and_named_people_are_entities_of_their_own() -> None:
    """A sister's city is not the user's."""
    assert slots("My sister Clara lives in Bogotá and works for the UN. I live in Lima.") == {
        "user.sister": "Clara", "clara.residence": "Bogotá", "clara.employer": "UN", "user.residence": "Lima",
    }  # fmt: skip


def test_what_is_said_of_somebody_in_passing_has_their_name() -> None:
    """The memory of "my sister Bea, who lives in Rome" says who lives there, and that she is Bea once."""
    sister, home = kept("I called my sister Bea, who lives in Rome.")
    assert (sister.slot, sister.value) == ("user.sister", "Bea")
    assert (home.slot, home.value, home.text) == ("bea.residence", "Rome", "My sister Bea lives in Rome")


@pytest.mark.parametrize(
    "said", ["If a test fails, never skip it.", "heads up: when you deploy, always tag the release first"]
)
def test_an_order_keeps_its_condition(said: str) -> None:
    """Without it, it would be another order."""
    (order,) = kept(said)
    assert str(order.value) == said.removeprefix("heads up: ").rstrip(".")


def test_plans_keep_their_time() -> None:
    """A deadline's moment is what it is about; it is told apart from when the fact is valid."""
    (report,) = kept("The report is due on Friday.")
    assert (report.slot, report.value) == ("report.deadline", "Friday")
    (flight,) = kept("I'm flying to Tokyo next Friday.")
    assert flight.metadata["when"] == "2026-05-22T00:00:00+00:00"
    assert flight.valid_from is None


def test_what_was_asked_to_be_remembered_is_kept_without_a_slot() -> None:
    """The user's word is enough for a statement that no row reads; it is kept as it was said."""
    (kept_,) = kept("Please remember that the client hates surprises in July.")
    assert (kept_.slot, kept_.text, kept_.confidence) == (None, "the client hates surprises in July.", 1.0)


def test_forgetting() -> None:
    """What to forget is named by slot and value, by slot, or by words; an idiom names nothing."""
    known = [
        item("I like jazz."),
        item("My address is 12 Elm Street.", id="home"),
        item("I like chess.", id="chess"),
        item("I have a dog named Rex.", id="dog"),
        item("I have a cat named Tom.", id="cat"),
        MemoryItem(
            "bob", 1, "My neighbor with the cats is Bob", "fact", Scope.shared(), "user.neighbor", "Bob"
        ),
    ]
    for said, ids in (
        ("Forget that I like jazz.", ("old",)), ("forget my address", ("home",)), ("Please forget what I told you about chess.", ("chess",)),
        ("Forget about my dog.", ("dog",)), ("Drop the note about my cat.", ("cat",)), ("You should forget my old address on Elm Street.", ("home",)),
        ("Erase everything about chess.", ("chess",)), ("Delete everything about cats.", ("cat",)), ("Delete everything about Bob.", ("bob",)), ("pls forget the thing about me liking jazz", ("old",)),
    ):  # fmt: skip
        (one,) = read(said)
        assert one.action == "forget"
        assert extract.judge(one, known).outcome == "forgotten"
        assert extract.judge(one, known).ids == ids
    assert read("Never mind, forget it.") == ()
    assert read("Forget about the chess set, is it any good?") == ()
    assert read("He said: forget that I like jazz.") == ()


def test_what_is_not_to_be_remembered() -> None:
    """Nothing of the message is kept; an order on its own is about the message before it."""
    (one,) = read("I'm looking for another job. Don't remember this.")
    assert (one.action, one.start, one.end) == ("withhold", 0, 49)
    both = read("I live in Rome.", "Don't save that.")
    assert [(one.action, one.message) for one in both] == [("withhold", 0), ("withhold", 1)]


def test_earlier_preferences_are_ignored_where_the_user_says_so() -> None:
    """The preferences that are spoken of end, also one without a slot; the rest stay."""
    known = [
        item("I prefer detailed answers."),
        MemoryItem("bare", 1, "I want long, detailed answers", "preference", Scope.shared()),
        item("I like jazz.", id="jazz"),
        item("Always answer me in German.", id="german"),
    ]
    (one,) = read("Ignore my previous preferences, I now want shorter responses.")
    verdict = extract.judge(one, known)
    assert (verdict.outcome, set(verdict.ids)) == ("superseded", {"old", "bare"})
    (all_,) = read("Please ignore all my previous preferences.")
    assert set(extract.judge(all_, known).ids) == {"old", "bare", "jazz", "german"}


def test_a_change_is_read_into_the_slot_that_holds_the_old_value() -> None:
    """ "Switched from X to Y" says no attribute; what is known does."""
    assert kept("I switched from Deloitte to KPMG.") == []
    (one,) = read("I switched from Deloitte to KPMG.", known=[item("I work at Deloitte.")])
    assert one.draft is not None
    assert (one.draft.slot, one.draft.value) == ("user.employer", "KPMG")


@pytest.mark.parametrize(
    ("first", "then", "outcome", "ids"),
    [
        ("I live in Oslo.", "I moved to Rome.", "superseded", ("old",)), ("I live in Oslo.", "I live in Oslo.", "known", ("old",)),
        ("I live in Oslo.", "I'm based in Oslo.", "merged", ("old",)), ("I live in Oslo.", "Maria lives in Rome.", "added", ()),
        ("I live in Oslo.", "I no longer live in Oslo.", "ended", ("old",)), ("I live in Oslo.", "I no longer live in Rome.", "nothing to end", ()),
        ("I like jazz.", "I like techno.", "added", ()), ("I like jazz.", "I hate jazz.", "superseded", ("old",)),
        ("The server runs on port 8080.", "The server is on port 9090, not 7070.", "conflict", ("old",)),
        ("We use Redis.", "We replaced Redis with Valkey.", "superseded", ("old",)), ("I like peanuts.", "I love peanut.", "merged", ("old",)),
        ("I'm dating Sam.", "I broke up with Sam.", "ended", ("old",)), ("I live in Oslo.", "Ten years ago I moved to Rome.", "added", ()),
    ],
)  # fmt: skip
def test_verdicts(first: str, then: str, outcome: str, ids: tuple[str, ...]) -> None:
    """What a statement comes to beside the one before it."""
    known = [item(first)]
    verdict = extract.judge(read(then, known=known)[0], known)
    assert (verdict.outcome, verdict.ids) == (outcome, ids)


def test_less_trusted_words_do_not_end_the_users() -> None:
    """An event from outside contradicts; it does not overrule."""
    known = [item("The server runs on port 8080.")]
    (event,) = extract.read([{"role": "event", "content": "The server runs on port 9090."}], now=NOW)
    assert extract.judge(event, known).outcome == "conflict"
    (tool,) = extract.read([{"role": "tool", "content": "The server runs on port 9090."}], now=NOW)
    assert extract.judge(tool, known).outcome == "superseded"


def test_policies_of_an_attribute() -> None:
    """A user's table can keep both values, ask for review, let trust decide, or hold several."""
    known = [item("The server runs on port 8080.")]
    (one,) = read("The server runs on port 9090.")
    (tool,) = extract.read([{"role": "tool", "content": "The server runs on port 9090."}], now=NOW)
    for row, outcome in (
        (Attribute(policy="keep_both"), "conflict"), (Attribute(policy="review"), "review"), (Attribute(many=True), "added"),
        (Attribute(policy="highest_trust"), "superseded"),
    ):  # fmt: skip
        assert extract.judge(one, known, extended({"port": row})).outcome == outcome
    trusting = extended({"port": Attribute(policy="highest_trust")})
    assert extract.judge(tool, known, trusting).outcome == "conflict"


def test_only_live_memories_are_judged_against() -> None:
    """What is deleted or pending ends nothing and is ended by nothing."""
    known = [item("I live in Oslo.", state="deleted")]
    assert extract.judge(read("I moved to Rome.")[0], known).outcome == "added"


def test_sensitive_attributes_are_told() -> None:
    """Health and the like wait for review: a proposal says which class it falls into."""
    assert [one.sensitivity for one in read("I'm allergic to nuts. I like nuts.")] == ["health", None]


def test_the_table_refuses_what_it_cannot_mean() -> None:
    """A bad row names its field; an unknown attribute holds one value."""
    assert attribute("no such attribute") == Attribute()
    assert TABLE["likes"].many
    for wrong in ({"life": 0}, {"policy": "newest"}, {"sensitivity": "gossip"}):
        with pytest.raises(InvalidInput, match=next(iter(wrong))):
            Attribute(**wrong)  # type: ignore[arg-type]


def test_topics_of_an_episode() -> None:
    """Names inside sentences, the commonest words, and how it ended."""
    found = topics(
        [
            {
                "role": "user",
                "content": "Please deploy the billing service with Ada Lovelace. Deploy it to staging.",
            },
            {"role": "tool", "content": "timeout", "is_error": True},
            {"role": "assistant", "content": "The deploy works now, all tests passed. Anything else?"},
        ]
    )
    assert found.entities[0] == "Ada Lovelace"
    assert found.words[0] == "deploy"
    assert found.outcome == "success"
    assert topics([{"role": "tool", "content": "boom", "is_error": True}]).outcome == "failure"
    assert topics("Did it fail?").outcome is None


@given(st.lists(st.text(max_size=200), max_size=4))
def test_any_text_is_read_without_an_error(texts: list[str]) -> None:
    """Whatever was said: no error, spans inside the message, and only text that can be stored."""
    for one in read(*texts):
        assert 0 <= one.start <= one.end <= len(texts[one.message])


WORDS = "i my we the is am live in Berlin not never like jazz and but if ? . , \" ' don't remember forget that port 8080 9090 works at Acme anymore since 2019 next Friday name sister Anna use Redis instead of always run".split()  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), st.integers(0, 3))
def test_scrambled_statements_are_read_without_an_error(text: str, known: int) -> None:
    """Words of statements in any order: no error, and every proposal can be judged."""
    held = [item("I live in Oslo."), item("We use Redis.", id="redis"), item("I like jazz.", id="jazz")][
        :known
    ]
    for one in read(text, known=held):
        verdict = extract.judge(one, held)
        assert set(verdict.ids) <= {"old", "redis", "jazz"}
        assert one.reason
        assert verdict.reason


@pytest.mark.parametrize(
    "behind",
    [", in case that matters", ", if that helps", " (yes, really)", " and that won't change", " because of my sister", ", just so you know"],
)  # fmt: skip
def test_what_stands_behind_a_statement_does_not_silence_it(behind: str) -> None:
    """Why something is said, and another remark about it, leave the statement as it is; a condition of it does not."""
    assert slots(f"My wedding is on July 8th{behind}") == {"user's wedding.date": "July 8th"}
    assert slots(f"I work at Siemens{behind}.") == {"user.employer": "Siemens"}
    assert not slots("I work at Siemens if they take me.")


def test_an_apostrophe_that_is_left_out_is_put_back() -> None:
    """ "were" that begins a statement is "we're"; in the middle of one it is the past."""
    assert slots("were based in Oslo") == {"user.residence": "Oslo"}
    assert slots("my dogs name is Hank") == {"user.pet": "Hank"}
    assert slots("my wifes birthday is on the 3rd of May") == {"user's wife.birthday": "3rd of May"}
    assert not slots("My parents were based in Oslo.")


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("camping just isn't for me", "user.dislikes", "camping"),
        ("can't get enough of Korean dramas", "user.likes", "Korean dramas"),
        ("I could eat pho every single day", "user.likes", "pho"),
        ("Shellfish makes me ill so I stay away from it", "user.avoids", "Shellfish"),
        ("my sciatica is playing up again", "user.condition", "sciatica"),
        ("the doctor says I have anaemia", "user.condition", "anaemia"),
        ("doc put me on statins", "user.medication", "statins"),
        ("as a coeliac I struggle with most menus", "user.condition", "coeliac"),
        ("don't sugarcoat things with me", "replies.tone", "direct"),
    ],
)
def test_taste_and_health_told_by_the_thing_they_are_about(said: str, slot: str, value: str) -> None:
    """Who speaks need not be the subject; how something is found, and what it does to one, tells of whoever speaks."""
    assert slots(said) == {slot: value}


@pytest.mark.parametrize(
    "said",
    ["This build drives me crazy", "Dave drives me crazy", "As a user I want to log in", "It isn't for me, it's for my boss", "my neighbour thinks I have asthma"],
)  # fmt: skip
def test_what_only_looks_like_taste_or_health(said: str) -> None:
    """One thing at hand, somebody by name, a user story, and what is meant for somebody else."""
    assert not slots(said)


@pytest.mark.parametrize(
    "said",
    [
        "before you push anything run make check",
        "never push to main without asking me",
        "commit messages: imperative, no ticket numbers",
        "anything touching auth gets two reviewers",
        "nobody merges to main without a review",
        "leave the vendored code alone",
        "branch names start with the ticket id",
        "no print statements in production code",
    ],
)
def test_rules_of_work_in_the_words_they_are_given_in(said: str) -> None:
    """Without a comma, as a heading, in the passive, of anything, nobody and nothing."""
    assert slots(said) == {"project.procedure": said}


@pytest.mark.parametrize(
    "said",
    ["Write a function for each endpoint", "leave me alone", "no idea in which file that is", "nobody knows the answer", "we merge on Friday"],
)  # fmt: skip
def test_what_is_meant_for_this_once_is_no_rule_of_work(said: str) -> None:
    """An order for the piece of work at hand, and talk."""
    assert not slots(said)


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("nightly backups end up in s3://acme-backups", "nightly backups.location", "s3://acme-backups"),
        ("secrets are kept in AWS Secrets Manager", "secrets.location", "AWS Secrets Manager"),
        ("you'll find the migrations in db/migrate", "migrations.location", "db/migrate"),
        ("Priya's team looks after the data warehouse", "data warehouse.owner", "Priya's team"),
        ("Buildkite is what we use for CI", "project.ci", "Buildkite"),
        ("API keys rotate every 90 days", "api keys.rotation", "90 days"),
        ("the contract expires on 31 December", "contract.expiry", "31 December"),
        ("my application needs to be in by Friday", "application.deadline", "Friday"),
        ("I owe the landlord a reply", "user.task", "the landlord a reply"),
        ("my parents are coming to stay next weekend", "user's parents.plan", "coming to stay"),
    ],
)
def test_systems_and_what_is_ahead(said: str, slot: str, value: str) -> None:
    """Where things are kept, who looks after them, what runs out when, and what is owed."""
    assert slots(said) == {slot: value}


@pytest.mark.parametrize(
    "said",
    ["Marek looks after the kids", "logs go to hell when it crashes", "VS Code is written in TypeScript", "my goal is clear", "we're getting a lot of traffic next week"],
)  # fmt: skip
def test_what_only_looks_like_a_system_or_a_plan(said: str) -> None:
    """Whom one looks after, a manner of speaking, a product of others, and what is no plan."""
    assert not slots(said)


def test_taste_health_and_dates_in_few_words() -> None:
    """A thing that does not agree with one, a condition got, a thing due without its article, a tool moved from."""
    assert slots("lactose does not agree with me, hard cheese is ok") == {"user.avoids": "lactose"}
    assert slots("got asthma, exercise induced") == {"user.condition": "asthma"}
    assert slots("thesis is due on the 14th of May") == {"thesis.deadline": "the 14th of May"}
    assert slots("Reviews moved from Gerrit to GitHub last week.") == {"project.uses": "GitHub"}
    assert not slots("it is due on Friday")


@pytest.mark.parametrize(
    "said",
    [
        "Remove the entry for my user from the config.", "Erase the memory of the device.", "Wipe my phone.", "You can forget about tests passing.",
        "Delete the file I gave you.",
    ],
)  # fmt: skip
def test_an_order_about_something_else_forgets_nothing(said: str) -> None:
    """A configuration, a device, a file."""
    assert read(said) == ()


@pytest.mark.parametrize(
    "said",
    ["Our standup is at 10 today.", "The standup is at 10 tomorrow.", "my yoga class is at 7pm this week"],
)
def test_one_day_of_what_comes_round_says_nothing_of_its_time(said: str) -> None:
    """Where the standup is at nine, ten today takes the place of nothing."""
    assert [one for one in read(said) if one.action == "assert"] == []


def test_when_the_end_of_a_month_is() -> None:
    """What expires "at the end of August" expires on its last day, not in August."""
    (one,) = read("The contract expires at the end of August.")
    assert one.draft is not None
    assert (one.draft.slot, one.draft.value) == ("contract.expiry", "end of August")
    found = extract.dates.resolve("the end of February 2028", NOW)
    assert found is not None
    assert (found.start.date().isoformat(), found.end.date().isoformat()) == ("2028-02-29", "2028-03-01")


@pytest.mark.parametrize(
    ("said", "slot", "value"),
    [
        ("In staging the gateway listens on port 8091.", "staging gateway.port", 8091),
        ("The shop must be compiled with Clang 17.", "shop.requires", "Clang 17"),
        ("My netbook has Debian on it.", "user's netbook.runs", "Debian"),
        ("There's a kiln in my cellar and it smokes.", "user.owns", "kiln"),
        ("The dentist I've been with for years is Dr Marchetti.", "user.dentist", "Dr Marchetti"),
        ("Being colour-blind, I can't tell them apart.", "user.condition", "colour-blind"),
        ("Shellfish I do not tolerate.", "user.avoids", "Shellfish"),
        ("The plan is to sell the boat.", "user.plan", "sell the boat"),
        ("I must not forget to water the tomatoes.", "user.task", "water the tomatoes"),
        ("The coffee at Ericsson, where I work, is awful.", "user.employer", "Ericsson"),
        ("With my bad knee I can't do lunges.", "user.condition", "bad knee"),
        ("Between tea and coffee I'll pick tea every time.", "user.prefers", "tea"),
        ("Shoes come off at the door, house rule.", "project.procedure", "Shoes come off at the door"),
        (
            "Refunds above 100 euros must be approved by Dana.",
            "project.procedure",
            "Refunds above 100 euros must be approved by Dana",
        ),
    ],
)
def test_what_is_said_plainly_in_everyday_frames(said: str, slot: str, value: object) -> None:
    """A stage before a system, a thing by where it stands, somebody by how long one has known them, a plan by its name."""
    assert slots(said)[slot] == value


@pytest.mark.parametrize(
    "said",
    [
        "There's a typo in my desk report.", "With my bad luck I can't win.", "The plan is to sort the list first.", "I've gone by train since school.",
        "Being patient, I waited.", "My boss wants cleaning data by Friday.", "As head of state the king may pardon.", "Nonsense I do not tolerate.",
        "We do a dialogue. I am the tourist, I come from Peru; you are the guide.", "I'm the world's greatest cook.", "The novel I'm reading is in French.",
        "Boys will be boys, that's the rule.", "Requests must be handled by the router.", "The function throws no exceptions.", "In our galaxy, stars are always born in clouds.",
    ],
)  # fmt: skip
def test_what_only_stands_in_an_everyday_frame(said: str) -> None:
    """Steps of a program, figures of speech, parts in a play, praise that nobody means."""
    assert slots(said) == {}
