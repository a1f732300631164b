"""Runs: what ended stays ended, wrong arguments are named, and a trace is whole however long it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import Memory, Session
from holdfast.errors import InvalidInput


@pytest.fixture
def session() -> Iterator[Session]:
    """A session over a memory by words alone."""
    with Memory("sqlite://", embedder=None) as memory:
        yield Session(memory, thread="t", user="ada")


def test_a_run_that_ended_takes_no_step(session: Session) -> None:
    """After its block, and where another process finished it."""
    with session.run("deploy") as run:
        run.step("built")
    with pytest.raises(InvalidInput, match="has ended"):
        run.step("pushed")
    with pytest.raises(InvalidInput, match="has ended"):
        session.record(run.trace.id, "pushed", {"next": "push"})
    [trace] = session.tried("deploy")
    assert (trace.steps, dict(trace.state)) == (("built",), {})


def test_how_a_run_ended_is_told_once(session: Session) -> None:
    """The first outcome stays; an error in a block whose run was ended reaches the caller as it is."""

    def ended_and_raised() -> None:
        with session.run("deploy") as run:
            session.finish(run.trace.id, "failed", "no disk")
            raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        ended_and_raised()
    [trace] = session.tried("deploy")
    with pytest.raises(InvalidInput, match="has ended"):
        session.finish(trace.id, "done", "all well")
    assert session.tried("deploy")[0].outcome == "no disk"


def test_wrong_arguments_are_named(session: Session) -> None:
    """By their own names, and nothing is kept."""
    run = session.begin("deploy")
    given: list[tuple[str, Any]] = [
        ("name", lambda: session.begin("")),
        ("name", lambda: session.begin(None)),  # type: ignore[arg-type]
        ("state", lambda: session.begin("x", 5)),  # type: ignore[arg-type]
        ("text", lambda: session.record(run.id, " ")),
        ("text", lambda: session.record(run.id, None)),  # type: ignore[arg-type]
        ("state", lambda: session.record(run.id, "x", [1])),  # type: ignore[arg-type]
        ("state", lambda: session.record(run.id, "x", {"x": object()})),
        ("run_id", lambda: session.record("", "x")),
        ("run_id", lambda: session.record("none", "x")),
        ("status", lambda: session.finish(run.id, "ok")),  # type: ignore[arg-type]
        ("outcome", lambda: session.finish(run.id, "done", {"a": 1})),  # type: ignore[arg-type]
        ("what", lambda: session.tried("")),
        ("what", lambda: session.tried(None)),  # type: ignore[arg-type]
        ("k", lambda: session.tried("deploy", k=0)),
        ("input", lambda: session.before_step("")),
        ("input", lambda: session.before_step(None)),  # type: ignore[arg-type]
        ("outcome", lambda: session.after_step("hello", outcome=" ")),
        ("messages", lambda: session.after_step(None)),  # type: ignore[arg-type]
        ("id", lambda: session.confirm(None, True)),  # type: ignore[arg-type]
    ]
    for field, call in given:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.field == field
    assert session.unfinished() == (run,)
    assert session.before_step("hello").recent == ()


def test_an_outcome_that_is_no_text_is_told_where_it_is_set(session: Session) -> None:
    """Not at the end of the block, where the run could not be ended any more."""
    with session.run("deploy") as run:
        with pytest.raises(InvalidInput, match="outcome: must be a string"):
            run.outcome = {"version": 3}  # type: ignore[assignment]
        run.outcome = "version 3"
    assert session.tried("deploy")[0].outcome == "version 3"


def test_a_trace_has_every_step_as_it_was_told(session: Session) -> None:
    """More than a page of them, and a long one in one piece."""
    run = session.begin("import")
    long = "row and row and row " * 1_500
    session.record(run.id, long)
    steps = [f"row {n}" for n in range(1_010)]
    for step in steps:
        session.record(run.id, step)
    [left] = session.unfinished()
    assert left.steps == (long.rstrip(), *steps) or left.steps == (long, *steps)


def test_every_unfinished_run_is_told(session: Session) -> None:
    """However many there are."""
    for n in range(105):
        session.begin(f"job {n}")
    assert [one.name for one in session.unfinished()] == [f"job {n}" for n in reversed(range(105))]


def test_how_a_run_ended_is_cut_where_no_word_ends_in_a_space() -> None:
    """A long text of a script without spaces is told in part, and a key is never cut in two."""
    with Memory("sqlite://", embedder=None) as memory:
        session = Session(memory, thread="t", user="ada")
        for name, outcome in (("build", "\u6210\u529f" * 1_000), ("sign", f"{'done ' * 179}{'k' * 900}")):
            with session.run(name) as run:
                run.outcome = outcome
        ends = {one.name: one.outcome for one in session.tried("build sign")}
        assert ends["build"] == "\u6210\u529f" * 450
        assert (ends["sign"] or "").endswith("done")
