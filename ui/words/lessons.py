"""What lessons say: sentences made from the numbers of a step, by language."""

from typing import Any

import numpy as np

from softlabel_core import Result
from softlabel_core.atlas import rule_failures
from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.biases.rival_matrix import RivalMatrix
from softlabel_core.experiment.compare import Difference, difference, gain
from softlabel_core.experiment.result import flat
from softlabel_core.indicators import Sample, measure
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching import counts, steps
from softlabel_core.teaching.counts import Count
from softlabel_core.teaching.lessons import LESSONS
from softlabel_core.teaching.recipes import Pair
from softlabel_core.teaching.steps import Exercise, LessonStep
from softlabel_core.theory.counterexamples import CounterExample, UnlikeRivals
from softlabel_core.theory.rivals import rival_degrees
from ui.words.i18n import joined, known, minus, say
from ui.words.sentences import because, percent, plus_minus, points, rounded

CHOICES = {"which": ("first", "second", "same"), "promise": ("holds", "broken")}
"""Questions with answers in words -> the answers' ids."""


PERCENT = ("student_accuracy", "share")
"""Questions whose answer is a per cent; other numbers are shares from 0 to 1."""

PLACES = ("one", "two", "three")
"""Exercises of a lesson, as its words name them."""


def spoken(language: str, name: str, part: str, step: LessonStep, results: list[Result]) -> str:
    """One text of a step, its placeholders filled."""
    return say(language, f"learn.{name}.{part}", **values(language, step, results))


def title(language: str, lesson: str) -> str:
    """The lesson with its number."""
    return say(language, f"learn.{lesson}.title", number=1 + list(LESSONS).index(lesson))


def exercise(
    language: str, lesson: str, place: int, what: Exercise, results: list[Result]
) -> tuple[str, str]:
    """What is to be done, and the answer with its numbers."""
    numbers = values(language, what, results)
    if what.page == "map":
        numbers |= rule_failures.committed_tally()
    ask, answer = (f"learn.{lesson}.{part}-{PLACES[place]}" for part in ("exercise", "answer"))
    return say(language, ask, **numbers), say(language, answer, **numbers)


def values(language: str, step: LessonStep | Exercise, results: list[Result]) -> dict[str, Any]:
    """Every number that a step's words may name."""
    found = _asked(step)
    bias = step.experiment.bias
    if isinstance(bias, FixedRival):
        found["by_hand"] = counts.rival_share(bias.rate, step.experiment.dataset.classes)
        found["wrong_classes"] = step.experiment.dataset.classes - 1
    for prefix, result in zip(("", "other_"), results[:2], strict=False):
        measured = _measured(language, result) | _rivals(result)
        found |= {f"{prefix}{name}": value for name, value in measured.items()}
    if step.twin is not None and len(results) > 1:
        found |= _held_against(results[0], results[1])
    if isinstance(step, Exercise) and step.more:
        found |= _gains(language, results)
    count = steps.counted(step, results)
    if count is not None:
        found |= _count(language, count)
    construction = steps.constructed(step) if isinstance(step, LessonStep) else None
    if construction is not None:
        found |= _constructed(construction)
    return found


def _held_against(one: Result, other: Result) -> dict[str, Any]:
    """The paired difference with its interval, and the interval that ignores what splits share."""
    plain = counts.plain_interval(one, other)
    found: dict[str, Any] = {"gap": points(difference(one, other)), "replicates": plain.replicates}
    for name, end in (("plain_low", plain.low), ("plain_high", plain.high)):
        found[name] = "?" if end is None else minus(f"{100 * end:+.1f}")
    return found


def _gains(language: str, results: list[Result]) -> dict[str, Any]:
    """What all rounds together changed, by the number of labels a class, and where that cannot be told."""
    fields = [flat(one.experiment.model_dump()) for one in results]
    by_labels = {
        one["framework.labels_per_class"]: gain(result) for one, result in zip(fields, results, strict=True)
    }
    each = [say(language, "learn.gain-with", labels=n, gain=points(by_labels[n])) for n in sorted(by_labels)]
    return {
        "gains": say(language, "marks.semicolon").join(each),
        "tried": len(by_labels),
        "unclear": sum(not one.clear for one in by_labels.values()),
    }


def _count(language: str, count: Count) -> dict[str, Any]:
    found: dict[str, Any] = {"answer": count.value, "answer_share": percent(count.value)}
    found["came"] = _thousands(count.came)
    for name, value in count.numbers.items():
        found[name] = points(value) if isinstance(value, Difference) else value
        if isinstance(value, float) and 0 <= value <= 1:
            found[f"{name}_share"], found[f"{name}_fine"] = rounded(value), percent(value)
    if said := count.numbers.get("said"):
        each = [
            say(language, f"learn.said-{'once' if times == 1 else 'times'}", label=label, times=times)
            for label, times in said.items()
        ]
        found["said"] = say(language, "marks.comma").join(each)
    return found


def _thousands(choice: str) -> str:
    return f"{int(choice):,}" if choice.isdigit() else choice


def _asked(step: Pair) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for prefix, experiment in zip(("", "other_"), step.experiments[:2], strict=False):
        fields = flat(experiment.model_dump())
        found |= {prefix + name.replace(".", "_"): value for name, value in fields.items()}
        shares = {
            name: value for name, value in fields.items() if isinstance(value, float) and 0 <= value <= 1
        }
        found |= {f"{prefix}{name.replace('.', '_')}_share": rounded(value) for name, value in shares.items()}
        found[f"{prefix}classes"] = experiment.dataset.classes
    return found


def _measured(language: str, result: Result) -> dict[str, Any]:
    shown = result.indicators
    found = {
        "student": plus_minus(result.student_accuracy, language),
        "truth": plus_minus(result.ground_truth_accuracy, language),
        "right": rounded(shown["label_accuracy"]),
        "right_fine": percent(shown["label_accuracy"]),
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
        without = np.where(found.sets[:, found.truth], 0.0, found.probabilities)
        return {
            "truth_label": found.truth,
            "pair": f"{{{', '.join(map(str, np.flatnonzero(found.sets[without.argmax()])))}}}",
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
    return step.ask in (*PERCENT, "unreliability", "ambiguity", "by-hand")


def options(language: str, name: str, step: LessonStep, results: list[Result]) -> dict[str, str]:
    """Answers to choose from: id -> text."""
    if step.ask == "label":
        return {str(i): say(language, "learn.label", label=i) for i in range(4)}
    if step.ask == "choose":
        count = steps.counted(step, results)
        return {one: _option(language, name, one) for one in (count.options if count else ())}
    own = {
        one: spoken(language, name, one, step, [])
        for one in ("first", "second")
        if known(language, f"learn.{name}.{one}")
    }
    return {one: own.get(one) or say(language, f"learn.{one}") for one in CHOICES[step.ask]}


def _option(language: str, name: str, choice: str) -> str:
    if known(language, f"learn.{name}.option"):
        return say(language, f"learn.{name}.option", label=_thousands(choice))
    return say(language, f"learn.{name}.{choice}")


def against(language: str, name: str, step: LessonStep, results: list[Result], choice: str) -> str:
    """Why a wrong choice is tempting and what is wrong with it, in a sentence.

    Empty where there is none, and where the numbers are not those that it speaks of.
    """
    keys = (f"learn.{name}.not-{choice}", f"learn.{name}.not")
    key = next((one for one in keys if known(language, one)), None)
    if key is None or steps.outcome(step, *results) != step.shows:
        return ""
    if choice not in options(language, name, step, results):  # of a link that names none of them
        return ""
    return say(language, key, **values(language, step, results), **_own(step, results, choice))


def _own(step: LessonStep, results: list[Result], choice: str) -> dict[str, Any]:
    """What the words about one choice may name."""
    found: dict[str, Any] = {"choice": _thousands(choice)}
    count, construction = steps.counted(step, results), steps.constructed(step)
    numbers = dict(count.each.get(choice, {})) if count is not None else {}
    if isinstance(construction, UnlikeRivals):
        often = construction.probabilities @ construction.sets
        numbers = {"often": float(often[int(choice)]), "share": float(construction.minimiser[int(choice)])}
    for key, value in numbers.items():
        found |= {f"its_{key}": rounded(value)} if isinstance(value, float) else {key: value}
    return found


def why(language: str, name: str, step: LessonStep, results: list[Result]) -> str:
    """The explanation; where the numbers are not those it explains, the rule's words instead. Markdown."""
    if steps.outcome(step, *results) == step.shows:
        return joined([spoken(language, name, "why", step, results), *_gained(language, step, results)])
    said = [because(language, one) for one in results[:2]]
    return joined([say(language, "learn.otherwise"), *said])


def _gained(language: str, step: LessonStep, results: list[Result]) -> list[str]:
    """What the rounds of a student that labels its own examples changed, and whether that can be told."""
    if not results[0].rounds or step.reads is not None or step.twin is not None:
        return []
    found = gain(results[0])
    return [say(language, f"learn.gained-{'clear' if found.clear else 'unclear'}", gain=points(found))]


def by_hand(k: int) -> dict[str, Any]:
    """All indicators of the labels that are counted by hand."""
    return measure(hand.LABELS, hand.TRUTHS, k)


def counted(language: str, k: int) -> str:
    """The count in words, with set size k. Markdown."""
    sample, found = Sample(np.array(hand.LABELS), np.array(hand.TRUTHS), k), by_hand(k)
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


def rivals(language: str, bias: RivalMatrix, names: list[str]) -> str:
    """Both degrees of labels drawn from a matrix, and whether they can be learned. Markdown."""
    found = rival_degrees(bias.percents(len(names)))
    side = "ahead" if found.lead > 0 else "level" if found.lead == 0 else "behind"
    numbers = {
        "delta": found.unreliability,
        "gamma": found.ambiguity,
        "total": found.unreliability + found.ambiguity,
        "lead": abs(found.lead),
        "truth": names[found.worst],
        "rival": names[found.rival],
    }
    parts = [say(language, f"learn.matrix-{part}", **numbers) for part in ("degrees", side)]
    return joined(parts)


def letter(label: int) -> str:
    """Name of a class of the labels counted by hand."""
    return "ABCDEFGH"[label]
