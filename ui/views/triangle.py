"""What the triangle of lesson 8 is told: where losses are least, in words (`ui/components/frames`)."""

from typing import Any

from softlabel_core.teaching import triangle
from softlabel_core.teaching.triangle import LABELS, Stop
from softlabel_core.theory.minimisers import LOSSES, named
from ui.views.frames import Says, common
from ui.words.i18n import joined, say
from ui.words.sentences import rounded

SHAPES = {"cc": "circle", "mae": "diamond", "average": "square", "cross-entropy": "up"}
"""Loss -> its mark."""

WORDS = ("sets", "ends", "rest", "all")


def data(language: str, family: str, *, large: bool = False) -> dict[str, Any]:
    """One way of changing the labels of the class: a frame a stop."""
    stops = triangle.frames(family)
    low, high = stops[0].value, stops[-1].value

    def t(name: str, **values: Any) -> str:
        return say(language, f"frames.triangle.{name}", **values)

    told = common(language, "triangle", WORDS, large=large)
    return {
        **told,
        "slider": t(f"slider-{family}"),
        "frames": [
            {
                "place": (stop.value - low) / (high - low),
                "name": t(f"frame-{family}", value=rounded(stop.value)),
                "said": _said(language, t, family, stop),
            }
            for stop in stops
        ],
        "at": 0,
        "note": joined([t(f"note-{family}"), t("note")]),
        "table": {
            "heads": [t("column-labels"), t("column-sum"), *(t(f"long-{loss}") for loss in LOSSES)],
            "rows": [_row(language, t, family, stop) for stop in stops],
        },
        "labels": [str(label) for label in LABELS],
        "truth": stops[0].population.truth,
        "sets": _sets(language, t, family),
        "losses": [_loss(language, t, loss, stops) for loss in LOSSES],
    }


def _sets(language: str, t: Says, family: str) -> list[dict[str, Any]]:
    """What the labels of the class are, and how often each occurs, a number a frame."""
    stops = triangle.frames(family)
    comma = say(language, "marks.comma")
    found = []
    for row, inside in enumerate(stops[0].population.sets):
        label = stops[0].population.labels[row]
        order = sorted(range(len(LABELS)), key=lambda i: -label[i])
        if family == "rival":
            parts = (t("part", label=LABELS[i], share=rounded(float(label[i]))) for i in order)
        else:
            parts = (str(LABELS[i]) for i in order if inside[i])
        shares = [float(stop.population.probabilities[row]) for stop in stops]
        found.append({"name": comma.join(parts), "shares": shares, "texts": [rounded(one) for one in shares]})
    return found


def _loss(language: str, t: Says, loss: str, stops: tuple[Stop, ...]) -> dict[str, Any]:
    return {
        "name": t(loss),
        "long": t(f"long-{loss}"),
        "shape": SHAPES[loss],
        "corners": [stop.least[loss].tolist() for stop in stops],
        "ends": [_end(language, t, stop, loss) for stop in stops],
        "right": [named(stop.least[loss]) == [stop.population.truth] for stop in stops],
    }


def _end(language: str, t: Says, stop: Stop, loss: str) -> str:
    """What is most probable where a loss is least."""
    corners = stop.least[loss]
    labels = named(corners)
    if len(labels) > 1:
        names = say(language, "learn.losses-or").join(str(LABELS[i]) for i in labels)
        return t("undecided", labels=names)
    return t("named", label=LABELS[labels[0]], share=rounded(float(corners[0][labels[0]])))


def _row(language: str, t: Says, family: str, stop: Stop) -> list[str]:
    total = stop.population.unreliability + stop.population.ambiguity
    name = t(f"frame-{family}", value=rounded(stop.value))
    return [name, f"{total:.2f}", *(_end(language, t, stop, loss) for loss in LOSSES)]


def _said(language: str, t: Says, family: str, stop: Stop) -> str:
    """What is to be seen at a stop: the labels, then who names the truth, a wrong label, or neither."""
    population = stop.population
    numbers = {
        "delta": population.unreliability + 0.0,
        "gamma": population.ambiguity,
        "total": population.unreliability + population.ambiguity,
    }
    groups: dict[str, list[str]] = {"right": [], "wrong": [], "undecided": []}
    for loss in LOSSES:
        labels = named(stop.least[loss])
        if labels == [population.truth]:
            groups["right"].append(t(loss))
        else:
            groups["undecided" if population.truth in labels else "wrong"].append(t(loss))
    comma = say(language, "marks.comma")
    rest = [
        t(f"said-{which}", losses=comma.join(losses), truth=LABELS[population.truth])
        for which, losses in groups.items()
        if losses
    ]
    return joined([t(f"said-{family}", **numbers), *rest])
