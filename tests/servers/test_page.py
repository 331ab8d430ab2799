"""The page in Chromium: by keyboard alone, in both colour schemes, and axe finds nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import real_servers

from chatbot.knowledge import BUNDLED

pytest.importorskip("uvicorn")
pytest.importorskip("playwright")
axe_package = pytest.importorskip("axe_playwright_python")
AXE = Path(axe_package.__file__).with_name("axe.min.js")

CODE = "import sys; from chatbot import Chatbot, serve; import uvicorn; uvicorn.run(serve.app(Chatbot(sys.argv[1])), port=int(sys.argv[2]), log_level='error')"
FINDINGS = "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))"


@pytest.fixture
def serve(tmp_path):
    servers = []

    def start(knowledge):
        port = real_servers.free_port()
        servers.append(real_servers.Server(sys.executable, "-c", CODE, str(knowledge), str(port), port=port, cwd=tmp_path))
        return f"http://127.0.0.1:{port}/"

    yield start
    for server in servers:
        server.stop()


@contextmanager
def opened(address, **options):
    """The page in a browser. At the end axe looks at it, and nothing must have been logged as an error."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=real_servers.program("chromium"), args=["--no-sandbox"])
        page = browser.new_page(**options)
        wrong = []
        page.on(
            "console",
            lambda message: wrong.append(message.text) if message.type == "error" and "favicon" not in message.location["url"] else None,
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        yield page
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(FINDINGS) == []
        assert not wrong
        browser.close()


KINDS = (
    "why do my calves cramp at night?",
    "magnesium",
    "period cramps",
    "best pizza",
    "hello",
    "how much magnesium should I take",
    "qzxv qzxv",
    "I have chest pain and my arm hurts",
    "my calf is hot and swollen",
    "does quinine help cramps?",
)


@pytest.mark.parametrize("width", [800, 320])
def test_answers_of_every_kind_have_no_violation(serve, width):
    with opened(serve(BUNDLED), viewport={"width": width, "height": 800}) as page:
        for at, question in enumerate(KINDS):
            page.fill("#question", question)
            page.keyboard.press("Enter")
            page.locator(".bot small").nth(at).wait_for()
        assert page.locator("[role=alert]").count() >= 2
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it must not be scrolled sideways"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_by_keyboard_alone(serve, scheme, tmp_path, tiny_bytes):
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    with opened(serve(tmp_path / "k.bin"), color_scheme=scheme, viewport={"width": 800, "height": 1000}) as page:
        page.keyboard.press("Tab")  # the link that skips
        page.keyboard.press("Enter")
        page.keyboard.type("why do my calves cramp at night?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".bot p:has-text('Nobody knows')")
        assert page.evaluate("document.activeElement.id") == "question"
        for _ in range(30):  # back to the first choice
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.matches('.bot ol button')"):
                break
        chosen = page.evaluate("document.activeElement.textContent")
        page.keyboard.press("Enter")
        page.wait_for_selector(f".you p:has-text('{chosen}')")
        page.locator(".bot small").nth(1).wait_for()
        assert page.evaluate("document.activeElement.id") == "question"
        page.keyboard.type("<img src=x onerror=alert(1)> my calf is swollen")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]:has-text('GET HELP TODAY')")
        assert page.locator(".you img").count() == 0
