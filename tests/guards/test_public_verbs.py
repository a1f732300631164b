"""Every public verb of Memory has a command of the same name, and the other way round."""

from __future__ import annotations

import importlib
import inspect

# Verbs that make no sense for a process that ends after one call; `watch` is `changes --follow`.
NOT_COMMANDS = {"acting", "close", "fenced", "limited", "scoped", "watch"}

# Commands that are no verb: looking at a store, filling it, measuring its answers, mending and proving it, its key, showing what
# Holdfast is.
NOT_VERBS = {
    "audit", "chat", "check", "config", "demo", "doctor", "encryption", "ingest", "keys", "mcp", "serve", "show", "tune", "verify"
}  # fmt: skip


# A verb that cannot have the command's name in Python.
NAMED = {"import_items": "import"}


def verbs_of(cls: type) -> set[str]:
    """The public methods of a class, without constructors such as classmethods."""
    return {name for name, value in inspect.getmembers(cls, inspect.isfunction) if name[0] != "_"}


def test_every_verb_is_a_command() -> None:
    """`memory.update_many(...)` is `holdfast update-many`, for every public verb."""
    memory = importlib.import_module("holdfast").Memory
    commands = set(importlib.import_module("holdfast.cli").main.commands)
    expected = {NAMED.get(verb, verb.replace("_", "-")) for verb in verbs_of(memory) - NOT_COMMANDS}
    assert expected - commands == set(), "verbs without a command"
    assert commands - expected - NOT_VERBS == set(), "commands that are neither a verb nor in NOT_VERBS"


def test_both_faces_have_the_same_verbs() -> None:
    """AsyncMemory has exactly the verbs of Memory."""
    holdfast = importlib.import_module("holdfast")
    assert verbs_of(holdfast.AsyncMemory) == verbs_of(holdfast.Memory)
