"""What people say of themselves and of others: "I live in ...", "my sister works at ...", "Sam is my roommate"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import duties, tastes, values, wellbeing, words
from .belongings import ANY_PET, belonging
from .clauses import Clause
from .dates import PHRASE
from .predicates import ADVERBS, PROJECT, Claim, Rule, fit, predicate
from .rules import PERSON
from .spelling import begun, form, holds, tokens
from .terms import EXPIRES, GOES_ON, RUNS_OUT, date_or_time, due, lapse, once, until
from .things import IN_GENERAL, ONCE, THING, attribute_of

_RELATION = words.one_of(words.RELATIONS)
_ANIMAL = words.one_of(words.ANIMALS)
_EVENT = words.one_of(words.EVENTS)
_ADULT = r"(?:older |younger |big |little |lil |elder |oldest |youngest |eldest |twin |half-|step|best |close |great-|dear )"
_OF_AGE = rf"(?:(?:{'|'.join(words.AGED)}) )?"
_LATELY = r"(?:new |biggest |main |first |current |old |direct )?"
_VERB = (
    r"(?:am|is|are|was|were|be|has|have|had|lives?|works?|likes?|loves?|hates?|enjoys?|prefers?"
    r"|moved|relocated|joined|left"
    r"|quit|speaks?|plays?|owns?|drives?|studies|study|teaches|teach|goes|go|takes?|suffers?|does"
    r"|do|can|will|got|became"
    r"|start(?:ed|s)|runs?|bought|sold|turned|turns|comes?|came|grew|graduated|attends?|stays?|supports?|handles?|collects?|uses?|adopted"
    r"|eats?|broke|reports?|just"
    r"|also|really|still|currently|now|recently|already|used|maintains?|no longer|never)"
)

# ---- who one is ------------------------------------------------------------------------------------------------------

_CALLS = (
    r"(?:(?:lo+l,? |haha+,? |you (?:can|may) |just |please |(?:most |some )?(?:people|friends|folks|colleagues) (?:just |usually |mostly )?|my (?:friends|family|mates|colleagues|team|students|kids|grandchildren) |at home |at work "
    r"|every(?:one|body)(?: (?:at|in|on) (?:my |the )?\w+)? |(?:have|has) (?:always )?(?=called))*call(?:s|ed)? me"
    r"|my (?:nickname|friends call me)(?: is)?)"
)
_NOT_CALLED = (
    r"(?!(?:when|if|at|on|later|back|now|tomorrow|asap|crazy|old|an?|the|maybe|for|anytime|tonight"
    r"|before|after|about)\b)"
)
_IDENTITY: Sequence[Rule] = (
    Rule(
        "name",
        r"(?:my (?:full |first |real |actual |legal |given |proper )?name|the name(?= is (?:spelled )?(?-i:[A-Z]))|name) is (?!pronounced )(?:spelled "
        r"|spelt )?(?P<v>.+?)(?: with an? \w)?",
        values.name,
        confidence=0.95,
    ),
    Rule(
        "name",
        r"(?:my )?name is (?P<v>[\w'-]+),? (?:and )?not (?P<old>[\w'-]+)",
        values.name,
        confidence=0.95,
    ),
    Rule(
        "name",
        r"my name is not (?P<old>\S+),? (?:it is|but) (?P<v>.+?)(?: with an? \w)?",
        values.name,
        confidence=0.95,
    ),
    Rule("goes_by", r"my preferred name is (?P<v>.+)", values.name),
    Rule(
        "{which} name",
        r"my (?P<which>last|middle|maiden|married|family|second|birth) name (?:is|was) (?P<v>.+)",
        values.name,
    ),
    Rule(
        "goes_by",
        r"(?:(?:you (?:can|may|should) |please |just )*(?:address|refer to|know) me as|i would (?:prefer|like|love|rather)(?: to)? be (?:called|addressed as|known as|referred to as)|(?:(?:most |some )?people|every(?:one|body))(?: (?:at|in|on) [\w ]{2,25}?)? knows? me as) (?P<v>.+)",
        values.name,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "goes_by",
        rf"{_CALLS} {_NOT_CALLED}(?P<v>[\w'. -]+?)(?: (?:in|on|at|for|during) (?:these|this|our) [\w ]+)?",
        values.name,
    ),
)


def identity(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My name is ...", "I'm Helen", "call me Al", "this is Rahul from accounting"."""
    found = list(fit(_IDENTITY, text, clause, speaker))
    yield from found
    introduced = not _INTRODUCING.isdisjoint(tokens(clause.whole))
    here = form(_INTRODUCED).fullmatch(clause.whole) if introduced else None
    if here and not clause.greeted and (here["again"] or clause.start > _WITHIN_A_GREETING or _is_here(here)):
        here = None
    titled = form(r"this is (?P<v>(?:mr|mrs|ms|miss|dr|prof)\.? (?-i:[A-Z])[\w'-]+)(?: from .+)?").fullmatch(
        text
    )
    if told := here or titled:
        yield from (
            Claim(speaker, "name", value, confidence=0.85)
            for value in values.name(next(one for one in told.groups() if one), clause.casual)
        )
        return
    if clause.casual and (by := form(_IN_SMALL).fullmatch(clause.whole)):
        told_by = by["from"] or clause.greeted
        name = next(one for one in (by["v"], by["v2"], by["v3"]) if one)
        if told_by and not _is_a([name]) and name not in words.NOT_GREETED | words.RELATIONS | _HERE:
            yield Claim(speaker, "name", name, confidence=0.75)
        return
    match = form(
        r"(?P<i>i am|this is) (?P<v>[^,]+?)(?: (?:from|in|at|over in) (?:the )?[\w ]+| here)?"
    ).fullmatch(text)
    if found or not match:
        return
    low = match["v"].lower().split()
    # Capitals tell a name; without them, and after "this is", only a greeting does ("hi im tom").
    known = match["i"].lower() == "i am" and not clause.casual
    met = clause.greeted or holds(r"\b(?:nice|pleased|good|lovely|great) to meet you\b", clause.whole)
    greeted = met and (not clause.casual or len(low) == 1)
    if (known or greeted) and not _is_a(low) and not low[0].endswith("ing"):
        yield from (
            Claim(speaker, "name", value, confidence=0.85) for value in values.name(match["v"], clause.casual)
        )


_WHAT_ONE_IS = (
    words.NATIONALITIES, words.DIETS, words.CONDITIONS, words.STATES_OF_HEALTH, words.STATUSES, words.POLITICS, words.ORIENTATIONS,
    words.RELIGIONS, words.TRADES, words.TECH, words.NOT_NAMES,
)  # fmt: skip


# In small letters a greeting and these words tell a name ("hey its dmitri btw", "hi, sofia here", "im priya from the design team"), if it is no common word.
_IN_SMALL = (
    r"(?:(?:it is|its)(?: me,| just)? (?P<v>{0})(?: (?:btw|again|here|from .+))?|(?P<v2>{0}) here(?: (?:from|at|in) .+)?"
    r"|(?:i am|this is) (?P<v3>{0}) (?P<from>from (?:the )?(?:[a-z]+ )*(?:team|department|dept|office|desk|shop|floor|committee|club|group|support|accounts|accounting|sales|marketing|hr|it|finance|design|legal|ops|reception|school|church|gym|choir|allotments?)))"
).format(
    r"(?!(?:(?!(?:ahmed|mohamm?ed|fred|ted|jared|alfred|reed|ned)\b)\w+ed|\w+(?:ing|ly|ful|ous|able|ible|less|ive|ish|ness|tion)|late|early|cold|hot|warm|sunny|dark|light|morning|evening|night|noon|midnight|time|lunch|dinner|breakfast"
    r"|payday|bedtime|christmas|easter|xmas|halloween|summer|winter|spring|autumn|fine|good|bad|great|okay|nice|cool|weird|strange|odd|funny|wild|crazy|mad|sad|happy|glad|sorry|sleepy|hungry|sick|ill|dead|alive|awake|down|out|off|back|home|away|over"
    r"|done|gone|lost|stuck|broke|broken|busy|free|ready|new|old|young|big|small|short|long|tall|slow|fast|quick|hard|easy|simple|real|fake|true|false|right|wrong|sure|clear|open|full|empty|wet|dry|clean|dirty|loud|quiet|safe|cheap|rich|poor"
    r"|smart|dumb|stupid|gay|straight|queer|trans|single|taken|vegan|drunk|high|sober|rough|rubbish|trash|garbage|mint|lit|dope|hell|heaven|chaos|mess|magic|luck|fate|karma|love|war|peace|work|school|uni|college|class|rain|snow|sun|wind|fog|ice|fire"
    r"|water|food|pizza|coffee|tea|beer|wine|mine|yours|this|that|these|those|what|who|where|when|why|how|nothing|something|anything|everything|someone|somebody|anyone|everybody|nobody|yes|yeah|yep|nope|maybe|just|only|still|even|also|too|very|so"
    r"|quite|rather|pretty|again|always|never|ever|once|twice|often|now|then|today|tonight|tomorrow|yesterday|weekend|soon|later|not|the|my|your|our|their|because|about|like|me|you|him|her|them|us|it|customer|support|admin|user|guest|client|person"
    r"|human|bot|team|group|android|iphone|version|code|error|bug|issue|problem|question|help|page|site|app|link|file|server|prod|dev|staging|blank|null|urgent|important|perfect|awesome|lovely|terrible|awful|horrible|worse|better|best|worst|fun|fair"
    r"|enough|same|different|similar|normal|legal|final|total|basic|public|private|local|global|manual|automatic|specific|generic|static|dynamic|optional|official|general|special|usual|actual|current|recent|visible|unclear|unknown|unfair|ugly|noisy"
    r"|messy|laggy|buggy|glitchy|flaky|spicy|tasty|yummy|rainy|windy|cloudy|foggy|snowy|stormy|chilly|freezing|boiling|friday|monday|tuesday|wednesday|thursday|saturday|sunday|and|but|for|with|from|all|more|less|most|least|up|on|in|at|to|up)\b)[a-z]{3,15}"
)


# "Marta here", "Leopold Vanhoutte speaking", "this is Dilnoza from the third floor", "Marek again".
_INTRODUCED = (
    r"(?:it is |this is )?(?:(?:dr|mr|mrs|ms|prof)\.? )?(?P<v>(?-i:[A-Z\u00c0-\u00de])[a-z\u00df-\u00ff]+(?: (?-i:[A-Z])[\w-]+)?)"
    r"(?: here(?: again)?(?: (?:from|at|in) .+)?| speaking|(?P<again> again))(?:, .*)?"
    r"|this is (?P<v2>(?-i:[A-Z\u00c0-\u00de])[a-z\u00df-\u00ff]+) from (?!above|behind|below|scratch|last|yesterday|today|my|our|a\b|an\b|\d).+"
)
_INTRODUCING = frozenset({"here", "speaking", "again", "from"})  # one of these is in it
_WITHIN_A_GREETING = 16  # characters: "Good afternoon. "


def _is_here(told: re.Match[str]) -> bool:
    """Whether what stands before "here" or "speaking", with no greeting before it, may be no name ("Sunny here", "strictly speaking")."""
    first = (told["v"] or told["v2"]).split(" ", 1)[0].lower()
    if first.endswith("ly"):
        return True
    return (
        first in _HERE
        or first in words.RELATIONS
        or first in words.LANGUAGES
        or _is_a([first])
        or first.endswith("ing")
    )


_HERE = frozenset(
    """over come look stay sit wait get stop click start down up out back right round around even only still just except same ditto sunny rainy cold hot warm quiet late early morning evening night midnight noon snowy windy cloudy foggy humid busy chaos boring nice
    lovely beautiful dark bright safe dead empty loud newbie noob newcomer beginner human user customer client parent guest fan lurker first-timer
    novice rookie amateur hobbyist owner member subscriber admin winter summer spring autumn christmas problem bug help confusion trouble
    question silence work life weather bus traffic""".split()
)


def _is_a(low: Sequence[str]) -> bool:
    """Whether the words after "I am" say what one is, and not who."""
    return any(" ".join(low) in lexicon for lexicon in _WHAT_ONE_IS) or low[-1] in words.TRADES


_PARTED = rf"my (?P<rel>{'|'.join(words.PARTNERS)})(?: (?P<name>\w+))? and i (?:have )?(?:just )?(?:broke up|broken up|split up|separated|got divorced)"
_TOGETHER = rf"my (?P<rel>{_RELATION}) (?P<name>(?-i:[A-Z])\w+) and i\b"
_AND_I = rf"(?:both of us|my (?:family|{_RELATION})(?: \w+)? and i) (?P<rest>.+)"


def own(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "I ...", "we ...", and "my wife Ann and I ..."."""
    first, _, rest = text.partition(" ")
    who = first.lower()
    if who not in ("i", "we"):
        if parted := form(_PARTED).fullmatch(text):
            yield Claim(speaker, parted["rel"].lower(), parted["name"], ends=True)
            return
        if together := form(_TOGETHER).match(text):
            yield Claim(speaker, together["rel"].lower(), together["name"])
        match = form(_AND_I).match(text)
        rest = match["rest"] if match else ""
    if not rest:
        return
    said = predicate(rest)
    # "We use Postgres" is about the project; what no project does ("we moved to Rome", "we live in Oslo") is about those who speak.
    ours = who == "we" and not begun(_DWELLS, said)
    found = list(fit(THING, said, clause, PROJECT)) or list(_ships(said, clause)) if ours else []
    # "We are 5 now" counts heads.
    heads = who == "we" and not holds(r"\b(?:both|years?|turned)\b", rest)
    yield from found or (
        one for one in fit(PERSON, said, clause, speaker) if not (heads and one.attribute == "age")
    )


_DWELLS = r"(?:be )?(?:live|living|reside|residing) (?:in|at|on|near|outside|with)\b"


def _ships(said: str, clause: Clause) -> Iterator[Claim]:
    """ "We ship 2.0 on Nov 4", "we still need to rotate the keys before the launch"."""
    match = form(
        r"(?:be |will |be going to |will be )?(?:ship|shipping|launch|launching|releas(?:e|ing)|deploy"
        r"|deploying|go live|going live)(?: with)? .+|launch|go live"
    ).fullmatch(said)
    if match and clause.times:
        yield Claim(PROJECT, "plan", values.bare(said.removeprefix("be ").removeprefix("will ")))
        return
    if form(
        r"(?:always |only |usually )*(?:deploy|release|ship|do releases|cut releases|do deploys)(?: to prod\w*)?"
    ).fullmatch(said) and (
        often := form(
            r"\b(?:(?:every|each) (?:other |second )?\w+|(?:once|twice|\w+ times) (?:a|per) (?:day|week|month|sprint)|daily|weekly|fortnightly|monthly|on \w+days)\b"
        ).search(clause.whole)
    ):
        yield Claim(PROJECT, "deploy schedule", often[0])
        return
    if clause.times and (
        kept := form(r"(?:keep|retain|store) (?:all |our |the )?(?P<what>(?:[\w-]+ )?[\w-]+s)").fullmatch(
            said
        )
    ):
        if clause.times[-1].startswith("for ") and kept["what"].split()[-1] in words.KEPT:
            yield Claim(kept["what"].lower(), "retention", clause.times[-1].removeprefix("for "))
        return
    match = form(
        r"(?:still |also )*(?:need to|have to|must) (?P<v>(?:rotate|update|fix|migrate|deploy|write"
        r"|remove|upgrade|test|refactor|document|clean up"
        r"|merge|release|review|add|patch|bump|renew|backfill|delete|move|set up)\b.*)"
    ).fullmatch(said)
    if match and (clause.times or form(r"\b(?:before|by)\b").search(said)):
        yield Claim(PROJECT, "task", values.bare(match["v"]))


# ---- what and whom one has -------------------------------------------------------------------------------------------

# Read over "NOUN is REST", where NOUN follows "my".
_IS = r" (?:is|are|will be|was changed to|has changed to|changed to) "
_MINE: Sequence[Rule] = (
    Rule("pet", rf"(?:[\w-]+ )?(?:{_ANIMAL})(?:'s name{_IS}|{_IS}(?:called|named) )(?P<v>.+)", values.name),
    Rule(
        "favorite {what}",
        r"(?:all[- ]time |absolute )?(?:favorite|go-to|preferred) (?P<what>(?!(?:part|thing|memory|bit|name|pronouns"
        r"|moment)\b)[\w -]+?)(?: of all time| ever)?"
        rf"(?: to \w+)?{_IS}(?P<v>.+?)(?: by (?-i:[A-Z]).*| of all time)?",
        values.single_taste,
        "preference",
    ),
    Rule("dislikes", rf"least favorite [\w -]+?{_IS}(?P<v>.+)", values.taste, "preference"),
    Rule(
        "favorite {what}",
        rf"favorite (?P<what>[\w -]+?) of mine{_IS}(?P<v>.+)",
        values.single_taste,
        "preference",
    ),
    Rule(
        "username",
        rf"(?:[\w-]+ )?(?:user ?name|handle|gamertag|screen name)(?: (?:on|for) [\w ]+?)?{_IS}(?P<v>(?!(?:taken|gone|wrong|missing|invalid|not|too|already|empty|blank|rejected|unavailable|locked|case)\b)\S+)",
        values.anything,
    ),
    Rule("address", rf"(?:\w+ )?address{_IS}(?P<v>.+)", values.holding(r"[\d,]")),
    Rule("address", rf"(?:flat|house|apartment|place|home){_IS}(?:now )?at (?P<v>\d.+)", values.as_said),
    Rule(
        "{noun}",
        rf"(?P<noun>special(?:i)?ty|specialism|area of expertise|speciali[sz]ation){_IS}(?P<v>[\w' -]{{3,40}})",
        values.phrase,
        confidence=0.8,
    ),
    Rule(
        "stay",
        rf"stay{_IS}(?:for )?(?P<v>(?:about |around |roughly )?(?:\d+|an?|two|three|four|five|six|seven|ten) (?:nights?|days?|weeks?|weekends?|months?|years?))",
        values.as_said,
    ),
    Rule(
        "phone",
        rf"(?:cell |mobile |phone |telephone )?(?:number|cell|mobile){_IS}(?P<v>.+)",
        values.holding(r"\d{3}"),
    ),
    Rule("phone", rf"phone{_IS}(?P<v>.+)", values.holding(r"\d{3}[\d -]{3}")),
    Rule("email", rf"e-?mail(?: address)?{_IS}(?P<v>(?:[\w-]+ ){{0,3}}?\S+@\S+)", values.holding("@")),
    Rule(
        "birthday",
        rf"(?:birthday|date of birth|birth date|dob){_IS}(?P<v>.+)",
        values.holding(
            r"(?i)\d\D{0,8}(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? (?:the )?\d|\d[./-]\d"
        ),
    ),
    Rule("pronouns", rf"pronouns{_IS}(?P<v>.+)", values.holding("/")),
    Rule("timezone", rf"time ?zone{_IS}(?P<v>.+)", values.anything),
    Rule(
        "{noun}",
        rf"(?P<noun>blood (?:type|group)){_IS}(?P<v>(?:a|b|ab|o)(?: ?[+-]|(?: rh(?:esus)?)? (?:positive|negative|pos|neg))?)",
        values.anything,
    ),
    Rule(
        "{noun}",
        rf"(?P<noun>nationality|(?:shoe|shirt|t-shirt|ring|dress|hat) size){_IS}(?P<v>.+)",
        values.anything,
    ),
    Rule(
        "{noun}",
        rf"(?P<noun>postcode|post code|zip(?: code)?|postal code|(?:[\w-]+ )?(?:boot|shoe|glove|collar|waist|bra|frame|wheel) size|locker|extension|(?:door|gate|alarm) code|(?:number|licen[cs]e) plate|(?:member|membership|customer|employee|student|account|policy|booking|staff|badge|room|flat|seat|loyalty|order|reference|case|locker|bib|gate|unit|invoice|ticket|confirmation|tracking|registration)(?: id| number)){_IS}(?:number |no\.? )?(?P<v>\S*\d\S*)",
        values.as_said,
    ),
    Rule(
        "occupation",
        rf"(?:job|job title|title|role|profession|occupation|position){_IS}(?P<v>.+)",
        values.trade,
    ),
    Rule(
        "occupation",
        rf"(?:day job|line of work|trade|profession|business|living){_IS}(?:in |as )?(?P<v>.+)",
        values.listed(words.FIELDS, 3),
    ),
    Rule(
        "occupation",
        rf"(?:profession|trade|field|line of work|field of work){_IS}(?P<v>[a-z]+ [a-z]+)",
        values.phrase,
        confidence=0.8,
    ),
    Rule("studies", rf"(?:\w+'?s? )?degree{_IS}in (?P<v>[\w -]+?)(?: from .+)?", values.anything),
    Rule("school", rf"(?:uni|university|college|school|alma mater){_IS}(?P<v>.+)", values.proper),
    Rule("employer", rf"(?:employer|company|workplace){_IS}(?P<v>.+)", values.proper),
    Rule("origin", rf"home ?town{_IS}(?P<v>.+)", values.place),
    Rule(
        "speaks", rf"(?:(?:native|first) language|mother tongue){_IS}(?P<v>.+)", values.each(words.LANGUAGES)
    ),
    Rule("studies", rf"major{_IS}(?P<v>.+)", values.anything),
    Rule("age", rf"age{_IS}(?P<v>.+)", values.age),
    Rule("diet", rf"diet{_IS}(?P<v>.+)", values.each(words.DIETS)),
    Rule(
        "{noun}",
        rf"(?P<noun>terminal(?: emulator)?|shell|window manager|distro|desktop environment){_IS}(?P<v>(?!always|never|still|currently|set|at|in|on|not|too)[a-z][\w.+#-]+)",
        values.one_word,
        confidence=0.75,
    ),
    Rule("hobby", rf"(?:hobb(?:y|ies)|(?:main )?interests?)(?:{_IS}| include )(?P<v>.+)", values.taste),
    Rule(
        "goal",
        rf"(?:[\w-]+ )?(?:goal|aim|ambition|resolution)(?: for (?:the|this|next) \w+)?{_IS}(?:to (?P<v>.+)|(?P<v2>\w{{2,}}ing (?!to\b).+|an? (?!bit|little|lot|good|bad|great|mess)\w+.*|(?:financial|early) \w+))",
        values.phrase,
        prefer="future",
    ),
    Rule("residence", rf"home{_IS}(?:located )?(?:in )?(?P<v>(?-i:[A-Z]).+)", values.place),
    Rule("allergy", rf"allerg(?:y|ies){_IS}(?P<v>.+)", values.allergen),
    Rule(
        "{noun}.location",
        r"(?P<noun>company|employer|office|desk|gym|parking spot|locker|classroom|apartment|house"
        r"|studio|shop|hotel)"
        rf"{_IS}(?:located |based |headquartered )?(?:in|at|on) (?P<v>.+)",
        values.definite,
    ),
    Rule(
        "{noun}.name",
        rf"(?P<noun>(?!\w+s' )[\w' -]{{2,40}}?){_IS}(?:called|named) (?P<v>.+)",
        values.anything,
        confidence=0.85,
    ),
)
_OUR_PLACE = Rule(
    "{noun}.location",
    rf"(?P<noun>farm|shop|bakery|studio|house|flat|office|school|stall|workshop|allotment|church|gym|clinic|restaurant|café|cafe|cabin|cottage){_IS}"
    r"(?:located |based )?(?:in|at|on|near|(?:just )?outside) (?P<v>.+)",
    values.place,
)
_MINE_OR_OURS = (_OUR_PLACE, _MINE[0], *(one for one in _MINE if one.attribute in ("address", "phone")))
_ANY_NOUN = (Rule("{noun}", rf"(?P<noun>[\w' -]{{2,40}}?){_IS}(?P<v>.+)", values.loose, confidence=0.7),)


def mine(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My sister lives in ...", "my wife's name is ...", "my favorite band is ...", "my laptop is ..."."""
    if form(ONCE).search(clause.whole):
        return
    related = form(
        rf"(?:my|our|meet my|this is my) {_LATELY}(?P<adj>{_ADULT})?(?P<rel>{_RELATION})(?P<own>'s name)?"
        r"(?:,? (?P<name>(?!(?-i:ID|CV|PIN)\b)(?-i:[A-Z])[\w'-]+"
        rf"|(?-i:[a-z])\w+(?= is getting))),?(?: (?P<verb>{_VERB})\b ?(?P<rest>.*)| \w+s .+)?"
    ).fullmatch(text) or form(
        rf"(?:my|our) (?P<adj>{_ADULT})?{_LATELY}(?P<rel>{_RELATION})(?P<own>'s name)? (?:(?:at|on|from|in|down|across) (?:the "
        r"|my )?[\w ]{2,20}? )?"
        rf"(?P<verb>{_VERB})\b ?(?P<rest>.*)"
    ).fullmatch(text)
    if clause.casual and not related:
        related = form(
            rf"(?:my|our) (?P<adj>{_ADULT})?{_LATELY}(?P<rel>{_KIN}|{_PET})(?P<own>\b)(?P<name> (?!{_NO_NAME})[a-z]{{2,}})(?: (?P<verb>(?:{_FINITE})\b) ?(?P<rest>.*))?"
        ).fullmatch(text)
        if related and related["verb"]:
            rel = related["rel"].lower()
            kin = "pet" if rel in words.ANIMALS else words.SAME_RELATION.get(rel, rel)
            yield Claim(speaker, kin, related["name"].strip(), confidence=0.8)
            return
        related = None
    if related:
        yield from _related(related.groupdict(), clause, speaker)
        return
    if animal := form(_ANIMAL_IS).fullmatch(text):
        entity = animal["name"].lower() if animal["name"] else f"{speaker}'s {animal['what'].lower()}"
        if animal["breed"]:
            yield Claim(entity, "breed", animal["breed"], confidence=0.8)
            return
        read = [] if text.endswith(" old") else fit(PERSON, predicate(animal["rest"]), clause, entity)
        found = [one for one in read if one.attribute in _OF_ANIMALS]
        found = found or list(belonging(clause, text, speaker, tokens(text)))
        if found:
            yield from (Claim(speaker, "pet", animal["name"]),) if animal["name"] else ()
            yield from found
            return
    match = form(r"(?P<whose>my|our) (?P<said>.+)").fullmatch(text)
    if match:
        yield from _possessed(match["said"], clause, speaker, ours=match["whose"].lower() == "our")


# What is told of an animal in the words for people.
_ANIMAL_IS = rf"(?:my|our) (?:[\w-]+ )??(?P<what>{_ANIMAL})(?:,? (?P<name>(?-i:[A-Z])[\w-]+),?)?(?: (?P<rest>{_VERB}\b.*)|'s breed is (?:an? )?(?P<breed>[\w -]{{3,30}}))"
_OF_ANIMALS = frozenset("age allergy likes dislikes diet birthday avoids medication".split())

# In lower case a word between somebody close and their verb is a name, unless it is one of these or makes a noun of two.
_KIN = words.one_of(
    words.RELATIONS
    - words.COLLEAGUES
    - frozenset(
        "friend best friend parents kids children sons daughters twins baby doctor gp dentist vet teacher".split()
    )
    | {"best friend", "son", "mate"}
)
_PET = "dog|cat|puppy|kitten|hamster|parrot|bunny|rabbit|tortoise"
_NO_NAME = (
    r"(?:\w+ly|\w+ing|and|or|also|just|now|still|always|never|not|no|who|which|that|then|once|often|sometimes|even|only|too|has|have|had|is|was|are|were|will|would|can|could|should|does|did|do|got|gets|says|said|does"
    r"|used|both|himself|herself|in|on|at|from|with|for|to|of|here|there|group|food|joke|jokes|man|guy|lady|girl|boy|bed|school|house|car|app|side|name|issue|issues|problem|drama|stuff|thing|things|energy|day|club|chat|hates|loves|likes|wants|thinks"
    r"|needs|lives|works|keeps|goes|went|came|comes|made|makes|took|takes|told|tells|bought|gave|gives|asked|called|calls|left|moved|started|stopped|found|lost|sent|knows|knew|thought|played|plays|wont|cant|doesnt|didnt|isnt|wasnt|recently|already|again|out|back|up|down|off|over|away|food|litter|toy|toys|hair|fur|walker|sitter|breeder|shelter|collar|person|people|video|videos|meme|memes|pics|a|an|the|my|his|her|their|mad|home|sick|busy|right|really|actually|finally|kinda|literally|prolly|deffo|totally)\b"
)
_FINITE = r"is|was|works?|lives?|loves?|likes?|hates?|has|had|just|got|gets|started|starts|wants|plays|studies|goes|went|moved|needs|keeps|turned|turns|will|can|cant|is|does|doesnt|did|didnt|never|always|really|also|still|made|makes|came|comes|says|said|told|bought|took|takes|runs|teaches|drives|cooks|eats|sleeps|thinks|knows|left|found|joined|speaks|collects|finally|recently"
_SINGULAR = {
    "kids": "child",
    "children": "child",
    "twins": "child",
    "sons": "son",
    "daughters": "daughter",
    "parents": "parent",
}


def _related(said: dict[str, str | None], clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield who a relation is, and what is said of them."""
    rel, verb = (said["rel"] or "").lower(), (said["verb"] or "").lower()
    rest = re.sub(rf"^(?:{ADVERBS} )+", "", said["rest"] or "", flags=re.I)
    adult = (said["adj"] or "").lower()
    attribute = (
        _SINGULAR.get(rel) or words.SAME_RELATION.get(f"{adult}{rel}") or words.SAME_RELATION.get(rel, rel)
    )
    entity, named = f"{speaker}'s {words.whom(rel, adult.strip())}", said.get("name")
    if named and rel.startswith("ex-"):
        return  # somebody of the past, spoken of in passing
    if named and named.lower() not in words.NOT_NAMES | words.NOT_GREETED:
        yield Claim(speaker, attribute, named)
        entity = named.lower()
    called = form(r"(?:an? [\w -]{2,30} )?(?:called|named) (?P<v>.+)").fullmatch(rest)
    if verb in ("is", "are") and (called or said["own"]):
        raw = form(r"(?:spelled|spelt) ").sub("", called["v"] if called else rest, count=1)
        for one in re.split(r",? and |, ", raw) if rel in _SINGULAR else [raw]:
            yield from (Claim(speaker, attribute, value) for value in values.name(one, clause.casual))
    elif verb and not called:
        found = list(fit(PERSON, predicate(f"{verb} {rest}"), clause, entity))
        yield from found or (_who(attribute, rest, clause, speaker) if verb == "is" and not named else ())


def _who(attribute: str, rest: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """Yield who somebody is: "my manager is Priya", and not "my manager is Canadian"."""
    low = rest.lower().split()
    if low and not _is_a(low) and not clause.casual:
        yield from (Claim(speaker, attribute, value) for value in values.name(rest, clause.casual))


_NOT_YET = frozenset("dream next ideal future previous last other would-be".split())
_LEADING_ON = frozenset({"to", "from", "with", "at"})


def _possessed(said: str, clause: Clause, speaker: str, ours: bool) -> Iterator[Claim]:
    """Yield the claim of "my NOUN is REST" for a noun that is no relation; `said` is what follows "my" or "our"."""
    if owner := form(rf"(?P<adj>{_ADULT})?(?P<rel>{_RELATION})'s (?P<said>.+)").fullmatch(said):
        whose = words.whom(owner["rel"].lower(), (owner["adj"] or "").strip().lower())
        kin = form(
            rf"{_ADULT}?(?P<rel>{_RELATION}) is (?:called |named )?(?P<v>(?-i:[A-Z])[\w' -]+)"
        ).fullmatch(owner["said"])
        if kin:
            rel = kin["rel"].lower()
            yield from _who(words.SAME_RELATION.get(rel, rel), kin["v"], clause, f"{speaker}'s {whose}")
        else:
            yield from _possessed(owner["said"], clause, f"{speaker}'s {whose}", ours=False)
        return
    dated = list(_dated(said, clause, speaker))
    match = form(rf"(?P<noun>[\w' -]{{2,40}}?){_IS}(?P<rest>.+)").fullmatch(said)
    if dated or not match:
        yield from dated
        return
    noun, rest = match["noun"].lower(), match["rest"]
    if begun(r"pronounced ", rest):
        return
    if begun(r"spel(?:led|t) ", rest):
        said, rest = f"{match['noun']} is {rest.split(' ', 1)[1]}", rest.split(" ", 1)[1]
    if ours:
        pets = fit(_MINE_OR_OURS, said, clause, speaker)
        yield from list(pets) or attribute_of(noun, rest, clause)
        return
    said = (
        re.sub(
            r"^(?:new |current |own |full |main |work |personal |home |primary )(?=\w+ )",
            "",
            said,
            flags=re.I,
        )
        if len(noun.split()) > 1
        else said
    )
    if owed := form(r"due(?: back)?(?: on| by| at)?(?: (?P<v>.+))?").fullmatch(rest):
        yield from due(noun, owed["v"], clause)
        return
    found = list(fit(_MINE, said, clause, speaker))
    known = (
        noun in words.NOT_A_NOUN
        or (noun.split()[-1] in words.NOT_A_NOUN and noun not in words.THINGS)
        or noun.split()[0] in _NOT_YET
        or "' " in noun
        or not _LEADING_ON.isdisjoint(noun.split())  # "my train to Ghent": one of many
        or form(rf"(?:.* )?(?:{_ANIMAL})(?: [\w'-]+)?").fullmatch(noun)
    )
    if found or known or len(noun.split()) > 3:
        yield from found
    else:
        yield from fit(_ANY_NOUN, said, clause, speaker)


def _dated(said: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "My interview is on Monday", "our flight leaves at 7:45"."""
    event = form(
        rf"(?:next |upcoming )?(?P<what>(?:[\w-]+ )?(?:{_EVENT})(?: (?:to|with|at"
        r"|for) .+?)?) is(?: (?:scheduled|booked|set|planned|now))?"
        rf"(?: (?:for |on |at )?(?P<v>{PHRASE}))?"
    ).fullmatch(said)
    leaves = form(
        r"(?P<what>(?:flight|train|bus|ferry|coach|boat|shift|class|appointment|meeting)(?: (?:to|from|for|home|back)(?: (?:the )?(?-i:[A-Z])[\w ]+?)?)?) (?:leaves|departs|starts"
        r"|begins|lands|arrives)"
    )
    if expires := form(rf"(?P<what>(?:[\w-]+ )?{EXPIRES}) {RUNS_OUT}").fullmatch(said):
        yield from lapse(f"{speaker}'s {expires['what'].lower()}", clause)
        return
    if goes_on := form(rf"(?P<what>(?:[\w-]+ )?{EXPIRES}) {GOES_ON}").fullmatch(said):
        yield from until(f"{speaker}'s {goes_on['what'].lower()}", clause)
        return
    match, attribute = (event, "date") if event else (leaves.fullmatch(said), "time")
    when = (match.groupdict().get("v") or (clause.times[-1] if clause.times else "")) if match else ""
    if match and when and not once(match["what"].lower(), clause):
        told = re.sub(r"^(?:on|at|for) ", "", when, flags=re.I)
        attribute = "time" if attribute == "time" else date_or_time(told)
        yield Claim(f"{speaker}'s {match['what'].lower()}", attribute, told)


# ---- the other way round ---------------------------------------------------------------------------------------------

_ROUND: Sequence[Rule] = (
    Rule(
        "{rel}",
        rf"(?P<v>.+?) (?:is|are|was|has been|have been|became|remains) (?:my|our) {_LATELY}{_OF_AGE}(?P<rel>(?:{_ADULT})?{_RELATION})",
        values.somebody,
    ),
    Rule(
        "{rel}",
        rf"(?P<v>.+?) (?:is|are|has been|have been) (?:my|our) {_LATELY}{_OF_AGE}(?P<rel>(?:{_ADULT})?{_RELATION}) (?:since|for|from) .+",
        values.somebody,
    ),
    Rule("{rel}", r"(?P<v>(?-i:Dr|Prof|Professor|Doctor)\.? .+?) is my (?P<rel>[a-z]+)", values.name),
    *tastes.TURNED,
    *wellbeing.TURNED,
    duties.ON_A_LIST,
)


# Without one of these a clause that is about a thing says nothing of somebody.
_OF_SOMEBODY = frozenset("my our me over no off beats tops i out means old spot".split())


def turned_round(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Sam is my roommate", "Omar is our new CTO", "Dune is my favorite book", "loud bars are not my thing"."""
    if not _OF_SOMEBODY.isdisjoint(tokens(clause.whole)):
        ours = form(r".* our .*(?:cto|ceo|cfo|coo|tech lead|product manager|project manager|pm)").fullmatch(
            text
        )
        # "Coffee over tea, always" and "not for me" rest on their last words, which are no trailers there.
        whole = form(r",? (?:please|pls|plz|thanks|thank you)$").sub("", clause.whole)
        said = whole if " over " in text or whole.endswith((" for me", " with me")) else text
        yield from fit(_ROUND, said, clause, PROJECT if ours else speaker)


# ---- others by name --------------------------------------------------------------------------------------------------

_PLURAL = (
    r"(?:like|love|work|live|play|own|drive|study|teach|go|take|use|eat|speak|prefer|hate|enjoy"
    r"|attend|collect|come|report|run"
    r"|am|are|do|have)"
)
# Of somebody named, what is short-lived is left alone: it is mostly talk. So is what is mostly told of the famous: where one was born and
# comes from, whom one married, what one owns, a trade practised in public.
_OF_OTHERS = frozenset(
    "residence employer occupation school studies partner allergy diet condition age pet speaks manager avoids likes dislikes schedule".split()
)
_OF_THE_FAMOUS = r".*(?:actor|actress|singer|rapper|footballer|comedian|politician|senator|president|prime minister|novelist|philosopher|poet)"

_NAMES_OWN = (
    rf"(?P<who>(?-i:[A-Z\u00c0-\u00de])[\w-]+(?: (?-i:[A-Z])[\w-]+)?)'s (?P<said>[\w' -]{{3,40}}?{_IS}.+)"
)
_SAID_OF_THE_FAMOUS = frozenset(
    "occupation employer school studies origin name goal age hobby birthday pet".split()
)
_OF_PRODUCTS = frozenset({"port", "host", "url", "location", "schedule"})


# Whoever is a beagle is somebody's dog.
_OF_A_BREED = rf"be an? (?:purebred |rescue |pure |old |young )?(?P<v>{words.one_of(words.ANIMALS - ANY_PET)})(?: (?:mix|cross))?"


def named(text: str, clause: Clause, speaker: str) -> Iterator[Claim]:
    """ "Maria works at Bosch", "Lena's birthday is 3 May": somebody by name; a tool by name is a thing."""
    if "'s " in text and (owner := form(_NAMES_OWN).fullmatch(text)):
        who = owner["who"].lower()
        if words.NOT_NAMES.isdisjoint(who.split()) and who not in words.TECH | words.LANGUAGES:
            own = fit(_MINE, owner["said"], clause, who)
            yield from (one for one in own if clause.sure or one.attribute not in _SAID_OF_THE_FAMOUS)
        return
    match = form(
        r"(?P<who>(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z])[\w'-]+)?) "
        rf"(?P<rest>(?!{_PLURAL}\b){_VERB}\b.*)"
    ).fullmatch(text)
    if not match or clause.casual or not words.NOT_NAMES.isdisjoint(match["who"].lower().split()):
        return
    who, said = match["who"].lower(), predicate(match["rest"])
    if who in words.TECH:
        # What a product is written in or built with is known of it everywhere; where ours runs is told here.
        if not form(IN_GENERAL).search(clause.whole):
            yield from (one for one in fit(THING, said, clause, who) if one.attribute in _OF_PRODUCTS)
    elif who not in words.LANGUAGES and "'s" not in who:
        if breed := form(_OF_A_BREED).fullmatch(said):
            yield Claim(who, "breed", breed["v"], confidence=0.8)
        yield from (
            one
            for one in fit(PERSON, said, clause, who)
            if one.attribute in _OF_OTHERS
            and not (one.attribute == "occupation" and form(_OF_THE_FAMOUS).fullmatch(str(one.value)))
        )
