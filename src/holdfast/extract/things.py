"""What is said of things, systems, projects and dates: "the server is on port 9090", "we use uv", "the report is due Friday"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import values, words
from .amounts import AMOUNTS, COUNTING, COUNTS, LEVEL
from .clauses import Clause
from .duties import owed
from .predicates import PROJECT, PROJECT_NOUNS, Claim, Rule, fit, predicate
from .spelling import begun, form, holds
from .terms import DATED, due, scheduled

_RELATION = words.one_of(words.RELATIONS)
_OF_THING = (
    r"(?:be (?:currently |now |also )?(?:using|built (?:with|on|in|using|around)|powered by"
    r"|based on|written with|implemented with|backed by|made with|styled with|managed (?:with|by)"
    r"|tested with|run (?:with|by|through)|done (?:with|in|by|using|via)|handled (?:by|with)"
    r"|linted with|formatted with|tracked in|monitored with)|(?:currently |now |also |still "
    r"|only )*(?:use|(?:have )?(?:standardi[sz]ed|settled) on|rely on|depend on|lean on|run with|build on))"
)
THING: Sequence[Rule] = (
    *COUNTS,
    *AMOUNTS,
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
        "supports",
        r"(?:only |currently |still )*(?:support|run on|work on) (?:only )?(?P<v>[A-Za-z][\w.+#]* \d+(?:\.\d+)*)(?: and (?:up|above|later|newer)| or (?:newer|later|higher|above))",
        values.known_tool,
    ),
    Rule(
        "{tool} version",
        r"(?:be (?:currently |now |still )?(?:on|running|running on|using|pinned to|targeting)"
        r"|(?:currently |now )*(?:use|run on|run|require|need|target|support(?= .* (?:and (?:up|above|later|newer)|or (?:newer|later|higher|above))))|(?:have )?(?:upgraded|updated"
        r"|moved|bumped|migrated)(?: (?:everything|it"
        r"|the app))?(?: from (?P<old>[\w. ]+?))? to) (?:at least )?(?P<tool>[A-Za-z][\w.+#]*(?: "
        r"[A-Z][\w.]*)?) (?:version )?v?(?P<v>\d+(?:\.\d+)*\+?)(?: or (?:higher|newer|later|above)| and (?:later|newer)"
        r"| and up| and above)?",
        values.anything,
    ),
    Rule(
        "language",
        r"(?:be|were) (?:now |currently |mostly |all |entirely |fully )*(?:(?:re)?written|implemented"
        r"|coded|programmed|developed|built|done)? ?in (?P<v>.+?)(?: v?\d[\d.]*)?",
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
    Rule(
        "port",
        r"(?:listen|be listening|bind|be bound|serve|be served|be exposed) (?:now )?(?:on|to|at) (?P<v>\d{2,5})",
        values.number,
    ),
    Rule(
        "port",
        r"(?:be|run|be running|moved|be available|be reachable|start|sit) (?:now |currently |locally )?(?:on|at|to) (?P<v>\d{4,5})",
        values.port,
    ),
    Rule(
        "host",
        r"(?:live|be|run|be (?:hosted|running|located)|sit) (?:on|at) (?P<v>(?:[\w-]+\.)+[a-z][\w-]+(?::\d+)?|(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?)",
        values.hostname,
    ),
    Rule(
        "host",
        r"be (?P<v>(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|[\w-]+(?:\.[\w-]+)*\.(?:internal|local|lan|corp))",
        values.hostname,
    ),
    Rule(
        "region",
        r"(?:be )?(?:hosted|deployed|running|run|live|sit)? ?in (?P<v>(?:us|eu|ap|sa|ca|me|af|il|asia|europe|northamerica)-[a-z]+-?\d)",
        values.as_said,
    ),
    Rule(
        "deploy branch",
        r"(?:deploy|release|ship|build|cut (?:our )?releases|tag|come|go out) (?:straight )?(?:off|from|out of)(?: of)? (?:the |our )?(?P<v>[\w./-]+ branch|main|master|trunk|develop|stable)(?:,? not \w+)?",
        values.anything,
    ),
    Rule(
        "hosting",
        r"(?:live|be (?:hosted|published|mirrored|kept)) on (?P<v>(?-i:[A-Z])[\w.-]+)",
        values.definite,
    ),
    Rule("port", r"use port (?P<v>\d{2,5})", values.number),
    Rule(
        "hosting",
        r"(?:host|deploy|run|serve|publish) (?:the|our|my|all our|everything|it)(?: [\w-]+){0,3}? (?:on|to|in|at) (?P<v>.+)",
        values.host,
    ),
    Rule(
        "hosting",
        r"(?:be )?(?:now |currently )?(?:hosted|deployed|running|run|deploy|host|host everything|host it"
        r"|self-hosted|deploy everything|live) ?(?:now )?(?:on|to|in|at) (?P<v>.+)",
        values.host,
    ),
    Rule(
        "uses",
        r"(?:currently |now |always )*(?:deploy|build|test|lint|format|bundle|provision|release|log|monitor|track|send|store|cache|authenticate|bill|render|document|translate"
        r"|ship)(?: (?:everything|it|our \w+|the \w+|all \w+|errors|logs|metrics|payments|emails|invoices|bugs|events|traces|docs|releases|exceptions|crashes))? (?:with|using|via) (?P<v>.+)",
        values.tool,
    ),
    Rule(
        "uses",
        r"(?:go|run|be (?:routed|sent|handled|tracked|managed|logged|reported)|get (?:routed|sent|logged|reported)) (?:through|via) (?P<v>.+)",
        values.known_tool,
    ),
    Rule("runs on", r"(?:be )?(?:now |currently )?(?:run|running)s? on (?P<v>.+)", values.tool),
    Rule("uses", rf"{_OF_THING} (?P<v>.+?)(?: (?:for|as) [^,]+)?", values.tool),
    Rule("uses", r"(?:mostly |mainly )?run (?P<v>[\w.+#-]+)(?: (?:for|as|behind) [^,]+)?", values.plain_tool),
    Rule(
        "uses",
        r"be (?:now |all |fully |still )*in (?P<v>[\w.+#]+(?: [\w.+#]+)?)",
        values.known_tool,
    ),
    Rule(
        "uses",
        r"be an? (?P<v>[\w.+#]+)(?: v?[\d.]+)? (?:app|application|project|site|service|repo|monorepo|codebase|shop|api|binary|script|job|lambda|function|server|worker|process|library|package|cluster|database|pipeline|cli|program|backend|frontend)",
        values.known_tool,
    ),
    Rule(
        "uses",
        r"(?:track|manage|store|keep|save|host|document) (?:all |our |the )*[\w ]{3,20} in (?P<v>.+)",
        values.known_tool,
    ),
    # By whom something is looked after, and who made it.
    Rule(
        "owner",
        r"be (?:owned|maintained|looked after|led|run|managed|handled) by (?P<v>the [\w-]+ (?:team|squad|guild|crew)|(?-i:Team) \w+|\w+'s team)",
        values.as_said,
    ),
    Rule("owner", r"be (?:owned|maintained|looked after|led) by (?P<v>.+)", values.name),
    Rule(
        "author",
        r"(?:was|were|be) (?:originally )?(?:written|built|designed|created|authored|implemented) by (?P<v>.+)",
        values.name,
    ),
    Rule(
        "uses",
        r"be (?:now |all |fully )*on (?!zoom|teams|slack|discord|meet)(?P<v>[\w.+#-]+(?: \d[\d.]*)?)",
        values.plain_tool,
        needs="now",
    ),
    Rule("proxy", r"(?:sit|be|run|live) behind (?P<v>.+)", values.known_tool),
    Rule(
        "location",
        r"(?:land|end up|live|be (?:stored|kept|dumped|written|saved|archived|uploaded|shipped|sent|pushed|backed up|published|collected|checked in)|go|ship|stream|get (?:stored|written|dumped|saved|archived|uploaded|shipped|sent|pushed|backed up|published))(?: nightly| daily| weekly)? (?:in|to|into|at|on|under) (?:an? |our |the )?(?P<v>(?!https?:)\w+://\S+|/[\w./~-]+|[\w.-]+/[\w./~-]+)",
        values.as_said,
    ),
    Rule(
        "location",
        r"(?:land|end up|live|be (?:stored|kept|dumped|written(?= to)|saved|archived|uploaded|shipped|sent|pushed|backed up|published|collected|tracked|managed|documented)|go|ship|stream|get (?:stored|written(?= to)|dumped|saved|archived|uploaded|shipped|sent|pushed|backed up|published|tracked)) (?:in|to|into|on) (?P<v>.+?)(?: under \S+)?",
        values.stored_in,
    ),
    Rule(
        "language",
        r"be (?:all|entirely|fully|pure|purely|mostly|mainly|100%) (?P<v>.+)",
        values.each(words.CODE_LANGUAGES),
    ),
    Rule(
        "language",
        r"(?:was|were|have been|has been|got) (?:re-?written|ported|rebuilt)(?: from \S+)? (?:in|to|into) (?P<v>.+?)(?: v?\d[\d.]*)?",
        values.each(words.CODE_LANGUAGES),
    ),
    Rule(
        "location",
        r"(?:be (?:stored|kept|saved|hosted|written|uploaded|archived|published)|live|go|end up|land) (?:in|to|into|on|under) an? (?:[\w-]+ ){0,3}?(?:bucket|folder|repo|repository|directory|channel|database|drive|volume|table|queue|topic|board|project|sheet) (?:called|named) (?P<v>\S+)",
        values.anything,
    ),
    Rule(
        "encryption", r"be (?:encrypted|hashed|signed)(?: at rest)? (?:with|using) (?P<v>.+)", values.definite
    ),
    Rule(
        "rotation",
        r"(?:rotate|be rotated|get rotated) every (?P<v>\d.*|quarter|month|year|week)",
        values.as_said,
    ),
    Rule("retention", r"be (?:kept|retained|stored) for (?P<v>\d.*)", values.as_said),
    Rule(
        "requires",
        r"(?:must|have to|need to|can only|should|may only) be (?:compiled|built|linked|flashed|run|assembled) (?:with|using|on|against) (?P<v>.+)",
        values.tool,
    ),
    Rule(
        "uses",
        r"be (?:now |all |mostly |entirely )*(?:re)?(?:written|implemented|done|coded) in (?P<v>.+)",
        values.known_tool,
    ),
    Rule("uses", r"(?:go out|be done|happen|be handled|ship) (?:through|via|with|by) (?P<v>.+)", values.tool),
    Rule(
        "{what}.location",
        r"(?:keep|store|put|host|have) (?:all )?(?:the|our) (?P<what>[\w ]{3,24}?) in (?:an? |the )?(?:[\w-]+ )*?(?:repo|repository|bucket|folder|directory|database|drive|channel|sheet|project) (?:called|named) (?P<v>\S+)",
        values.anything,
    ),
    Rule("location", r"(?:go|be written|be sent|write) to (?P<v>[\w.~-]*/[\w./~-]*)", values.definite),
    Rule(
        "location",
        r"be (?:on|at|in) (?P<v>(?:\d+ )?(?:(?-i:[A-Z])[\w']+ ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Square|Row|Yard|Way|Drive|Quay|Crescent|Close))",
        values.anything,
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
        r"|inside) (?P<v>[\w.~-]*/[\w./~-]*|(?!(?:january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|\w+day)\b)\d?[A-Z]\w+|`[^`]+`|#\w+|(?:the )?(?:bucket|repo|folder|channel|directory|database|table|queue) [\w-]*[-_./\d][\w./-]*|(?:the )?[\w-]+ (?:folder"
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
        "schedule",
        r"be (?P<v>every (?:other |second |single )?(?:weekday|day|morning|evening|week|fortnight|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b.*)",
        values.as_said,
    ),
    Rule(
        "requires",
        r"(?:require|need) (?:at least )?(?P<v>.+?)(?: (?:to (?:run|build|work|start|be (?:running|up|installed))|running|up and running))?",
        values.known_tool,
    ),
    Rule("uses", r"(?:have )?(?:be |got |was )?(?:been )?replaced (?:by|with) (?P<v>.+)", values.tool),
)
_VERBS = (
    r"(?:is|are|was|were|has been|have been|has|have|uses?|now|runs?|depends?|relies|rely|lives?"
    r"|listens?|requires?|needs?|targets?"
    r"|follows?|got|moved|starts?|no longer|does|do|currently|serves?|binds?|sits?|goes|go|fires?"
    r"|happens?|upgraded|expires?|rotates?"
    r"|supports?|lapses?|meets?|convenes?|renews?|runs out|leaves?|arrives?|closes?|opens?|ends?|ships?|launch(?:es)?|departs?|lasts?|drops?|falls?|resumes?|takes?|begins?|kicks? off|lands?|ends? up|gets?|must|should|stays?|stands?|hovers?|allows?|accepts?|times? out|comes?)"
)
# Things that are spoken of without "the".
_BARE = frozenset(
    """stand-up standup taxes linting formatting testing monitoring logging deployment caching authentication tests ci cd production prod staging search auth logs
    docs standup analytics payments emails notifications messaging orchestration builds releases artifacts metrics traces dashboards alerts alerting
    deploys errors deployments backups secrets migrations code demo retro kickoff infra billing payroll checkout onboarding stack designs tickets bugs invoices uploads reports keys feature-flags flags""".split()
)
# What holds once takes the place of nothing.
ONCE = (
    r"\b(?:(?:only |just )?for (?:today|tonight|once|this (?:week|once|time|sprint))|(?:only|just) (?:today|tonight|this (?:week|once|time|sprint))"
    r"|(?:today|tonight|this (?:week|time|sprint|morning|afternoon|evening|month)) only|this once)\b"
)
# What most things do is no fact of this one.
IN_GENERAL = (
    r"\b(?:by default|out of the box|typically|usually|normally|in general|most \w+|elsewhere|for example"
    r"|for (?:the|a) (?:demo|test|moment|sec(?:ond)?|minute|bit|while|day|few \w+)|on (?:the other|another) \w+|at (?:my|our) (?:previous|old|last) \w+)\b"
    rf"|{ONCE}"
)
_POINTING = frozenset(
    "a an each every most some any no many several another other typical my your his her their its that these those what which there it mine yours ours".split()
)
# People, parts of a program and talk itself are no things with attributes.
NO_THING = (
    rf"(?:.* )?(?:{_RELATION}|test|script|function|method|variable|class|parameter|argument|guy"
    r"|girl|man|woman|person|character|(?:character|hero|heroine|protagonist|villain)(?: (?:in|of) .*)?|people|kids"
    r"|children|weather|food|idea|problem|issue|question|answer|thing|point|plan|good news"
    r"|bad news|way|rest|truth|fact)"
)
_OF_LIFE = r"(?:day|week|night|year|time|movie|book|song|party|house|car|dog|cat)"


_LED = (
    r"(?:the|this|our|all|all the|all our) (?P<np>(?:(?!(?:is|are|was|has|uses?|runs?"
    rf"|lives?)\b)[\w./'-]+ ){{1,5}}?)(?P<rest>{_VERBS}\b.*)"
)


def thing(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "The server ...", "this repo ...", "our API ...", "tests ...", "the port of the server is ...", "Dana owns the module"."""
    if " end " in text:
        text = form(r"\b(front|back) end\b").sub(r"\1end", text)
    if by_then := list(owed(text, clause, speaker)):
        yield from by_then
    elif begun(r"(?:the|this|our|all) ", text) and (match := form(_LED).fullmatch(text)):
        yield from _about(match["np"].strip().lower(), match["rest"], clause)
    elif " is " in text and (
        match := form(
            r"(?:the )?(?P<attr>[\w ]{2,24}?) (?:of|for|on)(?: (?:the|our"
            r"|this) (?P<entity>[\w ./-]{2,30}?)| (?:this|it)) is (?:now )?(?P<v>.+)"
        ).fullmatch(text)
    ):
        if split(match["attr"].lower())[1]:
            yield from _attributed(
                (match["entity"] or PROJECT).lower(), match["attr"].lower(), match["v"], clause
            )
    elif (
        " our " in text
        and (
            match := form(r"(?P<v>[\w.+#-]+(?: [\w.+#-]+)?) is (?:now )?our (?P<np>[\w -]{2,30})").fullmatch(
                text
            )
        )
    ) and (found := values.known_tool(match["v"], clause.casual)):
        yield from attribute_of(match["np"].lower(), match["v"], clause) if found else ()
    elif match := form(
        r"(?P<np>[\w.-]+(?: (?!(?:is|are|runs?|uses?|has)\b)[\w.-]+){0,2}?) (?P<rest>(?:is|are|runs?|uses?"
        r"|lives?|listens?|has been|moved|got|go|goes|lands?|ends? up|sits?|starts?|begins?|kicks? off|rotates?|expires?|ships?|gets?|closes?|opens?|arrives?|ends?|lasts?|has|have|must|should|stays?|stands?|hovers?|currently|takes?|times? out|comes?|needs?|requires?)\b.*)"
    ).fullmatch(text):
        noun = match["np"].lower()
        parts = noun.split()
        whose, what = split(noun)
        known = parts[-1] in words.SYSTEMS or bool(what and not whose)
        known = known or (
            (len(parts) < 4 and parts[-1] in words.KEPT)
            or (
                len(parts) < 3 and (noun in _BARE or parts[-1] == "tests" or parts[-1] in DATED or bool(what))
            )
        )
        if parts[0] not in _POINTING and known:
            yield from _about(noun, match["rest"], clause)
    elif " our " in text and (match := form(_SERVES).fullmatch(text)):
        tool, what = values.known_tool(match["v"], clause.casual), match["np"].lower()
        yield Claim(PROJECT, what, tool[0]) if tool else Claim(what, "handled by", match["v"], confidence=0.8)
    elif match := form(_OWNS).fullmatch(text):
        yield from _owner(match["v"], match["entity"].lower(), bool(match["led"]))


# Who handles it may be a person or a product.
_SERVES = r"(?P<v>(?-i:[A-Z])[\w.-]+(?: (?-i:[A-Z])[\w.-]+)?) (?:powers|handles|serves|drives|backs|does|manages|processes|hosts|stores|delivers) (?:all )?(?:of )?our (?P<np>[\w -]{3,30})"
_OWNS = (
    r"(?P<v>(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+)?|the [\w-]+ (?:team|squad|guild|crew)|(?-i:Team) \w+|(?-i:[A-Z])\w+'s team) (?:owns|maintains|is responsible for|is in charge of"
    r"|looks after|takes care of|is the owner of|is the maintainer of|leads on) (?P<led>(?:the|our) )?(?P<entity>[\w ./-]{2,40})"
)


def _owner(who: str, entity: str, led: bool) -> Iterator[Claim]:
    """Yield who owns a thing; without an article ("Dana owns billing") only what systems and their parts are called."""
    last = entity.split()[-1]
    if (led and not form(NO_THING).fullmatch(entity)) or last in words.SYSTEMS or last in _BARE:
        yield Claim(entity, "owner", values.unled(who))


_NOT_THIS = r"other|another|official|reference|getting started|upstream|sample|typical|previous|old|legacy|third-party|competing|original|vendor"
_FOREIGN = rf"(?:.*\b)?(?:{words.one_of(words.OUTSIDERS)})(?:'s?)? .+|(?:{_NOT_THIS}) .+"
_SHOWN = rf"(?:.+ )?(?:{words.one_of(words.SHOWN)})(?:|'s? .+| (?:code|project|repo|config|file|kit|{words.one_of(words.SYSTEMS)}))"


def foreign(noun: str, said: str) -> bool:
    """Whether a thing is shown, taught with or somebody else's: what it runs on is no fact of the project."""
    if form(_FOREIGN).fullmatch(noun):
        # "The users table" is ours, and so is a client that is a program.
        return not form(
            r".* table|(?:.* )?(?:mobile|web|desktop|native|api|rest|http|ios|android|mail) clients?"
        ).fullmatch(noun)
    if noun == "style guide" or not form(_SHOWN).fullmatch(noun):
        return False
    # Where the documents of a project are kept and with what they are built is told of the project's own.
    own = noun.split()[-1] in ("docs", "documentation", "readme", "guide", "template", "fixtures", "spec")
    return not (
        own
        and form(r"(?:live|be (?:due|built|hosted|kept|stored|located|generated|in \w*/|at )).*").match(said)
    )


_NAMED_SO = frozenset(
    "branch repo repository bucket cluster namespace channel topic host machine instance project package image volume network".split()
)
# "The novel I'm reading": what one is at is no system, and its name no name.
_READ_OR_CHASED = r" (?:(?:i|we|you) (?:am|are)|who) |^\S+ (?:states?|says?|claims?|mentions?) that "
# "This library" is ours; "the library" may be any that was spoken of.
_ANYBODYS = frozenset(
    "library package tool product plugin sdk framework image implementation page module extension driver client".split()
)


def _spoken_of(noun: str, said: str, clause: Clause) -> str:
    """Return the noun of a thing without what only tells where or how it is, or "" for what is no thing of the speaker's."""
    noun = form(r" (?:also|only|still|just|always|usually|normally|never|often)$").sub("", noun)
    if form(r"(?:be|get) .* after ").match(said):
        noun = form(r"^(?:old|stale|expired|unused) ").sub("", noun)
    if " our " in noun or " this " in noun:
        noun = form(_OF_OURS).sub("", noun)
    if foreign(noun, said) or holds(IN_GENERAL, clause.whole) or form(_READ_OR_CHASED).search(noun):
        return ""
    if noun.split()[-1] in ("one", "ones"):
        return ""  # of several things: which, the words before it tell
    head = noun.partition(" of ")[0].split()[-1]  # "the firmware of our controller" is no person
    if head in words.TRADES and head not in words.SYSTEMS and not split(noun)[1]:
        return ""  # somebody, and not something
    if noun in _ANYBODYS and form(rf"the {noun}\b").match(clause.text):
        return ""
    parts = noun.split()
    led = len(parts) > 1 and parts[-2] in words.ATTRIBUTE_MODIFIERS
    return "" if not led and form(NO_THING).fullmatch(noun) else noun


_OF_OURS = r" (?:in|of) (?:our|this) (?:repo|repository|project|codebase|team|company)$"
_CALLED = r"be (?:called|named) (?P<v>(?!(?:often|back|again|once|twice|first|later|directly|remotely|via|from|by)$)[\w-]+)"


def _called(noun: str, said: str, clause: Clause) -> Iterator[Claim]:
    """ "The staging server is called heron": one word will do for a name where the thing has one."""
    last = noun.split()[-1]
    if (last in words.SYSTEMS or last in _NAMED_SO) and (named := form(_CALLED).fullmatch(said)):
        for value in values.one_word(named["v"], clause.casual):
            yield Claim(PROJECT if noun in PROJECT_NOUNS else noun, "name", value)


def _about(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield claims about a thing: when it is due, an attribute its name ends in ("the staging URL is ..."), or by its verb."""
    said = predicate(rest)
    if not (noun := _spoken_of(noun, said, clause)):
        return
    entity = PROJECT if noun in PROJECT_NOUNS else noun
    is_ = form(r"be (?:now |actually |currently )?(?P<v>.+)").fullmatch(said)
    found = list(_when_due(noun, is_["v"], clause)) if is_ else []
    if not found and (noun in words.ATTRIBUTE_NOUNS or form(r".*\bport \d").match(said)):
        found = list(fit(THING, said, clause, entity))  # "the frontend is built with React"
    if not found and (level := form(LEVEL).fullmatch(said)) and split(noun)[1]:
        owner, attribute = split(noun)
        found = [Claim(owner or PROJECT, attribute, values.bare(level["v"]), confidence=0.85)]
    if not found and is_:
        owner, attribute = split(noun)
        if owner in words.TECH and attribute == "version":
            owner, attribute = PROJECT, f"{owner} version"
        told = attribute and (owner or attribute not in _OF_ANYTHING)
        found = list(_attributed(owner or PROJECT, attribute, is_["v"], clause)) if told else []
    found = found or list(_called(noun, said, clause))
    if not found and form(r"(?:be (?:kept|retained|stored)|stay(?: around)?|live)").fullmatch(said):
        lasting = next(
            (
                time
                for time in clause.times
                if form(r"for .*\d|for \w+ (?:day|week|month|year)s?$").match(time)
            ),
            "",
        )
        found = [Claim(entity, "retention", lasting.removeprefix("for "))] if lasting else []
    if not found and not form(_OF_LIFE).fullmatch(noun):
        read = fit(THING, said, clause, entity)
        found = [one for one in read if one.rule not in COUNTS or noun.split()[-1] in COUNTING]
    if (
        not found
        and not split(noun)[1]
        and (
            form(r"(?:the|this) ").match(clause.text)
            or (noun in _BARE and not form(r"(?:our|my) ").match(clause.text))
        )
    ):
        found = list(fit(_PLAINLY, said, clause, entity))
    yield from found or scheduled(noun, said, clause)


# "The mailer is python": of a thing with no attribute in its name, and only a name that is no word for anything else.
_PLAINLY = (
    Rule(
        "uses",
        r"be (?:now |all |just |plain |still |mostly |on (?!zoom|teams|slack|discord|meet))*(?P<v>.+)",
        values.plain_tool,
    ),
)


def _when_due(noun: str, said: str, clause: Clause) -> Iterator[Claim]:
    """ "The report is due on Friday", "the deadline for the grant is 1 June"."""
    if owed := form(r"due(?: back)?(?: (?:on|by|at))?(?: (?P<v>.+))?").fullmatch(said):
        yield from due(noun, owed["v"], clause)
    elif deadline := form(
        r"(?:submission |application )?deadline(?: (?:for|of) (?:the |our |my )?(?P<of>.+))?"
    ).fullmatch(noun):
        yield from due(deadline["of"] or PROJECT, said, clause)


def split(noun: str) -> tuple[str, str]:
    """Return entity and attribute of "staging url", "max upload size" (no entity) or "api rate limit"; without one, "" for it."""
    parts = noun.replace("'s ", " ").split()
    for size in (2, 1):
        if len(parts) >= size and " ".join(parts[-size:]) in words.ATTRIBUTE_NOUNS:
            start = len(parts) - size
            while start > 0 and parts[start - 1] in words.ATTRIBUTE_MODIFIERS:
                start -= 1
            return " ".join(parts[:start]), " ".join(parts[start:])
    return noun, ""


def attribute_of(noun: str, rest: str, clause: Clause) -> Iterator[Claim]:
    """Yield the claim of "our NOUN is REST": an attribute of the project, or a thing of its own."""
    found = list(_about(noun, f"is {rest}", clause))
    if not found and not split(noun)[1]:
        kind = noun.split()[-1] in ("guide", "stack", "tracker", "framework")
        reader = values.definite if kind else values.known_tool
        found = [Claim(PROJECT, noun, value) for value in reader(rest, clause.casual)[:1]]
    yield from found


# Without a word for the thing itself these say too little: "the price is $20" may be anything's.
_OF_ANYTHING = frozenset(
    """price cost name id day time date length width color font size count location theme address email phone contact user tag type tier plan
    value sum""".split()
)
_SET_TO = r"^(?:now |currently |set to |configured (?:to|as) |called |named |at |on |in |port )+"
# Attributes whose value may be any one word; of others it must hold a digit, a capital or the like.
_WORDED = frozenset(
    """branch, default branch, main branch, region, database, db, framework, language, formatter, linter, runner, owner, theme, package manager, orm,
    host, name, codename, provider, cluster, namespace, test runner, test framework, environment""".replace(
        "\n    ", " "
    ).split(", ")
)


def _attributed(entity: str, attribute: str, raw: str, clause: Clause) -> Iterator[Claim]:
    """Yield the value of a thing's attribute."""
    raw = re.sub(r"^(?:the |an? )(?=[A-Z\d])", "", re.sub(_SET_TO, "", raw, flags=re.I))
    found = values.number(raw, clause.casual)
    if not found and attribute.split()[-1] == "port":
        return  # "blocked by 443"
    found = found or values.definite(raw, clause.casual)
    found = found or (values.one_word(raw, clause.casual) if attribute in _WORDED else ())
    owner = PROJECT if entity in PROJECT_NOUNS else entity
    yield from (Claim(owner, attribute, value, confidence=0.85) for value in found[:1])
