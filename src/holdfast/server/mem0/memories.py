"""mem0's routes for memories: adding, finding, changing and deleting them, and whom they belong to."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from ... import Draft, MemoryItem, Scope, Source
from ...errors import InvalidInput, ModelError, NotFound, SlotConflict, VersionConflict
from ...filters import In
from ...judgements import Observation
from ...types import Trust
from ..service import Visit
from . import metadata, shapes
from .asked import Asked, ids, meant, memory_id, share, sweep, whole
from .listings import Listed
from .reading import (
    KEPT,
    MASKED,
    Reach,
    Seen,
    chain,
    found,
    going,
    listed,
    reach,
    searched,
    seen_as,
    selected,
    state,
    told,
)
from .selection import LABELS, Selection, moment, of_entities
from .shapes import ADDED

T = TypeVar("T")
_MOST_AT_ONCE = 1_000
_MOST_TRIES = 20
_LONGEST = 20_000  # characters of one memory
TOLD_ELSEWHERE = (
    "told by a memory that was changed"  # why a part of one is deleted, of which a client knows nothing
)
TYPES = ("user", "agent", "app", "run")


# -- adding --------------------------------------------------------------------------------------------------------------


async def add(asked: Asked) -> dict[str, Any]:
    """Keep messages: read with `infer`, which is the default, else each as it is."""
    body = await asked.body()
    messages = _messages(body.get("messages"))
    owners = ids(body)
    if not owners:
        raise InvalidInput("user_id", "say whose memory this is: user_id, agent_id, app_id or run_id")
    verbs = asked.visit.verbs(_labels(asked.visit, owners))
    given = body.get("metadata") or {}
    if not isinstance(given, Mapping):
        raise InvalidInput("metadata", "must be an object")
    said_at = None if body.get("timestamp") is None else moment(body["timestamp"], "timestamp")[0]
    drafts = _drafts(
        messages,
        owners.get("run_id"),
        metadata.kept(given),
        said_at,
        shapes.expiry(body.get("expiration_date")),
    )
    at = reach(asked.visit)
    if body.get("infer", True) is False:
        kept = await verbs.save_many(drafts)
        seen, new = [Seen(one) for one in kept], {one.id for one in kept}
    else:
        seen, new = await _inferred(at, verbs, drafts)
    results = [_result(one, "ADD" if one.item.id in new else "NONE") for one in seen]
    asked.visit.told = _counted([one.item.id for one in seen])
    return {
        "message": "Memories were kept",
        "status": "SUCCEEDED",
        "event_id": asked.event("ADD", [(one["id"], one["event"]) for one in results]),
        "results": results,
    }


def _messages(given: object) -> list[dict[str, Any]]:
    """Return the messages that say something, each with its words as `content`; pictures have none."""
    listed = [given] if isinstance(given, (str, Mapping)) else given
    if not isinstance(listed, list) or not listed:
        raise InvalidInput("messages", "must be a list of messages with a role and a content")
    made = []
    for n, one in enumerate(listed):
        message = {"content": one} if isinstance(one, str) else one
        if not isinstance(message, Mapping):
            raise InvalidInput(f"messages[{n}]", "must be an object with a role and a content")
        content = message.get("content")
        parts = content if isinstance(content, list) else [content]
        words = [part.get("text") if isinstance(part, Mapping) else part for part in parts]
        text = "\n".join(word for word in words if isinstance(word, str) and word.strip())
        if text:
            made.append({**message, "role": str(message.get("role") or "user"), "content": text})
    if not made:
        raise InvalidInput("messages", "say nothing that could be kept")
    return made


def _labels(visit: Visit, owners: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the labels of a new memory. What belongs to a run alone carries that as a label, for without any it would be
    everybody's."""
    labels = {LABELS[name]: [id] for name, id in owners.items() if name in LABELS}
    if not labels and not visit.grant.ceiling.fixed:
        labels["run"] = [owners["run_id"]]
    return labels


_TRUST: dict[str, Trust] = {"user": "user", "assistant": "model", "tool": "tool"}


def _drafts(
    messages: Sequence[Mapping[str, Any]],
    run: str | None,
    beside: Mapping[str, Any],
    said_at: datetime | None,
    expires_at: datetime | None,
) -> list[Draft]:
    return [
        Draft(
            words, "episode", metadata=beside, speaker=str(one.get("name") or one["role"])[:256], thread=run,
            observed_at=said_at, expires_at=expires_at,
            source=Source(role=one["role"][:256], trust=_TRUST.get(one["role"], "external")),
        )
        for one in messages
        for words in _parted(one["content"])
    ]  # fmt: skip


def _parted(text: str) -> Iterator[str]:
    """Yield a text in parts that each can be a memory, cut at a space or at the end of a line where there is one."""
    while len(text) > _LONGEST:
        at = max(text.rfind(" ", _LONGEST // 2, _LONGEST), text.rfind("\n", _LONGEST // 2, _LONGEST))
        at = _LONGEST if at < 0 else at
        yield text[:at]
        text = text[at:]
    if text.strip():
        yield text


async def _inferred(at: Reach, verbs: Any, drafts: Sequence[Draft]) -> tuple[list[Seen], set[str]]:
    """Observe messages; return what a client sees of that, and the ids of what is new."""
    try:
        made: Observation = await verbs.observe(drafts)
    except ModelError as error:
        if error.observation is None:
            raise
        made = error.observation  # kept, and in the backlog for the model
    read: dict[str, MemoryItem] = {}
    approved: dict[int, list[str]] = {}
    for one in made.judgements:
        item = one.item
        if item is None:
            continue
        if item.state == "pending":  # to ask for it to be added is to approve it
            item = next(iter(await verbs.review(item.id, approve=True)))
        approved.setdefault(one.message, []).append(one.text)
        if drafts[0].expires_at is not None and item.expires_at != drafts[0].expires_at:
            item = await verbs.update(item.id, expires_at=drafts[0].expires_at, reason=ADDED)
        read[item.id] = item
    new = {item.id for item in made.episodes}
    new |= {
        one.item.id
        for one in made.judgements
        if one.item is not None and one.outcome not in ("known", "merged")
    }
    episodes = [
        await _unmasked(verbs, one, approved.get(one.metadata["message"], ())) for one in made.episodes
    ]
    return await told(at, [Seen(one) for one in (*read.values(), *episodes)]), new


async def _unmasked(verbs: Any, episode: MemoryItem, approved: Sequence[str]) -> MemoryItem:
    """Return a message with the words that were approved, where it can be told which stood where."""
    said = [words for words in dict.fromkeys(approved) if words not in episode.text]
    before, *after = episode.text.split(MASKED)
    if not said or len(said) != len(after):
        return episode
    text = before + "".join(words + rest for words, rest in zip(said, after, strict=True))
    return await verbs.update(episode.id, text=text, reason=ADDED)  # type: ignore[no-any-return]


def _result(seen: Seen, event: str) -> dict[str, Any]:
    return {
        "id": seen.item.id,
        "memory": seen.item.text,
        "data": {"memory": seen.item.text},
        "event": event,
        "replaces": seen.item.supersedes,
    }


# -- finding -------------------------------------------------------------------------------------------------------------


async def get(asked: Asked) -> dict[str, Any]:
    """Return one memory."""
    seen = await found(asked.visit, asked.id())
    asked.visit.told = {"ids": [seen.item.id]}
    return shapes.memory(seen)


async def get_all(asked: Asked) -> dict[str, Any]:
    """Return a page of the memories that filters select, newest first."""
    body = await asked.body() if asked.request.method == "POST" else dict(asked.query)
    wanted, latest = meant(body), _latest(body)
    at = reach(asked.visit, wanted.labels)

    async def read() -> Listed:
        return _weighed(await listed(at, wanted.where, None if latest else KEPT))

    seen = await asked.listings.of(asked.tenant, at, (repr(wanted.where), latest), read)
    page = whole(asked.query.get("page") or body.get("page"), "page", 1, 10**6)
    asked_for = asked.query.get("page_size") or body.get("page_size") or body.get("limit")
    size = whole(asked_for, "page_size", 100, 1_000)
    answer = shapes.paged(seen, page, size, asked.at)
    asked.visit.told = {"count": len(answer["results"])}
    answer["results"] = [
        shapes.picked(shapes.memory(one), _fields(body.get("fields"))) for one in answer["results"]
    ]
    return answer


def _weighed(seen: Sequence[Seen]) -> Listed:
    return Listed(seen, [item for one in seen for item in (*one.parts, one.origin) if item is not None])


async def get_all_older(asked: Asked) -> Any:
    """Return memories as clients before 2.0 expect them: a bare list unless they ask for pages or the newer form."""
    return _older(asked, await asked.body(), await get_all(asked))


async def search(asked: Asked) -> dict[str, Any]:
    """Return the memories that answer a query best."""
    body = await asked.body()
    query = body.get("query")
    if not isinstance(query, str) or not query.strip():
        raise InvalidInput("query", "must be a text that asks for something")
    most = whole(body.get("top_k", body.get("limit")), "top_k", 10, _MOST_AT_ONCE)
    least = share(body.get("threshold"), "threshold", 0.1)
    seen = await searched(asked.visit, query.strip(), meant(body), most, least, _latest(body))
    asked.visit.told = _counted([one.item.id for one in seen])
    return {"results": [shapes.picked(one, body.get("fields")) for one in shapes.hits(seen)]}


async def search_older(asked: Asked) -> Any:
    """Return a search as clients before 2.0 expect it."""
    return _older(asked, await asked.body(), await search(asked))


def _older(asked: Asked, body: Mapping[str, Any], answer: Mapping[str, Any]) -> Any:
    told = {**asked.query, **body}
    newer = told.get("output_format") == "v1.1" or "page" in told
    return answer if newer else answer["results"]


def _latest(body: Mapping[str, Any]) -> bool:
    return body.get("latest_only") not in (False, "false", "False")


def _fields(value: Any) -> Any:
    return value.split(",") if isinstance(value, str) else value


async def history(asked: Asked) -> list[dict[str, Any]]:
    """Return what became of one memory, oldest first, also after it was deleted."""
    at, id = reach(asked.visit), asked.id()
    changes: list[Any] = []
    cursor = None
    while True:
        page = await at.verbs.history(id, under=at.under, limit=_MOST_AT_ONCE, cursor=cursor)
        changes += page.items
        cursor = page.next
        if cursor is None:
            break
    if not changes:
        raise NotFound(id)
    await _seen(asked.visit, changes[-1].item)
    origin = (await seen_as(at, changes[-1].item)).origin
    asked.visit.told = {"ids": [id]}
    return shapes.history(changes, origin)


async def _seen(visit: Visit, item: MemoryItem) -> None:
    """Raise `NotFound` for what is of the tenant, and of nobody whom the key may name."""
    if reach(visit).where is not None and not carries(visit, item.scope):
        raise NotFound(item.id)


def carries(visit: Visit, scope: Scope) -> bool:
    """Whether a scope has a label that the key may name; asked where `reach` gives a condition."""
    return bool(set(scope.names) & visit.grant.ceiling.open)


# -- changing ------------------------------------------------------------------------------------------------------------


async def update(asked: Asked) -> dict[str, Any]:
    """Change one memory and return it."""
    seen = await _changed(asked, asked.id(), _wish(await asked.body()))
    asked.visit.told = {"ids": [seen.item.id]}
    asked.event("UPDATE", [(seen.item.id, "UPDATE")])
    return shapes.memory(seen)


class _Wish(NamedTuple):
    """What a change asks for, read: `since` when it was told since when it is so, `expires` with the last day where it names one."""

    text: str | None
    metadata: Mapping[str, Any] | None
    since: datetime | None
    expires: Mapping[str, Any]


def _wish(body: Mapping[str, Any]) -> _Wish:
    text, given, at = body.get("text", body.get("memory")), body.get("metadata"), body.get("timestamp")
    if text is not None:
        Draft(text)  # raises what is wrong with it
    if given is not None and not isinstance(given, Mapping):
        raise InvalidInput("metadata", "must be an object")
    since = None if at is None else moment(at, "timestamp")[0]
    last = "expiration_date"
    expires = {"expires_at": shapes.expiry(body[last])} if last in body else {}
    if text is None and given is None and since is None and not expires:
        raise InvalidInput("text", f"say what is to change: text, metadata, timestamp or {last}")
    return _Wish(text, given, since, expires)


async def _changed(asked: Asked, id: str, wish: _Wish) -> Seen:
    """Change the text, metadata, time or last day of a memory, and return it. Who says that a value is another one now says
    that it changed now, or at `timestamp`: the earlier one stays known as what was."""
    return await settled(lambda: _changed_from(asked, id, wish))


async def settled(change: Callable[[], Awaitable[T]]) -> T:
    """Return what a change gives that starts from a version and writes over that alone: where others were faster, it starts anew."""
    for _ in range(_MOST_TRIES):
        with contextlib.suppress(VersionConflict):
            return await change()
    return await change()


async def _changed_from(asked: Asked, id: str, wish: _Wish) -> Seen:
    seen = await found(asked.visit, id)
    item, text, since, now = seen.item, wish.text, wish.since, datetime.now(UTC)
    changes: dict[str, Any] = dict(wish.expires)
    reworded = text is not None and text.split() != item.text.split()
    if text is not None and text != item.text:
        changes["text"] = text
        changes |= {} if reworded or item.slot is None else {"value": item.value}
    if text is not None and reworded:
        changes |= await _read_anew(asked, item, text)
        since = since or now
        later = item.valid_from is None or item.valid_from < since
        if item.slot is not None and later and state(item) == "active":
            changes["changed_at"] = since
    if wish.since is not None and "changed_at" not in changes:
        changes["valid_from"] = since
    if wish.metadata is not None or reworded:
        changes["metadata"] = metadata.changed(item, wish.metadata, now if reworded else None)
    verbs = owning(asked.visit, item)
    if not changes:
        return seen
    made = await _updated(verbs, item, changes)
    for one in seen.parts if reworded else ():
        if one.id != item.id:
            with contextlib.suppress(NotFound):  # who changed it too has deleted it
                await verbs.delete(one.id, reason=TOLD_ELSEWHERE)
    return replace(seen, item=made, parts=[made])


async def _updated(verbs: Any, item: MemoryItem, changes: Mapping[str, Any]) -> MemoryItem:
    """Write a change. Where another memory has the value that the new words are of, both stay, and these are of none."""
    try:
        return await verbs.update(item.id, expected_version=item.version, **changes)  # type: ignore[no-any-return]
    except SlotConflict:
        if changes.get("slot") is None:  # it is about a time, and not about what the words say
            raise
        plain = {**changes, "slot": None, "value": None}
        return await verbs.update(item.id, expected_version=item.version, **plain)  # type: ignore[no-any-return]


async def _read_anew(asked: Asked, item: MemoryItem, text: str) -> dict[str, Any]:
    """Return what new words make of a memory that was read from words, or that a program gave a slot.

    That is the slot, the value and the kind that the rules read in them as they would if they were added, first of all those
    of its own slot. Where they read nothing, the value is what stands in its place; else what they had read is none any more,
    and what a program said to be a value is the words as a whole. What it is about is what the words are about.
    """
    told, heard = bool(item.source.lineage), metadata.observed(item)
    if not told and not heard and item.slot is None:
        return {}
    said = Draft(
        text, "episode", speaker=item.speaker, observed_at=item.observed_at, source=Source(role="user")
    )
    async with asked.service.tenants.blank() as memory:
        made = await memory.observe([said], scope=item.scope)
    changes: dict[str, Any] = {"tags": made.episodes[0].tags} if told or heard else {}
    if item.kind == "episode":
        return changes
    read = [one.item for one in made.judgements if one.item is not None and one.item.slot is not None]
    best = next((one for one in read if one.slot == item.slot), read[0] if read else None)
    if best is not None:
        return changes | {"slot": best.slot, "value": best.value, "kind": best.kind}
    if item.slot is None:
        return changes
    value = _in_place(item, text)
    kept = value or item.source.extractor is None
    return changes | ({"value": value} if kept else {"slot": None, "value": None})


def _in_place(item: MemoryItem, text: str) -> str | None:
    """Return what stands where the value stood, if the words are the earlier ones but for that, and it looks like a value as well:
    as short, and with a first character of the same sort."""
    if not isinstance(item.value, str) or item.text.count(item.value) != 1:
        return None
    before, after = item.text.split(item.value)
    value = text[len(before) : len(text) - len(after)]
    same = text == f"{before}{value}{after}" and bool(value.strip()) and value == value.strip()
    short = len(value.split()) <= max(2, len(item.value.split()))
    return value if same and short and _sort(value) == _sort(item.value) else None


def _sort(value: str) -> tuple[bool, bool, bool]:
    return value[0].isupper(), value[0].islower(), value[0].isdigit()


def owning(visit: Visit, item: MemoryItem) -> Any:
    """Return the verbs that may change a memory: those of its own scope, where the key may hold that."""
    labels = item.scope.to_json()
    if not labels:
        visit.grant.need("shared")
    return visit.verbs({name: [str(id)] for name, id in labels.items()})


async def batch_update(asked: Asked) -> dict[str, Any]:
    """Change up to 1,000 memories, one after the other; all of them are looked at before the first is changed."""
    listed = await _batch(asked)
    wishes = [(memory_id(one.get("memory_id")), _wish(one)) for one in listed]
    for id, _ in wishes:
        await found(asked.visit, id)
    for id, wish in wishes:
        await _changed(asked, id, wish)
    done = [str(one["memory_id"]) for one in listed]
    asked.visit.told = _counted(done)
    asked.event("UPDATE", [(id, "UPDATE") for id in done])
    return {"message": f"Successfully updated {len(done)} memories"}


async def _batch(asked: Asked) -> list[Mapping[str, Any]]:
    listed = (await asked.body()).get("memories")
    if not isinstance(listed, list) or not listed or len(listed) > _MOST_AT_ONCE:
        raise InvalidInput("memories", f"must be a list of 1 to {_MOST_AT_ONCE:,}")
    read = [{"memory_id": one} if isinstance(one, str) else one for one in listed]
    if not all(isinstance(one, Mapping) for one in read):
        raise InvalidInput("memories", "must be objects with a memory_id")
    return read


# -- deleting ------------------------------------------------------------------------------------------------------------


async def delete(asked: Asked) -> dict[str, Any]:
    """Delete one memory; with `delete_linked` what it superseded too."""
    linked = asked.query.get("delete_linked", "").lower() == "true"
    gone = await _deleted(asked.visit, asked.id(), linked)
    asked.visit.told = _counted(gone)
    asked.event("DELETE", [(id, "DELETE") for id in gone])
    answer: dict[str, Any] = {"message": "Memory deleted successfully!"}
    return answer | ({"cascade_count": len(gone) - 1} if linked else {})


async def _deleted(visit: Visit, id: str, linked: bool = False) -> list[str]:
    """Delete a memory, with `linked` what it superseded too; return the ids of what a client sees gone."""
    seen, at = [await found(visit, id)], reach(visit)
    if linked:
        seen += [await seen_as(at, one) for one in await chain(at, seen[0].item)]
    for one in await going(at, seen):
        await owning(visit, one).delete(one.id)
    return [one.item.id for one in seen]


async def batch_delete(asked: Asked) -> dict[str, Any]:
    """Delete up to 1,000 memories; all of them are looked at before the first is deleted."""
    wanted = list(dict.fromkeys(memory_id(one.get("memory_id")) for one in await _batch(asked)))
    for id in wanted:
        await found(asked.visit, id)
    gone: set[str] = set()
    for id in wanted:
        if id not in gone:
            gone.update(await _deleted(asked.visit, id))
    asked.visit.told = _counted(sorted(gone))
    asked.event("DELETE", [(id, "DELETE") for id in sorted(gone)])
    return {"message": f"Successfully deleted {len(wanted)} memories"}


async def delete_all(asked: Asked) -> dict[str, Any]:
    """Delete what ids or filters in the query select."""
    return await _swept(asked, sweep(asked.query), "Memories deleted successfully!")


async def delete_entity(asked: Asked) -> dict[str, Any]:
    """Delete all memories of a user, an agent, an app or a run."""
    kind, name = asked.path("type"), asked.path("name")
    if kind not in TYPES:
        raise InvalidInput("entity_type", f"{kind!r:.40} is none; known are {', '.join(TYPES)}")
    chosen = of_entities({f"{kind}_id": name.removeprefix(f"{kind}:")})
    return await _swept(asked, chosen, "Entity deleted successfully!")


async def _swept(asked: Asked, chosen: Selection, message: str) -> dict[str, Any]:
    """Delete all that is selected, with the messages of which nothing else is shown."""
    visit = asked.visit
    at = reach(visit, chosen.labels)
    rows = await selected(at, chosen.where, KEPT)
    seen = await told(at, [Seen(one) for one in rows], chosen.where, alone=chosen.where is not None)
    items = await going(at, seen, rows, chosen.where)
    if any(not one.scope.names for one in items):
        visit.grant.need("shared")
    live = [one.id for one in items if state(one) == "active"]
    for start in range(0, len(live), _MOST_AT_ONCE):
        where = In("id", tuple(live[start : start + _MOST_AT_ONCE]))
        await at.verbs.delete_many(where, under=at.under)
    for one in items:
        if state(one) == "superseded":
            await at.verbs.delete(one.id, scope=Scope.from_json(one.scope.to_json()))
    visit.told = {"count": len(items)}
    event = asked.event("DELETE_ALL", [(one.item.id, "DELETE") for one in seen if one.parts])
    return {"message": message, "event_id": event, "status": "SUCCEEDED"}


# -- whom memories belong to ---------------------------------------------------------------------------------------------


async def all_seen(asked: Asked) -> Sequence[Seen]:
    """Return every memory that a key sees."""
    at = reach(asked.visit)

    async def read() -> Listed:
        return _weighed(await listed(at, None))

    return await asked.listings.of(asked.tenant, at, "all", read)


async def users(asked: Asked) -> dict[str, Any]:
    """Return the users, agents, apps and runs that have memories."""
    named = shapes.entities(await all_seen(asked))
    page = whole(asked.query.get("page"), "page", 1, 10**6)
    size = whole(asked.query.get("page_size"), "page_size", max(1, len(named)), 10**6)
    asked.visit.told = {"count": len(named)}
    totals = {f"total_{kind}s": sum(one["type"] == kind for one in named) for kind in TYPES}
    return shapes.paged(named, page, size, asked.at) | totals


async def entity(asked: Asked) -> dict[str, Any]:
    """Return one user, agent, app or run; raises `NotFound` where it has no memory here."""
    kind, name = asked.path("type"), asked.path("name")
    if kind not in TYPES:
        raise InvalidInput("entity_type", f"{kind!r:.40} is none; known are {', '.join(TYPES)}")
    chosen = of_entities({f"{kind}_id": name})
    at = reach(asked.visit, chosen.labels)
    named = [
        one
        for one in shapes.entities(await listed(at, chosen.where))
        if (one["type"], one["name"]) == (kind, name)
    ]
    if not named:
        raise NotFound(name, kind)
    return named[0]


def _counted(ids: Sequence[str]) -> dict[str, Any]:
    return {"ids": list(ids)} if 0 < len(ids) <= 10 else {"count": len(ids)}
