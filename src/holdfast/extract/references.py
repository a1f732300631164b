"""Whom and what a clause speaks of, as far as "she", "the staging one", "the older one" or "both of them" may mean it later. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import words
from .clauses import Clause
from .predicates import Claim
from .spelling import begun, form, tokens

_RELATION, _ANIMAL = words.one_of(words.RELATIONS), words.one_of(words.ANIMALS)
_ADULT = r"(?:(?:older|younger|big|little|elder|twin|best|new|current) )?"
_NAME = r"(?-i:[A-Z\u00c0-\u00de])[\w-]+"


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody or something spoken of: the words to put for the pronoun ("" where it cannot be told whom), and which pronouns fit."""

    phrase: str
    fits: frozenset[str]


_SHE, _HE, _IT, _THEY = (frozenset(one.split()) for one in ("she her", "he his", "it its", "they their"))
_OWN = (
    rf"\b(?:my|our) (?P<adult>{_ADULT})(?P<own>{_RELATION}|{_ANIMAL})\b(?! and i\b)(?:,? (?P<called>{_NAME})(?!'s)\b|'s (?P<kin>{_RELATION})\b)?"
    rf"|\b(?:have|adopted|got|rescued|bought|own) (?:an?|one) (?:[\w-]+ ){{0,2}}?(?P<had>{_ANIMAL}|{_RELATION})\b(?:(?:,| called| named)? (?P<called2>{_NAME})\b)?"
)
_SEVERAL = frozenset(
    "parents kids children sons daughters twins in-laws".split()
)  # of whom one says "they", and of nobody else here
# Others that a pronoun could mean as well.
_STRANGERS = (
    rf"\b(?:(?:an?|the|some|this|that|another|his|her|their|one of \w+|\w+'s) (?:\w+ ){{0,2}}?(?:guy|man|woman|lady|girl|boy|person|intern|author"
    rf"|student|patient|candidate|character|lead|protagonist|hero|player|singer|{_RELATION}|{_ANIMAL})|someone|somebody|anyone|everybody)\b"
)
_IS_ONE = rf"\b(?:is|was|am|are) an? (?:[\w-]+ ){{0,2}}?(?:{_RELATION}|{_ANIMAL})\b"  # what somebody is, is nobody else
_NAMED = rf"(?P<name>{_NAME}) (?:is|has|works|lives|loves|likes|hates|moved|joined|left|just|and|quit|plays|studies|teaches|prefers|speaks|was|got|turned|owns|wants)\b"
_THING = r"(?P<np>(?:my|our|the|this) (?:[\w./-]+ ){1,3}?)(?:is|are|was|has|runs|uses|died|crashed|broke|moved|changed|failed|lives|needs|got|starts|begins|ends|leaves|departs|arrives|closes|opens|expires|listens|costs|takes|supports|requires)\b"
# "Could you remember my shoe size? It's 43."
_TO_KEEP = r"(?P<asked>(?:remember|save|store|note(?: down)?|write down|keep|jot down|memori[sz]e|take down) )?(?P<np>(?:my|our|the) [\w' -]{3,30})"
# "And the backend?" asks the same of another.
_AND_WHAT = r"(?:(?:and|so|ok|great|noted|thanks|got it)[,.!]? )*(?:what about|how about|and) (?:(?:the|your|our) )?(?P<np>(?!what|how|why|when|where|who|is|are|do|does|can)[\w./-]+(?: [\w./-]+){0,2}?)"


def mentions(clause: Clause) -> list[Mention]:
    """Return whom and what a clause speaks of that a later pronoun may mean."""
    text, found = clause.text, []
    for match in form(_OWN).finditer(text):
        word = (match["own"] or match["had"]).lower()
        gender = _SHE if word in words.FEMALE else _HE if word in words.MALE else _SHE | _HE
        gender = _THEY if word in _SEVERAL else gender | _IT if word in words.ANIMALS else gender
        adult = (match["adult"] or "").lower()
        adult = adult if words.AGED.get(adult.strip()) else ""
        called = match["called"] or match["called2"] if word in words.ANIMALS else ""
        phrase = f"my {adult}{word}{f' {called}' if called else ''}"
        found.append(Mention(phrase, gender))
        if kin := (match["kin"] or "").lower():
            found.append(
                Mention(
                    f"{phrase}'s {kin}",
                    _SHE if kin in words.FEMALE else _HE if kin in words.MALE else _SHE | _HE,
                )
            )
    rest = form(_IS_ONE).sub(" ", form(_OWN).sub(" ", text))
    if form(_STRANGERS).search(rest):
        found.append(Mention("", _SHE | _HE | _IT))
    named = form(_NAMED).match(rest.strip()) if not begun(rf"{_NAME} (?:is|was) (?:my|our)\b", text) else None
    if named and not clause.casual and named["name"].lower() not in words.NOT_NAMES | words.TECH:
        found.append(Mention(named["name"], _SHE | _HE))
    if not found and (kept := form(_TO_KEEP).fullmatch(text)) and (clause.sure or kept["asked"]):
        found.append(Mention(kept["np"], _IT))
    if not found and (thing := form(_THING).match(text)):
        found.append(Mention(thing["np"].strip(), _IT))
    return found


def asked_of(question: str) -> str:
    """Return the thing of which an agent asks the same as was told of another ("And the backend?"), or ""."""
    match = form(_AND_WHAT).fullmatch(question.rstrip(" ?"))
    return f"the {match['np']}" if match else ""


# ---- one of several ------------------------------------------------------------------------------------------------------

_STAGES = frozenset(
    """staging production prod test testing dev development qa live local backup secondary primary internal external public private european american asian eu us uk
    mobile web desktop ios android second third main read write replica canary beta demo legacy""".split()
)
_THE_ONE = r"(?:and |but )?(?:the|our|my) (?P<which>[\w-]+(?: [\w-]+)?) one (?P<rest>(?:is|are|was|has|have|lives|runs|uses|listens|needs|works|sits|takes|got|moved|goes|plays|likes|loves|hates|studies|teaches|wants|prefers|speaks)\b.*)"
_AGE = {
    "older": max,
    "elder": max,
    "oldest": max,
    "eldest": max,
    "big": max,
    "younger": min,
    "youngest": min,
    "little": min,
}
_BOTH = r"(?:both(?: of them)?|they both) (?P<verb>\w+)(?P<rest> .+)?|they are both (?P<are>.+)"
_SINGULAR = {
    "are": "is",
    "have": "has",
    "do": "does",
    "go": "goes",
    "were": "was",
    "study": "studies",
    "teach": "teaches",
}
_ONE_OF_SEVERAL = frozenset({"one", "both"})


@dataclass
class Several:
    """Two that were told of together, and the thing that was spoken of last: what "the other one" may be one of."""

    two: dict[str, str] = field(default_factory=dict)  # by their names, the words to put for each
    ages: dict[str, int] = field(default_factory=dict)
    last: str = ""  # of the two, the one spoken of last
    thing: str = ""
    called: dict[str, str] = field(default_factory=dict)  # animals by "my dog", with the name each was given

    def heard(self, clause: Clause, claims: Sequence[Claim]) -> None:
        """Take in a clause with what it claimed."""
        told = [one for one in claims if isinstance(one.value, str) and not one.ends]
        pair = [one for one in told if one.attribute in words.RELATIONS | {"pet"}]
        if len(pair) == 2 and pair[0].attribute == pair[1].attribute:
            kind = "" if pair[0].attribute == "pet" else f"my {pair[0].attribute} "
            self.two = {str(one.value).lower(): f"{kind}{one.value}" for one in pair}
            self.ages, self.last = {}, ""
        if len(pair) == 1 and pair[0].attribute == "pet" and str(pair[0].value)[:1].isupper():
            spoken_of = [one.phrase for one in mentions(clause) if one.fits >= _IT and one.phrase]
            self.called |= {
                one: f"{one} {pair[0].value}" for one in spoken_of[:1] if str(pair[0].value) not in one
            }
        for one in claims:
            if one.entity in self.two:
                self.last = one.entity
                if one.attribute == "age" and isinstance(one.value, int):
                    self.ages[one.entity] = one.value
        if thing := form(_THING).match(clause.text):
            self.thing = thing["np"].strip()

    def forget(self) -> None:
        """Forget what was spoken of."""
        self.two, self.ages, self.last, self.thing, self.called = {}, {}, "", "", {}

    def meant(self, clause: Clause) -> list[str]:
        """Return what a clause about "the staging one", "the other one" or "both" says, of each of whom it means."""
        if _ONE_OF_SEVERAL.isdisjoint(tokens(clause.text)):
            return []
        if self.two and (both := form(_BOTH).fullmatch(clause.text)):
            verb = (both["verb"] or "are").lower()
            rest = f"{_SINGULAR.get(verb, f'{verb}s')} {(both['are'] or both['rest'] or '').strip()}"
            return [f"{phrase} {rest}" for phrase in self.two.values()]
        match = form(_THE_ONE).fullmatch(clause.text)
        if match is None:
            return []
        which = match["which"].lower()
        subject = self._one(which) or (another(self.thing, which) if which in _STAGES else "")
        return [f"{subject} {match['rest']}"] if subject else []

    def _one(self, which: str) -> str:
        """Return the words for one of the two, "" where it cannot be told which."""
        if which == "other" and self.last:
            return next(phrase for name, phrase in self.two.items() if name != self.last)
        if which in _AGE and len(self.ages) == len(self.two) == 2 and len(set(self.ages.values())) == 2:
            return self.two[_AGE[which](self.ages, key=lambda name: self.ages[name])]
        return ""


def is_stage(thing: str) -> bool:
    """Whether words name only one of several things of a kind, and not the kind: "the staging"."""
    return thing.removeprefix("the ").lower() in _STAGES


def another(thing: str, which: str) -> str:
    """Return the words for another thing of the same kind: "the staging server" beside "the production server"; "" without one."""
    led, _, rest = thing.partition(" ")
    parts = rest.split()
    while len(parts) > 1 and parts[0].lower() in _STAGES:
        parts = parts[1:]
    bare = len(parts) == 1 and parts[0].lower() in _STAGES
    return "" if not parts or bare else f"{led} {which} {' '.join(parts)}"
