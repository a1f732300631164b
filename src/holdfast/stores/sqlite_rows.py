"""How a memory becomes a row and back, and what is committed to in the chain.

Times are whole microseconds since 1970 in UTC, ids 16 bytes. Fields that no query needs as a column are compact JSON in
`body`, in which a field at its default is left out.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import itertools
import json
import struct
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import checks
from ..ports import Authorship, Entry, Floats, Reach
from ..types import Change, MemoryItem, Scope, Source, State

if TYPE_CHECKING:
    from numpy.typing import NDArray


FOREVER = 2**62
# A column a row is read back from, in the order `item_of` takes them; `v` is versions, `c` closed, `s` scopes.
_STORED = (
    "v.key, v.item_id, v.version, v.known_from, v.kind, v.state, v.text, v.slot, v.speaker, v.thread, v.turn, v.observed_at, "
    "v.valid_from, v.valid_to, v.expires_at, v.body, c.known_to, s.labels, "
)
_SIGHTINGS = "SELECT count(*) FROM sightings g WHERE g.item_id = v.item_id AND g.scope_id = v.key >> 32"
COLUMNS = f"{_STORED} ({_SIGHTINGS})"
_COLUMNS_THEN = f"{_STORED} ({_SIGHTINGS} AND g.seen_at <= ?)"
# A memory's current version is the open one that is true now (twice the present as parameter), else the one that begins last.
CURRENT_FIRST = (
    "(v.valid_from <= ? AND (v.valid_to IS NULL OR v.valid_to > ?)) DESC, v.valid_from DESC, v.version DESC"
)


def _held_since(scope: str) -> str:
    """Return SQL for since when a scope, given as SQL for its number, has been under holds without a gap; NULL where it is under none.

    What one hold kept until another was placed has not expired for that one either, also once the first is released.
    """
    return (
        "(WITH t AS (SELECT h.*, max(h.gone) OVER (ORDER BY h.at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM ("
        "SELECT p.policy_id AS at, p.set_at, coalesce((SELECT min(n.policy_id) FROM policies n WHERE n.name = p.name AND n.policy_id > "
        f"p.policy_id), {FOREVER}) AS gone FROM policies p JOIN scopes x ON x.scope_id = {scope} WHERE p.rule = 'hold' AND "
        "p.body IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(p.labels) l WHERE json_extract(x.labels, '$.\"' || l.key || '\"') "
        "IS NOT l.value)) h) SELECT min(set_at) FROM t WHERE at >= (SELECT max(at) FROM t WHERE before IS NULL OR before < at) "
        f"AND EXISTS (SELECT 1 FROM t WHERE gone = {FOREVER}))"
    )


def lasts(end: str) -> str:
    """Return SQL for whether what ends then, given as SQL, has not expired by a moment (its parameter): for what a hold keeps, time
    stands still. Holds are looked for only where the end has passed."""
    return f"({end} > ? OR {end} > coalesce({_held_since('v.key >> 32')}, {FOREVER}))"


# A memory expires as a whole, by its latest version: extending it extends its past, and what has expired leaves no trace.
KEPT = (
    f"(v.expires_at IS NULL AND c.key IS NULL OR EXISTS (SELECT 1 FROM (SELECT max(coalesce(w.expires_at, {FOREVER})) AS ends "
    "FROM versions w LEFT JOIN closed d ON d.key = w.key WHERE w.item_id = v.item_id AND w.key >> 32 = v.key >> 32 "
    f"AND d.key IS NULL) e WHERE {lasts('e.ends')}))"
)
# At most so many rows. For a plain parameter a later SQLite (3.53 does, 3.40 does not) plans the statement anew at every call.
LIMIT = "LIMIT ? + 0"
INSERT = (
    "INSERT INTO versions (key, item_id, version, known_from, kind, state, text, slot, speaker, thread, turn, observed_at, "
    "valid_from, valid_to, expires_at, twin, entry, closes, body, verb, actor, reason, salt, commitment, mac, key_id) "
    "VALUES (" + ", ".join("?" * 26) + ")"
)
_decoded = (
    json.JSONDecoder().raw_decode
)  # what json.loads does but for looking for space around it, which we never write
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_marked = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SOURCE = tuple((one.name, one.default) for one in fields(Source))
DAY = 86_400_000_000  # microseconds
KEY_LIFE = 7 * DAY  # an idempotency key is kept this many microseconds


def columns(known: int | None) -> tuple[str, list[Any]]:
    """Return the columns of a row, with their parameters: a memory was seen as often as was known by then (None: by now)."""
    return (COLUMNS, []) if known is None else (_COLUMNS_THEN, [known])


def micros(moment: datetime | None) -> int | None:
    """Return a moment as whole microseconds since 1970."""
    return None if moment is None else (moment - EPOCH) // _MICROSECOND


def moment(stored: int | None) -> datetime | None:
    """Return the moment that `micros` gave."""
    return None if stored is None else EPOCH + timedelta(0, 0, stored)


def at(stored: int) -> datetime:
    """Return the moment that `micros` gave, which is not None."""
    return EPOCH + timedelta(microseconds=stored)


@functools.lru_cache(maxsize=4_096)
def labels_key(scope: Scope) -> str:
    """Return a scope's labels as canonical JSON, the form it is looked up by."""
    return _sorted(scope.to_json())


def id_bytes(id: str) -> bytes:
    """Return the 16 bytes of an id in its one form, in a third of the time of `uuid.UUID`."""
    return bytes.fromhex(id.replace("-", ""))


def body_of(item: MemoryItem) -> str:
    """Return the fields without a column as compact JSON, in a fixed order."""
    optional = {
        "tags": item.tags,
        "metadata": item.metadata,
        "supersedes": item.supersedes,
        "superseded_by": item.superseded_by,
        "conflicts_with": item.conflicts_with,
        "owner": item.owner,
        "explicit_time": item.explicit_time,
    }
    body: dict[str, Any] = {name: value for name, value in optional.items() if value}
    if item.value is not None:
        body["value"] = item.value
    body |= {"importance": item.importance, "confidence": item.confidence, "source": item.source.to_json()}
    return _sorted(body)


def item_of(row: Sequence[Any], valid: int) -> MemoryItem:
    """Return the memory of a row of `COLUMNS`; `valid` decides whether an ended one counts as superseded."""
    (
        _,
        item_id,
        version,
        known_from,
        kind,
        state,
        text,
        slot,
        speaker,
        thread,
        turn,
        observed,
        valid_from,
        valid_to,
        expires,
        body,
        known_to,
        labels,
        sightings,
    ) = row
    rest = _decoded(body)[0]
    source = rest.pop("source")
    rest["metadata"] = checks.Frozen(rest.get("metadata", ()))
    rest["tags"], rest["conflicts_with"] = tuple(rest.get("tags", ())), tuple(rest.get("conflicts_with", ()))
    state = state_at(valid, state, valid_to, rest.get("superseded_by"))
    return MemoryItem(
        id=checks.hyphened(item_id.hex()),
        version=version,
        text=text,
        kind=kind,
        scope=scope_of(labels),
        slot=slot,
        speaker=speaker,
        thread=thread,
        turn=turn,
        observed_at=None if observed is None else moment(observed),
        source=_source(source),
        valid_from=moment(valid_from),
        valid_to=None if valid_to is None else moment(valid_to),
        known_from=moment(known_from),
        known_to=None if known_to is None else moment(known_to),
        expires_at=None if expires is None else moment(expires),
        state=state,
        sightings=1 + sightings,
        **rest,
    )


def change_of(row: Sequence[Any], valid: int) -> Change:
    """Return the change of a row of `COLUMNS` and who made it: its verb, its actor, the reason."""
    *item, verb, actor, reason = row
    made = item_of(item, valid)
    return Change(made, verb, made.known_from or datetime.max, actor, reason)


def lasting(item: MemoryItem) -> bool:
    """Whether the same item may be given to several callers, at any moment: it says the same at all of them, and nothing in it can
    be changed by who holds it."""
    inner = (item.value, *item.metadata.values())
    return item.valid_to is None and not any(isinstance(one, dict | list) for one in inner)


@functools.lru_cache(maxsize=4_096)
def wanted(scope: Scope) -> tuple[str, ...]:
    """Return the keys of every item scope that a caller with this scope can see."""
    return tuple(labels_key(one) for one in scope.subsets())


def scopes_in(reach: Reach) -> tuple[str, Sequence[Any]]:
    """Return the question for the scopes in reach, in the order of their labels, and its parameters."""
    columns = (
        f"SELECT scope_id, labels, position, epoch, last_known, {_held_since('s.scope_id')} FROM scopes s"
    )
    if reach.under is not None:
        names = reach.under.to_json()
        tests = "".join(f" AND json_extract(labels, '$.\"{name}\"') = ?" for name in names)
        # A scope that was erased as a whole has a name in place of its labels.
        return f"{columns} WHERE labels GLOB '{{*'{tests} ORDER BY labels", list(names.values())
    if reach.exactly is None:
        labels = wanted(reach.visible or Scope.shared())
    else:
        labels = tuple(labels_key(scope) for scope in reach.exactly)
    return f"{columns} WHERE labels IN ({','.join('?' * len(labels))}) ORDER BY labels", labels


@functools.lru_cache(maxsize=4_096)
def scope_of(labels: str) -> Scope:
    """Return the scope that `labels_key` gave the key of."""
    return Scope.from_json(json.loads(labels))


def _source(stored: dict[str, Any]) -> Source:
    """Return a source as it was stored: checked when it was written, so not again at every read."""
    made = object.__new__(Source)
    for name, default in _SOURCE:
        value = stored.get(name, default)
        object.__setattr__(made, name, tuple(value) if isinstance(value, list) else value)
    return made


def twin_of(item: MemoryItem, term_key: bytes) -> int | None:
    """Return the keyed 63-bit mark that the same text, kind, slot and value share; None for an episode."""
    if item.kind == "episode":
        return None
    parts = _marked([item.kind, item.slot, item.value, item.text])
    mark = hashlib.blake2b(parts.encode(), digest_size=8, key=term_key).digest()
    return int.from_bytes(mark, "little") >> 1


def commitment(row: Sequence[Any], salt: bytes) -> bytes:
    """Return what the chain binds: a salted hash over every field of the row, so erased text cannot be guessed from it."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in row]
    encoded = _encoded(plain).encode()
    return hashlib.blake2b(encoded, digest_size=32, key=salt, person=b"holdfast-commit").digest()


def chained(secret: bytes, before: bytes, key: int, committed: bytes) -> bytes:
    """Return the HMAC of a version: over the one before it in its scope, its place and its commitment."""
    return hmac.digest(secret, before + key.to_bytes(8, "big") + committed, "sha256")


def state_at(valid: int, state: State, valid_to: int | None, superseded_by: str | None) -> State:
    """Return the state of a version at a moment, of what is stored of it."""
    ended = state == "active" and superseded_by is not None and valid_to is not None and valid_to <= valid
    return "superseded" if ended else state


def stored_state(item: MemoryItem) -> State:
    """Return an item's state as it is stored: that it is superseded follows from its times when it is read."""
    return "active" if item.state == "superseded" else item.state


def row_of(
    item: MemoryItem,
    *,
    key: int,
    known_from: int,
    twin: int | None,
    entry: int,
    closes: str | None,
    by: Authorship,
) -> list[Any]:
    """Return the committed columns of a version, in the order of `INSERT` up to `reason`."""
    return [
        key,
        id_bytes(item.id),
        item.version,
        known_from,
        item.kind,
        stored_state(item),
        item.text,
        item.slot,
        item.speaker,
        item.thread,
        item.turn,
        micros(item.observed_at),
        micros(item.valid_from),
        micros(item.valid_to),
        micros(item.expires_at),
        twin,
        entry,
        closes,
        body_of(item),
        by.verb,
        by.actor,
        by.reason,
    ]


def pack_terms(entry: Entry, hashes: dict[str, int], term_key: bytes) -> bytes:
    """Return an entry's terms as little-endian 64-bit words, 48 bits of keyed hash over 16 bits of count.

    `hashes` caches term to hash. Keyed hashes leave no dictionary of words behind when a text is erased.
    """
    words = [
        (hashes.get(term) or hash_term(term, hashes, term_key)) | min(count, 0xFFFF)
        for term, count in entry.terms.items()
    ]
    words.sort()
    return struct.pack(f"<{len(words)}Q", *words)


def hash_term(term: str, hashes: dict[str, int], term_key: bytes) -> int:
    """Return the term's keyed hash in the upper 48 bits of a 64-bit word."""
    known = hashes.get(term)
    if known is None:
        if len(hashes) > 200_000:
            hashes.clear()
        mark = hashlib.blake2b(term.encode(), digest_size=6, key=term_key).digest()
        known = hashes[term] = int.from_bytes(mark, "little") << 16
    return known


def pack_vectors(texts: Sequence[tuple[Floats, Floats | None]]) -> list[tuple[bytes, bytes | None]]:
    """Return each text's vector, and those of its sentences where it has any, as packed rows (see `quantise`)."""
    vectors: list[Floats] = []
    ends = [0]
    for whole, sentences in texts:
        vectors.append(whole[None])
        if sentences is not None and len(sentences):
            vectors.append(sentences)
        ends.append(ends[-1] + 1 + (0 if sentences is None else len(sentences)))
    packed = quantise(np.concatenate(vectors))
    return [
        (packed[start].tobytes(), packed[start + 1 : end].tobytes() or None)
        for start, end in itertools.pairwise(ends)
    ]


def quantise(vectors: Floats) -> NDArray[np.uint8]:
    """Return rows of a little-endian float32 scale and int8 components: (n, 4 + d) bytes; recall@10 .98-.99 of float32."""
    scale = np.abs(vectors).max(axis=1, keepdims=True).astype("<f4") / np.float32(127)
    packed = np.empty((len(vectors), 4 + vectors.shape[1]), np.uint8)
    packed[:, :4] = scale.view(np.uint8)
    scale[scale == 0] = 1
    packed[:, 4:] = np.rint(vectors / scale).astype(np.int8).view(np.uint8)
    return packed
