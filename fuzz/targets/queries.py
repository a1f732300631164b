"""Queries: any text, as `search`, `context`, `rerun` and `why_not` are given it; operators, quotes, emoji, NUL, other directions, a megabyte."""

from __future__ import annotations

import functools

from hypothesis import strategies as st

from fuzz.doors import opened, refusing, texts
from holdfast import ScopedMemory

SEEDS = [
    b"which port does the server use?",
    b'"the port" AND tea OR NOT (coffee) NEAR(a, b) tea* -server ^port col:umn',
    "latest tea in december 2025, where did I have it with Ann last week? 😀".encode(),
    "\u202ehguone \u200fmay\u0301be\u2028İstanbul ß ﷺ 東京で何時".encode(),
    b"what did Bob say yesterday at 5 pm before the meeting",
    b"a\x00b",
    b"'; DROP TABLE versions; --",
    b"1/1/1 31.12.9999 0000-00-00 13 months ago in 99999 weeks, last february 30",
    b"longer than is allowed " * 1_000,
]
MEGABYTE = 2**20


@functools.cache
def _store() -> ScopedMemory:
    """A store that is only read."""
    memory = opened(language="english")
    ada = memory.scoped(user="ada")
    said = (
        "Tea with Ann at home",
        "The server uses port 8080",
        'He said "no" to İstanbul',
        "東京は雨です 😀",
        "e\u0301te\u0301 100% a_b*c",
    )
    for n, text in enumerate(said):
        ada.save(text, kind="episode", thread="day", turn=n, speaker=("Bob", "Ann Lee")[n % 2])
    ada.save("The port is 9090", slot="server.port", value=9090)
    return ada


def check(given: bytes) -> None:
    """Ask in every way: an answer of known memories in order, or a refusal."""
    ada = _store()
    try:
        query = given.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        query = given.decode("utf-8", "replace")
    with refusing():
        hits = ada.search(query)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(0 <= hit.relevance <= 1 for hit in hits)
        assert ada.explain(hits.receipt).faithful
        assert ada.rerun(hits.receipt).same
        ada.context(query).text.encode()
        for item in ada.list().items[:2]:
            ada.why_not(query, item.id)


def inputs() -> st.SearchStrategy[bytes]:
    """Odd texts side by side; and pieces repeated up to a megabyte, or to just what is allowed."""
    words = st.sampled_from(
        "what which latest first tea port server Bob say at in on before after 2025 december last week monday ago how many where who".split()
    )
    query = st.lists(st.one_of(words, texts), max_size=12).map(" ".join)

    def repeated(piece: str, size: int) -> str:
        return (piece * (size // max(1, len(piece))))[:size]

    long = st.builds(
        repeated, st.one_of(texts, words), st.sampled_from([2_000, 19_999, 20_000, 20_001, MEGABYTE])
    )
    return st.one_of(query, query, query, query, long).map(lambda text: text.encode("utf-8", "surrogatepass"))
