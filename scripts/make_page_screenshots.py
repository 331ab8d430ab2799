"""Makes docs/images/page-light.png and page-dark.png: the page of `chatbot serve` after a question, in Chromium.

    python scripts/make_page_screenshots.py

Needs Chromium and Playwright for Python.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
QUESTIONS = ("why do my calves cramp at night?", "my calf is hot and swollen")


def main() -> None:
    """Serve, ask, and take the pictures."""
    process = subprocess.Popen(
        [sys.executable, "-m", "chatbot", "serve", "--port", "0", "--region", "gb"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for scheme in ("light", "dark"):
                page = browser.new_page(color_scheme=scheme, viewport={"width": 720, "height": 900})
                page.goto(found[0])
                for at, question in enumerate(QUESTIONS):
                    page.fill("#question", question)
                    page.keyboard.press("Enter")
                    page.locator(".bot small").nth(at).wait_for()
                page.screenshot(path=IMAGES / f"page-{scheme}.png", full_page=True)
            browser.close()
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
