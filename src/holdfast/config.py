"""The settings, where each comes from, and the only place that names concrete stores and models.

An argument wins over the environment, that over `holdfast.toml` (in the working folder), that over the default.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import checks
from .errors import (
    NO_MODEL,
    ConfigError,
    InvalidInput,
    ModelMismatch,
    StoreReadOnly,
)
from .keys import Secret, checked_key, key_in
from .ports import Embedder, Entry, Model, Reach, Readable, Speaker, Store
from .text import Analyzer
from .types import Scope
from .waiting import Direct, run

if TYPE_CHECKING:
    from .client import Link
    from .embedders import MiniLM
    from .engine import Mount
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
    "mounts": ("HOLDFAST_MOUNTS", "stores to look at beside this one: NAME=URL, ..., or a table [mounts]"),
    "timezone": (
        "HOLDFAST_TIMEZONE",
        "time zone whose days are meant, by its IANA name: UTC, Asia/Tokyo, ...",
    ),
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


_OWN = frozenset({"store", "key", "key_file", "timezone"})  # what a client of a server has of its own
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


def timezone_of(found: Mapping[str, Setting]) -> str | None:
    """Return the name of the time zone that settings give, None for what a server has where they give none.

    Raises `ConfigError` for a name by which this machine knows no time zone.
    """
    name, value, origin = found["timezone"]
    if origin == "default" and is_served(found["store"]):
        return None
    try:
        checks.zone(value, f"{name} from {origin}")
    except InvalidInput as error:
        raise ConfigError(str(error)) from None
    return str(value)


def _default(name: str) -> Any:
    if name == "mounts":
        return {}
    if name != "store":
        defaults = {"embedder": "minilm", "language": "english", "model": "none", "base_url": "", "key": None, "key_file": "", "timezone": "UTC"}  # fmt: skip
        return defaults[name]
    import platformdirs

    return f"sqlite:///{Path(platformdirs.user_data_dir('holdfast', appauthor=False)) / 'memory.db'}"


def _file(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    import tomllib

    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not valid TOML ({error})") from None
    for name, value in read.items():
        if name != SERVER and name not in SETTINGS:  # [server] is read by the server
            raise ConfigError(f"{path}: unknown setting {name!r}; known are {', '.join(SETTINGS)}")
        if name not in (SERVER, "mounts") and not isinstance(value, str):
            raise ConfigError(f"{path}: {name} must be a string")
        if name == "mounts" and not isinstance(value, str) and not _named_urls(value):
            raise ConfigError(f"{path}: mounts must be a string, or a table of URLs by name")
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
            folder = Path(url.removeprefix("sqlite:///")).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreReadOnly(
                    f"{folder}: the data folder cannot be made ({error.strerror}); name a store with HOLDFAST_STORE"
                ) from None
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


def open_link(found: Mapping[str, Setting], local: Mapping[str, Any], waits: bool) -> Link:
    """Return what speaks to the server that settings name; `local` are further arguments that a server has itself.

    Raises `ConfigError` for one of them that is set, and for a URL with a password in it.
    """
    store = found["store"]
    set_here = [name for name, one in found.items() if one.origin == "argument" and one.value != {}]
    owned = [*(name for name, value in local.items() if value), *(one for one in set_here if one not in _OWN)]
    given = next(iter(owned), None)
    if given is not None:
        raise ConfigError(
            f"{given}: belongs to the server at {store.value}; leave it out here and set it there"
        )
    if "@" in store.value.partition("://")[2].partition("/")[0]:
        raise ConfigError(f"store from {store.origin}: give the key as key=, not in the URL")
    from .client import Link, Waiting

    return (Waiting if waits else Link)(store.value, key_of(found))


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
        raise ConfigError(f"{store.name} from {store.origin}: {url!r} is no SQLite file, which this works on")
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


def open_beside(
    store: Store, found: Mapping[str, Setting], memory_budget: int
) -> tuple[Embedder | None, Model | None, Analyzer, tuple[Mount, ...]]:
    """Open what a memory works with beside its store: the embedding model, the language model, the language, and the mounts.

    Raises `ModelMismatch`, `ConfigError`, and for a mount what its store raises.
    """
    embedder = open_embedder(found["embedder"], found["base_url"])
    check_model(store, embedder)
    model = open_model(found["model"], found["base_url"])
    analyzer = Analyzer(kept_language(store, found["language"]))
    mounts = open_mounts(found["mounts"], found["store"], embedder, analyzer.language, memory_budget)
    return embedder, model, analyzer, mounts


def open_mounts(
    setting: Setting, own: Setting, embedder: Embedder | None, language: str, memory_budget: int
) -> tuple[Mount, ...]:
    """Open the stores that a memory looks at beside its `own`, by name; that itself is left out.

    Raises `ConfigError` for what is no SQLite file, and where its vectors or its language are others; and as the store does.
    """
    from .engine import Mount
    from .stores.sqlite_mount import SqliteMounted

    opened: list[Mount] = []
    try:
        for name, url in _mounts(setting).items():
            path = _path(Setting(f"mount {name!r}", url, setting.origin))
            if own.value == url or (str(own.value).startswith("sqlite:///") and path == _path(own)):
                continue
            check = functools.partial(_check_mounted, name, language)
            opened.append(Mount(name, SqliteMounted(path, memory_budget=memory_budget, check=check)))
            _check_model_of(name, opened[-1].store, embedder)
    except BaseException:
        for one in opened:
            one.place.close()
        raise
    return tuple(opened)


def _mounts(setting: Setting) -> Mapping[str, str]:
    """Return the URLs of mounts by name: of a table, or of "handbook=sqlite:///handbook.db, ..."."""
    given: Any = setting.value
    if isinstance(given, str):
        pairs = [one.strip().partition("=") for one in given.split(",") if one.strip()]
        given = {name.strip(): url.strip() for name, _, url in pairs}
    if not _named_urls(given):
        raise ConfigError(
            f"mounts from {setting.origin}: takes names with URLs: handbook=sqlite:///handbook.db"
        )
    return {checks.name(one, "mounts", 64): url for one, url in given.items()}


def _named_urls(given: object) -> bool:
    return isinstance(given, Mapping) and all(isinstance(one, str) and one for one in given.values())


def _check_mounted(name: str, language: str, store: Readable) -> None:
    """Refuse a mount whose words were stemmed in another language: they do not compare."""
    if (there := store.remember("language", language)) != language:
        raise ConfigError(f"mount {name!r}: was made for {there!r}, and this memory's store for {language!r}")


def _check_model_of(name: str, store: Readable, embedder: Embedder | None) -> None:
    """Refuse a mount whose vectors another model made; of what is put there later, each search says so."""
    stored = store.model()
    filled = stored is not None or store.ends(Reach(under=Scope.shared()))
    if embedder is not None and stored != embedder.id and filled:
        has = "no vectors" if stored in (None, NO_MODEL) else f"vectors of the embedding model {stored}"
        raise ConfigError(
            f"mount {name!r}: has {has}, and this memory works with {embedder.id}: change one of them with `holdfast "
            "reembed`, or open this memory with embedder=None"
        )


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
    if isinstance(value, Embedder) and not isinstance(value, str | type):
        _check_embedder(setting.name, value)
        return value
    raise ConfigError(
        f"{setting.name} from {setting.origin}: {value!r:.60} is neither minilm, none, openai:NAME, ollama:NAME, nor an "
        "object with id, dimension, embed"
    )


def _check_embedder(name: str, embedder: Embedder) -> None:
    """Raise `ConfigError` for an object whose `id` cannot be kept beside its vectors, or whose `dimension` is no length of one."""
    id, dimension = getattr(embedder, "id", None), getattr(embedder, "dimension", None)
    try:
        checks.name(id, f"{name}.id")
    except InvalidInput as error:
        raise ConfigError(str(error)) from None
    if id == NO_MODEL:
        raise ConfigError(f"{name}.id: {NO_MODEL!r} says that there is no model; give it another name")
    if isinstance(dimension, bool) or not isinstance(dimension, Integral) or dimension < 1:
        raise ConfigError(f"{name}.dimension: must be a whole number of at least 1, not {dimension!r:.40}")


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
        return checks.hyphened(f"{number:032x}")
