"""One thing about an experiment set by hand, and what no longer fits it started out anew."""

from contextlib import suppress
from typing import Any

from softlabel_core.experiment.spec import Experiment, set_path
from softlabel_core.losses import Loss
from softlabel_core.plugin import Invalid, Plugin, catalogue, default_sizes

LEFT_OUT = (("student",), ("bias",), ("bias", "student"), ("bias", "framework", "student"))
"""Parts that may start out anew, the fewest first."""


def changed_at(experiment: Experiment, path: str, value: Any) -> Experiment:
    """The experiment with one part or field (`dataset`, `bias.rate`, `framework.loss`) set to `value`.

    What does not fit it any more gives way, as little as possible: sizes above the classes, the loss, then
    whole parts. The experiment as it is where nothing gives it that value.
    """
    config = set_path(experiment.words(), path, value)
    loose = _without_sizes(config, experiment)
    tries = [config, loose]
    tries += [set_path(loose, "framework.loss", kind) for kind in catalogue(Loss)]
    tries += [{name: one for name, one in loose.items() if name not in left} for left in LEFT_OUT]
    for one in tries:
        with suppress(Invalid):
            changed = Experiment.parse(one)
            if value_at(changed, path) == value:  # and was not left out
                return changed
    return experiment


def value_at(experiment: Experiment, path: str) -> Any:
    """The value of a field, the id of a part; None where there is none."""
    found: Any = experiment
    for name in path.split("."):
        found = getattr(found, name, None)
    return found.kind() if isinstance(found, Plugin) else found


def _without_sizes(config: dict[str, Any], experiment: Experiment) -> dict[str, Any]:
    """With the sizes left open: they stop at the classes of whatever dataset it is now."""
    found = dict(config)
    for part in ("bias", "framework", "student"):
        plugin: Plugin = getattr(experiment, part)
        if isinstance(found.get(part), dict) and found[part].get("kind") == plugin.kind():
            sizes = default_sizes(type(plugin))
            found[part] = {name: one for name, one in found[part].items() if name not in sizes}
    return found
