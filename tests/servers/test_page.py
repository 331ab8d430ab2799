"""The page in Chromium: by keyboard alone, in both colour schemes, and axe finds nothing. CHATBOT_AXE names axe.min.js."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import real_servers

pytest.importorskip("playwright")
pytest.importorskip("uvicorn")

CODE = "import sys; from chatbot import Chatbot, serve; import uvicorn; uvicorn.run(serve.app(Chatbot(sys.argv[1])), port=int(sys.argv[2]), log_level='error')"
FINDINGS = "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' | '))"


@pytest.fixture
def served(tmp_path, tiny_bytes):
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    port = real_servers.free_port()
    server = real_servers.Server(sys.executable, "-c", CODE, str(tmp_path / "k.bin"), str(port), port=port, cwd=tmp_path)
    yield f"http://127.0.0.1:{port}/"
    server.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_by_keyboard_alone_and_without_a_violation(served, scheme, tmp_path):
    axe = os.environ.get("CHATBOT_AXE", "")
    if not axe:
        pytest.skip("CHATBOT_AXE names no axe.min.js")
    from playwright.sync_api import sync_playwright

    shot = Path(os.environ.get("CHATBOT_SHOTS", tmp_path)) / f"page-{scheme}.png"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=real_servers.program("chromium"), args=["--no-sandbox"])
        page = browser.new_page(color_scheme=scheme, bypass_csp=True, viewport={"width": 800, "height": 1000})
        wrong = []
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" and "favicon" not in message.location["url"] else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(served)
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
        page.wait_for_function("document.querySelectorAll('.bot').length == 2")
        assert page.evaluate("document.activeElement.id") == "question"
        page.keyboard.type("<img src=x onerror=alert(1)> my calf is swollen")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]:has-text('GET HELP TODAY')")
        assert page.locator(".you img").count() == 0
        page.add_script_tag(path=axe)
        assert page.evaluate(FINDINGS) == []
        page.screenshot(path=shot, full_page=True)
        assert not wrong
        browser.close()
    assert shot.stat().st_size > 5000
