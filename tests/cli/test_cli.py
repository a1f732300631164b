"""The command line: every command on a real file, exit codes, JSON, and texts that try to do more than be read."""

from __future__ import annotations

import inspect
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from holdfast import Memory, errors
from holdfast.cli import EXIT_CODES, exit_code, main
from tests.engine.served import Server, completion
from tests.guards.project import SOURCE, run_python

Run = Callable[..., Result]
ADA = ("--user", "ada")
UNKNOWN = "01a203bc-7fbd-7995-a2d0-56ab03a2b104"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a store of the test's own, without a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_STORE", "sqlite:///test.db")
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "none")
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: str, code: int = 0, input: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=input)
        assert result.exit_code == code, (arguments, result.exit_code, result.output, result.exception)
        return result

    return call


def data(result: Result) -> Any:
    """The JSON document on stdout."""
    return json.loads(result.stdout)


def problem_of(result: Result) -> Any:
    """The JSON document on stderr."""
    return json.loads(result.stderr)


def saved(run: Run, *arguments: str) -> str:
    """Save something and return its id."""
    id: str = data(run("save", *arguments, "--json"))["id"]
    return id


def test_save_and_find(run: Run) -> None:
    """What is saved is found by search, get, list and current, for its user and for nobody else."""
    id = saved(
        run, "The API listens on 8080", *ADA, "--slot", "server.port", "--value", "8080", "--tag", "net"
    )
    assert data(run("search", "api", *ADA, "--json"))[0]["item"]["id"] == id
    assert data(run("get", id, *ADA, "--json"))["value"] == 8080
    assert data(run("list", *ADA, "--tag", "net", "--json"))["items"][0]["id"] == id
    assert data(run("current", "server.port", *ADA, "--json"))["id"] == id
    for person in (("--user", "bob"), ()):
        told = run("search", "api", *person)
        assert ("--all reads" in told.stderr) == (person == ())
        assert data(run("search", "api", *person, "--json")) == []
        assert data(run("current", "server.port", *person, "--json", code=3)) is None
        run("get", id, *person, code=3)


def test_tables_for_people(run: Run) -> None:
    """Without --json there are tables, with whole ids, and sentences where there is nothing."""
    assert run("list", *ADA).output == "Nothing here.\n"
    assert run("search", "x", *ADA).output == "Nothing found.\n"
    id = saved(
        run, "The API listens on 8080", *ADA, "--slot", "server.port", "--value", "8080", "--actor", "cli"
    )
    run(
        "update",
        id,
        *ADA,
        "--text",
        "It listens on 9090",
        "--value",
        "9090",
        "--changed-at",
        "now",
        "--reason",
        "moved",
    )
    for command in (
        ("list",),
        ("search", "listens"),
        ("history", id),
        ("changes",),
        ("show", id),
        ("get", id),
    ):
        assert id in run(*command, *ADA).output, command
    shown = run("show", id, *ADA).output
    assert "server.port" in shown
    assert "Versions" in shown
    assert "moved" in shown
    assert "user=ada" in run("overview", "--all").output
    assert "memories" in run("stats", *ADA).output
    assert "argument" in run("config", "--store", "sqlite://").output


def test_update_delete_restore(run: Run) -> None:
    """A memory is corrected, emptied of a field, deleted and brought back, each as a version with its reason."""
    id = saved(run, "old", *ADA, "--tag", "a", "--expires-at", "30d", "--metadata", '{"x": 1}')
    item = data(
        run("update", id, *ADA, "--text", "new", "--clear", "expires_at", "--clear", "tags", "--json")
    )
    assert (item["text"], item["expires_at"], item["tags"], item["metadata"]) == ("new", None, [], {"x": 1})
    run("update", id, *ADA, code=2)
    run("update", id, *ADA, "--kind", "fact", "--value", "null")
    run("update", id, *ADA, "--tag", "a", "--clear", "tags", code=2)
    assert data(run("delete", id, *ADA, "--reason", "joke", "--json"))["state"] == "deleted"
    run("get", id, *ADA, code=3)
    assert data(run("show", id, *ADA, "--json"))["item"]["state"] == "deleted"
    assert data(run("restore", id, *ADA, "--json"))["text"] == "new"
    run("restore", id, *ADA, code=2)
    verbs = [change["verb"] for change in data(run("history", id, *ADA, "--json"))["items"]]
    assert verbs == ["save", "update", "update", "delete", "restore"]


def test_many(run: Run, tmp_path: Path) -> None:
    """Many are saved from a file or standard input, changed and deleted by filter, each with a dry run first."""
    (tmp_path / "in.jsonl").write_text(
        '{"text": "one", "kind": "working"}\n\n{"text": "two", "kind": "working"}\n'
    )
    assert data(run("save-many", "in.jsonl", *ADA, "--json"))["count"] == 2
    assert "Saved 1 memories" in run("save-many", *ADA, input='{"text": "drei", "tags": ["x"]}').output
    where = ("--where", '{"eq": {"kind": "working"}}')
    changed = ("update-many", *where, "--set", "importance=0.9", "--set", "speaker=Ada", *ADA)
    assert data(run(*changed, "--dry-run", "--json"))["count"] == 2
    assert "Updated 2" in run(*changed).output
    kept = data(run("list", *ADA, *where, "--json"))["items"]
    assert {(item["importance"], item["speaker"]) for item in kept} == {(0.9, "Ada")}
    assert "Would delete 2" in run("delete-many", *where, *ADA, "--dry-run").output
    assert data(run("delete-many", *where, "--under", "user=ada", "--json"))["dry_run"] is False
    assert data(run("stats", *ADA, "--json"))["items"] == 1


def test_save_many_names_the_line(run: Run) -> None:
    """A line that is wrong is named by file and line, whatever is wrong with it."""
    for line in (b"{", b"[1]", b'{"kind": "fact"}', b'{"text": "x", "colour": 1}', b"\xff", b"[" * 100_000):
        result = run("save-many", *ADA, input=b'{"text": "fine"}\n' + line, code=2)
        assert "stdin:2" in result.stderr, result.stderr
    assert data(run("stats", *ADA, "--json"))["items"] == 0


def test_the_past(run: Run) -> None:
    """Both clocks and relative times reach the engine."""
    id = saved(
        run, "Lived in Rome", *ADA, "--slot", "ada.city", "--value", "Rome", "--valid-from", "2020-01-01"
    )
    saved(
        run,
        "Lives in Oslo",
        *ADA,
        "--slot",
        "ada.city",
        "--value",
        "Oslo",
        "--valid-from",
        "2024-01-01T00:00:00Z",
    )
    assert data(run("current", "ada.city", *ADA, "--valid-at", "2021-06-01", "--json"))["value"] == "Rome"
    assert data(run("current", "ada.city", *ADA, "--valid-at", "7d", "--json"))["value"] == "Oslo"
    run("current", "ada.city", *ADA, "--known-at", "1h", code=3)
    assert len(data(run("history", "--slot", "ada.city", *ADA, "--json"))["items"]) == 3
    assert (
        data(run("list", *ADA, "--until", "2021-01-01", "--valid-at", "2020-06-01", "--json"))["items"][0][
            "id"
        ]
        == id
    )
    assert data(run("list", *ADA, "--since", "7d", "--json"))["items"] == []
    for wrong in ("yesterday", "2021-06-01T10:00", "9999999999d", "999999999w"):
        assert "time" in run("list", *ADA, "--valid-at", wrong, code=2).stderr


def test_who_may_see_it(run: Run) -> None:
    """Writing says who may see it; several labels may be held; what is shared is seen by all."""
    assert "--shared" in run("save", "x", code=2).stderr
    assert "--shared" in run("delete", UNKNOWN, code=2).stderr
    shared = saved(run, "for all", "--shared")
    team = saved(run, "the team's", *ADA, "--team", "core", "--scope", "team")
    both = saved(run, "narrow", *ADA, "--team", "core")
    ids = {
        item["id"] for item in data(run("list", *ADA, "--team", "core", "--team", "infra", "--json"))["items"]
    }
    assert ids == {shared, team, both}
    assert [item["id"] for item in data(run("list", "--json"))["items"]] == [shared]
    only = data(run("list", *ADA, "--team", "core", "--scope", "team", "--json"))["items"]
    assert [item["id"] for item in only] == [team]
    several = ("--team", "core", "--team", "infra", *ADA)
    run("save", "x", *several, "--scope", "team", code=2)
    assert data(run("save", "x", *several, "--scope", "team=infra", "--json"))["scope"] == {"team": "infra"}
    denied = run("delete", team, *ADA, "--team", "core", code=4)
    assert "--scope LABEL" in denied.stderr
    run("delete", team, *ADA, "--team", "core", "--scope", "team")
    run("delete", shared, *ADA, "--shared")
    assert data(run("list", "--under", "user=ada", "--json"))["items"][0]["id"] == both
    for clash in (("--under", "user=ada", *ADA), ("--all", "--under", "user=ada"), ("--all", "--shared")):
        run("list", *clash, code=2)
    run("list", *ADA, "--shared", "--scope", "user", code=2)
    run("list", *ADA, "--scope", "user", "--scope", "team=core", code=2)


def test_options_before_and_after(run: Run) -> None:
    """Common options may stand before the command; what stands after it wins."""
    assert data(run(*ADA, "--json", "save", "x", "--actor", "me"))["owner"] == "me"
    assert data(run(*ADA, "--json", "save", "y", "--user", "bob"))["scope"] == {"user": "bob"}
    assert data(run("--label", "device=phone", "save", "z", *ADA, "--json"))["scope"] == {
        "device": "phone",
        "user": "ada",
    }
    assert data(run("--store", "sqlite://", "stats", "--all", "--json"))["items"] == 0
    run("save", "x", "--label", "device", code=2)


def test_paging_and_following(run: Run) -> None:
    """Cursors lead through a list, and `changes` goes on from where it was."""
    for text in ("one", "two", "three"):
        saved(run, text, *ADA)
    first = data(run("list", *ADA, "--limit", "2", "--ascending", "--json"))
    rest = data(run("list", *ADA, "--limit", "2", "--ascending", "--cursor", first["next"], "--json"))
    assert [item["text"] for item in first["items"] + rest["items"]] == ["one", "two", "three"]
    assert "More with --cursor" in run("list", *ADA, "--limit", "2").output
    seen = data(run("changes", *ADA, "--json"))
    assert len(seen["items"]) == 3
    assert data(run("changes", *ADA, "--since", seen["next"], "--json"))["items"] == []
    run("changes", *ADA, "--since", "garbage", code=2)


def test_exit_codes(run: Run, tmp_path: Path) -> None:
    """Each class of error has its exit code, and with --json its class, message and item on stderr."""
    id = saved(run, "x", *ADA, "--slot", "a.b", "--value", "1", "--idempotency-key", "k")
    run("update", id, *ADA, "--kind", "preference")
    stale = run("delete", id, *ADA, "--expected-version", "1", "--json", code=5)
    problem = json.loads(stale.stderr)
    assert (problem["error"], problem["current"]["version"]) == ("VersionConflict", 2)
    run("update", id, *ADA, "--kind", "fact", "--actor", "bob")
    problem = json.loads(run("delete", id, *ADA, "--expected-version", "2", "--json", code=5).stderr)
    assert (problem["by"], " UTC by bob;" in problem["message"]) == ("bob", True)
    assert stale.stdout == ""
    run("save", "y", *ADA, "--idempotency-key", "k", code=5)
    problem = json.loads(run("get", UNKNOWN, *ADA, "--json", code=3).stderr)
    assert problem["error"] == "NotFound"
    problem = json.loads(run("save", " ", *ADA, "--json", code=2).stderr)
    assert (problem["error"], problem["field"]) == ("InvalidInput", "text")
    assert problem_of(run("get", UNKNOWN, *ADA, "--json", code=3))["id"] == UNKNOWN
    missing = problem_of(run("search", "--json", code=2))
    assert (missing["error"], missing["field"]) == ("MissingParameter", "query")
    for option in ("--since", "--until", "--valid-at", "--known-at"):
        for bad in ("yesterday", "2026-05-08T10:00"):
            problem = problem_of(run("list", *ADA, option, bad, "--json", code=2))
            assert (problem["field"], option in problem["message"]) == (option[2:].replace("-", "_"), True)
    for where in ("{", "[]", "5", '{"like": {"text": "x"}}'):
        run("list", *ADA, "--where", where, code=2)
    (tmp_path / "other.db").write_bytes(b"something else" * 500)
    run("stats", "--store", "sqlite:///other.db", code=6)
    run("stats", "--store", "nonsense", code=8)
    run("stats", "--store", "", code=8)
    run("save", "z", *ADA, "--actor", "", code=2)
    run("no-such-command", code=2)
    classes = [
        cls for cls in vars(errors).values() if inspect.isclass(cls) and cls.__module__ == errors.__name__
    ]
    for cls in classes:
        expected = next((code for known, code in EXIT_CODES.items() if issubclass(cls, known)), 1)
        assert exit_code(cls.__new__(cls)) == expected


def test_values(run: Run) -> None:
    """A value is JSON where it is JSON, else text; what cannot be a value is refused."""
    for given, kept in (
        ("8080", 8080),
        ("true", True),
        ("oak tree", "oak tree"),
        ('{"a": 1}', {"a": 1}),
        ("NaN", "NaN"),
    ):
        assert (
            data(run("save", f"v {given}", *ADA, "--slot", "a.v", "--value", given, "--json"))["value"]
            == kept
        )
    run("save", "x", *ADA, "--value", "[1]", code=2)
    run("save", "x", *ADA, "--metadata", "{", code=2)
    assert data(run("save", "-", *ADA, "--json", input="from stdin\n"))["text"] == "from stdin"
    assert "UTF-8" in run("save", "-", *ADA, input=b"\xff", code=2).stderr


def test_hostile_text_stays_text(run: Run) -> None:
    """Markup is shown as it stands, and what could turn or steer the terminal is spelled out."""
    text = "[red]x[/red] [link=https://x.y]z[/link] :smile: \u202egnp.exe\u2066 a\nb\u2028c"
    id = saved(run, text, *ADA, "--tag", "[bold]t", "--thread", "\u202ethread")
    for command in (("list",), ("search", "red"), ("show", id), ("history", id), ("changes",), ("overview",)):
        output = run(*command, *ADA).output
        assert not set(output) & set("\u202e\u2066\u2028\x1b"), command
        assert "[bold]t" in output
    listed = run("list", *ADA).output
    assert "[red]x[/red] [link=https://x.y]z[/link] :smile: \\u202egnp.exe\\u2066 a b\\u2028c" in listed
    assert data(run("get", id, *ADA, "--json"))["text"] == text
    assert "\x1b" not in run("get", "\x1b[31m", *ADA, code=2).output


def test_long_text_is_shortened_in_lists_only(run: Run) -> None:
    """A table shows the beginning of a long text; `get` and `show` show all of it."""
    id = saved(run, "word " * 3_000 + "end", *ADA)
    assert len(run("list", *ADA).output) < 2_000
    assert "end" in run("get", id, *ADA).output
    assert "end" in run("show", id, *ADA).output


def test_config_shows_origins(run: Run, tmp_path: Path) -> None:
    """Each setting is printed with where it came from; a broken file is an error of its own."""
    (tmp_path / "holdfast.toml").write_text('language = "german"\n')
    printed = data(run("config", "--store", "sqlite://", "--json"))
    origins = {one["name"]: one["origin"] for one in printed if not one["name"].startswith("server.")}
    assert origins == {
        "store": "argument",
        "embedder": "environment HOLDFAST_EMBEDDER",
        "language": "holdfast.toml",
        "model": "default",
        "base_url": "default",
        "key": "default",
        "key_file": "default",
        "mounts": "default",
        "timezone": "default",
    }
    (tmp_path / "holdfast.toml").write_text("colour = 1\n")
    run("config", code=8)


def test_ingest_command(run: Run, tmp_path: Path) -> None:
    """`ingest` says what it did; a bad line is named, and may be left out."""
    (tmp_path / "a.jsonl").write_text(
        '{"role": "user", "content": "hello"}\noops\n{"role": "user", "content": "bye"}\n'
    )
    stopped = run("ingest", "a.jsonl", *ADA, code=2)
    assert "a.jsonl:2" in stopped.stderr
    assert "1 saved" in stopped.stderr
    told = run("ingest", "a.jsonl", *ADA, "--skip-bad", "--json")
    assert json.loads(told.stderr)["skipped"] == "a.jsonl:2"
    report = data(told)
    assert (report["read"], report["saved"], report["skipped"], report["bad"]) == (2, 1, 1, 1)
    assert "2 there already" in run("ingest", "a.jsonl", *ADA, "--skip-bad", "--dry-run").output
    run("ingest", "a.jsonl", code=2)
    run("ingest", "missing.jsonl", *ADA, code=2)
    assert data(run("ingest", "a.jsonl", "--skip-bad", "--shared", "--json"))["saved"] == 2


def test_options_mirror_the_verbs() -> None:
    """Every keyword argument of a verb is an option or argument of its command."""
    elsewhere = {"self", "progress", "sections", "on_erased"}
    for name in ("save", "save_many", "search", "context", "explain", "why_not", "rerun", "get", "current", "list", "overview", "update", "update_many",
                 "delete", "delete_many", "restore", "history", "changes", "stats"):  # fmt: skip
        parameters = set(inspect.signature(getattr(Memory, name)).parameters) - elsewhere
        command = main.commands[name.replace("_", "-")]
        assert parameters <= {one.name for one in command.params}, name


def test_every_command_has_help_and_an_example() -> None:
    """Each command says what it does and shows how it is typed; each option says what it means."""
    for name, command in main.commands.items():
        assert command.help, name
        assert f"holdfast {name}" in (command.epilog or "").replace("| holdfast", "holdfast"), name
        for option in command.params:
            assert not isinstance(option, click.Option) or option.help, (name, option.name)


def test_completion_scripts() -> None:
    """The scripts for bash, zsh and fish are printed, and the shell's question is answered."""
    for shell in ("bash", "zsh", "fish"):
        result = CliRunner().invoke(main, ["--completion", shell])
        assert result.exit_code == 0
        assert "_HOLDFAST_COMPLETE" in result.output
    ran = run_python(
        "-m", "holdfast.cli", _HOLDFAST_COMPLETE="bash_complete", COMP_WORDS="holdfast sea", COMP_CWORD="1"
    )
    assert "search" in ran.stdout


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """A real process saves with the shipped model, another one finds it by meaning."""
    where = {"HOLDFAST_STORE": "sqlite:///real.db"}
    ran = run_python("-m", "holdfast.cli", "save", "Ada is allergic to peanuts", *ADA, cwd=tmp_path, **where)
    assert ran.returncode == 0, ran.stderr
    ran = run_python(
        "-m", "holdfast.cli", "search", "which food is dangerous for her?", *ADA, cwd=tmp_path, **where
    )
    assert "peanuts" in ran.stdout
    assert "\x1b" not in ran.stdout


def test_output_survives_any_encoding(tmp_path: Path) -> None:
    """Where the terminal knows only ASCII, text is escaped rather than lost."""
    where = {
        "HOLDFAST_STORE": "sqlite:///a.db",
        "HOLDFAST_EMBEDDER": "none",
        "PYTHONUTF8": "0",
        "PYTHONIOENCODING": "ascii",
    }
    for arguments in (
        ("save", "naïve 中", *ADA),
        ("list", *ADA),
        ("list", *ADA, "--json"),
        ("list", "--user", "ü"),
    ):
        ran = run_python("-m", "holdfast.cli", *arguments, cwd=tmp_path, **where)
        assert ran.returncode == 0, ran.stderr
    assert ran.stdout.isascii()


def test_an_output_that_was_closed(tmp_path: Path) -> None:
    """A job that is begun with its output closed does what it is told all the same; a closed input is an empty one."""
    url = f"sqlite:///{tmp_path / 'c.db'}"
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    for words in ("save tea", "list", "list --json", "list --where x"):
        line = f"{sys.executable} -m holdfast.cli {words} --user ada --store {url} >&-"
        ran = subprocess.run(line, shell=True, env=own, stderr=subprocess.PIPE, text=True, check=False)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2 if "where" in words else 0, False)
    for words, code in (("save -", 2), ("observe -", 0), ("save-many", 0)):
        line = f"{sys.executable} -m holdfast.cli {words} --user ada --store {url} <&-"
        ran = subprocess.run(line, shell=True, env=own, stderr=subprocess.PIPE, text=True, check=False)
        assert (ran.returncode, "Traceback" in ran.stderr) == (code, False)


def test_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words stay whole however narrow it is; the terminal wraps the lines."""
    run("save", "Prefers green tea without sugar", *ADA)
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("list", *ADA).stdout
    assert all(word in shown for word in ("Prefers", "without", "sugar"))


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """When the reader of a pipe has gone, the command ends without a traceback."""
    url = f"sqlite:///{tmp_path / 'p.db'}"
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="ada").save_many({"text": f"memory {n} " + "x" * 900} for n in range(400))
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    for extra in ("--json", "--descending"):
        command = [
            sys.executable,
            "-m",
            "holdfast.cli",
            "list",
            *ADA,
            "--limit",
            "400",
            "--store",
            url,
            extra,
        ]
        process = subprocess.Popen(command, env=own, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() in (0, 1)  # some kernels take a large write whole, then nothing has failed
        process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("list", *ADA, "--json"), ("list", *ADA), ("export", "-", "--all")])
def test_an_output_that_is_full(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What cannot be written to where the shell sends it is said in a line, not by a traceback."""
    url = f"sqlite:///{tmp_path / 'f.db'}"
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="ada").save("Prefers tea")
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    with open("/dev/full", "wb") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "holdfast.cli", *arguments, "--store", url],
            env=own, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr == (
        "holdfast: the output cannot be written (No space left on device); it is not complete\n"
    )


def test_a_large_scope_is_loaded_before_ones_eyes(tmp_path: Path) -> None:
    """On a terminal a bar shows how far the scope is; the answer on stdout is the same as without one."""
    url = f"sqlite:///{tmp_path / 'large.db'}"
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="ada").save_many({"text": f"Shelf {n} holds thing {n}"} for n in range(600))
    # What counts as large is lowered, so that the test need not write 65,536 memories.
    code = (
        "import sys; from holdfast.cli import main; from holdfast.stores import sqlite_search as large; "
        "large.CHUNK, large.TOLD_FROM = 256, 512; main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, "search", "which shelf holds thing 17?", *ADA, "--store", url]
    own = os.environ | {
        "HOLDFAST_EMBEDDER": "none",
        "PYTHONPATH": str(SOURCE),
        "TERM": "xterm",
        "COLUMNS": "120",
    }
    terminal, end = pty.openpty()
    seen = subprocess.run(command, env=own, stdout=subprocess.PIPE, stderr=end, check=True)
    shown = os.read(terminal, 65_536)
    os.close(end), os.close(terminal)
    unseen = subprocess.run(command, env=own, capture_output=True, check=True)
    assert b"loading" in shown
    assert unseen.stderr == b""
    assert seen.stdout == unseen.stdout


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C during an ingest ends with 130 and says how far it came; what was saved is there."""
    path = tmp_path / "big.jsonl"
    path.write_text("".join(f'{{"role": "user", "content": "message {n}"}}\n' for n in range(20_000)))
    url = f"sqlite:///{tmp_path / 'i.db'}"
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "holdfast.cli", "ingest", str(path), *ADA, "--store", url]
    # A shell that runs the tests in the background lets its children ignore Ctrl-C; a person's terminal does not.
    hears = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    process = subprocess.Popen(command, env=own, stderr=subprocess.PIPE, text=True, preexec_fn=hears)
    deadline = time.monotonic() + 30
    kept = 0
    while not kept and time.monotonic() < deadline:
        time.sleep(0.05)
        if (tmp_path / "i.db").exists():
            with Memory(url, embedder=None) as memory:
                kept = memory.scoped(user="ada").stats().items
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == 130, told
    assert "goes on from here" in told
    assert "Traceback" not in told


def test_what_a_model_reads(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that the model could not read is told as kept, listed, counted and read by `work`; its key is never shown."""
    step = "For us Bergen has become home for good."
    drafted = {"message": 0, "quote": step, "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen"}  # fmt: skip
    script = [completion("no JSON"), completion("no JSON"), completion({"memories": [drafted]})]
    monkeypatch.setenv("OPENAI_API_KEY", "key-of-the-test")
    monkeypatch.setenv("HOLDFAST_MODEL", "openai:small")
    with Server(script) as server:
        monkeypatch.setenv("HOLDFAST_BASE_URL", server.url)
        shown = run("config").output
        assert "openai:small" in shown
        assert "HOLDFAST_BASE_URL" in shown
        assert "key-of-the-test" not in shown
        failed = run("observe", step, *ADA, code=7)
        assert "what was said is kept" in failed.stderr
        (one,) = data(run("backlog", *ADA, "--json"))["items"]
        assert one["reply"] == "no JSON"
        assert "given up" in run("backlog").output
        assert "1 given up" in run("stats", *ADA).output
        assert "residence" in run("work", one["id"], *ADA).output
        assert data(run("backlog", "--json"))["items"] == []
        quiet = data(run("observe", "Marit tunes pianos.", "--background", *ADA, "--json"))
        assert quiet["queued"]
        run("work", one["id"], *ADA, code=3)


def test_maintain_shows_a_diff_and_applies_it(run: Run) -> None:
    """Without --apply nothing is written; a hostile text stays one line; undo takes back what is printed."""
    first = saved(run, "The \u202eserver\n+ forged is in Oslo.", *ADA)
    saved(run, "the \u202eserver\n+ forged is in Oslo", *ADA)
    shown = run("maintain", *ADA).output
    assert f"- {first} The \\u202eserver + forged is in Oslo." in shown
    assert "\n+ forged" not in shown
    assert "--apply" in shown
    done = data(run("maintain", *ADA, "--apply", "--reason", "spring", "--json"))
    assert [one["action"] for one in done["changes"]] == ["merge"]
    assert "Would change 0 memories." in run("maintain", *ADA).output
    assert len(data(run("undo", done["id"], *ADA, "--json"))) == 3
    run("maintain", *ADA, "--cap", "0", code=2)
    run("maintain", code=2)


def test_as_a_module(tmp_path: Path) -> None:
    """`python -m holdfast` is the command, and says so by its name."""
    told = subprocess.run(
        [sys.executable, "-m", "holdfast", "get", "nope", "--store", f"sqlite:///{tmp_path / 'x.db'}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr.split(":")[0]) == (2, "holdfast")
