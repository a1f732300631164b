"""`python -m holdfast` is the command."""

from __future__ import annotations

from .cli import main

main()
