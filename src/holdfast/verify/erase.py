"""Erased is gone from the bytes: a made-up word planted wherever a memory leaves traces, erased, and looked for in every file."""

from __future__ import annotations

from pathlib import Path

from ..memory import Memory

CANARY = b"zqcanary"


def found(folder: Path) -> list[str]:
    """Return the files of a folder that still hold a canary."""
    return [file.name for file in sorted(folder.iterdir()) if CANARY in file.read_bytes()]


def planted(memory: Memory, name: str = "a", **labels: str) -> str:
    """Save a memory with canaries in every field, change it, and leave traces of it all over the store; return its id."""
    ada = memory.scoped(actor="zqcanaryactor", **labels)
    item = ada.save(
        f"zqcanary {name} tea at five " * 20, slot=f"zqcanary{name}.port", value="zqcanary", tags=["zqcanary"],
        metadata={"zqcanary": "zqcanary"}, speaker="zqcanary", thread="zqcanary",
        source={"ref": "zqcanary", "message_ids": ["zqcanary"]}, idempotency_key=f"zqcanary{name}", reason="zqcanary",
    )  # fmt: skip
    ada.save(item.text, slot=item.slot, value=item.value, source={"ref": "zqcanary again"})
    ada.update(item.id, text="zqcanary tea at six", value="zqcanary2")
    ada.search("zqcanary tea", keep=True)
    ada.context("zqcanary tea", budget=200, keep=True)
    return item.id
