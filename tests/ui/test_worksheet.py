"""Worksheets: every lesson on paper, without answers and with them."""

import html
from html.parser import HTMLParser
from pathlib import Path

import pytest

from softlabel_core.teaching.lessons import LESSONS, STEPS
from ui.taken import worksheet
from ui.words import lessons as says
from ui.words.i18n import LANGUAGES, say


class Tags(HTMLParser):
    """Sees that what is opened is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("teacher", [False, True])
def test_every_step_stands_on_paper_and_only_the_teacher_has_answers(language: str, teacher: bool) -> None:
    page = worksheet.course(language, teacher=teacher)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert page.count('class="step"') == len(STEPS)
    assert page.count('class="exercise"') == len(LESSONS) * (3 + 1)
    assert ('class="answer"' in page) == teacher
    assert ("☑" in page) == teacher
    assert "**" not in page
    for lesson in LESSONS:
        assert html.escape(says.title(language, lesson)) in page
        assert (html.escape(say(language, f"learn.{lesson}.recap-one"), quote=False) in page) == teacher


def test_the_command_writes_what_the_page_offers(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    assert worksheet.main(["--teacher", "--language", "zh", "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == worksheet.course("zh", teacher=True)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert worksheet.main(["--out", str(tmp_path)]) == 2
    assert f"--out: allowed: a file that can be written; got {tmp_path} (" in capsys.readouterr().err
