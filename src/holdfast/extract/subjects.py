"""From a clause to what it claims: whose claim it is, the predicate in the spelling rules read, and which rows fit it.

A clause is about the speaker ("I", "we"), about somebody related to the speaker ("my sister"), about somebody named, or about
a thing ("the server", "this repo", "our API"). Negation is taken off first: "I don't work at Acme anymore" is the end of "I
work at Acme". Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..types import Kind
from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .rules import _RELATION as RELATION
from .rules import PERSON, THING, Rule
from .spelling import form, tokens

PROJECT = "project"
PROJECT_NOUNS = frozenset(
    "repo repository project codebase app application code team stack monorepo package library workspace tool product company".split()
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a clause says: a value of a slot begins to hold, or with `ends` holds no longer.

    `old` is a value said to hold no longer beside the new one. `rule` is the row that read it, None for a structural form.
    """

    entity: str
    attribute: str
    value: Any
    kind: Kind = "fact"
    confidence: float = 0.9
    ends: bool = False
    old: Any = None
    rule: Rule | None = None

    @property
    def slot(self) -> str:
        """The slot: "entity.attribute"."""
        return f"{self.entity}.{self.attribute}"


_OLD = (
    r"(?:, (?:and )?not(?: (?:on|in|at|to|with|from|by))?|,? instead of|, and no longer|, no longer) (?:on |in |at |by |port |the |an? |version )*"
    r"(?P<old>[\w.+#:/@-]+(?: [\w.+#-]+){0,3})$"
)
_ENDED = r"\bno longer\b|\bnot\b(?=.*\banymore$)|\bnever\b(?=.*\banymore$)|\banymore$"
_STOPPED = r"(?:(?:have )?(?:stopped|quit|given up|gave up)) (?P<verb>working|using|living|studying|taking|playing|learning|training|dating|seeing|drinking|running|collecting|eating)\b"
_BARE = {"using": "use", "living": "live", "taking": "take", "dating": "be dating", "seeing": "be seeing", "running": "run", "studying": "study"}
_ADVERBS = r"(?:really|just|also|actually|currently|now|still|absolutely|totally|recently|already|finally|usually|mostly|generally|honestly|truly|genuinely|personally|officially|definitely|mainly|simply|all|both|happily|proudly|first|only|primarily|kinda|quite|very much|apparently)"
_PEOPLE_VERBS = (
    r"(?:am|is|are|was|were|be|has|have|had|lives?|works?|likes?|loves?|hates?|enjoys?|prefers?|moved|relocated|joined|left|quit|speaks?|plays?|owns?|drives?|studies|study|teaches|teach|goes"
    r"|go|takes?|suffers?|does|do|can|will|got|became|started|runs?|bought|sold|turned|comes?|grew|graduated|attends?|collects?|uses?|adopted|eats?|can|broke|reports?|just|also|really|still|currently|now|recently|already|used|maintains?|no longer|never)"
)
_THING_VERBS = r"(?:is|are|was|were|has been|have been|has|have|uses?|now|runs?|depends?|relies|rely|lives?|listens?|requires?|needs?|targets?|follows?|got|moved|starts?|no longer|does|do|currently|serves?|binds?|sits?|goes|go|fires?|happens?|upgraded|expires?|rotates?|leaves?|takes?|begins?)"


def claims(clause: Clause, speaker: str) -> list[Claim]:
    """Return what a clause claims, or []. `speaker` is the entity of whoever said it."""
    text = _subject_put_in(clause.text)
    found = _claims(text, clause, speaker)
    if joined := form(_JOINED).match(text):
        # "I live in Berlin and work at Siemens": the second verb has the subject of the first.
        head = found or _claims(joined["head"], clause, speaker)
        tail = _claims(f"{joined['who']} {joined['tail']}", clause, speaker)
        return [*head, *(one for one in tail if one not in head)]
    if not found and ", " in text:
        # "I'm Helen, nice to meet you": what follows the comma is often company to the claim.
        head = text.partition(", ")[0]
        found = _claims(head, clause, speaker) if " " in head else []
    return found


_JOINED = r"(?P<head>(?P<who>i|we) .+?),? (?:and|but|then|and then) (?:then |also |now |have |am |currently |recently |just )*(?P<tail>(?:work|live|joined|moved|started|have|own|drive|use|prefer|love|like|hate|speak|play|study|teach|am|became|switched|do not|bought|adopted|got)\b .+)"


_NEGATIONS = frozenset({"no", "not", "never", "anymore"})


def _claims(text: str, clause: Clause, speaker: str) -> list[Claim]:
    old: str | None = None
    if (", " in text or " instead " in text) and (match := form(_OLD).search(text)):
        old, text = values.bare(match["old"]), text[: match.start()]
    denied = ""
    said = tokens(text)
    if not _NEGATIONS.isdisjoint(said) and form(_ENDED).search(text):
        denied, text = "ended", _affirmed(text)
    elif match := form(rf"((?:i|we) (?:{_ADVERBS} )*){_STOPPED}").match(text):
        if match["verb"] not in ("eating", "drinking"):
            denied = "ended"
            text = f"{match[1]}{_BARE.get(match['verb'], match['verb'].removesuffix('ing'))}{text[match.end() :]}"
    found = list(_read(text, clause, speaker))
    if not found and not denied and "not" in said and form(r"\b(?:do|does|am|is|are|have|has) not\b").search(text):
        denied, text = "denied", _affirmed(text)
        found = list(_read(text, clause, speaker))
    if denied:
        # "I don't have a problem" denies nothing that was ever a memory; only named attributes can end.
        return [replace(one, ends=True, old=None) for one in found if not one.ends and one.attribute not in _NEVER_DENIED]
    if old is None:
        return found
    return [replace(one, old=_read_as(one, old, clause)) if n == 0 and one.old is None else one for n, one in enumerate(found)]


# "I haven't been to Rome", "I don't plan to": these deny what was never kept.
_NEVER_DENIED = frozenset({"visited", "plan", "goal", "task", "procedure", "learning", "location", "marital status"})


def _read_as(claim: Claim, old: str, clause: Clause) -> Any:
    """Return an old value in the type of the new one: 8080 beside 9090 is a number."""
    if isinstance(claim.value, int):
        found = values.number(old, clause.casual)
        return found[0] if found else old
    return values.unled(old)


def _affirmed(text: str) -> str:
    """Return a negated clause without its negation: "does not work" is "works"."""
    text = re.sub(r"\s*,? anymore$", "", text, flags=re.I)
    text = re.sub(r"\b(?:no longer|never) ", "", text, flags=re.I)
    text = re.sub(r"\b(?:do|does|did) not (?:really |actually |even )?", "", text, flags=re.I)
    return re.sub(r"\b(am|is|are|was|were|have|has|had|can|will|would) not ", r"\1 ", text, flags=re.I)


_DROPPED = (
    r"(?:(?:just |recently |finally |officially )?(?:moved|relocated) (?:from|to|back)|been (?:in|living|working|at)|born and raised|(?:just |finally )?(?:picked up|bought|adopted|started|joined|got promoted|signed up|booked) |"
    r"need to|have to|got to|allergic to|based in|originally from|working (?:at|as|for)|living in|live in|work (?:at|for|as)|married to|engaged to|love |hate |prefer |vegan$|vegetarian$|moving to|report to)"
)


def _subject_put_in(text: str) -> str:
    """Return a clause with the "I" that chats leave out: "Moved to Berlin" is "I moved to Berlin"."""
    if not form(_DROPPED).match(text) or form(r"\w+ing\b.* (?:is|was|has|can|feels?|makes?|seems?|would)\b").match(text):
        return text
    if form(r"been\b").match(text):
        return "I have " + text
    return ("I am " if form(r"(?:born|allergic|based|originally|working|living|married|engaged|vegan|vegetarian|moving)\b").match(text) else "I ") + text


def _read(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield claims by the first reading of the subject that gives any."""
    first = text.partition(" ")[0].lower()
    for reading in _BY_FIRST_WORD.get(first, (_identity, _change, _reversed, _thing, _named)):
        found = list(reading(text, clause, speaker))
        if found:
            yield from found
            return


# ---- rows ------------------------------------------------------------------------------------------------------------


def predicate(text: str) -> str:
    """Return the words after a subject in the spelling rules read: "is currently" is "be", "works" is "work"."""
    text = re.sub(rf"^(?:{_ADVERBS} )+", "", text, flags=re.I)
    first, _, rest = text.partition(" ")
    low = first.lower()
    if low in ("am", "is", "are", "'s"):
        first = "be"
    elif low == "has":
        first = "have"
    elif low == "does" and not rest.lower().startswith("not"):
        first = "do"
    elif low in ("goes", "does"):
        first = low[:-2]
    elif low in ("studies",):
        first = "study"
    elif low in ("teaches",):
        first = "teach"
    elif low.endswith("s") and len(low) > 3 and low != "was" and not low.endswith(("ss", "us", "always")):
        first = low[:-1]
    else:
        first = low
    rest = re.sub(rf"^(?:{_ADVERBS} )+(?=\w)", "", rest, flags=re.I) if first in ("be", "have") else rest
    return f"{first} {rest}".strip()


def fit(rows: Sequence[Rule], said: str, clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield the claims of the first row that fits a predicate and finds a value in it."""
    for rule in rows:
        match = form(rule.form).fullmatch(said)
        if not match or not _allowed(rule, clause):
            continue
        groups = match.groupdict()
        if "{tool}" in rule.attribute and (groups["tool"] or "").lower() not in words.TECH:
            continue
        raw = groups.get("v") or groups.get("v2") or ""
        found = rule.value(raw, clause.casual)
        if not found:
            continue
        attribute = rule.attribute
        for key in ("rel", "for", "tool"):
            attribute = attribute.replace(f"{{{key}}}", values.unled(groups.get(key) or "").lower())
        old = groups.get("old") or groups.get("old2")
        for n, value in enumerate(found):
            yield Claim(entity, attribute, value, rule.kind, rule.confidence, rule.ends, _old(rule, old, clause) if n == 0 else None, rule)
        yield from _besides(rule, groups, clause, entity)
        return


def _allowed(rule: Rule, clause: Clause) -> bool:
    if rule.needs == "time":
        return bool(clause.times)
    if rule.needs == "lasting":
        return any(form(r"(?:since|for)\b").match(time) for time in clause.times)
    return True


def _old(rule: Rule, raw: str | None, clause: Clause) -> Any:
    found = rule.value(raw, clause.casual) if raw else ()
    return found[0] if found else (values.unled(values.bare(raw)) if raw else None)


def _besides(rule: Rule, groups: dict[str, str | None], clause: Clause, entity: str) -> Iterator[Claim]:
    """Yield what a row says on the side: the employer of a trade, the school of a study."""
    for key, attribute, reader in (
        ("org", "employer", values.proper), ("school", "school", values.proper), ("studies", "studies", values.anything),
        ("also", "occupation", values.trade), ("also2", "occupation", values.trade),
    ):  # fmt: skip
        if raw := groups.get(key):
            yield from (Claim(entity, attribute, value, confidence=0.85, rule=rule) for value in reader(raw, clause.casual)[:1])


# ---- the speaker -----------------------------------------------------------------------------------------------------


def _identity(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My name is ...", "I'm Helen", "call me Al", "this is Rahul from accounting"."""
    if (match := form(r"(?:my (?:full |first |real |actual |legal |given )?name|the name|name) is (?:not (?P<old>\S+), it is )?(?P<v>.+)").fullmatch(text)) or (match := form(r"(?:my name is not (?P<old>\S+),? (?:it is|but) )(?P<v>.+)").fullmatch(text)):
        for value in values.name(re.sub(r" with an? \w$", "", match["v"]), clause.casual):
            yield Claim(speaker, "name", value, confidence=0.95, old=match["old"])
    elif match := form(r"my (?P<which>last|middle|maiden|family|second) name is (?P<v>.+)").fullmatch(text):
        yield from (Claim(speaker, f"{match['which'].lower()} name", value) for value in values.name(match["v"], clause.casual))
    elif match := form(r"(?:you (?:can|may|should) |please |just )*(?:address|refer to|know) me as (?P<v>.+)").fullmatch(text):
        yield from (Claim(speaker, "goes_by", value) for value in values.name(match["v"], clause.casual))
    elif match := form(r"(?:(?:you can |just |please |everyone |everybody |people |friends |my friends |every(?:one|body) (?:at|in|on) (?:my |the )?\w+ |folks |at home |at work )*calls? me|my (?:nickname|friends call me)(?: is)?) (?P<v>[\w' -]+)").fullmatch(text):
        low = match["v"].lower()
        if not form(r"(?:when|if|at|on|later|back|now|tomorrow|asap|crazy|old|an?|the|maybe|for|anytime|tonight|before|after|about)\b").match(low):
            yield from (Claim(speaker, "goes_by", value, confidence=0.9) for value in values.name(match["v"], clause.casual))
    elif match := form(r"(?:i am|this is|it is) (?P<v>[^,]+?)(?: (?:from|in|at|over in) (?:the )?[\w ]+| here)?").fullmatch(text):
        found = values.name(match["v"], clause.casual)
        low = match["v"].lower().split()
        greeted = not clause.casual or (len(low) == 1 and clause.greeted and not low[0].endswith(("ing", "ed")))
        first = text.lower().startswith("i am") or (not clause.casual and clause.greeted)
        if found and greeted and first and not _is_a(low) and not low[0].endswith("ing"):
            yield Claim(speaker, "name", found[0], confidence=0.85)


def _is_a(low: list[str]) -> bool:
    """Whether the words after "I am" say what one is, and not who."""
    whole = " ".join(low)
    lists = (words.NATIONALITIES, words.DIETS, words.CONDITIONS, words.STATES_OF_HEALTH, words.STATUSES, words.POLITICS, words.ORIENTATIONS, frozenset(words.RELIGIONS), words.TRADES, words.TECH, words.NOT_NAMES)
    return any(whole in one for one in lists) or low[-1] in words.TRADES


def _speaker(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    match = form(r"(?P<who>i|we|both of us|my (?:wife|husband|partner|girlfriend|boyfriend|family)(?: \w+)? and i) (?P<rest>.+)").match(text)
    if not match:
        return
    if together := form(rf"my (?P<rel>{RELATION}) (?P<name>(?-i:[A-Z])\w+) and i\b").match(text):
        yield Claim(speaker, together["rel"].lower(), together["name"])
    said = predicate(match["rest"])
    if parted := form(rf"my (?P<rel>{'|'.join(words.PARTNERS)})(?: (?P<name>\w+))? and i (?:have )?(?:just )?(?:broke up|split up|separated|got divorced|broken up)").fullmatch(text):
        yield Claim(speaker, parted["rel"].lower(), parted["name"], ends=True)
        return
    if match["who"].lower() == "we":
        # "We use Postgres" is about the project; what no project does ("we moved to Rome") is about those who speak.
        found = list(fit(THING, said, clause, PROJECT)) + list(_ships(said, clause))
        if found:
            yield from found
            return
    yield from fit(PERSON, said, clause, speaker)


def _ships(said: str, clause: Clause) -> Iterator[Claim]:
    """ "We ship 2.0 on Nov 4", "we still need to rotate the keys before the launch"."""
    if clause.times and (match := form(r"(?:be |will |be going to |will be )?(?:ship|shipping|launch|launching|releas(?:e|ing)|deploy|deploying|go live|going live)(?: with)? (?P<v>.+)").fullmatch(said)):
        yield Claim(PROJECT, "plan", values.bare(said.removeprefix("be ").removeprefix("will ")))
    elif match := form(r"(?:still |also )*(?:need to|have to|must) (?P<v>(?:rotate|update|fix|migrate|deploy|write|remove|upgrade|test|refactor|document|clean up|merge|release|review|add|patch|bump|renew|backfill|delete|move|set up)\b.*)").fullmatch(said):
        if clause.times or form(r"\bbefore\b|\bby\b").search(said):
            yield Claim(PROJECT, "task", values.bare(match["v"]))


# ---- what is the speaker's -------------------------------------------------------------------------------------------


def _mine(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My sister lives in ...", "my wife's name is ...", "my favorite band is ...", "my laptop is ..."."""
    related = form(
        rf"(?:my|our|meet my|this is my) (?:new |current |old |oldest |youngest |eldest )?(?P<adj>{_ADULT}){{0,1}}(?P<rel>{RELATION})(?P<own>'s name)?(?:,? (?P<name>(?-i:[A-Z])[\w'-]+|(?-i:[a-z])\w+(?= is getting))),?(?: (?P<verb>{_PEOPLE_VERBS})\b ?(?P<rest>.*))?"
    ).fullmatch(text) or form(
        rf"(?:my|our) (?P<adj>{_ADULT}){{0,1}}(?:new |current |oldest |youngest |eldest |direct )?(?P<rel>{RELATION})(?P<own>'s name)? (?:at (?:the |my )?[\w ]{{2,20}}? )?(?P<verb>{_PEOPLE_VERBS})\b ?(?P<rest>.*)"
    ).fullmatch(text)
    if related:
        yield from _related(related.groupdict(), clause, speaker)
        return
    match = form(r"(?:my|our) (?P<noun>[\w' -]{2,40}?) (?P<verb>is|are|will be|was changed to|has changed to|changed to) (?P<rest>.+)").fullmatch(text)
    if match:
        yield from _possessed(match["noun"].lower(), match["rest"], clause, speaker, our=text.lower().startswith("our"))
    elif (match := form(r"(?:my|our) (?P<noun>flight|train|bus|ferry|shift|class|appointment|meeting) (?:leaves|departs|starts|begins|lands|arrives)").fullmatch(text)) and clause.times:
        yield Claim(f"{speaker}'s {match['noun'].lower()}", "time", re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I))


_ADULT = r"(?:older |younger |big |little |elder |twin |half-|step|best |close |great-|dear )"


def _related(said: dict[str, str | None], clause: Clause, speaker: str) -> Iterator[Claim]:
    rel = (said["rel"] or "").lower()
    if rel in _SINGULAR and said["verb"] in ("is", "are") and (match := form(r"(?:called|named) (?P<v>.+)|(?P<w>(?-i:[A-Z]).+)").fullmatch(said["rest"] or "")):
        for one in re.split(r",? and |, ", match["v"] or match["w"]):
            yield from (Claim(speaker, _SINGULAR[rel], value) for value in values.name(one, clause.casual))
        return
    attribute = words.SAME_RELATION.get(f"{(said['adj'] or '').lower()}{rel}", words.SAME_RELATION.get(rel, rel))
    entity = f"{speaker}'s {rel}"
    named = said.get("name")
    if named and named.lower() not in words.NOT_NAMES and named.lower() not in words.NOT_GREETED:
        yield Claim(speaker, attribute, named)
        entity = named.lower()
    if not said["verb"]:
        return
    rest = said["rest"] or ""
    if said["own"] or form(r"(?:called|named)\b").match(rest):
        if said["verb"].lower() in ("is", "are"):
            raw = re.sub(r"^(?:called|named) ", "", rest, flags=re.I)
            yield from (Claim(speaker, attribute, value) for value in values.name(raw, clause.casual))
        return
    whole = predicate(f"{said['verb']} {rest}")
    found = list(fit(PERSON, whole, clause, entity))
    if not found and said["verb"].lower() == "is" and rel not in words.PLURAL_RELATIONS:
        low = rest.lower().split()
        if values.name(rest, False) and low and not _is_a(low) and not (clause.casual and len(low) != 1):
            found = [Claim(speaker, attribute, value) for value in values.name(rest, False)]
    yield from found


_SINGULAR = {"kids": "child", "children": "child", "twins": "child", "sons": "son", "daughters": "daughter"}


def _possessed(noun: str, rest: str, clause: Clause, speaker: str, our: bool) -> Iterator[Claim]:
    """Yield the claim of "my NOUN is REST" for a noun that is no relation."""
    noun = noun if our else re.sub(r"^(?:new |current |own |full |main |work |personal |home |primary )(?=\w)", "", noun)
    if owner := form(rf"(?P<adj>{_ADULT})?(?P<rel>{RELATION})'s (?P<noun>.+)").fullmatch(noun):
        yield from _possessed(owner["noun"], rest, clause, f"{speaker}'s {owner['rel'].lower()}", our=False)
        return
    if event := form(rf"(?:next |upcoming )?(?P<what>(?:[\w-]+ )?(?:{_events()})(?: (?:to|with|at|for) .+)?)").fullmatch(noun):
        if when := form(rf"(?:scheduled |booked |set |planned )?(?:for |on |at )?(?P<v>{PHRASE})").fullmatch(rest or "") or (clause.times and form(r"(?:scheduled|booked|set|planned|now)?").fullmatch(rest)):
            said = when.groupdict().get("v") or clause.times[-1]
            yield Claim(f"{speaker}'s {event['what']}", "date", re.sub(r"^(?:on|at|for) ", "", said, flags=re.I))
        return
    pet = form(rf"(?:[\w-]+ )?(?:{_animals()})(?:'s name)?").fullmatch(noun)
    if pet:
        named = re.sub(r"^(?:called|named) ", "", rest, flags=re.I)
        if named != rest or noun.endswith("'s name"):
            yield from (Claim(speaker, "pet", value) for value in values.name(named, clause.casual))
        return
    if favorite := form(r"(?:all[- ]time |absolute )?favorite (?P<what>(?!part\b|thing\b|memory\b|bit\b|moment\b)[\w -]+?)(?: of all time| ever)?(?: to \w+)?").fullmatch(noun):
        for value in values.taste(re.sub(r" by [A-Z].*$| of all time$", "", rest), clause.casual)[:1]:
            yield Claim(speaker, f"favorite {favorite['what']}", value, "preference")
        return
    if our:
        yield from _attribute_of(noun, rest, clause)
        return
    for names, attribute, reader in _PERSONAL:
        if form(names).fullmatch(noun) and (found := reader(rest, clause.casual)):
            yield from (Claim(speaker, attribute, value) for value in found)
            return
    if form(r"hobb(?:y|ies)|(?:main )?interests?").fullmatch(noun):
        yield from (Claim(speaker, "hobby", value) for value in values.taste(re.sub(r"^(?:include|are) ", "", rest), clause.casual))
    elif form(r"(?:\w+ )?goal").fullmatch(noun) and (match := form(r"to (?P<v>.+)").fullmatch(rest)):
        yield from (Claim(speaker, "goal", value) for value in values.phrase(match["v"], clause.casual))
    elif noun == "home" and (match := form(r"(?:located )?in (?P<v>.+)").fullmatch(rest)):
        yield from (Claim(speaker, "residence", value) for value in values.place(match["v"], clause.casual))
    elif form(r"allerg(?:y|ies)").fullmatch(noun):
        yield from (Claim(speaker, "allergy", value) for value in values.taste(rest, clause.casual))
    elif form(r"company|employer|office|desk|gym|parking spot|locker|classroom|apartment|house|studio|shop|hotel").fullmatch(noun) and (match := form(r"(?:located |based |headquartered )?(?:in|at|on) (?P<v>.+)").fullmatch(rest)):
        yield from (Claim(f"{speaker}'s {noun}", "location", value) for value in values.definite(match["v"], clause.casual))
    elif match := form(r"(?:called|named) (?P<v>.+)").fullmatch(rest):
        yield from (Claim(f"{speaker}'s {noun}", "name", value, confidence=0.85) for value in values.anything(match["v"], clause.casual))
    elif match := form(r"due(?: back)?(?: on| by| at)?(?: (?P<v>.+))?").fullmatch(rest):
        yield from _due(noun, match["v"], clause)
    elif noun.split()[-1] not in words.NOT_A_NOUN and noun not in words.NOT_A_NOUN and len(noun.split()) <= 3 and not clause.casual:
        reads = [] if form(r"(?:in|on|at|from|with|for|about|to|under|of|by)\b").match(rest) else values.definite(rest, clause.casual)
        yield from (Claim(speaker, noun, values.unled(str(value)), confidence=0.7) for value in reads)


def _events() -> str:
    return "|".join(sorted(words.EVENTS, key=len, reverse=True))


def _animals() -> str:
    return "|".join(sorted(words.ANIMALS, key=len, reverse=True))


_PERSONAL: tuple[tuple[str, str, values.Reader], ...] = (
    (r"(?:\w+ )?address", "address", lambda raw, casual: values.definite(raw, casual) if len(raw.split()) <= 10 else ()),
    (r"(?:cell |mobile |phone |telephone )?(?:number|cell|mobile)", "phone", lambda raw, casual: (raw,) if re.search(r"\d{3}", raw) else ()),
    (r"phone", "phone", lambda raw, casual: (raw,) if re.search(r"\d{3}[\d -]{3}", raw) else values.definite(raw, casual)),
    (r"e-?mail(?: address)?", "email", lambda raw, casual: (raw,) if "@" in raw else ()),
    (r"birthday|date of birth|birth date|dob", "birthday", lambda raw, casual: (re.sub(r"^(?:on |the )+", "", raw, flags=re.I),) if re.search(r"\d", raw) else ()),
    (r"pronouns", "pronouns", lambda raw, casual: (raw,) if "/" in raw else ()),
    (r"time ?zone", "timezone", values.anything),
    (r"blood type", "blood type", values.anything),
    (r"(?:job|job title|title|role|profession|occupation|position)", "occupation", values.trade),
    (r"(?:employer|company|workplace)", "employer", values.proper),
    (r"(?:home ?town)", "origin", values.place),
    (r"(?:native|first) language|mother tongue", "speaks", values.each(words.LANGUAGES)),
    (r"nationality", "nationality", values.anything),
    (r"major", "studies", values.anything),
    (r"age", "age", values.age),
    (r"(?:shoe|shirt|t-shirt|ring|dress|hat) size", "size", values.anything),
)


def _reversed(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Sam is my roommate", "Omar is our new CTO", "Dune is my favorite book", "loud bars are not my thing"."""
    if not form(r" (?:my|our|for me|over)\b").search(text):
        return
    if match := form(rf"(?P<v>.+?) (?:is|are|was) (?:not )?(?:my|our) (?:new |current )?(?P<rel>(?:{_ADULT})?{RELATION})").fullmatch(text):
        rel = match["rel"].lower()
        attribute = words.SAME_RELATION.get(rel, re.sub(rf"^{_ADULT}", "", rel))
        entity = PROJECT if rel in ("cto", "ceo", "cfo", "coo", "tech lead", "product manager", "project manager", "pm") else speaker
        yield from (Claim(entity, attribute, value) for value in values.name(match["v"], clause.casual))
    elif match := form(r"(?P<v>.+?) (?:is|are) my (?:all[- ]time |absolute )?favorite (?P<what>(?!part|thing|memory|bit|moment)[\w -]+?)(?: of all time| ever)?").fullmatch(text):
        for value in values.taste(match["v"], clause.casual)[:1]:
            yield Claim(speaker, f"favorite {match['what'].lower()}", value, "preference")
    elif match := form(r"(?P<v>.+?) (?:is|are) (?:my|one of my) (?:all[- ]time |absolute )?favorites?").fullmatch(text):
        yield from (Claim(speaker, "likes", value, "preference") for value in values.taste(match["v"], clause.casual)[:1])
    elif match := form(r"(?P<v>.+?) (?:is|are) (?:really |just |so )?not (?:really |exactly )?(?:my thing|my cup of tea|for me)").fullmatch(text):
        yield from (Claim(speaker, "dislikes", value, "preference") for value in values.taste(match["v"], clause.casual))
    elif match := form(r"(?P<v>[\w ]+?) over (?P<w>[\w ]+?)(?: for me)?(?:, (?:always|any day|every time))?(?: any day)?").fullmatch(text):
        if form(r"for me|always|any day|every time").search(text) and len(match["v"].split()) <= 3:
            yield Claim(speaker, "prefers", match["v"], "preference")


# ---- things ----------------------------------------------------------------------------------------------------------


def _change(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "We switched from npm to pnpm", "we replaced X with Y", "the timeout was raised from 30s to 60s"."""
    who = r"(?:(?P<who>i|we|this \w+|our team|the team|the (?:project|repo|team|company|app)) (?:have |has )?(?:just |recently |now |finally |fully |already )*)"
    if match := form(rf"{who}(?:switched|migrated|moved|changed|transitioned|converted|went|gone)(?: over| away)? from (?P<old>.+?) to (?P<v>.+)").fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        known = [one for one in (*new, *old) if values.unled(str(one)).lower() in words.TECH]
        if new and old and known:
            yield Claim(speaker if match["who"].lower() == "i" else PROJECT, "uses", new[0], old=old[0])
    elif match := form(rf"{who}(?:replaced|swapped(?: out)?|ditched|dropped) (?P<old>[\w.+#/ -]+?) (?:with|for|by|in favor of|in favour of) (?P<v>.+)").fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        if new and old:
            yield Claim(speaker if match["who"].lower() == "i" else PROJECT, "uses", new[0], old=old[0])
    elif match := form(r"(?P<old>[\w.+#-]+(?: [\w.+#-]+)?) (?:got|was|has been|is being|is) (?:now )?replaced (?:by|with) (?P<v>.+)").fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        if new and old:
            yield Claim(PROJECT, "uses", new[0], old=old[0])
    elif match := form(r"(?:the|our|my) (?P<np>[\w' -]+?) (?:(?:has been|have been|was|were|is|are|got|just|has|have) )*(?:changed|increased|decreased|bumped|raised|lowered|reduced|moved|updated|upgraded|pushed|pushed back|postponed|rescheduled|shifted|renamed|set|switched)(?: back| forward| up| down)? (?:from (?P<old>.+?) )?to (?P<v>.+)").fullmatch(text):
        yield from _changed(match["np"], match["v"], match["old"], clause, "renamed" in text)
    elif match := form(r"(?P<np>[A-Z][\w-]*(?: [\w-]+)?) (?:(?:has been|was|is|got|just|has) )*(?:moved|rescheduled|pushed|postponed) (?:from (?P<old>.+?) )?to (?P<v>.+)").fullmatch(text):
        if match["np"].lower().split()[-1] in words.EVENTS:
            yield from _changed(match["np"], match["v"], match["old"], clause, False)


def _changed(noun: str, new: str, old: str | None, clause: Clause, renamed: bool) -> Iterator[Claim]:
    entity, attribute = _split(noun.lower())
    if renamed:
        entity, attribute = noun.lower(), "name"
    elif attribute is None:
        if not form(r"(?:\d|next|(?:mon|tue|wed|thu|fri|sat|sun)\w*|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|tomorrow|the \d)").match(new):
            return
        attribute = "time" if form(r"\d{1,2}(?::\d\d| ?[ap]m)").match(new) else "date"
    reader = values.number if form(r"\d+").fullmatch(new.replace(",", "")) else values.anything
    found = reader(re.sub(r"^port ", "", new), clause.casual)
    before = reader(re.sub(r"^port ", "", old), clause.casual) if old else ()
    if found:
        yield Claim(entity or PROJECT, attribute or "date", found[0], old=before[0] if before else None)


def _thing(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    if match := form(rf"(?:the|this|our|all|all the|all our) (?P<np>(?:(?!is\b|are\b|was\b|has\b|uses?\b|runs?\b|lives?\b)[\w./'-]+ ){{1,4}}?)(?P<rest>{_THING_VERBS}\b.*)").fullmatch(text):
        yield from _about(match["np"].strip(), match["rest"], clause)
    elif match := form(r"(?:the )?(?P<attr>[\w ]{2,24}?) (?:of|for) (?:the|our|this) (?P<entity>[\w ./-]{2,30}?) is (?:now )?(?P<v>.+)").fullmatch(text):
        if _ends_in_attribute(match["attr"].lower()):
            yield from _attributed(match["entity"].lower(), match["attr"].lower(), match["v"], clause)
    elif match := form(r"(?P<np>[\w.-]+(?: (?!is\b|are\b|runs?\b|uses?\b)[\w.-]+)?) (?P<rest>(?:is|are|runs?|uses?|lives?|listens?)\b.*)").fullmatch(text):
        noun = match["np"].lower()
        owned = noun.split()[0] in ("my", "your", "his", "her", "their", "its", "that", "these", "those", "what", "which", "there", "it")
        if not owned and (_ends_in_attribute(noun) or noun in _BARE_THINGS or noun.split()[-1] in _DATED):
            yield from _about(noun, match["rest"], clause)
    elif match := form(r"(?P<v>(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)?) (?:owns|maintains|is responsible for|is in charge of) (?:the|our) (?P<entity>[\w ./-]{2,40})").fullmatch(text):
        yield Claim(match["entity"].lower(), "owner", match["v"])


_BARE_THINGS = frozenset("taxes linting formatting testing monitoring logging deployment caching authentication tests ci cd production prod staging search auth logs docs standup deploys deployments backups secrets migrations code demo retro kickoff infra".split())


def _about(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield claims about a thing by its verb, or of "the staging URL is ..." by its last noun."""
    noun = noun.lower()
    parts = noun.split()
    led = len(parts) > 1 and parts[-2] in words.ATTRIBUTE_MODIFIERS
    if not led and form(rf"(?:.* )?(?:{RELATION}|function|method|variable|class|parameter|argument|guy|girl|man|woman|person|people|kids|children|weather|food|idea|problem|issue|question|answer|thing|point|plan|good news|bad news|way|rest|truth|fact)").fullmatch(noun):
        return
    entity = PROJECT if noun in PROJECT_NOUNS else noun
    said = predicate(rest)
    if match := form(r"be (?:now |actually |currently )?(?P<v>.+)").fullmatch(said):
        if due := form(r"due(?: back)?(?: (?:on|by|at))?(?: (?P<v>.+))?").fullmatch(match["v"]):
            yield from _due(noun, due["v"], clause)
            return
        if deadline := form(r"(?:submission |application )?deadline(?: (?:for|of) (?:the |our |my )?(?P<of>.+))?").fullmatch(noun):
            yield from _due(deadline["of"] or PROJECT, re.sub(r"^(?:on|by) ", "", match["v"]), clause)
            return
        first = list(fit(THING, said, clause, entity)) if noun in words.ATTRIBUTE_NOUNS else []
        if first:
            yield from first
            return
        if _ends_in_attribute(noun):
            owner, attribute = _split(noun)
            if attribute and (found := list(_attributed(owner or PROJECT, attribute, match["v"], clause))):
                yield from found
                return
    if noun in ("project", *PROJECT_NOUNS) or not form(r"(?:day|week|night|year|time|team|movie|book|song|party|house|car|dog|cat)").fullmatch(noun):
        yield from fit(THING, said, clause, entity)
    if parts[-1] in _DATED and clause.times and form(r"(?:start|begin|take place|happen|be|open)(?: at| on)?").fullmatch(said):
        yield Claim(noun, "date", re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I))
        return
    if said in ("run", "start", "happen", "fire", "kick off") and clause.times and re.search(r"\d|every", clause.times[-1]):
        yield Claim(entity, "schedule", re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I))
    if parts[-1] in _DATED and (match := form(r"be (?:scheduled (?:for )?|set for |planned for |now |happening |taking place )?(?:on |at )?(?P<v>.*)").fullmatch(said)):
        if clause.times or form(rf"(?:{PHRASE})").match(match["v"]):
            begins = form(PHRASE).match(match["v"])
            said_time = begins[0] if begins else ""
            yield Claim(noun, "date", re.sub(r"^(?:on|at) ", "", f"{said_time} {' '.join(clause.times)}".strip(), flags=re.I))


_DATED = words.EVENTS | {"freeze", "conference", "wedding", "party", "sprint", "milestone"}


def _due(of: str, raw: str | None, clause: Clause) -> Iterator[Claim]:
    said = re.sub(r"^(?:on|by) (?:the (?=\D))?", "", raw or (clause.times[-1] if clause.times else ""), flags=re.I)
    if said and form(r".*(?:\d|day\b|tomorrow|tonight|week|month|year|noon|midnight|january|february|march|april|may|june|july|august|september|october|november|december)").match(said):
        yield Claim(re.sub(r"^(?:the|our|my) ", "", of.lower()), "deadline", values.bare(said))


def _split(noun: str) -> tuple[str, str | None]:
    """Return entity and attribute of "staging url", "max upload size" (no entity) or "api rate limit"; no attribute: None."""
    parts = noun.replace("'s ", " ").split()
    for size in (2, 1):
        tail = " ".join(parts[-size:])
        if len(parts) >= size and tail in words.ATTRIBUTE_NOUNS:
            start = len(parts) - size
            while start > 0 and parts[start - 1] in words.ATTRIBUTE_MODIFIERS:
                start -= 1
            return " ".join(parts[:start]), " ".join(parts[start:])
    return noun, None


def _ends_in_attribute(noun: str) -> bool:
    return _split(noun)[1] is not None


def _attribute_of(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield the claim of "our NOUN is REST": an attribute of the project, or a thing of its own."""
    yield from _about(noun, f"is {rest}", clause)
    if not _ends_in_attribute(noun) and noun not in PROJECT_NOUNS and noun.split()[-1] in ("guide", "stack", "tracker", "framework"):
        yield from (Claim(PROJECT, noun, value) for value in values.definite(rest, clause.casual))


def _attributed(entity: str, attribute: str, raw: str, clause: Clause) -> Iterator[Claim]:
    raw = re.sub(r"^(?:now |currently |set to |configured (?:to|as) |called |named |at |on |in |port )+", "", raw, flags=re.I)
    raw = re.sub(r"^(?:the |an? )(?=[A-Z\d])", "", raw)
    found = values.number(raw, clause.casual) or values.definite(raw, clause.casual) or (_word(raw) if attribute in _WORDED else ())
    entity = PROJECT if entity in PROJECT_NOUNS else entity
    yield from (Claim(entity, attribute, value, confidence=0.85) for value in found[:1])


_WORDED = frozenset("branch|default branch|main branch|region|database|db|framework|language|formatter|linter|runner|owner|theme|package manager|orm|host|name|codename|provider|cluster|namespace|test runner|test framework|environment".split("|"))


def _word(raw: str) -> values.Values:
    raw = values.bare(raw)
    return (raw,) if re.fullmatch(r"[\w./-]+", raw) and not values.points(raw) and not re.match(r"(?:down|up|broken|slow|fast|fine|full|wrong|good|bad|ready|done|live|back|there|missing|unclear|unknown|different|important)$", raw, re.I) else ()


_PLURAL_VERBS = r"(?:like|love|work|live|play|own|drive|study|teach|go|take|use|eat|speak|prefer|hate|enjoy|attend|collect|come|report|run|am|are|do|have)"


def _named(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Maria works at Bosch": somebody by name; only what a person does is read."""
    match = form(rf"(?P<who>(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?) (?P<rest>(?!{_PLURAL_VERBS}\b){_PEOPLE_VERBS}\b.*)").fullmatch(text)
    if not match or clause.casual or set(match["who"].lower().split()) & words.NOT_NAMES:
        return
    who, said = match["who"], predicate(match["rest"])
    if who.lower() in words.TECH or who.lower() in words.LANGUAGES or "'s" in who:
        if who.lower() not in words.LANGUAGES:
            yield from fit(THING, said, clause, who.lower())
        return
    yield from (one for one in fit(PERSON, said, clause, who.lower()) if one.attribute in _OF_OTHERS)


# Of somebody named, what is short-lived or a matter of taste is left alone: it is mostly talk.
_OF_OTHERS = frozenset(
    "residence employer occupation origin birthplace school studies spouse partner allergy diet condition age birthday nationality owns pet speaks manager avoids likes dislikes".split()
)


# Which readings a clause can have by its first word; the rest begin with a name, a thing or an order.
_BY_FIRST_WORD: Mapping[str, Sequence[Callable[[str, Clause, str], Iterator[Claim]]]] = {
    "i": (_identity, _change, _speaker), "we": (_change, _speaker), "both": (_speaker,),
    "my": (_identity, _change, _speaker, _mine, _reversed), "our": (_change, _mine, _reversed, _thing), "meet": (_mine,),
    "the": (_identity, _change, _reversed, _thing), "this": (_identity, _change, _mine, _reversed, _thing),
    "he": (), "she": (), "they": (), "it": (), "you": (_identity,), "that": (), "there": (), "what": (), "how": (), "so": (),
}  # fmt: skip
