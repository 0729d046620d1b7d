"""What is said before training is what the run says."""

import subprocess
import sys

import pytest

from softlabel_core import Experiment, catalogue, run
from softlabel_core.biases import Bias
from softlabel_core.experiment.preview import Preview, needs_training, preview
from softlabel_core.frameworks import Framework

SMALL = {"dataset": {"kind": "gaussian-ring", "train_size": 100, "test_size": 100}, "replicates": 2}
QUICK = {**SMALL, "training": {"epochs": 1}}


@pytest.mark.parametrize("framework", catalogue(Framework))
@pytest.mark.parametrize("bias", ["demotion", "one-hot", "candidate-set"])
def test_it_is_number_for_number_that_of_the_run(bias, framework):
    experiment = Experiment.parse({**QUICK, "bias": bias, "framework": framework})
    found = preview(experiment)
    if needs_training(experiment):
        assert found is None
        return
    result = run(experiment)
    assert {name: getattr(found, name) for name in Preview.model_fields} == {
        name: getattr(result, name) for name in Preview.model_fields
    }


@pytest.mark.parametrize("cls", [one for one in catalogue(Bias).values() if not one.needs_files])
def test_labels_of_a_teacher_are_not_known_before(cls):
    experiment = Experiment.parse({**SMALL, "bias": cls.kind()})
    assert (preview(experiment) is None) == bool(cls.teachers)


def test_it_needs_no_torch():
    code = (
        "import sys; from softlabel_core import Experiment; "
        "from softlabel_core.experiment.preview import preview; "
        f"assert preview(Experiment.parse({SMALL!r})); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
