"""The page Start: one label followed, where the choice is the experiment that the figure is about."""

import dataclasses
import json
from typing import Any

from softlabel_core import Experiment
from softlabel_core.atlas import lookup
from softlabel_core.biases.fixed_rival import FixedRival
from softlabel_core.experiment.result import Estimate
from softlabel_core.once import once
from softlabel_core.teaching.follow import PARTS, follow
from softlabel_core.teaching.presets import FIRST
from softlabel_core.teaching.recipes import IMITATE, rival, sets
from ui import answers, state
from ui.charts import results
from ui.charts.figures import Chart
from ui.charts.palette import DARK, LIGHT
from ui.components import follow as figure
from ui.web import assets
from ui.words import i18n

TRUTH = 3
"""The class that is followed; its rival is the next."""

SIZES = (1, 2, 3)
"""Set sizes that the cut goes to."""

FOLLOWED = Experiment.parse(FIRST)
"""Whose runs the draws are from."""


@once(most=100)
def chart(slider: answers.Slider, now: Any, name: str, *, dark: bool, language: str) -> Chart:
    """Accuracies along a slider, `name`, with the value `now` marked; many visitors ask for the same."""
    return results.along(slider.points, now, name=name, dark=dark, language=language)


def followed(experiment: Experiment) -> None:
    """The figure, where it is about this experiment."""
    choice = chosen(experiment)
    if choice is not None:
        figure.show(address(state.language()), choice, on_choice=_load)


def _load(choice: dict[str, Any]) -> None:
    state.load(asked(choice, state.experiment()))


@once(most=100)
def chosen(experiment: Experiment) -> dict[str, Any] | None:
    """The figure's choice that is this experiment; None if there is none."""
    if not isinstance(experiment.bias, FixedRival):
        return None
    found: dict[str, Any] = {"rate": round(experiment.bias.rate * PARTS), "way": "imitates"}
    for choice in (found, *({**found, "way": "sets", "k": k} for k in SIZES)):
        if lookup.content(asked(choice, FOLLOWED)) == lookup.content(experiment):
            return choice
    return None


def asked(choice: dict[str, Any], experiment: Experiment) -> Experiment:
    """The experiment with the labels and the framework of a choice made in the figure."""
    framework = sets(choice["k"]) if choice["way"] == "sets" else IMITATE
    return experiment.replace(bias=rival(choice["rate"] / PARTS), framework=framework)


@once(most=len(i18n.LANGUAGES))
def address(language: str) -> str:
    """Where a browser finds what the figure needs."""
    text = json.dumps(data(language), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{assets.offer({f'{language}.json': text})}/{language}.json"


def data(language: str) -> dict[str, Any]:
    """What the figure needs, whatever is chosen: draws, accuracies, words and colours."""
    found = follow(FOLLOWED, TRUTH)
    draws = [[draw.image, "".join(map(str, draw.rivals)), draw.from_] for draw in found.draws]
    ways = {"imitates": IMITATE, **{f"sets-{k}": sets(k) for k in SIZES}}
    computed = {way: along(framework) for way, framework in ways.items()}
    runs = [accuracy.replicates for found in computed.values() for _, accuracy in found]
    prefix = f"{figure.NAME}."
    return {
        "followed": {**dataclasses.asdict(found), "draws": draws},
        "curves": {way: curve(found) for way, found in computed.items()},
        "runs": {"runs": FOLLOWED.replicates, "fewest": min(runs), "most": max(runs)},
        "words": {
            key.removeprefix(prefix): text
            for key, text in i18n.table(language).items()
            if key.startswith(prefix)
        },
        "colours": {"text-accent": (LIGHT.accent, DARK.accent), "mark": (LIGHT.mark, DARK.mark)},
    }


def curve(computed: list[tuple[float, Estimate]]) -> list[tuple[int, float, float, float]]:
    """Accuracies by rate in hundredths, each with its interval."""
    found = []
    for rate, accuracy in computed:
        low, high = (accuracy.mean if end is None else end for end in (accuracy.low, accuracy.high))
        found.append((round(rate * PARTS), round(accuracy.mean, 4), round(low, 4), round(high, 4)))
    return found


def along(framework: dict[str, Any]) -> list[tuple[float, Estimate]]:
    """The students' accuracies that the atlas has, by rate."""
    entries = lookup.values(FOLLOWED.replace(framework=framework), "bias.rate")
    return [(rate, entry.result.student_accuracy) for rate, entry in entries]
