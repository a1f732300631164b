"""mem0's client for Node, and its commands for Python and Node, as they are shipped, over a socket."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Tenant

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / ".venv" / "clients" / "node_modules"
NODE = shutil.which("node", path=os.pathsep.join((os.environ.get("PATH", ""), str(ROOT / ".venv" / "bin"))))
needs_node = pytest.mark.skipif(
    NODE is None or not (MODULES / "mem0ai").is_dir(),
    reason="Node, or mem0's packages for it, are not installed; CI installs them",
)

EVERY_CALL = """
import { MemoryClient } from "mem0ai";
const client = new MemoryClient({ apiKey: process.env.MEM0_API_KEY, host: process.env.MEM0_BASE_URL });
const told = {};
await client.ping();
const user = "al/ice";
const added = await client.add([{ role: "user", content: "I live in Paris." }], { userId: user, runId: "r", metadata: { my_key: 1 } });
told.added = added.results.map((one) => one.event);
const id = added.results[0].id;
await client.add([{ role: "user", content: "raw words" }], { userId: user, infer: false });
told.all = (await client.getAll({ filters: { user_id: user }, page: 1, pageSize: 10 })).results.map((one) => one.memory).sort();
told.found = (await client.search("where does she live?", { filters: { user_id: user }, topK: 3 })).results[0].memory;
told.got = (await client.get(id)).runId;
told.updated = (await client.update(id, { text: "I live in Lyon." })).memory;
await client.batchUpdate([{ memoryId: id, text: "I live in Nice." }]);
told.history = (await client.history(id)).map((one) => [one.event, one.newMemory]);
told.users = (await client.users({ page: 1, pageSize: 10 })).results.map((one) => `${one.type}:${one.name}`);
await client.feedback({ memoryId: id, feedback: "POSITIVE", feedbackReason: "right" });
await client.updateProject({ customInstructions: "facts" });
told.project = (await client.getProject({ fields: ["custom_instructions"] })).customInstructions;
const hook = await client.createWebhook({ url: "http://127.0.0.1:9/x", name: "n", eventTypes: ["memory_add"] });
await client.updateWebhook({ webhookId: hook.webhookId, name: "m" });
told.webhooks = (await client.getWebhooks()).map((one) => one.name);
await client.deleteWebhook({ webhookId: hook.webhookId });
told.profile = (await client.getProfile({ entityId: user })).status;
const made = await client.createMemoryExport({ schema: { properties: { residence: { type: "string" } } }, filters: { user_id: user } });
told.exported = await client.getMemoryExport({ memoryExportId: made.id });
const gone = await client.add([{ role: "user", content: "gone" }], { userId: user, infer: false });
await client.batchDelete(gone.results.map((one) => one.id));
await client.delete(id, { deleteLinked: true });
told.left = (await client.getAll({ filters: { user_id: user } })).results.map((one) => one.memory);
await client.deleteAll({ userId: user });
await client.add([{ role: "user", content: "more" }], { userId: user, infer: false });
await client.deleteUsers({ userId: user });
told.end = (await client.users()).count;
try { await client.get("nope"); } catch (error) { told.refused = String(error.message).includes("no UUID"); }
console.log(JSON.stringify(told));
"""


def surroundings(tenant: Tenant, home: Path) -> dict[str, str]:
    """What the clients read from their environment: where the server is, no telemetry, a home of their own."""
    return {
        **os.environ, "MEM0_API_KEY": tenant.key(), "MEM0_BASE_URL": tenant.url, "MEM0_TELEMETRY": "false", "HOME": str(home),
        "MEM0_DIR": str(home), "NO_COLOR": "1", "NO_PROXY": "*",
    }  # fmt: skip


@needs_node
def test_the_client_for_node(tenant: Tenant, tmp_path: Path) -> None:
    """Every call of the npm client, in one program."""
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "calls.mjs").write_text(EVERY_CALL)
    assert NODE is not None
    ran = subprocess.run(
        [NODE, "calls.mjs"], cwd=tmp_path, env=surroundings(tenant, tmp_path), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1]) == {
        "added": ["ADD"],
        "all": ["I live in Paris.", "raw words"],
        "found": "I live in Paris.",
        "got": "r",
        "updated": "I live in Lyon.",
        "history": [
            ["ADD", "I live in Paris."],
            ["UPDATE", "I live in Lyon."],
            ["UPDATE", "I live in Nice."],
        ],
        "users": ["run:r", "user:al/ice"],
        "project": "facts",
        "webhooks": ["m"],
        "profile": "succeeded",
        "exported": {"residence": "Nice"},
        "left": ["raw words"],
        "end": 0,
        "refused": True,
    }


def of_python() -> list[str]:
    """The command of the PyPI package."""
    pytest.importorskip("mem0_cli", reason="mem0-cli is not installed; CI installs it")
    return [sys.executable, "-m", "mem0_cli"]


# The npm command stays for the five seconds it gives its first request, also when all is done; this has it go then.
UNWAITED = """data:text/javascript,
const set = setTimeout;
globalThis.setTimeout = (...given) => { const timer = set(...given); if (given[1] >= 5000) timer.unref(); return timer; };
"""


def of_node() -> list[str]:
    """The command of the npm package."""
    assert NODE is not None
    return [NODE, "--import", UNWAITED, str(MODULES / "@mem0" / "cli" / "dist" / "index.js")]


@pytest.mark.parametrize("made", [of_python, pytest.param(of_node, marks=needs_node)])
def test_the_command(tenant: Tenant, tmp_path: Path, made: Callable[[], list[str]]) -> None:
    """Adding, searching, listing, reading, changing and deleting by `mem0`, and what it tells of entities and events."""
    program, environment = made(), surroundings(tenant, tmp_path)

    def mem0(*arguments: str) -> Any:
        ran = subprocess.run(
            [*program, "--json", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert ran.returncode == 0, (arguments, ran.stdout, ran.stderr)
        return json.loads(ran.stdout)

    assert mem0("status")["data"]["connected"] is True
    added = mem0("add", "I moved to Berlin", "--user-id", "a/da")["data"]
    assert [(one["memory"], one["event"]) for one in added] == [("I moved to Berlin", "ADD")]
    id = added[0]["id"]
    mem0("add", "a note", "--user-id", "a/da", "--no-infer", "--expires", "2999-01-01")
    found = mem0("search", "where do I live?", "--user-id", "a/da")["data"]
    assert [one["memory"] for one in found] == ["I moved to Berlin"]
    listed = mem0("list", "--user-id", "a/da")["data"]
    assert [(one["memory"], one["expiration_date"]) for one in listed] == [
        ("a note", "2999-01-01"), ("I moved to Berlin", None)
    ]  # fmt: skip
    assert mem0("get", id)["data"]["memory"] == "I moved to Berlin"
    mem0("update", id, "I moved to Bern")
    assert mem0("get", id)["data"]["memory"] == "I moved to Bern"
    assert [one["name"] for one in mem0("entity", "list", "users")["data"]] == ["a/da"]
    events = mem0("event", "list")["data"]
    assert [one["event_type"] for one in events] == ["UPDATE", "ADD", "ADD"]
    assert mem0("event", "status", events[1]["id"])["data"]["results"][0]["memory"] == "a note"
    mem0("delete", id)
    mem0("delete", "--all", "--user-id", "a/da", "--force")
    mem0("add", "again", "--user-id", "a/da", "--no-infer")
    mem0("entity", "delete", "--user-id", "a/da", "--force")
    assert mem0("list", "--user-id", "a/da")["data"] == []
    mem0("add", "I work at Acme.", "--user-id", "bob", "--metadata", '{"status": "open"}')
    mem0("add", "alone", "--run-id", "only", "--no-infer")
    mem0("update", mem0("list", "--user-id", "bob")["data"][0]["id"], "--metadata", '{"status": "done"}')
    for status, count in (("open", 0), ("done", 1)):
        found = mem0(
            "search", "employer", "--user-id", "bob", "--filter", json.dumps({"metadata": {"status": status}})
        )
        assert len(found["data"]) == count
    mem0("delete", "--all", "--project", "--force")
    for whose in (("--user-id", "bob"), ("--run-id", "only")):
        assert mem0("list", *whose)["data"] == []
