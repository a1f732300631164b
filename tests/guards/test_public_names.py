"""The public face: few names, each documented and typed, and quick to import."""

from __future__ import annotations

import importlib
import inspect
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.guards.project import PACKAGE, ROOT, run_python

MOST_NAMES = 40
PUBLIC_MODULES = ["holdfast", "holdfast.errors", "holdfast.filters", "holdfast.types"]

# What a script that only imports the package must not wait for.
HEAVY = {
    "click",
    "fastapi",
    "httpx",
    "hypothesis",
    "mcp",
    "numpy",
    "onnxruntime",
    "psycopg",
    "pytest",
    "rich",
    "starlette",
    "tokenizers",
}
MOST_MODULES = 160


def public_objects(module: ModuleType) -> Iterator[tuple[str, object]]:
    """The classes and functions a module offers, with their full names, and the methods of those classes."""
    offered = getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]
    for name in offered:
        thing = getattr(module, name)
        ours = str(getattr(thing, "__module__", "")).partition(".")[0] in (PACKAGE, module.__name__)
        if ours and (inspect.isclass(thing) or inspect.isfunction(thing)):
            yield f"{module.__name__}.{name}", thing
            if inspect.isclass(thing):
                yield from _methods(f"{module.__name__}.{name}", thing)


def _methods(name: str, cls: type) -> Iterator[tuple[str, object]]:
    """The public methods and properties a class has from this package, and its own constructor."""
    for owner in cls.__mro__:
        if owner.__module__.partition(".")[0] in (PACKAGE, cls.__module__):
            for attribute, value in vars(owner).items():
                written = "__init__" if not hasattr(owner, "__dataclass_fields__") else ""
                if attribute[0] != "_" or attribute == written:
                    if isinstance(value, staticmethod | classmethod):
                        value = value.__func__
                    if inspect.isfunction(value) or isinstance(value, property):
                        yield f"{name}.{attribute}", value


def undocumented(module: ModuleType) -> list[str]:
    """What lacks a docstring; the one a dataclass writes for itself is none, and a constructor needs none."""
    found = []
    for name, thing in public_objects(module):
        text = inspect.getdoc(thing) or ""
        generated = inspect.isclass(thing) and text.startswith(f"{thing.__name__}(")
        if (not text.strip() or generated) and not name.endswith(".__init__"):
            found.append(name)
    return found


def untyped(module: ModuleType) -> list[str]:
    """Each function or method with an argument, or a result, that has no annotation."""
    found = []
    for name, thing in public_objects(module):
        function = thing.fget if isinstance(thing, property) else thing
        # The constructor of a Protocol is made by typing, not written by us.
        if inspect.isfunction(function) and function.__module__ != "typing":
            signature = inspect.signature(function)
            given = [p for p in signature.parameters.values() if p.name not in ("self", "cls")]
            bare = [p.name for p in given if p.annotation is p.empty]
            if signature.return_annotation is signature.empty:
                bare.append("the result")
            found += [f"{name}: {part}" for part in bare]
    return found


def test_all_is_what_there_is() -> None:
    """__all__ holds at most 40 names, each once, each importable, and nothing public is missing from it."""
    package = importlib.import_module(PACKAGE)
    names = list(package.__all__)
    assert len(names) <= MOST_NAMES
    assert len(names) == len(set(names))
    missing = [name for name in names if not hasattr(package, name)]
    assert not missing
    there = {
        n for n, v in vars(package).items() if n[0] != "_" and not inspect.ismodule(v) and n != "annotations"
    }
    assert there <= set(names), f"public but not in __all__: {sorted(there - set(names))}"


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_public_names_are_documented(module: str) -> None:
    """Each public class, function and method says in a docstring what it does."""
    assert not undocumented(importlib.import_module(module))


@pytest.mark.parametrize("module", PUBLIC_MODULES)
def test_public_names_are_typed(module: str) -> None:
    """Each public function and method is annotated in full."""
    assert not untyped(importlib.import_module(module))


def test_the_version_is_told_once() -> None:
    """`holdfast.__version__` is the version the package is released under."""
    released = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert importlib.import_module(PACKAGE).__version__ == released


def test_import_leaves_the_heavy_parts_alone() -> None:
    """`import holdfast` loads no model runtime, no command line and no server."""
    ran = run_python("-c", "import holdfast, sys, json; print(json.dumps(list(sys.modules)))")
    assert ran.returncode == 0, ran.stderr
    loaded = {name.partition(".")[0] for name in json.loads(ran.stdout)}
    assert not loaded & HEAVY


def test_an_import_loads_few_modules() -> None:
    """How long `import holdfast` takes is what it loads: 142 modules take 0.1 s, which `benchmarks.latency` measures and prints."""
    code = "import sys; before = len(sys.modules); import holdfast; print(len(sys.modules) - before)"
    assert int(run_python("-c", code).stdout) <= MOST_MODULES


MADE_UP = """
from dataclasses import dataclass

@dataclass
class Bare:
    x: int

    def verb(self, y) -> None: ...

    @property
    def colour(self): ...

def fine(x: int) -> int:
    "Says what it does."
    return x
"""


def test_this_guard_sees_what_it_forbids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up module with a bare class, a bare method and a bare argument is told so each time."""
    (tmp_path / "made_up.py").write_text(MADE_UP, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    wrong = importlib.import_module("made_up")
    assert undocumented(wrong) == ["made_up.Bare", "made_up.Bare.verb", "made_up.Bare.colour"]
    assert untyped(wrong) == ["made_up.Bare.verb: y", "made_up.Bare.colour: the result"]
