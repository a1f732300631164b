"""A file has at most 700 lines and a function at most 60: past that, it usually does two things."""

from __future__ import annotations

import ast

from tests.guards.project import files, shown

MOST_LINES_IN_A_FILE = 700
MOST_LINES_IN_A_FUNCTION = 60


def too_long(name: str, source: str) -> list[str]:
    """What is too long in one Python file, as messages that name file and line; decorators do not count."""
    lines = len(source.splitlines())
    found = [f"{name}:1 has {lines} lines, {MOST_LINES_IN_A_FILE} are the most"]
    found = found if lines > MOST_LINES_IN_A_FILE else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_LINES_IN_A_FUNCTION:
                most = MOST_LINES_IN_A_FUNCTION
                found.append(f"{name}:{node.lineno} {node.name} has {length} lines, {most} are the most")
    return found


def test_files_and_functions_stay_short() -> None:
    """Every Python file of the project, tests and scripts included, is within both limits."""
    python = files(".py")
    assert python
    found = [message for path in python for message in too_long(shown(path), path.read_text("utf-8"))]
    assert not found, "\n" + "\n".join(found)


def test_this_guard_sees_what_it_forbids() -> None:
    """Exactly at a limit is fine, one line more is not."""
    most = "@cache\ndef f():\n" + "    x = 1\n" * 59
    assert not too_long("a.py", most)
    assert too_long("a.py", most + "    x = 2\n") == ["a.py:2 f has 61 lines, 60 are the most"]
    assert not too_long("a.py", "\n" * 700)
    assert too_long("a.py", "\n" * 701) == ["a.py:1 has 701 lines, 700 are the most"]
