"""The demo's processes, one after another: `python -m holdfast.demo ingest FILE`, then ask, step and resume."""

from __future__ import annotations

import json
import os
import sys

from .play import ask, ingest, resume, step


def main(name: str, store: str) -> None:
    """Run one part on a store and print what it found as JSON."""
    found = {"ingest": ingest, "ask": ask, "step": step, "resume": resume}[name](store)
    print(json.dumps(found, ensure_ascii=False), flush=True)
    if name == "step":
        os._exit(0)  # as a killed process ends: nothing is closed, nothing finished


main(*sys.argv[1:])
