"""The docs tell the truth: commands are documented, the README runs, links lead somewhere, nothing private slips in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.gen_cli_docs import TARGET, render
from tests.guards.project import ROOT, all_files, files, run_python, shown

README = ROOT / "README.md"
README_MOST_LINES = 200

FENCE = re.compile(r"^(?P<fence>```+|~~~+)(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=fence)\s*$", re.M | re.S)
LINK = re.compile(r"\[[^\]\n]*\]\((?P<target>[^)\s]+)[^)\n]*\)")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")

# Written in halves, so that this file does not contain what it forbids.
FORBIDDEN = [
    r"(?<![\w.])/" + "work/",
    "sk-" + "ant-",
    "pypi" + r"\.org",
    "files.python" + r"hosted\.org",
    "registry.npm" + r"js\.org",
    "deb.deb" + r"ian\.org",
    r"\bsub" + r"agents?\b",
]


def blocks(markdown: str, language: str) -> list[str]:
    """The fenced blocks in one language, in order."""
    return [match["body"] for match in FENCE.finditer(markdown) if match["language"] == language]


def anchors(markdown: str) -> set[str]:
    """The anchors that headings make: lower case, dashes for spaces, no punctuation."""
    headings = re.findall(r"^#+ +(.+?)\s*$", FENCE.sub("", markdown), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> list[str]:
    """The relative links in a Markdown page, outside code, that lead to no file or no heading."""
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text("utf-8")))
    found = []
    for target in (match["target"] for match in LINK.finditer(text)):
        path, _, anchor = target.partition("#")
        to = (page.parent / path) if path else page
        if ELSEWHERE.match(target):
            continue
        no_heading = (
            anchor and to.suffix == ".md" and to.exists() and anchor not in anchors(to.read_text("utf-8"))
        )
        if not to.exists() or no_heading:
            found.append(f"{page.name}: {target}")
    return found


def forbidden(text: str) -> list[str]:
    """The patterns a text contains and should not, with the line of each."""
    found = [(pattern, match) for pattern in FORBIDDEN for match in re.finditer(pattern, text, re.I)]
    return [f"line {text.count(chr(10), 0, match.start()) + 1}: {match[0]}" for _, match in found]


def test_every_command_is_documented() -> None:
    """docs/cli.md is what the program's own help says; `make fix` rewrites it."""
    assert TARGET.exists(), "run make fix"
    assert TARGET.read_text("utf-8") == render(), "docs/cli.md is out of date: run make fix"


def test_readme_is_short() -> None:
    """The README stays under 200 lines: it is a front door."""
    assert len(README.read_text("utf-8").splitlines()) < README_MOST_LINES


WITH_PYTHON = (
    README,
    *sorted(page for page in (ROOT / "docs").glob("*.md") if "```python" in page.read_text("utf-8")),
)


@pytest.mark.parametrize("page", WITH_PYTHON, ids=lambda page: page.name)
def test_python_in_a_page_runs(tmp_path: Path, page: Path) -> None:
    """A page's Python blocks, one after another in one process, run in an empty folder without network."""
    python = blocks(page.read_text("utf-8"), "python")
    script = tmp_path / "page.py"
    script.write_text("\n".join(python), "utf-8")
    where = {"HOLDFAST_STORE": "sqlite:///page.db", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    ran = run_python("-P", "-m", "holdfast.verify.network", str(script), cwd=tmp_path, **where)
    assert ran.returncode == 0, ran.stderr


def test_the_readme_shows_python() -> None:
    """The README has an example to run."""
    assert blocks(README.read_text("utf-8"), "python")


def test_relative_links_resolve() -> None:
    """Every relative link in a Markdown page leads to a file that is there, and to a heading that is in it."""
    dead = [message for page in files(".md") for message in dead_links(page)]
    assert not dead, "\n" + "\n".join(dead)


def test_decisions_have_titles() -> None:
    """A page under docs/decisions opens with its choice as a title and is named after its number."""
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert page.read_text("utf-8").startswith("# "), f"{shown(page)} opens without a title"
        assert re.fullmatch(r"README|\d{4}-[a-z0-9-]+", page.stem), (
            f"{shown(page)}: name it NNNN-few-words.md"
        )


def test_every_decision_is_numbered_once() -> None:
    """No two decision pages share a number."""
    numbers = [page.stem[:4] for page in (ROOT / "docs" / "decisions").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers))


def test_nothing_private_slips_in() -> None:
    """No file names a machine's paths, a key or a registry's host, not in its name either."""
    found = []
    for path in all_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{shown(path)} {message}" for message in forbidden(f"{text}\n{shown(path)}")]
    assert not found, "\n" + "\n".join(found)


def test_this_guard_sees_what_it_forbids(tmp_path: Path) -> None:
    """Dead links, dead anchors and forbidden words are seen; the same inside code, or whole, is not."""
    (tmp_path / "there.md").write_text("# The one, that is\n", "utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md#the-one-that-is) [b](there.md#no) [c](gone.md) [d](https://x.y/z) `[e](gone.md)`\n"
        "```text\n[f](gone.md)\n```\n[g](#nowhere)\n",
        "utf-8",
    )
    assert dead_links(page) == ["page.md: there.md#no", "page.md: gone.md", "page.md: #nowhere"]
    assert forbidden("fine\n see /" + "work/x and PyPI" + ".org") == [
        "line 2: /" + "work/",
        "line 2: PyPI" + ".org",
    ]
    assert not forbidden("network/ https://example.org/" + "work/ homework/")
    assert blocks("```python\na\n```\n```console\nb\n```\n```python\nc\n```\n", "python") == ["a\n", "c\n"]
