"""What a session needs to call either face of a memory, one that answers at once and one that is awaited."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..types import MemoryItem

_PAGE = 1_000


async def got(result: Any) -> Any:
    """Return what a verb of either face returned."""
    return await result if inspect.isawaitable(result) else result


async def everything(listing: Callable[..., Any], **asked: Any) -> list[MemoryItem]:
    """Return all that the verb `list` of a memory finds, however many pages it takes."""
    page = await got(listing(**asked, limit=_PAGE))
    found = [*page.items]
    while page.next is not None:
        page = await got(listing(**asked, limit=_PAGE, cursor=page.next))
        found += page.items
    return found
