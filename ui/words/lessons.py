"""What lessons say: sentences made from the numbers of a step, by language."""

from typing import Any

import numpy as np

from softlabel_core import Result
from softlabel_core.experiment.compare import difference, gain
from softlabel_core.experiment.result import flat
from softlabel_core.indicators import Sample, measure
from softlabel_core.teaching import lessons
from softlabel_core.teaching.lessons import LessonStep
from softlabel_core.theory.counterexamples import CounterExample, UnlikeRivals
from ui.words.i18n import joined, known, say
from ui.words.sentences import because, comparison, outward, plus_minus, points, rounded

CLOSE, FAR = 0.05, 0.2
"""Predictions of a share this close to the outcome are close; further than the second, far off."""

CHOICES = {"which": ("first", "second", "same"), "promise": ("holds", "broken")}
"""Questions with answers in words -> the answers' ids."""


def spoken(language: str, name: str, part: str, step: LessonStep, results: list[Result]) -> str:
    """One text of a step, its placeholders filled."""
    return say(language, f"learn.{name}.{part}", **values(step, results))


def values(step: LessonStep, results: list[Result]) -> dict[str, Any]:
    """Every number that a step's words may name."""
    found = _asked(step)
    for prefix, result in zip(("", "other_"), results, strict=False):
        measured = _measured(result) | _rivals(result)
        found |= {f"{prefix}{name}": value for name, value in measured.items()}
    construction = lessons.constructed(step)
    if construction is not None:
        found |= _constructed(construction)
    return found


def _asked(step: LessonStep) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for prefix, experiment in zip(("", "other_"), step.experiments, strict=False):
        fields = flat(experiment.model_dump())
        found |= {prefix + name.replace(".", "_"): value for name, value in fields.items()}
        shares = {
            name: value for name, value in fields.items() if isinstance(value, float) and 0 <= value <= 1
        }
        found |= {f"{prefix}{name.replace('.', '_')}_share": rounded(value) for name, value in shares.items()}
        found[f"{prefix}classes"] = experiment.dataset.classes
    return found


def _measured(result: Result) -> dict[str, Any]:
    shown = result.indicators
    found = {
        "student": plus_minus(result.student_accuracy),
        "truth": plus_minus(result.ground_truth_accuracy),
        "right": rounded(shown["label_accuracy"]),
        "wrong": rounded(1 - shown["label_accuracy"]),
        "taught": rounded(result.bias_indicators["label_accuracy"]),
        "missing": rounded(shown["unreliability"]),
        "gamma_share": rounded(shown["ambiguity"]),
        "kept": rounded(1 - shown["unreliability"]),
        "guessing": rounded(1 / len(result.class_names)),
        "delta": shown["unreliability"],
        "gamma": shown["ambiguity"],
        "total": shown["total"],
        "worst_total": shown["worst_unreliability"] + shown["ambiguity"],
        "margin": result.loss_margin.value,
        "lead": shown["mean_label_margin"],
        "k": shown["k"],
        "lost": len(result.lost),
        "every": len(result.class_names),
    }
    return found


def _rivals(result: Result) -> dict[str, Any]:
    """The pair of classes behind γ, and how often students answer their class's worst rival."""
    wrong = np.array(result.cooccurrence, dtype=float)
    np.fill_diagonal(wrong, -1)
    truth, rival = np.unravel_index(np.nanargmax(wrong), wrong.shape)
    named = float(np.mean([row[other] for row, other in zip(result.confusion, wrong.argmax(1), strict=True)]))
    return {
        "worst_class": result.class_names[truth],
        "worst_rival": result.class_names[rival],
        "largest": wrong[truth, rival],
        "largest_share": rounded(float(wrong[truth, rival])),
        "rival_named": rounded(named),
        "either_named": rounded(named + result.student_accuracy.mean),
    }


def _constructed(found: CounterExample | UnlikeRivals) -> dict[str, Any]:
    if isinstance(found, UnlikeRivals):
        return {
            "truth_label": found.truth,
            "winner": int(found.minimiser.argmax()),
            "winner_share": f"{100 * found.minimiser.max():.0f} %",
            "truth_share": f"{100 * found.minimiser[found.truth]:.0f} %",
            "lead": found.margin,
            "claimed": 1 - found.margin,
        }
    risk, total = found.risk, found.unreliability + found.ambiguity
    return {
        "claimed_delta": found.unreliability,
        "claimed_gamma": found.ambiguity,
        "claimed": total,
        "error": f"{100 * risk.error:.0f} %",
        "promised": (1 - total) * risk.error,
        "excess": risk.excess + 0.0,
    }


def guess_is_share(step: LessonStep) -> bool:
    """Whether a number is asked for."""
    return step.ask in ("student_accuracy", "unreliability", "ambiguity", "by-hand")


def actual(step: LessonStep, result: Result | None) -> float:
    """The number that was asked for, a share of 1."""
    if step.ask == "by-hand":
        return float(by_hand(lessons.BY_HAND_K)["unreliability"])
    if result is None:
        raise ValueError(f"{step.id}: no result")
    return result.student_accuracy.mean if step.ask == "student_accuracy" else result.indicators[step.ask]


def answer(step: LessonStep, results: list[Result]) -> str:
    """The right one of `options`."""
    if step.ask == "label":
        return str(values(step, results)["winner"])
    return lessons.outcome(step, *results) or "holds"


def options(language: str, name: str, step: LessonStep) -> dict[str, str]:
    """Answers to choose from: id -> text."""
    if step.ask == "label":
        return {str(i): say(language, "learn.label", label=i) for i in range(4)}
    own = {
        one: spoken(language, name, one, step, [])
        for one in ("first", "second")
        if known(language, f"learn.{name}.{one}")
    }
    return {one: own.get(one) or say(language, f"learn.{one}") for one in CHOICES[step.ask]}


def verdict(language: str, step: LessonStep, guess: Any, results: list[Result]) -> str:
    """How the prediction and what came out compare. Markdown."""
    if guess_is_share(step):
        return _distance(language, step, float(guess), results)
    came = answer(step, results)
    said = say(language, f"learn.verdict-{'right' if str(guess) == came else 'missed'}")
    return joined([said, comparison(language, difference(*results))]) if step.ask == "which" else said


def _distance(language: str, step: LessonStep, guess: float, results: list[Result]) -> str:
    result = results[0] if results else None
    value = actual(step, result)
    off = abs(guess - value)
    if step.ask == "student_accuracy" and result is not None:
        estimate = result.student_accuracy
        inside = estimate.low is not None and estimate.high is not None
        inside = inside and estimate.low <= guess <= estimate.high  # type: ignore[operator]
        said, mine, gap = plus_minus(estimate), f"{100 * guess:.0f} %", f"{100 * off:.0f}"
    else:
        inside = off < 0.005
        said, mine, gap = f"{value:.2f}", f"{guess:.2f}", f"{off:.2f}"
        if step.ask != "by-hand" and result is not None:
            ends = outward(language, *result.indicators["intervals"][step.ask])
            said = say(language, "learn.measured", value=said, interval=ends)
    place = "inside" if inside else "close" if off <= CLOSE else "off" if off <= FAR else "far"
    unit = "points" if step.ask == "student_accuracy" else "share"
    gap = say(language, f"learn.gap-{unit}", gap=gap)
    way = say(language, "learn.higher" if value > guess else "learn.lower")
    return say(language, f"learn.verdict-{place}", guess=mine, value=said, gap=gap, way=way)


def why(language: str, name: str, step: LessonStep, results: list[Result]) -> str:
    """The explanation; where the numbers are not those it explains, the rule's words instead. Markdown."""
    if lessons.outcome(step, *results) == step.shows:
        return joined([spoken(language, name, "why", step, results), *_gained(language, step, results)])
    said = [because(language, one) for one in results]
    return joined([say(language, "learn.otherwise"), *said])


def _gained(language: str, step: LessonStep, results: list[Result]) -> list[str]:
    """What the rounds of a student that labels its own examples changed, and whether that can be told."""
    if step.picture != "rounds":
        return []
    found = gain(results[0])
    return [say(language, f"learn.gained-{'clear' if found.clear else 'unclear'}", gain=points(found))]


def by_hand(k: int) -> dict[str, Any]:
    """All indicators of the labels that are counted by hand."""
    return measure(lessons.LABELS, lessons.TRUTHS, k)


def counted(language: str, k: int) -> str:
    """The count in words, with set size k. Markdown."""
    sample, found = Sample(np.array(lessons.LABELS), np.array(lessons.TRUTHS), k), by_hand(k)
    n, hits = found["n"], round(found["n"] * (1 - found["unreliability"]))
    row, column = np.unravel_index(int(np.nanargmax(sample.wrong)), sample.wrong.shape)
    size = int(sample.class_sizes[row])
    return say(
        language,
        "learn.counted",
        k=k,
        n=n,
        hits=hits,
        delta=found["unreliability"],
        truth=letter(int(row)),
        rival=letter(int(column)),
        times=round(size * float(sample.wrong[row, column])),
        size=size,
        gamma=found["largest_cooccurrence"],
        total=found["unreliability"] + found["largest_cooccurrence"],
    )


def letter(label: int) -> str:
    """Name of a class of the labels counted by hand."""
    return "ABCDEFGH"[label]
