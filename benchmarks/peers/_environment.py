"""An environment of its own for the products that are compared, made once and kept."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
PRODUCTS = (
    "mem0ai", "qdrant-client", "faiss-cpu", "chromadb", "langgraph-checkpoint", "fastembed", "holdfast",
    "onnxruntime", "numpy",
)  # fmt: skip


class EnvironmentFailed(RuntimeError):
    """The environment could not be made; the message says why and what to do."""


def python_in(folder: Path) -> Path:
    """Return the path of an environment's Python."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def made(folder: Path) -> Path:
    """Return the Python of an environment in `folder`, made and filled unless it already fits the requirements.

    Holdfast is installed from this checkout, mostly for what it needs: a run takes the code from `copied`. Raises
    `EnvironmentFailed`.
    """
    python, stamp = python_in(folder), folder / "made-for"
    wanted = hashlib.sha256(
        REQUIREMENTS.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()
    ).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    print(f"making an environment for the peers in {folder} ...", file=sys.stderr, flush=True)
    if not python.exists():
        try:
            venv.create(folder, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EnvironmentFailed(
                f"this Python cannot make an environment with pip ({error}); make one in {folder} by other means"
            ) from error
    # One after the other: what the peers ask of shared packages is settled first, then Holdfast joins.
    for what in (["-r", str(REQUIREMENTS)], ["--editable", str(ROOT)]):
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *what],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise EnvironmentFailed(f"pip install {what[-1]}: {_last_line(done.stderr)}")
    stamp.write_text(wanted, "utf-8")
    return python


def versions(python: Path) -> dict[str, str]:
    """Return the versions of the products in an environment."""
    asked = (
        "import importlib.metadata as m, json, sys\n"
        "def of(name):\n"
        "    try: return m.version(name)\n"
        "    except m.PackageNotFoundError: return 'absent'\n"
        "print(json.dumps({name: of(name) for name in sys.argv[1:]}))\n"
    )
    done = subprocess.run(
        [str(python), "-c", asked, *PRODUCTS], capture_output=True, text=True, check=True, cwd=ROOT
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def copied(target: Path) -> Path:
    """Copy the package and the benchmarks to `target`: a run is of one version, also where somebody edits meanwhile."""
    ignored = shutil.ignore_patterns("__pycache__", "results")
    for name in ("src", "benchmarks"):
        shutil.copytree(ROOT / name, target / name, ignore=ignored)
    return target


def closed(work: Path, checkout: Path) -> dict[str, str]:
    """Return the environment variables of a worker: telemetry and hubs off, every product's own folder under `work`."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDFAST_", "MEM0_"))}
    return own | {
        "PYTHONPATH": str(checkout / "src"),
        "MEM0_TELEMETRY": "False",
        "MEM0_DIR": str(work / "mem0-home"),
        "ANONYMIZED_TELEMETRY": "False",
        "FASTEMBED_CACHE_PATH": str(work / "fastembed"),
        "HF_HUB_OFFLINE": "1",
        "OPENAI_API_KEY": "unused",  # mem0 makes a client of its LLM at start; infer=False never calls it
        "PYTHONWARNINGS": "ignore",
        "PYTHONUTF8": "1",
    }


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no message"
