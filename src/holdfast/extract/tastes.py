"""What people like, dislike, prefer, use and know, as rows (see `rules`)."""

from __future__ import annotations

from collections.abc import Sequence

from . import values, words
from .predicates import Rule

TASTES: Sequence[Rule] = (
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
)
