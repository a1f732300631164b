"""Instructions that are memories themselves: how to answer, what to do later, how to work. Pure.

They are put as orders ("always run the linter first"), as wishes ("I want shorter answers") or as requests ("could you keep it
brief from now on?"). An order for this once ("make it shorter") is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from . import duties, values, words
from .beginnings import Rows
from .clauses import Clause
from .dates import PHRASE
from .predicates import PROJECT, Claim
from .spelling import begun, form, holds, tokens

REPLIES = "replies"

# Without one of these words a reading cannot fit.
_OF_REPLIES = frozenset(
    """response responses answer answers reply replies respond explanation explanations message messages summary summaries output outputs
    feedback emoji emojis metric imperial si paste send share post upload ask bullet bullets be keep stay write speak talk explain communicate spelling temperatures distances weights measurements prices sugarcoat sugar-coat rather answer reply respond explanation message writing me dates times hour sentences sentence paragraphs walk describe break
    code version skip drop leave spare cut no lose list table tables bullet bullets prose whenever want prefer need like address treat sources source references citations reasoning
    workings assumptions calculations links steps basics obvious fundamentals celsius fahrenheit kelvin kilometers kilometres miles kilos kilograms pounds euros dollars""".split()
)
_OF_TASKS = frozenset(
    "next sure remind reminder remember forget ping message alert text buzz task todo to-do action list backlog board note set create nudge prod poke plate desk left keep do".split()
)
_OF_PROCEDURES = frozenset(
    """visitors guests contractors volunteers trainees apprentices suppliers always never ever make be ensure take must when whenever if before after every each once soon to for on use prefer pick choose first all
    any do don run rule policy convention routine no leave nothing nobody anything anyone stick wrap new tests docs types commit commits branch branches prs comes goes go secrets keys credentials we
    names messages ask need needs refunds returns complaints claims contracts orders receipts holiday not belong belongs policy must data execute name only keep exceptions rules invoices expenses emails tickets invoices requests expenses reviews notes incidents""".split()
)


def asked(clause: Clause, speaker: str) -> list[Claim]:
    """Return the claims of an instruction, or []: at most one kind of reading fits."""
    said = tokens(clause.whole)
    for triggers, reading in ((_OF_REPLIES, _replies), (_OF_TASKS, _tasks), (_OF_PROCEDURES, _procedures)):
        if (clause.standing or not triggers.isdisjoint(said)) and (found := list(reading(clause, speaker))):
            return found
    return []


# ---- how to answer ---------------------------------------------------------------------------------------------------

_LENGTH = {
    "short": "short shorter brief briefer concise terse succinct crisp snappy one-sentence one-line to-the-point minimal",
    "detailed": "long longer detailed thorough in-depth verbose comprehensive elaborate lengthy extensive step-by-step deeper",
}
_LENGTHS = {word: name for name, listed in _LENGTH.items() for word in listed.split()}
_TONES = (
    r"formal|informal|casual|friendly|professional|polite|sarcastic|humorous|direct|blunt|playful"
    r"|neutral|warm|serious|funny|technical|simple|plain"
    r"|non-technical"
)
_FORMATS = (
    r"bullet points|bullets|bullet lists?|bulleted lists?|numbered lists?|lists|tables|a table"
    r"|markdown|plain text|json|yaml|xml|html|code only"
    r"|code blocks|prose|paragraphs|headings"
)
_LANGUAGES = words.one_of(words.LANGUAGES)
_REPLY = r"(?:responses?|answers?|replies|reply|explanations?|messages|summaries|output|outputs|feedback)"
_MUCH = (
    r"(?:more |much |a bit |a little |really |very |always |as \w+ as possible |nice and |super "
    r"|rather |your |the |my |all |to be |just )*"
)
_WANT = (
    r"(?:i (?:now |really |would |also |generally |much |usually )*(?:want|prefer|like|need"
    r"|would like|appreciate|rather have|expect)(?: to (?:get|see|have|receive))?(?: it)?(?: if"
    r"| when)? )"
)
_KEEP = r"(?:always |just |only |also )*(?:keep|make|give|write|be|use|provide|stay|send)(?: me| us)? "
_ADJECTIVE = rf"(?P<adj>{'|'.join(_LENGTHS)}|{_TONES})"
_UNITS = r"(?P<units>(?:metric|imperial|si)(?: units)?)"
# What the listener does in talk, and the pieces its answers are counted in.
_SPEAK = r"(?:answer|reply|respond|write|explain|talk|speak|summari[sz]e|describe|show|give|text|message)"
_PARTS = r"(?:sentences?|words?|paragraphs?|lines?|bullets?(?: points?)?|points?|characters?|pages?|steps?)"
_ANSWER = (
    r"(?:always |only |just )*(?:answer|reply|respond|write|speak|talk|explain(?: things)?"
    r"|communicate|address me)"
)
# What is written at work: what is to be in it, or not, is a rule of work and nothing about replies.
_WRITTEN_AT_WORK = (
    r"(?:commit messages?|commits?|commit titles?|prs?|(?:pr|pull request|mr|issue|ticket) (?:titles?|descriptions?|bodies|comments?)|pull requests?|merge requests?|code(?: comments?| reviews?)?|source(?: code)?"
    r"|comments|docs?|documentation|docstrings?|(?:log|error) messages?|logs?|log (?:lines|output)|change ?logs?|release notes|readmes?|branch names?|tests?|test names|ui(?: (?:texts?|copy|strings))?|variable names)"
)
_NO_EMOJI = (
    rf"(?!.* (?:in|from|on|to|of) (?:(?:the|our|any|all|your|my) )*{_WRITTEN_AT_WORK}(?: please)?$)"
    r"(?:(?:(?:do not|never|stop|avoid|no|without|skip|drop|please no)(?! .*\bthis (?:one|time|message|email|post|draft|title)\b)(?: ever)?(?: more)?(?: us(?:e"
    r"|ing)| put(?:ting)?| add(?:ing)?| includ(?:e|ing)| with)?(?: the| any)? emojis?)(?: .*)?"
    r"|no (?:more )?emojis?(?: (?!.*\bthis (?:one|time|message|email|post|draft|title)\b).*)?|i would (?:rather|prefer|like)(?: it)?(?: if)? you (?:did not|do not|never) use emojis?(?: .*)?|i do not (?:want|need|like)(?: to see)?(?: any)? emojis?(?: in (?:your|any|the) (?:\w+ )?(?:responses?|answers?|replies|reply|explanations?|messages|summaries))?(?: (?:please|ever|at all))?)"
)

# Each reads one of: adj, units, lang, fmt, or none of them for "no emojis". The second member is what else must be there, unless it is
# said to hold from now on: without it an order may be meant for this once.
_LASTING = r"\b(?:always|only|me|my|your|when you)\b"
_REPLIES: Sequence[tuple[str, str]] = (
    (_NO_EMOJI, ""),
    (
        rf"(?:{_WANT}|{_KEEP}){_MUCH}{_ADJECTIVE}(?:,? (?:and |but )?(?:more "
        rf"|less )?[\w-]+)? (?:\w+ )?{_REPLY}\b(?: .*)?",
        "",
    ),
    (rf"(?:{_WANT}|{_KEEP}){_MUCH}{_REPLY} {_MUCH}{_ADJECTIVE}\b.*", ""),
    (
        rf"(?:your |all |the )?{_REPLY} (?:should|must|need to|have to|ought to"
        rf"|can) (?:always )?be {_MUCH}{_ADJECTIVE}",
        "",
    ),
    (rf"(?:always |please )?use {_UNITS}(?: (?:with|for) me)?", ""),
    (
        r"(?:only )?(?P<units>(?:metric|imperial|si) units?|celsius|fahrenheit|kilomet(?:er|re)s|miles)(?: only)?",
        r"\b(?:please|pls|plz|for me)\b",
    ),
    (rf"i would (?:prefer|like) it if you used {_UNITS}", ""),
    (
        rf"(?:{_ANSWER}|use)(?: to me| with me)?(?: in| with)? an? {_MUCH}{_ADJECTIVE} (?:tone|style"
        r"|voice|manner)(?: .*)?",
        "",
    ),
    (rf"be {_MUCH}{_ADJECTIVE}", ""),
    (
        r"(?:always |just )?(?:keep it|keep things|be|stay|make it|make them"
        rf"|keep them) {_MUCH}{_ADJECTIVE}(?: (?:with me|in your {_REPLY}|when you (?:answer|reply"
        r"|respond).*))?",
        _LASTING,
    ),
    (
        rf"{_ANSWER}(?: to me| with me| me| back| everything)? (?:only )?in (?P<lang>{_LANGUAGES})(?: only)?",
        r"ASKED|" + _LASTING,
    ),
    (
        rf"(?:always |only |please )*(?:speak|talk|chat)(?: only)?(?: in)? (?P<lang>{_LANGUAGES})(?: only)?(?: (?:with|to) me)?(?: please| only| always)*",
        r"\b(?:with|to) me\b",
    ),
    (
        rf"(?:(?:write|give|send)(?: me)? (?:all )?your {_REPLY} in (?P<lang2>{_LANGUAGES})"
        rf"|you (?:should|must) (?:always |only )*(?:answer|reply|respond|write|talk to me|speak to me) in (?P<lang3>{_LANGUAGES})|i (?:would )?(?:rather|prefer to|like to) (?:speak|talk|chat) (?:in )?(?P<lang4>{_LANGUAGES}) (?:with you|here))(?: (?:please|only|always))*",
        "",
    ),
    (
        rf"(?:{_WANT}|{_KEEP}|{_ANSWER}(?: to me| me)? (?:with|in|using|as) "
        rf"|format (?:your )?{_REPLY} (?:with|in|using|as) "
        rf"|(?:{_WANT}|put )(?:your )?{_REPLY} (?:in|as|with) )(?P<fmt>{_FORMATS})(?: (?:in|for|when) .*)?",
        rf"{_REPLY}|\b(?:answer|reply|respond|always)\b",
    ),
    (
        r"(?:always |only )?(?:use|write(?: to me)?(?: in)?|stick to) (?P<spelling>british|american|canadian|australian|uk|us|oxford)(?: english)? spellings?(?: (?:with|for) me)?",
        "",
    ),
    (
        r"(?:(?:always |only )?(?:give|show|tell|put|use|list) (?:me )?)?(?:all )?(?:temperatures|distances|weights|measurements|prices) in (?P<units>celsius|fahrenheit|kelvin|km|kilomet(?:er|re)s|miles|kilos?|kilograms|pounds|grams|metric|imperial|euros?|dollars|cent\w+)(?: (?:with|for) me)?",
        "",
    ),
    (
        rf"(?:{_WANT}|(?:always |please )?(?:include|add|give me|put) )(?:more |some |your )?(?P<includes>sources|citations|references|(?:code )?(?:samples|examples|snippets)|links|diagrams|page numbers|(?:a )?tl;?dr|a summary) (?:in|with|to|at the end of) (?:your|all|every|each|all your) {_REPLY}",
        "",
    ),
    (
        rf"(?:skip|leave out|drop|cut(?: out)?|spare me|avoid|no|lose|stop with) (?:all )?(?:the |any |your )?(?P<avoids>(?!emoji)[\w' -]{{3,30}}?) (?:in (?:your|all|future) {_REPLY}|when you (?:reply|answer|respond|write to me|explain)\b.*)",
        "",
    ),
    (
        rf"(?:keep|limit|restrict|cap|cut|hold|trim)(?: all)?(?: of)? (?:your |the )?{_REPLY} (?:to |at )?(?P<length>(?:(?<=to )|(?<=at )|under |below |within |shorter than |no longer than |around |down to |between ).{{3,40}}?)(?: (?:when|unless|for) .+)?",
        "",
    ),
    (
        rf"(?:keep|make|limit|hold) (?:it|them|everything|things) (?:to )?(?P<length>(?:under|below|within|at most|no more than|less than|fewer than|shorter than|around|about)? ?(?:\d+|an?|one|two|three|four|five|six|ten|twenty|fifty|a hundred) (?:short )?{_PARTS})(?: (?:when you {_SPEAK}\b.*|for me|always|max|or (?:less|fewer)))+",
        "",
    ),
    (
        rf"(?:your |all )?{_REPLY} (?:should|must|can|need to) (?:always )?(?:be |stay |fit )?(?P<length>(?:under|below|within|at most|no (?:more|longer) than|less than|fewer than|shorter than|in) (?:\d+|an?|one|two|three|four|five|six|ten|twenty|fifty|a hundred) (?:short )?{_PARTS})",
        "",
    ),
    (
        rf"(?:(?:always |only |just |please )*(?:use|write(?: in)?|stick to|prefer|follow|give|show|include|add|put|start with|end with|quote|cite|spell(?: out)?|format|round|convert|list|sort|number|highlight|mark|translate) (?:me )?(?P<style>(?!it\b|this\b|that\b|them\b|the following\b).{{3,60}}?) (?:(?:in|for|with|throughout|at the (?:start|end|top|bottom) of) (?:(?:all|each|every) (?:of )?)?(?:your )(?:\w+ )?(?:{_REPLY}|answer|response|explanation|message|writing|code(?: samples| examples| snippets)?)"
        rf"|when(?:ever)? you (?:{_SPEAK}\b.*|give me .+|show me .+|write (?:to|for) me\b.*|talk to me\b.*|tell me .+)|when (?:talking|writing|replying|speaking) to me))(?: (?:please|always))?",
        "",
    ),
    (
        rf"(?:(?:do not|never|stop|avoid|no need (?:to|for)|no|skip|drop|i do not (?:want|need|like)(?: to (?:see|get))?(?: any)?)(?: ever)? )(?P<avoids>(?!emoji|remember|forget|save|store)(?:[\w'-]+ ){{0,7}}?)(?P<your>(?:(?:in|with|to|from|of|at the (?:start|end) of) )?your (?:\w+ )?)(?P<reply>{_REPLY}|answer|response|explanation|message|sentences?|paragraphs?)\b(?P<rest>(?: (?:with|by|as|like|in) .{{2,40}})?)",
        "",
    ),
    (
        r"(?:please )?(?:skip|drop|leave out|spare me|cut|no need for|no more|no|stop with|lose|cut out|do not use|do not give me|avoid) (?:all |all the |the |your |any )*(?P<avoids>(?:disclaimers?|greetings?|pleasantries|preambles?|filler|caveats|apologies|small talk|intros?|introductions?|fluff|flattery|compliments|niceties|sign-?offs?|hedging|platitudes|exclamation marks|jargon|buzzwords|sugar-?coating|moralizing|lectures|warnings|acronyms|abbreviations|slang|clichés|footnotes)(?: (?:and|or) \w+)?)(?:,? (?:please|for me(?:,? please)?|in (?:your|all|future|any) .+|when you .+))?",
        "",
    ),
    (
        r"(?:please )?no (?P<avoids>bullet points|bullets|tables|lists|headings|markdown|bold text)(?: (?:for me|please))*",
        r"\b(?:for me|please|your|when you)\b",
    ),
    (
        rf"(?P<fmt>{_FORMATS})(?:,? please)?,? (?:whenever|when|every time|if) you (?:{_SPEAK}|list|compare|give|send)\b.*|(?P<fmt2>{_FORMATS}) (?:is|are) (?:much |a lot )?(?:easier|better|best|clearer) for me(?: to (?:read|follow|scan|digest))?(?: than .+)?",
        "",
    ),
    (
        rf"(?P<style>{_REPLY} (?:in|with|as|of|under|without) .{{3,40}}?) (?:work|works|are|is|suit|suits|help) (?:best|better|easier|easiest|ideal|me best|me)(?: for me)?(?: to (?:read|follow))?",
        "",
    ),
    (
        rf"{_MUCH}{_ADJECTIVE} {_REPLY} (?:would be|are|is|work|works|suit|suits|help) (?:much |a lot )?(?:better|best|nicer|great|ideal|easier|preferred|appreciated|me|good)(?: best| better)?(?: for me)?",
        "",
    ),
    (
        rf"(?:your |all )?{_REPLY} (?:should|must|need to) (?:always )?(?:come with|include|contain|have|start with|end with|open with|mention|cite) (?P<includes>.{{3,50}})",
        "",
    ),
    (
        rf"your (?:tone|style|voice|writing|language) (?:should|must|can|needs to) (?:always )?be {_MUCH}{_ADJECTIVE}(?: .*)?",
        "",
    ),
    (
        r"(?:always |please )*(?:write|talk|speak|explain(?: things| everything)?|answer|reply|respond)(?: to me| back)? (?P<style>in (?:plain|simple|everyday|layman's|lay) (?:english|language|terms|words))(?: .*)?",
        "",
    ),
    (
        r"always (?:show|cite|list|include|give|name|state)(?: me)? (?:your |the )?(?P<includes>sources?|references|citations|reasoning|workings?|assumptions|calculations|links|steps)(?: .*)?",
        "",
    ),
    (
        r"do not (?:explain|repeat|restate|rehash|summari[sz]e|spell out) (?P<avoids>(?:the |my )?(?:basics|obvious|question|prompt|beginner stuff|fundamentals))(?: (?:to|for|back to) me)?(?: .*)?",
        "",
    ),
    (
        r"(?:always )?use (?P<units>celsius|fahrenheit|kelvin|kilomet(?:er|re)s|miles|kilos|kilograms|pounds|grams|euros|dollars|metric|imperial) for (?:all )?(?:temperatures?|distances?|weights?|prices|everything|measurements|quantities)(?: .*)?",
        "",
    ),
    (
        r"(?:please )?(?:address|talk to|speak to|write to|treat) me (?P<adverb>formal|informal|casual|polite|direct|respectful|friendly|blunt|plain)(?:ly)?(?: .*)?",
        "",
    ),
    (
        r"when(?:ever)? you (?:write (?:to|for) me|answer|reply|respond|talk to me|explain|suggest|recommend|propose|pick|plan|list|book|choose|find|quote|convert|translate|draft|compare|summari[sz]e)\b[^,]*, (?P<style>(?:please |always )*(?:leave out|avoid|skip|include|use|give|stick to|prefer|keep|add|mention|do not|never|assume|start with|only)\b.+)",
        "",
    ),
    (
        r"i (?:always |really |would |only )*(?:want|prefer|need|like) (?:all |my |your |the |any )*(?P<style>(?:code|examples|code (?:examples|samples|snippets)|snippets|samples|recipes|prices|quantities|times|dates|sources|diagrams|headings|measurements|sheet music|lyrics) (?:in|as|with|using) (?!this\b|that\b|it\b|the\b).{2,30})",
        "",
    ),
    (
        rf"(?:i would )(?:rather|prefer it if|prefer that|prefer|like it if) you (?:always |first |only )*(?P<style>(?:did not |do not |never )?(?:{_SPEAK}|used?|gave|give|showed|show|kept|keep|asked|ask|skipped|skip|cited|cite|listed|list|started|start|put|included?|replied|answered|wrote|explained|spelled|addressed)\b(?!.*\b(?:today|tomorrow|now|this (?:time|one|email|message|post)|it|that)\b).{{3,80}})",
        "",
    ),
    (
        rf"(?:when(?:ever)?|every time|each time) i (?:paste|send|share|post|ask|show|give|upload|write|say|mention|make)\b[^,]*, (?P<style>(?:please |always |just |only |first )*(?:{_SPEAK}|tell|point out|correct|list|start|keep|check|use|ask|convert|fix|add|include|do not|never)\b.+)",
        "",
    ),
    (
        r"i (?:really |do |always |much )*(?:like|love|prefer|appreciate) it (?:best )?(?:when|if) you (?:always |first |also )*(?P<style>(?:give|keep|explain|start|answer|show|add|include|write|skip|use|ask|tell|list|compare|break|cite|stick)\b(?!.*\b(?:today|now|this time)\b).+)",
        "",
    ),
    (
        rf"i (?:really |always |much |would |usually )*(?:like|prefer|want|need|appreciate) (?:my |all my |your ){_REPLY} (?:with|to (?:have|include|contain|come with)) (?P<includes>.{{3,50}}?)(?: in them| at the end| attached)?",
        "",
    ),
    (
        r"(?:always |please )*(?:explain|describe|walk me through|break down|go through|present|teach me) (?:things|everything|concepts|code|topics|stuff|steps|ideas|your reasoning)(?: (?:to|for) me)? (?P<style>step[- ]by[- ]step|in (?:plain|simple|layman's|everyday|lay) \w+|with (?:an? )?(?:\w+ )?(?:examples?|analog(?:y|ies)|diagrams?)|like i am (?:five|5|a beginner|new to (?:it|this))|as if i (?:am|was|were) .{2,30}|slowly|from (?:first principles|scratch))(?: .*)?",
        "",
    ),
    (
        r"(?:always |please )*(?:write|give|put|show|use) (?:all )?(?P<style>(?:dates|times|numbers|prices|code|commands|formulas|units) (?:as|in|with) .{2,40}?)(?: (?:for|with) me)?(?: always)?|(?:always |please )*(?:use|write) (?P<style2>(?:the |a )?(?:24|12)[- ]hour (?:time|clock|format|times))(?: .*)?",
        "ALWAYS",
    ),
    (
        r"(?:just |only |please )*give me (?P<style>(?:the |an? )?(?:short|long|quick|full|detailed|simple|tl;?dr|brief|concise|bottom[- ]line)(?: version| answer| summary| overview)?(?: first)?)",
        "ALWAYS",
    ),
    (
        r"do not (?P<direct>sugar-?coat|beat around the bush|mince words)(?: (?:it|things|anything|stuff|your \w+))?(?: (?:with|for) me)?",
        "",
    ),
    (
        rf"(?:your |all )?{_REPLY} (?:should|must|need to) (?:always )?(?:be|come|use) (?:in |as "
        rf"|formatted as |with )?(?:(?P<fmt>{_FORMATS})|(?P<lang>{_LANGUAGES}))",
        "",
    ),
)
_REPLY_ROWS = Rows([pattern for pattern, _ in _REPLIES])


# "Please use Mia instead of Maria when you talk to me" names who is spoken to, and no way to put things.
_NAMED = r"(?:please |just |always )*(?:use|say|write) (?P<v>(?-i:[A-Z\u00c0-\u00de])[a-z\u00df-\u00ff'-]+)(?: (?:instead of|rather than|and not|not) (?-i:[A-Z\u00c0-\u00de])[\w'-]+(?P<put>))?(?: (?:when(?:ever)? you (?:talk|speak|refer|reply)(?: to me)?|when you (?P<write>write) to me|(?:for|with|as) (?:me|my name)|to address me)(?P<me>))?"
_NO_NAME = frozenset(
    "celsius fahrenheit kelvin markdown british american oxford fahrenheit kelvin kilometers miles euros dollars pounds".split()
)


def _named(text: str, speaker: str, casual: bool) -> Iterator[Claim]:
    match = form(_NAMED).fullmatch(text)
    if (
        match
        and match["me"] is not None
        and (match["put"] is not None or not match["write"])
        and match["v"].lower() not in _NO_NAME
    ):
        yield from (Claim(speaker, "goes_by", one) for one in values.somebody(match["v"], casual))


def _replies(clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Keep your answers short", "I want detailed explanations", "always answer me in German", "no emojis"."""
    text = re.sub(
        r",? (?:from now on|going forward|from here on(?: out)?|in (?:the )?future|please|pls|always)$",
        "",
        clause.text,
        flags=re.I,
    )
    if named := list(_named(text, speaker, clause.casual)):
        yield from named
        return
    for place in _REPLY_ROWS.fitting(text):
        pattern, needed = _REPLIES[place]
        match = form(pattern).fullmatch(text)
        lasting = clause.standing or not needed or (clause.asks and "ASKED" in needed)
        lasting = lasting or (
            needed == "ALWAYS"
            and bool(form(r"\balways$|^always\b|\b(?:for|with|to) me$").search(clause.whole))
        )
        if match and (lasting or form(needed).search(clause.whole)):
            yield _reply(match.groupdict())
            return
    if ", " in text:
        # "Write dates as day/month/year for me, the American way confuses me."
        yield from _replies(replace(clause, text=(head := text.partition(", ")[0]), whole=head), speaker)


def _reply(said: dict[str, str | None]) -> Claim:
    """Return the preference that an instruction names."""
    adjective = (said.get("adj") or "").lower()
    if adverb := said.get("adverb"):
        return Claim(REPLIES, "tone", adverb.lower(), "preference")
    if adjective:
        attribute, value = ("length", _LENGTHS[adjective]) if adjective in _LENGTHS else ("tone", adjective)
    elif language := next((one for name, one in said.items() if one and name.startswith("lang")), None):
        attribute, value = "language", language
    elif fmt := said.get("fmt") or said.get("fmt2"):
        attribute, value = "format", fmt.lower()
    elif said.get("direct"):
        attribute, value = "tone", "direct"
    elif style := said.get("style") or said.get("style2"):
        attribute, value = _styled(style)
    elif said.get("reply"):
        attribute, value = "avoids", f"{said['avoids']}{said['your']}{said['reply']}{said['rest']}"
    elif held := next(
        (name for name in ("length", "spelling", "includes", "avoids") if said.get(name)), None
    ):
        attribute, value = held, said[held] or ""
    else:
        attribute, value = ("units", said["units"] or "") if said.get("units") else ("emoji", "none")
    return Claim(REPLIES, attribute, value, "preference")


def _styled(style: str) -> tuple[str, str]:
    """Return the attribute and value of how to put things: units and spelling have attributes of their own."""
    style = style.removeprefix("use ")
    if units := form(rf"{_UNITS}(?: system| measurements?)?").fullmatch(style):
        return "units", units["units"]
    if form(
        r"(?P<v>british|american|canadian|australian|uk|us|oxford)(?: english)?(?: spellings?)?"
    ).fullmatch(style):
        return "spelling", style
    return "instruction", values.bare(style)


# ---- tasks -----------------------------------------------------------------------------------------------------------

WORK = (
    r"run|rerun|re-run|use|write|change|rename|refactor|upgrade|approve|hand-edit|stop|make an?(?= (?:new |separate |fresh )?(?:branch|commit|pr|pull request|ticket|backup|issue)\b)|commit|push|pull|check|test|review|deploy|merge|rebase|squash"
    r"|lint|format|log|validate|add|include|ask|confirm|create|update|keep|name|put|call|cc|reply"
    r"|start|build|rebuild|email|copy|label|call|tell|flag|send|print|file|book|record|wash|clean|weigh"
    r"|back up|document|pin|wrap|return|prefer|escape|sanitize|verify|install|bump|tag|delete"
    r"|remove|store|hard-?code|expose|edit|modify|touch|skip|ignore|force-push|force push|share"
    r"|cite|prefix|quote|sign|restart|clear"
    r"|answer(?= (?:[\w]+ ){0,2}?(?:tickets|e-?mails|calls|customers|requests|mails|reviews)\b)|execute|invoke|trigger|type|redeploy|export|source|activate|download|upload|roll back|rollback|revert|ping|notify|page|open|close|set|disable|enable|switch|follow"
    r"|avoid|mock|cache|encrypt|rotate|assign|link|mention|post|save|regenerate|generate|bypass"
    r"|disable|publish|import|raise|catch|apply|copy|drain|scale|warm|show me|show"
)
_REMIND = (
    rf"(?:(?:always |just )?(?:(?:remind|nudge|prod|poke) me (?:again )?(?:{PHRASE} )?|(?:ping|message|alert|text|buzz) me (?:again )?{PHRASE} )(?:to|about|that i (?:have|need) to)|(?:set|create"
    r"|add|make)(?: me)? an? (?:new )?(?:reminder|task|todo|to-do|to do)(?: item)?(?: (?:to|for|about)|:)|(?:put|add|write|stick)(?: this| that| it)? (?:on|to|onto) (?:my|the) (?:to-?do |task |to do )?list:?(?: to)?|(?:new|another|one more) (?:to-?do|task|reminder):?"
    r"|note to self:?(?: to)?|(?:to-?do|action item)(?: item| list)?[:,-]?(?! list| app| is)) (?P<v>.+)"
)
_ON_MY_LIST = (
    r"(?:(?:(?:still|top|next|first|also) )*(?:on|of) my (?:(?:to-?do )?list|plate|desk)(?: (?:for )?(?:this|next) \w+| (?:for )?(?:today|tomorrow)| now)?|(?:there is )?(?:only |just )*(?:one|two|a couple of) (?:more )?(?:thing|job|task)s? (?:left|still) (?:to do|on my list)"
    r"|the (?:one )?thing i (?:keep (?:forgetting|putting off)|still have to do)|(?:still|left) to do|my next (?:step|task|job|chore|errand)|my to-?do(?: list)?(?: for (?:today|tomorrow|this week|the weekend|\w+day))?)(?: is|:)(?: to)? (?P<v>.+)"
)
_UNFORGOTTEN = r"(?:(?:do not|never) (?:let me )?forget|(?:(?:tomorrow |today |tonight )?in the (?:morning|afternoon|evening),? )?(?:i|we) (?:must|can|may|should|had better) not forget|(?:i (?:have to|must|need to|should|had better) )?remember) to (?P<v>.+)"
# "Make sure I ring the landlord tomorrow."
_RINGS = r"(?:make|be) sure (?:that )?i (?:do not forget to |remember to )?(?P<v>.+)"
# "Could you add to the backlog that the export button has to be renamed?"
_LISTED_THAT = r"(?:add|put|write|note) (?:to|on|onto|in) (?:my|the|our) (?:(?:to-?do|task|shopping|[\w-]+) )?(?:list|backlog|board|to-?dos?) that (?P<v>(?:the|my|our|i|we) .+ (?:to|must|should) .+)"
_LISTED = (
    r"(?:add|put|write|stick) (?P<v>.+?) (?:to|on|onto|in) (?:my|the|our) (?P<list>(?:[\w-]+ )?list)(?:, .*)?"
)
# Well-meant advice to the listener, and no task of the speaker.
_ADVICE = (
    r"(?:take (?:time|care|a (?:break|moment|breath))|have (?:fun|a)|enjoy|breathe|smile|rest"
    r"|relax|be |keep (?:going|smiling)|let (?:me|us)|check out|tell me|send me|share|say|prepare|laugh"
    r"|love|believe|celebrate|treat yourself|stay|live|do what|cherish|like and)"
)


def _each_task(raw: str) -> Sequence[str]:
    """Return the tasks of a list, each of which begins with a verb of work: "buy stamps, pick up the suit"."""
    each = re.split(r",? and |, ", raw)
    return each if all(one.split(" ")[0].lower() in words.CHORES for one in each) else [raw]


def _tasks(clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Remind me to ...", "don't forget to ...", "TODO: ...", "add milk to my shopping list"."""
    if match := form(_REMIND).fullmatch(clause.text) or form(_ON_MY_LIST).fullmatch(clause.text):
        if form(r"your\b").match(match["v"]):
            return
        yield from (Claim(speaker, "task", one) for one in _each_task(values.bare(match["v"])))
    elif match := form(_UNFORGOTTEN).fullmatch(clause.text):
        if form(rf"(?:always|never)\b|(?:{WORK})\b.*\b(?:before|after|when(?:ever)?|every|each)\b").match(
            match["v"]
        ):
            yield _procedure(match["v"])
        elif not form(rf"{_ADVICE}|.*\b(?:you|your|yourself)\b").match(match["v"]):
            yield Claim(speaker, "task", values.bare(match["v"]))
    elif (match := form(_RINGS).fullmatch(clause.text)) and (told := duties.chore(match["v"], clause.casual)):
        yield Claim(speaker, "task", told[0])
    elif match := form(_LISTED_THAT).fullmatch(clause.text):
        yield Claim(speaker, "task", values.bare(match["v"]))
    elif match := form(_LISTED).fullmatch(clause.text):
        name = match["list"].lower().replace("to-do", "todo")
        for value in values.taste(match["v"], clause.casual):
            yield Claim(speaker, "task" if name in ("list", "task list") else name, value)


# ---- how to work -----------------------------------------------------------------------------------------------------

# What comes round again: "before committing", "when you ...", "on every file". "Before the loop" is one place.
_AGAIN = r"(?:you|we|each|every|any|a|an|\w+ing)\b"
_CONDITION = (
    rf"(?:(?:when(?:ever)?|if|once|as soon as)(?! i\b| you (?:(?:have|get|find|got) (?:an?|the|some|any)? ?(?:minute|moment|second|sec|chance|time)"
    r"|(?:are|get) (?:free|back|ready|around|bored))\b)|"
    rf"(?:before|after)(?= {_AGAIN})|every time"
    r"|each time|to (?:rotate|reset|clear|seed|backfill|regenerate|generate|compile|migrate|provision|release|deploy"
    r"|build|test|run|start|publish|restart|debug|install|set up|roll back|update|ship|cut|add"
    r"|create)|for (?:every|each|all)|on (?:every|each))"
)
# An "if" is a rule of work where the condition is one of work.
_IF_AT_WORK = (
    r"(?!if (?!.*(?:fail|break|broken|error|time|crash|conflict|miss|exist|need|change|touch|add"
    r"|edit|modif|unsure|in doubt|red|flak|large|big|new)\w*\b.*,))"
)
_MOMENT = (
    rf"(?:(?:before|after|when|whenever) {_AGAIN}|(?:on|for|in) every\b|every time\b|each time\b"
    r"|on each\b|at the end of every\b).*"
)
_PLACE_OF_WORK = (
    r"(?:docs?|code|codebase|repo|tests?|commits?|comments?|api|frontend|backend|logs?"
    r"|\w+ (?:files?|messages?|names?|docs?)|documentation|new code|everything)"
)
_PIECE_OF_WORK = (
    r"(?:PRs?|pull requests?|commits?|functions?|releases?|branch(?:es)?|migrations?|endpoints?"
    r"|changes?|deploys?|tests?|files?|modules?|tickets?|bugs?|features?|code|incidents?|outages?|components?|quer(?:y|ies)|(?:user-facing )?strings?|scripts?|services?|hotfix(?:es)?|dependenc(?:y|ies))"
)
# Spoken of as a kind, without "every": what must be so of PRs must be so of each.
_PIECES_OF_WORK = (
    r"(?:PRs|pull requests|commits|commit messages|functions|releases|branches|branch names|migrations|endpoints|modules|(?:\w+ )?names|dates|times"
    r"|timestamps|secrets|passwords|variables|public functions|docstrings|(?:api )?errors|changelogs?)"
)
_OF_GIT = r"(?:merge|push|deploy|commit|release|ship|force-push|rebase|squash|tag|cherry-pick)"
# Kinds of things that work is done on, as a rule speaks of them.
_KINDS = (
    r"(?:(?:new|all|all new|public|internal|our) )*(?:commit messages|commits|branch names|branches|(?:pr|pull request) (?:titles|descriptions)|prs|pull requests|tests|unit tests|docs|documentation|docstrings|changelogs?|types|migrations|secrets|keys|api keys|tokens|passwords|credentials"
    r"|env files|code|components|endpoints|features|modules|dependencies|strings|translations|feature flags|requests|calls|outbound calls|webhooks|writes|queries|dates|timestamps|logs|configs?|fixtures|hotfixes|releases|tags|errors|names|variables|functions|classes|files|imports|assets|pages|routes)"
)
# What is said to be done each time, or always, whoever does it: "before each release, the changelog has to be updated by hand".
_THEY = r"(?!(?:it|he|she|they|that|this|there|i|we|you|who|which|what|everything|everyone|everybody|things?|life)\b)"
_OBLIGED = r"(?:has to|have to|must|needs? to|should|is to|are to)(?: always| first| also)? be"
_OFTEN = r"(?:(?:every|each) [\w ]+|(?:on|at) the (?:first|second|third|last|end|start|beginning|\d\w+)(?: \w+)? of (?:each|every) \w+|(?:once|twice|\w+ times) (?:a|per|every) \w+|daily|weekly|monthly|quarterly|yearly|annually)"
_KEPT_UP = (
    r"(?:backups|restores|certificates|certs|licen[cs]es|filters|passwords|access(?: rights)?|invoices|reports|dashboards|alerts|servers|tickets|timesheets|expenses|extinguishers|alarms|plants|bins|dependencies|rosters?|logs|keys|secrets|credentials|tokens"
    r"|(?:the|our|my|all(?: the| our)?) [\w' -]{3,40}?)"
)
# What is kept, and so belongs somewhere.
# What is done each time within so long, so often, or by whom alone.
_PASSIVE = r"(?:get|gets|are|is|are always|must be|have to be|has to be|should be) (?:\w+ed|sent|paid|written|read|done|kept|made|put|taken)"
_HANDLED = r"(?:(?:customer|support|bug|incident|security|client|internal|all|new|urgent|code|holiday|leave|vacation|expense|travel|purchase|insurance|supplier|old) )*(?:emails|tickets|requests|reports|complaints|invoices|expenses|timesheets|orders|refunds|reviews|questions|calls|returns|applications|reviews|contracts|receipts|claims|alerts|prs|pull requests|incidents|bugs)"
_KEPT_THINGS = r"(?:(?:new|all|all new|our|large|generated|shared|client|customer) )*(?:secrets|keys|api keys|tokens|passwords|credentials|binaries|assets|images|fixtures|configs?|env(?:ironment)? (?:files|variables)|constants|types|helpers|utilities|migrations|tests|unit tests|docs|documentation|translations|styles|business logic|queries|scripts|schemas|models|feature requests|bug reports|questions|invoices|receipts|contracts|notes|minutes)"
_CHANGES = r"(?:merge|release|deploy|deployment|commit|push|pr|pull request|change|hotfix|migration|feature|endpoint|branch|rollout|launch|refactor|dependency|invoice|order|payment|refund|booking|meeting)s?"
# What is done by hand each time, whoever does it; what a program does to its data is none.
_BY_HAND = rf"(?:{WORK}|lock|unlock|unplug|disinfect|weigh|measure|count|wipe|sterili[sz]e|rinse|sweep|mop|hand over|empty|refill|sign off|inspect|rehearse|water|feed|stock|restock|label|photograph|take (?:a |the )?(?:photo|picture|sample|reading|temperature|register|deposit|backup)s?|hold an?|do a|go (?:over|through)|switch off|turn off|cash up|write down|note down|back up|cover|drain|air|charge|oil|scan|archive|invoice)"
_WHOEVER = r"(?:we|someone|somebody|everyone|everybody|(?:two|three|one) of us|(?:the|our) (?:night shift|day shift|early shift|late shift|staff|team|crew|nurse|nurses|manager|foreman|caretaker|driver|teacher|cook|porter|volunteers|duty manager)|all of us)(?: (?:always|all|both|first|also|then))?"
_EACH_TIME = r"(?:(?:before|after) (?:(?:each|every|any) [\w' -]{3,30}?|(?!that\b|this\b)(?:\w+ing|closing time) ?[\w' -]{0,30}?)|(?:at|by) the (?:end|start|beginning) of (?:each|every|the) (?:day|shift|week|month|season|term|lesson|service|year|quarter|session|class)|(?:on )?(?:every|each) (?:(?:other |second )?(?:morning|evening|night|day|week|month|quarter|spring|autumn|\w+day)))"
_CASES = r"(?:(?:customer|support|insurance|holiday|vacation|leave|expense|bug|purchase|new|old|damaged|late|rush|large|small|big) )?(?:order|invoice|ticket|refund|complaint|request|parcel|delivery|patient|pupil|student|customer|client|guest|visitor|member|starter|hire|volunteer|apprentice|employee|colleague|bug|bug report|incident|claim|return|payment|expense|booking|report|contract|sample|batch|email|call|key|loan|book|child|dog|horse|room|table|machine|tool|vehicle|van|bike|piece|commission|recipe|shift|lesson|meeting|release|pr|pull request|deploy|change|migration|branch|feature)"
_WORK_CASES = r"(?:(?:customer|support|insurance|holiday|leave|expense|bug|purchase|damaged|late|rush|large) )?(?:order|invoice|ticket|refund|complaint|request|parcel|delivery|starter|hire|volunteer|claim|return|payment|expense|booking|contract|bug|incident|pr|pull request|deploy|change|migration|branch|feature|release|commission)"
_PROCEDURES: Sequence[str] = (
    rf"no (?:more |unexplained )?(?:emojis?|exclamation marks|ticket numbers|issue numbers|jokes|abbreviations|jargon|swearing|swear words|slang|contractions|passive voice|first person|em[- ]dashes|capitals|all caps|all-caps|todos?|commented-out code|personal data|names|secrets|passwords|tokens|links|markdown|full stops|trailing (?:periods|full stops)|ai attribution|co-author(?:ed-by)?(?: lines)?|print statements|magic numbers|wildcard imports|inline styles) (?:in|from|on) (?:(?:the|our|any|all|your|my) )*{_WRITTEN_AT_WORK}",
    rf"(?:never (?:use|put|add|include|write|have)|do not (?:use|put|add|include|write)|avoid) (?:any |the )?(?!(?:that|this|it|them|those|these)\b)[\w' -]{{3,40}}? (?:in|from|on|to) (?:(?:the|our|any|all|your|my) )*{_WRITTEN_AT_WORK}",
    # "Before opening the shop we count the till", "after each shift two of us count the drugs", "every Friday we back up the till".
    rf"{_EACH_TIME},? {_WHOEVER} (?:{_BY_HAND})(?:s|es)? .+",
    rf"{_WHOEVER} (?:{_BY_HAND})(?:s|es)? [^,]{{3,60}} (?:(?:before|after) (?:each|every|any) .+|at the (?:end|start|beginning) of (?:each|every|the) (?:day|shift|week|month|season|term|lesson|service))",
    # "We close anything that has had no reply for 14 days", "we never give refunds without a receipt".
    r"we (?:always |only )?(?:close|answer|return|refund|reject|archive|delete|check|review|invoice|charge|ship|send|throw away|log|sign|test|reply to|call back|escalate|accept|pay|approve|discount|repair|replace) (?:any(?:thing|one|body)?|every|each|all|everything) .*?\b(?:that|which|who|within|before|after|without|under|over|older|on the same)\b .+",
    r"we (?:never|do not ever) (?:give|accept|take|sell|serve|lend|send|ship|pay|refund|share|hand out|let|leave|work|open|start|promise|quote) .+ (?:without|before|unless|until|after|on|to|alone|over|for|in)\b.*",
    # "At our clinic every patient gets a call the day before", "every invoice goes to Petra first".
    rf"(?:in|at|on|with) (?:our|my) [\w' -]{{3,25}}?,? (?:every|each|all|any|no|new) {_CASES}s? (?:gets?|has to|have to|must|needs?|goes|go|is|are|pays?|signs?|wears?|starts?|leaves?|takes?|may|comes?) .+",
    rf"(?:every|each|all|any|new) {_WORK_CASES}s? (?:gets? (?:an?|two|the|its own|checked|reviewed|tested|logged|signed)|has to|have to|must|needs? (?:an?|two|to|at least)|goes? (?:to|through|past|via) (?=(?:the|our|my|accounting|finance|legal|hr|qa|(?-i:[A-Z]))))\b.+",
    # "If a parcel is damaged, we take a photo before opening it".
    rf"(?:if|when(?:ever)?) (?:an?|any|one of (?:our|the)|somebody|someone|our|two|three) ?[\w' ,.-]{{3,60}}, (?:we|i|it|they) (?:always |first |then |also )*(?:{_BY_HAND}|ring|offer|refund|wait|needs? (?:an?|two|the)|goes? to|has to|have to|must) .+",
    r"(?:people|customers|clients|guests|patients|callers|students|visitors|members|parents|suppliers|tenants|anyone) who (?=.*\b(?:us|our|we)\b)[^,]{3,60}? (?:are to|have to|has to|must|get|gets|need to|needs to|should) .+",
    r"(?:with|for|on) [\w' ,.-]{3,40}?,? (?:the|our) rule is (?:that )?.+",
    rf"no (?:{_CHANGES}|meetings|calls|orders|deliveries|bookings|shoes|phones|visitors|dogs|food|drinks|overtime|smoking) (?:on (?:mon|tues|wednes|thurs|fri|satur|sun)days?|on (?:weekends|holidays)|before \w+|after \w+|in (?:the|our) [\w -]+|without .+)",
    rf"(?:before|after|on|with|for|at|during) (?:each|every|any) [^,]{{3,40}}, {_THEY}[\w' -]{{3,40}}? {_OBLIGED} \w+.*",
    rf"(?:on|at) (?:the (?:first|last|second|third|end|start) [\w ]*of )?(?:each|every) [^,]{{3,30}}, {_THEY}[\w' -]{{3,40}}? {_OBLIGED} \w+.*",
    rf"{_KEPT_UP} {_OBLIGED} \w+.*? {_OFTEN}",
    rf"{_KEPT_THINGS} belongs? (?:in|into|on|under) .+",
    r"(?:all|any|every|each|new) [\w' -]{3,30}? (?:have to|has to|must|need to|needs to) be \w+(?:ed|en) (?:off )?by (?!the end|hand\b|then\b).+",
    rf"{_HANDLED} (?:above|over|under|below) [\w ,.€$£]+? (?:ship|go|get|come|count|are) .+",
    rf"(?:all |any ){_HANDLED} (?:always )?go (?:first )?(?:to|through|via) .+",
    rf"we never (?:{_BY_HAND}|book|hire|quote|cook|mix|freeze|reheat|reuse|discuss) .+ (?:by|with|in|on|over|from|through|without|before|after|unless|until|at)\b .+",
    r"we (?:do|run|hold) an? [\w -]{3,30}? (?:every|each) (?:day|morning|evening|week|month|quarter|year|\w+day)",
    r"(?:visitors|guests|contractors|volunteers|new starters|trainees|apprentices|suppliers|subcontractors) (?:always )?(?:must|have to|are to|need to) .+",
    r"(?:every|each|all) new [\w-]+(?: [\w-]+)? (?:gets? (?:an?|the|two|their|its own)|has to|have to|must|needs? (?:an?|to|two)) .+",
    rf"(?:if|when(?:ever)?) (?:an?|any) {_CASES} [^,]{{2,40}}, (?:always |first |please |do not |never )*(?:{_BY_HAND}|offer|refund|ring|apologi[sz]e|wait|give|move|forward|escalate|put) .+",
    rf"{_HANDLED}(?: (?:above|below|over|under|from|for|without) [\w ,.€$£]{{2,30}}?)? (?:{_PASSIVE} .*\b(?:within|by the (?:\w+ of|end)|before|in the same)\b.+|(?:need|needs|require|requires|must have) (?:an? |two |three |my |your |the )?(?:(?:second|written|prior|extra|team|manager) )?(?:approvals?|sign-?offs?|signatures?|reviews?|reviewers?|tickets?|receipts?)\b.*)",
    rf"{_HANDLED}(?: (?:above|below|over|under|from|for|without) [^,]{{2,30}}?)? (?:have to|must|need to|are to) be (?:\w+ed|seen|written|sent|paid|read|made) (?:off )?by (?:(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|July|August|September|October|November|December)(?-i:[A-Z])[a-z]+|(?:the|an?|my|our|two|three) (?:[\w-]+ )?(?:board|manager|managers|notary|nurse|doctor|head|boss|lead|director|treasurer|colleague|colleagues|people|supervisor|partner|partners|owner|accountant|lawyer|committee|council|chair|foreman|editor|reviewer|reviewers|teacher|pharmacist)s?)\b.*",
    rf"(?:in|at|on) (?:our|the) [\w' -]{{3,25}},? {_THEY}[\w' -]{{3,40}}? (?:(?:only ever|always|never|only) (?:gets?|is|are|goes|go)|(?:gets?|is|are) (?:only ever|always|never|only)) (?:\w+ed|cut|put|kept|sent|done|made|paid|written|stored|in|on|through)\b .+",
    rf"we (?:always|never) (?:{WORK}|rehearse|stage|practi[sc]e|simulate|dry-run|measure|weigh|taste|count|lock|sanitize|disinfect)\b .+ (?:first|beforehand|before .+|after .+|in pairs|by hand|twice)",
    rf"(?:in|at) (?:our|the) [\w' -]{{3,25}},? we (?:always |never )?(?:{WORK}|lock|unplug|disinfect|weigh|measure|count|lower|raise|turn)\b .+ (?:before|after) \w+ing .+",
    rf"only (?:the |an? |our )?[\w' -]{{3,30}}? (?:may|can|is allowed to|are allowed to|should|must) (?:{WORK}|{_OF_GIT}|access)\b(?!.*\bthis\b) .+",
    r"(?:always|never) (?:rebase|squash|merge|force-push|lint|test|format|document|cherry-pick|amend),? (?:and )?(?:always|never) .+",
    r"keep (?:(?:all|your|the|our) )?(?:functions|methods|classes|files|lines|commits|prs|pull requests|modules|components|tests|messages|meetings|branches|docstrings|comments) (?:under|below|short|small|within|to|at most|focused|pure)\b.*",
    r"(?:release notes|newsletters|reports|invoices|builds|payslips|statements) (?:go out|get sent|are sent|ship) (?:on|every|each|at the end of) .+",
    r"we (?:always )?(?:review|test|pair|deploy|release|estimate|plan|write|merge|document) (?:all |our |the |every )?(?:code|prs|pull requests|changes|releases|tickets|features|tests|docs|everything|new code) (?:in pairs|together|before .+|after .+|first|by hand|on \w+days|every .+|as a team)",
    r"(?:errors|exceptions|failures|warnings|passwords|tokens|dates|timestamps|amounts|prices|secrets|ids|names|strings|inputs|queries|requests|responses) (?:should|must|have to|need to) (?:always )?be \w+(?:ed|en|t)\b.*(?:, (?:not|never)|instead of|rather than) .+",
    r"if .{3,60}, (?:nobody|no one) (?:merges|deploys|ships|pushes|releases)\b.*",
    r"(?:all |any )?changes (?:to|in) (?:the|our|any|a) .+? (?:need|require|must|have to|should) (?!be fine)\w+ .+",
    rf"(?!.*\bi\b)(?:{WORK}) .+ only (?:after|once|when|if|with) .+",
    rf"(?:{WORK}) (?:every|each) \w+ (?:with|by|before|after|in|under) .+",
    rf"{_KINDS} (?:always )?go(?:es)? (?:straight|directly|only) (?:to|into|through|via)\b .+",
    rf"(?:{_KINDS}|(?:customer|user|personal|patient|client|production|payment|card) (?:data|information|records|details)) (?:are|is) never (?:\w+ed|sent|written|put|kept|shown|read|made)\b .+",
    r"(?:at least )?(?:two|three|four) (?:people|persons|developers|engineers|reviewers|colleagues|managers|of us) (?:have to|must|need to|should) .+ (?:every|each|all|any|before)\b.+",
    rf"no {_CHANGES} (?:without|before|until|unless|on (?:fridays?|weekends?|holidays)|after) .+",
    r"(?:commit messages|branch names|branches|commits|(?:pr|pull request) (?:titles|descriptions)|variable names|class names|table names|file names|docstrings|comments|changelog entries) (?:(?:all|always) )?(?:follow|are (?:always )?(?:written|named|kept|formatted|prefixed|capitali[sz]ed)) .+",
    rf"(?:(?:the|our|all|any) [\w' -]{{3,30}}?|{_KINDS}|(?:customer|user|personal|patient|client|production|payment|card|private|sensitive) (?:data|information|records|details|numbers)) (?:must|should|may|can|are|is)(?: to)? (?:never|not ever) (?:to )?be \w+.*",
    r"name (?:the |all |your )?(?:[\w-]+ )?(?:files|tests|branches|variables|classes|functions|modules|components|tags|tables|columns|images|jobs|topics|queues|buckets) (?:after|by|like|with|in|for) .+",
    # A condition and an order with nothing between them: "before you push anything run make check".
    r"(?:before|after|when(?:ever)?|every time|each time) (?:you|we) (?!have|are|were|get|do not|can)[^,]{3,40}? (?:(?:always|please|first|then|you must|make sure to) )*(?:run|rerun|ask|check|update|bump|regenerate|tag|notify|ping|rebase|squash|write|open|tell) .+",
    r"(?:commit messages?|commits|branch(?:es| names?)?|(?:pr|pull request) (?:titles?|descriptions?)|naming|variable names|file names|docstrings|releases|hotfixes|migrations|changelogs?)(?: style| format| rules?| convention)?: (?!https?:|\d).+",
    rf"we (?:do not|never) {_OF_GIT}\b.* (?:on|to|in|without|before|until|unless|after|with|directly|straight|during)\b.+",
    rf"we {_OF_GIT}s? .+ (?:before|after|on every|for every|with every|when)\b .+",
    rf"(?:you|we) (?:can ?not|must not|may not|are not (?:allowed|supposed) to) {_OF_GIT}\b.* (?:without|unless|until|before)\b.+",
    r"(?:nothing|nobody|no one) (?:(?:gets?|is) (?:merged|deployed|released|shipped|pushed|committed|published|in|approved|closed|touched)|goes (?:to|into|out|live|in)|pushes|merges|deploys|commits|ships|touches|edits|may|can)\b.* (?:without|unless|until|before|to (?:main|master|prod\w*|staging|trunk))\b.*",
    r"(?:code review|a (?:green )?build|green builds?|qa(?: sign-?off)?|sign-?off|review|tests?|approval|linting|\w+ (?:review|sign-?off|approval)) (?:comes?|goes|happens?|is needed|is required) (?:first|before (?:a |any |every )?(?:merg\w+|releas\w+|deploy\w*|push\w*|commit\w*|ship\w*)).*",
    r"(?:anything|any \w+|any(?:one|body)|whoever|everything) (?:touching|changing|editing|adding|that (?:touches|changes|goes to)|who (?:touches|changes)|going (?:to|into)) .+? (?:gets?|needs?|must|has to|requires?|should|goes through|wants) (?:an? |two |three |\d|at least |extra |another |reviewed|approved|tested|signed|sign|to (?:be|go) |review|approval|tests|your |my |our |the |be |go |have ).*",
    rf"{_KINDS} (?:(?:always|must|should|have to|has to|only) )*(?:start|begin|end) (?:with|in) .+",
    rf"{_KINDS} (?:(?:must|should|can|may) )?never (?:go|get|belong|appear|leave|touch|live|contain|hold|end up|reach|make|use|hit)\b.+",
    rf"(?=(?:all|new|any)\b|.* (?:always|must|should|have to|has to|only) ){_KINDS} (?:(?:always|must|should|have to|has to|only) )*(?:go(?:es)?|belongs?|lives?) (?:in|into|under|through|via|to|behind)\b .+",
    r"make an? (?:new |separate |fresh |own )*(?:branch|commit|pr|pull request|ticket|backup) for (?:every|each|any)\b.+",
    rf"{_KINDS} (?:get|are|must be|should be|need to be|always get) \w+ed (?:in the same|with (?:every|each)|together with|before (?:merging|release|every)|on (?:every|merge)|by hand|per)\b.+",
    r"(?:tests?|types|docs|schema|migrations?|specs?|reviews?|lint\w*|design doc) first,? (?:and )?then .+",
    rf"(?:use|stick to|stick with|keep to|go with) .+? (?:in|for) (?:all |the |our |any )*(?:{_PLACE_OF_WORK}|dates|times|timestamps|names|ids|money|currency|errors|logging|branches|commits|paths|urls|\w+ (?:names|files|messages))\b.*",
    r"no (?!(?:\w+ )?(?:bugs?|errors?|issues?|problems?|changes?|failures?|crashes|downtime|traffic|users|incidents|luck|news|data|difference|sign|trace|mention)\b|one\b|way\b|more\b|need\b|idea\b|problem)[\w' ./-]{3,40}? (?:in|on|inside) (?:the |our |this )?(?:production(?: code)?|prod|tests?|test code|commits?|commit messages|main|master|repo|codebase|code|git|logs?|library code|app code|shared code|templates|migrations|components|\w+ (?:branch|layer|module|folder|files))",
    r"leave (?=.*(?:code|file|migration|config|branch|test|lock|folder|directory|module|schema|[/.]|generated|vendored|legacy|docs|main|prod|submodule|table|fixture|script))(?!me\b|him|her\b|them|it\b|us\b|that|this\b)[\w' ./-]{3,40} (?:alone|as is|untouched|as they are|be)",
    rf"(?:ask|check|confirm|stop)(?: first)? {_MOMENT}",
    rf"(?!.*\bi\b)(?:{WORK}) (?:every|each|all) (?:new |the |outbound |incoming |external |user )?(?:{_PIECE_OF_WORK}|writes?|imports?|quer(?:y|ies)|inputs?|requests?|calls?|components?|strings?|handlers?|routes?|jobs?|scripts?|models?|errors?|exceptions?)\b.*",
    rf"do not ever (?:{WORK})\b.+",
    rf"(?:you (?:must|should|need to|have to) )?(?:always|never)(?: ever)? (?:{WORK})\b .+",
    rf"(?:do not ever|you must (?:not|never)) (?:{WORK})\b .+",
    rf"(?:when(?:ever)?|every time|each time|before|after|if) (?:you|we) [^,]{{3,60}}? (?:you|we) (?:have to|must|need to|should|always)(?: always| also| first)? (?:{WORK})\b .+",
    rf"(?:before|after|on|with|for) (?:every|each) [^,]{{3,40}}?,? (?:we|you) (?:(?:always|have to|must|need to|should) )?(?:{WORK})\b .+",
    r"(?:do not ever|always|never) force[- ]push\b.*",
    r"(?:always|never) (?!be |let |say |give up|forget|trust|look|think)[\w-]+ .+ (?:before|after|when|whenever) (?:you|we|each|every|any)\b.*",
    rf"to (?:release|deploy|build|test|run|start|publish|restart|debug|install|set up|roll back|update|ship|cut|add|create)\b[^,]{{0,40}}?,? (?:you|we) (?:just |first |have to |need to |always )?(?:{WORK})\b .+",
    rf"you (?:must|have to|need to) (?:ask|tell|warn|check with|confirm with) (?:me|us|\w+) {_MOMENT}",
    r"(?:we|i) (?:always|never) (?:run|use|write|commit|push|deploy|merge|rebase|squash|lint"
    r"|format|log|pin|tag) .*\b(?:before|after|when|first|to (?:main|master|prod\w*)|directly"
    r"|branch|commits?|tests?|migrations?|PRs?|releases?|merging|deploying)\b.*",
    rf"{_IF_AT_WORK}{_CONDITION}(?: (?:[^,]|,(?= \d)){{3,80}}?)?, (?:then |please |always "
    rf"|you (?:must|should|need to) |make sure to |first )*(?:(?:{WORK})\b .+|(?:never |do not )(?:{WORK})\b.*)",
    rf"(?:in|for|with|on|at|during|inside|within) (?:(?:the|our|this|all|any|new|every) )*[\w' ./-]{{2,40}}, (?:always|never) (?:{WORK})\b.+",
    rf"first,? (?:{WORK}) .+,? (?:and )?then \w+ .+",
    rf"use .+ (?:in|for) (?:(?:the |all |every |our ){_PLACE_OF_WORK}|\w+ (?:names|files|messages))",
    r"(?!.* in this (?:example|case|snippet))(?:use|prefer|pick|choose|reach for) .{1,60}? (?:instead of|rather than|over|, not) .{1,60}",
    rf"(?!.*(?:\bi\b|\b(?:when(?:ever)?|if) you (?:need|want|like|feel|can|please|must|cook)\b))(?:{WORK}) .+ {_MOMENT}",
    rf"(?:every|each|all|any|new|all new) (?:new )?{_PIECE_OF_WORK} (?:needs?|must|should|requires?|has to"
    r"|have to|gets?) .+",
    rf"(?:all )?(?:new )?{_PIECES_OF_WORK} (?:need|must|should|require|have to) (?!be (?:fine|ok|okay|good|done|ready|easy|enough|there|green)\b|pass\b|work\b).+",
    rf"(?:do not|never) (?:{WORK})(?: .+)? (?:(?:legacy|vendor|vendored|generated|migrations?|production|prod|shared|build|dist|config) (?:folder|director(?:y|ies)|files?|code|module|branch|database|db|server|table)s?|in [\w.-]*/[\w./-]*|in (?:this|the|our) (?:repo|repository|codebase"
    r"|project|code|app|file)|on (?:main|master|prod\w*|fridays?)|to (?:main|master|prod\w*)"
    r"|directly|without .+)(?: .*)?",
)
_PROCEDURE_ROWS = Rows(_PROCEDURES)
_MADE_SURE = (
    r"(?:always )?(?:make sure|be sure|ensure|take care)(?: that)?(?: you| we"
    rf"| to)*(?: always)? (?P<v>(?:{WORK}|never|all|every|each|the)\b.+)"
)
_RULE = r"(?:it is (?:our|the|company|team|house) (?:team |house |standing )?(?:policy|rule|convention|practice|custom)(?: here)? (?:to|that) |(?:our|the|my|one) (?:team |house |lab |only |first |main |golden |shop |standing )*(?:rule|policy|convention|routine)(?: (?:here|for [\w ]{2,30}|in this \w+|with \w+))? is(?: that| to|:)? (?!fine|good|clear|broken|not|in |on |at |simple$|called|the same|still|just ))(?P<v>\w+ .+)"
# "Nothing goes out on a Friday, house rule", "the homework rule at ours: no screens till it's done": told to be a rule.
_SO_CALLED = (
    r"(?P<v>(?!(?:it|that|this|he|she|they|what|who|which|there|yes|no,|and|but|so|the rule|i)\b|(?P<same>\w+) (?:are|will be) (?P=same)\b|[^,]*\b(?:thrown|throws?|raised|raises?|was|were|exceptions)\b)[^,]+ [^,]+ [^,]+?)(?:,| -|;|:) (?:(?:that is|this is|it is|as per|by) )?(?:(?:(?:our|the|a|an|my) )?(?:[\w-]+(?:'s)? )?(?:house|company|team|school|lab|shop|office|club|family|standing|golden|iron|ground|kitchen|studio|department|school's|company's|team's|firm's|hospital's|workshop|site|ward|library) (?:rules?|policy)(?: here)?|no exceptions(?: ever)?|(?:that is|it is) (?:the|our|my) (?:rule|policy)(?: here)?)"
    r"|(?:the|our|my|one) (?:[\w-]+ ){0,2}(?:rule|policy)(?: (?:at|in|for) [\w ]{2,25}?| here| of the house)?: (?P<v2>(?!https?:)\w+ .+)"
)
# What is asked for from now on may be any work that can be told of in one word.
_ANY_WORK = (
    r"compile|treat|assume|assign|attach|batch|benchmark|capture|collect|comment|consider|count|cut|declare|default|define|deliver|design|discuss|draft|dump|embed|enforce|estimate|extract"
    r"|fetch|filter|gather|group|handle|implement|indent|inject|inline|introduce|invoice|isolate|limit|list|load|lock|measure|move|normali[sz]e|order|organi[sz]e|pack|pair|park|pass|pay|plan"
    r"|process|profile|put|queue|read|refer|register|reject|release|repeat|replace|report|request|require|reserve|resolve|route|schedule|separate|serialize|ship|sort|specify|split|stick|submit"
    r"|summari[sz]e|target|throw|trace|track|translate|trigger|work|leave|bring|buy|charge|check|go through|take|round|water|feed"
)
_FROM_NOW_ON = rf"(?:please )?(?:do not |never |always |only )?(?:{WORK}|{_ANY_WORK})\b .+"
# What is about people and feelings is advice, and no rule of work.
_PERSONAL = (
    r"\byour (?!code|changes|branch|work|tests?|commits?|variables|files|functions|classes|components|dependencies|prs?|answers?|imports|replies|responses|initials|name|ticket|editor)"
    r"|\bkeep \w+ing\b|\b(?:me|my|mine|yourself|myself|us|him|her|them(?:selves)?|life|heart|love"
    r"|dream|happy|smile|friends?|family|kids)\b"
)
# With these somebody's part in the work is told.
_ASKED_OF_US = r"\b(?:before|after|until|once) (?:we|they|you) \w+ them\b|\b(?:signs?|sends?|pays?|ships?|opens?|checks?|approves?|stores?|posts?|answers?|returns?|reviews?|handles?) them\b|\b(?:for|from|by|with|of|(?:ask|tell|show|warn|ping|notify)(?:ing)?|check(?:ing)? with|confirm(?:ing)? with) (?:me|us)\b"


_CALLED_SO = frozenset({"rule", "rules", "policy", "exceptions"})


# "Use Bob instead of Robert", "use Monday instead of Tuesday": of names that are no tool's, who knows what?
_ONE_OR_OTHER = r"(?:always )?(?:use|prefer|pick|choose) (?:(?-i:[A-Z\u00c0-\u00de])[\w'-]+ (?:instead of|rather than|over|not) (?-i:[A-Z\u00c0-\u00de])[\w'-]+|\w+day (?:instead of|rather than|over|not) \w+day)"


_HOLDS_WHEN = (
    r"(?:in|at|on) (?:our|the) [^,]+ we |(?:every|each|at the (?:end|start|beginning) of|before|after) "
)
_ONE_TIME = r"\b(?:today|tonight|tomorrow|this|next|yesterday|last|ago)\b"


def _procedures(clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Always run ...", "never push ...", "before deploying, run ...", "use pnpm instead of npm"."""
    text = clause.text
    order, comma, rest = text.partition(", ")
    if (
        comma
        and form(r"(?:do not|never|always)\b").match(text)
        and form(r".*\b(?:it|them|that|me|us|you)\b").match(rest)
    ):
        text = order  # "never edit the generated files by hand, regenerate them with make"
    if clause.times and (
        clause.standing or form(rf"(?:we )?(?:do not|never)\b|no |.* {_OBLIGED}\b").match(text)
    ):
        text = " ".join((text, *clause.times))
    if holds(r"\banymore$|\bno longer\b", text):
        return  # what is not done anymore is no rule
    if _CALLED_SO & tokens(clause.whole) and (so_called := form(_SO_CALLED).fullmatch(clause.whole)):
        rule = so_called["v"] or so_called["v2"]
        if not holds(_PERSONAL, rule):
            yield _procedure(rule)
        return
    led = begun(_HOLDS_WHEN, clause.whole) and not begun(_HOLDS_WHEN, text)
    last = clause.times[-1] if clause.times else ""
    lasts = last and clause.whole.startswith(text) and not holds(_ONE_TIME, last)
    if led or (lasts and clause.whole.endswith(last)):
        text = clause.whole  # where, when and for how long it holds is part of a rule
    if form(_ONE_OR_OTHER).fullmatch(text) and tokens(text).isdisjoint(words.TECH):
        return
    if holds(_PERSONAL, text) and holds(_PERSONAL, form(_ASKED_OF_US).sub("", text)):
        return
    if ruled := form(_RULE).fullmatch(text):
        yield _procedure(ruled["v"])
    elif made_sure := form(_MADE_SURE).fullmatch(text):
        yield _procedure(made_sure["v"])
    elif any(form(_PROCEDURES[place]).fullmatch(text) for place in _PROCEDURE_ROWS.fitting(text)) or (
        clause.standing and form(_FROM_NOW_ON).fullmatch(text)
    ):
        yield _procedure(text)


def _procedure(raw: str) -> Claim:
    said = re.sub(r"^you (?:must|should|need to|have to) ", "", raw, flags=re.I)
    said = form(_REMARK).sub("", said)
    return Claim(PROJECT, "procedure", values.bare(said), "procedure", 0.85)


# Behind a rule this tells why, or is another remark.
_REMARK = r"(?:, people\b.*|,? (?:(?:ppl|everyone|everybody|no exceptions|trust me|otherwise|or else|thanks|it (?:saves|is|keeps|breaks|takes)|that way|this way|which|even for)\b.*|no (?:excuses|matter what).*))$"
