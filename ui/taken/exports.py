"""What a visitor takes along: CSV, JSON, the code that gives the numbers again, a page that opens alone.

No streamlit here. Everything is made from one result. (`reports`: what was found in a file of labels.)
"""

import html
import json
import pprint
import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from softlabel_core import Invalid, Result, Sweep, catalogue
from softlabel_core.experiment.link import parse, short
from softlabel_core.experiment.spec import span
from softlabel_core.indicators import Indicator
from ui.charts import details, results
from ui.charts.figures import Chart
from ui.charts.palette import LIGHT
from ui.words.i18n import joined, say
from ui.words.sentences import claim, percent, reason
from ui.words.tables import label, runs_table

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    f"color:{LIGHT.ink};background:{LIGHT.ground}}}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;display:block;overflow-x:auto}"
    f"td,th{{padding:.25rem .75rem;border-bottom:1px solid {LIGHT.line};text-align:right}}"
    "td:first-child,th:first-child,.words td,.words th{text-align:left}"
    f"pre{{background:{LIGHT.panel};padding:1rem;overflow:auto}}"
)


def csv(result: Result) -> str:
    """One row a replicate, with every field of the experiment."""
    return str(result.frame().to_csv(index=False))


def as_json(result: Result) -> str:
    """The JSON of `softlabel run`."""
    return json.dumps(result.summary(), indent=2, ensure_ascii=False)


def snippet(result: Result) -> str:
    """A script that computes the same numbers again."""
    config = pprint.pformat(result.experiment.model_dump(mode="json"), width=96, sort_dicts=False)
    accuracy, versions = percent(result.student_accuracy.mean), result.provenance.versions
    return (
        "from softlabel_core import Experiment, run\n\n"
        f"experiment = Experiment.parse(\n{_indented(config)}\n)\n"
        "result = run(experiment)\n"
        f'print(f"{{result.student_accuracy.mean:.4f}}")  # {result.student_accuracy.mean:.4f}, {accuracy}\n'
        f"# softlabel_core {versions['softlabel_core']}, torch {versions['torch']}\n"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


OPTIONS = {"framework.loss": "--loss", "framework.k": "--k"} | {
    name: f"--{name}" for name in ("dataset", "bias", "framework", "student", "replicates", "seed")
}
"""Fields of an experiment with an option of their own on the command line."""


def sweep_command(sweep: Sweep) -> str:
    """The command line that computes the same sweep."""
    said = {name: text for name, text in short(sweep.experiment).items() if name != "v"}
    others = {name: text for name, text in said.items() if name not in sweep.vary}
    words = ["softlabel", "sweep"]
    for name, text in (said if parse(others)[1] else others).items():
        words += [OPTIONS[name], text] if name in OPTIONS else ["--set", f"{name}={text}"]
    for path, values in sweep.vary.items():
        words += ["--vary", f"{path}={_listed(values)}"]
    words += [] if _whole(sweep) else ["--skip"]
    return shlex.join([*words, "--out", "sweep.csv"])


def _listed(values: list[Any]) -> str:
    """Values as the command line takes them: ends and a count where they are evenly spaced."""
    short_form = f"{values[0]}:{values[-1]}:{len(values)}"
    even = isinstance(values[0], float) and len(values) > 2 and span(short_form) == values
    return short_form if even else ",".join(map(str, values))


def _whole(sweep: Sweep) -> bool:
    """Whether all of its combinations are possible."""
    try:
        return bool(sweep.experiments())
    except Invalid:
        return False


def sweep_script(sweep: Sweep) -> str:
    """A script that computes the same sweep, and writes what the command line writes."""
    config = pprint.pformat(sweep.model_dump(mode="json"), width=96, sort_dicts=False)
    return (
        "import pandas as pd\n\n"
        "from softlabel_core import Sweep, run_sweep\n\n"
        f"sweep = Sweep.parse(\n{_indented(config)}\n)\n"
        "results = run_sweep(sweep.experiments(skip=True))\n"
        "table = pd.concat([result.frame() for result in results])\n"
        'table.to_csv("sweep.csv", index=False)\n'
        f'print(table.groupby({list(sweep.vary)})["student_accuracy"].mean().to_string())\n'
    )


def sweep_csv(varied: list[str], points: Iterable[tuple[tuple[Any, ...], str, Result]]) -> str:
    """One row a point: its values, where it is from, accuracies and indicators with their intervals."""
    rows = [_point(varied, *point) for point in points]
    return str(pd.DataFrame(rows, columns=None if rows else varied).to_csv(index=False))


def _point(varied: list[str], values: tuple[Any, ...], source: str, result: Result) -> dict[str, Any]:
    experiment, measured = result.experiment, result.indicators
    row: dict[str, Any] = dict(zip(varied, values, strict=True))
    row |= {"source": source, "key": result.key}
    row |= {"replicates": experiment.replicates, "seed": experiment.seed}
    for name in ("student_accuracy", "ground_truth_accuracy"):
        estimate = getattr(result, name)
        row |= {name: estimate.mean, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    row["k"] = measured["k"]
    for name in (cls.key() for cls in catalogue(Indicator).values() if cls.key() in measured):
        ends = measured["intervals"].get(name)
        row[name] = measured[name]
        row |= {} if ends is None else {f"{name}_low": ends[0], f"{name}_high": ends[1]}
    return row


def page(result: Result, source: str, language: str) -> str:
    """A page of its own that opens without a network: words, numbers, charts one can point at, code."""
    drawn = [results.scatter([result], result.key, dark=False, language=language)]
    if result.curves:
        drawn.append(details.curves(result, dark=False, language=language))
    drawn.append(details.cooccurrence(result, dark=False, language=language))
    numbers = runs_table([result], language).T.to_html(header=False, escape=True, border=0)
    said = joined([claim(language, result), reason(language, result)]).replace("**", "")
    body = (
        f"<p>{html.escape(said)}</p><p><small>{html.escape(source)}</small></p>{numbers}{figures(drawn)}"
        f"<h2>{html.escape(say(language, 'explore.code'))}</h2><pre>{html.escape(snippet(result))}</pre>"
    )
    return document(label(result, language), body, language)


def figures(drawn: Sequence[Chart], script: bool = True) -> str:
    """Charts one can point at; the first brings the script of all along, unless it is there already."""
    return "".join(
        f'<div role="img" aria-label="{html.escape(chart.alt)}">'
        + chart.figure.to_html(
            full_html=False,
            include_plotlyjs="inline" if script and number == 0 else False,
            config={"responsive": True},
        )
        + "</div>"
        for number, chart in enumerate(drawn)
    )


def document(name: str, body: str, language: str) -> str:
    """A whole page under its name, which is shown letter by letter."""
    name = html.escape(name)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>Soft Label Lab: {name}</title><style>{STYLE}</style></head><body>"
        f"<h1>{name}</h1>{body}</body></html>"
    )
