"""What people say of their health, their diet and what else is sensitive, as rows (see `rules`)."""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import Rule

WORN = (
    r"(?:really |very |quite |extremely |totally |severely |deathly |highly |mildly |slightly "
    r"|seriously |badly |strictly |strict |fully |mostly |completely |practicing |practising "
    r"|devout |proud |openly |currently |now |also |actually )*"
)
WELLBEING: Sequence[Rule] = (
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
        rf"| the)? {WORN}(?:an? )?(?P<v>{words.one_of(words.DIETS)})(?: diet| food)?",
        values.anything,
    ),
    Rule("diet", r"be an? (?P<v>pure veg|veg|vegetarian|vegan) person(?:,? .*)?", values.anything),
    Rule(
        "condition",
        rf"(?:be|get) {WORN}(?:terribly |awfully )?(?:\d+ (?:weeks|months) )?(?P<v>{words.one_of(words.STATES_OF_HEALTH)})(?:,? (?:so"
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
)
