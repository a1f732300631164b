"""What A gets back is the same to the byte whether B's memories exist or not."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import pytest

from holdfast.testing import HashingEmbedder
from holdfast.verify.isolation import SCOPES, run, uncovered


def alone(a: dict[str, Any]) -> str:
    """What A gets where there is no B; several cases have the same A."""
    return _alone(tuple(a.items()))


@functools.cache
def _alone(a: tuple[tuple[str, Any], ...]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), dict(a), None, HashingEmbedder())


@pytest.mark.slow
@pytest.mark.parametrize("case", SCOPES)
def test_what_a_gets_does_not_depend_on_b(tmp_path: Path, case: str) -> None:
    """Answers, ids, order, scores, errors, cursors, counts and decisions about duplicates are the same, byte by byte."""
    a, b = SCOPES[case]
    assert run(tmp_path, a, b, HashingEmbedder()) == alone(a)


def test_nor_by_words_alone(tmp_path: Path) -> None:
    """The same without an embedding model, where B's words would count first."""
    a, b = SCOPES["another user"]
    assert run(tmp_path, a, b, None) == run(tmp_path, a, None, None)


def test_no_verb_is_left_out() -> None:
    """A new verb must be put into the script, or this fails."""
    assert uncovered() == set()


def test_b_does_collide(tmp_path: Path) -> None:
    """The script is worth something: run in A's own scope, B's meddling does change what A gets."""
    a = {"user": "ada"}
    assert run(tmp_path, a, a, None) != run(tmp_path, a, None, None)
