"""Before the core is imported: shapes in signatures are checked, hypothesis always draws the same."""

from hypothesis import settings
from jaxtyping import install_import_hook

# frameworks and plugin say Self in modules of functions, which beartype refuses there.
CHECKED = ("simplex", "examples", "labels", "train", "datasets", "biases", "losses", "students")

install_import_hook([f"softlabel_core.{name}" for name in CHECKED], "beartype.beartype")

settings.register_profile("house", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("house")
