"""The terminal that README.md opens with, run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What differs from run to run or from machine to machine: ids, days, how long it took, the last digit of a relevance.
VARYING = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"20\d\d-\d\d-\d\d", "<day>"),
    (r"[\d,]+ ms\s+", "<time> "),
    (r"\b0\.\d\d\b", "<relevance>"),
)
RELEVANCE = re.compile(VARYING[-1][0])


def console() -> list[tuple[str, list[str]]]:
    """The commands of the first console block with the lines that README says they print."""
    block = re.search(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    assert block, "README.md has no console block"
    shown: list[tuple[str, list[str]]] = []
    for line in block[1].splitlines():
        if line.startswith("$ "):
            shown.append((line[2:], []))
        elif line.strip():
            shown[-1][1].append(line)
    return shown


def fixed(line: str) -> str:
    """A line without what may differ."""
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line.rstrip()


def relevances(printed: str) -> list[float]:
    """The relevances in what was printed, in order."""
    return [float(one) for one in RELEVANCE.findall(printed)]


@pytest.mark.slow
def test_the_terminal_says_what_readme_says(tmp_path: Path) -> None:
    """Each command of the opening terminal prints the lines below it, ids, days and milliseconds aside."""
    shown = console()
    assert any("demo" in command for command, _ in shown)
    assert any("save" in command for command, _ in shown)
    marker = "-- next command --"
    script = "\n".join(f"{command}\necho '{marker}'" for command, _ in shown)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "100",
    }
    ran = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240
    )
    printed = ran.stdout.split(marker + "\n")
    for (command, expected), output in zip(shown, printed, strict=False):
        lines = [fixed(line) for line in output.splitlines() if line.strip()]
        assert lines == [fixed(line) for line in expected], f"$ {command}\n{output}\n{ran.stderr}"
        assert relevances(output) == pytest.approx(relevances("\n".join(expected)), abs=0.05), output
    assert len(printed) == len(shown) + 1
