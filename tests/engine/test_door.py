"""The checks at the door: every bad value is refused with its field named, and nothing is written."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Source
from holdfast.errors import BadFilter, HoldfastError, InvalidInput
from holdfast.filters import And, Eq, In, Not, Or, Range, to_json
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock
from holdfast.testing.doubles import START

NAIVE = datetime(2026, 1, 1)
DEEP: Any = "x"
for _ in range(40):
    DEEP = {"a": DEEP}

SAVES: dict[str, tuple[dict[str, Any], str]] = {
    "empty text": ({"text": ""}, "text"),
    "blank text": ({"text": " \n\t"}, "text"),
    "no text": ({"text": None}, "text"),
    "bytes": ({"text": b"x"}, "text"),
    "too long": ({"text": "x" * 20_001}, "text"),
    "10 MB": ({"text": "x" * 10_000_000}, "text"),
    "nul": ({"text": "a\x00b"}, "text"),
    "escape": ({"text": "a\x1b[31mb"}, "text"),
    "C1 control": ({"text": "a\x9bb"}, "text"),
    "lone surrogate": ({"text": "a\ud800b"}, "text"),
    "kind": ({"kind": "rumour"}, "kind"),
    "unhashable kind": ({"kind": []}, "kind"),
    "slot without name": ({"slot": "."}, "slot"),
    "slot of two lines": ({"slot": "a\nb"}, "slot"),
    "speaker of two lines": ({"speaker": "Ann\u2028Lee"}, "speaker"),
    "slot of an episode": ({"slot": "a.b", "kind": "episode"}, "slot"),
    "NaN value": ({"value": float("nan")}, "value"),
    "list value": ({"value": [1]}, "value"),
    "object value": ({"value": object()}, "value"),
    "big integer": ({"value": 2**64}, "value"),
    "surrogate in value": ({"value": {"a": "\udfff"}}, "value"),
    "big value": ({"value": {"a": "x" * 5_000}}, "value"),
    "NaN in metadata": ({"metadata": {"a": [float("inf")]}}, "metadata"),
    "list metadata": ({"metadata": [1]}, "metadata"),
    "number key": ({"metadata": {1: 2}}, "metadata"),
    "dotted key": ({"metadata": {"a.b": 2}}, "metadata"),
    "deep metadata": ({"metadata": DEEP}, "metadata"),
    "big metadata": ({"metadata": {str(n): "x" * 100 for n in range(200)}}, "metadata"),
    "control in metadata": ({"metadata": {"a": "\x00"}}, "metadata"),
    "a string of tags": ({"tags": "ab"}, "tags"),
    "number tag": ({"tags": [1]}, "tags"),
    "empty tag": ({"tags": [""]}, "tags"),
    "many tags": ({"tags": [str(n) for n in range(65)]}, "tags"),
    "importance": ({"importance": 1.1}, "importance"),
    "NaN importance": ({"importance": float("nan")}, "importance"),
    "true importance": ({"importance": True}, "importance"),
    "confidence": ({"confidence": -0.1}, "confidence"),
    "speaker": ({"speaker": "a\nb"}, "speaker"),
    "thread": ({"thread": " a"}, "thread"),
    "turn": ({"turn": -1}, "turn"),
    "half a turn": ({"turn": 1.5}, "turn"),
    "naive observed_at": ({"observed_at": NAIVE}, "observed_at"),
    "naive valid_from": ({"valid_from": NAIVE}, "valid_from"),
    "naive valid_to": ({"valid_to": NAIVE}, "valid_to"),
    "naive expires_at": ({"expires_at": NAIVE}, "expires_at"),
    "number for a time": ({"valid_from": 5}, "valid_from"),
    "words for a time": ({"valid_from": "yesterday"}, "valid_from"),
    "before the year 1": ({"valid_from": "0001-01-01T00:00:00+14:00"}, "valid_from"),
    "ends before it begins": ({"valid_from": START, "valid_to": START}, "valid_to"),
    "ended already": ({"valid_to": START - timedelta(days=1)}, "valid_to"),
    "unknown source": ({"source": {"planet": "mars"}}, "source"),
    "number source": ({"source": 5}, "source"),
    "trust": ({"source": {"trust": "blind"}}, "source.trust"),
    "lineage": ({"source": {"lineage": ["x"]}}, "source.lineage"),
    "number lineage": ({"source": {"lineage": 5}}, "source.lineage"),
    "a string of message ids": ({"source": {"message_ids": "abc"}}, "source.message_ids"),
    "scope": ({"scope": "user"}, "scope"),
    "label not held": ({"scope": ("planet",)}, "scope"),
    "empty key": ({"idempotency_key": ""}, "idempotency_key"),
    "reason": ({"reason": "\x07"}, "reason"),
}


def refused(memory: ScopedMemory, call: Callable[[], Any], field: str) -> str:
    """Assert that a call is refused naming `field`, and that nothing was written; return the message."""
    before = memory.changes(limit=1_000)
    with pytest.raises(InvalidInput) as error:
        call()
    assert error.value.field == field
    assert field in str(error.value)
    assert memory.changes(limit=1_000) == before
    assert len(str(error.value)) < 500
    return str(error.value)


@pytest.mark.parametrize("case", SAVES)
def test_save_refuses(ada: ScopedMemory, case: str) -> None:
    """A bad argument of save is named; a message never repeats the text of a memory."""
    given, field = SAVES[case]
    message = refused(ada, lambda: ada.save(**{"text": "the secret word", **given}), field)
    assert "secret" not in message


class Word(str, Enum):  # noqa: UP042 - a StrEnum prints its value, these do not
    """Texts and names as many programs keep them: printed as they stand, these are "Word.TEA"."""

    TEA = "tea"
    FACT = "fact"
    ADA = "ada"
    USER = "user"


class Number(IntEnum):
    """A number that prints as its name."""

    ONE = 1


def test_members_of_an_enum_are_what_they_stand_for(memory: Memory) -> None:
    """Wherever a text or a number is taken, its value is kept and found, and what comes back is plain."""
    ada = memory.scoped(user=Word.ADA, actor=Word.ADA)
    source = {"ref": Word.TEA, "role": Word.USER, "trust": Word.USER, "message_ids": [Word.TEA]}
    given: dict[str, Any] = {
        "kind": Word.FACT, "slot": Word.TEA, "value": Word.TEA, "tags": [Word.TEA], "speaker": Word.ADA,
        "thread": Word.TEA, "turn": Number.ONE, "metadata": {"word": Word.TEA, "number": Number.ONE},
        "source": source, "scope": (Word.USER,), "reason": Word.TEA,
    }  # fmt: skip
    item = ada.save(Word.TEA, **given)
    assert "Word" not in repr(item)
    assert "Number" not in repr(item)
    assert memory.scoped(user="ada").get(uuid.UUID(item.id)) == item
    assert (item.text, item.value, item.turn, item.metadata["word"]) == ("tea", "tea", 1, "tea")
    where = And(Eq("speaker", Word.ADA), Eq("metadata.word", Word.TEA), In("kind", [Word.FACT]))
    assert "Word" not in json.dumps(to_json(where)) + repr(where)
    assert [one.id for one in ada.list(where=where, tags=[Word.TEA], kinds=[Word.FACT])] == [item.id]
    assert [hit.id for hit in ada.search(Word.TEA, where=where)] == [item.id]
    assert [(one.actor, one.reason) for one in ada.history(item.id)] == [("ada", "tea")]


class Stamp(datetime):
    """A time of another library, which prints in its own way."""

    def __str__(self) -> str:
        return "a stamp"

    isoformat = __str__  # type: ignore[assignment]


def test_times_of_other_libraries_are_times(ada: ScopedMemory) -> None:
    """They are kept and asked for as the moments they are, and the same call with a plain one is the same call."""
    plain, odd = datetime(2026, 1, 1, tzinfo=UTC), Stamp(2026, 1, 1, tzinfo=UTC)
    item = ada.save("tea", observed_at=odd, idempotency_key="k")
    assert ada.save("tea", observed_at=plain, idempotency_key="k") == item
    assert item.to_json()["observed_at"] == plain.isoformat()
    assert [hit.id for hit in ada.search("tea", since=odd, known_at=Stamp(2030, 1, 1, tzinfo=UTC))] == [
        item.id
    ]
    assert to_json(Eq("observed_at", odd)) == {"eq": {"observed_at": plain.isoformat()}}


def test_whole_numbers_of_json(ada: ScopedMemory) -> None:
    """What JSON makes of a number may have a point; it is one all the same, for every verb with a `limit`."""
    for n in range(3):
        ada.save(f"tea {n}", slot=f"tea{n}.kind", value=n)
    limit: Any = 2.0
    pages = [
        ada.list(limit=limit),
        ada.overview(limit=limit),
        ada.changes(limit=limit),
        ada.entities(limit=limit),
    ]
    assert [len(page) for page in pages] == [2, 2, 2, 2]
    assert len(ada.history(slot="tea1.kind", limit=limit)) == 1
    assert [len(one(limit=limit)) for one in (ada.recalls, ada.review, ada.backlog)] == [0, 0, 0]


@pytest.mark.parametrize("dry_run", [True, False])
def test_update_many_names_the_one_that_cannot_be(ada: ScopedMemory, dry_run: bool) -> None:
    """One of many that a change does not fit is named by its id, by the dry run too, and none is changed."""
    ada.save("good")
    slotted = ada.save("the port is 80", slot="server.port", value=80)
    before = ada.changes()
    with pytest.raises(InvalidInput, match=f"slot: .*{slotted.id}"):
        ada.update_many(And(), {"kind": "episode"}, dry_run=dry_run)
    assert ada.changes() == before


@pytest.mark.parametrize("case", [case for case in SAVES if case not in ("reason",)])
def test_save_many_refuses_the_whole_batch(ada: ScopedMemory, case: str) -> None:
    """One bad item among good ones is named by its place, and none of them is written."""
    given, field = SAVES[case]
    batch = [
        {"text": "good"},
        {"text": "also good", "slot": "a.b"},
        {"text": "x", **given},
        {"text": "good too"},
    ]
    before = ada.changes()
    with pytest.raises(InvalidInput) as error:
        ada.save_many(batch)
    assert error.value.field.endswith(field)
    assert error.value.field.startswith("items[2].")
    assert ada.changes() == before
    assert ada.list().items == ()


UPDATES = [case for case, (given, _) in SAVES.items() if next(iter(given)) in (
    "text", "kind", "slot", "value", "metadata", "tags", "importance", "confidence", "speaker", "valid_from", "valid_to",
    "expires_at",
)]  # fmt: skip


@pytest.mark.parametrize("case", UPDATES)
def test_update_refuses(ada: ScopedMemory, case: str) -> None:
    """What save refuses, update refuses by the same name, and the memory stays as it is."""
    item = ada.save("hello", kind="episode" if "episode" in case else "fact")
    given, field = SAVES[case]
    refused(ada, lambda: ada.update(item.id, **given), field)
    assert ada.get(item.id) == item


WRONG: dict[str, tuple[Callable[[Any], Any], str]] = {
    "nothing to update": (lambda m: m.update(ID, expected_version=1), "update"),
    "version": (lambda m: m.update(ID, text="x", expected_version="1"), "expected_version"),
    "naive change": (lambda m: m.update(ID, text="x", changed_at=NAIVE), "changed_at"),
    "id": (lambda m: m.update("7", text="x"), "id"),
    "number id": (lambda m: m.get(7), "id"),
    "delete": (lambda m: m.delete(None), "id"),
    "since no time": (lambda m: m.update(ID, valid_from=None), "valid_from"),
    "restore what is there": (lambda m: m.restore(ID), "id"),
    "no items": (lambda m: m.save_many(5), "items"),
    "progress to nobody": (lambda m: m.save_many([{"text": "x"}], progress=5), "progress"),
    "erased to nobody": (lambda m: m.save_many([{"text": "x"}], on_erased="x"), "on_erased"),
    "erase a list": (lambda m: m.erase([[]]), "id"),
    "a string of items": (lambda m: m.save_many("ab"), "items"),
    "number item": (lambda m: m.save_many([5]), "items[0]"),
    "unknown key": (lambda m: m.save_many([{"text": "x", "colour": "red"}]), "items[0]"),
    "update all of nothing": (lambda m: m.update_many(None, {"tags": ["x"]}), "where"),
    "update many texts": (lambda m: m.update_many(And(), {"text": "x"}), "changes"),
    "update many by nothing": (lambda m: m.update_many(And(), {}), "changes"),
    "update many by 5": (lambda m: m.update_many(And(), 5), "changes"),
    "bad value for many": (lambda m: m.update_many(And(), {"importance": 7}), "importance"),
    "bad value for none": (
        lambda m: m.update_many(Eq("kind", "working"), {"importance": 7}, dry_run=True),
        "importance",
    ),
    "delete all of nothing": (lambda m: m.delete_many(None), "where"),
    "query": (lambda m: m.search(""), "query"),
    "surrogate query": (lambda m: m.search("\ud83d"), "query"),
    "k": (lambda m: m.search("x", k=0), "k"),
    "huge k": (lambda m: m.search("x", k=1_001), "k"),
    "true k": (lambda m: m.search("x", k=True), "k"),
    "relevance": (lambda m: m.search("x", min_relevance=2), "min_relevance"),
    "kinds": (lambda m: m.search("x", kinds=["rumour"]), "kinds"),
    "number kinds": (lambda m: m.list(kinds=5), "kinds"),
    "tags": (lambda m: m.list(tags="x"), "tags"),
    "naive since": (lambda m: m.list(since=NAIVE), "since"),
    "far since": (lambda m: m.list(since=timedelta(days=10**8)), "since"),
    "naive valid_at": (lambda m: m.search("x", valid_at=NAIVE), "valid_at"),
    "naive known_at": (lambda m: m.get(ID, known_at=NAIVE), "known_at"),
    "limit": (lambda m: m.list(limit=0), "limit"),
    "sort": (lambda m: m.list(sort="colour"), "sort"),
    "slot": (lambda m: m.current(""), "slot"),
    "history of nothing": (lambda m: m.history(), "history"),
    "history of two": (lambda m: m.history(ID, slot="a.b"), "history"),
    "scope": (lambda m: m.list(scope="user"), "scope"),
}
ID = FrozenClock().new_id()


@pytest.mark.parametrize("case", WRONG)
def test_other_verbs_refuse(ada: ScopedMemory, case: str) -> None:
    """Bad arguments of the other verbs are named too."""
    item = ada.save("hello")
    assert item.id == ID
    call, field = WRONG[case]
    refused(ada, lambda: call(ada), field)


@pytest.mark.parametrize("labels", [{"under": "ada"}, {"under": 5}])
def test_under_takes_a_scope(memory: Memory, labels: dict[str, Any]) -> None:
    """The administrator's `under=` is checked as well."""
    with pytest.raises(InvalidInput, match="under"):
        memory.list(**labels)


FILTERS: list[Any] = [
    5, "kind", [], {}, {"eq": {"kind": "fact"}, "not": {}}, {"equals": {"kind": "fact"}}, {"eq": {"colour": "red"}},
    {"eq": {"kind": "rumour"}}, {"eq": {"importance": "high"}}, {"eq": {"importance": True}}, {"eq": {"kind": ["fact"]}},
    {"eq": {"tags": 5}}, {"eq": {5: 5}}, {"eq": 5}, {"eq": {"kind": "fact", "text": "x"}}, {"in": {"kind": "fact"}},
    {"in": {"kind": [None]}}, {"in": {"turn": list(range(1_001))}}, {"range": {"turn": {}}}, {"range": {"turn": {"over": 1}}},
    {"range": {"value": {"gt": 1, "lt": "x"}}}, {"range": {"value": {"gt": True}}}, {"range": {"known_from": {"gt": "now"}}},
    {"range": {"known_from": {"gt": "2026-01-01T00:00:00"}}}, {"contains": {"turn": 1}}, {"exists": 5}, {"exists": "metadata"},
    {"exists": "metadata."}, {"exists": "metadata.a..b"}, {"exists": 'metadata.a"b'}, {"and": {"eq": {"kind": "fact"}}},
    {"or": 5}, {"not": []}, {"eq": {"metadata.a": float("nan")}}, {"eq": {"metadata.a": "\ud800"}},
    {"eq": {"metadata.a": 2**64}}, {"eq": {"metadata.a": {}}}, {"or": [{"eq": {"kind": "fact"}}] * 300},
    {"exists": "metadata.\ud800"}, {"or": [{"in": {"metadata.a": list(range(1_000))}}] * 33},
]  # fmt: skip


@pytest.mark.parametrize("where", FILTERS, ids=lambda where: str(where)[:50])
def test_bad_filters(ada: ScopedMemory, where: Any) -> None:
    """An unknown field or operator, or a value that can never fit, is a BadFilter on every verb that filters."""
    ada.save("hello", metadata={"a": 1})
    calls = [
        lambda: ada.list(where=where),
        lambda: ada.search("hello", where=where),
        lambda: ada.delete_many(where),
        lambda: ada.update_many(where, {"tags": ["x"]}),
    ]
    for call in calls:
        with pytest.raises(BadFilter) as refusal:
            call()
        assert str(refusal.value).encode()
    assert len(ada.changes()) == 1


def test_a_field_without_an_operator_is_told_how_to_write_it(ada: ScopedMemory) -> None:
    """`{"kind": "fact"}` is what people write first: the refusal shows the form that works."""
    with pytest.raises(BadFilter, match=r'\{"eq": \{"kind": \.\.\.\}\}'):
        ada.list(where={"kind": "fact"})


def test_filters_nest_only_so_deep(ada: ScopedMemory) -> None:
    """Sixteen levels are read, more are refused, as objects and as JSON."""
    where: Any = Eq("kind", "fact")
    plain: Any = {"eq": {"kind": "fact"}}
    for _ in range(16):
        where, plain = Not(where), {"not": plain}
    ada.save("hello")
    assert len(ada.list(where=where)) == len(ada.list(where=plain)) == 1
    for deeper in (Not(where), {"not": plain}, Or(Not(where)), And(*[Range("turn", gt=1)] * 256)):
        with pytest.raises(BadFilter):
            ada.list(where=deeper)


JUNK: list[Any] = [
    None, 5, [], [1], [1, 2], [[1, 2]], [["x", 1]], [[{"user": "ada"}, "x"]], [[{"USER": 1}, 1]], [[5, 5]], {"a": 1},
    ["kind", 5], ["kind"], ["known_from", True, "x", "y"], ["known_from", True, 5, "y"], [1, 2, 3], "kind",
    [[{"user": ["ada", "bob"]}, 5]], ["known_from", True, "2020-01-01T00:00:00+00:00", 7], [[{"user": "ada"}, -1]],
    ["known_from", True, "x", "y", 1, True], ["known_from", True, 5, "y", 1, 5], ["id", True, "x", "y", 1, True],
    ["known_from", True, "2020-01-01T00:00:00+00:00", 7, 1, True], ["2020-01-01T00:00:00+00:00", "x", 1, True],
    [[{"user": "ada"}, 2**70]], ["2020-01-01T00:00:00+00:00", "x", 1], [True, True, True, True],
]  # fmt: skip


@pytest.mark.parametrize("junk", ["", "zz", "é", "a" * 10_000, 5, *JUNK], ids=lambda junk: str(junk)[:40])
def test_a_cursor_is_only_what_a_page_gave(ada: ScopedMemory, junk: Any) -> None:
    """A made-up cursor is an InvalidInput or means nothing; it is never a crash."""
    ada.save("hello", slot="a.b")
    if junk in JUNK and not isinstance(junk, int):
        junk = base64.urlsafe_b64encode(json.dumps(junk).encode()).decode()
    for verb, call in {
        "list": lambda: ada.list(cursor=junk),
        "overview": lambda: ada.overview(cursor=junk),
        "history": lambda: ada.history(slot="a.b", cursor=junk),
        "changes": lambda: ada.changes(junk),
    }.items():
        fields = []
        try:
            call()
        except InvalidInput as error:
            fields = [error.field]
        assert verb == "changes" or fields == ["cursor"], verb
        assert set(fields) <= {"cursor", "since"}


def test_a_redactor_sees_every_text_first(url: str, clock: FrozenClock) -> None:
    """What the `redact` hook masks is neither stored nor found, on save, save_many and update; an error stops the write."""
    from dataclasses import replace

    def mask(draft: Any) -> Any:
        if "bomb" in draft.text:
            raise InvalidInput("text", "not here")
        return replace(draft, text=draft.text.replace("hunter2", "[secret]"))

    with Memory(url, embedder=None, clock=clock, redact=mask) as memory:
        ada = memory.scoped(user="ada")
        first = ada.save("the password is hunter2")
        ada.save_many([{"text": "hunter2 again"}])
        ada.update(first.id, text="it is hunter2 now")
        assert all("hunter2" not in change.text and "[secret]" in change.text for change in ada.changes())
        refused(ada, lambda: ada.save("a bomb"), "text")
    assert b"hunter2" not in Path(url.removeprefix("sqlite:///")).read_bytes()


def test_every_error_is_ours() -> None:
    """InvalidInput is a ValueError as well, so that plain Python code can catch it."""
    assert issubclass(InvalidInput, HoldfastError)
    assert issubclass(InvalidInput, ValueError)


def test_a_users_own_kind_of_source_is_kept_as_a_source() -> None:
    """What a subclass adds is not kept, and who acts is noted in it as in any other."""

    @dataclass(frozen=True)
    class Ticket(Source):
        number: int | None = None

    with Memory("sqlite://", embedder=None) as memory:
        kept = memory.scoped(user="ada", actor="bot").save("note", source=Ticket(ref="desk", number=7))
        assert kept.source == Source(ref="desk", actor="bot")
