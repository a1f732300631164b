"""A clock that moves only when told to, an embedding model made of word hashes, and a language model that says what it was
told to: for tests, and never for answers."""

from __future__ import annotations

import functools
import hashlib
import json
import random
import re
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from ..ports import Floats, Reply

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
_WORD = re.compile(r"\w+")


class FrozenClock:
    """A clock that stands still until it is moved, and UUIDv7 ids that the same `seed` gives again in the same order.

    Ids rise with every call, also when the clock is set back. Safe to share between threads.
    """

    def __init__(self, start: datetime = START, seed: int = 0) -> None:
        self._now = self._checked(start)
        self._random = random.Random(seed)
        self._last = 0
        self._lock = threading.Lock()

    @staticmethod
    def _checked(moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("a clock needs an aware datetime, for example datetime(2026, 1, 1, tzinfo=UTC)")
        return moment.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment the clock stands at."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Let the clock stand at an aware moment, earlier or later."""
        self._now = self._checked(moment)

    def advance(self, by: timedelta | None = None, **parts: float) -> datetime:
        """Move the clock by a timedelta, or by its parts (`advance(days=7)`; backwards if negative); return the new now."""
        self._now += by if by is not None else timedelta(**parts)
        return self._now

    def new_id(self) -> str:
        """Return the next UUIDv7 of this clock's seed."""
        with self._lock:
            milliseconds = (self._now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
            self._last = ticks = max(milliseconds * 4096, self._last + 1)
            tail = self._random.getrandbits(62)
        whole, fraction = divmod(ticks, 4096)
        return str(uuid.UUID(int=whole << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | tail))


class HashingEmbedder:
    """An embedding model that needs no weights: texts that share words have vectors that point the same way.

    Each word adds 1 or -1 at two places that its hash names. Deterministic on every machine, and fast.
    """

    def __init__(self, dimension: int = 64, name: str = "hashing") -> None:
        self.id = f"{name}-{dimension}"
        self.dimension = dimension
        self._places = functools.lru_cache(20_000)(self._hashed)

    def _hashed(self, word: str) -> tuple[tuple[int, float], ...]:
        mark = hashlib.blake2b(word.encode(), digest_size=8).digest()
        pairs = (int.from_bytes(mark[at : at + 4], "little") for at in (0, 4))
        return tuple(((pair >> 1) % self.dimension, 1.0 if pair & 1 else -1.0) for pair in pairs)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return (len(texts), dimension) float32 rows of length 1; a text without words points along the first axis."""
        vectors: Any = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.casefold()):
                for place, sign in self._places(word):
                    row[place] += sign
            if not row.any():
                row[0] = 1.0
            row /= np.sqrt(row @ row)
        return np.ascontiguousarray(vectors, np.float32)


class FakeModel:
    """A language model that gives `replies` in turn: texts, mappings as JSON, errors to raise, or a function of the text.

    After the last it proposes nothing. `asked` holds the texts it was given. Safe to share between threads.
    """

    def __init__(
        self, replies: Iterable[str | Mapping[str, Any] | Exception | Callable[[str], str]] = (), name: str = "fake"
    ) -> None:  # fmt: skip
        self.id = name
        self.asked: list[str] = []
        self._replies = iter(replies)
        self._lock = threading.Lock()

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the next reply; a token is counted for every word."""
        with self._lock:
            self.asked.append(text)
            given: Any = next(self._replies, {"memories": []})
        if isinstance(given, Exception):
            raise given
        if callable(given):
            given = given(text)
        said = given if isinstance(given, str) else json.dumps(given)
        return Reply(said, len(instructions.split()) + len(text.split()), len(said.split()))
