"""Secrets planted wherever words can go in: none comes to a file, a log, a receipt, a backup, or a request to a model."""

from __future__ import annotations

import contextlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.extraction import secrets
from holdfast import Memory, Session
from holdfast.cli import main
from holdfast.errors import ExtractionFailed, HoldfastError
from holdfast.memory import ScopedMemory
from tests.engine.served import Answer, Request, Server, completion

POLICY = {"email": "redact", "phone": "redact"}
# Each in a sentence that is none of a secret by itself; "{}" is where a secret of that kind stands.
SENTENCES = {
    "password in an address": "the database is postgres://ada:{}@db.internal/x for now",
    "assigned password": "we log in with password={} there",
}
MORE = {"e-mail": "ada.lovelace" + "@mail.example.org", "phone": "+44 20 " + "7946 0958"}


def planted() -> dict[str, str]:
    """Every kind of secret, in a sentence."""
    return {kind: SENTENCES.get(kind, "for this use {} please").format(one) for kind, one in found().items()}


def one_line(said: str) -> str:
    """A name or a reason: of one line, and not long."""
    return " ".join(said.split())[:120].strip()


def found() -> dict[str, str]:
    """Every kind of secret by itself."""
    return {**secrets(), **MORE}


def traces(kind: str) -> list[bytes]:
    """What of a secret may be nowhere: all of it, as JSON writes it, and the longest line of what has several."""
    one = found()[kind]
    lines = [one, json.dumps(one)[1:-1], max(one.splitlines(), key=len)]
    return [line.encode() for line in dict.fromkeys(lines)]


@contextlib.contextmanager
def everything_logged(path: Path) -> Iterator[None]:
    """Write all that any logger says into a file."""
    root, handler = logging.getLogger(), logging.FileHandler(path)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


def answering(request: Request) -> Answer:
    """A server that embeds, and else says again what it was asked to read: a draft that quotes all of it, or no JSON."""
    if request.path.endswith("/embeddings"):
        rows = [
            {"index": n, "embedding": [1.0, float(len(one)), 0.5]}
            for n, one in enumerate(request.body["input"])
        ]
        return Answer(json.dumps({"data": rows}).encode())
    return completion(f"I cannot read this: {request.text}")


def kept(verb: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """What a verb keeps of a step whose reply cannot be read."""
    try:
        return verb(*given, **named)
    except ExtractionFailed as error:
        return str(error), error.observation


def told(ada: ScopedMemory, said: str) -> list[Any]:
    """Plant a sentence in what an agent hands over."""
    arguments = {"note": said, "headers": [{"X-Note": said}], said[:200]: "as a key"}
    call = {"id": "c1", "type": "function", "function": {"name": "run", "arguments": json.dumps(arguments)}}
    used = {"type": "tool_use", "id": "t1", "name": "shell", "input": {"command": f"echo {said}"}}
    result = {
        "type": "tool_result",
        "tool_use_id": "t1",
        "is_error": True,
        "content": [{"type": "text", "text": f"failed: {said}"}],
    }
    messages = [
        {"role": "user", "content": f"Remember that {said}. I live in Oslo."},
        {"role": "user", "content": [{"type": "text", "text": "one part"}, {"type": "text", "text": said}]},
        {"role": "assistant", "content": f"Noted: {said}", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"output": said, "error": said})},
        {"role": "assistant", "content": [{"type": "text", "text": "Let me look."}, used]},
        {"role": "user", "content": [result]},
        {"role": "event", "content": f"Traceback: {said}"},
        {"role": "user", "content": "x " * 9_990 + said + " y" * 5_000},
    ]
    seen = ada.observe(
        messages, thread="talk", recalled=[said], reason=one_line(planted()["card number"]), background=True
    )
    return [seen, *(kept(ada.observe, said, idempotency_key="k1") for _ in range(2))]


def saved(ada: ScopedMemory, said: str) -> list[Any]:
    """Plant it in every field that holds words, and change, merge, search and rename with it."""
    word = one_line(planted()["github token"])
    one = ada.save(
        said,
        value={"said": said},
        slot="note.text",
        tags=[word],
        metadata={"a": [{"b": said}]},
        speaker=word,
        reason=word,
    )
    for sentence in map(one_line, planted().values()):
        ada.save("Ada was here.", kind="episode", tags=[sentence], speaker=sentence, reason=sentence)
    two = ada.save("Ada rows.", idempotency_key="k2")
    made: list[Any] = [
        one,
        *ada.save_many([{"text": said, "kind": "episode"}, {"text": "Ada ran.", "value": said}]),
    ]
    made.append(ada.update(two.id, text=f"Ada rows: {said}", metadata={"why": said}, reason=word))
    ada.update_many({"eq": {"kind": "episode"}}, {"metadata": {"all": said}}, reason=word)
    three = ada.save("Ada sails.")
    made.append(ada.merge([two.id, three.id], text=f"Ada sails and rows: {said}"))
    made.append(ada.history(made[-1].id))
    kept(ada.observe, "I am diabetic.")
    made += [ada.review(one.id, approve=True, text=said, value=said) for one in ada.review().items]
    hits = ada.search(f"what of {said}", keep=True, where={"eq": {"metadata.a": said}})
    made += [
        hits.receipt,
        ada.context(said, keep=True),
        ada.explain(hits.receipt.id),
        ada.rerun(hits.receipt.id),
    ]
    ada.rename("Ada", "The Rower", reason=word)
    with contextlib.suppress(HoldfastError):  # a name cannot be masked
        ada.rename("The Rower", word)
    made.append(kept(ada.summarise, "talk"))
    return made


def worked(memory: Memory, said: str) -> list[Any]:
    """Plant it in a session: input, goal, state, a run that fails, and the tools."""
    session = Session(memory, thread="work", user="ada")
    step = session.before_step(f"look: {said}", goal=f"get on with {said}")
    session.state["plan"] = {"todo": [said], "long": "w" * 150 + " " + said}
    with contextlib.suppress(RuntimeError), session.run(f"deploy {said}", state={"at": said}) as run:
        run.step(f"tried {said}", state={"at": said})
        raise RuntimeError("e" * 880 + " " + said)
    made: list[Any] = [
        step.memory,
        session.after_step([{"role": "user", "content": said}], outcome=f"failed: {said}"),
    ]
    made.append(session.call("save_memory", {"text": said, "value": said[:200], "slot": "note.model"}))
    made += [
        session.call("search_memory", {"query": said}),
        session.tried(said),
        session.unfinished(),
        dict(session.state),
    ]
    return made


def commanded(folder: Path, said: str) -> list[str]:
    """Plant it in what commands are given; returns all they printed."""
    talk = folder / "in" / "talk.json"
    talk.parent.mkdir()
    talk.write_text(json.dumps([{"role": "user", "content": said}, {"role": "tool", "content": said}]))
    note = talk.with_name("note.md")
    note.write_text(f"# Notes\n\n{said}\n")
    store = ["--store", f"sqlite:///{folder / 'command.db'}", "--user", "ada"]
    printed = []
    for command in (
        ["save", said, "--metadata", json.dumps({"why": said})], ["search", said, "--json"], ["observe", str(talk), "--json"], ["context", said], ["list", "--json"],
        ["ingest", str(talk), "--json"], ["ingest", str(note)], ["ingest", str(talk), "--raw"]
    ):  # fmt: skip
        result = CliRunner().invoke(main, [*command, *store])
        assert result.exit_code == 0, result.output
        printed.append(result.output)
    talk.unlink()
    note.unlink()
    talk.parent.rmdir()
    return printed


def test_a_secret_comes_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted in messages, parts, calls, results, errors, fields, states, runs, queries and files: not one byte of it is left."""
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "none")
    said, out = "\n".join(planted().values()), tmp_path / "out"
    out.mkdir()
    outputs: dict[str, Any] = {}
    with everything_logged(out / "log.txt"), Server([answering]) as server:
        options: Mapping[str, Any] = {"model": "ollama:m", "embedder": "ollama:e", "base_url": server.url}
        with Memory(f"sqlite:///{out / 'memory.db'}", policy=POLICY, **options) as memory:
            ada = memory.scoped(user="ada")
            outputs |= {"observe": told(ada, said), "save": saved(ada, said), "session": worked(memory, said)}
            memory.backup(out / "copy.db")
            kept(memory.work)
            outputs["backlog"] = list(memory.backlog())
            outputs["list"] = [ada.list(limit=100), ada.changes(limit=500)]
            (out / "while open").write_bytes(b"".join(path.read_bytes() for path in out.glob("memory.db*")))
        outputs["requests"] = [request.body for request in server.requests]
    # The command has no policy of its own to set: without it, addresses are kept.
    outputs["command"] = commanded(out, "\n".join(planted()[kind] for kind in secrets()))
    assert {"messages", "input"} <= {name for body in outputs["requests"] for name in body}
    for kind in found():
        for trace in traces(kind):
            for name, output in outputs.items():
                text = json.dumps(output, ensure_ascii=False) if name == "requests" else repr(output)
                assert trace.decode() not in text, f"{kind} came back from {name}"
            for path in sorted(one for one in out.rglob("*") if one.is_file()):
                assert trace not in path.read_bytes(), f"{kind} is in {path.name}"
