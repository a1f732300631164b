"""The page at /: plain files that call the public REST API from the reader's own browser, and the headers they are sent with.

The page holds nothing and may do nothing that its reader's key may not; the server only hands out these files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

PAGE = "page.html"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
# No inline script or style, nothing from elsewhere, in nobody's frame: a memory that is shown as markup after all stays inert.
POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    )
)  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def router() -> APIRouter:
    """Return the routes of the page: / and one for each of its files."""
    made = APIRouter()
    for file in files(__package__).iterdir():
        kind = _TYPES.get("." + file.name.rpartition(".")[2])
        if kind is not None:
            path = "/" if file.name == PAGE else f"/inspector/{file.name}"
            made.add_api_route(
                path, _sending(file.read_bytes(), kind), methods=["GET", "HEAD"], include_in_schema=False
            )
    return made


def _sending(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that sends one file, or says that the browser has it already."""
    headers = {**HEADERS, "ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"'}

    async def endpoint(request: Request) -> Response:
        request.state.verb = "inspector"
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=kind)

    return endpoint
