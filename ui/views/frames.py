"""What figures with a slider over frames are told: numbers of the core, in words (`ui/components/frames`)."""

from collections.abc import Callable
from typing import Any

from softlabel_core import Result
from softlabel_core.teaching import frames
from softlabel_core.teaching.counts import REACHED
from softlabel_core.teaching.frames import Rising, Sized, place
from ui.charts.palette import DARK, LIGHT
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
            "accent": (LIGHT.accent, DARK.accent),
            "mark": (LIGHT.mark, DARK.mark),
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
        "measured": [_measured(size) for size in one.sizes],
        "promised": t("promised", total=one.unreliability + one.ambiguity),
        "promise": [(place(n, low, high), share) for n, share in one.promise],
        "tallies": [size.tally.shares for size in one.sizes],
        "counted": [_counted(t, size) for size in one.sizes],
    }


def _measured(size: Sized) -> dict[str, Any]:
    found = size.accuracy
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
