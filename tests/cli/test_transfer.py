"""The commands export and import, and the report a person reads."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from holdfast import Memory, Scope
from holdfast.testing import FrozenClock
from tests.cli.test_cli import ADA, Run, data, run, saved
from tests.engine.rich import filled

__all__ = ["run"]
NASTY = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "**bold** _it_ `code` ~~gone~~ [link](javascript:alert(1)) ![image](x)",
    "# title\n> quote\n- list\n1. one\n    code\n---\n| a | b |\n|---|---|\n***\n===",
    "&lt;b&gt; &#60;b&#62; \\<b> <!-- x --> ]]> </blockquote></body>",
    "http://evil.example www.evil.example <http://evil.example>",
    "\u202eright to left\u202c \u2066",
]


def test_out_and_in_again(run: Run, tmp_path: Path) -> None:
    """Through a file and through a pipe: counts, digest, what is there already, and an error that names the line."""
    id = saved(run, "The API listens on 8080", *ADA, "--slot", "server.port", "--value", "8080")
    saved(run, "Bob likes tea", "--user", "bob")
    told = run("export", "all.jsonl", "--all")
    assert "Exported 2 versions of 2 scopes" in told.stdout
    made = data(run("export", "ada.jsonl", *ADA, "--json"))
    assert (made["versions"], made["path"]) == (1, str(tmp_path / "ada.jsonl"))
    assert made["digest"] != data(run("export", "again.jsonl", "--all", "--json"))["digest"]
    run("export", "all.jsonl", "--all", code=2)
    piped = run("export", "-", "--under", "user=ada")
    assert [json.loads(line)["type"] for line in piped.stdout.splitlines()] == ["manifest", "version", "end"]
    assert made["digest"] in piped.stderr

    new = ("--store", "sqlite:///new.db")
    assert "Would import 2 versions" in run("import", "all.jsonl", *new, "--dry-run").stdout
    assert data(run("import", "-", *new, "--json", input=piped.stdout_bytes))["digest"] == made["digest"]
    assert "Imported 1 versions; 1 were here already" in run("import", "all.jsonl", *new).stdout
    assert data(run("current", "server.port", *ADA, *new, "--json"))["id"] == id
    run("import", "all.jsonl", *ADA, *new, code=4)
    (tmp_path / "bad.jsonl").write_bytes((tmp_path / "all.jsonl").read_bytes().replace(b"tea", b"gin"))
    refused = run("import", "bad.jsonl", *new, code=2)
    assert "bad.jsonl:4" in refused.stderr
    assert "digest" in refused.stderr
    run("import", "none.jsonl", *new, code=2)
    run("update", id, *ADA, *new, "--text", "changed", "--value", "1")
    run("update", id, *ADA, "--text", "changed otherwise", "--value", "2")
    run("export", "late.jsonl", "--all")
    assert id in run("import", "late.jsonl", *new, code=5).stderr


def test_what_is_piped_on_is_binary(run: Run, tmp_path: Path) -> None:
    """Two real processes, one writing and one reading: not a byte is added or changed on the way."""
    saved(run, "Köttbullar ☕", *ADA)
    command = [sys.executable, "-m", "holdfast.cli"]
    out = subprocess.run([*command, "export", "-", "--all"], capture_output=True, check=True)
    done = subprocess.run(
        [*command, "import", "-", "--store", "sqlite:///piped.db"],
        input=out.stdout,
        capture_output=True,
        check=True,
    )
    assert b"Imported 1 versions" in done.stdout
    assert "Köttbullar ☕" in run("list", *ADA, "--store", "sqlite:///piped.db").stdout


def test_a_report_tells_everything(run: Run, tmp_path: Path) -> None:
    """Each memory with its versions, where it came from and what was recalled; nothing of what expired."""
    clock = FrozenClock()
    with Memory("sqlite://", embedder=None, clock=clock) as memory:
        ids = filled(memory, clock, 4)
        for format in ("html", "markdown"):
            made = memory.export(tmp_path / format, under=Scope.shared(), format=format)  # type: ignore[arg-type]
            assert made.digest is None
            text = re.sub(r"\\(?=\W)", "", (tmp_path / format).read_text("utf-8"))
            for told in (
                "What is remembered: the whole store", "Note 0 on the harbour", "Note 0 on the old harbour", "it was the old one",
                "waits for review", "deleted (no longer used", "replaced", "derived from", "in conflict with", "read by rules",
                "What was recalled", "which port does the server use?", "user=ada", ids["moved"],
            ):  # fmt: skip
                assert told in text, (format, told)
            assert "Gone by tomorrow" not in text
    run("export", "ada.html", *ADA)
    assert Path("ada.html").read_text("utf-8").lower().startswith("<!doctype html")
    run("export", "ada.md", *ADA)
    assert Path("ada.md").read_text("utf-8").startswith("# ")
    run("export", "plain.html", *ADA, "--format", "jsonl")
    assert Path("plain.html").read_text("utf-8").startswith('{"type": "manifest"')
    run("export", "ada.html", *ADA, "--format", "html", "--vectors", code=2)


class Tags(HTMLParser):
    """The tags of a page, and the text outside of its style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag."""
        self.tags.add(tag)
        self.attributes |= {(name, value) for name, value in attrs if tag != "meta"}

    def handle_data(self, data: str) -> None:
        """Text."""
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        """A comment, which we never write."""
        self.tags.add("comment")


def pages(texts: list[str]) -> tuple[str, str]:
    """The reports of a store that remembers these texts, in every field that takes them."""
    found = []
    with Memory("sqlite://", embedder=None, clock=FrozenClock()) as memory:
        for text in texts:
            line = " ".join(text.split())[:100]
            memory.save(text, scope=Scope(user="ada"), metadata={"x": text}, value=text, tags=[line], speaker=line,
                        thread=line, source={"ref": line, "message_ids": [line]}, reason=line)  # fmt: skip
        memory.scoped(user=" ".join(texts[0].split())[:100]).search(texts[0], keep=True)
        for format in ("html", "markdown"):
            file = io.BytesIO()
            memory.export(file, under=Scope.shared(), format=format)  # type: ignore[arg-type]
            found.append(file.getvalue().decode())
    return found[0], found[1]


def check_harmless(texts: list[str]) -> None:
    """Assert that the reports hold the texts as text, and no markup that we did not write."""
    page, markdown = pages(texts)
    html = Tags(page)
    assert html.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "blockquote", "dl", "dt", "dd"}  # fmt: skip
    assert html.attributes <= {("lang", "en"), ("dir", "auto"), ("class", "before")}
    shown = "".join(html.words)
    # A parser with tables, strikethrough and raw HTML: what GitHub shows.
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown)
    inner = [child for token in tokens for child in token.children or ()]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {"heading", "inline", "paragraph", "bullet_list", "list_item", "blockquote"}
    assert {child.type for child in inner} <= {"text", "text_special", "hardbreak", "softbreak"}
    read = "".join(child.content for child in inner)
    for text in texts:
        assert text in shown
        assert all(" ".join(line.split()) in read for line in text.splitlines())


def test_what_memories_say_is_never_markup() -> None:
    """Scripts, links, headings, tables, entities and marks of direction come out as the characters they are."""
    check_harmless(NASTY)


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from("<>&\"'`*_~#-+=|[]()!\\:/.@1 \nahtpsw$^{}"), min_size=1, max_size=40).filter(
        str.strip
    )
)
def test_whatever_they_say(text: str) -> None:
    """Any mixture of what could be markup."""
    check_harmless([f"x{text}y", text.strip()])
