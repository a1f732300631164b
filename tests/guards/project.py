"""What the guards share: where the project's files are, and how its modules import one another."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PACKAGE = "holdfast"
NOT_OURS = {".git", ".venv", ".uv", "build", "dist", "__pycache__", ".hypothesis", "node_modules"}


@cache
def all_files() -> tuple[Path, ...]:
    """Every file that belongs to the project, sorted: what git knows or would add; without git, what is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0 and (ROOT / ".git").exists():
        paths = (ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    else:
        paths = (path for path in ROOT.rglob("*") if not _is_foreign(path))
    return tuple(sorted(path for path in paths if path.is_file()))


def _is_foreign(path: Path) -> bool:
    """Whether a path lies in an environment, a cache or a build."""
    parts = path.relative_to(ROOT).parts
    return any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in parts)


def files(*suffixes: str) -> list[Path]:
    """The project's files with one of these suffixes."""
    return [path for path in all_files() if path.suffix in suffixes]


def shown(path: Path) -> str:
    """A path as messages show it: relative to the project's root."""
    return path.relative_to(ROOT).as_posix()


def read_modules() -> dict[str, str]:
    """Every module of the package with its source, by dotted name ("holdfast" is the package's own)."""
    return {_dotted(path): path.read_text("utf-8") for path in sorted((SOURCE / PACKAGE).rglob("*.py"))}


def _dotted(path: Path) -> str:
    """The dotted name of a source file; a package's __init__ carries the package's name."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(module: str, source: str, known: set[str]) -> Iterator[tuple[str, int]]:
    """Every module that a module imports, anywhere in it (lazily and for typing too), with the line.

    `known` are the package's modules: those say whether `from x import y` means the module x.y or a name in x, and
    whether `module` is a package itself, which decides what a relative import starts from.
    """
    is_package = any(other.startswith(module + ".") for other in known)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = _start(module, is_package, node)
            for alias in node.names:
                inner = f"{start}.{alias.name}"
                yield (inner if inner in known else start), node.lineno
        elif isinstance(node, ast.Call) and _called(node) in ("import_module", "__import__"):
            yield from _by_string(node)


def _start(module: str, is_package: bool, node: ast.ImportFrom) -> str:
    """The absolute name of what a from-import reads from."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + (1 if is_package else 0)]
    return ".".join([*base, node.module] if node.module else base)


def _called(node: ast.Call) -> str:
    """The last name of what is called: "import_module" for `importlib.import_module(...)`."""
    target = node.func
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def _by_string(node: ast.Call) -> Iterator[tuple[str, int]]:
    """What an import_module("...") imports, when its name is written out."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1] != ".":
        yield first.value, node.lineno


def run_python(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in a process of its own, with the package from the source tree; output is text."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "COV_"))}
    own |= {"PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"} | environment
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=own,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
