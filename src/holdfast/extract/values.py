"""Whether the words where a rule expects a value are one: each function returns the values found, or () to abstain.

All take the words in plain spelling, and whether the message is all lower case (then capitals cannot tell a name). They cut
off what follows the value ("Berlin with my wife"), take articles away, and split lists for attributes that hold many.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import quantities
from . import words as known
from .spelling import form

Values = tuple[object, ...]
Reader = Callable[[str, bool], Values]
_AFTER_NAME = (
    r",? (?:and an?|with|because|so|where|which|who|when|while|after|before|and (?:i|we|he|she|it|they|my"
    r"|have|am|is|are|work\w*|lov\w+|started|really|so|was|just)|but|as|near|for|since|until|till"
    r"|thanks"
    r"|if|or|to|that|by|in (?:emails?|writing|chat|meetings|public|person)|right|doing|on|again|full-time|part-time|now|too|though|actually|is|are"
    r"|was|has|have|had|i|we|(?:last|this|next) (?:year|week|month|spring|summer|autumn|fall|winter|night)|yesterday)\b.*$"
    r"|, (?-i:[A-Z])[\w'-]+ (?:at|for|with) .*$"  # "I work at Acme, Tom at Initech"
)
_ARTICLE = (
    r"^(?:an?|the|some|my|our|this|new|brand new|brand-new|good|nice|certified|licensed|certain) (?=\S)"
)
_TOGETHER = (
    r"\b(?:mac(?:aroni)?|rock|salt|fish|peanut butter|black|drum|arts?|bed|dungeons|bacon|bread"
    r"|ham|pen|law|research|cheese|rhythm|hide|track|wine|gin|rum|crime|stop|command|biscuits"
    r"|chicken|rice|bangers|trial|r) (?:and|&|n) \w+"
)
_CAPITAL = re.compile(r"[A-Z\u00c0-\u00de\u0100-\u024f\d#@/][\w.'&/+#-]*")


def bare(raw: str) -> str:
    """Return the words without quotes and closing punctuation at either end."""
    words = raw.strip(" \t,;:!?\"'()[]").rstrip(".")
    opened, aside = words.partition(" (")[::2]  # "Oslo (Norway)", of which the last bracket is gone
    words = opened if aside and ")" not in aside else words
    # "Anna loves pizza and so do I" was cut behind a word that joins.
    return words.removesuffix(" and").removesuffix(" but").rstrip(" ,")


def unled(raw: str) -> str:
    """Return the words without leading articles and the like."""
    for _ in range(3):
        raw, found = form(_ARTICLE).subn("", raw)
        if not found:
            break
    return raw


def _first(raw: str) -> str:
    return raw.split(" ", 1)[0].lower().strip("'\".,") if raw else ""


def points(raw: str) -> bool:
    """Whether the words begin by pointing elsewhere ("it", "your ...", "how ...") and so are no value of their own."""
    raw = re.sub(r"\bIT\b", "computing", raw)  # a trade, and no pronoun
    low = raw.lower()
    return (
        _first(raw) in known.POINTERS
        or " ".join(low.split()[:2]) in known.POINTERS
        or bool(form(r"\b(?:you|your|yours|yourself|me|him|them|us|it|this|that|these|those)\b").search(low))
    )


_LABEL = (
    r"(?:option|approach|plan|step|phase|version|part|page|chapter|tab|column|row|line|section|question|level|week|draft|slide|figure"
    r"|choice|answer|variant|item|point|round|ticket|issue|error|sprint|proposal|design|idea|planet) (?:[a-z]|\d+|one|two|three|four|five)\b.*|(?![cr]$)[a-z]|\d+"
)


def labels(raw: str) -> bool:
    """Whether the words only label one of several things at hand ("Option B", "step 2", "B"), and are no value outside the talk."""
    return bool(form(_LABEL).fullmatch(unled(bare(raw))))


def name(raw: str, casual: bool) -> Values:
    """A person's name: one to four capitalised words, or one or two words of a message in lower case."""
    raw = re.sub(
        r"^an? (?:girl|guy|man|woman|boy|lady|dude|person|friend) (?:named|called) ", "", raw, flags=re.I
    )
    raw = bare(re.sub(_AFTER_NAME, "", re.split(r", | - | \(", raw)[0], flags=re.I))
    raw = re.sub(r"^(?:the |an? )?(?:wonderful|amazing|lovely|beautiful|late|great) ", "", raw, flags=re.I)
    parts = raw.split()
    if not 1 <= len(parts) <= 4 or parts[0].lower() in known.NOT_NAMES or re.search(r"[@/+\d]|'d$", raw):
        return ()
    if casual:
        plain = len(parts) <= 2 and all(
            re.fullmatch(r"(?!\w{3,}ing$)[a-z][a-z'-]+\.?", part) for part in parts
        )
        return (
            (raw,) if plain and parts[0] not in known.NOT_GREETED and parts[0] not in known.POINTERS else ()
        )
    rest = [part for part in parts if part.lower() not in known.SMALL_IN_NAMES]
    return (raw,) if rest and all(part[:1].isupper() for part in rest) else ()


def somebody(raw: str, casual: bool) -> Values:
    """A person's name that is no tool and no food: "coffee is my best friend" names nobody."""
    return tuple(
        one for one in name(raw, casual) if str(one).lower() not in known.TECH | known.FOODS | known.LANGUAGES
    )


def names(raw: str, casual: bool) -> Values:
    """Several names: "Meera and Kavya"."""
    return tuple(value for one in re.split(r",? and |, ", raw) for value in name(one, casual))


def proper(raw: str, casual: bool) -> Values:
    """A name of anything: what follows it is cut off, "the" and "a company called" taken away."""
    if form(r"[^,]{1,40} or (?!so\b)").match(raw):
        return ()  # one of two
    raw = re.sub(r"^.{0,30}?\b(?:called|named|known as) ", "", raw, flags=re.I)
    raw = bare(re.sub(_AFTER_NAME, "", raw, flags=re.I))
    raw = re.sub(r"^the (?=\S)", "", raw, flags=re.I)
    raw = raw if casual else re.sub(r" and (?=[a-z]).*$", "", raw)
    raw = (
        raw
        if casual
        else re.sub(r",? (?=(?-i:week|month|year|day|still|now|not|my|the|a|an|all|mostly)\b).*$", "", raw)
        if ", " in raw
        else raw
    )
    parts = raw.split()
    if not 1 <= len(parts) <= 5 or points(raw) or re.search(r" (?:an?|my|his|her|your|some) ", raw):
        return ()
    if casual:
        ordinary = parts[0] in known.NOT_NAMES or parts[0] in (
            "a",
            "an",
            "home",
            "night",
            "nights",
            "weekends",
            "hard",
            "late",
            "fear",
            "peace",
        )
        return () if ordinary or len(parts) > 3 else (raw,)
    # "I left Chrome running": the words after the name tell how it was left.
    state = len(parts) > 1 and re.fullmatch(r"[a-z]+ing|open|on|off|alone|out|back", parts[-1])
    return (raw,) if _CAPITAL.match(parts[0]) and parts[0] != "I" and not state else ()


_PLACE_LEAD = (
    r"^(?:the )?(?:city|town|village|state|outskirts|suburbs|north|south|east|west|northern"
    r"|southern|eastern|western|central|downtown|rural|upstate|greater|inner|sunny|beautiful"
    r"|lovely|north-?east|south-?west|middle) (?:of )?"
)
_DWELLING = (
    r"^(?:an?|the|my|our) (?:[\w-]+ ){0,3}?(?:apartment|flat|house|condo|studio|room|place|(?:care|nursing|retirement|children's|old people's) home|student hall|hostel|convent|bungalow|farmhouse|terrace"
    r"|neighbou?rhood|suburb|town|village|city|cottage|cabin|loft|farm"
    r"|dorm|area|part) (?:in|near|outside|just outside|of|outside of) "
)


# Each word of a place has its capital, small words between them and what kind of place it is aside: "Platform side of things" is none.
_PLACE = (
    r"(?:(?-i:[^a-z\W_]|[\d'’@#/])[^\s]*|(?<! and )(?<!^)(?:d[aeiou]|del|do|das|dos|la|le|les|el|al|upon|on|of|sur|am|an|der|den|the|and|in|near)(?= ))"
    r"(?: (?:(?-i:[^a-z\W_]|[\d'’@#/(])[^\s]*|(?:d[aeiou]|del|do|das|dos|la|le|les|el|al|upon|on|of|sur|am|an|der|den|the|and|in|near)(?= )))*"
    r"(?: (?:area|region|state|county|city|province|district|side|metro|suburbs?|countryside|valley|island|coast|town|village))?"
)
# "Interesting times", "comfortable chairs": an adjective begins no place that is written without capitals.
_ADJECTIVE = r"\w{2,}(?:ing|ous|ful|able|ible|less) \w+.*"


def place(raw: str, casual: bool) -> Values:
    """A place by its name; "a house", "fear" or "the cloud" are none."""
    raw = re.sub(r"^.{0,40}?\b(?:called|named) ", "", raw, flags=re.I)
    raw = re.sub(_DWELLING, "", raw, flags=re.I)
    raw = re.sub(
        r"(?:,| (?:in|at|on)) (?:an?|my|the|our|this|yet)\b.*$| (?:yet|originally|initially|lol|lmao|haha|jk)$",
        "",
        raw,
        flags=re.I,
    )
    head = re.sub(_PLACE_LEAD, "", raw, flags=re.I)
    found = proper(head, casual) or (
        proper(head[4:], casual) and (head,)
        if casual and head.startswith("new ") and len(head.split()) == 2
        else ()
    )
    if (
        not found
        or str(found[0]).lower() in known.TECH
        or re.search(r"[@/\d]{2}", str(found[0]))
        or str(found[0]).lower() in known.NOT_NAMES | known.NOWHERE
        or labels(str(found[0]))
        or str(found[0]).lower().startswith("same ")
        or (
            form(_ADJECTIVE).fullmatch(str(found[0])) if casual else not form(_PLACE).fullmatch(str(found[0]))
        )
    ):
        return ()
    lead = raw[: len(raw) - len(head)]
    keep = re.match(
        r"(?:north|south|east|west|northern|southern|eastern|western|central|downtown|upstate) $", lead, re.I
    )
    return ((lead if keep else "") + str(found[0]),)


# "An admin on this workspace", "the host of tonight's call" is a part one plays, and no trade.
_AT_HAND = r"\b(?:this|that|these|your|tonight|today)\b"


def trade(raw: str, casual: bool) -> Values:
    """An occupation: it ends in a known trade and does not begin with what makes none of it ("a big", "a bit of a")."""
    if form(_AT_HAND).search(raw):
        return ()
    raw = unled(
        bare(
            re.sub(
                r" (?:with|for|at|in|and|who|by|from|on|here|near|specializ\w+|specialis\w+|working|based|\d+)\b.*$",
                "",
                raw,
                flags=re.I,
            )
        )
    )
    parts = raw.lower().split()
    if " ".join(parts) in known.LEADS:
        return (raw,)
    if not 1 <= len(parts) <= 5 or parts[0] in known.NOT_A_TRADE:
        return ()
    if re.match(r"(?:head|director|vp|vice president|chief|dean|professor|manager) of \w+", raw, re.I):
        return (raw,)
    ends = any(" ".join(parts[-n:]) in known.TRADES for n in (1, 2, 3))
    return (raw,) if ends or form(r"\w{2,}(?:ologist|ographer|wright|smith)").fullmatch(parts[-1]) else ()


def taste(raw: str, casual: bool) -> Values:
    """What somebody likes or does not: a short noun phrase or gerund that stands alone, lists split."""
    raw = re.sub(
        r",? (?:because|so much|so|when|which|whenever|even|although|though|as long as|more than|if"
        r"|(?:after|before|until)(?! (?:noon|midnight|\d|(?:six|seven|eight|nine|ten|eleven|breakfast|lunch|dinner|bed|bedtime|work|school|sunrise|sunset|dark|meals?)\b))|but|since|where|as|every|while|and (?:hate|dislike|loathe|despise|detest|prefer|love|enjoy|avoid|never|i|we|it|my|have|am|would|want|can"
        r"|do)|- )\b.*$",
        "",
        raw,
        flags=re.I,
    )
    raw = re.sub(
        r"^(?:to (?=\w+ing\b)|to (?!be|hear|see|think|say|know|have|do|get|make|help|go\b(?! \w+ing)))"
        r"|^my (?=(?:coffee|tea|steak|eggs|burgers?|toast|pizza|beer|whisk\w+|drinks) )",
        "",
        raw,
        flags=re.I,
    )
    return _several(raw, 5, _tasted)


def single_taste(raw: str, casual: bool) -> Values:
    """The first thing of what somebody likes, without its article: a favorite is one."""
    return tuple(
        unled(str(one))
        for one in taste(raw, casual)[:1]
        if str(one).lower() not in known.REACTIONS | (known.CONDITIONS_OF_THINGS - known.COLORS)
    )


def _tasted(one: str) -> bool:
    first = _first(one)
    one = re.sub(r"^(?:those|these) (?=[\w-]*[A-Z][\w-]* [\w-]+)", "", one)
    if (
        points(one)
        or labels(one)
        or not re.search(r"\w", one)
        or re.search(
            r"\b(?:ones?|stuff|things?|to|too|our|my|was|were|is|are)$|\b(?:in|of|with|for|about) (?:my|our)\b",
            one,
            re.I,
        )
    ):
        return False
    if first == "the":
        return bool(
            re.match(
                r"the (?:[A-Z]|beach|outdoors|ocean|mountains?|sea|zoo|countryside|seaside|desert|theat|opera|rain|cold|heat|snow|gym"
                r"|smell of|sound of|taste of)",
                one,
            )
        )
    return first not in ("an", "a") or not re.search(r"\b(?:lot|bit|few)\b", one)


def _several(raw: str, most: int, good: Callable[[str], bool]) -> Values:
    """Split a list into its members; () unless each of them is good and short enough."""
    raw = bare(
        re.sub(r",? (?:like|such as|including|especially|e\.g\.) .*$", "", raw, flags=re.I)
        if len(raw.split()) > 2
        else raw
    )
    raw = re.sub(
        r",? (?:together|lately|recently|again|(?:in|on|during) the|in my (?:spare|free) time|nowadays|anyway|there|here|quite a bit|so far|a ton|overall)$",
        "",
        raw,
        flags=re.I,
    )
    # "Red-eyes, landed at 5am once", "swimming, cold is fine": a remark is no member of a list.
    raw = re.sub(
        r", (?=(?:[\w'-]+ ){0,3}?(?:is|are|was|were|has|have|had|makes?|gets?|less|always|never|once|even|not|but|long story|can|do|i|it|they)\b|\w+ed\b).*$",
        "",
        raw,
        flags=re.I,
    )
    if raw.count(",") == 1 and not re.search(r" (?:and|or|&) ", raw):
        # "a safe, inviting place" is no list; "jazz, mostly live" is a value with a remark.
        raw = raw.split(",")[0]
        if (
            re.search(r"(?:ing|\ban?|\bthe|\bmy) (?:an? |the |my )?[\w-]+$", raw)
            and " " in raw
            and re.search(r"\b(?:an?|the|my) [\w-]+$", raw)
        ):
            return ()
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return f"\x00{len(held) - 1}\x00"

    parts = re.split(r",? (?:and|or|&) |, ", re.sub(_TOGETHER, hold, raw, flags=re.I))
    parts = [re.sub(r"\x00(\d+)\x00", lambda match: held[int(match[1])], part).strip() for part in parts]
    if parts[0].split(" ")[0].endswith("ing") and any(
        not any(word.endswith("ing") for word in part.split()) for part in parts if part
    ):
        parts = [re.sub(r"\x00(\d+)\x00", lambda match: held[int(match[1])], raw)]
    parts = [re.sub(r"^(?:also|both|especially|mostly) ", "", part, flags=re.I) for part in parts if part]
    if not parts or len(parts) > 8 or any(len(part.split()) > most or not good(part) for part in parts):
        return ()
    return tuple(dict.fromkeys(re.sub(r"^(?:those|these) ", "", unled(part)) for part in parts))


def choice(raw: str, casual: bool) -> Values:
    """What is preferred, without what it is preferred to."""
    raw = re.sub(
        r",? (?:over|to(?! \d)|rather than|instead of|than|more than|because|when|so|but|if|and (?:i|we))\b.*$",
        "",
        raw,
        flags=re.I,
    )
    raw = re.sub(r"^(?:to |using |having |drinking |working with |being )(?=\w)", "", bare(raw), flags=re.I)
    good = (
        1 <= len(raw.split()) <= 6
        and not points(raw)
        and not labels(raw)
        and not re.match(r"the (?:first|second|latter|former|other|old|new)\b|option\b|not\b", raw, re.I)
    )
    return (unled(raw),) if good else ()


def listed(words: frozenset[str], most: int = 6) -> Reader:
    """Return a reader of values that are in a list, or that end in one of its words after others ("severe asthma")."""

    def read(raw: str, casual: bool) -> Values:
        raw = re.sub(
            r",? (?:and (?:i|a|my|we)|but|so|which|that|for|since|because|from|with|at|in|on|about|of)\b.*$",
            "",
            bare(raw),
            flags=re.I,
        )
        if raw.lower() in words:
            return (unled(raw),)
        parts = unled(raw).split()
        ends = any(" ".join(parts[-n:]).lower() in words for n in (1, 2, 3)) and 1 <= len(parts) <= most
        return (" ".join(parts),) if ends and not points(raw) else ()

    return read


def occasion(raw: str, casual: bool) -> Values:
    """What one likes or not as it happens ("when meetings start before nine"), unless it is what the listener does."""
    return phrase(raw, casual) if len(raw.split()) >= 3 else ()


def each(words: frozenset[str]) -> Reader:
    """Return a reader of lists whose members are all in a list of words."""

    def read(raw: str, casual: bool) -> Values:
        raw = re.sub(
            r",? (?:fluently|well|badly|natively|too|at home|but|because|so|for|in|with|when|anymore)\b.*$",
            "",
            raw,
            flags=re.I,
        )
        return _several(
            re.sub(r"\b(?:a (?:bit|little) of|passable|decent|rusty|broken) ", "", raw),
            4,
            lambda one: unled(one).lower() in words,
        )

    return read


def tool(raw: str, casual: bool) -> Values:
    """A piece of software: a known one, or a capitalised, dotted or hyphenated name; lists split."""
    raw = re.sub(
        r",? (?:because|so|which|that|since|but|when|where|everywhere|across|throughout|here"
        r"|under the hood|and (?:it|we|i|the|our)|for|as|with|from|in (?:this|our|the|production)|via"
        r"|by)\b.*$",
        "",
        raw,
        flags=re.I,
    )
    return _several(raw, 4, lambda one: is_tool(one, casual))


_PART_OF_A_TOOL = [
    ["workspaces"],
    ["workspace"],
    ["hooks"],
    ["actions"],
    ["modules"],
    ["compose"],
    ["berry"],
    ["router"],
]


def is_tool(one: str, casual: bool) -> bool:
    """Whether the words look like a piece of software."""
    one = unled(bare(one))
    low = one.lower()
    more = one.split()[1:]
    if (
        low in known.TECH
        or (low.split(" ")[0] in known.TECH and low.split(" ")[1:] in _PART_OF_A_TOOL)
        or (
            low.split(" ")[0] in known.TECH
            and len(more) <= 2
            and all(re.match(r"[A-Z\d]", part) for part in more)
        )
    ):
        return True
    if casual or points(one):
        return False
    return (
        bool(
            re.fullmatch(
                r"(?:[A-Z][\w.+#-]*|[a-z][A-Z][\w]*|[a-z]+[-.\d][\w.-]*)(?: [A-Z\d][\w.+#-]*){0,2}", one
            )
        )
        and low not in known.NOT_NAMES
    )


def anything(raw: str, casual: bool) -> Values:
    """Any short value that does not point elsewhere."""
    raw = bare(
        re.sub(
            r"(?:,? (?:because|which|so|but|and (?:i|we|it|the|he|she|they))|, (?:the|an?|it|they|he|she|i|we|my|our|you|not|just|though|please|if|in case|look))\b.*$",
            "",
            raw,
            flags=re.I,
        )
    )
    return (raw,) if 1 <= len(raw.split()) <= 8 and not points(raw) else ()


def definite(raw: str, casual: bool) -> Values:
    """A short value that can be checked: it holds a capital, a digit or a sign of an address, or is a known tool."""
    found = anything(raw, casual)
    if not found or len(str(found[0]).split()) > 6:
        return ()
    told = re.search(r"[A-Z\d/@#]|\w\.\w|\w_\w|\w-\w", str(found[0])) or is_tool(str(found[0]), casual)
    return (
        found
        if told and not re.match(r"(?:not|so|too|very|just|still|only|that|down|up)\b", str(found[0]), re.I)
        else ()
    )


def phrase(raw: str, casual: bool) -> Values:
    """What somebody will do or has to do, in at most fourteen words that do not point elsewhere."""
    raw = re.sub(r",? (?:coming up|scheduled|booked|planned|lined up)$", "", bare(raw), flags=re.I)
    pointing = form(r"\b(?:it|this|that|them|those|these|you|your|him|her|there|something|some)\b").search(
        raw
    )
    return (raw,) if 1 <= len(raw.split()) <= 14 and not pointing else ()


def number(raw: str, casual: bool) -> Values:
    """A whole number in digits or, up to 99, in words; thousands may be set off by commas."""
    low = bare(raw).lower().replace(",", "")
    if (spelled := quantities.spelled(low)) is not None:
        return (spelled,)
    return (int(low),) if re.fullmatch(r"\d{1,9}", low) else ()


def as_said(raw: str, casual: bool) -> Values:
    """Words that a row has picked out already."""
    return (unled(bare(raw)),)


def stored_in(raw: str, casual: bool) -> Values:
    """Where a system keeps things: a known piece of software or a host, or a name of two words and more ("AWS Secrets Manager")."""
    found = known_tool(raw, casual) or host(raw, casual)
    named = re.fullmatch(r"(?:[A-Z][\w.-]*)(?: [A-Z][\w.-]*){1,3}", bare(raw))
    return found or ((bare(raw),) if named and not points(raw) else ())


def age(raw: str, casual: bool) -> Values:
    """An age in years."""
    found = number(raw, casual)
    return found if found and 0 < int(str(found[0])) < 120 else ()


# ---- readers for one attribute --------------------------------------------------------------------------------------


def taught(raw: str, casual: bool) -> Values:
    """What somebody teaches, as an occupation: "teach third grade"."""
    return (
        (f"teach {raw}",)
        if len(raw.split()) <= 3 and _first(raw) not in ("others", "kids", "children")
        else ()
    )


def wedding(raw: str, casual: bool) -> Values:
    """The plan of a wedding, however it was said."""
    return ("getting married",)


def allergen(raw: str, casual: bool) -> Values:
    """What somebody is allergic to; "allergic to Mondays" is a joke."""
    found = taste(raw, casual)
    return () if any(str(one).lower() in known.NO_ALLERGEN for one in found) else found


_OF_A_THING = (
    r",? (?:with (?:an?|no|the|my|some|about|\d|lots|\w+ (?:ram|memory))|that|which|moored|parked|running|bought|made (?:in|by)|built|from (?:\d{4}|the)|stored|kept|currently|sitting|painted"
    r"|and (?:it|an?|the|i|some)|but|so|because)\b.*$"
)


def made(raw: str, casual: bool) -> Values:
    """A thing by its make: it holds a capital or a number, and is short. How it is, where it is and what it has are cut off."""
    raw = unled(bare(form(_OF_A_THING).sub("", raw)))
    parts = raw.split()
    spoken_of = form(
        r"\b(?:named|called|about|of|with|for|to|who|that|from|on|in|at)\b|error|exception"
    ).search(raw)
    # "A ThinkPad" ends in its make; "a React component" does not, and "a Docker" is no thing to own.
    model = len(parts) > 1 and parts[-1] in ("mini", "pro", "max", "plus", "ultra", "air")
    by_make = (casual and bool(parts) and parts[0].lower() in known.MAKES) or (
        not spoken_of
        and bool(parts)
        and (model or not parts[-1].islower())
        and parts[0].lower() not in known.TECH
    )
    return (
        (raw,)
        if 1 <= len(parts) <= 5
        and by_make
        and not spoken_of
        and not points(raw)
        and known.NO_THING.isdisjoint(raw.lower().split())
        and known.RELATIONS.isdisjoint(re.findall(r"\w+", raw.lower()))
        else ()
    )


def thing(raw: str, casual: bool) -> Values:
    """Possessions: listed ones ("car"), or ones named by their make."""
    parts = re.split(r",? and (?=(?:an?|two|three|my|our) )", raw) if " and " in raw else [raw]
    parts = [form(_OF_A_THING).sub("", one) for one in parts]
    found = [listed(known.THINGS, 5)(one, casual) or made(one, casual) for one in parts]
    return tuple(value for one in found for value in one) if all(found) else found[0]


def branded(raw: str, casual: bool) -> Values:
    """Something bought: a possession, or what has a make in its name ("a secondhand Hobart mixer")."""
    parts = unled(bare(raw)).split()
    make = (
        2 <= len(parts) <= 5
        and any(one[:1].isupper() for one in parts[:-1])
        and known.TECH.isdisjoint(unled(raw).lower().split())
    )
    named = make and not form(
        r"\b(?:with|of|for|to|called|named|ticket|tickets|book|copy|meal|coffee|latte|burger|pizza)\b"
    ).search(raw)
    return thing(raw, casual) or ((unled(bare(raw)),) if named and not points(raw) else ())


def owned(raw: str, casual: bool) -> Values:
    """What somebody says to own, in up to three words: "own" anchors a noun that no list knows; "a mistake" is none."""
    raw = bare(raw)
    good = form(
        r"(?:an?|two|three|four|five|six|\d[\d,]*|(?:\w+|a few) (?:hundred|thousand)|(?:hundreds|dozens|thousands) of) (?!million|billion|zillion|lot|bit|copy|few|part|problem|mistake|share)(?:[\w'-]+ ){0,3}(?!(?:question|idea|hunch|feeling|error|hour|minute|day|week|guess|theory|doubt|headache|cold|message|number|name|plan|dream|hope|link|screenshot|log|deadline|leak|hole|crack|spider|smell|noise|draught|draft|stain|fire|party|meeting|man|woman|person|flood|mess|ghost|fly|wasp|light|fight|gap|mouse|rat|bug|ticket|complaint|request|stranger|monster|problem|rule|curse|tradition|habit|custom|ban|visitor|guest|secret|joke|saying)s?$)[\w'-]+"
    ).fullmatch(raw)
    return (unled(raw),) if good and not points(unled(raw)) else ()


_WORKPLACE = rf"(?:the|an?) (?:[\w-]+ ){{0,2}}?(?:{known.one_of(known.WORKPLACES)})(?: (?:in|near|on) (?!the|an?|my|our)\w+)?|(?:the )?(?:city|town|county|university|ministry|port|state|municipality|diocese|borough) of (?-i:[A-Z])[\w-]+(?: (?-i:[A-Z])[\w-]+)?"


def workplace(raw: str, casual: bool) -> Values:
    """An employer: a name, or an institution that is told by its kind ("the post office in Cork")."""
    kind = form(_WORKPLACE).fullmatch(
        bare(
            re.sub(
                r",.*| (?:as|and|so|because|but|for|since|where|which|doing|now|full|part)\b.*",
                "",
                raw,
                flags=re.I,
            )
        )
    )
    return proper(raw, casual) if not kind or points(kind[0]) else (unled(kind[0]),)


def model(raw: str, casual: bool) -> Values:
    """A thing by make and model, two capitals or numbers: "got a B" is no possession."""
    return made(raw, casual) if len(re.findall(r"\b[A-Z]\w*|\d+", raw)) >= 2 else ()


def known_tool(raw: str, casual: bool) -> Values:
    """Software, all of it well known: where a name alone says too little ("I use Flash cards")."""
    found = tool(raw, casual)
    named = (unled(str(one)).lower() for one in found)
    return found if all(one in known.TECH or one.split(" ")[0] in known.TECH for one in named) else ()


def plain_tool(raw: str, casual: bool) -> Values:
    """Software by a name that is no word for anything else, and nothing beside it: "the mailer is python", not "the light is go"."""
    raw = re.sub(
        r" (?:app|service|script|project|under the hood|now|everywhere|by now|throughout).*$",
        "",
        bare(raw),
        flags=re.I,
    )
    plain = known.TECH if unled(raw)[:1].isupper() and not casual else known.TECH - known.ALSO_WORDS
    return (unled(raw),) if unled(raw).lower() in plain else ()


def host(raw: str, casual: bool) -> Values:
    """Where software runs: a known host, with its region if it was said."""
    low = bare(raw).lower()
    return (
        (bare(raw),)
        if any(low == one or low.startswith((f"{one} in ", f"{one} (")) for one in known.HOSTS)
        else ()
    )


def port(raw: str, casual: bool) -> Values:
    """A port told without the word: a number that is no year."""
    return tuple(
        one
        for one in number(raw, casual)
        if 1_024 <= int(str(one)) <= 65_535 and not 1_900 <= int(str(one)) <= 2_100
    )


def hostname(raw: str, casual: bool) -> Values:
    """The name of a host ("db01.internal"), and not of a product ("fly.io")."""
    return () if raw.lower() in known.TECH else (raw,)


def holding(pattern: str) -> Reader:
    """Return a reader of short values in which an expression is found ("@" in an address)."""

    def read(raw: str, casual: bool) -> Values:
        raw = re.sub(r"^(?:on |the )+", "", raw, flags=re.I)
        said = re.search(pattern, raw) and len(raw.split()) <= 10 and not raw.lower().startswith("not ")
        return (raw,) if said else ()

    return read


def loose(raw: str, casual: bool) -> Values:
    """Words that can be checked, unless they tell where or when: for nouns that no row knows."""
    if casual:
        return made(raw, casual) if unled(bare(raw)).split(" ", 1)[0].lower() in known.MAKES else ()
    return (
        ()
        if labels(raw) or re.match(r"(?:in|on|at|from|with|for|about|to|under|of|by)\b", raw, re.I)
        else tuple(unled(str(one)) for one in definite(raw, casual))
    )


def one_word(raw: str, casual: bool) -> Values:
    """Any one word that does not only say how a thing does ("down", "broken")."""
    raw = bare(raw)
    return (
        (raw,)
        if re.fullmatch(r"[\w./-]+(?<!ing)", raw)
        and not points(raw)
        and raw.lower() not in known.CONDITIONS_OF_THINGS
        else ()
    )
