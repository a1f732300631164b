"""The verb that writes what a store holds to a file: export.

The path of an export: how far every scope goes, all as of one moment -> versions, page by page -> lines (`lines.py`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Literal

from .. import checks
from ..errors import DoesNotFit
from ..policy import Rule
from ..ports import Extent, KeptReceipt, Past, Reach, Scan, Seen
from ..receipts import Receipt
from ..types import Change, Export, MemoryItem, Scope
from . import report
from .lines import BATCH, FORMAT, Line, lines_of, written
from .observe import Observes
from .output import Output
from .recall import reach_json

FORMATS = ("jsonl", "markdown", "html")


class Tally:
    """What an export as of `now` has written so far."""

    def __init__(self, now: datetime) -> None:
        self.now, self.sum = now, hashlib.sha256()
        self.scopes = self.versions = self.vectors = self.sightings = self.uses = self.receipts = 0
        self.policies = 0
        self.digest: str | None = None

    def lines(self, records: Iterable[Line]) -> bytes:
        """Return the lines of some records, counted."""
        made: list[bytes] = []
        for record in records:
            match record:
                case Past():
                    self.versions += 1
                    self.vectors += record.vectors is not None
                case Seen(source=None):
                    self.uses += 1
                case Seen():
                    self.sightings += 1
                case KeptReceipt():
                    self.receipts += 1
                case Rule():
                    self.policies += 1
            made += lines_of(record)
        chunk = b"".join(made)
        self.sum.update(chunk)
        return chunk


class Exports(Observes):
    """The engine's verb for what others are to read."""

    async def export(
        self,
        to: str | os.PathLike[str] | BinaryIO,
        *,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
        format: Literal["jsonl", "markdown", "html"] = "jsonl",
        vectors: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Export:
        """Write everything this caller can see to a new file, or to a file open for writing bytes, and return what was written.

        JSON Lines ("jsonl") hold every version of every memory on both clocks, with its source and links, the sightings, uses and kept
        receipts, and with `vectors` those of the embedding model: `import_items` reads it back. docs/export.md describes it.
        "markdown" and "html" are a report for the person the memories are about: what is known now and was before, by kind,
        where it came from and when, and what was recalled. In reach are the scopes visible here, exactly one with `scope`, or
        for the administrator all that carry the labels `under`. What has expired is not in it, what was erased neither.

        The file is whole or not there, and an export is of one moment while others write; memory use does not grow with it. `progress` is told how much of how much is done.
        Raises `InvalidInput` where there is such a file or no such folder, `StoreFull`, `StoreReadOnly`.
        """
        checks.choice(format, "format", FORMATS)
        if vectors and format != "jsonl":
            raise DoesNotFit("vectors", "are in an export as jsonl only; a report is for people")
        reach, io, store = self._reach(scope, under), self._parts.io, self._parts.store
        tally = Tally(self._parts.clock.now())
        with await io.store(Output, to) as out:
            extents = await io.store(store.extents, reach)
            total, done = sum(one.position for one in extents), 0
            if format == "jsonl":
                chunks = self._exported(extents, reach, vectors, tally)
            else:
                chunks = self._reported(reach, format, tally)
            async for read, chunk in chunks:
                await io.store(out.write, chunk)
                done += read
                if progress is not None:
                    progress(min(done, total), total)
            await io.store(out.finish)
            path = None if out.path is None else str(out.path)
        return Export(
            path,
            out.bytes,
            tally.scopes,
            tally.versions,
            tally.sightings,
            tally.receipts,
            tally.digest,
            tally.now,
            tally.policies,
        )

    # -- for programs --------------------------------------------------------------------------------------------

    async def _exported(
        self, extents: Sequence[Extent], reach: Reach, vectors: bool, tally: Tally
    ) -> AsyncIterator[tuple[int, bytes]]:
        """Yield the lines of what is in reach, some at a time, with how many positions they were read from."""
        manifest = {
            "type": "manifest", "format": FORMAT, "exported_at": tally.now.isoformat(), "reach": reach_json(reach),
            "vectors": vectors, "model": self._parts.embedding.id, "language": self._parts.analyzer.language,
        }  # fmt: skip
        yield 0, written(manifest)
        for extent in extents:
            after: int | None = 0
            before = tally.versions
            while after is not None:
                records, further = await self._parts.io.store(
                    self._parts.store.past, extent, after, BATCH, tally.now, vectors=vectors
                )
                yield (extent.position if further is None else further) - after, tally.lines(records)
                after = further
            tally.scopes += tally.versions > before
        async for kept, _ in self._kept_receipts(reach):
            yield 0, tally.lines(kept)
        yield 0, tally.lines(await self._rules_in(reach))
        tally.digest = f"sha256:{tally.sum.hexdigest()}"
        counts = {
            name: getattr(tally, name)
            for name in ("versions", "vectors", "sightings", "uses", "receipts", "policies")
        }
        yield 0, written({"type": "end", "scopes": tally.scopes, **counts, "digest": tally.digest})

    async def _rules_in(self, reach: Reach) -> list[Rule]:
        """Return the rules in force that are bound to scopes in an administrator's reach; of the whole store, all."""
        if reach.under is None or not self._caller.admin:
            return []
        await self._heed()
        return [one for one in self._in_force.policy.rules if one.under.holds(reach.under)]

    # -- for people ----------------------------------------------------------------------------------------------

    async def _reported(self, reach: Reach, format: str, tally: Tally) -> AsyncIterator[tuple[int, bytes]]:
        """Yield a report of what is in reach, a memory at a time, with how many versions were told."""
        io, store = self._parts.io, self._parts.store
        stats = await io.store(store.stats, reach, self._at())
        yield 0, report.opening(format).encode()
        yield 0, _shown(report.front(reach, tally.now, dict(stats.kinds)), format)
        scopes: set[Scope] = set()
        for kind, title in report.KIND_TITLES.items():
            first = True
            async for item in self._all_of(reach, kind):
                changes = [one async for one in self._history_of(item)]
                head = [report.Heading(2, title)] if first else []
                first = False
                tally.versions += len(changes)
                tally.sightings += item.sightings - 1
                scopes.add(item.scope)
                yield len(changes), _shown([*head, *report.memory(item, changes)], format)
        tally.scopes = len(scopes)
        async for _, kept in self._kept_receipts(reach):
            head = [report.Heading(2, "What was recalled")] if kept and not tally.receipts else []
            tally.receipts += len(kept)
            yield 0, _shown([*head, *(block for one in kept for block in report.recalled(one))], format)
        yield 0, report.closing(format).encode()

    async def _all_of(self, reach: Reach, kind: str) -> AsyncIterator[MemoryItem]:
        """Yield every memory of a kind, in any state, in the order in which they were made."""
        after: tuple[Any, str, int, bool] | None = None
        while True:
            scan = Scan(
                reach, self._at(), live=False, sort="id", descending=False, limit=BATCH, after=after,
                kinds=frozenset({kind}),
            )  # fmt: skip
            page = await self._parts.io.store(self._parts.store.scan, scan)
            for item in page:
                yield item
            if len(page) < BATCH:
                return
            last = page[-1]
            after = (last.id, last.id, last.version, last.state != "deleted")

    async def _history_of(self, item: MemoryItem) -> AsyncIterator[Change]:
        """Yield all versions of a memory in its scope, oldest first."""
        reach, after = Reach(exactly=(item.scope,)), None
        while True:
            page = await self._parts.io.store(
                self._parts.store.history, reach, self._at(), id=item.id, after=after, limit=BATCH
            )
            for change in page:
                yield change
            if len(page) < BATCH:
                return
            last = page[-1]
            after = (last.at, last.id, last.version, last.item.state != "deleted")

    # -- for both ------------------------------------------------------------------------------------------------

    async def _kept_receipts(self, reach: Reach) -> AsyncIterator[tuple[list[KeptReceipt], list[Receipt]]]:
        """Yield the kept receipts in reach that this caller may read, some at a time."""
        io, store, now = self._parts.io, self._parts.store, self._parts.clock.now()
        after: str | None = None
        while True:
            page = await io.store(store.receipts, reach, now, after, BATCH)
            read = [(one, self._receipt_of(one.body)) for one in page]
            mine = [(one, found) for one, found in read if self._may(found, reach.under)]
            yield [one for one, _ in mine], [found for _, found in mine]
            if len(page) < BATCH:
                return
            after = page[-1].id


def _shown(blocks: Iterable[report.Block], format: str) -> bytes:
    return "".join(report.rendered(block, format) for block in blocks).encode()
