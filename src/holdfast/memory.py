"""The two faces of the engine: `Memory` for plain code, `AsyncMemory` for an event loop. Same verbs, same arguments."""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from . import checks, config, waiting
from .attributes import Attribute
from .engine import IO, Caller, Embedding, Engine, Extractor, Parts, RuleBook, Rules
from .errors import InvalidInput
from .ports import Clock, Embedder, Model, Store
from .together import fencing, leasing, leasing_async, limited, watching, watching_async
from .types import Draft, Scope

P = ParamSpec("P")
R = TypeVar("R")
_MEMORY_BUDGET = 512 * 2**20
MODEL_CALLS = 1_000


def driven(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]], of: str = "_engine"
) -> Callable[Concatenate[Any, P], R]:
    """Return a plain method that drives a verb of the attribute `of` to its end without an event loop."""

    @functools.wraps(verb)
    def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> R:
        return waiting.run(_of(getattr(self, of), verb)(*arguments, **named))

    return call


def awaited(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]], of: str = "_engine"
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """Return a coroutine method that awaits a verb of the attribute `of`."""

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> R:
        return await _of(getattr(self, of), verb)(*arguments, **named)

    return call


def _of(engine: Any, verb: Callable[..., Coroutine[Any, Any, R]]) -> Callable[..., Coroutine[Any, Any, R]]:
    """Return an engine's verb, or that of the same name where the engine is a server's."""
    found: Callable[..., Coroutine[Any, Any, R]] = getattr(engine, verb.__name__)
    return found


def _without_under(method: Callable[P, R]) -> Callable[P, R]:
    """Return a verb whose signature shows that `under=` is not for scoped callers."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def call(*arguments: P.args, **named: P.kwargs) -> R:
        if "under" in named:
            raise TypeError(
                f"{method.__name__}() takes no `under` here: it exists only on the unscoped Memory"
            )
        return method(*arguments, **named)

    shown = [one for one in signature.parameters.values() if one.name != "under"]
    call.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    return call


def _caller(scope: Scope, actor: str | None, timezone: str | None, *, admin: bool = False) -> Caller:
    if timezone is not None:
        checks.zone(timezone)
    return Caller(scope, checks.optional_name(actor, "actor"), admin, timezone=timezone)


class ScopedMemory:
    """A memory bound to a caller's labels; `Memory.scoped` makes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    save = driven(Engine.save)
    save_many = driven(Engine.save_many)
    observe = driven(Engine.observe)
    summarise = driven(Engine.summarise)
    work = driven(Engine.work)
    backlog = driven(Engine.backlog)
    review = driven(Engine.review)
    conflicts = driven(Engine.conflicts)
    resolve = driven(Engine.resolve)
    merge = driven(Engine.merge)
    maintain = driven(Engine.maintain)
    undo = driven(Engine.undo)
    search = _without_under(driven(Engine.search))
    context = _without_under(driven(Engine.context))
    explain = driven(Engine.explain)
    why_not = driven(Engine.why_not)
    rerun = driven(Engine.rerun)
    recalls = _without_under(driven(Engine.recalls))
    get = _without_under(driven(Engine.get))
    current = _without_under(driven(Engine.current))
    list = _without_under(driven(Engine.list))
    overview = _without_under(driven(Engine.overview))
    entities = _without_under(driven(Engine.entities))
    rename = driven(Engine.rename)
    update = driven(Engine.update)
    update_many = _without_under(driven(Engine.update_many))
    delete = driven(Engine.delete)
    delete_many = _without_under(driven(Engine.delete_many))
    restore = driven(Engine.restore)
    erase = _without_under(driven(Engine.erase))
    export = _without_under(driven(Engine.export))
    import_items = driven(Engine.import_items)
    history = _without_under(driven(Engine.history))
    changes = _without_under(driven(Engine.changes))
    watch = _without_under(watching(Engine.watch))
    lease = leasing(Engine.lease, lambda engine: ScopedMemory(engine))
    fenced = fencing(lambda engine: ScopedMemory(engine))
    limited = limited
    stats = _without_under(driven(Engine.stats))


class AsyncScopedMemory:
    """An async memory bound to a caller's labels; `AsyncMemory.scoped` makes it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    save = awaited(Engine.save)
    save_many = awaited(Engine.save_many)
    observe = awaited(Engine.observe)
    summarise = awaited(Engine.summarise)
    work = awaited(Engine.work)
    backlog = awaited(Engine.backlog)
    review = awaited(Engine.review)
    conflicts = awaited(Engine.conflicts)
    resolve = awaited(Engine.resolve)
    merge = awaited(Engine.merge)
    maintain = awaited(Engine.maintain)
    undo = awaited(Engine.undo)
    search = _without_under(awaited(Engine.search))
    context = _without_under(awaited(Engine.context))
    explain = awaited(Engine.explain)
    why_not = awaited(Engine.why_not)
    rerun = awaited(Engine.rerun)
    recalls = _without_under(awaited(Engine.recalls))
    get = _without_under(awaited(Engine.get))
    current = _without_under(awaited(Engine.current))
    list = _without_under(awaited(Engine.list))
    overview = _without_under(awaited(Engine.overview))
    entities = _without_under(awaited(Engine.entities))
    rename = awaited(Engine.rename)
    update = awaited(Engine.update)
    update_many = _without_under(awaited(Engine.update_many))
    delete = awaited(Engine.delete)
    delete_many = _without_under(awaited(Engine.delete_many))
    restore = awaited(Engine.restore)
    erase = _without_under(awaited(Engine.erase))
    export = _without_under(awaited(Engine.export))
    import_items = awaited(Engine.import_items)
    history = _without_under(awaited(Engine.history))
    changes = _without_under(awaited(Engine.changes))
    watch = _without_under(watching_async(Engine.watch))
    lease = leasing_async(Engine.lease, lambda engine: AsyncScopedMemory(engine))
    fenced = fencing(lambda engine: AsyncScopedMemory(engine))
    limited = limited
    stats = _without_under(awaited(Engine.stats))


def _fit(name: str, given: object, fits: bool, wanted: str) -> None:
    """Raise `InvalidInput` for an argument that is given and not what is wanted."""
    if given is not None and not fits:
        raise InvalidInput(name, f"must be {wanted}, not {type(given).__name__}")


def _rules(
    many: Iterable[str],
    attributes: Mapping[str, Attribute] | None,
    policy: Mapping[str, str] | None,
    extractors: Iterable[Extractor | str],
) -> Rules:
    """Return what a memory is opened with to read and decide by."""
    for name, table in (("attributes", attributes), ("policy", policy)):
        _fit(name, table, isinstance(table, Mapping), "a mapping")
    several = {checks.name(one, "many") for one in checks.many(many, "many")}
    return Rules.of(attributes or {}, policy or {}, extractors, several)


class _Opened:
    """A store, a model and an engine for an unscoped caller, opened from settings."""

    _link: Any = None  # to a server, where the store is one's
    _engine: Any

    def __init__(
        self,
        store: str | Store = config.DEFAULT,
        *,
        embedder: Embedder | str | None = config.DEFAULT,
        language: str = config.DEFAULT,
        model: Model | str | None = config.DEFAULT,
        base_url: str = config.DEFAULT,
        key: str | None = config.DEFAULT,
        mounts: Mapping[str, str] = config.DEFAULT,
        timezone: str = config.DEFAULT,
        model_calls: int = MODEL_CALLS,
        actor: str | None = None,
        many: Iterable[str] = (),
        redact: Callable[[Draft], Draft] | None = None,
        attributes: Mapping[str, Attribute] | None = None,
        policy: Mapping[str, str] | None = None,
        extractors: Iterable[Extractor | str] = ("rules",),
        count_tokens: Callable[[str], int] | None = None,
        clock: Clock | None = None,
        memory_budget: int = _MEMORY_BUDGET,
    ) -> None:
        found = config.settings(
            store=store, embedder=embedder, language=language, model=model, base_url=base_url, key=key,
            mounts=mounts, timezone=timezone,
        )  # fmt: skip
        self._actor, self.timezone = actor, config.timezone_of(found)
        caller = _caller(Scope.shared(), actor, self.timezone, admin=True)
        if config.is_served(found["store"]):
            local = {
                "many": many, "redact": redact, "attributes": attributes, "policy": policy, "clock": clock,
                "count_tokens": count_tokens, "extractors": tuple(extractors) != ("rules",),
            }  # fmt: skip
            self._link = config.open_link(found, local, self._waits)
            self._engine = self._link.remote().bind(caller)
            return
        most = checks.count(model_calls, "model_calls", 1, 1_000_000)
        room = checks.count(memory_budget, "memory_budget", 0, 2**50)
        counter = config.TokenCounter(count_tokens)
        rules = _rules(many, attributes, policy, extractors)
        _fit("redact", redact, callable(redact), "a function from a Draft to one")
        _fit("clock", clock, isinstance(clock, Clock), "an object with now and new_id")
        opened = config.open_store(found["store"], room, config.key_of(found))
        try:
            vectors, asked, analyzer, self._mounts = config.open_beside(opened, found, room)
        except BaseException:
            opened.close()
            raise
        self._store = opened
        book = RuleBook(rules)
        book.take(opened.policies())
        parts = Parts(
            store=opened, io=self._io(asked), clock=clock or config.SystemClock(), analyzer=analyzer,
            count=counter, related=config.open_related(analyzer.language),
            embedding=Embedding(vectors), redact=redact, book=book,
            opened=lambda value: config.open_embedder(config.Setting("to", value, "argument"), found["base_url"]),
            calls=None if asked is None else most, mounts=self._mounts,
        )  # fmt: skip
        self._engine = Engine(parts, caller)

    _waits = False

    def _io(self, model: Model | None) -> IO:
        self._direct = waiting.Direct(model)
        return self._direct

    def _bound(
        self, scope: Scope | None, actor: str | None, timezone: str | None, labels: dict[str, Any]
    ) -> Any:
        held: object = Scope(**labels) if scope is None else scope
        if not isinstance(held, Scope) or (labels and scope is not None):
            raise InvalidInput("scope", 'takes either a Scope or labels such as user="ada"')
        return self._engine.bind(_caller(held, actor, self.timezone if timezone is None else timezone))

    def acting(self, actor: str | None = None, *, timezone: str | None = None) -> Self:
        """Return this administrator under another name, which is recorded with every change, or with the days of another time
        zone; the store is shared."""
        made = copy.copy(self)
        made._actor = self._actor if actor is None else actor
        made.timezone = self.timezone if timezone is None else timezone
        made._engine = self._engine.bind(_caller(Scope.shared(), made._actor, made.timezone, admin=True))
        return made


class Memory(_Opened):
    """Memory for agents in one file: save, search, update, forget, for any number of users, teams and projects.

        memory = Memory()                      # a file in the user's data folder
        ada = memory.scoped(user="ada")
        ada.save("Prefers short answers", kind="preference", slot="replies.length", value="short")
        ada.search("how long should replies be?")

    `store` is a URL: "sqlite:///x.db", "sqlite://" for one in memory, "http://..." for a server's (`key` is then the
    server's); or an object with the port `Store`. `embedder` is "minilm" (shipped), None for words
    alone, or any object with `id`, `dimension` and `embed`. `language` (of stemming) belongs to the store. `many` names
    further attributes of which an entity may have several values at once. `redact` sees every draft before anything is
    written and returns it, changed or not. `attributes` adds rows to the table that says how many values an attribute
    has at once, how long one is good for and how sensitive it is; `policy` changes what is done with a class of sensitive
    text ("redact", "block", "review", "allow") in all that is written, and in queries; what waits for review does so in `observe`, and in what a model says (`source.trust` "model") of all that is saved. `extractors` read what `observe` is given: "rules" are ours, and any
    function from messages and known memories to drafts may stand beside or in place of them. `count_tokens` gives the number of tokens of a text in your model's prompt, for
    `context`; by default the shipped tokenizer counts. `model` is a language model that reads what the rules leave unread of what
    `observe` is given: None, "openai:NAME", "anthropic:NAME", "ollama:NAME", or an object with `id` and `ask`, asked at most
    `model_calls` times a UTC day for each scope; `base_url` is its server where that is not the provider's own. `key` encrypts a
    new store and opens an encrypted one (needs `holdfast[encryption]`). `mounts` are other stores, by name, that are looked at beside
    this one and never written: {"handbook": "sqlite:///handbook.db"}; their hits carry the name as `origin`. `timezone`, an IANA name such
    as "Europe/Oslo", is the one whose days are meant where a caller names no other, "UTC" by default. What is not given comes from
    HOLDFAST_STORE, HOLDFAST_EMBEDDER, HOLDFAST_LANGUAGE, HOLDFAST_MODEL, HOLDFAST_BASE_URL, HOLDFAST_KEY, HOLDFAST_KEY_FILE,
    HOLDFAST_MOUNTS, HOLDFAST_TIMEZONE or holdfast.toml.

    This object is the store's administrator: it alone takes `under=`, and what it saves must name a scope. Give agents
    what `scoped` returns. Safe to share between threads. Raises `ConfigError`, `InvalidInput`, `StoreError`, `ModelMismatch`.
    """

    save = driven(Engine.save)
    save_many = driven(Engine.save_many)
    observe = driven(Engine.observe)
    summarise = driven(Engine.summarise)
    work = driven(Engine.work)
    backlog = driven(Engine.backlog)
    review = driven(Engine.review)
    conflicts = driven(Engine.conflicts)
    resolve = driven(Engine.resolve)
    merge = driven(Engine.merge)
    maintain = driven(Engine.maintain)
    undo = driven(Engine.undo)
    search = driven(Engine.search)
    context = driven(Engine.context)
    explain = driven(Engine.explain)
    why_not = driven(Engine.why_not)
    rerun = driven(Engine.rerun)
    recalls = driven(Engine.recalls)
    get = driven(Engine.get)
    current = driven(Engine.current)
    list = driven(Engine.list)
    overview = driven(Engine.overview)
    entities = driven(Engine.entities)
    rename = driven(Engine.rename)
    update = driven(Engine.update)
    update_many = driven(Engine.update_many)
    delete = driven(Engine.delete)
    delete_many = driven(Engine.delete_many)
    restore = driven(Engine.restore)
    erase = driven(Engine.erase)
    export = driven(Engine.export)
    import_items = driven(Engine.import_items)
    history = driven(Engine.history)
    changes = driven(Engine.changes)
    watch = watching(Engine.watch)
    lease = leasing(Engine.lease, ScopedMemory)
    fenced = fencing(ScopedMemory)
    limited = limited
    stats = driven(Engine.stats)
    backup = driven(Engine.backup)
    reembed = driven(Engine.reembed)
    policy = driven(Engine.policy)
    hold = driven(Engine.hold)

    def scoped(
        self,
        scope: Scope | None = None,
        /,
        *,
        actor: str | None = None,
        timezone: str | None = None,
        **labels: str | Sequence[str],
    ) -> ScopedMemory:
        """Return the verbs for a caller who holds these labels, e.g. `scoped(user="ada", team=["core", "infra"])`.

        `actor` is recorded with every change. `timezone` is where the caller is, an IANA name such as "Asia/Tokyo": whose days
        "yesterday" and plain dates mean, and a context tells (None: that of this memory). A `Scope` may be given instead of labels.
        """
        return ScopedMemory(self._bound(scope, actor, timezone, dict(labels)))

    def close(self) -> None:
        """Close the store, once a step that is being read in the background is done; later calls raise `StoreClosed`."""
        if self._link is not None:
            waiting.run(self._link.close())
            return
        self._direct.close()
        self._store.close()
        for mount in self._mounts:
            mount.place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Client(Memory):
    """A memory behind a server: `Memory` by its URL, for whoever wants the server's and no file by mistake.

    `key` is the server's, by default from HOLDFAST_KEY or HOLDFAST_KEY_FILE. The verbs, their arguments and their errors are those
    of `Memory`. Raises `ConfigError` for a URL that is no server's.
    """

    def __init__(self, url: str, key: str | None = config.DEFAULT, *, actor: str | None = None) -> None:
        config.check_served(url)
        super().__init__(url, key=key, actor=actor)


class AsyncMemory(_Opened):
    """`Memory` for an event loop: the same arguments and verbs, to be awaited.

    A verb runs on one of a few threads, with `redact` and `extractors`; models that are async run in the loop. Cancelling an `await` may come too late to stop a write that has
    begun: read it back, or give `save` an `idempotency_key` and call it again.
    """

    save = awaited(Engine.save)
    save_many = awaited(Engine.save_many)
    observe = awaited(Engine.observe)
    summarise = awaited(Engine.summarise)
    work = awaited(Engine.work)
    backlog = awaited(Engine.backlog)
    review = awaited(Engine.review)
    conflicts = awaited(Engine.conflicts)
    resolve = awaited(Engine.resolve)
    merge = awaited(Engine.merge)
    maintain = awaited(Engine.maintain)
    undo = awaited(Engine.undo)
    search = awaited(Engine.search)
    context = awaited(Engine.context)
    explain = awaited(Engine.explain)
    why_not = awaited(Engine.why_not)
    rerun = awaited(Engine.rerun)
    recalls = awaited(Engine.recalls)
    get = awaited(Engine.get)
    current = awaited(Engine.current)
    list = awaited(Engine.list)
    overview = awaited(Engine.overview)
    entities = awaited(Engine.entities)
    rename = awaited(Engine.rename)
    update = awaited(Engine.update)
    update_many = awaited(Engine.update_many)
    delete = awaited(Engine.delete)
    delete_many = awaited(Engine.delete_many)
    restore = awaited(Engine.restore)
    erase = awaited(Engine.erase)
    export = awaited(Engine.export)
    import_items = awaited(Engine.import_items)
    history = awaited(Engine.history)
    changes = awaited(Engine.changes)
    watch = watching_async(Engine.watch)
    lease = leasing_async(Engine.lease, AsyncScopedMemory)
    fenced = fencing(AsyncScopedMemory)
    limited = limited
    stats = awaited(Engine.stats)
    backup = awaited(Engine.backup)
    reembed = awaited(Engine.reembed)
    policy = awaited(Engine.policy)
    hold = awaited(Engine.hold)

    _waits = True

    def _io(self, model: Model | None) -> IO:
        self._pooled = waiting.Pooled(model, threads=4)
        return self._pooled

    def scoped(
        self,
        scope: Scope | None = None,
        /,
        *,
        actor: str | None = None,
        timezone: str | None = None,
        **labels: str | Sequence[str],
    ) -> AsyncScopedMemory:
        """Return the verbs for a caller who holds these labels; see `Memory.scoped`."""
        return AsyncScopedMemory(self._bound(scope, actor, timezone, dict(labels)))

    async def close(self) -> None:
        """Close the store once the step it is at is done; calls under way or later raise `StoreClosed`."""
        if self._link is not None:
            await self._link.close()
            return
        await self._pooled.close([self._store, *(mount.place for mount in self._mounts)])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
