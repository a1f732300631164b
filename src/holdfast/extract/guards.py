"""Why what a clause says may be no fact: suppositions, hedges, quotations, hearsay, jokes, the past, wishes, questions.

Read over plain spelling (`spelling.plain`). A guard does not decide: rules say which guards they stand, since "if" is no
objection to a procedure. English only; pure.
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from . import words
from .spelling import begun, form, holds, low, low_form

Guard = Literal[
    "question",
    "hypothetical",
    "uncertain",
    "quotation",
    "reported",
    "joke",
    "laugh",
    "past",
    "wish",
    "request",
    "scene",
]
_REPORT = (
    r"(?:says?(?! (?:hi|hello|hey)\b)|said|saying|tells?|told|telling|claims?|claimed|mentioned|mentions|insists?"
    r"|insisted|argues|argued|swears|swore|wrote|writes|reads"
    r"|thinks|believes|reckons|suggested|suggests|announced|asked|replied|answered|heard)"
)
_GUARDS: tuple[tuple[Guard, str], ...] = (
    (
        "hypothetical",
        r"\b(?:if|unless|suppose|supposing|supposed to|imagine|imagining|pretend|pretending|assum(?:e"
        r"|ing)|hypothetical(?:ly)?|what if"
        r"|let's say|lets say|let us say|say (?=i |my |we |the |you )|for the sake of|provided(?: that)? i|as long as|on condition|in the event|in case|in (?:an ideal"
        r"|a perfect|another|this|that|my next) (?:world|life"
        r"|universe|scenario|case|example|version)|had (?:i|we)|as if|as though|picture this|act as"
        r"|acting as|role ?-?play|you are an?|your name is"
        r"|for example|example(?: user)?:|example user|e\.g|for instance|someday|one day|once (?:i"
        r"|we) (?!was|were)\w+|when i (?:have|get|move|am|grow|retire|become)"
        r"|in (?:my|a|the) (?:dream|nightmare|fantasy)s?|dream(?:t|ed|ing)? (?:that|about|of)|ideally"
        r"|in theory|theoretically|wonder(?:ing)?"
        r"|would|could|should(?! know\b)|might|ought to|(?:i|we|he|she|they|you(?! may (?:just |also )?(?:call|address) me)|it) may|was going to"
        r"|were going to|about to|until (?:i|we))\b",
    ),
    (
        "uncertain",
        r"\b(?:maybe|perhaps|probably|possibly|presumably|i guess|i think|i suppose|i believe|i assume"
        r"|i bet|i feel like|we think|not sure|unsure|not certain"
        r"|don't know|do not know|thinking (?:about|of)|was thinking|considering|debating|tempted"
        r"|almost|nearly|practically|more or less|(?<!favorite )(?<!my )(?<!any )(?<!some )(?<!the )(?<!every )(?<!what )(?<!right )(?:kind|sort) of|kinda"
        r"|sorta|no idea|i doubt|iirc|afaik|as far as i (?:know|remember|can tell|recall)|to my knowledge|if i recall|seems?|seemed|looks like|sounds like"
        r"|feels like|felt like|like an?|as an? \w+ would|hardly|barely|nowhere near)\b",
    ),
    (
        "quotation",
        r"\b(?:in (?:the|my|this|that|an?|her|his) (?:novel|book|story|tale|fable|legend|myth|riddle|joke|movie|film|game|show|series|sitcom|cartoon|musical|skit|fairy tale|simulation"
        r"|play|poem|song|chapter|script|comic|manga|anime|episode|mock-?up|screenshot|sample|slides?|tutorial|snippet|diagram|template)"
        r"|in chapter|my character|(?:main )?protagonist|(?:the|what|which|that) (?:song|saying|lyrics?|poem|quote|tweet"
        r"|line|headline|caption|slogan|bio|error|message|readme|email)"
        r" (?:goes|said|says|was|is|reads?)|lyrics?|as the saying goes|the saying|here is the (?:log"
        r"|error|output|text|email|message)"
        r"|here's the|from the (?:docs?|readme|logs?|manual|website|article)|bio reads"
        r"|writing an? (?:\w+ )?(?:story|novel|script|poem|play|song|essay)"
        r"|(?<!have to )(?<!need to )(?<!got to )(?<!must )write (?:me )?an? (?:\w+ )*?(?:story|poem|song|haiku|essay|letter|email|post|speech|bio"
        r"|scene|script|tweet)|quote(?<!\ba quote)|unquote|grammatically|dear (?:sir|madam|hiring manager))\b",
    ),
    (
        "reported",
        r"\b(?!(?:i|we|have|must|to|already|just|also|you|will|would|not|never|can|do|did|please|as|be"
        r"|and|or|like|that)\b)[\w'-]+ (?:always |just |also |once |even |keeps? |kept |recently "
        rf"|actually )?{_REPORT}\b"
        r"|, (?:said|says|whispered|shouted|muttered|sang|cried|replied|yelled) (?:the|an?|his|her|my|our)\b|, (?:the|an?|my|our) \w+ (?:said|says|whispered|shouted|sang|cried|replied)\b|\bper the\b|\baccording to\b|\bapparently\b|\bsupposedly\b|\ballegedly\b|\breportedly\b|\brumou?rs?\b"
        r"|^word is\b|\bi (?:just |also )?(?:heard|overheard|was told|(?:read|saw)(?= (?:that|somewhere|online|about|an? |in (?:the|an?) |on (?:the )?(?:news|internet|web|twitter|reddit))))\b"
        r"|\b(?:it is said|they say|people say|we are told|keep telling|everyone says|some say|by mistake|mistakenly)\b",
    ),
    (
        "joke",
        r"\b(?:jk|j/k|just kidding|kidding|joking|literal"
        r"|literally|basically|yeah right|obviously not|as they say"
        r"|said (?:no one|nobody)|no one ever|as if\W*$|in spirit|at heart|as a joke|the queen of england|illuminati)\b"
        r"|\bor (?:at least )?(?:so|that is what|that's what) (?:my|the) [\w' ]{2,30}? (?:says?|tells? me|thinks?|claims?|insists?|keeps? (?:saying|telling me)|would have (?:you|me) believe)\b"
        r"|(?:^|\s)/s\b|(?:^|\b)(?:yeah|oh) sure\b|\boh (?:great|joy|lovely)\b|^sure, (?:because|and)\b|[\U0001f643\U0001f644\U0001f61c\U0001f92a\U0001f61d]",
    ),
    # People laugh beside plain facts too: this stops only what reads as a joke (`claims.figurative`).
    (
        "laugh",
        r"\b(?:as a joke|lo+l|lmf?ao|rofl|(?:ha)+h?a?h?ha|haha+|hehe+)\b|, ha\b|[\U0001f605\U0001f602\U0001f923\U0001f639]",
    ),
    (
        "past",
        r"\bused to (?!be (?:in|on) )(?<!\bget used to )(?<!\bgot used to )(?<!\bgetting used to )|\bback (?:in(?! (?:my|our) (?!day|youth|teens|twenties|thirties|childhood|time|school|student|uni|college|old|early))|then|when|at)\b|\bonce (?:worked|lived|had|was"
        r"|owned|studied)\b|\bwhen (?:i|we|he|she) (?:was|were|lived|worked|had)\b"
        r"|\bgrowing up\b|\bpreviously\b|\bformerly\b|\bat the time\b|\bin those days\b|\bmy (?:old"
        r"|former|previous|ex(?!-(?:wife|husband|boyfriend|girlfriend|partner)\b)|last(?! name)|late) ?-?\b|\bas a (?:kid|child|teen|teenager|student)\b"
        r"|\b(?:i|we) had (?!to\b)|\bin my (?:twenties|teens|youth|childhood)\b|\bback in the day\b",
    ),
    (
        "wish",
        r"\bwish(?:es|ed|ing)?\b|\bif only\b|\bhop(?:e|es|ing|ed)\b|\b(?:not|never) (?:really "
        r"|actually )?(?:want(?:ed)?|wish|need|plan(?:ning)?|hope|intend(?:ing)?|going to|looking to"
        r"|trying to|about to|interested in|moving|getting)\b"
        r"|\bnever (?:said|wanted|liked|lived|worked|been|had|really)\b|\bnot (?:that i|saying"
        r"|to say)\b|\brefuse to\b|\bhate to\b|\bafter all\b|\bdecided (?:against|not)\b"
        r"|\bwanted\b|\bcalled off\b|\bcancell?ed\b|\bfell through\b",
    ),
)
# These hold for the clauses after theirs too, up to a "but".
CARRIES: frozenset[Guard] = frozenset({"hypothetical", "quotation", "reported", "uncertain", "joke"})
ASKING = (
    r"(?:do|does|did|can|could|would|will|should|is|are|was|what|what's|where|who|when|why|how|which|any)"
)
# "Is Anna ...": what follows is told by its capital.
_INVERTED_NAME = r"(?:is|are|was|does|did|has|can|will|should) (?-i:[A-Z])"
_INVERTED = (
    r"(?:(?:do|does|did|am|is|are|was|were|can|could|would|will|should|have|has|had|shall"
    r"|may)(?: not)? (?:i|we|you|my|the|this|our|it|he|she|they|there|that|any)\b"
    r"|(?:what|where|who|whose|why|which"
    rf"|how)\b(?! about)|whats\b|when (?:{ASKING}|am|does)\b"
    r"|any (?:idea|chance|thoughts)\b|remember when\b|guess (?:what|who|where)\b|(?:tell|ask"
    r"|remind|show) (?:me|him|her|them|us) (?:what|where|who|when|why|how|which|if|whether)\b"
    r"|i wonder\b|do you\b|would you say\b|whether\b)"
)
_TAG = (
    r"(?:, (?:ok|okay|true)|,? (?:right|correct|yes|no|yeah|huh|eh|isn't it|is not it|aren't i|don't i|do not i"
    r"|are not i|doesn't it))\s*\?$"
)
# What these ask for is done to words that follow; the words are material, not claims.
_MATERIAL = (
    r"(?:(?:please|can you|could you|would you|pls|now|ok|hey|help me)[, ]+)*(?:translate"
    r"|proofread|summari[sz]e|rewrite|re-?write|rephrase|paraphrase|edit|correct|fix"
    r"|improve|polish|analy[sz]e|shorten|critique|convert|grade|classify|parse|spell-?check|format"
    r"|reword|complete|continue|debug|refactor|extract|how do you (?:say|spell"
    r"|write))\b(?= ?[:'\"]| (?:this|these|that|it|the|my|me|an?|following|into|to|['\"(]))"
)
# A scene that is set holds for all that follows it.
_FICTION = (
    r"(?:(?:please|now|ok|can you|could you|let's|lets)[, ]+)*(?:act(?:ing)? as|pretend|imagine|(?:(?:mock|speaking|dialogue|conversation|role|role-?play|listening|grammar|oral) )?(?:exercise|dialogue|drill|practice)(?: time)?(?=:| (?:practice|exercise|game|drill)|\.)|(?:mock|practice|pretend) (?:interview|call|exam|trial|conversation)(?: time)?|(?:we|i) take (?:on )?the (?:part|role) of"
    r"|(?:let us|let's|we)(?: now| always| can)? (?:make|do|have|practi[sc]e|rehearse|act|play|start) (?:an?|the|our|out a)? ?(?:\w+ )?(?:dialogue|conversation (?:exercise|practice)|role|role-?play|role game|sketch|scene|skit|phone call|speaking|mock)\b|in (?:this|the|our|a) (?:dialogue|conversation exercise|sketch|skit)"
    r"|suppose|picture this|role-?play|you(?: are|'re|’re|re) an? (?!(?:bit|little|great|good|life|star|gem"
    r"|legend|genius|real|true))|for the sake of argument|(?:in|for)(?: the (?:rest|remainder) of)? (?:this|the|my|our|an?|another) (?:\w+ )?(?:scenario|story|game|example|exercise"
    r"|dream|play|novel|role-?play|scene|screenplay|tutorial|guide|article|lesson|course|chapter|walkthrough|sketch|campaign|fantasy)\b|you are now|you (?:be|play) (?:the|my|an?)\b|scene(?=:)|as the (?:villain|hero|narrator|character)"
    r"|(?:let us|let's) (?:(?:all |just |both )?(?:role ?-?play|play (?:a|out|pretend|make[- ]believe|doctors?)|act(?: out)?|improvise|improv|re-?enact|simulate|pretend|imagine|make believe|do an? (?:\w+ )?(?:role ?-?play|mock|scene|skit|improv|sketch|simulation|dry run)))"
    r"|(?:i'?ll|i will|i'?m|i am|i'm going to|let me)(?: be)? (?:play(?:ing)?|pretend(?:ing)?|act(?:ing)?)(?: to be| as)? (?:the|an?)\b(?!.* (?:guitar|piano|bass|drums|violin|cello|flute|sax|trumpet|harp|organ|gig|show|concert|games?|match|set|tournament|festival|lot|bit|song|part)\b)|(?:stay|remain|speak|talk|answer|reply|respond) in character|in character(?=[:.,])"
    r"|(?:create|generate|invent|make up|write|draft) (?:me )?(?:an?|the) (?:\w+ )*(?:persona|profile|character|user|bio"
    r"|customer)"
    r"|here is (?:an example|a scenario)|(?:chapter|act|scene|part) (?:\d+|[ivx]+|one|two|three)(?=[:.\n])|scenario(?=:)|example(?: user)?(?=:)|simulate)\b"
)
# What is rehearsed, told as a story or played is a scene too, unless it is written for somebody of one's own ("a story for my daughter Mia").
_ASKED = r"(?:(?:please|now|ok(?:ay)?|so|hey|pls|today|can you|could you|would you|let's|let us|can we|could we|shall we|let me|help me(?: to)?|i want to|i would like to|i'd like to|i need to|we are|we're|i am|i'm|practi[sc]e with me)[,:]? )*"
_TALK = (
    r"(?:interviews?|pitch|introductions?|introducing|intro|speech|calls?|conversations?|dialogues?|small talk|ordering|checking in|presentation|negotiat\w+|lines|oral|role|appointment|first date|visa|meeting (?:new )?people"
    r"|(?:english|spanish|french|german|italian|speaking|greetings?))"
)
_TALE = r"(?:scene|(?:short |bedtime |horror |love )?story|stories|dialogue|monologue|screenplay|(?:film|movie|tv|radio) script|novel|fairy ?tale|fable|sketch|skit|play|backstory|fan ?fiction|fan ?fic|legend|myth|flash fiction)"
_PARTNER = r"(?:interviewer|recruiter|examiner|opponent|customer|client|landlord|landlady|tenant|waiter|waitress|barista|detective|judge|villain|shopkeeper|suspect|patient|caller|passenger|thief|hero)"
_REHEARSED = (
    rf"{_ASKED}be (?:my|an?|the) (?:[\w-]+ )?{_PARTNER}\b|(?:i'll|i will|you'll|you will) be (?:an?|the|my|your) (?:[\w-]+ )?{_PARTNER}(?=\W*$|[.,;:!]| and (?:you|i)\b)"
    r"|(?:i'm|i am|i was|i got|i've been|i have been) cast as\b|"
    rf"{_ASKED}(?:practi[sc](?:e|ing)|rehears(?:e|ing)|run(?:ning)? through)(?:[.:!]|, (?:i|my|you)\b| (?:with me[.:,]|(?:for |how )?(?:an?|the|my|our|this|some)? ?(?:[\w-]+ )?{_TALK}\b))"
    r"|(?:(?:please|now|ok)[, ]+)*(?:quiz|interview|interrogate|grill|question) me (?:like|as)\b"
    rf"|{_ASKED}(?:write|draft|compose|continue|create|tell|give|make up|invent|improvise|finish|start) (?:me |us )?(?:(?:an?|the|another|my|this|our) )?(?:[\w-]+ )*?{_TALE}\b(?!.*\b(?:for|about|to) (?:my|our|me|us)\b| of how\b)"
    rf"|{_ASKED}(?:playing|play|doing|do|running|run|in the middle of) (?:an? |the |our |some )?(?:game of |round of )?(?:cluedo|d ?& ?d|dungeons (?:and|&) dragons|(?:murder )?mystery|charades|werewolf|mafia|larp|improv|make-believe|pathfinder|call of cthulhu|a one-shot)\b(?! (?:class|classes|group|troupe|night|club|course|every|on)\b)"
    r"|(?:in|for|at|during) (?:the|my|our|an?|this) (?:[\w-]+ )?(?:improv|skit|larp|cosplay|panto(?:mime)?|audition|murder mystery|masquerade|screen test|mock \w+)\b(?! (?:class|classes|group|troupe|night|club|course|team|teacher|show)\b)"
)
_OWN_FICTION = (
    r"\bmy (?:avatar|toon|oc|npc|alter ego) (?:is|lives|has|works|was|comes)\b|\b(?:we|let us|let's) (?:act|perform)(?: out)? (?:an?|the|this) (?:\w+ )?(?:scene|sketch|dialogue|role|skit|play)\b|\bmy (?:screenplay|novel|character|sim|d&d|protagonist)\b|\b(?:invented|imaginary|imagined|fictional|fictitious|made[- ]up|make[- ]believe|hypothetical|mock) "
    r"(?:\w+ )?(?:person|people|character|user|customer|client|patient|candidate|applicant|persona|guest|speaker|suspect|witness|trial|scenario|dialogue|conversation|interview|identity|profile|bio)\b"
    r"|\b(?:role|part) of (?:an?|the) [\w-]+\b(?=.*\b(?:play|take|act|assume|speak|script|scene)\b)"
)
_JESTING = (
    r"\b(?:jk|j/k|just kidding|kidding|(?:only|just) joking|i'm joking|im joking)\b"
    r"|[.!,\u2026] ?not[.! \n]*$|(?-i: NOT)!+[ \n]*$"
)
# "Port 8080, no wait, 9090": what stands before these words is taken back in the same breath.
_TAKEN_BACK = (
    r", (?:oh |oops,? |um,? |er,? )?(?:no,? wait\b|wait,? no\b|(?:scratch|strike|scrap) that\b|no, (?:(?:one|two|three|four|five|six|seven|eight|nine|ten)\b|(?-i:(?!I\b)[A-Z\d]))"
    r"|sorry,? (?:i mean|(?-i:(?!I\b)[A-Z\d]))|i meant? (?:to (?:say|write|type) )?(?-i:(?!I\b)[A-Z\d]))"
)


@functools.lru_cache(maxsize=8)  # of one clause they are asked for several times
def guards_of(text: str) -> frozenset[Guard]:
    """Return the guards that the words of one clause raise; questions need the sentence."""
    said = low(text)
    if "://" in said or "@" in said:
        said = re.sub(r"\S+://\S+|\S+@\S+", "", said)
    return frozenset(name for name, pattern in _GUARDS if low_form(pattern).search(said))


# Behind a claim these make it one of a condition; "if that helps" and "in case you wonder" tell why it is said.
_CONDITION = (
    r"(?:only |but only |and |or )*(?:if(?! (?:that|it|this|the \w+|you) (?:matters?|helps?|counts|is (?:relevant|useful|of use|any help)|makes (?:a|any) difference)"
    r"|(?: you| anyone| anybody) (?:(?:are|is|need|want|get|have|write|ask|wonder)\b|\w+s\b)| not obvious)|unless|assuming|suppos|provided|as long as|were |would\b|could\b|might\b|should\b|in theory"
    r"|theoretically|ideally|one day|someday|hypothetical|in (?:my|an?) (?:dream|ideal|perfect|other)|as if|for example|for instance|e\.g)"
)


# "..., streaming feels like tap water" likens another thing, and is no hedge.
_COMPARES = r"^(?!(?:or|so|it|that|this|at least)\b)[\w'-]+(?: [\w'-]+)? (?:feels?|felt|looks?|sounds?|tastes?|smells?|seems?) like\b"


def reaching_back(after: str) -> frozenset[Guard]:
    """Return the guards that words behind a claim put on it: all but a supposition that is about something else."""
    after = form(_COMPARES).sub("", after)
    raised = guards_of(after)
    if not raised:
        return raised
    # Hedges, sources and times of old belong to the claim where they come first; further on they are about something else.
    first = guards_of(" ".join(after.split()[:4])) - {"hypothetical"}
    kept = raised & ({"joke", "wish", "quotation"} | first)
    if not form(rf"(?:[\w'-]+ ){{0,3}}{_REPORT}$|according to|apparently|supposedly|allegedly").match(after):
        kept -= {"reported"}
    return kept | {"hypothetical"} if form(_CONDITION).match(after) else kept


def inverted(text: str) -> bool:
    """Whether a clause has the word order of a question ("does this repo use ...", "where is ...")."""
    return bool(begun(_INVERTED, text) or begun(_INVERTED_NAME, text))


def tagged(sentence: str) -> bool:
    """Whether a sentence ends in a tag that makes all of it a question ("..., right?", "my boss isn't Carl, is it Dana?")."""
    return (
        holds(_TAG, sentence)
        or form(r", (?:or )?is it (?-i:[A-Z])[\w' ]{1,20}\?$").search(sentence) is not None
    )


def jesting(message: str) -> bool:
    """Whether a message takes back what it said ("just kidding")."""
    said = message.lower()
    there = any(word in said for word in ("kidding", "joking", "jk", "j/k")) or said.rstrip(" .!\n").endswith(
        "not"
    )
    return there and bool(form(_JESTING).search(message))


# "I am the tourist, you are the policeman": parts are given out; "you are the best" praises.
_CAST = (
    r"\b(?:i am|i'm|im|i play|i will be|i'll be) (?:the|an?) [a-z]+",
    r"\byou(?: are|'re|re| play| will be|'ll be) the (?!best|one|first|last|only|greatest|same|real|worst|man|boss|expert|reason|person|kindest|nicest|smartest|cause|sweetest|coolest|ones|whole|perfect|right|wrong|most|second|third|next|ai|assistant|bot|user|owner|author)[a-z]+\b",
)
_PARTS = r"\b(?:waiter|guest|doctor|patient|customer|client|clerk|tourist|guide|policeman|police officer|interviewer|candidate|applicant|vet|tenant|landlord|buyer|seller|witness|judge|lawyer|pilot|controller|teacher|student|librarian|detective|suspect|host|caller|agent|receptionist|passenger|driver|chef|nurse|shopkeeper|cashier|king|queen|knight|wizard|villain|hero|captain|assistant|employer|boss)\b"


def casts(message: str) -> bool:
    """Whether a message gives out parts, to the one who speaks and to the listener."""
    low = message.lower()
    return (
        " the " in low
        and "you" in low
        and all(low_form(one).search(low) for one in _CAST)
        and bool(low_form(_PARTS).search(low))
    )


# "The train was cancelled again. Great, I love sleeping on benches.": what is praised behind a complaint is meant the other way round.
_COMPLAINS = (
    r"\b(?:again|cancell?ed|crash(?:ed|es)|broken?|broke(?: down)?|fail(?:ed|s)|delayed|late|lost|stolen|ruined|refused|rejected|down|leak(?:s|ing|ed)|flooded|stuck|missing|wrong|worse"
    r"|forgot|ignored|deleted|overbooked|double-booked|outage|expired|jammed|froze|frozen|wiped|locked out|they(?:'ve| have)? (?:just )?(?:raised|doubled|tripled|moved|changed|closed|removed|dropped|cut|want|made)|(?:yet )?another|third time|still (?:no|not|down|broken|waiting))\b"
)
_PRAISES = (
    r"(?:oh,? (?:good|goody)|(?:oh,? |well,? |how |just |absolutely |simply |so |that's (?:just )?|this is (?:just )?)*(?:great|wonderful|fantastic|brilliant|lovely|terrific|nice|wow|woo-?hoo|lucky me|typical|super|marvel+ous|charming|splendid|delightful|superb|awesome|amazing|fabulous|excellent|perfect"
    r"|bravo|hooray|hurrah|yay|joy|what (?:a (?:joy|treat|delight|surprise|pleasure)|fun|luck)|exactly what i (?:needed|wanted)|just what i (?:needed|wanted|always wanted)|my lucky day|thanks a (?:lot|bunch|million)|who doesn't (?:love|like)))\b[,.!:;\u2026-]"
    r"|(?:i'?m|i am|we're|we are|color me|colour me) (?:so |absolutely |just |simply |beyond |truly |really )*(?:thrilled|delighted|overjoyed|ecstatic|over the moon|elated|chuffed|tickled pink|blessed|honou?red|touched)\b(?! to\b| about\b| with\b)"
)


def complains(text: str) -> bool:
    """Whether a text tells of something that went wrong."""
    return holds(_COMPLAINS, text)


def _from_first_word(sentence: str) -> str:
    """Return a sentence without the quotes, dashes and the like that it begins with."""
    return sentence if sentence[:1].isalpha() else re.sub(r"^\W+", "", sentence)


def praises(sentence: str) -> bool:
    """Whether a sentence begins by praising what went before it: behind a complaint that is sarcasm."""
    return bool(begun(_PRAISES, _from_first_word(sentence)))


def marked_up(sentence: str) -> bool:
    """Whether a sentence holds markup, and so is a page or a template and nobody's word."""
    return "</" in sentence and bool(form(r"</[a-z][\w-]*\s*>").search(sentence))


def taken_back(sentence: str) -> int:
    """Return how many characters of a sentence it takes back, to put something else in their place."""
    match = form(_TAKEN_BACK).search(sentence) if ", " in sentence else None
    if match is None:
        return 0
    said = sentence[: match.start()].rsplit(" ", 1)[-1]
    named = form(r", sorry,? (?P<name>(?-i:[A-Z])[a-z]+)\W*$").match(sentence, match.start())
    # "We use Postgres, sorry, Tom" is said to Tom; "Postgres, sorry, MySQL" puts another in its place.
    spoken_to = (
        named and named["name"].lower() not in words.TECH and (said.lower() in words.TECH or said.isdigit())
    )
    return 0 if spoken_to else match.start()


def sets_a_scene(sentence: str) -> bool:
    """Whether a sentence begins a scene that holds for all after it ("act as a lawyer. I am your client ...")."""
    said = _from_first_word(sentence)
    return bool(begun(_FICTION, said) or begun(_REHEARSED, said)) or holds(_OWN_FICTION, sentence)


def asks_for_work_on(sentence: str) -> tuple[bool, bool]:
    """Return whether a sentence asks to translate, correct or otherwise treat words, and whether those follow it."""
    sentence = _from_first_word(sentence)
    asked = begun(_MATERIAL, sentence)
    if not asked:
        return False, False
    return True, ":" in sentence[asked:] or sentence.rstrip().endswith(("following", "this", "text"))
