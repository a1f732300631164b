"""Ranking: what each signal does, that contributions are the score, and that nothing unseen has a say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast import ranking
from holdfast.age import HALF_LIVES
from holdfast.ports import AsOf, Candidates
from holdfast.ranking import Query, fuse, read, relevance, top
from holdfast.text import ECHO, NAME, NUMBER, OWN, PLACE, QUESTION, TIME
from holdfast.types import KINDS

NOW = datetime(2026, 11, 22, tzinfo=UTC)
ROW_ARRAYS = (
    "live", "bm25", "cos", "best", "around", "covered", "related", "traits", "speaker", "day", "episode", "place",
    "thread", "ids", "key", "kind", "importance", "seen",
)  # fmt: skip
ROOM = 24.0  # a mass from 12 on: a BM25 of 12 is a full match


def corpus(n: int, **given_: Any) -> Candidates:
    """A corpus of `n` live episodes that stand alone, with the arrays given in place of the plain ones."""
    plain: dict[str, Any] = {
        "live": np.ones(n, bool),
        "bm25": np.zeros(n, np.float32),
        "cos": np.zeros(n, np.float32),
        "covered": np.zeros(n, np.float32),
        "related": np.zeros(n, np.float32),
        "traits": np.zeros(n, np.uint8),
        "asked": np.zeros(n, bool),
        "speaker": np.full(n, -1, np.int32),
        "day": np.zeros(n, np.float64),
        "episode": np.ones(n, bool),
        "before": np.full(n, -1, np.int32),
        "place": np.zeros(n, np.int32),
        "thread": np.full(n, -1, np.int32),
        "ids": np.frombuffer(b"".join(i.to_bytes(16, "big") for i in range(n)), "V16"),
        "key": np.arange(n),
        "kind": np.full(n, KINDS.index("episode"), np.int8),
        "importance": np.zeros(n, np.float32),
        "seen": np.zeros(n, np.float32),
    }
    made = {name: np.asarray(given_.pop(name, value), value.dtype) for name, value in plain.items()}
    for name, other in (("best", "cos"), ("around", "bm25")):
        made[name] = np.asarray(given_.pop(name, made[other]), np.float32)
    whole: dict[str, Any] = {"mass": ROOM, "speakers": ("Ann Lee", "Bob"), "as_of": AsOf(NOW, {})} | given_
    return Candidates(**made, threads=int(made["thread"].max(initial=-1)) + 1, **whole)


def chat(*cos: float, **given_: Any) -> Candidates:
    """One thread of turns in a row, with these cosines."""
    n = len(cos)
    return corpus(n, cos=cos, before=np.arange(n) - 1, place=np.arange(n), thread=np.zeros(n), **given_)


@st.composite
def corpora(draw: st.DrawFn, least: int = 0) -> Candidates:
    """A corpus of up to 30 rows in a few threads: turns linked in order, facts among them, some rows not live."""
    n = draw(st.integers(least, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    coarse = draw(st.booleans())  # few different values make many ties
    episode = rng.random(n) < 0.7
    thread = np.where(episode, rng.integers(-1, 4, n), -1)
    live = rng.random(n) < 0.8
    before, place = np.full(n, -1), np.zeros(n)
    for one in range(4):
        turns = np.flatnonzero((thread == one) & live)
        before[turns[1:]] = turns[:-1]
        place[turns] = np.arange(len(turns))
    values = rng.integers(0, 3, (4, n)) / 2 if coarse else rng.random((4, n)) * [[9], [1], [1], [9]]
    ids = np.frombuffer(rng.permutation(256)[: n * 2].astype(np.uint8).repeat(8).tobytes(), "V16")
    return corpus(
        n, live=live, bm25=values[0], cos=values[1] * 2 - 1, best=values[2], around=values[0] + values[3], ids=ids,
        kind=np.where(episode, 2, rng.choice([0, 1, 3, 4], n)), importance=rng.random(n), seen=rng.uniform(19_000, 21_000, n),
        traits=rng.integers(0, 64, n), related=values[0], speaker=rng.integers(-1, 2, n),
        day=rng.integers(19_000, 19_100, n), episode=episode, thread=thread, before=before, place=place,
        covered=values[3], mass=draw(st.sampled_from([0.0, 5.0, ROOM])), has_vectors=draw(st.booleans()),
    )  # fmt: skip


queries = st.builds(
    Query, st.sampled_from([(), ((19_010.0, 19_040.0),), ((19_000.0, 19_001.0), (19_050.0, 19_060.0))]),
    st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0, TIME, NUMBER | NAME, OWN]),
    st.sampled_from([frozenset[str](), frozenset({"did", "lee"})]), st.sampled_from([0, 1, -1]),
)  # fmt: skip


@given(corpora(), queries)
def test_contributions_are_the_score(c: Candidates, query: Query) -> None:
    """What the signals added, in their order, is the score of every live row to the last bit."""
    ranked = fuse(c, query)
    rows = np.flatnonzero(c.live)
    for row, parts in zip(rows, ranked.weighed(ranked.raw(rows)), strict=True):
        assert list(parts) == list(ranking.RECIPE.weights)
        assert sum(parts.values()) == ranked.scores[row]
    assert np.all(np.isneginf(ranked.scores[~c.live]))


@given(corpora(), queries, st.integers(1, 12))
def test_the_best_rows_in_order_with_ties_by_id(c: Candidates, query: Query, k: int) -> None:
    """`top` is a full sort by score and then id, cut at k, also where many rows tie at the boundary."""
    scores = fuse(c, query).scores
    order = sorted(np.flatnonzero(c.live).tolist(), key=lambda row: (-scores[row], c.ids[row].tobytes()))
    assert top(c, scores, k).tolist() == order[:k]


def test_ties_at_the_boundary_of_a_large_corpus() -> None:
    """Of 10,000 equal rows the lowest ids are returned, wherever they stand."""
    order = np.random.default_rng(3).permutation(10_000)
    c = corpus(10_000)
    c = c._replace(ids=c.ids[order])
    assert order[top(c, fuse(c, Query()).scores, 20)].tolist() == list(range(20))


@given(corpora(), queries, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_score(c: Candidates, query: Query, random: Any) -> None:
    """A corpus with its rows shuffled gives every row the score it had."""
    n = len(c.live)
    order = np.array(random.sample(range(n), n), np.int64)
    new_row = np.append(np.argsort(order), -1).astype(np.int32)  # -1 stays -1
    moved = {name: getattr(c, name)[order] for name in ROW_ARRAYS}
    links = {"before": new_row[c.before[order]]}
    assert np.array_equal(fuse(c._replace(**moved, **links), query).scores, fuse(c, query).scores[order])


@given(corpora(), queries)
def test_rows_that_are_not_live_have_no_say(c: Candidates, query: Query) -> None:
    """Whatever dead rows hold, and whether they are there at all, live rows score the same to the bit."""
    scores = fuse(c, query).scores
    loud = {}
    for name, worst in (
        ("bm25", 99), ("cos", 99), ("best", 99), ("around", 99), ("covered", 99), ("related", 99), ("day", 9e9), ("traits", 63), ("place", 50), ("speaker", 0),
    ):  # fmt: skip
        own = getattr(c, name)
        loud[name] = np.where(c.live, own, worst).astype(own.dtype)
    assert np.array_equal(fuse(c._replace(**loud), query).scores, scores)
    rows = np.flatnonzero(c.live)
    assert np.array_equal(relevance(fuse(c._replace(**loud), query), rows), relevance(fuse(c, query), rows))

    kept = np.flatnonzero(c.live)
    new_row = np.full(len(c.live) + 1, -1, np.int32)
    new_row[kept] = np.arange(len(kept))
    alone = {name: getattr(c, name)[kept] for name in ROW_ARRAYS}
    links = {"before": new_row[c.before[kept]]}
    assert np.array_equal(fuse(c._replace(**alone, **links), query).scores, scores[kept])


def test_blocks_do_not_show() -> None:
    """A row's score is the same alone and among 40,000, whichever block it falls into."""
    rng = np.random.default_rng(5)
    n = 40_000
    c = corpus(n, bm25=rng.random(n), cos=rng.random(n), traits=rng.integers(0, 32, n))
    scores = fuse(c, Query()).scores
    for row in (1, 16_383, 16_384, n - 1):
        pair = corpus(2, bm25=c.bm25[[0, row]], cos=c.cos[[0, row]], traits=c.traits[[0, row]])
        assert fuse(pair, Query()).scores[1] == scores[row]


def test_an_empty_corpus_and_a_single_row() -> None:
    """Nothing in, nothing out; one row comes back, also when nothing of it matches."""
    assert top(corpus(0), fuse(corpus(0), Query()).scores, 5).tolist() == []
    assert top(corpus(1), fuse(corpus(1), Query()).scores, 5).tolist() == [0]
    dead = corpus(2, live=[False, False])
    assert top(dead, fuse(dead, Query()).scores, 5).tolist() == []


def part(c: Candidates, name: str, query: Query | None = None) -> list[float]:
    """What one signal adds to every row."""
    ranked = fuse(c, query or Query())
    return [parts[name] for parts in ranked.weighed(ranked.raw(np.arange(len(c.live))))]


def test_words_count_against_a_fixed_full_match() -> None:
    """A BM25 of 12 counts 1 whatever else was found; where the query's words cannot reach 12, what they can does."""
    assert part(corpus(2, bm25=[6, 12]), "words") == [0.5, 1.0]
    assert part(corpus(3, bm25=[6, 12, 99], live=[True, True, False]), "words")[:2] == [0.5, 1.0]
    assert part(corpus(1, bm25=[6], mass=6.0), "words") == [1.0]
    assert part(corpus(1, mass=0.0), "words") == [0.0]


def test_words_count_twice_where_meaning_has_nothing_to_say() -> None:
    """Without a model, and as a query leaves the Latin script."""
    assert part(corpus(1, bm25=[6], has_vectors=False), "words") == [1.0]
    assert part(corpus(1, bm25=[6]), "words", Query(latin=0.5)) == [0.75]


def test_meaning_is_the_mean_of_text_and_best_sentence() -> None:
    """A sentence that fits lifts a turn halfway to it; without a model the cosines are not looked at."""
    c = corpus(2, cos=[0.4, 0.4], best=[0.4, 0.8])
    assert part(c, "meaning") == pytest.approx([1.2, 1.8])
    assert part(c._replace(has_vectors=False), "meaning") == [0.0, 0.0]


def test_meaning_fades_outside_the_latin_script() -> None:
    """For a query in another script the words decide."""
    assert read("Wo läuft der Server?", NOW).latin == 1.0
    assert read("サーバーはどこ", NOW).latin == 0.0
    c = corpus(1, cos=[0.8])
    assert part(c, "meaning", Query(latin=0.0)) == [0.0]


def test_a_named_date_lifts_what_was_said_then_and_soon_after() -> None:
    """Inside the window 1, up to 14 days after it half, before it and later nothing."""
    c = corpus(5, day=[99, 100, 109, 110, 124])
    assert part(c, "time", Query(((100.0, 110.0),))) == [0.0, 2.4, 2.4, 1.2, 0.0]


def test_the_latest_and_the_first_of_what_matches() -> None:
    """Asked for an order, the row at that end of those that match gains most, each further one half; asked for none, none does."""
    c = corpus(4, cos=[0.8, 0.8, 0.8, 0.1], day=[100, 110, 120, 900])
    assert part(c, "recent") == [0.0] * 4
    late, early = (part(c, "recent", Query(order=one)) for one in (1, -1))
    assert late == pytest.approx([0.75, 1.5, 3.0, 0.375])
    assert early == pytest.approx([3.0, 1.5, 0.75, 0.09375])
    same = corpus(2, cos=[0.8, 0.8], day=[100, 100])
    assert part(same, "recent", Query(order=1)) == [3.0, 3.0]


def test_one_conversation_is_one_occasion() -> None:
    """Turns of a thread that follow each other soon stand together: the latest of them need not be the one that tells."""
    c = corpus(5, cos=[0.8] * 5, day=[100, 110, 110.01, 110.04, 110.2], thread=[0, 1, 1, 1, 1])
    assert part(c, "recent", Query(order=1)) == [0.75, 1.5, 1.5, 1.5, 3.0]
    assert part(c, "recent", Query(order=-1)) == [3.0, 1.5, 1.5, 1.5, 0.75]
    first = corpus(4, cos=[0.8] * 4, day=[0, 0.05, 0.101, 5], thread=[0, 0, 0, 1])
    assert part(first, "recent", Query(order=1)) == [0.75, 0.75, 1.5, 3.0]
    apart = corpus(3, cos=[0.8] * 3, day=[110, 110.01, 110.02], thread=[-1, -1, 0])
    assert part(apart, "recent", Query(order=1)) == [0.75, 1.5, 3.0]


def test_what_is_asked_for_lifts_rows_that_hold_it() -> None:
    """A query for a time or a number lifts rows that hold either, once; one that asks for neither lifts none."""
    c = corpus(5, traits=[0, TIME, NUMBER, TIME | NUMBER, PLACE | QUESTION])
    assert part(c, "expected", Query(asks=TIME | NUMBER)) == [0.0, 1.5, 1.5, 1.5, 0.0]
    assert part(c, "expected") == [0.0] * 5
    assert read("When did Ann move?", NOW).asks == TIME


def test_who_is_asked_about_lifts_what_they_said() -> None:
    """Any word of a speaker's name in the query names them; a row without a speaker is named by nobody."""
    c = corpus(3, speaker=[-1, 0, 1])
    assert part(c, "speaker", read("What does LEE drink?", NOW)) == [0.0, 1.0, 0.0]
    assert part(c, "speaker", read("Did Ann and Bob meet?", NOW)) == [0.0, 1.0, 1.0]
    assert part(c, "speaker", read("What do bobbins cost?", NOW)) == [0.0, 0.0, 0.0]
    asking = c._replace(traits=np.array([0, QUESTION, 0], np.uint8))
    assert part(asking, "speaker", read("Did Ann and Bob meet?", NOW)) == [0.0, 0.0, 1.0]


def test_several_things_of_somebody_are_told_by_themselves() -> None:
    """What Ann says of herself gains where several things of hers are asked for, and in no other case."""
    c = corpus(4, speaker=[0, 0, 1, -1], traits=[OWN | NAME, NAME, OWN, OWN])
    assert part(c, "expected", read("What pets does Ann have?", NOW)) == [1.5, 0.0, 0.0, 0.0]
    assert part(c, "expected", read("When did Ann move?", NOW)) == [0.0] * 4
    assert part(c, "expected", read("What pets are there?", NOW)) == [0.0] * 4
    assert part(c, "expected", read("How many pets does Ann have?", NOW)) == [1.5, 0.0, 0.0, 0.0]


def test_words_that_stand_in_for_others_count_on_the_scale_of_words() -> None:
    """Half of a full match in other words is half of the signal's weight."""
    assert part(corpus(2, related=[6, 0]), "related") == [1.5, 0.0]
    assert part(corpus(1, related=[3], mass=6.0), "related") == [1.5]


def test_words_told_in_the_turns_around_count() -> None:
    """A row whose neighbours hold the rest of the query's words gains, on the scale of its own words."""
    c = corpus(3, bm25=[3, 3, 0], around=[3, 12, 12])
    assert part(c, "around") == pytest.approx([0.325, 1.3, 1.3])
    assert part(c._replace(mass=6.0), "around") == pytest.approx([0.65, 2.6, 2.6])
    facts = c._replace(episode=np.array([False, True, True]))
    assert part(facts, "around") == pytest.approx([0.65, 1.3, 1.3])


def test_the_turn_after_a_question_is_its_reply() -> None:
    """It gains by how well the question fits; a turn after a statement, a first turn and the one before gain nothing."""
    c = chat(0.2, 0.8, 0.0, 0.4, traits=[0, QUESTION, 0, QUESTION])
    assert part(c, "reply") == pytest.approx([0.0, 0.0, 0.4 * 3.0 * 0.8, 0.0])
    assert part(corpus(1, cos=[0.8], traits=[QUESTION]), "reply") == [0.0]


def test_several_messages_in_a_row_all_reply_to_the_question_before_them() -> None:
    """Up to three of one's own may stand between; nobody replies to their own question; an unnamed speaker is anybody."""
    asked, answers = 0.4 * 3.0 * 0.8, [0.0] * 5
    c = chat(0.8, *answers, traits=[QUESTION, 0, 0, 0, 0, 0], speaker=[0, 1, 1, 1, 1, 1])
    assert part(c, "reply") == pytest.approx([0.0, asked, asked, asked, asked, 0.0])
    assert part(c._replace(speaker=np.zeros(6, np.int32)), "reply") == [0.0] * 6
    unnamed = c._replace(speaker=np.full(6, -1, np.int32))
    assert part(unnamed, "reply") == pytest.approx([0.0, asked, 0.0, 0.0, 0.0, 0.0])


def test_a_thread_lifts_its_turns_most_beside_the_best() -> None:
    """The best turn gives all of its core to itself, less with every step away, and never less than 0.7 of it."""
    c = chat(0.0, 0.8, 0.0, *[0.0] * 200)
    got, whole = part(c, "thread"), 1.6 * 3.0 * 0.8
    assert got[1] == pytest.approx(whole)
    assert got[0] == got[2] == pytest.approx(whole * (0.7 + 0.3 * np.exp(-1 / 8)))
    assert sorted(got[1:], reverse=True) == got[1:]
    assert got[-1] == pytest.approx(whole * 0.7, rel=1e-3)


def test_of_equal_best_turns_the_latest_is_the_place() -> None:
    """Where two turns of a thread fit alike, the others are measured from the later one, whatever the order of rows."""
    c = chat(0.8, 0.0, 0.0, 0.0, 0.8)
    got = part(c, "thread")
    assert got == sorted(got)
    turned = c._replace(place=c.place[::-1].copy())
    assert part(turned, "thread") == got[::-1]


def test_threads_do_not_touch_each_other() -> None:
    """Turns of a conversation that matches less gain less, and none from another's peak."""
    c = corpus(4, cos=[0.8, 0.0, 0.2, 0.0], thread=[0, 0, 1, 1])
    assert part(c, "thread") == pytest.approx([3.84, 3.84, 0.96, 0.96])


def test_an_episode_alone_is_its_own_thread() -> None:
    """Without a thread an episode is not buried by those that have one."""
    assert part(corpus(1, cos=[0.4]), "thread") == pytest.approx([1.92])


def test_a_fact_that_matches_as_well_as_the_best_turn_beats_its_thread() -> None:
    """A one-line fact is not buried under a thread of log lines about the same thing."""
    c = corpus(6, cos=[0.6] * 6, episode=[False, *[True] * 5], thread=[-1, *[0] * 5], place=[0, *range(5)])
    assert top(c, fuse(c, Query()).scores, 1).tolist() == [0]


def test_facts_step_back_together_where_none_fits() -> None:
    """The share of declarative rows shrinks with the distance of the best of them to the best episode, and is bounded."""
    facts = [False, False, True]
    near, far, past = (corpus(3, cos=[x, x / 2, 0.6], episode=facts) for x in (0.6, 0.3, 0.9))
    share = 1.6 * 1.6 * 3.0
    assert part(near, "thread")[:2] == pytest.approx([share * 0.6, share * 0.3])
    assert part(far, "thread")[:2] == pytest.approx([share * 0.3 * 0.5, share * 0.15 * 0.5])
    assert part(past, "thread")[0] == pytest.approx(share * 0.9)
    assert part(near, "reply") == [0.0] * 3


def test_a_fact_in_a_thread_is_no_turn_of_it() -> None:
    """A declarative row that was learned in a conversation neither lifts it nor is lifted by it."""
    c = corpus(3, cos=[0.1, 0.4, 0.8], thread=[0, 0, 0], place=[0, 1, 0], episode=[True, True, False])
    far = 0.7 + 0.3 * np.exp(-1 / 8)
    assert part(c, "thread") == pytest.approx([1.6 * 1.2 * far, 1.6 * 1.2, 1.6 * 1.6 * 2.4])


def test_a_signal_can_be_switched_off() -> None:
    """A weight of 0 takes a signal out of the score and nothing else; the recipe itself stays as it is."""
    c = corpus(2, cos=[0.4, 0.2], related=[0, 6])
    without = ranking.RECIPE.weighing(related=0.0)
    rows = np.arange(2)
    ranked = fuse(c, Query(), without)
    assert [parts["related"] for parts in ranked.weighed(ranked.raw(rows))] == [0.0, 0.0]
    assert fuse(c, Query(), without).scores[0] == fuse(c, Query()).scores[0]
    assert fuse(c, Query()).scores[1] == pytest.approx(fuse(c, Query(), without).scores[1] + 1.5)


@given(corpora(), queries)
def test_facts_change_nothing_among_episodes(c: Candidates, query: Query) -> None:
    """Adding facts leaves every episode's score as it was, however well they match; but for an order in time, which is one."""
    query = query._replace(order=0)
    without = c._replace(live=c.live & c.episode)
    assert np.array_equal(fuse(c, query).scores[without.live], fuse(without, query).scores[without.live])


@given(corpora(least=1), queries)
def test_relevance_is_between_0_and_1(c: Candidates, query: Query) -> None:
    """Relevance stays in its bounds, and the same rows get the same whichever of them are asked for."""
    c = c._replace(bm25=c.bm25 * 10)
    ranked = fuse(c, query)
    rows = top(c, ranked.scores, 5)
    found = relevance(ranked, rows)
    assert np.all((found >= 0) & (found <= 1))
    for row, value in zip(rows, found, strict=True):
        assert relevance(ranked, np.array([row])) == value


@pytest.mark.parametrize("vectors", [True, False])
@pytest.mark.parametrize("others", [0, 60])
def test_relevance_grows_with_what_speaks_for_a_row(vectors: bool, others: int) -> None:
    """More words of the query, a closer meaning, a better thread: each raises it, in small and large stores alike."""

    def of(bm25: float, cos: float, covered: float, peak: float = 0.0) -> float:
        n, rest = others + 2, [0.0] * others
        c = corpus(
            n, bm25=[bm25, peak * 12, *rest], cos=[cos, 0.0, *rest], covered=[covered, *[0.0] * (n - 1)],
            thread=[0, 0, *[-1] * others], place=np.arange(n), has_vectors=vectors,
        )  # fmt: skip
        return float(relevance(fuse(c, Query()), np.array([0]))[0])

    plain = of(3, 0.3, 3)
    assert of(3, 0.3, 9) > plain
    assert of(6, 0.3, 3) > plain
    assert of(3, 0.3, 3, peak=2.0) > plain
    assert (of(3, 0.5, 3) > plain) == vectors


def test_relevance_falls_with_what_any_row_has_in_common_with_a_query() -> None:
    """In a store of 50 rows or more a meaning counts against the median one, of live rows alone."""

    def first(common: float, live: bool) -> float:
        c = corpus(101, cos=[0.5, *[common] * 100], live=[True, *[live] * 50, *[True] * 50])
        if not live:
            c = c._replace(cos=np.where(c.live, c.cos, 0.9).astype(np.float32))
        return float(relevance(fuse(c, Query()), np.array([0]))[0])

    assert first(0.1, True) > first(0.3, True)
    assert first(0.1, False) == first(0.1, True)


def test_idf_and_saturation() -> None:
    """Rarer terms weigh more and never less than nothing; a count of one is 1 and repetition saturates below 1.9."""
    assert ranking.idf(100, 1) > ranking.idf(100, 50) > ranking.idf(100, 100) > 0
    once, twice, often = ranking.saturate(np.array([1, 2, 255], np.float32))
    assert once == 1.0 < twice < often < 1.9


@given(st.sampled_from(KINDS), st.floats(0, 1, width=32), st.integers(0, 5_000))
def test_importance_is_halved_with_every_half_life(kind: str, given_: float, age: int) -> None:
    """What a kind counts for after some days lies between its halvings; nothing that lies ahead counts for more."""
    life, today = HALF_LIVES[kind], NOW.timestamp() / 86_400
    ages = [0, -3, life, 2 * life, age, age + life]
    c = corpus(
        6, kind=np.full(6, KINDS.index(kind)), importance=np.full(6, given_), seen=today - np.array(ages)
    )
    ranked = fuse(c, Query())
    got = ranked.raw(np.arange(6))[:, ranked.recipe.names.index("importance")]
    assert got[:4] == pytest.approx([given_, given_, given_ / 2, given_ / 4], rel=1e-3)
    assert got[5] == pytest.approx(got[4] / 2, rel=1e-3)
    assert (got >= 0).all()
    assert (got <= given_).all()


def test_what_only_repeats_counts_by_what_stands_around() -> None:
    """A question that holds nothing besides the query's words, and an agent's turn that says again what it was shown."""
    c = corpus(4, bm25=[6.0] * 4, asked=[True, False, False, True], traits=[QUESTION, QUESTION, ECHO, ECHO])
    own = part(c, "words")
    assert part(c, "repeats") == [-own[0], 0.0, -own[2], -own[3]]
    assert fuse(c, Query()).scores.argmax() == 1
    assert part(corpus(2, bm25=[6.0] * 2), "repeats") == [0.0, 0.0]


def test_importance_alone_never_outweighs_a_word() -> None:
    """A memory that matters, fresh, stands behind one that matches, however old."""
    c = corpus(2, bm25=[6.0, 0.0], importance=[0.0, 1.0], seen=[0.0, NOW.timestamp() / 86_400])
    assert top(c, fuse(c, Query()).scores, 2).tolist() == [0, 1]
