"""What is said of things: systems, projects, dates, and how they change ("the server is on port 9090", "we switched to uv")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .predicates import PROJECT, PROJECT_NOUNS, Claim, fit, predicate
from .rules import Rule
from .spelling import form

_RELATION = words.one_of(words.RELATIONS)
_OF_THING = (
    r"(?:be (?:currently |now |also )?(?:using|built (?:with|on|in|using|around)|powered by"
    r"|based on|written with|implemented with|backed by|made with|styled with|managed (?:with|by)"
    r"|tested with|run (?:with|by|through)|done (?:with|in|by|using|via)|handled (?:by|with)"
    r"|linted with|formatted with|tracked in|monitored with)|(?:currently |now |also |still "
    r"|only )*(?:use|rely on|depend on|lean on|run with|build on))"
)

THING: Sequence[Rule] = (
    Rule(
        "{for}",
        rf"{_OF_THING} (?P<v>[\w.+#-]+(?: [\w.+#-]+)??) for (?:the |our |all "
        r"|all our )?(?P<for>(?:main |primary |prod |production )?(?:database|db|frontend|backend|auth"
        r"|authentication|ci|cd|infra|infrastructure|caching|cache|queue|queues|search|styling|testing"
        r"|tests|unit tests|e2e tests|monitoring|logging|logs|deployment|deployments|hosting"
        r"|state management|linting|formatting|type checking|dependency management|package management"
        r"|version control|analytics|payments|email|emails|messaging|orchestration|containers|storage"
        r"|build|builds|migrations|docs|documentation|tickets|issue tracking|error tracking|secrets"
        r"|feature flags|dependencies|mobile|api|data pipelines))",
        values.tool,
    ),
    Rule(
        "{tool} version",
        r"(?:be (?:currently |now |still )?(?:on|running|running on|using|pinned to|targeting)"
        r"|(?:currently |now )*(?:use|run on|run|require|need|target)|(?:have )?(?:upgraded|updated"
        r"|moved|bumped|migrated)(?: (?:everything|it"
        r"|the app))?(?: from (?P<old>[\w. ]+?))? to) (?:at least )?(?P<tool>[A-Za-z][\w.+#]*(?: "
        r"[A-Z][\w.]*)?) (?:version )?v?(?P<v>\d+(?:\.\d+)*\+?)(?: or (?:higher|newer|later|above)"
        r"| and up| and above)?",
        lambda raw, casual: (raw,),
    ),
    Rule(
        "language",
        r"(?:be|were) (?:now |currently |mostly |all |entirely |fully )*(?:(?:re)?written|implemented"
        r"|coded|programmed|developed|built|done)? ?in (?P<v>.+)",
        values.each(words.CODE_LANGUAGES),
    ),
    Rule(
        "port",
        r"(?:(?:be|be now|be currently|be running|be listening|be served|be exposed|be available"
        r"|listen|run|now run|now listen|serve|start|bind|be bound|moved|be moving)) ?(?:now "
        r"|currently |locally |up |running |listening )?(?:on|at|to) (?:tcp |udp "
        r"|local )?port (?P<v>\d{2,5})",
        values.number,
    ),
    Rule("port", r"use port (?P<v>\d{2,5})", values.number),
    Rule(
        "hosting",
        r"(?:be )?(?:now |currently )?(?:hosted|deployed|running|run|deploy|host everything|host it"
        r"|self-hosted|deploy everything|live) ?(?:now )?(?:on|to|in|at) (?P<v>.+)",
        lambda raw, casual: (values.bare(raw),) if _hosted(raw) else (),
    ),
    Rule(
        "uses",
        r"(?:currently |now |always )*(?:deploy|build|test|lint|format|bundle|provision|release"
        r"|ship)(?: (?:everything|it|our \w+|the \w+|all \w+))? (?:with|using|via) (?P<v>.+)",
        values.tool,
    ),
    Rule("runs on", r"(?:be )?(?:now |currently )?(?:run|running)s? on (?P<v>.+)", values.tool),
    Rule("uses", rf"{_OF_THING} (?P<v>.+?)(?: (?:for|as) [^,]+)?", values.tool),
    Rule(
        "uses",
        r"be (?:now |all |fully |still )*in (?P<v>[\w.+#]+)",
        lambda raw, casual: (raw,) if raw.lower() in words.TECH else (),
    ),
    Rule("style guide", r"follow (?:the )?(?P<v>.+?style guide|PEP ?8)", values.anything),
    Rule(
        "license",
        r"be (?:licensed|released|published) under (?:the )?(?P<v>.+?)(?: licen[sc]e)?",
        values.definite,
    ),
    Rule(
        "location",
        r"(?:live|be (?:located|stored|kept|found|hosted|defined|documented)|be|sit|go) (?:in|at|under"
        r"|inside) (?P<v>[\w.~-]*/[\w./~-]+|\d?[A-Z]\w+|`[^`]+`|#\w+|(?:the )?[\w-]+ (?:folder"
        r"|directory|repo|bucket))",
        values.definite,
    ),
    Rule(
        "url",
        r"(?:be|live)(?: now)?(?: at| available at| hosted at| reachable at)? (?P<v>https?://\S+)",
        values.anything,
    ),
    Rule("name", r"be (?:now )?(?:called|named) (?P<v>.+)", values.definite),
    Rule(
        "name",
        r"(?:have been|was|be|got|be being) renamed (?:from (?P<old>\S+) )?to (?P<v>\S+)",
        values.anything,
    ),
    Rule(
        "schedule",
        r"(?:run|be scheduled|fire|kick off|happen|start)s? (?:at|for|every|daily at|nightly at"
        r"|weekly on|on) (?P<v>(?:\d|every|mon|tue|wed|thu|fri|sat|sun|midnight|noon|weekdays).*)",
        values.anything,
    ),
    Rule(
        "requires",
        r"(?:require|need) (?:at least )?(?P<v>.+?)(?: to (?:run|build|work))?",
        lambda raw, casual: (
            values.tool(raw, casual)
            if values.tool(raw, casual)
            and all(
                values.unled(str(one)).split()[0].lower() in words.TECH for one in values.tool(raw, casual)
            )
            else ()
        ),
    ),
    Rule("uses", r"(?:have )?(?:be |got |was )?(?:been )?replaced (?:by|with) (?P<v>.+)", values.tool),
)


def _hosted(raw: str) -> bool:
    low = values.bare(raw).lower()
    return low in words.HOSTS or any(
        low.startswith(f"{host} in ") or low.startswith(f"{host} (") for host in words.HOSTS
    )


THING_VERBS = (
    r"(?:is|are|was|were|has been|have been|has|have|uses?|now|runs?|depends?|relies|rely|lives?"
    r"|listens?|requires?|needs?|targets?|follows?|got|moved|starts?|no longer|does|do|currently"
    r"|serves?|binds?|sits?|goes|go|fires?|happens?|upgraded|expires?|rotates?|leaves?|takes?"
    r"|begins?)"
)


def change(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "We switched from npm to pnpm", "we replaced X with Y", "the timeout was raised from 30s to 60s"."""
    who = (
        r"(?:(?P<who>i|we|this \w+|our team|the team|the (?:project|repo|team|company|app)) (?:have "
        r"|has )?(?:just |recently |now |finally |fully |already )*)"
    )
    if match := form(
        rf"{who}(?:are |am |be )?(?:switched|migrated|moved|changed|transitioned|converted|went|gone"
        r"|switching|migrating|moving|transitioning)(?: over| away)? from (?P<old>.+?) to (?P<v>.+)"
    ).fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        known = [one for one in (*new, *old) if values.unled(str(one)).lower() in words.TECH]
        if new and old and known:
            yield Claim(speaker if match["who"].lower() == "i" else PROJECT, "uses", new[0], old=old[0])
    elif match := form(
        rf"{who}(?:replaced|swapped(?: out)?|ditched|dropped) (?P<old>[\w.+#/ -]+?) (?:with|for|by"
        r"|in favor of|in favour of) (?P<v>.+)"
    ).fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        if new and old:
            yield Claim(speaker if match["who"].lower() == "i" else PROJECT, "uses", new[0], old=old[0])
    elif match := form(
        r"(?P<old>[\w.+#-]+(?: [\w.+#-]+)?) (?:got|was|has been|is being|is) (?:now )?replaced (?:by"
        r"|with) (?P<v>.+)"
    ).fullmatch(text):
        new, old = values.tool(match["v"], clause.casual), values.tool(match["old"], clause.casual)
        if new and old:
            yield Claim(PROJECT, "uses", new[0], old=old[0])
    elif match := form(
        r"(?:the|our|my) (?P<np>[\w' -]+?) (?:(?:has been|have been|was|were|is|are|got|just|has"
        r"|have) )*(?:changed|increased|decreased|bumped|raised|lowered|reduced|moved|updated|upgraded"
        r"|pushed|pushed back|postponed|rescheduled|shifted|renamed|set|switched)(?: back| forward| up"
        r"| down)? (?:from (?P<old>.+?) )?to (?P<v>.+)"
    ).fullmatch(text):
        yield from _changed(match["np"], match["v"], match["old"], clause, "renamed" in text)
    elif match := form(
        r"(?P<np>[A-Z][\w-]*(?: [\w-]+)?) (?:(?:has been|was|is|got|just|has) )*(?:moved|rescheduled"
        r"|pushed|postponed) (?:from (?P<old>.+?) )?to (?P<v>.+)"
    ).fullmatch(text):
        if match["np"].lower().split()[-1] in words.EVENTS:
            yield from _changed(match["np"], match["v"], match["old"], clause, False)


def _changed(noun: str, new: str, old: str | None, clause: Clause, renamed: bool) -> Iterator[Claim]:
    entity, attribute = _split(noun.lower())
    if renamed:
        entity, attribute = noun.lower(), "name"
    elif attribute is None:
        if not form(
            r"(?:\d|next|(?:mon|tue|wed|thu|fri|sat|sun)\w*|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
            r"|dec|tomorrow|the \d)"
        ).match(new):
            return
        attribute = "time" if form(r"\d{1,2}(?::\d\d| ?[ap]m)").match(new) else "date"
    reader = values.number if form(r"\d+").fullmatch(new.replace(",", "")) else values.anything
    found = reader(re.sub(r"^port ", "", new), clause.casual)
    before = reader(re.sub(r"^port ", "", old), clause.casual) if old else ()
    if found:
        yield Claim(entity or PROJECT, attribute or "date", found[0], old=before[0] if before else None)


def thing(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    if match := form(
        r"(?:the|this|our|all|all the|all our) (?P<np>(?:(?!is\b|are\b|was\b|has\b|uses?\b|runs?\b"
        rf"|lives?\b)[\w./'-]+ ){{1,4}}?)(?P<rest>{THING_VERBS}\b.*)"
    ).fullmatch(text):
        yield from _about(match["np"].strip(), match["rest"], clause)
    elif match := form(
        r"(?:the )?(?P<attr>[\w ]{2,24}?) (?:of|for) (?:the|our"
        r"|this) (?P<entity>[\w ./-]{2,30}?) is (?:now )?(?P<v>.+)"
    ).fullmatch(text):
        if _ends_in_attribute(match["attr"].lower()):
            yield from _attributed(match["entity"].lower(), match["attr"].lower(), match["v"], clause)
    elif match := form(
        r"(?P<np>[\w.-]+(?: (?!is\b|are\b|runs?\b|uses?\b)[\w.-]+)?) (?P<rest>(?:is|are|runs?|uses?"
        r"|lives?|listens?)\b.*)"
    ).fullmatch(text):
        noun = match["np"].lower()
        owned = noun.split()[0] in (
            "my",
            "your",
            "his",
            "her",
            "their",
            "its",
            "that",
            "these",
            "those",
            "what",
            "which",
            "there",
            "it",
        )
        if not owned and (_ends_in_attribute(noun) or noun in _BARE_THINGS or noun.split()[-1] in _DATED):
            yield from _about(noun, match["rest"], clause)
    elif match := form(
        r"(?P<v>(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)?) (?:owns|maintains|is responsible for"
        r"|is in charge of) (?:the|our) (?P<entity>[\w ./-]{2,40})"
    ).fullmatch(text):
        yield Claim(match["entity"].lower(), "owner", match["v"])


_BARE_THINGS = frozenset(
    "taxes linting formatting testing monitoring logging deployment caching authentication tests ci cd production prod staging search auth logs docs standup deploys deployments backups secrets migrations code demo retro kickoff infra".split()
)


def _about(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield claims about a thing by its verb, or of "the staging URL is ..." by its last noun."""
    noun = noun.lower()
    parts = noun.split()
    led = len(parts) > 1 and parts[-2] in words.ATTRIBUTE_MODIFIERS
    if not led and form(
        rf"(?:.* )?(?:{_RELATION}|test|script|function|method|variable|class|parameter|argument|guy"
        r"|girl|man|woman|person|people|kids|children|weather|food|idea|problem|issue|question|answer"
        r"|thing|point|plan|good news|bad news|way|rest|truth|fact)"
    ).fullmatch(noun):
        return
    entity = PROJECT if noun in PROJECT_NOUNS else noun
    said = predicate(rest)
    if match := form(r"be (?:now |actually |currently )?(?P<v>.+)").fullmatch(said):
        if owed := form(r"due(?: back)?(?: (?:on|by|at))?(?: (?P<v>.+))?").fullmatch(match["v"]):
            yield from due(noun, owed["v"], clause)
            return
        if deadline := form(
            r"(?:submission |application )?deadline(?: (?:for|of) (?:the |our |my )?(?P<of>.+))?"
        ).fullmatch(noun):
            yield from due(deadline["of"] or PROJECT, re.sub(r"^(?:on|by) ", "", match["v"]), clause)
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
    if noun in ("project", *PROJECT_NOUNS) or not form(
        r"(?:day|week|night|year|time|team|movie|book|song|party|house|car|dog|cat)"
    ).fullmatch(noun):
        yield from fit(THING, said, clause, entity)
    if (
        parts[-1] in _DATED
        and clause.times
        and form(r"(?:start|begin|take place|happen|be|open)(?: at| on)?").fullmatch(said)
    ):
        yield Claim(noun, "date", re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I))
        return
    if (
        said in ("run", "start", "happen", "fire", "kick off")
        and clause.times
        and re.search(r"\d|every", clause.times[-1])
    ):
        yield Claim(entity, "schedule", re.sub(r"^(?:on|at) ", "", clause.times[-1], flags=re.I))
    if parts[-1] in _DATED and (
        match := form(
            r"be (?:scheduled (?:for )?|set for |planned for |now |happening |taking place )?(?:on |at )?(?P<v>.*)"
        ).fullmatch(said)
    ):
        if clause.times or form(rf"(?:{PHRASE})").match(match["v"]):
            begins = form(PHRASE).match(match["v"])
            said_time = begins[0] if begins else ""
            yield Claim(
                noun,
                "date",
                re.sub(r"^(?:on|at) ", "", f"{said_time} {' '.join(clause.times)}".strip(), flags=re.I),
            )


_DATED = words.EVENTS | {"freeze", "conference", "wedding", "party", "sprint", "milestone"}


def due(of: str, raw: str | None, clause: Clause) -> Iterator[Claim]:
    said = re.sub(
        r"^(?:on|by) (?:the (?=\D))?", "", raw or (clause.times[-1] if clause.times else ""), flags=re.I
    )
    if said and form(
        r".*(?:\d|day\b|tomorrow|tonight|week|month|year|noon|midnight|january|february|march|april"
        r"|may|june|july|august|september|october|november|december)"
    ).match(said):
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


def attribute_of(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield the claim of "our NOUN is REST": an attribute of the project, or a thing of its own."""
    yield from _about(noun, f"is {rest}", clause)
    if (
        not _ends_in_attribute(noun)
        and noun not in PROJECT_NOUNS
        and noun.split()[-1] in ("guide", "stack", "tracker", "framework")
    ):
        yield from (Claim(PROJECT, noun, value) for value in values.definite(rest, clause.casual))


def _attributed(entity: str, attribute: str, raw: str, clause: Clause) -> Iterator[Claim]:
    raw = re.sub(
        r"^(?:now |currently |set to |configured (?:to|as) |called |named |at |on |in |port )+",
        "",
        raw,
        flags=re.I,
    )
    raw = re.sub(r"^(?:the |an? )(?=[A-Z\d])", "", raw)
    found = (
        values.number(raw, clause.casual)
        or values.definite(raw, clause.casual)
        or (_word(raw) if attribute in _WORDED else ())
    )
    entity = PROJECT if entity in PROJECT_NOUNS else entity
    yield from (Claim(entity, attribute, value, confidence=0.85) for value in found[:1])


_WORDED = frozenset(
    "branch|default branch|main branch|region|database|db|framework|language|formatter|linter|runner|owner|theme|package manager|orm|host|name|codename|provider|cluster|namespace|test runner|test framework|environment".split(
        "|"
    )
)


def _word(raw: str) -> values.Values:
    raw = values.bare(raw)
    return (
        (raw,)
        if re.fullmatch(r"[\w./-]+", raw)
        and not values.points(raw)
        and not re.match(
            r"(?:down|up|broken|slow|fast|fine|full|wrong|good|bad|ready|done|live|back|there|missing"
            r"|unclear|unknown|different|important)$",
            raw,
            re.I,
        )
        else ()
    )
