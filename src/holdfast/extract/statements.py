"""Statements that no row knows: "Quillback renders through Vulkan", "my lease runs out on June 30", "the lab has three freezers".

A clause is parted by its closed classes alone: what stands before the verb is a thing, the verb is known by its place and ending, and
what follows is cut at prepositions into phrases. What is worth keeping is told from small talk by what the phrases hold: a name, an
identifier, an amount or a time can be looked up later, "a nightmare again" can not. The slot is the thing's and is named after the
sense of what was found (a tool, a place, a time, a number), or after the noun that "is" defines. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import values, words
from .clauses import Clause
from .dates import PHRASE
from .instructions import WORK
from .predicates import ADVERBS, PROJECT, PROJECT_NOUNS, Claim
from .spelling import form
from .things import ANYBODYS, IN_GENERAL, NO_THING, date_or_time, foreign, split

_DETERMINERS = frozenset("the this these our my all both".split())
_PREPOSITIONS = frozenset(
    "in on at to from with by through via under into onto over off against behind inside after before until for of as per without near since between about around".split()
)
_COPULAS = frozenset("is are be".split())
# Before these a clause is another one, or none that asserts how things are.
_ENDS_A_SUBJECT = frozenset(
    """i you he she it they we me him her us them who which that what where when why how if because so but and or not never no nobody nothing
    can could will would shall should may might must do does did was were had am let been being there here everyone everybody someone
    something anything everything to than then ago too here once""".split()
)
_HAVE = frozenset({"has", "have"})
# Verbs of what passes: they tell what happens to a thing now, and not how it is.
_PASSING = frozenset(
    """fail break crash hang return throw show say look seem feel sound get arrive die stop think want wait appear keep happen take complain
    freeze give make mean tell ask claim read help try hit need know argue suggest insist let love hate like turn leave come-back drop mention
    report lag spike leak loop error raise block bother matter depend cause miss lack hurt smell taste remain stay grow suck rock win lose cost
    promise announce play sing eat bite sleep dream believe reckon swear plan intend hope always""".split()
)
# And nouns: what is spoken of for the moment.
_MOMENTS = frozenset(
    """error bug crash output line page message commit pr patch fix attempt step question answer issue problem idea point result log
    trace build run change diff test tests function method class variable screenshot weather news sun rain man woman guy girl boy lady kid kids
    people person customer user users students patient applicant candidate witness tourist stranger fella bloke lad chap folks one ones rest way thing things part bit day night morning
    evening week weekend year time day's face mind head heart brain life joke story film movie book novel show song episode poem chapter
    character protagonist author article essay tweet post headline review reviewer label sign sticker leaflet world country government
    code component function array list row rows column columns table tables query response image value element loop object string sum mean total
    game intro average input file sentence word letter paragraph section argument parameter""".split()
)
# A state that follows "is" and passes, or a verdict.
_PASSING_STATE = (
    r"(?:\w+ing\b(?! of)|(?:fixed|merged|closed|done|stuck|blocked|delayed|finished|updated|pushed|deployed|broken|gone|dead|late|early|ready|open|down|up|back"
    r"|over|out|off|away|free|busy|full|empty|wrong|right|fine|ok|okay|good|great|bad|worse|better|best|worst|nice|cool|so|too|very|such|just|like|about|all|really|quite"
    r"|pretty|basically|a (?:bit|mess|joke|nightmare|pain|shame|pity|disaster|dream|good|great|nice|bad|total|real|big|huge|lot|circus|delight|treat)"
    r"|still|again|only|why|what|how|where|when|who|because|not|never|always|clearly|obviously|based on the|supposed|meant|going|happy|glad|sorry|afraid|sure|able|red|green"
    r"|the (?:best|worst|only|same|problem|issue|one|first|last|reason|point|way|thing)|at (?:it|me|work|home|the)|in (?:a|an|the (?:way|middle|air))|on (?:it|me|a|an|the (?:way|phone)))\b)"
)
_COMMON = frozenset(
    """i i'm ok pm am tv cv ai god lol wow usa uk eu us pr prs christmas easter english french german spanish italian dutch japanese chinese russian
    british american european african asian irish scottish welsh mr mrs ms dr jesus sunday monday tuesday wednesday thursday friday
    saturday january february march april may june july august september october november december fyi faq diy asap todo""".split()
)
_IDENTIFIER = re.compile(
    r"[\w%~$.-]*(?:[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|[\w%~][/_@#\\.:-]+[\w%]*[\d/_@#\\]|[_/#@\\]\w|\w[_/@#\\]\w|[a-z\d]\.[a-z\d]|[a-z\d]_$|[a-z\d]+-(?!(?:of|the|to|and|in|a|by)-)[a-z\d]+-[a-z\d]|[A-Z]{2,}|[A-Z]+-$)[\w%/.#@:\\+-]*"
)
_NUMBER = re.compile(
    r"v?\d[\d.,:]*(?:%|[a-z]{1,4})?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen"
)
_CUT = re.compile(
    r"(?:,| -| \(|;|:(?= )|\b(?:because|since|so that|so|but|which|who|where|when|whenever|while|whereas|if|unless|although|though|except|unlike|instead"
    r"|than|apart|nobody|until|as soon|that|using)\b"
    r"| and (?=(?:[\w'-]+ ){0,5}?(?:i|you|he|she|it|they|we|is|are|has|have|was|were|can|will|does|do|keeps?|goes|sits?|runs?|uses?|gets?|lives?)\b)).*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A clause as subject, verb (its lemma; "be" for a copula) and the words behind."""

    det: str
    noun: str
    verb: str
    rest: str


def stated(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield what a clause states of a thing, a project or something of the speaker's, where it can be looked up later."""
    text = re.sub(
        _THE_ONE_I_USE,
        r"my \1 is ",
        re.sub(r"^\w+ly,? (?=(?:the|our|my|this|we|all)\b)", "", text, flags=re.I),
        flags=re.I,
    )
    if not _may_state(text, clause) or form(IN_GENERAL).search(clause.whole):
        return
    if (moved := form(_MOVED_TO).fullmatch(text)) and (tool := values.known_tool(moved["v"], clause.casual)):
        yield Claim(moved["np"].lower(), "uses", tool[0], confidence=0.75)
        return
    if called := form(_CALLED).fullmatch(text):
        yield from _named(
            (called["np"] or called["np2"]).lower(), called["v"] or called["v2"], clause, speaker
        )
        return
    parsed = _parsed(text, 2 if clause.times else 3)
    if parsed is None or not _of_something(parsed):
        return
    owner = _owner(parsed, speaker)
    rest = re.sub(rf"^(?:{ADVERBS} )+", "", _CUT.sub("", parsed.rest).strip(), flags=re.I)
    if parsed.verb == "be" and form(_PASSING_STATE).match(rest):
        return
    named = all(one[:1].isupper() for one in text.split()[: len(parsed.noun.split())]) and not parsed.det
    if (
        named
        and not parsed.noun.endswith("s")
        and not form(_TIMES).fullmatch(rest)
        and _somebody(parsed, rest)
    ):
        return
    if parsed.det != "my" and not values.points(rest) and form(_IN_ORDER).search(clause.whole):
        yield Claim(PROJECT, "procedure", values.bare(clause.whole), "procedure", 0.75)
        return
    found = list(_when(parsed, rest, clause, owner, speaker)) if form(_TIMES).fullmatch(rest) else []
    found = found or list(_found(parsed, rest, clause, owner, speaker))
    yield from found or _when(parsed, rest, clause, owner, speaker)


def _may_state(text: str, clause: Clause) -> bool:
    """Whether a clause holds anything that could be looked up later: a cheap answer for most small talk."""
    return bool(
        clause.times
        or _HOLDS.search(text, 1)
        or not _TELLING.isdisjoint(text.lower().split())
        or not _BUILDINGS.isdisjoint(text.lower().split())
        or not words.TECH.isdisjoint(text.lower().split())
    )


_HOLDS = re.compile(r"[A-Z\d_/@#%]|\w-\w+-\w")
_TELLING = frozenset(
    "called named each every first named nicknamed known two three four five six seven eight nine ten twenty thirty forty fifty sixty hundred dozen".split()
)
_MOVED_TO = r"we (?:have )?(?:just |recently |now )*(?:moved|migrated|switched|ported) (?:the |our |all )*(?P<np>(?!to\b|it\b|them\b|that\b|over\b|everything\b|from\b)[\w -]{2,30}?) (?:over |across )?(?:to|onto) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)"
_THE_ONE_I_USE = r"^the ([\w-]+(?: [\w-]+)?) (?:that )?(?:i|we) (?:wear|use|drive|ride|play|own|have|write with|type on|shoot with|cook on|run|fly|keep) is "
# A thing, or somebody by what they are to the speaker, goes by a name.
_CALLED = (
    r"(?:the|this|our|my) (?P<np>[^,]{2,60}?) (?:is|are) (?:now |also )?(?:called|named|nicknamed|known as|codenamed) (?P<v>.+)"
    r"|(?:we|i) (?:have )?(?:called|named|nicknamed|christened|codenamed) (?:the|our|my) (?P<np2>[^,]{2,40}?) (?P<v2>(?-i:[A-Z])\S*)"
)


def _named(noun: str, name: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield a thing's name."""
    head = noun.split(" i ")[0].split(" we ")[0]
    stranger = not _MOMENTS.isdisjoint(head.split()) and head == noun
    for value in () if stranger else values.name(name, clause.casual):
        yield Claim(
            speaker + "'s " + noun if clause.text[:3].lower() == "my " else noun,
            "name",
            value,
            confidence=0.75,
        )


def _parsed(text: str, least: int = 3) -> _Parsed | None:
    """Return the parts of a clause that begins with its subject; None where no verb can be told."""
    parts = text.split()
    low = [one.lower().strip(",") for one in parts]
    if len(parts) < least:
        return None
    if low[:2] == ["we", "are"] and low[2] in ("on", "using"):
        return _Parsed("we", PROJECT, "use", " ".join(parts[3:]))
    if low[0] == "we":
        at = next((n for n in range(1, min(4, len(parts))) if not form(ADVERBS).fullmatch(low[n])), 0)
        if (
            not at
            or low[at] in ("live", "stay", "come")
            or low[at] in (_ENDS_A_SUBJECT - {"do"}) | _COPULAS | _HAVE
            or low[at].endswith("ed")
        ):
            return None
        return _Parsed("we", PROJECT, low[at], " ".join(parts[at + 1 :]))
    det = low[0] if low[0] in _DETERMINERS else ""
    first = 1 if det else 0
    if not det and (low[0] in _ENDS_A_SUBJECT | _PREPOSITIONS or not low[0][:1].isalpha()):
        return None
    at = place = _verb(parts, low, first)
    if not at:
        return None
    while at > first + 1 and (low[at - 1] in ("here", "there") or form(ADVERBS).fullmatch(low[at - 1])):
        at -= 1
    noun, at = " ".join(low[first:at]), place
    if not det and form(WORK).fullmatch(noun) and low[at] not in _COPULAS:
        return None  # an order
    verb, after = low[at], at + 1
    while after < len(parts) and form(ADVERBS).fullmatch(low[after]):
        after += 1
    return _Parsed(det, noun, "be" if verb in _COPULAS | {"get", "gets"} else verb, " ".join(parts[after:]))


def _verb(parts: Sequence[str], low: Sequence[str], first: int) -> int:
    """Return the place of the verb, 0 where none can be told: a copula or "has", else what ends like a verb before a phrase."""
    found = 0
    for n in range(first, min(len(parts), first + 8)):
        word = low[n]
        if n > first and (
            word in _COPULAS | _HAVE
            or (word in ("get", "gets") and low[n + 1 : n + 2] and low[n + 1].endswith("ed"))
        ):
            return n
        if word in _ENDS_A_SUBJECT or parts[n].endswith((",", ";")) or word in _HAVE:
            break
        if not found and n > first and _verbal(parts, low, n):
            found = n
    return found


def _verbal(parts: Sequence[str], low: Sequence[str], n: int) -> bool:
    """Whether a word may be the verb: "renders" before a phrase, or "start" after a plural."""
    word = low[n]
    if n + 1 == len(parts):
        return word.endswith("s") and not low[n - 1].endswith("s")
    after = parts[n + 1]
    led = (
        low[n + 1] in _PREPOSITIONS - {"of"}
        or low[n + 1] in ("a", "an", "the", "our", "its", "out", "up", "down")
        or after[:1].isupper()
        or bool(_IDENTIFIER.match(after))
        or bool(_NUMBER.fullmatch(low[n + 1]))
    )
    if not led or word in _PREPOSITIONS or not word.isalpha() or parts[n][0].isupper():
        return False
    if low[n - 1] in _PREPOSITIONS | _DETERMINERS:
        return False
    if word.endswith("s"):
        return (
            len(word) > 3 and not word.endswith(("ss", "us", "is", "ings")) and not low[n - 1].endswith("s")
        )
    return low[n - 1].endswith("s") and not word.endswith(("ed", "ing", "er", "ly")) and len(word) > 1


def _lemma(verb: str) -> str:
    return verb[:-2] if verb in ("goes", "does") else verb.removesuffix("s") if len(verb) > 3 else verb


def _of_something(parsed: _Parsed) -> bool:
    """Whether the subject is a thing that lasts, and the verb tells how it is."""
    if _lemma(parsed.verb) in _PASSING and (parsed.det, parsed.verb) not in (("we", "keep"), ("we", "raise")):
        return False
    parts = parsed.noun.split()
    if parsed.det == "we":
        return True
    if not re.fullmatch(r"[\w' ./&-]+", parsed.noun) or (
        parsed.verb == "be" and parsed.rest.startswith("to ")
    ):
        return False
    if (
        not parsed.det
        and (parsed.verb == "be" or parsed.verb.endswith("s"))
        and (parsed.noun in words.TECH or parsed.noun.partition("'s")[0] in words.TECH)
    ):
        return False  # what a product does, it does everywhere
    if parsed.det == "the" and (
        parsed.noun in ANYBODYS
        or (
            parsed.verb in ("lives", "comes")
            and parts[-1] not in words.SYSTEMS
            and not _IDENTIFIER.search(parsed.rest)
        )
    ):
        return False
    head = re.split(rf" (?:{'|'.join(_PREPOSITIONS)}) ", parsed.noun)[0].split()
    if not head or len(parts) > 7 or head[0] in words.POINTERS | {"a", "an", "every", "each"}:
        return False
    if head[-1].isdigit():
        head = head[:-1] or head
    if not _MOMENTS.isdisjoint((head[-1], head[-1].removesuffix("'s"))) and not split(parsed.noun)[1]:
        return False
    if head[-1] in words.TRADES - words.SYSTEMS or head[-1] in words.RELATIONS:
        return False
    return not foreign(parsed.noun, parsed.rest) and not (
        parsed.det not in ("my", "our") and form(NO_THING).fullmatch(" ".join(head))
    )


# What is done in an order or each time is a way of working.
_IN_ORDER = r"\b(?:(?:after|before|for|on|with) (?:every|each|any)|every time|each time|whenever|first, then|and then)\b"


def _somebody(parsed: _Parsed, rest: str) -> bool:
    """Whether a name may be a person's: what is said of it holds no word of technology, or is what people do."""
    technical = any(
        one.lower().strip(".,") in words.TECH - words.ALSO_WORDS or _IDENTIFIER.fullmatch(one)
        for one in rest.split()
    )
    return not technical and (parsed.verb == "be" or bool(form(_OF_PEOPLE).fullmatch(parsed.verb)))


_OF_PEOPLE = r"(?:works?|lives?|goes|moves?|comes?|likes?|loves?|drives?|studies|teaches|speaks|stays|owns?|has|have|writes|travels|flies|leaves|grew|uses|wears|wants|prefers|visits|meets|runs|supports)"


def _owner(parsed: _Parsed, speaker: str) -> str:
    if parsed.det == "my":
        return f"{speaker}'s {parsed.noun}"
    return PROJECT if parsed.noun in PROJECT_NOUNS else parsed.noun


def _definite(token: str, first: bool, casual: bool) -> bool:
    """Whether a word is a name or an identifier; `first` where a capital says nothing."""
    bare = token.strip("\"'()[],.!?")
    low = bare.lower()
    if not bare or low in _COMMON or low.removesuffix("s") in _COMMON:
        return False
    if low in words.TECH - words.ALSO_WORDS or _IDENTIFIER.fullmatch(bare.rstrip(".")):
        return True
    return (
        not casual and not first and bare[:1].isupper() and (low in words.TECH or low not in words.NOT_NAMES)
    )


def _phrases(rest: str) -> list[tuple[str, list[str]]]:
    """Cut words at prepositions: ("", "code review"), ("in", "Gerrit")."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for token in rest.split():
        if token.lower() in _PREPOSITIONS and not (token.lower() == "of" and found[-1][1]):
            found.append((token.lower(), []))
        else:
            found[-1][1].append(token)
    return [(lead, tokens) for lead, tokens in found if tokens or lead]


def _found(parsed: _Parsed, rest: str, clause: Clause, owner: str, speaker: str) -> Iterator[Claim]:
    """Yield the first phrase that holds a name, an identifier or an amount, in the slot that its sense gives."""
    phrases = _phrases(form(r" (?:every|each) .*").sub("", rest))
    if (
        parsed.verb == "be"
        and len(phrases) > 1
        and phrases[0][1]
        and not form(r"(?:[\w-]+ ){0,2}(?:\w+ed|\w+en|built|kept|held|set|run|sent|made|fed)\b").match(rest)
    ):
        phrases = phrases[:1]
    for n, (lead, tokens) in enumerate(phrases):
        value = values.unled(values.bare(" ".join(tokens)))
        named = any(_definite(one, False, clause.casual) for one in tokens) or bool(
            form(r"(?:version|level|release|v) \d+(?:\.\d+)*").fullmatch(value)
        )
        counted = bool(tokens) and bool(_NUMBER.fullmatch(tokens[0].lower()))
        if lead in ("for", "about", "without", "before", "after", "until", "since"):
            continue
        if (
            counted
            and not named
            and (
                (lead and parsed.verb == "be")
                or not (parsed.det in ("my", "our", "we") or parsed.verb in _HAVE)
            )
        ):
            continue
        if tokens and tokens[-1].lower() in _MOMENTS:
            continue
        housed = (
            not named
            and lead in ("in", "on", "at")
            and parsed.verb == "be"
            and parsed.noun.split()[-1] in _BUILDINGS
            and tokens[0].lower() == "the"
        )
        named = named or housed
        if not value or not (named or counted) or len(value.split()) > 6 or values.points(value):
            continue
        if named or (counted and (len(tokens) > 1 or parsed.verb == "be")):
            object_ = " ".join(phrases[0][1]) if n else ""
            if claim := _claim(parsed, lead, value, object_, owner, speaker):
                yield claim
            if port := form(r".*\bon port (?P<v>\d{2,5})").match(rest if "port" not in value else ""):
                yield Claim(owner, "port", int(port["v"]), confidence=0.7)
            return


def _claim(parsed: _Parsed, lead: str, value: str, object_: str, owner: str, speaker: str) -> Claim | None:
    if parsed.verb == "be" and not lead and not object_:
        whose, attribute = split(parsed.noun)
        if attribute:
            mine = (
                f"{speaker}'s {whose}"
                if parsed.det == "my" and whose
                else speaker
                if parsed.det == "my"
                else whose or PROJECT
            )
            return Claim(mine, attribute, value, confidence=0.7)
        return Claim(speaker if parsed.det == "my" else PROJECT, parsed.noun, value, confidence=0.7)
    if parsed.det == "we" and parsed.verb in ("keep", "run", "breed", "grow", "raise", "own", "farm"):
        return Claim(speaker, "owns", value, confidence=0.7)
    if parsed.verb in _HAVE:
        return Claim(owner, "owns", value, confidence=0.7)
    if parsed.det == "the" and parsed.verb == "be" and lead and not _stays(parsed, value):
        return None
    tool = value.split()[0].lower().strip(".,") in words.TECH
    if lead == "on" and _lemma(parsed.verb) == "run" and not object_:
        return Claim(owner, "runs on", value, confidence=0.7)
    if lead in ("in", "on", "at", "under", "into", "to", "inside", "behind", "near") and not (
        object_ or tool
    ):
        return Claim(owner, "location", value, confidence=0.7)
    return Claim(owner, "uses", value, confidence=0.7)


def _stays(parsed: _Parsed, value: str) -> bool:
    """Whether where a thing is told to be is where it stays: "the warehouse is in Tilbury", and not "the parcel is in Leipzig"."""
    head = parsed.noun.split()[-1]
    return (
        bool(_IDENTIFIER.search(value))
        or parsed.rest.lower().startswith(("in the ", "on the ", "at the "))
        or head in words.WORKPLACES | words.SYSTEMS | words.EVENTS | _BUILDINGS
    )


_BUILDINGS = frozenset(
    "office offices warehouse studio workshop site headquarters branch venue shop store building house flat plant farm garden depot archive stall garage kitchen".split()
)


def _when(parsed: _Parsed, rest: str, clause: Clause, owner: str, speaker: str) -> Iterator[Claim]:
    """Yield when something of the speaker's or the project's is: "my lease runs out on June 30"."""
    inside = form(_TIME_INSIDE).fullmatch(rest)
    time = inside["t"] if inside else clause.times[-1] if clause.times else ""
    if (
        not time
        or len(rest.split()) > 7
        or form(r".*\b(?:now|today|tonight|yesterday|last|ago)\b").match(time)
    ):
        return
    told = re.sub(r"^(?:(?:on|at|by|for|in) )+", "", time, flags=re.I)
    if parsed.det == "we":
        if form(_AHEAD).search(time):
            yield Claim(speaker, "plan", f"{parsed.verb} {rest}".strip(), confidence=0.7)
        elif form(_REGULAR).search(time):
            yield Claim(PROJECT, parsed.verb, told, confidence=0.7)
    elif owed := form(r"deadline (?:for|of) (?:the |our |my )?(?P<of>.+)").fullmatch(parsed.noun):
        yield Claim(owed["of"], "deadline", told, confidence=0.7)
    elif form(_AHEAD).search(time):
        yield Claim(owner, "deadline" if rest.startswith("due") else date_or_time(told), told, confidence=0.7)
    elif form(_REGULAR).search(time):
        yield Claim(owner, "schedule", told, confidence=0.7)
    elif amount := form(_LASTING).fullmatch(time):
        done = (
            form(r"(?P<verb>\w+(?:ed|pt|ept|un|eld))\b").match(rest)
            if parsed.verb == "be"
            else form(r"(?P<verb>\w+)").match(_lemma(parsed.verb))
        )
        if done:
            yield Claim(owner, done["verb"].lower(), amount["v"], confidence=0.7)


_AHEAD = r"\b(?:next|tomorrow|january|february|march|april|may|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th)|20\d\d|easter|christmas|in (?:the )?(?:spring|summer|autumn|fall|winter)|(?:on|by) (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
_TIMES = rf"(?:(?:on|at|for|in) )?{PHRASE}(?:,? {PHRASE})*"
_COUNTED = (
    r"(?:\d+|an?|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety)"
)
_LASTING = (
    rf"(?:for|after|within|every) (?P<v>{_COUNTED} (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?))"
)
_TIME_INSIDE = rf"(?:.*? )??(?P<t>{_TIMES}|(?:for|after|within|every) {_COUNTED} (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?))"
_REGULAR = r"\b(?:every|each|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b"
