"""Extraction, contradiction and redaction by rules: `python -m benchmarks.extraction [--misses]`.

Sentences: precision and recall on benchmarks/sentences.jsonl, by class and by set. The sets were written one after another, each before
the rules had seen it; docs/extraction.md tells the figures of the first run on each. Those in benchmarks/blind.jsonl were written by
somebody who did not know the rules: a to f were looked at to mend them in the end, g, h, j and l were run once, afterwards; i, m and n
were used to mend them between. Pairs: 1,000 made-up pairs of statements, changes and near misses: how many changes ended what was
known, and how many near misses did. Redaction: secrets of 14 kinds planted in texts, metadata and tool results. Said otherwise:
what is read of true sentences is read again with words around it that change nothing ("I should mention that ...", "... lol"):
the share that still is. Speed: a conversation of twenty turns. `--misses` prints each that went wrong.

    python -m benchmarks.extraction --talk PATH [--misses]

Recorded talk that nobody labelled (as `benchmarks.recall` takes it), each speaker a user, observed turn by turn: how many findings
there are, and how many of them end what was known. With `--misses` each, to be looked at.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import _common
from benchmarks._hostile import hostile
from benchmarks._pairs import Pair, pairs
from holdfast import Memory, MemoryItem, Scope, extract
from holdfast.extract import Proposal
from holdfast.redact import redact, redact_json

HERE = Path(__file__).parent
SENTENCES, HELD_OUT, BLIND = (HERE / f"{name}.jsonl" for name in ("sentences", "held_out", "blind"))
NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One thing that is, or should be, told of a sentence: what is done, to which slot, with which value (any of those given)."""

    action: str
    slots: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    def same(self, other: Told) -> bool:
        """Whether what was found (`other`) is what was expected: the value may have a few words around it."""
        if self.action != other.action or (self.slots and not set(self.slots) & set(other.slots)):
            return False
        return not (self.values and other.values) or any(_within(one, other.values[0]) for one in self.values)


@dataclass
class Count:
    """True and false findings, and what was missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right findings over all findings."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Right findings over all that was to be found."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Score:
    """Counts by class of sentence, by set and in all; the traps that were fallen into; and each miss as a line."""

    classes: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    sets: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    whole: Count = field(default_factory=Count)
    traps: Counter[str] = field(default_factory=Counter)
    fallen: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)


def _plain(value: object) -> str:
    return re.sub(r"^(?:an?|the|my|your) ", "", str(value).lower().strip(" .!?'\""))


def _within(expected: str, found: str) -> bool:
    one, other = re.findall(r"\w+", _plain(expected)), re.findall(r"\w+", _plain(found))
    return _plain(expected) == _plain(found) or bool(
        one and " ".join(one) in " ".join(other) and len(other) <= 2 * len(one) + 4
    )


def sentences(path: Path = SENTENCES) -> list[dict[str, Any]]:
    """Return the labelled sentences of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def expected(sentence: dict[str, Any]) -> list[Told]:
    """Return what a sentence is labelled with."""
    return [
        Told(one["action"], _several(one.get("slot")), _several(one.get("value")))
        for one in sentence["expect"]
    ]


def _several(label: str | list[str] | None) -> tuple[str, ...]:
    return (label,) if isinstance(label, str) else tuple(label or ())


def messages(sentence: dict[str, Any]) -> list[dict[str, str]]:
    """Return the sentence as a conversation, with what the agent said before it where the label tells."""
    said = [{"role": sentence.get("role", "user"), "content": sentence["say"]}]
    return [{"role": "assistant", "content": sentence["before"]}, *said] if "before" in sentence else said


def told(proposals: Iterable[Proposal]) -> list[Told]:
    """Return what proposals come to, those skipped aside."""
    found = []
    for one in proposals:
        if one.action == "withhold":
            found.append(Told("withhold"))
        if one.action == "assert" and one.draft is not None:
            value = one.draft.text if one.draft.value is None else one.draft.value
            found.append(Told("assert", _several(one.draft.slot), (str(value),)))
        for end in one.ends if one.action in ("assert", "end", "forget") else ():
            # An opposite ("likes" for "dislikes") and earlier preferences follow from the rest, and are not counted.
            follows = end.preferences or (
                one.draft is not None and (end.slot or "").lower() != one.draft.slot
            )
            if one.action != "assert" or not follows:
                value = end.words if end.value is None else end.value
                action = "forget" if one.action == "forget" else "end"
                found.append(Told(action, _several((end.slot or "").lower()), (str(value),)))
    return found


def measure(labelled: Sequence[dict[str, Any]]) -> Score:
    """Return the counts on labelled sentences. What is found in a trap counts against the class of its attribute."""
    score = Score()
    home = _classes_of_attributes(labelled)
    for one in labelled:
        read = extract.read(messages(one), now=NOW)
        left, wrong = expected(one), []
        for found in told(read):
            hit = next((want for want in left if want.same(found)), None)
            if hit is None:
                wrong.append(found)
            else:
                left.remove(hit)
        right = len(expected(one)) - len(left)
        for count in (score.sets[one["set"]], score.whole):
            count.right, count.wrong, count.missed = (
                count.right + right, count.wrong + len(wrong), count.missed + len(left),
            )  # fmt: skip
        if one.get("trap"):
            score.traps[one["class"]] += 1
            score.fallen[one["class"]] += bool(wrong)
        else:
            score.classes[one["class"]].right += right
            score.classes[one["class"]].missed += len(left)
        for found in wrong:
            score.classes[home.get(_attribute(found), one["class"])].wrong += 1
        if wrong or left:
            score.misses.append(f"[{one['class']}] {one['say']}  found {wrong}  missed {left}")
    return score


def _attribute(told: Told) -> str:
    return told.slots[0].rpartition(".")[2] if told.slots else ""


def _classes_of_attributes(labelled: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return for each attribute the class of sentence it is mostly expected in."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for one in labelled:
        for want in expected(one):
            seen[_attribute(want)][one["class"]] += 1
    return {attribute: counts.most_common(1)[0][0] for attribute, counts in seen.items()}


# ---- said otherwise ---------------------------------------------------------------------------------------------------


@functools.cache
def _small_words() -> frozenset[str]:
    """The words that are written small somewhere in the labelled sentences: what is not among them is a name, and keeps its capital."""
    said = (
        one["say"]
        for path in (SENTENCES, HELD_OUT, BLIND)
        for one in sentences(path)
        if not one["say"].islower()
    )
    return frozenset(word for say in said for word in re.findall(r"(?<=\w )[a-z][\w'-]*", say))


def _within_a_sentence(say: str) -> str:
    first = re.match(r"[\w'\u2019-]*", say)
    named = first is not None and first[0].lower() not in _small_words()
    return say if named or re.match(r"I\b|[A-Z]+\b(?! [a-z])", say) else say[:1].lower() + say[1:]


def _cased(said: str, say: str) -> str:
    """Who writes a statement in small letters writes what stands around it so too."""
    return said.lower() if say == say.lower() else said


def _unstopped(say: str) -> str:
    return say.rstrip(" .!")


# What may stand around a statement and changes nothing of it.
WAYS: dict[str, Callable[[str], str]] = {
    "I should mention that ...": lambda say: f"I should mention that {_within_a_sentence(say)}",
    "as you may know, ...": lambda say: f"As you may know, {say}",
    "it might help to know that ...": lambda say: f"it might help to know that {_within_a_sentence(say)}",
    "I think I mentioned ...": lambda say: f"I think I mentioned {_within_a_sentence(say)}",
    "I forgot to say that ...": lambda say: f"I forgot to say that {_within_a_sentence(say)}",
    "I just wanted to say that ...": lambda say: f"I just wanted to say that {_within_a_sentence(say)}",
    "did I mention that ...?": lambda say: f"did I mention that {_within_a_sentence(_unstopped(say))}?",
    "not sure if it matters, but ...": lambda say: f"not sure if it matters, but {_within_a_sentence(say)}",
    "heads up: ...": lambda say: f"heads up: {_within_a_sentence(say)}",
    "okay so ...": lambda say: f"okay so {say}",
    "... lol": lambda say: f"{_unstopped(say)} lol",
    "... haha": lambda say: f"{_unstopped(say)}, haha",
    "... \U0001f605": lambda say: f"{_unstopped(say)} \U0001f605",
    "... these days": lambda say: f"{_unstopped(say)} these days",
    "... btw": lambda say: f"{_unstopped(say)} btw",
    "..., so please keep that in mind": lambda say: f"{_unstopped(say)}, so please keep that in mind.",
    "..., in case that matters": lambda say: f"{_unstopped(say)}, in case that matters.",
    "..., if that helps": lambda say: f"{_unstopped(say)}, if that helps",
    "..., just so you know": lambda say: f"{_unstopped(say)}, just so you know.",
    "... (yes, really)": lambda say: f"{_unstopped(say)} (yes, really)",
    "... and that won't change": lambda say: f"{_unstopped(say)} and that won't change",
    "... because of my sister": lambda say: f"{_unstopped(say)} because of my sister",
    "without apostrophes": lambda say: re.sub("['\u2019]", "", say),
    "..., what would you suggest?": lambda say: f"{_unstopped(say)}, what would you suggest?",
}


def _all_read(sentence: dict[str, Any]) -> bool:
    left = expected(sentence)
    for found in told(extract.read(messages(sentence), now=NOW)):
        if hit := next((want for want in left if want.same(found)), None):
            left.remove(hit)
    return not left


def said_otherwise(labelled: Iterable[dict[str, Any]]) -> tuple[dict[str, float], list[str]]:
    """Return for each way of saying a statement the share of those read that are read so too, and each that is not as a line.

    Of labelled sentences these are the ones of at most 140 characters that say something by themselves, and that are read.
    """
    plain = [
        one for one in labelled
        if one["expect"] and "before" not in one and len(one["say"]) <= 140
        and all(want["action"] == "assert" for want in one["expect"]) and _all_read(one)
    ]  # fmt: skip
    shares, misses = {}, []
    for way, said in WAYS.items():
        lost = [
            text
            for one in plain
            if not _all_read({**one, "say": (text := _cased(said(one["say"]), one["say"]))})
        ]
        shares[way] = 1 - len(lost) / len(plain)
        misses += [f"[said otherwise] {text}" for text in lost]
    return shares, misses


# ---- pairs -----------------------------------------------------------------------------------------------------------


def remembered(text: str, at: datetime) -> list[MemoryItem]:
    """Return the memories that a statement of the user gives."""
    items = []
    for one in extract.read([{"role": "user", "content": text}], now=at):
        if one.action == "assert" and one.draft is not None:
            draft = one.draft
            items.append(
                MemoryItem(
                    f"known-{len(items)}",
                    1,
                    draft.text,
                    draft.kind,
                    Scope.shared(),
                    draft.slot,
                    draft.value,
                    source=draft.source,
                    valid_from=draft.valid_from or at,
                    valid_to=draft.valid_to,
                    observed_at=at,
                    explicit_time=one.dated,
                )
            )
    return items


def ended(pair: Pair) -> set[str] | None:
    """Return the ids of known memories that a pair's second statement ends; None where the first gave no memory."""
    known = remembered(pair.known, datetime(2024, 1, 1, tzinfo=UTC))
    if not known:
        return None
    found: set[str] = set()
    for proposal in extract.read([{"role": pair.role, "content": pair.said}], now=NOW, known=known):
        verdict = extract.judge(proposal, known)
        if verdict.outcome in ("superseded", "ended", "forgotten"):
            found.update(verdict.ids)
    return found


def judged(made: Sequence[Pair]) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Return for each kind how many pairs there are and how many came out right, and each that did not as a line."""
    totals: Counter[str] = Counter()
    right: Counter[str] = Counter()
    misses = []
    for pair in made:
        totals[pair.kind] += 1
        got = ended(pair)
        good = got is not None and bool(got) is pair.ends
        right[pair.kind] += good
        if not good:
            misses.append(f"[{pair.kind}] {pair.known!r} then {pair.said!r}: ended {got}")
    return {kind: (totals[kind], right[kind]) for kind in totals}, misses


# ---- redaction -------------------------------------------------------------------------------------------------------


def secrets() -> dict[str, str]:
    """Return made-up secrets by kind, put together here so that no file holds one."""
    mixed = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0"
    return {
        "aws access key": "AKIA" + "IOSFODNN7EXAMPLE",
        "github token": "ghp" + "_" + mixed[:36],
        "slack token": "xoxb" + "-123456789012-" + mixed[:20],
        "model provider key": "sk" + "-proj-" + mixed[:32],
        "google key": "AIza" + mixed[:35],
        "stripe key": "sk" + "_live_" + mixed[:24],
        "json web token": "eyJ" + mixed[:20] + "." + mixed[4:30] + "." + mixed[:22],
        "private key": "-----BEGIN RSA PRIVATE"
        + " KEY-----\nMIIE"
        + mixed
        + "\n-----END RSA PRIVATE KEY-----",
        "password in an address": "Tr0ub4dor3x",
        "assigned password": "c0rrect-h0rse",
        "card number": "4111 1111 1111 " + "1111",
        "IBAN": "DE89 3704 0044 0532 " + "0130 00",
        "US social security number": "219-09-" + "9999",
        "Brazilian CPF": "111.444.777-" + "35",
    }


def planted() -> tuple[int, list[str]]:
    """Return in how many places a secret was planted, and in which it was still there afterwards."""
    found, places = [], 0
    for kind, secret in secrets().items():
        said = {"password in an address": f"postgres://ada:{secret}@db.internal/x", "assigned password": f"password={secret}"}.get(kind, f"it is {secret} ok")  # fmt: skip
        result = {
            "tool": "shell",
            "output": [{"type": "text", "text": f"line one\n{said}\nline three"}],
            "meta": {"n": 3},
        }
        metadata: dict[str, Any] = {"note": said, "nested": {"deeper": [said]}, said: "as a key"}
        outputs = {
            "text": redact(said).value, "within a text": redact(f"Here you go. {said}\nThanks!").value,
            "metadata": json.dumps(redact_json(metadata).value), "tool result": json.dumps(redact_json(result).value),
        }  # fmt: skip
        for place, output in outputs.items():
            places += 1
            if secret in output or json.dumps(secret)[1:-1] in output:
                found.append(f"{kind} in {place}")
    return places, found


# ---- speed -----------------------------------------------------------------------------------------------------------


def seconds_per_conversation(labelled: Sequence[dict[str, Any]], each: int, rounds: int = 20) -> float:
    """Return the seconds it takes to read twenty turns of `each` labelled sentences, the best of some rounds."""
    said = [one["say"] for one in labelled]
    turns = [" ".join(said[at : at + each]) for at in range(0, len(said) - each, each)]
    talks = [
        [{"role": "user", "content": text} for text in turns[at : at + 20]]
        for at in range(0, len(turns) - 20, 20)
    ]
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        for talk in talks:
            extract.read(talk, now=NOW)
        best = min(best, (time.perf_counter() - began) / len(talks))
    return best


Rows = list[tuple[str, Count]]


def show_sentences(title: str, labelled: Sequence[dict[str, Any]]) -> tuple[Rows, list[str]]:
    """Print the figures of labelled sentences by class and set, and what traps were fallen into; return the rows and each miss."""
    score = measure(labelled)
    traps = sum(score.traps.values())
    sets = [(f"set: {name}", one) for name, one in score.sets.items()] if len(score.sets) > 1 else []
    rows = [*score.classes.items(), *sets, ("all", score.whole)]
    _common.show(
        f"{title}: {len(labelled)} sentences, {traps} of them traps",
        ("class", "right", "wrong", "missed", "precision", "recall"),
        [(name, one.right, one.wrong, one.missed, one.precision, one.recall) for name, one in rows],
    )
    _common.show(
        f"{title}: traps",
        ("kind", "sentences", "fallen into"),
        [(kind, n, score.fallen[kind]) for kind, n in score.traps.items()],
    )
    return rows, score.misses


def show_pairs(title: str, made: Sequence[Pair]) -> tuple[dict[str, int], list[str]]:
    """Print how many pairs of each kind came out right; return false retirements, changes and supersessions, and each miss."""
    kinds, misses = judged(made)
    changes = {one.kind for one in made if one.ends}
    _common.show(
        f"{title}: {len(made)} pairs of statements", ("kind", "pairs", "right"), [(kind, *n) for kind, n in kinds.items()]
    )  # fmt: skip
    false = sum(n - right for kind, (n, right) in kinds.items() if kind not in changes)
    of, hit = (sum(kinds[kind][n] for kind in changes) for n in (0, 1))
    print(f"{title}: false retirements {false}; true supersessions {hit} of {of} ({hit / of:.1%})")
    return {"false retirements": false, "changes": of, "superseded": hit}, misses


def recorded(path: Path) -> tuple[int, list[tuple[str, str, str | None]]]:
    """Return how many turns of recorded talk were observed, and of each finding its outcome, its words and its slot."""
    turns, found = 0, list[tuple[str, str, str | None]]()
    for talk in _common.conversations(path):
        with Memory("sqlite://", embedder=None) as memory:
            user = memory.scoped(user="talk")
            for turn in talk.turns:
                said = {"role": "user", "name": turn.speaker, "content": turn.text, "at": turn.at}
                seen = user.observe([said], thread=turn.thread)
                found += [(one.outcome, one.text, one.item and one.item.slot) for one in seen.judgements]
                turns += 1
    return turns, found


def main() -> None:
    """Print the tables and save them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument(
        "--misses", nargs="?", const="seen", choices=("seen", "all"),
        help="print each sentence and pair that went wrong; those of the held-out and blind sets only with `all`",
    )  # fmt: skip
    parser.add_argument("--talk", type=Path, metavar="PATH", help="observe recorded talk instead, and count")
    given = parser.parse_args()
    if given.talk is not None:
        turns, found = recorded(given.talk)
        print(f"{turns:,} turns: {len(found)} findings, {dict(Counter(outcome for outcome, *_ in found))}")
        print(*(found if given.misses else ()), sep="\n")
        return
    labelled = sentences()
    seen, misses = show_sentences("Seen", labelled)
    held, held_misses = show_sentences("Held out", sentences(HELD_OUT))
    blind, blind_misses = show_sentences("Blind", sentences(BLIND))
    shares, otherwise = said_otherwise([*labelled, *sentences(HELD_OUT), *sentences(BLIND)])
    _common.show(
        "Said otherwise: of what is read, the share still read", ("said", "share"), [*shares.items()]
    )
    plain, plain_misses = show_pairs("Made up", pairs())
    hard, hard_misses = show_pairs("Hostile", hostile())
    places, leaks = planted()
    two, four = (seconds_per_conversation(labelled, each) * 1_000 for each in (2, 4))
    print(f"secrets planted in {places} places, found afterwards in {len(leaks)} {leaks or ''}")
    print(f"twenty turns of two sentences are read in {two:.1f} ms, of four in {four:.1f} ms")
    if given.misses:
        print(
            *misses,
            *plain_misses,
            *hard_misses,
            *otherwise,
            *((*held_misses, *blind_misses) if given.misses == "all" else ()),
            sep="\n",
        )
    _common.save(
        "extraction",
        {
            "sentences": _counts(seen),
            "held out": _counts(held),
            "blind": _counts(blind),
            "said otherwise": {way: round(share, 3) for way, share in shares.items()},
            "pairs": plain,
            "hostile pairs": hard,
            "redaction": {"planted": places, "left": leaks},
            "twenty turns ms": {"two sentences each": round(two, 2), "four": round(four, 2)},
        },
    )


def _counts(rows: Rows) -> dict[str, dict[str, int]]:
    return {name: {"right": one.right, "wrong": one.wrong, "missed": one.missed} for name, one in rows}


if __name__ == "__main__":
    main()
