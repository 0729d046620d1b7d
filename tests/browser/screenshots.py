"""Screenshots of every page into `screenshots/`, and the README's own: `make screenshots`."""

from pathlib import Path

from conftest import CHROMIUM, FLAGS, ROOT, serving
from playwright.sync_api import Page, sync_playwright

FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "images" / "explore.png"
VIEWS = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "phone": (390, "light"),
    "phone-dark": (390, "dark"),
}


def trained(page: Page, address: str) -> None:
    """Explore after a run, all of it in view."""
    page.goto(address + "/explore")
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("On true labels").wait_for()
    page.mouse.move(0, 500)
    page.locator("[data-testid=stPlotlyChart] .main-svg").nth(8).wait_for()


def whole(page: Page, file: Path) -> None:
    """The whole page, however long."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})
    page.wait_for_timeout(2500)
    page.screenshot(path=file)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (width, scheme) in VIEWS.items():
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            trained(page, address)
            if name == "light":
                page.set_viewport_size({"width": width, "height": 1180})
                page.wait_for_timeout(2500)
                page.screenshot(path=README)
            whole(page, FOLDER / f"explore-{name}.png")
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            page.get_by_role("link", name="Try it").first.wait_for()
            whole(page, FOLDER / f"start-{name}.png")
            page.close()
        browser.close()
    print(f"{2 * len(VIEWS)} screenshots in {FOLDER}")


if __name__ == "__main__":
    main()
