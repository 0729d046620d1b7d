"""Soft Label Lab's core: can a bad teacher train a good student?

    from softlabel_core import Experiment, run, measure
    result = run(Experiment(replicates=3))

Importing it loads neither torch nor scikit-learn; they come with the first run.
"""

from softlabel_core.experiment.result import Result
from softlabel_core.experiment.run import run, run_sweep
from softlabel_core.experiment.spec import Experiment, Sweep
from softlabel_core.indicators import measure
from softlabel_core.plugin import Invalid, catalogue
from softlabel_core.reading.labels import read_labels
from softlabel_core.training.train import Cancelled, Training
from softlabel_core.version import __version__

__all__ = [
    "Cancelled",
    "Experiment",
    "Invalid",
    "Result",
    "Sweep",
    "Training",
    "__version__",
    "catalogue",
    "measure",
    "read_labels",
    "run",
    "run_sweep",
]
