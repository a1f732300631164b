"""What the targets share: a store to write to, what counts as a refusal, a limit of time, and JSON of any shape."""

from __future__ import annotations

import contextlib
import io
import json
import signal
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from holdfast import Memory, Scope
from holdfast.errors import HoldfastError
from holdfast.testing import FrozenClock, HashingEmbedder

SECONDS = 10.0  # of processor time for one input, with coverage counted: more is a hang


class Hang(BaseException):
    """An input took longer than `SECONDS`. No Exception, so that nothing on the way takes it for its own."""


def limited(check: Callable[[bytes], None], given: bytes) -> None:
    """Put one input to a target; raises `Hang` past the limit, which counts processor time: a busy machine is no hang."""

    def ring(*_: object) -> None:
        raise Hang(f"an input of {len(given):,} bytes takes more than {SECONDS:g} s of processor time")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        check(given)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def opened(**given: Any) -> Memory:
    """Open a new store in memory, with a clock that stands still, so that an input does the same every time."""
    made: dict[str, Any] = {"embedder": HashingEmbedder(), "clock": FrozenClock(), **given}
    return Memory("sqlite://", **made)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Let an error of ours pass as a refusal; its message must be text that can be written down."""
    try:
        yield
    except HoldfastError as error:
        str(error).encode()


@contextlib.contextmanager
def writing(memory: Memory) -> Iterator[None]:
    """The same around one write: where it is refused, the store must hold what it held before."""
    before = held(memory)
    with refusing():
        try:
            yield
        except HoldfastError as error:
            if held(memory) != before:
                raise AssertionError("refused, and yet something was written") from error
            raise


def held(memory: Memory) -> tuple[bytes, int]:
    """Return all that a store holds: every line that it exports, and the steps that are queued."""
    file = io.BytesIO()
    memory.export(file, under=Scope.shared())
    return file.getvalue(), len(memory.backlog(limit=1_000).items)


def loaded(given: bytes) -> Any:
    """Return the JSON that an input is, or None: what is no JSON never gets past a program's own reading."""
    try:
        return json.loads(given)
    except (ValueError, RecursionError):
        return None


def dumped(value: Any) -> bytes:
    """Return JSON as an input; halves of surrogate pairs stay escapes, as a careless program sends them."""
    return json.dumps(value).encode()


# -- values of any shape --------------------------------------------------------------------------------------------------

ODD = st.sampled_from(
    [
        "", " ", "\0", "a\0b", "\x1b[31m", "\ud800", "\u202eevil", "\u200f", "\ufeff", "e\u0301", "😀", "👩‍👩‍👧", "İ", "ß", "ﷺ", "\u2028", "\u0085",
        "'", '"', "\\", "%", "_", "*", "a.b", ".", "..", "a..b", "--", "; DROP TABLE versions", "AND", "NEAR(a b)", "a*", '"a', "^a", "-a", "a:b", "()",
        "-1", "1e999", "NaN", "null", "self", "scope", "under", "actor", "2026-01-01", "9999-12-31T23:59:59.999999-14:00", "0001-01-01T00:00:00+14:00",
        "user", "ada", "server.port", "x" * 300, "x" * 20_001,
    ]
)  # fmt: skip
texts = st.one_of(
    ODD,
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cf", "Cc", "Mn", "So"]), max_size=8),
    st.lists(
        st.sampled_from("the port of my server is 8080 tea I like no longer call me Bob at 5 pm yesterday".split()),
        max_size=12,
    ).map(" ".join),
)  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 2**31, 2**53, 2**63, -(2**63), 2**64, 10**30]),
    st.floats(),
    texts,
)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
