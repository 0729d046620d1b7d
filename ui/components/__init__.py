"""Components: what runs in the browser, a folder each: its script and its Python face.

`elements.js`: what several figures are made of. `asking.js`: how they ask what goes on.
"""

from functools import cache
from pathlib import Path

from ui.web import assets

SHARED = tuple(Path(__file__).with_name(name) for name in ("elements.js", "asking.js"))

LOADER = """const loaded = import(new URL("{path}", location.origin).href);
export default (component) => {{
  let gone = false;
  let leave;
  loaded.then((figure) => {{ if (!gone) leave = figure.default(component); }});
  return () => {{ gone = true; leave?.(); }};
}};"""


@cache
def loader(folder: Path, main: str, *others: str) -> str:
    """The script of a component whose own, `main`, a browser fetches once with the `others` of its folder."""
    files = [folder / name for name in (main, *others)]
    texts = {file.name: file.read_text(encoding="utf-8") for file in (*files, *SHARED)}
    return LOADER.format(path=f"{assets.offer(texts)}/{main}")
