"""A message as clauses in plain spelling, each with where it stands and what it takes to tell why it may be no fact.

Sentences are cut into clauses where a new subject begins; openers ("by the way, ...") and times at either end are taken
off. Guards are read only where somebody asks for them: most clauses claim nothing. English only; pure.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter

from . import guards, remarks, words
from .dates import PHRASE
from .guards import ASKING, Guard
from .openers import led_up, opened, retold
from .spelling import begun, fits, form, holds, low, low_form, plain, straight


@dataclass(frozen=True, slots=True)
class Clause:
    """`text` is one clause in plain spelling; [`start`, `end`) is where it stands in the message.

    `times` are the time phrases taken off it, in order. `asks` is set for a request to the listener ("could you keep it
    short"), `standing` where it is meant to hold from now on, `sure` where it was said to be remembered, `greeted` after a
    greeting, `casual` where the whole message is in lower case, so that names cannot be told by their capitals. `marks` are
    guards that the message and the sentence put on it, `whole` and `before` the words its other guards are read from. `said` stands
    for its words where these say too little alone ("Blue"). `retold` is "told" or "said" for what was, with a "but" behind it. `after` are words behind a shortened clause: some of their guards reach back.
    """

    text: str
    start: int
    end: int
    times: tuple[str, ...] = ()
    asks: bool = False
    standing: bool = False
    sure: bool = False
    greeted: bool = False
    casual: bool = False
    marks: frozenset[Guard] = frozenset()
    whole: str = ""
    before: tuple[str, ...] = ()
    said: str = ""
    retold: str = ""
    after: str = ""

    @property
    def guards(self) -> frozenset[Guard]:
        """Why what it says may be no fact, by its own words, those of the clauses before it, and where it stands."""
        carried = (guards.guards_of(earlier) & guards.CARRIES for earlier in self.before)
        behind = guards.reaching_back(self.after) if self.after else frozenset()
        return self.marks.union(guards.guards_of(self.whole or self.text), behind, *carried)


_I = r"(?:i|i'?m|i'?ve|i'?d|i'?ll|my|we|we'?re|we'?ve|our)"
_SUBJECT = (
    rf"(?:{_I}|he|he's|she|she's|it|it's|they|you|this|there|everyone|everybody|people|someone|nobody|(?:that|these|those|which|nothing|none|all|everything|neither)(?:'s| is| are| was| were| has| have| will| would| won'?t| do| don'?t| does| doesn'?t| can| can'?t| isn'?t| aren'?t| never| only| still| always)|(?:the|our|this"
    r"|that) [\w-]+(?: [\w-]+)?(?:'s| is| are| has| uses| runs)"
    r"|(?-i:[A-Z])[\w'-]+ (?:is|works|lives|has|likes|loves|moved|uses|runs|drives|teaches|speaks))"
)

_TRAILER = (
    r"(?:now|currently|right now|rn|atm|lo+l|lmf?ao|rofl|(?:ha){2,}h?|(?:he){2,}|ha|hands down|finally|as i said|just a heads up|these days|at the moment|at present|nowadays|already|too|as well"
    r"|btw|by the way|though|actually"
    r"|anyway|for now|again|lately|recently|just now|officially|please|pls|plz|thanks|thank you"
    r"|everyone|guys|always|sorry not sorry|sorry|oops"
    r"|by the way|you know|to be honest|tbh|honestly|for sure|of course|with a passion|more than anything|to (?:bits|death)|after all these years"
    r"|full[- ]time|part[- ]time|remotely"
    r"|nice to meet you|love it|loving it|so far|at all|a lot|very much|so much|instead"
    r"|first thing|myself|here|only|fyi|it turns out"
    r"|from now on|going forward|in the (?:morning|evening|afternoon)|(?:every|each) (?:single )?(?:day|morning|night|time"
    r"|evening|week)|daily|(?:once|twice|three times) (?:a|per) (?:day|week|month|year)|at bedtime|over (?:easter|christmas|lunch|the (?:weekend|summer|holidays|winter|break))|all in all|since (?:easter|christmas|childhood|forever|birth|lockdown|covid|then)|at (?:work|home|night)|(?:with|for) me)"
)
# The last words of these, or of what smiles: without one there is no need to look.
_TRAILS = frozenset(
    """now currently rn atm ha down finally said up days moment present nowadays already too well btw way though actually anyway again lately
    recently officially please pls plz thanks you everyone guys always sorry know honest tbh honestly sure course passion anything bits death years
    full-time part-time time remotely it far all lot much instead thing myself here only fyi out on forward morning evening afternoon day
    night week daily month year bedtime easter christmas lunch weekend summer holidays winter break childhood forever birth lockdown covid then work
    home me""".split()
)


# What is asked of the listener: the words after it are an instruction.
_REQUEST = (
    r"(?:please |pls |plz )?(?:can|could|would|will) you (?:please |pls |kindly |also |just "
    r"|maybe )*(?=[a-z])|(?:i would like|i want|i need) you to (?:please )?|(?:please|pls|plz"
    r"|kindly),? "
)
_STOP = re.compile(
    # A run is tried from its beginning alone: from each of its characters, 20,000 laughing faces take seconds.
    r"(?<![.!?\u2026])[.!?\u2026]++[\"')\]]*+(?=\s|$)|\n+|;(?=\s)"
    r"|(?<![\U0001f300-\U0001faff\u2600-\u27bf\ufe0f])[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]++(?=\s+\w)"
)
# Behind these, and behind a single letter, a full stop ends no sentence.
_SHORTENED = frozenset("mr mrs ms dr prof st vs e.g i.e approx jr sr no inc ltd a.m p.m".split())
_FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|^[ \t]*>[^\n]*", re.S | re.M)
_QUOTED = re.compile(r"\"[^\"\n]{1,500}\"|(?<!\w)'[^'\n]{2,200}?'(?!\w)")
MOST_READ = 20_000  # characters of a message: what a person writes is shorter, what a tool prints is no talk
_LONGEST = 600  # of one sentence: what is longer is no sentence of a chat
# "Hi, I'm Ana, working as a nurse": what follows the comma has the subject of what stands before it.
_BARE_WORK = r"(?:currently |now |originally |also )?(?:working|living|based|staying|studying|originally|employed) (?:as|at|in|from|out|for)"
_SYSTEM = rf"(?:(?:the|our) )?(?:[\w-]+ )?(?:{words.one_of(words.SYSTEMS)})"
# What is asked of the listener behind what was told: "..., then tell me how to forward a call".
_HELP = r"(?:please )?(?:(?:tell|show|give|help|draft|write|explain|suggest|recommend|remind) (?:me|us)\b)"
# Each begins behind a space, so that nothing is tried between two.
_CUT = (
    rf" (?:(?:and|but|so|because|cause|cuz|though|although|while|whereas|plus|yet|since) (?={_SUBJECT}\b)(?!i (?:do not|don'?t|never) (?:agree|get along|get on|mix|go together)\b)"
    r"|(?<!just )(?<!not )(?<!only )(?<!simply )(?<!that's )(?<!that is )(?:because|cuz|coz) (?=\w)"
    r"|(?:but|and) (?=now |then (?!(?:back |on )?to ))|(?<=, )(?:so|hence|otherwise) (?!that\b|far\b|much\b|many\b|to speak\b|on\b)|so (?=if\b|when\b|that\b|all (?:my|our|the)\b|any\b|anything\b|nothing\b|no point\b)|(?:and|but|so) (?=(?:always|never|please|pls|plz|remind|call me"
    r"|just call me|dont|don't|do not)\b)"
    rf"|(?<=, )(?!(?:my|our) (?:[a-z-]+ )?[a-z-]+(?:, [a-z]|[.!]*$))(?={_I}\b(?! mean\b| (?:guess|think|suppose|believe|assume|reckon)\W*$)|you can|he(?:'s)? |she(?:'s)? |they(?:'?re)? |it'?s |it is |used to |just call|please(?!\W*$)|(?:always|never) \w)"
    r"|(?:and|but|so) (?=(?:can|could|would|will|do|does) (?:you|we|i|it|the|this)\b|(?:what|how|where|which|should) |(?:what|how|where|when|who)'s (?!more\b|worse\b|why\b))"
    rf"|(?<=, )(?=(?:got|have you got) any )|(?<=, )(?=(?:(?:and|so|but) )?(?:(?:then|now|also) )?{_HELP})"
    rf"|(?<=, )(?:(?={_BARE_WORK} )|(?=(?:currently|now) (?:at|with) (?-i:[A-Z]))|(?={_SYSTEM}(?:'s| is| are| uses| runs)\b)"
    r"|(?=(?:first |last |full )?name(?:'s| is) (?-i:[A-Z]))"
    rf"|(?={ASKING} )(?!where (?:i|we) (?:now )?(?:work|live|study|teach)\b)|(?=who (?:lives|works|has|teaches|studies|plays|speaks|turned|turns) )|(?:which|who) (?=is|was|are|I|we))|(?<=: )(?={_I} )|-+ (?=\w)|\((?={_SUBJECT})"
    r"|(?:(?<=anymore )|(?<=any more ))(?=it'?s |it is |s?he'?s |we'?re |i'?m ))"
)


# Where a cut would part what belongs together: "my wife Ann and I", "remember: ...", "just so you know".
_WHOLE = (
    r"(?:\b(?:my|our) \w+(?: (?-i:[A-Z])\w+)? and|(?:^|\bthat )(?-i:[A-Z])[a-z]+ and|\b(?:remember|note|keep in mind|for later"
    r"|in memory|to self|reference|save this)(?: this| that)?(?: for (?:the )?(?:next time|later|future))?:|\bjust so|^(?:(?:in|during) my \w+ time|for fun|to (?:unwind|relax|switch off|de-?stress|wind down)|after work|(?:on|at) (?:the )?(?:weekends?|(?:mon|tues|wednes|thurs|fri|satur|sun)days)|outside(?: of)? work),|^(?:given|if i (?:have|had|get|am given|were given)|if given) (?:the |a |any )?choice,|^(?:as|being) (?:an?|someone|somebody) (?:[\w-]+ ){0,5}[\w-]+,|^being (?!from\b|in\b|at\b|on\b|an?\b)(?:[\w-]+ ){0,3}[\w-]+,|^(?:please )?(?:don'?t|do not) forget,|\badd to (?:your )?(?:memory|notes|files|records):|^(?:just )?for (?:(?:future )?reference|your (?:notes|files|records)),|^for (?:the future|next time|later)[:,]|^(?:just |strictly )?between (?:us|you and me|ourselves),|^(?:please )?(?:forget|disregard) (?:this|the following)(?: [\w ]{2,20})?:|\b(?:note|remember),? please:|^(?:save|store|keep|file|put|write|note|jot) (?:this|that|it) (?:down|somewhere|for me|on file|for later|away|safely):|^as (?:head|director|manager|chair|captain|secretary) of [\w ]+,|^(?:i have|i've|we have|we've) (?:finally |now |just )*decided:|^it(?: is|'s) (?:all |now )?(?:decided|settled|official)[:,]|^some(?:one|body) (?:has|needs) to [^,]{3,80}(?:,? (?:and|so)|,)|^if an? [\w ]{3,20} (?:has|contains) [\w ]+ in it,|\b(?:my|our) (?:[a-z-]+ )?[a-z-]+, (?-i:[A-Z])[\w'-]+,) $"
)


# What stands before a colon and does not make what follows somebody else's words.
_LEADS_IN = (
    r"\W*(?:.*\b(?:remember|memori[sz]e|store|save|note|fyi|update|correction|reminder|heads up|context|background"
    r"|about me|facts?|things?|city|job|address|number|name|setup|details|info|intro|profile|reference"
    r"|todo|to-do|self|later|record|news|changes?|status|plan|preferences?|important|memory|rule|ahead|heads-up|confession|announcement|warning|disclaimer|caveat|truth|situation|deal"
    r"|policy|summary|clarify|mind|wrong|mistaken|corrected|ps|edit|by the way|btw|jobs)(?: this| that)?(?: from (?:me|us|my side|our side|my end))?)\W*:"
    r"|\W*(?:before|in case|so that|since) (?:you|we|anyone|anybody)\b[^:\"]{0,40}:"
    r"|\W*(?:[\w']+ ){0,4}(?:context|background|reminder|heads up)\b[^:\"]{0,60}:"
)
_CONJUNCTIONS = frozenset(
    "and but so hence otherwise because cause cuz though although while whereas plus yet".split()
)
_CONJUNCTION = (
    r",? \b(?:and|but|so|hence|otherwise|because|cause|cuz|though|although|while|whereas|plus)$|, yet$"
)
_STANDING = r"\b(?:from now on|going forward|in (?:the )?future|from here on(?: out)?|henceforth)\b"
_FROM_NOW_ON = rf"{_STANDING},? "


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a message in order. Code blocks, quoted lines and what stands past 20,000 characters yield nothing."""
    # A block's place is kept, so that spans are those of the message.
    flat = _FENCE.sub(lambda block: "\n" * len(block[0]), straight(text[:MOST_READ]))
    quoted = [match.span() for match in _QUOTED.finditer(flat) if flat.count(" ", *match.span()) >= 2]
    casual = flat == flat.lower()
    marks: frozenset[Guard] = frozenset({"joke"} if guards.jesting(flat) else ())
    if guards.casts(flat):
        marks |= {"hypothetical", "scene"}
    for start, end in _sentences(flat):
        sentence = flat[start:end]
        if guards.sets_a_scene(sentence):
            marks |= {"hypothetical", "scene"}
        asked, material = guards.asks_for_work_on(sentence)
        own: frozenset[Guard] = marks | frozenset({"request"} if asked else ())
        if start and guards.praises(sentence) and guards.complains(flat[:start]):
            own |= {"joke"}
        if guards.marked_up(sentence):
            own |= {"quotation"}
        within = quoted[bisect_right(quoted, start, key=itemgetter(1)) : bisect_left(quoted, (end, 0))]
        back = start + guards.taken_back(sentence)
        for clause in _cut(sentence, start, own, within, casual):
            yield replace(clause, marks=clause.marks | {"uncertain"}) if clause.start < back else clause
        if material:
            marks |= {"quotation"}


def _sentences(flat: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences, without the space they begin with; what is too long for one is left out."""
    ends: list[int] = []
    for stop in _STOP.finditer(flat):
        if flat[stop.start()] == "." and _shortens(flat[max(0, stop.start() - 8) : stop.start()]):
            continue
        ends.append(stop.end())
    for start, end in pairwise((0, *ends, len(flat))):
        sentence = flat[start:end].lstrip()
        if sentence and len(sentence) <= _LONGEST:
            yield end - len(sentence), end


def _shortens(before: str) -> bool:
    """Whether the full stop behind these characters is that of a word that is cut short."""
    if not before or before[-1].isspace():
        return False
    last = before.lower().split()[-1].lstrip("(\"'")
    return last in _SHORTENED or (len(last) == 1 and last.isascii() and last.isalpha())


def _cut(
    sentence: str, offset: int, marks: frozenset[Guard], quoted: list[tuple[int, int]], casual: bool
) -> Iterator[Clause]:
    """Yield the clauses of one sentence; what came before one is kept for its guards, up to a "but"."""
    begin, leads_asking = led_up(sentence)
    again, how = retold(sentence)
    begin = max(begin, again)
    asked = "?" in sentence[-4:] and not leads_asking
    tag = asked and guards.tagged(sentence)
    cuts = (match.end() for match in form(_CUT).finditer(sentence, begin))
    parting = (
        at for at in cuts if not (form(_WHOLE).search(sentence, 0, at) or _on_condition(sentence, begin, at))
    )
    places = [begin, *parting, len(sentence)]
    before: tuple[str, ...] = ()
    for start, end in pairwise(places):
        raw = sentence[start:end]
        if not raw.strip():
            continue
        begins = offset + start + len(raw) - len(raw.lstrip())
        own = set(marks)
        if start > begin and form(r"\bbut\W*$").search(sentence, 0, start):
            before = ()
        if any(a < begins < b for a, b in quoted) or (start > begin and _introduced(sentence[begin:start])):
            own.add("quotation")
        if asked and (tag or end == len(sentence)):
            own.add("question")
        whose = form(_WHOSE).search(sentence, begin, start) if raw.startswith("who ") else None
        for told in _told_of(whose["np"], raw) if whose else (raw,):
            made = _clause(told, begins, offset + end, set(own), before, casual)
            before = (*before, made.whole)
            made = replace(made, retold=how) if how and start == begin else made
            yield replace(made, said=told) if whose else made


def _told_of(whom: str, raw: str) -> Iterator[str]:
    """Yield what "who lives in Rome, is visiting" says of somebody, each with the words for them."""
    for said in raw[len("who ") :].split(", ", 1):
        yield f"{whom[:1].upper()}{whom[1:]} {said.strip(' ,;.-')}"


# "My sister Bea, who lives in Rome, ..." says so of her.
_WHOSE = (
    rf"\b(?P<np>(?:my|our) (?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.RELATIONS)})(?: (?-i:[A-Z])[\w'-]+)?), $"
)


# "If a test fails, never skip it": an order without its condition is another one.
_CONDITION = r"(?:if|when(?:ever)?|once|before|after|every time|each time|as soon as|to|in|for|with|on|at|during|inside|within) [^,]{2,70}, "


_ORDERS = rf"(?:always|never) |{_HELP}"


# "If a parcel is damaged, we take a photo before opening it."
_IN_CASE = r"(?:if|when(?:ever)?) (?:an?|any|one of|somebody|someone|our) "
_AS_WE_DO = r"we (?:always |never |first |then )*(?:take|call|ring|offer|refund|wait|send|check|ask|close|return|reject|escalate|lock|write|log|tell|inform|replace|repair|charge|give|put|keep|email|phone|report|clean)\b(?! (?:you|it\b\W*$))"


def _on_condition(sentence: str, begin: int, at: int) -> bool:
    """Whether a cut would part an order from the condition before it."""
    order = begun(_ORDERS, sentence[at : at + 30])
    cased = begun(_AS_WE_DO, sentence[at : at + 30]) and begun(_IN_CASE, opened(sentence[begin:at])[0])
    return (bool(order) or bool(cased)) and fits(_CONDITION, opened(sentence[begin:at])[0])


# "Memorize my locker combination, 12-34-6".
_NAMED_NUMBER = r"(?P<np>(?:my|our|the|(?-i:[A-Z])[\w-]+'s) [\w' -]{2,40}?)(?:,|:| -) (?P<v>(?:[A-Z][A-Z-]* )?[\w#/-]*\d[\w./ -]*)"


def _introduced(before: str) -> bool:
    """Whether a colon before a clause presents its words as somebody else's ("my essay begins with: ...")."""
    head, colon, _ = before.rpartition(": ")
    return bool(colon) and not form(_LEADS_IN).fullmatch(head + ":")


def _clause(
    raw: str, start: int, end: int, marks: set[Guard], before: tuple[str, ...], casual: bool
) -> Clause:
    text = plain(raw).strip(" ,;:-").rstrip(" ,.!?\u2026;:")
    if text.rpartition(" ")[2].lower() in _CONJUNCTIONS:
        text = form(_CONJUNCTION).sub("", text)
    text = remarks.taken_off(text)
    now = ("now",) if begun(_OF_NOW, text) else ()
    asks_to_remember = begun(r"(?:please )?(?:can|could|will|would) you ", text)
    text, sure, greeted = opened(text)
    if sure and asks_to_remember:
        marks.discard("question")
    if sure and (named := form(_NAMED_NUMBER).fullmatch(text)):
        text = f"{named['np']} is {named['v']}"
    if first := begun(_FROM_NOW_ON, text):
        text = text[first:]
        if not guards.inverted(text):
            marks.discard("question")  # "from now on write ..., ok?"
            text = form(r",? (?:ok|okay|right|yeah|got it)$").sub("", text)
    if (
        "question" in marks
        and begun(_ORDERED, text)
        and form(r",? (?:ok|okay|alright|please|pls)\?\W*$").search(raw)
    ):
        marks.discard("question")  # "no emojis with me, ok?"
    request = begun(_REQUEST, text)
    if request:
        text = text[request:]
        marks.discard("question")
    elif cleft := form(_CLEFT).match(text):
        text = f"{cleft['who']} {cleft['verb']} {text[cleft.end() :]}"
    elif guards.inverted(text) and not begun(_WHAT_ONE_HAS, text):
        marks.add("question")
    whole = text
    if hedged := begun(_HEDGE, text):
        text = text[hedged:]
    elif "question" in marks:
        text = form(r"^(?:do|does|did) (?=(?:i|we|my|the|this|our)\b)").sub("", text)
        text = form(r"^(am|are) (i|we) ").sub(r"\2 \1 ", text)
    standing = bool(first) or holds(_STANDING, text)
    text, times = _timed(text)
    if text.endswith(" since"):
        # "I've been vegetarian since I was twelve": what follows is a clause of its own.
        text, times = text.removesuffix(" since"), (*times, "since then")
    times = times or now
    return Clause(
        text,
        start,
        end,
        times,
        bool(request),
        standing,
        sure,
        greeted,
        casual,
        frozenset(marks),
        whole,
        before,
    )


_ORDERED = r"(?:no|do not|never|always|just|call me|keep|use|write|answer|reply|remember|remind me) "
# "What I really like is bluegrass" asks nothing.
_CLEFT = (
    r"what (?P<who>i|we) (?P<verb>(?:really |actually |always |mostly )*(?:like|love|hate|prefer|enjoy|dislike|can not stand|use|drive|play|speak|study|teach|collect|(?:must|can) not forget(?= (?:today |tomorrow )?is to )|(?:still )?(?:have|need)(?= to do (?:today |tomorrow |still )?is to )|(?:am|are) aiming(?= for is to )|want(?= is to )))"
    r"(?: to do)?(?: for)?(?: today| tomorrow| still)?(?: most| the most| best| more than anything)?(?: (?:on|in|at|after) (?:an? |the |my )?[\w']{3,12})? is "
)
_WHAT_ONE_HAS = r"what (?:i|we) (?:have|own|keep)\b.* is an? "
# Openers that say when: enough for where one is, and no time of a plan.
_OF_NOW = r"(?:at the moment|right now|currently|these days|nowadays|today)\b"
# Where a clause may end before its words do: what follows tells how, where and with whom, or is another remark.
_COMPANY = (
    r" (?:with (?:my|the|our|his|her) \w+|in (?:this|our|my|the) (?:house|household|family|home|flat|office|team|class|group|repo|repository|project|codebase|monorepo|company)\b|except\b|apart from\b|everywhere\b"
    r"|(?:at|in|from|off|on) (?:the|an?|my|our|some) |and (?=(?:every|each|all|both|they|none|one|[\w.-]+ (?:is|are|sits?|runs?|uses?|lives?|does|has)) )"
    r"|if (?=you |anyone |that |it )|so (?=no |nothing |please |pls |keep |skip |avoid )"
    r"|(?:nobody|no one|who|which|that|when|whenever|because|although|though|until|while|as soon as) |but (?!also)|for a living\b|in case\b|to be (?:near|close|with)\b"
    r"|during the (?:week|day|term|winter|summer|season)\b|so (?=(?:ping|call|text|message|write|email|send|book|make|avoid|skip|no|nothing|please|pls|plz|don't|dont|do not|let|give|tell|check|remind|reply|always|never|bear|expect) )"
    r"|(?:before|after|with) (?:breakfast|lunch|dinner|meals?|food|bed|bedtime|work|school)\b|just in case\b)"
)
_MOST_CUTS = 4


def shortened(clause: Clause) -> Iterator[Clause]:
    """Yield the clause up to each comma, from its first on, and up to what tells how, where and with whom, from the last back."""
    text, seen = clause.text, {clause.text}
    begins = clause.whole.find(text)
    places = [match.start() for match in re.finditer(r", | - | \(", text)][:_MOST_CUTS]
    company = [match.start() for match in form(_COMPANY).finditer(text)][:_MOST_CUTS]
    for at in (*places, *reversed(company)):
        head, times = _timed(text[:at])
        if " " not in head:
            head = text[:at]  # "Petra here"
        if " " in head and head not in seen:
            seen.add(head)
            whole, after = (
                (clause.whole[: begins + at], clause.whole[begins + at :])
                if begins >= 0
                else (clause.whole, "")
            )
            yield replace(
                clause,
                text=head,
                times=(*clause.times, *times),
                whole=whole,
                after=after.lstrip(" ,-("),
            )


# Each of these raises a guard, which is read from the whole clause. Without it a row can tell what is being let go.
_HEDGE = (
    r"(?:(?:maybe|perhaps|apparently|supposedly|allegedly|reportedly|imagine|suppose|let's say|assuming"
    r"|(?:if|unless)(?= (?:i|we|my|our|this)\b)|i (?:think|guess|heard|believe|suppose|wish)"
    r"|(?:he|she|they|someone|people) (?:say|says|said|told me|thinks?|claims?))(?: that)?,? )+"
)


# Any of these, or a digit, is in every phrase that names a time.
_TIME_WORDS = frozenset(
    """ago since until till today tonight tomorrow yesterday week weeks weekend month months year years day days hour hours minute
    minutes noon midnight morning afternoon evening night spring summer autumn fall winter sprint quarter january february march april
    may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday
    thursday friday saturday sunday season term semester mondays tuesdays wednesdays thursdays fridays saturdays sundays mon tue tues wed thu thurs fri sat
    sun""".split()
)
_TIME_ENDS = _TIME_WORDS | frozenset(
    "am pm oclock clock now then long half past utc m one two three four five six seven eight nine ten eleven twelve thirty on onwards".split()
)
_TIMED, _LETTERS = re.compile(r"\d"), re.compile(r"[a-z]+")
# Before a time at the end these make it a value, not an adjunct ("the deadline is Friday", "I turned 34").
_TAKES_A_TIME = (
    r"\b(?:is|on|now|not|not on|no longer(?: on| at)?|rather than|instead of|born|called|named|turned|am|at|moved to|than|version"
    r"|like|love|hate|to|for|uses?"
    r"|due(?: on| by)?)$|\b(?:not|no longer)\b[^,]{1,30} but$"
)
_SMILE = r",?\s*(?:[:;]-?[)D(]|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]+)$"
# Whole expressions: one that is put together at each use takes longer to look up than to try.
_FIRST_TIME, _LAST_TIME = rf"({PHRASE}),? +(?=\S)", rf" ({PHRASE})$"
_AND_MORE = r" (?:for|with|because of) (?:an?|the|my|our|some|work|business)\b[^,]*$"
_TIME_AND_MORE = rf" ({PHRASE}){_AND_MORE}"
_LAST_WORDS = rf"(?: like)?,? {_TRAILER}$"
_LAUGH = r"lo+l|lmf?ao|rofl|(?:ha){2,}h?|(?:he){2,}"
# With these the last words are what is liked, or how often.
_OF_TASTE = (
    r"\b(?:prefer|like|love|hate|enjoy|dislike)\b.* (?:in the (?:morning|evening|afternoon)|at (?:work|home|night))$"
    r"|\bcould (?:happily |easily )?(?:eat|drink|watch|listen|do|play)\b.* (?:every|each) (?:single )?(?:day|night|week)$"
)
# Who hates meetings on Fridays may like them on Mondays.
_TASTE = r"(?:(?:i|we|my \w+)(?: (?:really|also|just|always|absolutely|usually|mostly|generally|do|much|still|definitely|both))* (?:prefers?|likes?|loves?|hates?|enjoys?|dislikes?|(?:do|does) not (?:like|enjoy)|can not stand|would rather)|(?:i am|we are) not (?:a fan of|keen on|into))\b"
_HABITUAL = (
    r"(?:on |every )?(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:mornings?|afternoons?|evenings?|nights?)|(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekdays|weekends|school nights)"
    r"|(?:(?:at|before|after|by|around|until|till|from) )?(?:noon|midnight|\d{1,2}(?::\d\d)?(?: ?[ap]\.?m\.?)?)|(?:in|during) (?:the )?(?:spring|summer|autumn|fall|winter|january|february|march|april|may|june|july|august|september|october|november|december)"
)
_ADVERBIAL = (
    r"(?:(?:(?:every|each) (?:single )?(?:morning|evening|night|day|week|month|(?:mon|tues|wednes|thurs|fri|satur|sun)day)|(?:once|twice) a (?:day|week|month)|at (?:night|bedtime)|in the (?:mornings?|evenings?)|before (?:bed|breakfast)|on (?:weekdays|weekends|school days)),? (?=(?:i|we|my|our)\b)"
    r"|(?:after|during|with|following|due to|despite|thanks to|as of|for|in|at"
    r"|on) [^,]{2,40}?,? (?=(?:i|we)\b)"
    r"|(?:in|on|at|for) (?:this|our) (?:project|repo|repository|codebase|team|company|app),? (?=\w)"
    r"|(?:when it comes to|as for|as far as|speaking of|regarding|talking of|on the subject of) [^,]{2,40}?(?: goes?| is concerned)?,? (?=(?:i|we|my)\b)"
    r"|when you (?:\w+)\b[^,]{0,40}?,? (?=i (?:(?:would )?(?:rather|prefer)|like|want|hate|love)\b))"
)


_ASIDE = (
    r"((?:my|our) [\w -]{2,30}?) ((?:(?:for )?(?:this|next) (?:year|month|week|summer|winter|spring|autumn|term|semester|quarter|season)|for 20\d\d"
    r"|at the moment|right now|these days|so far|nowadays))(?= (?:is|are)\b)"
)


def _timed(text: str) -> tuple[str, tuple[str, ...]]:
    """Take time phrases and trailing adverbs off both ends of a clause."""
    times: list[str] = []
    timed = bool(_TIMED.search(text)) or not _TIME_WORDS.isdisjoint(_LETTERS.findall(text.lower()))
    if timed:
        text = _leading(text, times)
    if text[:3].lower() in ("my ", "our") and (aside := form(_ASIDE).match(text)):
        # "My goal this year is to read twenty books".
        times.append(aside[2])
        text = aside[1] + text[aside.end(2) :]
    text = text[begun(_ADVERBIAL, text) :]
    said, tail = low(text), max(0, len(text) - 80)
    if (
        timed
        and low_form(_AND_MORE).search(said, tail)
        and (match := low_form(_TIME_AND_MORE).search(said, tail))
    ):
        times.append(text[match.start(1) : match.end(1)])
        text = text[: match.start()]
    for _ in range(4):
        said = low(text)
        if (
            timed
            and _ends_in_time(said)
            and (match := low_form(_LAST_TIME).search(said, max(0, len(said) - 60)))
        ):
            end = match.start() - said.endswith(",", 0, match.start())
            if low_form(_TAKES_A_TIME).search(said, 0, end) or (
                low_form(_HABITUAL).fullmatch(match[1]) and begun(_TASTE, said)
            ):
                break
            times.append(text[match.start(1) :])
        elif (end := _trailing(said)) == len(said) or holds(_OF_TASTE, said):
            break
        text = text[:end]
    return text.strip(" ,"), tuple(times)


def _ends_in_time(said: str) -> bool:
    """Whether the last word can be that of a time."""
    last = said.rpartition(" ")[2]
    return bool(_TIMED.search(last)) or not _TIME_ENDS.isdisjoint(_LETTERS.findall(last))


def _trailing(said: str) -> int:
    """Return where it begins that trails behind a statement and says nothing of it: at its end, where nothing does."""
    last = said[said.rfind(" ") + 1 :]
    if last in _TRAILS or low_form(_LAUGH).fullmatch(last):
        found = low_form(_LAST_WORDS).search(said, max(0, len(said) - 40))
    else:
        found = None if last[-1:].isalnum() else form(_SMILE).search(said, max(0, len(said) - 40))
    return found.start() if found else len(said)


def _leading(text: str, times: list[str]) -> str:
    """Take up to two time phrases off the beginning, where a subject follows them."""
    for _ in range(2):
        end = begun(_FIRST_TIME, text)
        if not end or form(r"(?:every|(?:mon|tues|wednes|thurs|fri|satur|sun)days? (?:is|are)|may )").match(
            text
        ):
            break
        if not form(r"(?:i|we|my|our|the|he|she|they|this|(?-i:[A-Z])\w*)\b").match(text, end):
            break
        times.append(text[:end].rstrip(" ,"))
        text = text[end:]
    return text
