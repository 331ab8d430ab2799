"""The `.qna` files of the Bot Framework: questions and answers in a form of Markdown."""

from __future__ import annotations

import re
from pathlib import Path

from chatbot.importing.pairs import MOST_PAIRS, Export
from chatbot.ingest.blocks import Unreadable

_QUESTION = re.compile(r"\s*#+\s*\?\s*(.*)")
_FENCE = re.compile(r"\s*```+")
_SETTING = re.compile(r">\s*!#\s*@([\w.]+)\s*=\s*(.*)")
_PART = re.compile(r"\s*\*{2,3}(Filters|Prompts)\s*:?\s*\*{2,3}\s*:?\s*", re.IGNORECASE)
_ANCHOR = re.compile(r"\s*<a\s+id\s*=\s*[\"'][^\"']*[\"']\s*>\s*</a>\s*", re.IGNORECASE)
_ALTERATION = re.compile(r"\s*\$\s*([^:]+?)\s*:\s*qna-alterations?\s*=\s*")
_REFERENCE = re.compile(r"\s*(?:-\s*)?\[([^\]]*)\]\(([^)]*)\)(.*)")
_ITEM = re.compile(r"\s*[-*+]\s*(.*)")


def read_qna(text: str, path: Path, export: Export) -> str:
    """Read a `.qna` file; gives the name of the knowledge base, or "".

    Raises:
        Unreadable: when it holds no `# ? question`, or an answer never ends.
    """
    return _Reader(path, export).read(text)


class _Reader:
    """Goes through the lines; holds the question that is being read."""

    def __init__(self, path: Path, export: Export) -> None:
        self.path, self.export = path, export
        self.name = self.source = ""
        self.count = 0
        self._clear()

    def _clear(self) -> None:
        self.questions: list[str] = []
        self.answer: list[str] | None = None
        self.began, self.part, self.alteration = 0, "", ""
        self.filters: list[str] = []
        self.prompts: list[str] = []

    def read(self, text: str) -> str:
        fenced = 0
        for number, line in enumerate(text.split("\n"), 1):
            if fenced:
                if _FENCE.match(line):
                    fenced = 0
                elif self.answer is not None:
                    self.answer.append(line)
            elif _FENCE.match(line):
                fenced = number
                self.answer = []
            else:
                self._line(line, number)
        if fenced:
            raise Unreadable(f"line {fenced}: the answer that begins here never ends; close it with a line ```")
        self._close()
        if not self.count:
            raise Unreadable("it holds no question; one begins with: # ? How ...")
        return self.name

    def _line(self, line: str, number: int) -> None:
        question, setting = _QUESTION.fullmatch(line), _SETTING.match(line)
        part, alteration = _PART.fullmatch(line), _ALTERATION.fullmatch(line)
        if question:
            self._close()
            self.count += 1
            if self.count > MOST_PAIRS:
                raise Unreadable(f"it has more than {MOST_PAIRS:,} questions; split it")
            self.questions, self.began = [question[1]], number
        elif setting:
            self._setting(setting[1], setting[2].strip(), number)
        elif part and self.questions:
            self.part = part[1].casefold()
        elif alteration:
            self._close()
            self.alteration, self.began = alteration[1], number
        elif _ANCHOR.fullmatch(line):
            self._close()  # the number of the question that follows, which prompts name
        elif line.strip() and not line.startswith(">"):
            self._item(line, number)

    def _setting(self, name: str, value: str, number: int) -> None:
        if name == "qna.pair.source":
            self._close()
            self.source = value
        elif name == "kb.name":
            self.name = value
        elif name != "version":
            self.export.leave("setting", f"@{name} = {value}", self.path, number)

    def _item(self, line: str, number: int) -> None:
        item, reference = _ITEM.fullmatch(line), _REFERENCE.fullmatch(line)
        if self.alteration and item:
            self.filters.append(item[1])
        elif self.part and item:
            (self.filters if self.part == "filters" else self.prompts).append(_shown(item[1]))
        elif reference and (not self.questions or self.answer is None):
            self.export.leave("reference to another file", f"{reference[2]}; import it by its own name", self.path, number)
        elif item and self.questions and self.answer is None:
            self.questions.append(item[1])
        else:
            self.export.leave("line that is nothing known", line, self.path, number)

    def _close(self) -> None:
        """The question, or the list of words, that was read."""
        if self.alteration:
            phrases = ", ".join([self.alteration, *self.filters])
            self.export.leave("words that mean the same", f"put it under `synonyms:` of intents.yaml: - [{phrases}]", self.path, self.began)
        elif self.questions:
            asked = self.questions[0]
            if self.filters:
                self.export.leave("metadata", f"{', '.join(self.filters)} of: {asked}", self.path, self.began)
            if self.prompts:
                self.export.leave("follow-up prompts", f"{', '.join(self.prompts)} after: {asked}", self.path, self.began)
            own = self.source.casefold() in ("", "editorial", "custom editorial")
            self.export.keep(self.questions, "\n".join(self.answer or ()), self.path, self.began, "" if own else self.source)
            self.source = ""
        self._clear()


def _shown(item: str) -> str:
    match = _REFERENCE.fullmatch(item)
    return match[1] if match else item
