"""The settings, where each comes from, and the only place that names concrete stores and models.

An argument wins over the environment, that over `holdfast.toml` (in the working folder), that over the default.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import secrets
import threading
import time
import tomllib
import uuid
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ConfigError, EmbedderError, InvalidInput, ModelMismatch
from .ports import Embedder, Floats, Store
from .text import Analyzer

if TYPE_CHECKING:
    from .embedders import MiniLM

T = TypeVar("T")
FILE = "holdfast.toml"
SETTINGS = {
    "store": ("HOLDFAST_STORE", "URL of the store: sqlite:///file.db, or sqlite:// in memory"),
    "embedder": ("HOLDFAST_EMBEDDER", "embedding model: minilm, or none for words alone"),
    "language": ("HOLDFAST_LANGUAGE", "language of the texts for stemming: english, german, ... or none"),
}


class Default:
    """The value of an argument that was not given, where None means something."""

    def __repr__(self) -> str:
        return "DEFAULT"


DEFAULT: Any = Default()
_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its value, and where that came from."""

    name: str
    value: Any
    origin: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"name": self.name, "value": self.value, "origin": self.origin}


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
    return found


def _default(name: str) -> str:
    if name != "store":
        return {"embedder": "minilm", "language": "english"}[name]
    import platformdirs

    return f"sqlite:///{Path(platformdirs.user_data_dir('holdfast', appauthor=False)) / 'memory.db'}"


def _file(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error})") from None
    for name, value in read.items():
        if name not in SETTINGS:
            raise ConfigError(f"{path}: unknown setting {name!r}; known are {', '.join(SETTINGS)}")
        if not isinstance(value, str):
            raise ConfigError(f"{path}: {name} must be a string")
    return read


def open_store(setting: Setting, memory_budget: int) -> Store:
    """Open the store a URL names, by the entry-point group `holdfast.stores`; an object with the port is one already.

    The default file's folder is made; any other folder must exist. Raises `ConfigError` for an unknown scheme.
    """
    url = setting.value
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
        return SqliteStore.from_url(url, memory_budget=memory_budget)
    from importlib.metadata import entry_points  # 20 ms, for other stores only

    known = {entry.name: entry for entry in entry_points(group="holdfast.stores")}
    if scheme not in known:
        raise ConfigError(
            f"store from {setting.origin}: no store for {scheme}://; known are {', '.join(sorted(known))}"
        )
    opened: Store = known[scheme].load().from_url(url, memory_budget=memory_budget)
    return opened


def open_embedder(setting: Setting) -> Embedder | None:
    """Return the embedding model a setting names: None or "none", "minilm", or any object with the port."""
    value = setting.value
    if value is None or value == "none":
        return None
    if value == "minilm":
        return _shipped()
    if isinstance(value, Embedder) and not isinstance(value, str):
        name, dimension = getattr(value, "id", None), getattr(value, "dimension", None)
        if not isinstance(name, str) or not name or not isinstance(dimension, int) or dimension < 1:
            raise ConfigError(
                "embedder: needs an `id` that is a non-empty string and a whole `dimension` of at least 1"
            )
        return value
    raise ConfigError(
        f"embedder from {setting.origin}: {value!r:.60} is neither minilm, none, nor an object with id, dimension, embed"
    )


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
        raise ModelMismatch(
            f"this store's vectors come from {stored}, the configured model is {embedder.id}; "
            "open it with the model it was made with, or with embedder=None to search by words"
        )


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
        number = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62)
        return str(uuid.UUID(int=number))


class Direct:
    """The engine's waiting for callers without an event loop: every call is made at once and never pauses."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder = embedder

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        return await embedded(self._embedder, texts)

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns."""
        return call(*arguments, **named)


class Pooled:
    """The engine's waiting inside an event loop: store and model run on a bounded pool of threads."""

    def __init__(self, embedder: Embedder | None, threads: int) -> None:
        self._embedder = embedder
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="holdfast")
        self.closed = False

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts."""
        if inspect.iscoroutinefunction(getattr(self._embedder, "embed", None)):
            return await embedded(self._embedder, texts)
        return await self.store(_drained, self._embedder, texts)

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns."""
        import asyncio  # 40 ms that a program without an event loop need not spend

        if self.closed:  # the store says so itself
            return call(*arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(
            self._pool, partial(call, *arguments, **named)
        )

    def close(self) -> None:
        """Let the threads go once they are done."""
        self.closed = True
        self._pool.shutdown(wait=False)


def _drained(embedder: Embedder | None, texts: Sequence[str]) -> Floats:
    """Run `embedded` for a model that never pauses, in a thread."""
    try:
        embedded(embedder, texts).send(None)
    except StopIteration as done:
        vectors: Floats = done.value
        return vectors
    raise EmbedderError("the embedder paused in a thread; make its `embed` an `async def`")


async def embedded(embedder: Embedder | None, texts: Sequence[str]) -> Floats:
    """Return a model's vectors, awaited where it is async, checked: (n, dimension), float32, finite, of length 1."""
    import numpy as np

    assert embedder is not None  # the engine embeds only where there is a model
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
