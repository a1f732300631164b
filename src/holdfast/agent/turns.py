"""The turns of a session's thread as they were kept: the latest as messages, and how many there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..filters import And, Eq, In
from ..types import STATES, MemoryItem, Page
from .faces import got

_RECENT = 50  # turns looked at for the recent part
_PAGE = 1_000
_LONGEST = 2_000  # characters of a tool's result in a prompt; the episode has all of it
_A_MESSAGE = 4  # tokens that a message takes beside its words


class Turns:
    """The episodes of `thread` under the labels `scope`, in the order they were kept: all of a step may be of one moment."""

    def __init__(self, memory: Any, thread: str, scope: Sequence[str]) -> None:
        self._memory, self._thread, self._scope = memory, thread, scope
        self._last, self._before = "", 0  # how many there were up to which: a long thread is counted once

    async def recent(
        self, budget: int, count: Callable[[str], int]
    ) -> tuple[tuple[Mapping[str, str], ...], int]:
        """Return the latest turns that fit into `budget` tokens as messages, oldest first, and how many do not."""
        page = await self._page(limit=_RECENT)
        there = await self._number(page)
        kept: list[Mapping[str, str]] = []
        for item in page.items:
            message = _message(item)
            cost = count(message["content"]) + _A_MESSAGE
            if cost > budget:
                break
            kept, budget = [message, *kept], budget - cost
        return tuple(kept), there - len(kept)

    async def latest(self, count: int) -> tuple[MemoryItem, ...]:
        """Return the `count` latest turns, also those that were taken out since, oldest first."""
        page = await got(
            self._memory.list(
                where=And(Eq("thread", self._thread), In("state", STATES)), kinds=["episode"], sort="id",
                limit=min(_PAGE, count + _RECENT), scope=self._scope,
            )
        )  # fmt: skip
        items: tuple[MemoryItem, ...] = page.items
        return items[::-1]

    async def words(self) -> str:
        """Return what the user said last in the thread, or nothing."""
        page = await self._page(limit=_RECENT)
        return next((item.text for item in page.items if item.source.role == "user"), "")

    def recount(self) -> None:
        """Count anew the next time: a turn may be gone."""
        self._last, self._before = "", 0

    async def _page(self, **asked: Any) -> Page[MemoryItem]:
        found: Page[MemoryItem] = await got(
            self._memory.list(
                where=Eq("thread", self._thread), kinds=["episode"], sort="id", scope=self._scope, **asked
            )
        )
        return found

    async def _number(self, page: Page[MemoryItem]) -> int:
        """Return how many turns there are, of which `page` has the latest."""
        latest, number = next((item.id for item in page.items), ""), 0
        while True:
            new = sum(item.id > self._last for item in page.items)
            number += new
            if new < len(page.items):
                number += self._before
                break
            if page.next is None:
                break
            page = await self._page(limit=_PAGE, cursor=page.next)
        self._last, self._before = latest, number
        return number


def _message(item: MemoryItem) -> dict[str, str]:
    """Return an episode as a message: what is no user's or agent's own words says who told it, long ones shortened."""
    role = item.source.role or "user"
    if role in ("user", "assistant"):
        return {"role": role, "content": item.text}
    text = (
        item.text
        if len(item.text) <= _LONGEST
        else f"{item.text[:_LONGEST]} ... ({len(item.text):,} characters in memory)"
    )
    return {"role": "user", "content": f"[{role} {item.speaker or ''}] {text}".replace(" ]", "]")}
