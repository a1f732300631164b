"""Build the table of related words that ships inside the package, from the shipped model's own vocabulary.

    python scripts/build_related.py            # writes src/holdfast/models/related.npz, about 20 s

Each of the most frequent English stems is embedded alone, in its most frequent form; the mean of all is taken away (what
any word has in common with any other) and the nearest stems are kept with how near they are. Needs nothing but the
package: the same model file gives the same bytes on one machine.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from holdfast.embedders import MODELS, MiniLM
from holdfast.text import Analyzer

OUT = MODELS / "related.npz"
STEMS = 12_000  # the tokenizer's whole words in its own order, which is about that of their frequency
NEAREST = 8
LEAST = 0.3  # a cosine of this, the mean taken away, is no relation; 1 is the same word


def stems() -> dict[str, str]:
    """Return the most frequent stems, each with the most frequent word that has it."""
    stored = json.loads((MODELS / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    analyzer = Analyzer("english")
    found: dict[str, str] = {}
    for word in sorted(stored, key=stored.__getitem__):
        if word.isascii() and word.isalpha() and len(word) > 2:
            for stem in analyzer.terms(word):
                found.setdefault(stem, word)
    return dict(list(found.items())[:STEMS])


def nearest(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each row the numbers of its nearest rows, nearest first, and their weights 0..255 (0: not related)."""
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    rows, weights = [], []
    for first in range(0, len(centred), 1_000):
        cosines = centred[first : first + 1_000] @ centred.T
        own = np.arange(len(cosines))
        cosines[own, first + own] = -1.0
        best = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
        rows.append(best)
        share = (np.take_along_axis(cosines, best, axis=1) - LEAST) / (1.0 - LEAST)
        weights.append(np.rint(np.clip(share, 0.0, 1.0) * 255))
    return np.concatenate(rows).astype(np.uint16), np.concatenate(weights).astype(np.uint8)


def main() -> None:
    """Write the table."""
    known = stems()
    model = MiniLM()
    words = list(known.values())
    vectors = np.concatenate([model.embed(words[at : at + 500]) for at in range(0, len(words), 500)])
    near, weight = nearest(vectors)
    names = np.frombuffer("\n".join(known).encode("ascii"), np.uint8)
    np.savez_compressed(OUT, names=names, near=near, weight=weight)
    print(f"{OUT.relative_to(Path.cwd())}: {len(known):,} stems, {OUT.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
