"""The demo's two processes: `python -m holdfast.demo ingest FILE` and, after it has ended, `... ask FILE`."""

from __future__ import annotations

import json
import sys

from .play import ask, ingest


def main(step: str, store: str) -> None:
    """Run one step on a store and print what it found as JSON."""
    print(json.dumps({"ingest": ingest, "ask": ask}[step](store), ensure_ascii=False))


main(*sys.argv[1:])
