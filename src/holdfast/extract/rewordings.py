"""Roundabout ways to say what rows read: "Bergen is where I live" is "I live in Bergen", "nurse by day" is "I am a nurse".

A rewording says what it stands for as one or more plain statements, which are then read, and refused, as if they had been said so: whether
"Split" is a place or "joiner" a trade is decided there. English only; pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import everyday, words
from .spelling import form

_NAME = r"(?-i:[A-Z\u00c0-\u00de])[\w'-]+(?: (?-i:[A-Z\u00c0-\u00de])[\w'-]+)?"
_TITLED = rf"(?:(?:mr|mrs|ms|miss|dr|prof)\.? )?{_NAME}"
_PLACE = r"(?-i:[A-Z\u00c0-\u00de])[^,]*?"
_RELATION = words.one_of(words.RELATIONS)
_ANIMAL = words.one_of(words.ANIMALS)
_DWELLING = r"(?:place|flat|apartment|house|studio|room|cottage|condo|village|hamlet|town|bungalow|farmhouse|houseshare|flatshare|terrace|duplex|loft|suburb|bedsit|cabin|annexe?)"
_DWELLINGS = (
    "place flat apartment house studio room cottage condo bungalow farmhouse loft cabin terrace duplex"
)
_STREET = r"(?:(?-i:[A-Z])[\w'-]* ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Row|Yard|Way|Drive|Quay|Crescent|Close|Court|Terrace|Gardens|Hill|Grove|Square|Walk|Boulevard|Mews|Parade)"
_SITES = r"(?:github|gitlab|twitter|instagram|insta|discord|reddit|slack|mastodon|strava|twitch|steam|bluesky|linkedin|tiktok|youtube|telegram)"
_TRADE = r"(?:[\w-]+ ){0,3}[\w-]+"
_FOOD = words.one_of(words.FOODS | {"cola", "water", "juice"})
_ROOM = r"(?:[\w-]+ )?(?:garden|garage|shed|yard|backyard|driveway|attic|basement|allotment|balcony|room|living room|bedroom|kitchen|bathroom|hall|hallway|study|office|cellar|loft|roof|porch|patio|conservatory|desk|house|flat|apartment|home|workshop|barn|field|terrace|nursery|lounge|den)"
_A = r"(?P<a>an?) "
_GROUP = r"(?:[\w-]+ )?(?:team|group|department|squad|lab|crew|unit|division|branch|desk|office|section|shift|studio)"
_YEAR = r"(?:first|second|third|fourth|fifth|final|last|1st|2nd|3rd|4th|5th)[ -]year"
_OWN_THINGS = r"(?:dishwasher|fridge|freezer|washing machine|washer|dryer|stove|cooker|kettle|toaster|lawnmower|mower|boiler|tent|stroller|pram|router|thermostat|vacuum|microwave|bike|car|van|truck|motorbike|scooter|phone|laptop|camera|guitar|bass|amp|keyboard|telly|tv|console|printer|desktop|tablet|headphones|piano|boat|camper|campervan|telescope|sewing machine|coffee machine|espresso machine|oven)"

# The words it may begin with ("*": a capital, "": any), words of which one is in it, its form, and the statements it stands for.
_ROWS: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    # ---- names
    ("it its this", "again", rf"(?:it is|its|this is) (?P<v>{_NAME})(?: from [\w' -]+?)? again", ("my name is {v}",)),
    ("it", "spelled spelt with", rf"it is (?P<v>{_NAME}|(?-i:[a-z])\w+),? (?:spelled|spelt|with an? [a-z]\b).*", ("my name is {v}",)),
    ("", "short", rf"(?:my |the )?short (?:form|name) is (?P<v>{_NAME})|(?P<v2>{_NAME}) for short", ("call me {v}",)),
    ("i", "answer", rf"i (?:also |only )?answer to (?P<v>{_NAME})", ("I go by {v}",)),
    ("i", "introduce", rf"i (?:usually |always )?introduce myself as (?P<v>{_NAME})(?: because .+)?", ("I go by {v}",)),
    ("i", "always", rf"i have always been (?P<v>{_NAME})(?: to .+)?", ("I go by {v}",)),
    ("my", "name", rf"my name, (?P<v>{_NAME}), .+", ("my name is {v}",)),
    ("", "nickname", r"nickname is (?P<v>.+)", ("my nickname is {v}",)),
    ("i", "go", rf"i go by (?P<v>[\w.-]+) (?:online|on {_SITES})", ("my username is {v}",)),
    ("i", "on", rf"i am (?P<v>[\w.-]*[\d_.@-][\w.-]*) on {_SITES}", ("my username is {v}",)),
    ("you", "talking speaking", rf"you are (?:talking|speaking|chatting) (?:to|with) (?P<v>{_NAME})", ("my name is {v}",)),
    ("i", "sign", rf"i (?:always |usually )?sign (?:off |my \w+ |everything )?(?:as|with) (?P<v>{_NAME}|(?-i:[A-Z])\. {_NAME})", ("I go by {v}",)),
    ("my", "friends family mates colleagues teammates students", rf"my (?:friends|family|mates|colleagues|teammates|students) (?:all )?(?:know|address) me as (?P<v>{_NAME})", ("I go by {v}",)),
    ("my", "pronouns", r"(?:my )?pronouns: ?(?P<v>\w+/\w+(?:/\w+)?)", ("my pronouns are {v}",)),
    ("", "pronouns", r"(?:please )?(?:use|refer to me (?:with|using|by)|address me with)(?: my)? (?P<v>\w+/\w+(?:/\w+)?)(?: pronouns)?(?: for me)?|(?P<v2>\w+/\w+) pronouns please", ("my pronouns are {v}",)),
    ("", "her him them", r"(?P<v>(?:she|he|they|xe)/\w+(?:/\w+)?)(?: for me)?(?:,? please)?", ("my pronouns are {v}",)),
    ("you", "call", rf"you (?:may|can|could|should) (?:just )?(?:call|address) me(?: as)? (?P<v>{_TITLED})", ("call me {v}",)),
    ("it", "name", rf"it is (?P<v>{_NAME}),? (?:pronounced|by the way|as in) .+", ("my name is {v}",)),
    ("", "name surname nickname handle username", rf"(?!.* middle name$)(?P<v>{_NAME}|[\w.-]*[_\d-][\w.-]*) is my (?P<r>(?:(?:last|first|middle|married|maiden|birth|family|second|full|legal|real|given|pen|stage|preferred) )?name|surname|nickname|handle|user ?name)", ("my {r} is {v}",)),
    ("i", "name", rf"i (?:also |usually |mostly |just )?(?:go by|use|prefer) my (?:middle|second|first|maiden|married|birth|given|family|hebrew|chinese|english) name,? (?P<v>{_NAME})", ("I go by {v}",)),
    ("i let allow", "introduced introduce", rf"(?:i (?:have )?(?:never|not(?: yet)?|did not|forgot to|should(?: have)?|realise i never|realize i never)|let me|allow me to) (?:properly |quickly |first |even |actually )?introduced? myself(?: properly| yet| first)?[:,.-]* (?:i am |my name is )?(?P<v>{_NAME})", ("my name is {v}",)),
    ("i", "christened baptised baptized named born", rf"i was (?:christened|baptised|baptized|named|born) {_NAME},? but (?:i )?(?:(?:now |just |usually )?go by|prefer|am called|answer to) (?P<v>{_NAME})", ("I go by {v}",)),
    ("i", "named christened baptised baptized", rf"i was (?:named|christened|baptised|baptized) (?P<v>{_NAME})(?: (?:after|because|by|for|in) .+)?", ("my name is {v}",)),
    ("i you find follow look reach my", f"under as by {_SITES.replace('|', ' ')}", rf"(?:i am (?:known|listed|registered)|my (?:code|work|stuff|photos|art|music) (?:is|lives)|(?:(?:you (?:will|can) )?(?:find|follow|reach|add|look up) (?:me|my \w+)))(?: (?:online|everywhere|(?:on|at) (?:{_SITES})))? (?:under|as|by) (?:the )?(?:(?:{_SITES}) )?(?:handle |username |user |name )?(?P<v>@?(?!a |an |the |my )[\w.-]+)(?: (?:on|at) (?:{_SITES}))?", ("my username is {v}",)),
    ("i", _SITES.replace("|", " "), rf"i am (?P<v>(?!\w+(?:ing|ed)\b|(?:new|active|live|online|big|famous|huge|popular|back|only|also|not|always|out|up|off|late|everywhere|here|still|now|an?|the|free|mostly|one|more|on|in|at|never|often|just|really|quite|very|so|too|admin|mod)\b)(?-i:[a-z])[\w.-]+) on {_SITES}", ("my username is {v}",)),
    ("i", "go", r"i go by (?P<v>(?:she|he|they|xe)/\w+(?:/\w+)?)", ("my pronouns are {v}",)),
    ("i", "name", rf"i (?:publish|write|perform|record|post|paint|stream|sing|sell|exhibit|blog|act) (?:\w+ )?(?:under|as|by) the (?:pen |stage |artist )?name(?: of)? (?P<v>{_NAME})", ("my pen name is {v}",)),
    ("my our the", "answers listens responds", rf"(?:my|our|the) (?:[\w-]+ ){{0,2}}?(?P<r>{_ANIMAL}) (?:answers|listens|responds) to (?:the name (?:of )?)?(?P<v>{_NAME})", ("my {r} is called {v}",)),
    ("the", "called named name", rf"the (?:new |old )?(?P<r>cat|dog|puppy|kitten|parrot|rabbit|hamster|tortoise|budgie)(?: is (?:called|named)|'s name is) (?P<v>{_NAME})", ("my {r} is called {v}",)),
    ("i we", "named christened", rf"(?:i|we) (?:have )?(?:named|christened) (?:my|our) (?:new )?(?P<r>(?!(?:{_RELATION}|function|variable|branch|class|method|column|component|test|file|field|constant|parameter)\b)[\w-]+(?: [\w-]+){{0,2}}?) (?P<v>{_NAME})", ("my {r} is called {v}",)),
    ("the", "called named", rf"the (?P<r>company|business|firm|shop|studio|agency|startup|cafe|café|bakery|restaurant|charity|band|choir|podcast|blog|newsletter) (?:that )?(?:i|we) (?:run|own|founded|started|built|co-?founded|set up|write|host|sing in|play in) is (?:called|named) (?P<v>{_PLACE})", ("my {r} is called {v}",)),
    ("they at", "call", rf"(?:at (?:home|work|school|church) )?they (?:all |just |mostly )?call me (?P<v>{_NAME})", ("call me {v}",)),
    ("our", "called named", rf"our (?!(?:{_RELATION})\b)(?P<r>[\w-]+(?: [\w-]+)?) is (?:called|named) (?P<v>{_PLACE})", ("my {r} is called {v}",)),
    ("the", "name", rf"the name (?:on|in) my (?:passport|card|id|badge|account|driving licen[cs]e|birth certificate|ticket|profile) is (?P<v>{_NAME})", ("my name is {v}",)),
    ("", "call calls", rf"(?!(?:if|when|you|please|why|what|do not|never|stop|don't|who|they|it|let)\b)[a-z][\w' ]{{2,30}} calls? me (?P<v>{_TITLED})", ("call me {v}",)),
    ("i", "go known", rf"i (?:go by|am known as|am called) (?P<v>{_NAME}) (?:at work|at home|online|professionally|on stage|here|among friends|in public|at school)", ("I go by {v}",)),
    ("", "shorten shortens", rf"(?:most |many |some )?(?:people|friends|everyone|everybody|colleagues) (?:just |usually |mostly )?shortens? (?:my name|it) to (?P<v>{_NAME})", ("call me {v}",)),
    ("my", "named christened", rf"my (?:parents|mum|mom|mother|dad|father|grandmother) (?:named|christened) me (?P<v>{_NAME})(?: .+)?", ("my name is {v}",)),
    ("my", "nickname username handle", r"my (?P<r>nickname|username|handle|user name) (?:here|there|online|at (?:work|school|home)|among (?:my )?\w+|in the \w+) is (?P<v>.+)", ("my {r} is {v}",)),
    ("i we everyone everybody", "call calls", rf"(?:i|we|everyone|everybody) calls? (?:my|our) (?:old |little |new )?(?P<r>{_OWN_THINGS}|{_ANIMAL}|house|cottage|garden|allotment|robot|vacuum|sourdough starter) (?P<v>{_NAME})", ("my {r} is called {v}",)),
    ("*", "and", rf"(?P<v>{_NAME}) and (?P<rest>{_NAME}) are (?:my|our) (?:[a-z]+ )?(?P<r>{_RELATION})s", ("{v} is my {r}", "{rest} is my {r}")),
    ("*", "name", rf"(?P<v>{_NAME}) is the name of (?:my|our) (?:[a-z]+ )?(?P<r>{_RELATION}|{_ANIMAL})", ("my {r} is called {v}",)),
    ("*", "and", rf"(?P<v>{_NAME}) and i (?:are|have been) (?:(?:first|second|old|close|best|good) )?(?P<r>sister|brother|twin|cousin|roommate|flatmate|housemate|neighbor|neighbour|classmate|colleague|coworker|sibling|friend|business partner|bandmate|teammate)s(?: .*)?", ("{v} is my {r}",)),
    ("i we my", "adopted fostered", rf"(?:i|we|my (?:wife|husband|partner) and i) (?:have )?(?:adopted|foster(?:ed)?) an? (?:[\w-]+ )?(?P<r>girl|boy|baby|child|daughter|son) (?:named|called) (?P<v>{_NAME})", ("my child is called {v}",)),
    # ---- told in passing: what the rest of the sentence takes for granted
    ("ever since", "moving relocating", rf"(?:ever )?since (?:moving|relocating)(?: here)?(?: back| over| out)? to (?P<v>{_PLACE}),? (?:i|we|my|our)\b.*", ("I moved to {v}",)),
    ("now", "that", r"now that (?P<v>(?:i|we) (?:have (?:an? |two |three |my own )?|am |are |work |live |teach |study |own |moved |speak |play ).+)", ("{v}",)),
    ("being", "being", rf"being (?P<v>(?:{words.one_of(words.DIETS | words.STATES_OF_HEALTH)}|(?:\w+ly )?allergic to [\w' -]+|from {_NAME}|based in {_NAME}|married to {_NAME}))(?:,.*)?", ("I am {v}",)),
    ("having", "having", r"having (?P<v>(?:two|three|four|five|\d|an?) (?:[a-z]+ )?(?:kids?|children|sons?|daughters?|boys?|girls?|toddlers?|bab(?:y|ies)|newborn|dogs?|cats?|horses?|sisters?|brothers?))(?:,.*)?", ("I have {v}",)),
    ("with", "kids children sons daughters boys girls toddler baby newborn dog dogs cat cats horse", r"with (?P<v>(?:two|three|four|five|\d|an?) (?:(?:small|young|little|teenage|grown|big|old|new) )?(?:kids|children|sons|daughters|boys|girls|toddler|baby|newborn|dogs?|cats?|horse)(?: and (?:an?|two|three) (?:dogs?|cats?|horse|baby|toddler))?)(?: at home| in the house| of (?:my|our) own| around)?(?:,? (?:i|we|my|our)\b.*)?", ("I have {v}",)),
    ("with", "living based", rf"with (?P<w>(?:my|our) (?:{_RELATION})(?: {_NAME})?) (?:now )?(?:living|based) in (?P<v>{_PLACE})(?:,.*)?", ("{w} lives in {v}",)),
    ("with", "working", rf"with (?P<w>(?:my|our) (?:{_RELATION})(?: {_NAME})?) (?:now )?working (?P<a>at|for|as) (?P<v>[^,]+)(?:,.*)?", ("{w} works {a} {v}",)),
    ("with", "being", rf"with (?P<w>(?:my|our) (?:{_RELATION})(?: {_NAME})?) being (?P<v>(?:\w+ly )?allergic to [^,]+|{words.one_of(words.DIETS)}|an? {_TRADE})(?:,.*)?", ("{w} is {v}",)),
    ("thanks because through between with in due from", "job work role position", rf"(?:thanks to|because of|due to|through|between|with|in|from) my (?:job|work|role|position) (?:at|with) (?P<v>{_NAME}|(?:the|an?) (?:{words.one_of(words.WORKPLACES)}))(?:,? (?:i|we|my|our|and)\b.*)?", ("I work at {v}",)),
    ("in", "job work role career", rf"in my (?:job|work|role|career|day job) as (?P<v>an? {_TRADE}?)(?:,? (?:i|we|my)\b.*)?", ("I work as {v}",)),
    ("at in from", "office studio shop gym school workshop", rf"(?:at|in|from) my (?P<n>office|studio|shop|gym|school|workshop) in (?P<v>{_NAME}),? (?:i|we|it|they|there|the|you|my|our|everyone|nobody)\b.*", ("my {n} is in {v}",)),
    ("*", "replaced succeeded", rf"(?P<v>{_NAME}) (?:has |have )?(?:now |just )?(?:replaced|succeeded) (?P<rest>{_NAME}) as (?P<w>my|our) (?P<r>{_RELATION})", ("{v} is {w} {r}, not {rest}",)),
    # ---- places
    ("home", "home", rf"home (?:for me |for us |base )?is (?:now )?(?:in )?(?P<v>{_PLACE})(?: (?:now|these days|for now))?", ("I live in {v}",)),
    ("my our", "place", rf"(?:my|our) place is (?:in|near|just outside) (?P<v>{_PLACE})", ("I live in {v}",)),
    ("i we", "living", rf"(?:i|we) (?:am|are|have been) .{{1,40}}? living in (?P<v>{_PLACE})", ("I live in {v}",)),
    ("i we", "of from", rf"(?:i|we) live (?:about |around |roughly |just )?(?:an?|\d+|\w+) (?:[\w-]+ ){{0,2}}?(?:north|south|east|west|outside|away|\w+ drive|\w+ walk)(?: of| from) (?P<v>{_PLACE})", ("I live near {v}",)),
    ("my our", "retired emigrated moved", rf"(?P<w>(?:my|our) {_RELATION}s?) (?:have )?(?:retired|emigrated|moved out|moved away|moved down|moved up|moved over) to (?P<v>{_PLACE})(?: (?:after|because|when|ages|years|last|in|a few|two|three) ?.*)?", ("{w} moved to {v}",)),
    ("i we my our home", "at", r"(?:i am|we are|(?:i|we) (?:live|reside|stay|dwell)|home is|my place is|our place is|my house is|our house is) at (?P<v>\d+[a-z]? (?:(?-i:[A-Z])[\w'-]* ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Row|Yard|Way|Drive|Dr|Quay|Crescent|Close|Court|Place|Terrace|Gardens|Hill|Grove|Park|Square|Walk)\b(?:, .+)?)", ("my address is {v}",)),
    ("i we", "timezone zone time", r"(?:i am|we are) (?:in|on) (?:the )?(?P<v>(?:us )?(?:pacific|eastern|central|mountain|atlantic)|central european|eastern european|british summer|(?:utc|gmt) ?[+-]\d\S*)(?: time ?zone| time)", ("my timezone is {v}",)),
    ("i we", "utc gmt", r"(?:i am|we are) (?:in|on|at) (?P<v>(?:utc|gmt)(?: ?[+-]\d\S*)?)", ("my timezone is {v}",)),
    ("*", "where", rf"(?P<v>{_PLACE}),? is where (?:(?:i|we) (?:now )?live|home is|i am based)(?: now)?", ("I live in {v}",)),
    ("*", "home", rf"(?P<v>{_PLACE}) (?:is|has been) (?:now |my |our )?home(?: (?:for|to) (?:me|us))?(?: (?:now|these days|for now))?", ("I live in {v}",)),
    ("i we", "made call called", rf"(?:i|we) (?:have )?(?:(?:made|make|called|call) (?P<v>{_PLACE}) (?:my|our)?(?: new)? ?home|(?:made|make) (?:my|our) home in (?P<v2>{_PLACE}))", ("I live in {v}",)),
    ("i we", "rent share sublet renting sharing", rf"(?:i|we) (?:am |are )?(?:currently )?(?:rent(?:ing)?|shar(?:e|ing)|sublet(?:ting)?) (?:an? |the |our )?(?:[\w-]+ ){{0,2}}{_DWELLING} (?:in|near|outside(?: of)?|just outside(?: of)?) (?P<v>{_PLACE})(?: with .+)?", ("I live in {v}",)),
    ("i we", "in", rf"(?:i am|we are|i live|we live) in (?:an? |the )?(?:[\w-]+ ){{0,3}}{_DWELLING} (?:in|near|outside(?: of)?|just outside(?: of)?|by|close to|not far from|north of|south of|east of|west of) (?P<v>{_PLACE})", ("I live in {v}",)),
    ("i we", "settled ended wound", rf"(?:i|we) (?:have )?(?:finally )?(?:settled(?: down)?|ended up|wound up) in (?P<v>{_PLACE})(?: (?:after|with|because) .+)?", ("I live in {v}",)),
    ("i", "resident native", rf"i am an? (?:proud |lifelong )?(?P<v>{_PLACE}) resident", ("I live in {v}",)),
    ("i", "native local", rf"i am an? (?:proud |lifelong )?(?P<v>{_PLACE}) (?:native|local)", ("I am from {v}",)),
    ("as", "someone", rf"as (?:someone|somebody) (?:who )?(?:lives|living|based) in (?P<v>{_PLACE}), .+", ("I live in {v}",)),
    ("here", "in", rf"here in (?P<v>{_NAME}),? (?:it|we|i|there|the|you|everything|everyone|nobody|people)\b.*", ("I live in {v}",)),
    ("i", "expat immigrant foreigner student", rf"i am an? (?:\w+ )?(?:expat|immigrant|foreigner|exchange student) (?:living )?in (?P<v>{_PLACE})", ("I live in {v}",)),
    ("my our", "family", rf"(?:my|our) (?:whole )?family (?:is|comes|hails) (?:originally )?from (?P<v>{_PLACE})", ("I am from {v}",)),
    ("", "bred raised", r"(?:i (?:was|am) )?(?:born and (?:bred|raised)|raised|brought up) (?:just )?(?:in|near|outside(?: of)?) (?P<v>.+)", ("I am from {v}",)),
    ("", "living", r"(?:i have |have )?been living (?:in|near) (?P<v>.+?)(?: for .+| since .+)?", ("I live in {v}",)),
    ("i", "passport citizenship", rf"i (?:hold|have|am on) (?:an? |dual )?(?P<v>{words.one_of(words.NATIONALITIES)}) (?:passport|citizenship)", ("I am {v}",)),
    ("", "originally", rf"(?:i am )?originally (?P<v>{words.one_of(words.NATIONALITIES)})(?:, .+)?", ("I am {v}",)),
    ("my our the", "family household parents", r"(?:my|our|the)(?: whole| entire| little)? (?:family|household) (?:and i )?(?P<rest>(?:have |has )?(?:moved|relocated|emigrated|settled|lives?) .+)", ("we {rest}",)),
    ("i we", "up", rf"(?:i|we) grew up (?:on|in) an? [\w ]{{3,25}}? (?:near|in|outside(?: of)?|just outside(?: of)?|by|close to) (?P<v>{_PLACE})", ("I am from {v}",)),
    ("i", "come comes", r"i (?:originally come|come originally) from (?P<v>.+)", ("I come from {v}",)),
    ("*", "grew born raised", rf"(?P<v>{_PLACE}) is where i (?:grew up|was born|was raised|am from|come from)", ("I am from {v}",)),
    ("the my our", "live", rf"(?:the|my|our) (?:[\w-]+ ){{0,2}}?(?:town|village|city|place|suburb|district|neighbou?rhood|borough|hamlet|island|area) (?:(?:where|that) )?(?:i|we) live(?: in)?(?: now)? is (?:called )?(?P<v>{_PLACE})", ("I live in {v}",)),
    ("my our", "is", rf"(?:my|our) (?:town|village|home city|suburb|district|neighbou?rhood|borough|hamlet) is (?:called )?(?P<v>{_PLACE})", ("I live in {v}",)),
    ("home", "home", rf"home(?: (?:for|to) (?:me|us)| base)? is (?:now |currently )?(?:an?|the|our|my) (?:[\w-]+ ){{0,3}}?(?:{_DWELLING}|city|port|farm|penthouse|estate|island|hamlet|barn) (?:(?:called|named|in|near|by|on|outside(?: of)?|just outside(?: of)?|at the edge of|close to|not far from) )(?P<v>(?:the )?{_PLACE})", ("I live near {v}",)),
    ("", "postcode zip post postal", r"(?:the|my|our)? ?(?P<r>postcode|zip code|postal code|zip|post code)(?: (?:at|for|of|here|where) .{0,30}?)? is (?P<v>[\w -]*\d[\w -]*)", ("my {r} is {v}",)),
    ("my our", _DWELLINGS, rf"(?:my|our) (?:new |old |little |tiny |current |rented )*{_DWELLING} (?:is|sits|stands|lies|is located|is situated) (?:up |just |right |down )?(?:(?:above|below|opposite|behind|next to|over|across from) (?:the |an? )[\w' -]+? )?(?:on|at|off|along|in) (?P<v>(?:the (?:end|corner|top|bottom|foot|far end) of )?{_STREET})", ("I live on {v}",)),
    ("my our", _DWELLINGS, rf"(?:my|our) (?:new |old |little |tiny |current |rented |studio |basement |top-floor )*(?:{_DWELLING}|home) (?:(?:is|sits|stands|lies|is located|is situated) (?:up |just |right |down )?(?:in|on|at|near|above|behind|by|beside|close to|next to|opposite|across from) (?!(?:the )?(?:market|sale|fire|order|hold))(?:(?:the |an? )?(?!end|corner|top|bottom)[\w' -]+? (?:in|near|of|outside(?: of)?|outside) )?|(?:overlooks|looks over|looks out on|faces|backs onto|is a (?:\w+ )?(?:minutes|mins|walk|stone's throw|block|street)s? (?:\w+ )?from) [\w' -]+? (?:in|of|near) )(?:the (?:old town|centre|center|heart|middle|outskirts|suburbs|north|south|east|west) of )?(?P<v>{_PLACE})", ("I live in {v}",)),
    ("", "got found bought have", rf"(?:i |we )?(?:have )?(?:just |finally |recently )*(?:got|found|have|signed (?:the lease|for)) (?:my|our|the keys (?:to|for) (?:my|our))(?: own| new| first| very own| little)* {_DWELLING} (?:in|near|outside) (?P<v>.+)", ("I live in {v}",)),
    ("i we", "streets blocks doors stops houses", rf"(?:i|we) live (?:an?|one|two|three|four|five|\d+|a few|a couple of) (?:streets?|blocks?|doors?|stops?|houses?) (?:away |up |down |over )?from (?P<v>{_PLACE})", ("I live near {v}",)),
    ("i we", "countryside sticks suburbs hills mountains woods coast outskirts valley country", rf"(?:i|we) (?:now )?live (?:out |up |down )?(?:in|on) the (?:[\w-]+ )?(?:countryside|sticks|suburbs|hills|mountains|woods|coast|outskirts|valley|country) (?:near|of|outside|above|around|south of|north of|west of|east of) (?P<v>{_PLACE})", ("I live near {v}",)),
    ("i we", "moved", rf"(?:i|we) (?:have )?(?:just |recently )?moved (?:back )?in with (?:my|our) [\w' ]+? in (?P<v>{_PLACE})", ("I live in {v}",)),
    ("my our the", "residence", rf"(?:my|our|the) (?:place of |country of |main |primary |permanent )?residence(?: of)? is (?:in )?(?P<v>{_PLACE})", ("I live in {v}",)),
    ("i we", "parents place house flat", r"(?:i|we) (?:am |are )?(?:still |currently |back )*liv(?:e|ing) (?:at|in|with) (?:my|our) [\w' ]{3,20}?(?:place|house|flat|home|apartment|farm|parents|grandparents|sister|brother|aunt|uncle|cousin)(?: [\w]+)?? (?:in|near|outside) (?P<v>.+)", ("I live in {v}",)),
    ("i we", "across opposite next corner behind", rf"(?:i|we) live (?:right |just |directly )?(?:across (?:the (?:street|road|river) )?from|opposite|next (?:door )?to|around the corner from|behind|down the road from|up the road from|a stone's throw from|walking distance from|within walking distance of) (?P<v>{_PLACE}|the {_PLACE})", ("I live near {v}",)),
    ("my our the", "time", r"(?:my|our|the) (?:local )?time(?: here)? is (?P<v>(?:utc|gmt|cet|eet|wet|est|pst|cst|mst|ist|jst|aest)(?: ?[+-]\d\S*)?)", ("my timezone is {v}",)),
    ("the my our", "call", rf"(?:the|my|our) (?:[\w-]+ )?(?:town|village|city|place|island) (?:(?:where|that) )?(?:i|we) call home is (?P<v>{_PLACE})", ("I live in {v}",)),
    ("the my our", "nearest closest", rf"(?:the|my|our) (?:nearest|closest) (?:[\w-]+ )?(?:city|town|airport|station|village)(?: to (?:me|us|here|my place))? is (?P<v>{_PLACE})", ("I live near {v}",)),
    ("i we", "in at", rf"(?:i|we) live in (?:student (?:housing|accommodation|digs)|halls|dorms|social housing|shared housing|sheltered housing|a (?:dorm|commune|squat|hostel|hall of residence)) (?:in|at|near) (?P<v>{_PLACE})", ("I live in {v}",)),
    ("", "address", r".*\bmy (?:home |postal |mailing |delivery |shipping |new |current )?address(?:,|:| \(| -) ?(?P<v>\d+[a-z]? [^()]+?)\)?", ("my address is {v}",)),
    ("my our", "place flat house apartment home", r"(?:my|our) (?:[a-z]+ )?(?:place|flat|house|apartment|home|studio) is in (?P<v>(?!order|ruins|shambles|chaos|need|bad|good|great|the\b|an?\b|my\b|our\b|disarray|perfect|escrow|foreclosure).+)", ("I live in {v}",)),
    # ---- tastes
    ("*", "i", r"(?P<v>[\w' -]+?) (?:is|are) the (?P<r>(?!one|only|first|last|next|same|thing|way|part|reason|best|worst|person|people|tool|file)[\w-]+) (?:that )?i (?:like|love|enjoy|prefer|listen to|read|watch|eat|drink)(?: the)? (?:best|most)", ("my favorite {r} is {v}",)),
    ("the", "i", r"the (?P<r>(?!one|only|first|last|next|same|thing|way|part|reason|best|worst|person|people|tool|file)[\w-]+) (?:that )?i (?:like|love|enjoy|prefer|listen to|read|watch|eat|drink)(?: the)? (?:best|most) is (?P<v>[\w' -]+)", ("my favorite {r} is {v}",)),
    ("of among out", "favorite", r"(?:of|among|out of) all (?:the |my |of )*(?P<r>[\w-]+?)s?(?: (?:there are|i know|in the world))?,? (?P<v>[\w' -]+?) (?:is|are) my favorites?", ("my favorite {r} is {v}",)),
    ("nothing", "than", r"nothing (?:makes me (?:happier|more relaxed|feel better)|is better|tastes better|cheers me up more|sounds better)(?: to me)? than (?P<v>(?!before|ever|expected|nothing|this|that|it|you|what)[\w' -]+)", ("I love {v}",)),
    ("", "tastes taste smells", r"(?P<v>(?!it|this|that|everything)[\w' -]+?) (?:tastes?|smells?) (?:like (?:soap|cardboard|dirt|feet|nothing|metal)|awful|disgusting|horrible|gross|vile|revolting|terrible)(?: to me)?", ("I dislike {v}",)),
    ("love i", "some", r"(?:i )?(?:do )?love me (?:some|a good) (?P<v>.+)", ("I love {v}",)),
    ("i", "only always", r"i (?:only|always|mostly) (?:ever )?(?:drink|eat|wear|buy|read|watch|listen to|fly|shop at|travel by|pay by|pay in|book|stay in|order) (?P<v>(?!the same|it|this|that|what|when)[\w' -]+)", ("I prefer {v}",)),
    ("for when", "choice pick favorite go-to", r"(?:for|when it comes to) (?:[\w-]+ ){0,4}?[\w-]+, (?P<v>[^,]+?) (?:is|are) (?:still |always )*my (?:(?:\w+ )?of choice|pick|go-to|favorite)", ("I prefer {v}",)),
    ("*", "choice pick", r"(?P<v>[\w.'+# -]+?) (?:is|are|has been) (?:still |always )*my (?:[\w-]+ of choice|pick(?: of the bunch)?)", ("I prefer {v}",)),
    ("given if i", "choice", r"(?:given (?:the|a) choice|(?:if )?(?:i (?:have|had|get|got) (?:the |a |any )?choice|given (?:the|a) choice)|if it (?:was|were) up to me),? i (?:would |will |always |usually |generally )*(?:take|choose|pick|go for|opt for|have|go with|prefer|rather have|rather take) (?P<v>.+)", ("I would prefer {v}",)),
    ("anything everything i", "anything everything", rf"(?:(?:i am (?:happy|fine|good) with |i (?:like|love|enjoy|watch|read|listen to) )(?:almost |nearly |pretty much |basically )?(?:anything|everything) (?:by|from|with) (?P<v>{_NAME})|(?:anything|everything) (?:by|from|with) (?P<v2>(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day){_NAME}) (?:suits me|works for me|is fine by me|is fine with me|goes|makes me happy|is good|is great|does it for me|will do|is a hit with me)(?: .+)?)", ("I like {v}",)),
    ("nothing", "like", r"nothing (?:relaxes|calms|cheers|soothes|wakes|comforts|excites|restores) me (?:up |down )?(?:like|more than|quite like) (?P<v>.+)", ("I love {v}",)),
    ("i", "joy pleasure kick satisfaction comfort", r"i (?:get|find|take|draw) (?:\w+ )*?(?:joy|pleasure|satisfaction|comfort|a kick) (?:out of|from|in) (?P<v>.+)", ("I love {v}",)),
    ("i", "without", r"i can not (?:get through|start|survive|face) (?:the|a|my) (?:day|week|morning|night|month|shift) without (?:an? |my |some )?(?P<v>.+)", ("I love {v}",)),
    ("i", "live", r"i could (?:happily |easily )?live (?:on|off) (?P<v>[a-z -]+)", ("I could eat {v} every day",)),
    ("i", "tooth", r"i have an? (?:real |serious |massive )?(?:sweet tooth|soft spot|weakness|craving) for (?P<v>.+)", ("I love {v}",)),
    ("i", "relaxing soothing fascinating calming delightful enjoyable therapeutic comforting thrilling inspiring satisfying irresistible", r"i (?:really |always )?find(?! it\b| them\b| that\b| this\b) (?P<v>[\w' -]+?) (?:(?:really|very|so|incredibly|quite|deeply|absolutely) )?(?:relaxing|soothing|fascinating|calming|delightful|enjoyable|therapeutic|comforting|thrilling|inspiring|satisfying|irresistible)", ("I like {v}",)),
    ("i", "boring dull tedious annoying irritating unbearable exhausting draining stressful overrated depressing nauseating disgusting pointless cringe", r"i (?:really |always )?find(?! it\b| them\b| that\b| this\b) (?P<v>[\w' -]+?) (?:(?:really|very|so|incredibly|quite|deeply|absolutely) )?(?:boring|dull|tedious|annoying|irritating|unbearable|exhausting|draining|stressful|overrated|depressing|nauseating|disgusting|pointless|cringe)", ("I dislike {v}",)),
    ("my", "pleasure weakness passion obsession poison food happy", r"my (?:biggest |one |only |main |latest |current )?(?:guilty pleasure|weakness|passion|obsession|comfort food|happy place) is (?P<v>.+)", ("I love {v}",)),
    ("i", "best", r"i (?:always )?(?:sleep|work|learn|think|concentrate|focus|study|travel|relax|write) best (?:on|in|with|at|by|under|during|after|to) (?P<v>(?!the same|this|that|it|home)[\w' -]+)", ("I prefer {v}",)),
    ("i", "tea coffee steak eggs toast whisky pizza bagel porridge martini", r"i (?:always |usually )?(?:take|have|drink|eat|order) my (?P<v>(?:morning |iced )?(?:tea|coffee|steak|eggs|toast|whisky|pizza|bagel|porridge|martini)s? (?:with|without|black|white|rare|medium|neat|plain|on|in|well)\b.*)", ("I prefer {v}",)),
    ("", "beats trumps", r"(?:the )?(?P<v>(?!that|this|it|nothing|what|your)[\w -]+?) (?:beats|trumps) (?:the )?[\w -]+?(?: for me| any day| every time| in my book)+(?:[, ].*)?", ("I prefer {v}",)),
    ("i", "favor favour", r"i (?:tend to |always |usually |generally )?(?:favor|favour) (?P<v>.+)", ("I prefer {v}",)),
    # ---- work and study
    ("", "training studying apprenticing", rf"(?:i am )?(?:in )?(?:training|studying|apprenticing) to (?:be|become) {_A}(?P<v>{_TRADE})", ("I am training as {a} {v}",)),
    ("", "living", rf"(?:i )?(?:earn|make) (?:my|a) living as {_A}(?P<v>{_TRADE})", ("I work as {a} {v}",)),
    ("", "day", rf"(?:i am )?(?:an? )?(?P<v>{_TRADE}) by day(?:[, ].*)?", ("I am a {v}",)),
    ("being", "being", rf"being {_A}(?P<v>{_TRADE}),? (?P<rest>i .+)", ("I am {a} {v}", "{rest}")),
    ("as", "as", rf"as {_A}(?P<v>{_TRADE}?),? (?P<rest>i (?!want|can|could|need|should|would|expect|may|must|will|am able|(?:am )?suppose|see\b|click).+)", ("I am {a} {v}", "{rest}")),
    ("", "here", rf"(?:an? )?(?P<v>{_TRADE}?) (?:at|with) (?P<o>{_PLACE}) here", ("I am a {v} at {o}",)),
    ("", "here", rf"(?!the|our|my|no|any|every|your|this|that|is|are|what|who)(?:an? )?(?:professional )?(?P<v>{_TRADE}?) here(?:,? .*)?", ("I am a {v}",)),
    ("speaking", "as", rf"speaking as {_A}(?P<v>{_TRADE}?),? .+", ("I am {a} {v}",)),
    ("i", "student", r"i am a (?:[\w-]+ )?student of (?P<v>[\w -]+?)(?: (?:at|in) .+)?", ("I am studying {v}",)),
    ("", "degree", r"(?:i am )?(?:studying|working|reading) (?:for|towards) (?:an?|my) (?:[\w']+ )?(?:degree|phd|master'?s|bachelor'?s|doctorate|diploma) in (?P<v>[\w -]+?)(?: at .+)?", ("I am studying {v}",)),
    ("i", "university college", r"i am at (?P<v>(?:the )?(?:(?-i:[A-Z])[\w-]* )*(?:University|College)(?: of (?-i:[A-Z])\w+)?)", ("I study at {v}",)),
    ("as", "of", r"as an? (?P<w>(?:single |new |busy )?(?:mother|mum|mom|father|dad|parent)) of (?P<v>\d|one|two|three|four|five|six),? (?:i|we|my)\b.*", ("I am a {w} of {v}",)),
    ("i", "only sole", rf"i am the (?:only|sole|one) (?P<v>{_TRADE}?) (?:on|in|at|here\b).*", ("I am a {v}",)),
    ("", "retired", rf"(?:i am an? )?retired (?P<v>{_TRADE}?),? (?:aged |age )?(?P<n>\d\d)(?: years old| yo)?(?: .*)?", ("I am a retired {v}", "I am {n} years old")),
    ("", "retired", rf"retired (?P<v>{_TRADE}?)", ("I am a retired {v}",)),
    ("my", "company employer startup firm business agency", rf"my (?:company|employer|startup|firm|business|agency), (?P<v>{_PLACE}), .+", ("my employer is {v}",)),
    ("my", "at", rf"my (?:new |current |first |day )?(?:boss|manager|team|colleagues?|coworkers?|co-workers|job|role|contract|desk|line manager|teammates?) (?:over )?at (?P<v>{_NAME}) (?:is|are|was|has|have|will|wants?|needs?|keeps?|says?|asked|likes?|runs?|uses?|pays?|ends?|starts?)\b.*", ("I work at {v}",)),
    ("", "left quit", rf"(?:i )?(?:have )?(?:just |recently )?(?:left|quit) (?P<a>{_NAME}) (?:and (?:went|moved|switched|jumped|am now) (?:over )?(?:to|at|with)|to join|for) (?P<v>{_NAME})", ("I left {a}", "I joined {v}")),
    ("i", "career life", r"i have been in (?P<v>[\w -]+?) (?:my whole|my entire|all my|most of my) (?:career|working life|life)", ("I work in {v}",)),
    ("i", "with", rf"i am with (?P<v>{_NAME}), (?:been there|have been|for|since|in)\b.*", ("I work at {v}",)),
    ("", "student", rf"(?:i am )?(?:an? )?(?P<v>{_YEAR} {_TRADE} student)(?: here)?(?: (?P<o>(?:at|in) .+))?", ("I am a {v}",)),
    ("", "year", rf"(?:i am )?in (?:my )?(?:{_YEAR}) (?:of|studying|in|doing) (?!school|high|primary|college|uni\b|university)(?P<v>[\w -]+?)(?: at .+)?", ("I am studying {v}",)),
    ("", "minoring majoring", r"(?:i am )?majoring in (?P<v>[\w -]+?)(?:,? (?:and |with a )?minor(?:ing)? in .+)?", ("I am studying {v}",)),
    ("by", "by", r"by (?:trade|day|profession|training|background|education),? (?P<rest>i .+)", ("{rest}",)),
    ("day", "job", rf"day job:? (?:is )?(?P<v>{_TRADE}?) (?:at|for|with) (?P<o>{_PLACE})", ("I am a {v} at {o}",)),
    ("", "freelancing freelance moonlighting moonlight", r"(?:i )?(?:have )?(?:been )?(?:freelanc(?:e|ing)|moonlight(?:ing)?) as (?P<a>an?) (?P<v>(?!team|unit|group)[\w-]+(?: [\w-]+)?)(?: (?:from|for|in|since|on) .+)?", ("I work as {a} {v}",)),
    ("i we", "quit left", r"(?:i|we) (?:have )?(?:just |recently |finally )?(?:quit|left) (?:my|the) (?:job|role|position|post) (?:at|with|in) (?P<v>.+)", ("I left {v}",)),
    ("i", "phd master masters doctorate degree postdoc", rf"i am (?:doing|finishing|pursuing|writing up) (?:my|an?) (?:phd|master'?s|doctorate|degree|postdoc|b\.?tech|mba|ba|bsc|msc) (?:at|from) (?P<v>{_NAME})(?: (?:on|in) (?P<rest>[\w -]+))?", ("I study at {v}", "I am studying {rest}")),
    ("i", "lecture tutor", r"i (?:lecture (?:on|in)|tutor) (?P<v>[\w -]+?)(?: (?P<o>at .+))?(?: on weekends| part-time)?", ("I teach {v}",)),
    ("i", "handle charge look after head", r"i (?:handle|look after|head(?: up)?|am in charge of|am responsible for) (?P<v>customer support|customer service|payroll|accounts|logistics|procurement|it support|hr|marketing|sales|compliance|security|operations|recruitment|purchasing|data entry|billing)(?: (?:at|for) .+)?", ("my profession is {v}",)),
    ("i", "squad crew department", r"i am (?:on|in|part of) the (?P<v>[\w -]{2,25}) (?:squad|crew|department|dept)", ("I am on the {v} team",)),
    ("*", "team group department squad lab crew unit division branch desk office class me us", rf"(?P<v>{_TITLED}) (?:supervises|manages|is in charge of|is responsible for|oversees|bosses) (?:(?:our|my) (?:whole |little )?{_GROUP}|me|us)(?: (?:at|in|on) .+)?", ("my manager is {v}",)),
    ("*", "team group department squad lab crew unit division branch desk office", rf"(?P<v>{_TITLED}) (?:leads|heads(?: up)?|runs|directs|chairs) (?:our|my) (?:whole |little )?{_GROUP}(?: (?:at|in|on) .+)?", ("my team lead is {v}",)),
    ("*", "mentors coaches teaches tutors trains", rf"(?P<v>{_TITLED}) (?:mentors|coaches|trains) me(?: (?:at|in|on|for) .+)?", ("my mentor is {v}",)),
    ("our my", "run led headed managed supervised", rf"(?:our|my) {_GROUP} is (?:run|led|headed(?: up)?|managed|supervised|directed) by (?P<v>{_TITLED})", ("my team lead is {v}",)),
    ("the", "report", rf"the (?:person|manager|one) (?:that |who )?i report to is (?P<v>{_TITLED})", ("my manager is {v}",)),
    ("i we", "supervised managed", rf"(?:i am|we are) (?:supervised|managed|line-managed|overseen) by (?P<v>{_TITLED})", ("my manager is {v}",)),
    ("i", "mentored coached", rf"i am (?:being )?(?:mentored|coached|trained) by (?P<v>{_TITLED})", ("my mentor is {v}",)),
    ("*", "employs hired pays", rf"(?P<v>{_PLACE}) (?:employs|hired|has hired|pays) me(?: (?:as|to be) (?P<rest>an? .+?(?= (?:for|in|at|on|since|last|this|next|after|until|and|but|to|because|so|from|where|who)\b|,|$)))?(?:,? .*)?", ("I work at {v}", "I work as {rest}")),
    ("i", "started start", rf"i (?:have )?(?:just |recently )?start(?:ed)? as {_A}(?P<v>{_TRADE}?)(?: (?P<o>(?:at|with|for|in) .+))?", ("I work as {a} {v}",)),
    ("my", "employer workplace employers", rf"my (?:employer|workplace|place of work) is the (?P<v>(?:[\w-]+ ){{0,3}}[\w-]+(?: in {_PLACE})?)", ("I work at the {v}",)),
    ("i", "write draw report shoot play", rf"i (?:write|draw|report|edit|shoot|drive|fly|cook|sing|dance) for (?P<v>the {_PLACE})", ("I work for {v}",)),
    # ---- people and animals
    ("i", "married divorced widowed", r"i am (?P<s>happily married|married|divorced|widowed|separated) with (?P<v>\d|one|two|three|four|five|six) (?:[a-z]+ )?(?:kids|children)", ("I am {s}", "I have {v} kids")),
    ("i", "single", r"i am single(?: (?:and|but|so|at|these|now|again)\b.*)", ("I am single",)),
    ("i", "single", r"i am a single (?P<v>mum|mom|dad|father|mother|parent)", ("I am single",)),
    ("", "married", rf"(?:i |we )?(?:just )?got married to (?P<v>{_NAME})(?: .+)?", ("I am married to {v}",)),
    ("one", "of", rf"one of my (?:best |closest |oldest |good )?(?P<r>friend|cousin|sister|brother|uncle|aunt|nephew|niece|colleague|coworker|neighbour|neighbor|daughter|son|cat|dog)s, (?P<v>{_NAME}),.*", ("my {r} is called {v}",)),
    ("i we", "who that", rf"(?:i|we) have (?P<a>an?) (?P<r>{_RELATION}|{_ANIMAL}),? (?:named|called) (?P<v>{_NAME}),? (?:who|that) .+", ("I have {a} {r} named {v}",)),
    ("the", "is", rf"the other \w+, (?P<v>{_NAME}), is my (?P<r>{_RELATION})", ("my {r} is called {v}",)),
    ("my our", "at from", rf"(?:my|our) (?P<r>{_RELATION}) is (?P<v>(?:dr|mr|mrs|ms|prof)\.? {_NAME}) (?:at|from|in) .+", ("my {r} is called {v}",)),
    ("my our", "twins kids children boys girls sons daughters", rf"(?:my|our) (?P<r>twins|kids|children|boys|girls|sons|daughters),? (?P<v>{_NAME}(?:, {_NAME})*,? and {_NAME}),? .+", ("my {r} are called {v}",)),
    ("*", "my our", rf"(?P<v>{_TITLED}), (?:my|our) (?P<r>(?:[a-z]+ )?(?:{_RELATION}|{_ANIMAL})), (?P<rest>.+)", ("my {r} is called {v}", "my {r} {rest}")),
    ("my our", "my our", rf"(?:my|our) (?P<r>(?:[a-z]+ )?(?:{_RELATION}|{_ANIMAL})) \((?P<v>{_TITLED})\)(?: (?P<rest>.+))?", ("my {r} is called {v}", "my {r} {rest}")),
    ("my our", "my our", rf"(?:my|our) (?:[\w-]+ ){{0,2}}?(?P<r>{_ANIMAL}),? (?P<v>{_NAME}),? is (?P<rest>an? [\w -]+)", ("my {r} is called {v}", "my {r} {v} is {rest}")),
    ("my our", "my our", rf"(?:my|our) (?:[\w-]+ ){{0,2}}?(?P<r>{_ANIMAL}),? (?P<v>{_NAME}),? (?!and i\b|died|passed)(?:(?:is|was|has|had|will|can|does|needs?|got|also|always|never|just|still|turned|refuses|won't|will|keeps?|loves?|hates?|likes?|eats?|sleeps?|barks?|[a-z]+s|[a-z]+ed)\b)(?: .*)?", ("my {r} is called {v}",)),
    ("*", "our my", rf"(?P<v>{_NAME}) is (?:my|our) (?:[\w-]+ ){{0,2}}?(?P<r>{_ANIMAL})", ("my {r} is called {v}",)),
    ("", "mate bestie bff pal", rf"(?P<v>{_NAME}) is my (?:best mate|bestie|bff|best pal|best bud(?:dy)?)|my (?:best mate|bestie|bff|best pal) is (?:called |named )?(?P<v2>{_NAME})", ("my best friend is {v}",)),
    ("", "of", r"(?P<w>(?:(?:proud|single|new|busy|tired) )?(?:mother|mum|mom|father|dad|parent)) of (?P<v>\d|one|two|three|four|five|six)(?: .*)?", ("I am a {w} of {v}",)),
    ("my our", "boy", rf"(?:my|our) (?:little|wee|big|eldest|oldest|youngest|baby) boy,? (?P<v>{_NAME}),? (?P<rest>.+)", ("my son is called {v}",)),
    ("my our", "girl", rf"(?:my|our) (?:little|wee|big|eldest|oldest|youngest|baby) girl,? (?P<v>{_NAME}),? (?P<rest>.+)", ("my daughter is called {v}",)),
    ("my our", "my our", rf"(?:my|our) (?P<r>(?:[a-z]+ )?(?:{_RELATION})) (?P<v>{_TITLED}) (?!died|passed)(?:(?-i:[a-z]+(?:s|ed))|will|can|never|just|always|got|had|went|took|put|came|made|said)\b(?: .*)?", ("my {r} is called {v}",)),
    ("*", "and", rf"(?P<v>{_NAME}) and i (?:have been |are |got |just got |were )?(?:happily )?married(?: .*)?", ("I am married to {v}",)),
    ("*", "and", rf"(?P<v>{_NAME}) and i (?:have been|are) (?:together|dating|a couple|an item|in a relationship)(?: .*)?", ("I am dating {v}",)),
    ("*", "and", rf"(?P<v>{_NAME}) and i (?:have been|are|got) engaged(?: .*)?", ("I am engaged to {v}",)),
    ("*", "and", rf"{_NAME} and i (?P<rest>(?:are|live|moved|own|have|love|like|hate|prefer|use|run|work|play|rent|bought|adopted) .+)", ("I {rest}",)),
    ("i we", "baby little newborn", rf"(?:i|we) (?:have|had|just had|are having) (?:an? )(?:new )?(?:baby|little|newborn) (?P<r>girl|boy|daughter|son),? (?:named |called )?(?P<v>{_NAME})(?:,? .*)?", ("my {r} is called {v}",)),
    ("i we", "who that", rf"(?:i|we) have an? (?:[a-z]+ )?(?P<r>{_RELATION}) (?:who|that) (?P<rest>(?:lives|works|is|teaches|studies|runs|owns|plays|speaks|has|loves|moved)\b.+)", ("my {r} {rest}",)),
    ("my our a an *", "gave left made built knitted bought", r"(?:my|our|an?) (?:[\w'-]+ ){0,2}[\w'-]+ (?:gave|left|made|built|knitted|bought) (?:me|us) (?:an?|the|his|her|their|this) (?:old |own |spare |lovely )*(?P<v>[\w .-]+?)(?: (?:for|when|last|as|before|in|on) .+)?", ("I bought a {v}",)),
    ("i we", "share sharing", rf"(?:i|we) (?:share|am sharing|are sharing) (?:the|an?|my|our) (?:[\w-]+ )?(?:flat|house|room|apartment|place|dorm|office) with (?P<v>{_NAME})", ("my roommate is {v}",)),
    ("in on at", "my our", rf"(?:in|on|at|behind|outside|under) (?:my|our) {_ROOM},? (?:(?:there )?(?:is|stands|sits|hangs|lives)|(?:i|we) (?:have|keep)) (?P<a>an?) (?P<v>[\w -]+)", ("I own {a} {v}",)),
    ("my our", "family household parents", r"(?:my|our) (?:whole )?(?:family|household) (?:has|owns|keeps|drives) (?P<v>.+)", ("we own {v}",)),
    ("the our", "home", rf"(?:the|our) (?P<n>{_OWN_THINGS}) (?:at home|in the \w+|in our \w+|we have) is {_A}(?P<v>.+)", ("my {n} is {a} {v}",)),
    # ---- things
    ("i we", "use", r"(?:i|we) (?:use|wear|type on|cook on|heat with|sleep on|commute on) (?P<a>an?) (?P<v>(?:[\w-]+ ){0,2}(?-i:[A-Z])[\w-]*(?: [\w-]+){0,2} (?:keyboard|mouse|monitor|trackball|headset|watch|mic|microphone|chair|desk|tablet|printer|mixer|oven|stove|cooker|grinder|kettle|knife|pan|bike|scooter|tent|backpack|stroller|pram|sewing machine|loom|lens|tripod|pump|hearing aids?|wheelchair|router))(?: .+)?", ("I own {a} {v}",)),
    ("i we", "own", r"(?:i|we) own (?:about |around |some |roughly |over |nearly )?(?P<v>(?:\d[\d,]*|\w+ (?:hundred|thousand)|a few hundred|hundreds of|dozens of) (?:[\w-]+ )?\w+s)", ("I own {v}",)),
    ("", "running", r"(?:i am )?running (?P<v>[\w. -]+?) on (?:my|an?|the) .+", ("I use {v}",)),
    ("the our", " ".join(_OWN_THINGS[3:-1].split("|")), rf"(?:the|our) (?:family |work |other |main )?(?P<n>{_OWN_THINGS}) is {_A}(?P<v>.+)", ("my {n} is {a} {v}",)),
    ("my", "of", rf"my (?P<n>{_OWN_THINGS}|instrument) of choice is (?P<v>.+)", ("my {n} is {v}",)),
    ("my our", "my our", rf"(?:my|our) (?P<n>(?:[a-z]+ )?{_OWN_THINGS}),? {_A}(?P<v>[^,]+), (?P<rest>.+)", ("my {n} is {a} {v}",)),
    ("", "here", r"(?:i am )?on an? (?P<v>[\w .-]+?) here", ("I bought a {v}",)),
    ("i", "typing writing reading", r"i am (?:typing|writing|reading) (?:(?:this|it) )?(?:up )?(?:on|from) (?:an?|my) (?!(?:\w+ )?(?:flat|house|home|place|bed|desk|office|hotel|room|kitchen|balcony|sofa|apartment|garden)\b)(?P<v>[\w .-]+)", ("I bought a {v}",)),
    ("i", "play game gaming", r"i (?:play|game|am gaming) on (?:an?|my|the) (?P<v>[\w .-]+)", ("I bought a {v}",)),
    ("i", "shoot cycle race paint draw record practice practise train", r"i (?:mostly |usually |still )?(?:shoot|cycle|race|paint|draw|record|practi[cs]e|train) (?:with|on) (?:an?|my) (?P<v>[\w .-]+)", ("I bought a {v}",)),
    ("i", "ride drive cycle", r"i (?:usually |mostly )?(?:ride|drive) (?:an?|my) (?P<v>[\w .-]+?) (?:to (?:work|school|the office|uni)|every ?day|daily|around town)", ("I bought a {v}",)),
    ("", "inherited", r"(?:i |we )?(?:have )?inherited (?:an?|the|my \w+'s|his|her) (?P<v>[\w .'-]+?)(?: (?:from|when|off) .+)?", ("I own a {v}",)),
    ("", "pair", r"(?:i |we )?(?:have|own|got|bought|wear|have got) a pair of (?P<v>[\w -]+)", ("I bought a {v}",)),
    ("", "leased financed gifted", r"(?:i |we )?(?:have )?(?:just |recently |finally )*(?:leased|financed|was gifted|were gifted|got gifted) (?P<a>an?) (?P<v>[\w .'-]+)", ("I bought {a} {v}",)),
    ("", "got", r"(?:i |we )?(?:just |recently |have )*(?:got|was given|were given) (?P<a>an?) (?P<v>[\w .'-]+?) (?:as a (?:gift|present|birthday present)|for (?:christmas|xmas|my birthday|our anniversary)|from (?:my|our) .+)", ("I bought {a} {v}",)),
    ("", "got treated bought", r"(?:i |we )?(?:just |recently |finally |have )*(?:got|treated|bought) (?:myself|ourselves)(?: to)? (?P<a>an?|some|the|two) (?P<v>[\w .'-]+?)(?: (?:for|as|last|this|in) .+)?", ("I bought {a} {v}",)),
    ("we", "got installed", r"we (?:just |recently |finally |have )*(?:got|installed|had) (?:an? |some )?(?P<v>solar panels|heat pump|wood stove|log burner|hot tub|pool|electric car|ev charger|wallbox|greenhouse|new kitchen|puppy|allotment|air fryer|dishwasher|piano)(?: (?:installed|fitted|put in))?", ("I own a {v}",)),
    ("i we", "had", r"(?:i|we) have had (?:an?|my|our|this|the same) (?P<v>[\w .-]+?)(?: for (?:\d+|\w+|the last .+|over .+|about .+|nearly .+) (?:years?|months?|decades?)| since .+| for (?:years|ages|decades))?", ("I bought a {v}",)),
    ("i", "upgraded", r"i (?:have )?(?:just |recently |finally )?upgraded to an? (?P<v>[\w .-]+)", ("I bought a {v}",)),
    ("i we", "keep garage garden shed driveway attic", r"(?:i|we) (?:keep|have) (?P<a>an?) (?P<v>[\w -]+?) (?:in|on|at) (?:my|the|our) (?:back |front )?(?:garden|garage|shed|yard|backyard|driveway|attic|basement|allotment|balcony|roof|marina|barn|cellar)", ("I own {a} {v}",)),
    ("there", "my our", rf"there is (?P<a>an?) (?P<v>[\w -]+?) (?:standing |sitting |parked |set up )?(?:in|on|at|under|by|outside|in the corner of) (?:my|our) {_ROOM}", ("I own {a} {v}",)),
    ("there", "my our", rf"there are (?P<v>(?:two|three|four|five|six|\d+) [\w -]+?s) (?:standing |sitting |parked )?(?:in|on|at|under|by|outside) (?:my|our) {_ROOM}", ("I own {v}",)),
    ("two three four five six a an one", "share shares live lives sleep sleeps rule roam roams live", rf"(?P<v>(?:two|three|four|five|six|\d+|an?) (?:[\w-]+ ){{0,2}}?(?!mouse|mice|rat|pigeon|fox|bird)(?:{_ANIMAL})s?) (?:shares?|lives?|sleeps?|roams?|rules?|nests?|grazes?) (?:(?:with|in|on|under|behind|at|by|around) )?(?:me|us|(?:my|our) .+)", ("I have {v}",)),
    ("i for", "carry", r"(?:for [\w ]{3,20},? )?i (?:always |usually |still )?(?:carry|wear|use|travel with) (?P<a>an?) (?P<v>[\w .-]+?)(?: (?:everywhere|with me|around|every ?day|for .+))?", ("I bought {a} {v}",)),
    ("i", "play fly sail row paddle shoot print brew bake sew knit weave game film listen edit mow", r"i (?:mostly |usually |still |only )?(?:play (?=.* (?:guitar|bass|piano|violin|viola|cello|keyboard|synth|sax|flute|harp|drum kit|strat|telecaster|organ|accordion|mandolin|banjo|ukulele)$)|fly |sail |row |paddle )an? (?P<v>[\w .-]+)|i (?:mostly |usually |still |only )?(?:shoot|print|brew|bake|sew|knit|weave|game|film|listen|edit|mow)(?: (?:on film|on vinyl|music|at home|everything))? (?:on|with|through) (?:an?|my) (?P<v2>[\w .-]+)", ("I bought a {v}",)),
    ("all", "have got own", r"all (?:i|we) (?:have(?: got)?|own|got)(?: (?:at home|here|right now))? is (?P<a>an?) (?P<v>.+)", ("I own {a} {v}",)),
    ("the my our", "only", r"(?:the|my|our) only (?:[\w-]+ )?(?:oven|stove|cooker|pan|pot|knife|tool|camera|printer|car|bike|vehicle|transport|phone|computer|machine|laptop|instrument|device|screen|monitor|lamp|heater|heating|drill|saw|guitar|keyboard|tent|bag|coat|suit)(?: (?:that )?(?:i|we) (?:have|own|use|have got))? is (?P<a>an?) (?P<v>[\w .-]+)", ("I own {a} {v}",)),
    ("the", "drive ride own use have play", rf"the (?P<n>{_OWN_THINGS}) (?:that )?(?:i|we) (?:drive|ride|own|use|have|play|type on|shoot with) is {_A}(?P<v>.+)", ("my {n} is {a} {v}",)),
    ("i we", "heat cook", r"(?:i|we) (?:heat|warm|cool)(?: (?:our|my|the) [\w ]{2,20})? with (?P<a>an?) (?P<v>[\w -]+)", ("I own {a} {v}",)),
    ("i we", "near behind under outside beside", r"(?:i|we) have (?P<a>an?) (?P<v>[\w -]+?) (?:near|behind|under|outside|beside|down by|next to) .+", ("I have {a} {v}",)),
    ("i we", "cabin cottage house chalet flat apartment boat caravan farmhouse barn", r"(?:i|we) (?:have|own|got|have got) (?P<a>an?) (?:[\w-]+ ){0,2}(?P<v>cabin|cottage|summer house|holiday home|beach house|chalet|farmhouse|barn|caravan|houseboat|holiday flat|allotment) (?:up |down |out |over )?(?:by|near|in|on|at|outside|close to) .+", ("I own {a} {v}",)),
    # ---- systems and work
    ("", "what", r"(?P<v>[\w.+#-]+(?: [\w.+#-]+){0,2}) (?:is|are) what (?P<w>we|i) (?P<a>use|run|deploy (?:to|with)|host on|build with|test with|track)(?P<o>(?: (?:for|as|on|in) .+)?)", ("{w} {a} {v}{o}",)),
    ("what", "use run", r"what (?P<w>we|i) (?P<a>use|run)(?P<o>(?: (?:for|as|on|in) .+?)?) is (?P<v>.+)", ("{w} {a} {v}{o}",)),
    ("you look find", "find look", r"(?:you (?:will|can) find|find|look for) (?:the |our |all the )(?P<n>[\w -]+?) (?P<a>in|under|at|on) (?P<v>\S+|the [\w-]+ (?:repo|folder|bucket|directory))", ("the {n} live {a} {v}",)),
    ("", "moved migrated switched gone went", r"(?P<w>we|i) (?:have )?(?:just |recently |finally )?(?:moved|migrated|switched|gone|went)(?: away)? (?:off(?: of)?|away from) (?P<a>.+?) (?:on)?to (?P<v>.+)", ("{w} switched from {a} to {v}",)),
    ("it", "monorepo app project codebase repo site backend service stack", r"it is (?:all )?(?P<a>an?) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?) (?P<n>monorepo|app|project|codebase|repo|site|backend|service)", ("this {n} is {a} {v} {n}",)),
    ("everything it all", "everything all", r"(?:everything|it all|all of it)(?: here| in (?:here|this repo|the repo))? (?:is|is written in|is all) (?P<v>[\w.+#-]+)(?: (?P<n>\d[\d.]*))?", ("the code is all {v}",)),
    ("", "stack", r"(?:our |the |tech )*stack (?:is|consists of|includes)(?: mostly| basically)? (?P<v>.+)", ("we use {v}",)),
    ("", "package test linter formatter orm branch ci database stack bundler hosting framework", r"(?:our |the )?(?P<n>package manager|test runner|test framework|linter|formatter|orm|default branch|main branch|ci|database|bundler|framework|type checker): (?P<v>[\w./+#-]+(?: [\w.+#-]+)?)", ("our {n} is {v}",)),
    ("the my doc doctor doctors gp", "put started got prescribed", r"(?:the |my )?(?:doctor|doc|gp|consultant|specialist|psychiatrist|cardiologist|neurologist)s? (?:has |have )?(?:just )?(?:(?:put|started|got) me on (?:to )?|prescribed (?:me )?)(?P<v>.+)", ("I am on {v}",)),
    ("there", "in on behind", r"there (?:is|are) (?P<v>(?:about |around |roughly |over )?(?:\d[\d.,]*[km]?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)(?: (?:hundred|thousand|million|billion))? \w+) (?:in|on|behind) (?P<n>(?:the|our) [\w -]+)", ("{n} has {v}",)),
    ("on for in", "we", r"(?:on|for|in) (?:the |our )?(?P<n>backend|frontend|database|db|ci|auth|caching|search|queues?|monitoring|logging|styling|tests?|testing|payments|hosting|deployments?|analytics|e-?mails?),? we (?:use|run|are on|have|rely on) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)", ("we use {v} for the {n}", "we use {v}")),
    ("the our", "minimum oldest lowest min", r"(?:the|our) (?:minimum|oldest|lowest|min)(?: supported| required)? (?P<n>[\w.+#]+)(?: version)? is (?P<v>\d[\d.]*)", ("we require {n} {v}",)),
    # ---- ahead
    ("", "due", r"(?!(?:it|he|she|they|that|this|there|what|which|who|when|i|we|you|my|our|the|his|her|their|an?)\b)(?P<n>[\w'-]+(?: [\w'-]+){0,2}) (?:is|are) due(?P<o>(?: .*)?)", ("the {n} is due{o}",)),
    ("it", "job turn duty on up", r"it is (?:my (?:job|turn|duty|responsibility|task)|our (?:job|turn|duty)|on me|up to me|down to me) to (?P<v>.+)", ("I have to {v}",)),
    ("someone somebody", "needs has must", r"(?:someone|somebody) (?:needs to|has to|must) (?P<v>.+?) (?:while|when) (?:i am|we are) (?:away|gone|out|abroad|on holiday)(?: .+)?", ("I have to {v}",)),
    ("there", "to", r"there (?:is|are) (?:still )?(?P<v>(?:an?|two|three|four|five|\d+|some) (?:[\w-]+ ){1,3}(?:left )?to (?:send|pay|sign|write|finish|review|grade|mark|pack|wash|iron|fix|return|post|prepare|sort out|file|print))(?: .+)?", ("I have {v}",)),
    ("there", "appointment meeting interview exam concert party evening wedding gig conference reunion funeral festival fair recital rehearsal inspection dinner lunch barbecue bbq viewing workshop webinar training audit drill flight ceremony match tournament", r"there is (?P<a>an?) (?P<v>(?:[\w'-]+ ){0,3}?(?:appointment|meeting|interview|exam|concert|party|evening|wedding|gig|conference|reunion|funeral|festival|fair|recital|rehearsal|inspection|dinner|lunch|barbecue|bbq|viewing|workshop|webinar|training|audit|drill|ceremony|match|tournament)(?: (?:at|in|with|for) .+)?)", ("I have {a} {v}",)),
    ("i we", "decided agreed", r"(?P<w>i|we) (?:have )?(?:all |now )*(?:decided|agreed) (?:to (?:use|go with|adopt)|on) (?P<v>[\w.+#-]+(?: [\w.+#-]+)?)(?P<o>(?: (?:for|as) .+)?)", ("{w} use {v}{o}",)),
    ("it", "wedding exam interview graduation", r"it is (?P<w>my|our) (?P<v>[\w' -]*(?:wedding|exam|interview|graduation))", ("{w} {v} is",)),
    ("i we", "swapped traded", rf"(?P<w>i|we) (?:have )?(?:just |recently |finally )?(?:swapped|traded) (?P<a>{_FOOD}) for (?P<v>{_FOOD})", ("{w} prefer {v} to {a}",)),
)  # fmt: skip
# By what they begin with, by a word that is in them: the places of the rows.
_ALL = (*_ROWS, *everyday.ROWS)
_PLACES: dict[str, dict[str, list[int]]] = {}
for _place, _row in enumerate(_ALL):
    for _first in _row[0].split() or [""]:
        for _cue in _row[1].split():
            _PLACES.setdefault(_first, {}).setdefault(_cue, []).append(_place)


def reworded(text: str, said: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Yield the plain statements that a clause may stand for, one row after the other; `said` are its words (`spelling.tokens`)."""
    begins = ("", text.split(" ", 1)[0].lower(), "*" if text[:1].isupper() else "")
    by_cues = [_PLACES[begin] for begin in begins if begin in _PLACES]
    fitting = {at for by_cue in by_cues for cue in by_cue.keys() & said for at in by_cue[cue]}
    for place in sorted(fitting):
        pattern, statements = _ALL[place][2:]
        if match := form(pattern).fullmatch(text):
            groups = match.groupdict()
            groups["v"] = groups.get("v") or groups.get("v2")
            if "r2" in groups:
                groups["r"] = groups["r"] or groups["r2"]
            unsaid = [f"{{{name}}}" for name, said in groups.items() if said is None]
            yield tuple(one.format(**groups) for one in statements if not any(map(one.__contains__, unsaid)))
