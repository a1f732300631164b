"""The embedding model that ships with Holdfast: all-MiniLM-L6-v2 as int8 ONNX, on the CPU, without a network.

Why this model, and its traps: docs/decisions/0001-embedding-model.md. The file is made by scripts/build_model.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from .away import away
from .errors import EmbedderError, InvalidInput
from .ports import Floats, Ints

MODELS = Path(__file__).parent / "models"
MOST_TOKENS = 256  # with [CLS] and [SEP]; the length the model was made for
OVERLAP = 32  # tokens a window shares with the one before, so that no phrase is only seen cut in two
MOST_THREADS = 8
CACHED = 1_024
CLS, SEP = 101, 102


class MiniLM:
    """The shipped sentence model: text in, unit vector of 384 numbers out; English first.

    Each text is one run at its exact length, spread over `threads` (default: the CPUs this process may use, at most
    8). A text's vector therefore depends on nothing but the text, to the bit, on one machine. Another CPU may round
    the last digits differently. A text of more than 254 tokens is embedded in overlapping windows; their vectors are
    averaged by token count, so nothing is cut off. A text with no tokens (empty, only control characters) has the
    vector of the empty text, of length 1 like every other.

    `model` is another file made by scripts/build_model.py (the fp32 one); the id tells the files apart. The files are
    checked here, the model is loaded by the first call. Safe to share between threads, and usable after a fork.
    Raises EmbedderError for a missing or damaged file.
    """

    dimension: int = 384
    latin_only = True  # of other scripts it sees little more than unknown pieces

    def __init__(self, model: str | Path | None = None, *, threads: int | None = None) -> None:
        if threads is not None and threads < 1:
            raise InvalidInput("threads", f"must be at least 1, not {threads}")
        shipped = _read_shipped()
        self._path = MODELS / shipped["model"] if model is None else Path(model)
        digest = _digest(self._path)
        if model is None and digest != shipped["model_sha256"]:
            raise EmbedderError(
                f"{self._path} is damaged (its digest is {digest[:8]}); install holdfast again"
            )
        self._tokenizer_sha256: str = shipped["tokenizer_sha256"]
        if _digest(MODELS / "tokenizer.json") != self._tokenizer_sha256:
            raise EmbedderError(f"{MODELS / 'tokenizer.json'} is damaged; install holdfast again")
        self.id: str = f"{self._path.stem}@{digest[:8]}"
        self._threads = threads or min(_cpus(), MOST_THREADS)
        self._closed = False
        self._left_to_parent: list[Any] = []
        self._start_empty()
        _alive.add(self)

    def _start_empty(self) -> None:
        self._lock = threading.Lock()
        self._tokenizer: Any = None
        self._session: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._cache: OrderedDict[bytes, Floats] = OrderedDict()

    def _after_fork(self) -> None:
        # The parent's threads are gone here and may have held a lock inside the session. Neither use nor destroy it.
        self._left_to_parent.append((self._session, self._pool))
        self._start_empty()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return the texts' vectors: C-contiguous float32 (len(texts), 384), rows of length 1, in the order given.

        The vectors of the last 1,024 texts asked for alone (queries) are remembered, by digest, not by text.
        The array is the caller's own. Raises EmbedderError when the model cannot be loaded, fails, or is closed.
        """
        if isinstance(texts, str):
            raise InvalidInput("texts", "is one string; pass a list of texts")
        if len(texts) != 1:
            return self._compute([_clean(text) for text in texts])
        text = _clean(texts[0])
        key = hashlib.blake2b(text.encode(), digest_size=16).digest()
        with self._lock:
            known = self._cache.get(key)
            if known is not None:
                self._cache.move_to_end(key)
                return known.copy()
        vector = self._compute([text])
        with self._lock:
            self._cache[key] = vector.copy()
            if len(self._cache) > CACHED:
                self._cache.popitem(last=False)
        return vector

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the shipped tokenizer makes of the text: all of it, without [CLS] and [SEP]."""
        return len(self._tokens(_clean(text)))

    def close(self) -> None:
        """Let the model and its threads go; texts under way are finished, later calls raise EmbedderError."""
        with self._lock:
            pool, self._pool, self._session, self._closed = self._pool, None, None, True
            self._cache.clear()
        if pool is not None:
            pool.shutdown()

    def _compute(self, texts: list[str]) -> Floats:
        session, pool = self._load()
        windows = [_windows(self._tokens(text)) for text in texts]

        def run(ids: Ints) -> Floats:
            vector: Floats = session.run(None, {"input_ids": ids})[0]
            return vector

        flat = [ids for group in windows for ids in group]
        if pool is not None:  # there is a processor for whoever waits
            away()
        if pool is None or len(flat) < 2:
            rows = [run(ids) for ids in flat]
        else:
            try:
                rows = list(pool.map(run, flat))
            except RuntimeError as error:
                if not self._closed:  # else the pool was shut down between _load and here
                    raise
                raise EmbedderError("the embedder was closed during this call; make a new one") from error
        vectors = np.empty((len(texts), self.dimension), np.float32)
        at = 0
        for i, group in enumerate(windows):
            vectors[i] = _average(rows[at : at + len(group)], group)
            at += len(group)
        if not np.isfinite(vectors).all():
            raise EmbedderError(
                f"{self._path} gave a vector that is not finite; build or install the model again"
            )
        return vectors

    def _tokens(self, text: str) -> list[int]:
        if self._tokenizer is None:
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(MODELS / "tokenizer.json"))
            # "[SEP]" inside a text is text, not a command to the model.
            tokenizer.encode_special_tokens = True
            self._tokenizer = tokenizer
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def _load(self) -> tuple[Any, ThreadPoolExecutor | None]:
        with self._lock:
            if self._closed:
                raise EmbedderError("the embedder is closed; make a new one")
            if self._session is None:
                self._session = _open_session(self._path, self._tokenizer_sha256)
                if self._threads > 1:
                    self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="holdfast-embed")
            return self._session, self._pool


_alive: weakref.WeakSet[MiniLM] = weakref.WeakSet()


def _reset_all_after_fork() -> None:
    for embedder in list(_alive):
        embedder._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    os.register_at_fork(after_in_child=_reset_all_after_fork)


def _read_shipped() -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads((MODELS / "fidelity.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EmbedderError(f"cannot read {MODELS / 'fidelity.json'}; install holdfast again") from error
    return report


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderError(f"cannot read the model file {path}: {error.strerror}") from error


def _cpus() -> int:
    # The affinity mask knows of `taskset` and container CPU sets; it exists on Linux only.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _may_overflow() -> bool:
    """Say whether 8-bit products may overflow on this CPU: x86 without VNNI, or x86 whose flags cannot be read.

    Source: onnxruntime_session_options_config_keys.h, kOrtSessionOptionsAvx2PrecisionMode.
    """
    if platform.machine().lower() not in {"x86_64", "amd64", "i686", "x86"}:
        return False
    try:
        info = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    return not {"avx512_vnni", "avx_vnni"} & set(info.split())


def _open_session(path: Path, tokenizer_sha256: str) -> Any:
    """Load the model for single-threaded runs; check that it belongs to the tokenizer."""
    import onnxruntime
    from onnxruntime.capi import onnxruntime_pybind11_state as states

    onnxruntime.disable_telemetry_events()  # on by default in the Windows builds
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it plans memory for one fixed length; every text here has its own
    options.log_severity_level = 3
    # Exact products cost half as much time again, so only CPUs that would otherwise overflow pay for them.
    options.add_session_config_entry("session.x64quantprecision", "1" if _may_overflow() else "0")
    broken = (
        states.Fail,
        states.InvalidArgument,
        states.InvalidGraph,
        states.InvalidProtobuf,
        states.NotImplemented,
        states.RuntimeException,
    )
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except broken as error:
        raise EmbedderError(f"{path} is not a model that ONNX Runtime can load; build it again") from error
    if session.get_modelmeta().custom_metadata_map.get("tokenizer_sha256") != tokenizer_sha256:
        raise EmbedderError(f"{path} was not built for this tokenizer; build it with scripts/build_model.py")
    return session


def _clean(text: str) -> str:
    """Return the text as valid Unicode: halves of a surrogate pair are joined, lone ones replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _windows(tokens: list[int]) -> list[Ints]:
    """Cut token ids into overlapping windows, each with [CLS] and [SEP] around it; at least one, maybe empty."""
    room = MOST_TOKENS - 2
    starts = range(0, max(len(tokens) - OVERLAP, 1), room - OVERLAP) if len(tokens) > room else range(1)
    return [np.array([CLS, *tokens[at : at + room], SEP], dtype=np.int64) for at in starts]


def _average(rows: list[Floats], windows: list[Ints]) -> Floats:
    """Return the unit vector of one text: its window's, or the mean of its windows' by their token counts."""
    if len(rows) == 1:
        return rows[0]
    weights = np.array([len(ids) - 2 for ids in windows], dtype=np.float64)
    total = weights @ np.stack(rows).astype(np.float64)
    mean: Floats = (total / np.linalg.norm(total)).astype(np.float32)
    return mean
