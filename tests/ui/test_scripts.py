"""Scripts that stand in the page itself."""

import re
from pathlib import Path

import pytest

from ui.components import keys, visits


@pytest.mark.parametrize("script", [keys.SCRIPT, visits.SCRIPT], ids=lambda path: path.stem)
def test_nothing_in_it_looks_like_a_tag(script: Path) -> None:
    """Else Streamlit drops it without a word, be it in a comment."""
    assert re.findall(r"<[/\w!]", script.read_text(encoding="utf-8")) == []
