"""What people say about themselves, others and systems, as tables: one row, one way to say one attribute.

A row reads the predicate, which is what follows the subject in plain spelling with "am/is/are" as "be", "has" as "have" and
other verbs without their third-person s: "My brother works for the BBC" has the predicate "work for the BBC". It must fit
from its first word to its last, which is where precision comes from. Tried in order; the first that yields a value wins.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .ahead import AHEAD
from .belongings import BELONGINGS, both
from .duties import DUTIES
from .leisure import HOBBIES
from .predicates import Rule
from .roles import ROLES
from .tastes import TASTES
from .wellbeing import WELLBEING, WORN

_NUMBER = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
_AT = r"(?: (?:at|for|with) (?P<org>.+?))?"
_ADULT = r"(?:older |younger |big |little |elder |twin |half |step|new |best |close |great |dear )?"
_RELATION = words.one_of(words.RELATIONS)
_ANIMAL = words.one_of(words.ANIMALS)
_STREET = r"street|st|road|rd|avenue|ave|lane|row|yard|way|drive|quay|crescent|close|court|terrace|gardens|hill|grove|square|walk|boulevard|mews|parade|place|rue|via|calle|rua|allée|chemin|\w*(?:stra(?:ß|ss)e|gata|gatan|gasse|weg|laan|straat|vej|platz)"
_WEIGHT = r"(?:kg|kilos?|kilograms?|lbs?|pounds|stone)(?: \d+(?: ?(?:lbs?|pounds))?)?"
_HEIGHT = r"\d[\d.,]* ?(?:m|cm|met(?:er|re)s?|centimet(?:er|re)s?)(?: \d+)?|\d ?(?:ft|foot|feet|')(?: ?\d+(?: ?(?:in|inch|inches|\"))?)?"
PERSON: Sequence[Rule] = (
    # ---- where
    Rule(
        "address",
        rf"(?:(?:live|be living|reside|stay|be staying) at|(?:have )?moved to(?= .*\b(?:{_STREET})\b)) (?P<v>(?:(?:flat|apartment|apt|unit|no|number)\.? [\w/]+,? )?\d+[a-z]?(?:/\d+)?,? (?-i:[A-Z])[\w'.-]*(?: [\w'.,-]+){{0,7}}|(?-i:[A-Z])[\w-]*(?:stra(?:ß|ss)e|gata|gatan|gasse|weg|laan|straat|vej|platz) \d+.*)",
        values.as_said,
    ),
    Rule(
        "residence",
        r"(?:be (?:an? [\w-]+ )?)?(?:live|living|reside|residing|stay|settled|based"
        r"|located)(?: \w+)??(?: with [\w' -]{2,30}?)?(?: (?:about |around |roughly |just )?(?:\d+|an?|\w+) (?:minutes?|mins?|hours?|miles?|km|kilomet\w+)(?: drive| walk)?)? (?:(?<=reside )at|(?<=stay )at(?= (?-i:[A-Z])\w+$)|in|out of|near|just outside(?: of)?|outside(?: of)?"
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
        "residence",
        r"(?:have )?(?:now |finally |recently |just )*settled (?:down )?in (?P<v>.+)",
        values.place,
    ),
    Rule(
        "location",
        r"be in (?P<v>(?-i:[A-Z])[\w' -]+?), (?:very |quite |right )?(?:close to|near|next to|not far from|by|around the corner from|just off|(?:five|ten|two|\d+) minutes from) (?!tears|death|done).+",
        values.place,
        confidence=0.75,
    ),
    Rule(
        "residence",
        r"have (?:lived|been living|been based|been)(?: (?:(?:over|up|down|out) )?here)? in (?P<v>.+)",
        values.place,
        needs="lasting",
    ),
    Rule(
        "residence",
        r"(?:have )?(?:moved|relocated) to (?-i:[A-Z])[^,]*?,? (?:and )?(?:then|later)(?: moved| went)? (?:back |on |over )?to (?P<v>.+)",
        values.place,
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
        "street",
        r"(?:live|living|be living|reside|stay) (?:on|at|off|in|just off) (?P<v>(?:the (?:end|corner|top|bottom|foot|far end) of )?(?:(?-i:[A-Z])[\w'-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Row|Yard|Way|Drive|Quay|Crescent|Close|Court|Terrace|Gardens|Hill|Grove|Square|Walk|Boulevard|Mews|Parade))(?: (?:in|near|behind|by|opposite) .+)?",
        values.as_said,
    ),
    Rule(
        "birthplace",
        r"(?:be|was|were) born in (?P<v>(?!the |\d|january|february|march|april|may |june|july|august"
        r"|september|october|november|december|early|late).+?)",
        values.place,
    ),
    Rule(
        "origin",
        r"(?:be (?:originally |actually )?(?:from|born and raised in)|come from|came from|hail from"
        r"|grew up (?:just )?(?:in|near|outside(?: of)?)|be a native of) (?P<v>.+)",
        values.place,
    ),
    Rule(
        "nationality",
        rf"be {WORN}(?:an? )?(?P<v>(?:half |part )?(?:{words.one_of(words.NATIONALITIES)}))(?: citizen"
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
        r"be (?:(?:in|on) (?:the )?|(?=(?:central|eastern|pacific|mountain|atlantic) time))(?P<v>(?-i:UTC|GMT|[CEW]E?S?T|[ECMP][SD]?T|BST|IST|JST|AE[SD]T|AC[SD]T|AWST|NZ[SD]T|MSK|SGT|HKT|KST|SAST|BRT|ART|WAT|EAT|CAT|PHT|WIB|PKT|AK[SD]T|HST|EEST|CEST|WEST)|\w+ time)(?: time ?zone| time)?",
        values.definite,
        confidence=0.7,
    ),
    Rule(
        "residence",
        r"be (?:over |out |up |down |back )?in (?P<v>(?-i:[A-Z]).+)",
        values.place,
        needs="now",
        confidence=0.75,
    ),
    Rule(
        "residence",
        r"(?:split|divide) (?:my|our) (?:time|week|year|weeks|life) between (?P<v>(?-i:[A-Z])[\w' -]+ and (?-i:[A-Z])[\w' -]+)",
        values.as_said,
        confidence=0.75,
    ),
    Rule("residence", r"(?:be|have been) an? (?:[\w-]+ )?resident of (?P<v>.+)", values.place),
    Rule("floor", r"live (?:up )?on the (?P<v>[\w-]+ floor)(?: .*)?", values.as_said),
    Rule(
        "dwelling",
        r"live (?:in|on) (?P<v>an? (?:[\w'-]+ ){0,4}(?:house|flat|apartment|cottage|bungalow|houseboat|narrowboat|caravan|van|studio|loft|cabin|farmhouse|townhouse|tower block|high-rise|terrace|duplex|yurt|boat|farm|basement flat|co-op|commune|dorm|barn|mill|lighthouse|castle))",
        values.as_said,
        confidence=0.8,
    ),
    # ---- work and study
    Rule(
        "office.location",
        r"(?:be )?work(?:ing)? (?:out of|from) (?:the|our) (?P<v>(?-i:[A-Z])[\w ]+?) office",
        values.place,
    ),
    Rule(
        "occupation",
        r"(?:make|earn) (?:a|my) living (?:by |from |out of )?(?P<v>\w+ing (?:[\w-]+ ){0,3}[\w-]+)",
        values.phrase,
    ),
    Rule(
        "studies",
        r"(?:have|hold|got|did|completed|finished|earned|have (?:done|finished|completed)) (?:an?|my|two) (?:[\w']+ )?(?:degree|phd|ph\.d|doctorate|master'?s|msc|ma|mba|bachelor'?s|bsc|ba|diploma)(?: degree)? in (?P<v>(?!\d|(?!engineering|nursing|marketing|accounting|computing|manufacturing|planning|printing|training|teaching|learning)\w+ing )[\w &-]+?)(?: (?:at|from) (?P<school>.+))?",
        values.anything,
    ),
    Rule(
        "school",
        r"(?:be )?(?:study|studying) (?:part[- ]time |full[- ]time |online )?at (?P<v>.+)",
        values.proper,
    ),
    Rule(
        "employer",
        r"be (?:an? |part of (?:an?|the) )?(?:[\w-]+ )*team (?:at|within) (?P<v>(?-i:[A-Z]).+)",
        values.proper,
    ),
    Rule(
        "occupation",
        r"(?P<v>drive (?:an?|the) (?:[\w-]+ )?(?:van|truck|lorry|bus|taxi|cab|tram|forklift|ambulance|crane|coach|train|digger|tractor|minibus)) (?:for|at) (?P<org>(?!(?:the|an?|my|our) (?:day|weekend|move|trip|holiday|week)\b|fun|now|work|him|her|them).+)",
        values.as_said,
        needs="habit",
    ),
    Rule(
        "occupation",
        r"(?P<v>drive an? (?:lorry|bus|taxi|cab|tram|forklift|ambulance|coach|train|digger))",
        values.as_said,
        needs="habit",
        confidence=0.8,
    ),
    Rule(
        "employer",
        r"(?:(?:be )?(?:work|working|employed|consulting|interning|contracting)"
        r"|be an employee)(?: the \w+ shift| [\w-]+)?? (?:at|for|of) (?P<v>.+?)(?: as (?P<as>an? .+))?",
        values.workplace,
    ),
    Rule(
        "employer",
        r"have (?:worked|been working|been employed|been)(?: (?!living|dating|together|married|struggling|dealing|friends)\w+)?? (?:at|for|with) (?P<v>.+)",
        values.workplace,
        needs="lasting",
    ),
    Rule(
        "employer",
        r"(?:have )?(?:joined(?! (?:zoom|slack|discord|teams|meet)\b)|started (?:work(?:ing)? )?(?:at|with|for)|(?:started|got|landed|accepted"
        r"|took|begun?|have) (?:an? |my |the )?(?:new |first |dream )?(?:\w+ )?(?:job|role|position|gig"
        r"|offer)(?: as (?P<as>.+?))? (?:at|with|from)|got hired (?:at|by)|been hired (?:at|by)"
        r"|be (?:now )?(?:employed|hired) (?:at|by|with)"
        r"|be starting at|(?:just )?started as (?P<as3>.+?) (?:at|with)) (?P<v>.+?)(?: as (?P<as2>.+))?",
        values.proper,
    ),
    Rule(
        "employer",
        r"(?:have )?(?:left(?!.* (?:in|since) \d{4})|quit|resigned from|been (?:fired|laid off) from|got (?:fired"
        r"|laid off) from|retired from|be leaving|be no longer (?:at|with)) (?:my (?:job|role|position) (?:at|with) "
        r"|working (?:at|for) )?(?P<v>.+)",
        values.proper,
        ends=True,
    ),
    Rule(
        "employer",
        r"be (?:currently |still )?on (?:parental|maternity|paternity|sick|unpaid|study|family) leave from (?P<v>.+)",
        values.proper,
    ),
    Rule("employer", r"be employed (?:by|with) (?P<v>.+?)(?: as (?P<as>an? .+))?", values.workplace),
    Rule(
        "occupation",
        r"(?:have )?(?:work|working|worked|employed|been working|be working|be employed) as an? (?P<v>(?!team|unit|group|whole|couple|pair)[\w-]+ist)",
        values.anything,
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
        r"(?:(?:be )?(?:work|working)|have (?:worked|been working|been)) in (?:the )?(?P<v>finance|banking|tech|it|hr|marketing|sales"
        r"|healthcare|education|construction|insurance|real estate|retail|hospitality|advertising"
        r"|publishing|consulting|logistics|manufacturing|biotech|pharma|law|media|fashion|agriculture"
        r"|cybersecurity|accounting|film|gaming|government|academia|telecoms?|aerospace|energy"
        r"|journalism|architecture|robotics|the public sector)(?: industry| sector)?(?: (?:for|at) (?P<org>.+))?",
        values.anything,
    ),
    Rule(
        "industry",
        r"be in (?P<v>(?-i:IT|HR|PR)|sales|finance|marketing|banking|insurance|logistics|retail|construction|education|healthcare|hospitality|advertising|publishing|consulting|accounting|procurement|real estate)(?: (?:for|at) (?P<org>.+))?",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "team size",
        rf"(?:lead|manage|run|head) (?:an?|the|our) (?:[\w-]+ )*team of (?P<v>(?:about |around )?(?:{_NUMBER}|\w+teen|eleven|twelve|twenty|thirty))(?: (?:at|for) (?P<org>.+)| (?!at|for).*)?",
        values.as_said,
    ),
    Rule(
        "owns",
        r"have (?:got )?(?P<v>my own (?:[\w-]+ ){0,2}(?:business|company|shop|studio|practice|firm|salon|café|cafe|restaurant|farm|workshop|label|brand|agency))(?: .*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule(
        "team",
        r"(?:be (?:on|in|part of)|(?:work|be working|sit) (?:on|in)|lead|be leading|manage|run|head(?: up)?) the (?P<v>[\w -]{2,30} team)(?: (?:at|for) (?P<org>.+))?",
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
    Rule(
        "occupation",
        r"have been (?P<v>(?:driving (?:lorries|trucks|buses|cabs|taxis|trams|trains|forklifts|ambulances|coaches)|laying (?:bricks|tiles|carpets|cables|floors|pipes)|teaching (?!people|him|her|them|myself|me\b|my\b|the\b)\w+(?: \w+)?"
        r"|(?:fixing|repairing|mending|servicing|building|selling|tuning|restoring|shoeing|designing|installing|cleaning|making) (?!bugs|things|problems|mistakes|features|tests|decisions|excuses|plans|friends|ends|people|it\b|this\b|that\b|these\b)\w+s|cutting hair|grooming dogs|breeding \w+|farming(?: \w+)?|nursing|welding|fishing for a living|tending bar|waiting tables))",
        values.phrase,
        needs="lasting",
        confidence=0.8,
    ),
    Rule(
        "occupation",
        r"(?P<v>(?:sell|repair|restore|install|deliver|tune|shoe|breed|translate|upholster) (?:insurance|real estate|property|advertising|software|furniture|fish|bread|cheese|wine|(?:(?!my|our|the|your|his|her|these|those|all|more|many|some|old|few)[a-z]+ )?(?!(?:bugs|things|problems|results|jokes|talks|speeches|tests|issues|errors|updates|packages|dependencies|files|modules|libraries|plugins|stories|ideas|words|sentences|texts|apps)$)[a-z]+s)(?: and [a-z]+s)?)(?: (?:for|at|in) (?P<org>(?-i:[A-Z]).+|an? .+))?",
        values.as_said,
        needs="habit",
        confidence=0.75,
    ),
    Rule("occupation", r"do (?P<v>freelance [\w -]+)", values.anything),
    Rule(
        "occupation",
        r"(?P<v>(?:manage|supervise|coordinate|run|head) the (?:[\w-]+ ){0,2}(?:shift|shifts|department|floor|desk|ward|kitchen|warehouse|office|branch|store|shop|front desk|bar|club|programme|team|unit|line|fleet|canteen|pharmacy|reading room|library|laboratory|reception|nursery|crèche|stables|bakery|greenhouse|archive|gift shop|box office|stockroom))(?: (?:at|for|in|of) (?P<org>.+))?",
        values.anything,
    ),
    Rule("occupation", r"(?:do )?(?P<v>(?!work|do )[\w-]+(?: [\w-]+){0,3}) for a living", values.anything),
    Rule(
        "occupation",
        rf"(?:be |have (?:been )?)?(?:work|working|(?<=have )worked|employed|active|training|retraining|apprenticing|moonlighting|apprenticed|freelance|freelancing) as (?P<v>.+?)(?: in (?-i:[A-Z]).*)?{_AT}",
        values.trade,
    ),
    Rule(
        "occupation",
        r"be {0}(?P<v>an? (?:[\w-]+ )*student)(?: in (?P<studies>[\w -]+?))?(?: (?:at|from) (?P<school>.+))?".replace(
            "{0}", WORN
        ),
        values.trade,
    ),
    Rule(
        "occupation",
        rf"be {WORN}(?P<v>(?:an?|the|our) .+?|[\w-]+ (?:engineer|manager|developer|designer|officer"
        rf"|director|lead|analyst|nurse|scientist)|head of .+?|cto|ceo|cfo|coo|vp .+?){_AT}",
        values.trade,
    ),
    Rule("occupation", rf"have been (?P<v>an? .+?){_AT}", values.trade, needs="lasting"),
    Rule(
        "occupation",
        r"have been (?P<v>an? [\w -]+?) for (?:[\w-]+ years|years|decades|ages|.* decades?)",
        values.trade,
    ),
    Rule(
        "occupation",
        r"(?:have )?(?:became|become|(?:been |got |was |be )(?:promoted to|hired as|taken on as|brought in as|appointed(?: as)?|elected(?: as)?)|made(?! (?:some|an?|the|this|that|my|our|it|us|me|him|her|them)\b)"
        rf"|started as|qualified as|trained as) (?P<v>.+?){_AT}",
        values.trade,
    ),
    Rule(
        "occupation",
        r"be (?:currently |now |finally |officially )?(?P<v>retired|unemployed|self[- ]employed"
        r"|between jobs|semi-retired|out of work|freelancing)(?: and .+|,.+)?",
        values.anything,
    ),
    # A state, and no occupation: who is on leave is a nurse all the same.
    Rule(
        "status",
        r"be (?:currently |now |finally |officially |still )?(?P<v>on (?:disability|(?:a )?sabbatical|(?:parental|maternity|paternity|adoption|study|unpaid|medical) leave))(?: and .+|,.+)?",
        values.as_said,
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
        r"|pursuing a degree in) (?P<v>(?!part[- ]time|full[- ]time|online|remotely|abroad|hard|for|all|with|at|a lot"
        r"|late)[\w -]+?)(?: at (?P<school>.+)| in .+)?",
        values.anything,
    ),
    Rule(
        "studies",
        r"(?:be|have been) (?:doing|pursuing|finishing|starting|studying for|working towards) (?:an?|my) (?P<v>(?!(?:phd|ph\.d|first|second|new|quick|short|free|online|whole|full|great|big|high|small|certain|some|crash|same|bachelor'?s?|master'?s?|two|three|obstacle|golf|race|main|online)\b)[a-z]+(?: [a-z]+)?) (?:degree|phd|master'?s|msc|ma|bachelor'?s|bsc|ba|diploma|apprenticeship|course|traineeship)(?: (?:at|from) (?P<school>.+))?",
        values.anything,
        needs="habit",
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
    *ROLES,
    # ---- people
    Rule("plan", r"be getting (?P<v>married)", values.wedding, prefer="future"),
    Rule(
        "marital status",
        r"(?:be|got|have been|have gotten) (?:now |newly |recently |happily |finally "
        r"|still )?(?P<v>single|married|divorced|engaged|widowed|separated)(?: with (?:an?|no|my|our|\d+|two|three|four|five|kids|children) ?.*)?",
        values.anything,
    ),
    Rule("spouse.occupation", r"(?:be |got |have been )?(?:happily )?married to (?P<v>an? .+)", values.trade),
    Rule("fiancé.occupation", r"(?:be |got )engaged to (?P<v>an? .+)", values.trade),
    Rule(
        "partner.occupation",
        r"(?:be |have been )(?:dating|seeing|going out with|in a relationship with) (?P<v>an? .+)",
        values.trade,
    ),
    Rule(
        "marital status",
        r"be (?P<v>an? (?:widow(?:er)?|bachelor(?:ette)?|newlywed|divorcee|divorcé|divorcée)|in an? (?:[\w-]+ ){0,2}relationship)",
        values.as_said,
    ),
    Rule(
        "caring for",
        rf"(?:look after|care for|take care of|be (?:the |a )?(?:full[- ]time |part[- ]time |main )*carer for|be caring for) (?P<v>my (?:[\w-]+ )?(?:{_RELATION}|parents|grandparents))(?: .*)?",
        values.as_said,
        needs="habit",
    ),
    Rule(
        "grandchildren",
        rf"be an? (?:proud )?(?:grandmother|grandfather|grandma|grandpa|granny|grandad|nan) (?:of|to) (?P<v>{_NUMBER})(?: .*)?",
        values.number,
    ),
    Rule("handedness", r"be (?P<v>(?:left|right)-handed|ambidextrous)(?:,? .*)?", values.as_said),
    Rule("{what}", r"have (?P<v>no (?P<what>siblings|kids|children|pets))", values.as_said),
    Rule(
        "children",
        r"be (?:an?|the) (?:single |proud |new )?(?:mother|father|mom|mum|dad|parent) (?:of|to) (?P<v>twins|triplets|(?:twin|three|two|four) (?:boys|girls|sons|daughters)|an? (?:toddler|teenager|newborn|baby|little (?:boy|girl)|(?:\w+[- ]year[- ]old)))",
        values.as_said,
    ),
    Rule(
        "birth order",
        r"be (?P<v>(?:the |an? )?(?:second |third )?(?:oldest|eldest|youngest|middle|only|first|second|third|fourth|last)(?:[- ]?born)?(?: (?:child|one|kid|sibling|sister|brother|son|daughter))?(?: (?:of|in a family of|out of|among) (?:us )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten)(?: (?:\w+ )?(?:siblings|children|kids|brothers|sisters|boys|girls))?)|(?:an )?only child)",
        values.as_said,
    ),
    Rule(
        "lives with",
        rf"(?:still |currently )*(?:live|be living) with (?P<v>my (?:two |three )?(?:{_ADULT})?(?:{_RELATION}|grandparents|in-laws|sisters|brothers|roommates|flatmates|housemates)(?:,? and (?:my )?(?:two |three )?(?:{_RELATION}|sisters|brothers))?)(?: (?:in|at|near|again|until) .*)?",
        values.as_said,
    ),
    Rule(
        "family role",
        r"be (?P<v>an? (?:proud |new )?(?:uncle|aunt|auntie|dad|mum|mom|father|mother|grandfather|grandmother|grandad|grandma|grandpa|granny|godmother|godfather|stepdad|stepmum|stepmom|twin|foster (?:parent|mum|mom|dad|carer)))",
        values.as_said,
        confidence=0.8,
    ),
    Rule(
        "{rel}",
        r"have (?P<v>an? (?:(?:older|younger|big|little|twin|baby|step|half|foster|grown-up)[- ]?)+(?P<rel>sister|brother|son|daughter|cousin|nephew|niece|half-brother|half-sister|stepson|stepdaughter|stepbrother|stepsister))(?: (?:in (?-i:[A-Z]).+|at (?:school|uni|university|college)|abroad))?",
        values.as_said,
        confidence=0.8,
    ),
    Rule(
        "{rel}",
        r"have (?P<v>an? (?P<rel>son|daughter|brother|sister|stepson|stepdaughter|grandson|granddaughter|nephew|niece)),? and an? .+",
        values.as_said,
        confidence=0.8,
    ),
    Rule(
        "landlord",
        r"(?:be )?(?:rent|renting|sublet|subletting)(?: (?:my|our|the|this|an?) (?:[\w-]+ ){0,2}?(?:place|flat|apartment|house|room|studio|office|shop|workshop|garage|land|field|cottage))? from (?P<v>(?!Airbnb|Hertz|Avis|Sixt|Booking|Amazon|Google|AWS|Enterprise|Home Depot)(?-i:[A-Z]).+|an? (?:man|woman|guy|lady|couple|family) (?:called|named) .+|(?:mr|mrs|ms|dr)\.? .+)",
        values.name,
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
        "child",
        r"(?:have|got) (?:twins|(?:two|three|four|\d) (?:kids|children|boys|girls))(?:, | called | named |: )(?P<v>[a-z]+(?:, [a-z]+)*,? and [a-z]+)",
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
        rf"have (?:an?|one) {_ADULT}(?P<rel>{_RELATION}), (?P<v>(?-i:[A-Z])[\w'-]+)(?:,? .*)?",
        values.name,
    ),
    Rule(
        "children",
        rf"be an? (?:single |proud |new )?(?:mother|father|mom|mum|dad|parent) of (?P<v>{_NUMBER})(?: .*)?",
        values.number,
    ),
    Rule("children", r"have (?P<v>twins|triplets),? (?:both|aged|who|of) .*", values.as_said),
    Rule(
        "children",
        r"have (?P<v>an? (?:\d+|[a-z]+)[- ](?:years?|months?|yr)[- ]olds?(?: (?:son|daughter|boy|girl|child|kid|toddler))?)(?: (?:at home|who) ?.*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule(
        "school year",
        r"be (?:now |currently )?in (?P<v>(?:her |his |the )?(?:(?:year|grade|class|form) (?:\d+|[a-z]+)|(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\d+(?:st|nd|rd|th)) (?:grade|form|class)|kindergarten|nursery|(?:primary|elementary|secondary|middle|high) school|sixth form))(?: (?:now|at|this year) ?.*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule(
        "schedule",
        r"work (?P<v>nights|days|shifts|weekends|part[- ]time|full[- ]time|early shifts|late shifts|(?:the )?(?:night|day|early|late|graveyard) shift|two days a week|three days a week|four days a week)",
        values.as_said,
        needs="habit",
        confidence=0.8,
    ),
    Rule(
        "children",
        rf"have (?P<v>{_NUMBER}) (?:(?:small|young|little|grown|adult|foster|adopted|teenage|beautiful|wonderful|great"
        r"|lovely) )*(?:kids|children|boys|girls|toddlers|teenagers)(?:,? and .+)?",
        values.number,
    ),
    Rule(
        "{rel}",
        rf"(?:have|grew up with) (?P<v>{_NUMBER}) {_ADULT}(?P<rel>sons|daughters|brothers|sisters|siblings|cousins"
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
        rf"|one )(?:[\w-]+ ){{0,2}}?(?:{_ANIMAL}s?)(?:,? (?:named|called|whose name is) |, (?=(?-i:[A-Z][a-z]+$)))(?P<v>.+)",
        values.name,
    ),
    Rule(
        "pet",
        rf"(?:have|own) (?:got )?(?P<v>(?:{_NUMBER}|an?|an? pet) (?:[\w-]+ ){{0,2}}?(?:{_ANIMAL})s?(?:,? and (?:{_NUMBER}|an?) (?:[\w-]+ ){{0,2}}?(?:{_ANIMAL})s?)?)(?:,? (?:and"
        r"|named|called|at home|who|that).*)?",
        both,
    ),
    Rule(
        "pet",
        r"(?:have )?(?:just |recently )?(?:adopted|got|rescued"
        rf"|bought) (?P<v>an? (?:[\w-]+ ){{0,2}}?(?:{_ANIMAL}))(?: from .+)?",
        values.anything,
    ),
    *WELLBEING,
    # ---- who
    Rule(
        "weight",
        rf"(?:weigh|be down to) (?:about |around |roughly |currently |now |just )*(?P<v>\d[\d.,]* ?{_WEIGHT})",
        values.as_said,
    ),
    Rule(
        "height",
        rf"be (?:about |around |roughly |just )*(?P<v>{_HEIGHT})(?: tall| in height)",
        values.as_said,
    ),
    Rule(
        "age",
        r"(?:be|have (?:just |already )?turned|turned|just turned)(?: now| already)? (?P<v>\d{1,3}|(?:one|two|three"
        r"|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]+teen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ][a-z]+)?)(?= ?$| years?))(?: years? old| yo| y/o"
        r"| now| today)?",
        values.age,
    ),
    Rule(
        "turning",
        r"turn (?P<v>\d{1,3}|[a-z]+(?:-[a-z]+)?)",
        values.age,
        prefer="future",
        needs="time",
    ),
    Rule("birthday", r"(?:be|was) born on (?P<v>.+)", values.definite),
    Rule("pronouns", r"use (?P<v>(?:she|he|they|xe|ze)/\w+(?:/\w+)?)(?: pronouns)?", values.holding("/")),
    Rule(
        "goes_by",
        r"(?:go by|be called|be known as|(?:prefer|like|want) to be (?:called|addressed as|known as|referred to as)|be better known as) (?P<v>.+)",
        values.name,
    ),
    Rule(
        "name",
        r"(?:have )?(?:changed|legally changed) my (?:(?:\w+ )?name|surname) to (?P<v>.+)",
        values.name,
    ),
    # ---- things
    Rule(
        "owns",
        r"(?:(?:co-?)?own|drive|ride|be having|be the (?:proud )?owner of|run|have opened|opened|be driving)(?: an?| my"
        r"| our| the| own)? (?P<v>.+)",
        values.listed(words.THINGS, 6),
    ),
    Rule("owns", r"(?:own|drive|ride) (?P<v>(?:an? )?.*[A-Z\d].*)", values.branded),
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
        r"wear (?P<v>.+)",
        values.listed(frozenset({"hearing aids", "hearing aid", "insulin pump"}), 3),
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
    *BELONGINGS,
    *HOBBIES,
    *TASTES,
    *AHEAD,
    *DUTIES,
)
