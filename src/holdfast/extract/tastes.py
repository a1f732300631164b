"""What people like, dislike, prefer, use and know, as rows (see `rules`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import values, words
from .predicates import Rule
from .spelling import form

_TIMED = r".*\d.*|(?:.* )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:.* )?(?:week|month|date|time|slot|plan|approach|idea|solution|fix|change|version|design|layout|answer|suggestion|proposal|result|news|message|weather)"
_AT_HAND_NOW = r"\b(?:build|bug|script|page|thread|ticket|today|tonight|again|error|code|meeting)\b"


def kind_of_thing(raw: str, casual: bool) -> values.Values:
    """What somebody finds good or bad as a kind ("small talk", "horror films"): one thing at hand, or somebody by name, is none."""
    found = values.taste(raw, casual)
    if form(_TIMED).fullmatch(raw) or form(
        r".*\b(?:not|never|no longer|do|does|did|will|can|could|would)"
    ).fullmatch(raw):
        return ()  # "Friday suits me best" makes an appointment
    name = (
        len(found) == 1
        and raw.lower() not in words.FOODS
        and re.fullmatch(r"[A-Z][a-z]+(?<!s)(?<!ing)(?<!y)(?<!ion)(?<!ism)", str(found[0]))
    )
    return () if name or form(_AT_HAND_NOW).search(raw) else found


def app(raw: str, casual: bool) -> values.Values:
    """What somebody does their work with, by its name: no language, no day, no place they would write out in words."""
    raw = values.bare(raw)
    named = re.fullmatch(r"[A-Z][\w.+#-]*(?: [A-Z\d][\w.+#-]*){0,2}", raw)
    if casual or not named:
        return values.known_tool(raw, casual)
    none = words.LANGUAGES | words.NATIONALITIES | words.NOT_NAMES
    return () if raw.lower() in none or form(r"\w+day|I").fullmatch(raw) else (raw,)


_OWN_WORK = r"(?:code|coding|notes|editing|writing|accounts|bookkeeping|invoices|invoicing|photos|videos|music|drawings|designs|budget|budgeting|passwords|todos|to-dos|tasks|recipes|slides|spreadsheets|calendar|planning|diagrams|podcasts|bookmarks|documents|backups|journal|diary|thesis|papers|references|models|reports|sketches|contacts|mixing|recordings|lists)"
_KEEN = r"(?:fan|lover|nerd|geek|buff|enthusiast|addict|fanatic|nut|junkie|aficionado|obsessive|maniac)s?"
_BIG = r"(?:big|huge|massive|total|lifelong|avid|proud|complete|absolute|serious|devoted|die-hard)"
_VERY = r"(?:really |so |very |way |much |a lot |super |totally |completely |both |properly |quite |pretty )*"
TASTES: Sequence[Rule] = (
    Rule(
        "likes",
        r"(?:really |absolutely |do |just |still |truly |always |quite |rather )*(?:like|love|adore|enjoy|dig|live for)(?: nothing (?:more|better) than)?(?: an? (?:bit|spot|touch) of| an? (?:good|nice|decent)(?= ))?"
        rf" (?P<v>.+)|(?:be {_VERY}(?:enjoying|loving|digging)|be {_VERY}(?:more )?into|be (?:\w+ )?obsessed with|be (?:an? |quite an? )?(?:(?:{_BIG}|great|real) )?{_KEEN} of|be {_VERY}(?:fond of|passionate about|keen on|crazy about|mad about|partial to|hooked on|big on|addicted to)"
        r"|have (?:always )?(?:loved|enjoyed|liked)|have (?:\w+ )?a (?:soft spot|weakness|passion|thing) for|(?:have )?(?:\w+ )?(?:got|gotten|become)(?: really| super| seriously| totally)? into|swear by|be a (?:total |complete |real )?sucker for(?! an?\b)|can ?not get enough of"
        r"|can ?not (?:live|do|function) without|will never say no to|be always up for|get a kick out of|have (?:grown|come|learn(?:ed|t)) to (?:love|like|enjoy|appreciate)|have fallen in love with(?! (?:an?|the|my|your|this|that)\b)) (?P<v2>.+?)(?: than (?:most|other|the average|the next) .+)?",
        values.taste,
        "preference",
        0.85,
    ),
    Rule(
        "dislikes",
        r"(?:really |absolutely |just |do |still |truly )*(?:hate|dislike|despise|loathe|detest"
        r"|do not (?:really |particularly |much |even )?(?:like|enjoy|care for)"
        r"|can ?not (?:really )?(?:stand|bear|abide|stomach|tolerate)(?! (?:up|still|on|in|straight|here|there|upright|for long)\b)|be not (?:really |exactly )?(?:an? "
        r"|much of an? )?(?:(?:big|huge) )?(?:fan of|into|keen on|fond of)|have (?:always )?hated|have (?:grown|come|learn(?:ed|t)) to (?:hate|dislike|loathe|dread)"
        r"|(?:have )?never (?:really |much )?(?:liked|enjoyed|cared for)) (?P<v>.+)",
        values.taste,
        "preference",
        0.85,
        stands=frozenset({"wish"}),
    ),
    # "I could eat pho every day" supposes nothing.
    Rule(
        "likes",
        r"could (?:happily |easily |honestly )?(?:eat|drink|listen to|watch|play|do) (?P<v>.+?) (?:all day(?: long)?|all night|forever|for (?:hours|ever|days)|every (?:single )?(?:day|night|week|meal)|three times a day|day and night)",
        values.taste,
        "preference",
        0.8,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "likes",
        rf"be (?:an? |both |all |such an? )*(?:{_BIG} )(?P<v>(?!fan\b)[\w' -]{{3,30}}?) (?:{_KEEN}|people|person|guy|girl|household|family|couple)",
        values.taste,
        "preference",
        0.8,
    ),
    Rule(
        "likes",
        r"be an? (?P<v>(?!(?:big|huge|great|true|real|massive|new|long|bit|fellow|former|good|such)\b)[\w' -]{3,24}?) (?:fan|lover|nerd|geek|buff|enthusiast|fanatic)",
        values.taste,
        "preference",
        0.75,
    ),
    Rule(
        "likes",
        r"be (?:always |at my |at our )*happiest(?: when)?(?: i am| we are)? (?P<v>.+)",
        values.phrase,
        "preference",
        0.8,
    ),
    Rule(
        "dislikes",
        r"be not (?:really |exactly |much of )?an? (?P<v>(?!big |huge |bad |good |great |nice |fan )[\w' -]{3,24}?) (?:person|guy|girl|fan|lover|drinker|eater)",
        values.taste,
        "preference",
        0.8,
    ),
    Rule(
        "dislikes",
        r"(?:(?:always |usually |generally |mostly )*(?:tend to |try to |like to )?(?:avoid|stay away from|steer clear of|keep away from|shy away from)"
        r"|can (?:happily |easily )?(?:do|live) without|could (?:happily |easily |really )?do without|have (?:no|zero|little) (?:time|patience|love|interest) (?:for|in|with)|do not have (?:the |any |much )?(?:time|patience|interest) (?:for|in)"
        r"|have never (?:really |quite )?(?:been (?:an? )?(?:big |huge )?(?:fan of|into|keen on|fond of)|got(?:ten)? into|understood the appeal of|seen the point of|warmed to|taken to)|find(?! it\b| them\b| that\b) (?=.* (?:boring|dull|tedious|annoying|irritating|unbearable|exhausting)$)) "
        r"(?P<v>.+?)(?: (?:boring|dull|tedious|annoying|irritating|unbearable|exhausting))?",
        kind_of_thing,
        "preference",
        0.8,
        stands=frozenset({"hypothetical", "wish"}),
    ),
    Rule(
        "dislikes",
        r"(?:really |absolutely |just |do )*(?:hate|dislike|loathe|can ?not stand|do not like) it (?P<v>when .+)",
        values.occasion,
        "preference",
        0.8,
    ),
    Rule(
        "prefers",
        r"(?:have always |always |really |generally |usually |strongly |much |would |do )*(?:prefer"
        r"|preferred|(?:much )?rather (?:have|get|use|drink|eat|see|read|take|hear|be given|receive)) (?P<v>.+)",
        values.choice,
        "preference",
        stands=frozenset({"hypothetical"}),
    ),
    # Told of choices as they come, and not of the one at hand: there is always something it is chosen over.
    Rule(
        "prefers",
        r"(?:(?:always|usually|generally|tend to|mostly|will always|would always|would) (?:go for|choose|pick|take|opt for|reach for|lean towards?)) (?P<v>.+?)(?:,? (?:over|rather than|instead of) .+?)(?: any (?:day|time)(?: of the week)?| every time)?",
        values.choice,
        "preference",
        0.85,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "prefers",
        r"(?:(?:always|usually|generally|tend to|mostly) (?:go for|choose|pick|opt for|reach for|order|ask for|book|request|take(?= the (?:(?:window|aisle|back) seat|stairs|train|bus|tram|ferry|(?:scenic|quiet|slow) \w+|(?:night|early|late) (?:train|bus|shift))\b(?! (?:number|line|from))))|gravitate (?:to|towards?)|lean (?:to|towards?)) (?P<v>(?!the (?:first|second|wrong|same|other)\b)(?!.*\b(?:ones?|options? (?:a|b|[12])|tickets?)$).+)",
        values.choice,
        "preference",
        0.8,
    ),
    Rule(
        "prefers",
        r"be (?:more of |definitely |very much )?an? (?P<v>\w+(?: \w+)?) person",
        values.listed(words.KINDS_OF_PERSON, 2),
        "preference",
    ),
    Rule(
        "prefers",
        r"be (?:much )?more of an? (?P<v>\w+) (?:person|guy|girl|man|woman)(?: than an? \w+ \w+)?",
        values.choice,
        "preference",
    ),
    Rule(
        "hobby",
        r"(?:play|be learning to play|have played|have been playing) (?:the "
        r"|some )?(?P<v>.+?)(?: (?:in|with|at|on|for|every|professionally|competitively"
        r"|semi-professionally)\b.*)?",
        values.each(words.INSTRUMENTS),
    ),
    Rule(
        "fear",
        r"be (?:really |very |so |absolutely |a bit |quite )*(?:scared|afraid|terrified|frightened) of (?P<v>(?!(?:the|this|that|it|you|him|her|them|what|how)\b|(?!flying|driving|swimming|heights)\w+ing\b)[\w' -]{3,25})",
        values.taste,
        needs="habit",
        confidence=0.8,
    ),
    Rule("hobby", r"collect (?P<v>(?!my|your|the|data|them|all)[\w -]+)", values.taste),
    Rule(
        "speaks",
        r"(?:speak|be fluent in|be a native speaker of|know) (?:fluent |some |basic |conversational "
        r"|native |both )?(?P<v>.+)",
        values.each(words.LANGUAGES),
    ),
    Rule(
        "learning",
        r"(?:be|have been|started) (?:currently )?(?:learning|teaching myself|taking up"
        r"|taking lessons in|studying)(?: how)?(?: to (?:speak|play|use))? (?P<v>(?!a lot|a ton|tons"
        r"|lots|new things|so much|that|how|about|more|from|as|to be|by|the hard)[\w+#. -]+)",
        values.taste,
    ),
    Rule(
        "uses",
        r"be an? (?:[\w-]+ )?(?P<v>[\w.+# ]+?) user",
        values.known_tool,
    ),
    Rule("uses", r"use (?P<v>an? [A-Z][\w ]+)", values.made),
    Rule(
        "uses",
        r"use (?P<v>an? (?:iPad|iPhone|iMac|MacBook|Kindle|Chromebook|Wacom)(?: [A-Z\d]\w*)*)(?: (?:for|to|at) .*)?",
        values.as_said,
    ),
    Rule(
        "uses",
        r"(?:mostly |always |still |only |usually )*use (?P<v>.+?) (?:for|to do) (?:all |most of )?(?:my|our) [\w' -]+",
        app,
    ),
    Rule(
        "uses",
        rf"(?:mostly |always |still |only |usually )*(?:do|write|keep|edit|record|mix|track|manage|plan|store|draw|sketch|design|make|log|take|organi[sz]e|back up) (?:all |most )?(?:of )?(?:my|our) (?:[\w-]+ )?{_OWN_WORK} (?:in|on|with|using) (?P<v>.+)",
        app,
    ),
    Rule(
        "knows",
        r"know (?P<v>.+?)(?: inside out| (?:very |pretty |really )?well| best)?",
        values.each(words.CODE_LANGUAGES),
    ),
    Rule(
        "uses",
        r"be on (?P<v>linux(?: mint)?|windows|macos|mac|ubuntu|arch|arch linux|fedora|debian|android|ios|an? (?:\w+ )?mac)(?:,.*)?",
        values.known_tool,
    ),
    Rule(
        "uses",
        r"(?:mainly |mostly |always |still |primarily |usually )*(?:use|code in|program in"
        r"|write everything in|develop on|develop in|work in|work on) (?P<v>.+?)(?: (?:for|as|on|at|to"
        r"|every|daily)\b.*)?",
        values.known_tool,
    ),
)
# What is said of a thing, and tells how somebody finds it: read over the whole clause.
_SO = r"(?:really |just |totally |very much |so |definitely |always |still |absolutely )*"
TURNED: Sequence[Rule] = (
    Rule(
        "favorite {what}",
        r"(?P<v>.+?) (?:is|are) my (?:all[- ]time |absolute )?favorite (?P<what>(?!part|thing|memory"
        r"|bit|moment)[\w -]+?)(?: of all time| ever)?",
        values.single_taste,
        "preference",
    ),
    Rule(
        "likes",
        r"(?P<v>.+?) (?:is|are) (?:my|one of my) (?:all[- ]time |absolute )?favorites?",
        values.single_taste,
        "preference",
    ),
    Rule(
        "likes",
        rf"(?P<v>.+?) (?:is|are) {_SO}(?:my (?:thing|jam|bag|happy place|comfort food|guilty pleasure|weakness|passion|cup of tea|go-to|kind of (?:thing|food|music|place|film|movie|book|weather|holiday|sport))|right up my (?:street|alley))",
        values.taste,
        "preference",
        0.85,
    ),
    Rule(
        "likes",
        r"(?:nothing (?:beats|tops)|(?:you )?can not beat|there is nothing (?:better than|like)) (?P<v>.+?)(?: for me)?",
        kind_of_thing,
        "preference",
        0.75,
    ),
    Rule(
        "likes",
        r"give me (?P<v>(?!(?:\w+ )?(?:minutes?|hours?|seconds?|days?)\b).+?) over .+? (?:any (?:day|time)|every time).*",
        kind_of_thing,
        "preference",
        0.85,
    ),
    Rule(
        "dislikes",
        rf"(?P<v>.+?) {_SO}(?:(?:is|are) {_SO}not|(?:has|have) never been|was never|were never|will never be) {_SO}(?:really |exactly |quite )?(?:my (?:thing|cup of tea|jam|bag|scene|style)|for me)",
        values.taste,
        "preference",
        0.85,
        stands=frozenset({"wish"}),
    ),
    Rule(
        "dislikes",
        rf"(?P<v>.+?) {_SO}(?:drives? me (?:up the wall|mad|crazy|insane|nuts|bonkers|bananas|round the bend)|gives? me (?:an? headache|headaches|migraines|heartburn|a rash)|gives? me the (?:creeps|ick|willies|shivers|heebie-jeebies)|(?:creeps?|gross(?:es)?|stress(?:es)?|freaks?|weirds?) me out"
        r"|makes? me (?:cringe|gag)|gets? on my nerves|bores? me(?: to (?:tears|death))?|annoys? me|irritates? me|puts? me (?:right )?off|turns? my stomach)",
        kind_of_thing,
        "preference",
        0.8,
    ),
    Rule(
        "dislikes",
        r"(?P<v>.+?) (?:is|are) my (?:biggest |main |number one |absolute |worst |pet )*(?:peeve|nightmare|idea of hell)s?",
        kind_of_thing,
        "preference",
        0.85,
    ),
    Rule(
        "dislikes",
        r"my (?:biggest |main |number one )?(?:pet )?peeves? (?:is|are) (?P<v>.+)",
        values.taste,
        "preference",
        0.85,
    ),
    Rule(
        "dislikes",
        rf"(?P<v>.+?) {_SO}(?:(?:does|do) {_SO}(?:nothing for me|not (?:appeal to me|do it for me|suit me|work for me))|leaves? me (?:cold|unmoved)|grates? on me|(?:ruins?|spoils?|kills?) (?:any|every|an?|all|the whole) [\w ]+(?: for me)|wears? me (?:out|down)|(?:tires?|exhausts?|depresses|scares?|terrif(?:y|ies)) me|makes? me (?:sick|queasy|miserable|anxious|nauseous|shudder|want to leave)|(?:is|are) wasted on me|(?:is|are) an? (?:absolute |complete |total )?(?:turn-?off|deal-?breaker|no-go) for me)",
        kind_of_thing,
        "preference",
        0.8,
    ),
    Rule(
        "likes",
        rf"(?P<v>.+?) {_SO}(?:(?:relaxes|relax|calms?|soothes?|cheers?|comforts?|inspires?|delights?|fascinates?) me(?: up| down)?|makes? me (?:happy|smile|feel at home)|agrees? with me|appeals? to me|suits? me (?:best|well|perfectly|down to the ground)|brings? me (?:joy|comfort)|never gets? old(?: for me)?|hits? the spot(?: for me)?|(?:is|are) an? (?:real |huge |great )?(?:joy|treat|delight|comfort) (?:for|to) me|never fails? to (?:cheer me up|make me smile|relax me))",
        kind_of_thing,
        "preference",
        0.8,
    ),
    Rule(
        "prefers",
        r"(?P<v>\w+(?: \w+){0,2}?) over [\w ]+?(?: for me|,? always|,? any day|,? every time)+",
        values.anything,
        "preference",
    ),
)
