"""Postings find what was added however they were merged, and the best texts for some terms are those of full scoring."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.stores import postings
from holdfast.stores.postings import COUNTS, STEP, Postings, Term, best, highest

Text = dict[int, int]  # term, from 1, to its count
texts = st.lists(st.dictionaries(st.integers(1, 12), st.integers(1, 300), max_size=6), max_size=40)


def packed(text: Text) -> bytes:
    """A text's terms as a store packs them."""
    return np.array(sorted(term << 16 | count for term, count in text.items()), "<u8").tobytes()


def added(parts: Sequence[Sequence[Text]]) -> Postings:
    """Postings that took the texts part by part."""
    made, size = Postings(), 0
    for part in parts:
        made.add(size, [packed(text) for text in part])
        size += len(part)
    return made


@given(st.lists(texts, max_size=8))
def test_a_term_is_found_in_the_texts_that_hold_it(parts: list[list[Text]]) -> None:
    """In rising order and with counts up to 255, whether the postings are listed, sorted or merged."""
    found = added(parts)
    everything = [text for part in parts for text in part]
    looked = found.find(np.array([term << 16 for term in range(1, 14)], np.uint64))
    for term in range(1, 14):
        docs, counts = looked.of(term - 1)
        assert looked.sizes(term - 1)[0] == len(docs)
        holding = [(n, min(text[term], 255)) for n, text in enumerate(everything) if term in text]
        assert list(zip(docs.tolist(), counts.tolist(), strict=True)) == holding


def test_segments_stay_few() -> None:
    """Small parts are merged into larger ones: a term is looked up in a handful of places, not in one for each write."""
    made = added([[{1: 1, n % 7 + 2: 1}] * 40 for n in range(200)])
    assert len(made.find(np.array([1 << 16], np.uint64)).of(0)[0]) == 8_000
    assert len(made._held.segments) <= 4


def full(terms: Sequence[Term], live: np.ndarray, k: int) -> tuple[list[int], int]:
    """The k best live texts by adding up every posting, and how many live ones hold a term."""
    sums = [0] * len(live)
    for gain, docs, counts, _ in terms:
        for doc, count in zip(docs.tolist(), counts.tolist(), strict=True):
            sums[doc] += max(1, int(np.rint(gain * COUNTS[count] * np.float32(STEP))))
    holding = [doc for doc in range(len(live)) if sums[doc] and live[doc]]
    return sorted(sorted(holding, key=lambda doc: (-sums[doc], -doc))[:k]), len(holding)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[Term], np.ndarray, int]:
    """A few rare and common terms over some hundred texts, of which some are not live."""
    size = draw(st.integers(1, 400))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    terms = []
    for share in draw(st.lists(st.sampled_from([0.003, 0.02, 0.1, 0.5, 1.0]), max_size=7)):
        docs = np.flatnonzero(random.random(size) < share).astype(np.int32)
        counts = np.minimum(random.geometric(0.6, len(docs)), 255).astype(np.uint8)
        if len(docs):
            terms.append(
                Term(np.float32(np.log1p((size - len(docs) + 0.5) / (len(docs) + 0.5))), docs, counts)
            )
    live = random.random(size) < draw(st.sampled_from([0.1, 0.9, 1.0]))
    return terms, live, draw(st.sampled_from([1, 3, 10, 50]))


@given(searches())
def test_pruning_loses_nothing(search: tuple[list[Term], np.ndarray, int]) -> None:
    """The best texts and the number of those that hold a term are those of full scoring; sums come with the texts."""
    terms, live, k = search
    rows, sums, holding = best(terms, live, k)
    assert (rows.tolist(), holding) == full(terms, live, k)
    assert len(sums) == len(rows)
    assert best(terms[::-1], live, k)[1].tolist() == sums.tolist()


def test_common_terms_are_pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that half the texts hold is not added up once rarer words have filled the best."""
    size = 20_000
    rare = Term(np.float32(9.0), np.arange(0, size, 100, dtype=np.int32), np.ones(200, np.uint8))
    common = Term(np.float32(0.5), np.arange(0, size, 2, dtype=np.int32), np.ones(size // 2, np.uint8))
    looked_up: list[int] = []
    original = postings.held_by

    def counted(term: Term, rows: np.ndarray) -> object:
        looked_up.append(len(rows))
        return original(term, rows)

    monkeypatch.setattr(postings, "held_by", counted)
    rows, _, holding = best([common, rare], np.ones(size, np.bool_), 50)
    assert looked_up == [200]
    assert holding == size // 2
    assert (rows.tolist(), holding) == full([common, rare], np.ones(size, np.bool_), 50)


@given(st.lists(st.integers(0, 9), max_size=300), st.integers(1, 30))
def test_highest_prefers_the_last_of_equals(values: list[int], k: int) -> None:
    """The places of the k highest values, rising."""
    order = sorted(range(len(values)), key=lambda place: (-values[place], -place))[:k]
    assert highest(np.array(values, np.int32), k).tolist() == sorted(order)
