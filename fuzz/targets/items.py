"""The arguments of `save`, `save_many` and `update`: a list of JSON objects, as a tool or a server would hand them on."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, scalars, texts, writing
from holdfast import MemoryItem
from holdfast.testing.oracle import same

SEEDS = [
    b'[{"text": "The port is 1", "slot": "server.port", "value": 1, "tags": ["x"]}, {"text": "The port is 2", "slot": "server.port", "value": 2, "valid_from": "2025-01-01T00:00:00Z"}]',
    b'[{"text": "\\u202etea \\ud83d\\ude00", "kind": "episode", "speaker": "Ada", "thread": "t", "turn": 0, "observed_at": "2026-01-01T00:00:00+00:00", "metadata": {"a": {"b": [1, null]}}}]',
    b'[{"text": "a", "idempotency_key": "k", "source": {"actor": "bot", "trust": "tool", "message_ids": ["m"]}}, {"text": "b", "idempotency_key": "k"}]',
    b'[{"text": "a", "slot": " Server . PORT", "value": {"a": 1}, "expires_at": "2027-01-01T00:00:00Z", "valid_to": "2026-06-01T00:00:00Z", "importance": 0, "confidence": 1}]',
]  # fmt: skip
_KEYS = frozenset(
    "text kind slot value tags metadata importance confidence speaker thread turn observed_at valid_from valid_to expires_at source scope idempotency_key".split()
)
_UPDATED = _KEYS & frozenset("text value tags slot kind metadata importance expires_at".split())


def check(given: bytes) -> None:
    """Save each, update each with the one after it, save all at once: refused means nothing written."""
    read = loaded(given)
    if not isinstance(read, list):
        return
    wanted = [one for one in read if isinstance(one, dict)][:8]
    with opened() as memory:
        ada = memory.scoped(user="ada")
        for n, one in enumerate(wanted):
            known: dict[str, Any] = {name: one[name] for name in one if name in _KEYS}
            with writing(memory):
                item = ada.save(**{"text": "", **known})
                assert MemoryItem.from_json(item.to_json()) == item
                # A value that belongs to the past is told as active by the write and as superseded by every reading.
                same(item, ada.get(item.id), "state")
                following = wanted[(n + 1) % len(wanted)]
                with writing(memory):
                    changes = {name: following[name] for name in following if name in _UPDATED}
                    ada.update(item.id, reason="another", **changes)
        with writing(memory):
            ada.save_many(read)
        for one in ada.list(limit=1_000).items:
            ada.history(one.id)


def inputs() -> st.SearchStrategy[bytes]:
    """Arguments of which most fit and some do not."""
    time = st.one_of(
        st.sampled_from(["2026-01-01T12:00:00Z", "2025-06-01T00:00:00+14:00", "2030-01-01T00:00:00Z"]),
        scalars,
    )
    optional = {
        "kind": st.one_of(st.sampled_from(["fact", "preference", "episode", "procedure", "working"]), texts),
        "slot": st.one_of(st.sampled_from(["server.port", "bob.hobby", "a..b"]), texts), "value": st.one_of(scalars, anything),
        "tags": st.one_of(st.lists(texts, max_size=3), anything), "metadata": st.one_of(st.dictionaries(texts, anything, max_size=2), anything),
        "importance": scalars, "confidence": scalars, "speaker": texts, "thread": texts, "turn": scalars, "observed_at": time,
        "valid_from": time, "valid_to": time, "expires_at": time, "source": st.one_of(st.fixed_dictionaries({}, optional={
            "actor": texts, "role": texts, "ref": texts, "message_ids": anything, "lineage": anything, "trust": texts}), anything),
        "idempotency_key": st.sampled_from(["k", "l"]), "scope": st.one_of(st.lists(texts, max_size=2), anything),
    }  # fmt: skip
    one = st.fixed_dictionaries({"text": st.one_of(texts, texts, scalars)}, optional=optional)
    few = st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({"text": texts, **{name: optional[name] for name in names}})
    )
    return st.lists(st.one_of(few, few, one, anything), min_size=1, max_size=4).map(dumped)
