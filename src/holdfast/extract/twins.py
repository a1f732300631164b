"""Which memories say the same in other words, so surely that they may be made one without asking anybody. Pure.

Two texts may differ in spelling: contractions, markup, articles, the case of the first word, the full stop. Where both give
the same value of the same slot they may also differ in how that is put ("likes tea", "is fond of tea"), by the words of one
short list. Everything else must be the same word for word, so numbers, names, dates and negations always are.
"""

from __future__ import annotations

import json
from collections.abc import Hashable

from ..types import MemoryItem
from .spelling import plain

_END = ".!"
_ARTICLES = frozenset({"a", "an", "the"})
# Words that say no more than the slot does; none of these tells a time, a number, a doubt or a "not".
_STYLE = frozenset(
    (
        "i me my we our us he she his her they their it its user user's users this that of to am is are be been has have do does"
        " really very quite truly absolutely definitely totally so also just simply well please"
        " like likes love loves enjoy enjoys adore adores prefer prefers favor favors fond keen fan big dislike dislikes hate hates"
        " live lives reside resides based home residence work works employed job employer occupation profession"
        " use uses using run runs running own owns speak speaks know knows learn learns learning listen listens listening set"
        " called named name goes by value now currently"
    ).split()
)


def said(item: MemoryItem) -> Hashable:
    """Return what a declarative memory says and of whom, equal for those that differ in wording alone."""
    about = (
        item.kind, item.slot, item.speaker, frozenset(item.tags), item.valid_from if item.explicit_time else None,
        item.valid_to, item.expires_at, item.source.trust, _json(dict(item.metadata)),
    )  # fmt: skip
    words = _words(item.text)
    if item.slot is None or item.value is None:
        return about, words, _json(item.value)
    value = _words(item.value) if isinstance(item.value, str) else (_json(item.value),)
    known = {*value, *_words(item.entity or "")}
    rest = [word for word in words if word not in known and word.casefold() not in known | _STYLE]
    return about, type(item.value).__name__, value, tuple(sorted(rest))


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text in one spelling; case tells names from words, but for the first word of several."""
    words = plain(text).strip().rstrip(_END).split()
    if len(words) > 1:
        words[0] = words[0].casefold()
    return tuple(word for word in words if word not in _ARTICLES)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
