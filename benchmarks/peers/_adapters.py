"""The products that are compared, each behind the same four calls. Nothing of a product is imported before it is opened.

A fifth, `fill`, loads many texts at once where a product has a way to do so; what it stores is what `add` would store.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from holdfast.embedders import MiniLM

Found = list[tuple[str, str]]
AT_ONCE = 1_000


@dataclass(frozen=True)
class Entry:
    """One text of a user under a key; `at` (Unix seconds), `speaker`, `thread`, `turn` where the product may use them."""

    user: str
    key: str
    text: str
    at: float | None = None
    speaker: str | None = None
    thread: str | None = None
    turn: int | None = None
    kind: str = "fact"

    @property
    def time(self) -> datetime | None:
        """When it was said."""
        return None if self.at is None else datetime.fromtimestamp(self.at, UTC)

    @property
    def line(self) -> str:
        """The text with what is known of it before it, for products that have no field for it."""
        from holdfast.text import index_text

        return index_text(self.text, speaker=self.speaker, observed_at=self.time)


class Shipped:
    """Holdfast's shipped int8 MiniLM for every product: the same weights, the same vectors, and a note of the time spent.

    `known` are vectors made before, by `mark` of their text; other texts are embedded when asked for. `took` sums the
    seconds of all calls, with a product's own conversion where it goes through `rows`.
    """

    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self._model = MiniLM()
        self._known = known or {}
        self.id, self.dimension, self.took = self._model.id, self._model.dimension, 0.0

    def embed(self, texts: Sequence[str]) -> Any:
        """Return a float32 array of unit vectors, one row a text."""
        began = time.perf_counter()
        found = [self._known.get(mark(text)) for text in texts] if self._known else [None] * len(texts)
        new = [text for text, vector in zip(texts, found, strict=True) if vector is None]
        made = iter(self._model.embed(new)) if new else iter(())
        rows = [next(made) if vector is None else vector for vector in found]
        vectors = np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)
        self.took += time.perf_counter() - began
        return vectors

    def forget(self) -> None:
        """Drop the vectors that were made before."""
        self._known = {}

    def rows(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the vectors as lists of Python floats, as most products want them."""
        vectors = self.embed(texts)
        began = time.perf_counter()
        listed: list[list[float]] = vectors.tolist()
        self.took += time.perf_counter() - began
        return listed


def mark(text: str) -> str:
    """Return a short digest of a text, under which its vector is handed on."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Peer(ABC):
    """One product, opened on a folder; what is in the folder is found again."""

    synced = "yes"  # whether an acknowledged add has been through fsync: counted once with strace, see docs/benchmarks.md
    keeps = True  # whether another process finds what was added

    def __init__(self, folder: Path, embedder: Shipped) -> None:
        self.folder, self.embedder = folder, embedder
        self.open()

    @abstractmethod
    def open(self) -> None:
        """Import the product and open its store."""

    @abstractmethod
    def add(self, entry: Entry) -> None:
        """Add one text the way the product's manual does."""

    @abstractmethod
    def search(self, user: str, query: str, k: int) -> Found:
        """Return the user's best k as (user, key), best first."""

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add many."""
        for entry in entries:
            self.add(entry)

    @abstractmethod
    def close(self) -> None:
        """Let the store go."""


class Holdfast(Peer):
    """Holdfast: SQLite, a scope for each user."""

    def open(self) -> None:
        """Open one file."""
        from holdfast import Memory

        self._memory = Memory(f"sqlite:///{self.folder / 'store.db'}", embedder=self.embedder)

    def add(self, entry: Entry) -> None:
        """Save one memory."""
        self._memory.scoped(user=entry.user).save(**self._draft(entry))

    def fill(self, entries: Sequence[Entry]) -> None:
        """Save in transactions of at most 1,000."""
        users: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            users.setdefault(entry.user, []).append(self._draft(entry))
        for user, drafts in users.items():
            for part in _parts(drafts):
                self._memory.scoped(user=user).save_many(part)

    def search(self, user: str, query: str, k: int) -> Found:
        """Search one user's memories."""
        hits = self._memory.scoped(user=user).search(query, k=k)
        return [(str(hit.item.scope.to_json()["user"]), hit.item.metadata["key"]) for hit in hits]

    def close(self) -> None:
        """Close the file."""
        self._memory.close()

    @staticmethod
    def _draft(entry: Entry) -> dict[str, Any]:
        said = {
            "speaker": entry.speaker,
            "observed_at": entry.time,
            "thread": entry.thread,
            "turn": entry.turn,
        }
        return {"text": entry.text, "kind": entry.kind, "metadata": {"key": entry.key}, **said}


class Mem0(Peer):
    """mem0's own Memory with infer=False: one store, users told apart by user_id."""

    store = "qdrant"

    def settings(self) -> dict[str, Any]:
        """Return the settings of the vector store."""
        return {
            "collection_name": "memories", "embedding_model_dims": self.embedder.dimension,
            "path": str(self.folder / "qdrant"), "on_disk": True,
        }  # fmt: skip

    def open(self) -> None:
        """Open mem0 as its manual does, then put our embedder in the place of the one it made."""
        from mem0 import Memory

        logging.getLogger("mem0").setLevel(logging.ERROR)
        self._memory = Memory.from_config({
            "vector_store": {"provider": self.store, "config": self.settings()},
            "history_db_path": str(self.folder / "history.db"),
        })  # fmt: skip
        self._memory.embedding_model = Embedding(self.embedder)

    def add(self, entry: Entry) -> None:
        """Add one text as it is."""
        metadata = {"key": entry.key} | ({"said_at": entry.time.isoformat()} if entry.time else {})
        self._memory.add(entry.line, user_id=entry.user, metadata=metadata, infer=False)

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add one by one through mem0, and hand the vector store what mem0 made in parts of 1,000.

        The history is not synced meanwhile: four syncs a text would only make the filling, which is not timed, longer.
        """
        self._memory.db.connection.execute("PRAGMA synchronous = OFF")
        with self._gathered() as part:
            for entry in entries:
                self.add(entry)
                if len(part) >= AT_ONCE:
                    self._hand_over(part)
            self._hand_over(part)
        self._memory.db.connection.execute("PRAGMA synchronous = FULL")

    def search(self, user: str, query: str, k: int) -> Found:
        """Search; no result is dropped for its score."""
        found = self._memory.search(query, filters={"user_id": user}, top_k=k, threshold=0.0)["results"]
        return [(one["user_id"], one["metadata"]["key"]) for one in found]

    def close(self) -> None:
        """Close the history, and the store where it has a way to be closed."""
        self._memory.close()
        client = getattr(self._memory.vector_store, "client", None)
        if hasattr(client, "close"):
            client.close()

    @contextmanager
    def _gathered(self) -> Iterator[list[tuple[Any, Any, Any]]]:
        part: list[tuple[Any, Any, Any]] = []
        self._insert = self._memory.vector_store.insert
        self._memory.vector_store.insert = lambda vectors, payloads=None, ids=None: part.append(
            (vectors[0], payloads[0], ids[0])
        )
        try:
            yield part
        finally:
            del self._memory.vector_store.insert

    def _hand_over(self, part: list[tuple[Any, Any, Any]]) -> None:
        if part:
            vectors, payloads, ids = (list(column) for column in zip(*part, strict=True))
            self._insert(vectors=vectors, payloads=payloads, ids=ids)
            part.clear()


class Mem0Words(Mem0):
    """mem0 on Qdrant with the keyword half of its search, which needs fastembed's BM25.

    fastembed fetches a stopword list from a hub; here it is given one (`STOPWORDS`), and fetches nothing.
    """

    def open(self) -> None:
        """Open mem0 and give its Qdrant store the encoder it would have loaded."""
        from fastembed import SparseTextEmbedding

        super().open()
        self._memory.vector_store._bm25_encoder = SparseTextEmbedding(
            "Qdrant/bm25", specific_model_path=str(self.folder), stopwords=set(STOPWORDS.split())
        )


class Mem0Chroma(Mem0):
    """mem0 on Chroma."""

    store = "chroma"

    def settings(self) -> dict[str, Any]:
        """Return the settings of the vector store."""
        return {"collection_name": "memories", "path": str(self.folder / "chroma")}


class Mem0Faiss(Mem0):
    """mem0 on FAISS: the index and the texts are two files, written anew by every add."""

    store, synced = "faiss", "no"

    def settings(self) -> dict[str, Any]:
        """Return the settings of the vector store."""
        return {
            "collection_name": "memories", "embedding_model_dims": self.embedder.dimension,
            "path": str(self.folder / "faiss" / "index"),
        }  # fmt: skip


class Embedding:
    """The shipped model in the form of a mem0 embedder."""

    def __init__(self, embedder: Shipped) -> None:
        self._embedder = embedder

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        """Return a text's vector."""
        return self._embedder.rows([text])[0]

    def embed_batch(self, texts: Sequence[str], memory_action: str | None = None) -> list[list[float]]:
        """Return the vectors of several texts."""
        return self._embedder.rows(texts)


class LangGraph(Peer):
    """LangGraph's InMemoryStore: a namespace for each user, nothing on disk."""

    synced, keeps = "no disk", False

    def open(self) -> None:
        """Make an empty store."""
        from langgraph.store.memory import InMemoryStore

        self._store = InMemoryStore(
            index={"dims": self.embedder.dimension, "embed": self.embedder.rows, "fields": ["text"]}
        )

    def add(self, entry: Entry) -> None:
        """Put one item."""
        self._store.put(("memories", entry.user), entry.key, self._value(entry))

    def fill(self, entries: Sequence[Entry]) -> None:
        """Put 1,000 in one batch."""
        from langgraph.store.base import PutOp

        for part in _parts(entries):
            self._store.batch([PutOp(("memories", one.user), one.key, self._value(one)) for one in part])

    def search(self, user: str, query: str, k: int) -> Found:
        """Search one namespace."""
        found = self._store.search(("memories", user), query=query, limit=k)
        return [(item.namespace[1], item.key) for item in found]

    def close(self) -> None:
        """Nothing to close."""

    @staticmethod
    def _value(entry: Entry) -> dict[str, Any]:
        return {"text": entry.line} | ({"said_at": entry.time.isoformat()} if entry.time else {})


class Chroma(Peer):
    """Chroma: one persistent collection, users told apart by metadata, our vectors passed in."""

    def open(self) -> None:
        """Open the collection."""
        import chromadb
        from chromadb.config import Settings

        client = chromadb.PersistentClient(
            str(self.folder / "chroma"), settings=Settings(anonymized_telemetry=False)
        )
        self._collection = client.get_or_create_collection(
            "memories", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )

    def add(self, entry: Entry) -> None:
        """Add one document."""
        self._add([entry])

    def fill(self, entries: Sequence[Entry]) -> None:
        """Add 1,000 at once."""
        for part in _parts(entries):
            self._add(part)

    def search(self, user: str, query: str, k: int) -> Found:
        """Query with a filter on the user."""
        found = self._collection.query(
            query_embeddings=self.embedder.rows([query]), n_results=k, where={"user": user}
        )
        return [(one["user"], one["key"]) for one in found["metadatas"][0]]

    def close(self) -> None:
        """Nothing to close: every add is on disk."""

    def _add(self, entries: Sequence[Entry]) -> None:
        said = [{"said_at": one.time.isoformat()} if one.time else {} for one in entries]
        self._collection.add(
            ids=[str(uuid.uuid4()) for _ in entries],
            embeddings=self.embedder.rows([one.line for one in entries]),
            documents=[one.line for one in entries],
            metadatas=[
                {"user": one.user, "key": one.key, **more} for one, more in zip(entries, said, strict=True)
            ],
        )


class ModelAlone(Peer):
    """No product at all: what the embedding model alone costs to start and to hold."""

    synced, keeps = "", False

    def open(self) -> None:
        """Nothing to open."""

    def add(self, entry: Entry) -> None:
        """Nothing to add to."""

    def search(self, user: str, query: str, k: int) -> Found:
        """Embed the query."""
        self.embedder.embed([query])
        return [(user, "")]

    def close(self) -> None:
        """Nothing to close."""


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))


# In the place of the list that fastembed would fetch.
STOPWORDS = (
    "a about above after again against all am an and any are as at be because been before being below between both "
    "but by can could did do does doing down during each few for from further had has have having he her here hers "
    "herself him himself his how i if in into is it its itself just me more most my myself no nor not now of off on "
    "once only or other our ours ourselves out over own same she should so some such than that the their theirs them "
    "themselves then there these they this those through to too under until up very was we were what when where which "
    "while who whom why will with would you your yours yourself yourselves"
)
PEERS: dict[str, type[Peer]] = {
    "Holdfast": Holdfast,
    "mem0, Qdrant": Mem0,
    "mem0, Qdrant + BM25": Mem0Words,
    "mem0, Chroma": Mem0Chroma,
    "mem0, FAISS": Mem0Faiss,
    "LangGraph in memory": LangGraph,
    "Chroma": Chroma,
    "model alone": ModelAlone,
}
