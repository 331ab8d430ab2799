"""The chart of benchmarks/retrieval.py: both axes logarithmic, plain SVG."""

from __future__ import annotations

import math
from typing import Any


def chart(results: dict[str, dict[str, dict[str, Any]]]) -> str:
    """CPU ms at the median by number of passages, both axes logarithmic, as SVG."""
    inks = {"ours": "#0b6e4f", "sklearn": "#c8553d", "fts5": "#7a5195", "bm25s": "#2f4b7c", "tantivy": "#b8860b"}
    sizes = sorted({int(size) for rows in results.values() for size in rows})
    values = [row["p50"] for rows in results.values() for row in rows.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), max(math.log10(sizes[-1]), math.log10(sizes[0]) + 1)

    def place(size: float, value: float) -> tuple[float, float]:
        return 70 + 450 * (math.log10(size) - first) / (last - first), 340 - 290 * (math.log10(value) - low) / (high - low)

    out = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" font-family="sans-serif" font-size="13" role="img">',
        "<title>CPU time of one search by number of passages</title>",
        '<rect width="640" height="400" fill="#fff"/><text x="70" y="25" font-size="15">CPU ms of one search (median, top 10), by number of passages</text>',
    ]
    for power in range(low, high + 1):
        _, y = place(sizes[0], 10.0**power)
        out.append(f'<path d="M70 {y:.1f}H520" stroke="#ddd"/><text x="62" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for size in sizes:
        x, _ = place(size, 10.0**low)
        out.append(f'<text x="{x:.1f}" y="362" text-anchor="middle">{size:,}</text>')
    labels = []
    for peer, rows in results.items():
        points = [place(int(size), row["p50"]) for size, row in sorted(rows.items(), key=lambda item: int(item[0]))]
        ink = inks.get(peer, "#000")
        out.append(f'<polyline fill="none" stroke="{ink}" stroke-width="2.5" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{ink}"/>' for x, y in points]
        labels.append((points[-1][1], points[-1][0], peer, ink))
    lowest = 0.0
    for y, x, peer, ink in sorted(labels):
        lowest = max(y + 4, lowest + 15)
        out.append(f'<text x="{x + 8:.1f}" y="{lowest:.1f}" fill="{ink}">{peer}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
