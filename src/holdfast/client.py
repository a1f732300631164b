"""The verbs over HTTP: what `Memory("http://...")` stands on, in place of an engine.

Each verb is one request, made and read by the table in `routes`; the answers and the errors are those of a file. The one
code serves both faces: a `Link` sends at once, or pauses the caller's event loop, as its transport does.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import json
import os
import tempfile
import time
import typing
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from urllib.parse import quote

from . import checks
from .errors import (
    AccessDenied,
    ConfigError,
    InvalidInput,
    LeaseConflict,
    StoreBusy,
    StoreClosed,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from .leases import Held
from .receipts import Hits, Receipt
from .routes import (
    ACTOR,
    ANSWERS,
    LABELS,
    LEASE,
    LONG,
    NOT_SENT,
    ROUTES,
    TIMEZONE,
    Request,
    encoded,
    labels_to_header,
    lease_to_header,
    raised,
    request,
    revive,
)
from .types import (
    Backup,
    Change,
    Draft,
    Erased,
    Export,
    Hit,
    Import,
    MemoryItem,
    Reembedding,
    Scope,
)

if TYPE_CHECKING:
    import httpx

AT_ONCE = 1_000  # memories of a `save_many` in one request, which is one transaction
_CHUNK = 2**16
_TOO_LONG = "is more than an address and headers can carry (64 KB); ask with a shorter filter, fewer labels, or in parts"
_LONGEST = 86_400.0  # seconds that what may take long is waited for
_STREAMED = 600.0  # seconds that one stream of changes is asked to go on without any
_WAITED = 20.0  # seconds that one request waits for a lease


class Link:
    """Sends requests to one server without an event loop; `Waiting` pauses one. Safe to share between threads."""

    def __init__(self, url: str, key: str | None, timeout: float = 120.0) -> None:
        httpx = _httpx()
        if key is not None and (not key.isascii() or not key.isprintable() or " " in key):
            raise ConfigError(
                "key: holds a space, a line break or a letter that no key has; give it as it was printed"
            )
        if "?" in url or "#" in url:
            raise ConfigError(f"url: {url!r:.80} goes on after the path; give the server's address alone")
        self._failures: tuple[type[Exception], ...] = (httpx.HTTPError, httpx.StreamError)
        self._url = url.rstrip("/")
        self.closed = False
        self._no_url: type[Exception] = httpx.InvalidURL
        try:
            httpx.URL(url)
        except httpx.InvalidURL as error:
            raise ConfigError(f"url: {url!r:.80} is no address ({error})") from None
        self._patience = httpx.Timeout(timeout, connect=10.0, read=_LONGEST)
        self._settings = {
            "timeout": httpx.Timeout(timeout, connect=10.0),
            "headers": {"Authorization": f"Bearer {key}"} if key else {},
        }
        self._http = httpx.Client(**self._settings)

    def remote(self) -> Remote:
        """Return the verbs of the server, for nobody in particular yet."""
        return Remote(self)

    async def send(self, made: Request, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
        """Return the answer to a request; `body` is JSON, or an open file of bytes."""
        return self.sent(made, headers, body)

    def sent(self, made: Request, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
        """Return the answer to a request, at once whichever the face."""
        with self._told():
            return _checked(self._http.request(**self._asked(made, headers, body)))

    def _asked(self, made: Request, headers: Mapping[str, str], body: Any = None) -> dict[str, Any]:
        if self.closed:
            raise StoreClosed("this memory was closed; open a new one")
        asked: dict[str, Any] = {
            "method": made.method, "url": self._url + made.path, "params": made.query, "headers": {**made.headers, **headers},
        }  # fmt: skip
        if made.path in LONG:
            asked["timeout"] = self._patience
        if hasattr(body, "read"):
            asked["content"] = _pieces(body)
        elif body is not None:
            asked["content"] = encoded(body)
            asked["headers"]["Content-Type"] = "application/json"
        return asked

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what goes wrong on the way as `StoreError`."""
        try:
            yield
        except self._no_url:
            raise InvalidInput("request", _TOO_LONG) from None
        except self._failures as error:
            raise StoreError(
                f"the server at {self._url} could not be asked ({type(error).__name__}); is it running? A write may have "
                "been made: read it back, or repeat it with its idempotency_key"
            ) from None

    async def stream(self, made: Request, headers: Mapping[str, str]) -> Reading:
        """Return an answer that is read as it comes."""
        with self._told():
            asked = self._asked(made, headers)
            response = self._http.send(self._http.build_request(**asked), stream=True)
            if response.status_code >= 400:
                response.read()
        return Reading(_checked(response), self._told)

    async def close(self) -> None:
        """Let the connections go."""
        self.closed = True
        self._http.close()


class Reading:
    """An answer that is read as it comes."""

    def __init__(self, response: httpx.Response, told: Callable[[], Any]) -> None:
        self._response, self._told = response, told
        self.headers = response.headers

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield its bytes."""
        with self._told(), contextlib.closing(self._response):
            for piece in self._response.iter_bytes():
                yield piece

    async def lines(self) -> AsyncGenerator[str]:
        """Yield its lines."""
        with self._told(), contextlib.closing(self._response):
            for line in self._response.iter_lines():
                yield line


class Waiting(Link):
    """A `Link` that pauses the caller's event loop while a server thinks."""

    def __init__(self, url: str, key: str | None, timeout: float = 120.0) -> None:
        super().__init__(url, key, timeout)
        # Connections belong to the loop that opened them, and a program may run one after another.
        self._of: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            weakref.WeakKeyDictionary()
        )

    @property
    def _async(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if loop not in self._of:
            self._of[loop] = _httpx().AsyncClient(**self._settings)
        return self._of[loop]

    async def send(self, made: Request, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
        """Return the answer to a request."""
        asked = self._asked(made, headers, body)
        if hasattr(body, "read"):
            asked["content"] = _pieces_async(body)
        with self._told():
            return _checked(await self._async.request(**asked))

    async def stream(self, made: Request, headers: Mapping[str, str]) -> Reading:
        """Return an answer that is read as it comes."""
        with self._told():
            asked = self._asked(made, headers)
            response = await self._async.send(self._async.build_request(**asked), stream=True)
            if response.status_code >= 400:
                await response.aread()
        return ReadingAsync(_checked(response), self._told)

    async def close(self) -> None:
        """Let the connections go."""
        await super().close()
        if (own := self._of.pop(asyncio.get_running_loop(), None)) is not None:
            await own.aclose()


class ReadingAsync(Reading):
    """A `Reading` in an event loop."""

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Yield its bytes."""
        with self._told():
            async with contextlib.aclosing(
                typing.cast(AsyncGenerator[bytes], self._response.aiter_bytes())
            ) as pieces:
                async for piece in pieces:
                    yield piece

    async def lines(self) -> AsyncGenerator[str]:
        """Yield its lines."""
        with self._told():
            async with contextlib.aclosing(
                typing.cast(AsyncGenerator[str], self._response.aiter_lines())
            ) as lines:
                async for line in lines:
                    yield line


def _httpx() -> Any:
    try:
        import httpx
    except ImportError:
        raise ConfigError("a memory behind a server needs httpx: pip install 'holdfast[client]'") from None
    return httpx


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_CHUNK):
        yield piece


async def _pieces_async(file: BinaryIO) -> AsyncIterator[bytes]:
    for piece in _pieces(file):
        yield piece


def _checked(response: httpx.Response) -> httpx.Response:
    """Return a response, or raise the error that it tells of."""
    if response.status_code < 400:
        return response
    try:
        told = json.loads(response.content)
    except ValueError:
        told = {}
    error = raised(told) if isinstance(told, dict) else None
    if error is not None:
        raise error
    if response.status_code == 400 and not told:  # what reads HTTP refused it before the server saw it
        raise InvalidInput("request", _TOO_LONG)
    detail = str(told.get("detail") if isinstance(told, dict) else "") or f"HTTP {response.status_code}"
    if response.status_code in (401, 403):
        raise AccessDenied(detail)
    if response.status_code in (400, 413, 422):
        field = str(told.get("field", "request"))
        raise InvalidInput(field, detail.removeprefix(f"{field}: "))
    if response.status_code in (429, 503, 504):
        raise StoreBusy(detail)
    raise StoreError(f"the server answered {response.status_code}: {detail}")


_NO_SERVER = "what answers there is no Holdfast server; look at the URL, and whether something in between answers for it"


def _told_by(response: httpx.Response) -> Any:
    """Return the JSON of an answer; raises `StoreError` where it is none, as of a proxy's page."""
    try:
        return json.loads(response.content)
    except ValueError:
        raise StoreError(_NO_SERVER) from None


def _summary(reading: Reading, header: str) -> dict[str, Any]:
    """Return what a server says in a header of the file it sends."""
    if header not in reading.headers:
        raise StoreError(_NO_SERVER)
    return typing.cast(dict[str, Any], json.loads(reading.headers[header]))


class Following:
    """A place in a server's log, read as it is told; the counterpart of the engine's."""

    def __init__(self, remote: Remote, arguments: dict[str, Any], cursor: str, timeout: float | None) -> None:
        self._remote, self._arguments, self._timeout = remote, arguments, timeout
        self.cursor, self.closed = cursor, False
        self._lines: AsyncGenerator[str] | None = None

    async def next(self) -> Change | Erased | None:
        """Return the next entry, waiting for it; None once closed, or when none came within the timeout.

        A stream ends when nothing came for a while, and when the server stops: it is asked again from where it was, and
        `StoreError` says that nobody answers. Whoever goes on after an error misses nothing.
        """
        end = None if self._timeout is None else time.monotonic() + self._timeout
        while not self.closed:
            left = _STREAMED if end is None else min(_STREAMED, end - time.monotonic())
            if self._lines is None:
                asked = {**self._arguments, "since": self.cursor, "timeout": max(0.0, left)}
                self._lines = (await self._remote.reading("watch", asked)).lines()
            try:
                entry = await self._heard(self._lines)
            except BaseException:
                await self._ended()
                raise
            if entry is not None:
                return entry
            await self._ended()
            if end is not None and time.monotonic() >= end:
                break
        return None

    async def _heard(self, lines: AsyncGenerator[str]) -> Change | Erased | None:
        """Return the next entry of a stream; None at its end, and once this is closed."""
        event: dict[str, str] = {}
        async for line in lines:
            if self.closed:
                break
            name, _, value = line.partition(": ")
            if line and name in ("id", "event", "data"):
                event[name] = value
            elif not line and event:
                self.cursor, told = event.get("id", self.cursor), event.get("event")
                if told == "erased":
                    return Erased(Scope.from_json(json.loads(event["data"])["scope"]))
                if told == "change":
                    return typing.cast(Change, revive(Change, json.loads(event["data"])))
                event = {}
        return None

    async def _ended(self) -> None:
        lines, self._lines = self._lines, None
        if lines is not None:
            await lines.aclose()


class _As(NamedTuple):
    """A caller of a server, with what `Remote.bind` looks at."""

    scope: Scope | None
    actor: str | None
    admin: bool
    lease: tuple[Scope, str, int] | None
    timezone: str | None


class Holding:
    """A lease that was taken at a server; the counterpart of the engine's."""

    def __init__(self, remote: Remote, told: dict[str, Any], ttl: float | timedelta) -> None:
        self._remote, self._ttl = remote, ttl
        self._read(told)
        self.caller = remote.fenced(self.held.name, self.held.fence, self.held.scope)

    def _read(self, told: dict[str, Any]) -> None:
        until = checks.moment(told["until"], "until")
        self.held = Held(
            Scope.from_json(told["scope"]), told["name"], told["fence"], told["holder"], until, until
        )

    def _named(self, ttl: float | timedelta) -> dict[str, Any]:
        return {
            "name": self.held.name,
            "fence": self.held.fence,
            "scope": self.held.scope,
            "ttl": _seconds(ttl),
        }

    async def renew(self, ttl: float | timedelta | None = None) -> None:
        """Hold it for `ttl` seconds from now (None: as long as before)."""
        self._ttl = self._ttl if ttl is None else ttl
        self._read(await self._remote.asked("lease", self._named(self._ttl)))

    async def release(self) -> bool:
        """Give it up; False where it was over before."""
        try:
            await self._remote.asked("lease", self._named(0))
        except LeaseConflict:
            return False
        return True


def _seconds(span: float | timedelta) -> float:
    return span.total_seconds() if isinstance(span, timedelta) else span


class Remote:
    """Every verb of an engine, asked of a server, for a caller who holds labels (None: as the key alone may)."""

    def __init__(
        self,
        link: Link,
        held: Scope | None = None,
        actor: str | None = None,
        lease: Any = None,
        timezone: str | None = None,
    ) -> None:
        self._link, self._held, self._actor, self._lease = link, held, actor, lease
        self._timezone = timezone

    def bind(self, caller: Any) -> Remote:
        """Return the same server for another caller, as `Engine.bind` does."""
        held = None if caller.admin else caller.scope
        return Remote(self._link, held, caller.actor, caller.lease, caller.timezone)

    def _headers(self) -> dict[str, str]:
        headers = {} if self._held is None else {LABELS: labels_to_header(self._held)}
        if self._actor is not None:
            headers[ACTOR] = quote(self._actor)
        if self._timezone is not None:
            headers[TIMEZONE] = quote(self._timezone)
        return headers if self._lease is None else {**headers, LEASE: lease_to_header(*self._lease)}

    async def _response(self, verb: str, arguments: Mapping[str, Any]) -> httpx.Response:
        made = request(verb, {name: value for name, value in arguments.items() if name not in NOT_SENT})
        return await self._link.send(made, self._headers(), made.body)

    async def reading(self, verb: str, arguments: Mapping[str, Any]) -> Reading:
        """Return the answer of a verb as it comes."""
        return await self._link.stream(request(verb, arguments), self._headers())

    async def asked(self, verb: str, arguments: Mapping[str, Any]) -> Any:
        """Return what a verb answers."""
        found = _told_by(await self._response(verb, arguments))
        listed = typing.get_origin(ANSWERS[verb]) is list
        return revive(ANSWERS[verb], found["items"] if listed else found)

    async def search(self, query: str, **named: Any) -> Hits:
        """Search; the receipt is fetched when it is first asked for, while the server still has it."""
        response = await self._response("search", {"query": query, **named})
        where, headers = Request("GET", response.headers.get("location", ""), [], {}, None), self._headers()
        hits = revive(list[Hit], _told_by(response)["hits"])
        return Hits(hits, lambda: Receipt.from_json(_told_by(self._link.sent(where, headers))))

    async def save_many(
        self,
        items: Iterable[Draft | Mapping[str, Any]],
        *,
        progress: Callable[[int], None] | None = None,
        on_erased: Callable[[int], None] | None = None,
        **named: Any,
    ) -> list[MemoryItem]:
        """Save many, a thousand a request, each all or nothing."""
        if on_erased is not None:
            raise InvalidInput("on_erased", "is not told over HTTP; leave it out")
        made: list[MemoryItem] = []
        rest = iter(items)
        while batch := list(itertools.islice(rest, AT_ONCE)):
            made += await self.asked("save_many", {"items": batch, **named})
            if progress is not None:
                progress(len(made))
        return made

    async def watch(
        self, since: str | None = None, *, timeout: float | None = None, under: Scope | None = None
    ) -> Following:
        """Follow the log from a cursor, or from where it ends now."""
        limit = None if timeout is None else checks.seconds(timeout, "timeout", 0)
        arguments: dict[str, Any] = {} if under is None else {"under": under}
        asked = arguments if since is None else {**arguments, "since": since}
        reading = await self.reading("watch", {**asked, "timeout": 0})
        async with contextlib.aclosing(reading.lines()) as lines:
            async for line in lines:
                if line.startswith("id: "):  # of the event that tells where it begins
                    return Following(self, arguments, line[4:], limit)
        raise StoreError(_NO_SERVER)

    def limited(self, kinds: Any) -> Any:
        """Refuse: which kinds a caller of a server may read and change, its key says."""
        raise InvalidInput(
            "limited", "is for a store; of a server the key says it: holdfast keys create --rights read:fact"
        )

    def fenced(self, name: str, fence: int, scope: Any = None) -> _As:
        """Return this caller as one who works under a lease that was taken."""
        named = (
            None
            if scope is None or isinstance(scope, Scope) or self._held is None
            else self._held.pick(scope)[0]
        )
        where = scope if isinstance(scope, Scope) else named or self._held or Scope.shared()
        return _As(self._held, self._actor, self._held is None, (where, name, fence), self._timezone)

    async def lease(
        self, name: str, *, ttl: float | timedelta = 60.0, wait: float | timedelta = 0.0, **named: Any
    ) -> Holding:
        """Take a lease at the server, which waits for it, as often as it takes."""
        asked = {"name": name, "ttl": _seconds(ttl), **named}
        asked = {name: one for name, one in asked.items() if one is not None}
        end = time.monotonic() + checks.seconds(wait, "wait", 0)
        while True:
            left = max(0.0, end - time.monotonic())
            try:
                return Holding(self, await self.asked("lease", {**asked, "wait": min(left, _WAITED)}), ttl)
            except LeaseConflict:
                if left <= _WAITED:
                    raise

    async def export(
        self, to: str | os.PathLike[str] | BinaryIO, *, progress: Any = None, **named: Any
    ) -> Export:
        """Fetch an export into a new file or a stream."""
        _must_be_new(to, "to")
        reading = await self.reading("export", named)
        told = _summary(reading, "Holdfast-Export")
        await _fetched(reading, to, "to")
        if progress is not None:
            progress(told["versions"], told["versions"])
        path = None if hasattr(to, "write") else str(os.fspath(to))
        return typing.cast(Export, revive(Export, {**told, "path": path}))

    async def backup(self, path: str | os.PathLike[str], *, progress: Any = None) -> Backup:
        """Fetch a copy of the whole store into a new file."""
        _must_be_new(path, "path")
        reading = await self.reading("backup", {})
        told = _summary(reading, "Holdfast-Backup")
        await _fetched(reading, path, "path")
        if progress is not None:
            progress(told["bytes"], told["bytes"])
        return typing.cast(Backup, revive(Backup, {**told, "path": str(os.fspath(path))}))

    async def import_items(
        self, source: str | os.PathLike[str] | BinaryIO, *, progress: Any = None, **named: Any
    ) -> Import:
        """Send an export to be taken in."""
        made = request("import_items", named)
        with contextlib.ExitStack() as stack:
            file: Any = source
            if not hasattr(source, "read"):
                try:
                    file = stack.enter_context(Path(os.fspath(source)).open("rb"))
                except OSError as error:
                    raise InvalidInput("source", f"{source}: cannot be read ({error.strerror})") from None
            response = await self._link.send(made, self._headers(), file)
        return typing.cast(Import, revive(Import, _told_by(response)))

    async def reembed(self, to: Any = ..., *, progress: Any = None, **named: Any) -> Reembedding:
        """Change the embedding model of the server's store; the server must know it by its name."""
        given = {} if to is ... or repr(to) == "UNSET" else {"to": to}
        if not isinstance(given.get("to"), str | None):
            raise InvalidInput("to", "names a model that the server can open, such as minilm or openai:NAME")
        return typing.cast(Reembedding, await self.asked("reembed", {**given, **named}))

    async def close(self) -> None:
        """Let the connections go."""
        await self._link.close()


def _must_be_new(to: str | os.PathLike[str] | BinaryIO, field: str) -> None:
    """Raise `InvalidInput` where no new file of this name can be made, before the server is asked for what goes into it."""
    if hasattr(to, "write"):
        return
    path = Path(os.fspath(to))
    if path.exists():
        raise InvalidInput(field, f"{path}: there is a file of this name; choose another or remove it")
    if not path.parent.is_dir():
        raise InvalidInput(field, f"{path.parent}: no such folder; create it first")


async def _fetched(reading: Reading, to: str | os.PathLike[str] | BinaryIO, field: str) -> None:
    """Write an answer to a stream, or to a new file that is whole or not there."""
    async with contextlib.aclosing(reading.pieces()) as pieces:
        if hasattr(to, "write"):
            async for piece in pieces:
                to.write(piece)
            return
        path = Path(os.fspath(to))
        try:
            with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as part:
                try:
                    async for piece in pieces:
                        part.write(piece)
                    part.flush()
                    os.fsync(part.fileno())
                    os.link(part.name, path)
                finally:
                    os.unlink(part.name)
        except FileExistsError:
            raise InvalidInput(
                field, f"{path}: there is a file of this name; choose another or remove it"
            ) from None
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            told = f"{path}: cannot be written ({error.strerror}); no file was made"
            raise (StoreFull if full else StoreReadOnly)(told) from None


def _verb(verb: str) -> Callable[..., Any]:
    names = ROUTES[verb].arguments

    async def call(self: Remote, /, *given: Any, **named: Any) -> Any:
        arguments = dict(zip(names, given, strict=False)) | named
        return await self.asked(verb, {name: one for name, one in arguments.items() if repr(one) != "UNSET"})

    return call


for _name in ANSWERS.keys() - vars(Remote).keys():
    setattr(Remote, _name, _verb(_name))
