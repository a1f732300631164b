"""What people say of themselves and of others: "I live in ...", "my sister works at ...", "Sam is my roommate"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .predicates import ADVERBS, PROJECT, Claim, fit, predicate
from .rules import PERSON
from .spelling import form
from .things import THING, attribute_of, due

_RELATION = words.one_of(words.RELATIONS)
_ANIMAL = words.one_of(words.ANIMALS)
_EVENT = words.one_of(words.EVENTS)
_ADULT = r"(?:older |younger |big |little |elder |twin |half-|step|best |close |great-|dear )"


PEOPLE_VERBS = (
    r"(?:am|is|are|was|were|be|has|have|had|lives?|works?|likes?|loves?|hates?|enjoys?|prefers?"
    r"|moved|relocated|joined|left|quit|speaks?|plays?|owns?|drives?|studies|study|teaches|teach"
    r"|goes"
    r"|go|takes?|suffers?|does|do|can|will|got|became|started|runs?|bought|sold|turned|comes?|grew"
    r"|graduated|attends?|collects?|uses?|adopted|eats?|can|broke|reports?|just|also|really|still"
    r"|currently|now|recently|already|used|maintains?|no longer|never)"
)


def identity(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My name is ...", "I'm Helen", "call me Al", "this is Rahul from accounting"."""
    if (
        match := form(
            r"(?:my (?:full |first |real |actual |legal |given )?name|the name"
            r"|name) is (?:not (?P<old>\S+), it is )?(?P<v>.+)"
        ).fullmatch(text)
    ) or (match := form(r"(?:my name is not (?P<old>\S+),? (?:it is|but) )(?P<v>.+)").fullmatch(text)):
        for value in values.name(re.sub(r" with an? \w$", "", match["v"]), clause.casual):
            yield Claim(speaker, "name", value, confidence=0.95, old=match["old"])
    elif match := form(r"my (?P<which>last|middle|maiden|family|second) name is (?P<v>.+)").fullmatch(text):
        yield from (
            Claim(speaker, f"{match['which'].lower()} name", value)
            for value in values.name(match["v"], clause.casual)
        )
    elif match := form(
        r"(?:you (?:can|may|should) |please |just )*(?:address|refer to|know) me as (?P<v>.+)"
    ).fullmatch(text):
        yield from (Claim(speaker, "goes_by", value) for value in values.name(match["v"], clause.casual))
    elif match := form(
        r"(?:(?:you can |just |please |everyone |everybody |people |friends |my friends |every(?:one"
        r"|body) (?:at|in|on) (?:my |the )?\w+ |folks |at home |at work )*calls? me|my (?:nickname"
        r"|friends call me)(?: is)?) (?P<v>[\w' -]+)"
    ).fullmatch(text):
        low = match["v"].lower()
        if not form(
            r"(?:when|if|at|on|later|back|now|tomorrow|asap|crazy|old|an?|the|maybe|for|anytime|tonight"
            r"|before|after|about)\b"
        ).match(low):
            yield from (
                Claim(speaker, "goes_by", value, confidence=0.9)
                for value in values.name(match["v"], clause.casual)
            )
    elif match := form(
        r"(?:i am|this is|it is) (?P<v>[^,]+?)(?: (?:from|in|at|over in) (?:the )?[\w ]+| here)?"
    ).fullmatch(text):
        found = values.name(match["v"], clause.casual)
        low = match["v"].lower().split()
        greeted = not clause.casual or (
            len(low) == 1 and clause.greeted and not low[0].endswith(("ing", "ed"))
        )
        first = text.lower().startswith("i am") or (not clause.casual and clause.greeted)
        if found and greeted and first and not _is_a(low) and not low[0].endswith("ing"):
            yield Claim(speaker, "name", found[0], confidence=0.85)


def _is_a(low: list[str]) -> bool:
    """Whether the words after "I am" say what one is, and not who."""
    whole = " ".join(low)
    lists = (
        words.NATIONALITIES,
        words.DIETS,
        words.CONDITIONS,
        words.STATES_OF_HEALTH,
        words.STATUSES,
        words.POLITICS,
        words.ORIENTATIONS,
        frozenset(words.RELIGIONS),
        words.TRADES,
        words.TECH,
        words.NOT_NAMES,
    )
    return any(whole in one for one in lists) or low[-1] in words.TRADES


def own(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    match = form(
        r"(?P<who>i|we|both of us|my (?:wife|husband|partner|girlfriend|boyfriend"
        r"|family)(?: \w+)? and i) (?P<rest>.+)"
    ).match(text)
    if not match:
        return
    if together := form(rf"my (?P<rel>{_RELATION}) (?P<name>(?-i:[A-Z])\w+) and i\b").match(text):
        yield Claim(speaker, together["rel"].lower(), together["name"])
    said = predicate(match["rest"])
    if parted := form(
        rf"my (?P<rel>{'|'.join(words.PARTNERS)})(?: (?P<name>\w+))? and i (?:have )?(?:just "
        r")?(?:broke up|split up|separated|got divorced|broken up)"
    ).fullmatch(text):
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
    if clause.times and (
        match := form(
            r"(?:be |will |be going to |will be )?(?:ship|shipping|launch|launching|releas(?:e|ing)|deploy"
            r"|deploying|go live|going live)(?: with)? (?P<v>.+)"
        ).fullmatch(said)
    ):
        yield Claim(PROJECT, "plan", values.bare(said.removeprefix("be ").removeprefix("will ")))
    elif match := form(
        r"(?:still |also )*(?:need to|have to|must) (?P<v>(?:rotate|update|fix|migrate|deploy|write"
        r"|remove|upgrade|test|refactor|document|clean up|merge|release|review|add|patch|bump|renew"
        r"|backfill|delete|move|set up)\b.*)"
    ).fullmatch(said):
        if clause.times or form(r"\bbefore\b|\bby\b").search(said):
            yield Claim(PROJECT, "task", values.bare(match["v"]))


def mine(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My sister lives in ...", "my wife's name is ...", "my favorite band is ...", "my laptop is ..."."""
    related = form(
        r"(?:my|our|meet my|this is my) (?:new |current |old |oldest |youngest "
        rf"|eldest )?(?P<adj>{_ADULT}){{0,1}}(?P<rel>{_RELATION})(?P<own>'s name)?(?:,? "
        rf"(?P<name>(?-i:[A-Z])[\w'-]+|(?-i:[a-z])\w+(?= is getting))),?(?: (?P<verb>{PEOPLE_VERBS})\b "
        r"?(?P<rest>.*))?"
    ).fullmatch(text) or form(
        rf"(?:my|our) (?P<adj>{_ADULT}){{0,1}}(?:new |current |oldest |youngest |eldest "
        rf"|direct )?(?P<rel>{_RELATION})(?P<own>'s name)? (?:at (?:the "
        rf"|my )?[\w ]{{2,20}}? )?(?P<verb>{PEOPLE_VERBS})\b ?(?P<rest>.*)"
    ).fullmatch(text)
    if related:
        yield from _related(related.groupdict(), clause, speaker)
        return
    match = form(
        r"(?:my|our) (?P<noun>[\w' -]{2,40}?) (?P<verb>is|are|will be|was changed to|has changed to"
        r"|changed to) (?P<rest>.+)"
    ).fullmatch(text)
    if match:
        yield from _possessed(
            match["noun"].lower(), match["rest"], clause, speaker, our=text.lower().startswith("our")
        )
    elif (
        match := form(
            r"(?:my|our) (?P<noun>flight|train|bus|ferry|shift|class|appointment|meeting) (?:leaves"
            r"|departs|starts|begins|lands|arrives)"
        ).fullmatch(text)
    ) and clause.times:
        yield Claim(
            f"{speaker}'s {match['noun'].lower()}",
            "time",
            re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I),
        )


def _related(said: dict[str, str | None], clause: Clause, speaker: str) -> Iterator[Claim]:
    rel = (said["rel"] or "").lower()
    if (
        rel in _SINGULAR
        and said["verb"] in ("is", "are")
        and (match := form(r"(?:called|named) (?P<v>.+)|(?P<w>(?-i:[A-Z]).+)").fullmatch(said["rest"] or ""))
    ):
        for one in re.split(r",? and |, ", match["v"] or match["w"]):
            yield from (Claim(speaker, _SINGULAR[rel], value) for value in values.name(one, clause.casual))
        return
    attribute = words.SAME_RELATION.get(
        f"{(said['adj'] or '').lower()}{rel}", words.SAME_RELATION.get(rel, rel)
    )
    entity = f"{speaker}'s {rel}"
    named = said.get("name")
    if named and named.lower() not in words.NOT_NAMES and named.lower() not in words.NOT_GREETED:
        yield Claim(speaker, attribute, named)
        entity = named.lower()
    if not said["verb"]:
        return
    rest = re.sub(rf"^(?:{ADVERBS} )+", "", said["rest"] or "", flags=re.I)
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
    noun = (
        noun
        if our
        else re.sub(r"^(?:new |current |own |full |main |work |personal |home |primary )(?=\w)", "", noun)
    )
    if owner := form(rf"(?P<adj>{_ADULT})?(?P<rel>{_RELATION})'s (?P<noun>.+)").fullmatch(noun):
        yield from _possessed(owner["noun"], rest, clause, f"{speaker}'s {owner['rel'].lower()}", our=False)
        return
    if event := form(
        rf"(?:next |upcoming )?(?P<what>(?:[\w-]+ )?(?:{_EVENT})(?: (?:to|with|at|for) .+)?)"
    ).fullmatch(noun):
        if when := form(rf"(?:scheduled |booked |set |planned )?(?:for |on |at )?(?P<v>{PHRASE})").fullmatch(
            rest or ""
        ) or (clause.times and form(r"(?:scheduled|booked|set|planned|now)?").fullmatch(rest)):
            said = when.groupdict().get("v") or clause.times[-1]
            yield Claim(
                f"{speaker}'s {event['what']}", "date", re.sub(r"^(?:on|at|for) ", "", said, flags=re.I)
            )
        return
    pet = form(rf"(?:[\w-]+ )?(?:{_ANIMAL})(?:'s name)?").fullmatch(noun)
    if pet:
        named = re.sub(r"^(?:called|named) ", "", rest, flags=re.I)
        if named != rest or noun.endswith("'s name"):
            yield from (Claim(speaker, "pet", value) for value in values.name(named, clause.casual))
        return
    if favorite := form(
        r"(?:all[- ]time |absolute )?(?:favorite|go-to|preferred) (?P<what>(?!part\b|thing\b|memory\b"
        r"|bit\b|moment\b)[\w -]+?)(?: of all time| ever)?(?: to \w+)?"
    ).fullmatch(noun):
        for value in values.taste(re.sub(r" by [A-Z].*$| of all time$", "", rest), clause.casual)[:1]:
            yield Claim(speaker, f"favorite {favorite['what']}", values.unled(str(value)), "preference")
        return
    if our:
        yield from attribute_of(noun, rest, clause)
        return
    for names, attribute, reader in _PERSONAL:
        if form(names).fullmatch(noun) and (found := reader(rest, clause.casual)):
            yield from (Claim(speaker, attribute, value) for value in found)
            return
    if form(r"hobb(?:y|ies)|(?:main )?interests?").fullmatch(noun):
        yield from (
            Claim(speaker, "hobby", value)
            for value in values.taste(re.sub(r"^(?:include|are) ", "", rest), clause.casual)
        )
    elif form(r"(?:\w+ )?goal").fullmatch(noun) and (match := form(r"to (?P<v>.+)").fullmatch(rest)):
        yield from (Claim(speaker, "goal", value) for value in values.phrase(match["v"], clause.casual))
    elif noun == "home" and (match := form(r"(?:located )?in (?P<v>.+)").fullmatch(rest)):
        yield from (Claim(speaker, "residence", value) for value in values.place(match["v"], clause.casual))
    elif form(r"allerg(?:y|ies)").fullmatch(noun):
        yield from (Claim(speaker, "allergy", value) for value in values.taste(rest, clause.casual))
    elif form(
        r"company|employer|office|desk|gym|parking spot|locker|classroom|apartment|house|studio|shop|hotel"
    ).fullmatch(noun) and (
        match := form(r"(?:located |based |headquartered )?(?:in|at|on) (?P<v>.+)").fullmatch(rest)
    ):
        yield from (
            Claim(f"{speaker}'s {noun}", "location", value)
            for value in values.definite(match["v"], clause.casual)
        )
    elif match := form(r"(?:called|named) (?P<v>.+)").fullmatch(rest):
        yield from (
            Claim(f"{speaker}'s {noun}", "name", value, confidence=0.85)
            for value in values.anything(match["v"], clause.casual)
        )
    elif match := form(r"due(?: back)?(?: on| by| at)?(?: (?P<v>.+))?").fullmatch(rest):
        yield from due(noun, match["v"], clause)
    elif (
        noun.split()[-1] not in words.NOT_A_NOUN
        and noun not in words.NOT_A_NOUN
        and len(noun.split()) <= 3
        and not clause.casual
    ):
        reads = (
            []
            if form(r"(?:in|on|at|from|with|for|about|to|under|of|by)\b").match(rest)
            else values.definite(rest, clause.casual)
        )
        yield from (Claim(speaker, noun, values.unled(str(value)), confidence=0.7) for value in reads)


_PERSONAL: tuple[tuple[str, str, values.Reader], ...] = (
    (
        r"(?:\w+ )?address",
        "address",
        lambda raw, casual: values.definite(raw, casual) if len(raw.split()) <= 10 else (),
    ),
    (
        r"(?:cell |mobile |phone |telephone )?(?:number|cell|mobile)",
        "phone",
        lambda raw, casual: (raw,) if re.search(r"\d{3}", raw) else (),
    ),
    (
        r"phone",
        "phone",
        lambda raw, casual: (raw,) if re.search(r"\d{3}[\d -]{3}", raw) else values.definite(raw, casual),
    ),
    (r"e-?mail(?: address)?", "email", lambda raw, casual: (raw,) if "@" in raw else ()),
    (
        r"birthday|date of birth|birth date|dob",
        "birthday",
        lambda raw, casual: (
            (re.sub(r"^(?:on |the )+", "", raw, flags=re.I),) if re.search(r"\d", raw) else ()
        ),
    ),
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


def turned_round(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Sam is my roommate", "Omar is our new CTO", "Dune is my favorite book", "loud bars are not my thing"."""
    if not form(r" (?:my|our|for me|over)\b").search(text):
        return
    if match := form(
        rf"(?P<v>.+?) (?:is|are|was) (?:not )?(?:my|our) (?:new |current )?(?P<rel>(?:{_ADULT})?{_RELATION})"
    ).fullmatch(text):
        rel = match["rel"].lower()
        attribute = words.SAME_RELATION.get(rel, re.sub(rf"^{_ADULT}", "", rel))
        entity = (
            PROJECT
            if rel in ("cto", "ceo", "cfo", "coo", "tech lead", "product manager", "project manager", "pm")
            else speaker
        )
        yield from (Claim(entity, attribute, value) for value in values.name(match["v"], clause.casual))
    elif match := form(r"(?P<v>(?-i:Dr|Prof|Professor|Doctor)\.? .+?) is my (?P<rel>[a-z]+)").fullmatch(text):
        yield from (
            Claim(speaker, match["rel"].lower(), value) for value in values.name(match["v"], clause.casual)
        )
    elif match := form(
        r"(?P<v>.+?) (?:is|are) my (?:all[- ]time |absolute )?favorite (?P<what>(?!part|thing|memory"
        r"|bit|moment)[\w -]+?)(?: of all time| ever)?"
    ).fullmatch(text):
        for value in values.taste(match["v"], clause.casual)[:1]:
            yield Claim(speaker, f"favorite {match['what'].lower()}", value, "preference")
    elif match := form(
        r"(?P<v>.+?) (?:is|are) (?:my|one of my) (?:all[- ]time |absolute )?favorites?"
    ).fullmatch(text):
        yield from (
            Claim(speaker, "likes", value, "preference")
            for value in values.taste(match["v"], clause.casual)[:1]
        )
    elif match := form(
        r"(?P<v>.+?) (?:is|are) (?:really |just |so )?not (?:really |exactly )?(?:my thing"
        r"|my cup of tea|for me)"
    ).fullmatch(text):
        yield from (
            Claim(speaker, "dislikes", value, "preference")
            for value in values.taste(match["v"], clause.casual)
        )
    elif match := form(
        r"(?P<v>[\w ]+?) over (?P<w>[\w ]+?)(?: for me)?(?:, (?:always|any day|every time))?(?: any day)?"
    ).fullmatch(text):
        if form(r"for me|always|any day|every time").search(text) and len(match["v"].split()) <= 3:
            yield Claim(speaker, "prefers", match["v"], "preference")


_PLURAL_VERBS = (
    r"(?:like|love|work|live|play|own|drive|study|teach|go|take|use|eat|speak|prefer|hate|enjoy"
    r"|attend|collect|come|report|run|am|are|do|have)"
)


def named(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Maria works at Bosch": somebody by name; only what a person does is read."""
    match = form(
        r"(?P<who>(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?) "
        rf"(?P<rest>(?!{_PLURAL_VERBS}\b){PEOPLE_VERBS}\b.*)"
    ).fullmatch(text)
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
