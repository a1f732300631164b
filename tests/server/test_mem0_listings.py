"""Listings that are kept between the pages of one: how many, however little each of them lists."""

from __future__ import annotations

import asyncio

from holdfast import AsyncMemory, Scope
from holdfast.server.mem0.listings import BESIDE, Listed, Listings
from holdfast.server.mem0.reading import Reach


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
