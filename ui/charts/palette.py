"""Colours of every chart, in one place: Okabe and Ito 2008 (https://jfly.uni-koeln.de/color/), cividis.

Darker in the light theme, so that text in them reads (contrast 4.5:1), and each of another lightness, so that
a grey print still tells them apart. The student is the strongest, what it is held against the weakest.

Colour never stands alone: series also differ by symbol or dash, and charts have a table beside them.
"""

from dataclasses import dataclass

from plotly.colors import sample_colorscale, unlabel_rgb


@dataclass(frozen=True)
class Palette:
    """Colours of one theme."""

    ink: str
    mute: str
    """Words that step back, on the ground and on a panel (`ui/hall`)."""

    faint: str
    student: str
    truth: str
    rival: str
    mark: str
    """What can be grabbed and the truth in figures of ours (`ui/components`), as a mark."""

    accent: str
    """The same as text and buttons."""

    ground: str
    panel: str
    line: str
    link: str


LIGHT = Palette(
    ink="#1a1d21",
    mute="#5c636b",
    faint="#d5d9dd",
    student="#004E86",
    truth="#944F00",
    rival="#6b7680",
    mark="#D55E00",
    accent="#b34a00",
    ground="#fdfcfa",
    panel="#f4f2ee",
    line="#e4e1db",
    link="#004E86",
)
DARK = Palette(
    ink="#eef0f2",
    mute="#a2abb5",
    faint="#3a4048",
    student="#56B4E9",
    truth="#F5C04A",
    rival="#8b959e",
    mark="#FF7F2A",
    accent="#ff9a55",
    ground="#101317",
    panel="#191d22",
    line="#2a3037",
    link="#56B4E9",
)

SORTS = {
    "random": ("#7b838b", "#8c96a0", "circle"),
    "clean": ("#3d9fd3", "#6cc3f5", "square"),
    "noise": ("#0063a0", "#3f8fe0", "up"),
    "demoted": ("#008f68", "#1fbf90", "down"),
    "flawed": ("#b8628f", "#dc8fb9", "plus"),
    "deliberate": ("#15181c", "#ffffff", "cross"),
    "other": ("#6f6a00", "#d6cc4a", "diamond"),
}
"""Sort of bias types (`Bias.sort`) -> its colour on light and on dark ground, and its shape."""

CLASSES = (
    ("#56B4E9", "circle"),
    ("#E69F00", "square"),
    ("#009E73", "up"),
    ("#CC79A7", "diamond"),
    ("#0072B2", "down"),
    ("#8c96a0", "cross"),
)
"""Colour and shape of a class in films, alike on light and dark ground; `marked` pairs them anew for more."""

SEQUENTIAL = "cividis"
CLEAR = "rgba(0,0,0,0)"


def palette(dark: bool) -> Palette:
    """The palette of the theme."""
    return DARK if dark else LIGHT


def figure_colours() -> dict[str, tuple[str, str]]:
    """What figures of ours bring along beside the theme, on light and on dark ground (`ui/components`)."""
    return {"accent": (LIGHT.accent, DARK.accent), "mark": (LIGHT.mark, DARK.mark)}


def classes(count: int) -> list[str]:
    """One colour a class, alike in both themes: from dark to light, so that a grey print keeps them apart."""
    places = [number / max(1, count - 1) for number in range(count)]
    return [
        "#{:02x}{:02x}{:02x}".format(*map(round, unlabel_rgb(colour)))
        for colour in sample_colorscale(SEQUENTIAL, places)
    ]


def marked(count: int) -> list[tuple[str, str]]:
    """Colour and shape of so many classes, no two alike up to 36."""
    n = len(CLASSES)
    return [(CLASSES[one % n][0], CLASSES[(one + one // n) % n][1]) for one in range(count)]
