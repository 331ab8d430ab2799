"""Two thousand documents into a bot: time and memory of `chatbot add` and `chatbot build`, then ten questions with known answers.

    python benchmarks/documents.py [--documents 2000] [--into FOLDER]

The documents are the documentation strings of Python's own standard library (PSF licence), which stands on every machine that can run
this: one document for each module, class and function that has at least 25 words to say, drawn by a check sum of their names (the ten that
are asked for are always among them), a third each as text, Markdown and HTML with a menu and a footer around it. The questions were written before the first run and are not changed for a figure.
"""

from __future__ import annotations

import argparse
import ast
import html
import inspect
import json
import re
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

FEWEST_WORDS = 25
_LEFT_OUT = {"test", "tests", "idlelib", "lib2to3", "site-packages", "turtledemo", "ensurepip", "__phello__"}

QUESTIONS = (
    ("how do I copy a whole directory tree", "shutil.copytree"),
    ("how do I remove the common leading whitespace from every line of a text", "textwrap.dedent"),
    ("walk through all files and folders below a directory", "os.walk"),
    ("merge several sorted inputs into one", "heapq.merge"),
    ("insert an item into a list and keep it sorted", "bisect.insort_left bisect.insort_right"),
    ("which temporary directory is removed with everything in it", "tempfile.TemporaryDirectory"),
    ("choose unique random elements from a population", "random.Random.sample"),
    ("how can I compare two files", "filecmp.cmp"),
    ("what is the harmonic mean of data", "statistics.harmonic_mean"),
    ("which words come close to a misspelled one", "difflib.get_close_matches"),
)
"""Each with the documents that answer it."""


def documented() -> Iterator[tuple[str, list[str]]]:
    """The name of each thing of the standard library with what its documentation says, by paragraphs."""
    folder = Path(sysconfig.get_path("stdlib"))
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if _LEFT_OUT & set(parts) or any(part.startswith("test") for part in parts):
            continue
        module = ".".join(parts).removesuffix(".__init__")
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError):
            continue
        yield from _things(tree, module)


def _things(node: ast.AST, name: str) -> Iterator[tuple[str, list[str]]]:
    text = inspect.cleandoc(ast.get_docstring(node) or "") if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) else ""
    if len(text.split()) >= FEWEST_WORDS:
        yield name, [" ".join(part.split()) for part in re.split(r"\n\s*\n", text) if part.strip()]
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield from _things(child, f"{name}.{child.name}")


def write(folder: Path, most: int) -> int:
    """Write at most `most` documents into `folder`; gives their number."""
    wanted = {name for _, names in QUESTIONS for name in names.split()}
    said: dict[str, tuple[str, list[str]]] = {}
    for name, paragraphs in documented():
        said.setdefault(" ".join(paragraphs), (name, paragraphs))
    drawn = sorted(said.values(), key=lambda one: (one[0] not in wanted, zlib.crc32(one[0].encode())))[:most]
    for count, (name, paragraphs) in enumerate(drawn):
        form = ("txt", "md", "html")[count % 3]
        place = folder / name.partition(".")[0] / f"{name}.{form}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(_formed(name, paragraphs, form), encoding="utf-8")
    return len(drawn)


def _formed(name: str, paragraphs: list[str], form: str) -> str:
    if form == "txt":
        return "\n\n".join([name, *paragraphs]) + "\n"
    if form == "md":
        return "\n\n".join([f"# {name}", *(re.sub(r"([*_`<\[])", r"\\\1", part) for part in paragraphs)]) + "\n"
    body = "".join(f"<p>{html.escape(part)}</p>\n" for part in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{name}</title></head><body><nav><a href=/>Home</a> <a href=/modules>Modules</a></nav>"
        f"<main><h1>{name}</h1>\n{body}</main><footer><p>Share this page</p><p>Cookies</p></footer></body></html>\n"
    )


def measured(*command: str, cwd: Path) -> tuple[float, float, str]:
    """Wall seconds and the peak MiB of one command (and of the children it waited for), and what it printed."""
    start = time.perf_counter()
    script = "import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(r.returncode)"
    run = subprocess.run([sys.executable, "-c", script, *command], cwd=cwd, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 1):  # 1: some documents could not be read, which the last line of the output tells
        raise SystemExit(run.stderr)
    peak = int(run.stderr.strip().splitlines()[-1]) / (1 << 20 if sys.platform == "darwin" else 1 << 10)
    return time.perf_counter() - start, peak, run.stdout


def main() -> None:
    """Write, add, build, ask; print a line for each."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--documents", type=int, default=2000)
    options.add_argument("--into", type=Path, default=None, metavar="FOLDER", help="keep everything there (default: a folder that goes)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run(given.into or Path(temporary), given.documents)


def run(folder: Path, most: int) -> None:
    """The whole measurement in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    count = write(folder / "documents", most)
    chatbot = (sys.executable, "-m", "chatbot")
    print(f"{count} documents, {sum(len(p.read_text(encoding='utf-8').split()) for p in (folder / 'documents').rglob('*.*')):,} words")
    for label, command in (
        ("add", (*chatbot, "add", "-q", "documents", "--into", "corpus")),
        ("add again", (*chatbot, "add", "-q", "documents", "--into", "corpus")),
        ("build", (*chatbot, "build", "-q", "--corpus", "corpus", "-o", "knowledge.bin")),
    ):
        seconds, peak, out = measured(*command, cwd=folder)
        print(f"{label}: {seconds:.1f} s, {peak:.0f} MiB at most; {out.strip().splitlines()[-1]}")
    _ask(folder)
    print(f"this program itself: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")


def _document_of(topic: Path) -> str:
    """The name of the document that a topic was made of."""
    match = re.search(r'^from: "(?:.*/)?([^/"]+)\.\w+"$', topic.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else ""


def _ask(folder: Path) -> None:
    from chatbot import Chatbot

    start = time.perf_counter()
    bot = Chatbot(folder / "knowledge.bin")
    opened = time.perf_counter() - start
    first = among = 0
    for question, wanted in QUESTIONS:
        start = time.perf_counter()
        turn = bot.respond(question)
        took = time.perf_counter() - start
        said = [_document_of(folder / "corpus" / f"{statement.passage.partition('#')[0]}.md") for statement in turn.reply.statements]
        right = [name in wanted.split() for name in said]
        first += any(right[:1])
        among += any(right)
        mark = "first" if any(right[:1]) else "among" if any(right) else "MISSED"
        print(
            json.dumps(
                {
                    "question": question,
                    "wanted": wanted,
                    "kind": turn.reply.kind,
                    "answer": mark,
                    "ms": round(1000 * took, 1),
                    "said": said[:2],
                }
            )
        )
    print(f"opened in {1000 * opened:.1f} ms; right first: {first} of {len(QUESTIONS)}; right among the sentences: {among}")


if __name__ == "__main__":
    main()
