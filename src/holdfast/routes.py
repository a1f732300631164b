"""The verbs as HTTP: which route each one is, and how arguments, answers and errors look on the wire.

Both sides read this one table: the server makes its routes from it, the client its requests. Pure: no sockets here.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple, Union
from urllib.parse import parse_qsl, quote, unquote, urlencode

from . import checks, errors
from .errors import DoesNotFit, HoldfastError, InvalidInput
from .filters import Filter, to_json
from .judgements import Maintenance, Observation, Queued
from .policy import Policies, Rule
from .receipts import Context, Explanation, Recall, Rerun, WhyNot
from .types import (
    Bulk,
    Change,
    Draft,
    Entity,
    Erasure,
    Group,
    Import,
    MemoryItem,
    Page,
    Reembedding,
    Scope,
    Source,
    Stats,
)

BASE = "/api/v1"
# Request headers: the labels a caller holds, who acts, where the caller is, and the lease that the request works under.
LABELS, ACTOR, TIMEZONE, LEASE = "Holdfast-Labels", "Holdfast-Actor", "Holdfast-Timezone", "Holdfast-Lease"
Right = Literal["read", "write", "delete", "erase", "admin"]
RIGHTS: tuple[Right, ...] = typing.get_args(Right)


class Route(NamedTuple):
    """One verb as a route: `path` below `BASE`, the `right` it takes, and the verb's `arguments` in their order.

    What the path names is in the path; `expected_version` is the header If-Match, `idempotency_key` Idempotency-Key; of GET
    and DELETE the rest is in the query, with scopes and filters as JSON, else in the body.
    """

    verb: str
    method: str
    path: str
    right: Right
    arguments: tuple[str, ...]
    status: int = 200

    @property
    def in_query(self) -> bool:
        """Whether arguments go in the query: also beside a body that is a file."""
        return self.method in ("GET", "DELETE") or self.verb == "import_items"


_READ = ("where", "kinds", "tags", "since", "until", "valid_at", "known_at")
_DRAFT = (
    "text", "kind", "scope", "slot", "value", "tags", "metadata", "importance", "confidence", "speaker", "thread", "turn",
    "observed_at", "valid_from", "valid_to", "expires_at", "source", "idempotency_key", "reason",
)  # fmt: skip
_UPDATE = (
    "id", "text", "value", "kind", "slot", "tags", "metadata", "importance", "confidence", "speaker", "valid_from",
    "valid_to", "expires_at", "scope", "expected_version", "changed_at", "source", "reason",
)  # fmt: skip
_PAGED = ("limit", "cursor")

ROUTES = {
    one.verb: one
    for one in (
        Route("save", "POST", "/items", "write", _DRAFT, 201),
        Route("list", "GET", "/items", "read", (*_READ, "sort", "descending", *_PAGED, "scope", "under")),
        Route("save_many", "POST", "/items/many", "write", ("items", "allow_erased", "reason"), 201),
        Route(
            "update_many", "PATCH", "/items", "write", ("where", "changes", "scope", "under", "dry_run", "reason")
        ),
        Route("delete_many", "POST", "/items/delete", "delete", ("where", "scope", "under", "dry_run", "reason")),
        Route("merge", "POST", "/items/merge", "write", ("ids", "text", "value", "scope", "reason")),
        Route("get", "GET", "/items/{id}", "read", ("id", "valid_at", "known_at", "under")),
        Route("update", "PATCH", "/items/{id}", "write", _UPDATE),
        Route("delete", "DELETE", "/items/{id}", "delete", ("id", "scope", "expected_version", "reason")),
        Route("restore", "POST", "/items/{id}/restore", "write", ("id", "scope", "expected_version", "reason")),
        Route("resolve", "POST", "/items/{id}/resolve", "write", ("id", "scope", "reason")),
        Route("undo", "POST", "/items/{id}/undo", "write", ("id", "version", "scope", "reason")),
        Route(
            "history", "GET", "/history", "read",
            ("id", "slot", "valid_at", "known_at", *_PAGED, "scope", "under"),
        ),
        Route("current", "GET", "/current", "read", ("slot", "valid_at", "known_at", "scope", "under")),
        Route("search", "POST", "/search", "read", ("query", "k", *_READ, "min_relevance", "keep", "scope", "under")),
        Route(
            "context", "POST", "/context", "read",
            ("query", "budget", "sections", "always", *_READ, "min_relevance", "keep", "scope", "under"),
        ),
        Route("recalls", "GET", "/recalls", "read", (*_PAGED, "under")),
        Route("explain", "POST", "/explain", "read", ("receipt",)),
        Route("why_not", "POST", "/why_not", "read", ("receipt", "id")),
        Route("rerun", "POST", "/rerun", "read", ("receipt",)),
        Route(
            "observe", "POST", "/observe", "write",
            ("messages", "thread", "scope", "placement", "recalled", "used", "background", "idempotency_key",
             "allow_erased", "reason"),
        ),
        Route("summarise", "POST", "/summarise", "write", ("thread", "scope", "background", "reason")),
        Route("work", "POST", "/work", "write", ("id", "limit", "scope")),
        Route("backlog", "GET", "/backlog", "read", (*_PAGED, "scope")),
        Route(
            "review", "POST", "/review", "write",
            ("id", "approve", "text", "value", *_PAGED, "scope", "reason"),
        ),
        Route("conflicts", "GET", "/conflicts", "read", ("scope", "limit")),
        Route("maintain", "POST", "/maintain", "write", ("dry_run", "cap", "scope", "reason")),
        Route("rename", "POST", "/rename", "write", ("entity", "to", "scope", "dry_run", "reason")),
        Route("overview", "GET", "/overview", "read", (*_PAGED, "under")),
        Route("entities", "GET", "/entities", "read", (*_PAGED, "under")),
        Route("stats", "GET", "/stats", "read", ("under",)),
        Route("changes", "GET", "/changes", "read", ("since", "limit", "under")),
        Route("watch", "GET", "/watch", "read", ("since", "timeout", "under")),
        Route("lease", "POST", "/leases", "write", ("name", "ttl", "holder", "wait", "fence", "scope")),
        Route("erase", "POST", "/erase", "erase", ("ids", "where", "scope", "under", "dry_run")),
        Route("export", "GET", "/export", "read", ("scope", "under", "format", "vectors")),
        Route("import_items", "POST", "/import", "admin", ("source", "allow_erased", "dry_run")),
        Route("backup", "GET", "/backup", "admin", ()),
        Route("reembed", "POST", "/reembed", "admin", ("to", "batch", "cancel")),
        Route("policy", "POST", "/policy", "admin", ("set", "remove", "check", "history", "limit", "reason")),
        Route("hold", "POST", "/hold", "admin", ("under", "name", "release", "reason")),
    )
}  # fmt: skip

# What takes as long as it takes, or as long as the request says: a server sets no limit to it, nor does who waits for the answer.
LONG = frozenset(
    BASE + ROUTES[verb].path for verb in ("watch", "export", "backup", "import_items", "reembed", "lease")
)

# Arguments that a request carries beside its JSON: what is streamed, and what is told as it happens.
NOT_SENT = frozenset({"progress", "on_erased", "path"})
# Arguments that are JSON texts in a query, since they have parts.
STRUCTURED = frozenset({"where", "scope", "under"})
HEADERS = {"expected_version": "If-Match", "idempotency_key": "Idempotency-Key"}


# -- labels ------------------------------------------------------------------------------------------------------------


def labels_to_header(scope: Scope) -> str:
    """Return the labels a caller holds as the header `LABELS` carries them: "user=ada&team=core&team=infra"."""
    return urlencode(scope.to_json(), doseq=True)


def labels_from_header(text: str) -> dict[str, list[str]]:
    """Return the labels of a header: name -> ids; raises `InvalidInput` for what is none."""
    decoded(text, LABELS)
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=10_000
        )
    except ValueError:
        raise InvalidInput(LABELS, "must look like user=ada&team=core&team=infra, percent-encoded") from None
    found: dict[str, list[str]] = {}
    for name, id in pairs:
        found.setdefault(checks.label_name(name), []).append(checks.name(id, f"{LABELS}.{name}"))
    return found


def decoded(text: str, field: str) -> str:
    """Return what a percent-encoded text stands for; raises `InvalidInput` where that is no UTF-8.

    A header has no encoding of its own: what is sent in it as it is would be read as other letters.
    """
    if not text.isascii():
        raise InvalidInput(field, "must be percent-encoded: J%C3%BCrgen, not J\u00fcrgen")
    try:
        return unquote(text, errors="strict")
    except UnicodeError:
        raise InvalidInput(field, "is percent-encoded, but not as UTF-8") from None


def idempotency_key(header: str) -> str:
    """Return the key in a header "Idempotency-Key", which is percent-encoded; raises `DoesNotFit`.

    No pattern of the description says what its escapes may stand for, so one that is no key is told apart from a bad request.
    """
    field = HEADERS["idempotency_key"]
    try:
        return checks.name(decoded(header, field), field)
    except InvalidInput as error:
        raise DoesNotFit(field, error.problem) from None


def scope_from_json(value: Any, field: str) -> Scope | tuple[str, ...]:
    """Return the scope that JSON names by labels with ids, or the label names in a list; raises `InvalidInput`."""
    if isinstance(value, Mapping):
        return Scope.from_json(value)
    if field == "under" or not isinstance(value, list) or not value:
        raise InvalidInput(
            field, 'must be labels with ids, or of a scope the names of labels in a list, such as ["team"]'
        )
    return tuple(checks.label_name(one) for one in value)


def lease_to_header(scope: Scope, name: str, fence: int) -> str:
    """Return a lease as the header `LEASE` carries it: "name=report&fence=3&scope=%7B...%7D"."""
    return urlencode({"name": name, "fence": fence, "scope": json.dumps(scope.to_json())})


def lease_from_header(text: str) -> tuple[Scope, str, int]:
    """Return the scope, name and fence of a lease in a header; raises `InvalidInput` for what is none."""
    try:
        found = dict(parse_qsl(text, strict_parsing=True, errors="strict", max_num_fields=3))
        return Scope.from_json(json.loads(found["scope"])), found["name"], int(found["fence"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InvalidInput(
            LEASE, 'must look like name=report&fence=3&scope={"user":"ada"}, percent-encoded'
        ) from None


# -- arguments ---------------------------------------------------------------------------------------------------------


class Request(NamedTuple):
    """What a verb's call is on the wire."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: dict[str, Any] | None


def request(verb: str, arguments: Mapping[str, Any]) -> Request:
    """Return the request that a call of `verb` with these arguments by name is; raises `InvalidInput` for what no request can carry."""
    route = ROUTES[verb]
    left = {name: jsonable(value) for name, value in arguments.items()}
    path = route.path
    for name in [name for name in left if f"{{{name}}}" in path]:
        # Anything else would make another address: "..", or "merge".
        path = path.replace(f"{{{name}}}", checks.item_id(left.pop(name), name))
    headers = {}
    if "expected_version" in route.arguments:
        version = left.pop("expected_version", None)
        headers["If-Match"] = "*" if version is None else f'"{version}"'
    if (key := left.pop("idempotency_key", None)) is not None:
        headers["Idempotency-Key"] = quote(checks.name(key, "idempotency_key"))
    if not route.in_query:
        return Request(route.method, BASE + path, [], headers, left)
    query: list[tuple[str, str]] = []
    for name, value in left.items():
        if value is None:
            continue
        several = value if isinstance(value, list) and name not in STRUCTURED else [value]
        query += [(name, _text(name, one)) for one in several]
    return Request(route.method, BASE + path, query, headers, None)


def _text(name: str, value: Any) -> str:
    """Return an argument as a query carries it."""
    encoded({name: value})  # also a plain text: half a surrogate pair can be sent nowhere
    return (
        value if isinstance(value, str) and name not in STRUCTURED else json.dumps(value, ensure_ascii=False)
    )


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return the arguments of a request as JSON; raises `InvalidInput` naming the one that JSON in UTF-8 cannot carry."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        for name, value in body.items():
            if len(body) > 1:
                encoded({name: value})
        raise InvalidInput(next(iter(body), "request"), f"cannot be sent as JSON ({error})") from None


def jsonable(value: Any) -> Any:
    """Return an argument or an answer as JSON values."""
    if isinstance(value, Filter):
        return to_json(value)
    if isinstance(value, Draft):
        return _fields(value)
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.6f}s"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: jsonable(one) for key, one in value.items()}
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        return value
    return [jsonable(one) for one in value]


def _fields(draft: Draft) -> dict[str, Any]:
    given = {one.name: getattr(draft, one.name) for one in dataclasses.fields(draft)}
    return {name: jsonable(value) for name, value in given.items() if value is not None}


def when(text: str, field: str) -> datetime | date | timedelta:
    """Return the time that `jsonable` or a person wrote: a span such as 7d or 90s, a date, or a moment with an offset."""
    found = checks.span(text)
    if found is not None:
        return found
    try:
        return date.fromisoformat(text)
    except ValueError:
        return checks.moment(text, field)


# -- answers -----------------------------------------------------------------------------------------------------------

# What each verb answers with; a list stands in {"items": [...]}.
ANSWERS: dict[str, Any] = {
    **dict.fromkeys(("save", "get", "update", "delete", "restore", "resolve", "merge"), MemoryItem),
    **dict.fromkeys(("save_many", "undo"), list[MemoryItem]),
    **dict.fromkeys(("current", "summarise"), MemoryItem | None),
    **dict.fromkeys(("list", "review"), Page[MemoryItem]),
    **dict.fromkeys(("update_many", "delete_many", "rename"), Bulk),
    **dict.fromkeys(("history", "changes"), Page[Change]),
    "conflicts": list[tuple[MemoryItem, ...]], "work": list[Observation], "observe": Observation,
    "backlog": Page[Queued], "maintain": Maintenance, "overview": Page[Group], "entities": Page[Entity],
    "recalls": Page[Recall],
    "stats": Stats, "context": Context, "explain": Explanation, "why_not": WhyNot, "rerun": Rerun, "erase": Erasure,
    "reembed": Reembedding, "lease": dict[str, Any], "import_items": Import, "policy": Policies, "hold": tuple[Rule, ...],
}  # fmt: skip


def revive(hint: Any, value: Any) -> Any:
    """Return what a type's JSON form stands for, by the type's own fields: the other way round than `to_json`."""
    origin = typing.get_origin(hint)
    if hint is Any or value is None:
        return value
    if origin in (Union, types.UnionType):
        return _one_of(typing.get_args(hint), value)
    if origin is tuple:
        return tuple(revive(typing.get_args(hint)[0], one) for one in value)
    if origin is list:
        return [revive(typing.get_args(hint)[0], one) for one in value]
    if hint is datetime:
        return checks.moment(value, "answer")
    if isinstance(hint, type) and hasattr(hint, "from_json"):
        return hint.from_json(value)
    if hint is Source:
        return Source.of(value)
    made = origin if dataclasses.is_dataclass(origin) else hint
    if not (isinstance(made, type) and dataclasses.is_dataclass(made)):
        return value
    known = _hints(made)
    if made is Page:  # the one that says by its argument what it is of
        known = {**known, "items": types.GenericAlias(tuple, (typing.get_args(hint)[0], ...))}
    return made(**{name: revive(known[name], one) for name, one in value.items() if name in known})


def _one_of(hints: Sequence[Any], value: Any) -> Any:
    """Return the value as the one of several types that it can be: a scope is a mapping, a change has a version."""
    real = [one for one in hints if one is not type(None)]
    if len(real) == 1:
        return revive(real[0], value)
    if Scope in real and isinstance(value, Mapping):
        return Scope.from_json(value)
    return value


@cache
def _hints(cls: type) -> dict[str, Any]:
    named = {one.name for one in dataclasses.fields(cls)}
    return {name: hint for name, hint in typing.get_type_hints(cls).items() if name in named}


# -- errors ------------------------------------------------------------------------------------------------------------

# By the nearest class; the first that fits.
STATUS: dict[type[HoldfastError], int] = {
    errors.NotHeld: 403,
    errors.DoesNotFit: 409,
    errors.InvalidInput: 400,
    errors.NotFound: 404,
    errors.AccessDenied: 403,
    errors.PolicyViolation: 403,
    errors.Conflict: 409,
    errors.StoreBusy: 503,
    errors.StoreFull: 507,
    errors.StoreError: 500,
    errors.EmbedderError: 502,
    errors.ModelError: 502,
    errors.ConfigError: 500,
}
# What of an error goes with it: its arguments, so that the client raises the same one again.
_TOLD = (
    "field",
    "problem",
    "id",
    "current",
    "holder",
    "by",
    "ids",
    "slot",
    "expected",
    "stored",
    "asked",
    "reply",
    "name",
    "until",
    "rule",
)


def status_of(error: HoldfastError) -> int:
    """Return the HTTP status of an error."""
    return next((STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), 500)


def problem(error: HoldfastError, status: int | None = None) -> dict[str, Any]:
    """Return an error as problem+json (RFC 9457): its class as `type`, its message as `detail`, and what it carries."""
    told = {name: getattr(error, name) for name in _TOLD if hasattr(error, name)}
    return {
        "type": f"urn:holdfast:error:{type(error).__name__}",
        "title": (type(error).__doc__ or "").splitlines()[0],
        "status": status_of(error) if status is None else status,
        "detail": str(error),
        **{name: jsonable(value) for name, value in told.items()},
    }


def raised(told: Mapping[str, Any]) -> HoldfastError | None:
    """Return the error that a problem stands for, or None where it is none of ours."""
    name = str(told.get("type", "")).rpartition(":")[2]
    cls = getattr(errors, name, None)
    if not isinstance(cls, type) or not issubclass(cls, HoldfastError):
        return None
    carried = {one: told[one] for one in _TOLD if one in told}
    for one in ("current", "holder"):
        if isinstance(carried.get(one), Mapping):
            carried[one] = MemoryItem.from_json(carried[one])
    if isinstance(carried.get("until"), str):
        carried["until"] = checks.moment(carried["until"], "until")
    if "ids" in carried:
        carried["ids"] = tuple(carried["ids"])
    return errors.revived(cls, (str(told.get("detail", "")),), carried)
