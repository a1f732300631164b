"""A request of a mem0 client, read: its body, its query, its ids, and what it may be answered."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request

from ...errors import InvalidInput, NotFound
from ...filters import Filter
from ..arguments import read_json
from ..service import Service, Visit
from .ledger import Ledger
from .listings import Listings
from .selection import ENTITIES, EVERY, Selection, any_of, dated, labelled, loose, named, selection, worded


class Asked:
    """One request that was admitted."""

    def __init__(
        self, request: Request, visit: Visit, service: Service, ledger: Ledger, listings: Listings
    ) -> None:
        self.request, self.visit, self.service, self.ledger = request, visit, service, ledger
        self.listings = listings
        self.query, self.tenant = request.query_params, visit.grant.tenant
        self._began = time.perf_counter()

    def at(self, page: int, size: int) -> str:
        """Return the address of a page of what was asked for: this one's, with all else that its query says."""
        return str(self.request.url.include_query_params(page=page, page_size=size))

    def path(self, name: str) -> str:
        """Return a part of the path. Paths are matched as they were sent, so "al%2Fice" is one part."""
        return unquote(self.request.path_params[name], errors="strict")

    def id(self, name: str = "id") -> str:
        """Return the id of a memory from the path; raises `InvalidInput` for what is no UUID."""
        return memory_id(self.path(name))

    def event(self, kind: str, results: Sequence[tuple[str, str]]) -> str:
        """Keep what was done, for who asks for it by the id this returns: memories' ids, each with what became of it."""
        took = round((time.perf_counter() - self._began) * 1_000, 2)
        return self.ledger.happened(self.tenant, self.visit.grant.id, kind, results, took)

    def project(self) -> None:
        """Raise `NotFound` unless the project of the path is the key's tenant."""
        named = self.path("project")
        if named != self.tenant:
            raise NotFound(named, "project")

    async def body(self) -> dict[str, Any]:
        """Return the body, an object; raises `InvalidInput`. What is unknown in it is left alone: clients send much."""
        text = await self.request.body()
        if not text:
            return {}
        try:
            read = read_json(text)
        except InvalidInput:
            raise
        except (ValueError, RecursionError):
            raise InvalidInput("body", "is no JSON") from None
        if not isinstance(read, dict):
            raise InvalidInput("body", "must be a JSON object")
        return read


def memory_id(value: object) -> str:
    """Return a memory's id; raises `InvalidInput` for what is no UUID."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise InvalidInput("memory_id", f"{value!r:.60} is no UUID") from None


def ids(body: Mapping[str, Any]) -> dict[str, str]:
    """Return whom a new memory belongs to: ids beside the messages, or among `filters`, where typed options put them."""
    found: dict[str, str] = {}
    for name, value in (*_stated(body.get("filters")), *body.items()):
        if name in ENTITIES and value is not None:
            found[name] = named(name, value)
    return found


def _stated(filters: object) -> list[tuple[str, Any]]:
    if isinstance(filters, list):
        return [pair for one in filters for pair in _stated(one)]
    if not isinstance(filters, Mapping):
        return []
    return [
        pair
        for name, value in filters.items()
        for pair in (_stated(value) if name == "AND" else [(name, value)])
    ]


def meant(body: Mapping[str, Any]) -> Selection:
    """Return which memories a search or a listing means: `filters`, ids beside them as older clients send, and the rest."""
    parts: list[Any] = [
        {name: value} for name, value in body.items() if name in ENTITIES and value is not None
    ]
    filters = body.get("filters")
    if isinstance(filters, list):
        parts.append({"AND": filters})
    elif filters:
        parts.append(filters)
    found = selection(
        parts[0] if len(parts) == 1 else {"AND": parts} if parts else filters if filters else None
    )
    further: list[Filter | None] = []
    if body.get("categories"):
        further.append(any_of(body["categories"]))
    if body.get("keywords"):
        further.append(worded(body["keywords"]))
    if body.get("metadata"):
        further.append(labelled(body["metadata"]))
    further.append(dated("created_at", body.get("start_date"), body.get("end_date")))
    return found.narrowed(*further)


def sweep(query: Mapping[str, str]) -> Selection:
    """Return which memories a deletion means, from its query; mappings in it come as Python or JSON writes them.

    Of whatever user, agent, app and run is what has any of these: that is how clients say "all".
    """
    filters: list[Any] = [{name: query[name]} for name in ENTITIES if query.get(name)]
    if filters == [{name: EVERY} for name in ENTITIES]:
        filters = [{"OR": filters}]
    if query.get("filters"):
        filters.append(loose(query["filters"], "filters"))
    if query.get("metadata") and filters:
        filters.append({"metadata": loose(query["metadata"], "metadata")})
    if not filters:
        raise InvalidInput(
            "filters", "say whose memories are to be deleted: user_id, agent_id, app_id, run_id"
        )
    return selection(filters[0] if len(filters) == 1 else {"AND": filters})


def whole(value: object, name: str, default: int, most: int) -> int:
    """Return a whole number from 1 to `most`."""
    if value is None or value == "":
        return default
    if isinstance(value, str) and value.isdecimal() and len(value) < 10:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise InvalidInput(name, f"must be a whole number from 1 to {most:,}")
    return value


def share(value: object, name: str, default: float) -> float:
    """Return a number from 0 to 1."""
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise InvalidInput(name, "must be a number from 0 to 1")
    return float(value)
