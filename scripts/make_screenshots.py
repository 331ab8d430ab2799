"""Makes docs/images/*.svg: real talks in a real terminal, captured with their colours.

    python scripts/make_screenshots.py

Needs tmux. Each talk is run twice, with a light and with a dark background; what tmux shows is turned into SVG text, so that it can
be searched, copied and read aloud. The pictures change only when the program or its knowledge does.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from tmux_screen import Screen  # noqa: E402 (it stands beside the tests that use it)

IMAGES = ROOT / "docs" / "images"
CELL_WIDTH, CELL_HEIGHT, EDGE, BAR = 8.4, 18, 14, 26
TOOLBAR = "Not medical advice"


class Palette(NamedTuple):
    """A background, a foreground and the sixteen colours, as a terminal of that kind has them."""

    background: str
    foreground: str
    colors: tuple[str, ...]
    colorfgbg: str


PALETTES = {
    "light": Palette(
        "#ffffff",
        "#24292f",
        (
            "#24292f",
            "#b3202c",
            "#116329",
            "#7a4e00",
            "#0550ae",
            "#8250df",
            "#1b7c83",
            "#57606a",
            "#6e7781",
            "#cf222e",
            "#1a7f37",
            "#953800",
            "#0969da",
            "#a475f9",
            "#3192aa",
            "#8c959f",
        ),
        "0;15",
    ),
    "dark": Palette(
        "#0d1117",
        "#e6edf3",
        (
            "#484f58",
            "#ff7b72",
            "#3fb950",
            "#d29922",
            "#58a6ff",
            "#bc8cff",
            "#39c5cf",
            "#b1bac4",
            "#8b949e",
            "#ffa198",
            "#56d364",
            "#e3b341",
            "#79c0ff",
            "#d2a8ff",
            "#56d4dd",
            "#ffffff",
        ),
        "15;0",
    ),
}


def first_talk(screen: Screen) -> None:
    """Someone wakes up with a cramp in the calf."""
    screen.ask("calf cramp woke me up, what now")
    screen.until(lambda text: "You can ask:" in text and text.rstrip().endswith("/help"))
    screen.type("how long do")
    screen.until(lambda text: text.count("?") > 3 and "> how long do" in text)
    screen.until("How long does a muscle cramp last?")


def emergency(screen: Screen) -> None:
    """Signs that must not wait."""
    screen.ask("/region gb")
    screen.until("Region gb.")
    screen.ask("my calf is red and swollen and i cant breathe well")
    screen.until("EMERGENCY")


def did_you_mean(screen: Screen) -> None:
    """A bare subject, and a command with a typo."""
    screen.ask("/clear")
    screen.until("Forgotten.")
    screen.ask("leg cramps")
    screen.until("Which do you mean?")
    screen.ask("/sorces")
    screen.until("Did you mean /sources?")


TALKS: dict[str, tuple[Callable[[Screen], None], int, str]] = {
    "first-talk": (
        first_talk,
        40,
        "A first talk: a question about a calf cramp at night, its answer with sources, and questions offered while the next one is typed",
    ),
    "emergency": (emergency, 34, "Signs of an emergency: the advice stands first, under the word EMERGENCY"),
    "did-you-mean": (did_you_mean, 22, "Two ways of asking what was meant: three readings of a short question, and the nearest command"),
}


class Style(NamedTuple):
    """How a stretch of text is drawn."""

    color: int | None = None
    bold: bool = False
    italic: bool = False
    reverse: bool = False


def styled(screen: str) -> Iterator[list[tuple[str, Style]]]:
    """The rows that `tmux capture-pane -e` gave, as stretches with their styles. A style goes on in the next row until it is changed."""
    style = Style()
    for line in screen.rstrip("\n").split("\n"):
        row: list[tuple[str, Style]] = []
        for part in re.split(r"(\x1b\[[\d;]*m)", line):
            if part.startswith("\x1b["):
                for code in part[2:-1].split(";"):
                    style = _changed(style, int(code or 0))
            elif part:
                row.append((part, style))
        yield row


def _changed(style: Style, code: int) -> Style:
    if code == 0:
        return Style()
    switches = {
        1: {"bold": True},
        3: {"italic": True},
        7: {"reverse": True},
        22: {"bold": False},
        23: {"italic": False},
        27: {"reverse": False},
        39: {"color": None},
    }
    if code in switches:
        return style._replace(**switches[code])
    if 30 <= code <= 37 or 90 <= code <= 97:
        return style._replace(color=code - 30 if code < 90 else code - 82)
    return style


def as_svg(screen: str, palette: Palette, columns: int, label: str) -> str:
    """A screen with its colours as SVG."""
    rows = list(styled(screen))
    width, height = columns * CELL_WIDTH + 2 * EDGE, len(rows) * CELL_HEIGHT + 2 * EDGE + BAR
    body = "\n".join(text for at, row in enumerate(rows) for text in _row(row, EDGE + BAR + at * CELL_HEIGHT, palette))
    dots = "".join(
        f'<circle cx="{EDGE + 6 + 18 * at}" cy="{EDGE + 4}" r="5" fill="{palette.colors[color]}"/>' for at, color in enumerate((1, 3, 2))
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(label, {'"': "&quot;"})}">
<title>{escape(label)}</title>
<style>text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }}</style>
<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="{palette.background}" stroke="{palette.colors[8]}"/>
{dots}
<g fill="{palette.foreground}">
{body}
</g>
</svg>
"""


def _row(row: list[tuple[str, Style]], top: float, palette: Palette) -> Iterator[str]:
    column = 0
    for text, style in row:
        left, wide = EDGE + column * CELL_WIDTH, len(text) * CELL_WIDTH
        column += len(text)
        fill = palette.foreground if style.color is None else palette.colors[style.color]
        if style.reverse:
            yield f'<rect x="{left:.1f}" y="{top:.0f}" width="{wide:.1f}" height="{CELL_HEIGHT}" fill="{fill}"/>'
            fill = palette.background
        if text.strip():
            look = (
                f' fill="{fill}"' * (fill != palette.foreground)
                + ' font-weight="bold"' * style.bold
                + ' font-style="italic"' * style.italic
            )
            yield f'<text x="{left:.1f}" y="{top + 13:.0f}" textLength="{wide:.1f}"{look} xml:space="preserve">{escape(text)}</text>'


def shoot(name: str, theme: str) -> str:
    """Run a talk and return its picture."""
    talk, height, label = TALKS[name]
    palette = PALETTES[theme]
    with tempfile.TemporaryDirectory() as folder, Screen(Path(folder), 80, height, COLORFGBG=palette.colorfgbg) as screen:
        screen.until(TOOLBAR)
        talk(screen)
        screen.until(TOOLBAR)
        return as_svg(screen.shown(colors=True), palette, 80, f"{label} ({theme} background)")


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name in TALKS:
        for theme in PALETTES:
            path = IMAGES / f"{name}-{theme}.svg"
            path.write_text(shoot(name, theme), encoding="utf-8")
            print(path.relative_to(ROOT))
