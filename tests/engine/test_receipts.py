"""A search can be explained, asked why it left something out, and asked again as of then."""

from __future__ import annotations

import io
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.errors import AccessDenied, InvalidInput, NotFound
from holdfast.memory import ScopedMemory
from holdfast.receipts import STAGES, Receipt
from holdfast.testing import FrozenClock, HashingEmbedder

TEXTS = (
    "Ada likes tea",
    "the server listens on 8080",
    "we deployed on Friday",
    "Ada plays chess",
    "tea at five",
)


@pytest.fixture(params=["vectors", "words"])
def memory(request: pytest.FixtureRequest) -> Any:
    """A store in memory under a frozen clock, with and without vectors."""
    embedder = HashingEmbedder() if request.param == "vectors" else None
    with Memory("sqlite://", embedder=embedder, clock=FrozenClock()) as memory:
        yield memory


@pytest.fixture
def ada(memory: Memory) -> ScopedMemory:
    """Ada's memory with a few texts in a thread."""
    ada = memory.scoped(user="ada")
    ada.save_many([{"text": t, "kind": "episode", "thread": "day", "turn": n} for n, t in enumerate(TEXTS)])
    ada.save("the door code is 4711", slot="door.code", value=4711, tags=["home"])
    return ada


def clock(memory: Memory) -> Any:
    """The frozen clock of a memory."""
    return memory._engine._parts.clock


@pytest.mark.parametrize(
    "query", ["what tea does Ada like?", "8080", "nothing of the kind", "door code in 2026"]
)
@pytest.mark.parametrize("k", [1, 3, 10])
def test_the_order_is_rebuilt_from_the_receipt(ada: ScopedMemory, query: str, k: int) -> None:
    """The receipt alone, through JSON, gives the order, and contributions that add up to each score to the last bit."""
    hits = ada.search(query, k=k)
    receipt = Receipt.from_json(json.loads(json.dumps(hits.receipt.to_json())))
    assert receipt == hits.receipt
    explained = ada.explain(receipt)
    assert explained.faithful
    assert [(line.id, line.score) for line in explained.lines] == [(hit.id, hit.score) for hit in hits]
    assert [dict(line.contributions) for line in explained.lines] == [dict(hit.signals) for hit in hits]


def test_a_forged_receipt_is_not_faithful(ada: ScopedMemory) -> None:
    """A receipt whose values were changed no longer explains its order."""
    body = ada.search("tea", k=3).receipt.to_json()
    body["rows"][0]["raw"]["words"] = 0.0
    assert not ada.explain(Receipt.from_json(body)).faithful
    with pytest.raises(InvalidInput):
        Receipt.from_json({"id": "x"})


def test_why_not_names_the_stage(memory: Memory, ada: ScopedMemory) -> None:
    """Each way for a memory to be left out has its name, and the cuts say by how much."""
    every = {item.text: item.id for item in ada.list().items}
    code = every["the door code is 4711"]
    hits = ada.search("tea", k=1)
    assert ada.why_not(hits.receipt, hits[0].id).stage == "returned"
    below = ada.why_not(hits.receipt, every["we deployed on Friday"])
    assert below.stage == "below k"
    assert below.rank is not None
    assert below.rank > 1
    assert below.score is not None
    assert below.missing == pytest.approx(hits[0].score - below.score)
    assert ada.why_not(ada.search("tea", kinds=["episode"]).receipt, code).stage == "filtered"
    assert ada.why_not(ada.search("tea", where={"eq": {"thread": "day"}}).receipt, code).stage == "filtered"
    cut = ada.search("tea", min_relevance=1.0).receipt
    assert ada.why_not(cut, hits[0].id).stage == "below relevance"
    # By words alone a memory that shares none with the query is no hit at all, however many are asked for.
    unlike = ada.why_not(cut, code)
    assert unlike.stage == ("below relevance" if ada.stats().embedder else "no match")
    assert (code in [hit.id for hit in ada.search("tea", k=100)]) == (ada.stats().embedder is not None)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert ada.why_not(ada.search("tea", valid_at=long_ago).receipt, code).stage == "outside time"
    later = ada.save("tea from Assam")
    assert ada.why_not(hits.receipt, later.id).stage == "outside time"
    assert set(STAGES) >= {
        "returned",
        "below k",
        "no match",
        "filtered",
        "below relevance",
        "outside time",
        "not visible",
    }


def test_why_not_tells_nothing_of_others(memory: Memory, ada: ScopedMemory) -> None:
    """A memory of somebody else and one that never was get the same words."""
    theirs = memory.scoped(user="bob").save("tea is mine")
    receipt = ada.search("tea").receipt
    answers = [ada.why_not(receipt, id).to_json() | {"id": ""} for id in (theirs.id, str(uuid.uuid4()))]
    assert answers[0] == answers[1]
    assert answers[0]["stage"] == "not visible"


def test_a_receipt_is_its_callers(memory: Memory, ada: ScopedMemory) -> None:
    """Another caller can use neither the receipt nor its id; the administrator can."""
    hits = ada.search("tea", keep=True)
    bob = memory.scoped(user="bob")
    with pytest.raises(AccessDenied):
        bob.rerun(hits.receipt)
    with pytest.raises(NotFound):
        bob.explain(hits.receipt.id)
    forged = {**hits.receipt.to_json(), "held": {"user": "bob"}, "reach": {"exactly": [{"user": "ada"}]}}
    with pytest.raises(AccessDenied):
        bob.rerun(Receipt.from_json(forged))
    forged["reach"] = {"visible": {"user": "ada"}}
    with pytest.raises(AccessDenied):
        bob.rerun(Receipt.from_json(forged))
    assert memory.explain(hits.receipt.id).faithful


def test_rerun_asks_the_past(memory: Memory, ada: ScopedMemory) -> None:
    """Weeks later, after new memories, a changed slot and a deletion, the same answer; and what is different today."""
    hits = ada.search("tea door code", k=4, keep=True)
    clock(memory).advance(days=20)
    ada.save("tea tea tea")
    ada.save("the door code is 9999", slot="door.code", value=9999)
    ada.delete(hits[0].id)
    again = ada.rerun(hits.receipt.id)
    assert again.same
    assert again.notes == ()
    assert [hit.id for hit in again.hits] == [hit.id for hit in hits]
    assert hits[0].id in again.gone
    assert len(again.new) >= 1


def test_rerun_says_what_makes_it_impossible(memory: Memory, ada: ScopedMemory) -> None:
    """A memory that expired since is in no answer, and the rerun says so."""
    soon = clock(memory).now() + timedelta(days=1)
    passing = ada.save("tea voucher for today", expires_at=soon)
    receipt = ada.search("tea voucher", k=2).receipt
    assert receipt.rows[0].id == passing.id
    clock(memory).advance(days=2)
    again = ada.rerun(receipt)
    assert not again.same
    assert any(passing.id in note for note in again.notes)
    today = memory.search("tea voucher", scope=Scope.shared()).receipt
    assert memory.why_not(today, passing.id).stage == "not visible"


def test_why_not_says_that_a_memory_has_expired(memory: Memory, ada: ScopedMemory) -> None:
    """To who might see it, with the time; to others it is as if it never was, and so it is once erased."""
    end = clock(memory).now() + timedelta(days=1)
    passing, tea = ada.save("tea voucher for today", expires_at=end), ada.save("tea for all")
    clock(memory).advance(days=2)
    told = ada.why_not(ada.search("tea voucher").receipt, passing.id)
    assert (told.stage, end.isoformat(timespec="seconds") in told.detail) == ("expired", True)
    assert ada.why_not(ada.search("tea voucher").receipt, tea.id).stage == "returned"
    bob = memory.scoped(user="bob")
    receipt = bob.search("tea voucher").receipt
    stranger = bob.why_not(receipt, "01a203bd-0c11-7aa4-8d0e-9f1f6b1e2c33")
    assert replace(bob.why_not(receipt, passing.id), id=stranger.id) == stranger
    ada.update(tea.id, text="tea at six", expires_at=clock(memory).now() + timedelta(hours=1))
    clock(memory).advance(days=1)
    assert ada.why_not(ada.search("tea voucher").receipt, tea.id).stage == "expired"
    memory.erase(under=Scope(user="ada"))
    assert ada.why_not(ada.search("tea voucher").receipt, tea.id).stage == "not visible"


def test_why_not_measures_from_the_kth_where_a_least_relevance_cut(ada: ScopedMemory) -> None:
    """What is below k lacks what the k-th has more, though the answer ends before it."""
    saved = [ada.save(f"{'tea ' * (1 + n % 2)}number {n}") for n in range(12)]
    whole, cut = ada.search("tea", k=5), ada.search("tea", k=5, min_relevance=1.0)
    left = next(one for one in saved if one.id not in [hit.id for hit in whole])
    assert not cut
    one = ada.search("tea", k=5, min_relevance=whole[0].relevance)
    assert ada.why_not(one.receipt, left.id).missing == ada.why_not(whole.receipt, left.id).missing


def test_receipts_go_after_thirty_days(memory: Memory, ada: ScopedMemory) -> None:
    """A kept receipt is there for 30 days; one that was not kept is not there at all."""
    hits, other = ada.search("tea", keep=True), ada.search("tea")
    with pytest.raises(NotFound):
        ada.explain(other.receipt.id)
    clock(memory).advance(days=29)
    assert ada.explain(hits.receipt.id).faithful
    clock(memory).advance(days=2)
    with pytest.raises(NotFound, match="kept receipt"):
        ada.explain(hits.receipt.id)
    with pytest.raises(InvalidInput, match="a receipt, or the id of one"):
        ada.explain("yesterday's")


def test_rerun_keeps_to_the_scopes_of_then(memory: Memory) -> None:
    """A scope that was empty then stays out of a rerun, whatever its clock says."""
    both = memory.scoped(user="ada", team="core")
    both.save("tea for two", scope=("user",))
    receipt = both.search("tea").receipt
    memory.save("tea for the team", scope=Scope(team="core"))
    again = both.rerun(receipt)
    assert again.same
    assert [hit.text for hit in again.hits] == ["tea for two"]
    assert len(again.new) == 1


def test_a_single_memory_is_explained_too() -> None:
    """The sum of the signals is the score to the last bit also where there is one row to add up."""
    words = "green tea port server uses bob said red apple pie cat dog two home may".split()
    random = Random(1)
    with Memory("sqlite://", embedder=None) as memory:
        for n in range(300):
            one = memory.scoped(user=f"user{n}")
            one.save(" ".join(random.choices(words, k=8)), kind="episode", speaker="Bob", thread="t")
            hits = one.search(" ".join(random.choices(words, k=4)) + "?")
            assert one.explain(hits.receipt).faithful


def test_recalls_lists_what_was_kept(memory: Memory, ada: ScopedMemory) -> None:
    """Newest first, in pages, with what was shown and until when; what was not kept is not there, nor what has expired."""
    first = ada.search("tea", k=2, keep=True)
    clock(memory).advance(days=1)
    second, hits = (
        ada.context("what does Ada like?", keep=True, min_relevance=0),
        ada.search("what does Ada like?"),
    )
    assert set(second.ids) == {hit.id for hit in hits}
    page = ada.recalls(limit=1)
    (newest,) = page
    assert (newest.id, newest.verb, newest.shown) == (
        second.receipt.id,
        "context",
        tuple(hit.id for hit in hits),
    )
    assert newest.tokens == second.tokens
    (older,) = ada.recalls(cursor=page.next)
    assert (older.id, older.verb, older.query, older.tokens) == (first.receipt.id, "search", "tea", None)
    assert older.shown == tuple(hit.id for hit in first)
    assert older.expires_at - older.at == timedelta(days=30)
    assert ada.explain(older.id).faithful
    clock(memory).advance(days=29, hours=1)
    assert [one.id for one in ada.recalls()] == [newest.id]


def test_recalls_are_those_of_callers_with_no_more_labels(memory: Memory, ada: ScopedMemory) -> None:
    """Bob sees none of Ada's; in a team only what was asked with that team alone; the administrator sees all, by label too."""
    mine = ada.search("tea", keep=True).receipt.id
    both = memory.scoped(user="ada", team=["core", "ops"]).search("tea", keep=True).receipt.id
    team = memory.scoped(team="core").search("tea", keep=True).receipt.id
    assert memory.scoped(user="bob").recalls().items == ()
    assert [one.id for one in ada.recalls()] == [mine]
    assert [one.id for one in memory.scoped(team="core").recalls(limit=1)] == [team]
    assert [one.id for one in memory.scoped(user="ada", team=["core", "ops"]).recalls()] == [team, both, mine]
    assert [one.id for one in memory.recalls(under=Scope.shared())] == [team, both, mine]
    assert [one.id for one in memory.recalls(under=Scope(team="core"))] == [team]
    with pytest.raises(InvalidInput, match="cursor"):
        ada.recalls(cursor="junk")
    memory.erase(under=Scope(user="ada"))
    assert [one.id for one in memory.recalls(under=Scope.shared())] == [team]


def test_what_was_recalled_for_several_is_not_told_under_one_of_them(memory: Memory) -> None:
    """A reading under Ada's labels lists, and an export writes, what was asked for her alone, not what was asked for her and Bob."""
    memory.scoped(user=["ada", "bob"]).search("tea", keep=True)
    mine = memory.scoped(user="ada", team="core").search("tea", keep=True).receipt.id
    assert [one.id for one in memory.recalls(under=Scope(user="ada"))] == [mine]
    assert memory.recalls(under=Scope(user="bob")).items == ()
    for form in ("jsonl", "markdown"):
        assert memory.export(io.BytesIO(), under=Scope(user="ada"), format=form).receipts == 1
        assert memory.export(io.BytesIO(), under=Scope(user="bob"), format=form).receipts == 0
