"""The commands that propose what to edit: suggest, gaps."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED, NO_ANSWER, WRONG_USE

if TYPE_CHECKING:
    from argparse import Namespace


def suggest(options: Namespace) -> int:
    """Print intents for the passages of a corpus that have none."""
    from pathlib import Path

    from chatbot.container import publish
    from chatbot.corpus import read_corpus
    from chatbot.errors import CorpusError
    from chatbot.files import read_text
    from chatbot.intents_file import read_intents
    from chatbot.starter import STARTER
    from chatbot.suggesting import into, propose

    usual = Path("intents.yaml")
    given = options.intents or (usual if usual.exists() else STARTER / "intents.yaml")
    problems: list[CorpusError] = []
    corpus = read_corpus(options.corpus, problems)
    file = read_intents(given, problems)
    if problems or options.most < 1:
        for problem in problems:
            print(problem, file=sys.stderr)
        print(f"chatbot: {f'{len(problems)} to mend' if problems else '--most must be 1 or more'}; nothing was proposed", file=sys.stderr)
        return WRONG_USE
    text = read_text(given)
    if given == STARTER / "intents.yaml":
        text, file = _without_example(text), file._replace(intents=tuple(i for i in file.intents if i.kind != "topic"))
    proposals = propose(list(corpus.sections()), file, options.most)
    whole = into(text, proposals)
    if whole is None:
        print(f"chatbot: {given}: there is no line `intents:`; write one", file=sys.stderr)
        return WRONG_USE
    if options.output:
        if options.output.exists():
            print(
                f"chatbot: {options.output}: stands there already; name a new file with -o, then take over what is right", file=sys.stderr
            )
            return WRONG_USE
        try:
            publish(options.output, whole.encode())
        except OSError as error:
            print(f"chatbot: {options.output}: cannot be written ({error.strerror}); name another place with -o", file=sys.stderr)
            return WRONG_USE
    else:
        print(whole, end="")
    print(f"chatbot suggest: {len(proposals)} intents proposed for {sum(p.size for p in proposals)} passages", file=sys.stderr)
    return ANSWERED if proposals else NO_ANSWER


def _without_example(text: str) -> str:
    """The starter's intents without the one of its example, whose passage another corpus does not have."""
    import re

    text = re.sub(r"^- name: about_the_answers\n(?:  .*\n|\n(?=  ))*", "", text, flags=re.MULTILINE)
    return text.replace("first: [about_the_answers]", "first: []").replace("subject: [source, page, answer]", "subject: []")


def gaps(options: Namespace) -> int:
    """Print what people asked for in vain."""
    from chatbot.gap_report import as_yaml, read_log, with_near
    from chatbot.knowledge import Knowledge

    found = [gap for gap in read_log(options.log) if gap.people >= options.least]
    knowledge = Knowledge(options.knowledge or None)
    found = [gap for gap in found if not any(map(knowledge.index.known, knowledge.index.analyzer.terms_of([gap.word])))]
    found = with_near(found, list(knowledge.known_words))
    if options.json:
        print(json.dumps([{"word": g.word, "people": g.people, "days": g.days, "near": g.near} for g in found], indent=1))
    else:
        print(as_yaml(found), end="")
    return ANSWERED if found else NO_ANSWER
