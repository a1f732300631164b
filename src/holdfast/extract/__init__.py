"""Reading what is worth remembering out of a conversation, by rules alone.

How `observe` calls it::

    read = extract.read(messages, known=live_items, now=clock.now())   # -> Proposal for every candidate
    for proposal in read:
        verdict = extract.judge(proposal, live_items)                  # -> added, superseded (which), known, conflict, ...

`messages` are OpenAI's or Anthropic's shapes, or `Message`s. Each `Proposal` carries the draft to save, the slot values it
ends, the place of its words in the message, and for what was skipped the reason. English; other languages give nothing.
Pure: the time is an argument, and nothing is written. See docs/extraction.md.
"""

from .judge import Verdict, judge
from .messages import Call, Message, normalise
from .proposals import End, Proposal, read
from .topics import Topics, topics

__all__ = ["Call", "End", "Message", "Proposal", "Topics", "Verdict", "judge", "normalise", "read", "topics"]
