"""What people say about themselves, others and systems, as tables: one row, one way to say one attribute.

A row reads the predicate, which is what follows the subject in plain spelling with "am/is/are" as "be", "has" as "have" and
other verbs without their third-person s: "My brother works for the BBC" has the predicate "work for the BBC". It must fit
from its first word to its last, which is where precision comes from. Tried in order; the first that yields a value wins.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import Rule

_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_AT = r"(?: (?:at|for|with) (?P<org>.+?))?"
_ADULT = r"(?:older |younger |big |little |elder |twin |half |step|new |best |close |great |dear )?"
_RELATION = words.one_of(words.RELATIONS)
_ANIMAL = words.one_of(words.ANIMALS)
_EVENT = words.one_of(words.EVENTS)
_WORN = (
    r"(?:really |very |quite |extremely |totally |severely |deathly |highly |mildly |slightly "
    r"|seriously |badly |strictly |strict |fully |mostly |completely |practicing |practising "
    r"|devout |proud |openly |currently |now |also |actually )*"
)
# Verbs that say a plan with some objects and anything else with others ("running tests tonight", "giving up for today").
_NOT_AHEAD = (
    r"(?!(?:going (?:to (?:bed|sleep)\b|through|over|with|ahead|back to (?!(?-i:[A-Z]))|off|on\b(?! (?:vacation|holiday|leave|an? |safari|tour|honeymoon|sabbatical))|up\b|down\b|nuts|crazy|insane|mad|live|blind|forward|in circles)"
    r"|(?:taking|having|seeing|giving|running|meeting) (?:the (?:same|blame)|an? (?:\d+|look|while|hard|bad|moment|problem|issue|blast|good|great)|trouble|problems"
    r"|issues|doubts|fun|longer|forever|ages|care|over|notes|late|low|out|behind|into|up|in|on|some|errors?|resistance)\b"
    rf"|(?:running|giving)(?! .*\b(?:{_EVENT}|race|half|10k|5k|(?-i:[A-Z]\w+) (?-i:Run|Marathon|Half|Race|Relay)|talk|talks|lecture|speech|keynote|toast|birth|webinar)\b)"
    r"|starting (?:to|over|from|with|again)\b))"
)
PERSON: Sequence[Rule] = (
    # ---- where
    Rule(
        "residence",
        r"(?:be (?:an? [\w-]+ )?)?(?:live|living|reside|residing|stay|settled|based"
        r"|located)(?: \w+)??(?: (?:about |around |roughly |just )?(?:\d+|an?|\w+) (?:minutes?|mins?|hours?|miles?|km|kilomet\w+)(?: drive| walk)?)? (?:(?<=reside )at|(?<=stay )at(?= (?-i:[A-Z])\w+$)|in|out of|near|just outside(?: of)?|outside(?: of)?"
        r"|close to) (?P<v>.+)",
        values.place,
    ),
    Rule(
        "residence",
        r"have (?:always )?(?:lived|been) in (?P<v>.+?) (?:my whole|my entire|all my|most of my) life",
        values.place,
    ),
    Rule("residence", r"have always lived in (?P<v>.+)", values.place),
    Rule(
        "residence", r"have (?:lived|been living|been based|been) in (?P<v>.+)", values.place, needs="lasting"
    ),
    Rule(
        "residence",
        r"(?:have )?(?:moved|relocated|emigrated|immigrated|shifted)(?: (?:back|over|down|up|out|here"
        r"|recently))? (?:from (?P<old>.+?) )?(?:to|into) (?P<v>.+?)(?: from (?P<old2>.+))?",
        values.place,
    ),
    Rule(
        "residence",
        r"be (?:going to )?(?:moving|relocating|move|relocate)(?: (?:back|over|down|up"
        r"|out))? (?:from (?P<old>.+?) )?to (?P<v>.+)",
        values.place,
        prefer="future",
        confidence=0.75,
    ),
    Rule(
        "birthplace",
        r"(?:be|was|were) born in (?P<v>(?!the |\d|january|february|march|april|may |june|july|august"
        r"|september|october|november|december|early|late).+?)",
        values.place,
    ),
    Rule(
        "origin",
        r"(?:be (?:originally |actually )?(?:from|born and raised in)|come from|hail from"
        r"|grew up (?:just )?(?:in|near|outside(?: of)?)|be a native of) (?P<v>.+)",
        values.place,
    ),
    Rule(
        "nationality",
        rf"be {_WORN}(?:an? )?(?P<v>(?:half |part )?(?:{words.one_of(words.NATIONALITIES)}))(?: citizen"
        r"| by birth)?",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "location",
        r"be (?:currently )?(?:(?:back |over |down |up )?in|at|visiting|traveling in|staying in) (?P<v>.+)",
        values.place,
        needs="time",
        prefer="future",
    ),
    Rule(
        "visited",
        r"(?:visited|(?:have |have just )?(?:visited|been to)|went to|traveled to|travelled to) (?P<v>.+)",
        values.place,
    ),
    Rule(
        "timezone",
        r"be (?:(?:in|on) (?:the )?|(?=(?:central|eastern|pacific|mountain|atlantic) time))(?P<v>[A-Z]{2,4}|\w+ time)(?: time ?zone| time)?",
        values.definite,
        confidence=0.7,
    ),
    # ---- work and study
    Rule(
        "employer",
        r"(?:(?:be )?(?:work|working|employed|consulting|interning|contracting)"
        r"|be an employee)(?: the \w+ shift| [\w-]+)?? (?:at|for|of) (?P<v>.+?)(?: as (?P<as>an? .+))?",
        values.workplace,
    ),
    Rule(
        "employer",
        r"have (?:worked|been working|been employed|been)(?: \w+)?? (?:at|for|with) (?P<v>.+)",
        values.workplace,
        needs="lasting",
    ),
    Rule(
        "employer",
        r"(?:have )?(?:joined(?! (?:zoom|slack|discord|teams|meet)\b)|started (?:work(?:ing)? )?(?:at|with|for)|(?:started|got|landed|accepted"
        r"|took|begun?|have) (?:an? |my )?(?:new |first |dream )?(?:\w+ )?(?:job|role|position|gig"
        r"|offer)(?: as (?P<as>.+?))? (?:at|with|from)|got hired (?:at|by)|been hired (?:at|by)"
        r"|be (?:now )?(?:employed|hired) (?:at|by|with)"
        r"|be starting at|(?:just )?started as (?P<as3>.+?) (?:at|with)) (?P<v>.+?)(?: as (?P<as2>.+))?",
        values.proper,
    ),
    Rule(
        "employer",
        r"(?:have )?(?:left|quit|resigned from|been (?:fired|laid off) from|got (?:fired"
        r"|laid off) from|retired from|be leaving|be no longer (?:at|with)) (?:my (?:job|role|position) (?:at|with) "
        r"|working (?:at|for) )?(?P<v>.+)",
        values.proper,
        ends=True,
    ),
    Rule("manager", r"report (?:directly )?to (?P<v>.+)", values.name),
    Rule(
        "occupation",
        r"be (?:the |an? )?(?P<v>(?:co-?)?founder|ceo|cto|cfo|coo|owner|president|director|editor"
        r"|chair|founder and ceo) (?:of|at) (?P<org>.+)",
        values.anything,
    ),
    Rule(
        "industry",
        r"(?:be )?(?:work|working) in (?:the )?(?P<v>finance|banking|tech|it|hr|marketing|sales"
        r"|healthcare|education|construction|insurance|real estate|retail|hospitality|advertising"
        r"|publishing|consulting|logistics|manufacturing|biotech|pharma|law|media|fashion|agriculture"
        r"|cybersecurity|accounting|film|gaming|government|academia|telecoms?|aerospace|energy"
        r"|journalism|architecture|robotics|the public sector)(?: industry| sector)?",
        values.anything,
    ),
    Rule(
        "team",
        r"(?:be (?:on|in|part of)|(?:work|be working) (?:on|in)|lead|be leading|manage|run|head(?: up)?) the (?P<v>[\w -]{2,30}) team(?: (?:at|for) (?P<org>.+))?",
        values.anything,
    ),
    Rule(
        "employer",
        r"(?:start|be going to start) (?:work )?(?:at|with) (?P<v>(?:(?-i:[A-Z])|the ).+)",
        values.workplace,
        prefer="future",
        needs="time",
    ),
    Rule(
        "employer",
        r"(?:manage|lead|run|be leading|be managing) an? (?:[\w-]+ )*team(?: of [\w ]+?)? at (?P<v>.+)",
        values.proper,
    ),
    Rule("employer", r"be (?:now )?at (?P<v>.+?) (?:now )?as (?P<as>an? .+)", values.proper),
    Rule("occupation", r"do (?P<v>freelance [\w -]+)", values.anything),
    Rule(
        "occupation",
        r"(?P<v>(?:manage|supervise|coordinate) the (?:[\w-]+ ){0,2}(?:shift|shifts|department|floor|desk|ward|kitchen|warehouse|office|branch|store|shop|front desk|bar|club|programme|team|unit|line|fleet))(?: (?:at|for|in) (?P<org>.+))?",
        values.anything,
    ),
    Rule("occupation", r"(?:do )?(?P<v>(?!work|do )[\w-]+(?: [\w-]+){0,3}) for a living", values.anything),
    Rule(
        "occupation",
        rf"(?:be |have (?:been )?)?(?:work|working|(?<=have )worked|employed|training|apprenticing|moonlighting|apprenticed|freelance|freelancing) as (?P<v>.+?)(?: in (?-i:[A-Z]).*)?{_AT}",
        values.trade,
    ),
    Rule(
        "occupation",
        r"be {0}(?P<v>an? (?:[\w-]+ )*student)(?: in (?P<studies>[\w -]+?))?(?: (?:at|from) (?P<school>.+))?".replace(
            "{0}", _WORN
        ),
        values.trade,
    ),
    Rule(
        "occupation",
        rf"be {_WORN}(?P<v>(?:an?|the|our) .+?|[\w-]+ (?:engineer|manager|developer|designer|officer"
        rf"|director|lead|analyst|nurse|scientist)|head of .+?|cto|ceo|cfo|coo|vp .+?){_AT}",
        values.trade,
    ),
    Rule("occupation", rf"have been (?P<v>an? .+?){_AT}", values.trade, needs="lasting"),
    Rule(
        "occupation",
        r"(?:have )?(?:became|become|(?:been |got |was |be )promoted to|made(?! (?:some|an?|the|this|that|my|our|it|us|me|him|her|them)\b)"
        rf"|started as|qualified as|trained as) (?P<v>.+?){_AT}",
        values.trade,
    ),
    Rule(
        "occupation",
        r"be (?:currently |now |finally |officially )?(?P<v>retired|unemployed|self[- ]employed"
        r"|between jobs|semi-retired|out of work|freelancing|on (?:disability|sabbatical|(?:parental"
        r"|maternity|paternity) leave))(?: and .+|,.+)?",
        values.anything,
    ),
    Rule(
        "occupation",
        r"teach (?P<v>(?!me|you|him|her|them|us|that|this|people|myself)[\w -]+?)(?: (?:at|in"
        r"|to) (?P<org>.+))?",
        values.taught,
    ),
    Rule(
        "occupation",
        r"do (?P<v>(?:[\w-]+ )?(?:science|engineering|research|consulting|marketing|design|development"
        r"|sales|accounting|devops|security|support|qa)) (?:at|for) (?P<org>.+)",
        values.anything,
    ),
    Rule(
        "studies",
        r"(?:be )?(?:study|studying|major(?:ing)? in|reading for a degree in"
        r"|pursuing a degree in) (?P<v>(?!hard|for|all|with|at|a lot"
        r"|late)[\w -]+?)(?: at (?P<school>.+)| in .+)?",
        values.anything,
    ),
    Rule(
        "studies",
        r"be (?:doing|pursuing|getting|finishing|working on|starting) (?:an?|my) (?:phd|ph\.d"
        r"|master'?s|msc|ma|mba|bachelor'?s|degree|doctorate)(?: degree)? in (?P<v>[\w -]+?)(?: (?:at"
        r"|in|from) (?P<school>.+))?",
        values.anything,
    ),
    Rule(
        "school",
        r"(?:attend|be attending|be enrolled (?:at|in)|(?:have )?graduated from|be an alum(?:nus"
        r"|na)? of|got my degree from) (?P<v>.+)",
        values.proper,
    ),
    Rule(
        "school",
        r"go to (?P<v>(?:the )?.*\b(?:University|College|School|Academy|Institute|uni|MIT|UCLA|Tech)\b.*)",
        values.proper,
    ),
    # ---- people
    Rule("plan", r"be getting (?P<v>married)", values.wedding, prefer="future"),
    Rule(
        "marital status",
        r"(?:be|got|have been|have gotten) (?:now |newly |recently |happily |finally "
        r"|still )?(?P<v>single|married|divorced|engaged|widowed|separated)(?: with (?:an?|no|my|our|\d+|two|three|four|five|kids|children) ?.*)?",
        values.anything,
    ),
    Rule("spouse", r"(?:be |got |have been )?(?:happily )?married (?:to )?(?P<v>.+)", values.name),
    Rule(
        "partner",
        r"(?:be|have been|got) (?:engaged to|dating|seeing|going out with|in a relationship with"
        r"|together with) (?P<v>.+)",
        values.name,
    ),
    Rule(
        "partner", r"(?:have )?(?:broke|broken|split|be breaking) up with (?P<v>.+)", values.name, ends=True
    ),
    Rule(
        "child",
        r"have (?:twins|(?:two|three|four|\d) (?:kids|children)),? (?:called |named )?(?P<v>(?-i:[A-Z])[\w'-]+(?:(?:, | and |, and )(?-i:[A-Z])[\w'-]+)+)",
        values.names,
    ),
    Rule(
        "{kin}",
        rf"have {_NUMBER} {_ADULT}(?P<kin>sons|daughters|brothers|sisters|cousins|nephews|nieces|cats|dogs),? (?:called |named )?"
        r"(?P<v>(?-i:[A-Z])[\w'-]+(?:(?:, | and |, and )(?-i:[A-Z])[\w'-]+)+)",
        values.names,
    ),
    Rule(
        "{rel}",
        rf"have an? {_ADULT}(?P<rel>{_RELATION}), (?P<v>(?-i:[A-Z])[\w'-]+)(?:,? .*)?",
        values.name,
    ),
    Rule(
        "children",
        rf"be an? (?:single |proud |new )?(?:mother|father|mom|mum|dad|parent) of (?P<v>{_NUMBER})(?: .*)?",
        values.number,
    ),
    Rule(
        "children",
        rf"have (?P<v>{_NUMBER}) (?:(?:small|young|little|grown|adult|beautiful|wonderful|great"
        r"|lovely) )*(?:kids|children)(?:,? and .+)?",
        values.number,
    ),
    Rule(
        "{rel}",
        rf"have (?P<v>{_NUMBER}) {_ADULT}(?P<rel>sons|daughters|brothers|sisters|siblings|cousins"
        r"|grandchildren|grandkids|nieces|nephews)(?:,? and .+)?",
        values.number,
    ),
    Rule(
        "{rel}",
        rf"have (?:an? |one ){_ADULT}(?P<rel>{_RELATION}),? (?:named|called|whose name is"
        r"|by the name of) (?P<v>.+)",
        values.name,
    ),
    Rule(
        "pet",
        r"(?:have|own|got|adopted|have (?:just )?adopted|rescued|be getting|bought) (?:an? |our |my "
        rf"|one )(?:[\w-]+ ){{0,2}}?(?:{_ANIMAL}s?),? (?:named|called|whose name is) (?P<v>.+)",
        values.name,
    ),
    Rule(
        "pet",
        rf"(?:have|own) (?P<v>(?:{_NUMBER}|an?|an? pet) (?:[\w-]+ ){{0,2}}?(?:{_ANIMAL})s?)(?:,? (?:and"
        r"|named|called|at home|who|that).*)?",
        values.anything,
    ),
    Rule(
        "pet",
        r"(?:have )?(?:just |recently )?(?:adopted|got|rescued"
        rf"|bought) (?P<v>an? (?:[\w-]+ ){{0,2}}?(?:{_ANIMAL}))(?: from .+)?",
        values.anything,
    ),
    # ---- health and what else is sensitive
    Rule(
        "allergy",
        r"(?:be|have been) (?:\w+ly )?allergic to (?P<v>.+)",
        values.allergen,
    ),
    Rule(
        "allergy",
        r"have (?:an? )?(?:\w+ly |severe |bad |mild |serious |terrible "
        r"|slight )?(?P<v>(?!an?\b|no\b|any\b)[\w-]+(?: [\w-]+)?) (?:allergy|allergies)(?:,? .*)?",
        values.anything,
    ),
    Rule(
        "diet",
        r"(?:be|have (?:been|gone|turned|become)|went|became|turned|switched to|have switched to|eat"
        r"|eat only|only eat|(?:be trying|try) to eat|keep|follow|stick to|be on)(?: an?"
        rf"| the)? {_WORN}(?:an? )?(?P<v>{words.one_of(words.DIETS)})(?: diet| food)?",
        values.anything,
    ),
    Rule("diet", r"be an? (?P<v>pure veg|veg|vegetarian|vegan) person(?:,? .*)?", values.anything),
    Rule(
        "condition",
        rf"(?:be|get) {_WORN}(?:terribly |awfully )?(?:\d+ (?:weeks|months) )?(?P<v>{words.one_of(words.STATES_OF_HEALTH)})(?:,? (?:so"
        r"|and|which|because|with)\b.*)?",
        values.anything,
    ),
    Rule(
        "condition",
        r"(?:have|have got|get|suffer from|be living with|live with|(?:be|was|were|got|have been"
        r"|have just been) (?:recently |just )?diagnosed with|be recovering from|struggle with"
        r"|be dealing with) (?P<v>(?!.*\b(?:about|over|(?:from|with) (?:this|these|those|the|all|your))\b).+)",
        values.listed(words.CONDITIONS),
    ),
    Rule(
        "condition",
        r"be (?:\w+ly )?intolerant (?:to|of) (?P<v>[\w ]+)",
        values.intolerance,
    ),
    Rule("condition", r"have (?:an? )?(?:\w+ )?(?P<v>\w+) intolerance", values.intolerance),
    Rule(
        "medication",
        # "On deadline", "on parole" end like a medicine; what one is on must end as only medicines do.
        rf"(?:take|be taking|have been taking|be (?:now |currently )?on|have been on|be prescribed|was prescribed) (?:the |my |some )?(?P<v2>{words.one_of(words.MEDICINES)})(?: for .+)?"
        r"|use an? (?P<v3>(?:\w+ )?inhaler|epipen|insulin pump|nasal spray)(?: for .+)?"
        r"|(?:take|be taking|have been taking|be prescribed|was prescribed|(?:be|have been) on"
        r"(?= (?:\d+ ?mg (?:of )?)?(?:insulin|aspirin|ibuprofen|prednisone|lithium|adderall|ritalin|prozac|zoloft|lexapro|xanax|vyvanse|ozempic"
        r"|[a-z][\w-]*(?:pril|sartan|formin|statin|mab|zole|p?[rz]am|cillin|mycin|xetine|thyroxine|traline|apine|idone|azine|olol|afil|floxacin"
        r"|gliptin|parin|arin|xaban|triptan|tadine|codone|sone|solone|lone|amide|azide|antin|pentin|gabalin|profen|umab|glutide|trigine|oxate|pramate))\b))"
        r" (?:\d+ ?mg (?:of )?)?(?P<v>insulin|aspirin|ibuprofen|prednisone|lithium"
        r"|adderall|ritalin|prozac|zoloft|lexapro|xanax|vyvanse|ozempic|[a-z][\w-]*(?:in|ol|ide|ine"
        r"|pril|sartan|formin|statin|mab|zole|pam|lam|cillin|mycin|done|one|ate|xetine|azole"
        r"|thyroxine))(?: for .+| daily| twice.*)?",
        values.drug,
    ),
    Rule(
        "religion",
        rf"be {_WORN}(?:an? )?(?:practicing |devout |proud )?(?P<v>{words.one_of(frozenset(words.RELIGIONS))})",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "politics",
        rf"be {_WORN}an? (?:registered |lifelong )?(?P<v>{words.one_of(words.POLITICS)})"
        r"|vote (?P<v2>labour|republican|democrat|conservative|green|tory)",
        values.anything,
        confidence=0.8,
    ),
    Rule(
        "orientation",
        rf"be {_WORN}(?:an? )?(?P<v>{words.one_of(words.ORIENTATIONS)})",
        values.anything,
        confidence=0.8,
    ),
    Rule(
        "avoids",
        r"(?:do not eat|do not drink|do not do|can ?not (?:eat|have|drink|tolerate|consume)|never (?:eat|drink"
        r"|touch)|do not (?:touch|consume))(?: any)? (?P<v>.+)",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?:have )?(?:stopped|quit|given up|gave up|be off|be avoiding|avoid|cut out)(?: (?:eating"
        r"|drinking|all))? (?P<v>.+)",
        values.each(words.FOODS),
    ),
    # ---- who
    Rule(
        "age",
        r"(?:be|have just turned|turned|just turned)(?: now| already)? (?P<v>\d{1,3}|(?:one|two|three"
        r"|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= ?$| years?))(?: years? old| yo| y/o"
        r"| now| today)?",
        values.age,
    ),
    Rule("birthday", r"(?:be|was) born on (?P<v>.+)", values.definite),
    Rule("pronouns", r"use (?P<v>(?:she|he|they|xe|ze)/\w+(?:/\w+)?)(?: pronouns)?", values.anything),
    Rule(
        "goes_by",
        r"(?:go by|be called|be known as|prefer to be called|like to be called|be better known as) (?P<v>.+)",
        values.name,
    ),
    Rule("name", r"(?:have )?(?:changed|legally changed) my (?:\w+ )?name to (?P<v>.+)", values.name),
    # ---- things
    Rule(
        "owns",
        r"(?:own|drive|ride|be having|be the (?:proud )?owner of|run|have opened|opened|be driving)(?: an?| my"
        r"| our| the| own)? (?P<v>.+)",
        values.listed(words.THINGS, 6),
    ),
    Rule("owns", r"(?:own|drive|ride) (?P<v>(?:an? )?.*[A-Z\d].*)", values.made),
    Rule(
        "owns",
        r"(?:have )?(?:just |recently |finally )?(?:bought|purchased|picked up|ordered|acquired"
        r"|treated myself to|splurged on)(?: myself| us)? (?P<v>(?:an?|the|my|our|two|some) .+?)(?: (?:off|from|for|at|in|on|with|last|because)\b.*)?",
        values.branded,
    ),
    Rule(
        "owns",
        r"(?:have )?(?:just |recently |finally )?got (?:myself |us )?(?P<v>an? .+)",
        values.model,
    ),
    Rule(
        "owns",
        r"have (?P<v>(?:an?|two|three) .+?(?: and (?:an?|two|three) .+?)?)(?: (?:for|at|in|that|which|with|and|from)\b.*)?",
        values.thing,
    ),
    Rule(
        "owns",
        r"wear (?P<v>(?:an? )?(?:hearing aids?|insulin pump))",
        values.anything,
    ),
    Rule("owns", r"(?:own|be the proud owner of) (?P<v>.+)", values.owned, confidence=0.8),
    Rule(
        "owns",
        r"(?:have )?(?:sold|gave away|got rid of|lost|crashed|totaled|donated) (?:my|the"
        r"|our) (?P<v>.+?)(?: to .+)?",
        values.thing,
        ends=True,
    ),
    Rule(
        "owns",
        r"(?:have )?(?:traded|swapped|exchanged|replaced)(?: in)? (?:my|our) (?P<old>.+?) (?:for"
        r"|with) (?P<v>an? .+)",
        values.definite,
    ),
    # ---- taste
    Rule(
        "likes",
        r"(?:really |absolutely |do |just |still |truly |always )*(?:like|love|adore|enjoy"
        r"|be (?:really |so )?(?:enjoying|loving)|be (?:really |so |very )?into|be (?:\w+ )?obsessed with|be (?:an? |quite an? )?(?:(?:big"
        r"|huge|massive|great|real|total|lifelong|avid) )?(?:fan|lover) of|be (?:very |really "
        r"|super )?(?:fond of|passionate about|keen on|crazy about|mad about|partial to)"
        r"|have (?:always )?loved|have a (?:soft spot|weakness|passion) for) (?P<v>.+)",
        values.taste,
        "preference",
        0.85,
    ),
    Rule(
        "dislikes",
        r"(?:really |absolutely |just |do |still |truly )*(?:hate|dislike|despise|loathe|detest"
        r"|do not (?:really |particularly |much |even )?(?:like|enjoy|care for)"
        r"|can ?not (?:really )?(?:stand|bear|abide)|can not stand|be not (?:really |exactly )?(?:an? "
        r"|much of an? )?(?:(?:big|huge) )?(?:fan of|into|keen on|fond of)|have (?:always )?hated"
        r"|(?:have )?never (?:really |much )?(?:liked|enjoyed|cared for)) (?P<v>.+)",
        values.taste,
        "preference",
        0.85,
        stands=frozenset({"wish"}),
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
    Rule(
        "prefers",
        r"be (?:more of |definitely |very much )?an? (?P<v>\w+) person",
        values.listed(words.KINDS_OF_PERSON, 1),
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
    Rule("hobby", r"collect (?P<v>(?!my|your|the|data|them|all)[\w -]+)", values.taste),
    Rule(
        "speaks",
        r"(?:speak|be fluent in|be a native speaker of|know) (?:fluent |some |basic |conversational "
        r"|native )?(?P<v>.+)",
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
        "knows",
        r"know (?P<v>.+?)(?: inside out| (?:very |pretty |really )?well| best)?",
        values.each(words.CODE_LANGUAGES),
    ),
    Rule(
        "uses",
        r"be on (?P<v>linux|windows|macos|mac|ubuntu|arch|arch linux|fedora|debian|android|ios|an? \w+ mac)(?:,.*)?",
        values.known_tool,
    ),
    Rule(
        "uses",
        r"(?:mainly |mostly |always |still |primarily |usually )*(?:use|code in|program in"
        r"|write everything in|develop on|develop in|work in|work on) (?P<v>.+?)(?: (?:for|as|on|at|to"
        r"|every|daily)\b.*)?",
        values.known_tool,
    ),
    # ---- ahead
    Rule(
        "plan",
        rf"(?:be|will be) (?P<v>{_NOT_AHEAD}(?:flying|going|traveling|travelling|heading|driving|off|visiting"
        r"|attending|hosting|meeting|seeing|starting|taking|having|presenting|speaking|running"
        r"|throwing|moving|leaving|interviewing|camping|competing|performing|giving|picking up"
        r"|getting (?:(?:my|our|the) [\w ]+ (?:done|redone|fixed|fitted|installed|replaced|repaired|serviced|painted|removed|out|checked|fenced|rewired|valued)|(?:my|our|a)\b|married|surgery)|finishing|launching|graduating|celebrating|catching|sailing|docking|spending|delivering|defending|submitting|sitting|back"
        r"|joining|volunteering|teaching)\b.*)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        r"(?P<v>(?:fly|travel|leave|drive) (?:to|for) .+|start (?:an?|my|our) (?:new )?(?:[\w-]+ )?(?:job|role|course|position|degree|apprenticeship|contract|placement|internship)\b.*)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        rf"have (?:an?|my|our|the|another|two|got an?) (?P<v>(?:[\w'-]+ ){{0,3}}(?:{_EVENT})s?\b.*)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "plan",
        r"(?:be planning (?:to|on)|plan (?:to|on)|intend to|be going to|be about to start"
        r"|will(?= (?:fly|travel|visit|attend|present|start|host|graduate|move|speak|teach|run|perform"
        r"|compete|drive|meet|interview|launch)\b)) (?P<v>(?!be\b|bed\b|sleep\b).+)",
        values.phrase,
        prefer="future",
        needs="time",
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "plan",
        r"(?:have )?(?:just )?(?:signed up|registered|booked|got tickets|bought tickets"
        r"|enrolled)(?: us| myself)? (?:for|to|in|into) (?P<v>.+)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"be (?P<v>(?!(?:looking|getting|using|trying|working|thinking|wondering|seeing|running|having|giving|asking|being|doing|going|coming|feeling|making|saying|talking|not|nothing|something|living|staying|hoping|planning)\b)"
        r"\w{3,}ing (?:in |up |out |off |down |back |on |over |to )?(?:an?|the|my|our|some|two|three|(?-i:[A-Z])\w+)\b.*)",
        values.phrase,
        prefer="future",
        needs="future",
        confidence=0.75,
    ),
    Rule(
        "plan",
        r"be (?P<v>(?:spending|having|hosting|celebrating) (?:christmas|easter|thanksgiving|new year(?:'s)?|hanukkah|diwali|eid|ramadan|passover|midsummer|(?:the|this|next) (?:weekend|summer|winter|holidays)|(?:my|our) (?:birthday|anniversary))\b.*)",
        values.phrase,
        prefer="future",
    ),
    Rule("plan", r"(?:have )?(?:just )?booked (?P<v>(?:an?|my|our|the) .+)", values.phrase, prefer="future"),
    Rule(
        "plan",
        r"be planning (?P<v>(?:an?|our|my) (?:[\w-]+ )*(?:trip|wedding|vacation|holiday|move|party"
        r"|honeymoon|road trip|visit|getaway|reunion)\b.*)",
        values.phrase,
        prefer="future",
    ),
    Rule(
        "plan",
        r"will be (?P<v>out of (?:the )?office|on (?:vacation|holiday|leave|pto)|away|out|traveling"
        r"|offline)(?: .*)?",
        values.phrase,
        prefer="future",
        needs="time",
    ),
    Rule(
        "goal",
        r"(?:really |would |)*(?:want|would like|be hoping|be aiming|aim|be trying"
        rf"|be working) to (?P<v>(?:{words.one_of(words.UNCOUNTED_VERBS)}) (?!over\b|again\b|from\b|it\b|the (?:\w+ )?(?:page|site|link|docs?|settings|screen|tab|form)\b|you|this|that|the (?:tests?|code|script|app|build|logs?|server|bug|project|command|job)s?\b|them"
        r"|him|her|more\b|how you|your|about)[\w' -]+)",
        values.phrase,
        prefer="future",
        confidence=0.8,
    ),
    Rule(
        "goal",
        r"be (?:currently |also )?(?:training|saving(?: up| money)?|saving money|preparing"
        r"|studying) for (?P<v>.+)",
        values.anything,
        prefer="future",
    ),
    Rule(
        "task",
        rf"(?:need to|have to|got to|have got to) (?P<v>(?:{words.one_of(words.ERRANDS)})\b.+)",
        values.phrase,
        prefer="future",
        confidence=0.85,
        needs="still",
    ),
    Rule(
        "task",
        r"(?:still |really |also )*(?:need to|have to|must|have got to|need to remember to) (?P<v>.+)",
        values.phrase,
        prefer="future",
        needs="time",
    ),
)
