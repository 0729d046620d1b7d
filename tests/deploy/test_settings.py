"""Every environment variable that the project reads stands in the table of docs/hosting.md, and no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    ROOT / "app.py",
    *(
        path
        for folder in ("deploy", "pages", "softlabel_core", "ui")
        for path in (ROOT / folder).rglob("*.py")
    ),
]


def constants() -> dict[str, str]:
    """Names that modules give to texts in capitals, such as `STATE = "SOFTLABEL_STATE"`."""
    found = {}
    for path in SOURCES:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                for target in node.targets:
                    if isinstance(target, ast.Name) and re.fullmatch(r"[A-Z_]{5,}", str(node.value.value)):
                        found[f"{path}:{target.id}"] = str(node.value.value)
    return found


def environment(node: ast.AST) -> bool:
    """Whether it is `os.environ` or `os.getenv`."""
    return isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")


def asked(node: ast.AST) -> ast.expr | None:
    """What is asked of the environment by a call or an index."""
    if isinstance(node, ast.Subscript) and environment(node.value):
        return node.slice
    if isinstance(node, ast.Call):
        method = node.func
        if environment(method) and isinstance(method, ast.Attribute) and method.attr == "getenv":
            return node.args[0]
        if isinstance(method, ast.Attribute) and environment(method.value):
            return node.args[0]
    return None


def read() -> set[str]:
    """Every variable that the code asks for."""
    known, found = constants(), set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if (name := asked(node)) is not None:
                text = (
                    name.value if isinstance(name, ast.Constant) else known.get(f"{path}:{ast.unparse(name)}")
                )
                assert isinstance(text, str), f"{path}: which variable is {ast.unparse(name)}?"
                found.add(text)
    return found


def table() -> set[str]:
    """What the first column of the table names."""
    section = (ROOT / "docs" / "hosting.md").read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z_]{5,})`", row)}


def test_the_table_names_all_that_is_read_and_nothing_else() -> None:
    assert len(read()) > 10
    assert read() == table()


def test_containers_and_units_set_only_what_there_is() -> None:
    for name in (
        "Dockerfile",
        "compose.yaml",
        *(f"deploy/{path.name}" for path in ROOT.glob("deploy/*.service")),
    ):
        text = (ROOT / name).read_text()
        known = table() | {"STREAMLIT_SERVER_ADDRESS"}
        assert set(re.findall(r"\b((?:SOFTLABEL|STREAMLIT)_[A-Z_]+)\b", text)) <= known, name
