"""The wheel, installed alone into an empty environment, does what the README says, without network."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.guards.project import ROOT
from tests.guards.test_docs import blocks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it would be released."""
    target = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(ROOT))
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def empty_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of an environment that holds the wheel and what it asks for, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder))
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    _run(sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet", str(wheel))
    return binaries


def _run(*command: str, cwd: Path | None = None, **environment: str) -> str:
    """Run a command to its end and return what it printed; fails with all its output."""
    ours = ("HOLDFAST_", "PYTHON", "VIRTUAL_ENV")
    own = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    ran = subprocess.run(
        command, cwd=cwd, env=own | environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def test_wheel_carries_what_it_needs(wheel: Path) -> None:
    """The model, its tokenizer, the prompt, the inspector, the licences and the typing marker are in it; tests and benchmarks are not."""
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.startswith("holdfast/models/") and name.endswith(".onnx") for name in names)
    assert any(name.startswith("holdfast/models/") and "tokenizer" in name for name in names)
    assert "holdfast/py.typed" in names
    assert "holdfast/extract/prompts/facts-1.txt" in names
    page = {file.name for file in (ROOT / "src/holdfast/server/inspector").iterdir() if file.is_file()}
    assert {"page.html", "style.css", "app.js"} <= page
    assert {f"holdfast/server/inspector/{name}" for name in page} <= set(names)
    assert not [name for name in names if "axe" in name.lower()]
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"holdfast"}


def test_readme_example_runs_from_the_wheel(empty_environment: Path, tmp_path: Path) -> None:
    """The README's Python runs in the empty environment, in an empty folder, with sockets refused."""
    script = tmp_path / "readme.py"
    script.write_text("\n".join(blocks((ROOT / "README.md").read_text("utf-8"), "python")), "utf-8")
    python = str(empty_environment / "python")
    where = {"HOLDFAST_STORE": "sqlite:///readme.db", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    _run(python, "-P", "-m", "holdfast.verify.network", str(script), cwd=tmp_path, **where)


def test_command_runs_from_the_wheel(empty_environment: Path, tmp_path: Path) -> None:
    """The `holdfast` command is installed with the wheel and shows its help."""
    assert "Usage: holdfast" in _run(str(empty_environment / "holdfast"), "--help", cwd=tmp_path)
