"""How the engine waits: at once for plain code, or inside an event loop with store and models on a pool of threads."""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .away import AWAY, Later
from .errors import EmbedderError, HoldfastError, ModelError
from .ports import Embedder, Floats, Model, Mounted, Readable, Reply

if TYPE_CHECKING:
    import asyncio

    from .engine import IO

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, float | None]]


def run(running: Coroutine[Any, Any, T]) -> T:
    """Run to its end, without an event loop, what waits for nothing."""
    try:
        running.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    finally:
        running.close()
    raise RuntimeError("a port paused where it must not; use AsyncMemory with this embedder, model or store")


class Worker:
    """One thread for work that nobody waits for: begun when there is some, gone when none is left."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def start(self, work: Work) -> None:
        """Do `work`, or once more if it is being done."""
        with self._lock:
            self._wake.set()
            if not self._closed and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(
                    target=self._run, args=(work,), name="holdfast-work", daemon=True
                )
                self._thread.start()

    def _run(self, work: Work) -> None:
        while True:
            with self._lock:  # once closed, the call to wake is not forgotten
                if self._closed:
                    return
                self._wake.clear()
            try:
                wait = run(work())
            except HoldfastError as error:
                _stopped(error)
                return
            with self._lock:
                if wait is None and not self._wake.is_set():
                    self._thread = None
                    return
            self._wake.wait(wait)

    def close(self) -> None:
        """Let the work end with what is being done, and wait for that."""
        with self._lock:
            self._closed, thread = True, self._thread
            self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join()


def _stopped(error: HoldfastError) -> None:
    """Tell of an error that nobody waits for; ours hold no text of a memory."""
    import logging

    logging.getLogger("holdfast").warning("reading in the background stopped: %s", error)


class Beside(Generic[T]):
    """Work on a thread of its own, awaited without a pause: an `await` waits for the thread."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        from concurrent.futures import ThreadPoolExecutor  # 7 ms with all it needs

        thread = ThreadPoolExecutor(1, thread_name_prefix="holdfast-beside")
        self._done = thread.submit(run, work)
        thread.shutdown(wait=False)

    def __await__(self) -> Generator[Any, None, T]:
        yield from ()
        return self._done.result()


class Half(Generic[T]):
    """Work that the helper takes as far as it comes without a vector, and who waits for that goes on with to its end."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self._result: list[T] = []
        self._failed: BaseException | None = None
        self._begun = False
        # Whoever gets the one does the first half; the other is free once the helper has, if it did.
        self._taken, self._stands = threading.Lock(), threading.Lock()
        self._stands.acquire()

    def begin(self) -> None:
        """Hand it to the helper, if that is free."""
        if not self._begun:
            self._begun = _HELPER.start(self)

    def first(self) -> None:
        """Go as far as it comes without the vector, as the helper; not where who waits has taken it back."""
        if not self._taken.acquire(blocking=False):
            return
        try:
            self._context.run(self._work.send, None)
        except StopIteration as done:
            self._result.append(done.value)
        except BaseException as error:  # noqa: BLE001 - raised by `end`
            self._failed = error
        self._stands.release()

    def _stop(self) -> None:
        """Take it back from the helper, which may not have come to it yet."""
        if not self._taken.acquire(blocking=False):
            self._stands.acquire()

    def end(self) -> T:
        """Go on to the end and return the result."""
        self._stop()
        if self._failed is not None:
            raise self._failed
        return self._result[0] if self._result else run(self._work)

    def drop(self) -> None:
        """Leave it where it stands."""
        self._stop()
        self._work.close()


_ALONE = 16  # searches
_KEPT_WAITING = 0.0005  # seconds


class Helper:
    """One thread of the process that works beside whoever waits for a model.

    Where it is at work for somebody else or comes late, everybody works alone, and for the next sixteen searches where it was kept
    from its processor: the machine has enough to do then.
    """

    def __init__(self) -> None:
        self._reset()
        if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
            os.register_at_fork(after_in_child=self._reset)

    def _reset(self) -> None:
        # A child of a fork has no thread.
        self._guard = threading.Lock()
        self._next: SimpleQueue[Half[Any]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._busy = False
        self._alone = 0

    def start(self, half: Half[Any]) -> bool:
        """Begin some work; False where there is other work, or no thread or processor to be had."""
        if self._alone:
            self._alone -= 1
            return False
        if self._busy or not self._next.empty():
            return False
        with self._guard:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="holdfast-beside", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # there are too many, or Python is about to end
                    return False
                self._thread = thread
        self._next.put(half)
        return True

    def _run(self) -> None:
        while True:
            half = self._next.get()
            self._busy = True
            began, working = time.perf_counter(), time.thread_time()
            half.first()
            took, worked = time.perf_counter() - began, time.thread_time() - working
            if took > 2 * worked + _KEPT_WAITING:
                self._alone = _ALONE
            del half  # with all that it holds
            self._busy = False


_HELPER = Helper()


class Straight(ABC):
    """Waiting without an event loop: every call is made at once and never pauses."""

    def __init__(self, model: Model | None) -> None:
        self._model = model

    async def whole(self, embedder: Embedder | None, work: Callable[[IO], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` makes."""
        return await work(self)

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        return await embedded(embedder, texts)

    async def beside(
        self, embedder: Embedder, text: str, work: Callable[[Later], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what `work` makes of a text's vector; the helper begins it as soon as the embedder is away."""
        later = Later()
        half = Half(work(later))
        token = AWAY.set(half.begin)
        try:
            (later.vector,) = await self.embed(embedder, [text])
        except BaseException:
            half.drop()
            raise
        finally:
            AWAY.reset(token)
        return half.end()

    async def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the language model's reply."""
        return await replied(self._model, instructions, text, schema)

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns."""
        return call(*arguments, **named)

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def ahead(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Begin work now, beside the caller, who awaits it later."""
        return Beside(work)

    @abstractmethod
    def start(self, work: Work) -> None:
        """Do `work` beside the caller."""


class Direct(Straight):
    """The engine's waiting for callers without an event loop, with a thread for what nobody waits for."""

    def __init__(self, model: Model | None) -> None:
        super().__init__(model)
        self._worker = Worker()

    def start(self, work: Work) -> None:
        """Do `work` on a thread of its own."""
        self._worker.start(work)

    def close(self) -> None:
        """Wait for what that thread is doing."""
        self._worker.close()


class Stopped(Exception):
    """Whoever waited for a verb no longer does."""


class OnThread(Straight):
    """The waiting of one verb that a thread of the pool does for an event loop; what has to be awaited, the loop awaits."""

    def __init__(self, pooled: Pooled, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(pooled.model)
        self._pooled, self._loop = pooled, loop
        self.stopped = False

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        if inspect.iscoroutinefunction(embedder.embed):  # a model that a store changed to meanwhile
            return self._awaited(embedded(embedder, texts))
        return _drained(embedder, texts)

    async def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the language model's reply."""
        reply = replied(self._model, instructions, text, schema)
        if inspect.iscoroutinefunction(getattr(self._model, "ask", None)):
            return self._awaited(reply)
        return await reply

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns, if somebody still waits for it."""
        if self.stopped:
            raise Stopped
        return call(*arguments, **named)

    def start(self, work: Work) -> None:
        """Do `work` as a task of the loop."""
        self._loop.call_soon_threadsafe(self._pooled.start, work)

    def _awaited(self, work: Coroutine[Any, Any, T]) -> T:
        import asyncio

        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


class Pooled:
    """The engine's waiting inside an event loop: store and models run on a bounded pool of threads."""

    def __init__(self, model: Model | None, threads: int) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.model = model
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="holdfast")
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    async def whole(self, embedder: Embedder | None, work: Callable[[IO], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` makes, done on one thread: the loop has others to serve, also while it computes."""
        if self.closed or (embedder is not None and inspect.iscoroutinefunction(embedder.embed)):
            return await work(self)
        import asyncio

        loop = asyncio.get_running_loop()
        io, context = OnThread(self, loop), contextvars.copy_context()
        try:
            return await loop.run_in_executor(self._pool, lambda: context.run(run, work(io)))
        finally:
            io.stopped = True

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        if inspect.iscoroutinefunction(embedder.embed):
            return await embedded(embedder, texts)
        return await self.store(_drained, embedder, texts)

    async def beside(
        self, embedder: Embedder, text: str, work: Callable[[Later], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what `work` makes of a text's vector, once that is there: the loop has others to serve meanwhile."""
        (vector,) = await self.embed(embedder, [text])
        return await work(Later(vector))

    async def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the language model's reply."""
        if inspect.iscoroutinefunction(getattr(self.model, "ask", None)):
            return await replied(self.model, instructions, text, schema)
        return await self.store(lambda: run(replied(self.model, instructions, text, schema)))

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns."""
        import asyncio  # 40 ms that a program without an event loop need not spend

        if self.closed:  # the store says so itself
            return call(*arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(call, *arguments, **named)
        )

    async def pause(self, seconds: float) -> None:
        """Let time pass, for this task alone."""
        import asyncio

        await asyncio.sleep(seconds)

    def ahead(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Begin work now, beside the caller, who awaits it later."""
        import asyncio

        return asyncio.ensure_future(work)

    def start(self, work: Work) -> None:
        """Do `work` as a task of the running loop."""
        import asyncio

        loop = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not loop:
            self._wake = asyncio.Event()
            self._task = loop.create_task(self._worked(work, self._wake))
        self._wake.set()

    async def _worked(self, work: Work, wake: asyncio.Event) -> None:
        import asyncio

        while not self.closed:
            wake.clear()
            try:
                wait = await work()
            except HoldfastError as error:
                _stopped(error)
                return
            if wait is None and not wake.is_set():
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), wait)

    async def close(self, stores: Sequence[Readable | Mounted]) -> None:
        """Close stores once the step they are at is done, and let the threads and the task go."""
        for one in stores:
            await self.store(one.close)
        self.closed = True
        self._pool.shutdown(wait=False)
        if self._task is not None:
            self._task.cancel()


def _drained(embedder: Embedder, texts: Sequence[str]) -> Floats:
    """Run `embedded` for a model that never pauses, in a thread."""
    try:
        embedded(embedder, texts).send(None)
    except StopIteration as done:
        vectors: Floats = done.value
        return vectors
    raise EmbedderError("the embedder paused in a thread; make its `embed` an `async def`")


async def replied(model: Model | None, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
    """Return a language model's reply, awaited where it is async; raises `ModelError` for what is none."""
    assert model is not None  # the engine asks only where there is a model
    given: Any = model.ask(instructions, text, schema)
    if inspect.isawaitable(given):
        given = await given
    if not isinstance(given, Reply):
        raise ModelError(f"{model.id} gave a {type(given).__name__} where a Reply was due")
    return given


async def embedded(embedder: Embedder, texts: Sequence[str]) -> Floats:
    """Return a model's vectors, awaited where it is async, checked: (n, dimension), float32, finite, of length 1."""
    import numpy as np

    given: Any = embedder.embed(list(texts))
    if hasattr(given, "__await__"):
        given = await given
    try:
        vectors = np.ascontiguousarray(given, np.float32)
    except (TypeError, ValueError):
        raise EmbedderError(
            f"{embedder.id} gave a {type(given).__name__} that is no array of numbers"
        ) from None
    as_asked = vectors.shape == (len(texts), embedder.dimension)
    # Squares of lengths; what is not finite is near to nothing.
    if as_asked and (np.abs(np.einsum("ij,ij->i", vectors, vectors) - 1) < 0.002).all():
        return vectors
    if not as_asked or not np.isfinite(vectors).all():
        raise EmbedderError(
            f"{embedder.id} gave an array of shape {vectors.shape} for {len(texts)} texts of dimension "
            f"{embedder.dimension}, or numbers that are not finite"
        )
    # Many models leave this to whoever compares.
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = (vectors / np.where(lengths == 0, np.float32(1), lengths)).astype(np.float32)
    return vectors
