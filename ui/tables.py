"""Results in words and as rows."""

from typing import Any

import pandas as pd

from softlabel_core import Experiment, Result


def label(result: Result) -> str:
    """A run in a few words: bias type with its fields, framework with its loss, dataset."""
    return _words(result.experiment)


def describe(experiment: Experiment) -> str:
    """What is asked, in the words of `label`."""
    return _words(experiment.model_dump())


def _words(config: dict[str, Any]) -> str:
    bias, framework = config["bias"], config["framework"]
    fields = ", ".join(f"{name} {value}" for name, value in bias.items() if name != "kind")
    size = f" k={framework['k']}" if "k" in framework else ""
    return (
        f"{bias['kind']}{f' ({fields})' if fields else ''} · {framework['kind']}{size} "
        f"{framework['loss']['kind']} · {config['dataset']['kind']}"
    )


def runs_table(results: list[Result]) -> pd.DataFrame:
    """One row a run, the latest first: what it was, its indicators and accuracies with intervals."""
    return pd.DataFrame(
        [
            {
                "run": label(r),
                "Δ": r.indicators["unreliability"],
                "γ": r.indicators["ambiguity"],
                "Δ + γ": r.indicators["total"],
                "label accuracy": r.indicators["label_accuracy"],
                "student": r.student_accuracy.mean,
                "low": r.student_accuracy.low,
                "high": r.student_accuracy.high,
                "ground truth": r.ground_truth_accuracy.mean,
                "replicates": r.student_accuracy.replicates,
                "seed": r.experiment["seed"],
            }
            for r in reversed(results)
        ]
    ).round(4)
