"""Writes docs/api.md: what `softlabel_core` exports, from its docstrings. `make docs` runs it.

The sources are read, not imported, so that the docstrings of fields are there too.
"""

import inspect
import re
import sys
from pathlib import Path

import griffe

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "api.md"
HEAD = """# What can be imported

`from softlabel_core import ...`; the notebook [tour.ipynb](tour.ipynb) uses most of it. Bias types, losses
and all other plug-ins are in [catalogue.md](catalogue.md), terms in [science.md](science.md). Written by
`python docs/api.py` from the docstrings.
"""


def page() -> str:
    """The whole page as Markdown."""
    package = griffe.load("softlabel_core", search_paths=[ROOT])
    names = sorted(package.exports or (), key=str.lower)
    found = [(str(name), package[str(name)]) for name in names if name != "__version__"]
    return HEAD + "".join(_entry(name, one.final_target if one.is_alias else one) for name, one in found)


def _entry(name: str, one: griffe.Object) -> str:
    text = f"\n## {name}\n"
    if isinstance(one, griffe.Function):
        text += f"\n```python\n{one.signature()}\n```\n"
    text += f"\n{_docstring(one)}\n"
    if isinstance(one, griffe.Class):
        members = [*one.members.values(), *(m.final_target for m in one.inherited_members.values())]
        text += "\n" + "".join(_member(member) for member in members if _is_public(member))
    return text


def _is_public(member: griffe.Object | griffe.Alias) -> bool:
    return not (member.is_alias or member.name.startswith("_")) and member.has_docstring


def _member(one: griffe.Object | griffe.Alias) -> str:
    kind = f": {one.annotation}" if isinstance(one, griffe.Attribute) and one.annotation else ""
    head = one.signature() if isinstance(one, griffe.Function) else f"{one.name}{kind}"
    return f"- `{head}`: {' '.join(_docstring(one).split())}\n"


def _docstring(one: griffe.Object | griffe.Alias) -> str:
    return re.sub(r"\n +", "\n", inspect.cleandoc(one.docstring.value)) if one.docstring else ""


if __name__ == "__main__":
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
    PAGE.write_text(page())
