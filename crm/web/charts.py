"""Where the marks of a chart stand: plain geometry for the SVG that ui/chart.html writes."""

import math
from collections.abc import Sequence
from typing import Any

from flask import Flask

Number = int | float | None
WIDTH = 720
BASE = 200
TOP = 30
LINE_LEFT, LINE_RIGHT, LINE_BASE, LINE_TOP = 46, 640, 222, 30


def init_app(app: Flask) -> None:
    """Make the geometry known to the chart macros."""
    app.add_template_global(bar_places, "bar_places")
    app.add_template_global(line_places, "line_places")


def bar_places(bars: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Columns side by side in 720 by 240; each bar {label, value, kind?, text?} gains its place."""
    top = max([bar["value"] or 0 for bar in bars], default=0) or 1
    step = WIDTH / max(len(bars), 1)
    width = min(68.0, step * 0.66)
    placed = []
    for index, bar in enumerate(bars):
        height = (BASE - TOP) * (bar["value"] or 0) / top
        middle = step * (index + 0.5)
        placed.append(
            bar
            | {
                "x": round(middle - width / 2, 1),
                "y": round(BASE - height, 1),
                "width": round(width, 1),
                "height": round(height, 1),
                "middle": round(middle, 1),
            }
        )
    return placed


def line_places(
    labels: Sequence[str], series: Sequence[dict[str, Any]], target: Number = None
) -> dict[str, Any]:
    """Lines over labels in 720 by 262: ticks, target height, marks of the labels, points a series.

    Each series is {name, values}; a missing value (None) is left out of its line.
    """
    values = [value for one in series for value in one["values"] if value is not None]
    steps = ticks(max([*values, target or 0], default=0))
    top = steps[-1]

    def height(value: float) -> float:
        return round(LINE_BASE - (LINE_BASE - LINE_TOP) * value / top, 1)

    gap = (LINE_RIGHT - LINE_LEFT) / max(len(labels) - 1, 1)
    across = [round(LINE_LEFT + gap * index, 1) for index in range(len(labels))]
    lines = []
    for one in series:
        points = [
            (x, height(value))
            for x, value in zip(across, one["values"], strict=True)
            if value is not None
        ]
        last = next((value for value in reversed(one["values"]) if value is not None), None)
        lines.append(
            one
            | {
                "points": " ".join(f"{x:g},{y:g}" for x, y in points),
                "end": points[-1] if points else None,
                "last": last,
            }
        )
    return {
        "ticks": [{"value": step, "y": height(step)} for step in steps],
        "target": None if target is None else height(target),
        "labels": [
            {"text": text, "x": x, "is_end": index in {0, len(labels) - 1}}
            for index, (text, x) in enumerate(zip(labels, across, strict=True))
        ],
        "series": lines,
    }


def ticks(top: float) -> list[float]:
    """Round steps from 0 to at least `top`, each 1, 2, 2.5 or 5 times a power of ten."""
    if top <= 0:
        return [0, 1]
    rough = top / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= rough)
    if top >= 4:
        step = max(step, 1)
    count = math.ceil(top / step)
    return [int(v) if v == int(v) else v for v in (step * index for index in range(count + 1))]
