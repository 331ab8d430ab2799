"""The prompt: the only place that knows prompt-toolkit. Imported when there is a terminal that can move its cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, EditingMode
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.history import History
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from chatbot.repl.candidates import candidates, offers
from chatbot.repl.saving import SavedLines
from chatbot.repl.talk import Leave, Talk
from chatbot.text import clean

TOOLBAR = "Not medical advice · /help"
_MENU_LINES = 5
_MOST_PASTED = 100_000
_HINT = "Ctrl-D or /quit leaves."

STYLE = Style.from_dict(
    {
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.text": "noreverse",
        "prompt": "bold",
        "auto-suggestion": "ansibrightblack",
        "completion-menu": "noinherit",
        "completion-menu.completion": "noinherit",
        "completion-menu.completion.current": "noinherit reverse bold",
        "completion-menu.meta.completion": "noinherit italic",
        "completion-menu.meta.completion.current": "noinherit reverse italic",
        "scrollbar.background": "noinherit",
        "scrollbar.button": "noinherit reverse",
    }
)
"""The person's own two colours, turned round for what is chosen, and one of the sixteen for the suggestion: readable on light and dark."""


class TalkCompleter(Completer):
    """Offers what `candidates` finds, and files after /save."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._files = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What may stand at the cursor."""
        line = document.text_before_cursor
        if document.text_after_cursor.strip():
            return
        if line.startswith("/save "):
            path = Document(line.removeprefix("/save ").lstrip())
            yield from self._files.get_completions(path, complete_event)
            return
        for found in candidates(self._talk, line):
            yield Completion(found.text, start_position=-found.replaces, display_meta=found.hint)


class TalkHistory(History):
    """The lines of this talk, with those that were kept before them. Kept ones are written only while the history is on."""

    def __init__(self, saved: SavedLines) -> None:
        super().__init__()
        self._saved = saved

    def load_history_strings(self) -> Iterable[str]:
        """The newest first."""
        return reversed(self._saved.lines())

    def store_string(self, string: str) -> None:
        """Keep a line in the file, if that is wanted."""
        self._saved.add(string)

    def forget(self) -> None:
        """Forget the lines of this talk."""
        self._loaded_strings = list(reversed(self._saved.lines()))
        self._loaded = True


class HideUnseen(Processor):
    """Shows a character that no screen must get (an override of direction, an invisible one) as "?", whichever way it came in."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """The same number of characters, so that the cursor stays right."""
        return Transformation([(part[0], "".join(map(_seen, part[1]))) for part in transformation_input.fragments])


def _seen(char: str) -> str:
    # what is below space is drawn as ^X by the library itself
    return char if char < " " or clean(char) else "?"


def key_bindings(talk: Talk) -> KeyBindings:
    """The keys that are ours."""
    keys = KeyBindings()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("enter", filter=Condition(_one_is_chosen))
    def _(event: KeyPressEvent) -> None:
        # Enter takes what was chosen into the line and sends nothing: the person sees first what will be asked (pgcli #1087)
        event.current_buffer.complete_state = None

    @keys.add("c-c", filter=has_focus(DEFAULT_BUFFER))
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            run_in_terminal(lambda: talk.say(_HINT))

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        pasted = event.data.replace("\r\n", "\n").replace("\r", "\n")
        event.current_buffer.insert_text(clean(pasted, _MOST_PASTED).rstrip("\n"))

    return keys


def _one_is_chosen() -> bool:
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


def make_session(talk: Talk, vi: bool = False, input: Input | None = None, output: Output | None = None) -> PromptSession[str]:
    """The prompt of a talk. `input` and `output` are the terminal unless a test brings its own."""
    history = TalkHistory(SavedLines())
    talk.when_forgotten = history.forget
    return PromptSession(
        [("class:prompt", "> ")],
        completer=TalkCompleter(talk),
        complete_while_typing=Condition(lambda: offers(talk, get_app().current_buffer.text)),
        reserve_space_for_menu=_MENU_LINES,
        auto_suggest=AutoSuggestFromHistory() if talk.look.color else None,
        history=history,
        editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
        enable_open_in_editor=True,
        tempfile_suffix=".txt",
        enable_suspend=True,
        key_bindings=key_bindings(talk),
        input_processors=[HideUnseen()],
        bottom_toolbar=TOOLBAR,
        prompt_continuation="  ",
        style=STYLE,
        color_depth=ColorDepth.DEPTH_4_BIT if talk.look.color else ColorDepth.DEPTH_1_BIT,
        input=input,
        output=output,
    )


def converse(talk: Talk, vi: bool = False, session: PromptSession[str] | None = None) -> int:
    """Talk until the person leaves; returns the exit code.

    Raises:
        KnowledgeError: when the knowledge file cannot be read.
    """
    session = session or make_session(talk, vi)
    _load_behind(session, talk)
    while True:
        try:
            talk.hear(session.prompt())
        except KeyboardInterrupt:
            talk.say(_HINT)
        except (EOFError, Leave):
            return 0
        session.color_depth = ColorDepth.DEPTH_4_BIT if talk.look.color else ColorDepth.DEPTH_1_BIT
        session.auto_suggest = AutoSuggestFromHistory() if talk.look.color else None


def _load_behind(session: PromptSession[str], talk: Talk) -> None:
    """Load the knowledge once the prompt is on the screen. What goes wrong ends the prompt with that error."""
    app: Any = session.app

    def failed(error: BaseException) -> None:
        if app.loop is not None and app.is_running:
            app.loop.call_soon_threadsafe(lambda: app.exit(exception=error))

    def drawn(_: object) -> None:
        app.after_render -= drawn
        talk.brain.start(failed)

    app.after_render += drawn
