"""Every template of a message that a visitor may read, collected from the source."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

CARRIERS = {"Phrase", "Refusal", "Invalid", "Busy", "JobError"}
"""What takes a template first."""

WHOLE = {"template", "explain(error, cls, data)", "error.phrase"}
"""What may stand in its place: a phrase that is one already."""

COMMAND_LINE = {
    ROOT / "softlabel_core" / name for name in ("__main__.py", "service/ray_runner.py", "store/acts.py")
}
"""Speak English only."""


def calls() -> list[tuple[Path, ast.Call]]:
    """Every call of a carrier in the core and the dashboard."""
    sources = [path for part in ("softlabel_core", "ui", "pages") for path in (ROOT / part).rglob("*.py")]
    return [
        (path, node)
        for path in sorted(sources)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CARRIERS
    ]


def template(call: ast.Call) -> str | None:
    """The literal template of a call."""
    first = call.args[0] if call.args else None
    literal = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return first.value if literal else None


def templates() -> set[str]:
    """All of them but those of the command line."""
    found = {template(call) for path, call in calls() if path not in COMMAND_LINE}
    return {text for text in found if text is not None}
