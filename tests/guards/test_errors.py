"""The error tree: drawn as it is, and without a class that is never raised."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from types import ModuleType

from tests.guards.project import read_modules

# "    │   └── BadFilter   a filter names ..." : what stands before the name only draws.
DRAWN = re.compile(r"^(?P<lead>[\s│├└─|`+*·•-]*)(?P<name>[A-Za-z_]\w*)")


def classes_of(module: ModuleType) -> dict[str, str | None]:
    """Each error class that a module defines, with the one it comes from there (None for the root)."""
    own = {n: c for n, c in vars(module).items() if inspect.isclass(c) and c.__module__ == module.__name__}
    own = {name: cls for name, cls in own.items() if issubclass(cls, BaseException)}
    return {
        name: next((b.__name__ for b in c.__bases__ if b in own.values()), None) for name, c in own.items()
    }


def drawn_tree(docstring: str, root: str) -> dict[str, str | None]:
    """The tree drawn in a docstring, from the root's line to the next empty one, as name and parent."""
    lines = docstring.splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip().split(" ")[0] == root)
    tree: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in lines[start:]:
        match = DRAWN.match(line)
        if not match:
            break
        depth = len(match["lead"])
        above = [(column, name) for column, name in above if column < depth]
        tree[match["name"]] = above[-1][1] if above else None
        above.append((depth, match["name"]))
    return tree


def made_in(sources: dict[str, str]) -> set[str]:
    """The name of everything that is raised or called in these sources."""
    names = set()
    for source in sources.values():
        for node in ast.walk(ast.parse(source)):
            target = (
                node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
            )
            if isinstance(target, ast.Name | ast.Attribute):
                names.add(target.id if isinstance(target, ast.Name) else target.attr)
    return names


def raised_plainly(sources: dict[str, str], too_plain: set[str]) -> list[str]:
    """Where one of the classes that say nothing is raised."""
    found = []
    for module, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Raise) and node.exc is not None:
                raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if ast.unparse(raised).rpartition(".")[2] in too_plain:
                    found.append(f"{module}:{node.lineno} raises {ast.unparse(raised)}")
    return found


def root_of(classes: dict[str, str | None]) -> str:
    """The one class all others come from."""
    roots = [name for name, parent in classes.items() if parent is None]
    assert len(roots) == 1, f"every error comes from one class, not from {roots}"
    return roots[0]


def test_the_tree_is_drawn_as_it_is() -> None:
    """The tree at the top of errors.py names every class, under the class it comes from, and no other."""
    errors = importlib.import_module("holdfast.errors")
    classes = classes_of(errors)
    assert drawn_tree(errors.__doc__ or "", root_of(classes)) == classes


def test_every_error_is_raised_somewhere() -> None:
    """Each class without subclasses is made outside errors.py; the others are there to catch several at once."""
    classes = classes_of(importlib.import_module("holdfast.errors"))
    made = made_in({name: source for name, source in read_modules().items() if name != "holdfast.errors"})
    assert sorted(set(classes) - set(classes.values()) - made) == []


def test_no_error_says_nothing() -> None:
    """Nobody raises Exception or the root of our own tree: a caller could not tell what happened."""
    root = root_of(classes_of(importlib.import_module("holdfast.errors")))
    assert raised_plainly(read_modules(), {"BaseException", "Exception", root}) == []


def test_this_guard_sees_what_it_forbids() -> None:
    """A wrong parent in the drawing, an unused class and a plain raise are each seen."""
    drawing = "Errors.\n\n  Root\n  ├── A   x\n  │   └── B\n  └── C\n\nMore."
    assert drawn_tree(drawing, "Root") == {"Root": None, "A": "Root", "B": "A", "C": "Root"}
    sources = {"m": "def f():\n    raise errors.A('x')\n\ndef g():\n    raise Exception"}
    assert made_in(sources) == {"A", "Exception"}
    assert raised_plainly(sources, {"Exception"}) == ["m:5 raises Exception"]
