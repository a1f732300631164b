"""The settings, where each comes from, and the only place that names concrete stores and models.

An argument wins over the environment, that over `holdfast.toml` (in the working folder), that over the default.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from .errors import (
    NO_MODEL,
    ConfigError,
    EmbedderError,
    HoldfastError,
    InvalidInput,
    ModelError,
    ModelMismatch,
)
from .keys import Secret, checked_key, key_in
from .ports import Embedder, Entry, Floats, Model, Reply, Speaker, Store
from .text import Analyzer

if TYPE_CHECKING:
    import asyncio

    from .client import Link
    from .embedders import MiniLM
    from .stores.sqlite_file import StoreFile
    from .types import MemoryItem

T = TypeVar("T")
FILE, SERVER = "holdfast.toml", "server"
SETTINGS = {
    "store": ("HOLDFAST_STORE", "URL of the store: sqlite:///file.db, or sqlite:// in memory"),
    "embedder": (
        "HOLDFAST_EMBEDDER",
        "embedding model: minilm, none for words alone, openai:NAME or ollama:NAME",
    ),
    "language": ("HOLDFAST_LANGUAGE", "language of the texts for stemming: english, german, ... or none"),
    "model": (
        "HOLDFAST_MODEL",
        "language model: none, openai:NAME, anthropic:NAME, ollama:NAME or litellm:NAME",
    ),
    "base_url": ("HOLDFAST_BASE_URL", "where models are asked, for a server other than the provider's own"),
    "key": ("HOLDFAST_KEY", "what an encrypted store is opened with; never in holdfast.toml, never shown"),
    "key_file": ("HOLDFAST_KEY_FILE", "a file that holds the key, in its first line"),
}


class Default:
    """The value of an argument that was not given, where None means something."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Any = Default()
_COUNTED = 10_000
# For each provider: where it is asked, and the variable its key is in.
_PROVIDERS: Mapping[str, tuple[str, str | None]] = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "ollama": ("http://localhost:11434/v1", None),
    "anthropic": ("https://api.anthropic.com", "ANTHROPIC_API_KEY"),
    "litellm": ("", None),  # it knows both itself
}


class Setting(NamedTuple):
    """One setting: its name, its value, and where that came from."""

    name: str
    value: Any
    origin: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        value = repr(self.value) if isinstance(self.value, Secret) else self.value
        return {"name": self.name, "value": value, "origin": self.origin}


_OWN_SERVER = Setting("base_url", "", "default")


def settings(**arguments: Any) -> dict[str, Setting]:
    """Return every setting with its origin; `arguments` that are not DEFAULT win.

    Raises `ConfigError` for a broken `holdfast.toml` or a key in it that is no setting.
    """
    file = _file(Path(FILE))
    found = {}
    for name, (variable, _) in SETTINGS.items():
        if arguments.get(name, DEFAULT) is not DEFAULT:
            found[name] = Setting(name, arguments[name], "argument")
        elif os.environ.get(variable):
            found[name] = Setting(name, os.environ[variable], f"environment {variable}")
        elif name in file:
            found[name] = Setting(name, file[name], FILE)
        else:
            found[name] = Setting(name, _default(name), "default")
    if found["key"].value is not None:
        found["key"] = found["key"]._replace(value=Secret(checked_key(*found["key"][1:])))
    return found


def key_of(found: Mapping[str, Setting]) -> str | None:
    """Return the key that settings give, None for none: the key itself wins over the file that holds it.

    Raises `ConfigError` for a file that cannot be read or is empty.
    """
    key, file = found["key"], found["key_file"]
    if key.origin != "default" or not file.value:
        return None if key.value is None else str(key.value.value)
    return key_in(Path(file.value), f"key_file from {file.origin}")


def _default(name: str) -> str | None:
    if name != "store":
        defaults = {"embedder": "minilm", "language": "english", "model": "none", "base_url": "", "key": None, "key_file": ""}  # fmt: skip
        return defaults[name]
    import platformdirs

    return f"sqlite:///{Path(platformdirs.user_data_dir('holdfast', appauthor=False)) / 'memory.db'}"


def _file(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    import tomllib

    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error})") from None
    for name, value in read.items():
        if name != SERVER and name not in SETTINGS:  # [server] is read by the server
            raise ConfigError(f"{path}: unknown setting {name!r}; known are {', '.join(SETTINGS)}")
        if name != SERVER and not isinstance(value, str):
            raise ConfigError(f"{path}: {name} must be a string")
        if name == "key":
            raise ConfigError(
                f"{path}: a key does not belong here; put it in a file and name that as key_file"
            )
    return read


def open_store(setting: Setting, memory_budget: int, key: str | None = None) -> Store:
    """Open the store a URL names, by the entry-point group `holdfast.stores`; an object with the port is one already.

    The default file's folder is made; any other folder must exist. Raises `ConfigError` for an unknown scheme, and for a
    `key` to a store that takes none.
    """
    url = setting.value
    if key is not None and not (isinstance(url, str) and url.startswith("sqlite:")):
        raise ConfigError("key: only a SQLite file is encrypted; leave the key out for this store")
    if isinstance(url, Store):
        return url
    if not isinstance(url, str) or "://" not in url:
        raise ConfigError(f"store from {setting.origin}: {url!r} is no URL such as sqlite:///memory.db")
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        if rest and not rest.startswith("/"):
            raise ConfigError(
                f"store from {setting.origin}: {url!r} has two slashes; a file is named after three: sqlite:///{rest}"
            )
        from .stores.sqlite import SqliteStore

        if setting.origin == "default":
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return SqliteStore.from_url(url, key=key, memory_budget=memory_budget)
    from importlib.metadata import entry_points  # 20 ms, for other stores only

    known = {entry.name: entry for entry in entry_points(group="holdfast.stores")}
    if scheme not in known:
        raise ConfigError(
            f"store from {setting.origin}: no store for {scheme}://; known are {', '.join(sorted(known))}"
        )
    opened: Store = known[scheme].load().from_url(url, memory_budget=memory_budget)
    return opened


def is_served(store: Setting) -> bool:
    """Whether a store is a server's, by its URL."""
    return isinstance(store.value, str) and store.value.startswith(("http://", "https://"))


def check_served(url: str) -> None:
    """Raise `ConfigError` for a URL that is no server's."""
    if not is_served(Setting("url", url, "argument")):
        raise ConfigError(f"url: {url!r:.80} is no server's; it begins with http:// or https://")


def open_link(store: Setting, key: str | None, local: Mapping[str, Any], waits: bool) -> Link:
    """Return what speaks to the server a URL names; `local` are settings that a server has itself.

    Raises `ConfigError` for one of them that is set, and for a URL with a password in it.
    """
    given = next((name for name, value in local.items() if value), None)
    if given is not None:
        raise ConfigError(
            f"{given}: belongs to the server at {store.value}; leave it out here and set it there"
        )
    if "@" in store.value.partition("://")[2].partition("/")[0]:
        raise ConfigError(f"store from {store.origin}: give the key as key=, not in the URL")
    from .client import Link, Waiting

    return (Waiting if waits else Link)(store.value, key)


def put_back(
    store: Setting, copy: Path, *, key: str | None, replace: bool, progress: Callable[[int, int], None]
) -> int:
    """Make the store a URL names what the file `copy` holds; returns its number of versions.

    Raises `ConfigError` for a store that is no SQLite file, `InvalidInput` where one is there and `replace` is not said.
    """
    from .stores import sqlite_copy

    return sqlite_copy.put_back(copy, _path(store), key, replace=replace, progress=progress)


def _path(store: Setting) -> str:
    from .stores import sqlite_copy

    url = str(store.value)
    file = sqlite_copy.file_of(url) if url.startswith("sqlite:") else None
    if file is None:
        raise ConfigError(f"store from {store.origin}: {url!r} is no SQLite file, which this works on")
    return str(file)


def store_file(store: Setting, embedder: Embedder | None = None, key: str | None = None) -> StoreFile:
    """Return the file a URL names, to be looked at from outside, with its key; with `embedder`, its vectors can be made again.

    Raises `ConfigError` for a store that is no SQLite file.
    """
    from .engine.base import entries_of
    from .stores.sqlite_file import StoreFile

    def reading(language: str, model: str | None) -> Callable[[Sequence[MemoryItem], bool], list[Entry]]:
        analyzer = Analyzer(language)
        usable = embedder if embedder is not None and embedder.id == model else None

        def read(items: Sequence[MemoryItem], deep: bool) -> list[Entry]:
            return run(entries_of(items, analyzer, Direct(None), usable if deep else None))

        return read

    return StoreFile(_path(store), reading, key)


def open_embedder(setting: Setting, base_url: Setting = _OWN_SERVER) -> Embedder | None:
    """Return the embedding model a setting names: None or "none", "minilm", "openai:NAME", or an object with the port."""
    value = setting.value
    if value is None or value == "none":
        return None
    if value == "minilm":
        return _shipped()
    if isinstance(value, str) and value.partition(":")[0] in ("openai", "ollama"):
        from .remote import OpenAIEmbedder

        provider, model, where, key = _served(setting, base_url)
        return OpenAIEmbedder(provider, model, base_url=where, key=key)
    if isinstance(value, Embedder) and not isinstance(value, str):
        name, dimension = getattr(value, "id", None), getattr(value, "dimension", None)
        if (
            not isinstance(name, str)
            or name in ("", NO_MODEL)
            or not isinstance(dimension, int)
            or dimension < 1
        ):
            raise ConfigError(
                f"{setting.name}: needs an `id` that is a non-empty string and a whole `dimension` of at least 1"
            )
        return value
    raise ConfigError(
        f"{setting.name} from {setting.origin}: {value!r:.60} is neither minilm, none, openai:NAME, ollama:NAME, nor an "
        "object with id, dimension, embed"
    )


def open_model(setting: Setting, base_url: Setting) -> Model | None:
    """Return the language model a setting names: None or "none", "openai:NAME" and the like, or an object with the port.

    Raises `ConfigError` for anything else, and where a provider's own server would be asked without a key.
    """
    value = setting.value
    if value is None or value == "none":
        return None
    if isinstance(value, str):
        provider, name, where, key = _served(setting, base_url)
        from .remote import AnthropicModel, LiteLLMModel, OpenAIModel

        if provider == "litellm":
            return LiteLLMModel(name, base_url=where or None)
        made = AnthropicModel if provider == "anthropic" else OpenAIModel
        return made(name, base_url=where, key=key)
    id: object = getattr(value, "id", None)
    if isinstance(value, Model) and isinstance(id, str):
        return value
    raise ConfigError(f"model: {type(value).__name__} has no `ask` or no `id` that is a string")


def open_speaker(**arguments: Any) -> Speaker:
    """Return the configured language model to talk with; `arguments` are as for `settings`.

    Raises `ConfigError` where none is configured.
    """
    found = settings(**arguments)
    model = open_model(found["model"], found["base_url"])
    if model is None:
        raise ConfigError(
            "model: none is configured to talk with; set HOLDFAST_MODEL to openai:NAME, anthropic:NAME, ollama:NAME "
            "or litellm:NAME (and HOLDFAST_BASE_URL for a server of your own), or model in holdfast.toml"
        )
    if not isinstance(model, Speaker):
        raise ConfigError(f"model: {type(model).__name__} has no `say`, which talking takes")
    return model


def _served(setting: Setting, base_url: Setting) -> tuple[str, str, str, str | None]:
    """Return the provider, the model's name, the server's URL and the key that a "provider:name" stands for."""
    provider, _, name = setting.value.partition(":")
    if provider not in _PROVIDERS or not name.strip():
        raise ConfigError(
            f"{setting.name} from {setting.origin}: {setting.value!r:.60} is no model; known are none, "
            + ", ".join(f"{one}:NAME" for one in _PROVIDERS)
        )
    own, variable = _PROVIDERS[provider]
    key = os.environ.get(variable) if variable else None
    where: Any = base_url.value or own
    web = isinstance(where, str) and where.startswith(("http://", "https://")) and "@" not in where
    if not web and where != "":
        raise ConfigError(
            f"base_url from {base_url.origin}: must begin with http:// or https:// and hold no password; keys are "
            "read from OPENAI_API_KEY and ANTHROPIC_API_KEY"
        )
    if variable and not key and where == own:
        raise ConfigError(f"{setting.name} from {setting.origin}: {provider} needs a key in {variable}")
    return provider, name.strip(), where, key


@functools.cache
def _shipped() -> MiniLM:
    """Return the shipped model, loaded once however many memories a process opens."""
    from .embedders import MiniLM

    return MiniLM()


def open_related(language: str) -> Callable[[str], Sequence[tuple[str, float]]]:
    """Return what says which terms may stand in for one: there is a table for English, read when first needed."""
    if language != "english":
        return lambda term: ()
    from .related import related

    return related


class TokenCounter:
    """Says how many tokens a text is, by `count` or by the shipped tokenizer, which is loaded when first asked.

    The counts of the last 10,000 texts are remembered, by digest, not by text. Safe to share between threads where `count`
    is. Raises `ConfigError` for what cannot be called, and `InvalidInput` when `count` returns no whole number from 0 up.
    """

    def __init__(self, count: Callable[[str], int] | None = None) -> None:
        if count is not None and not callable(count):
            raise ConfigError(
                f"count_tokens: {count!r:.60} cannot be called; pass a function from a text to its number of tokens"
            )
        self._count = count
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, int] = OrderedDict()

    def __call__(self, text: str) -> int:
        import hashlib  # 4 ms with OpenSSL, which an import need not spend

        key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            known = self._known.get(key)
            if known is not None:
                self._known.move_to_end(key)
                return known
        counted: Any = _shipped().count_tokens(text) if self._count is None else self._count(text)
        if isinstance(counted, bool) or not isinstance(counted, int) or counted < 0:
            raise InvalidInput("count_tokens", f"must return a whole number from 0 up, not {counted!r:.60}")
        with self._lock:
            self._known[key] = counted
            if len(self._known) > _COUNTED:
                self._known.popitem(last=False)
        return counted


def check_model(store: Store, embedder: Embedder | None) -> None:
    """Refuse a store whose vectors another model made: two models' vectors do not compare."""
    stored = store.model()
    if embedder is not None and stored is not None and stored != embedder.id:
        change = store.vectors().state()
        mine = change is not None and change.target == embedder.id
        raise ModelMismatch(stored, embedder.id, ", which is under way" if mine else "")


def kept_language(store: Store, setting: Setting) -> str:
    """Return the language the store's words were stemmed in; a new store keeps the one given.

    Raises `ConfigError` when another one was asked for: stems of two languages do not match.
    """
    try:
        Analyzer(setting.value)
    except InvalidInput as error:
        raise ConfigError(f"language from {setting.origin}: {error.problem}") from None
    stored = store.remember("language", setting.value)
    if setting.origin != "default" and stored != setting.value:
        raise ConfigError(
            f"language from {setting.origin}: this store was made for {stored!r}, not {setting.value!r}; "
            "leave the setting out, or make a new store"
        )
    return stored


class SystemClock:
    """The machine's clock, and UUIDv7 ids that rise within a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)

    def new_id(self) -> str:
        """Return a new UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 of their fraction, 62 random."""
        with self._lock:
            # Twelve bits below the millisecond count quarters of a microsecond, and never stand still.
            self._last = ticks = max(time.time_ns() * 4096 // 1_000_000, self._last + 1)
        milliseconds, fraction = divmod(ticks, 4096)
        random = int.from_bytes(os.urandom(8)) >> 2
        number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random
        return str(uuid.UUID(int=number))


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


class Direct:
    """The engine's waiting for callers without an event loop: every call is made at once and never pauses."""

    def __init__(self, model: Model | None) -> None:
        self._model = model
        self._worker = Worker()

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        return await embedded(embedder, texts)

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

    def start(self, work: Work) -> None:
        """Do `work` on a thread of its own."""
        self._worker.start(work)

    def close(self) -> None:
        """Wait for what that thread is doing."""
        self._worker.close()


class Pooled:
    """The engine's waiting inside an event loop: store and models run on a bounded pool of threads."""

    def __init__(self, model: Model | None, threads: int) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self._model = model
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="holdfast")
        self._task: asyncio.Task[None] | None = None
        self.closed = False

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        if inspect.iscoroutinefunction(embedder.embed):
            return await embedded(embedder, texts)
        return await self.store(_drained, embedder, texts)

    async def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the language model's reply."""
        if inspect.iscoroutinefunction(getattr(self._model, "ask", None)):
            return await replied(self._model, instructions, text, schema)
        return await self.store(lambda: run(replied(self._model, instructions, text, schema)))

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

    async def close(self, store: Store) -> None:
        """Close a store once the step it is at is done, and let the threads and the task go."""
        await self.store(store.close)
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
    if vectors.shape == (len(texts), embedder.dimension):
        squares = np.square(vectors).sum(axis=1)  # not finite where a number is not
        if len(squares) == 0 or (squares.max() < 1.002 and squares.min() > 0.998):
            return vectors
    if vectors.shape != (len(texts), embedder.dimension) or not np.isfinite(vectors).all():
        raise EmbedderError(
            f"{embedder.id} gave an array of shape {vectors.shape} for {len(texts)} texts of dimension "
            f"{embedder.dimension}, or numbers that are not finite"
        )
    # Many models leave this to whoever compares.
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = (vectors / np.where(lengths == 0, np.float32(1), lengths)).astype(np.float32)
    return vectors
