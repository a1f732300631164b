"""Ranking by hand: relevance in each of its three ways, what matches, large corpora as small ones, limits at their edges."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from holdfast import ranking
from holdfast.ports import AsOf, Beyond, Candidates
from holdfast.ranking import Ground, Query, fuse, matching, read, relevance, shifted, top
from holdfast.text import NUMBER, OWN, QUESTION, TIME
from holdfast.types import KINDS
from tests.unit.test_ranking import NOW, ROOM, chat, corpus, part

SPAN = Query(((100.0, 110.0),))
WITHIN, SOON, NEVER = 105.0, 115.0, 500.0


def logistic(z: float) -> float:
    """1 / (1 + e^-z)."""
    return 1.0 / (1.0 + math.exp(-z))


def told(c: Candidates, *rows: int, query: Query | None = None) -> list[float]:
    """The relevance of some rows."""
    return relevance(fuse(c, query or Query()), np.array(rows)).tolist()


# -- relevance ---------------------------------------------------------------------------------------------------------


def test_relevance_without_a_model() -> None:
    """2.1 times the thread's peak, less 0.14 for the weight of every word that is missing, less 1.7."""
    c = corpus(
        5, bm25=[6, 12, 6, 3, 0], covered=[9, 0, 0, 0, 99], related=[1, 0, 0, 2, 0], thread=[0, 0, -1, 0, -1],
        place=[0, 1, 0, 0, 0], episode=[True, True, True, False, True], has_vectors=False,
    )  # fmt: skip
    # Words count twice: 6 of 12 are 1. Row 3 is a fact, which has its own core and not its thread's peak.
    assert told(c, 0, 1, 2, 3, 4) == pytest.approx([
        logistic(2.1 * 2.0 - 0.14 * (24 - (9 + 1)) - 1.7),
        logistic(2.1 * 2.0 - 0.14 * (24 - 12 / 1.9) - 1.7),
        logistic(2.1 * 1.0 - 0.14 * (24 - 6 / 1.9) - 1.7),
        logistic(2.1 * 0.5 - 0.14 * (24 - (3 / 1.9 + 2)) - 1.7),
        logistic(-1.7),
    ])  # fmt: skip


@pytest.mark.parametrize("live", [49, 50])
def test_relevance_in_a_small_store_and_from_fifty_on(live: int) -> None:
    """Below 50 live rows a meaning is taken as it is, from there on against the median one; dead rows are not counted."""
    n, common = live + 11, 0.2
    c = corpus(
        n, cos=[0.5, *[common] * (n - 1)], bm25=[6, *[0] * (n - 1)], covered=[6, *[0] * (n - 1)],
        live=[True] * live + [False] * 11,
    )  # fmt: skip
    peak, missing = 0.5 + 3.0 * 0.5, 24.0 - 6.0
    z = 3.8 * peak - 0.09 * missing - 6.0
    if live == 50:
        z = 3.2 * peak - 0.11 * missing + 5.5 * 0.5 - 7.3 * common - 6.6
    assert told(c, 0) == pytest.approx([logistic(z)])
    whole = c._replace(live=np.ones(n, bool))
    assert told(whole, 0) == pytest.approx(
        [logistic(3.2 * peak - 0.11 * missing + 5.5 * 0.5 - 7.3 * common - 6.6)]
    )


def test_the_median_meaning_is_the_upper_one() -> None:
    """Of an even number of rows the higher of the two in the middle, also where a query leaves the Latin script."""
    cos = np.linspace(0.0, 0.5, 60)
    for latin in (1.0, 0.5):
        z = 3.2 * 3.0 * latin * 0.5 - 0.11 * 24 + 5.5 * latin * 0.5 - 7.3 * latin * cos[30] - 6.6
        assert told(corpus(60, cos=cos), 59, query=Query(latin=latin)) == pytest.approx(
            [logistic(z)], rel=1e-5
        )


def test_relevance_of_rows_drawn_from_many() -> None:
    """What is usual is what the sample of the whole says then, faded as the rows' own meaning is."""
    usual = np.array([0.3, 0.1, 0.4, 0.2], np.float32)
    c = corpus(60, cos=[0.5] * 60, beyond=Beyond(9_000, 10, usual))
    for latin in (1.0, 0.5):
        z = 3.2 * 1.5 * latin - 0.11 * 24 + 5.5 * 0.5 * latin - 7.3 * 0.3 * latin - 6.6
        assert told(c, 7, query=Query(latin=latin)) == pytest.approx([logistic(z)])


@pytest.mark.parametrize(("vectors", "rows"), [(False, 3), (True, 3), (True, 60)])
def test_a_date_that_is_named_counts_in_relevance(vectors: bool, rows: int) -> None:
    """2.8 for a row within it, half soon after, less 1.1 for every row; where no date is named, nothing."""
    c = corpus(rows, day=[WITHIN, SOON, *[NEVER] * (rows - 2)], bm25=[9] * rows, has_vectors=vectors)

    def logit(p: float) -> float:
        return math.log(p / (1 - p))

    plain = [logit(p) for p in told(c, 0, 1, 2)]
    dated = [logit(p) for p in told(c, 0, 1, 2, query=SPAN)]
    assert [d - p for d, p in zip(dated, plain, strict=True)] == pytest.approx([1.7, 0.3, -1.1], abs=1e-6)


def test_relevance_is_the_same_in_a_large_store() -> None:
    """Above the rows whose signals are kept, the same rows have the same relevance as among few."""
    rng = np.random.default_rng(4)
    few, many = 2_000, 2_100
    columns: dict[str, Any] = {
        "cos": rng.random(many), "bm25": rng.random(many) * 9, "covered": rng.random(many) * 9,
        "day": rng.integers(90, 130, many), "live": np.arange(many) < few,
    }  # fmt: skip
    large = corpus(many, **columns)
    small = corpus(few, **{name: column[:few] for name, column in columns.items()})
    for query in (Query(), SPAN):
        assert told(large, *range(9), query=query) == told(small, *range(9), query=query)


# -- what matches ------------------------------------------------------------------------------------------------------


def test_what_has_anything_to_do_with_a_query() -> None:
    """By its words, words related to them, its conversation, its date or its speaker; a fact is in no conversation."""
    #             words  related thread fact   speaker date   none   dead
    c = corpus(
        8, bm25=[0.3, 0, 0, 0, 0, 0, 0, 9], related=[0, 0.2, 0, 0, 0, 0, 0, 9], thread=[0, -1, 0, 0, -1, -1, 1, 0],
        episode=[True, True, True, False, True, True, True, True], speaker=[-1, 1, 1, 1, 0, 1, 1, 0],
        day=[NEVER] * 5 + [SOON, NEVER, WITHIN], live=[True] * 7 + [False], has_vectors=False,
    )  # fmt: skip
    plain = [True, True, True, False, False, False, False, False]
    assert matching(fuse(c, Query())).tolist() == plain
    assert matching(fuse(c, read("What does Ann say?", NOW))).tolist() == [*plain[:4], True, *plain[5:]]
    assert matching(fuse(c, SPAN)).tolist() == [*plain[:5], True, *plain[6:]]


def test_a_store_looks_closely_at_what_words_and_meaning_choose() -> None:
    """The two alone, in the store's precision: against a full match of 12, or of what the query's words come to."""
    bm25, cos = np.array([6, 0], np.float32), np.array([0.5, 0.25], np.float32)
    assert ranking.core(bm25, cos, ROOM).tolist() == [2.0, 0.75]
    assert ranking.core(bm25, cos, 6.0).tolist() == [2.5, 0.75]
    assert ranking.core(bm25, cos, 0.0).tolist() == [7.5, 0.75]
    assert ranking.core(bm25, cos, ROOM).dtype == np.float32


def test_rows_of_several_corpora_are_named_as_of_one() -> None:
    """What is there is raised by where its part begins; what is not stays -1."""
    one, two = np.array([-1, 0, 2], np.int32), np.array([0, -1], np.int32)
    made = shifted([one, two], [0, 3])
    assert (made.tolist(), made.dtype) == ([-1, 0, 2, 3, -1], np.int32)
    assert shifted([two], [5]).tolist() == [5, -1]
    assert shifted([one], [0]).tolist() == [-1, 0, 2]
    assert (shifted([], []).tolist(), shifted([], []).dtype) == ([], np.int32)


# -- words -------------------------------------------------------------------------------------------------------------


def test_weights_of_words_by_hand() -> None:
    """ln(1 + (n - df + 0.5) / (df + 0.5)), and 1.9 times the count over the count and 0.9."""
    assert ranking.idf(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))
    assert ranking.saturate(np.array([1, 2, 5], np.float32)).tolist() == pytest.approx(
        [1.0, 3.8 / 2.9, 9.5 / 5.9], rel=1e-6
    )


def test_words_are_read_from_a_query() -> None:
    """Its windows from the day it is asked, what it asks for, its words folded, and the order it wants."""
    made = read("What did LEE buy yesterday?", NOW)
    today = math.floor(NOW.timestamp() / 86_400)
    assert made.windows == ((today - 1, today),)
    assert made.names == {"what", "did", "lee", "buy", "yesterday"}
    assert read("What is Ann's latest job?", NOW).order == 1
    assert read("When did Ann first visit Oslo?", NOW).order == -1


# -- signals at their limits -------------------------------------------------------------------------------------------


def test_two_dates_in_one_query_each_count() -> None:
    """A row within either has 1, also where it lies soon after the other, whichever is named first."""
    spans = ((100.0, 110.0), (112.0, 120.0))
    c = corpus(5, day=[105, 115, 111, 121, 134])
    for named in (spans, spans[::-1]):
        assert part(c, "time", Query(named)) == [2.4, 2.4, 1.2, 1.2, 0.0]


def test_what_matches_well_enough_is_put_in_order() -> None:
    """From 0.7 of the best core on; what lies below, and what is not live, is no occasion."""
    c = corpus(
        5, bm25=[12, 8.5, 8, 12, 12], day=[120, 100, 10, 110, 900], live=[True] * 4 + [False], cos=[0] * 5
    )
    late = part(c, "recent", Query(order=1))[:4]
    assert late == pytest.approx([3.0, 0.75 * 8.5 / 12, 0.375 * 8 / 12, 1.5])
    early = part(c, "recent", Query(order=-1))[:4]
    assert early == pytest.approx([0.75, 3.0 * 8.5 / 12, 3.0 * 8 / 12, 1.5])
    assert part(corpus(2, day=[1, 2]), "recent", Query(order=1)) == [0.0, 0.0]


def test_nothing_matches_and_nothing_is_lifted() -> None:
    """Where no core is above 0 no thread, fact or reply gains, and a meaning below 0 takes away only its own."""
    c = chat(-0.5, -0.5, traits=[QUESTION, 0])
    assert (part(c, "thread"), part(c, "reply")) == ([0.0, 0.0], [0.0, 0.0])
    assert part(c, "meaning") == [-1.5, -1.5]
    facts = corpus(2, cos=[0.4, 0.2], episode=[False, False])
    assert part(facts, "thread") == pytest.approx([1.6 * 1.6 * 1.2, 1.6 * 1.6 * 0.6])


def test_far_away_in_a_thread_the_share_stays() -> None:
    """The 64th turn from the best and every later one have the same."""
    got = part(chat(0.8, *[0.0] * 80), "thread")
    whole = 1.6 * 3.0 * 0.8
    for n in (1, 8, 63, 64):
        assert got[n] == pytest.approx(whole * (0.7 + 0.3 * math.exp(-n / 8)))
    assert got[64] == got[65] == got[80]


def test_only_a_question_of_somebody_else_is_replied_to() -> None:
    """The turn that is answered is the last of another; where that asks nothing, there is no reply, whoever asked before."""
    asks = [QUESTION, 0, 0]
    assert part(chat(0.8, 0.0, 0.0, traits=asks, speaker=[0, 1, 0]), "reply") == pytest.approx(
        [0, 0.4 * 2.4, 0]
    )
    assert part(chat(0.8, 0.0, 0.0, traits=[QUESTION | TIME, 0, 0], speaker=[-1, 0, 0]), "reply") == (
        pytest.approx([0, 0.4 * 2.4, 0.4 * 2.4])
    )


def test_a_row_of_ones_own_counts_once() -> None:
    """A row that holds what is asked and is one's own as well has the signal's weight once."""
    c = corpus(3, speaker=[0, 0, 1], traits=[OWN | NUMBER, OWN, OWN | NUMBER])
    assert part(c, "expected", Query(asks=OWN | NUMBER, names=frozenset({"ann"}))) == [1.5, 1.5, 1.5]
    assert part(c, "expected", Query(asks=OWN)) == [0.0, 0.0, 0.0]


def test_importance_goes_by_the_day_that_is_asked_about() -> None:
    """What a store keeps of its rows between searches does not keep them from fading as the days go by."""
    today = math.floor(NOW.timestamp() / 86_400)
    c = corpus(2, importance=[1.0, 0.5], seen=[today, today - 30], kind=[KINDS.index("episode")] * 2)
    kept = c._replace(ground=Ground(c))
    for days, first in ((0, 1.0), (30, 0.5), (15, 0.75), (0, 1.0), (60, 0.25)):
        at = kept._replace(as_of=AsOf(NOW + timedelta(days=days), {}))
        assert part(at, "importance") == pytest.approx([0.2 * first, 0.2 * first / 4])


# -- large as small ----------------------------------------------------------------------------------------------------


def mixed(live: int, dead: int, **given: Any) -> tuple[Candidates, Candidates]:
    """A corpus of all sorts with dead rows strewn in, and the same without them."""
    rng, n = np.random.default_rng(7), live + dead
    alive = np.zeros(n, bool)
    alive[rng.permutation(n)[:live]] = True
    episode = rng.random(n) < 0.7
    thread = np.where(episode & (rng.random(n) < 0.8), rng.integers(0, 40, n), -1)
    before, place = np.full(n, -1), np.zeros(n)
    for one in range(40):
        turns = np.flatnonzero((thread == one) & alive)
        before[turns[1:]] = turns[:-1]
        place[turns] = np.arange(len(turns))
    columns: dict[str, Any] = {
        "bm25": rng.random(n) * 9, "cos": rng.random(n) * 2 - 1, "best": rng.random(n), "around": rng.random(n) * 9,
        "covered": rng.random(n) * 9, "related": rng.random(n) * 3, "traits": rng.integers(0, 64, n),
        "speaker": rng.integers(-1, 2, n), "day": rng.integers(90, 140, n), "episode": episode, "place": place,
        "thread": thread, "kind": np.where(episode, 2, rng.choice([0, 1, 3, 4], n)), "importance": rng.random(n),
        "seen": rng.integers(19_000, 20_000, n), "ids": np.frombuffer(rng.bytes(n * 16), "V16"), "key": np.arange(n),
    }  # fmt: skip
    row = np.full(n + 1, -1)
    row[:-1][alive] = np.arange(live)
    whole = corpus(n, live=alive, before=before, **columns, **given)
    alone = corpus(
        live, before=row[before[alive]], **{name: one[alive] for name, one in columns.items()}, **given
    )
    return whole, alone._replace(threads=whole.threads)


EVERYTHING = Query(((100.0, 110.0),), 0.7, TIME | OWN, frozenset({"ann"}), 1)


@pytest.mark.parametrize("dead", [49, 600, 15_000, 40_000])
@pytest.mark.parametrize("query", [Query(), EVERYTHING, EVERYTHING._replace(order=-1)])
def test_a_large_corpus_ranks_as_a_small_one(dead: int, query: Query) -> None:
    """Many rows that are not live change no bit of a score, a signal or a relevance, of whatever way there is to add them up."""
    whole, alone = mixed(2_000, dead)
    large, small = fuse(whole, query), fuse(alone, query)
    rows = np.flatnonzero(whole.live)
    assert np.array_equal(large.scores[rows], small.scores)
    assert np.isneginf(large.scores[~whole.live]).all()
    assert np.array_equal(large.raw(rows), small.raw(np.arange(2_000)))
    assert np.array_equal(matching(large)[rows], matching(small))
    assert not matching(large)[~whole.live].any()
    best = top(whole, large.scores, 50)
    assert best.tolist() == rows[top(alone, small.scores, 50)].tolist()
    assert np.array_equal(relevance(large, best), relevance(small, np.searchsorted(rows, best)))


def test_other_weights_count_in_a_large_corpus_as_in_a_small_one() -> None:
    """A recipe made of another has the weights that were asked for, and one number for each of its signals."""
    recipe = ranking.RECIPE.weighing(related=0.0, thread=2.0)
    assert dict(recipe.weights) == {**ranking.RECIPE.weights, "related": 0.0, "thread": 2.0}
    whole, alone = mixed(2_000, 100)
    large, small = fuse(whole, EVERYTHING, recipe), fuse(alone, EVERYTHING, recipe)
    assert np.array_equal(large.scores[whole.live], small.scores)
    with pytest.raises(ValueError, match="shorter"):
        recipe.named([1.0])


@pytest.mark.parametrize("vectors", [True, False])
def test_all_sorts_are_added_up_as_told(vectors: bool) -> None:
    """Above 2,048 rows, all live: what the signals added is the score to the last bit, and blocks do not show."""
    _, c = mixed(17_000, 10, has_vectors=vectors)
    ranked = fuse(c, EVERYTHING)
    rows = np.arange(16_300, 16_500)
    for row, parts in zip(rows, ranked.weighed(ranked.raw(rows)), strict=True):
        assert sum(parts.values()) == ranked.scores[row]


@pytest.mark.parametrize("n", [511, 512, 513, 700, 5_000])
@pytest.mark.parametrize("values", [3, 40, 10**9])
def test_the_best_of_many_with_many_ties(n: int, values: int) -> None:
    """A full sort by score and then id, cut at k, however many tie and however many are not live."""
    rng = np.random.default_rng(n + values % 7)
    c = corpus(n, ids=np.frombuffer(rng.bytes(n * 16), "V16"))
    scores = rng.integers(-values, values, n) / 7
    scores[rng.random(n) < 0.2] = -np.inf
    rows = sorted(
        np.flatnonzero(scores > -np.inf).tolist(), key=lambda row: (-scores[row], c.ids[row].tobytes())
    )
    for k in (1, 2, 7, 8, 63, 64, 65, 400, n - 1, n, n + 5):
        assert top(c, scores, k).tolist() == rows[:k]
    assert top(c, np.full(n, -np.inf), 3).tolist() == []
