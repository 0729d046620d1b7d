"""What a visitor takes along: CSV, JSON, the code that gives the numbers again, a page that opens alone.

No streamlit here. Everything is made from one result.
"""

import html
import json
import pprint

from softlabel_core import Result
from ui import charts, details
from ui.i18n import say
from ui.tables import label, runs_table
from ui.words import claim, percent, reason

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2328}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "td,th{padding:.25rem .75rem;border-bottom:1px solid #d5d9dd;text-align:right}"
    "td:first-child,th:first-child{text-align:left}pre{background:#f6f8fa;padding:1rem;overflow:auto}"
)


def csv(result: Result) -> str:
    """One row a replicate, with every field of the experiment."""
    return str(result.frame().to_csv(index=False))


def as_json(result: Result) -> str:
    """The JSON of `softlabel run`."""
    return json.dumps(result.summary(), indent=2, ensure_ascii=False)


def snippet(result: Result) -> str:
    """A script that computes the same numbers again."""
    config = pprint.pformat(result.experiment, width=96, sort_dicts=False)
    accuracy = percent(result.student_accuracy.mean)
    return (
        "from softlabel_core import Experiment, run\n\n"
        f"experiment = Experiment.parse(\n{_indented(config)}\n)\n"
        "result = run(experiment)\n"
        f'print(f"{{result.student_accuracy.mean:.4f}}")  # {result.student_accuracy.mean:.4f}, {accuracy}\n'
        f"# softlabel_core {result.versions['softlabel_core']}, torch {result.versions['torch']}\n"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def page(result: Result, source: str, language: str) -> str:
    """A page of its own that opens without a network: words, numbers, charts one can point at, code."""
    drawn = [charts.scatter([result], result.key, dark=False, language=language)]
    if result.curves:
        drawn.append(details.curves(result, dark=False, language=language))
    drawn.append(details.cooccurrence(result, dark=False, language=language))
    figures = "".join(
        f'<div role="img" aria-label="{html.escape(chart.alt)}">'
        + chart.figure.to_html(full_html=False, include_plotlyjs="inline" if number == 0 else False)
        + "</div>"
        for number, chart in enumerate(drawn)
    )
    numbers = runs_table([result], language).T.to_html(header=False, escape=True, border=0)
    said = html.escape(f"{claim(language, result)} {reason(language, result)}".replace("**", ""))
    name = html.escape(label(result, language))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>Soft Label Lab: {name}</title><style>{STYLE}</style></head><body>"
        f"<h1>{name}</h1><p>{said}</p><p><small>{html.escape(source)}</small></p>{numbers}{figures}"
        f"<h2>{html.escape(say(language, 'explore.code'))}</h2><pre>{html.escape(snippet(result))}</pre>"
        "</body></html>"
    )
