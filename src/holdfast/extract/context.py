"""What a clause means beside what was said before it: whom "she" points at, what "Blue" answers, what "it's pnpm now" replaces.

A clause that leans on others is written out ("She works at Equinor" as "My sister works at Equinor", "Blue" as "my favorite color
is Blue") and then read by the same rows as any other. Where two could be meant, or the question is none of a table's, it stays as it is and
says nothing. Pure.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from . import words
from .answers import asked_last, read_as, reply
from .clauses import Clause, clauses
from .predicates import Claim
from .references import Several, another, asked_of, is_stage, mentions
from .spelling import fits, form, plain

_RELATION = words.one_of(words.RELATIONS)
_TOLD = 4  # messages of a speaker that claimed something, of which "it" may mean what they did
_NEAR = 3  # clauses back, beyond which a pronoun may mean anybody
_IT = frozenset({"it", "its"})
# A pronoun is looked up only where a clause begins with one.
_POINTS = re.compile(r"(?P<pronoun>he|she|his|her|it|its|they|their)\b(?P<rest>.*)", re.I | re.S)
# "My name is Alexandra, but Alex is fine."
_IS_FINE = r"(?:just )?(?P<v>(?-i:[A-Z])[\w'-]+) (?:is(?: just| totally| perfectly| also)? (?:fine|okay|ok|enough)|will do|works)(?: (?:by|with|for) me| too| for short)*"
_GONE = rf"(?P<np>(?:my|our) (?:{_RELATION})) (?:(?:has|have|just|recently|also) )*(?:changed|left|retired|quit|moved (?:on|away)|resigned)\b"
_DENIED = r"(?P<np>(?:my|our|the|this) (?:[\w./'-]+ ){0,3}?[\w./'-]+) (?:is|are) (?:not|no longer) (?!(?:from|in|at|on|called|named|with|for|about) )"


class Context:
    """What was said before, as far as a clause may lean on it. One for each speaker of a conversation."""

    def __init__(self) -> None:
        self._said: deque[Clause | str] = deque(
            maxlen=_NEAR
        )  # an agent's message as it was: few pronouns need it read
        self._ended: Claim | None = None
        self._named = False
        self._several = Several()
        self._single: tuple[Clause, Claim] | None = None  # the last clause that told one thing
        self.question = ""
        self.told: deque[tuple[Claim, ...]] = deque(maxlen=_TOLD)  # by message, the latest first

    def forget(self) -> None:
        """Forget what was said: it is not to be remembered, not even for what it makes clear."""
        self._said.clear()
        self.told.clear()
        self._several.forget()
        self._ended, self._single, self.question = None, None, ""

    def answered(self, text: str) -> None:
        """Take in what an agent said last, "" for nothing: its question, and whom it spoke of."""
        self.question = asked_last(text)
        if not self.told or self.told[0]:
            self.told.appendleft(())
        if text and not fits(_ACKNOWLEDGES, text.strip()):
            self._said.append(text)
            self._ended = None

    def heard(self, clause: Clause, claims: Sequence[Claim]) -> None:
        """Take in a clause of the speaker's, written out, with what it claimed."""
        if not fits(_ACKNOWLEDGES, clause.text):
            self._said.append(clause)
        self._named = any(one.attribute == "name" for one in claims)
        if self.told:
            self.told[0] += tuple(one for one in claims if not one.ends)
        self._several.heard(clause, claims)
        if claims:
            self._single = (clause, claims[0]) if len(claims) == 1 else None
        gone = [one for one in claims if one.ends and one.attribute in _SUCCEEDED]
        if len(gone) == 1:
            self._ended = gone[0]
        elif (
            claims
            or "job" not in clause.text
            or not form(r"\b(?:new job|(?:changed|switched) jobs)\b").search(clause.text)
        ):
            self._ended = None
        else:
            self._ended = Claim("", "employer", None)

    def written_out(self, clause: Clause, raw: str, first: bool) -> Sequence[Clause]:
        """Return a clause with what it leans on put in, for each of whom it means: none where it leans on nothing that can be told.

        `raw` are its words as they were said; `first` whether it begins the message, and so may answer a question.
        """
        if first and self.question:
            answer = reply(clause, raw, self.question, self._whom)
            if answer is None and (thing := asked_of(self.question)):
                answer = self._of_another(clause, raw, thing)
            if answer:
                return [answer]
        if self._named and (shorter := form(_IS_FINE).fullmatch(clause.text)):
            return [replace(clause, text=f"call me {shorter['v']}")]
        if told := self._several.meant(clause):
            return [replace(clause, text=one, said=_capital(one)) for one in told]
        if match := _POINTS.match(clause.text):
            told_of = self._pointed(clause, raw, match["pronoun"].lower(), match["rest"])
            return [told_of] if told_of else []
        succeeded = _succeeding(clause, self._ended) if self._ended else None
        return [succeeded] if succeeded else []

    def _pointed(self, clause: Clause, raw: str, pronoun: str, rest: str) -> Clause | None:
        if pronoun in _IT and self._ended and (succeeded := _succeeding(clause, self._ended)):
            return succeeded
        phrase = self._whom(pronoun, clause.whole)
        if not phrase:
            return None
        owner = pronoun in ("his", "its", "their") or (pronoun == "her" and bool(rest.strip()))
        subject = f"{phrase}'s" if owner else phrase
        said = form(rf"\b{pronoun}(?=\b(?!'))").sub(_capital(subject), plain(raw), count=1)
        return replace(clause, text=f"{subject}{rest}", said=said)

    def _whom(self, pronoun: str, said: str = "") -> str:
        """Return the words for whom or what a pronoun means in what is said ("" for any pronoun), "" where that cannot be told."""
        near = list(itertools.islice(self._earlier(), _NEAR))
        for back, earlier in enumerate(near):
            meant = {one.phrase for one in mentions(earlier) if not pronoun or pronoun in one.fits}
            if not back and pronoun == "it":
                if denied := form(_DENIED).match(earlier.whole):
                    meant = {denied["np"]}  # "my boss isn't Carl, it's Dana"
                if "now" in said and (gone := form(_GONE).match(earlier.whole)):
                    meant = {gone["np"]}  # "my manager left, it's Ines now"
                if thing := asked_of(earlier.whole):
                    meant = {thing}
            if not meant and not (pronoun in _IT and not back):
                continue
            if len(meant) != 1 or "" in meant or earlier.guards - {"question"}:
                return ""
            phrase = meant.pop()
            # Of a name one cannot tell "he" from "she", and several that were told of may be "they".
            unsure = pronoun in ("they", "their") or not phrase.startswith(("my ", "our ", "the ", "this "))
            others = (one for each in near[back + 1 :] for one in mentions(each)) if unsure else ()
            if any(one.phrase not in ("", phrase) and pronoun in one.fits for one in others):
                return ""
            return self._several.called.get(phrase, phrase)
        return ""

    def _of_another(self, clause: Clause, raw: str, thing: str) -> Clause | None:
        """Return what an answer says of another thing, of which the same was asked as was told of the one before ("And the backend?")."""
        if self._single is None:
            return None
        before, claim = self._single
        thing = another(self._several.thing, thing.removeprefix("the ")) if is_stage(thing) else thing
        head, found, tail = before.text.rpartition(str(claim.value))
        subject = self._several.thing
        answer = form(r"(?:it is |on |at |in |also )*").sub("", plain(raw), count=1).strip(" .!,")
        if (
            not (found and thing and subject and head.startswith(subject))
            or not 1 <= len(answer.split()) <= 3
        ):
            return None
        return read_as(
            f"{thing}{head[len(subject) :]}{answer}{tail}", clause, f"{self.question} {raw.strip()}"
        )

    def _earlier(self) -> Iterator[Clause]:
        """Yield what was said before, the latest first; of an agent's message its last two clauses, put as the speaker would."""
        for said in reversed(self._said):
            if isinstance(said, Clause):
                yield said
                continue
            yield from _put_back(said[-2_000:])


@functools.lru_cache(maxsize=16)  # each clause that may lean on it asks again
def _put_back(said: str) -> tuple[Clause, ...]:
    """Return the last two clauses of an agent's message, the latest first, put as the speaker would."""
    last = list(clauses(said))[-2:]
    return tuple(replace(one, text=form(r"\byour\b").sub("my", one.text)) for one in reversed(last))


# What speaks of nothing, so that "it" still means what the speaker spoke of.
_ACKNOWLEDGES = r"(?:(?:ok(?:ay)?|no|nope|wait|sorry|hm+|ah|oh|oops|actually|got it|noted|sure|thanks|thank you|understood|great|good|done|alright|all right|right|yes|i see|will do|perfect|cool|nice|roger|makes sense|thanks for (?:that|telling me|letting me know)|i (?:will|'ll) (?:remember|note|keep)(?: (?:that|it)(?: in mind)?)?)[\s,.!]*)+"


# ---- what takes the place of what ended ----------------------------------------------------------------------------------

# By the attribute that lost its value: how the new one is told, and how it reads written out.
_SUCCEEDED = {
    "uses": (r"(?:it is|we are (?:now )?(?:on|using)|now) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)", "we use {v}"),
    "employer": (r"i am (?:now )?(?:at|with) (?P<v>.+)", "i work at {v}"),
    "residence": (r"(?:i am|we are) (?:now )?in (?P<v>.+)", "i live in {v}"),
}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _succeeding(clause: Clause, ended: Claim) -> Clause | None:
    """ "We don't use npm anymore, it's pnpm now", "I left Acme and now I'm at Globex"."""
    pattern, template = _SUCCEEDED[ended.attribute]
    match = form(pattern).fullmatch(clause.text)
    return replace(clause, text=template.format(v=match["v"])) if match else None
