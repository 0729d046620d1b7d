"""What a path answers before any script runs: each page its own title and description, others a way home.

Streamlit answers every path with the same file, titled "Streamlit", which shows nothing where there is no
page (`/explore/nope`), or only a dialog. Whoever previews a link, or searches, reads no further than it.
"""

import html
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.web import assets, early
from ui.words.i18n import LANGUAGES, say

PAGES = ("start", "learn", "explore", "map", "compare", "labels", "lecture")
"""Pages in the order of the navigation; the first is at home."""

HALL = "hall"
"""First part of the paths that phones type."""

OURS = (assets.FOLDER, HALL)
"""First parts of the paths of our own routes."""

MARK = b"<title>Streamlit</title>"
"""By this the file is known that Streamlit answers every path with."""

END, ROOT = "</head>", '<div id="root">'

ASKING = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
"""Headers that would have the file come packed, or not at all."""

OF_THE_FILE = ("content-length", "content-type", "etag", "last-modified")
"""Headers that no longer hold once the file has another head."""


def title(language: str, page: str) -> str:
    """Title of a page for the browser's tab and for whoever links to it."""
    return f"{say(language, f'shell.{page}')} · Soft Label Lab"


def description(language: str, page: str) -> str:
    """What a page is for, in a sentence."""
    return say(language, f"shell.{page}-about")


class Paths:
    """ASGI middleware around Streamlit's application. `fetched`: page and language -> addresses of what the
    page fetches from us in any case; `standing`: of the style and the scripts of every page."""

    def __init__(
        self,
        app: ASGIApp,
        fetched: Callable[[str, str], Iterable[str]] = lambda *_: (),
        standing: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self.app, self.fetched, self.standing = app, fetched, standing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a page with its own head, an unknown path with a page that says so; the rest as it is."""
        if scope["type"] != "http" or scope["method"] != "GET" or _is_ours(scope["path"]):
            await self.app(scope, receive, send)
            return
        plain = {**scope, "headers": [one for one in scope["headers"] if one[0] not in ASKING]}
        begun: list[Message] = []
        body = bytearray()

        async def keep(message: Message) -> None:
            """Hold an HTML answer back until it is whole; let everything else through."""
            if message["type"] == "http.response.start":
                begun.append(message)
                if not _is_page(message):
                    await send(message)
            elif not begun or not _is_page(begun[0]):
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body"):
                    await self._answer(begun[0], bytes(body), scope)(scope, receive, send)

        await self.app(plain if _may_be_page(scope["path"]) else scope, receive, keep)

    def _answer(self, start: Message, body: bytes, scope: Scope) -> HTMLResponse:
        page = {"": PAGES[0], **{name: name for name in PAGES[1:]}}.get(assets.within(scope["path"]))
        language = spoken(scope)
        kept = {
            name: value for name, value in Headers(raw=start["headers"]).items() if name not in OF_THE_FILE
        }
        if MARK not in body:  # a file that only looks like a page
            return HTMLResponse(body, headers=kept)
        if page is None:
            return HTMLResponse(_missing(language, assets.base()), 404, headers=kept)
        head = f"<title>{html.escape(title(language, page))}</title>\n" + (
            f'    <meta name="description" content="{html.escape(description(language, page))}" />'
        )
        text = body.decode().replace(MARK.decode(), head)
        path = "" if page == PAGES[0] else f"/{page}"
        more = early.head(path, self.fetched(page, language), known=text)
        text = text.replace(END, more + END)
        return HTMLResponse(text.replace(ROOT, early.standing(self.standing()) + ROOT), headers=kept)


def _is_ours(path: str) -> bool:
    """Whether the path is that of a route of ours, which answers as it should."""
    return assets.within(path).split("/")[0] in OURS


def _may_be_page(path: str) -> bool:
    """Whether the path names no file: those are to come packed, and from the browser's cache."""
    return "." not in path.rsplit("/", 1)[-1]


def _is_page(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    html_as_it_is = (
        headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
    )
    return bool(start["status"] == 200 and html_as_it_is)


def spoken(scope: Scope) -> str:
    """The link's language, else the first of the browser's that we speak."""
    asked = QueryParams(scope["query_string"]).get("lang")
    wanted = Headers(raw=scope["headers"]).get("accept-language", "")
    preferred = [one.strip()[:2].lower() for one in wanted.split(",")]
    return next((one for one in (asked, *preferred) if one in LANGUAGES), next(iter(LANGUAGES)))


def _missing(language: str, base: str) -> str:
    """A page that says that there is none, with the way home and to every page."""
    links = "".join(
        f'<li><a href="{html.escape(base)}/{"" if name == PAGES[0] else name}">'
        f"{html.escape(say(language, f'shell.{name}'))}</a>: {html.escape(description(language, name))}</li>"
        for name in PAGES
    )
    said = html.escape(say(language, "shell.missing"))
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="UTF-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{said} · Soft Label Lab</title>"
        "<style>:root{color-scheme:light dark}body{font:1.125rem/1.5 sans-serif;max-width:40rem;"
        "margin:10vh auto;padding:0 1rem}li{margin:.5rem 0}</style></head>"
        f"<body><main><h1>{said}</h1><p>{html.escape(say(language, 'shell.missing-where'))}</p>"
        f"<ul>{links}</ul></main></body></html>"
    )
