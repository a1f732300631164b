"""Line plots as SVG, written out by hand: readable on a light and on a dark page, without a library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

COLOURS = ("#8c8c8c", "#b07d48", "#b279a2", "#e0803a", "#d65a5a", "#3f8fd2", "#2f9e6e", "#7a6fd0")
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, GAP, LEGEND = 340, 260, 56, 44, 46, 26, 190
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.t{font-weight:600;font-size:13px}.g{stroke:#8884;stroke-width:1}"
    "path{fill:none;stroke-width:2.2}@media(prefers-color-scheme:dark){text{fill:#ccc}}"
)


@dataclass(frozen=True)
class Panel:
    """One plot: lines by name over the size of the history, on a plain or a logarithmic scale with these marks."""

    title: str
    lines: dict[str, list[tuple[float, float]]]
    marks: Sequence[float]
    log: bool = False
    sizes: list[float] = field(init=False)

    def __post_init__(self) -> None:
        found = sorted({x for points in self.lines.values() for x, _ in points})
        object.__setattr__(self, "sizes", found)

    def across(self, x: float) -> float:
        """Return where a size stands, 0 to 1."""
        low, high = math.log(self.sizes[0]), math.log(self.sizes[-1])
        return (math.log(x) - low) / (high - low) if high > low else 0.5

    def up(self, y: float) -> float:
        """Return where a value stands, 0 to 1; what is below the lowest mark stands on it."""
        if self.log:
            low, high = math.log10(self.marks[0]), math.log10(self.marks[-1])
            return max(0.0, (math.log10(max(y, 1e-9)) - low) / (high - low))
        return (y - self.marks[0]) / (self.marks[-1] - self.marks[0])


def drawn(panels: Sequence[Panel]) -> str:
    """Return the SVG of panels side by side, with one legend for all at the right."""
    names = list(panels[0].lines)
    width = len(panels) * (LEFT + WIDTH + GAP) + LEGEND
    height = TOP + HEIGHT + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(" and ".join(panel.title for panel in panels))}">',
        f"<style>{STYLE}</style>",
    ]
    for n, panel in enumerate(panels):
        parts += _panel(panel, LEFT + n * (LEFT + WIDTH + GAP))
    left = len(panels) * (LEFT + WIDTH + GAP)
    for n, name in enumerate(names):
        y = TOP + 14 + 26 * n
        parts.append(f'<path d="M{left} {y - 4}h22" stroke="{_colour(n)}"/>')
        parts.append(f'<circle cx="{left + 11}" cy="{y - 4}" r="3.5" fill="{_colour(n)}"/>')
        parts.append(f'<text x="{left + 30}" y="{y}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, left: float) -> list[str]:
    """Return one panel: title, grid, scales, lines."""
    parts = [f'<text class="t" x="{left}" y="{TOP - 18}">{escape(panel.title)}</text>']
    for mark in panel.marks:
        y = TOP + HEIGHT * (1 - panel.up(mark))
        parts.append(f'<path class="g" d="M{left} {y:.1f}h{WIDTH}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{mark:,.0f}</text>')
    for size in panel.sizes:
        x = left + WIDTH * panel.across(size)
        parts.append(f'<text x="{x:.1f}" y="{TOP + HEIGHT + 18}" text-anchor="middle">x{size:g}</text>')
    parts.append(
        f'<text x="{left + WIDTH / 2}" y="{TOP + HEIGHT + 38}" text-anchor="middle">length of the history</text>'
    )
    for n, points in enumerate(panel.lines.values()):
        placed = [
            (left + WIDTH * panel.across(x), TOP + HEIGHT * (1 - panel.up(y))) for x, y in sorted(points)
        ]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        parts.append(f'<path d="M{path}" stroke="{_colour(n)}"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_colour(n)}"/>' for x, y in placed]
    return parts


def _colour(n: int) -> str:
    return COLOURS[n % len(COLOURS)]
