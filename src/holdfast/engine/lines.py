"""The lines of an export, "holdfast-export/1": what is recorded as JSON, and back with every value checked.

docs/export.md describes the format. Fields stand in a fixed order and those at their default are left out, so that the same
memories give the same bytes.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, NamedTuple, NoReturn

from .. import checks
from ..errors import DoesNotFit, InvalidInput
from ..policy import Rule
from ..ports import Authorship, KeptReceipt, Packed, Past, Record, Seen
from ..receipts import Receipt
from ..types import Draft, MemoryItem, Scope, Source

FORMAT = "holdfast-export/1"
LONGEST = 16 * 2**20  # bytes of a line
BATCH = 1_000
MOST_AT_ONCE = 20 * BATCH  # lines of one batch, where so many were written at once
STATES = ("active", "deleted", "pending", "rejected")
_OF_DRAFT = (
    "text", "kind", "slot", "value", "tags", "metadata", "importance", "confidence", "speaker", "thread", "turn",
    "observed_at", "valid_from", "expires_at", "source",
)  # fmt: skip
_OF_VERSION = (
    "id", "version", "scope", "text", "kind", "state", "slot", "value", "tags", "metadata", "importance", "confidence",
    "speaker", "thread", "turn", "observed_at", "valid_from", "valid_to", "known_from", "expires_at", "supersedes",
    "superseded_by", "conflicts_with", "owner", "explicit_time", "source",
)  # fmt: skip
_WRITTEN = ("verb", "actor", "reason", "closes", "reads")

Line = Record | KeptReceipt | Rule


# -- writing -------------------------------------------------------------------------------------------------------


def written(value: Mapping[str, Any]) -> bytes:
    """Return a line, as it is counted into the digest."""
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def lines_of(record: Line) -> Iterator[bytes]:
    """Yield the lines of one record: a version, and where it has them its vectors; sightings, a use, or a receipt."""
    match record:
        case Past(item, by, reads, closes, vectors):
            whole = item.to_json()
            made = {name: whole[name] for name in _OF_VERSION}
            made |= {"verb": by.verb, "actor": by.actor, "reason": by.reason, "closes": list(closes)}
            made["reads"] = None if reads == item.version else reads
            kept = {name: value for name, value in made.items() if not _absent(name, value)}
            yield written({"type": "version", **kept})
            if vectors is not None:
                yield written({"type": "vectors", **_vectors(item, vectors)})
        case Seen(scope, id, at, None):
            yield written({"type": "use", "id": id, "scope": scope.to_json(), "at": at.isoformat()})
        case Seen(scope, id, at, source, times):
            assert source is not None
            where = {"id": id, "scope": scope.to_json(), "at": at.isoformat(), "times": times}
            yield written({"type": "sighting", **where, "source": source.to_json()})
        case KeptReceipt():
            until = record.expires_at.isoformat()
            yield written({"type": "receipt", "expires_at": until, "receipt": json.loads(record.body)})
        case Rule():
            yield written({"type": "policy", **record.to_json()})


def _absent(name: str, value: Any) -> bool:
    """Whether a field says nothing: but false and {} are values like others, and {} is a scope."""
    return value is None or (
        name not in ("value", "scope") and (value is False or value == [] or value == {})
    )


def _vectors(item: MemoryItem, packed: Packed) -> dict[str, Any]:
    made: dict[str, Any] = {"id": item.id, "version": item.version, "model": packed.model}
    made["whole"] = base64.b64encode(packed.whole).decode()
    if packed.sentences is not None:
        made["sentences"] = base64.b64encode(packed.sentences).decode()
    return made


# -- reading -------------------------------------------------------------------------------------------------------


def parsed(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line; raises `ValueError` for anything else, and for a key that is there twice."""
    given = json.loads(line.decode(), object_pairs_hook=_unique, parse_constant=_no_number)
    if not isinstance(given, dict):
        raise ValueError("is no JSON object")
    return given


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("says one key twice")
    return made


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"holds {name}, which is not JSON")


def record_of(given: Mapping[str, Any]) -> Line:
    """Return what a line stands for (vectors aside); raises `InvalidInput` naming the field that is wrong."""
    match given.get("type"):
        case "version":
            return _past(given)
        case "sighting":
            _only(given, ("id", "scope", "at", "times", "source"), ("id", "scope", "at", "source"))
            times = checks.count(given.get("times", 1), "times", 1, 1_000_000)
            id, at = checks.item_id(given["id"]), checks.moment(given["at"], "at")
            return Seen(_scope(given["scope"]), id, at, Source.of(given["source"]), times)
        case "use":
            _only(given, ("id", "scope", "at"), ("id", "scope", "at"))
            id, at = checks.item_id(given["id"]), checks.moment(given["at"], "at")
            return Seen(_scope(given["scope"]), id, at, None)
        case "receipt":
            _only(given, ("expires_at", "receipt"), ("expires_at", "receipt"))
            return _receipt(given)
        case "policy":
            return _rule(given)
        case other:
            raise InvalidInput("type", f"{other!r:.40} is no type of line in {FORMAT}")


def _past(given: Mapping[str, Any]) -> Past:
    _only(
        given,
        (*_OF_VERSION, *_WRITTEN),
        ("id", "version", "scope", "text", "valid_from", "known_from", "verb"),
    )
    version = checks.count(given["version"], "version", 1, 2**31)
    draft = Draft(**{name: given[name] for name in _OF_DRAFT if name in given})
    explicit = given.get("explicit_time", False)
    if not isinstance(explicit, bool):
        raise InvalidInput("explicit_time", "must be true or false")
    item = MemoryItem(
        id=checks.item_id(given["id"]),
        version=version,
        scope=_scope(given["scope"]),
        **{name: getattr(draft, name) for name in _OF_DRAFT},
        valid_to=checks.optional_moment(given.get("valid_to"), "valid_to"),
        known_from=checks.moment(given["known_from"], "known_from"),
        state=checks.choice(given.get("state", "active"), "state", STATES),  # type: ignore[arg-type]
        supersedes=_id(given, "supersedes"),
        superseded_by=_id(given, "superseded_by"),
        conflicts_with=tuple(
            checks.item_id(one, "conflicts_with")
            for one in checks.many(given.get("conflicts_with", ()), "conflicts_with")
        ),
        owner=checks.optional_name(given.get("owner"), "owner"),
        explicit_time=explicit,
    )
    if item.valid_from is None:
        raise InvalidInput("valid_from", "is missing")
    by = Authorship(
        checks.name(given["verb"], "verb", 64),
        checks.optional_name(given.get("actor"), "actor"),
        checks.optional_name(given.get("reason"), "reason", 2_000),
    )
    closes = checks.many(given.get("closes", ()), "closes")
    closed = tuple(dict.fromkeys(checks.count(one, "closes", 1, version - 1) for one in closes))
    reads = checks.count(given.get("reads", version), "reads", 0, version)
    if not reads and item.state == "active":
        raise InvalidInput("reads", "is 0, but what is active has to be found by the words of some version")
    return Past(item, by, reads, closed)


def _rule(given: Mapping[str, Any]) -> Rule:
    about = ("type", "set_at", "actor", "reason")
    if "set_at" not in given:
        raise InvalidInput("set_at", "is missing")
    return replace(
        Rule.of({name: value for name, value in given.items() if name not in about}),
        set_at=checks.moment(given["set_at"], "set_at"),
        actor=checks.optional_name(given.get("actor"), "actor"),
        reason=checks.optional_name(given.get("reason"), "reason", 2_000),
    )


def _receipt(given: Mapping[str, Any]) -> KeptReceipt:
    if not isinstance(given["receipt"], Mapping):
        raise InvalidInput("receipt", "must be an object")
    receipt = Receipt.from_json(given["receipt"])
    body = json.dumps(receipt.to_json(), ensure_ascii=False, separators=(",", ":"))
    scope = receipt.held.pick(receipt.held.names)[0]
    id, until = checks.item_id(receipt.id, "receipt.id"), checks.moment(given["expires_at"], "expires_at")
    return KeptReceipt(id, scope, receipt.at, until, body)


def packed_of(given: Mapping[str, Any], past: Past | None) -> Packed:
    """Return the vectors of a line; `past` is the version before it, whose they must be. Every row must have length 1."""
    import numpy as np  # what a program that only imports the package need not load

    names = ("id", "version", "model", "whole")
    _only(given, (*names, "sentences"), names)
    if past is None or (given["id"], given["version"]) != (past.item.id, past.item.version):
        raise InvalidInput("vectors", "must stand right behind the version that they are of")
    if past.reads != past.item.version:
        raise InvalidInput("vectors", f"version {past.item.version} has those of version {past.reads}")
    whole = _bytes(given["whole"], "whole")
    several = _bytes(given["sentences"], "sentences") if "sentences" in given else None
    size = len(whole)
    if size <= 4 or len(several or b"") % size or len(several or b"") > 64 * size:
        raise InvalidInput("vectors", f"rows of {size} bytes do not add up")
    rows = np.frombuffer(whole + (several or b""), np.uint8).reshape(-1, size)
    scale = np.ascontiguousarray(rows[:, :4]).view("<f4")[:, 0].astype(np.float64)
    squares = np.square(np.ascontiguousarray(rows[:, 4:]).view(np.int8).astype(np.float64)).sum(axis=1)
    lengths = scale * np.sqrt(squares)
    if not ((lengths == 0) | ((lengths > 0.9) & (lengths < 1.1))).all():
        raise InvalidInput("vectors", "hold a row that is no vector of length 1")
    return Packed(checks.name(given["model"], "model"), whole, several)


def _bytes(value: object, field: str) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except ValueError:
        raise InvalidInput(field, "is not base64") from None


def _id(given: Mapping[str, Any], name: str) -> str | None:
    value = given.get(name)
    return None if value is None else checks.item_id(value, name)


def _scope(given: object) -> Scope:
    try:
        scope = Scope.from_json(given) if isinstance(given, Mapping) else None
    except TypeError:
        scope = None
    if scope is None or not scope.single:
        raise InvalidInput("scope", "must be an object of label names with one id each")
    return scope


def _only(given: Mapping[str, Any], allowed: Iterable[str], needed: Iterable[str]) -> None:
    if unknown := sorted(given.keys() - {"type", *allowed}):
        raise InvalidInput(f"{unknown[0]!r:.60}", f"is no field of a line of type {given['type']}")
    for name in needed:
        if name not in given:
            raise InvalidInput(name, "is missing")


class Manifest(NamedTuple):
    """What the first line of an export says of it."""

    model: str | None
    language: str | None


class Batch(NamedTuple):
    """Records that belong together, with their line numbers: of one `scope`, or receipts and rules (None)."""

    scope: Scope | None
    lines: tuple[tuple[int, Line], ...]


class Reader:
    """Reads an export from an open binary `file` once, batch by batch, and checks all of it; `name` is what errors call it.

    After the last batch, `digest` is what the lines add up to, which is also what the file says. Raises `InvalidInput`
    naming the line.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name, self.number, self.bytes = name, 0, 0
        self.digest = ""
        self._file, self._sum = file, hashlib.sha256()
        self._counts = {"version": 0, "vectors": 0, "sighting": 0, "use": 0, "receipt": 0, "policy": 0}
        self.vectors: set[str] = set()  # the models that vectors in the file come from
        self.dimensions: set[int] = set()
        self._waiting: list[dict[str, Any]] = []  # the line after a version, looked at for its vectors
        self._ahead: list[tuple[int, Line]] = []  # the record after a batch
        self.manifest = self._manifest()

    def batch(self) -> Batch | None:
        """Return the next records, or None at the end.

        What was written at once stays together: about a thousand lines, and as many more as have the same `known_from`.
        """
        lines, self._ahead = self._ahead, []
        while (found := self._record()) is not None:
            if lines and not _together(lines, found[1]):
                self._ahead = [found]
                break
            lines.append(found)
        return Batch(_place(lines[0][1]), tuple(lines)) if lines else None

    def _record(self) -> tuple[int, Line] | None:
        """Return the next record with its line number, None after the last."""
        given, number = self._line(), self.number
        if given.get("type") == "end":
            self._ended(given)
            self._waiting = [given]  # whoever asks again is told the same
            return None
        with self._telling(number):
            record = record_of(given)
        self._counts[given["type"]] += 1
        if isinstance(record, Past):
            following = self._line()
            if following.get("type") != "vectors":
                self._waiting = [following]
            else:
                with self._telling(self.number):
                    packed = packed_of(following, record)
                self.vectors.add(packed.model)
                self.dimensions.add(len(packed.whole) - 4)
                record = record._replace(vectors=packed)
                self._counts["vectors"] += 1
        return number, record

    def _line(self) -> dict[str, Any]:
        """Return the next line as a JSON object."""
        if self._waiting:
            return self._waiting.pop()
        line = self._file.readline(LONGEST + 1)
        self.number += 1
        self.bytes += len(line)
        if not line.endswith(b"\n"):
            if len(line) > LONGEST:
                raise self._wrong(f"is longer than {LONGEST:,} bytes, which no line of an export is")
            if not line.startswith(b'{"type": "end"'):
                raise self._wrong(
                    "is cut off: the file ends before its last line (type end); export it again"
                )
        try:
            given = parsed(line)
        except (ValueError, RecursionError) as error:
            problem = error if type(error) is ValueError else f"is no line of JSON in UTF-8 ({error})"
            raise self._wrong(str(problem)) from None
        if given.get("type") not in ("manifest", "end"):
            self._sum.update(line)
        return given

    def _manifest(self) -> Manifest:
        try:
            given = self._line()
        except InvalidInput:
            raise self._wrong(f"is no manifest, so the file is no export; it should say {FORMAT}") from None
        form = given.get("format")
        if given.get("type") != "manifest" or not isinstance(form, str):
            raise self._wrong(f"is no manifest, so the file is no export; it should say {FORMAT}")
        if form != FORMAT:
            raise self._wrong(
                f"the file is {form!r:.40}; this Holdfast reads {FORMAT}, so upgrade it or export again"
            )
        with self._telling(1):
            model, language = (checks.optional_name(given.get(one), one) for one in ("model", "language"))
        return Manifest(model, language)

    def _ended(self, given: Mapping[str, Any]) -> None:
        """Check what the last line says against what was read."""
        self.digest = f"sha256:{self._sum.hexdigest()}"
        names = {"vectors": "vectors", "policy": "policies"}
        counted = {names.get(name, f"{name}s"): count for name, count in self._counts.items()}
        said = {name: given.get(name, 0) for name in counted}
        if said != counted:
            raise self._wrong(
                f"counts {said}, but the file holds {counted}: lines were lost or added; export it again"
            )
        if given.get("digest") != self.digest:
            raise self._wrong(
                f"the digest is {given.get('digest')!r:.80}, but the lines add up to {self.digest}: "
                "they were changed since they were exported"
            )
        if self._file.read(1):
            raise self._wrong("is the end, but more follows")

    @contextlib.contextmanager
    def _telling(self, number: int) -> Iterator[None]:
        """Name the line in what is wrong with it."""
        try:
            yield
        except InvalidInput as error:
            raise DoesNotFit(f"{self.name}:{number}", str(error)) from None

    def _wrong(self, problem: str) -> DoesNotFit:
        return DoesNotFit(f"{self.name}:{self.number}", problem)


def _place(record: Line) -> Scope | None:
    match record:
        case Past(item):
            return item.scope
        case Seen(scope):
            return scope
    return None


def _together(lines: list[tuple[int, Line]], record: Line) -> bool:
    """Whether a record belongs to a batch as well."""
    if _place(lines[-1][1]) != _place(record) or len(lines) >= MOST_AT_ONCE:
        return False
    if len(lines) < BATCH or isinstance(record, Seen):
        return True
    last = next((one.item.known_from for _, one in reversed(lines) if isinstance(one, Past)), None)
    return isinstance(record, Past) and record.item.known_from == last
