"""Refuse every connection that leaves this machine: for `verify offline`, for the tests, and for scripts.

    python -m holdfast.verify.network script.py [argument ...]

runs a script with the refusal in place. It is an audit hook (PEP 578): it sees connections made from C as well, and
cannot be taken off again within the process.
"""

from __future__ import annotations

import ipaddress
import runpy
import sys


class NetworkRefused(RuntimeError):
    """Something tried to reach another machine."""


def _is_local(host: object) -> bool:
    """Whether a host, as given to a socket call, is this machine; names other than localhost are not."""
    name = host.decode() if isinstance(host, bytes) else host
    if name is None or name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    """Raise NetworkRefused for a socket event whose address is another machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise NetworkRefused(f"{event} to {address!r}: only this machine may be talked to")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not _is_local(arguments[0]):
        raise NetworkRefused(f"{event} of {arguments[0]!r}: only this machine may be looked up")


def refuse_network() -> None:
    """Refuse, from now on and in this process, connections and name look-ups beyond the loopback interface."""
    sys.addaudithook(_audit)


if __name__ == "__main__":
    refuse_network()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
