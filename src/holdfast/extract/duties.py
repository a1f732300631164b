"""What people still have to do: "I need to renew my passport", "the gutters have to be cleaned", "I promised to draft the minutes".

A duty is told by its verb: what is done outside the talk ("renew", "mow", "rotate the keys"). "I need to understand this" is none, nor is what a
program does to its data.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import values, words
from .clauses import Clause
from .predicates import PROJECT, Claim, Rule
from .spelling import form, tokens
from .terms import due

_RELATION = words.one_of(words.RELATIONS)
_VERB = words.one_of(words.CHORES)
_WHOM = rf"(?:(?:my |our |the )?(?:{_RELATION})|(?-i:[A-Z])[\w'-]+)"
_OBJECT = (
    rf"(?:the|my|our|his|her|their|an?|some|all|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|a hundred|\d+|more|new|for|{_WHOM}|rent|tickets?|flights?|groceries|milk|bread|nappies|diapers|stamps|paint"
    r"|bills|tax(?:es)?|laundry|washing|flowers|presents?|gifts?|food|supplies|tyres|tires)\b"
)
_CHORE = rf"(?:(?:{_VERB})(?: (?:up|off|in|out|back|down|away))?(?: (?:to|for))? {_OBJECT}|(?:send|give|bring|hand|pay|lend|buy|get) (?!me\b|us\b|you\b)[\w'-]+ (?:the|my|our|an?|some|his|her|their) |get (?:the|my|our|his|her) [\w ]{2, 25}? (?:inspected|fixed|repaired|serviced|cleaned|checked|painted|replaced|vaccinated|signed|valued|insured|tuned|cut|mended|fitted)\b|(?:get back|write back|report back|call back) to (?:(?:mr|mrs|ms|dr)\.? )?{_WHOM}(?: (?:about|with|on|by|before|regarding) .+)?$|write (?:an?|the|my|our) (?:[\w-]+ )?(?:speech|letter|report|essay|reference|eulogy|toast|paper|thesis|application|cover letter|cv|article|newsletter|thank-you note|will|exam|proposal|complaint|invoice)\b(?: (?!in\b).*)?$|do the (?:dishes|laundry|ironing|washing|shopping|hoovering|taxes|accounts|books|vacuuming|groceries)).*"
# What a program is made of, or what lies at hand, is no errand.
_AT_HAND = (
    r"\b(?:functions?|methods?|arrays?|lists?|strings?|loops?|variables?|values?|elements?|rows?|columns?|quer(?:y|ies)|errors?|bugs?|class(?:es)?|objects?|fields?|regex|numbers?"
    r"|lines?|characters?|index(?:es)?|json|csv|dict\w*|dataframes?|components?|buttons?|divs?|imports?|parameters?|arguments?|syntax|code|scripts?|following|below|above|each|every"
    r"|hearts?|souls?|e-?mails? to|letters? to (?!pick|collect|post|send|sign|mail)|occurrences?|instances?|foo|bar|\w with \w|paragraphs?|sentences?|words?|essay|attention|sense|difference|break|time|ways?|idea|look|step|chance|risk|point|part)\b"
)


def _phrase(raw: str, casual: bool) -> values.Values:
    """A duty in a few words: whose things they are does not matter ("water her plants")."""
    raw = form(r" of (?:it|them|this|that)$").sub("", values.bare(raw))
    return (raw,) if values.phrase(form(r"\bher (?=\w)").sub("his ", raw), casual) else ()


def chore(raw: str, casual: bool) -> values.Values:
    """What somebody has to do, if it is done outside the talk."""
    at_hand = form(_AT_HAND).search(raw)
    return _phrase(raw, casual) if not at_hand and form(_CHORE).match(raw) else ()


_UNDO = {
    "paid": "pay", "sent": "send", "bought": "buy", "fed": "feed", "rung": "ring", "done": "do", "written": "write", "picked up": "pick up", "taken": "take",
    "booked": "book", "cancelled": "cancel", "planned": "plan", "replied": "reply", "filed": "file", "told": "tell", "mailed": "mail",
}  # fmt: skip


def undone(raw: str, casual: bool) -> values.Values:
    """What is not done yet, as what there is to do: "paid the deposit" is "pay the deposit"."""
    first, _, rest = raw.partition(" ")
    verb = _UNDO.get(first.lower(), "")
    for shorter in (first[:-2], first[:-1], f"{first[:-3]}y") if first.lower().endswith("ed") else ():
        verb = verb or (shorter.lower() if shorter.lower() in words.CHORES else "")
    return chore(f"{verb} {rest}", casual) if verb else ()


def _left(raw: str, casual: bool) -> values.Values:
    """What is still to be done to something: "a report to finish"."""
    return () if form(_AT_HAND).search(raw) else (values.unled(values.bare(raw)),)


# What one hands over or does for somebody.
_PROMISED = r"(?:[\w-]+ )?(?:lift|cake|list|draft|quote|estimate|reply|report|call|callback|copy|recipe|slides|photos|pictures|answer|summary|update|invoice|parcel|letter|reference|plan|schedule|timetable|offer|sketch|sample|samples|presentation|spreadsheet|document|documents|figures|numbers|contract|review|translation|ride|visit|demo|refund|key|keys)\b.*"
_HAVE_TO = r"(?:need to|have to|got to|must|have got to|need to remember to|should really|ought to)"
DUTIES: Sequence[Rule] = (
    Rule(
        "task",
        rf"(?:be going to )?(?:still |really |also |first |then )*{_HAVE_TO} (?P<v>.+)",
        chore,
        confidence=0.8,
    ),
    Rule(
        "task",
        r"(?:have )?(?:offered|volunteered|promised(?! myself)(?: [\w' ]+?)??|undertook|undertaken) to (?P<v>(?!the |an? |my |our |his |her |their |this |that |all ).+)",
        _phrase,
        confidence=0.8,
    ),
    Rule(
        "task",
        rf"(?:have )?(?:told {_WHOM}(?: that)?|said(?: that)?|promised(?: {_WHOM})?(?: that)?) (?:i|we) (?:would|will) (?P<v>.+)",
        chore,
        confidence=0.8,
        stands=frozenset({"hypothetical"}),
    ),
    Rule("task", r"be supposed to (?P<v>.+)", chore, needs="time", stands=frozenset({"hypothetical"})),
    Rule("task", r"be behind (?:on|with) (?P<v>(?:my|the|our) .+)", values.phrase, confidence=0.8),
    Rule("task", r"have (?:still )?not (?P<v>\w+ .+)", undone, needs="yet", confidence=0.8),
    Rule("task", r"(?:still )?have not (?P<v>\w+ .+)", undone, needs="still", confidence=0.8),
    Rule(
        "task",
        rf"(?:still )?(?P<v>owe (?!me|you|him|her|them|it)(?:{_WHOM}|(?:the|my|our) [\w-]+) (?:an?|the|some) (?={_PROMISED})[\w-]+(?: (?!about|on|for|by|since|from)[\w-]+)?)(?: (?:about|on|for|by|since|from)(?: .*)?)?",
        _phrase,
        confidence=0.8,
    ),
    Rule("task", r"(?:have been|be|keep) meaning to (?P<v>.+)", _phrase, confidence=0.8),
    Rule(
        "task",
        r"should (?:really |probably |also |finally )*(?P<v>.+)",
        chore,
        confidence=0.75,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "task",
        r"(?:still )?have (?:still |got )*(?P<v>(?:an?|the|two|three|four|five|six|seven|eight|nine|ten|twelve|some|my|\d+|an? (?:pile|stack|stacks|heap|bunch|batch|load) of) (?:[\w-]+ ){1,3}(?:left )?to (?:pick up|collect|fetch|drop off|send out|hand over|assemble|finish|write|submit|hand in|deliver|send|return|pay|fix|mend|review|grade|mark|prepare|sign|pack|repair|sew|iron|wash|clean|post|translate|paint|edit|book|order|answer|reply to|sort out))(?: .*)?",
        _left,
        confidence=0.8,
    ),
    Rule("task", r"have yet to (?P<v>.+)", chore, confidence=0.8),
    Rule(
        "task",
        rf"(?:have )?promised (?!myself|ourselves|him|her|them|you|me\b)(?:{_WHOM}|(?:the|my|our) [\w-]+(?: [\w-]+)?) (?P<v>(?:an?|the|some|two|three) {_PROMISED})",
        _phrase,
        confidence=0.8,
    ),
    Rule("task", r"have until .+ to (?P<v>.+)", values.phrase),
)
# Over the whole clause: "the tax return is still on my list".
ON_A_LIST = Rule(
    "task",
    r"(?P<v>(?!(?:it|this|that|what|who|which|he|she|they|all|everything|nothing)\b).+?) (?:is|are) (?:still |also |next |first |high |top )*on my (?:to-?do )?(?:list|plate)(?: for .+)?",
    values.phrase,
    confidence=0.8,
)

# "The tax return has to be in by May 31": the time is taken off the clause.
_HAS_TO_BE_IN = (
    r"(?:the |our |my |this )?(?P<np>(?!(?:it|he|she|they|that|there|everything|all|you)\b)[\w'-]+(?: [\w'-]+){0,3}?) (?:has to|have to|must|needs? to) be(?: handed| turned| sent)?"
    r"(?: in| (?:done|submitted|filed|paid|sent|out|finished|returned|renewed|delivered|completed))?"
)


def _inflected(verb: str) -> str:
    """Return the participles of a chore as an expression: "cleaned" and "cleaning"."""
    stem = verb.removesuffix("e")
    double = stem + stem[-1] if verb in ("trim", "mop", "tap", "ship", "submit", "cancel") else stem
    past = {"pay": "paid", "sew": "sewn", "feed": "fed", "bleed": "bled", "dig": "dug", "hang": "hung", "rewrite": "rewritten", "rebuild": "rebuilt", "send": "sent",
            "bring": "brought", "take": "taken", "buy": "bought", "ring": "rung", "redo": "redone", "sweep": "swept", "weed": "weeded"}  # fmt: skip
    return rf"{past.get(verb) or (stem[:-1] + 'ied' if stem.endswith(('fy', 'dy', 'ty', 'ly')) else double + 'ed')}|{double}ing"


_DOING = "|".join(sorted(map(_inflected, words.CHORES)))
# "The gutters have to be cleaned", "the export button still needs testing", "my bike needs a new chain".
_TO_BE_DONE = (
    r"(?P<whose>the|my|our) (?P<np>(?!(?:other|same|following)\b)[\w'-]+(?: [\w'-]+){0,3}?) (?P<still>still )?"
    rf"(?:(?:has|have|needs?|must|ought)(?: to)? be (?P<done>(?:{_DOING})\b.*)|needs? (?P<doing>(?:{_DOING})\b.*)|wants? (?P<wanting>(?:cleaning|trimming|washing|mowing|watering|painting|weeding|sweeping|oiling|emptying|mending|changing|clipping|cutting|pruning|ironing|dusting|servicing|digging|repotting|sealing|sharpening|airing|raking|repainting|fixing|hoovering|greasing|tuning)(?: (?:before|by) [^,]+)?)"
    r"|(?:is|are) (?P<due>(?:long )?(?:over)?due (?:for|a) (?:an? |its )?(?:service|clean|wash|repair|trim|check-?up|oil change|new \w+)\b.*)"
    r"|needs? (?P<new>(?:an? )?(?:new (?!home|name|look|life|idea|start)|oil change|service\b|clean\b|wash\b|repair|trim\b|refill|lick of paint|coat of paint|check-?up).*))"
)


_OWING = frozenset({"be", "need", "needs", "due", "want", "wants"})


def owed(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "The tax return has to be in by May 31", "the gutters have to be cleaned before winter", "my bike needs a new chain"."""
    if _OWING.isdisjoint(tokens(text)):
        return
    if " be" in text and (match := form(_HAS_TO_BE_IN).fullmatch(text)):
        by = next((time for time in clause.times if form(r"(?:in )?(?:by|before|until)\b").match(time)), "")
        if by:
            yield from due(match["np"], re.sub(r"^(?:in )?(?:by|before|until) ", "", by), clause)
            return
    match = form(_TO_BE_DONE).fullmatch(text)
    if (
        match is None
        or (not match["still"] and form(_AT_HAND).search(text))
        or form(_AGAIN).search(clause.whole)
        or text.endswith((" something", " someone", " somebody"))
    ):
        return
    # "The bike needs a new chain" may be any bike that is spoken of.
    mine = match["whose"].lower() in ("my", "our")
    if mine or match["done"] or match["due"] or match["wanting"] or (match["doing"] and match["still"]):
        told = " ".join((text, *clause.times)) if clause.times else text
        whose = PROJECT if match["np"].lower().split()[-1] in words.SYSTEMS else speaker
        yield Claim(whose, "task", values.bare(told), confidence=0.8)


# What comes round again is a rule, and no task.
_AGAIN = r"\b(?:every|each|always|never|whenever|when|if|unless|daily|weekly|monthly|yearly|annually|regularly|once a|to (?:run|work|build))\b|\b(?:before|after) (?:you|we|\w+ing)\b"
