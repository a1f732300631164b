"""The verb that takes memories in from an export: import_items.

Read and check the whole file, with nothing written -> read it again, batch by batch: what is not here is embedded and written
in one transaction each -> values that meet others in a slot here are decided as when two slots become one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Self

from .. import decide, entities
from ..attributes import attribute
from ..errors import AccessDenied, DoesNotFit, ImportConflict, InvalidInput
from ..policy import Decree, Heed, Rule
from ..ports import Bring, Entry, KeptReceipt, Moment, Past, Reach, Record, Ref, Replace, Seen, Stale, Write
from ..types import Import, MemoryItem, Scope, changed
from .export import Exports
from .lines import Batch, Reader, lines_of

_AHEAD = timedelta(days=1)  # by which the clock of the machine that exported may be ahead of ours
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Taken:
    """An import under way: what is counted, and what is known of the file once it was read."""

    name: str
    now: datetime
    allow_erased: bool
    vectors: bool = False  # whether those of the file are taken
    done: str = "nothing was imported"
    versions: int = 0
    there: int = 0
    sightings: int = 0
    receipts: int = 0
    policies: int = 0
    notes: list[str] = field(default_factory=list)
    erased: set[tuple[Scope, str]] = field(default_factory=set)
    # Of scopes that hold memories of others: which memories of the file have values of which slot.
    slots: dict[Scope, dict[str, set[str]]] = field(default_factory=dict)
    # The scope that is being read, whether the store has it, and how many of its versions both have.
    scope: Scope | None = None
    exists: bool = False
    common: int = 0

    def wrong(self, number: int, problem: str) -> DoesNotFit:
        """Return the error for a line, with what was done so far."""
        return DoesNotFit(f"{self.name}:{number}", f"{problem}; {self.done}")


class Known:
    """What a store has of the memories of a batch, and what it will have once the lines before are written."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.pasts: dict[tuple[str, int], Past] = {}
        self.seen: dict[tuple[str, datetime, bytes], int] = {}
        self._open: dict[
            str, dict[int, datetime | None]
        ] = {}  # by version: when it became known, None once closed
        for one in records:
            if isinstance(one, Past):
                self.add(one)
            else:
                self.missing(one)

    def add(self, past: Past) -> None:
        """Count a version in."""
        item = past.item
        self.pasts[item.id, item.version] = past
        versions = self._open.setdefault(item.id, {})
        versions.update(dict.fromkeys(past.closes))
        versions[item.version] = item.known_from

    def missing(self, seen: Seen) -> int:
        """Count sightings or a use in, and return how many of them are new."""
        key = (seen.id, seen.at, next(lines_of(seen._replace(times=1))))
        before = self.seen.get(key, 0)
        self.seen[key] = max(before, seen.times)
        return self.seen[key] - before

    def has(self, id: str) -> bool:
        """Whether there is any version of a memory."""
        return id in self._open

    def ahead(self, past: Past) -> bool:
        """Whether the store has a later version of a memory than one that it does not have."""
        return max(self._open.get(past.item.id, ()), default=0) > past.item.version

    def misfit(self, past: Past) -> str | None:
        """Return why a version cannot follow those that are there, if it cannot."""
        item, versions = past.item, self._open.get(past.item.id, {})
        known = item.known_from or _BEGINNING
        for one in past.closes:
            before = versions.get(one)
            if before is None:
                return f"closes version {one} of memory {item.id}, which is not open before it"
            if before > known:
                return f"closes version {one} of memory {item.id} before that became known"
        for one, since in versions.items():
            if since is not None and one not in past.closes:
                beside = self.pasts[item.id, one].item
                if {beside.state, item.state} != {"active"} or decide.overlap(beside, item):
                    return (
                        f"leaves version {one} of memory {item.id} open beside it, for the same time; "
                        "closes has to name what a version takes the place of"
                    )
        read = self.pasts.get((item.id, past.reads))
        if past.reads not in (0, item.version) and (read is None or read.reads != past.reads):
            return f"reads version {past.reads} of memory {item.id}, which is not there before it"
        return None


class Takes(Exports):
    """The engine's verb for what another store exported."""

    async def import_items(
        self,
        source: str | os.PathLike[str] | BinaryIO,
        *,
        allow_erased: bool = False,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Import:
        """Take in what `export` wrote as jsonl, from a path or a file open for reading bytes, and return what was done.

        The whole file is read and checked before anything is written: a line that is wrong, a file cut off or changed, a memory
        that is here with other content end it with nothing written. Then it is written in transactions of about 1,000 lines,
        each all or nothing; interrupted, the same call goes on, and what is here already is left as it is. Versions keep their ids, their
        numbers and both clocks, so that questions of the past are answered as they were. A caller must hold the labels of every scope in the file.

        A memory that was erased here is left out whole and named in the answer, unless `allow_erased`. A value that meets another one in a slot of this store ends it or is
        ended by it, or both become an open conflict, by the attribute's policy. Texts are embedded anew unless the file has the vectors of this model. The hook
        `redact` is not asked, and what the file says of sources and trust is believed. With `dry_run` nothing is written.
        `progress` is told how many bytes of how many are done, each being read twice.

        Raises `InvalidInput` naming the line, `ImportConflict` naming the memory, `AccessDenied`.
        """
        io, name = self._parts.io, _name(source)
        await self._heed()
        with await io.store(_Opened, source) as opened:
            taken = Taken(name, self._parts.clock.now(), allow_erased)
            reader = await io.store(Reader, opened.file, name)
            while (batch := await io.store(reader.batch)) is not None:
                await self._checked(batch, taken)
                if progress is not None:
                    progress(reader.bytes, 2 * opened.size)
            await self._left(taken)
            if dry_run:
                return self._imported(taken, reader, (), dry_run)
            await self._use_vectors(reader, taken)
            taken.versions = taken.there = taken.sightings = taken.receipts = taken.policies = 0
            await io.store(opened.again)
            again = await io.store(Reader, opened.file, name)
            while (batch := await io.store(again.batch)) is not None:
                await self._brought(batch, taken)
                taken.done = f"{taken.versions + taken.there:,} versions before it are here, and the same call goes on from there"
                if progress is not None:
                    progress(opened.size + again.bytes, 2 * opened.size)
        met: dict[str, None] = {}
        for scope, slots in taken.slots.items():
            for slot, ids in slots.items():
                met |= dict.fromkeys(await self._retried(partial(self._met, scope, slot, ids)))
        return self._imported(taken, reader, tuple(met), dry_run)

    def _imported(self, taken: Taken, reader: Reader, met: tuple[str, ...], dry_run: bool) -> Import:
        notes, language, model = (
            list(dict.fromkeys(taken.notes)),
            self._parts.analyzer.language,
            self._parts.embedding.id,
        )
        if (theirs := reader.manifest.language) != language:
            notes.append(
                f"words were stemmed as {theirs!r} there and are as {language!r} here: searches may differ"
            )
        if (other := reader.manifest.model) != model:
            notes.append(
                f"vectors were from {other!r} there and are from {model!r} here: searches may differ"
            )
        erased = tuple(dict.fromkeys(id for _, id in sorted(taken.erased, key=lambda one: one[1])))
        counts = taken.versions, taken.there, taken.sightings, taken.receipts
        return Import(*counts, erased, met, reader.digest, dry_run, tuple(notes), taken.policies)

    # -- the first reading: nothing is written -------------------------------------------------------------------

    async def _checked(self, batch: Batch, taken: Taken) -> None:
        """Check a batch against the caller's labels, the clock and the store, and note what is to be left out."""
        if batch.scope is None:
            for number, kept in batch.lines:
                if isinstance(kept, KeptReceipt) and not self._may(self._receipt_of(kept.body)):
                    raise AccessDenied(
                        f"{taken.name}:{number}: is a search by a caller with other labels; {taken.done}"
                    )
                if isinstance(kept, Rule):
                    taken.policies += self._rule_to_set(kept, taken) is not None
                else:
                    taken.receipts += 1
            return
        io, store, scope = self._parts.io, self._parts.store, batch.scope
        if scope != taken.scope:
            await self._left(taken)
            try:
                self._target(scope)
            except AccessDenied as error:
                raise AccessDenied(f"{taken.name}:{batch.lines[0][0]}: {error}; {taken.done}") from None
            taken.scope, taken.common = scope, 0
            taken.exists = bool(await io.store(store.extents, Reach(exactly=(scope,))))
        known = Known(await io.store(store.recorded, scope, _ids(batch)) if taken.exists else ())
        fresh: list[MemoryItem] = []
        for number, record in batch.lines:
            match record:
                case Past(item):
                    if item.known_from is not None and item.known_from > taken.now + _AHEAD:
                        raise taken.wrong(
                            number,
                            f"known_from {item.known_from.isoformat()} lies in the future; set the clock",
                        )
                    if self._is_there(known, number, record, taken):
                        taken.there += 1
                        taken.common += 1
                    else:
                        taken.versions += 1
                        fresh.append(item)
                    if taken.exists and item.slot is not None and item.state == "active":
                        taken.slots.setdefault(scope, {}).setdefault(item.slot, set()).add(item.id)
                case Seen():
                    taken.sightings += known.missing(record) if record.source else 0
        if taken.exists and not taken.allow_erased:
            gone = await io.store(store.buried, fresh)
            taken.erased |= {(scope, item.id) for item, buried in zip(fresh, gone, strict=True) if buried}
            taken.versions -= sum((scope, item.id) in taken.erased for item in fresh)

    async def _left(self, taken: Taken) -> None:
        """Forget the slots of the scope that was read last, unless others have memories there which theirs can meet."""
        if taken.scope in taken.slots:
            at, reach = Moment(taken.now), Reach(exactly=(taken.scope,))
            if (await self._parts.io.store(self._parts.store.stats, reach, at)).versions == taken.common:
                del taken.slots[taken.scope]

    def _is_there(self, known: Known, number: int, past: Past, taken: Taken) -> bool:
        """Whether the store has a version with this content; raises `ImportConflict` where it has another."""
        item = past.item
        there = known.pasts.get((item.id, item.version))
        if known.ahead(past) if there is None else not _same(there, past):
            raise ImportConflict(f"{taken.name}:{number}", item.id, item.version, taken.done)
        return there is not None

    # -- the second reading --------------------------------------------------------------------------------------

    async def _use_vectors(self, reader: Reader, taken: Taken) -> None:
        """Decide whether the file's vectors are taken: they are from this store's model, and as long as its own."""
        model = self._parts.embedding.id
        if model is not None and reader.vectors == {model}:
            (entry,) = await self._entries([_PROBE])
            if entry.vector is not None and reader.dimensions == {len(entry.vector)}:
                taken.vectors = True

    async def _brought(self, batch: Batch, taken: Taken) -> None:
        """Write what the store does not have of a batch, in one transaction."""
        if batch.scope is None:
            for _, kept in batch.lines:
                if (
                    isinstance(kept, KeptReceipt)
                    and kept.expires_at > taken.now
                    and not self._names_erased(kept, taken)
                ):
                    await self._parts.io.store(self._parts.store.keep_receipt, kept)
                    taken.receipts += 1
                if isinstance(kept, Rule):
                    taken.policies += await self._retried(partial(self._put_rule, kept, taken))
            return
        versions, there, sightings = await self._retried(partial(self._put_in, batch.scope, batch, taken))
        taken.versions += versions
        taken.there += there
        taken.sightings += sightings

    def _rule_to_set(self, rule: Rule, taken: Taken) -> Rule | None:
        """Return a rule of the file that is to be put in force: the administrator's, of no name that is taken here."""
        if not self._caller.admin:
            taken.notes.append("rules were left out: only the unscoped Memory takes them in")
            return None
        here = next((one for one in self._in_force.policy.rules if one.name == rule.name), None)
        if here is not None and here.said != rule.said:
            taken.notes.append(f"rule {rule.name!r} is another one here, which stays in force")
        return rule if here is None else None

    async def _put_rule(self, rule: Rule, taken: Taken) -> bool:
        """Put a rule of the file in force, as it was set there."""
        if self._rule_to_set(rule, taken) is None:
            return False
        writes: list[Write] = [Heed(self._in_force.policy.generation), Decree(rule)]
        await self._parts.io.store(
            self._parts.store.apply, writes, self._by("import", None), self._parts.clock.now()
        )
        return True

    async def _put_in(self, scope: Scope, batch: Batch, taken: Taken) -> tuple[int, int, int]:
        """Write a batch of one scope; return how many versions were new and how many there, and how many sightings were new."""
        store, io = self._parts.store, self._parts.io
        known = Known(await io.store(store.recorded, scope, _ids(batch)))
        wanted: list[Past | Seen] = []
        there = sightings = 0
        for number, record in batch.lines:
            match record:
                case Past(item) if (scope, item.id) not in taken.erased:
                    if self._is_there(known, number, record, taken):
                        there += 1
                        continue
                    if (problem := known.misfit(record)) is not None:
                        raise taken.wrong(number, problem)
                    known.add(record)
                    wanted.append(record if taken.vectors else record._replace(vectors=None))
                case Seen() if (scope, record.id) not in taken.erased:
                    if not known.has(record.id):
                        raise taken.wrong(
                            number,
                            f"is a sighting or use of memory {record.id}, which is not there before it",
                        )
                    if new := known.missing(record):
                        sightings += new if record.source else 0
                        wanted.append(record)
        entries = await self._entries_of([one for one in wanted if isinstance(one, Past)])
        writes: list[Write] = [
            Bring(one, entries.get((one.item.id, one.item.version))) if isinstance(one, Past) else one
            for one in wanted
        ]
        if writes:
            await self._apply(writes, self._by("import", None))
        return len(wanted) - sum(isinstance(one, Seen) for one in wanted), there, sightings

    async def _entries_of(self, pasts: Sequence[Past]) -> dict[tuple[str, int], Entry]:
        """Return the search data of the versions that read themselves, embedded where the file has no vectors to take."""
        made: dict[tuple[str, int], Entry] = {}
        own = [one for one in pasts if one.reads == one.item.version]
        for embed in (True, False):
            some = [one.item for one in own if (one.vectors is None) is embed]
            if some:
                entries = await self._entries(some, embed=embed)
                made |= {(item.id, item.version): entry for item, entry in zip(some, entries, strict=True)}
        return made

    @staticmethod
    def _names_erased(kept: KeptReceipt, taken: Taken) -> bool:
        """Whether a receipt names a memory that is left out: it goes with it, as when it is erased."""
        return any(id in kept.body for _, id in taken.erased)

    async def _met(self, scope: Scope, slot: str, ids: set[str]) -> list[str]:
        """Decide between the values that memories of the file brought into a slot and those that were there."""
        probe = changed(_PROBE, scope=scope, slot=slot)
        if not self._contested(probe):
            return []
        held = await self._holders(probe)
        moved = [one for one in held if one.id in ids]
        if not moved or len(moved) == len(held):
            return []
        after = entities.joined(moved, held, attribute(probe.attribute, self._rules.table))
        if not after:
            return []
        first = next(iter(after))
        now = await self._holders(after[first])
        if not {Ref(one.id, one.version) for one in now} <= {Ref(one.id, one.version) for one in held}:
            raise Stale
        seen = frozenset(Ref(one.id, one.version) for one in now)
        writes: list[Write] = [
            Replace(one, Ref(*key), last=False, guarded=key == first, slot_seen=seen)
            for key, one in after.items()
        ]
        await self._apply(writes, self._by("import", None))
        return [id for id, _ in after]


_PROBE = MemoryItem("", 1, "dimension", "fact", Scope.shared(), valid_from=_BEGINNING)


class _Opened:
    """An open binary file that can be read twice: a path's, the caller's, or a copy of what comes through a pipe."""

    def __init__(self, source: str | os.PathLike[str] | BinaryIO) -> None:
        given: Any = source
        self._mine = True
        if hasattr(given, "read"):
            if not isinstance(given.read(0), bytes):
                raise InvalidInput("source", "is open for text; open it with mode rb")
            self._mine = not given.seekable()
            self.file: BinaryIO = given
            if self._mine:
                self.file = tempfile.TemporaryFile()  # noqa: SIM115
                shutil.copyfileobj(given, self.file)
                self.file.seek(0)
        elif isinstance(given, str | os.PathLike) and os.fspath(given):
            try:
                self.file = Path(given).expanduser().open("rb")
            except OSError as error:
                raise InvalidInput("source", f"{given}: cannot be read ({error.strerror})") from None
        else:
            raise InvalidInput("source", "must name a file, or be one open for reading bytes")
        self._start = self.file.tell()
        self.size = self.file.seek(0, os.SEEK_END) - self._start
        self.again()

    def again(self) -> None:
        """Go back to where reading began."""
        self.file.seek(self._start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._mine:
            self.file.close()


def _name(source: object) -> str:
    """Return what errors call a source."""
    if isinstance(source, str | os.PathLike):
        return os.path.basename(os.fspath(source)) or "source"
    return "import"


def _ids(batch: Batch) -> list[str]:
    return [
        one.item.id if isinstance(one, Past) else one.id
        for _, one in batch.lines
        if isinstance(one, Past | Seen)
    ]


def _same(one: Past, other: Past) -> bool:
    """Whether two versions have the same content, as their lines say it."""
    return next(lines_of(one)) == next(lines_of(other))
