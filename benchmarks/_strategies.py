"""Ways of giving an agent a memory, each as: remember the turns, then give the text for one question.

None asks a model. What an LLM would decide in the agent's place (what to save, what to look up) is done by the rules written
out here: they are a stand-in whose sense is in the docs, not a claim about any model.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._common import Floats, Remembering, Turn
from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.text import Analyzer, index_text

K = 10
BUDGET = 1_024
WINDOW = 128_000


@dataclass(frozen=True)
class Given:
    """What goes into the prompt for one question: the text, and the ids of the turns it comes from."""

    text: str
    ids: frozenset[str]


def line(turn: Turn) -> str:
    """Return a turn as every strategy shows it: "[8 May 2023] Speaker: text"."""
    return index_text(turn.text, speaker=turn.speaker, observed_at=turn.at)


def given(turns: Sequence[Turn]) -> Given:
    """Return turns as lines."""
    return Given("\n".join(map(line, turns)), frozenset(turn.id for turn in turns))


class Strategy(ABC):
    """One way; made from all turns in the order they were said."""

    @abstractmethod
    def recall(self, question: str) -> Given:
        """Return what the prompt gets for a question."""


class Replay(Strategy):
    """The whole conversation before every question; the oldest turns fall out where it outgrows the window."""

    def __init__(self, turns: Sequence[Turn], count: dict[str, int]) -> None:
        room, kept = WINDOW, []
        for turn in reversed(turns):
            room -= count[turn.id]
            if room < 0:
                break
            kept.append(turn)
        self._turns = kept[::-1]

    def recall(self, question: str) -> Given:
        """Return everything that fits."""
        return given(self._turns)


# What hand-written extraction of slots usually looks like. "{x}" is the value; a later value overwrites an earlier one.
_X = r"(?P<x>[^.,;!?]{2,60})"
SLOTS: dict[str, tuple[str, ...]] = {
    "name": (rf"\bmy name is {_X}", rf"\b(?:call me|I go by) {_X}"),
    "home": (rf"\bI (?:live|moved|relocated|settled) (?:in|to|near) {_X}", rf"\bmoving to {_X}"),
    "origin": (rf"\bI(?:'m| am| come) from {_X}", rf"\bI grew up in {_X}"),
    "job": (rf"\bI work (?:as|at|for|in) {_X}", rf"\bmy (?:new )?job (?:is|as|at) {_X}", rf"\bI got a job {_X}"),
    "study": (rf"\bI(?:'m| am) (?:studying|majoring in) {_X}", rf"\bmy (?:degree|major) (?:is|in) {_X}"),
    "favorite": (rf"\bmy favou?rite {_X}", rf"\bI (?:really )?(?:love|adore) {_X}"),
    "likes": (rf"\bI (?:really )?(?:like|enjoy|prefer) {_X}", rf"\bI(?:'m| am) (?:into|fond of|a fan of) {_X}"),
    "dislikes": (rf"\bI (?:hate|dislike|can't stand|don't like) {_X}", rf"\bI(?:'m| am) allergic to {_X}"),
    "family": (rf"\bmy (?:wife|husband|partner|kids?|children|son|daughter|mom|mother|dad|father|sister|brother) {_X}",),
    "pet": (rf"\bmy (?:dog|cat|puppy|kitten|pets?|turtles?) {_X}", rf"\bI (?:adopted|got) (?:a|an) {_X}"),
    "birthday": (rf"\bmy birthday (?:is|was) {_X}",),
    "goal": (rf"\bI (?:want|hope|plan|aim|would like) to {_X}", rf"\bmy (?:goal|dream|plan) is {_X}"),
    "hobby": (rf"\bmy hobb(?:y|ies) (?:is|are) {_X}", rf"\bI(?:'ve| have) (?:started|taken up|been) {_X}"),
}  # fmt: skip
ASKED: dict[str, str] = {
    "name": "name called nickname", "home": "live lives living home move moved city country town",
    "origin": "from origin hometown grew", "job": "job work works career profession occupation employer company",
    "study": "study studies studying degree major school university education field",
    "favorite": "favorite favourite love loves best", "likes": "like likes enjoy enjoys prefer interests interested",
    "dislikes": "dislike hate allergic allergy avoid", "family": "family wife husband partner kids children son "
    "daughter mother father sister brother parents married", "pet": "pet pets dog cat puppy kitten animal animals",
    "birthday": "birthday born age old", "goal": "goal goals plan plans want wants dream hope future",
    "hobby": "hobby hobbies activity activities pastime leisure destress",
}  # fmt: skip


class KeyValue(Strategy):
    """A dict of slots for each speaker, filled by the rules in `SLOTS` and looked up by the question's words."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._slots: dict[tuple[str, str], tuple[str, str]] = {}
        rules = [(slot, re.compile(rule, re.I)) for slot, of in SLOTS.items() for rule in of]
        for turn in turns:
            for slot, rule in rules:
                if found := rule.search(turn.text):
                    self._slots[turn.speaker, slot] = (found["x"].strip(), turn.id)
        self._people = {person for person, _ in self._slots}

    def recall(self, question: str) -> Given:
        """Return the slots that the question's words name, or all where they name none, of the people it names, or of both."""
        words = set(re.findall(r"[a-z]+", question.lower()))
        people = {one for one in self._people if one.lower() in words} or self._people
        named = {slot for slot, asked in ASKED.items() if words.intersection(asked.split())}
        of_people = [(key, of) for key, of in self._slots.items() if key[0] in people]
        found = [(key, of) for key, of in of_people if key[1] in named] or of_people
        text = "\n".join(f"{person}.{slot} = {value}" for (person, slot), (value, _) in found)
        return Given(text, frozenset(id for _, (_, id) in found))


class Vectors(Strategy):
    """A raw vector store: the best lines by cosine, ten of them or as many as fit a budget, in the order of time."""

    def __init__(
        self, turns: Sequence[Turn], embedder: Remembering, count: dict[str, int], budget: int | None = None
    ) -> None:
        self._turns, self._embedder, self._count, self._budget = turns, embedder, count, budget
        spoken = [index_text(turn.text, speaker=turn.speaker, observed_at=None) for turn in turns]
        self._vectors: Floats = embedder.embed(spoken)

    def recall(self, question: str) -> Given:
        """Return the best lines."""
        # einsum and not BLAS, whose threads wait for one another on a busy machine.
        scores = np.einsum("nd,d->n", self._vectors, self._embedder.embed([question])[0])
        best = np.argsort(-scores, kind="stable")[: K if self._budget is None else len(scores)].tolist()
        if self._budget is not None:
            best = fitting(best, [self._count[turn.id] for turn in self._turns], self._budget)
        return given([self._turns[row] for row in sorted(best)])


# When a rule-following agent writes a note: told to, or the turn states something about the speaker or a time.
TOLD = re.compile(
    r"\b(remember|don't forget|do not forget|keep in mind|note that|for the record|remind me)\b", re.I
)
FIRES = (
    re.compile(r"\b(I'm|I am|I was|I've|I have|I had|my|we're|we are|we have|our)\b.*\b[a-z]{5,}", re.I),
    re.compile(r"\b(I|we) (like|love|hate|prefer|need|want|plan|decided|started|finished|bought|got|went|moved)\b", re.I),
    re.compile(r"\b(yesterday|tomorrow|tonight|last|next|since|ago|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.I),
)  # fmt: skip
LONG_ENOUGH = 12


class Tools(Strategy):
    """`save_note` and `search_notes` in the hands of rules: a turn is saved when told to, or when two of `FIRES` agree and it
    has at least twelve words. The search is by keyword: most of the question's words first, then the newest; ten at most."""

    def __init__(self, turns: Sequence[Turn], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._notes = [turn for turn in turns if saved(turn.text)]
        self._words = [frozenset(analyzer.terms(f"{note.speaker} {note.text}")) for note in self._notes]

    def recall(self, question: str) -> Given:
        """Return the notes that share most words with the question."""
        asked = frozenset(self._analyzer.terms(question))
        shared = [(len(asked & words), n) for n, words in enumerate(self._words)]
        best = sorted(one for one in shared if one[0])[-K:]
        return given([self._notes[n] for n in sorted(n for _, n in best)])


def saved(text: str) -> bool:
    """Whether the rules save a turn."""
    if TOLD.search(text):
        return True
    return len(text.split()) >= LONG_ENOUGH and sum(bool(rule.search(text)) for rule in FIRES) >= 2


class Searched(Strategy):
    """Holdfast: `search(question, k=10)`, shown in the order of time."""

    def __init__(self, memory: Memory, user: str, turns: Sequence[Turn]) -> None:
        self._own = memory.scoped(user=user)
        drafts = [turn.draft() for turn in turns]
        items = [
            item
            for at in range(0, len(drafts), 1_000)
            for item in self._own.save_many(drafts[at : at + 1_000])
        ]
        self._turn_of = {item.id: turn for item, turn in zip(items, turns, strict=True)}
        self._place = {turn.id: n for n, turn in enumerate(turns)}

    def recall(self, question: str) -> Given:
        """Return the best ten."""
        found = [self._turn_of[hit.id] for hit in self._own.search(question, k=K)]
        return given(sorted(found, key=lambda turn: self._place[turn.id]))


class Packed(Strategy):
    """Holdfast: `context(question, budget=1024)` over what `Searched` saved; `options` are passed on."""

    def __init__(self, searched: Searched, **options: Any) -> None:
        self._turn_of, self._options = searched._turn_of, options
        self._context: Any = searched._own.context

    def recall(self, question: str) -> Given:
        """Return the packed text."""
        packed = self._context(question, budget=BUDGET, **self._options)
        return Given(packed.text, frozenset(self._turn_of[id].id for id in packed.ids if id in self._turn_of))


def fitting(ranked: Sequence[int], sizes: Sequence[int], budget: int) -> list[int]:
    """Return the rows in rank order up to the first that no longer fits."""
    kept = []
    for row in ranked:
        budget -= sizes[row]
        if budget < 0:
            break
        kept.append(row)
    return kept


def all_of(
    turns: Sequence[Turn], user: str, memory: Memory, embedder: Remembering, count: dict[str, int]
) -> dict[str, Strategy]:
    """Return every strategy over the same turns, in the order of the table; the last only where `context` exists."""
    searched = Searched(memory, user, turns)
    found: dict[str, Strategy] = {
        "full replay": Replay(turns, count),
        "key-value rules": KeyValue(turns),
        "ad-hoc tools": Tools(turns, Analyzer()),
        "vectors, 10": Vectors(turns, embedder, count),
        f"vectors, {BUDGET:,} tokens": Vectors(turns, embedder, count, BUDGET),
        "Holdfast search, 10": searched,
    }
    if hasattr(searched._own, "context"):
        found[f"Holdfast context, {BUDGET:,}"] = Packed(searched)
        found["the same, no cut"] = Packed(searched, min_relevance=0.0)
    return found


class Counter:
    """Counts tokens with the shipped tokenizer and remembers."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self._known: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """Return the tokens of a text, line by line; to this tokenizer the end of a line is no token."""
        total = 0
        for part in text.split("\n"):
            if part not in self._known:
                self._known[part] = self._model.count_tokens(part)
            total += self._known[part]
        return total
