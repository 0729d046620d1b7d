"""The version, in one place: pyproject.toml reads it, keys of experiments carry it."""

__version__ = "0.2.0"
