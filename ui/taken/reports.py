"""Reports on a file of labels: a page that opens alone, JSON, CSV, and the code that gives the numbers again.

No streamlit here. A report is for somebody who has neither seen the page nor the file: it says what was read
and how, what the two degrees mean, and what follows from them.
"""

import html
import json
import re
import shlex
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pprint import pformat
from textwrap import indent

import pandas as pd

from softlabel_core.audit.report import Audit
from softlabel_core.audit.students import Taught, Teaching
from softlabel_core.audit.table import table
from softlabel_core.audit.untold import Untold
from softlabel_core.service.readings import Upload
from ui.charts import labels
from ui.charts.figures import Chart, Look
from ui.taken.exports import document, figures
from ui.words import audits, untold
from ui.words.i18n import choice, say

WORDS = ("soft-label", "set", "unreliability", "ambiguity", "interval")
"""What a report explains, in this order; without a truth the first two."""


def as_json(found: Audit | Untold, students: Sequence[Taught]) -> str:
    """Everything that was found in a file of labels, and what became of its students."""
    whole = found.model_dump(mode="json") | {"students": [one.model_dump(mode="json") for one in students]}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def as_csv(found: Audit | Untold, students: Sequence[Taught]) -> str:
    """The same as one flat table, a row a number."""
    return str(table(found, students).to_csv(index=False))


def command(upload: Upload, found: Audit | Untold) -> str:
    """The command line that measures the same file in the same way."""
    choice = upload.choice
    name = f"./{upload.name}" if upload.name.startswith("-") else upload.name
    words = ["softlabel", "indicators", name]
    words += [] if upload.truth is None else [f"--targets={upload.truth.name}"]
    words += [] if choice.numbers == "auto" else [f"--numbers={choice.numbers}"]
    words += [f"--column={column}" for column in choice.columns]
    words += [f"--truth={choice.truth}"] if choice.truth else []
    words += ["--majority"] if choice.majority else []
    words += [f"--names={','.join(choice.names)}"] if choice.names else []
    words += [f"--off={name}" for name in sorted(choice.off)]
    words += [f"--k={found.k}"]
    if isinstance(found, Untold) and found.assumed:
        words += [f"--assume={found.assumed.unreliability:g}"]
    return shlex.join(words)


def snippet(upload: Upload, found: Audit | Untold, asked: Teaching | None = None) -> str:
    """A script that finds the same in the same file; `asked`: what its students were asked for."""
    choice = upload.choice
    given = {
        "targets": upload.truth.name if upload.truth else None,
        "numbers": choice.numbers if choice.numbers != "auto" else "",
        "columns": [*choice.columns],
        "truth": choice.truth,
        "majority": choice.majority,
        "names": [*choice.names],
        "off": sorted(choice.off),
    }
    options = "".join(f"    {name}={value!r},\n" for name, value in given.items() if value)
    module, measures, shown = _UNTOLD if isinstance(found, Untold) else _AUDIT
    value = found.agreement if isinstance(found, Untold) else found.indicators["total"]
    imports, students = "", ""
    if asked is not None:
        config = pformat(asked.model_dump(mode="json"), width=92, sort_dicts=False)
        imports = "from softlabel_core.audit.students import Teaching, teach\n"
        students = (
            f"asked = Teaching.parse(\n{indent(config, '    ')}\n)\n"
            "for one in teach(file, asked):\n"
            "    print(one.loss, one.k, one.student.mean)\n"
        )
    verdicts = (
        ""
        if isinstance(found, Untold)
        else "for one in found.losses:\n    print(one.loss, one.margin.verdict, one.margin.value)\n"
    )
    at = f"k={found.k!r}"
    if isinstance(found, Untold) and found.assumed:
        at += f", assumed={found.assumed.unreliability:g}"
    versions = ", ".join(f"{name} {found.versions[name]}" for name in ("softlabel_core", "numpy"))
    return (
        f"from softlabel_core import read_labels\nfrom softlabel_core.audit.{module} import {measures}\n"
        f"{imports}\nfile = read_labels(\n    {upload.name!r},\n{options})\n"
        f"found = {measures}(file, {at})\nprint({shown})  # {value:.4f}\n"
        f"{verdicts}{students}# {versions}\n"
    )


_AUDIT = ("report", "audit", 'found.indicators["total"]')
_UNTOLD = ("untold", "untold", "found.agreement")
"""Module, function, and the number that a script shows first."""


def page(
    found: Audit | Untold,
    students: Sequence[Taught],
    upload: Upload,
    source: str,
    language: str,
    asked: Teaching | None = None,
) -> str:
    """A page of its own that opens without a network, for who has seen neither this page nor the file."""
    look: Look = {"dark": False, "language": language}
    sections = _measured(found, look) if isinstance(found, Audit) else _without_truth(found, look)
    if students:
        body = _paragraph(audits.outcome(language, students)) + _table(audits.taught(students, language))
        sections.append(("students", body, [labels.students(students, **look)]))
    if isinstance(found, Audit) and found.quality:
        note = audits.quality_note(language, found, found.quality)
        sections.append(("quality", _paragraph(note) + _table(audits.quality(found, language)), []))
    code = f"<pre>{html.escape(snippet(upload, found, asked if students else None))}</pre>"
    shell = f"<pre>{html.escape(command(upload, found))}</pre>"
    sections.append(("again", _paragraph(say(language, "labels.again-note")) + code + shell, []))
    parts, script = [_first(found, upload, source, language)], True
    for name, content, drawn in sections:
        parts.append(f"<h2>{html.escape(say(language, f'labels.{name}'))}</h2>{content}")
        parts.append(figures(drawn, script))
        script = script and not drawn
    return document(say(language, "labels.report", name=upload.name), "".join(parts), language)


def _first(found: Audit | Untold, upload: Upload, source: str, language: str) -> str:
    """What stands before all sections: what was found, how the file was read, what words mean."""
    whole = isinstance(found, Audit)
    said = audits.lead(language, found) if isinstance(found, Audit) else untold.lead(language, found)
    words = [
        f"<dt>{html.escape(say(language, f'labels.word-{word}'))}</dt>"
        f"<dd>{html.escape(say(language, f'labels.means-{word}', k=choice(language, found.k)))}</dd>"
        for word in (WORDS if whole else WORDS[:2])
    ]
    read = [audits.loaded(language, found, upload), *audits.read(language, found)]
    majority = [say(language, "labels.majority-note")] if "majority" in found.read else []
    return "".join(
        [
            *map(_paragraph, [say(language, "labels.report-lead"), said, *majority]),
            f"<p><small>{html.escape(source)} · {datetime.now(UTC):%Y-%m-%d %H:%M} UTC</small></p>",
            f"<h2>{html.escape(say(language, 'labels.read-how'))}</h2>",
            *map(_paragraph, read),
            f"<h2>{html.escape(say(language, 'labels.words'))}</h2><dl>{''.join(words)}</dl>",
        ]
    )


Section = tuple[str, str, list[Chart]]
"""Its title by key, what it says as HTML, its charts."""


def _measured(found: Audit, look: Look) -> list[Section]:
    language = look["language"]
    together = labels.together(found, **look)
    sections: list[Section] = [
        ("which", _paragraphs([say(language, "labels.which-note"), *audits.verdicts(language, found)]), []),
        ("indicators", _table(audits.indicators(found, language)), []),
        (
            "sizes",
            _paragraphs([audits.sizes_note(language, found), audits.size_note(language, found)]),
            [labels.by_size(found, **look)],
        ),
        (
            "worst",
            _paragraphs([say(language, "labels.worst-note"), audits.bias_note(language, found)])
            + _table(audits.confusions(found, language), "words"),
            [],
        ),
    ]
    if together:
        sections.append(("together", _paragraph(say(language, "explore.sets-note")), [together]))
    if found.crowd:
        said = [audits.crowd_note(language, found.crowd), say(language, "labels.votes-note")]
        ways = _table(audits.ways(found.crowd, language), "words")
        ways += _paragraph(audits.aggregator_note(language, found.crowd))
        sections.append(("votes", _paragraphs(said) + ways, [labels.by_votes(found.crowd, **look)]))
    return sections


def _without_truth(found: Untold, look: Look) -> list[Section]:
    language = look["language"]
    numbers = _table(untold.numbers(found, language), "words") + _paragraph(untold.bound(language, found))
    pairs = _paragraph(say(language, "labels.pairs-note")) + _table(untold.pairs(found, language), "words")
    return [
        ("no-truth", _paragraph(say(language, "labels.no-truth-told")), []),
        ("without-truth", numbers, []),
        ("together", pairs, []),
    ]


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(map(_paragraph, texts))


def _paragraph(text: str) -> str:
    """A sentence of our own in Markdown, as HTML that shows it letter by letter."""
    unmarked = re.sub(r"\\(.)", r"\1", text.replace("**", ""))
    return f"<p>{html.escape(unmarked)}</p>"


def _table(frame: pd.DataFrame, look: str = "") -> str:
    three = "{:.3f}".format
    return str(frame.to_html(index=False, escape=True, border=0, classes=look, float_format=three, na_rep=""))
