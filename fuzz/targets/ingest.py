"""Files for `ingest`: the first line of an input is a file's name, the rest is what stands in it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, held, opened, refusing, scalars, texts
from holdfast import Scope
from holdfast.adapters.ingest import ingest, read

SEEDS = [
    b'chat.jsonl\n{"role": "user", "content": "Tea at five", "time": "2026-01-01T10:00:00Z", "thread": "a"}\n{"speaker": "Bob", "text": "The port is 8080", "id": "m2"}\n',
    b'conversations.json\n[{"title": "Ports", "create_time": 1767225600.5, "mapping": {"r": {"id": "r", "message": null, "parent": null, "children": ["a"]}, "a": {"id": "a", "message": {"id": "a", "author": {"role": "user"}, "create_time": 1767225601.0, "content": {"content_type": "text", "parts": ["Which port?"]}}, "parent": "r", "children": []}}, "current_node": "a", "id": "c"}]',
    b'conversations.json\n[{"uuid": "u", "name": "Tea", "created_at": "2026-01-01T10:00:00Z", "chat_messages": [{"uuid": "m", "text": "Tea at five", "sender": "human", "created_at": "2026-01-01T10:00:00Z", "content": [{"type": "text", "text": "Tea at five"}]}]}]',
    b'list.json\n{"messages": [{"role": "user", "content": [{"type": "text", "text": "hello there"}]}]}',
    b"notes.md\n# Ports\n\nThe port is 8080.\n\n```sh\n# no heading\n```\n\n## Tea\n\nAt five.\n",
    b"notes.txt\nOne passage.\n\nAnother one.\n",
    b'bom.json\n\xef\xbb\xbf[{"content": "x"}]',
]
NAMES = ["a.jsonl", "a.ndjson", "conversations.json", "a.json", "a.md", "a.txt", "a", "a.csv"]


def check(given: bytes) -> None:
    """Read it with and without leaving bad messages out; ingest it raw twice, which is the same as once, and observed."""
    name, _, body = given.partition(b"\n")
    suffix = Path(name.decode("utf-8", "replace").replace("\0", "").replace("/", "")[-20:]).suffix
    called = "conversations.json" if name == b"conversations.json" else f"file{suffix}"
    with tempfile.TemporaryDirectory() as folder, opened() as memory:
        path, scope = Path(folder, called), Scope(user="ada")
        path.write_bytes(body)
        with refusing():
            list(read(path))
        list(read(path, on_bad=lambda error: str(error).encode()))
        ingest(memory, path, scope=scope, raw=True, on_bad=lambda _: None)
        kept = held(memory)
        again = ingest(memory, path, scope=scope, raw=True, on_bad=lambda _: None)
        assert again.saved == 0, f"{again.saved} messages were saved again"
        assert held(memory) == kept, "twice is not the same as once"
        ingest(memory, path, scope=Scope(user="bob"), on_bad=lambda _: None)


def inputs() -> st.SearchStrategy[bytes]:
    """Messages in the formats that are read, with odd values in every place, under names of every kind."""
    words = st.one_of(texts, texts, scalars, anything)
    time = st.one_of(st.sampled_from(["2026-01-01T10:00:00Z", 1_767_225_600, 1e12, 1e300, -1e18]), scalars)
    message = st.fixed_dictionaries(
        {}, optional={"role": words, "content": words, "text": words, "time": time, "create_time": time, "thread": words, "id": words, "metadata": words},
    )  # fmt: skip
    node = st.fixed_dictionaries(
        {"message": st.one_of(st.none(), st.fixed_dictionaries(
            {}, optional={"author": st.one_of(st.fixed_dictionaries({"role": words}), words), "create_time": time, "id": words,
                          "content": st.one_of(st.fixed_dictionaries({"parts": st.lists(words, max_size=2)}), words)}))},
        optional={"parent": st.sampled_from(["a", "b", "c", None]), "children": st.lists(st.sampled_from(["a", "b", "c"]), max_size=2), "id": words},
    )  # fmt: skip
    names = st.sampled_from(["a", "b", "c"])
    chatgpt = st.fixed_dictionaries(
        {"mapping": st.one_of(st.dictionaries(names, node, max_size=3), words)},
        optional={"current_node": st.one_of(names, words), "title": words, "create_time": time, "id": words},
    )
    claude = st.fixed_dictionaries(
        {"chat_messages": st.one_of(st.lists(st.fixed_dictionaries({}, optional={
            "uuid": words, "text": words, "sender": words, "created_at": time, "content": words}), max_size=2), words)},
        optional={"uuid": words, "name": words, "created_at": time},
    )  # fmt: skip
    entry = st.one_of(message, chatgpt, claude, anything)
    lines = st.lists(entry.map(dumped), max_size=3).map(b"\n".join)
    document = st.one_of(st.lists(entry, max_size=3), entry, st.lists(entry, max_size=2).map(lambda some: {"messages": some})).map(dumped)  # fmt: skip
    notes = st.lists(
        st.one_of(texts, st.sampled_from(["# H", "## ", "```", "~~~", "- x", ""])), max_size=8
    ).map(lambda some: "\n".join(some).encode("utf-8", "surrogatepass"))
    body = st.one_of(lines, document, notes, st.binary(max_size=40))
    return st.builds(lambda name, inner: name.encode() + b"\n" + inner, st.sampled_from(NAMES), body)
