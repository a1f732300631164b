"""Ingest: every format becomes the same kind of episodes, twice is once, and nothing acknowledged is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, MemoryItem, Scope
from holdfast.adapters.ingest import MOST_CHARACTERS, Report, ingest, read, size_of
from holdfast.errors import InvalidInput
from holdfast.testing import FakeModel
from tests.guards.project import SOURCE, run_python

ADA = Scope(user="ada")


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A store in memory, without a model."""
    with Memory("sqlite://", embedder=None) as opened:
        yield opened


def jsonl(path: Path, *lines: Any) -> Path:
    """Write objects as lines; a string is written as it stands."""
    text = "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines)
    path.write_text(text, "utf-8")
    return path


def everything(memory: Memory) -> list[MemoryItem]:
    """All live memories, in the order of their turns."""
    found: list[MemoryItem] = []
    cursor = None
    while True:
        page = memory.list(under=Scope.shared(), limit=1_000, cursor=cursor)
        found += page.items
        cursor = page.next
        if cursor is None:
            return sorted(found, key=lambda item: (item.thread or "", item.turn or 0))


# How an answer marks what it cites, as two years of exports have it.
CITED = ("\ue200cite\ue202turn0search0\ue201", "\u30104:0\u2020source\u3011")


def chatgpt() -> list[dict[str, Any]]:
    """An export with one conversation whose second answer was tried again, then with a search."""

    def node(id: str, parent: str | None, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
        message = {"id": id, "author": {"role": role}, "create_time": 1767225600.5, **more}
        message["content"] = {"content_type": "text", "parts": list(parts)}
        return {"id": id, "parent": parent, "message": message, "children": []}

    nodes = [
        {"id": "root", "parent": None, "message": None},
        node("s", "root", "system", "", metadata={"is_visually_hidden_from_conversation": True}),
        node("q", "s", "user", "Which port?", {"content_type": "image_asset_pointer"}),
        node("old", "q", "assistant", "8080."),
        node("call", "q", "assistant", 'search("port")', recipient="web"),
        node("new", "call", "assistant", f"9090 {CITED[0]}.{CITED[1]}", create_time=None),
    ]
    return [
        {
            "title": "Ports",
            "create_time": 1767225600,
            "conversation_id": "c1",
            "current_node": "new",
            "mapping": {one["id"]: one for one in nodes},
        }
    ]


CLAUDE = [
    {
        "uuid": "c2",
        "name": "Tea",
        "created_at": "2026-05-01T10:00:00Z",
        "chat_messages": [
            {"uuid": "m1", "sender": "human", "text": "Tea?", "created_at": "2026-05-01T10:00:01Z"},
            {
                "uuid": "m2",
                "sender": "assistant",
                "text": "",
                "content": [{"type": "text", "text": "Green."}],
            },
            {"uuid": "m3", "sender": "assistant", "content": [{"type": "tool_use", "name": "kettle"}]},
        ],
    }
]


def test_jsonl_has_many_shapes(tmp_path: Path) -> None:
    """Roles, speakers, parts, and every way to write a time end as the same arguments of save."""
    path = jsonl(
        tmp_path / "chat.jsonl",
        {"role": "user", "content": "one", "time": "2026-05-08T14:00:00+02:00", "thread": "a", "id": 7},
        {"speaker": "Bob", "text": "two", "timestamp": 1767225600, "thread": "a"},
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "three"}, {"type": "image_url"}],
            "ts": 1767225600000,
        },
        {"role": "assistant", "content": None, "tool_calls": []},
        "",
        {"role": "tool", "content": ["four", "five"], "time": "2026-05-08"},
        {"role": "user", "content": None, "text": "six"},
        {"role": "user", "content": "", "message": "seven"},
    )
    one, two, three, four, *others = read(path)
    assert [one["text"] for one in others] == ["six", "seven"]
    assert one["observed_at"] == datetime(2026, 5, 8, 12, tzinfo=UTC)
    assert (one["speaker"], one["thread"], one["turn"], one["kind"]) == ("user", "a", 0, "episode")
    assert one["source"]["message_ids"] == ("7",)
    assert one["source"]["role"] == "user"
    assert (two["speaker"], two["turn"]) == ("Bob", 1)
    assert two["observed_at"] == three["observed_at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert (three["thread"], three["turn"], three["source"]["trust"]) == ("chat", 0, "model")
    assert four["text"] == "four\n\nfive"
    assert four["source"]["trust"] == "tool"


def test_chatgpt_export_follows_what_was_seen(tmp_path: Path, memory: Memory) -> None:
    """Only the path to the current node is read: neither the answer that was replaced nor hidden messages, calls and marks."""
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(chatgpt()), "utf-8")
    report = ingest(memory, tmp_path, scope=ADA)
    items = everything(memory)
    assert [item.text for item in items] == ["Which port?", "9090."]
    assert [item.source.ref for item in items] == ["chatgpt:c1#q", "chatgpt:c1#new"]
    assert {item.metadata["title"] for item in items} == {"Ports"}
    assert items[1].observed_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (report.read, report.saved, report.empty) == (2, 2, 2)


def test_claude_export(tmp_path: Path) -> None:
    """Messages come from `content` or `text`, what has no words is left out, and human is user."""
    path = tmp_path / "export.json"
    path.write_text(json.dumps(CLAUDE, indent=1), "utf-8")
    tea, green = read(path)
    assert (tea["text"], tea["speaker"], tea["thread"]) == ("Tea?", "user", "c2")
    assert (green["text"], green["source"]["ref"]) == ("Green.", "claude:c2#m2")
    assert green["observed_at"] == datetime(2026, 5, 1, 10, tzinfo=UTC)


def test_json_list_and_one_conversation_in_a_line(tmp_path: Path) -> None:
    """A list of messages, an object with messages, and a line that is a whole conversation are understood."""
    message = {"role": "user", "content": "hello"}
    for name, whole in (("a.json", [message]), ("b.json", {"messages": [message]})):
        (tmp_path / name).write_text(json.dumps(whole, indent=2), "utf-8")
        assert [one["text"] for one in read(tmp_path / name)] == ["hello"]
    lines = jsonl(tmp_path / "c.jsonl", CLAUDE[0], chatgpt()[0])
    assert [one["text"] for one in read(lines)] == ["Tea?", "Green.", "Which port?", "9090."]


def test_one_line_documents(tmp_path: Path, memory: Memory) -> None:
    """JSON written on one line is what it is on many; it grows without being taken for something new."""
    messages = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]
    path = tmp_path / "chat.json"
    for whole, saved in (({"messages": messages[:1]}, 1), ({"messages": messages}, 1)):
        path.write_text(json.dumps(whole), "utf-8")
        assert ingest(memory, path, scope=ADA).saved == saved
    path.write_text(json.dumps({"conversations": CLAUDE}), "utf-8")
    assert [one["text"] for one in read(path)] == ["Tea?", "Green."]


def test_a_line_may_be_a_conversation(tmp_path: Path) -> None:
    """Lines with a list of messages, as for fine-tuning, are a thread each."""
    one = {"messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]}
    found = list(read(jsonl(tmp_path / "tune.jsonl", one, one | {"thread": "second"})))
    assert [(each["thread"], each["turn"], each["text"]) for each in found] == [
        ("tune:1", 0, "hello"), ("tune:1", 1, "hi"), ("second", 0, "hello"), ("second", 1, "hi"),
    ]  # fmt: skip
    assert len({each["source"]["ref"] for each in found}) == 4


def test_malformed_exports(tmp_path: Path) -> None:
    """A conversation whose parts are of the wrong type is read as far as it makes sense, never a crash."""
    node: dict[str, Any] = {
        "message": {"author": "me", "metadata": "x", "content": {"parts": ["hi"]}},
        "parent": 5,
    }
    odd: list[Any] = [
        {"mapping": {"a": node}, "current_node": ["a"]},
        {"mapping": {"a": node, "b": {"message": "text"}, "c": None, "d": "x"}, "current_node": "a"},
        {"mapping": {}},
        {"chat_messages": [None, {"sender": 5, "text": "ho"}]},
        {"chat_messages": []},
    ]
    (tmp_path / "odd.json").write_text(json.dumps(odd), "utf-8")
    told: list[InvalidInput] = []
    assert [one["text"] for one in read(tmp_path / "odd.json", on_bad=told.append)] == ["hi", "hi", "ho"]
    assert [error.field for error in told] == ["odd.json, entry 4, message 1"]


def test_what_is_no_file_is_told(tmp_path: Path, memory: Memory) -> None:
    """A broken link in a folder of notes, and a pipe, are bad input like any other; they neither crash nor hang."""
    (tmp_path / "a.md").write_text("fine", "utf-8")
    (tmp_path / "b.md").symlink_to(tmp_path / "gone.md")
    os.mkfifo(tmp_path / "c.md")
    told: list[InvalidInput] = []
    assert size_of(tmp_path) == 4
    assert ingest(memory, tmp_path, scope=ADA, on_bad=told.append).saved == 1
    assert [Path(error.field).name for error in told] == ["b.md", "c.md"]
    with pytest.raises(InvalidInput, match="is no file"):
        list(read(tmp_path / "c.md"))


def test_a_folder_of_something_else(tmp_path: Path, memory: Memory) -> None:
    """Where nothing of a folder is read that is said, rather than that nothing was new; an empty one has nothing."""
    folder = tmp_path / "chats"
    folder.mkdir()
    assert ingest(memory, folder, scope=ADA).read == 0
    (folder / "monday.json").write_text('[{"role": "user", "content": "hello"}]', "utf-8")
    with pytest.raises(InvalidInput, match="chats: holds no notes"):
        ingest(memory, folder, scope=ADA)
    assert ingest(memory, folder / "monday.json", scope=ADA).saved == 1


def test_markdown_folder(tmp_path: Path) -> None:
    """A file is a thread, a heading begins a passage, code stays whole, and hidden folders are left alone."""
    (tmp_path / "sub").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "no.md").write_text("hidden", "utf-8")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    (tmp_path / "sub" / "b.txt").write_text("plain # text\n\nmore", "utf-8")
    long = "word " * 150
    (tmp_path / "a.md").write_text(
        f"\ufeff# Server\n\nIt runs.\n## Ports\n9090\n```sh\n# no heading\n\nrun\n```\n\n{long}\n\n{long}\n# End\n",
        "utf-8",
    )
    found = list(read(tmp_path))
    assert [one["thread"] for one in found] == ["a.md"] * 4 + ["sub/b.txt"]
    assert found[0]["text"] == "# Server\n\nIt runs."
    assert found[1]["text"].startswith("## Ports\n\n9090\n```sh\n# no heading\n\nrun\n```\n\nword")
    assert [one["metadata"].get("heading") for one in found] == [
        "Server",
        "Server > Ports",
        "Server > Ports",
        "End",
        None,
    ]
    assert found[4]["text"] == "plain # text\n\nmore"
    assert found[0]["source"]["trust"] == "external"
    assert size_of(tmp_path) == sum((tmp_path / name).stat().st_size for name in ("a.md", "sub/b.txt"))


def test_twice_is_once_and_growth_is_added(tmp_path: Path, memory: Memory) -> None:
    """A second run saves nothing, also under another name; a longer file adds its new lines; deleted ones stay away."""
    lines: list[Any] = [{"role": "user", "content": "ok"} for _ in range(3)]
    path = jsonl(tmp_path / "a.jsonl", *lines)
    assert ingest(memory, path, scope=ADA).saved == 3
    assert ingest(memory, path, scope=ADA).to_json() | {"seconds": 0, "per_second": 0} == {
        "read": 3, "saved": 0, "skipped": 3, "erased": 0, "empty": 0, "bad": 0, "dry_run": False, "seconds": 0, "per_second": 0,
        "outcomes": {}, "reasons": {}, "queued": False,
    }  # fmt: skip
    memory.delete(everything(memory)[0].id, scope=ADA)
    renamed = jsonl(tmp_path / "b.jsonl", *lines, {"role": "user", "content": "new"})
    assert ingest(memory, renamed, scope=ADA).saved == 1
    assert len(everything(memory)) == 3
    assert ingest(memory, renamed, scope=Scope(user="bob")).saved == 4


def test_what_was_erased_stays_out(tmp_path: Path, memory: Memory) -> None:
    """The same file again leaves out what was erased, counts it, and takes in what is new after it."""
    lines = [{"role": "user", "content": text} for text in ("Tea at five.", "My secret.", "Bring cake.")]
    file = jsonl(tmp_path / "chat.jsonl", *lines)
    ingest(memory, file, scope=ADA)
    memory.erase(everything(memory)[1].id, scope=ADA)
    report = ingest(memory, jsonl(file, *lines, {"role": "user", "content": "And jam."}), scope=ADA)
    assert (report.saved, report.skipped, report.erased) == (1, 2, 1)
    assert "1 erased before and left out" in str(report)
    assert [item.text for item in everything(memory)] == ["Tea at five.", "Bring cake.", "And jam."]


def said(text: str, day: str, **more: Any) -> dict[str, Any]:
    """A message of a day."""
    return {"role": "user", "content": text, "time": f"{day}T09:00:00+00:00", **more}


def test_what_was_said_is_read(tmp_path: Path, memory: Memory) -> None:
    """Facts are read out of a log as of the time of each message, counted, and read once; raw they are not."""
    path = jsonl(
        tmp_path / "chat.jsonl",
        said("I moved to Lisbon last month.", "2024-05-10", id="m1"),
        said("Do I live in Paris?", "2024-05-11"),
        said("I am diabetic.", "2024-05-12"),
        said("My key is sk-proj-" + "a1B2c3D4" * 5, "2024-05-13"),
        said("I live in Porto now.", "2025-02-01"),
        {"speaker": "Bob", "text": "I live in Bergen.", "time": "2025-02-02"},
        {"role": "assistant", "content": "I moved to Oslo.", "time": "2025-02-03"},
    )
    report = ingest(memory, path, scope=ADA)
    assert (report.saved, report.outcomes) == (
        7, {"added": 2, "superseded": 1, "pending": 1, "redacted": 1, "skipped": 2},
    )  # fmt: skip
    assert report.reasons == {"question": 1, "an agent's claim": 1}
    assert "2 skipped (1 question, 1 an agent's claim)" in str(report)
    ada = memory.scoped(user="ada")
    values = [
        ada.current("user.residence", valid_at=datetime(year, month, 15, tzinfo=UTC))
        for year, month in ((2024, 3), (2024, 4), (2025, 3))
    ]
    assert [item and item.value for item in values] == [None, "Lisbon", "Porto"]
    bob = ada.current("bob.residence")
    assert bob is not None
    assert (bob.value, bob.source.trust) == ("Bergen", "user")
    episodes = [item for item in everything(memory) if item.kind == "episode"]
    assert [item.turn for item in episodes] == list(range(7))
    assert episodes[0].source.message_ids == ("m1",)
    assert "sk-proj" not in repr(episodes)
    again = ingest(memory, path, scope=ADA)
    assert (again.saved, again.skipped, again.outcomes) == (0, 7, {})
    assert {item.sightings for item in everything(memory)} == {1}
    raw = ingest(memory, path, scope=Scope(user="eve"), raw=True)
    assert (raw.saved, raw.outcomes) == (7, {})
    assert {item.kind for item in memory.list(scope=Scope(user="eve")).items} == {"episode"}


def test_an_old_log_ends_nothing_that_was_said_since(tmp_path: Path, memory: Memory) -> None:
    """Orders and endings of a log mean what was said before them, whenever the log is taken in."""
    ada = memory.scoped(user="ada")
    for text in ("I live in Paris.", "I like jazz."):
        ada.observe({"role": "user", "content": text, "at": "2026-01-05"})
    path = jsonl(
        tmp_path / "old.jsonl",
        said("I like opera.", "2023-01-01"),
        said("Forget that I like jazz.", "2023-01-02"),
        said("Forget that I like opera.", "2023-01-03"),
        said("I no longer live in Paris.", "2023-01-04"),
    )
    assert ingest(memory, path, scope=ADA).outcomes == {"added": 1, "forgotten": 1, "skipped": 2}
    assert {item.value for item in ada.list(kinds=["fact", "preference"]).items} == {"Paris", "jazz"}


def test_an_export_is_read_from_its_first_conversation_on(tmp_path: Path, memory: Memory) -> None:
    """An export begins with the latest conversation; what that takes back is not true for having been read after it."""

    def conversation(id: str, day: str, text: str) -> dict[str, Any]:
        message = {"uuid": "m", "sender": "human", "text": text, "created_at": day}
        return {"uuid": id, "created_at": day, "chat_messages": [message]}

    export = [
        conversation("late", "2026-03-01T10:00:00Z", "Forget that I like opera."),
        conversation("early", "2025-03-01T10:00:00Z", "I like opera."),
    ]
    (tmp_path / "conversations.json").write_text(json.dumps(export), "utf-8")
    assert ingest(memory, tmp_path, scope=ADA).outcomes == {"added": 1, "forgotten": 1}


def test_an_export_in_parts_is_one_export(tmp_path: Path, memory: Memory) -> None:
    """What ChatGPT parts is read together, from its first conversation on; whole, or in other parts, nothing is new."""

    def said(id: str, time: int, text: str) -> dict[str, Any]:
        message = {"id": id, "author": {"role": "user"}, "content": {"parts": [text]}, "create_time": time}
        tree = {"root": {"message": None}, "said": {"message": message, "parent": "root"}}
        return {"conversation_id": id, "create_time": time, "current_node": "said", "mapping": tree}

    late, early = (
        said("late", 1_770_000_000, "Forget that I like opera."),
        said("early", 1_760_000_000, "I like opera."),
    )
    for number, part in enumerate(([late], [early])):
        (tmp_path / f"conversations-00{number}.json").write_text(json.dumps(part), "utf-8")
    (tmp_path / "user.json").write_text('{"content": "no part of it"}', "utf-8")
    (tmp_path / "notes.md").write_text("nor is this", "utf-8")
    assert ingest(memory, tmp_path, scope=ADA).outcomes == {"added": 1, "forgotten": 1}
    assert [item.source.ref for item in everything(memory)] == ["chatgpt:early#early", "chatgpt:late#late"]
    again = ingest(memory, tmp_path, scope=ADA)
    assert (again.read, again.saved, again.skipped) == (2, 0, 2)
    (tmp_path / "conversations-000.json").write_text("no JSON", "utf-8")
    with pytest.raises(InvalidInput, match=r"conversations-000\.json: is not JSON"):
        ingest(memory, tmp_path, scope=ADA)
    assert {item.kind for item in everything(memory)} == {"episode"}


def test_threads_do_not_mix(tmp_path: Path, memory: Memory) -> None:
    """ "Don't remember that" means the message before it in its own thread."""
    path = jsonl(
        tmp_path / "two.jsonl",
        said("I live in Paris.", "2026-01-01", thread="a"),
        said("I like jazz.", "2026-01-01", thread="b"),
        said("Don't remember that.", "2026-01-01", thread="a"),
    )
    ingest(memory, path, scope=ADA)
    assert [item.value for item in everything(memory) if item.kind != "episode"] == ["jazz"]
    assert "Paris" not in repr(everything(memory))


def test_a_log_for_a_model_is_read_in_pieces(tmp_path: Path) -> None:
    """With a language model, what the rules leave unread is queued in pieces that a prompt holds, and told of."""
    path = jsonl(
        tmp_path / "lamps.jsonl",
        *(said(f"Lamp L{n} in the hall burns {n + 10} watts.", "2026-01-01") for n in range(100)),
    )
    url = f"sqlite:///{tmp_path / 'm.db'}"
    model = FakeModel()
    with Memory(url, embedder=None, model=model) as memory:
        report = ingest(memory, path, scope=ADA)
        memory.scoped(user="ada").work()
    assert report.queued
    assert "has yet to read the rest" in str(report)
    # In whichever order: the memory reads in the background too, beside `work`.
    assert sorted(text.count("Lamp L") for text in model.asked) == [20, 40, 40]


def test_notes_edited(tmp_path: Path, memory: Memory) -> None:
    """An edited passage is added, the others are there already, and passages that say the same are each kept."""
    note = tmp_path / "n.md"
    note.write_text("# A\none\n# B\ntwo\n# B\ntwo\n", "utf-8")
    assert ingest(memory, note, scope=ADA).saved == 3
    note.write_text("# A\none, changed\n# B\ntwo\n# B\ntwo\n", "utf-8")
    report = ingest(memory, note, scope=ADA)
    assert (report.saved, report.skipped) == (1, 2)


def test_bad_lines(tmp_path: Path, memory: Memory) -> None:
    """A bad line stops everything after it and is named; what came before is saved; on_bad leaves it out instead."""
    good = {"role": "user", "content": "fine"}
    bad: list[Any] = [
        "{broken",
        "[1]",
        '"text"',
        {"no": "text"},
        {"text": "x", "time": "soon"},
        {"text": 5},
        "[" * 100_000,
    ]
    for one in bad:
        path = jsonl(tmp_path / "bad.jsonl", good, one, good)
        with pytest.raises(InvalidInput, match=r"^bad\.jsonl:2: "):
            list(read(path))
    report, told = Report(), list[InvalidInput]()
    with pytest.raises(InvalidInput):
        ingest(memory, path, scope=ADA, report=report)
    assert (report.read, report.saved) == (1, 1)
    path = jsonl(tmp_path / "bad.jsonl", good, *bad, good)
    path.write_bytes(path.read_bytes() + b'{"text": "\xff"}\n')
    report = ingest(memory, path, scope=ADA, on_bad=told.append)
    assert (report.read, report.saved, report.bad) == (2, 1, 8)
    assert [error.field for error in told] == [f"bad.jsonl:{line}" for line in (2, 3, 4, 5, 6, 7, 8, 10)]


def test_unicode_and_control_characters(tmp_path: Path, memory: Memory) -> None:
    """Control characters go, half surrogates are replaced or joined, and every script comes back as it was."""
    path = tmp_path / "u.jsonl"
    path.write_text(
        '\ufeff{"speaker": "  Zoë\\n ", "text": "a\\u0000b\\u001b[31m \\ud83d\\ude00 \\ud800 中文 עברית"}\n',
        "utf-8",
    )
    ingest(memory, path, scope=ADA)
    (item,) = everything(memory)
    assert item.text == "ab[31m \U0001f600 \ufffd 中文 עברית"
    assert item.speaker == "Zoë"


def test_long_text_becomes_turns(tmp_path: Path, memory: Memory) -> None:
    """A text past the limit is parted between words, in turns that follow one another; no word is lost."""
    words = " ".join(f"w{n}" for n in range(10_000))
    path = jsonl(
        tmp_path / "l.jsonl", {"role": "user", "content": words}, {"role": "user", "content": "x" * 45_000}
    )
    ingest(memory, path, scope=ADA)
    items = everything(memory)
    assert [item.turn for item in items] == list(range(len(items)))
    assert all(len(item.text) <= MOST_CHARACTERS for item in items)
    spaced = [item.text for item in items if item.text.startswith("w")]
    assert " ".join(spaced) == words
    assert sum(len(item.text) for item in items if item.text.startswith("x")) == 45_000
    assert ingest(memory, path, scope=ADA).saved == 0


def test_not_text(tmp_path: Path) -> None:
    """A binary file, JSON of another kind and an unreadable one are refused; an empty one holds nothing."""
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")
    (tmp_path / "b.json").write_text("5", "utf-8")
    for name in ("a.bin", "b.json"):
        with pytest.raises(InvalidInput, match=name):
            list(read(tmp_path / name))
    (tmp_path / "c.txt").write_bytes(b"")
    assert list(read(tmp_path / "c.txt")) == []


def test_dry_run(tmp_path: Path, memory: Memory) -> None:
    """A dry run counts what would be saved and saves nothing."""
    path = jsonl(tmp_path / "a.jsonl", {"role": "user", "content": "ok"})
    assert ingest(memory, path, scope=ADA, report=Report(dry_run=True)).saved == 1
    assert everything(memory) == []


def test_killed_in_the_middle_and_run_again(tmp_path: Path) -> None:
    """After kill -9 in the middle, a rerun goes on: every message is there once, in its place, and was read once."""
    count = 2_400
    texts = [
        f"The db{n} server is on port {n + 3_000}." if n % 20 == 0 else f"message {n}" for n in range(count)
    ]
    path = jsonl(tmp_path / "big.jsonl", *({"role": "user", "content": text} for text in texts))
    url = f"sqlite:///{tmp_path / 'k.db'}"
    command = ["-m", "holdfast.cli", "ingest", str(path), "--user", "ada", "--store", url, "--json"]
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    process = subprocess.Popen([sys.executable, *command], env=own, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    before = 0
    while before < 300 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
        if (tmp_path / "k.db").exists():
            with Memory(url, embedder=None) as memory:
                before = memory.stats(under=ADA).items
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Memory(url, embedder=None) as memory:
        kept = sum(item.kind == "episode" for item in everything(memory))
    assert before // 2 <= kept < count
    ran = run_python(*command, HOLDFAST_EMBEDDER="none")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert (report["skipped"], report["saved"]) == (kept, count - kept)
    with Memory(url, embedder=None) as memory:
        found = everything(memory)
    items = [item for item in found if item.kind == "episode"]
    assert [item.text for item in items] == texts
    assert [item.turn for item in items] == list(range(count))
    facts = [item for item in found if item.kind == "fact"]
    assert sorted(item.value for item in facts) == list(range(3_000, count + 3_000, 20))
    assert {item.sightings for item in facts} == {1}


def test_taken_in_by_several_processes_at_once(tmp_path: Path) -> None:
    """Three ingests of one source, started together: all succeed, and every message is there once, in its place."""
    count = 1_200
    texts = [
        f"The db{n} server is on port {n + 3_000}." if n % 20 == 0 else f"message {n}" for n in range(count)
    ]
    path = jsonl(tmp_path / "log.jsonl", *({"role": "user", "content": text} for text in texts))
    url = f"sqlite:///{tmp_path / 'r.db'}"
    command = [sys.executable, "-m", "holdfast.cli", "ingest", str(path), "--user", "ada", "--store", url]
    own = os.environ | {"HOLDFAST_EMBEDDER": "none", "PYTHONPATH": str(SOURCE)}
    racing = [
        subprocess.Popen(command, env=own, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    told = [process.communicate(timeout=120)[1] for process in racing]
    assert [process.returncode for process in racing] == [0, 0, 0], told
    with Memory(url, embedder=None) as memory:
        found = everything(memory)
    items = [item for item in found if item.kind == "episode"]
    assert [item.text for item in items] == texts
    assert [item.turn for item in items] == list(range(count))
    assert {item.sightings for item in found} == {1}
    assert len(found) - len(items) == count // 20
