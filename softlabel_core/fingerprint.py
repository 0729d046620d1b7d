"""Which code made a number: a hash of the modules it came from, blind to comments and docstrings.

A module's part of the hash is its syntax tree without texts that stand alone, so that a better docstring
changes nothing and any statement changes it. The modules are those of the plug-ins that an experiment
uses, of all indicators, and what they and `execute` import.
"""

import ast
import functools
import hashlib
from pathlib import Path

from softlabel_core.indicators import Indicator
from softlabel_core.plugin import Plugin, Value, catalogue
from softlabel_core.version import __version__

PACKAGE = "softlabel_core"
ROOT = Path(__file__).parent

NO_NUMBERS = {f"{PACKAGE}.{name}" for name in ("experiment", "plugin", "files", "version")}
"""Modules that decide no number: what was asked is kept beside every result, and files have hashes."""

REFERENCE = ("execute", "losses.cross_entropy")
"""Where every run begins: the execution, and the loss of the students taught with the truth."""


def of(*plugins: type[Plugin]) -> str:
    """Fingerprint (16 hex digits) of the code behind results of these plug-ins, and of its version."""
    return _of(frozenset(plugin.__module__ for plugin in plugins))


def plugins(value: Value) -> set[type[Plugin]]:
    """Classes of all plug-ins inside `value`, an experiment or a plug-in."""
    found = {type(value)} if isinstance(value, Plugin) else set()
    for name in type(value).model_fields:
        part = getattr(value, name)
        found |= plugins(part) if isinstance(part, Value) else set()
    return found


@functools.cache
def _of(modules: frozenset[str]) -> str:
    measured = {indicator.__module__ for indicator in catalogue(Indicator).values()}
    found: set[str] = set()
    queue = [*modules, *measured, *(f"{PACKAGE}.{name}" for name in REFERENCE)]
    while queue:
        name = queue.pop()
        if name not in found and name not in NO_NUMBERS:
            found.add(name)
            queue += _read(name)[1]
    content = "".join(f"{name} {_read(name)[0]}\n" for name in sorted(found))
    return hashlib.sha256(f"{__version__}\n{content}".encode()).hexdigest()[:16]


@functools.cache
def _read(name: str) -> tuple[str, frozenset[str]]:
    """Hash of a module of the package, and the modules of the package that it imports."""
    file = _file(name)
    if file is None:
        return "", frozenset()
    tree = ast.parse(file.read_bytes())
    words: list[str] = []
    _words(tree, words)
    imports = {
        one
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE)
        for one in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        if _file(one)
    }
    return hashlib.sha256("\n".join(words).encode()).hexdigest(), frozenset(imports)


def _file(name: str) -> Path | None:
    """Source of a module of the package, or None if `name` is none."""
    place = ROOT.joinpath(*name.split(".")[1:])
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def _words(node: object, words: list[str]) -> None:
    """The tree as a list of words. Empty fields are left out: they differ between versions of Python."""
    if isinstance(node, ast.expr_context):
        return
    if isinstance(node, ast.AST):
        words.append(type(node).__name__)
        for name, child in ast.iter_fields(node):
            if child is not None and child != []:
                words.append(name)
                _words(child, words)
        words.append(")")
    elif isinstance(node, list):
        for child in node:
            if not _is_text(child):
                _words(child, words)
    else:
        words.append(repr(node))


def _is_text(node: object) -> bool:
    """Whether it is a docstring, or a text under a field."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
