"""What is asked of the listener: how to answer, how to work, what to do later, and what to remember, forget or keep out.

`asked` reads instructions that are memories themselves (reply preferences, procedures, tasks). `ordered` reads orders about
the memory: forget this, do not remember that, ignore my earlier preferences. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from . import values, words
from .claims import claims
from .clauses import Clause
from .predicates import PROJECT, Claim
from .spelling import form, tokens

REPLIES = "replies"
_REPLY = r"(?:responses?|answers?|replies|reply|explanations?|messages|summaries|output|outputs|feedback)"
_LENGTH = {
    "short": "short shorter brief briefer concise terse succinct crisp snappy one-sentence one-line to-the-point minimal",
    "detailed": "long longer detailed thorough in-depth verbose comprehensive elaborate lengthy extensive step-by-step deeper",
}
LENGTHS = {word: name for name, listed in _LENGTH.items() for word in listed.split()}
_TONES = "formal|informal|casual|friendly|professional|polite|sarcastic|humorous|direct|blunt|playful|neutral|warm|serious|funny|technical|simple|plain|non-technical"
_FORMATS = "bullet points|bullets|bullet lists?|bulleted lists?|numbered lists?|lists|tables|a table|markdown|plain text|json|yaml|xml|html|code only|code blocks|prose|paragraphs|headings"
_LANGUAGES = "|".join(sorted(words.LANGUAGES, key=len, reverse=True))
_MUCH = (
    r"(?:more |much |a bit |a little |really |very |always |as \w+ as possible |nice and |super "
    r"|rather |your |the |my |all |to be |just )*"
)
_NO_EMOJI = (
    r"(?:(?:do not|never|stop|avoid|no|without|skip|drop|please no)(?: ever)?(?: more)?(?: us(?:e"
    r"|ing)| put(?:ting)?| add(?:ing)?| includ(?:e|ing)| with)?(?: the| any)? emojis?)(?: .*)?"
    r"|no (?:more )?emojis?(?: .*)?"
)

_WANT = (
    r"(?:i (?:now |really |would |also |generally |much |usually )*(?:want|prefer|like|need"
    r"|would like|appreciate|rather have|expect)(?: to (?:get|see|have|receive))?(?: it)?(?: if"
    r"| when)? )"
)
_KEEP = r"(?:always |just |only |also )*(?:keep|make|give|write|be|use|provide|stay|send)(?: me| us)? "


def asked(clause: Clause, speaker: str) -> list[Claim]:
    """Return the claims of an instruction, or []: at most one kind of reading fits."""
    text, said = clause.text, tokens(clause.whole)
    for triggers, reading in ((_OF_REPLIES, _replies), (_OF_TASKS, _tasks), (_OF_PROCEDURES, _procedures)):
        if not triggers.isdisjoint(said) and (found := list(reading(text, clause, speaker))):
            return found
    return []


# Without one of these words a reading cannot fit.
_OF_REPLIES = frozenset(
    """response responses answer answers reply replies respond explanation explanations message messages summary summaries output outputs
    feedback emoji emojis metric imperial si be keep stay write speak talk explain communicate""".split()
)
_OF_TASKS = frozenset("remind reminder remember forget todo to-do action list note set create".split())
_OF_PROCEDURES = frozenset(
    """always never ever make be ensure take must when whenever if before after every each once soon to for on use prefer pick choose first all
    any do don run""".split()
)


def _reply(attribute: str, value: str) -> Claim:
    return Claim(REPLIES, attribute, value, "preference", 0.9)


def _replies(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    text = re.sub(
        r",? (?:from now on|going forward|in (?:the )?future|please|pls|always)$", "", text, flags=re.I
    )
    adjective = rf"(?P<adj>{'|'.join(LENGTHS)}|{_TONES})"
    if form(_NO_EMOJI).fullmatch(text):
        yield _reply("emoji", "none")
    elif (
        (
            match := form(
                rf"(?:{_WANT}|{_KEEP}){_MUCH}{adjective}(?:,? (?:and |but )?(?:more "
                rf"|less )?[\w-]+)? (?:\w+ )?{_REPLY}\b(?: .*)?"
            ).fullmatch(text)
        )
        or (match := form(rf"(?:{_WANT}|{_KEEP}){_MUCH}{_REPLY} {_MUCH}{adjective}\b.*").fullmatch(text))
        or (
            match := form(
                rf"(?:your |all |the )?{_REPLY} (?:should|must|need to|have to|ought to"
                rf"|can) (?:always )?be {_MUCH}{adjective}"
            ).fullmatch(text)
        )
    ):
        yield from _adjective(match["adj"])
    elif match := form(
        r"(?:always |please )?use (?P<v>metric|imperial|si)(?: units)?|i would (?:prefer"
        r"|like) it if you used (?P<w>metric|imperial|si)(?: units)?"
    ).fullmatch(text):
        yield _reply("units", match["v"] or match["w"])
    elif match := form(
        r"(?:always )?(?:write|speak|talk|answer|reply|respond|use)(?: to me| with me)?(?: in"
        rf"| with)? an? {_MUCH}(?P<adj>{_TONES}) (?:tone|style|voice|manner)(?: .*)?"
    ).fullmatch(text):
        yield _reply("tone", match["adj"].lower())
    elif match := form(rf"be {_MUCH}{adjective}").fullmatch(text):
        yield from _adjective(match["adj"])
    elif match := form(
        r"(?:always |just )?(?:keep it|keep things|be|stay|make it|make them"
        rf"|keep them) {_MUCH}{adjective}(?: (?:with me|in your {_REPLY}|when you (?:answer|reply"
        r"|respond).*))?"
    ).fullmatch(text):
        if clause.standing or form(r"\b(?:with me|your|when you|always)\b").search(text):
            yield from _adjective(match["adj"])
    elif match := form(
        r"(?:always |only |just )?(?:answer|reply|respond|write|speak|talk|explain(?: things)?"
        r"|communicate|address me)(?: to me| with me| me| back"
        rf"| everything)? (?:only )?in (?P<lang>{_LANGUAGES})(?: only)?"
    ).fullmatch(text):
        if clause.asks or clause.standing or form(r"\b(?:always|only|me)\b").search(text):
            yield _reply("language", values.bare(match["lang"]))
    elif match := form(
        rf"(?:{_WANT}|{_KEEP}|(?:always |only )?(?:answer|reply|respond"
        rf"|format (?:your )?{_REPLY})(?: to me| me)? (?:with|in|using|as) "
        rf"|put (?:your )?{_REPLY} in )(?P<fmt>{_FORMATS})(?: (?:in|for|when) .*)?"
    ).fullmatch(text):
        if form(rf"{_REPLY}|\b(?:answer|reply|respond|always)\b").search(text) or clause.standing:
            yield _reply("format", match["fmt"].lower())
    elif match := form(
        rf"(?:your |all )?{_REPLY} (?:should|must|need to) (?:always )?(?:be|come|use) (?:in |as "
        rf"|formatted as |with )?(?P<fmt>{_FORMATS}|{_LANGUAGES})"
    ).fullmatch(text):
        yield _reply("language" if match["fmt"].lower() in words.LANGUAGES else "format", match["fmt"])


def _adjective(word: str) -> Iterator[Claim]:
    low = word.lower()
    yield _reply("length", LENGTHS[low]) if low in LENGTHS else _reply("tone", low)


# ---- tasks -----------------------------------------------------------------------------------------------------------

_NO_TASK = (
    r"(?:take (?:time|care|a (?:break|moment|breath))|have (?:fun|a)|enjoy|breathe|smile|rest"
    r"|relax|be |keep (?:going|smiling)|let (?:me|us)|check out|tell me|send me|share|say|laugh"
    r"|love|believe|celebrate|treat yourself|stay|live|do what|cherish|like and)"
)


def _tasks(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    if match := form(
        r"(?:(?:always |just )?remind me (?:again )?(?:to|about|that i (?:have|need) to)|(?:set|create"
        r"|add|make)(?: me)? a (?:reminder|task|todo) (?:to|for|about)"
        r"|note to self:?(?: to)?) (?P<v>.+)"
    ).fullmatch(text):
        yield _task(speaker, match["v"])
    elif (match := form(r"(?:do not|never|don't) (?:let me )?forget to (?P<v>.+)").fullmatch(text)) or (
        match := form(r"(?:i (?:have to|must|need to|should) )?remember to (?P<v>.+)").fullmatch(text)
    ):
        work = form(
            rf"(?:always|never)\b|(?:{_WORK})\b.*\b(?:before|after|when(?:ever)?|every|each)\b"
        ).match(match["v"])
        if work:
            yield _procedure(match["v"])
        elif not form(_NO_TASK).match(match["v"]) and not form(r"\b(?:you|your|yourself)\b").search(
            match["v"]
        ):
            yield _task(speaker, match["v"])
    elif match := form(
        r"(?:to-?do|action item|ai)(?: item| list)?[:,-]? (?P<v>(?!list|app|is)\w.+)"
    ).fullmatch(text):
        yield _task(speaker, match["v"])
    elif match := form(
        r"(?:add|put|write|stick) (?P<v>.+?) (?:to|on|onto|in) (?:my|the|our) (?P<list>(?:[\w-]+ )?list)"
    ).fullmatch(text):
        name = match["list"].lower().replace("to-do", "todo")
        for value in values.taste(match["v"], clause.casual):
            yield Claim(speaker, "task" if name in ("list", "task list") else name, value)


def _task(speaker: str, raw: str) -> Claim:
    return Claim(speaker, "task", values.bare(raw))


# ---- procedures ------------------------------------------------------------------------------------------------------

_WORK = (
    r"run|rerun|re-run|use|write|commit|push|pull|check|test|review|deploy|merge|rebase|squash"
    r"|lint|format|log|validate|add|include|ask|confirm|create|update|keep|name|put|call|cc|reply"
    r"|start|build|rebuild"
    r"|back up|document|pin|wrap|return|prefer|escape|sanitize|verify|install|bump|tag|delete"
    r"|remove|store|hard-?code|expose|edit|modify|touch|skip|ignore|force-push|force push|share"
    r"|cite|prefix|quote|sign|restart|clear"
    r"|roll back|rollback|revert|ping|notify|page|open|close|set|disable|enable|switch|follow"
    r"|avoid|mock|cache|encrypt|rotate|assign|link|mention|post|save|regenerate|generate|bypass"
    r"|disable|publish|import|raise|catch|apply|copy|drain|scale|warm"
)
_ALWAYS = rf"(?:you (?:must|should|need to|have to) )?(?:always|never)(?: ever)? (?P<v>(?:{_WORK})\b .+)"
_CONDITION = (
    r"(?:when(?:ever)?|if|before|after|every time|each time|once|as soon as|to (?:release|deploy"
    r"|build|test|run|start|publish|restart|debug|install|set up|roll back|update|ship|cut|add"
    r"|create)|for (?:every|each|all)|on (?:every|each))"
)
_PERSONAL = (
    r"\byour (?!code|changes|branch|work|tests?|commits?|prs?|answers?|imports|replies|responses)"
    r"|\bkeep \w+ing\b|\b(?:me|my|mine|yourself|myself|us|him|her|them(?:selves)?|life|heart|love"
    r"|dream|happy|smile|friends?|family|kids)\b"
)


def _procedures(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Always run ...", "never push ...", "before deploying, run ...", "use pnpm instead of npm"."""
    if clause.times and form(r"(?:do not|never)\b").match(text):
        text = " ".join((text, *clause.times))
    if form(_PERSONAL).search(re.sub(r"\bfor me\b", "", text)):
        return
    always = form(_ALWAYS).fullmatch(text) or form(
        r"(?:we|i) (?:always|never) (?P<v>(?:run|use|write|commit|push|deploy|merge|rebase|squash|lint"
        r"|format|log|pin|tag) .*\b(?:before|after|when|first|to (?:main|master|prod\w*)|directly"
        r"|branch|commits?|tests?|migrations?|PRs?|releases?|merging|deploying)\b.*)"
    ).fullmatch(text)
    if (
        always
        or form(rf"(?:do not|don't) ever (?:{_WORK})\b .+").fullmatch(text)
        or form(rf"you must (?:not|never) (?:{_WORK})\b .+").fullmatch(text)
    ):
        yield _procedure(text)
    elif match := form(
        r"(?:always )?(?:make sure|be sure|ensure|take care)(?: that)?(?: you| we"
        r"| to)*(?: always)? (?P<v>\w.+)"
    ).fullmatch(text):
        if form(rf"(?:{_WORK}|never|all|every|each|the)\b").match(match["v"]):
            yield _procedure(match["v"])
    elif (
        (
            match := form(
                r"(?P<when>(?!if (?!.*(?:fail|break|broken|error|time|crash|conflict|miss|exist|need|change"
                r"|touch|add|edit|modif|unsure|in doubt|red|flak|large|big"
                rf"|new)\w*\b.*,)){_CONDITION}(?: (?:[^,]|,(?= \d)){{3,80}}?)?), (?:then |please |always "
                r"|you (?:must|should|need to) |make sure to |first )*(?P<v>(?:never "
                rf"|do not )?(?:{_WORK})\b .+)"
            ).fullmatch(text)
        )
        or form(rf"first,? (?:{_WORK}) .+,? (?:and )?then (?:{_WORK}|\w+) .+").fullmatch(text)
        or form(
            r"use .+ (?:in|for) (?:the |all |every |our )(?:docs?|code|codebase|repo|tests?|commits?"
            r"|comments?|api|frontend|backend|logs?|\w+ (?:files?|messages?|names?|docs?)|documentation"
            r"|new code|everything)"
        ).fullmatch(text)
        or form(
            r"(?:use|prefer|pick|choose|reach for) .{1,60}? (?:instead of|rather than|over|, not) .{1,60}"
        ).fullmatch(text)
        or (
            form(
                rf"(?:{_WORK}) .+ (?:before|after|when|whenever|on every|for every|in every|every time"
                r"|each time|on each|at the end of every) (?:you |we |each |every |any |a |an |the )*\w.*"
            ).fullmatch(text)
            and not form(r"\bi\b").search(text)
        )
        or form(
            r"(?:every|each|all|any) (?:new )?(?:PRs?|pull requests?|commits?|functions?|releases?"
            r"|branch(?:es)?|migrations?|endpoints?|changes?|deploys?|tests?|files?|modules?|tickets?"
            r"|bugs?|features?) (?:needs?|must|should|requires?|has to|have to|gets?) .+"
        ).fullmatch(text)
        or form(
            rf"(?:do not|never) (?:{_WORK})(?: .+)? (?:in (?:this|the|our) (?:repo|repository|codebase"
            r"|project|code|app|file)|on (?:main|master|prod\w*|fridays?)|to (?:main|master|prod\w*)"
            r"|directly|without .+)(?: .*)?"
        ).fullmatch(text)
        or (clause.standing and form(rf"(?:please )?(?:do not )?(?:{_WORK})\b .+").fullmatch(text))
    ):
        yield _procedure(text)


def _procedure(raw: str) -> Claim:
    return Claim(
        PROJECT,
        "procedure",
        values.bare(re.sub(r"^you (?:must|should|need to|have to) ", "", raw, flags=re.I)),
        "procedure",
        0.85,
    )


# ---- orders about the memory -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Order:
    """An order about the memory: "forget" what `claims` or `words` name, "withhold" what was said, "reset" preferences."""

    verb: Literal["forget", "withhold", "reset"]
    claims: tuple[Claim, ...] = ()
    words: str = ""


_WITHHOLD = (
    r"(?:(?:please |pls )?(?:do not|don't|never) (?:remember|save|store|record|keep|log"
    r"|memori[sz]e|write down|retain|note)(?: any of)? (?:this|that|it|what i|the following"
    r"|any of this|my|these)\b.*"
    r"|(?:this is |strictly |it is )?off the record\b.*|(?:keep (?:this|that|it) (?:between us"
    r"|off the record|out of (?:your |the )?memory)).*"
    r"|(?:this|that) (?:should|must) not be (?:remembered|saved|stored|recorded|kept).*|(?:this"
    r"|that) is (?:confidential|private|secret)(?:,? .*)?|between (?:you and me|us),? .*"
    r"|no need to remember (?:this|that|it).*)"
)
_FORGET = (
    r"(?:please |pls )?(?:(?:can|could|will|would) you (?:please )?)?(?:forget|delete|erase|remove"
    r"|wipe|drop|unlearn|stop remembering|scrap) (?:the fact )?(?P<what>.+)"
)
_RESET = (
    r"(?:please )?(?:ignore|disregard|forget|scrap|drop|discard|reset"
    r"|clear)(?: all(?: of)?)? (?:my|the|any|all my) (?:(?:previous|earlier|prior|old|past|other"
    r"|existing|stated) )*preferences?\b.*"
)
_NOT_FORGOTTEN = (
    r"(?:it|about it|that|this|about that|about this|what i (?:just )?said|everything|the past|me"
    r"|you|him|her|them|to .*|how .*|where .*|when .*|the (?:file|branch|line|row|table|comment"
    r"|import|function|test|log|container|image|key|user|folder|directory)s?\b.*)"
)


_OF_ORDERS = frozenset(
    """forget delete erase remove wipe drop unlearn scrap stop ignore disregard discard reset clear remember save store record keep log memorize
    memorise write retain note off remembered saved stored recorded kept confidential private secret between""".split()
)


def ordered(clause: Clause, speaker: str) -> Order | None:
    """Return the order a clause gives about the memory, or None."""
    text = clause.text
    if _OF_ORDERS.isdisjoint(tokens(text)):
        return None
    if form(_WITHHOLD).fullmatch(text):
        return Order("withhold")
    if form(_RESET).fullmatch(text):
        return Order("reset")
    match = form(_FORGET).fullmatch(text)
    if not match:
        return None
    what = re.sub(r" from (?:your |the )?(?:memory|records?|notes)$", "", match["what"], flags=re.I)
    from_memory = what != match["what"]
    told = form(
        r"(?:everything |anything |all |what )?(?:that )?(?:i (?:have )?(?:told|said"
        r"|mentioned)(?: to)?(?: you)?|you know)(?: about)? (?P<v>.+)"
    ).fullmatch(what)
    if told and not form(r"my [\w' -]+").fullmatch(told["v"]):
        return Order("forget", words=values.bare(told["v"]))
    what, from_memory = (told["v"], True) if told else (what, from_memory)
    if form(_NOT_FORGOTTEN).fullmatch(what) and not from_memory:
        return None
    statement = re.sub(r"^(?:that|about|about the fact that) ", "", what, flags=re.I)
    found = tuple(claims(Clause(statement, clause.start, clause.end, casual=clause.casual), speaker))
    if found:
        return Order("forget", found)
    if owned := form(r"(?:about )?my (?P<noun>[\w' -]{2,40})").fullmatch(what):
        noun = re.sub(r"^(?:old|home|new) ", "", owned["noun"].lower())
        attribute = _NOUNS.get(noun, words.SAME_RELATION.get(noun, noun))
        return Order("forget", (Claim(speaker, attribute, None),), values.bare(owned["noun"]))
    first = form(r"(?:forget|unlearn|stop remembering)\b").match(
        re.sub(r"^(?:please |pls )", "", text, flags=re.I)
    )
    return (
        Order("forget", words=values.bare(statement))
        if from_memory or (first and statement != what)
        else None
    )


_NOUNS = {
    "phone number": "phone", "number": "phone", "job": "occupation", "home address": "address", "e-mail": "email", "email address": "email",
    "workplace": "employer", "home": "residence", "city": "residence", "allergies": "allergy", "hobbies": "hobby", "medications": "medication",
}  # fmt: skip
