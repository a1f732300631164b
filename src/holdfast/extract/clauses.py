"""A message as clauses in plain spelling, each with the reasons why what it says may be no fact.

Sentences are cut into clauses where a new subject begins; contractions are written out, openers ("by the way, ...") and
times at either end taken off. The guards are read for each clause: a condition or a reporting verb also holds for the
clauses after it, up to a "but". A guard does not decide: rules say which guards they stand ("if" in a procedure).
English only; pure.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .dates import PHRASE

Guard = Literal[
    "question", "hypothetical", "uncertain", "quotation", "reported", "joke", "past", "wish", "request"
]


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` is one clause in plain spelling; [`start`, `end`) is where it stands in the message.

    `guards` say why it may be no fact. `times` are the time phrases taken off it, in order. `asks` is set for a request to the
    listener ("could you keep it short"), `standing` where it is meant to hold from now on, `sure` where it was said to be
    remembered, `casual` where the whole message is in lower case, so that names cannot be told by their capitals.
    """

    text: str
    start: int
    end: int
    guards: frozenset[Guard] = frozenset()
    times: tuple[str, ...] = ()
    asks: bool = False
    standing: bool = False
    sure: bool = False
    greeted: bool = False
    casual: bool = False


_STRAIGHT = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\xa0": " "}
)
_I = r"(?:i|i'?m|i'?ve|i'?d|i'?ll|my|we|we'?re|we'?ve|our)"
_SUBJECT = (
    rf"(?:{_I}|he|he's|she|she's|it|it's|they|you|this|there|(?:the|our|this|that) [\w-]+(?: [\w-]+)?(?:'s| is| are| has| uses| runs)"
    r"|(?-i:[A-Z])[\w'-]+ (?:is|works|lives|has|likes|loves|moved|uses|runs))"
)
_ASKING = r"(?:do|does|did|can|could|would|will|should|is|are|was|what|what's|where|who|when|why|how|which|any)"

# Openers carry no claim of their own. They are taken off again and again, so "ok so btw ..." is one line here.
_OPENER = (
    r"(?:well|so|ok(?:ay)?|oh|ah|hey|hi|hello|yo|yeah|yes|yep|yup|nope|nah|no|actually|honestly|frankly|seriously|btw|by the way|fyi"
    r"|just so you know|for (?:the record|context|reference|future reference|what it's worth)|to be (?:honest|clear|fair)|tbh|also"
    r"|and|but|plus|anyway|look|listen|sorry|thanks|thank you|great|cool|hm+|um+|uh+|right|correction|update|heads up|ps|not gonna lie"
    r"|ngl|fun fact|quick (?:note|update|fyi)|in fact|as i (?:said|mentioned)|like i said|wait|new here|good (?:morning|evening|afternoon)"
    r"|turns out|the thing is|unfortunately|luckily|finally|currently|at the moment|right now|these days|nowadays|lately|recently|now"
    r"|personally|guys|folks|team|because|though|although|while|whereas|then|as you (?:know|may know)|you know|i mean|background"
    r"|in (?:short|general)|today|yesterday|oh and|one more thing|nice to meet you|hi there|hey there|hello there|hi all|hi everyone|since"
    r"|please (?:note|know)(?: that)?|note(?: that)?|just to (?:clarify|confirm|note)|important|reminder|in case (?:it matters|you're wondering))"
)
_TRAILER = (
    r"(?:now|currently|right now|these days|at the moment|at present|nowadays|already|too|as well|btw|by the way|though|actually"
    r"|anyway|for now|again|lately|recently|just now|officially|please|pls|plz|thanks|thank you|everyone|guys|always|sorry not sorry"
    r"|by the way|you know|to be honest|tbh|honestly|for sure|of course|after all these years|full[- ]time|part[- ]time|remotely"
    r"|nice to meet you|love it|loving it|so far|at all|a lot|very much|so much|instead|first thing|myself|here|only|fyi|it turns out"
    r"|from now on|going forward|in the (?:morning|evening|afternoon)|every (?:day|morning|night|evening)|daily|at (?:work|home|night))"
)


@functools.cache
def form(pattern: str) -> re.Pattern[str]:
    """Compile an expression at its first use, without regard to case: an import must not pay for it."""
    return re.compile(pattern, re.IGNORECASE)


# Written out once, so that the rules read one spelling: "I'm", "im" and "I am" are "I am".
_WRITTEN_OUT = (
    (r"\bi'?m(?= )", "I am"),
    (r"\bi'?ve got(?: to)?(?= an? |\b (?!to\b))", "I have"),
    (r"\b(i|we|you|they)'?ve got to\b", r"\1 have to"),
    (r"\b(we|you|they)'?ve got\b", r"\1 have"),
    (r"\bi'?ve\b", "I have"),
    (r"\bi'll\b", "I will"),
    (r"\bi'd\b", "I would"),
    (r"\b(we|you|they)'re\b", r"\1 are"),
    (r"\b(we|you|they)'ve\b", r"\1 have"),
    (r"\b(we|you|they)'ll\b", r"\1 will"),
    (r"\b(we|you|they)'d\b", r"\1 would"),
    (r"\bcan't\b|\bcant\b|\bcannot\b", "can not"),
    (r"\bwon't\b|\bwont\b", "will not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should)n'?t\b", r"\1 not"),
    (r"\b(he|she|it|that|there|what|where|who|how)'s\b", r"\1 is"),
    (r"\b(name|birthday)'?s (?=\w)(?!is\b)", r"\1 is "),
    (
        r"\b([\w-]+)'s (?=(?:an?|the|in|on|at|called|named|not|from|now|been|written|built|using|due|down|currently|hosted|my|our)\b)",
        r"\1 is ",
    ),
    (r"(?<!\w)'?(?:cause|cuz|coz)\b(?! \w+ (?:of|for)\b)", "because"),
    (r"\bgonna\b", "going to"),
    (r"\bwanna\b", "want to"),
    (r"\bfavourite\b", "favorite"),
    (r"\bcolour\b", "color"),
    (r"\ballergic\b|\balergic\b|\ballergc\b", "allergic"),
    (r"\bany ?more\b|\bany longer\b", "anymore"),
)


def plain(text: str) -> str:
    """Return text in the one spelling that guards and rules read: straight quotes, no markup, contractions written out."""
    text = " ".join(re.sub(r"[*`]+|(?<!\w)_+(?=\w)|(?<=\w)_+(?!\w)", "", text.translate(_STRAIGHT)).split())
    if "'" in text or form(r"\b(?:i ?m|ive|dont|cant|wont|doesnt|isnt|names|gonna|wanna|alergic|any ?more|any longer|[fc]\w*lou?r|favourite|cuz|cause|coz)\b|n't").search(text):  # fmt: skip
        for found, written in _WRITTEN_OUT:
            text = form(found).sub(written, text)
    return text


# ---- guards ----------------------------------------------------------------------------------------------------------

_REPORT = (
    r"(?:says?|said|saying|tells?|told|telling|claims?|claimed|mentioned|mentions|insists?|insisted|argues|argued|swears|swore|wrote|writes|reads"
    r"|thinks|believes|reckons|suggested|suggests|announced|asked|replied|answered|heard)"
)
_GUARDS: tuple[tuple[Guard, str], ...] = (
    (
        "hypothetical",
        r"\b(?:if|unless|suppose|supposing|supposed to|imagine|imagining|pretend|pretending|assum(?:e|ing)|hypothetical(?:ly)?|what if"
        r"|let's say|lets say|let us say|say (?=i |my |we |the |you )|for the sake of|in (?:an ideal|a perfect|another|this|that|my next) (?:world|life"
        r"|universe|scenario|case|example|version)|had (?:i|we)|as if|as though|picture this|act as|acting as|role ?-?play|you are an?|your name is"
        r"|for example|example(?: user)?:|example user|e\.g|for instance|someday|one day|once (?:i|we) (?!was|were)\w+|when i (?:have|get|move|am|grow|retire|become)"
        r"|in (?:my|a|the) (?:dream|nightmare|fantasy)s?|dream(?:t|ed|ing)? (?:that|about|of)|ideally|in theory|theoretically|wonder(?:ing)?"
        r"|would|could|should|might|ought to|(?:i|we|he|she|they|you|it) may|was going to|were going to|about to|until (?:i|we))\b",
    ),
    (
        "uncertain",
        r"\b(?:maybe|perhaps|probably|possibly|presumably|i guess|i think|i suppose|i believe|i assume|i bet|i feel like|we think|not sure|unsure|not certain"
        r"|don't know|do not know|thinking (?:about|of)|was thinking|considering|debating|tempted|almost|nearly|practically|more or less|kind of|sort of|kinda"
        r"|sorta|no idea|i doubt|iirc|afaik|if i recall|seems?|seemed|looks like|sounds like|feels like|felt like|like an?|as an? \w+ would|hardly|barely|nowhere near)\b",
    ),
    (
        "quotation",
        r"\b(?:in (?:the|my|this|that|an?|her|his) (?:novel|book|story|movie|film|game|show|series|play|poem|song|chapter|script|comic|manga|anime|episode)"
        r"|in chapter|my character|(?:main )?protagonist|the (?:song|saying|lyrics?|poem|quote|tweet|line|headline|caption|slogan|bio|error|message|readme|email)"
        r" (?:goes|said|says|was|is|reads?)|lyrics?|as the saying goes|the saying|here is the (?:log|error|output|text|email|message)"
        r"|here's the|from the (?:docs?|readme|logs?|manual|website|article)|bio reads|writing an? (?:\w+ )?(?:story|novel|script|poem|play|song|essay)"
        r"|write (?:me )?an? (?:\w+ )*?(?:story|poem|song|haiku|essay|letter|email|post|speech|bio|scene|script|tweet)|quote|unquote|grammatically)\b",
    ),
    (
        "reported",
        rf"\b(?!(?:i|we|have|must|to|already|just|also|you|will|would|not|never|can|do|did|please|as|be|and|or|like|that)\b)[\w'-]+ (?:always |just |also |once |even |keeps? |kept |recently |actually )?{_REPORT}\b"
        r"|\baccording to\b|\bapparently\b|\bsupposedly\b|\ballegedly\b|\breportedly\b|\brumou?rs?\b|\bword is\b|\bi (?:just |also )?(?:heard|read|saw|overheard|was told)\b"
        r"|\b(?:it is said|they say|people say|we are told|keep telling|everyone says|some say)\b",
    ),
    (
        "joke",
        r"\b(?:lo+l|lmf?ao|rofl|(?:ha)+h?a?h?ha|haha+|hehe+|jk|j/k|just kidding|kidding|joking|literal|literally|basically|yeah right|obviously not|as they say"
        r"|the queen of england|illuminati)\b|, ha\b|(?:^|\s)/s\b|[\U0001f602\U0001f923\U0001f61c\U0001f639\U0001f92a\U0001f61d]",
    ),
    (
        "past",
        r"\bused to (?!be (?:in|on) )|\bback (?:in|then|when|at)\b|\bonce (?:worked|lived|had|was|owned|studied)\b|\bwhen (?:i|we|he|she) (?:was|were|lived|worked|had)\b"
        r"|\bgrowing up\b|\bpreviously\b|\bformerly\b|\bat the time\b|\bin those days\b|\bmy (?:old|former|previous|ex|last|late) ?-?\b|\bas a (?:kid|child|teen|teenager|student)\b"
        r"|\b(?:i|we) had (?!to\b)|\bin my (?:twenties|teens|youth|childhood)\b|\bback in the day\b",
    ),
    (
        "wish",
        r"\bwish(?:es|ed|ing)?\b|\bif only\b|\bhop(?:e|es|ing|ed)\b|\b(?:not|never) (?:really |actually )?(?:want(?:ed)?|wish|need|plan(?:ning)?|hope|intend(?:ing)?|going to|looking to|trying to|about to|interested in|moving|getting)\b"
        r"|\bnever (?:said|wanted|liked|lived|worked|been|had|really)\b|\bnot (?:that i|saying|to say)\b|\brefuse to\b|\bhate to\b|\bafter all\b|\bdecided (?:against|not)\b"
        r"|\bwanted\b|\bcalled off\b|\bcancell?ed\b|\bfell through\b",
    ),
)
_CARRIES: frozenset[Guard] = frozenset({"hypothetical", "quotation", "reported", "uncertain", "joke"})
_INVERTED = (
    rf"(?:(?:do|does|did|am|is|are|was|were|can|could|would|will|should|have|has|had|shall|may)(?: not)? (?:i|we|you|my|the|this|our|it|he|she|they|there|that|any)\b"
    rf"|(?:is|are|was|does|did|has|can|will|should) (?-i:[A-Z])|(?:what|where|who|whose|why|which|how)\b(?! about)|whats\b|when (?:{_ASKING}|am|does)\b"
    r"|any (?:idea|chance|thoughts)\b|remember when\b|guess (?:what|who|where)\b|(?:tell|ask|remind|show) (?:me|him|her|them|us) (?:what|where|who|when|why|how|which|if|whether)\b"
    r"|i wonder\b|do you\b|would you say\b|whether\b)"
)
_TAG = r",? (?:right|correct|yes|no|yeah|huh|eh|ok|okay|isn't it|is not it|aren't i|don't i|do not i|are not i|doesn't it|true)\s*\?$"
_REQUEST = r"(?:please |pls |plz )?(?:can|could|would|will) you (?:please |pls |kindly |also |just |maybe )*(?=[a-z])|(?:i would like|i want|i need) you to (?:please )?|(?:please|pls|plz|kindly),? "
# What these ask for is done to words that follow; the words are material, not claims.
_MATERIAL = (
    r"(?:(?:please|can you|could you|would you|pls|now|ok|hey|help me)[, ]+)*(?:translate|proofread|summari[sz]e|rewrite|re-?write|rephrase|paraphrase|edit|correct|fix"
    r"|improve|polish|analy[sz]e|shorten|critique|convert|grade|classify|parse|spell-?check|format|reword|complete|continue|debug|refactor|extract|how do you (?:say|spell|write))\b"
)
# A scene that is set holds for all that follows it.
_FICTION = r"\W*(?:(?:please|now|ok|can you|could you|let's|lets)[, ]+)*(?:act(?:ing)? as|pretend|imagine|suppose|picture this|role-?play|you are an? (?!(?:bit|little|great|good|life|star|gem|legend|genius|real|true))|for the sake of argument|in this (?:scenario|story|game|example)|here is (?:an example|a scenario)|scenario:|example(?: user)?:|simulate)\b"
_JESTING = r"\b(?:jk|j/k|just kidding|kidding|(?:only|just) joking|i'm joking|im joking)\b"


def guards_of(text: str) -> frozenset[Guard]:
    """Return the guards of one clause in plain spelling, questions aside: those need the sentence."""
    text = re.sub(r"\S+://\S+|\S+@\S+", "", text)
    return frozenset(name for name, pattern in _GUARDS if form(pattern).search(text))


# ---- cutting ---------------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[.!?\u2026]+[\"')\]]*(?=\s|$)|\n+|;(?=\s)")
_NO_STOP = re.compile(r"(?:^|[\s(\"'])(?:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|approx|jr|sr|no|inc|ltd|[a-z]|a\.m|p\.m)\.$", re.I)
_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|^[ \t]*>[^\n]*", re.S | re.M)
_QUOTED = re.compile(r"\"[^\"\n]{1,500}\"|(?<!\w)'[^'\n]{2,200}?'(?!\w)")
_LONGEST = 600  # of one sentence: what is longer is no sentence of a chat


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a message in order, with their guards. Code blocks and quoted lines yield nothing."""
    flat = text.translate(_STRAIGHT)
    blocks = [match.span() for match in _FENCE.finditer(flat)]
    quoted = [match.span() for match in _QUOTED.finditer(flat) if flat.count(" ", *match.span()) >= 2]
    casual = flat == flat.lower()
    jest = bool(form(_JESTING).search(flat))
    material = fiction = False
    for start, end in _sentences(flat, blocks):
        sentence = flat[start:end]
        fiction = fiction or bool(form(_FICTION).match(sentence))
        told: tuple[tuple[bool, Guard], ...] = ((jest, "joke"), (material, "quotation"), (fiction, "hypothetical"))
        carried = frozenset(guard for holds, guard in told if holds)
        if asked := form(rf"\W*{_MATERIAL}").match(sentence):
            material = material or ":" in sentence[asked.end() :] or sentence.rstrip().endswith(("following", "this", "text"))
            carried |= {"request"}
        yield from _cut(sentence, start, carried, [span for span in quoted if span[0] < end], casual)


def _sentences(flat: str, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    at = 0
    for stop in _STOP.finditer(flat):
        if flat[stop.start()] == "." and _NO_STOP.search(flat, max(at, stop.start() - 8), stop.start() + 1):
            continue
        yield from _outside(flat, at, stop.end(), blocks)
        at = stop.end()
    yield from _outside(flat, at, len(flat), blocks)


def _outside(flat: str, start: int, end: int, blocks: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if end - start <= _LONGEST and flat[start:end].strip() and not any(a < end and start < b for a, b in blocks):
        yield start + len(flat[start:end]) - len(flat[start:end].lstrip()), end


def _cut(
    sentence: str, offset: int, carried: frozenset[Guard], quoted: list[tuple[int, int]], casual: bool
) -> Iterator[Clause]:
    """Yield the clauses of one sentence, guards carried forward and dropped at a "but"."""
    own = carried
    tag = bool(form(_TAG).search(sentence))
    asked = "?" in sentence[-4:]
    cuts = [0, *(match.end() for match in form(_CUT).finditer(sentence)), len(sentence)]
    for n, (start, end) in enumerate(zip(cuts, cuts[1:], strict=False)):
        raw = sentence[start:end]
        if not raw.strip():
            continue
        begins = offset + start + len(raw) - len(raw.lstrip())
        if n and form(r"\bbut\W*$").search(sentence[:start]):
            carried = own
        if _introduced(sentence[:start]):
            carried |= {"quotation"}
        last = end == len(sentence)
        made = _clause(raw, begins, offset + end, carried, casual, asked and (last or tag))
        if any(a < begins < b for a, b in quoted):
            made = _with(made, {"quotation"})
        carried |= made.guards & _CARRIES
        yield made


# What stands before a colon and does not make what follows somebody else's words.
_LEADS_IN = (
    r"\W*(?:.*\b(?:remember|note|fyi|update|correction|reminder|heads up|context|background|about me|facts?|things?|setup|details|info|intro|profile|reference"
    r"|todo|to-do|self|later|record|news|changes?|status|plan|preferences?|important|memory|rule|policy|summary|clarify|ps|edit|by the way|btw|jobs))\W*:"
)


def _introduced(before: str) -> bool:
    """Whether a colon before a clause presents its words as somebody else's ("my essay begins with: ...")."""
    head, colon, _ = before.rpartition(": ")
    return bool(colon) and not form(_LEADS_IN).fullmatch(head + ":")


def unprompted(text: str) -> str:
    """Return a statement without the words that ask to remember it."""
    return _opened(plain(text))[0]


_CUT = (
    rf",? (?:and|but|so|because|cause|cuz|though|although|while|whereas|plus|yet) (?={_SUBJECT}\b)"
    rf"|,? but (?=now |then )|,? (?:and|but|so) (?=(?:always|never|please|pls|plz|remind|call me|just call me|dont|don't|do not)\b)"
    rf"|, (?={_I}(?: |\b)(?!guess|think|mean)|you can|he |she |they |just call|please|always|never)"
    rf"|, (?={_ASKING} )|: (?={_I} )| -+ (?=\w)|, (?:which|who) (?=is|was|are|I|we)| \((?={_SUBJECT})"
)


def _with(clause: Clause, more: set[Guard]) -> Clause:
    return replace(clause, guards=clause.guards | more)


def _clause(
    raw: str, start: int, end: int, carried: frozenset[Guard], casual: bool, asked: bool
) -> Clause:
    text = plain(raw).strip(" ,;:-").rstrip(" ,.!?\u2026;:")
    text = re.sub(r",? \b(?:and|but|so|because|cause|cuz|though|although|while|whereas|plus|yet)$", "", text, flags=re.I)
    text, sure, greeted = _opened(text)
    guards = carried | guards_of(text)
    standing = False
    if match := form(r"(?:from now on|going forward|in (?:the )?future|from here on(?: out)?|henceforth),? ").match(text):
        text, standing = text[match.end() :], True
    asks = bool(request := form(_REQUEST).match(text))
    if request:
        text = text[request.end() :]
        guards = carried | guards_of(text)
    elif asked or form(_INVERTED).match(text):
        guards |= {"question"}
    standing = standing or bool(form(r"\b(?:from now on|going forward|in (?:the )?future)\b").search(text))
    text, times = _timed(text)
    return Clause(text, start, end, guards, times, asks, standing, sure, greeted, casual)


_REMEMBER = (
    r"(?:please |pls |just )?(?:(?:remember|note|keep in mind|bear in mind|don't forget|do not forget|make a note|save this|save this for later|note to self|"
    r"for (?:future )?reference|for the record|take note|remember this|memori[sz]e|just so you remember|know|store|add to (?:your )?memory|keep in memory"
    r"|(?:can|could|will|would) you (?:please )?remember|i (?:want|need|would like) you to (?:remember|know|note))"
    r"(?:(?: that|:| this:|,)? (?=(?:i|i'm|my|we|our|the|this|it|he|she|they|all|every|(?-i:[A-Z])[\w']+|there|each|no|in|on|for|deploys?|only)\b)))"
)


def _opened(text: str) -> tuple[str, bool, bool]:
    """Take openers off; return what is left, whether it was said to be remembered, and whether a greeting led in."""
    sure = greeted = False
    for _ in range(6):
        if match := form(_REMEMBER).match(text):
            sure, text = True, text[match.end() :].lstrip(" :,")
        elif (match := form(rf"{_OPENER}(?:[,:!.-]+ *| +)(?=\S)").match(text)) and not form(_NO_OPENER).match(text):
            greeted = greeted or bool(form(r"hi|hello|hey|good |yo\b").match(match[0]))
            text = text[match.end() :]
        else:
            break
    return text, sure, greeted


# "right now" opens; "so" in "so that", "while" as a noun, "no" before a noun, "since 2019" and "note the" do not.
_NO_OPENER = r"(?:no (?!i |we |my )[\w-]+(?! i| we)|so that|right[- ]\w+ed|since (?!i\b|we\b|my\b)|team [A-Z]|now that|then \w+ing|update (?:the|my)|and or|thanks to|thank you for|sorry for|look (?:at|for)|listen to|great \w+|cool \w+|today'|actually \w+ing)"


def _timed(text: str) -> tuple[str, tuple[str, ...]]:
    """Take time phrases and trailing adverbs off both ends of a clause."""
    times: list[str] = []
    for _ in range(2):
        match = form(rf"({PHRASE}),? +(?=\S)").match(text)
        if not match or form(r"(?:every|(?:mon|tues|wednes|thurs|fri|satur|sun)days? (?:is|are)|may )").match(text):
            break
        if not form(r"(?:i|we|my|our|the|he|she|they|this|[A-Z])\b").match(text[match.end() :]):
            break
        times.append(match[1])
        text = text[match.end() :]
    if match := form(rf"(?:after|during|with|following|due to|despite|thanks to|as of|for|in|at|on) [^,]{{2,40}}?,? (?=(?:i|we)\b)").match(text):
        text = text[match.end() :]
    for _ in range(4):
        if match := form(rf"(?:,? ({PHRASE}))$").search(text, max(0, len(text) - 60)):
            if match.start() == 0 or form(r"\b(?:is|on|now|not|not on|instead of|called|named|turned|am|at|moved to|than|version|like|love|hate|to|for|uses?|due(?: on| by)?)$").search(text[: match.start()]):
                break
            times.append(match[1])
            text = text[: match.start()]
        elif form(r"in the (?:morning|evening|afternoon)$|at (?:work|home|night)$").search(text) and form(r"\b(?:prefer|like|love|hate|enjoy|dislike)\b").search(text):
            break
        elif match := form(rf",? {_TRAILER}$|\s*(?:[:;]-?[)D(]|\U0001f642|\u2764\ufe0f?|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+)$").search(text, max(0, len(text) - 40)):
            text = text[: match.start()]
        else:
            break
    return text.strip(" ,"), tuple(times)
