"""Everyday frames around what rows read: "there's a kiln in my cellar", "from May I'll be studying law", "the wiki runs on A behind B".

Rows in the form of `rewordings`: the words a clause begins with, a word of which one is in it, its form, and the statements it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import words

_CAPITAL = r"(?-i:[A-Z\u00c0-\u00de])[\w'-]+"
_NAME = rf"{_CAPITAL}(?: {_CAPITAL})?"
_FULL = rf"{_CAPITAL}(?: (?:(?:von|van|de|der|da|del|la|di|al|bin|dos) )*{_CAPITAL}){{0,3}}"
_TITLED = rf"(?:(?:mr|mrs|ms|miss|dr|prof|professor|captain|sister|father|rev)\.? )?{_NAME}"
_PLACE = r"(?-i:[A-Z\u00c0-\u00de])[^,]*?"
_RELATION = words.one_of(words.RELATIONS)
_ELDERS = r"(?:grand(?:ma|pa|dad|mother|father)|grandad|gran|granny|nan|nana|mum|mom|dad|mam|(?:my|our) [\w' -]{3,25}?|(?:aunt|auntie|uncle) (?-i:[A-Z])\w+)"
_NUMBER = r"(?:\d+|two|three|four|five|six|seven|eight|nine|ten)"
_CHILDREN = (
    r"(?:kids|children|sons|daughters|boys|girls|brothers|sisters|toddlers|teenagers|grandchildren|grandkids)"
)
_SOME_ANIMALS = rf"(?:an?|{_NUMBER}) (?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.ANIMALS)}|pup|chick|bull|mare|cocker|gerbil|cockerel)s?"
_ANIMAL_CUES = " ".join(one for name in words.ANIMALS for one in (name.split()[-1], f"{name.split()[-1]}s"))
_STAGE = r"(?:production|prod|staging|development|dev|qa|testing|preprod|pre-production)"
_DOES = r"(?:is|are|runs?|listens?|uses?|lives?|sits?|has|have|serves?|talks?|goes|go|writes?|connects?)"
_SYSTEM = r"(?:(?:the|this|our) [\w./-]+(?: [\w./-]+){0,3}?|(?:ci|staging|production|prod|billing|search|auth)(?: [\w-]+)?)"
_TOOL = r"[\w.+#-]+(?: (?:(?-i:[A-Z])[\w.+#-]*|v?\d[\w.]*)){0,2}"
_SPAN = r"(?:about |around |roughly |over |under |nearly |almost |at least |up to |a good )*(?:\d[\d.,:]*|an?|half an|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|thirty|forty|fifty|ninety)(?:-(?:two|five))? ?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|days?|weeks?)(?: and an? half)?"
_LONG_WORK = r"(?:(?:full|clean|nightly|whole|typical|single|cold) )*(?:[\w-]+ )?(?:build|builds|ci|pipeline|pipelines|deploy|deploys|deployment|deployments|test suite|test run|tests|suite|backup|backups|restore|migration|migrations|release|import|importer|export|reindex|indexing|rollout|compile|compilation|sync|etl|training run|lint|linting|startup|boot)"
_HARDWARE = r"(?:phone|laptop|car|van|truck|bike|motorbike|computer|pc|desktop|tablet|camera|tv|watch|guitar|printer|boat|router|console|keyboard)"
_ROOM = r"(?:[\w-]+ )?(?:garden|garage|shed|yard|backyard|driveway|attic|basement|allotment|balcony|room|living room|bedroom|kitchen|bathroom|hall|hallway|study|office|cellar|loft|roof|porch|patio|conservatory|desk|house|flat|apartment|home|workshop|barn|field|terrace|nursery|lounge|den|stable|boathouse)"
_NO_POSSESSION = r"(?!(?:[\w-]+ )*?(?:question|idea|problem|lot|bit|few|mess|ghost|leak|feeling|plan|bug|issue|case|loop|error|draft|deadline|situation|failure|challenge|story|list|choice|reason|rule|link|typo|man|woman|person|guy|girl|boy|stranger|fly|noise|smell|hole|spider|stain|wasp|mouse|rat|crack|draught|draft|puddle|bird|party|fire|flood|light|meeting)s?\b)"
_PART_OF_HOME = r"(?:(?:old|whole|back|front|flat|tin) )*(?:kitchen|bathroom|roof|garden|loft|attic|house|flat|driveway|cellar|basement|living room|bedroom|boiler|heating|windows|fence|balcony|terrace|garage|shed|office|shop|café|cafe|school|clinic|building|lift|playground|gym|studio|workshop|street)"
_REMADE = r"(?:ripped out|redone|replaced|rebuilt|renovated|repainted|painted|extended|insulated|converted|rewired|refitted|retiled|tiled|torn down|knocked down|modernised|modernized|restored|dug up|cleared|removed|closed|demolished|serviced|fitted with .+|an? new .+|new .+)"
# What a plan in a talk about code is made of: it is the next step, and none of the speaker's life.
_STEP = r"(?!(?:click|sort|loop|iterate|call|return|parse|test|refactor|use|check|try|add|log|print|cache|split|map|filter|wrap|catch|throw|mock|hash|index|store|fetch|compare|be|have|get (?:the|all|a list|data)|make (?:it|the|sure)|let|ask|see|keep|give|show|put|take over the|rob|kill|steal|escape|defeat|destroy)\b)"
_AFTER = r"(?:after|before|over|by|come) (?:easter|christmas|xmas|new year|the (?:holidays?|summer|winter|wedding|exams?)|summer|winter|spring|autumn|lent|ramadan|midsummer|pentecost|graduation)"
_HEALTH = words.one_of(words.STATES_OF_HEALTH)
_TASTED = r"(?P<a>likes|loves|enjoys|adores|hates|dislikes|prefers|detests|can not stand)"
_OFFICE = r"(?:head|director|manager|chair|secretary|treasurer|captain|coordinator|vp|vice president|dean|leader|curator|warden|editor|keeper|supervisor|foreman|captain|mayor)"
_DISH = r"(?:recipe|dish|meal|pizza|soup|salad|sandwich|curry|cake|stew|sauce|plate|pie|pudding|smoothie|cocktail|drink|burger|wrap|starter|dessert)"
_PART = r"(?:frontend|front end|backend|back end|api|app|server|client|firmware|ui|website|site)"
_BY_APPOINTMENT = (
    "dentist doctor gp hairdresser physio optician orthodontist dermatologist therapist barber chiropractor"
)
_PLAIN_EVENTS = "interview exam appointment meeting wedding flight checkup check-up surgery operation graduation haircut viva audition inspection rehearsal funeral christening hearing"
_VISITORS = r"(?:plumber|electrician|engineer|boiler man|gas man|window cleaner|cleaner|gardener|painters?|builders?|roofer|decorator|carpenter|locksmith|vet|midwife|movers|removal men|surveyor|estate agent|chimney sweep|piano tuner|technician|inspector|photographer|delivery|sofa|fridge|washing machine|new [\w]+)"
_CARGO = r"(?:ship|send|deliver|post|mail|forward|courier)"

ROWS: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    # ---- systems
    ("in on", "production prod staging development dev qa testing preprod", rf"(?:in|on) (?P<e>{_STAGE}),? (?:the|our) (?P<v>[\w./-]+(?: [\w./-]+){{0,3}}? {_DOES} .+)", ("the {e} {v}",)),
    ("locally", "locally", rf"locally,? (?:the|our) (?P<v>[\w./-]+(?: [\w./-]+){{0,3}}? {_DOES} .+)", ("the local {v}",)),
    ("", "behind", rf"(?P<w>{_SYSTEM}) (?:runs|run|is running|is|are|sits|is hosted|is deployed) (?:on|in) (?P<v>{_TOOL}) behind (?:an? |the |our )?(?P<o>{_TOOL})", ("{w} runs on {v}", "{w} runs behind {o}")),
    ("*", "front", rf"(?P<v>{_TOOL}) (?:sits|is|runs|stands) in front of (?P<w>(?:the|our) [\w -]+)", ("{w} sits behind {v}",)),
    ("", "takes take", rf"(?:(?:the|our|an?|one) )?(?P<n>{_LONG_WORK}) (?:now |currently |still |usually )?takes? (?P<v>{_SPAN})(?: (?:to (?:run|finish|complete)|end to end|per run|on \w+))?", ("the {n} has a duration of {v}",)),
    ("the this our", "has have contains consists holds", rf"(?P<w>(?:the|this|our) [\w-]+(?: [\w-]+)?) (?:has|contains|consists of|holds|is split into|comes with) (?P<n>{_NUMBER}) (?P<v>[a-z]+s)(?:: | - ).+", ("{w} has {n} {v}",)),
    ("", "and", r"(?P<w>(?:(?:the|our|all|all the|all our) )?(?:[\w-]+ )?[\w-]+s) (?P<a>(?:go|are shipped|are sent|are written|land|end up|are pushed|are stored) (?:to|in|into|on) [\w ./-]+?) and (?:are |get |stay )?(?P<v>(?:kept|stored|retained|deleted|purged|rotated|archived)(?: .+)?)", ("{w} {a}", "{w} are {v}")),
    ("release version", "release version", r"(?:release|version) (?P<n>v?\d[\d.]*) of (?:our |the )?(?P<v>[\w-]+(?: [\w-]+)?) (?P<a>(?:ships|comes out|is due|lands|goes live|is released|drops|launches|is planned|is scheduled)(?: .*)?)", ("the {v} {n} release {a}",)),
    ("the", "building writing working developing making programming hacking maintaining", r"the (?P<n>[\w-]+(?: [\w-]+){0,3}?) (?:that )?(?:i am|we are) (?:building|writing|working on|developing|making|programming|hacking on|maintaining)(?: (?:right now|at the moment|for [\w ]+))? (?:is|uses|runs) (?P<v>.+)", ("our {n} is {v}",)),
    ("the", "building writing working developing making programming hacking maintaining", r"the (?P<n>[\w-]+(?: [\w-]+){0,3}?) (?:that )?(?:i am|we are) (?:building|writing|working on|developing|making|programming|hacking on|maintaining) is (?:written |built |done )?(?:in|with|on) (?P<v>.+)", ("our {n} uses {v}",)),
    ("you", "find", r"you (?:will|can) find (?:the |our )?(?!an?\b|more|some|it\b|that|this|examples?|answers?|help|details|documentation)(?P<n>[\w-]+(?: [\w-]+){0,2}?) at (?P<v>https?://\S+|(?:[\w-]+\.)+[a-z][\w-]+(?::\d+)?)", ("the {n} is at {v}",)),
    ("it", "on", rf"it is an? (?P<v>{_TOOL}) (?P<n>monorepo|app|project|codebase|repo|site|backend|service|worker|server|script|library|job) on (?P<o>{_TOOL})", ("this {n} uses {v}", "this {n} runs on {o}")),
    ("we", "on", rf"we (?:are|run) (?:still |now )?on (?P<v>{_TOOL}) for (?:the |our |all our )?(?P<n>[\w -]{{2,25}})", ("we use {v}",)),
    ("our the my", "in", rf"(?:our|the) (?P<n>firmware|software|code|backend|app|client|driver) (?:for|of|on|behind) (?:our|the|my) [\w -]+ is (?:written |all )?in (?P<v>{_TOOL})", ("our {n} is written in {v}",)),
    ("", "over via through", rf"(?P<w>{_SYSTEM}) (?:talks|speaks|connects) to (?:the |our )?[\w -]+? (?:over|via|through|using) (?P<v>{_TOOL})", ("{w} uses {v}",)),
    ("main primary default the our", "language database framework linter formatter editor registry orm", rf"(?:(?:the|our) )?(?P<n>(?:main|primary|default) (?:language|database|framework|linter|formatter|registry|orm))(?: (?:here|in this repo|in this project|of this project|of this repo|we use))? is (?P<v>{_TOOL})", ("we use {v}",)),
    ("for on in", "chose picked settled went", rf"(?:for|on|in) (?:the |our |all )?[\w -]{{2,24}},? we (?:have )?(?:chose|chosen|picked|settled on|went with|gone with) (?P<v>{_TOOL})", ("we use {v}",)),
    ("we", "chose picked settled went chosen gone", rf"we (?:have )?(?:chose|chosen|picked|settled on|went with|gone with) (?P<v>{_TOOL})(?: (?:for|as our|as the) .+)?", ("we go through {v}",)),
    ("", "app site service api shop project", rf"(?P<w>{_SYSTEM}) is (?P<a>an?) (?P<v>{_TOOL}) (?P<n>app|site|service|api|shop|project),? (?:and (?:is )?)?(?P<o>(?:deployed|hosted|running) (?:on|to|in) .+)", ("{w} is {a} {v} {n}", "{w} is {o}")),
    ("everything", "sits runs lives", rf"everything (?:sits|runs|lives) on (?:one|an?|a single|two|three) (?P<v>{_TOOL}) (?:box|server|vm|instance|machine|droplet|cluster)s?", ("we are hosted on {v}",)),
    ("", "speaks", rf"(?P<w>{_SYSTEM}) (?:only )?speaks (?:only )?(?P<v>{_TOOL})(?: only)?", ("{w} uses {v}",)),
    ("everything", "everything", rf"everything(?: here| of ours)? (?:is|gets) (?:now )?(?:deployed|built|tested|hosted|formatted|linted|monitored|tracked|provisioned|managed|logged|containeri[sz]ed) (?:with|using|by|in|on|via|through) (?P<v>{_TOOL})", ("we use {v}",)),
    ("frontend backend front back api app server client firmware ui website site", "in", rf"(?P<w>{_PART}) (?:is )?(?:written |built )?in (?P<v>{_TOOL})(?:,| and|,? but) (?:the )?(?P<n>{_PART}) (?:is )?(?:written |built )?in (?P<o>{_TOOL})", ("our {w} is written in {v}", "our {n} is written in {o}")),
    ("the our this", "and", rf"(?P<w>{_SYSTEM}) (?P<a>(?:is|uses) (?:written |built |done |hosted |deployed )?(?:in|with|on)? ?{_TOOL}),? and (?P<o>(?:runs|uses|is|lives|listens|talks|requires|needs|sits) .+)", ("{w} {a}", "{w} {o}")),
    ("the our", "version", rf"(?P<w>{_SYSTEM}) (?:has been|is|are) (?:now |still )?(?:at|on) version (?P<v>\d[\d.]*)", ("the {w} version is {v}",)),
    # ---- what one has
    ("got", _ANIMAL_CUES, rf"got (?P<v>{_SOME_ANIMALS}|{_NUMBER} {_CHILDREN}) and (?P<o>{_SOME_ANIMALS})(?:,? .*)?", ("I have {v}", "I have {o}")),
    ("got", _ANIMAL_CUES, rf"got (?P<v>{_NUMBER} (?:[\w-]+ ){{0,2}}?(?:{words.one_of(words.ANIMALS)})s?)(?: (?:at home|here|now|too|already|running .*))?", ("I have {v}",)),
    ("got have", _CHILDREN[3:-1].replace("|", " "), rf"(?:have )?got (?P<v>{_NUMBER} (?:small |little |young |grown |teenage )*{_CHILDREN})(?:,? (?:at home|here|now|who|and|so|under|aged) ?.*)?", ("I have {v}",)),
    ("there", "my our", rf"there is (?P<a>an?) (?P<v>{_NO_POSSESSION}[\w .-]+?) (?:(?:standing|sitting|parked|set up|waiting|gathering dust|rusting) )?(?:in|on|at|under|by|outside|behind) (?:my|our) {_ROOM}(?:,? (?:and|but|so|that|which|with|since|for|because) .*)?", ("I own {a} {v}",)),
    ("", "left", rf"{_ELDERS} left me (?:(?:his|her|their) (?!(?:[\w-]+ )?(?:number|address|phone number|e-?mail|voicemail|message|regards|love|seat|word|blessing)\b)|(?P<a>an?) (?!voicemail|message|note|mess|text|wreck|choice|letter|card))(?P<v>[\w' -]+?)(?: (?:when|in|after|before|last) .*)?", ("I own a {v}",)),
    ("what", "have own", rf"what (?:i|we) (?:have|own|have got)(?: (?:in|on|at|under|by|for) (?:(?:the|my|our) )?{_ROOM})(?: (?:for|as) [\w -]+?)? is (?P<a>an?) (?P<v>{_NO_POSSESSION}.+)", ("I own {a} {v}",)),
    ("i we", "home house", rf"(?:i|we) (?:have|keep) (?:at home|in the house|at our place) (?P<a>an?) (?P<v>{_NO_POSSESSION}[\w -]+?)(?: (?:of|that|which) .+)?", ("I own {a} {v}",)),
    ("i we", "commute ride cycle drive", r"(?:i|we) (?:ride|cycle|drive|commute on|commute by|take) (?P<a>an?) (?P<v>[\w -]+?) to (?:the (?:office|station|lab|shop|hospital|school)|work|school|uni|college)", ("I own {a} {v}",)),
    ("i", "on", r"i am on (?P<a>an?) (?P<v>(?:pixel|iphone|macbook|galaxy|samsung|thinkpad|fairphone|chromebook|ipad|oneplus|dell|lenovo|surface|kindle|xps|framework|huawei|xiaomi)(?: [\w-]+){0,3})", ("I bought {a} {v}",)),
    ("the", "bought ordered inherited picked", r"the (?P<v>(?!time|tickets?|story|stories|food|lunch|stuff|thing|things|ones?|shares?|stocks?|domain|course|game|app|books?|error|idea|copy|version)[\w -]+?) (?:that )?(?:i|we) (?:bought|ordered|inherited|picked up)(?: (?:in|on|from|last|at|for|second-hand|secondhand|new|used) ?[\w' ]*?)? (?:keeps|is|has|will not|does not|makes|stopped|broke|needs|can not|smells|squeaks|stalls|leaks)\b.*", ("I own a {v}",)),
    # ---- people
    ("my", "half", rf"my (?:better|other) half,? (?P<v>{_NAME}),? .+", ("my partner is called {v}",)),
    ("my our", "parents grandparents brothers sisters cousins sons daughters", rf"(?:my|our) (?:two |older |younger )*(?P<r>parents|brothers|sisters|cousins|sons|daughters),? (?P<v>{_NAME}(?:, {_NAME})*,? and {_NAME})(?:,? .+)?", ("my {r} are called {v}",)),
    ("my our", "says sends say", rf"(?:my|our) (?:older |younger |big |little |elder |dear )?(?P<r>{_RELATION}),? (?P<v>{_NAME}),? (?:says (?:hi|hello|hey)|sends (?:(?:you )?(?:his|her|their) (?:love|regards|best|greetings)|greetings|hugs|love))(?:,? .*)?", ("my {r} is called {v}",)),
    ("i we", "who that", rf"(?:i|we) have (?:an?|one) (?:older |younger |big |little |elder |twin )?(?P<r>{_RELATION}),? (?:called |named )?(?P<v>{_NAME}),? (?:who|that) (?P<rest>(?:lives|works|is|teaches|studies|runs|owns|plays|speaks|has|loves|moved)\b.+)", ("my {r} is called {v}", "my {r} {rest}")),
    ("", "married", rf"(?:[\w-]+(?: and [\w-]+)?) (?:years?|months|decades) (?:happily )?married to (?P<v>{_NAME})", ("I am married to {v}",)),
    ("married", "married", rf"married to (?P<v>{_NAME})(?: for .*| since .*)?", ("I am married to {v}",)),
    ("the my our", "mr mrs ms miss dr", rf"(?:(?:my|our) (?P<r>{_RELATION}|notary|banker)|the (?P<r2>landlord|landlady|caretaker|janitor|gp|doctor|dentist|vet|notary|headmaster|headmistress)), (?:an? )?(?:certain )?(?P<v>(?:mr|mrs|ms|miss|dr)\.? {_NAME})(?:,? .+)?", ("my {r} is called {v}",)),
    ("the", "been see go have use", rf"the (?P<r>{_RELATION}|notary|chiropractor|osteopath|counsellor|counselor) (?:that |who |whom )?(?:i|we) (?:have been (?:with|going to|seeing|using)|see|go to|have|use)(?: (?:for|since) [\w ]+?)? is (?:called |named )?(?P<v>{_TITLED})", ("my {r} is {v}",)),
    ("i we", "named called christened", rf"(?:i|we) (?:have )?(?:just |finally |now )*(?:named|called|christened) (?:the|our|my) (?:new )?(?:baby|newborn|little one|child|little girl|little boy|firstborn) (?P<v>{_NAME})(?:,? .*)?", ("my child is called {v}",)),
    ("i we", "named called christened", rf"(?:i|we) (?:have )?(?:just |finally |now )*(?:named|called|christened) (?:the|our|my) (?:new )?(?P<r>puppy|kitten|dog|cat|pony|horse|rabbit|parrot|hamster|tortoise|son|daughter) (?P<v>{_NAME})(?:,? .*)?", ("my {r} is called {v}",)),
    ("", "turns", rf"(?:(?:my|our) )?(?P<w>{_RELATION}) (?P<v>turns (?:\d{{1,3}}|[a-z]+(?:-[a-z]+)?))", ("my {w} {v}",)),
    # ---- health
    ("", "pregnant", r"(?:(?:about|nearly|almost|already|now) )?(?P<v>(?:\d+|[a-z]+) (?:weeks|months) pregnant)(?:,? (?:and|but|with|here|now|so)\b.*)?", ("I am {v}",)),
    ("being", "being", rf"being (?:an? )?(?P<v>{_HEALTH}|left-handed|right-handed|blind in one eye|dyspraxic|diabetic|coeliac|celiac|vegan|vegetarian),? (?:(?:myself|too),? )?(?P<rest>(?:i|we|my) .+)", ("I am {v}",)),
    ("as", "as", rf"as an? (?P<v>{_HEALTH}|coeliac|celiac|diabetic|asthmatic|epileptic|vegan|vegetarian)(?: person)?,? (?:i (?!would|could)|my) ?.+", ("I am {v}",)),
    ("i we", "down", r"(?:i|we) (?:am|are) (?:down|laid up|in bed) with (?P<v>.+)", ("I have {v}",)),
    ("since", "since", r"since my (?P<v>(?:[\w-]+ )?(?:hip replacement|knee replacement|stroke|heart attack|(?:\w+ )?surgery|(?:\w+ )?operation|transplant|c-section|bypass)),? (?:i|my) .+", ("I have had a {v} since then",)),
    ("my", "operated", r"my (?:(?:left|right) )?(?P<v>[a-z]+) (?:was|has been|got) operated on(?: .*)?", ("I have had {v} surgery",)),
    # ---- ahead
    ("the my our plan", "plan intention", rf"(?:(?:the|my|our) )?(?:(?:current|big|rough|long-term|family|new) )?(?:plan|intention)(?: (?:for|this|next) [\w ]+?)? is (?:now )?to (?P<v>{_STEP}.+)", ("I have decided to {v}",)),
    ("the my our", "idea", rf"(?:the|my|our) idea is to (?P<v>{_STEP}.+)", ("I plan to {v}",)),
    ("the my our", "idea", rf"(?:the|my|our) idea is to (?P<v>{_STEP}.+ {_AFTER})", ("I have decided to {v}",)),
    ("by before", "want", r"(?:by|before) (?:easter|christmas|xmas|new year|summer|winter|spring|autumn|the end of [\w ]+?|(?-i:[A-Z])\w+),? (?P<rest>(?:i|we) (?:want|would like) to (?!scream|cry|die|know|see|be\b).+)", ("{rest}",)),
    ("my our the", "goal aim resolution mission", r"(?:(?:my|our) (?:goal|aim|resolution|mission)(?: (?:for|this|next) [\w ]+?)?|the (?:goal|aim|resolution|mission) (?:for )?(?:this|next) (?:year|month|week|summer|winter|spring|autumn|season|term)): (?P<v>(?!https?|an?\b|the\b|to\b|less|more)\w+ .+)", ("my goal is to {v}",)),
    ("going i we", "after before over by", rf"(?:(?:i am|we are) )?going to (?P<v>(?:start|take up|learn|begin|join|move|sell|buy|quit|apply|train|build|open|book|study|look for|adopt|renovate)\b.+ {_AFTER})", ("I have decided to {v}",)),
    ("i we", "decided", r"(?:i|we) have (?:finally |now |just )*decided(?::| -|,) (?:that )?(?:i|we) (?:will|am going to|are going to|shall) (?P<v>.+)", ("I have decided to {v}",)),
    ("it", "decided settled official", r"it is (?:all |now |finally )*(?:decided|settled|official)(?::| -|,) (?:i am|we are) (?P<v>\w+ing .+)", ("I plan on {v}", "I am {v}")),
    ("i we", "shall will", r"(?:i|we) (?:shall|will) be (?P<v>(?:studying|working|renting|training|learning|commuting|interning|apprenticing|reading|based|living|volunteering|teaching|sharing|looking after|running) .+)", ("I plan on {v}",)),
    ("come", "will be", r"come (?:spring|summer|autumn|winter|september|january|easter|christmas|next \w+|(?-i:[A-Z])\w+),? (?:i|we) (?:will|shall) be (?P<v>(?!(?:fine|ok|okay|quick|back|home|there|right|happy|ready)\b)\w+ing .+)", ("I have decided on {v}",)),
    ("my our the", "gets getting get", rf"(?P<n>(?:my|our) {_PART_OF_HOME}) (?:gets?|is getting|are getting|is going to get|will get) (?P<v>{_REMADE})(?:,? .*)?", ("we plan on getting {n} {v}",)),
    ("now", "booked paid sorted", r"now that (?:my|our) (?P<v>[\w' -]+?) (?:is|are) (?:finally |all )?(?:booked|paid for|sorted)(?:,? (?:i|we|my|all) .*)?", ("I have booked my {v}",)),
    (_BY_APPOINTMENT, _BY_APPOINTMENT, rf"(?:the )?(?P<v>{_BY_APPOINTMENT.replace(' ', '|')})", ("I got a {v} appointment",)),
    ("", _PLAIN_EVENTS, rf"(?:(?:an?|my|the) )?(?P<v>(?:(?!(?:great|good|nice|no|same|bad|long|another|best|worst|first|last|next|any|some|every|each|the|a|an|my|our|your|your|this|that|big|whole)\b)[\w'-]+ )?(?:{_PLAIN_EVENTS.replace(' ', '|')}))", ("I got a {v}",)),
    ("the my our an a", "coming comes arrives", rf"(?P<v>(?:the|my|our|an?) (?:{_VISITORS})) (?:is coming|are coming|comes?|arrives?)(?: (?:to (?:us|me|our place|my place|the house|our house)|round|over|by|out|here|home))?(?: (?:for|to) .+)?", ("I expect {v} coming",)),
    ("me", "are", r"me and (?:my |the |our )?[\w ]{2,20}? are (?P<v>\w+ing .+)", ("I plan on {v}",)),
    ("my", "i", rf"my (?:{_RELATION}) and i are (?P<v>\w+ing .+)", ("I plan on {v}",)),
    ("it", "intended planned foreseen", r"it is (?:intended|planned|foreseen)(?: (?:from|on|by) (?:our side|us|the family|my side))? that (?P<v>.+)", ("we plan on {v}",)),
    ("it", "our us", r"it is (?:intended|planned|foreseen) (?:from|on|by) (?:our side|us|the family|my side) that (?P<v>.+)", ("we have agreed on {v}",)),
    ("i", "name", r"i have put my name down for (?P<v>.+)", ("I have signed up for {v}",)),
    ("i we", "intend", r"(?:i|we) intend to (?P<v>(?!be\b|do\b|use\b).+ before .+)", ("I have decided to {v}",)),
    # ---- what is to be done
    ("someone somebody", "straw me i turn", r"(?:someone|somebody) (?:has to|needs to|must) (?P<v>.+?),? (?:and|so) (?:i drew the short straw|it is (?:going to be )?me|that is me|i am it|it is my turn|that (?:someone|somebody) is me|i volunteered|it fell to me|it will be me|i got picked)", ("I have promised to {v}",)),
    # ---- names and work
    ("good hello hi may allow let", "introduce", rf"(?:(?:good \w+|hello|hi)[,.!]? )?(?:may i|allow me to|let me|i would like to) introduce myself[:,.?-]* (?:i am |my name is )?(?P<v>{_FULL})(?:, .*)?", ("my name is {v}",)),
    ("my the i it", "fine okay ok do short enough works", rf"(?P<w>(?:my |the )?name is {_NAME}|(?:i am|it is) {_NAME})(?:,| -)? (?:but |though )?(?:just )?(?P<v>{_CAPITAL}) (?:is(?: just| totally| perfectly| also)? (?:fine|okay|ok|enough)|will do|works)(?: (?:by|with|for) me| too| for short)*", ("{w}", "call me {v}")),
    ("i", "known called", rf"i am (?:mostly |better |also )?(?:known|called) (?:to|by|among) (?:my |the |most |all )?[\w ]{{2,20}}? as (?P<v>{_NAME})", ("I go by {v}",)),
    ("first given", "surname name", rf"(?:first|given) name:? (?P<v>{_NAME})(?:,| and|,? but)? (?:surname|(?:last|family) name):? (?P<o>{_NAME})", ("my first name is {v}", "my surname is {o}")),
    ("i", "gone", r"i have (?:always |mostly )?gone by (?P<v>(?!(?:train|bus|car|bike|boat|plane|foot|air|sea|coach|tram|ferry|taxi|the|my|our|a|an|that|this|it|instinct|feel|ear|memory|sight|smell|many|several|no|other|different|then)\b)[\w'-]+)(?: (?:since|for|at|in|all|ever) .*)?", ("I go by {v}",)),
    ("it", "talking speaking chatting", rf"it is (?P<v>{_NAME}) (?:that |who |whom )?you are (?:talking|speaking|chatting) (?:to|with)", ("my name is {v}",)),
    ("you", "sign", rf"you (?:can|may|should) (?:just |also )?sign (?:it|them|that|this|off|the [\w-]+|my [\w-]+) (?:off )?(?:as|with) (?P<v>{_TITLED})", ("I go by {v}",)),
    ("since", "surname name", r"since (?!you\b|it\b)[\w' ]+? (?P<rest>my (?:(?:last|family|married|new|full) )?(?:sur)?name is .+)", ("{rest}",)),
    ("with", "name", rf"with a (?:sur|last |first |family )?name like (?P<v>{_CAPITAL}(?: {_CAPITAL})+),? .+", ("my name is {v}",)),
    ("with", "name", rf"with a (?:sur|last |first |family )?name like (?P<v>{_CAPITAL}),? (?:i|people|nobody|everyone|no one) .+", ("my name is {v}",)),
    ("full", "name", rf"full name:? (?P<v>{_FULL})", ("my name is {v}",)),
    ("*", "call calls", rf"(?P<v>{_CAPITAL}) is what (?:my (?:friends|family|mates|kids|colleagues|team)|everyone|everybody|people) calls? me", ("call me {v}",)),
    ("at", "known", rf"at (?:work|school|home|the [\w-]+),? i am (?:mostly |always |just )?known as (?P<v>{_NAME})", ("I go by {v}",)),
    ("as", _OFFICE[3:-1].replace("|", " "), rf"as (?:the )?(?P<v>{_OFFICE} of (?!(?:the )?(?:state|queue|module|steam|time|lettuce|list|line|class|table|pack|game)\b)[\w' -]+?),? (?:i (?!would|could|should|want|need|click)|my) ?.+", ("I am the {v}",)),
    ("as", "at in", rf"as (?P<v>[\w-]+(?: [\w-]+)?) (?:at|in) (?P<o>(?:an?|the) [\w' -]+?|{_NAME}),? i (?!would|could|should|want|need|click).+", ("I work as a {v}",)),
    ("", "where", rf"(?:.*? )?at (?P<v>{_NAME}), where (?:i|we) (?P<a>work|study|teach)(?: (?:now|part-time|full-time|as [\w -]+))?(?:,.*)?", ("I {a} at {v}",)),
    ("our", "at", rf"our (?:team|office|department|canteen|cafeteria|lab|branch|warehouse|union|shift) (?:over )?at (?P<v>{_NAME}) (?:is|are|has|have|will|wants?|needs?|keeps?|uses?|got|just)\b.*", ("I work at {v}",)),
    ("i", "at of for", r"i am (?P<v>(?:[a-z]+ )?(?:treasurer|secretary|bookkeeper|headteacher|caretaker|receptionist|organist|foreman|groundskeeper|paralegal|housekeeper|chaplain|midwife|deputy head)) (?:at|of|for) (?:an?|the|our) .+", ("I am a {v}",)),
    ("*", "where", rf"(?P<v>{_NAME}), where (?:i|we) work,? (?:has |have )?(?:just |recently |now )?(?:cut|hired|moved|announced|launched|fired|laid|gave|pays|offers|closed|bought|merged|switched|raised|stopped|opened|sold|sends|wants|makes|builds|went)\b.*", ("I work at {v}",)),
    ("", "where", rf"(?:.*?\b(?:from|in|near|at|of) )?(?P<v>{_NAME}), where (?:i|we) (?:now )?live(?: (?:now|since .+))?(?:,.*)?", ("I live in {v}",)),
    ("i", "got landed took accepted", r"i (?:have )?(?:finally |just )?(?:got|landed|took|accepted) (?:the|an?|my) (?:new )?(?:job|role|position|post|gig) as (?P<a>an?) (?P<v>.+)", ("I work as {a} {v}",)),
    ("i", "on in", r"(?:i am) (?:on|in|part of) the (?P<v>[\w -]{2,25}?) (?:team|department|dept|crew|squad) (?:of|at|for) (?:an?|the) [\w -]+", ("I am on the {v} team",)),
    ("i", "do", r"i do (?:all |most of )?(?:the )?(?P<v>reception|payroll|bookkeeping|accounts|books|admin|security|catering|deliveries|marketing|translations|night shifts|tech support|it support|quality control|logistics|scheduling|rota|social media|ordering|purchasing|invoicing|billing|hiring|lighting|maintenance|repairs|front desk|customer support|customer service|dispatch|paperwork) (?:at|for|in) (?!me\b|this\b|them\b|(?:my|our) (?:own|family|household|parents|mum|mom|dad|wife|husband|partner|friend)\b(?!'s))[\w' -]+", ("I do {v} for a living",)),
    ("an a", "that", r"an? (?P<v>[\w -]+?), that is me", ("I am a {v}",)),
    ("the", "called", r"the (?P<r>team|squad|department|crew|band|choir) (?:that )?i am (?:on|in|part of) is (?:called|named) (?P<v>.+)", ("I am on the {v} {r}",)),
    # ---- whom one has to do with
    ("the our", "next upstairs downstairs across", rf"(?:the|our) (?:guy|man|woman|lady|girl|boy|person|neighbou?r|one) (?:from |who lives |living )?(?:next door|upstairs|downstairs|across the (?:hall|street|road|way))(?: (?:to|from) (?:us|me))? is (?:called |named )?(?P<v>{_NAME})", ("my neighbor is called {v}",)),
    ("the our", "my our", rf"(?:the|our) (?:new )?(?:guy|girl|person|colleague|hire|starter|woman|man|intern|developer|one) (?:on|in|at) (?:my|our) (?:team|office|department|shift|shop|class|lab|floor|crew)(?: now)? is (?:called |named )?(?P<v>{_NAME})(?:,? .*)?", ("my colleague is called {v}",)),
    ("in at on", "who", rf"(?:in|at|on) (?:my|our) (?:team|office|department|shop|lab|firm|company|school|work),? (?:the )?(?:person|one|guy|woman|man) who [\w' -]+? is (?:called )?(?P<v>{_NAME})", ("my colleague is called {v}",)),
    ("in at on", "handles does runs approves signs keeps", rf"(?:in|at|on) (?:my|our) (?:team|office|department|shop|lab|firm|company|school|clinic),? (?P<v>{_NAME}) (?P<a>handles|does|runs|looks after|takes care of|approves|signs|keeps|manages) (?P<o>(?:all )?(?:the|our) [\w' -]+)", ("my colleague {v} handles {o}",)),
    ("i we", "had", rf"(?:i|we) have (?:just |recently |finally )?had (?:an?|our) (?:baby |little )?(?:girl|boy|baby|son|daughter),? (?:called |named )?(?P<v>{_NAME})", ("my child is called {v}",)),
    ("i we", "have", r"(?:i|we) do not have (?:any )?(?P<v>kids|children|siblings|pets)(?: yet)?", ("I have no {v}",)),
    # ---- pets
    ("", _ANIMAL_CUES, rf"(?P<v>{_SOME_ANIMALS})(?:,? and (?P<o>{_SOME_ANIMALS}))? live (?:in|on|at|with) (?:(?:my|our) (?:{_ROOM}|place|farm)|me|us)", ("I have {v}", "I have {o}")),
    ("there", _ANIMAL_CUES, rf"there are (?P<v>{_SOME_ANIMALS})(?:,? and (?P<o>{_SOME_ANIMALS}))? (?:living )?(?:in|on|at) (?:my|our) (?:{_ROOM}|place|farm)", ("I have {v}", "I have {o}")),
    ("i we", _ANIMAL_CUES, rf"(?:i|we) have (?:got )?(?P<v>{_SOME_ANIMALS}),? and (?P<o>{_SOME_ANIMALS})", ("I have {v}", "I have {o}")),
    ("an a the", _ANIMAL_CUES, rf"(?:an?|the) (?P<r>{words.one_of(words.ANIMALS)}) (?:named|called) (?P<v>{_NAME}) is (?:the|our|my) (?:only )?pet(?: (?:that )?(?:i|we) (?:have|keep))?", ("my {r} is called {v}",)),
    ("the", _ANIMAL_CUES, rf"the (?P<r>{words.one_of(words.ANIMALS)}), (?P<v>{_NAME}), .*\b(?:my|our|me|us)\b.*", ("my {r} is called {v}",)),
    ("it", "that", r"it is (?P<a>an?) (?P<v>[\w .-]+?) that (?:i|we) (?:ride|drive|own|play|shoot with|cycle|take)\b.*", ("I own {a} {v}",)),
    ("the", "belongs", r"the (?P<v>(?!(?:fault|credit|future|past|world|right|blame|decision|choice|idea|code|file|branch|ticket|account)\b)[\w' -]+?) belongs to (?:me|us)", ("I own a {v}",)),
    # ---- where
    ("i we", "live", rf"(?:i|we) live (?:near|by|next to|close to|opposite|behind|above|across from) (?:the|an?|my|our) [\w' -]+? in (?P<v>{_PLACE})", ("I live in {v}",)),
    ("home", "home", r"home(?: (?:for|to) (?:me|us))? is (?:now |currently )?(?P<a>an?) (?P<v>(?:[\w-]+ )?(?:narrowboat|houseboat|caravan|campervan|van|motorhome|boat|yurt|tiny house|mobile home|farm|lighthouse|loft|flat|house|studio|cottage|farmhouse|barn|cabin|bungalow|houseshare))(?: (?P<o>(?:near|in|outside|on|by|just outside) .+))?", ("I live in {a} {v}", "I live {o}")),
    ("as being", "resident", rf"(?:as|being) an? (?:\w+ )?(?P<v>{_NAME}) resident,? (?:i|we|my)\b.*", ("I live in {v}",)),
    (f"please {_CARGO[3:-1].replace('|', ' ')}", "address live", rf"(?:please )?{_CARGO}(?: it| that| this| them| everything)? to (?P<v>[^?]*\d[^?]*?),? (?:please,? )?(?:(?:that|which|it) is|-) (?:(?:my|our) (?:home |postal |new |delivery )?address|where (?:i|we) live)", ("my address is {v}",)),
    ("i we", "floor", r"(?:i am|we are) (?:right )?(?:up |down )?on the (?P<v>(?:ground|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|top|\d+(?:st|nd|rd|th)) floor).*\b(?:lift|elevator|stairs|walk-up)\b.*", ("I live on the {v}",)),
    ("i we", "staying living", rf"(?:i am|we are|i have been|we have been) (?:staying|living|settled) (?:permanently|full-time|for good) in (?P<v>{_PLACE})(?: (?:for|since|from) .+)?", ("I live in {v}",)),
    ("*", "based", rf"(?P<v>{_NAME})[ -]based here(?:,? .*)?", ("I live in {v}",)),
    # ---- tastes
    ("i we", "lot lots loads plenty tons", r"(?:i|we) (?:listen to|watch|read|eat|drink|play) (?:an awful lot of|a lot of|lots of|loads of|plenty of|tons of) (?P<v>(?!(?:[\w-]+ )?(?:code|logs|docs|cvs|e-?mails|papers|reports|errors|files|water|things|stuff|documents|tickets)\b)[\w' -]+)", ("I like {v}",)),
    ("", "better", r"(?P<v>(?!(?:the|these|those|this|that|it|they|option|both|either|which|one|he|she|you|i|my|our|your)\b|\w*\d|\w+day\b)[\w' -]+?) (?:suits?|fits?|works? for|agrees? with) me (?:much |far |a lot |way )?better than (?!(?:the|these|those|this|that)\b|\w+day\b|it was|expected)[\w' -]+", ("I prefer {v}",)),
    ("i", "rather", r"i would (?:always |usually |much |generally )*rather (?:get|have|see|hear|read) (?P<v>(?:the |my )?[\w' -]+? first),? (?:and|then)(?: then)? (?:the )?[\w' -]+", ("I would prefer {v}",)),
    ("i", "rather", r"i would (?:always |usually |much |generally )*rather (?P<v>(?!not\b|see\b|die\b|have\b|be\b|say\b|that\b|you\b|it\b|wait\b|keep\b|we\b)[a-z]+(?: [\w' -]+?)?) than (?!(?:this|that|it)\b)[\w' -]+", ("I would prefer to {v}",)),
    ("i", "find", r"i (?:always |usually |really )?find (?P<v>(?!it\b|that\b|this\b|the\b|these\b)[\w' -]+?) (?:much |far |a lot |way )?(?:easier|better|clearer|nicer|quicker|more \w+)(?: to \w+)?(?: for me)? than (?!(?:the|this|that|these)\b)[\w' -]+", ("I prefer {v}",)),
    ("between", "it its", r"between (?!\d)[\w' -]+? and (?!\d)[\w' -]+?,? (?:it is|its) (?:always )?(?P<v>(?!\d)[\w' -]+?)(?: (?:every (?:single )?time|any day|always|hands down|for me))+", ("I prefer {v}",)),
    ("", "i", r"(?P<v>(?!(?:what|who|where|how|when|why|which|that|this|the|if)\b)[\w' -]{3,25}?) i (?P<a>like|love|enjoy|hate|can not stand)(?:,| but| -) (?:but )?(?P<o>(?!it\b|that\b)[\w' -]{3,25}?) i do not", ("I {a} {v}", "I dislike {o}")),
    ("between", "pick choose take wins", r"between (?!\d)[\w' -]+? and (?!\d)[\w' -]+?,? i (?:will |would )?(?:always )?(?:pick|choose|take|go for) (?P<v>(?!\d)[\w' -]+?) (?:every (?:single )?time|any day|any time)", ("I prefer {v}",)),
    ("between", "wins", r"between (?!\d)[\w' -]+? and (?!\d)[\w' -]+?,? (?P<v>(?!\d)[\w' -]+?) wins (?:every (?:single )?time|any day|hands down)(?: for me)?", ("I prefer {v}",)),
    ("give", "any", r"give me (?P<v>(?!it\b|this\b|that\b|them\b|your\b|one\b|some more|.*\b(?:minutes?|hours?|seconds?|days?|call|ring|shout|hint|over)\b)[\w' -]+?) any day(?: of the week)?", ("I love {v}",)),
    ("as", "big", r"as an? (?:family|couple|household|team) (?P<rest>we are .+)", ("{rest}",)),
    ("when", "rather", r"when (?:i|we) (?!.*\b(?:it|this|that)\b)[\w' ]{3,40}?,? (?:i|we) (?:would |will )?(?:always |usually |much )*rather (?P<v>(?!see\b|have (?:it|the)|not\b)\w+ .+)", ("I would prefer to {v}",)),
    ("as", "someone somebody person", rf"as (?:someone|somebody|a person) who (?:really |always |truly )*{_TASTED} (?P<v>(?!power|it\b|this\b|that\b)[\w' -]+?),? (?:i(?! (?:need|want|would|could|can)\b)|my|this|that|the)\b.*", ("I {a} {v}",)),
    ("my our", "favorite", r"(?P<w>my (?:all-time |absolute )?favorite [\w -]+?) (?:has to be|must be|will always be|remains|would have to be) (?P<v>(?!this|that|the one|it\b).+)", ("{w} is {v}",)),
    ("i", "weakness", r"i have an? (?:real |terrible |serious )?weakness for (?P<v>.+)", ("I love {v}",)),
    ("i", "no", r"i (?:can |could |will |would )?never say no to (?P<v>(?!my\b|the\b|him|her|them|you|anyone|people|a (?:friend|client|customer))(?:an? )?[\w' -]+)", ("I love {v}",)),
    ("i", "doing", r"i can not be doing with (?P<v>(?!it\b|this\b|that\b).+)", ("I dislike {v}",)),
    ("i", "one", r"i am not one for (?P<v>(?!sure|long|now|the record)[\w' -]+)", ("I dislike {v}",)),
    ("", "idea", r"(?P<v>(?!this|that|it\b|what|your|here)(?:an? |the )?[\w' -]+?) is my idea of (?:an? )?(?:good|great|perfect|fun|heaven|nice) ?[\w ]*", ("I love {v}",)),
)  # fmt: skip
