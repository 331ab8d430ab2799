"""Tables of questions and answers: CSV of any kind, and the `.tsv` that QnA Maker and its heir export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from chatbot.importing.pairs import MOST_PAIRS, Export
from chatbot.ingest.blocks import Unreadable, tidy

_QUESTION = ("question", "questions", "q", "prompt", "utterance")
_ANSWER = ("answer", "answers", "a", "response", "reply")
_SOURCE = ("source", "url", "link")
_OTHERS = ("alternatives", "alternative questions", "variations", "also")
_DELIMITERS = (",", ";", "\t", "|")
_OWN = ("", "editorial", "custom editorial")
"""What QnA Maker names as the source of an answer that was typed in."""


class Row(Mapping[str, str]):
    """A row by the names of its columns, in small letters; what is missing is empty."""

    def __init__(self, names: Sequence[str], values: Sequence[str], line: int) -> None:
        self._values = dict(zip(names, values, strict=False))
        self.line = line
        self.too_many = len(values) > len(names) and any(value.strip() for value in values[len(names) :])

    def __getitem__(self, name: str) -> str:
        return self._values.get(name, "")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def read_csv(text: str, path: Path, export: Export) -> None:
    """Read a table with a column of questions and one of answers; a column of sources and one of other questions may stand beside them.

    Raises:
        Unreadable: when the table has no such columns, or is none.
    """
    head = text.lstrip("\n").partition("\n")[0]
    delimiter = next((d for d in _DELIMITERS if {_role(name) for name in _names(head.split(d))} >= {_QUESTION, _ANSWER}), "")
    if not delimiter:
        raise Unreadable("the first line names no columns; begin it with: question,answer")
    names, rows = _quoted(text, delimiter)
    columns = {role: [name for name in names if _role(name) == role] for role in (_QUESTION, _ANSWER, _SOURCE, _OTHERS)}
    question, answer = columns[_QUESTION][0], columns[_ANSWER][0]
    used = {question, answer, *columns[_SOURCE][:1], *columns[_OTHERS][:1]}
    for name in names:
        if name and name not in used:
            export.leave("column of a table", f"the column {name!r} has no place here", path, 1)
    for row in rows:
        if row.too_many:
            export.leave(
                "row of a table", f"more values than columns; is there a {delimiter!r} without quotes? {row[question][:60]}", path, row.line
            )
            continue
        others = [part for name in columns[_OTHERS][:1] for part in row[name].replace("|", ";").split(";") if part.strip()]
        if row[question].strip() or row[answer].strip():
            source = next((row[name].strip() for name in columns[_SOURCE]), "")
            export.keep([row[question], *others], row[answer], path, row.line, "" if source.casefold() in _OWN else source)


def _role(name: str) -> tuple[str, ...]:
    return next((role for role in (_QUESTION, _ANSWER, _SOURCE, _OTHERS) if name in role), ())


def _names(cells: Sequence[str]) -> list[str]:
    return [tidy(cell).strip("\"' ").casefold() for cell in cells]


def _quoted(text: str, delimiter: str) -> tuple[list[str], Iterator[Row]]:
    """Names of columns and rows of a table with quotes, as spreadsheets write it."""
    reader = csv.reader(io.StringIO(text.lstrip("\n"), newline=""), delimiter=delimiter, strict=False)

    def rows() -> Iterator[Row]:
        line = reader.line_num + 1
        try:
            for count, values in enumerate(reader):
                if count >= MOST_PAIRS:
                    raise Unreadable(f"it has more than {MOST_PAIRS:,} rows; split it")
                yield Row(names, values, line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise Unreadable(f"line {reader.line_num}: {error}; a quotation mark may be missing, or the file is no table") from error

    try:
        names = _names(next(reader))
    except (csv.Error, StopIteration) as error:
        raise Unreadable("its first line cannot be read; begin it with: question,answer") from error
    return names, rows()


def _unquoted(text: str) -> tuple[list[str], list[Row]]:
    """Names of columns and rows of a table with tabs, where a quotation mark is a letter like any other."""
    lines = text.lstrip("\n").rstrip("\n").split("\n")
    names = _names(lines[0].split("\t"))
    rows = [Row(names, [_bare(cell) for cell in line.split("\t")], number) for number, line in enumerate(lines[1:], 2) if line.strip()]
    return names, rows


def _bare(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def read_qnamaker(text: str, path: Path, export: Export) -> None:
    """Read the table that QnA Maker exports: one row for each way to ask; rows of one `QnaId` share their answer.

    Line breaks are a backslash and an n in it. It is read as QnA Maker writes it, without quotes; a table that was saved by a
    spreadsheet, whose cells may go over several lines, is read with them.

    Raises:
        Unreadable: when there are no columns Question and Answer.
    """
    names, rows = _unquoted(text)
    if not {"question", "answer"} <= set(names):
        raise Unreadable("the first line has no columns Question and Answer; export the knowledge base again as .tsv")
    if len(rows) > 4 * MOST_PAIRS:
        raise Unreadable(f"it has more than {4 * MOST_PAIRS:,} lines; split it")
    if _torn(rows):
        try:
            quoted = list(_quoted(text, "\t")[1])
        except Unreadable:
            quoted = rows
        rows = quoted if _torn(quoted) < _torn(rows) else rows
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["qnaid"].strip() or f"{row['answer']}\t{row['source']}", []).append(row)
    for group in groups.values():
        _qna(group, path, export)
    known = {"question", "answer", "source", "metadata", "suggestedquestions", "iscontextonly", "prompts", "qnaid", "sourcedisplayname"}
    for name in names:
        if name and name not in known:
            export.leave("column of a table", f"the column {name!r} has no place here", path, 1)


def _torn(rows: Sequence[Row]) -> int:
    """How many rows are no whole ones."""
    return sum(row.too_many or not row["answer"] or any(c[:1] == '"' and c.count('"') % 2 for c in row.values()) for row in rows)


def _qna(rows: Sequence[Row], path: Path, export: Export) -> None:
    """The rows of one answer."""
    first = rows[0]
    metadata = _listed(first["metadata"])
    if any(part.replace(" ", "").casefold() in ("editorial:chitchat", "editorial=chitchat") for part in metadata):
        export.leave("small talk", f"chit-chat of QnA Maker; intents.yaml holds the bot's own: {first['question']}", path, first.line)
        return
    if metadata:
        export.leave("metadata", f"{', '.join(metadata)} of: {first['question']}", path, first.line)
    prompts = _listed(first["prompts"])
    if prompts:
        export.leave("follow-up prompts", f"{', '.join(prompts)} after: {first['question']}", path, first.line)
    suggested = _listed(first["suggestedquestions"])
    if suggested:
        export.leave("suggested questions", f"{', '.join(suggested)} for: {first['question']}", path, first.line)
    if first["iscontextonly"].strip().casefold() == "true":
        export.leave(
            "context of a question",
            f"it was only answered as a follow-up; see whether it stands alone: {first['question']}",
            path,
            first.line,
        )
    source = first["source"].strip()
    answer = first["answer"].replace("\\r\\n", "\n").replace("\\n", "\n").replace("\\t", " ")
    export.keep(
        [row["question"].replace("\\n", " ") for row in rows], answer, path, first.line, "" if source.casefold() in _OWN else source
    )


def _listed(cell: str) -> list[str]:
    """The parts of a cell such as `a:1|b:2`, or of one that holds JSON."""
    cell = cell.strip()
    if cell.startswith(("[", "{")):
        try:
            data = json.loads(cell)
        except (ValueError, RecursionError):
            return [cell[:100]]
        return [_named(item) for item in data] if isinstance(data, list) else ([_named(data)] if data else [])
    return [part.strip() for part in cell.split("|") if part.strip()]


def _named(item: object) -> str:
    if isinstance(item, dict):
        if "displayText" in item:
            return str(item["displayText"])
        if "name" in item:
            return f"{item['name']}:{item.get('value', '')}"
    return str(item)[:100]
