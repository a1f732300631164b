"""The verb that changes the embedding model of a whole store: reembed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from .. import checks
from ..errors import AccessDenied, DoesNotFit, InvalidInput, StoreError
from ..ports import Authorship, Embedder, SetVector, Vectors
from ..types import Reembedding
from .base import UNSET, Base, vectors_of

BATCH = 128  # texts that are embedded and written together
_FEW = 32  # texts whose vectors are made while writers wait
_ROUNDS = 4  # after which they wait for more: they write as fast as the model embeds


class Reembeds(Base):
    """The engine's verb for the model that all vectors come from."""

    async def reembed(
        self,
        to: Embedder | str | None = UNSET,
        *,
        batch: int = BATCH,
        cancel: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Reembedding:
        """Make all vectors anew with the model `to`, then change the store to it, and return what was done.

        `to` is what `Memory(embedder=...)` takes: "minilm", "openai:NAME", "ollama:NAME", an object with the port, or None
        or "none" for words alone. Everybody goes on searching and saving with the old model meanwhile; what they save is
        embedded too. The change is one transaction. From it on this memory and what was bound from it use the new model, and every other one
        that has the store open with the old model gets `ModelMismatch`.

        Every `batch` (1..10,000) of texts is kept once it is made, so a call that was stopped or killed is gone on with by
        the next one to the same model, in any process; of two at once the later goes on and the earlier ends with
        `ReembedConflict`. With `cancel` a change under way is dropped, and the old vectors are still there. `progress` is told how many
        texts of how many are done. For the unscoped `Memory` alone (`AccessDenied`). Raises `ReembedConflict` while a
        change to another model is under way, `EmbedderError`, `ConfigError`, `InvalidInput`.
        """
        if not self._caller.admin:
            raise AccessDenied("reembed changes everybody's vectors and exists only on the unscoped Memory")
        size = checks.count(batch, "batch", 1, 10_000)
        if cancel == (to is not UNSET):
            raise InvalidInput("to", "name the model to change to, or say cancel=True")
        io, vectors = self._parts.io, self._parts.store.vectors()
        if cancel:
            dropped = await io.store(vectors.cancel)
            if dropped is None:
                raise DoesNotFit("cancel", "no change of the embedding model is under way")
            return replace(dropped, state="cancelled")
        embedder = self._parts.opened(to)
        if embedder is not None:  # its dimension may be known from its first answer only
            await io.embed(embedder, ["dimension"])
        now = self._parts.clock.now()
        id, dimension = (None, 0) if embedder is None else (embedder.id, int(embedder.dimension))
        run, began = await io.store(vectors.begin, id, dimension, now)
        told = _Told(began, progress)
        try:
            await self._through(vectors, run, embedder, size, told)
        except BaseException:
            with contextlib.suppress(StoreError):  # writers go on by themselves, only later
                await io.store(vectors.pause, run, False)
            raise
        return replace(began, done=told.total, total=told.total, state="finished")

    async def _through(
        self, vectors: Vectors, run: str, embedder: Embedder | None, size: int, told: _Told
    ) -> None:
        """Make the vectors of all texts, those that are written meanwhile too, and switch."""
        io, embedding = self._parts.io, self._parts.embedding
        rounds = 0
        while embedder is not None:
            made = await self._missing(vectors, run, embedder, size, told)
            rounds += 1
            if rounds > 1 and (made <= _FEW or rounds > _ROUNDS):
                break
        embedding.coming, embedding.beside = embedder, None
        try:
            switched = False
            while not switched:
                await io.store(vectors.pause, run, True)
                if embedder is not None:
                    await self._missing(vectors, run, embedder, size, told)
                switched = await io.store(vectors.switch, run)
            embedding.now = embedder
        finally:
            embedding.coming = UNSET

    async def _missing(self, vectors: Vectors, run: str, embedder: Embedder, size: int, told: _Told) -> int:
        """Make the missing vectors, each scope's in turn, and return of how many texts."""
        parts, made, after = self._parts, 0, 0
        by = Authorship("reembed", self._caller.actor)
        while texts := await parts.io.store(vectors.texts, after, size):
            found = await vectors_of(texts, self._parts.io, embedder)
            writes = [SetVector(run, text.key, *two) for text, two in zip(texts, found, strict=True)]
            await parts.io.store(parts.store.apply, writes, by, parts.clock.now())
            made, after = made + len(texts), texts[-1].key
            told.add(len(texts))
        return made


class _Told:
    """How many texts have new vectors, of how many; what is written meanwhile joins both."""

    def __init__(self, began: Reembedding, progress: Callable[[int, int], None] | None) -> None:
        self.done, self.total, self._progress = began.done, began.total, progress

    def add(self, texts: int) -> None:
        """Count texts, and tell of them."""
        self.done += texts
        self.total = max(self.total, self.done)
        if self._progress is not None:
            self._progress(self.done, self.total)
