"""The command for who is working on what: lease."""

from __future__ import annotations

from typing import Any

import click

from . import output
from .call import Call, Verb, example
from .writes import scope_option, shared_option


@click.command(
    cls=Verb,
    epilog=example(
        "holdfast lease nightly-report --team core --holder ci-7 --ttl 300",
        "holdfast lease nightly-report --team core --renew 3 --ttl 300",
        "holdfast lease nightly-report --team core --release 3",
    ),
)
@click.argument("name")
@click.option("--holder", metavar="WHO", help="Who works on it, as others are told; --actor without this.")
@click.option("--ttl", type=float, metavar="SECONDS", help="How long it lasts unless renewed (default 60).")
@click.option("--wait", type=float, metavar="SECONDS", help="Wait so long at most while another holds it.")
@click.option("--renew", type=int, metavar="FENCE", help="Go on with a lease that was taken with this fence.")
@click.option("--release", type=int, metavar="FENCE", help="Give up a lease that was taken with this fence.")
@scope_option
@shared_option
@click.pass_obj
def lease(call: Call, /, name: str, renew: int | None, release: int | None, **given: Any) -> None:
    """Say that you work on NAME, so that nobody else does meanwhile.

    Prints the fence, a number that rises each time NAME is taken, and until when it is yours. Exit code 5: another holds it, and the
    message names who and until when; or, with --renew and --release, it is over.
    """
    if renew is not None and release is not None:
        raise click.UsageError("give either --renew or --release")
    fence = release if renew is None else renew
    if fence is not None and (given["holder"] is not None or given["wait"] is not None):
        raise click.UsageError("--holder and --wait go with taking a lease, not with --renew or --release")
    verbs, arguments = call.writer(given)
    taken = verbs.lease(name, **arguments, **({} if fence is None else {"fence": fence}))
    if release is not None:
        taken.release()
        call.answer(
            {**taken.to_json(), "until": None}, lambda: output.say(f"Released {name} (fence {taken.fence})")
        )
        return
    until = f"{taken.until:%Y-%m-%d %H:%M:%S} UTC"
    call.answer(
        taken.to_json(), lambda: output.say(f"{name} is {taken.holder}'s until {until} (fence {taken.fence})")
    )


COMMANDS = (lease,)
