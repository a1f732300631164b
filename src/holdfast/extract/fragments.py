"""What people tell of themselves in fragments: "based in Lyon, married, two kids, vegetarian", "ex-teacher, now a carpenter".

Each piece is put as the statement it stands for and read by the rows of statements, or is one of a short list of what people are. All
pieces must be read, or none is: a list of ingredients, options or places has one that is not. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..attributes import attribute
from ..types import MemoryItem
from . import values, words
from .claims import claims
from .clauses import Clause
from .predicates import Claim
from .spelling import begun, form

_MOST = 9  # pieces
_NUMBER = r"(?:no|one|two|three|four|five|six|seven|eight|nine|ten|\d\d?)"
_HEADS = r"(?:kids?|children|child|boys?|girls?|sons?|daughters?|grandkids?|grandchildren|grandsons?|granddaughters?|brothers?|sisters?|siblings|stepkids|stepchildren)"
_PETS = rf"(?:{words.one_of(words.ANIMALS)})s?"
_AGE = r"(?:aged? )?(?P<v>[1-9]\d)(?: years?[ -]old| y/?o)?"
_CHILDREN = rf"(?:now )?{_NUMBER} (?:(?:small|little|young|grown|adult|teenage|grown-up|older|lovely) )?{_HEADS}(?: and (?:{_NUMBER}|an?) (?:{_HEADS}|{_PETS}))?"
_ANIMALS = rf"{_NUMBER} (?:(?!of\b)[a-z-]+ )?{_PETS}(?: and (?:{_NUMBER}|an?) {_PETS})?"
_ONE = r"(?:one|an?) (?:(?:small|little|young|grown|adult|teenage|grown-up|older|younger) )?(?P<v>son|daughter|brother|sister|sibling|grandson|granddaughter)"
_PERSON = (
    ("chronotype", r"(?:an? |total |complete |real |such an? )*(?P<v>night owl|early bird|early riser|morning person|evening person|late riser|lark)"),
    ("temperament", r"(?:an? |total |bit of an? |big |massive |complete |huge )*(?P<v>introvert|extrovert|ambivert|homebody|bookworm|workaholic|perfectionist|minimalist|procrastinator|neat freak)"),
    ("smoking", r"(?:an? )?(?P<v>non-?smoker|smoker|ex-?smoker)"),
    ("drinking", r"(?:an? )?(?P<v>teetotal(?:ler)?|non-?drinker|do not drink(?: alcohol)?)"),
    ("work mode", r"(?:fully |mostly |100% |work(?:ing)? )?(?P<v>remote|remotely|hybrid|from home|freelance)"),
    ("timezone", r"(?P<v>(?:utc|gmt) ?[+-] ?\d{1,2}(?::\d\d)?|cet|cest|eet|pst|est|cst|ist|jst|aest)"),
    ("housing", r"(?P<v>homeowner|renting|renter|owner-occupier|house owner)"),
    ("driving", r"(?:an? )?(?P<v>do not drive|no car|no driving licen[cs]e|non-driver)"),
)  # fmt: skip
_CONTACT = (
    r"(?:please )?(?P<v>(?:e-?mails?|texts?|text messages?|whatsapp|signal|phone|slack|chat|messages?|calls?|voice|telegram|sms|letters?) (?:only|not calls|over calls|rather than calls|instead of calls|before calls)"
    r"|no (?:phone )?calls(?: (?:before|after) [\w: ]+?)?|only (?:e-?mail|texts?|phone|chat|whatsapp)|no voice(?: ?mails?| messages?)|mornings only|afternoons only|evenings only)(?: please)?"
)
_BY_DAY = r"(?:an? )?(?P<v>[a-z][\w -]{2,25}) by day"
_BY_NIGHT = r"(?:an? )?(?P<v>[a-z][\w -]{2,25}) by night"
_DAYS_OFF = r"(?:(?:every|most) )?(?P<v>(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?:(?:,| and| &) (?:mon|tues|wednes|thurs|fri|satur|sun)days?)*) off"
_WAS = (
    r"(?:an? )?(?:ex|former|onetime|erstwhile|previously|formerly|used to be)[ -](?:an? )?(?P<v>[a-z][\w -]+)"
)
_NOW_A = r"(?:now |currently |these days |turned |now working as |retrained as )+(?:an? )?(?P<v>[a-z][\w -]+)"
_OF_LANGUAGES = r"(?:(?:native|fluent|bilingual|conversational|some|basic) )+(?:in )?(?P<v>[a-z]+)(?: speaker)?|(?P<v2>[a-z]+)[- ]speaker"
_THERE = r"(?P<v>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?)[- ]based|(?:live |living |based |settled )?in (?P<v2>(?-i:[A-Z])[\w' -]+)"
_NO_FOOD = rf"(?:no|without|zero) (?P<v>{words.one_of(words.FOODS)})"
_RATHER = r"(?P<v>[a-z]+(?: [a-z]+)?) (?:not|over|rather than|instead of|before) (?P<old>[a-z]+(?: [a-z]+)?)(?: person)?"
_TURNED = r"(?P<old>[a-z][\w -]{2,25})[- ]turned[- ](?P<v>[a-z][\w -]{2,25})"
_ASIDE = r"(?:otherwise (?:easy|fine|flexible|anything goes)|that is (?:it|all|me)|(?:both|all|each|neither|all of them|both of them) [\w -]{3,25}|and that is it|nothing else|etc)"
_NOW = r"(?:,? (?:now|these days|as of (?:now|today|yesterday|last \w+|this \w+)|since (?:last \w+|yesterday|\w+)|currently|already|actually|at last|finally|again|lol|haha)|!)+$"
_STATUSES = (
    "married",
    "single",
    "divorced",
    "engaged",
    "widowed",
    "separated",
    "left-handed",
    "right-handed",
)
_NOW_THERE = r"now (?:in )?(?P<v>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?)"
_FROM_THERE = r"originally (?:from )?(?P<v>(?-i:[A-Z])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?)"
_BARE_PLACE = r"(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece as it was told, the times in it, the statement it stands for, and what that claims."""

    raw: str
    times: tuple[str, ...]
    said: str
    claims: list[Claim]


def pieces(said: str) -> list[str]:
    """Return the pieces of what may be a list of fragments, [] where its first words say that it is none."""
    if said.count(",") + said.count(";") >= _MOST or form(r"[?:\"]").search(said):
        return []
    parts = [one.strip(" .!-") for one in form(r"[,;|/] | - |, and | \+ ").split(said)]
    return (
        parts
        if all(1 <= len(one.split()) <= 8 for one in parts) and (len(parts) > 1 or len(said.split()) <= 7)
        else []
    )


def read(
    parts: Sequence[str], clause: Clause, speaker: str, known: Sequence[MemoryItem], *, alone: bool, led: bool
) -> list[Piece]:
    """Return the pieces that claim something; [] unless every piece is read and they are of several sorts.

    One piece stands `alone` where others stand near it, or where it counts or tells anew what is known. Where they are `led` by
    words for oneself ("about me:") the first may be a place: else it may be somebody's name.
    """
    alone = alone or (
        len(parts) == 1
        and bool(
            form(
                rf"(?:.+ turned .+|(?-i:[A-Z])[\w-]+[- ]based(?: (?:now|these days|again))?|{_CHILDREN},? (?:now|as of .+|since .+))!*"
            ).fullmatch(parts[0])
        )
    )
    if (
        len(parts) == 1
        and not alone
        and not begun(rf"(?:now )?{_NUMBER} |(?:now )?(?:{'|'.join(_STATUSES)})\b", parts[0])
    ):
        return []
    named = {str(one.value) for one in known if one.slot == f"{speaker}.name"}
    if len(parts) > 2 and parts[0] in named:
        parts, alone, led = parts[1:], True, True
    found: list[tuple[str, str, list[Claim]]] = []
    for n, raw in enumerate(parts):
        part = form(_NOW).sub("", raw)
        animals = bool(found) and bool(form(_ANIMALS).fullmatch(found[-1][0]))
        told = _piece(part, clause, speaker, first=not n and not led, pets=animals)
        if told is None:
            return []
        if animals and told[1] and told[1][0].attribute == "pet":
            found[-1] = (found[-1][0], "", [])  # their names say which they are
        found.append((part, *told))
    if not _profile([one for _, _, each in found for one in each], len(parts), speaker, known, alone):
        return []
    return [
        Piece(raw, tuple(one for one in clause.times if one in raw), said, each)
        for (_, said, each), raw in zip(found, parts, strict=True)
        if each
    ]


def _profile(
    told: Sequence[Claim], several: int, speaker: str, known: Sequence[MemoryItem], alone: bool
) -> bool:
    """Whether what pieces claim is somebody's profile: of several sorts, none told twice, and a place or an age beside what nobody else is."""
    if not told or any(one.entity != speaker and not one.entity.startswith(f"{speaker}'s") for one in told):
        return False
    slots = [one.slot for one in told]
    single = [one for one in slots if not attribute(one.rpartition(".")[2]).many]
    if len(single) != len(set(single)):
        return False
    kinds = set(slots)
    if several > 1:
        weighty = kinds - {f"{speaker}.residence", f"{speaker}.age"}
        return bool(weighty) and (
            len(kinds) > 1 or alone or any(one.attribute in ("pet", "occupation", "speaks") for one in told)
        )
    held = {one.slot for one in known}
    return alone or (len(kinds) == 1 and kinds <= held and told[0].attribute in _COUNTED)


# What is told anew by its number alone.
_COUNTED = frozenset(
    "children kids grandkids grandchildren sons daughters brothers sisters siblings pet marital status".split()
) | {"marital status"}


def _piece(
    part: str, clause: Clause, speaker: str, *, first: bool, pets: bool
) -> tuple[str, list[Claim]] | None:
    """Return how a piece reads as a statement and what it claims, or None where it is none that is known."""
    if form(_ASIDE).fullmatch(part) or (
        form(_WAS).fullmatch(part) and values.trade(form(_WAS).sub(r"\g<v>", part), True)
    ):
        return part, []
    if form(r"(?i:i) am .+").fullmatch(part):
        return (part, said) if first and (said := _said(part, clause, speaker, named=True)) else None
    if part.partition(" ")[0].lower() in _TALKS:
        return None  # somebody goes on to talk
    if pets and (named := values.names(part, clause.casual)):
        return f"Pets: {part}", [Claim(speaker, "pet", one, confidence=0.85) for one in named]
    if own := _own(part, clause, speaker):
        return part, own
    for statement in _statements(part):
        if said := _said(statement, clause, speaker):
            return f"{statement[:1].upper()}{statement[1:]}", said
    if not first and form(_BARE_PLACE).fullmatch(part) and (place := values.place(part, False)):
        return f"I live in {part}", [Claim(speaker, "residence", place[0], confidence=0.75)]
    return None


def _said(statement: str, clause: Clause, speaker: str, *, named: bool = False) -> list[Claim]:
    alone = replace(clause, text=statement, whole=statement, times=(), before=(), after="")
    return [one for one in claims(alone, speaker) if named or one.attribute != "name"]


def _own(part: str, clause: Clause, speaker: str) -> list[Claim]:
    """Return what a piece says by the short list of what people are."""
    for name, pattern in _PERSON:
        if match := form(pattern).fullmatch(part):
            return [
                Claim(
                    speaker, name, match["v"] if name == "timezone" else match["v"].lower(), confidence=0.85
                )
            ]
    if match := form(_CONTACT).fullmatch(part):
        return [Claim(speaker, "contact", match["v"], "preference", 0.85)]
    if form(r"no (?:kids|children)").fullmatch(part):
        return [Claim(speaker, "children", 0, confidence=0.85)]
    if match := form(_ONE).fullmatch(part):
        return [Claim(speaker, f"{match['v'].lower()}s", 1, confidence=0.85)]
    if match := form(_DAYS_OFF).fullmatch(part):
        return [Claim(speaker, "days off", match["v"], confidence=0.85)]
    if match := form(_BY_NIGHT).fullmatch(part):
        return [Claim(speaker, "hobby", match["v"], confidence=0.8)]
    if match := form(_BY_DAY).fullmatch(part):
        return [Claim(speaker, "occupation", one, confidence=0.85) for one in values.trade(match["v"], True)]
    return []


def _statements(part: str) -> list[str]:
    """Return the statements that a piece may stand for, the likeliest first."""
    if match := form(_AGE).fullmatch(part):
        return [f"I am {match['v']}"]
    if match := form(_TURNED).fullmatch(part):
        return [f"I am a {match['v']}"] if values.trade(match["v"], True) else []
    if match := form(_NO_FOOD).fullmatch(part):
        return [f"I do not eat {match['v']}"]
    if (match := form(_RATHER).fullmatch(part)) and {match["v"].lower(), match["old"].lower()} & words.FOODS:
        return [f"I prefer {match['v']} to {match['old']}"]
    if form(_CHILDREN).fullmatch(part) or form(_ANIMALS).fullmatch(part):
        counted = form(r"^(?:now )?(?:one (?=(?:[a-z-]+ )?\w+$))?").sub(
            lambda one: "a " if "one" in one[0] else "", part
        )
        return [f"I have {counted}"]
    if match := form(_THERE).fullmatch(part):
        return [f"I live in {match['v'] or match['v2']}"]
    if match := form(_NOW_THERE).fullmatch(part):
        return [f"I live in {match['v']}"]
    if match := form(_FROM_THERE).fullmatch(part):
        return [f"I am from {match['v']}"]
    if form(r"[a-z]+(?: [a-z]+)? allergy").fullmatch(part):
        return [f"I have a {part[:1].lower()}{part[1:]}"]
    if match := form(_OF_LANGUAGES).fullmatch(part):
        spoken = (match["v"] or match["v2"]).lower()
        return [f"I speak {spoken.capitalize()}"] if spoken in words.LANGUAGES else []
    low = part.lower()
    if low in words.DIETS | words.STATUSES | words.STATES_OF_HEALTH | words.NATIONALITIES or low in _STATUSES:
        return [f"I am {low if low not in words.NATIONALITIES else part}"]
    if match := form(_NOW_A).fullmatch(part):
        return [f"I am a {match['v']}"] if values.trade(match["v"], True) else []
    part = part[:1].lower() + part[1:] if part[1:2].islower() else part
    if values.trade(part, True) or form(
        r"(?:stay[- ]at[- ]home|full[- ]time) (?:mum|mom|dad|father|mother|parent)|(?:\w+ )?(?:mum|mom|dad|father|mother|parent) (?:of|to) \w+(?: \w+)?"
    ).fullmatch(part):
        return [f"I am {part}" if form(r"an? .+").match(part) else f"I am a {part}"]
    return [part, f"I {part}"] if form(r"(?-i:[A-Z])?[a-z]").match(part) else []


_TALKS = frozenset(
    "i we my our he she they it you the this that there and but so if when where what who how".split()
)
