"""What the commands of a talk do. Each takes the talk and what was typed after the command."""

from __future__ import annotations

from chatbot.compose import EVIDENCE
from chatbot.repl.saving import SavedLines, as_markdown, write_new
from chatbot.repl.talk import Leave, Talk
from chatbot.terminal import THEMES, can_move
from chatbot.types import Citation, Suggestion

HELP = (
    'Ask in your own words; typos are fine. "and in pregnancy?" goes on with the last question. A number picks a choice.',
    "Alt-Enter or Ctrl-J begins a new line, Ctrl-X Ctrl-E opens your editor, Tab looks through what is offered, the right arrow takes "
    "the grey text. Ctrl-C drops the line. Nothing you type is kept unless you turn the history on.",
)
NOTHING_YET = "There is no answer yet. Ask a question first."


def topics(talk: Talk, word: str) -> None:
    """The topics as choices, all or those with a word in them."""
    found = talk.brain.topics()
    chosen = [(title, question) for title, question in found if word.lower() in f"{title} {question}".lower()]
    if not chosen:
        talk.say(f"No topic has that word. /topics lists all {len(found)}.")
        return
    talk.offer(Suggestion(f"{title}: {question}", question) for title, question in chosen)
    talk.say("Type a number, or a question of your own.")


def sources(talk: Talk, number: str) -> None:
    """The sources of the last answer that has some, or one of them."""
    cited = _cited(talk)
    if not cited:
        talk.say("There is no source yet. Ask a question first.")
        return
    chosen = cited if not number else _numbered(talk, number, cited)
    now = talk.look
    for citation in chosen:
        if now.accessible:
            from chatbot.render.as_accessible import source_line

            talk.say(source_line(citation, whole=True))
        else:
            from chatbot.render.as_ansi import source_in_full

            talk.draw(source_in_full(citation, *now[:4]))
    if chosen and not now.accessible:
        talk.draw("")


def _cited(talk: Talk) -> tuple[Citation, ...]:
    return next((e.turn.reply.citations for e in reversed(talk.exchanges) if e.turn.reply.citations), ())


def _numbered(talk: Talk, number: str, cited: tuple[Citation, ...]) -> tuple[Citation, ...]:
    found = tuple(citation for citation in cited if str(citation.mark) == number.strip("[]"))
    if not found:
        talk.say(f"There is no source {number[:20]}. The last answer has sources 1 to {len(cited)}.")
    return found


def open_source(talk: Talk, number: str) -> None:
    """Open a source in the browser, where there is one on this machine; else show its address."""
    from chatbot.repl.outside import open_address

    for citation in _numbered(talk, number, _cited(talk)) if _cited(talk) else ():
        if not citation.url:
            talk.say(f"Source {citation.mark} has no address.")
        elif open_address(citation.url):
            talk.say(f"Opening {citation.url}")
        else:
            talk.say("There is no browser to open here. The address is:", citation.url)
    if not _cited(talk):
        talk.say("There is no source yet. Ask a question first.")


def why(talk: Talk, _: str) -> None:
    """How the last question was read."""
    from chatbot.repl.explaining import explain

    talk.say(*(explain(talk.last, talk.brain.bot().knowledge) if talk.last else [NOTHING_YET]), indent=2)


def more(talk: Talk, _: str) -> None:
    """What was not said yet."""
    if talk.last is None:
        talk.say(NOTHING_YET)
    else:
        talk.answer("more")


def evidence(talk: Talk, _: str) -> None:
    """How sure each statement of the last answer is, and where it stands."""
    said = talk.last.reply.statements if talk.last else ()
    if not said:
        talk.say(NOTHING_YET if talk.last is None else "The last answer quotes no sentence.")
        return
    knowledge = talk.brain.bot().knowledge
    for item in said:
        reviewed = knowledge.passage(item.passage).reviewed if knowledge.number(item.passage) >= 0 else ""
        talk.say(
            f"“{item.text}”",
            f"  How sure: {EVIDENCE.get(item.evidence, item.evidence)}. Sources: {', '.join(map(str, item.marks))}.",
            f"  From {item.passage}" + (f", reviewed {reviewed}." if reviewed else "."),
            indent=2,
        )


def copy(talk: Talk, _: str) -> None:
    """Copy the last answer."""
    from chatbot import render
    from chatbot.repl.outside import copy_text

    talk.say(copy_text(render.plain(talk.last.reply), talk.draw_raw) if talk.last else NOTHING_YET)


def save(talk: Talk, path: str) -> None:
    """Write the talk as Markdown."""
    from chatbot import render

    if not talk.exchanges:
        talk.say(NOTHING_YET)
        return
    try:
        write_new(path, as_markdown((e.question, render.markdown(e.turn.reply)) for e in talk.exchanges))
    except FileExistsError:
        talk.say(f"{path} is there already; name a new file.")
    except (OSError, ValueError) as error:
        talk.say(f"{path} cannot be written ({getattr(error, 'strerror', None) or error}); name another place.")
    else:
        talk.say(f"Written to {path}, for your eyes only (mode 0600).")


def clear(talk: Talk, _: str) -> None:
    """Wipe the screen with its scrollback, and forget."""
    talk.forget()
    now = talk.look
    if not now.accessible and can_move():
        talk.draw_raw("\x1b[H\x1b[2J\x1b[3J")
    kept = " The saved history stays; /history off deletes it." if SavedLines().on else ""
    talk.say(f"Forgotten.{kept}")


def region(talk: Talk, name: str) -> None:
    """Show or set the country whose numbers are named."""
    regions = talk.brain.bot().knowledge.red_flags.regions
    known = [key for key in regions if key != "any"]
    if not name:
        talk.say(f"Region: {talk.brain.region or 'none, so advice says “your local emergency number”'}. Known: {', '.join(known)}.")
    elif name.lower() == "none":
        talk.brain.region = ""
        talk.say("No region: advice says “your local emergency number”.")
    elif name.lower() not in known:
        talk.say(f"I have no numbers for {name[:20]}. Known: {', '.join(known)}. Without one, advice says “your local emergency number”.")
    else:
        talk.brain.region = name.lower()
        talk.say(f"Region {name.lower()}. The emergency number is {regions[name.lower()]['emergency']}.")


def theme(talk: Talk, name: str) -> None:
    """Show or set the colours."""
    if name and name not in THEMES:
        talk.say(f"There is no theme {name[:20]}. Choose one of {', '.join(THEMES)}.")
        return
    talk.theme = name or talk.theme
    talk.say(f"Theme: {talk.theme}.")


def complete(talk: Talk, name: str) -> None:
    """Show or set whether questions are offered while one types."""
    if _is_switch(talk, name):
        talk.complete = name == "on" if name else talk.complete
        talk.say(f"Completion while you type is {'on' if talk.complete else 'off'}." + ("" if talk.complete else " Tab still completes."))


def history(talk: Talk, name: str) -> None:
    """Show or set whether lines are kept."""
    saved = SavedLines()
    if not _is_switch(talk, name):
        return
    try:
        if name == "on":
            saved.start()
        elif name == "off":
            saved.stop()
    except OSError as error:
        talk.say(f"{saved.path} cannot be changed ({error.strerror}).")
        return
    if saved.on:
        talk.say(f"History is on: the lines you type are kept in {saved.path}, for your eyes only. /history off deletes them.")
    else:
        talk.say("History is off: nothing you type is kept after you leave." + (" What was kept is deleted." if name == "off" else ""))


def _is_switch(talk: Talk, name: str) -> bool:
    if name not in ("", "on", "off"):
        talk.say("Say on or off.")
    return name in ("", "on", "off")


def leave(_: Talk, __: str) -> None:
    """Leave."""
    raise Leave
