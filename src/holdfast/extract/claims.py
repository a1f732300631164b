"""What a clause claims: whose claim it is, what begins to hold, and what holds no longer.

A clause is about the speaker ("I", "we"), about somebody related to the speaker ("my sister"), about somebody named, or about
a thing ("the server", "this repo", "our API"). Negation is taken off first: "I don't work at Acme anymore" is the end of "I
work at Acme". Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import changes, duties, people, things, values, words
from .belongings import belonging
from .clauses import Clause, shortened
from .leisure import leisure
from .predicates import ADVERBS, Claim
from .rewordings import reworded
from .roles import employed
from .spelling import begun, form, holds, tokens

_RELATION = words.one_of(words.RELATIONS)
_OLD = (
    r"(?:(?<!\bam)(?<!\bis)(?<!\bare)(?<!\bdo)(?<!\bdoes)(?<!\bdid)(?<!\bhave)(?<!\bhas)(?<!\bwas)(?<!\bcan)(?<!\bwill) not(?= (?-i:[A-Z\d]))"
    r"|, (?:and )?not(?: (?:on|in|into|at|to|with|from|by))?|,? (?:instead of|rather than|in place of)|, and no longer"
    r"|, no longer) (?:on |in |at |by |port |the |an? |version )*"
    r"(?P<old>[\w'.+#:/@-]+(?: [\w.+#-]+){0,3})$"
)
_ENDED = r"\bno longer\b|\bnot\b(?=.*\banymore$)|\bnever\b(?=.*\banymore$)|\banymore$"
_ADULT_WORDS = r"(?:(?:older|younger|big|little|best|twin) )"
_STOPS = frozenset({"stopped", "quit", "given", "gave"})
_WHO_STOPPED = (
    rf"(?P<who>(?:i|we) (?:{ADVERBS} )*)(?:(?:have )?(?:stopped|quit|given up|gave up)) (?P<verb>working|using|living|studying"
    r"|taking|playing|learning|training|dating|seeing|running|collecting)\b"
)
# "I no longer eat meat" ends nothing that is kept; it tells what is avoided. What one cannot stand any more is disliked now.
_GAVE_UP = (
    r"(?P<who>i|we) (?:no longer (?P<verb>eat|drink) (?P<rest>.+)|do not (?P<verb2>eat|drink) (?P<rest2>.+) anymore)",
    r"(?P<who>i|we) (?:have )?gone off (?P<disliked>.+)",
    r"(?P<who>i|we) (?P<verb3>can not (?:stand|bear)) (?P<rest3>.+) anymore",
    r"(?P<who>i|we) (?P<been>stopped being) (?P<rest4>.+)",
    r"(?P<who>i|we) (?:am|are) (?:no longer (?:at|with)|not (?:at|with)(?=.* anymore$)) (?P<left>.+?)(?: anymore)?",
    r"(?P<who>i|we) (?:am|are) (?:no longer in|not in(?=.* anymore$)) (?P<moved>.+?)(?: anymore)?",
)


# "We have two cars, a Fiat and a Volvo": each is told.
_COUNTED = rf"(?P<who>(?:i|we) (?:have|own|drive|ride|play)) (?:two|three|four|five|\d) (?:[\w-]+ )?(?:{words.one_of(words.THINGS)})s[,:] (?P<each>an? .+)"
_CALLED = r"(?-i:[A-Z])[\w'.-]+(?: (?-i:[A-Z])[\w'-]+)?"
# "Carl isn't my boss anymore, Dana is".
_SWAPPED = rf"(?P<old>{_CALLED}) (?:is|are) (?:not|no longer) (?P<what>(?:my|our|the) [\w' -]+?)(?: anymore)?,? (?:but )?(?P<v>{_CALLED}) is(?: now)?"

# "The port isn't 3000 anymore but 3100", "we don't use Jenkins but GitHub Actions": one is put in the place of another.
_AT = r"(?:(?:on|at|in|for|due|called|named|from|port|an?|the|as) )*"
_NOT_BUT = (
    r"(?P<s>[^,]+?) (?P<be>is|are|am|(?:do|does)(?= (?:not|no longer) (?P<verb>use|live|work|drink|eat|drive|take|study|speak|play|deploy|run|host|store|like|ride|sit|listen)\b)) (?:not|no longer)(?(verb) (?P=verb)) "
    rf"(?P<at>{_AT})(?P<old>[\w'.+#:/@-]+(?: [\w.+#:-]+){{0,3}}?)(?: anymore)?,? but (?:rather |now |instead )?"
    rf"(?!(?:like|love|try|want|need|have|can|will|do|would|should|could|still|also|almost|only|just|trying|it|he|she|they|not|close|who|what|when|if)\b)(?P<at2>{_AT})(?P<new>[\w'.+#:/@-]+(?: [\w'.+#:-]+){{0,4}})"
)

_DENIED_FIRST = r"not (?:on |at |in )?(?P<old>[\w:.']+(?: [\w.:']+)?), (?P<s>(?:the|our|i|we) .+)"


def _put_first(text: str) -> str:
    """Return "X is not OLD but NEW", and "not OLD, X is NEW", as "X is NEW, not OLD"."""
    if text[:4].lower() == "not " and (denied := form(_DENIED_FIRST).fullmatch(text)):
        return f"{denied['s']}, not {denied['old']}"
    if " but " not in text or not (match := form(_NOT_BUT).fullmatch(text)):
        return text
    verb = f"{match['verb']}{'s' if match['be'].lower() == 'does' else ''}" if match["verb"] else match["be"]
    return f"{match['s']} {verb} {match['at2'] or match['at']}{match['new']}, not {match['old']}"


def _turned(text: str) -> str:
    """Return "I no longer eat X" as "I stopped eating X", "I've gone off X" as "I dislike X": what begins, where something ended."""
    gives_up = begun(
        r"(?:i|we) (?:no longer|do not|can not|have gone|gone|stopped|am no|are no|am not|are not) ", text
    )
    for pattern in _GAVE_UP if gives_up else ():
        if match := form(pattern).fullmatch(text):
            told = {name: words for name, words in match.groupdict().items() if words}
            if "left" in told:
                return f"{told['who']} left {told['left']}"
            if "moved" in told:
                return f"{told['who']} no longer live in {told['moved']}"
            who, rest = (
                told["who"],
                next(words for name, words in told.items() if name.startswith(("rest", "dis"))),
            )
            if "been" in told:
                return f"{who} am no longer {rest}"
            verb = told.get("verb") or told.get("verb2")
            return (
                f"{who} stopped {verb}ing {rest}" if verb else f"{who} {told.get('verb3', 'dislike')} {rest}"
            )
    return text


_BARE = {
    "using": "use",
    "living": "live",
    "taking": "take",
    "dating": "be dating",
    "seeing": "be seeing",
    "running": "run",
    "studying": "study",
}


def claimed(clause: Clause, speaker: str) -> tuple[Clause, list[Claim]]:
    """Return what a clause claims, with the clause, or as much of it as says so: what follows a claim is often only company to it."""
    found = claims(clause, speaker)
    if found and ", " in clause.text and not clause.guards.isdisjoint(_ASIDES):
        # "My phone is a Pixel 8, if that matters": the supposition may be about something else.
        return next(
            ((part, found) for part in shortened(clause) if claims(part, speaker) == found), (clause, found)
        )
    if not found and "question" not in clause.marks and begun(_MAY_CLAIM, clause.text):
        for part in shortened(clause):
            if found := claims(part, speaker):
                return part, found
    return clause, found


# What is told in passing before a statement is taken off it: "thanks to my job at Bosch I travel a lot".
_LEADING = frozenset({"with", "thanks", "because", "through", "between", "in", "due", "at", "from"})
_ASIDES = frozenset({"hypothetical", "reported", "uncertain", "past"})
_MAY_CLAIM = r"(?!(?:it(?! is an? (?-i:[A-Z]))|he|she(?!/)|they|you(?! (?:will|can|may) (?:find|sign|call|address)\b)|there(?! is an? )|that|these|those|what(?! (?:i|we) have\b)|how|why|where|who)\b)[\w']+ "


def claims(clause: Clause, speaker: str) -> list[Claim]:
    """Return what a clause claims from its first word to its last, or []. `speaker` is the entity of whoever said it."""
    text = _subject_put_in(clause.text)
    if clause.before and begun(_AT_NOW, text) and begun(_IN_A_TRADE, clause.before[-1]):
        text = f"I work {text}"  # "I've been a nurse for 12 years, currently at St. Mary's"
    found, low = _claims(text, clause, speaker), text.lower()
    first = low.partition(" ")[0]
    if not found:
        said = (
            clause.whole
            if clause.whole.endswith((" here", " for me", " every time", " any day", " again"))
            else clause.text
        )
        passing = (
            clause.whole
            if clause.whole.find(said) > 0 and not _LEADING.isdisjoint(tokens(clause.whole))
            else said
        )
        ways = [
            *reworded(said, tokens(said)),
            *(reworded(passing, tokens(passing)) if passing != said else ()),
        ]
        if clause.after and begun(r"(?:with|having|being|now that) ", said):
            ways = []  # "with two dogs, you need space" is about anybody
        for plainer in ways:
            read = (claim for one in plainer for claim in _reread(one, clause, speaker))
            if found := list(dict.fromkeys(read)):
                break
    if not found:
        said_words = tokens(clause.whole)
        found = [
            *employed(clause, speaker, said_words),
            *belonging(clause, text, speaker, tokens(text)),
            *leisure(clause, speaker, said_words),
        ]
    if (
        not found
        and first in _OF_THINGS
        and " and " in low
        and (joined := form(_THING_JOINED).fullmatch(text))
    ):
        parts = (joined["head"], f"{joined['who']} {joined['tail']}")
        return [one for part in parts for one in claims(replace(clause, text=part, whole=part), speaker)]
    if first in _JOINING and any(map(low.__contains__, _JOINS)) and (joined := form(_JOINED).match(text)):
        # "I live in Berlin and work at Siemens": the second verb has the subject of the first.
        head = found or _claims(joined["head"], clause, speaker)
        _, tail = claimed(replace(clause, text=f"{joined['who']} {joined['tail']}"), speaker)
        return [*head, *(one for one in tail if one not in head)]
    return found


def _reread(said: str, clause: Clause, speaker: str) -> Sequence[Claim]:
    """Return the claims of a statement that stands for a clause."""
    return _claims(said, clause, speaker) or [*belonging(clause, said, speaker, tokens(said))]


_OF_THINGS = frozenset({"the", "our", "this"})
# "The CI takes 12 minutes and runs on GitHub Actions": the second verb has the subject of the first.
_THING_JOINED = (
    r"(?P<head>(?P<who>(?:the|our|this) (?:[\w.-]+ ){0,2}?[\w.-]+) (?:is|uses|runs|takes|lives|listens|has|needs|costs)\b [^,]+?),? and (?P<tail>(?:is|uses|runs on|lives (?:in|on|at)"
    r"|listens on|needs|requires|takes (?:about |around )?\d|depends on|deploys (?:to|with|via)|expires|rotates) [^,]+)"
)
_JOINING = frozenset({"i", "we", "my", "our"})
_JOINS = (", ", " and ", " but ", " then ")
_JOINED = (
    rf"(?P<head>(?P<who>i|we|(?:my|our) {_ADULT_WORDS}?(?:{_RELATION})(?: (?-i:[A-Z])\w+)?) .+?)"
    r"(?:,? (?:and|but|then|and then) |, (?!like\b))(?:then |also |now |have |am |currently |recently "
    r"|just )*(?P<tail>(?:can not|works?|lives?|joined|moved|started|have|has|owns?|drives?|use|prefers?"
    r"|goes? by|loves?|likes?|hates?|speaks?|plays?|study|studies|teach|teaches|am|became|switched|do not"
    r"|bought|adopted|got|settled|relocated|grow|cook|collect|weigh)\b .+)"
)
_IN_PLACE = ("instead ", "not ", "rather ", "in place ", "no longer ")
_NEGATIONS = frozenset({"no", "not", "never", "anymore"})


def _claims(text: str, clause: Clause, speaker: str) -> list[Claim]:
    old: str | None = None
    if text[:8].lower() == "instead " and (
        match := form(r"instead of (?P<old>[^,]{2,40}?),? (?P<rest>(?:i|we) .+)").match(text)
    ):
        text = f"{match['rest']} instead of {match['old']}"  # "instead of npm we use pnpm"
    denied = ""
    if counted := form(_COUNTED).fullmatch(text) if ", a" in text or ": a" in text else None:
        text = f"{counted['who']} {counted['each']}"
    if text.endswith((" is", " is now")) and (swapped := form(_SWAPPED).fullmatch(text)):
        text = f"{swapped['v']} is {swapped['what']}, not {swapped['old']}"
    text = _put_first(text)
    if any(map(text.__contains__, _IN_PLACE)) and (match := form(_OLD).search(text)):
        old, text = (
            values.bare(match["old"]),
            re.sub(r",? (?:now|currently)$", "", text[: match.start()], flags=re.I),
        )
    if "anymore," in text:
        text = form(r"(?<=\banymore),.+$").sub("", text)  # what follows is another remark
    text = _turned(text)
    said = tokens(text)
    if not _NEGATIONS.isdisjoint(said) and holds(_ENDED, text):
        denied, text = "ended", _affirmed(text)
    elif not _STOPS.isdisjoint(said) and (match := form(_WHO_STOPPED).match(text)):
        verb = match["verb"].lower()
        denied, text = (
            "ended",
            f"{match['who']}{_BARE.get(verb, verb.removesuffix('ing'))}{text[match.end() :]}",
        )
    found = list(_read(text, clause, speaker))
    if not found and not denied and "not" in said and holds(r"\b(?:do|does|am|is|are|have|has) not\b", text):
        denied, text = "denied", _affirmed(text)
        found = list(_read(text, clause, speaker))
    if denied:
        # "I don't have a problem" denies nothing that was ever a memory; only named attributes can end.
        return [
            replace(one, ends=True, old=None)
            for one in found
            if not one.ends and (denied == "ended" or one.attribute not in _NEVER_DENIED)
        ]
    if old is None:
        return found
    found = found or list(_habit(text, speaker))
    return [
        replace(one, old=_read_as(one, old, clause)) if n == 0 and one.old is None else one
        for n, one in enumerate(found)
    ]


# "I haven't been to Rome", "I don't plan to": these deny what was never kept.
_NEVER_DENIED = frozenset(
    {"visited", "plan", "goal", "task", "procedure", "learning", "location", "marital status"}
)


_HABIT = r"(?:i|we) (?:now |only |always |mostly |usually )*(?P<verb>drink|eat|take|wear|ride|drive|read|watch|smoke|order|buy) (?!it\b|that\b|this\b|the\b|you\b|me\b)(?P<v>[\w' -]{2,30})"


def _habit(text: str, speaker: str) -> Iterator[Claim]:
    """ "I drink decaf instead of coffee": told of what it took the place of, so it is one, and not what was drunk once."""
    if match := form(_HABIT).fullmatch(text):
        yield Claim(
            speaker, f"{match['verb'].lower()}s", values.unled(values.bare(match["v"])), confidence=0.8
        )


def _read_as(claim: Claim, old: str, clause: Clause) -> Any:
    """Return an old value in the type of the new one: 8080 beside 9090 is a number."""
    if isinstance(claim.value, int):
        found = values.number(old, clause.casual)
        return found[0] if found else old
    number, _, unit = str(claim.value).partition(" ")
    if unit and old.isdecimal() and number.isdecimal():
        return f"{old} {unit}"  # "32 cores rather than 16"
    return values.unled(old)


def _affirmed(text: str) -> str:
    """Return a negated clause without its negation: "does not work" is "works"."""
    text = re.sub(r"\s*,? anymore$", "", text, flags=re.I)
    text = re.sub(r"\b(?:no longer|never) ", "", text, flags=re.I)
    text = re.sub(r"\b(?:do|does|did) not (?:really |actually |even )?", "", text, flags=re.I)
    return re.sub(r"\b(am|is|are|was|were|have|has|had|can|will|would) not ", r"\1 ", text, flags=re.I)


_DROPPED = (
    r"(?:(?:just |recently |finally |officially )?(?:moved|relocated) (?:from|to|back)|been (?:in"
    r"|living|working|at|driving|laying|teaching|fixing|repairing|servicing|building|selling|tuning|restoring|cutting hair|nursing|welding|farming)|born and raised|(?:just |finally )?(?:picked up|bought|adopted|started"
    r"|joined|got promoted|signed up|booked) |"
    rf"need to|have to|got the (?:job|role|position|place|post)\b(?! (?:running|working|done|to run|scheduled|queue|id))|got to|must (?:{words.one_of(words.CHORES)})\b|flying (?:out |back |home )?to (?!the\b|it\b)\w+|going to (?!be\b(?! (?:away|off|out|back|in|abroad|late)\b)|the\b|an?\b|my\b|sleep|bed\b|work\b|need\b|have\b|go\b|try\b|look\b|give\b)(?-i:[a-z])|still (?:have to|need to|got to)|(?:got|been|was|just been) (?:recently |just |newly )?diagnosed with|been with|been (?:an? )?(?:{words.one_of(words.DIETS)}|married|single|divorced)\b|doing (?:my|an?) (?:phd|masters?|master's|degree|msc|mba|ba|bsc)\b"
    r"|(?:flying|driving|heading|traveling|travelling|going|off|back) (?:out |back |home |over |down |up )?to (?-i:[A-Z])|visiting (?-i:[A-Z])|allergic to|based in|originally from|working (?:at|as|for)|living in"
    r"|live in|work (?:at|for|as|in an?)|married to|engaged to|love |hate |prefer |vegan$|vegetarian$"
    r"|moving (?:to|house|out|in)\b|report to|(?:not|really|so|totally|very|way)(?: really| that| exactly| much| very| particularly| more)? (?:keen on|into|fond of|an? (?:\w+ )?fan of)|obsessed with|(?:trying to )?(?:keeping|staying|cutting|avoiding) (?:off|away from|out|down on|back on)|do not (?:really )?(?:like|enjoy|care for)|(?:big|huge|massive|total|proud|lifelong) [\w-]+(?: [\w-]+)? (?:person|nerd|fan|lover|geek|buff)$|had (?:an? |my )?(?:\w+ ){0,2}?(?:surgery|operation|transplant|stroke|bypass|heart attack)\b|(?:tore|dislocated|ruptured) my|staying (?:in|at)"
    rf"|(?:studying|learning) (?:{words.one_of(words.LANGUAGES)}|{words.one_of(words.CODE_LANGUAGES)})\b"
    r"|(?:huge |big |massive )?fan of|can not (?:stand|bear|have|eat|drink|do|digest|tolerate|handle|get enough of|live without)|(?:really |so )?(?:enjoying|loving)|residing|(?:just |finally )?got (?:an?|twins|(?:two|three|four|\d) (?:kids|children|boys|girls|cats|dogs|sisters|brothers))\b"
    r"|(?:recently |just |finally )?(?:sold|quit|left|lost|got rid of) (?:my|our|the|(?-i:[A-Z]))|planning (?:to|on)|aiming to|(?:training|saving(?: up)?|preparing|revising) for|starting (?:an?|my|at|as)\b|trying to|not (?:in|at|living|working)|no longer"
    r"|(?:just |have )?gone (?:vegan|vegetarian|keto|veggie|off)"
    rf"|not (?:{words.one_of(words.DIETS)}|married|single|engaged) anymore$|got (?:{words.one_of(words.CHRONIC)})\b|(?:pure |strict |strictly |fully )?(?:{words.one_of(words.DIETS)})$|(?:{words.one_of(words.STATUSES)}|single|married|divorced|engaged)(?: and .+)?$)"
)
_VERY = r"\w+ly allergic to|\w+ obsessed with"
_WITH_HAVE = r"(?:been|gone|just been|got (?!an?\b|twins\b|(?:two|three|four|\d) |(?:just |recently |newly )?diagnosed\b))\b"
_WITH_AM = (
    r"(?:born|doing|way|keeping|staying|cutting|avoiding|\w+ obsessed|obsessed|flying|driving|heading|traveling|travelling|going|off|back|visiting|(?:\w+ly )?allergic|based|originally|working|living|married|engaged|moving|not|really|so|totally|very|staying|studying|learning|planning|aiming|training|saving|preparing|revising|starting|trying"
    rf"|no longer|residing|enjoying|loving|pure|strict|strictly|fully|single|divorced|{words.one_of(words.STATUSES)}|{words.one_of(words.DIETS)})\b"
)


_HAS_ONE = frozenset("i we my our it this that he she they you there your his her".split())


def _subject_put_in(text: str) -> str:
    """Return a clause with the "I" that chats leave out: "Moved to Berlin" is "I moved to Berlin"."""
    if "user" in text[:8].lower() and (as_user := form(_AS_USER).match(text)):
        return ("my " if as_user["own"] else "I ") + text[as_user.end() :]
    if text.partition(" ")[0].lower() in _HAS_ONE:
        return text
    is_said = " is " in text or " are " in text
    if is_said and begun(_NEW, text):
        return "my " + text[:1].lower() + text[1:]
    if (is_said and begun(_MY_LEFT_OUT, text)) or begun(_MUM_LEFT_OUT, text):
        return "my " + text
    if begun(r"(?:she|he|they)/\w+(?:/\w+)?(?: (?:pronouns|here))?$", text):
        return "my pronouns are " + text
    text = form(r"myself (?=(?-i:[A-Z]))").sub("I am ", text, 1) if text[:7].lower() == "myself " else text
    if not (begun(_DROPPED, text) or begun(_VERY, text)) or begun(
        r"\w+ing\b.* (?:is|was|has|can|feels?|makes?|seems?|would|starts?|begins?|ends?|takes?|needs?|comes?)\b",
        text,
    ):
        return text
    if begun(r"(?:huge |big |massive )?fan of|(?:big|huge|massive|total|proud|lifelong) ", text):
        return "I am a " + text
    text = text[:1].lower() + text[1:]  # "Allergic to nuts" begins a sentence, and is no name
    return (
        "I have " if form(_WITH_HAVE).match(text) else "I am " if form(_WITH_AM).match(text) else "I "
    ) + text


_AT_NOW = r"(?:at|with) (?-i:[A-Z])"
_IN_A_TRADE = r"(?:i|we) (?:have been|have worked as|work as|am|are) an? "
# "New address is 5 Avenue Foch": no project has one of these.
_NEW = r"(?:the )?new (?:(?:home|postal|mailing|street|cell|mobile|phone|email|e-mail|work) )?(?:address|phone|number|phone number|mobile|e-?mail|postcode|zip code|flat|apartment|doctor|gp|dentist|therapist|vet|landlord|landlady|flatmate|roommate|boss|manager|job title|surname) is (?!not\b)"
# "Mum's called Bridget", "pronouns are they/them": of whom else would it be said?
_MY_LEFT_OUT = (
    r"(?:(?!(?:the|my|our|your|his|her|their|an?|this|that|these|no|any|every|each|what|when|where|which|next|last|another|some|is)\b)(?:[\w']+ ){1,2}?(?:appointment|check-?up|interview|exam|scan|viewing|viva|recital|fitting|class|lesson|rehearsal|therapy|physio)(?= is (?:on |at |booked |scheduled |in )?(?:for )?(?:mon|tue|wed|thu|fri|sat|sun|\d|tomorrow|next|this|the \d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))|favorite [\w ]{2,20}|(?:preferred )?pronouns|time ?zone(?= is (?-i:[A-Z]|\S+/))|blood type|(?:first|last|full|preferred) name(?= is (?-i:[A-Z]))|home(?= is (?-i:[A-Z]))|surname(?= is (?-i:[A-Z]))|birthday|(?:phone|laptop|car|van|bike|computer|pc|tablet|camera|printer|router|guitar)(?= is an? )"
    r"|mum|mam|mom|dad|granny|grandma|grandpa|nan|hubby|(?:wife|husband|missus|boyfriend|girlfriend|sister|brother)(?= is (?:called|named|(?:\w+ly )?allergic))) (?:is|are) "
)
_MUM_LEFT_OUT = r"(?:mum|mam|mom|dad|grandma|grandpa|grandad|granny|nan|hubby) (?:lives|works|has|loves|hates|drives|teaches|speaks|plays|runs|owns|turns(?= \w+ ?$)) "
# Notes speak of the speaker as "the user"; what a schema says of users ("the user has many orders") is none of it.
_AS_USER = (
    r"(?:the )?user(?P<own>'s (?=(?:(?:first|last|full|preferred) )?(?:name|birthday|pronouns|job|timezone|time zone|favorite|diet|employer)\b))?"
    r"(?(own)| (?=(?:prefers|likes|loves|hates|dislikes|enjoys|lives|works|speaks|is (?:allergic|based|vegan|vegetarian|an? |from|called|named)|wants|goes by)\b))"
)


def _read(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield claims by the first reading of the subject that gives any."""
    first = text.partition(" ")[0].lower()
    for reading in _BY_FIRST_WORD.get(first, _ANY):
        found = list(reading(text, clause, speaker))
        if found:
            yield from found
            return


Reading = Callable[[str, Clause, str], Iterator[Claim]]
_ANY: Sequence[Reading] = (
    people.identity,
    changes.change,
    people.turned_round,
    things.thing,
    people.named,
)
# Which readings a clause can have by its first word; what these words do not begin, begins with a name, a thing or an order.
_BY_FIRST_WORD: Mapping[str, Sequence[Reading]] = {
    "i": (people.identity, changes.change, people.own),
    "we": (changes.change, people.own),
    "both": (people.own,),
    "my": (duties.owed, people.identity, people.own, people.mine, changes.change, people.turned_round),
    "our": (changes.change, people.mine, people.turned_round, things.thing),
    "meet": (people.mine,),
    "the": (people.identity, changes.change, people.turned_round, things.thing),
    "this": (people.identity, changes.change, people.mine, people.turned_round, things.thing),
    "you": (people.identity,),
    **dict.fromkeys("he she they it that there what how so".split(), ()),
}
