"""A support agent: it knows the customer from earlier tickets and the handbook from the start, and no other customer.

    python examples/support.py ada ticket-1      # customer and ticket; type, end with Ctrl-D

Set the model as `model.py` says. The memory is the file support.db in the working folder.
"""

import sys

from model import ask

from holdfast import Memory, Scope, Session

HANDBOOK = {
    "refunds": "Refunds reach the customer's bank within five working days.",
    "returns": "Returns are free within 30 days of delivery.",
}


def load_handbook(memory):
    """Keep each rule once for everybody, with where it stands; the same key again saves nothing twice."""
    for name, rule in HANDBOOK.items():
        memory.save(
            rule,
            scope=Scope.shared(),
            kind="procedure",
            source={"ref": f"handbook.md#{name}"},
            idempotency_key=f"handbook:{name}",
        )


def answer(session, words):
    """Return the reply to a customer, and questions to ask before anything sensitive is kept."""
    step = session.before_step(words)
    reply = ask(step.messages("You are a support agent. Go by the handbook and by what you remember."))
    after = session.after_step([{"role": "user", "content": words}, reply])
    return reply["content"], after.questions


if __name__ == "__main__":
    customer, ticket = sys.argv[1:]
    with Memory("sqlite:///support.db") as memory:
        load_handbook(memory)
        session = Session(memory, thread=ticket, user=customer)
        for line in sys.stdin:
            reply, questions = answer(session, line.strip())
            print(reply, *(f"(please confirm: {one})" for one in questions), sep="\n", flush=True)
