"""The agent's side: what to send before a step, tools while it runs, what to keep after it; state and runs that survive.

    session = Session(memory, thread="chat-7", user="ada", project="api")
    step = session.before_step("which port does the server use?")
    reply = model(step.messages("You are a helpful engineer."), tools=session.tools("openai"))
    session.after_step([{"role": "user", "content": step.input}, reply])

No framework and no model: lists of messages in, lists of messages out. `AsyncSession` is the same over an `AsyncMemory`.
"""

from __future__ import annotations

import functools
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Literal

from .. import checks
from ..errors import InvalidInput
from ..filters import Filter
from ..memory import AsyncMemory, Memory, awaited, driven
from .calls import Calling
from .core import ALWAYS, PLACEMENT, SPLIT, After, Core, Step
from .faces import got
from .pieces import Pieces
from .runs import Runs, Trace
from .seen import Changed
from .tools import schemas
from .working import Working

__all__ = [
    "ALWAYS",
    "PLACEMENT",
    "SPLIT",
    "After",
    "AsyncRun",
    "AsyncSession",
    "AsyncState",
    "Changed",
    "Run",
    "Session",
    "State",
    "Step",
    "Trace",
]

_driven = functools.partial(driven, of="_core")
_awaited = functools.partial(awaited, of="_core")


async def _each(reply: Iterator[Any]) -> AsyncIterator[Any]:
    """Yield what a function that is not awaited streams."""
    try:
        for piece in reply:
            yield piece
    finally:
        if callable(close := getattr(reply, "close", None)):
            close()


class _Named:
    """What both faces of a session have that waits for nothing."""

    _over: tuple[Any, ...] = (Memory, AsyncMemory)

    def __init__(
        self,
        memory: Any,
        *,
        thread: str,
        actor: str | None = None,
        timezone: str | None = None,
        placement: Mapping[str, Sequence[str]] = PLACEMENT,
        always: Filter | Mapping[str, Any] | None = ALWAYS,
        state_scope: Sequence[str] | None = None,
        count_tokens: Callable[[str], int] | None = None,
        **labels: str | Sequence[str],
    ) -> None:
        if not isinstance(memory, self._over):
            wanted = " or ".join(one.__name__ for one in self._over)
            raise InvalidInput(
                "memory",
                f"must be a {wanted} as it was opened, not a {type(memory).__name__}; labels go to the session",
            )
        self._core = Core(
            memory, thread, labels, actor, timezone, placement, always, state_scope, count_tokens
        )
        self._working, self._runs = self._core.working, self._core.runs

    @property
    def thread(self) -> str:
        """The conversation's name."""
        return self._core.thread

    def tools(
        self, shape: Literal["openai", "responses", "anthropic", "json"] = "openai"
    ) -> list[dict[str, Any]]:
        """Return the definitions of the memory tools for a model's API; `call` runs them.

        "openai" is the shape of chat completions, "responses" that of the Responses API.
        """
        checks.choice(shape, "shape", ("openai", "responses", "anthropic", "json"))
        return schemas(shape, self._core.names)


class State(MutableMapping[str, Any]):
    """A session's working memory as a mapping: every change is a version, survives a crash, and is seen by its session alone
    (or by whom `state_scope` names)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, name: str) -> Any:
        try:
            held = self._session.state_item(name)
        except InvalidInput:  # what can be no name is none here
            held = None
        if held is None:
            raise KeyError(name)
        return held.metadata["value"]

    def __setitem__(self, name: str, value: Any) -> None:
        self._session.set_state(name, value)

    def __delitem__(self, name: str) -> None:
        self[name]  # raises where nothing holds it
        self._session.drop_state(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._session.all_state())

    def __len__(self) -> int:
        return len(self._session.all_state())

    def version(self, name: str) -> int:
        """Return the version of a name, 0 where nothing holds it: what `set` takes as `expected_version`."""
        held = self._session.state_item(name)
        return 0 if held is None else held.version

    def set(self, name: str, value: Any, *, expected_version: int | None = None) -> int:
        """Set a name and return its new version; raises `VersionConflict` if another has changed it since."""
        return self._session.set_state(name, value, expected_version=expected_version).version


class AsyncState:
    """`State` for an event loop: its verbs, to be awaited; the whole of it is `await session.all_state()`."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name, or the default where nothing holds it."""
        held = await self._session.state_item(name)
        return default if held is None else held.metadata["value"]

    async def set(self, name: str, value: Any, *, expected_version: int | None = None) -> int:
        """Set a name and return its new version; raises `VersionConflict` if another has changed it since."""
        return (await self._session.set_state(name, value, expected_version=expected_version)).version

    async def version(self, name: str) -> int:
        """Return the version of a name, 0 where nothing holds it: what `set` takes as `expected_version`."""
        held = await self._session.state_item(name)
        return 0 if held is None else held.version

    async def delete(self, name: str) -> None:
        """Take a name out; it stays in its history. Raises `KeyError` where nothing holds it."""
        if await self._session.state_item(name) is None:
            raise KeyError(name)
        await self._session.drop_state(name)


class _Ending:
    """How a run under way will be told to have ended."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._outcome: str | None = None

    @property
    def outcome(self) -> str | None:
        """How the run ended, in words: set it before the block ends."""
        return self._outcome

    @outcome.setter
    def outcome(self, outcome: str | None) -> None:
        if not isinstance(outcome, str | None):
            raise InvalidInput("outcome", f"must be a string, not {type(outcome).__name__}")
        self._outcome = outcome


class Run(_Ending):
    """A run under way: `step` records what was done, `outcome` how it ended."""

    def __init__(self, session: Session, trace: Trace) -> None:
        super().__init__(trace)
        self._session = session

    def step(self, text: str, state: Mapping[str, Any] | None = None) -> None:
        """Record a step, and with `state` what is needed to go on after it. Raises `InvalidInput` once the run has ended."""
        self._session.record(self.trace.id, text, state)


class AsyncRun(_Ending):
    """`Run` for an event loop."""

    def __init__(self, session: AsyncSession, trace: Trace) -> None:
        super().__init__(trace)
        self._session = session

    async def step(self, text: str, state: Mapping[str, Any] | None = None) -> None:
        """Record a step, and with `state` what is needed to go on after it. Raises `InvalidInput` once the run has ended."""
        await self._session.record(self.trace.id, text, state)


class Session(_Named):
    """One conversation of an agent over a `Memory`: before_step, tools, after_step; its state and its runs.

    `thread` names the conversation, `labels` who is in it (user="ada", project="api"). Of a label with several ids the
    memories are seen; what is written goes under the others. `timezone` is the user's, an IANA name (None: the memory's): whose days
    "yesterday" means. `placement` says under which labels a
    kind is saved, `always` is a filter for what every step is told whatever it is about, `state_scope` with which labels the state is shared. Safe to open again after a crash: all of it is in the
    memory.
    """

    _over = (Memory,)

    before_step = _driven(Core.before_step)
    after_step = _driven(Core.after_step)
    end = _driven(Core.end)
    confirm = _driven(Core.confirm)
    call = _driven(Core.call)
    all_state = driven(Working.all_state, of="_working")
    state_item = driven(Working.state_item, of="_working")
    set_state = driven(Working.set_state, of="_working")
    drop_state = driven(Working.drop_state, of="_working")
    close_goal = _driven(Core.close_goal)
    begin = driven(Runs.begin, of="_runs")
    record = driven(Runs.record, of="_runs")
    finish = driven(Runs.finish, of="_runs")
    unfinished = driven(Runs.unfinished, of="_runs")
    tried = driven(Runs.tried, of="_runs")
    _prepared = _driven(Core.prepared)
    _heard = _driven(Core.heard)

    @property
    def state(self) -> State:
        """The session's working memory as a mapping."""
        return State(self)

    @contextmanager
    def run(
        self, name: str, state: Mapping[str, Any] | None = None, *, run_id: str | None = None
    ) -> Iterator[Run]:
        """Record a run: done at the end of the block, failed where it raises; killed, it stays in `unfinished`."""
        run = Run(self, self.begin(name, state, run_id=run_id))
        try:
            yield run
        except Exception as error:
            with suppress(InvalidInput):  # it was ended in the block: the error is what there is to tell
                self.finish(run.trace.id, "failed", run.outcome or f"{type(error).__name__}: {error}")
            raise
        self.finish(run.trace.id, "done", run.outcome)

    def wrap(self, call: Callable[..., Any], *, budget: int = 2_048) -> Callable[..., Any]:
        """Make a function from messages to a reply remember; further named arguments are passed on to it.

        It may be a client's own `create`, which takes its messages by name, as `messages` or `input`, and instructions as `system`.
        It gets the caller's messages as they are, with memory, goal and state at the end of the leading system message; a
        caller without a history of its own gets the thread's recent turns too. The reply is a string, a message, a whole
        response, or an iterator of pieces, which is passed on as it comes. Then what follows the last message that the thread
        holds is kept: of an iterator once it ends, is closed, or raises; of a call that raises, nothing.
        """

        calling = Calling(call)

        def remembering(messages: Any = None, **given: Any) -> Any:
            said, asked, more = calling.asked(messages, given)
            reply = calling(self._prepared(asked, budget), more)
            if isinstance(reply, Iterator):
                return self._passed_on(said, reply)
            self._heard(said, reply)
            return reply

        return remembering

    def _passed_on(self, said: Sequence[Any], reply: Iterator[Any]) -> Iterator[Any]:
        pieces = Pieces()
        try:
            for piece in reply:
                pieces.add(piece)
                yield piece
        finally:  # what was heard of a reply that broke off is kept too
            if callable(close := getattr(reply, "close", None)):
                close()
            self._heard(said, pieces.message())


class AsyncSession(_Named):
    """`Session` for an event loop, over an `AsyncMemory`: the same verbs, to be awaited."""

    before_step = _awaited(Core.before_step)
    after_step = _awaited(Core.after_step)
    end = _awaited(Core.end)
    confirm = _awaited(Core.confirm)
    call = _awaited(Core.call)
    all_state = awaited(Working.all_state, of="_working")
    state_item = awaited(Working.state_item, of="_working")
    set_state = awaited(Working.set_state, of="_working")
    drop_state = awaited(Working.drop_state, of="_working")
    close_goal = _awaited(Core.close_goal)
    begin = awaited(Runs.begin, of="_runs")
    record = awaited(Runs.record, of="_runs")
    finish = awaited(Runs.finish, of="_runs")
    unfinished = awaited(Runs.unfinished, of="_runs")
    tried = awaited(Runs.tried, of="_runs")
    _prepared = _awaited(Core.prepared)
    _heard = _awaited(Core.heard)

    @property
    def state(self) -> AsyncState:
        """The session's working memory: get, set, version, delete."""
        return AsyncState(self)

    @asynccontextmanager
    async def run(
        self, name: str, state: Mapping[str, Any] | None = None, *, run_id: str | None = None
    ) -> AsyncIterator[AsyncRun]:
        """Record a run; see `Session.run`."""
        run = AsyncRun(self, await self.begin(name, state, run_id=run_id))
        try:
            yield run
        except Exception as error:
            with suppress(InvalidInput):
                await self.finish(run.trace.id, "failed", run.outcome or f"{type(error).__name__}: {error}")
            raise
        await self.finish(run.trace.id, "done", run.outcome)

    def wrap(self, call: Callable[..., Any], *, budget: int = 2_048) -> Callable[..., Awaitable[Any]]:
        """Make a function from messages to a reply remember, one to be awaited or not; see `Session.wrap`."""

        calling = Calling(call)

        async def remembering(messages: Any = None, **given: Any) -> Any:
            said, asked, more = calling.asked(messages, given)
            reply = await got(calling(await self._prepared(asked, budget), more))
            if isinstance(reply, AsyncIterator | Iterator):
                return self._passed_on(said, reply if isinstance(reply, AsyncIterator) else _each(reply))
            await self._heard(said, reply)
            return reply

        return remembering

    async def _passed_on(self, said: Sequence[Any], reply: AsyncIterator[Any]) -> AsyncIterator[Any]:
        pieces = Pieces()
        try:
            async for piece in reply:
                pieces.add(piece)
                yield piece
        finally:
            close = getattr(reply, "aclose", None) or getattr(reply, "close", None)
            if callable(close):
                await got(close())
            await self._heard(said, pieces.message())
