"""The mem0 protocol: `mem0ai`'s clients and `mem0-cli` pointed here work unchanged.

`router` has its routes at the root of the server, `Undecoded` matches them as they were sent, `speaks` says which paths
they are. What is selected is in `selection`, what a client sees of it in `reading`, how that is written in `shapes`.
"""

from __future__ import annotations

from .routes import Undecoded, router, speaks

__all__ = ["Undecoded", "router", "speaks"]
