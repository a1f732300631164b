"""Ctrl-C at any moment: nothing stays locked, nothing acknowledged is lost, and nothing is answered from half a step."""

from __future__ import annotations

import signal

import pytest

from tests.engine.processes import finish, start


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer to strike by")
@pytest.mark.parametrize("of", ["file", "memory"])
def test_interrupted_at_any_moment(url: str, of: str) -> None:
    """After a thousand interruptions others write and search, what was acknowledged is there, and the memory closes."""
    finish(start("struck", url if of == "file" else "sqlite://", "1000"))
