"""Lists of vectors: the same from the same vectors, whatever came before, and few of them hold what is near."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.stores.columns import quantised
from holdfast.stores.lists import NO_LIST, Filed, Lists, lists_for, sampled, trained

COUNT, DIMENSION = 8_192, 48


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Vectors around some hundred topics of uneven size, as int8, like what a model gives for texts of one person."""
    random = np.random.default_rng(4)
    topics = random.standard_normal((120, DIMENSION))
    of = random.choice(120, COUNT, p=random.dirichlet(np.full(120, 0.6)))
    made = topics[of] + 0.7 * random.standard_normal((COUNT, DIMENSION))
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return np.stack([quantised(row)[0] for row in made.astype(np.float32)])


def filed(vectors: np.ndarray) -> Filed:
    """All the vectors in the lists trained on them."""
    lists = Lists.train(COUNT, np.ascontiguousarray(vectors[:: sampled(COUNT)]))
    return Filed(lists, lists.nearest(vectors))


def test_training_is_the_same_every_time(vectors: np.ndarray) -> None:
    """The same vectors give the same centres and lists, to the bit."""
    one, other = filed(vectors), filed(vectors.copy())
    assert one.lists.centres.tobytes() == other.lists.centres.tobytes()
    assert one.of.view.tobytes() == other.of.view.tobytes()


def test_a_sixth_of_the_lists_holds_nearly_all_that_is_near(vectors: np.ndarray) -> None:
    """Recall@100 against looking at everything, for queries that are like the texts and like none of them."""
    found, random = filed(vectors), np.random.default_rng(9)
    recalls = []
    for row in random.choice(COUNT, 60, replace=False):
        query = np.clip(vectors[row] + random.integers(-40, 41, DIMENSION), -127, 127).astype(np.int8)
        wanted = np.argsort(-(vectors.astype(np.int32) @ query.astype(np.int32)), kind="stable")[:100]
        near = found.lists.order(query)[: found.lists.probed]
        recalls.append(np.isin(found.of.view[wanted], near).mean())
    assert np.mean(recalls) >= 0.95


def test_texts_lie_in_their_lists(vectors: np.ndarray) -> None:
    """Each text has one place, within its list; what comes later is found by its list as well; without a vector, nowhere."""
    found = filed(vectors)
    assert sorted(found.places.tolist()) == list(range(COUNT))
    for text in range(0, COUNT, 97):
        chosen = int(found.of.view[text])
        assert found.starts[chosen] <= found.places[text] < found.starts[chosen + 1]
    found.add(vectors[:3], np.array([True, False, True, True]))
    assert found.of.view[COUNT + 1] == NO_LIST
    later = found.later(found.of.view[[1]].astype(np.int64)).tolist()
    assert COUNT + 2 in later
    assert COUNT + 1 not in later


def test_lists_are_trained_at_a_few_sizes() -> None:
    """From the first size on, and again at four times as many: in between what is written moves no centre."""
    assert [trained(n, 1_000) for n in (999, 1_000, 3_999, 4_000, 15_999, 16_000)] == [
        0,
        1_000,
        1_000,
        4_000,
        4_000,
        16_000,
    ]
    assert lists_for(65_536) == 512
    assert lists_for(10**8) == 1_024
    assert lists_for(1) == 1
    assert sampled(262_144) == 4
    assert sampled(10) == 1
