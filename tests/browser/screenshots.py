"""Screenshots of every page in light, dark, on a phone, presented; the README's too: `make screenshots`."""

from pathlib import Path

from conftest import CHROMIUM, FLAGS, ROOT, drawn, seen_as, serving, settled, visiting
from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "images"
PAGES = {
    "start": "",
    "learn": "",
    "explore": "bias=demotion",
    "map": "",
    "compare": "a.bias=skillful-bad-teacher&b.bias=skillful-bad-teacher&b.framework=soft-labels",
    "labels": "",
}
VIEWS = {
    "light": (1280, 900, "light", ""),
    "dark": (1280, 900, "dark", ""),
    "phone": (390, 844, "light", ""),
    "zh": (1280, 900, "light", "lang=zh"),
    "present": (1920, 1080, "light", "present=1"),
}
CHOSEN = ("start", "explore")
"""Pages whose light view stands in the README."""

SHADES = 48
"""Colours of those, so that the project stays small."""


def taken(page: Page, file: Path) -> None:
    """A picture once nothing moves any more."""
    before = None
    while (picture := page.screenshot()) != before:
        before = picture
        drawn(page)
    file.write_bytes(picture)


def whole(page: Page, file: Path) -> None:
    """The whole page, however long."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    settled(page)
    taken(page, file)


def shoot(window: BrowserContext, address: str, name: str, view: str) -> None:
    """One page as one visitor sees it."""
    width, height, scheme, more = VIEWS[view]
    page = seen_as(window.new_page(), width, height, scheme)
    page.goto(f"{address}/{name if name != 'start' else ''}?{PAGES[name]}&{more}")
    settled(page)
    if view == "light" and name in CHOSEN:
        taken(page, FOLDER / f"{name}.png")
        with Image.open(FOLDER / f"{name}.png") as picture:
            few = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=SHADES)
            few.save(README / f"{name}.webp", lossless=True, method=6)
    if view == "present":
        taken(page, FOLDER / f"{name}-{view}.png")
    else:
        whole(page, FOLDER / f"{name}-{view}.png")
    page.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with visiting(browser) as window:
            for view in VIEWS:
                for name in PAGES:
                    shoot(window, address, name, view)
        browser.close()
    print(f"{len(VIEWS) * len(PAGES)} screenshots in {FOLDER}")


if __name__ == "__main__":
    main()
