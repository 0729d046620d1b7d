"""The families of plug-ins, in the order of the story."""

from softlabel_core.biases import Bias
from softlabel_core.datasets import Dataset
from softlabel_core.frameworks import Framework
from softlabel_core.indicators import Indicator
from softlabel_core.losses import Loss
from softlabel_core.plugin import Plugin
from softlabel_core.students import Student

FAMILIES: dict[str, type[Plugin]] = {
    cls.family: cls for cls in (Dataset, Bias, Framework, Loss, Student, Indicator)
}
"""Name of the folder -> contract."""
