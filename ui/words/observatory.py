"""The Observatory's numbers and its verdict in words."""

from typing import Any, Protocol

from softlabel_core import Experiment, Result
from softlabel_core.biases import Bias
from softlabel_core.experiment.needed import needed
from softlabel_core.experiment.preview import Preview, needs_training
from softlabel_core.losses import Loss
from ui.words import i18n, sentences, tables, theory

NAME = "observatory"

GOOD_LABELS, SOME_LABELS = 0.8, 0.5
"""Shares of right labels from which a teacher is called good, and so-so."""

GOOD = 0.9
"""Share of what true labels give from which a student that learned is called good, else middling."""


Measured = Result | Preview
"""What is known of labels, with or without a training."""


class Near(Protocol):
    """The nearest result that was computed."""

    @property
    def result(self) -> Result: ...

    @property
    def asked(self) -> tuple[tuple[str, Any, Any], ...]:
        """Path, value asked and the value that it has instead."""


def texts(language: str) -> dict[str, str]:
    """Every text of the figure."""
    prefix = f"{NAME}."
    return {
        key.removeprefix(prefix): text for key, text in i18n.table(language).items() if key.startswith(prefix)
    }


def pinned(language: str, experiment: Experiment, path: str) -> str:
    """The name of a pinned trail: whose labels, taught with which loss, along which field."""
    part, _, name = path.partition(".")
    field = tables.small(i18n.field_title(language, type(getattr(experiment, part)), name))
    labels = tables.name(language, Bias, experiment.bias.kind())
    loss = tables.brief(language, Loss, experiment.framework.loss.kind())
    return _say(language, "pinned", labels=labels, loss=loss, field=field)


def numbers(
    language: str, chosen: Experiment, result: Result | None, shown: Measured | None, near: Near | None
) -> list[dict[str, Any]]:
    """The three numbers at the top: `name`, `value`, `unit` and notes below."""
    later = _say(language, "unmeasured" if needs_training(chosen) else "later")
    return [
        _student(language, result, near),
        _rule(language, chosen, shown, later),
        _teacher(language, shown, later),
    ]


def _say(language: str, key: str, **values: Any) -> str:
    return i18n.say(language, f"{NAME}.{key}", **values)


def _student(language: str, result: Result | None, near: Near | None) -> dict[str, Any]:
    if result is not None:
        accuracy = result.student_accuracy
        truth = sentences.percent(result.ground_truth_accuracy.mean)
        notes = [sentences.ends(language, accuracy), _say(language, "true-labels", truth=truth)]
        return _number(language, "student", f"{100 * accuracy.mean:.1f}", "%", notes)
    notes = [_say(language, "untrained")]
    if near is not None and near.asked:
        differences = ", ".join(_field(language, near.result, path, have) for path, _, have in near.asked)
        reached = sentences.percent(near.result.student_accuracy.mean)
        notes.append(_say(language, "near", differences=differences, accuracy=reached))
    return _number(language, "student", "?", "", notes)


def _field(language: str, result: Result, path: str, value: Any) -> str:
    part, _, name = path.partition(".")
    title = i18n.field_title(language, type(getattr(result.experiment, part)), name)
    return f"{tables.small(title)} {i18n.choice(language, value)}"


def _rule(language: str, chosen: Experiment, shown: Measured | None, later: str) -> dict[str, Any]:
    """The indicator that the student's loss goes by: the sum for sets, the margin for probabilities."""
    sets = chosen.framework.shows == "sets"
    if shown is None:
        return _number(language, "total" if sets else "margin", "?", "", [later])
    measured = shown.indicators
    if sets:
        degrees = {
            name: sentences.point(measured, key)
            for name, key in (("delta", "unreliability"), ("gamma", "ambiguity"))
        }
        notes = [
            sentences.outward(language, *measured["intervals"]["total"], digits=2),
            _say(language, "degrees", **degrees),
            theory.needs_short(language, needed(chosen, measured)),
        ]
        notes = [note for note in notes if note]
        return _number(language, "total", sentences.point(measured, "total"), "", notes)
    own = shown.loss_margin.rule.partition(".")[0] != "mean-label"
    value = shown.loss_margin.value
    said = "?" if value is None else i18n.minus(f"{round(value, 2) + 0.0:.2f}")
    note = f"Δ + γ {sentences.point(measured, 'total')}" if own else _say(language, "margin-note")
    ends = shown.loss_margin.interval
    notes = [note] if ends is None else [sentences.outward(language, *ends, digits=2), note]
    return _number(language, "own-margin" if own else "margin", said, "", notes)


def _teacher(language: str, shown: Measured | None, later: str) -> dict[str, Any]:
    if shown is None:
        return _number(language, "teacher", "?", "", [later])
    measured = shown.indicators
    right = sentences.rounded(measured["label_accuracy"]).removesuffix(" %")
    note = _say(language, f"teacher-{'drawn' if sentences.tied(measured) else 'first'}")
    return _number(language, "teacher", right, "%", [note])


def _number(language: str, name: str, value: str, unit: str, notes: list[str]) -> dict[str, Any]:
    return {"name": _say(language, name), "value": value, "unit": unit, "notes": notes}


def verdict(language: str, chosen: Experiment, result: Result | None, shown: Measured | None) -> str:
    """Teacher and student in a word each, and what the loss's rule says of the labels. Bold by `**`."""
    if shown is None:
        because = _say(language, "because-unmeasured" if needs_training(chosen) else "because-later")
    elif shown.loss_margin.verdict == "unknown":
        because = _say(language, "because-unknown")
    else:
        rule = sentences.rule(language, shown.loss_margin, shown.indicators)
        because = _say(language, "sentence-end", because=rule)
    return _say(
        language,
        "pair",
        teacher=_say(language, f"teacher-{_of_teacher(shown)}"),
        student=_say(language, f"student-{_of_student(result)}"),
        because=because,
    )


def _of_teacher(shown: Measured | None) -> str:
    if shown is None:
        return "unknown"
    right = shown.indicators["label_accuracy"]
    return "good" if right >= GOOD_LABELS else "soso" if right >= SOME_LABELS else "bad"


def _of_student(result: Result | None) -> str:
    if result is None:
        return "untested"
    if not result.learned:
        return "bad"
    share = result.student_accuracy.mean / result.ground_truth_accuracy.mean
    return "good" if share >= GOOD else "middling"
