"""What one does besides a trade and an employer: duties, hours, offices one holds, groups one runs, what one's team is for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from . import values, words
from .clauses import Clause
from .predicates import Claim, Rule
from .spelling import form

# What goes wrong, what is at hand and what a program handles is nobody's duty.
_NO_DUTY = (
    r"\b(?:mess|mistakes?|bugs?|outages?|errors?|exceptions?|requests?|responses?|events?|inputs?|cases?|edge cases?|null|problems?|accident|damage|own|myself|ourselves|itself|stress|pressure|pain|rest|truth|consequences?"
    r"|weather|dinner|lunch|breakfast|tonight|today|tomorrow|now|well|badly|fine|better|everything|anything|stuff|things?|way|same|latter|former|result|job|meetings?|calls?|late|early|fast|slow|hot|smoothly|kids|children|baby|bill|check|tab)\b"
)


def duty(raw: str, casual: bool, most: int = 7) -> values.Values:
    """What somebody has in their charge, in one to seven words (`most`); a mishap, what is at hand and what programs handle is none."""
    raw = values.bare(form(r",? (?:at|for|because|so|since|but|which|who|and (?:i|we|it)) .*").sub("", raw))
    good = (
        1 <= len(raw.split()) <= most
        and not raw.startswith("be ")
        and not values.points(values.unled(raw))
        and not form(_NO_DUTY).search(raw)
    )
    return (values.unled(raw),) if good else ()


_GROUPS = (
    r"(?:club|group|team|choir|band|league|meetup|committee|guesthouse|workshop|community|channel|troop|charity|society|association|union|orchestra|ensemble|class(?:es)?|newsletter|library|market|festival|co-?op"
    r"|board|council|circle|squad|crew|lab|department|forum|fund|trust|fair|camp|night|hostel|inn|b&b|pantry|press|course)"
)
_OFFICES = (
    r"(?:treasurer|secretary|chair(?:man|woman|person)?|president|vice[- ]president|captain|warden|coach|conductor|curator|editor|keeper|organi[sz]er|coordinator|co-ordinator|steward|moderator|administrator|caretaker|trustee|leader"
    r"|director|manager|head|principal|dean|patron|member|representative|rep|custodian|librarian|archivist)"
)
_WHOSE = r"(?:our|the|an?|my (?:local|son's|daughter's|kids'|\w+'s)|(?-i:[A-Z])[\w'-]+)"
_DAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:days?)?"
_HOUR = r"(?:\d{1,2}(?::\d\d|\.\d\d)? ?(?:[ap]\.?m\.?|h|o'clock)?|noon|midnight)"
_SPAN = rf"(?:(?:from )?(?:{_DAY}|{_HOUR}) ?(?:to|through|thru|until|till|-) ?(?:{_DAY}|{_HOUR}))(?:,? (?:from )?{_HOUR} ?(?:to|-|until) ?{_HOUR})?"
_SHIFTS = r"(?:(?:the |only )?(?:night|early|late|day|evening|morning|weekend|graveyard|split|back|double|rotating)(?: ?shifts?)?|nights|days|earlies|lates|shifts|weekends|part[- ]time|four days a week|three days a week|two days a week)"
ROLES: Sequence[Rule] = (
    Rule("responsibility", r"be (?:mainly |mostly |also |currently |solely |the one |the person )*(?:responsible for|in charge of) (?P<v>(?!my\b|this|that|it\b).+)", duty, needs="habit"),
    Rule(
        "responsibility",
        r"(?:mainly |mostly |also |currently )*(?:handle|look after|take care of|oversee|coordinate|co-ordinate|supervise|administer|organi[sz]e|chair|curate|maintain|moderate|deal with|be running) (?P<v>(?:the|our|all(?: the| our)?) .+)",
        duty,
        confidence=0.8,
        needs="habit",
    ),
    Rule(
        "responsibility",
        r"(?:mainly |mostly |also )*(?:handle|process|answer|deal with|take|manage|sort out|look after) (?P<v>(?:(?:the|all|customer|insurance|student|guest|patient|warranty|supplier|incoming|outgoing) )*(?:complaints|returns|refunds|bookings|reservations|claims|orders|invoices|queries|phones|admissions|applications|deliveries|payroll|contracts|tickets|enquiries|inquiries|payments|purchasing|permits|donations)) (?:at|for|in) (?P<org>(?!my\b|me\b|this\b|that\b|you|code|python|javascript|java\b).+)",
        values.as_said,
        confidence=0.85,
        needs="habit",
    ),
    Rule(
        "responsibility",
        rf"(?P<v>(?:run|lead|chair|organi[sz]e|host|coach|conduct|manage|moderate|head|co-?ordinate|direct|teach|edit) (?:the|a|an|our) (?:(?!(?:and|on|in|for|of|to|with|from|against|at)\b)[\w'-]+ ){{0,4}}{_GROUPS})(?: (?:thing|at|in|for|on|here|every|near|with) ?.*)?",
        values.as_said,
        confidence=0.8,
        needs="habit",
    ),
    Rule(
        "occupation",
        rf"(?:be|serve as|act as|have been|work as|volunteer as|be serving as) (?:the |an? |our )?(?P<v>(?:(?!not\b)[\w-]+ ){{0,2}}{_OFFICES} (?:of|for) (?=our\b|.*\b{_GROUPS}\b|.*(?-i:[A-Z])){_WHOSE}(?: [\w'-]+){{0,5}})",
        values.as_said,
        confidence=0.85,
    ),
    Rule("occupation", r"(?:be|serve|sit) on (?P<v>(?:the|an?) (?:board|committee|council|panel|jury) (?:of|for|at) .+)", duty, confidence=0.8),
    Rule("employer", rf"(?:be )?(?:work|working|employed) (?:part[- ]time |full[- ]time )?in (?P<v>an? (?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.WORKPLACES)}))", values.workplace),
    Rule("occupation", r"(?P<v>manage an? (?:[\w-]+ ){0,2}(?:hotel|restaurant|café|cafe|bar|pub|bakery|farm|campsite|gym|cinema|nursery|care home|bookshop|garage|salon|warehouse|shop|supermarket|store|clinic|guesthouse))(?: (?:in|on|near|at|with|for|of) .+)?", values.as_said, confidence=0.85, needs="habit"),
    Rule("team", r"(?:be )?(?:work|working) in (?:the|our) (?P<v>[\w &-]{2,30}?) (?:department|dept|division|unit|lab|ward|section)", values.anything),
    Rule("manager", r"report (?:directly )?to (?P<v>(?:the|our) (?:[\w-]+ )?(?:head|director|vp|chief|manager|cto|ceo|coo|cfo|lead|president|principal|dean|owner|editor|captain|foreman)(?: of (?:the )?[\w&-]+(?: [\w-]+)?)?)", values.anything),
    Rule("employer", rf"(?:code|cook|nurse|drive|design|consult|freelance|contract|program|intern|temp|volunteer) (?:at|for) (?P<v>an? (?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.WORKPLACES)}))", values.workplace),
    Rule("occupation", r"(?:have been|be) (?P<v>teaching [a-z]+(?: [a-z]+)?)(?: to .+)?", values.as_said, needs="lasting"),
    Rule("occupation", r"(?:have )?(?:just |recently )?(?P<v>retired)(?: early)?", values.as_said),
    Rule("founded", r"(?:have )?(?:founded|co-?founded|set up|started|established|launched) (?P<v>(?:an?|my own|our own) (?:[\w-]+ ){0,3}(?:studio|company|business|agency|charity|startup|club|choir|band|school|bakery|shop|consultancy|practice|magazine|newsletter|podcast|cooperative|co-op|nonprofit|non-profit|label|press|collective|restaurant|café|cafe|brewery|farm|firm|foundation))(?: (?:with|in|at|for|called|named|last|that|from|together|of) .*)?", values.as_said, confidence=0.8),
    Rule("direct reports", r"(?:have(?= .* (?:direct reports|employees|staff|apprentices|trainees)\b)|manage|supervise|line-manage) (?P<v>(?:\d+|two|three|four|five|six|seven|eight|nine|ten|a dozen) (?:direct reports|people|engineers|nurses|developers|employees|staff|apprentices|trainees|interns|students|teachers|volunteers))(?: (?:in|on|at|under) .*)?", values.as_said, confidence=0.8, needs="habit"),
    Rule("occupation", r"(?:make|earn) (?:a|my) living (?:from|out of|with|through) (?P<v>(?!it|this|that)[\w-]+(?: [\w-]+){0,2})", values.as_said),
    Rule("member", r"(?:sing|play|dance|row|run|swim|perform|act|compete)(?: (?:tenor|soprano|alto|baritone))? (?:in|with|for) (?P<v>(?:an?|the|our|my) (?:(?!in|on|at|with)[\w'-]+ ){0,4}(?:choir|band|orchestra|quartet|troupe|ensemble|theatre group|theater group|football club|rowing club|league|a cappella group|theatre company|local team|sunday league|dance company))", values.as_said, confidence=0.8),
    Rule("specialty", r"speciali[sz]e in (?P<v>.+)", duty),
    Rule("volunteering", r"(?:be )?volunteer(?:ing)? (?:at|for|with|in) (?P<v>(?:the|an?|our|(?-i:[A-Z])).+)", values.anything),
    Rule("occupation", r"(?P<v>run (?:an?|our own|my own) (?:small |little |tiny |family )?(?:[\w-]+ ){0,2}(?:guesthouse|workshop|store|clinic|practice|hostel|inn|press|b&b|charity))(?: (?:in|on|near|at|with|for|from) .+)?", values.as_said, confidence=0.85),
)  # fmt: skip
_OF_A_JOB = (
    r"my (?:day |main |current )?(?:job|role|work) (?:involves|includes|consists of|is (?:mainly |mostly |basically )?(?:to|all about)) (?P<v>.+)",
    r"my (?:day job|profession|line of work|trade|job) is (?P<v>(?!(?:killing|failing|running|hanging|crashing|driving|stressing|burning|getting|going|making|taking|boring|interesting|exhausting|draining|tiring|demanding|challenging|rewarding|waiting|pending|ending|starting|changing|being|causing|throwing|missing|eating|paying|blocking|keeping|moving)\b)\w+ing(?! me\b) [a-z][\w -]+)",
    r"i (?:spend|have spent) (?:my|most of my|all my) (?:working )?days (?P<v>(?!off|doing nothing|worrying|waiting|trying|debugging|staring|fighting|wondering|asking|thinking|in\b)\w+ing .+)",
)
_TEAM = (
    r"(?:our|my) (?:whole |little |small )?(?:[\w-]+ )?(?:team|group|department|squad|crew|unit|division|lab|office|section|desk)(?: of \w+)? (?:mainly |mostly |also |currently )*(?P<verb>handles|builds|maintains|looks after|takes care of|runs|develops|manages|covers|supports|makes|designs|deals with"
    r"|is responsible for|is in charge of|works on|makes sure of|oversees|operates|writes|organi[sz]es|produces|processes|studies|researches|provides|does) (?P<v>.+)"
)
_HOURS = (
    rf"my (?:working |work |office |opening )?(?:shifts?|hours|schedule|working week|work week|rota) (?:is|are|goes|go|runs|run|lasts|starts at|begins at|start at) (?P<v>(?:from )?{_SPAN}|{_HOUR})",
    rf"i (?:usually |normally |always |mostly )?(?P<v>(?:get off|finish|start|leave|begin|clock off|clock in|clock out|knock off)(?: work| my shift)? at (?:{_HOUR}|half past \w+|\w+ thirty|one|two|three|four|five|six|seven|eight|nine|ten|eleven))(?: (?:every day|on weekdays|most days|in the morning|each day))?",
    rf"i (?:usually |normally |always |mostly |only )?work (?P<v>{_SPAN})(?: .*)?",
    rf"i (?:usually |normally |mostly |only )?(?:work|do|am on|am working|have been on|have been working)(?: the)? (?P<v>{_SHIFTS})(?: (?:at|in|for|on|as|this|with|only) ?.*)?",
    r"i (?:usually |normally |only )?work (?P<v>(?:about |around )?\d\d? hours (?:a|per) week)(?: .*)?|my contract is (?:for )?(?P<v2>\d\d? hours(?: (?:a|per) week)?)",
    r"i am (?P<v>on call (?:every|on|at|one|two|once|all|most) .+)",
    rf"i (?:usually |normally |mostly |only )?(?P<v>work (?:from home|remotely|from the office|in the office)(?: on {_DAY}(?:,? (?:and )?{_DAY})*)?)",
    r"i (?:usually |normally |only )?work (?P<v>an? (?:[\w-]+[- ])(?:day|hour) (?:week|day|shifts?))(?: .*)?",
    rf"(?P<v>{_DAY}(?: and {_DAY})?) (?:is|are) my days? off|my days? off (?:is|are) (?P<v2>{_DAY}(?: and {_DAY})?)",
)
_BUSINESS = (
    r"(?:(?:my|our) (?:company|firm|employer|startup|business|shop|studio|family business)|the (?:company|firm|startup|place|agency|studio) (?:that )?i (?:work for|work at|run|own|founded)) (?:mainly |mostly )?(?P<verb>makes|sells|builds|produces|develops|provides|designs|manufactures|offers|rents out|repairs|imports|exports|publishes|distributes|restores|supplies|audits|insures|trains|recycles)"
    r" (?P<v>.+)"
)
_TEAM_SIZE = (
    r"there are (?P<v>(?:\d+|\w+) (?:people|engineers|developers|of us|nurses|members))(?: (?:on|in) (?:my|our) (?:team|department|group|crew|squad|office|shift))"
    r"|(?:my|our) (?:team|department|group|crew|squad) (?:consists of|is made up of|has|is) (?P<v2>(?:\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a dozen) (?:people|engineers|developers|nurses|members|designers|teachers|strong)(?: and [\w ]+)?)"
)
# Each reading's own words: one of them is in whatever it reads.
_OF_TEAMS = frozenset("team group department squad crew unit division lab office section desk shift".split())
_OF_BUSINESS = frozenset("company firm employer startup business shop studio place agency".split())
_OF_JOBS = frozenset("job role work spend spent".split())
_OF_HOURS = frozenset(
    "work contract call shift shifts hours schedule rota week nights days day weekends earlies lates evenings mornings".split()
)


def employed(clause: Clause, speaker: str, said: frozenset[str]) -> Iterator[Claim]:
    """Yield what one's job and team are about and when one works; hours are read from the whole clause, whose times they are."""
    if not _OF_TEAMS.isdisjoint(said) and (match := form(_TEAM).fullmatch(clause.text)):
        verb = match["verb"].lower()
        for value in duty(match["v"], clause.casual):
            told = value if verb in _HAS_IT else f"{verb} {value}"
            yield Claim(speaker, "team duty", told, confidence=0.8)
        return
    if not _OF_BUSINESS.isdisjoint(said) and (match := form(_BUSINESS).fullmatch(clause.text)):
        for value in duty(match["v"], clause.casual):
            yield Claim(f"{speaker}'s company", "business", f"{match['verb']} {value}", confidence=0.8)
        return
    if not _OF_TEAMS.isdisjoint(said) and (match := form(_TEAM_SIZE).fullmatch(clause.text)):
        yield Claim(speaker, "team size", match["v"] or match["v2"], confidence=0.8)
        return
    if not _OF_JOBS.isdisjoint(said):
        for pattern in _OF_A_JOB:
            if match := form(pattern).fullmatch(clause.text):
                yield from (
                    Claim(speaker, "responsibility", one, confidence=0.8)
                    for one in duty(match["v"], clause.casual, most=10)
                )
                return
    if not _OF_HOURS.isdisjoint(said):
        yield from _hours(clause, speaker)


_HAS_IT = ("handles", "does", "is responsible for", "is in charge of")


def _hours(clause: Clause, speaker: str) -> Iterator[Claim]:
    whole = re.sub(
        r"^on (?:weekdays|weekends|week days),? |^(?:normally|usually),? ", "", clause.whole, flags=re.I
    )
    whole = re.sub(r",? (?:now|currently|these days|at the moment|atm|lately)$", "", whole, flags=re.I)
    for pattern in _HOURS:
        if match := form(pattern).fullmatch(whole):
            yield Claim(
                speaker,
                "schedule",
                values.bare(match["v"] or match.groupdict().get("v2") or ""),
                confidence=0.85,
            )
            return
