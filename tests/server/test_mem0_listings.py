"""Listings of mem0: the times they are asked with, and how many are kept between the pages of one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from holdfast import AsyncMemory, Scope
from holdfast.errors import InvalidInput
from holdfast.server.mem0.listings import BESIDE, Listed, Listings
from holdfast.server.mem0.reading import Reach
from holdfast.server.mem0.selection import between, dated


def test_listings_of_nothing_do_not_pile_up() -> None:
    """Those asked for last are there, and those of long ago are read again, also where none lists anything."""

    async def asked() -> list[int]:
        read: list[int] = []
        async with AsyncMemory("sqlite://", embedder=None) as memory:
            listings, at = Listings(most=10 * BESIDE), Reach(memory, Scope.shared(), None)

            async def ask(n: int) -> None:
                async def nothing() -> Listed:
                    read.append(n)
                    return Listed([], [])

                await listings.of("default", at, f"of {n}", nothing)

            for n in (*range(20), 19, 11, 0):
                await ask(n)
        return read

    assert asyncio.run(asked()) == [*range(20), 0]


def test_what_a_hold_alone_keeps_is_not_listed_after_it() -> None:
    """Releasing a hold writes no memory, and what had expired under it is in no page that follows."""

    async def asked() -> list[int]:
        found: list[int] = []
        async with AsyncMemory("sqlite://", embedder=None) as memory:
            soon = datetime.now(UTC) + timedelta(milliseconds=50)
            await memory.scoped(user="ada").save("tea is at four", expires_at=soon)
            await memory.hold(under=Scope(user="ada"), name="case")
            await asyncio.sleep(0.1)
            listings, at = Listings(), Reach(memory, Scope(user="ada"), None)

            async def read() -> Listed:
                items = (await memory.list(under=Scope(user="ada"))).items
                return Listed(items, items)

            found.append(len(await listings.of("default", at, "all", read)))
            await memory.hold(release="case")
            found.append(len(await listings.of("default", at, "all", read)))
        return found

    assert asyncio.run(asked()) == [1, 0]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_times_that_are_none_in_utc_are_refused(time: str) -> None:
    """What lies outside the years 1 to 9999 there is refused by its name, in a filter and of events."""
    with pytest.raises(InvalidInput, match="created_at"):
        dated("created_at", time)
    with pytest.raises(InvalidInput, match="start_date"):
        between(time, None)
