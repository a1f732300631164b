"""What people say of their health, their diet and what else is sensitive, as rows (see `rules`)."""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import Rule
from .spelling import form


def intolerance(raw: str, casual: bool) -> values.Values:
    """A food somebody cannot take, as a condition."""
    return tuple(f"{one} intolerance" for one in values.each(words.FOODS)(raw, casual))


def drug(raw: str, casual: bool) -> values.Values:
    """A medicine: words that only end like one are left out."""
    return (raw,) if len(raw) > 5 and raw.lower() not in words.NO_DRUG else ()


def injury(raw: str, casual: bool) -> values.Values:
    """What is wrong with a part of the body; a heart that is broken is no injury."""
    return (
        ()
        if form(r"(?:.*\b)?(?:broke|broken|weak|torn|tore) (?:my |an? )?heart").fullmatch(raw)
        else (values.unled(values.bare(raw)),)
    )


WORN = (
    r"(?:really |very |quite |extremely |totally |severely |deathly |highly |mildly |slightly "
    r"|seriously |badly |strictly |strict |fully |mostly |completely |practicing |practising "
    r"|devout |proud |openly |currently |now |also |actually )*"
)
BODY = r"(?:left |right |lower |upper )?(?:ankle|wrist|arm|leg|foot|toe|finger|thumb|knee|shoulder|hip|back|elbow|collar ?bone|ribs?|hand|nose|jaw|neck|achilles|hamstring|acl|meniscus|rotator cuff|tailbone|heart|knees|hips|ankles)"
_CONDITION = words.one_of(words.CONDITIONS)
_FOOD = words.one_of(words.FOODS)
_DOSE = r"(?:(?:[\d.]+|five|ten|twenty|fifty|(?:one|two|a) hundred|half a|one|two|three|four) ?(?:mg|mcg|ml|g|iu|units?|milligrams?|micrograms?|millilit(?:re|er)s?|grams?|drops?|puffs?|tablets?|pills?|capsules?) (?:of )?)"
# What somebody gets about, hears or breathes with, and how a part of the body is.
_AID = r"(?:wheelchair|power ?chair|walking stick|walking frame|white cane|cane|crutch(?:es)?|rollator|walker|zimmer(?: frame)?|mobility scooter|hearing aids?|cochlear implant|cpap(?: machine)?|insulin pump|glucose monitor|nebuli[sz]er|prosthe\w+|(?:\w+ )?prosthetic|screen reader|guide dog|colostomy bag|stoma|feeding tube|catheter|oxygen (?:tank|concentrator)|sleep apn(?:o)?ea machine|tens machine|leg brace|back brace|knee brace)"
_AILING = r"(?:arthritic|fused|titanium|artificial|prosthetic|damaged|dislocated|broken|fractured|torn|sprained|in (?:a cast|plaster)|weak|dodgy|swollen|inflamed|paraly[sz]ed|numb|frozen)"
WELLBEING: Sequence[Rule] = (
    Rule(
        "condition",
        rf"(?:use|rely on|walk with|get (?:around|about) (?:in|with|on)|need|have) (?:an? |my |two )?(?P<v>{_AID})(?: (?:for|to (?:get|walk|move|help|stay|go|breathe|sleep|hear)|at|when|since|because|full|part|most|outside|indoors|now|all)\b.*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule(
        "allergy",
        r"have (?:an? )?(?:\w+ly |severe |bad |mild |serious |terrible |slight |strong |nasty )*allergy to (?P<v>.+)",
        values.allergen,
    ),
    Rule(
        "allergy",
        r"(?:be|have been|have become|became) (?:\w+ly )?allergic to (?P<v>.+)",
        values.allergen,
    ),
    Rule(
        "allergy",
        r"have (?:an? )?(?:\w+ly |severe |bad |mild |serious |terrible "
        r"|slight )?(?P<v>(?!an?\b|no\b|any\b|severe\b|bad\b|mild\b|serious\b|food\b|strong\b|terrible\b)[\w-]+(?: [\w-]+)?) (?:allergy|allergies)(?:,? .*)?",
        values.anything,
    ),
    Rule(
        "diet",
        r"(?:be|have (?:been|gone|turned|become)|went|became|turned|switched to|have switched to|eat"
        r"|eat only|only eat|(?:be trying|try) to eat|keep|follow|stick to|be on)(?: an?"
        rf"| the)? {WORN}(?:an? )?(?P<v>{words.one_of(words.DIETS)})(?: diet| food)?",
        values.anything,
    ),
    Rule(
        "medication",
        r"(?:have to |need to |must )?inject (?P<v>insulin|heparin|methotrexate|ozempic|testosterone|b12|[a-z]+(?:mab|glutide|parin))(?: .*)?",
        drug,
    ),
    Rule(
        "diet",
        rf"be an? {WORN}(?P<v>{words.one_of(words.DIETS)}) (?:household|family|house|home|couple|eater|kitchen)(?:,? .*)?",
        values.anything,
    ),
    Rule("diet", r"be an? (?P<v>pure veg|veg|vegetarian|vegan) person(?:,? .*)?", values.anything),
    Rule(
        "condition",
        rf"(?:be|get) {WORN}(?:terribly |awfully )?(?:an? )?(?:[\w-]+ (?:weeks|months) )?(?P<v>{words.one_of(words.STATES_OF_HEALTH)})(?:,? (?:so|in (?:one|my|his|her|the)"
        r"|and|which|because|with)\b.*)?",
        values.anything,
    ),
    Rule(
        "condition",
        r"(?:have (?:been living|been struggling|been dealing|lived) with|have got|have(?! got\b| (?:just |recently )?been\b)|have (?:always )?had|get|suffer from|be living with|live with|(?:be|was|were|got|have (?:just |recently |now )?been"
        r"|have (?:just |recently |now )?been) (?:recently |just )?diagnosed with|be recovering from|struggle with"
        r"|be dealing with) (?P<v>(?!.*\b(?:about|over|(?:from|with) (?:this|these|those|the|all|your))\b).+?)(?: all my life| (?:my|the) (?:whole|entire) life)?",
        values.listed(words.CONDITIONS),
    ),
    Rule(
        "condition",
        r"be (?:still |slowly |just )*(?P<v>(?:recovering|healing|convalescing) (?:from|after) (?:my |an? )?(?:[\w-]+ ){0,2}(?:surgery|operation|replacement|bypass|transplant|stroke|heart attack|fracture|concussion|c-section|pneumonia|appendectomy|chemo|chemotherapy))(?: .*)?",
        values.as_said,
        confidence=0.85,
    ),
    Rule(
        "medication",
        r"use (?P<v>(?-i:[A-Z])[\w-]+) for (?:my|the) (?:asthma|eczema|hay ?fever|psoriasis|glaucoma|reflux|migraines?|diabetes|allergies)",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "allergy",
        r"get an? (?:itchy |bad |nasty |red )*(?:rash|reaction) (?:from|to|when i (?:eat|touch|wear|use)) (?P<v>.+)",
        values.allergen,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "condition",
        r"be (?:\w+ly )?intolerant (?:to|of) (?P<v>[\w ]+)",
        intolerance,
    ),
    Rule("condition", r"have (?:an? )?(?:\w+ )?(?P<v>\w+) intolerance", intolerance),
    Rule(
        "medication",
        # "On deadline", "on parole" end like a medicine; what one is on must end as only medicines do.
        rf"(?:take|be taking|have been taking|be (?:now |currently )?on|have been on|be prescribed|was prescribed) (?:the |my |some )?(?P<v2>{words.one_of(words.MEDICINES)})(?: for .+)?"
        r"|use an? (?P<v3>(?:\w+ )?inhaler|epipen|insulin pump|nasal spray)(?: for .+)?"
        r"|(?:take|be taking|have been taking|be prescribed|was prescribed|(?:be|have been) on"
        rf"(?= {_DOSE}?(?:insulin|aspirin|ibuprofen|prednisone|lithium|adderall|ritalin|prozac|zoloft|lexapro|xanax|vyvanse|ozempic"
        r"|[a-z][\w-]*(?:pril|sartan|formin|statin|mab|zole|p?[rz]am|cillin|mycin|xetine|thyroxine|traline|apine|idone|azine|olol|afil|floxacin"
        r"|gliptin|parin|arin|xaban|triptan|tadine|codone|sone|solone|lone|amide|azide|antin|pentin|gabalin|profen|umab|glutide|trigine|oxate|pramate))\b))"
        rf" {_DOSE}?(?P<v>insulin|aspirin|ibuprofen|prednisone|lithium"
        r"|adderall|ritalin|prozac|zoloft|lexapro|xanax|vyvanse|ozempic|[a-z][\w-]*(?:in|ol|ide|ine"
        r"|pril|sartan|formin|statin|mab|zole|pam|lam|pram|aban|tan|pine|lukast|flozin|glutide|parin|antin|pentin|afil|cillin|mycin|done|one|ate|xetine|azole"
        r"|thyroxine))(?: for .+| daily| twice.*)?",
        drug,
    ),
    Rule(
        "medication",
        rf"(?:take|be taking|be on|have been (?:on|taking)) {_DOSE}?(?P<v>(?!it|one|some|something|time|care|part|a\b|an\b|the\b|them|that|this|leave)[\w-]+(?: [\w-]+)?) for (?:my|the) (?:thyroid|blood pressure|cholesterol|heart|asthma|allergies|hay ?fever|back|migraines?|epilepsy|depression|anxiety|adhd|diabetes|reflux|pain|arthritis|eczema|nerves|stomach|gout|ms|joints|sleep)",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "condition",
        rf"(?:have |got )?(?:just |recently )?(?P<v>(?:tore|torn|dislocated|ruptured|broke|broken|fractured|sprained|twisted|pulled|strained|injured) (?:my|an?|both(?: my)?) (?:\w+ )?{BODY})(?: .+)?",
        injury,
        confidence=0.8,
    ),
    Rule(
        "condition",
        rf"(?:have|have got|be nursing|be recovering from) (?P<v>(?:an? |two )?(?:really |very |slightly )?(?:bad|dodgy|trick|weak|stiff|frozen|torn|broken|gammy|sprained|ruptured|fractured|dislocated|replaced|artificial|arthritic) {BODY}|(?:bad|poor|weak|failing) (?:eyesight|hearing|circulation|vision|sight|balance))(?:,? (?:so|and|from|since|which)\b.*)?",
        injury,
        confidence=0.85,
    ),
    Rule(
        "condition",
        r"(?:have )?had (?P<v>(?:an? |my |another )?(?:[\w-]+ ){0,2}?(?:surgery|operation|replacement|bypass|transplant|c-section|caesarean|mastectomy|hysterectomy|stroke|heart attack|(?:appendix|tonsils|gallbladder|spleen|wisdom teeth|adenoids) (?:taken )?(?:out|removed)))(?: .*)?",
        values.as_said,
        needs="time",
        confidence=0.8,
        stands=frozenset({"past"}),
    ),
    Rule(
        "condition",
        r"(?:often |always |sometimes |regularly |usually )*get (?P<v>(?:really |very )?(?:bad |terrible |awful |severe )?(?:migraines|(?:[a-z]+ )?headaches|(?:joint|back|knee|chest) pains?|nosebleeds|hay ?fever|panic attacks|heartburn|cold sores|cramps|vertigo|rashes|palpitations|sinusitis|tonsillitis|cystitis|chilblains|hives|carsick|seasick|travel sick|airsick))(?: (?:when|whenever|if|on|in|from|every|after|at|around)\b.*)?",
        values.anything,
        confidence=0.85,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "allergy",
        r"(?:come|break) out in (?:hives|a rash|spots|lumps|welts)(?: all over)? (?:(?:if|when|whenever) i (?:even )?(?:eat|have|touch|drink|use|wear)|from|with|after (?:eating|having|touching)) (?P<v>.+)",
        values.allergen,
        stands=frozenset({"hypothetical"}),
    ),
    Rule(
        "allergy",
        r"carry an (?:epi-?pen|adrenaline (?:pen|injector)|auto-?injector) for (?P<v>.+)",
        values.allergen,
    ),
    Rule(
        "wears",
        r"wear (?P<v>(?:an? |my )?(?:[\w-]+ )?(?:contact lenses|contacts|hearing aids?|orthotics|dentures|(?:knee|ankle|back|wrist) brace|prosthe\w+|insoles|compression (?:socks|stockings)|retainer|mouth ?guard))(?: (?:for|when|at|all|most|because)\b.*)?",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "religion",
        rf"be {WORN}(?:an? )?(?:practicing |devout |proud )?(?P<v>{words.one_of(frozenset(words.RELIGIONS))})",
        values.anything,
        confidence=0.85,
    ),
    Rule(
        "politics",
        rf"be {WORN}an? (?:registered |lifelong )?(?P<v>{words.one_of(words.POLITICS)})"
        r"|vote (?P<v2>labour|republican|democrat|conservative|green|tory)",
        values.anything,
        confidence=0.8,
    ),
    Rule(
        "orientation",
        rf"be {WORN}(?:an? )?(?P<v>{words.one_of(words.ORIENTATIONS)})",
        values.anything,
        confidence=0.8,
    ),
    Rule(
        "avoids",
        r"(?:do not eat|do not drink|do not do|can ?not (?:eat|have|drink|tolerate|consume|do|touch|digest)|never (?:eat|drink"
        r"|touch)|do not (?:touch|consume))(?: any)? (?P<v>.+)",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?:have )?(?:stopped|quit|given up|gave up|sworn off|(?:be|have been) (?:trying to )?(?:(?:stay|keep|lay|steer)(?:ing)? )?(?:off|away from|clear of)|be (?:avoiding|cutting out|giving up|trying to (?:avoid|cut out|give up|quit))"
        r"|(?:try to |tend to |have to |need to |must )?(?:avoid|stay off|stay away from|steer clear of|keep off)|cut out)(?: (?:eating"
        r"|drinking|all|any))? (?P<v>.+)",
        values.each(words.FOODS),
    ),
)
# What is said of a thing, and tells of somebody's health: read over the whole clause.
_DOCTOR = r"(?:the|my|our) (?:doctor|doc|gp|consultant|specialist|dermatologist|cardiologist|neurologist|allergist|psychiatrist|dentist|physio|dietitian|nutritionist|nurse|paediatrician|midwife)"
TURNED: Sequence[Rule] = (
    Rule(
        "avoids",
        rf"{_DOCTOR} (?:has |have )?(?:just )?(?:told|advised|asked|ordered|warned|instructed) me (?:to (?:stay off|stay away from|keep off|avoid|cut out|give up|quit|lay off|stop (?:eating|drinking)|steer clear of)|not to (?:eat|drink|have|touch)|off) (?P<v>.+)",
        values.each(words.FOODS),
        stands=frozenset({"reported"}),
    ),
    Rule(
        "avoids",
        r"my (?:stomach|gut|body|system|digestion|tummy|skin|intestines) (?:just |really |simply )*(?:(?:can not|does not|do not|will not|refuses to) (?:really |seem to )?(?:handle|tolerate|take|stand|digest|cope with|like|accept|agree with)|hates|rejects|reacts badly to|rebels against) (?P<v>.+?)(?: (?:well|very well|anymore|at all|too well))*",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?P<v>[\w' -]+?) (?:i|we) (?:simply |just |sadly )?(?:can not|do not|must not|am not allowed to|am not supposed to) (?:really )?(?:eat|drink|tolerate|touch|digest|stomach|have)(?:,? .*)?",
        values.each(words.FOODS),
    ),
    Rule(
        "dislikes",
        r"if (?:an? |the |my )?(?:recipe|dish|meal|pizza|soup|salad|sandwich|curry|cake|stew|sauce|plate|menu|burger|drink) (?:has|contains) (?:any )?(?P<v>[\w ]+?) in it,? (?:i am (?:out|not eating it|not interested)|count me out|i (?:will )?(?:pass|leave it|skip it)|no thanks?)",
        values.each(words.FOODS),
        "preference",
        0.85,
        stands=frozenset({"hypothetical"}),
    ),
    Rule("diet", rf"my diet is {WORN}(?P<v>{words.one_of(words.DIETS)})(?: diet)?", values.anything),
    Rule(
        "condition",
        rf"my (?P<v>(?!heart){BODY} (?:is|are) (?:badly |really |all |completely |totally )?{_AILING})(?:,? .*)?",
        injury,
        confidence=0.8,
    ),
    Rule(
        "condition",
        rf"my (?:[\w ]+ )?(?:is |are )?(?:shot|wrecked|knackered|gone|buggered|playing up|killing me|acting up)?,? ?(?:it is |i have |got )?(?:an? )?(?P<v>(?:torn|ruptured|slipped|herniated|fractured|sprained|dislocated|pulled|cracked) (?:{BODY}|discs?|ligaments?|cartilage|tendons?|muscle))",
        injury,
        confidence=0.8,
    ),
    Rule(
        "allergy",
        r"(?P<v>[\w' -]+?) (?:always )?(?:gives? me|brings? me out in) (?:hives|an? rash|lumps|welts)",
        values.allergen,
    ),
    Rule(
        "avoids",
        r"(?P<v>[\w' -]+?) (?:(?:always|really|just) )*(?:makes? me (?:ill|sick|queasy|nauseous|bloated|throw up|itch|unwell|wheezy|sneeze)|gives? me (?:(?:terrible |bad |awful |severe )?(?:heartburn|indigestion|migraines|headaches|cramps|stomach (?:cramps|aches?|pains?)|bloating|diarrh?oea|reflux|palpitations)|an? (?:migraine|rash|stomach ?ache|headache|upset stomach)|hives|wind|gas)|makes? my (?:throat|tongue|lips|face|eyes|mouth|skin|stomach) (?:swell(?: up)?|itch|tingle|hurt|close up|burn|water|flare up)|upsets? my stomach|(?:does|do) not agree with me|disagrees? with me|puts? me in (?:the )?hospital)",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?P<v>[\w' -]+?) and (?:i|me) (?:do not|never) (?:agree|get along|get on|mix|go together)(?: .*)?",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?P<v>[\w' -]+?) (?:is|are) (?:strictly |totally |completely |absolutely )*(?:an? (?:big |definite )?no(?:-go)?|off[- ]limits|forbidden|off the (?:menu|table)|out)(?: for me)?",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?:.{2,30} means |strictly |absolutely )?no (?:more )?(?P<v>[\w', -]+?) for me",
        values.each(words.FOODS),
    ),
    Rule(
        "avoids",
        r"(?P<v>[\w' -]+?) (?:could|can|would|will|might|may|nearly|almost) (?:easily |literally |actually )?(?:kill(?:ed)? me|put me in (?:the )?(?:hospital|er|a&e)|send me to (?:the )?(?:hospital|er|a&e)|give me anaphyla\w+)",
        values.each(words.FOODS),
        stands=frozenset({"hypothetical", "uncertain"}),
    ),
    Rule(
        "condition",
        rf"{_DOCTOR} (?:has |have )?(?:just )?(?:diagnosed me with|says i have) (?P<v>.+)",
        values.listed(words.CONDITIONS),
        stands=frozenset({"reported"}),
    ),
    Rule(
        "condition",
        rf"(?:both )?my (?P<v>(?:both )?{BODY} (?:has|have) been (?:replaced|fused|removed|amputated|operated on|rebuilt|reconstructed))(?:,? .*)?",
        injury,
        confidence=0.8,
    ),
    Rule(
        "condition",
        r"my (?P<v>(?:left|right) (?:ear|eye) (?:is|has been) (?:deaf|blind|gone|failing|lazy|glass))(?:,? .*)?",
        values.as_said,
        confidence=0.8,
    ),
    Rule(
        "condition",
        r"my (?P<v>(?:eyesight|sight|vision|hearing|balance|memory|immune system|circulation|mobility|iron(?: levels?)?|blood pressure|cholesterol|blood sugar) (?:is|are) (?:(?:very|quite|really|rather|a bit|pretty|too) )*(?:poor|bad|weak|limited|impaired|gone|going|failing|high|low|damaged|compromised|suppressed|reduced)(?: (?:in|on) (?:the|my|both|one) [\w ]+?)?)(?:,? (?:at|so|since|and|because)\b.*)?",
        values.as_said,
        confidence=0.8,
    ),
    # Whoever speaks of "my asthma" has it, whatever is said of it.
    Rule(
        "condition",
        rf"(?:.+ (?:sets? off|triggers?|aggravates?|worsens?|irritates?|flares? up|for|because of|with|due to) )?my (?P<v>{words.one_of(words.CHRONIC)})(?: (?:is|are|has|have|gets?|got|keeps?|comes?|came|flares?|means|makes?|acts?|plays?|stops?|does|do|can)\b.*)?",
        values.anything,
        confidence=0.8,
        stands=frozenset({"hypothetical"}),
    ),
)
