"""Before the core is imported: shapes in signatures are checked, hypothesis always draws the same."""

import os
import tempfile

import numpy as np
from hypothesis import settings
from jaxtyping import install_import_hook

from tests.checked import checked

install_import_hook("softlabel_core", f"{checked.__module__}.{checked.__name__}")

# A data folder with one small file of one's own, so that the dataset that reads it knows its classes.
_folder = tempfile.TemporaryDirectory()
os.environ["SOFTLABEL_DATA"] = _folder.name
_points = {"features": np.random.default_rng(0).standard_normal((90, 4)), "targets": np.arange(90) % 3}
for _name in ("data.npz", "mine.npz"):
    np.savez(f"{_folder.name}/{_name}", **_points)
with open(f"{_folder.name}/mine.csv", "w") as _file:
    _file.write("target,x\n" + "".join(f"{i % 3},{i}\n" for i in range(90)))

settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("house")
