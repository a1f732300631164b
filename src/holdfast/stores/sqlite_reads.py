"""What is read of a SQLite store, whoever may write it: each answer from one snapshot of the file."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ..marks import Mark
from ..ports import Candidates, Floats, Moment, Probe, Reach, Scan
from ..types import Change, MemoryItem, Scope
from . import sqlite_rows as rows
from . import sqlite_schema as schema
from .columns import quantised
from .locks import READING
from .sqlite_access import Error
from .sqlite_place import Location
from .sqlite_reader import Reader, Stamp
from .sqlite_search import Asked, Begun, Searcher, Seen, Unread, Words, sentences, words_of
from .sqlite_view import ONE, View, clocks

if TYPE_CHECKING:
    from .columns import Quantised


class SqliteReads:
    """The reads of a store in a file; what kind of connections these are made with, `_open` says."""

    path: str
    term_key: bytes
    _closed: bool
    _location: Location
    _idle: list[Reader]  # connections nobody reads with at the moment
    _searcher: Searcher
    _hashes: dict[str, int]

    def _open(self) -> sqlite3.Connection:
        raise NotImplementedError

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reader]:
        """Lend a connection to read with: one that is idle, or a new one, so there are as many as read at once."""
        with READING.inside():
            try:
                reader = self._idle.pop()
            except IndexError:
                with schema.translated(self.path):
                    reader = Reader(self._open())
            try:
                self._location.check(log=False)
                yield reader
            except BaseException as error:
                reader.db.close()
                if isinstance(error, Error):
                    raise schema.translate(error, self.path) from error
                raise
            self._idle.append(reader)
            if self._closed:
                self._let_idle_go()

    def _let_idle_go(self) -> None:
        """Close the connections nobody reads with, one at a time: others may take one meanwhile."""
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().db.close()

    def _read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._reading() as reader:
            return reader.all(sql, parameters)

    @contextlib.contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection]:
        """Hold one view of the file over several reads."""
        with self._reading() as reader, reader.snapshot():
            yield reader.db

    @staticmethod
    def _scopes(reach: Reach, db: sqlite3.Connection, stamp: Stamp | None = None) -> list[Seen]:
        """Return the scopes in reach that exist, in the order of their labels, and keep them with the stamp of the snapshot."""
        found = db.execute(*rows.scopes_in(reach)).fetchall()
        if stamp is not None:
            stamp.keep(reach, found)
        return [Seen(row) for row in found]

    @contextlib.contextmanager
    def _view(self, reach: Reach, at: Moment) -> Iterator[View]:
        """Hold the scopes in reach as they are in one snapshot, asked at a moment."""
        with self._snapshot() as db:
            yield View(db, self._scopes(reach, db), at)

    def get(self, id: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return the memory's current version, deleted or not; for a moment in the past the one true then; or None."""
        with self._view(reach, at) as view:
            return view.get(id)

    def expired(self, id: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return a memory in reach that has expired, as it was last; None for one that has not, and for any other id."""
        with self._view(reach, at) as view:
            return view.expired(id)

    def scan(self, query: Scan) -> list[MemoryItem]:
        """Return the versions that answer `query`, in its order."""
        with self._reading() as reader:
            if query.slot is not None and (scopes := reader.stamp.scopes.get(query.reach)) is not None:
                # Read first, then see whether that was the state of these scopes: half the statements of a snapshot.
                stamp = reader.stamp
                kept = stamp.shelf() if query.at.known is None else None
                found = View(reader.db, list(map(Seen, scopes)), query.at).scan(query, kept)
                if reader.look() is stamp:
                    return found
            with reader.snapshot() as stamp:
                return View(reader.db, self._scopes(query.reach, reader.db, stamp), query.at).scan(query)

    def outdated(self, ids: Sequence[str], reach: Reach, at: Moment) -> dict[str, str]:
        """Return, for those of some memories that tell an ended value of a slot, the id of what holds the slot now."""
        with self._view(reach, at) as view:
            return view.outdated(ids)

    def seen(self, ids: Sequence[str], reach: Reach, at: Moment) -> dict[str, datetime]:
        """Return when those of some memories that were saved again were, for the last time as known at the moment."""
        with self._view(reach, at) as view:
            return view.seen(ids)

    def history(
        self,
        reach: Reach,
        at: Moment,
        *,
        id: str | None = None,
        slot: str | None = None,
        after: tuple[datetime, str, int, bool] | None = None,
        limit: int = 100,
    ) -> list[Change]:
        """Return the versions of a memory or a slot known by `at.known` (and true at `at.valid`), oldest first."""
        with self._view(reach, at) as view:
            return view.history(id, slot, after, limit)

    def ends(self, reach: Reach) -> dict[Scope, Mark]:
        """Return where the log of each scope in reach ends."""
        with self._snapshot() as db:
            found = self._scopes(reach, db)
        return {rows.scope_of(one.labels): Mark(one.position, one.epoch) for one in found}

    def fetch(self, keys: Sequence[int], at: Moment) -> dict[int, MemoryItem]:
        """Return the items behind the keys of `Candidates`, by key; one erased meanwhile is left out."""
        return self._fetched(self._read, keys, at)

    def _fetched(
        self, read: Callable[[str, Sequence[Any]], list[Any]], keys: Sequence[int], at: Moment
    ) -> dict[int, MemoryItem]:
        known, asked = rows.micros(at.known), {key >> 32 for key in keys}
        # What is kept was seen as often as is known now.
        shelves = {one: self._searcher.shelf(one) if known is None else {} for one in asked}
        made = {key: kept for key in keys if (kept := shelves[key >> 32].get(key)) is not None}
        if missing := [key for key in keys if key not in made]:
            valid = rows.micros(at.valid or at.known or at.now) or 0
            marks = ",".join("?" * len(missing))
            columns, seen = rows.columns(known)
            for row in read(f"SELECT {columns} {ONE} v.key IN ({marks})", [*seen, *missing]):
                item = made[row[0]] = rows.item_of(row, valid)
                if rows.lasting(item):
                    shelves[row[0] >> 32][row[0]] = item
        return made

    def candidates(self, probe: Probe) -> Candidates:
        """Return the corpus of a search with its raw signals; scope, filter and both clocks are applied first."""
        query = None if probe.vector is None else quantised(probe.vector)
        with contextlib.suppress(Unread):
            return self._finished(self._begun(probe, query is not None), probe.stamp, query)
        # Of one moment, so that all vectors come from one model.
        with self._reading() as reader, reader.snapshot() as stamp:
            begun = self._begun_in(reader, stamp, probe, query is not None)
            return begun.finish(query, functools.partial(sentences, reader.db))

    def begin(self, probe: Probe) -> tuple[Callable[[Floats], Candidates], Candidates | None]:
        """Do of `candidates` what needs no vector: return what takes it and does the rest, and the corpus as it is without, if
        its rows stay the same."""
        begun, stamp = None, probe.stamp
        with contextlib.suppress(Unread):
            begun = self._begun(probe, True)
            self._fetched(self._read, begun.likely(2 * probe.least), probe.at)
        if begun is None:
            with self._reading() as reader, reader.snapshot() as stamp:
                begun = self._begun_in(reader, stamp, probe, True)
                self._fetched(reader.all, begun.likely(2 * probe.least), probe.at)
        return functools.partial(self._met, probe, begun, stamp), begun.plain

    def _met(self, probe: Probe, begun: Begun, stamp: object, vector: Floats) -> Candidates:
        """Return the end of a search that was begun before its query's vector was there."""
        with contextlib.suppress(Unread):
            return self._finished(begun, stamp, quantised(vector))
        return self.candidates(probe._replace(vector=vector))

    def _finished(self, begun: Begun, stamp: object, query: Quantised | None) -> Candidates:
        """Return the end of a search that was begun in a state of the file; raises `Unread` where it reads what is another by now."""
        if not begun.reads:
            return begun.finish(query, functools.partial(sentences, None))
        with self._reading() as reader, reader.snapshot() as now:
            if now is stamp:
                return begun.finish(query, functools.partial(sentences, reader.db))
        raise Unread

    def _begun(self, probe: Probe, meant: bool) -> Begun:
        """Begin a search in what is in memory; raises `Unread` where that does not do."""
        known = probe.stamp.scopes.get(probe.reach) if isinstance(probe.stamp, Stamp) else None
        if known is None or probe.where is not None:
            raise Unread
        asked = [Asked(*one, None) for one in self._resolved(list(map(Seen, known)), probe)]
        return self._searcher.begin(None, asked, probe, self._words(probe), meant)

    def _begun_in(self, reader: Reader, stamp: Stamp, probe: Probe, meant: bool) -> Begun:
        """Begin a search in the file."""
        found = self._resolved(self._scopes(probe.reach, reader.db, stamp), probe)
        asked = [self._asked(reader.db, probe, seen, scope) for seen, scope in found]
        return self._searcher.begin(reader.db, asked, probe, self._words(probe), meant)

    def _words(self, probe: Probe) -> Words:
        return words_of(probe, self._hashes, self.term_key)

    @staticmethod
    def _resolved(found: Sequence[Seen], probe: Probe) -> list[tuple[Seen, Scope]]:
        """Return the scopes of a search with their clocks; asked again as of then, those that it met."""
        scopes = [(seen, rows.scope_of(seen.labels)) for seen in found]
        if probe.as_of is None:
            valid, known, now = clocks(probe.at, found)
            for seen in found:
                seen.clocks = valid, seen.last_known if known is None else min(known, seen.last_known), now
            return scopes
        valid, now = rows.micros(probe.as_of.valid) or 0, rows.micros(probe.at.now) or 0
        for seen, scope in scopes:
            seen.clocks = valid, rows.micros(probe.as_of.known.get(scope)) or 0, now
        return [(seen, scope) for seen, scope in scopes if scope in probe.as_of.known]

    def _asked(self, db: sqlite3.Connection, probe: Probe, seen: Seen, scope: Scope) -> Asked:
        """Return one scope's share of a question: its clocks, and which versions pass the filter."""
        valid, known, now = seen.clocks
        if probe.where is None:
            return Asked(seen, scope, None)
        view = View(db, [seen], Moment(rows.at(now), rows.at(valid), rows.at(known)))
        return Asked(seen, scope, np.array(view.live(probe.where), np.int64))

    def model(self) -> str | None:
        """Return the id of the embedding model whose vectors the store holds, or None while it holds none."""
        found = self._read("SELECT name FROM models ORDER BY model_id LIMIT 1")
        return found[0][0] if found else None
