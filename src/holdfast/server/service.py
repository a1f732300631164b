"""What every face of the server stands on: who is admitted, to which memory, and the line that is kept of it."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

from starlette.requests import Request

from .. import AsyncMemory, Scope
from ..errors import ConfigError, HoldfastError, InvalidInput, NotFound, StoreError, revived
from ..receipts import Hits
from ..routes import (
    ACTOR,
    HEADERS,
    LABELS,
    LEASE,
    TIMEZONE,
    decoded,
    labels_from_header,
    lease_from_header,
    status_of,
)
from .access import KEY, Access
from .grants import ANY, RIGHTS, TENANT, Ceiling, Grant, Refused
from .settings import Settings, loopback
from .spans import Span
from .tenants import Tenants
from .tokens import Tokens

LOG = logging.getLogger("holdfast.server")

# What a request without a key may do, of a server that is open on loopback.
LOCAL = Grant("local", TENANT, Ceiling({}, frozenset({ANY})), frozenset(RIGHTS))


class Visit:
    """One admitted request: its grant, the tenant's memory, and what will be told of it in the audit.

    `verbs` are those of a caller who holds labels, `all` those of the store's administrator, whose `under=` the grant
    must have allowed (`grant.under`). `told` are ids or counts, never a text.
    """

    def __init__(
        self,
        grant: Grant,
        memory: AsyncMemory,
        named: Mapping[str, Iterable[str]],
        actor: str | None,
        timezone: str | None = None,
    ) -> None:
        self.grant, self.memory = grant, memory.limited(**grant.kinds) if grant.kinds else memory
        self.actor: str | None = grant.acting(actor)
        self.timezone = memory.timezone if timezone is None else timezone
        self.named = named
        self.lease: tuple[Scope, str, int] | None = None
        self.scope: Mapping[str, Any] = {}
        self.told: dict[str, Any] = {}

    def verbs(self, labels: Mapping[str, Iterable[str]] | None = None) -> Any:
        """Return the verbs for the labels that the request holds, or for others that its key admits.

        Of a request that names none, with a key to which all are open, the administrator's: it says `scope` with each write.
        """
        found = self._verbs(labels)
        return (
            found if self.lease is None else found.fenced(self.lease[1], self.lease[2], scope=self.lease[0])
        )

    def _verbs(self, labels: Mapping[str, Iterable[str]] | None) -> Any:
        if labels is None and not self.named and self.grant.ceiling.admits(ANY):
            return self.administrator()  # no label said, none withheld
        held = self.grant.held(self.named if labels is None else labels)
        self.scope = held.to_json()
        return self.memory.scoped(held, actor=self.actor, timezone=self.timezone)

    def all(self, under: Scope) -> Any:
        """Return the administrator's verbs, for a reading `under` labels that the key's ceiling admits."""
        self.scope = self.grant.under(under).to_json()
        return self.administrator()

    def whole(self) -> Any:
        """Return the administrator's verbs for what concerns the whole store; takes a key without a ceiling, or `wide`."""
        if self.grant.ceiling.fixed or not self.grant.ceiling.admits(ANY):
            self.grant.need("wide")
        return self.administrator()

    def administrator(self) -> AsyncMemory:
        """Return the verbs of the store's administrator, under the name of who acts."""
        return self.memory.acting(self.actor, timezone=self.timezone)


class Rates:
    """How fast each key may ask: a bucket that holds a minute's requests and fills evenly (a token bucket)."""

    def __init__(self) -> None:
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, grant: Grant, a_minute: int) -> None:
        """Count one request; raises `Refused` (429) with Retry-After where none is left."""
        now = time.monotonic()
        left, before = self._left.get(grant.id, (float(a_minute), now))
        left = min(a_minute, left + (now - before) * a_minute / 60)
        if left < 1:
            wait = int((1 - left) * 60 / a_minute) + 1
            told = {"Retry-After": str(wait), "X-RateLimit-Limit": str(a_minute), "X-RateLimit-Remaining": "0",
                    "X-RateLimit-Reset": str(wait)}  # fmt: skip
            self._left[grant.id] = (left, now)
            detail = f"this key may ask {a_minute} times a minute; wait {wait} s"
            raise Refused(429, detail, told, tenant=grant.tenant, key=grant.id)
        self._left[grant.id] = (left - 1, now)


class Recent:
    """The last searches, whose receipts can still be asked for, each by the key that made it."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[str, Hits]] = OrderedDict()

    def keep(self, grant: Grant, hits: Hits) -> str:
        """Keep a search for a while and return the token to ask for it by."""
        token = secrets.token_urlsafe(16)
        self._kept[token] = grant.id, hits
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return token

    def hits(self, grant: Grant, token: str) -> Hits:
        """Return a kept search; raises `NotFound` for one that is gone, or another key's."""
        whose, hits = self._kept.get(token, ("", None))
        if hits is None or whose != grant.id:
            raise NotFound(token[:64], "receipt of a recent search")
        return hits


class Service:
    """The parts of a server: tenants, keys, settings. `stopping` says that it is to answer what it has, and end."""

    def __init__(self, settings: Settings, tenants: Tenants, access: Access) -> None:
        self.settings, self.tenants, self.access = settings, tenants, access
        self.tokens = Tokens(settings) if settings.jwt_key else None
        self._rates = Rates()
        self.recent = Recent()
        self.stopping: Callable[[], bool] = lambda: False

    def admitted(self, request: Request) -> Grant:
        """Return what a request may do by its Authorization header ("Bearer" or "Token" and a key).

        Raises `Refused`: 401 without a key that is good here, 429 where it asks too often, 403 where an open server is
        asked by a page from elsewhere.
        """
        grant = self._known(request)
        rate = grant.rate or self.settings.rate
        if rate and grant is not LOCAL:
            self._rates.take(grant, rate)
        return grant

    def still(self, request: Request) -> bool:
        """Whether whoever asked would be let in again: an answer that goes on and on ends when its key is revoked or over."""
        try:
            self._known(request)
        except Refused:
            return False
        return True

    def _known(self, request: Request) -> Grant:
        kind, _, shown = request.headers.get("authorization", "").partition(" ")
        # Clients that do not start without a key are given any by who tries them here; a key that was made here counts.
        unknown = self.tokens is None and not shown.strip().startswith(KEY)
        if self.settings.open and (not shown or unknown):
            _from_here(request)
            return LOCAL
        if kind.lower() not in ("bearer", "token") or not shown:
            raise Refused(401, "say who you are: Authorization: Bearer KEY", {"WWW-Authenticate": "Bearer"})
        if self.tokens is None or shown.startswith(KEY):
            return self.access.grant(shown.strip(), elsewhere=not self.settings.loopback)
        return self.tokens.grant(shown.strip())

    def enter(self, request: Request, verb: str) -> Grant:
        """Return what a request may do, as `admitted`; one that is turned away leaves a line in the audit."""
        try:
            request.state.grant = self.admitted(request)
        except Refused as refused:
            request.state.key, request.state.tenant = refused.key, refused.tenant
            self.access.record(refused.tenant, refused.key, verb, {}, {}, refused.status)
            request.state.recorded = True
            raise
        found: Grant = request.state.grant
        return found

    @contextlib.asynccontextmanager
    async def visit(self, request: Request, verb: str, *rights: str) -> AsyncIterator[Visit]:
        """Admit a request that takes some rights, and record what came of it in the audit, refusals too."""
        request.state.verb = verb
        grant = getattr(request.state, "grant", None) or self.enter(request, verb)
        request.state.key, request.state.tenant = grant.id, grant.tenant
        visit: Visit | None = None
        span, status = Span(verb, request.headers), 500
        try:
            grant.need(*rights)
            said_once(request)
            async with self.tenants.memory(grant.tenant) as memory:
                visit = Visit(grant, memory, labels_of(request), actor_of(request), timezone_of(request))
                if request.headers.get(LEASE):
                    visit.lease = lease_from_header(request.headers[LEASE])
                yield visit
            status = 200
        except (StoreError, ConfigError) as error:
            status = outcome(error)
            raise _of_this_place(error, getattr(request.state, "request_id", "")) from None
        except BaseException as error:
            status = outcome(error)
            raise
        finally:
            request.state.recorded = True
            scope, told = ({}, {}) if visit is None else (visit.scope, visit.told)
            self.access.record(grant.tenant, grant.id, verb, scope, told, status)
            span.end(status, told)


def _of_this_place(error: HoldfastError, id: str) -> HoldfastError:
    """Return an error as whoever asks from elsewhere is told of it: which files and settings it names is for this server's log."""
    LOG.warning(
        "refused", extra={"told": {"request": id, "error": type(error).__name__, "detail": str(error)}}
    )
    about = (type(error).__doc__ or "").splitlines()[0]
    return revived(
        type(error), (f"{about} The server's log says more under this request's id, X-Request-Id",), {}
    )


def said_once(request: Request) -> None:
    """Raise `InvalidInput` for a header of ours that a request has twice: one of them would be left unread."""
    for name in (LABELS, ACTOR, TIMEZONE, LEASE, *HEADERS.values()):
        if len(request.headers.getlist(name)) > 1:
            raise InvalidInput(name, "is there more than once; send it once, with all of it")


def labels_of(request: Request) -> dict[str, list[str]]:
    """Return the labels that a request names, by name; raises `InvalidInput` for what is none."""
    named = request.headers.get(LABELS)
    return labels_from_header(named) if named else {}


def actor_of(request: Request) -> str | None:
    """Return whom a request names as acting, percent-encoded in its header, or None."""
    named = request.headers.get(ACTOR)
    return None if named is None else decoded(named, ACTOR)


def timezone_of(request: Request) -> str | None:
    """Return the time zone that a request names for whoever asks, percent-encoded in its header, or None."""
    named = request.headers.get(TIMEZONE)
    return None if named is None else decoded(named, TIMEZONE)


def _from_here(request: Request) -> None:
    """Refuse what a page of another site makes a browser ask: through a name that it pointed at this machine, or across origins.

    Who shows a key is known by it; without one, the browser's word is all there is.
    """
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    if not loopback(request.url.hostname or "") or (origin and origin.partition("://")[2] != host):
        raise Refused(403, "an open server answers this machine's own pages and programs alone; use a key")


def outcome(error: BaseException) -> int:
    """Return the status that an error will have."""
    if isinstance(error, Refused):
        return error.status
    return status_of(error) if isinstance(error, HoldfastError) else 500
