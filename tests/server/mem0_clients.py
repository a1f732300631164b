"""mem0's own clients, as their makers ship them, pointed at a server of ours: no telemetry, no home folder of anybody's."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from typing import Any

import pytest

os.environ["MEM0_TELEMETRY"] = "false"
os.environ["MEM0_DIR"] = tempfile.mkdtemp(prefix="mem0-")  # read when mem0 is imported
mem0 = pytest.importorskip("mem0", reason="mem0ai is not installed; CI installs it")
AuthenticationError, MemoryNotFoundError, ValidationError = (
    getattr(mem0.exceptions, name)
    for name in ("AuthenticationError", "MemoryNotFoundError", "ValidationError")
)


class Waited:
    """mem0's AsyncMemoryClient with calls that are waited for, so that one test speaks to both."""

    def __init__(self, client: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._client, self._loop = client, loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name == "project":
            return Waited(found, self._loop)
        if not callable(found):
            return found
        return lambda *given, **named: self._loop.run_until_complete(found(*given, **named))


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Any:
    """Connect a real client with a key: `MemoryClient` in one run of a test, `AsyncMemoryClient` in the other."""
    loop = asyncio.new_event_loop()
    made: list[Any] = []

    def connected(url: str, key: str) -> Any:
        if request.param == "sync":
            return mem0.MemoryClient(api_key=key, host=url)
        asyncio.set_event_loop(loop)
        made.append(mem0.AsyncMemoryClient(api_key=key, host=url))
        return Waited(made[-1], loop)

    yield connected
    for one in made:
        loop.run_until_complete(one.async_client.aclose())
    loop.close()


Connect = Callable[[str, str], Any]


def texts(answer: Any) -> list[str]:
    """The memories of an answer, in its order."""
    return [one["memory"] for one in answer["results"]]
