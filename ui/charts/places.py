"""Where names of lines stand in a chart, so that they cover no line, no mark and no other words."""

import itertools
from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Left, right, bottom and top, in pixels."""

Point = tuple[float, float]

WIDE, HIGH = 280, 300
"""Pixels of the narrowest plot, a phone's: what is free there is free on every wider one."""

LINE = 10
"""Half of the height of a line of words, in pixels."""

ACROSS, UP = 21, 3
"""Places that are tried from left to right, and pixels between two that are tried above each other."""


def half_width(text: str) -> float:
    """Of words in a chart, in pixels: letters of European words are half as wide as Chinese ones."""
    return sum(3.1 if one.isascii() else 7.1 for one in text) + 3


def around(x: float, y: float, half: float, height: float = LINE) -> Box:
    """The box of words by its middle."""
    return x - half, x + half, y - height, y + height


def apart(one: Box, other: Box) -> bool:
    """Whether two boxes have nothing in common."""
    return one[1] <= other[0] or other[1] <= one[0] or one[3] <= other[2] or other[3] <= one[2]


def crossed(box: Box, start: Point, end: Point) -> bool:
    """Whether a line between two points has a part in the box (Liang and Barsky)."""
    low, high = 0.0, 1.0
    for place, (least, most) in ((0, box[:2]), (1, box[2:])):
        begin, step = start[place], end[place] - start[place]
        if step == 0:
            if not least <= begin <= most:
                return False
            continue
        near, far = sorted(((least - begin) / step, (most - begin) / step))
        low, high = max(low, near), min(high, far)
    return low <= high


def free(box: Box, lines: Sequence[Sequence[Point]], boxes: Sequence[Box]) -> bool:
    """Whether nothing runs through it."""
    hit = any(crossed(box, *pair) for line in lines for pair in itertools.pairwise(line))
    return not hit and all(apart(box, other) for other in boxes)


def beside(
    text: str,
    line: Sequence[Point],
    others: Sequence[Sequence[Point]],
    boxes: Sequence[Box],
    at: Sequence[float] = (),
) -> Point:
    """The free place nearest above or below the line that the words name.

    Where each place is nearer to another line, or covers a mark, that is let pass, and the lines alone are
    kept free. `at`: middles that can be; without them all are tried from left to right.
    """
    half = half_width(text)
    tried = at or [half + (WIDE - 2 * half) * step / (ACROSS - 1) for step in range(ACROSS)]
    found = []
    for x in tried:
        level = height(line, x)
        for y in range(LINE, HIGH - LINE, UP):
            nearest = min((abs(y - height(other, x)) for other in others), default=float(HIGH))
            found.append((abs(y - level) > nearest, abs(y - level), x, float(y)))
    fitting = [one for one in sorted(found) if half <= one[2] <= WIDE - half + 1e-6]
    for avoided in (boxes, ()):
        for _, _, middle, level in fitting:
            if free(around(middle, level, half), [line, *others], avoided):
                return middle, level
    return line[len(line) // 2]


def height(line: Sequence[Point], x: float) -> float:
    """Where a line from left to right is above a place; beyond its ends, as at them."""
    for (left, low), (right, high) in itertools.pairwise(line):
        if left <= x <= right and left < right:
            return low + (high - low) * (x - left) / (right - left)
    return line[0][1] if x < line[0][0] else line[-1][1]
