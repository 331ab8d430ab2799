"""What users of terminal tools complain of and expect (conventions.md 6 and 7, ideas.md): each has a test, or a reason why not."""

from __future__ import annotations

import ast

import pytest
from conftest import ROOT

COMPLAINTS = {
    "pgcli #1087: Enter silently accepts a completion": [
        "test_commands_are_offered_with_hints_and_enter_takes_none_of_them",
        "test_questions_are_offered_while_one_types_and_enter_sends_only_what_is_seen",
    ],
    "pgcli, litecli: completion as one types, with hints and an off switch": [
        "test_completion_can_be_turned_off",
        "test_commands_are_offered_with_their_help",
    ],
    "gptme #244: grey suggestion, from saved lines only if the person opted in": [
        "test_a_grey_suggestion_comes_from_this_talk_and_the_right_arrow_takes_it",
        "test_kept_lines_come_back_with_the_arrow_keys",
    ],
    "litecli, aichat, aider: emacs and vi keys": ["test_keys_make_questions", "test_vi_keys"],
    "shell_gpt #505: a paste of many lines becomes many questions": [
        "test_a_cut_in_a_talk_is_a_question_even_with_thirty_lines",
        "test_pasted_lines_are_one_question_in_the_accessible_form_too",
    ],
    "aichat, aider: a way to write more than one line": ["test_keys_make_questions"],
    "llm, aider: the editor": ["test_the_editor_opens"],
    "aichat: sources on demand": ["test_sources_are_those_of_the_last_answer_that_had_some"],
    "aider, aichat: copy, over SSH too": [
        "test_over_ssh_the_terminal_is_asked_to_copy",
        "test_at_the_machine_itself_a_clipboard_program_is_used",
    ],
    "aichat, aider: Ctrl-C and Ctrl-D, and exit, quit, :q": [
        "test_ctrl_c_drops_the_line_and_then_tells_how_to_leave",
        "test_words_that_leave",
    ],
    "aider #4099, #4519: unreadable on a light background": [
        "test_colours_are_of_the_sixteen_and_fit_the_background",
        "test_without_a_known_background_nothing_is_coloured",
        "test_only_the_sixteen_colours_and_no_background",
    ],
    "aider: a dumb terminal": ["test_a_dumb_terminal_gets_plain_lines"],
    "gpt-cli #57: not pipeable": ["test_what_is_piped_never_meets_a_prompt", "test_a_question_can_come_through_a_pipe"],
    "clig.dev, pgcli #1177: a pager that breaks, or a KeyError without one": (
        "There is no pager: an answer is read together with the prompt below it. It is shortened to what fits (the first sentence stays "
        "on a screen of 24 lines), and the terminal's own scrollback holds the rest."
    ),
    "glow #237, #344, qwen-code #4037: dead links, and addresses broken over lines": [
        "test_links_where_the_terminal_has_them_and_addresses_where_not",
        "test_an_address_is_never_broken",
    ],
    "clig.dev: nothing on the screen within 100 ms": ["test_a_key_typed_before_the_prompt_is_kept_and_shown_once"],
    "litecli: a bottom line, and none in the accessible mode": [
        "test_the_screen_of_an_answer",
        "test_accessible_only_adds_lines_and_names_each",
    ],
    "no-color.org: colour that cannot be turned off": ["test_what_the_environment_says_is_heeded", "test_no_colour_when_none_is_wanted"],
    "no-hyperlinks: links that cannot be turned off": ["test_what_the_environment_says_is_heeded"],
    "prompt-toolkit's own variables (PROMPT_TOOLKIT_NO_CPR and others)": "The library reads them itself; nothing of ours stands in the way.",
    "grep, gh: exit codes that tell failures apart": ["test_the_exit_code_tells_what_came", "test_ctrl_c_ends_a_command_with_130"],
    "clig.dev: answers and messages on one stream": [
        "test_ask_answers_on_standard_output_only",
        "test_progress_is_shown_on_a_terminal_on_standard_error_only",
    ],
    "clig.dev: --no-input": "Nothing asks for input but a talk, and a talk only starts where standard input is a terminal.",
    "clig.dev, pgcli #302: files in the home folder instead of the XDG folders": ["test_where_the_history_is"],
    "clig.dev: a configuration file": "There is none to put anywhere: an alias of the shell keeps options such as --vi and --region.",
    "llm #351: files that others can read": [
        "test_only_the_owner_can_read_a_history_that_was_open_to_all",
        "test_a_talk_is_saved_as_markdown_with_its_sources",
    ],
    "click: completion of the command line in the shell": ["test_bash_completes", "test_the_scripts_are_right_in_their_shells"],
    "aider, gptme, llm: commands with a slash, and bare exit and quit": ["test_words_that_leave"],
    "llm: history on by default; health data lingers": [
        "test_nothing_is_written_to_disk_by_a_talk",
        "test_lines_are_kept_only_while_the_history_is_on",
        "test_clear_wipes_the_scrollback_and_the_memory",
    ],
    "claude-code #11002: no plain mode for blind people": [
        "test_accessible_only_adds_lines_and_names_each",
        "test_the_accessible_form_names_each_thing",
    ],
    "CHI 2021, inclusive CLIs: boxes, bars and spinners only": ["test_where_nothing_is_drawn_over_there_is_a_line_for_each_tenth"],
    "git CWE-150, reliability 0.6: escape sequences and bidi from text": [
        "test_hostile_text_cannot_act_on_the_terminal",
        "test_nothing_alive_reaches_the_terminal_whatever_is_typed",
        "test_no_reply_brings_a_control_character_to_the_screen",
        "test_nothing_that_is_said_or_typed_brings_one",
    ],
    "onyx #1543: marks that point at nothing": ["test_a_talk_leaves_nothing_out"],
    "covidbot, XEP-0439: numbers typed as text must work": ["test_a_talk_from_the_first_key_to_the_last"],
    "Dialogflow: a raw score for everybody": ["test_why_tells_reading_words_and_passages"],
    "threshold nobody understands (why 0.20?)": [
        "test_why_tells_reading_words_and_passages",
        "test_how_a_question_was_read_goes_to_standard_error",
    ],
    "glow, gh: a broken pipe with a traceback": ["test_a_reader_that_goes_away_causes_no_traceback"],
}


def all_tests():
    """The names of the tests of the suite."""
    return {
        node.name
        for path in (ROOT / "tests").glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_every_complaint_has_a_test_or_a_reason(complaint):
    answer = COMPLAINTS[complaint]
    if isinstance(answer, list):
        assert answer
        assert set(answer) <= all_tests()
    else:
        assert answer.endswith(".")
