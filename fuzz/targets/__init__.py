"""The doors that are fuzzed, one small module each, found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis.strategies import SearchStrategy


class Target(NamedTuple):
    """A door: `check` raises for anything but an answer or a refusal; `inputs` makes inputs of about the right shape."""

    name: str
    check: Callable[[bytes], None]
    seeds: Sequence[bytes]
    inputs: SearchStrategy[bytes]


NAMES = tuple(sorted(found.name for found in pkgutil.iter_modules(__path__)))


def target(name: str) -> Target:
    """Return a target by its module's name."""
    module = importlib.import_module(f"fuzz.targets.{name}")
    return Target(name, module.check, module.SEEDS, module.inputs())
