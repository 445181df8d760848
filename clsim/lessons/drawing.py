"""Small charts of a course as SVG text: lines over the hours, dose marks, shaded spells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float64]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 720.0, 92.0, 62.0, 12.0, 16.0, 6.0
INK, SOFT, SHADE = "#1a1a1a", "#545454", "#f0c9b8"
COLOURS = ("#00568a", "#a3290f", "#1d6b3a")  # 4.5 to 1 on white and more; lines differ in dash too
DASHES = ("", "6 3", "2 2")


@dataclass(frozen=True)
class Line:
    """A line of a panel: its label with the unit, and one value for each time."""

    label: str
    values: Row


def chart(time: Row, panels: Sequence[Sequence[Line]], doses: Sequence[tuple[float, bool]],
          spells: Sequence[tuple[float, float]], title: str) -> str:
    """Panels one below the other over the same hours.

    Parameters
    ----------
    time : float64 (m,)
        Minutes.
    panels : sequence of sequence of Line
        Lines of a panel share an axis.
    doses : sequence of (minute, whether it was given)
    spells : sequence of (minute, minute)
        Shaded in the first panel.
    title : str
        For who cannot see it.
    """
    height = 26.0 + len(panels) * (HEIGHT + TOP) + 24.0
    begin, end = float(time[0]), float(time[-1])

    def x(minute: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (minute - begin) / max(end - begin, 1.0)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
             f'font-family="system-ui, sans-serif" font-size="10"><title>{escape(title)}</title>']
    for minute, given in doses:
        if begin <= minute <= end:
            parts.append(_text(x(minute), 12.0, "▼" if given else "▽", "middle", INK))
    parts.append(_text(LEFT - 6.0, 12.0, "doses", "end"))
    for k, lines in enumerate(panels):
        top = 26.0 + k * (HEIGHT + TOP) + TOP
        shaded = spells if k == 0 else ()
        parts += _panel(time, lines, top, x, shaded)
    foot = 26.0 + len(panels) * (HEIGHT + TOP) + 14.0
    step = 24.0 if end - begin > 2160.0 else 6.0 if end - begin > 720.0 else 2.0
    for hour in np.arange(np.ceil(begin / 60.0 / step) * step, end / 60.0 + 1e-9, step):
        parts.append(_text(x(hour * 60.0), foot, f"{hour:g} h", "middle"))
    return "".join([*parts, "</svg>"])


def _panel(time: Row, lines: Sequence[Line], top: float, x: Callable[[float], float],
           spells: Sequence[tuple[float, float]]) -> list[str]:
    values = np.concatenate([each.values for each in lines])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = max(0.06 * (high - low), 1e-3 * max(abs(high), abs(low)), 1e-9)
    low, high = low - room, high + room

    def y(value: float) -> float:
        return top + (HEIGHT - FOOT) * (high - value) / (high - low)

    parts = [f'<rect x="{x(a):.1f}" y="{top:g}" width="{max(x(b) - x(a), 1.0):.1f}" height="{HEIGHT - FOOT:g}" '
             f'fill="{SHADE}"/>' for a, b in spells]
    axes = f"M{LEFT:g} {top:g}V{top + HEIGHT - FOOT:g}H{WIDTH - RIGHT:g}"
    parts.append(f'<path d="{axes}" fill="none" stroke="{SOFT}"/>')
    for value in (low + room, high - room):
        parts.append(_text(LEFT - 4.0, y(value) + 3.0, f"{value:.3g}", "end"))
    for i, each in enumerate(lines):
        every = max(1, len(time) // 700)
        points = " ".join(f"{x(float(t)):.1f},{y(float(v)):.1f}"
                          for t, v in zip(time[::every], each.values[::every], strict=True) if np.isfinite(v))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[i]}" stroke-width="1.6" '
                     f'stroke-dasharray="{DASHES[i]}"/>')
        key = "" if len(lines) == 1 else ("— ", "- - ", "··· ")[i]
        parts.append(_text(LEFT + 4.0 + 250.0 * i, top - 4.0, key + escape(each.label), "start", COLOURS[i]))
    return parts


def _text(x: float, y: float, said: str, anchor: str, colour: str = SOFT) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{said}</text>'
