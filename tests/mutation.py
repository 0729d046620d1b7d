"""What the last `make mutation` came to: a table of modules, then every fault that no test noticed.

python tests/mutation.py [part of a module's path]
"""

import ast
import difflib
import json
import sys
from collections import Counter
from pathlib import Path

MUTANTS = Path("mutants")
OUTCOMES = {0: "survived", 5: "not asked", 33: "not asked", 34: "skipped", None: "not run"}
"""By mutmut's exit codes; every other one means that a test failed, or ran into its limit of time."""


def outcome(code: int | None) -> str:
    return OUTCOMES.get(code, "killed")


def changed(functions: dict[str, ast.FunctionDef], mutant: str) -> list[str]:
    """Lines that a mutant takes away and puts in."""
    both = [functions[mutant.rpartition("__mutmut_")[0] + "__mutmut_orig"], functions[mutant]]
    for function in both:
        function.name = "f"
    before, after = (ast.unparse(function).splitlines() for function in both)
    diff = difflib.unified_diff(before, after, lineterm="", n=0)
    return [line for line in diff if line[:3] not in ("---", "+++", "@@ ")]


def main(part: str = "") -> None:
    found = {}
    for record in sorted(MUTANTS.rglob("*.py.meta")):
        codes = json.loads(record.read_text())["exit_code_by_key"]
        if codes and part in str(record):
            found[record.with_suffix("")] = {
                name.rpartition(".")[2]: outcome(code) for name, code in codes.items()
            }
    print("| module | mutants | killed | survived | not asked | not run |\n|---|---|---|---|---|---|")
    for path, mutants in found.items():
        counts = Counter(mutants.values())
        columns = [counts[name] for name in ("killed", "survived", "not asked", "not run")]
        print(f"| {path.relative_to(MUTANTS)} | {len(mutants)} | {' | '.join(map(str, columns))} |")
    for path, mutants in found.items():
        tree = ast.parse(path.read_text())
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        for name, state in mutants.items():
            if state in ("survived", "not asked"):
                print(f"\n{path.relative_to(MUTANTS)} {name}: {state}")
                print("\n".join(f"    {line}" for line in changed(functions, name)))


if __name__ == "__main__":
    main(*sys.argv[1:])
