"""One entry of the browser's history a visit.

Streamlit enters a page twice: its path when the page's run begins, then, when the run has written the state,
the path with its parameters. Back would come to the first, which says nothing. `visits.js` puts the second in
its place. And where Back or Forward is pressed again before its page has come, Streamlit enters that page
anew when it comes, and then the one that was asked for: both are there already.

Where a browser is slow to draw, the parameters of a page that was opened by a link arrive before its path,
and would be entered under the path of the page that is left: Back would come to that page with the wrong
parameters. They wait for the path.
"""

from pathlib import Path

SCRIPT = Path(__file__).with_name("visits.js")
"""Run by the document of every page, before Streamlit's scripts are."""
