"""The commands around a search: context, explain, why-not, rerun, check and tune."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from holdfast.cli import main

Run = Callable[..., Result]
ADA = ("--user", "ada")
TEXTS = ("the API server listens on port 9090", "tea at five in the kitchen", "the door code is 4711")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a store of the test's own that holds three of Ada's memories, without a model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOLDFAST_STORE", "sqlite:///test.db")
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "none")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, (arguments, result.exit_code, result.output, result.exception)
        return result

    for text in TEXTS:
        call("save", text, *ADA)
    return call


def data(result: Result) -> Any:
    """The JSON document on stdout."""
    return json.loads(result.stdout)


def cases(*lines: dict[str, Any]) -> str:
    """Write cases into a file and return its name."""
    Path("cases.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return "cases.jsonl"


def test_explain_why_not_and_rerun(run: Run) -> None:
    """A kept search is explained by the id of its receipt, for its caller only."""
    kept = data(run("search", "which port?", *ADA, "-k", "1", "--keep", "--json"))
    receipt, hit = kept["receipt"], kept["hits"][0]["item"]["id"]
    explained = data(run("explain", receipt, *ADA, "--json"))
    assert explained["faithful"]
    assert [line["id"] for line in explained["lines"]] == [hit]
    assert hit in run("explain", receipt, *ADA).output
    other = data(run("search", "tea", *ADA, "-k", "1", "--json"))[0]["item"]["id"]
    assert data(run("why-not", receipt, other, *ADA, "--json"))["stage"] == "no match"
    assert run("why-not", receipt, other, *ADA).output.startswith("no match: no word of the query")
    assert run("why-not", receipt, hit, *ADA).output.startswith("returned: ")
    run("save", "the port of the port is port", *ADA)
    again = data(run("rerun", receipt, *ADA, "--json"))
    assert again["same"]
    assert "The same answer as then." in run("rerun", receipt, *ADA).output
    for command in (("explain", receipt), ("why-not", receipt, hit), ("rerun", receipt)):
        run(*command, "--user", "bob", code=3)
        run(*command)  # without labels: the store's administrator


def test_context_prints_the_text(run: Run) -> None:
    """The text alone on stdout, so that it can be piped into a prompt; what else is to say stands on stderr."""
    shown = run("context", "API server port", *ADA, "--budget", "60", "--keep")
    assert shown.stdout.startswith("<memories>\n")
    assert shown.stdout.endswith("</memories>\n")
    assert "9090" in shown.stdout
    receipt = shown.stderr.split()[-1]
    assert data(run("explain", receipt, *ADA, "--json"))["faithful"]
    made = data(run("context", "API server port", *ADA, "--budget", "60", "--json"))
    assert made["text"] + "\n" == shown.stdout
    assert made["tokens"] <= 60
    assert made["receipt"]["budget"]["budget"] == 60
    tight = run("context", "API server port", *ADA, "--budget", "4")
    assert tight.stdout == ""
    assert "least budget" in tight.stderr
    nothing = run("context", "opera in Vienna", *ADA)
    assert (nothing.stdout, nothing.stderr) == ("", "Nothing relevant.\n")
    run("context", "x", *ADA, "--budget", "-1", code=2)


def test_check_says_what_failed_and_why(run: Run) -> None:
    """Exit 0 when all cases hold, 1 with the reason of each miss when not, 2 for what is no case."""
    good = {"query": "API server port", "expect": ["port 9090"], "absent": ["opera"]}
    assert "1 of 1 cases hold." in run("check", cases(good), *ADA).output
    assert "1 of 1 cases hold." in run("check", cases({**good, "scope": {"user": "ada"}})).output
    bad = {
        "query": "API server port or tea",
        "expect": ["tea at five", "no such thing"],
        "absent": ["9090"],
        "k": 1,
    }
    printed = run("check", cases(good, bad), *ADA, code=1).output
    assert "below k: place " in printed
    assert "no memory that the caller can see" in printed
    assert "must not come back and is hit 1" in printed
    assert "1 of 2 cases hold." in printed
    told = data(run("check", cases(good, bad), *ADA, "--json", code=1))
    assert (told["cases"], told["failed"], len(told["failures"])) == (2, 1, 3)
    assert told["failures"][0]["why"][0]["stage"] == "below k"
    run("check", cases(good), "--user", "bob", code=1)
    for wrong in ({"query": "x"}, {"query": "x", "expect": ["y"], "colour": 1}, {"expect": ["y"]}):
        assert "line 1" in run("check", cases(wrong), *ADA, code=2).stderr
    Path("cases.jsonl").write_text("not json\n", "utf-8")
    assert "not JSON" in run("check", "cases.jsonl", *ADA, code=2).stderr
    Path("cases.jsonl").write_text("\n", "utf-8")
    run("check", "cases.jsonl", *ADA, code=2)


def test_tune_suggests_the_smallest_that_is_good_enough(run: Run) -> None:
    """All of k and budget are measured, and the smallest that reaches the best recall is named."""
    file = cases(
        {"query": "API server port", "expect": ["port 9090"]},
        {"query": "door code", "expect": ["4711"]},
        {"query": "opera", "absent": ["tea"]},
    )
    told = data(run("tune", file, *ADA, "--json"))
    assert [(row["by"], row["value"]) for row in told["rows"]] == [
        *(("k", k) for k in (3, 5, 10, 20)),
        *(("budget", budget) for budget in (256, 512, 1024, 2048)),
        *(("every", every) for every in (1, 2, 3, 5)),
    ]
    assert (told["k"], told["budget"], told["every"]) == (3, 256, 1)
    whole = [row for row in told["rows"] if row["by"] != "every" or row["value"] == 1]
    assert all(row["recall"] == 1.0 and row["tokens"] > 0 and row["milliseconds"] > 0 for row in whole)
    # The second question was not searched for: what the first one brought says nothing of the door.
    assert [row["recall"] for row in told["rows"] if row["by"] == "every"] == [1.0, 0.5, 0.5, 0.5]
    suggested = "Suggested: search with k=3, context with budget=256, at every step."
    assert suggested in run("tune", file, *ADA).output
    run("tune", cases({"query": "opera", "absent": ["tea"]}), *ADA, code=2)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xff\xfe{\x00", "line 1: is not UTF-8"),
        (b'{"query": "tea", "expect": ["tea"]}\n{"query": "caf\xe9"}', "line 2: is not UTF-8"),
        (b'{"query": "tea", "expect": ["tea"], "scope": "ada"}', "line 1: scope: must be an object"),
    ],
)
@pytest.mark.parametrize("command", ["check", "tune"])
def test_a_file_that_holds_no_cases_is_refused(run: Run, command: str, content: bytes, problem: str) -> None:
    """By its line, with exit code 2: 1 means that a case failed."""
    Path("cases.jsonl").write_bytes(content)
    assert problem in run(command, "cases.jsonl", code=2).stderr


def test_cases_may_hold_a_mark_and_any_separator(run: Run) -> None:
    """Windows begins a file with a mark, and JSON may hold other ends of lines than a line feed."""
    line = '{"query": "tea\u2028at five", "expect": ["tea at five"]}\r\n'
    Path("cases.jsonl").write_bytes(b"\xef\xbb\xbf" + line.encode() * 2)
    assert "2 of 2 cases hold" in run("check", "cases.jsonl", *ADA).stdout


def test_dates_are_days_of_the_configured_time_zone(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--since` as a date and `--observed-at`; a name that is no time zone is refused, and `config` shows it."""
    for name, begins in (
        ("Asia/Tokyo", "2026-05-07T15:00:00+00:00"),
        ("America/Los_Angeles", "2026-05-08T07:00:00+00:00"),
    ):
        monkeypatch.setenv("HOLDFAST_TIMEZONE", name)
        saved = data(run("save", name, *ADA, "--kind", "episode", "--observed-at", "2026-05-08", "--json"))
        assert datetime.fromisoformat(saved["observed_at"]) == datetime.fromisoformat(begins)
        listed = run(
            "list", *ADA, "--since", "2026-05-08", "--until", "2026-05-09", "--kind", "episode", "--json"
        )
        assert name in [one["text"] for one in data(listed)["items"]]
        (hit,) = data(run("search", name, *ADA, "--since", "2026-05-08", "--until", "2026-05-09", "--json"))
        assert hit["item"]["text"] == name
        assert "2026-05-08" in run("list", *ADA, "--kind", "episode", "--until", "2026-05-09").output
        assert "2026-05-07" not in run("search", name, *ADA, "--since", "2026-05-08").output
    assert "America/Los_Angeles" in run("config").output
    monkeypatch.setenv("HOLDFAST_TIMEZONE", "Mars/Phobos")
    assert "HOLDFAST_TIMEZONE" in run("list", *ADA, code=8).output
    assert "HOLDFAST_TIMEZONE" in run("save", "x", *ADA, "--valid-from", "2026-05-08", code=8).output
