"""mem0's routes for what is no memory: events, a project and its members, feedback, exports, profiles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ... import MemoryItem
from ...errors import InvalidInput, NotFound
from ...filters import Exists
from ..grants import Refused
from . import metadata, shapes
from .asked import Asked, meant, memory_id, whole
from .ledger import Event
from .memories import TYPES, all_seen, owning, settled
from .reading import everything, found, listed, reach
from .selection import between, of_entities

ORGANISATION = "holdfast"
_SETTINGS = {
    "custom_instructions": None, "agent_custom_instructions": None, "custom_categories": None, "multilingual": False,
    "decay": False, "enable_graph": False, "version": "v2", "memory_depth": None, "usecase_setting": None,
}  # fmt: skip
_MOODS = ("POSITIVE", "NEGATIVE", "VERY_NEGATIVE")
_SHOWN = 100  # memories of one event that are told


async def ping(asked: Asked) -> dict[str, Any]:
    """Say who is asking."""
    grant = asked.visit.grant
    return {
        "status": "ok", "message": "ok", "org_id": ORGANISATION, "project_id": grant.tenant,
        "user_email": f"{grant.id}@{grant.tenant}.invalid",
    }  # fmt: skip


# -- events --------------------------------------------------------------------------------------------------------------


async def events(asked: Asked) -> dict[str, Any]:
    """Return what this key's requests did, newest first, without the memories' texts; of one `event_type`, and between two days
    or times, if these are given."""
    page, size = (
        whole(asked.query.get("page"), "page", 1, 10**6),
        whole(asked.query.get("page_size"), "page_size", 100, 1_000),
    )
    begin, end = between(asked.query.get("start_date"), asked.query.get("end_date"))
    kind = asked.query.get("event_type") or None
    kept, count = asked.ledger.events(
        asked.tenant, asked.visit.grant.id, kind, begin.isoformat(), end.isoformat(), (page - 1) * size, size
    )
    told = [_event(one, [{"id": id, "event": event} for id, event in one.results[:_SHOWN]]) for one in kept]
    return shapes.one_page(told, count, page, size, asked.at)


async def event(asked: Asked) -> dict[str, Any]:
    """Return what one request did, with the memories' texts as they are now."""
    one = asked.ledger.event(asked.tenant, asked.visit.grant.id, asked.path("id"))
    results = []
    for id, kind in one.results[:_SHOWN]:
        result: dict[str, Any] = {"id": id, "event": kind, "user_id": None, "data": {"memory": None}}
        try:
            seen = await found(asked.visit, id)
            result |= {"user_id": seen.item.scope.to_json().get("user"), "data": {"memory": seen.item.text}}
        except NotFound:  # deleted or erased since
            pass
        results.append(result)
    return _event(one, results)


def _event(one: Event, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": one.id, "event_type": one.kind, "status": "SUCCEEDED", "payload": {}, "metadata": {}, "results": results,
        "created_at": one.created_at, "updated_at": one.created_at, "started_at": one.created_at,
        "completed_at": one.created_at, "latency": one.milliseconds, "graph_status": None,
    }  # fmt: skip


# -- counts --------------------------------------------------------------------------------------------------------------


async def stats(asked: Asked) -> dict[str, Any]:
    """Return how many memories the key sees, and how often it added some in the last 30 days. Searches leave no event, so they are not counted."""
    total = len(await all_seen(asked))
    begin, end = between(None, None)
    _, added = asked.ledger.events(
        asked.tenant, asked.visit.grant.id, "ADD", begin.isoformat(), end.isoformat(), 0, 0
    )
    return {"total_memories": total, "total_add_events": added, "total_search_events": None}


async def entity_filters(asked: Asked) -> dict[str, Any]:
    """Return whom memories can be asked for by."""
    return {"results": list(TYPES)}


# -- the project ---------------------------------------------------------------------------------------------------------


async def project(asked: Asked) -> dict[str, Any]:
    """Return the project, which is the key's tenant, with what was set."""
    asked.project()
    kept = asked.ledger.setting(asked.tenant, "project", {})
    return {
        "id": asked.tenant, "org_id": ORGANISATION, "project_id": asked.tenant, "name": asked.tenant, "description": None,
        **_SETTINGS, **kept, "members": _members(asked), "is_default": True, "user_role": "OWNER",
        "created_at": None, "updated_at": None,
    }  # fmt: skip


async def update_project(asked: Asked) -> dict[str, Any]:
    """Keep a project's settings. They are told back; what is remembered is not read by them."""
    asked.project()
    body = await asked.body()
    given = {name: value for name, value in body.items() if name in _SETTINGS}
    if not given:
        raise InvalidInput("body", f"names no setting; known are {', '.join(_SETTINGS)}")
    asked.ledger.set(asked.tenant, "project", asked.ledger.setting(asked.tenant, "project", {}) | given)
    return {"message": "Project updated successfully"}


async def no_projects(asked: Asked) -> dict[str, Any]:
    """Say how tenants are made."""
    raise Refused(
        501, "a project is a tenant: `holdfast keys create --tenant NAME` makes one, its file holds all of it"
    )


def _members(asked: Asked) -> list[dict[str, str]]:
    kept: list[dict[str, str]] = asked.ledger.setting(asked.tenant, "members", [])
    return kept


async def members(asked: Asked) -> dict[str, Any]:
    """Return the members of a project: a list that is kept, and admits nobody. Who may come in is said by keys."""
    asked.project()
    return {"members": _members(asked)}


async def add_member(asked: Asked) -> dict[str, Any]:
    """Put a member on the list."""
    email, role, others = await _member(asked)
    if len(others) < len(_members(asked)):
        raise InvalidInput("email", f"{email!r:.80} is a member already")
    asked.ledger.set(asked.tenant, "members", [*others, {"username": email, "role": role}])
    return {"message": "Member added successfully"}


async def update_member(asked: Asked) -> dict[str, Any]:
    """Change a member's role on the list."""
    email, role, others = await _member(asked)
    if len(others) == len(_members(asked)):
        raise NotFound(email, "member")
    asked.ledger.set(asked.tenant, "members", [*others, {"username": email, "role": role}])
    return {"message": "Member updated successfully"}


async def remove_member(asked: Asked) -> dict[str, Any]:
    """Take a member off the list."""
    asked.project()
    email = asked.query.get("email", "")
    others = [one for one in _members(asked) if one["username"] != email]
    if len(others) == len(_members(asked)):
        raise NotFound(email, "member")
    asked.ledger.set(asked.tenant, "members", others)
    return {"message": "Member removed successfully"}


async def _member(asked: Asked) -> tuple[str, str, list[dict[str, str]]]:
    asked.project()
    body = await asked.body()
    email, role = body.get("email"), body.get("role", "READER")
    if not isinstance(email, str) or not email or len(email) > 320:
        raise InvalidInput("email", "must be an address")
    if role not in ("READER", "OWNER"):
        raise InvalidInput("role", "must be READER or OWNER")
    return email, role, [one for one in _members(asked) if one["username"] != email]


# -- feedback ------------------------------------------------------------------------------------------------------------


async def feedback(asked: Asked) -> dict[str, Any]:
    """Keep what a client thought of a memory with that memory, so that it is erased with it; nulls take it back."""
    body = await asked.body()
    mood, reason = body.get("feedback"), body.get("feedback_reason")
    mood = mood.upper() if isinstance(mood, str) else mood
    if mood is not None and mood not in _MOODS:
        raise InvalidInput("feedback", f"must be one of {', '.join(_MOODS)}, or null")
    if reason is not None and not isinstance(reason, str):
        raise InvalidInput("feedback_reason", "must be a text or null")
    id = memory_id(body.get("memory_id"))
    await settled(lambda: _felt(asked, id, mood, reason))
    asked.visit.told = {"ids": [id]}
    return {"id": id, "feedback": mood, "feedback_reason": reason}


async def _felt(asked: Asked, id: str, mood: str | None, reason: str | None) -> None:
    item = (await found(asked.visit, id)).item
    rest = {name: value for name, value in item.metadata.items() if name != metadata.FEEDBACK}
    kept = {metadata.FEEDBACK: {"feedback": mood, "reason": reason}} if mood or reason else {}
    if rest | kept != item.metadata:
        verbs = owning(asked.visit, item)
        await verbs.update(item.id, metadata=rest | kept, expected_version=item.version, reason="feedback")


# -- exports -------------------------------------------------------------------------------------------------------------


async def create_export(asked: Asked) -> dict[str, Any]:
    """Keep what is to be exported. It is read when it is fetched, so that it never has what was deleted meanwhile."""
    body = await asked.body()
    schema = body.get("schema")
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except ValueError:
            raise InvalidInput("schema", "must be JSON Schema") from None
    if not isinstance(schema, Mapping):
        raise InvalidInput("schema", "must be JSON Schema, an object")
    wanted = {"schema": schema, "filters": _wanted(body)}
    meant(wanted)
    id = asked.ledger.exporting(asked.tenant, asked.visit.grant.id, wanted)
    return {"message": "Memory export request received. The export will be ready in a few seconds.", "id": id}


async def get_export(asked: Asked) -> dict[str, Any]:
    """Return an export, by its id or as the latest one with these filters, in the form its schema asks for."""
    body = await asked.body()
    kept = asked.ledger.exports(asked.tenant, asked.visit.grant.id)
    id = body.get("memory_export_id")
    if id is None:
        filters = _wanted(body)
        id = next((one for one, wanted in kept.items() if wanted["filters"] == filters), None)
    if id not in kept:
        raise NotFound(str(id), "export")
    wanted = meant(kept[id])
    seen = await listed(reach(asked.visit, wanted.labels), wanted.where)
    asked.visit.told = {"count": len(seen)}
    memories = [shapes.memory(one) for one in seen]
    return _by_schema(kept[id]["schema"], memories, [part for one in seen for part in one.parts])


def _wanted(body: Mapping[str, Any]) -> Any:
    named = {name: body[name] for name in ("user_id", "agent_id", "app_id", "run_id") if body.get(name)}
    if not body.get("filters"):
        return named
    return {"AND": [body["filters"], named]} if named else body["filters"]


def _by_schema(
    schema: Mapping[str, Any], memories: list[dict[str, Any]], items: list[MemoryItem]
) -> dict[str, Any]:
    """Return memories in a schema's form: a property that is named like an attribute has its value, a list has the texts, or
    the memories where it holds objects; what nothing is known of is null. Without properties all are in `memories`."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return {"memories": memories}
    values = _values(items)
    made: dict[str, Any] = {}
    for name, kind in properties.items():
        wanted = kind if isinstance(kind, Mapping) else {}
        known = values.get(_folded(str(name)))
        if wanted.get("type") == "array":
            texts = not isinstance(wanted.get("items"), Mapping) or wanted["items"].get("type") == "string"
            everything_ = [one["memory"] for one in memories] if texts else memories
            made[name] = everything_ if known is None else known
        else:
            made[name] = None if not known else known[0] if len(known) == 1 else ", ".join(map(str, known))
    return made


def _values(items: list[MemoryItem]) -> dict[str, list[Any]]:
    """Return the values that are known of attributes, the latest first."""
    values: dict[str, list[Any]] = {}
    for item in items:
        if item.attribute is not None:
            told = item.text if item.value is None else item.value
            several = values.setdefault(_folded(item.attribute), [])
            if told not in several:
                several.append(told)
    return values


def _folded(name: str) -> str:
    return " ".join(name.replace("_", " ").replace("-", " ").lower().split())


# -- profiles ------------------------------------------------------------------------------------------------------------


async def profile(asked: Asked) -> dict[str, Any]:
    """Return what is known of a user by attribute, as it is now: nothing has to be generated for it."""
    name = asked.path("name")
    chosen = of_entities({"user_id": name})
    at = reach(asked.visit, chosen.labels)
    known = await everything(at, chosen.where)
    if not known:
        raise NotFound(name, "user")
    items = await everything(reach(asked.visit, chosen.labels), Exists("slot"))
    values = {name: one[0] if len(one) == 1 else one for name, one in _values(items).items()}
    latest = max((one.known_from for one in items if one.known_from is not None), default=None)
    asked.visit.told = {"count": len(items)}
    return {
        "profile": values, "status": "succeeded" if values else "insufficient_data", "entity_type": "user",
        "entity_id": name, "updated_at": shapes.written(latest), "generation_count": 1 if values else 0, "error": None,
    }  # fmt: skip


async def profile_settings(asked: Asked) -> dict[str, Any]:
    """Say that profiles are there, and take no schema."""
    return {
        "enabled": True,
        "capabilities": {"schema": False, "custom_instructions": False},
        "entities": {"user": {}},
    }


async def no_profile_jobs(asked: Asked) -> dict[str, Any]:
    """Say that there is nothing to generate."""
    raise Refused(
        501,
        "profiles are made of what is known at the moment and are never generated: read them with get_profile",
    )


async def no_summaries(asked: Asked) -> dict[str, Any]:
    """Say what to use instead of a summary."""
    raise Refused(
        501,
        "this server writes no summaries of filters; get_profile tells what is known of a user, /api/v1/summarise tells a conversation",
    )
