"""Every input of the corpus is answered or refused; what fuzzing looks for is seen when it is there."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import strategies as st

from fuzz import corpus, doors, engines, mutate, targets
from fuzz.doors import Hang, limited, opened, writing
from holdfast import Memory
from holdfast.errors import InvalidInput


@pytest.mark.parametrize("name", targets.NAMES)
def test_the_corpus_is_answered_or_refused(name: str) -> None:
    """What was found before, what runs rare lines, and the seeds: nothing but answers and errors of ours, and no hang."""
    one = targets.target(name)
    given = corpus.inputs(name, one.seeds)
    assert given
    for each in given:
        limited(one.check, each)


def test_the_corpus_is_small() -> None:
    """Less than 2 MB, every folder a target's, and every file named after what is in it."""
    files = [path for path in corpus.FOLDER.rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) < 2_000_000
    assert {path.parent.name for path in files} <= set(targets.NAMES)
    assert all(path.name.removeprefix("found-") == corpus.name_of(path.read_bytes()) for path in files)


def test_a_hang_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that goes on for ever is stopped at the limit, whatever errors are caught on the way."""
    monkeypatch.setattr(doors, "SECONDS", 0.05)

    def forever(_: bytes) -> None:
        for _ in itertools.count():
            try:
                sum(range(100))
            except ValueError:
                continue

    with pytest.raises(Hang, match="3 bytes"):
        limited(forever, b"abc")


def test_a_refusal_after_a_write_is_found() -> None:
    """A write that is refused once something was kept is an error; one refused before is none."""
    with opened() as memory:
        ada = memory.scoped(user="ada")
        with writing(memory):
            ada.save("")
        with pytest.raises(AssertionError, match="something was written"):
            _refused_too_late(memory)


def _refused_too_late(memory: Memory) -> None:
    with writing(memory):
        memory.scoped(user="ada").save("kept")
        raise InvalidInput("text", "is refused too late")


def test_what_breaks_is_found_by_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that an input breaks is found, and the smallest such input is left behind."""

    def check(given: bytes) -> None:
        if b"b" in given:
            raise KeyError("broken")

    texts = st.text("ab", max_size=9).map(str.encode)
    monkeypatch.setattr(targets, "target", lambda name: targets.Target(name, check, [], texts))
    with pytest.raises(KeyError):
        engines.by_shape("any", 60, tmp_path)
    assert (tmp_path / "now").read_bytes() == b"b"


def test_what_is_minimised_runs_the_same_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many inputs that run the same code the smallest is kept; what broke something once stays."""
    monkeypatch.setattr(corpus, "FOLDER", tmp_path)
    broke = corpus.keep("filters", b'{"eq": {"nothing": 1}}')
    more = [
        b'{"exists": "tags"}',
        b'{"exists": "text"}',
        b'{"exists": "speaker"}',
        b'{"exists": "source.message_ids"}',
        b"[]",
    ]
    count, _ = corpus.minimise("filters", more)
    chosen = [path.read_bytes() for path in corpus.kept("filters")]
    assert broke.read_bytes() in chosen
    assert len(chosen) == count + 1 < len(more) + 1
    assert corpus.minimise("filters", []) == (count, sum(map(len, chosen)) - len(broke.read_bytes()))


def test_a_changed_input_is_the_same_for_the_same_seed() -> None:
    """JSON stays JSON three times in four, no input grows past the limit, and a seed says what is made."""
    given = b'{"a": [1, {"b": "text"}], "c": null}'
    made = [mutate.changed(given, lambda one, most: b"blind"[:most], 60, seed) for seed in range(200)]
    assert made == [mutate.changed(given, lambda one, most: b"blind"[:most], 60, seed) for seed in range(200)]
    assert max(map(len, made)) <= 60
    assert len(set(made)) > 50
    assert all(one == b"blind" or doors.loaded(one) is not None or one == b"null" for one in made)
