"""One spelling for guards and rules to read: straight quotes, no markup, contractions written out."""

from __future__ import annotations

import functools
import re
from itertools import product

from .beginnings import beginnings

_STRAIGHT = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\xa0": " "}
)


@functools.cache
def form(pattern: str) -> re.Pattern[str]:
    """Compile an expression at its first use, without regard to case: an import must not pay for it."""
    return re.compile(pattern, re.IGNORECASE)


def low(text: str) -> str:
    """Return a text in small letters, every character in its place."""
    return text.lower() if "\u0130" not in text else text.replace("\u0130", "i").lower()


@functools.cache
def low_form(pattern: str) -> re.Pattern[str]:
    """Compile an expression of small letters, for texts of small letters: several times as fast as one without regard to case."""
    return re.compile(pattern)


def _cases(letter: str) -> str:
    """Return what `low` makes this small letter of."""
    return letter + letter.upper() + {"i": "\u0130", "k": "\u212a"}.get(letter, "")


class _Tried:
    """An expression and what is looked at before it is tried: most texts do not even begin as it does."""

    __slots__ = ("beginnings", "form", "length", "lowers")

    def __init__(self, pattern: str) -> None:
        self.lowers = form(r"(?-i:[A-Z])").search(form(r"\\.|\(\?P<\w+>").sub("", pattern)) is None
        self.form = low_form(pattern) if self.lowers else form(pattern)
        self.length = min(3, *map(len, beginnings(pattern)))
        starts = {one[: self.length] for one in beginnings(pattern)}
        self.beginnings = frozenset("".join(each) for one in starts for each in product(*map(_cases, one)))


_tried = functools.cache(_Tried)


def begun(pattern: str, text: str) -> int:
    """Return how many characters at the beginning of a text an expression fits, whatever their case."""
    one = _tried(pattern)
    if text[: one.length] not in one.beginnings:
        return 0
    found = one.form.match(low(text) if one.lowers else text)
    return found.end() if found else 0


def fits(pattern: str, text: str) -> bool:
    """Whether an expression fits all of a text, whatever its case."""
    one = _tried(pattern)
    if text[: one.length] not in one.beginnings:
        return False
    return one.form.fullmatch(low(text) if one.lowers else text) is not None


def holds(pattern: str, text: str) -> bool:
    """Whether an expression of small letters finds something in a text, whatever its case."""
    return low_form(pattern).search(low(text)) is not None


@functools.lru_cache(maxsize=64)
def tokens(text: str) -> frozenset[str]:
    """Return the lower-case words of a text: what a reading can look for before it tries its expressions."""
    return frozenset(re.findall(r"[a-z][a-z-]*", text.lower()))


def straight(text: str) -> str:
    """Return text with plain quotes and dashes, every character in its place."""
    return text if text.isascii() else text.translate(_STRAIGHT)


# Whole words, with and without their apostrophe. What cannot be told from another word ("were", "wed", "ill") is not here.
_SHORT = {
    "i'm": "I am", "im": "I am", "i've": "I have", "ive": "I have", "i'll": "I will", "i'd": "I would",
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not", "wont": "will not",
    "gonna": "going to", "wanna": "want to", "luv": "love", "gotta": "have to", "appt": "appointment", "wknd": "weekend", "fav": "favorite", "favourite": "favorite", "favourites": "favorites", "colour": "color",
    "realy": "really", "definately": "definitely", "allways": "always", "usualy": "usually", "jsut": "just", "alergic": "allergic", "allergc": "allergic", "cuz": "because", "coz": "because", "'cause": "because", "kinda": "kind of",
    "u": "you", "ur": "your", "rly": "really", "lil": "little", "yrs": "years", "yr": "year", "w": "with", "w/": "with",
}  # fmt: skip
_ENDINGS = {"'re": " are", "'ve": " have", "'ll": " will", "'d": " would"}
_WORD = r"(?<![\w'])(?=[icwglfrdaujky'])(?:i'?m|i'?ve|i'll|i'd|ca(?:n'?t|nnot)|won'?t|gonna|wanna|luv|gotta|fav|favourites?|colour|realy|definately|allways|usualy|jsut|all?ergi?c|cuz|coz|'cause|kinda|appt|wknd|(?-i:ur?)|rly|lil|yrs?|(?-i:w)/?(?= ))(?![\w'/-])"
_PRONOUN = r"\b(we|you|they|he|she|it|that|there|what|where|who|how)('re|'ve|'ll|'d|'s(?! been\b))"
# What one has one of, so that "my cars a Golf" speaks of one.
_THING = r"(?:car|van|truck|bike|motorbike|phone|laptop|computer|pc|desktop|tablet|camera|tv|watch|guitar|keyboard|printer|router|boat|flat|house|place|apartment|studio|office|desk)"
# Of these one says what they are, and seldom how many there are.
_OURS = r"(?:repo|app|api|backend|frontend|server|db|database|build|deadline|meeting|appointment|interview|standup|flight|exam|wedding)"
# Where the apostrophe is left out, what follows tells "we're" from "were" and "my wife's name" from several wives.
_UNMARKED = (
    (r"\b(we|they|you|i)ve (?=\w)", r"\1 have "),
    (r"\b(they|you)re (?=\w)", r"\1 are "),
    (r"\b(she|he|that|there|what)s (?=\w)", r"\1 is "),
    (r"^its (?=(?:an?|the|called|named|all|not|my|our|in|on|at|now) )", "it is "),
    (r"^were (?=(?:[a-z]+ing|both|all|on|in|at|not|still|now|an?|currently|also|based|engaged|married|keen|central|eastern|pacific) )", "we are "),
    (r"\bid (?=(?:like|love|rather|prefer|appreciate|want) )", "I would "),
    (r"^ill (?=(?:be|have|need|take|start|send) )", "I will "),
    (r"(?<=\b(?:no|so|ok) )its (?=[a-z]+ (?:with|not)\b)|(?<=\b(?:wait|yeah|oops) )its (?=[a-z]+ (?:with|not)\b)", "it is "),
    (rf"(?:^|(?<=, ))((?:my|our|the) {_OURS})s (?=(?:an?|the|in|on|at|now|due|not|called|\d\S*|(?:mon|tues|wednes|thurs|fri|satur|sun)day) ?)", r"\1 is "),
    (r"\b(my|our|the) ([a-zé]{2,}[a-rt-zé])s (?=(?:name|birthday|dog|cat|email|number|address|job|phone) is\b)", r"\1 \2's "),
    (r"^(my|our|the) ([a-z]{2,}[a-rt-z])s (?=(?:(?:called|named)(?! (?:me|him|her|it|us|them|my|our|the)\b)|allergic|(?-i:an? (?:[A-Z]|\w+ [A-Z])))\b)", r"\1 \2 is "),
    (rf"^((?:my|our) (?:[a-z]+ )?{_THING})s (?=(?:an?|in|on|at|near|called)\b)", r"\1 is "),
    (r"^(my (?:husband|wife|brother|sister|partner|son|daughter|mum|mom|dad|boyfriend|girlfriend))s (?=an? )", r"\1 is "),
)  # fmt: skip
# One of these is in whatever one of the above finds: ten expressions are tried where it is.
_MAY_LACK_ONE = (
    r"\b(?:(?:we|they|you|i)ve|(?:they|you)re|(?:she|he|that|there|what)s|its|were|id|ill)\b"
    r"|\b(?:my|our|the) (?:[a-z\u00e9]+s (?:name|birthday|dog|cat|email|number|address|job|phone|called|named|allergic|an?)"
    rf"|(?:[a-z]+ )?{_THING}s (?:an?|in|on|at|near|called)|{_OURS}s (?:an?|the|in|on|at|now|due|not|called|\d|\w+day))\b"
)
_NOT = r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must)n'?t\b"
# "the backend's in Rust" is no possessive; "name's" before a name is none either.
_NO_NAME = r"(?!(?:is|are|were|starts?|begins?|ends?|must|should|needs?|have|can|will|in|of|for|with|and|or|to|get|follow|use|never|always|do|on|from|that)\b)"
_IS = (
    r"(?<!\bat )(?<!\bfor )(?<!\bSt )(?<!\bSt\. )\b(?!(?:master|bachelor)\b)([\w-]+)'s (?=\d{1,3}(?=[.,!]?$|[.,!;] | now\b| years\b| next\b| and\b)|(?:an?|the|in|on|at|out|off|all|mostly|entirely|called|named|not|from|now|written|built|using|due|down|currently|hosted|no longer|my|our|allergic|vegan"
    r"|vegetarian|married|retired|pregnant|diabetic|getting|living|working|studying|based|moving)\b)"
    rf"|\b(name|birthday|nickname|surname|handle)'s (?=\w){_NO_NAME}"
    # Several names have no apostrophe either: only those of one are meant.
    rf"|\b((?:my|his|her|our|their|[a-z]+s) (?:first |last |middle |full |real )?(?:name|birthday|nickname|surname|handle))s (?=\w){_NO_NAME}"
)
_HAS = r"\b([\w-]+)'s (?=(?:been|moved|left|joined|become|switched|quit|started|got)\b)"
_GOT = r"\b(have) got (?=(?:an?|one|two|three|four|five|six|\d+|twins|some|my|our|no|to)\b)"


def plain(text: str) -> str:
    """Return text in the spelling that rules read: "im" is "I am", "we've got two" is "we have two", markup is gone."""
    text = straight(text)
    if "*" in text or "`" in text or "_" in text:
        text = re.sub(r"[*`]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)", "", text)
    text = " ".join(text.split())
    if " in law" in text:
        text = form(r"\b(mother|father|sister|brother|son|daughter) in law\b").sub(r"\1-in-law", text)
    if "'" not in text and holds(_MAY_LACK_ONE, text):
        for pattern, written_out in _UNMARKED:
            text = form(pattern).sub(written_out, text)
    text = form(_WORD).sub(lambda match: _SHORT.get(match[0].lower(), match[0]), text)
    if "n't" in text or "nt" in text:
        text = form(_NOT).sub(r"\1 not", text)
    if "'" in text or "names " in text or "birthdays " in text:
        text = form(_PRONOUN).sub(lambda match: match[1] + _ENDINGS.get(match[2].lower(), " is"), text)
        text = form(_HAS).sub(r"\1 has ", text)
        text = form(_IS).sub(lambda match: f"{match[1] or match[2] or match[3]} is ", text)
    if " n " in text:
        text = form(r"(?<=[a-z] )n (?=(?-i:[a-z]))(?!(?:is|to|times|items|of|in|must|has|as)\b)").sub(
            "and ", text
        )
    if " like " in text:
        text = form(
            r"\blike (?=(?:\d+|an?|two|three|four|five|six|ten) (?:years?|months?|weeks?)\b(?! (?:ago|old)\b))"
        ).sub("for ", text)
    if " got " in text:
        text = form(_GOT).sub(r"\1 ", text)
    if " 2 " in text:
        text = form(r"\b(need|want|going|moved|moving|relocated|went) 2 (?=(?-i:[a-z]+(?<!s) ))").sub(
            r"\1 to ", text
        )
    if "since " in text:
        text = form(
            r"\bsince (?=(?:\d+|an?|one|two|three|four|five|six|many|several|a few) (?:years?|months?|weeks?|days?)\b(?! ago))"
        ).sub("for ", text)
    return form(r"\bany ?more\b|\bany longer\b").sub("anymore", text) if "any" in text else text
