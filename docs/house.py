"""Draws the house: rooms and who imports whom, into docs/architecture.md. `make docs` runs it.

A room is a folder with modules, or a module that stands alone on the ground of its building. An arrow that
follows from others is left out of the drawing and kept in the table.
"""

import ast
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
START, END = "<!-- drawn by docs/house.py -->\n", "<!-- end of the drawing -->\n"

BUILDINGS = ("softlabel_core", "ui", "pages")


def room(module: str) -> str:
    """The room of a module: `softlabel_core.losses.cc` -> `softlabel_core.losses`."""
    parts = module.split(".")
    if parts[0] == "softlabel_core":
        return ".".join(parts[:2])
    folder = ROOT.joinpath(*parts[:2])
    return ".".join(parts[:2]) if parts[0] == "ui" and folder.is_dir() else parts[0]


def arrows() -> dict[str, set[str]]:
    """Room -> the rooms it imports, read from the imports of every module."""
    graph = grimp.build_graph(*BUILDINGS, cache_dir=None)
    found: dict[str, set[str]] = {"app": set()}
    for module in graph.modules:
        found.setdefault(room(module), set())
        for imported in graph.find_modules_directly_imported_by(module):
            found[room(module)] |= {room(imported)} - {room(module)}
    for node in ast.walk(ast.parse((ROOT / "app.py").read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in BUILDINGS:
            found["app"].add(room(node.module))
    return found


def floors(imports: dict[str, set[str]]) -> dict[str, int]:
    """Room -> its floor: one above the highest room that it imports; the ground is 1."""
    found: dict[str, int] = {}

    def floor(one: str, above: tuple[str, ...] = ()) -> int:
        if one in above:
            raise ValueError("rooms import each other in a circle: " + " > ".join((*above, one)))
        if one not in found:
            found[one] = 1 + max((floor(below, (*above, one)) for below in imports[one]), default=0)
        return found[one]

    for one in imports:
        floor(one)
    return found


def direct(imports: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Arrows that do not follow from others."""

    def reached(one: str) -> set[str]:
        return imports[one].union(*(reached(below) for below in imports[one]))

    return [
        (one, below)
        for one in sorted(imports)
        for below in sorted(imports[one])
        if not any(below in reached(other) for other in imports[one] - {below})
    ]


def drawing() -> str:
    """The drawing as Mermaid, and every room with its floor and what it imports as a table."""
    imports = arrows()
    at = floors(imports)
    by_floor = sorted(imports, key=lambda one: (-at[one], one))
    lines = ["```mermaid", "flowchart TB"]
    for building in ("app", *reversed(BUILDINGS)):
        own = sorted(
            (one for one in imports if one.split(".")[0] == building), key=lambda one: (-at[one], one)
        )
        lines.append(f"  subgraph {building}_building[{building}]")
        lines += [f"    {_id(one)}[{_name(one)}]" for one in own]
        lines.append("  end")
    lines += [f"  {_id(one)} --> {_id(below)}" for one, below in direct(imports)]
    count = sum(map(len, imports.values()))
    lines += ["```", "", f"{len(imports)} rooms on {max(at.values())} floors, {count} arrows.", ""]
    lines += ["| floor | room | imports |", "|---|---|---|"]
    for one in by_floor:
        below = ", ".join(f"`{_name(other)}`" for other in by_floor if other in imports[one])
        lines.append(f"| {at[one]} | `{_name(one)}` | {below} |")
    return "\n".join(lines) + "\n"


def _id(one: str) -> str:
    return one.replace(".", "_").replace("__main__", "main_module")


def _name(one: str) -> str:
    return one.removeprefix("softlabel_core.")


def page(text: str) -> str:
    """The page with its drawing made anew."""
    before, rest = text.split(START)
    return before + START + drawing() + END + rest.split(END)[1]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(PAGE.read_text()))
