"""The mem0 protocol: `mem0ai`'s clients and `mem0-cli` pointed here work unchanged.

`router` has its routes at the root of the server, `Ledger` keeps what is no memory, `Courier` tells webhooks of changes, `Undecoded` matches them as they were sent, `speaks` says which paths
they are, `allowed` what each takes. What is selected is in `selection`, what a client sees of it in `reading`, how that is written in `shapes`.
"""

from __future__ import annotations

from .ledger import Ledger
from .routes import Undecoded, allowed, router, speaks
from .webhooks import Courier

__all__ = ["Courier", "Ledger", "Undecoded", "allowed", "router", "speaks"]
