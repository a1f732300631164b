"""What a tool, a resource or a prompt does: one call of the library's verbs each, as one admitted caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ... import Change, Hit, MemoryItem, Page, Scope
from ...agent import ALWAYS, PLACEMENT
from ...agent.tools import BY_MODEL, NOW, OWN, TOLD, Telling
from ...errors import InvalidInput
from ..service import Visit


def scopes_of(held: Mapping[str, Any]) -> dict[str, Scope | tuple[str, ...]]:
    """Return the scopes a caller may name: a label it holds one id of by its name, else each as name=id."""
    found: dict[str, Scope | tuple[str, ...]] = {}
    for name, ids in held.items():
        if isinstance(ids, str):
            found[name] = (name,)
        else:
            found |= {f"{name}={id}": Scope(**{name: id}) for id in ids}
    return found


class Turn:
    """The tools over one visit, each a method with the tool's name; answers are JSON objects as `words.TOOLS` says.

    What is seen is what the caller's labels see; what everybody in the store sees is changed with the right `shared` alone.
    Raises what the library's verbs raise.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._verbs = visit.verbs(visit.named)
        self._scopes = scopes_of(visit.scope)
        self.telling = Telling.of(visit.timezone)

    def _within(self, scope: str | None) -> Scope | tuple[str, ...] | None:
        return None if scope is None else self._scopes[scope]

    def _into(self, scope: str | None, kind: str) -> Scope | tuple[str, ...] | None:
        """Return where something new belongs: the scope named, or as a session places its kind, or all labels held."""
        if scope is not None:
            return self._scopes[scope]
        if not self._scopes:
            return self._everybodys()
        return tuple(name for name in PLACEMENT.get(kind, ()) if name in self._scopes) or None

    def _everybodys(self) -> Scope:
        self._visit.grant.need("shared")
        return Scope.shared()

    async def _changeable(self, id: str) -> tuple[MemoryItem, Scope]:
        """Return a memory and the scope to name when it is changed."""
        item: MemoryItem = await self._verbs.get(id)
        if item.kind == "working":
            raise InvalidInput("id", "is of a session's state or a run, which no tool changes")
        return item, item.scope if item.scope.names else self._everybodys()

    def _tell(self, items: Iterable[Any]) -> None:
        ids = [one.id for one in items]
        self._visit.told = {"ids": ids} if 0 < len(ids) <= 10 else {"count": len(ids)}

    async def search_memory(self, query: str, k: int = 5, scope: str | None = None) -> dict[str, Any]:
        """Find memories, best first."""
        hits: Sequence[Hit] = await self._verbs.search(query, k=k, kinds=TOLD, scope=self._within(scope))
        self._tell(hits)
        return {
            "memories": [
                {**self.telling.shown(hit.item, hit.origin), "relevance": round(hit.relevance, 3)}
                for hit in hits
            ]
        }

    async def list_memories(
        self, kind: str | None = None, limit: int = 20, cursor: str | None = None, scope: str | None = None
    ) -> dict[str, Any]:
        """List memories, the latest first."""
        page = await self.page(kind, limit, cursor, scope)
        return _paged("memories", [self.telling.shown(item) for item in page.items], page)

    async def page(
        self, kind: str | None = None, limit: int = 100, cursor: str | None = None, scope: str | None = None
    ) -> Page[MemoryItem]:
        """Return a page of memories, the latest first."""
        kinds = TOLD if kind is None else (kind,)
        page: Page[MemoryItem] = await self._verbs.list(
            kinds=kinds, limit=limit, cursor=cursor, scope=self._within(scope)
        )
        self._tell(page.items)
        return page

    async def memory_history(self, id: str, limit: int = 20, cursor: str | None = None) -> dict[str, Any]:
        """Tell the versions of a memory, as far as the caller sees it."""
        page: Page[Change] = await self._verbs.history(id, limit=limit, cursor=cursor)
        self._visit.told = {"ids": [id]}
        return _paged("versions", [_version(change) for change in page.items], page)

    async def save_memory(
        self,
        text: str,
        kind: str = "fact",
        slot: str | None = None,
        value: Any = None,
        scope: str | None = None,
    ) -> dict[str, Any]:
        """Keep a memory, as told by a model."""
        if slot is not None and slot.strip().lower().startswith(OWN):
            raise InvalidInput("slot", f"{slot!r:.60} is not for tools; use another name")
        saved: MemoryItem = await self._verbs.save(
            text, kind=kind, slot=slot, value=value, scope=self._into(scope, kind),
            source=BY_MODEL,
        )  # fmt: skip
        self._tell([saved])
        return self.telling.kept(
            saved, "Tell the user: `holdfast review` shows and approves it, and so does the inspector."
        )

    async def update_memory(self, id: str, version: int, text: str, value: Any = None) -> dict[str, Any]:
        """Say that the world changed now: the memory holds from now on, what it said before is its past."""
        item, scope = await self._changeable(id)
        values = {} if value is None else {"value": value}
        changed: MemoryItem = await self._verbs.update(
            item.id, text=text, expected_version=version, scope=scope, changed_at=NOW, source=BY_MODEL,
            **values,
        )  # fmt: skip
        self._tell([changed])
        return {"updated": self.telling.shown(changed)}

    async def delete_memory(self, id: str, version: int) -> dict[str, Any]:
        """Take a memory out of all answers; its history stays."""
        item, scope = await self._changeable(id)
        gone: MemoryItem = await self._verbs.delete(item.id, expected_version=version, scope=scope)
        self._tell([gone])
        return {"deleted": self.telling.shown(gone)}

    async def observe(
        self,
        messages: Sequence[Mapping[str, str]],
        thread: str | None = None,
        recalled: Sequence[str] = (),
        scope: str | None = None,
    ) -> dict[str, Any]:
        """Keep what was said, and what rules read out of it."""
        into = self._into(scope, "episode")
        placed = PLACEMENT if scope is None and self._scopes else {}
        held = {kind: tuple(one for one in names if one in self._scopes) for kind, names in placed.items()}
        seen = await self._verbs.observe(
            list(messages), thread=thread, recalled=recalled, scope=into, background=True,
            placement={kind: names for kind, names in held.items() if names},
        )  # fmt: skip
        self._tell([*seen.episodes, *(one.item for one in seen.judgements if one.item is not None)])
        learned = [
            {"outcome": one.outcome, "reason": one.reason}
            | ({"memory": self.telling.shown(one.item)} if one.item else {})
            for one in seen.judgements
        ]
        return {"kept": len(seen.episodes), "learned": learned}

    async def memory_context(
        self, query: str, budget: int = 1_024, scope: str | None = None
    ) -> dict[str, Any]:
        """Tell what is remembered that matters for a task, as text, with what matters for every task."""
        return await self._context(query, budget=budget, scope=self._within(scope), always=ALWAYS)

    async def about(self, topic: str) -> str:
        """Tell what is remembered about a topic, as text."""
        return str((await self._context(topic))["text"])

    async def _context(self, query: str, **given: Any) -> dict[str, Any]:
        found = await self._verbs.context(query, kinds=TOLD, **given)
        self._visit.told = {"count": len(found.ids)}
        return {"text": found.text, "tokens": found.tokens, "ids": list(found.ids)}

    async def item(self, id: str) -> MemoryItem:
        """Return one memory that the caller sees."""
        found: MemoryItem = await self._verbs.get(id)
        self._tell([found])
        return found


def _paged(name: str, entries: list[dict[str, Any]], page: Page[Any]) -> dict[str, Any]:
    return {name: entries} if page.next is None else {name: entries, "next": page.next}


def _version(change: Change) -> dict[str, Any]:
    told = {
        "version": change.version, "text": change.text, "value": change.item.value, "state": change.item.state,
        "change": change.verb, "at": change.at.isoformat(), "by": change.actor, "reason": change.reason,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value is not None}
