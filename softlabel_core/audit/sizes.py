"""The set size that a file of labels is measured at as a rule."""

from softlabel_core.indicators._sizes import best_size
from softlabel_core.reading.labels import LabelFile

BESIDE = 2
"""Without a truth: the smallest size at which labels come together."""


def usual_size(file: LabelFile, best: int | None = None) -> int | str:
    """The support of a file of sets, else k*, which takes the truth; `best`: k*, where it is known."""
    if file.sets:
        return "support"
    if file.targets is None:
        return BESIDE
    return best_size(file.soft_labels, file.targets) if best is None else best
