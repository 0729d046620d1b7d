"""What figures with a slider over frames are told: numbers of the core, in words (`ui/components/frames`)."""

import math
from collections.abc import Callable
from typing import Any

from softlabel_core import Result
from softlabel_core.experiment.result import Estimate
from softlabel_core.teaching import frames
from softlabel_core.teaching.counts import REACHED
from softlabel_core.teaching.frames import Rising, Round, Sized, Way, place
from ui.charts.palette import DARK, LIGHT, figure_colours
from ui.words.i18n import minus, say
from ui.words.sentences import percent, plus_minus, rounded

SHAPES = ("circle", "square")
"""Of the labels far from the line, and near it."""


def common(language: str, kind: str, words: tuple[str, ...], *, large: bool) -> dict[str, Any]:
    """What every kind of figure is told; `large` in the present mode."""
    return {
        "kind": kind,
        "large": large,
        "title": say(language, f"frames.{kind}.title"),
        "slider": say(language, f"frames.{kind}.slider"),
        "words": {
            **{name: say(language, f"frames.{name}") for name in ("play", "pause", "table")},
            **{name: say(language, f"frames.{kind}.{name}") for name in words},
        },
        "colours": {
            **figure_colours(),
            "guess": (LIGHT.link, DARK.link),
        },
    }


def examples(language: str, results: list[Result], guess: object, *, large: bool = False) -> dict[str, Any]:
    """Lesson 7: students of two kinds of labels, with ever more examples."""
    near, far = frames.rising(results)
    sizes = [one.examples for one in far.sizes]
    low, high = sizes[0], sizes[-1]
    guessed = int(guess) if isinstance(guess, str) and guess.isdigit() else None

    def t(name: str, **values: Any) -> str:
        return say(language, f"frames.examples.{name}", **values)

    kinds = [_kind(t, one, shape) for one, shape in zip((far, near), SHAPES, strict=True)]
    truth = far.sizes[0].tally.truth
    heads = [t("column-n")]
    for kind in kinds:
        columns = ("column-student", "column-promise", "column-lead")
        heads += [t(name, kind=kind["name"], truth=truth) for name in columns]
    return {
        **common(language, "examples", ("axis", "guess"), large=large),
        "frames": [
            {
                "place": place(n, low, high),
                "name": t("frame", n=n),
                "said": _said(t, n, far.sizes[i], near.sizes[i]),
            }
            for i, n in enumerate(sizes)
        ],
        "at": 0,
        "note": t("note", replicates=far.sizes[0].accuracy.replicates, truth=truth),
        "table": {
            "heads": heads,
            "rows": [
                [f"{n:,}", *_cells(t, far.sizes[i]), *_cells(t, near.sizes[i])] for i, n in enumerate(sizes)
            ],
        },
        "ticks": [(place(n, low, high), f"{n:,}") for n in sizes],
        "kinds": kinds,
        "truth": truth,
        "reached": REACHED,
        "guess": None if guessed is None else place(guessed, low, high),
    }


Says = Callable[..., str]
"""A text of a figure by its name, its placeholders filled."""


def _kind(t: Says, one: Rising, shape: str) -> dict[str, Any]:
    low, high = one.sizes[0].examples, one.sizes[-1].examples
    return {
        "name": t("kind", total=one.unreliability + one.ambiguity),
        "shape": shape,
        "measured": [_measured(size.accuracy) for size in one.sizes],
        "promised": t("promised", total=one.unreliability + one.ambiguity),
        "promise": [(place(n, low, high), share) for n, share in one.promise],
        "tallies": [size.tally.shares for size in one.sizes],
        "counted": [_counted(t, size) for size in one.sizes],
    }


def _measured(found: Estimate) -> dict[str, Any]:
    low, high = (found.mean if end is None else end for end in (found.low, found.high))
    return {"mean": found.mean, "low": low, "high": high, "text": plus_minus(found)}


def _counted(t: Says, size: Sized) -> dict[str, Any]:
    tally = size.tally
    true, wrong = (round(tally.images * tally.shares[one]) for one in (tally.truth, tally.rival))
    said = t("counted", images=tally.images, truth=tally.truth, true=true, wrong=wrong)
    return {"said": said, "rival": tally.rival}


def _said(t: Says, n: int, far: Sized, near: Sized) -> str:
    """What is to be seen with so many examples."""
    ahead = (far.tally.lead > 0, near.tally.lead > 0)
    leads = {"far": rounded(far.tally.lead), "near": rounded(near.tally.lead), "truth": far.tally.truth}
    promised = (far.promised is not None, near.promised is not None)
    promises = {"far": rounded(far.promised or 0.0), "near": rounded(near.promised or 0.0)}
    lead = t(f"lead-{WHICH[ahead]}", **leads)
    return t("said", n=n, lead=lead, promise=t(f"promise-{WHICH[promised]}", **promises))


WHICH = {(True, True): "both", (True, False): "far", (False, True): "near", (False, False): "none"}
"""Whether it holds far from the line, and near it -> how texts say so."""


def _cells(t: Says, size: Sized) -> list[str]:
    promised = t("nothing") if size.promised is None else percent(size.promised)
    return [plus_minus(size.accuracy), promised, minus(f"{100 * size.tally.lead:+.0f} %")]


MARKS = ("circle", "square", "up", "down", "diamond")
"""Shapes of the ways of labelling the rest."""

TENTHS = 10


def rounds(language: str, results: list[Result], *, large: bool = False) -> dict[str, Any]:
    """Lesson 9: a student that labels the rest itself, in several ways, round by round."""
    ways = frames.ways(results)
    last = len(ways[0].rounds) - 1
    labels = results[0].experiment.model_dump()["framework"]["labels_per_class"]

    def t(name: str, **values: Any) -> str:
        return say(language, f"frames.rounds.{name}", **values)

    least = min(_measured(one.accuracy)["low"] for way in ways for one in way.rounds)
    floor = math.floor(TENTHS * least)
    return {
        **common(language, "rounds", ("axis", "delta", "gamma", "line", "none"), large=large),
        "frames": [
            {"place": at / last, "name": t("frame", round=at), "said": _walked(t, ways, at, labels)}
            for at in range(last + 1)
        ],
        "at": 0,
        "note": t("note", replicates=ways[0].rounds[0].accuracy.replicates, labels=labels),
        "table": {
            "heads": [t("column-round"), *(t(way.name) for way in ways)],
            "rows": [[str(at), *(_round(t, way.rounds[at]) for way in ways)] for at in range(last + 1)],
        },
        "ways": [
            {
                "name": t(way.name),
                "shape": shape,
                "measured": [_measured(one.accuracy) for one in way.rounds],
                "path": [one.degrees for one in way.rounds],
            }
            for way, shape in zip(ways, MARKS, strict=True)
        ],
        "grid": [tenth / TENTHS for tenth in range(floor, TENTHS + 1)],
    }


def _round(t: Says, one: Round) -> str:
    said = plus_minus(one.accuracy)
    if one.degrees is None:
        return said
    delta, gamma = one.degrees
    return t("cell", accuracy=said, delta=delta, gamma=gamma)


def _walked(t: Says, ways: list[Way], at: int, labels: int) -> str:
    """What is to be seen in a round."""
    named = {way.name: way.rounds for way in ways}
    now = {name.replace("-", "_"): plus_minus(some[at].accuracy) for name, some in named.items()}
    if at == 0:
        return t("said-first", labels=labels, **now)
    delta, gamma = named["top-two"][at].degrees or (0.0, 0.0)
    side = "beyond" if delta + gamma >= 1 else "short"
    moved = 100 * (named["hard"][at].accuracy.mean - named["hard"][at - 1].accuracy.mean)
    return t(
        "said", round=at, moved=round(moved, 1) + 0.0, side=t(f"side-{side}", total=delta + gamma), **now
    )
