"""The shipped embedding model: one text's vector depends on that text alone, and no part of it is lost."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from holdfast import embedders
from holdfast.embedders import MODELS, MiniLM
from holdfast.errors import EmbedderError, InvalidInput
from holdfast.ports import Embedder

SENTENCE = "The lighthouse keeper writes the weather down every morning and sends it to the harbour. "
TEXTS = [
    "ok",
    "Prefers tea without sugar",
    "The staging server listens on port 8080",
    SENTENCE * 3,
    SENTENCE * 8,
    SENTENCE * 15,
    SENTENCE * 40,
    "def add(a, b): return a + b",
    "日本語のテキスト",
]
KNOWN = (-0.0441, -0.0030, -0.0225, 0.0806, 0.0041, 0.0486)  # of the fp32 model


@pytest.fixture(scope="module")
def model() -> Iterator[MiniLM]:
    """One shipped model with two threads for all tests."""
    model = MiniLM(threads=2)
    yield model
    model.close()


@pytest.fixture(scope="module")
def alone() -> dict[str, bytes]:
    """The bytes of each text's vector, embedded alone by a model with a single thread."""
    single = MiniLM(threads=1)
    return {text: single.embed([text]).tobytes() for text in TEXTS}


@pytest.mark.parametrize("threads", [1, 4])
def test_alone_is_in_company(alone: dict[str, bytes], threads: int) -> None:
    """A text has the same vector, to the bit and in its place, whatever company and however many threads."""
    several = MiniLM(threads=threads)
    for seed in range(2):
        order = [TEXTS[i] for i in np.random.default_rng(seed).permutation(len(TEXTS))]
        vectors = several.embed(order)
        assert [row.tobytes() for row in vectors] == [alone[text] for text in order]


def test_shape(model: MiniLM) -> None:
    """Vectors are a C-contiguous float32 array with rows of length 1, and no texts give no rows."""
    assert isinstance(model, Embedder)
    vectors = model.embed(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), model.dimension)
    assert vectors.flags.c_contiguous
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert model.embed([]).shape == (0, 384)


def test_long_text_is_split_not_cut(model: MiniLM) -> None:
    """The end of a text of the greatest length still moves its vector towards what the end says."""
    start = (SENTENCE * 230)[:19_000]
    tail = "Our cat Biscuit is allergic to chicken and eats only fish. " * 17
    plain, with_tail, about = model.embed([start, start + tail[:1_000], "what does the cat eat?"])
    assert len(start + tail[:1_000]) == 20_000
    assert with_tail @ about > plain @ about + 0.01
    assert np.linalg.norm(with_tail) == pytest.approx(1, abs=1e-5)


def test_windows_cover_every_token() -> None:
    """Windows keep within the model's length, overlap, and hold each token, at every length near an edge."""
    room = embedders.MOST_TOKENS - 2
    for length in [0, 1, room - 1, room, room + 1, 2 * room - 33, 2 * room - 32, 2 * room - 31, 20_000]:
        tokens = list(range(1_000, 1_000 + length))
        windows = embedders._windows(tokens)
        assert all(len(ids) <= embedders.MOST_TOKENS for ids in windows)
        assert all((ids[0], ids[-1]) == (embedders.CLS, embedders.SEP) for ids in windows)
        joined = list(windows[0][1:-1])
        for ids in windows[1:]:
            assert list(ids[1 : 1 + embedders.OVERLAP]) == joined[-embedders.OVERLAP :]
            joined += list(ids[1 + embedders.OVERLAP : -1])
        assert joined == tokens


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n\t",
        "\x00\x07\x1b",
        "\u200b\ufeff",
        "😀🎉👩‍👩‍👧",
        "e\u0301" * 300,
        "\ud800 lone",
        "ไทย" * 80,
        "\U0010ffff",
        "a" * 3_000,
    ],
)
def test_strange_text_has_a_vector(model: MiniLM, text: str) -> None:
    """Any string has a finite vector of length 1, the same alone and in company."""
    vector = model.embed([text])[0]
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert model.embed(["something else", text])[1].tobytes() == vector.tobytes()


def test_text_cannot_speak_to_the_model(model: MiniLM) -> None:
    """The name of a special token inside a text is read as text."""
    assert model.count_tokens("[SEP]") == 3
    assert model.count_tokens("[PAD][PAD]") == 6


def test_a_long_word_is_not_lost(model: MiniLM) -> None:
    """Two words of more than 100 characters that differ only at the end have different vectors."""
    key = "q7fz" * 40
    first, second = model.embed([key + "horse", key + "piano"])
    assert first.tobytes() != second.tobytes()


def test_count_tokens(model: MiniLM) -> None:
    """Tokens are counted to the end of the text, and without the two the model adds."""
    assert model.count_tokens("") == 0
    assert model.count_tokens("hello world") == 2
    assert model.count_tokens("hello world " * 1_000) == 2_000


def test_cache_gives_no_aliases(model: MiniLM) -> None:
    """What a caller does to a returned vector never shows in the next answer."""
    first = model.embed(["a question asked twice"])
    kept = first.copy()
    first[:] = 7
    second = model.embed(["a question asked twice"])
    assert np.array_equal(second, kept)
    second[:] = 9
    assert np.array_equal(model.embed(["a question asked twice"]), kept)


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache keeps the newest texts asked for alone, up to its bound."""
    monkeypatch.setattr(embedders, "CACHED", 3)
    small = MiniLM(threads=1)
    for text in ["one", "two", "one", "three", "four"]:
        small.embed([text])
    expected = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in ["one", "three", "four"]]
    assert list(small._cache) == expected


def test_many_threads_at_once(alone: dict[str, bytes]) -> None:
    """Threads that share a model from its first call on, each get what they would get alone."""
    shared = MiniLM(threads=2)

    def ask(i: int) -> bool:
        text, other = TEXTS[i % 5], TEXTS[(i + 1) % 5]
        pair = shared.embed([text, other])
        return [shared.embed([text])[0].tobytes(), pair[1].tobytes()] == [alone[text], alone[other]]

    with ThreadPoolExecutor(6) as callers:
        assert all(callers.map(ask, range(30)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_works_after_a_fork(model: MiniLM, alone: dict[str, bytes]) -> None:
    """A child forked while other threads are embedding can embed, with equal results."""
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.is_set():
            model.embed(TEXTS[:4])

    busy = threading.Thread(target=keep_busy)
    busy.start()
    try:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            signal.alarm(30)  # a deadlock must fail the test, not hang it
            same = [row.tobytes() for row in model.embed(TEXTS[:4])] == [alone[text] for text in TEXTS[:4]]
            os.write(writer, b"same" if same else b"different")
            os._exit(0)
        os.close(writer)
        assert os.read(reader, 16) == b"same"
        os.close(reader)
        os.waitpid(child, 0)
    finally:
        stop.set()
        busy.join()


def test_shipped_file_is_the_one_described(model: MiniLM) -> None:
    """fidelity.json, the id and the one large file in the package name each other."""
    report = json.loads((MODELS / "fidelity.json").read_text(encoding="utf-8"))
    data = (MODELS / report["model"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == report["model_sha256"]
    assert model.id == f"minilm-l6-v2-int8@{report['model_sha256'][:8]}"
    assert [path.name for path in MODELS.iterdir() if path.stat().st_size > 1_000_000] == [report["model"]]
    assert report["int8_against_fp32"]["cosine_mean"] > 0.99
    assert report["fp32_graph_against_torch_max_error"] < 1e-5


def test_meaning(model: MiniLM) -> None:
    """A question is closer to the text that answers it than to one about something else."""
    question, answer, other = model.embed(
        [
            "what is the name of my cat?",
            "My kitten is called Biscuit.",
            "The deploy failed because the disk was full.",
        ]
    )
    assert question @ answer > question @ other + 0.3


def test_known_vector(model: MiniLM) -> None:
    """The first numbers of one vector stay what the published model gives, within what int8 costs."""
    vector = model.embed(["Prefers tea without sugar"])[0]
    assert np.allclose(vector[:6], KNOWN, atol=0.02)


def test_missing_or_wrong_file(tmp_path: Path) -> None:
    """A missing file, a file that is no model, and nonsense arguments are refused with what to do."""
    with pytest.raises(EmbedderError, match="cannot read"):
        MiniLM(tmp_path / "absent.onnx")
    pointer = tmp_path / "pointer.onnx"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\n")
    other = MiniLM(pointer)
    assert other.id.startswith("pointer@")
    with pytest.raises(EmbedderError, match="ONNX Runtime"):
        other.embed(["x"])
    with pytest.raises(InvalidInput, match="threads"):
        MiniLM(threads=0)


def test_one_string_is_refused(model: MiniLM) -> None:
    """A bare string is refused: as a sequence it would give one vector per letter."""
    with pytest.raises(InvalidInput, match="list of texts"):
        model.embed("hello")


def test_damaged_shipped_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shipped file with one byte changed is refused before it gives a wrong vector."""
    for path in MODELS.iterdir():
        data = bytearray(path.read_bytes())
        if path.suffix == ".onnx":
            data[len(data) // 2] ^= 1
        (tmp_path / path.name).write_bytes(data)
    monkeypatch.setattr(embedders, "MODELS", tmp_path)
    with pytest.raises(EmbedderError, match="damaged"):
        MiniLM()


def test_close() -> None:
    """After close the model refuses to embed, and closing again does no harm."""
    closing = MiniLM(threads=2)
    closing.embed(["a", "b"])
    closing.close()
    closing.close()
    with pytest.raises(EmbedderError, match="closed"):
        closing.embed(["a"])


@pytest.mark.parametrize(
    ("machine", "flags", "expected"),
    [
        ("x86_64", "fpu avx2 avx512_vnni", False),
        ("x86_64", "fpu avx2 avx_vnni", False),
        ("x86_64", "fpu avx2 avx512f", True),
        ("AMD64", None, True),
        ("aarch64", None, False),
        ("arm64", None, False),
    ],
)
def test_exact_products_where_the_cpu_overflows(
    monkeypatch: pytest.MonkeyPatch, machine: str, flags: str | None, expected: bool
) -> None:
    """Exact products are asked for on x86 without VNNI, or with flags that cannot be read."""

    def read_text(self: Path, **_: str) -> str:
        if flags is None:
            raise FileNotFoundError
        return f"flags\t\t: {flags}\n"

    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(Path, "read_text", read_text)
    assert embedders._may_overflow() is expected


def test_exact_products_change_nothing_here(alone: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors are the same, within rounding, whether the CPU's products or the exact ones are used."""
    monkeypatch.setattr(embedders, "_may_overflow", lambda: True)
    exact = MiniLM(threads=1).embed(TEXTS[:4])
    here = np.stack([np.frombuffer(alone[text], np.float32) for text in TEXTS[:4]])
    assert ((exact * here).sum(axis=1) > 0.9999).all()
