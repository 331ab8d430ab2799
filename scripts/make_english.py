"""Makes chatbot/data/english.txt, the plain English words that a typo is never turned into, from SCOWL's word lists.

    apt-get install wamerican wbritish wamerican-small wbritish-small
    python scripts/make_english.py

All words of the small lists are taken, and from the large ones those that lie one edit (two, from eight letters on) away from a word of our own vocabulary.
Run it again when the vocabulary of the corpus or of the intents has grown much. Licence: chatbot/data/english.NOTICE.
"""

import re
import sys
from pathlib import Path

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

ROOT = Path(__file__).resolve().parent.parent
LISTS = Path("/usr/share/dict")


def words(*names: str) -> set[str]:
    """The plain lower-case words of some lists."""
    return {w for name in names for w in (LISTS / name).read_text(encoding="utf-8").split() if re.fullmatch(r"[a-z]{2,15}", w)}


def main() -> None:
    """Write the file."""
    text = " ".join(p.read_text(encoding="utf-8").lower() for p in [*ROOT.glob("corpus/*.md"), ROOT / "intents.yaml"])
    small = words("american-english-small", "british-english-small")
    ours = sorted(set(re.findall(r"[a-z]{4,}", text)))
    rare = words("american-english", "british-english") - small
    near = {
        word for word in rare if len(word) > 3 and extract(word, ours, scorer=OSA.distance, score_cutoff=1 if len(word) < 8 else 2, limit=1)
    }
    found = sorted(small | near)
    (ROOT / "chatbot" / "data" / "english.txt").write_text("\n".join(found) + "\n", encoding="utf-8")
    print(f"{len(found)} words, {len(near)} of them rare", file=sys.stderr)


main()
