"""What a clause means beside what was said before it: whom "she" points at, what "Blue" answers, what "it's pnpm now" replaces.

A clause that leans on others is written out ("She works at Equinor" as "My sister works at Equinor", "Blue" as "my favorite color
is Blue") and then read by the same rows as any other. Where two could be meant, or the question is none of a table's, it stays as it is and
says nothing. Pure.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from . import words
from .answers import asked_last, reply
from .clauses import Clause, clauses
from .predicates import Claim
from .spelling import fits, form, plain

_RELATION, _ANIMAL = words.one_of(words.RELATIONS), words.one_of(words.ANIMALS)
_TOLD = 4  # messages of a speaker that claimed something, of which "it" may mean what they did
_NEAR = 3  # clauses back, beyond which a pronoun may mean anybody
_ADULT = r"(?:older |younger |big |little |elder |twin |best |new |current )?"


@dataclass(frozen=True, slots=True)
class _Mention:
    """Somebody or something spoken of: the words to put for the pronoun ("" where it cannot be told whom), and which pronouns fit."""

    phrase: str
    fits: frozenset[str]


_SHE, _HE, _IT = frozenset({"she", "her"}), frozenset({"he", "his"}), frozenset({"it", "its"})
# A pronoun is looked up only where a clause begins with one.
_POINTS = re.compile(r"(?P<pronoun>he|she|his|her|it|its)\b(?P<rest>.*)", re.I | re.S)
_OWN = (
    rf"\b(?:my|our) {_ADULT}(?P<own>{_RELATION}|{_ANIMAL})\b(?! and i\b)"
    rf"|\b(?:have|adopted|got|rescued|bought|own) (?:an?|one) (?:[\w-]+ ){{0,2}}?(?P<had>{_ANIMAL}|{_RELATION})\b"
)
# Others that a pronoun could mean as well.
_STRANGERS = (
    rf"\b(?:(?:an?|the|some|this|that|another|his|her|their|one of \w+|\w+'s) (?:\w+ ){{0,2}}?(?:guy|man|woman|lady|girl|boy|person|intern|author"
    rf"|student|patient|candidate|character|lead|protagonist|hero|player|singer|{_RELATION})|someone|somebody|anyone|everybody)\b"
)
_NAMED = r"(?P<name>(?-i:[A-Z])[\w'-]+) (?:is|has|works|lives|loves|likes|hates|moved|joined|left|just|and)\b"
_THING = r"(?P<np>(?:my|our|the|this) (?:[\w./-]+ ){1,3}?)(?:is|are|was|has|runs|uses|died|crashed|broke|moved|changed|failed|lives|needs|got|starts|begins|ends|leaves|departs|arrives|closes|opens|expires|listens|costs|takes|supports|requires)\b"


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
        self.question = ""
        self.told: deque[tuple[Claim, ...]] = deque(maxlen=_TOLD)  # by message, the latest first

    def forget(self) -> None:
        """Forget what was said: it is not to be remembered, not even for what it makes clear."""
        self._said.clear()
        self.told.clear()
        self._ended, self.question = None, ""

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

    def written_out(self, clause: Clause, raw: str, first: bool) -> Clause | None:
        """Return a clause with what it leans on put in, or None where it leans on nothing that can be told.

        `raw` are its words as they were said; `first` whether it begins the message, and so may answer a question.
        """
        if first and self.question and (answer := reply(clause, raw, self.question)):
            return answer
        if self._named and (shorter := form(_IS_FINE).fullmatch(clause.text)):
            return replace(clause, text=f"call me {shorter['v']}")
        if match := _POINTS.match(clause.text):
            return self._pointed(clause, raw, match["pronoun"].lower(), match["rest"])
        return _succeeding(clause, self._ended) if self._ended else None

    def _pointed(self, clause: Clause, raw: str, pronoun: str, rest: str) -> Clause | None:
        if pronoun in _IT and self._ended and (succeeded := _succeeding(clause, self._ended)):
            return succeeded
        for back, earlier in enumerate(itertools.islice(self._earlier(), _NEAR)):
            meant = {one.phrase for one in _mentions(earlier) if pronoun in one.fits}
            if not back and pronoun == "it" and (denied := form(_DENIED).match(earlier.whole)):
                meant = {denied["np"]}  # "my boss isn't Carl, it's Dana"
            if (
                not back
                and pronoun == "it"
                and "now" in clause.whole
                and (gone := form(_GONE).match(earlier.whole))
            ):
                meant = {gone["np"]}  # "my manager left, it's Ines now"
            if not meant and not (pronoun in _IT and not back):
                continue
            if len(meant) != 1 or "" in meant or earlier.guards - {"question"}:
                return None
            phrase = meant.pop()
            owner = pronoun in ("his", "its") or (pronoun == "her" and bool(rest.strip()))
            subject = f"{phrase}'s" if owner else phrase
            said = form(rf"\b{pronoun}(?=\b(?!'))").sub(
                subject[:1].upper() + subject[1:], plain(raw), count=1
            )
            return replace(clause, text=f"{subject}{rest}", said=said)
        return None

    def _earlier(self) -> Iterator[Clause]:
        """Yield what was said before, the latest first; of an agent's message its last two clauses, put as the speaker would."""
        for said in reversed(self._said):
            if isinstance(said, Clause):
                yield said
                continue
            for one in reversed(list(clauses(said[-2_000:]))[-2:]):
                yield replace(one, text=form(r"\byour\b").sub("my", one.text))


# What speaks of nothing, so that "it" still means what the speaker spoke of.
_ACKNOWLEDGES = r"(?:(?:ok(?:ay)?|no|nope|wait|sorry|hm+|ah|oh|oops|actually|got it|noted|sure|thanks|thank you|understood|great|good|done|alright|all right|right|yes|i see|will do|perfect|cool|nice|roger|makes sense|thanks for (?:that|telling me|letting me know)|i (?:will|'ll) (?:remember|note|keep)(?: (?:that|it)(?: in mind)?)?)[\s,.!]*)+"


def _mentions(clause: Clause) -> list[_Mention]:
    """Return whom and what a clause speaks of that a later pronoun may mean."""
    text, found = clause.text, []
    for match in form(_OWN).finditer(text):
        word = (match["own"] or match["had"]).lower()
        gender = _SHE if word in words.FEMALE else _HE if word in words.MALE else _SHE | _HE
        found.append(_Mention(f"my {word}", gender | _IT if word in words.ANIMALS else gender))
    rest = form(_OWN).sub(" ", text)
    if form(_STRANGERS).search(rest):
        found.append(_Mention("", _SHE | _HE))
    named = form(_NAMED).match(rest.strip())
    if named and not clause.casual and named["name"].lower() not in words.NOT_NAMES | words.TECH:
        found.append(_Mention(named["name"], _SHE | _HE))
    if not found and (thing := form(_THING).match(text)):
        found.append(_Mention(thing["np"].strip(), _IT))
    return found


# ---- what takes the place of what ended ----------------------------------------------------------------------------------

# By the attribute that lost its value: how the new one is told, and how it reads written out.
_SUCCEEDED = {
    "uses": (r"(?:it is|we are (?:now )?(?:on|using)|now) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)", "we use {v}"),
    "employer": (r"i am (?:now )?(?:at|with) (?P<v>.+)", "i work at {v}"),
    "residence": (r"(?:i am|we are) (?:now )?in (?P<v>.+)", "i live in {v}"),
}


def _succeeding(clause: Clause, ended: Claim) -> Clause | None:
    """ "We don't use npm anymore, it's pnpm now", "I left Acme and now I'm at Globex"."""
    pattern, template = _SUCCEEDED[ended.attribute]
    match = form(pattern).fullmatch(clause.text)
    return replace(clause, text=template.format(v=match["v"])) if match else None
