"""What an episode is about, for its tags: whom and what it names, its commonest words, and how it ended. English; pure."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..text import Analyzer
from . import words
from .messages import Message, normalise
from .spelling import holds, tokens

_MOST = 8
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)(?<=[\w,;:'\"(] )[A-Z][\w'-]+(?: [A-Z][\w'-]+)*", re.M)
_WORD = re.compile(r"[^\W\d_][\w'-]{2,}")
_DONE = r"\b(?:fixed|solved|resolved|works now|working now|done|deployed|passed|passing|succeeded|success|completed|finished|merged|shipped|that worked|it works|all green)\b"
_FAILED = r"\b(?:failed|failing|fails|error|errors|exception|traceback|broken|crashed|did(?: not|n't) work|does(?: not|n't) work|gave up|timed out|rolled back|aborted|denied)\b"
# Words of which one is in whatever these find.
_OUTCOMES = frozenset(
    """fixed solved resolved works working done deployed passed passing succeeded success completed finished merged shipped worked
    green failed failing fails error errors exception traceback broken crashed work gave timed rolled aborted denied""".split()
)


@dataclass(frozen=True, slots=True)
class Topics:
    """What some messages are about: `entities` as written, `words` commonest first (at most 8 each), and the `outcome`."""

    entities: tuple[str, ...]
    words: tuple[str, ...]
    outcome: Literal["success", "failure"] | None


def topics(messages: str | Mapping[str, Any] | Sequence[Any]) -> Topics:
    """Return entities, topic words and outcome of some messages.

    An entity is a capitalised name inside a sentence, or a speaker's. The outcome is the one told last, by a tool that reports an error or
    in words; a question tells none.
    """
    read = normalise(messages)
    names = Counter(message.name for message in read if message.name)
    counts: Counter[str] = Counter()
    for message in read:
        names.update(
            name for name in _NAME.findall(message.text) if name.split()[0].lower() not in words.NOT_NAMES
        )
        counts.update(_WORD.findall(message.text[:20_000].lower()))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    telling = itertools.islice(filter(_analyzer().length, ranked), _MOST)
    return Topics(tuple(name for name, _ in names.most_common(_MOST)), tuple(telling), _outcome(read))


def _outcome(read: Sequence[Message]) -> Literal["success", "failure"] | None:
    for message in reversed(read):
        if message.failed:
            return "failure"
        if _OUTCOMES.isdisjoint(tokens(message.text)):
            continue
        for sentence in reversed(re.split(r"(?<=[.!?])\s+|\n", message.text)):
            if sentence.rstrip().endswith("?"):
                continue
            if holds(_FAILED, sentence):
                return "success" if holds(r"\b(?:no|without|fixed|0)\b", sentence) else "failure"
            if holds(_DONE, sentence):
                return "failure" if holds(r"\bnot\b|n't\b", sentence) else "success"
    return None


@functools.cache
def _analyzer() -> Analyzer:
    return Analyzer("english")
