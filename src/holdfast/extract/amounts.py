"""How much there is of what in a system, how long it takes and how long it is kept, as rows (see `things`)."""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import PROJECT_NOUNS, Rule

_ABOUT = r"(?:about |around |roughly |approximately |some |over |under |nearly |almost |up to |at least |at most |only |just |no more than )*"
_MANY = r"(?:\d[\d.,]*(?:k|m|bn)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|fifty|half an)\b(?: (?:dozen|hundred|thousand|million|billion))?"
_LONG = rf"{_MANY} ?(?:ms|milliseconds?|s|sec(?:ond)?s?|m|min(?:ute)?s?|h|hours?|days?|nights?|weeks?|months?|quarters?|years?)"
# What systems, and the teams that run them, have a number of. What any text has ("lines", "errors", "steps") is not here.
_COUNTED = (
    r"(?:rows|records|entries|nodes|cores|cpus|vcpus|gpus|replicas|workers|shards|partitions|tables|columns|endpoints|services|microservices|tenants|customers|subscribers"
    r"|users|developers|engineers|designers|testers|members|instances|pods|threads|seats|environments|packages|modules|repositories|repos|stages|brokers|topics|regions|zones"
    r"|migrations|libraries|apps|indexes|indices|documents|products|tests|unit tests|test cases)"
)
# Whose numbers are worth keeping: an array's are not.
COUNTING = frozenset(
    {
        *words.SYSTEMS,
        *PROJECT_NOUNS,
        "collection",
        "dataset",
        "machine",
        "laptop",
        "workstation",
        "desktop",
        "pc",
        "nas",
        "staging",
        "production",
        "prod",
    }
)
COUNTS: Sequence[Rule] = (
    Rule(
        "{what}",
        rf"(?:have|hold|contain|run on|run|operate|maintain|serve|come with) {_ABOUT}(?P<v>{_MANY} (?:[a-z]+ )?(?P<what>{_COUNTED}))(?: (?:now|in (?:it|total)|by now|each))?",
        values.as_said,
    ),
    Rule(
        "{what}",
        rf"(?:have|run on|come with) {_ABOUT}(?P<v>{_MANY} ?(?:[kmgtp]i?b|gigs?|gigabytes?|terabytes?)(?: of)? (?P<what>ram|memory|disk|disk space|storage|swap|vram))",
        values.as_said,
    ),
)
AMOUNTS: Sequence[Rule] = (
    Rule(
        "retention",
        rf"(?:be|get) (?:automatically )?(?:deleted|removed|purged|pruned|wiped|dropped|cleaned up|archived) (?:automatically )?after (?P<v>{_LONG})",
        values.as_said,
    ),
    Rule(
        "timeout",
        rf"(?:time out|expire|lapse|(?:be|get) (?:killed|aborted|cancelled|dropped|closed|logged out)) after (?P<v>{_LONG})(?: of inactivity)?",
        values.as_said,
    ),
    Rule(
        "{what}",
        rf"have (?:an? )?(?P<what>duration|ttl|timeout|lifetime|budget|limit|quota|size limit|rate limit|memory limit|batch size|page size|retention(?: period)?|cooldown|grace period|lead time|sla|slo|refresh interval|polling interval) of {_ABOUT}(?P<v>[^,]{{1,30}}?)",
        values.as_said,
    ),
    Rule(
        "{what}",
        rf"(?:need|require|use|consume|take up) {_ABOUT}(?P<v>{_MANY} ?(?:[kmgtp]i?b|gigs?|gigabytes?|megabytes?|terabytes?) of (?P<what>ram|memory|disk|disk space|storage|swap|vram))(?: (?:to|at|for|when) .*)?",
        values.as_said,
    ),
    Rule(
        "peak",
        rf"(?:peak|max out|top out) at {_ABOUT}(?P<v>{_MANY} ?[\w-]+(?: (?:per|an?) [\w-]+)?)",
        values.as_said,
    ),
    Rule(
        "limit",
        rf"(?:be (?:limited to|capped at|restricted to|rate[- ]limited to)|allow|accept) {_ABOUT}(?P<v>{_MANY} ?[\w-]+(?: (?:per|an?) [\w-]+)?)",
        values.as_said,
    ),
)
# "Coverage must stay above 85 percent", "the error rate sits at 2%": how high something is or has to be.
LEVEL = (
    r"(?:(?:must|should|has to|have to|need to|need) )?(?:always )?(?:not )?(?:stay|be|remain|sit|stand|hover|exceed|drop|go|get)(?: (?:currently|now|always))? "
    rf"(?P<v>(?:(?:at|above|below|under|over|around|between|within|at least|at most) )*{_MANY} ?(?:%|percent|per cent|[a-z/]+)(?: (?:at all times|or (?:more|less|higher|lower|better)))?)"
)
