"""The demo shows what it says: two processes, recall, the boundary, the past, the cost."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.guards.project import run_python


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `holdfast demo` prints where it is no terminal, with the folder kept."""
    folder = tmp_path_factory.mktemp("demo")
    ran = run_python("-m", "holdfast.cli", "demo", "--keep", str(folder / "kept"), cwd=folder)
    assert ran.returncode == 0, ran.stderr
    assert (folder / "kept" / "holdfast-demo.db").exists()
    return ran.stdout


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What `holdfast demo --json` gives, under settings that would break it if it listened to them."""
    ran = run_python(
        "-m", "holdfast.cli", "demo", "--json", HOLDFAST_STORE="nonsense", HOLDFAST_EMBEDDER="none"
    )
    assert ran.returncode == 0, ran.stderr
    result: dict[str, Any] = json.loads(ran.stdout)
    return result


def test_story_is_told_plainly(shown: str) -> None:
    """Without a terminal there is no colour, and every part of the story is there."""
    assert "\x1b" not in shown
    for part in (
        "The API server listens on port 9090",
        "Ada prefers detailed answers, with code",
        "Ada is allergic to peanuts",
        "server.port = 8080",
        "server.port = 9090",
        "20 Apr 09:30 → 22 May 16:00",
        "what did we believe last week",
        "known_at=23 May",
        "tokens",
        "--store 'sqlite:///",
        "serve --open --store 'sqlite:///",
    ):
        assert part in shown, part


def test_two_processes_and_no_trace(found: dict[str, Any]) -> None:
    """Keeping and asking are two processes, and the temporary folder is gone afterwards."""
    assert len({found["ingest"]["process"], found["ask"]["process"], os.getpid()}) == 3
    assert not Path(found["store"]).parent.exists()
    assert found["ingest"]["turns"] >= 55


def test_recall(found: dict[str, Any]) -> None:
    """The best hit of every question is the memory that answers it."""
    best = [one["hits"][0]["text"] for one in found["ask"]["recall"]]
    for text, word in zip(best, ("9090", "detailed", "no space left", "Marta Reis"), strict=True):
        assert word in text


def test_boundary(found: dict[str, Any]) -> None:
    """Bob, asking for everything he can see, gets nothing of Ada's; the team's memory is the same for both."""
    boundary = found["ask"]["boundary"]
    assert "peanuts" in boundary["ada"]["text"]
    assert boundary["ada"]["scope"] == {"user": "ada"}
    assert boundary["bob_sees_of_ada"] == 0
    assert boundary["bob_looked_through"] == boundary["visible"]["bob"]
    assert boundary["team"]["ada"]["id"] == boundary["team"]["bob"]["id"]


def test_superseded_and_past(found: dict[str, Any]) -> None:
    """8080 ends when 9090 begins; both clocks answer with what was known and what was true."""
    values = [(one["value"], one["valid_to"]) for one in found["ask"]["superseded"]["history"]]
    assert values == [(8080, None), (8080, "2026-05-22T16:00:00+00:00"), (9090, None)]
    assert found["ask"]["superseded"]["current"]["value"] == 9090
    past = [(one["hit"]["value"], "known_at" in one) for one in found["ask"]["past"]]
    assert past == [(8080, True), (8080, True), (9090, False)]


def test_cost(found: dict[str, Any]) -> None:
    """What an answer needs is a fraction of replaying everything."""
    cost = found["ask"]["cost"]
    assert 0 < cost["tokens_per_answer"] * 4 < cost["tokens_of_everything"]


def test_the_loop_and_the_resumed_run(found: dict[str, Any]) -> None:
    """The step recalls 9090 and is corrected to 9191; what it was killed in is finished by a process that knows only the file."""
    step, resume = found["step"], found["resume"]
    assert len({found["ask"]["process"], step["process"], resume["process"]}) == 3
    assert "9090" in step["before"]["memory"]
    assert step["tool"]["result"]["saved"]["scope"] == ["team"]
    assert [one["outcome"] for one in step["after"]] == ["superseded"]
    assert resume["current"]["value"] == 9191
    assert resume["left"]["steps"] == ["made new keys for the API"]
    assert resume["tried"]["status"] == "done"
    assert resume["tried"]["steps"] == ["made new keys for the API", "revoked the old keys"]


def test_folder_in_use_is_refused(tmp_path: Path) -> None:
    """A folder that holds a demo's store already is not written over."""
    (tmp_path / "holdfast-demo.db").write_bytes(b"mine")
    ran = run_python("-m", "holdfast.cli", "demo", "--keep", str(tmp_path))
    assert ran.returncode == 2
    assert (tmp_path / "holdfast-demo.db").read_bytes() == b"mine"
    ran = run_python("-m", "holdfast.cli", "demo", "--keep", str(tmp_path / "holdfast-demo.db" / "x"))
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
