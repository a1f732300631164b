"""Notes: what is told by its name alone, without a verb or whose it is: "Terminal: kitty, shell: fish", "shoe size 43", "hosting -> Fly.io".

Which names are the speaker's own and which a project's is in a table; a value has to look like one of its name. A message that
holds other names, code, a log or an order to write something is somebody else's text, and none of it is read. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import checks
from ..types import MemoryItem
from . import fragments, values, words
from .clauses import Clause
from .keys import GEAR, KEYS, RENAMED, Key, hours, of_pet, pet, said_as
from .predicates import PROJECT, Claim
from .spelling import begun, fits, form, holds, straight

_LONGEST = 1_500  # characters of a message: what is longer is a document

_BEST = r"(?:(?:best|preferred|good|worst) (?:time|times|day|days|way|hours|place|number) (?:to|for) [\w' -]{3,25}|preferred (?:[\w-]+ )?[\w-]+|(?:seat|meal|language|airline|hotel|room|temperature|food|drink|music|contact|delivery) preference|my (?:usual|preferred) [\w-]+)"
_FAVORITE = r"(?:(?:favou?rite|fave?) [\w -]{3,20})"
_KIN = rf"(?:{words.one_of(words.RELATIONS)}|dog|cat)'s (?:name|birthday|school|job|age|employer|vet|breed|pronouns|doctor|teacher)"
_OF_KIN = Key("", values.as_said, said="my {k} is {v}")
_NAMES = "|".join(sorted(map(re.escape, KEYS), key=len, reverse=True))
_OUR_NAMES = "|".join(
    sorted((re.escape(name) for name, key in KEYS.items() if key.ours), key=len, reverse=True)
)
_NEW = r"(?:(?:my|our|the|new|current|latest|main|also|and|plus) )*"
_SEPARATED = r"(?P<sep>: ?| (?:is |was )?(?:now|(?:moved|pushed|slipped|changed|switched|brought forward|went|postponed)(?: back| out)? (?:to|on|until)) | ?(?:->|=>|\u2192) ?| is (?:now |on )?| (?:on |at |in |now )?(?=\S))"
# Whose it is may stand before the name: "Heron deadline".
_NOTE = rf"{_NEW}(?:(?P<who>(?-i:[A-Z])[\w-]+)(?:'s)? )??(?:(?P<key>{_NAMES})(?: (?:for|of) (?P<of>(?-i:[A-Z])[\w-]+))?|(?P<kin>{_KIN})|(?P<wish>{_BEST}|{_FAVORITE})){_SEPARATED}"
# Another begins behind one of these.
_OF_ONE = rf"(?P<who>(?-i:[A-Z])[\w-]+):\s+(?:[-*\u2022] )?(?=(?:{_OUR_NAMES})(?::| ->| =>| is\b| ))"
_NEXT = rf"(?:[,;|/]| and| -) (?={_NEW}(?:{_NAMES}|{_KIN}|{_BEST}|{_FAVORITE})(?::| ->| =>| \u2192| is\b| (?:on |at |in )?[\w$€£]))"

# ---- one note -------------------------------------------------------------------------------------------------------------

_NOW = (
    r"(?:,? (?:now|these days|nowadays|currently|atm|at the moment|right now|for now|instead|from now on|again|already|today|lately|going forward|this year|this season|btw|by the way|fyi|please|thanks"
    r"|(?:as of|since|from|starting|as from|effective) (?:today|now|yesterday|tonight|last \w+|this \w+|next \w+|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:january|february|march|april|may|june|july|august|september|october|november|december)(?: \d{1,4})?|\d{4})))+$"
)
_INSTEAD = r"(?P<v>.+?),? (?:\(?(?:instead of|no longer|rather than|replacing|was|previously|formerly|not|used to be)) (?P<old>[^()]+?)\)?"
_TURNED = r"(?P<old>.+?) ?(?:->|=>|\u2192) ?(?P<v>.+)"
_NONE = r"(?:none|no|n/?a|nil|null|tb[dac]|to be (?:decided|confirmed|defined)|todo|unknown|undecided|open|same|any|all|yes|true|false|nothing|same as \w+|-+|\.+|x+|\?+|<.*|\[.*|\{.*)"
_REMARK = r"(?:, (?=(?-i:[A-Z][\w']+ (?:is|has|was|retired|left|moved|quit|died))|(?:the |my |our )?(?:old|other|previous|last)\b|(?:it|he|she|i|we|but|so|because|which|who|usually|mostly|often|sometimes|finally|at last|sadly|obviously|as always)\b).*| because .*| \((?!.*\d)[^()]*\))$"
_CHOICE = r"\bor\b|\?| vs\.? |\bmaybe\b|\bperhaps\b|\bprobably\b|\bnot sure\b|\be\.g\."


@dataclass(frozen=True, slots=True)
class _Note:
    """One note of a clause, as it was said: whose it is named to be, its name, what stands between, and its value."""

    said: str
    who: str
    name: str
    sep: str
    value: str
    key: Key


def _noted(text: str) -> list[_Note]:
    """Return the notes that a clause is made of, or [] where some of it is none."""
    found: list[_Note] = []
    if ":" not in text and _ARROW.isdisjoint(text) and _FIRST.isdisjoint(text.lower().split(" ", 3)[:3]):
        return []
    of = form(_OF_ONE).match(text)
    text = text[of.end() :] if of else text
    for said in form(_NEXT).split(text):
        if not (match := form(_NOTE).match(said)):
            return []
        name = (
            (match["key"] or match["kin"] or match["wish"])
            .lower()
            .replace("favourite ", "favorite ")
            .replace("fave ", "favorite ")
            .replace("fav ", "favorite ")
        )
        key = KEYS.get(name) or (_OF_KIN if match["kin"] else Key(name, _wish, "preference"))
        who = match["who"] or match["of"] or (of["who"] if of else "")
        sep, value = match["sep"].strip(" :") or match["sep"].strip(" ") or " ", said[match.end() :].strip()
        found.append(
            _Note(
                said.strip(),
                "" if who.lower() in _LEADING else who,
                RENAMED.get(name, name),
                sep,
                value,
                key,
            )
        )
    return found


_ARROW = frozenset(">\u2192")
_FIRST = frozenset(
    name.split(" ")[0]
    for name in (*KEYS, "favorite", "favourite", "fav", "fave", "best", "preferred", "good", "worst")
)
_LEADING = frozenset("my our the new current latest main also and plus".split())


def _wish(raw: str, casual: bool) -> values.Values:
    """What is preferred or best, in up to six words."""
    return (
        (raw,)
        if len(raw.split()) <= 6
        and not values.points(raw)
        and not form(r"(?:is|are|was|has|have|to be)\b").match(raw)
        else ()
    )


def _put(value: str) -> tuple[str, str]:
    """Return what stands as a value, without remarks, and what it took the place of ("" where that is not said)."""
    raw = form(_NOW).sub("", form(_REMARK).sub("", value).strip(" .,;!"))
    old = ""
    if put := form(_INSTEAD).fullmatch(raw) or form(_TURNED).fullmatch(raw):
        raw, old = form(_NOW).sub("", put["v"]), put["old"].strip()
    return form(
        r"^(?:now|currently|it is|still|on|with|moved to|changed to|switched to|pushed to) (?=\S)"
    ).sub("", raw.strip(" .,")), old


def _valued(key: Key, raw: str, old: str, casual: bool) -> tuple[values.Values, Any]:
    """Return the values that stand there, or () where there is none, and what they took the place of."""
    if not raw or fits(_NONE, raw) or form(_CHOICE).search(raw):
        return (), None
    found = key.value(raw, casual)
    before = key.value(old, casual) if old and found else ()
    return found, before[0] if before else None


# ---- the message they stand in --------------------------------------------------------------------------------------------

_HEAD = r"(?:^|[\n.;,!?|] ?|(?:^|\n)\s*[-*\u2022] ?)\s*(?P<head>[a-z][\w'/ -]{0,38}?):(?=\s)"
_PROJECT = rf"(?:^|[.;,\n|] ?)\W*(?:(?:the |our )?project(?: name)?: (?P<v>(?-i:[A-Z])[\w-]+(?: (?-i:[A-Z])[\w-]+)?)|(?P<v2>(?-i:[A-Z])[\w-]+)(?: - |:?\n\W*)(?=(?:{_OUR_NAMES})(?::| -)))"
# What stands before notes on oneself, and before any.
_ABOUT_ME = (
    r"(?:(?:a (?:bit|little|few (?:facts|things)) |(?:some |quick |more |the )?(?:facts?|info|details|background|basics|bio|intro|context|notes?|things) )?(?:about|on) (?:me|myself|us)|me|us"
    r"|(?:my|our) (?:details|info|bio|profile|setup|set-up|stats|basics|situation|background|rig|desk|gear|sizes|measurements|household|family|home|week|routine|tools|toolbox|dev setup|environment|people|doctors)|bio|setup|dev setup|household|family|pets|the basics|sizes|using|daily drivers?|current setup|currently using|(?:me )?in (?:short|brief|a nutshell)|tl;?dr)"
)
_NEUTRAL = (
    r"(?:fyi|btw|by the way|update|updates|note|notes|to note|reminder|ps|correction|also|edit|changes?|news|for context|context|for the record|for reference|for your (?:notes|records|files)|remember|please remember|heads up|quick (?:note|update|facts)"
    r"|(?:[\w-]+ )?(?:password|passcode|passphrase|pin|secret|token|key|login|username|e-?mail|phone number|mobile|address))"
)
_NO_TALK = r"[{}<\t]|```|(?<![-=])=(?!>)|\d{4}-\d\d-\d\d[t ]\d\d:\d\d|\n {2,}\S|\n\s*#|\S,\S+,\S"
_SENTENCE = r"(?:^|[.!?:;\n] ?)\W*(?:(?:please|can you|could you|would you|now|pls|ok|hey|so|and|help me|let us|let's|i want you to|i need you to) )*"
# What these ask for is a text, and what stands beside them is what it is about.
_MAKES_TEXT = rf"{_SENTENCE}(?:write|draft|create|generate|compose|format|convert|parse|translate|summari[sz]e|fill|extract|classify|rewrite|proofread|imagine|invent|analy[sz]e|describe|design|build|make|turn|play|pretend|act|suppose|complete|edit|improve|guess|rate|rank|review|match|sort|label|tag|continue)\b"
_ASKS = rf"\?|{_SENTENCE}(?:find|search|book|plan|suggest|recommend|look|show|list|give|get|tell|compare|order|buy|check|calculate|what|which|where|who|how|need|looking)\b"
_OF_OTHERS = r"\b(?:persona|character|candidate|applicant|patient|client profile|customer|protagonist|suspect|npc|example|sample|template|placeholder|dummy|mock|fake|fictional|csv|json|yaml|prompt|scenario|quiz|riddle|crossword|job ad|advert|listing|vacancy|resume|cover letter|dating profile|user story|case study|flashcards?|vocabulary)\b"
_TALKS = frozenset(
    """i we my our the it this that these those he she they you there what how why where who when which if and but so let please can could would will do does did is are a an to at for with
    some any every because although though while after before as of by""".split()
)


def _heads(flat: str) -> list[str]:
    """Return what stands before the colons of a message, in small letters; a project whose notes follow is none."""
    found = (one for one in form(_HEAD).finditer(flat) if not form(_OF_ONE).match(flat, one.start("head")))
    return [one["head"].lower().rpartition(" - ")[2] for one in found]


class _Page:
    """What the whole message says of its notes: whether they may be the speaker's, and which project they are of."""

    def __init__(self, text: str) -> None:
        flat = straight(text)
        said = flat.lower()
        heads = _heads(flat)
        names = [form(rf"^{_NEW}").sub("", one) for one in heads]
        own = {
            one
            for one in names
            if form(
                rf"(?:[\w-]+(?:'s)? )??(?:(?:{_NAMES})(?: (?:for|of) \w+)?|{_KIN}|{_BEST}|{_FAVORITE})"
            ).fullmatch(one)
        }
        self.mine = any(form(_ABOUT_ME).fullmatch(one) for one in heads)
        others = [one for one in heads if not self._told(one, own)]
        listed = len(heads) > 1 and "\n" in flat.strip() and flat == said
        self.foreign = (
            len(flat) > _LONGEST
            or bool(others and (listed or 2 * len(others) > len(own)))
            or len(set(names)) < len(names)
            or form(_NO_TALK).search(said) is not None
            or form(_MAKES_TEXT).search(said) is not None
            or form(_OF_OTHERS).search(said) is not None
        )
        self.asks = form(_ASKS).search(said) is not None
        strong = [one for one in own if not (key := KEYS.get(one)) or not key.weak]
        self.beside = self.mine or (len(own) > 1 and bool(strong) and not self.asks)
        self.named = "name" in own or "full name" in own
        project = form(_PROJECT).search(flat)
        self.project, self.project_at = (project["v"] or project["v2"], project.end()) if project else ("", 0)

    @staticmethod
    def _told(head: str, own: set[str]) -> bool:
        name = form(rf"^{_NEW}").sub("", head)
        return name in own or bool(form(rf"{_ABOUT_ME}|{_NEUTRAL}").fullmatch(head))


Told = tuple[Clause, list[Claim]]
_OF_ONES_OWN = r"i am [^,]{2,40}, |(?:my|our|the) [\w -]{2,30}(?::| ->| =>| \u2192)"


def _talks(said: str) -> bool:
    """Whether a clause begins as talk does, not as notes."""
    return said.partition(" ")[0].lower() in _TALKS and not begun(_OF_ONES_OWN, said)


_LEADS = rf"{_ABOUT_ME} ?(?::|-) (?=\S)"


class Notes:
    """The notes of one message of a user, clause by clause."""

    def __init__(self, text: str, speaker: str, known: Sequence[MemoryItem]) -> None:
        self._text, self._speaker, self._known = text, speaker, known
        self._page: _Page | None = None
        self._near = False  # whether the clause before this one was one of notes

    def read(self, clause: Clause) -> Sequence[Told] | None:
        """Return the notes of a clause, each as a clause of its own with what it claims; None where it is talk, or some of it is no note."""
        told = self._told(clause) if not _talks(clause.whole) and len(clause.whole) <= 200 else None
        self._near = bool(told)
        return told

    def heard(self, clause: Clause, said: Sequence[Claim]) -> None:
        """Take in what rows read in a clause that was no note: "Vegan. 2 kids." is two fragments, of which they read one."""
        self._near = bool(said) and not _talks(clause.whole)

    def _told(self, clause: Clause) -> Sequence[Told] | None:
        lead = begun(_LEADS, clause.whole)
        said = clause.whole[lead:]
        notes, pieces = _noted(said), fragments.pieces(said)
        if not notes and not pieces:
            return None
        page = self._page = self._page or _Page(self._text)
        if page.foreign:
            return None
        if notes:
            if told := self._of_notes(notes, clause, page):
                return told
            if all(note.sep == ":" and fits(_NONE, note.value) for note in notes):
                return ()  # it is still to be told
        gear = [one for each in pieces for one in each.split(" on ")]
        geared = [(self._part(clause, one, (), ""), _gear(one, self._speaker)) for one in gear]
        listed = bool(lead) and holds(_OF_GEAR, clause.whole[:lead])
        sorts = {claims[0].attribute for _, claims in geared if claims}
        if listed or (len(sorts) >= _SET_UP and all(claims for _, claims in geared)):
            return [one for one in geared if one[1]]
        read = fragments.read(
            pieces, clause, self._speaker, self._known, alone=page.mine or self._near, led=page.mine
        )
        return [(self._part(clause, one.raw, one.times, one.said), one.claims) for one in read] or None

    def _part(self, clause: Clause, raw: str, times: tuple[str, ...], said: str) -> Clause:
        """Return a part of a clause as a clause of its own, in the place of its words where they stand there as they are."""
        at = self._text.find(raw, clause.start, clause.end)
        start, end = (at, at + len(raw)) if at >= 0 else (clause.start, clause.end)
        put = said or ("" if at >= 0 or raw == clause.whole else raw)
        return replace(
            clause, text=said or raw, whole=said or raw, start=start, end=end, times=times, said=put
        )

    def _of_notes(self, notes: Sequence[_Note], clause: Clause, page: _Page) -> list[Told]:
        found: list[Told] = []
        unread = 0
        for note in notes:
            if not self._stands(note, len(notes), page):
                continue
            claims, spoken = self._claims(note, clause, page)
            unread += not claims and not form(_NONE).fullmatch(note.value)
            if claims:
                times = tuple(
                    one
                    for one in clause.times
                    if one in note.said and not any(one in str(claim.value) for claim in claims)
                )
                found.append(
                    (self._part(clause, note.said, times, spoken if spoken != note.said else ""), claims)
                )
        return found if len(found) > unread else []  # most of them are no values: so is the rest

    def _stands(self, note: _Note, several: int, page: _Page) -> bool:
        """Whether a note says enough of whose it is, and is more than two words of talk."""
        if note.who and (not note.key.ours or note.who.lower() in words.OUTSIDERS | words.RELATIONS):
            return False
        if page.named and not page.mine and self._another():
            return False
        if note.sep not in (":", "->", "=>", "\u2192") and not (note.key.ours and note.sep.endswith(" to")):
            if not note.key.bare:
                return False
            sized = note.value[:1].isdigit() and not note.key.ours
            told = note.sep.startswith("is") and not note.key.ours
            if several == 1 and not (sized or told or note.who or self._held(note)):
                return False
        return (
            begun("new ", note.said) > 0
            or not note.key.weak
            or page.beside
            or bool(note.who or self._held(note))
            or (note.key.ours and bool(page.project))
        )

    def _another(self) -> bool:
        """Whether the message names somebody else than the speaker, whose name is known."""
        names = {checks.folded(str(one.value)) for one in self._known if one.slot == f"{self._speaker}.name"}
        return bool(names) and not any(
            holds(rf"\b{re.escape(one.split()[0])}\b", self._text) for one in names
        )

    def _held(self, note: _Note) -> list[MemoryItem]:
        """Return what is known of the attribute that a note names: of the speaker, or of what has no owner."""
        attribute = note.key.attribute
        if note.key.ours:
            return [
                one
                for one in self._known
                if one.attribute == attribute and one.entity != self._speaker and "'s" not in str(one.entity)
            ]
        return [one for one in self._known if one.slot == f"{self._speaker}.{attribute}"]

    def _slot(self, note: _Note, clause: Clause, page: _Page) -> tuple[str, str]:
        """Return whose a note is and of what: a project's that is named, or the one whose it was."""
        key, attribute = note.key, note.key.attribute
        if not key.ours or attribute == "name":
            return PROJECT if key.ours else self._speaker, attribute
        behind = page.project and (
            page.project_at <= clause.start or clause.whole.lower().startswith("project")
        )
        owner = note.who if note.who.lower() not in _ADJECTIVES else ""
        owner = (owner or (page.project if behind and attribute != "time" else "")).lower()
        if key.apart:
            told = any(one.slot == f"{note.name}.{attribute}" for one in self._known)
            named = {str(one.entity) for one in self._known if one.attribute == f"{note.name} {attribute}"}
            owner = owner or (named.pop() if len(named) == 1 else "")
            return (owner, f"{note.name} {attribute}") if owner and not told else (note.name, attribute)
        held = {str(one.entity) for one in self._held(note)}
        return owner or (held.pop() if len(held) == 1 else PROJECT), attribute

    def _claims(self, note: _Note, clause: Clause, page: _Page) -> tuple[list[Claim], str]:
        """Return what a note claims, and how its memory says so."""
        cut = note.value
        for time in clause.times:
            if not note.key.ours and note.key.value is not hours:
                cut = cut.removesuffix(time).rstrip(" ,(") or cut
        raw, before = _put(cut)
        found, old = _valued(note.key, raw, before, clause.casual)
        owner, attribute = self._slot(note, clause, page)
        if note.key.said and found:
            stated = note.key.said.format(v=raw, k=note.name)
            told = [one for one in said_as(stated, clause, self._speaker) if one.attribute != "name"]
            if told or note.key.attribute != "occupation":
                return [replace(told[0], old=old), *told[1:]] if told and old else told, note.said
        if attribute == "uses":
            return self._stack(owner, found), self._said(note, owner, page)
        claims = [
            Claim(owner, attribute, one, note.key.kind, 0.85, old=old if not n else None)
            for n, one in enumerate(found)
        ]
        if found and note.key.value is pet:
            claims += of_pet(cut, note.name, self._speaker)
        return claims, self._said(note, owner, page)

    @staticmethod
    def _said(note: _Note, owner: str, page: _Page) -> str:
        """Return how the memory of a note says it: with the project that the message names."""
        project = page.project if owner == page.project.lower() and owner else ""
        lead = not project or project in note.said
        return note.said if lead else f"{project} {note.said[:1].lower()}{note.said[1:]}"

    def _stack(self, owner: str, found: values.Values) -> list[Claim]:
        """Return what something is made of, a version as such, and the ends of what an earlier list named and this one does not."""
        versions = [
            (one, form(r"(?P<tool>[\w.+# -]+?) v?(?P<v>\d[\d.]*)").fullmatch(str(one))) for one in found
        ]
        made = [
            Claim(owner, f"{told['tool'].lower()} version", told["v"], confidence=0.85)
            if told
            else Claim(owner, "uses", one, confidence=0.85)
            for one, told in versions
        ]
        return made + (self._dropped(owner, found) if found else [])

    def _dropped(self, owner: str, told: values.Values) -> list[Claim]:
        """Return the ends of what an earlier list named and this one does not: a list told again is the whole of it."""
        kept = {checks.folded(str(one)) for one in told}
        earlier = (
            one
            for one in self._known
            if one.slot == f"{owner}.uses" and begun(r"(?:\w+ )?(?:tech )?stack\b", one.text)
        )
        return [
            Claim(owner, "uses", one.value, one.kind, 0.85, ends=True)
            for one in earlier
            if checks.folded(str(one.value)) not in kept
        ]


_OF_GEAR = r"\b(?:setup|set-up|rig|gear|tools|toolbox|environment|using|drivers?)\b"
_SET_UP = 3  # sorts of software in a row, which are nobody's options


def _gear(said: str, speaker: str) -> list[Claim]:
    """Return what a piece of a set-up is: software by its sort, a thing by its make."""
    said = form(r" (?:shell|terminal|editor|browser|user)$").sub("", said)
    for known, attribute in GEAR:
        if re.sub(r" v?\d[\d.]*$", "", said.lower()) in known:
            return [Claim(speaker, attribute, said, confidence=0.85)]
    return [Claim(speaker, "owns", one, confidence=0.8) for one in values.model(said, False)]


_ADJECTIVES = frozenset(
    "next final first last hard soft new internal external project team monthly annual total main current the our my".split()
)
