"""The examples, each a process of its own, against a server that speaks OpenAI's protocol and says what was scripted."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from holdfast import Memory, Scope
from tests.engine.served import Answer, Request, Server, calling, completion

ROOT = Path(__file__).resolve().parents[2]


def start(server: Server, folder: Path, name: str, *arguments: str) -> subprocess.Popen[str]:
    """Start an example in a folder; the network beyond this machine is refused."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "holdfast.verify.network", str(ROOT / "examples" / name), *arguments],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder,
        env={
            **os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "examples")]),
            "OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": "key", "OPENAI_MODEL": "m",
        },
    )  # fmt: skip


def run(server: Server, folder: Path, name: str, *arguments: str, typed: str = "") -> str:
    """Run an example to its end with what is typed, and return what it printed."""
    return ended(start(server, folder, name, *arguments), typed)


def ended(process: subprocess.Popen[str], typed: str = "") -> str:
    """Wait for an example that must succeed, and return what it printed."""
    try:
        out, problem = process.communicate(typed, timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, problem
    return out


def opened(folder: Path, name: str) -> Memory:
    """The memory that an example left."""
    return Memory(f"sqlite:///{folder / name}")


def system(request: Request) -> str:
    """The instructions of a request, with what was recalled."""
    return str(request.body["messages"][0]["content"])


def results(request: Request) -> list[Any]:
    """What the tools answered, as the model was sent it."""
    return [json.loads(one["content"]) for one in request.body["messages"] if one["role"] == "tool"]


def test_the_agent_runs_tools_and_recalls_in_another_thread(tmp_path: Path) -> None:
    """What the model saved through its tool, and what the user said, is in the next conversation's request."""
    script = [
        calling("save_memory", text="The server is on port 9090", slot="server.port", value=9090),
        completion("Noted."),
        completion("On 9090."),
    ]
    with Server(script) as server:
        assert run(server, tmp_path, "agent.py", "one", typed="Our server listens on 9090.\n") == "Noted.\n"
        assert results(server.requests[1])[0]["saved"]["value"] == 9090
        answered = run(server, tmp_path, "agent.py", "two", typed="Which port is the server on?\n")
        assert answered == "On 9090.\n"
        last = server.requests[-1]
        assert "The server is on port 9090" in system(last)
        assert [one["role"] for one in last.body["messages"]] == ["system", "user"]
        names = {tool["function"]["name"] for tool in last.body["tools"]}
        assert "search_memory" in names


def test_support_knows_the_customer_and_the_handbook_and_no_other_customer(tmp_path: Path) -> None:
    """A later ticket recalls the customer's own words and a rule; another customer's ticket only the rule."""
    with Server([completion("Sorry to hear that.")]) as server:
        run(server, tmp_path, "support.py", "ada", "t1", typed="I live in Oslo. My refund is missing.\n")
        run(server, tmp_path, "support.py", "ada", "t2", typed="Where do I live, and how long is a refund?\n")
        run(server, tmp_path, "support.py", "ben", "t3", typed="Where do I live, and how long is a refund?\n")
        first, again, other = (system(one) for one in server.requests)
        assert "Oslo" not in first
        assert "Oslo" in again
        assert "within five working days" in again
        assert "Oslo" not in other
        assert "within five working days" in other
        asked = run(server, tmp_path, "support.py", "ada", "t4", typed="I am diabetic.\n")
        assert "(please confirm: " in asked
    with opened(tmp_path, "support.db") as memory:
        rules = memory.list(scope=Scope.shared(), kinds=["procedure"]).items
        assert sorted(str(item.source.ref) for item in rules) == [
            "handbook.md#refunds",
            "handbook.md#returns",
        ]


def test_a_project_read_gives_no_preference_and_no_chat(tmp_path: Path) -> None:
    """The model reads the repository's files, none besides; the project keeps its facts, the user the preference."""
    repository = tmp_path / "api"
    repository.mkdir()
    (repository / "pyproject.toml").write_text("[tool.poetry]\n", "utf-8")
    (tmp_path / "secret.txt").write_text("hidden", "utf-8")
    script = [
        calling("read_file", path="pyproject.toml"),
        calling("read_file", path="../secret.txt"),
        completion("It does."),
    ]
    with Server(script) as server:
        typed = "I prefer short answers. This repo uses Poetry.\n"
        run(server, tmp_path, "coding.py", str(repository), "ada", typed=typed)
        assert results(server.requests[2]) == [
            {"text": "[tool.poetry]\n"},
            {"error": "../secret.txt is no file of this repository"},
        ]
        seen = run(server, tmp_path, "coding.py", str(repository))
    assert "Poetry" in seen
    assert len(seen.splitlines()) == 1
    assert "short" not in seen
    with opened(tmp_path, "coding.db") as memory:
        assert [item.kind for item in memory.scoped(user="ada").list().items] == ["preference"]


def test_two_agents_share_a_plan_and_findings(tmp_path: Path) -> None:
    """At work at once, each task is done once; who comes later is sent what the other found."""
    tasks = ["read the logs", "count the errors", "write the report", "mail the report"]
    with Server([completion("Disk full at noon.")]) as server:
        run(server, tmp_path, "team.py", "plan", *tasks)
        both = [start(server, tmp_path, "team.py", "work", name) for name in ("scout", "writer")]
        done = [line.split(" did: ")[1] for one in both for line in ended(one).splitlines()]
        assert sorted(done) == sorted(tasks)
        run(server, tmp_path, "team.py", "plan", "read the logs again")
        run(server, tmp_path, "team.py", "work", "newcomer")
        assert "read the logs: Disk full at noon." in system(server.requests[-1])
        assert len(server.requests) == len(tasks) + 1


def ahead(store: Path) -> bool:
    """Whether the job keeps a row that its run has not recorded yet."""
    with contextlib.closing(sqlite3.connect(store)) as db:
        try:
            kept, recorded = db.execute(
                "SELECT total(kind = 'fact'), total(kind = 'working') - 1 FROM versions"
            ).fetchone()
        except sqlite3.OperationalError:  # the store is made at this moment
            return False
        return bool(kept > recorded)


def test_a_job_killed_between_what_it_keeps_and_its_step(tmp_path: Path) -> None:
    """Killed right after a row was kept and before that was recorded, the job comes to the row again and keeps it once."""
    rows, store = 40, tmp_path / "workflow.db"
    tickets = "".join(f"ticket {n}\n" for n in range(rows))
    (tmp_path / "tickets.csv").write_text(f"text\n{tickets}", "utf-8")

    def answer(request: Request) -> Answer:
        return completion(f"This was {request.text.rsplit(': ', 1)[1]}.")

    with Server([answer]) as server:
        while not (store.exists() and ahead(store)):  # a kill that came too late is tried again
            job = start(server, tmp_path, "workflow.py", "tickets.csv")
            while job.poll() is None and not (store.exists() and ahead(store)):
                pass
            assert job.poll() is None, "the job ended before it was killed there"
            job.kill()
            job.communicate()
        run(server, tmp_path, "workflow.py", "tickets.csv")
    with opened(tmp_path, "workflow.db") as memory:
        kept = memory.scoped(team="core").list(kinds=["fact"], limit=1_000).items
    assert sorted(item.text for item in kept) == sorted(f"This was ticket {n}." for n in range(rows))


def test_a_killed_job_is_finished_by_another_process(tmp_path: Path) -> None:
    """Killed while the second row is being read: the next process begins there; every row is kept once, with its place."""
    (tmp_path / "tickets.csv").write_text("text\nlost parcel\nlate refund\nbroken cup\n", "utf-8")
    late = Answer(completion("never heard").body, delay=60)
    script = [
        completion("A parcel is lost."),
        late,
        completion("A refund is late."),
        completion("A cup broke."),
    ]
    with Server(script) as server:
        first = start(server, tmp_path, "workflow.py", "tickets.csv")
        end = time.monotonic() + 60
        while len(server.requests) < 2 and time.monotonic() < end:
            time.sleep(0.01)
        first.kill()
        assert first.communicate()[0] == "row 1\n"
        assert run(server, tmp_path, "workflow.py", "tickets.csv") == "row 2\nrow 3\n"
        assert "late refund" in server.requests[2].text
        assert len(server.requests) == 4
    with opened(tmp_path, "workflow.db") as memory:
        team = memory.scoped(team="core")
        kept = team.list(kinds=["fact"], sort="id", descending=False).items
        assert [(item.source.ref, item.text) for item in kept] == [
            ("tickets.csv#1", "A parcel is lost."),
            ("tickets.csv#2", "A refund is late."),
            ("tickets.csv#3", "A cup broke."),
        ]
        (ended_run,) = team.list(kinds=["working"], tags=["run"]).items
        assert ended_run.value["status"] == "done"
