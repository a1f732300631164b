"""Whether something says again what an agent was just shown: word for word, a part of it, or in other words about the same.

Without this, what an agent recalls and repeats would come back as news, and count as seen once more each time; and what a user
wants in no memory would be in it in the agent's words. Pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from .checks import folded

_LONGEST, _MOST = 20_000, 100  # characters of a text, and of it sentences that are compared by their words
_FEWEST = 4  # words of a part that is taken for a quotation
_SHARE = 2 / 3  # of the telling words of what was shown
_SPLIT = re.compile(r"(?<=[.!?])\s+|\n+|[\"\u201c\u201d]")
_WORD = re.compile(r"\w+(?:[.:/-]\w+)*")
_IDLE = frozenset(
    """a about all also always am an and are as at be been but by can did do does for from had has have he her his how i if in is it its just know known far so may me my
    not now of on one or our own said she so such than that the their them then there these they this to told too us was we were what when which who
    will with would you your yours mine user remember know note recall mentioned uses use using""".split()
)


Marks = frozenset[frozenset[str]]  # sets of words: where all of one are told, a text is known again
NO_MARKS: Marks = frozenset()
Told = (
    tuple[frozenset[str], ...] | None
)  # the telling words of each sentence; None: of a text that tells nothing
_ENDINGS = ("ies", "ing", "es", "ed", "s")
_SHORTEST = 4  # characters of a word that is known again: "2" and "pin" are in too many answers
_OF_ORDERS = frozenset(
    """remember save store record keep log memorize memorise memory write down retain note please forget delete erase remov remove anything anyth message private
    confidential secret anywhere don won t s ok okay""".split()
)


def telling(text: str) -> frozenset[str]:
    """Return the words of a text that tell what it is about, each in one form for its endings."""
    return frozenset(_stem(word) for word in _WORD.findall(folded(text)) if word not in _IDLE)


def told(text: str) -> Told:
    """Return the telling words of each sentence of a text, without questions, which tell nothing; None where no word tells."""
    if not telling(text):
        return None
    said = [telling(one) for one in _sentences(folded(text)) if not one.rstrip().endswith("?")]
    return tuple(filter(None, said))


def apart(text: str) -> Marks:
    """Return the words by each of which a text is known again in an answer to it; those of an order about the memory are none."""
    words = telling(text) - _OF_ORDERS
    return frozenset(frozenset({word}) for word in ({one for one in words if len(one) >= _SHORTEST} or words))


def longest(text: str) -> Marks:
    """Return the longest of the telling words of a text, by which it is known again wherever that stands; where several are, by
    all of them together: "type 2 diabetes" by "diabetes", "back pain" by both."""
    words = telling(text)
    most = max(map(len, words), default=0)
    return frozenset({frozenset(word for word in words if len(word) == most)}) if words else frozenset()


def hushed(text: str, marks: Marks, mask: str) -> str:
    """Return a text with a mask in the place of each sentence in which something is known again."""
    pieces, at = [], 0
    for gap in [*_SPLIT.finditer(text), None]:
        said = text[at : gap.start() if gap else len(text)]
        pieces += [mask if marked(said, marks) else said, gap[0] if gap else ""]
        at = gap.end() if gap else at
    return "".join(pieces)


def marked(text: str, marks: Marks) -> bool:
    """Whether something is known again in a text."""
    if not marks:
        return False
    words = telling(text)
    return any(one <= words for one in marks)


def _stem(word: str) -> str:
    if len(word) > 4 and word.isalpha():
        return word[: next((-len(end) for end in _ENDINGS if word.endswith(end)), None)]
    return word


class Recalled:
    """What an agent was just shown."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = tuple(dict.fromkeys(folded(text) for text in texts))
        told = [telling(one) for one in self._texts]
        self._worth = [
            one for one, words in zip(self._texts, told, strict=True) if len(words) >= 2
        ]  # "done" repeats nothing
        self._words = frozenset().union(*told)
        self._said: list[frozenset[str]] = []  # the telling words of each sentence
        self._with: dict[str, list[int]] = defaultdict(list)  # of a word, the sentences it is in
        for text in self._texts:
            for sentence in _sentences(text):
                words = telling(sentence)
                if len(words) >= 2:
                    for word in words:
                        self._with[word].append(len(self._said))
                    self._said.append(words)

    def __bool__(self) -> bool:
        return bool(self._texts)

    def has(self, text: str) -> bool:
        """Whether a text was shown, alone or within another, word for word."""
        plain = folded(text)
        return any(plain in one for one in self._texts)

    def repeated(self, said: str) -> bool:
        """Whether any sentence says again what was shown, whatever else it says."""
        if not self._texts:
            return False
        plain = folded(said)
        return any(one in plain for one in self._worth) or any(map(self._again, _sentences(plain)))

    def adds_nothing(self, said: str) -> bool:
        """Whether each sentence of a text is no more than what one said that was shown, in whatever order."""
        return self.holds(told(said))

    def holds(self, sentences: Told) -> bool:
        """`adds_nothing` of a text of which it is known what it tells."""
        return sentences is not None and all(map(self._in_one, sentences))

    def _in_one(self, words: frozenset[str]) -> bool:
        if not words <= self._words:  # nearly always, where a text is held against all others
            return False
        met = Counter(n for word in words for n in self._with.get(word, ()))
        return any(
            words <= self._said[n] and shared >= max(2, _SHARE * len(self._said[n]))
            for n, shared in met.items()
        )

    def tells(self, value: object) -> bool:
        """Whether all the words of a value were shown."""
        return telling(str(value)) <= self._words

    def _again(self, sentence: str) -> bool:
        words = _WORD.findall(sentence)
        whole = sentence.rstrip(".!?, ")
        if len(words) >= _FEWEST and any(whole in one for one in self._texts):
            return True
        met = Counter(n for word in telling(sentence) for n in self._with.get(word, ()))
        return any(
            shared >= max(2, _SHARE * len(self._said[n])) and self._numbers(n) <= telling(sentence)
            for n, shared in met.items()
        )

    def _numbers(self, n: int) -> set[str]:
        """Return the words with digits of a sentence that was shown: another number is another fact."""
        return {word for word in self._said[n] if any(one.isdigit() for one in word)}


def _sentences(text: str) -> list[str]:
    return [one for one in _SPLIT.split(text[:_LONGEST]) if one.strip()][:_MOST]


NOTHING = Recalled(())
