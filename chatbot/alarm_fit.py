"""Fits the weights of `chatbot.alarm`: a logistic model with few weights (L1), by scikit-learn, when knowledge is built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.alarm import NOW, TODAY
from chatbot.errors import CorpusError
from chatbot.files import read_text
from chatbot.safety import URGENCIES, SafetyRules, heard_in, urgent_in

EXAMPLES = "safety-examples.jsonl"
"""The name of the file of examples, beside the safety file. Without it there are no weights."""

FEWEST = 200
"""With fewer examples of alarms nothing is fitted."""

FALSE_ALARMS = 0.001
"""The share of harmless questions that may raise an alarm when they were not in the training (out of fold)."""

NEAR_ALARMS = 0.02
"""The same of the examples without a red flag, which are made to look like one."""

RARE, RARE_PAIR = 3, 5
"""A feature in fewer messages is not weighed; pairs of words are chance sooner."""

AGAINST = "+0"
"""What the features begin with that may lower the sum: signs and marks, and length."""

_ASKED = "asked"
_FOLDS = 5
_STRENGTH = 1.0
_SCALE = 100


class Example(NamedTuple):
    """A message, its urgency ("none" or a name of `URGENCIES`) and its condition or ""."""

    text: str
    urgency: str
    condition: str


def read_examples(path: Path) -> list[Example]:
    """The examples of a file, one JSON object a line with `turns`, `urgency` and `red_flag`; those of several turns are left out.

    Raises:
        CorpusError: with the line of the mistake.
    """
    found = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            turns, urgency, condition = record["turns"], record["urgency"], record.get("red_flag") or ""
            if urgency not in ("none", *URGENCIES) or not all(isinstance(turn, str) for turn in turns):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            what = f'not an example; write {{"turns": ["..."], "urgency": "none, {", ".join(URGENCIES)}", "red_flag": "id of a condition or null"}}'
            raise CorpusError(what, str(path), number) from error
        if len(turns) == 1:
            found.append(Example(turns[0], urgency, str(condition)))
    return found


def fit_alarm(rules: SafetyRules, examples: Sequence[Example], harmless: Iterable[str]) -> dict[str, Any] | None:
    """The weights, JSON-able, or None where there are too few examples.

    Args:
        rules: the compiled rules, without weights.
        examples: messages with and without a red flag.
        harmless: questions about other things. Those in which the rules find an urgent red flag are left aside.
    """
    import numpy as np

    told = [(heard_in(example.text, rules), example) for example in examples]
    told += [(heard_in(text, rules), Example(text, "none", _ASKED)) for text in harmless if not urgent_in(text, rules)]
    told = [(found, example) for found, example in told if found]
    asked = [example.condition == _ASKED for _, example in told]
    alarms = [(found, example) for found, example in told if example.urgency in ("urgent", "emergency")]
    if len(alarms) < FEWEST:
        return None
    true = np.array([example.urgency in ("urgent", "emergency") for _, example in told])
    rows = [found for found, _ in told]
    least = _least(rows, true, asked)
    kinds = {
        name: _weigh([found for found, _ in alarms], np.array([example.condition == name for _, example in alarms]))
        for name in rules.sounds
        if name not in (NOW, TODAY)
    }
    kinds[NOW] = _weigh([found for found, _ in alarms], np.array([example.urgency == NOW for _, example in alarms]))
    main = _weigh(rows, true)
    return {"least": least - main["bias"], "weights": main["weights"], "kinds": kinds}


def _least(rows: Sequence[set[str]], true: Any, asked: Sequence[bool]) -> int:
    """The sum from which on few harmless messages raise an alarm, out of fold; never below the even chance."""
    sums: tuple[list[int], list[int]] = ([], [])
    for fold in range(_FOLDS):
        kept = [i for i in range(len(rows)) if i % _FOLDS != fold]
        model = _weigh([rows[i] for i in kept], true[kept])
        for i in range(fold, len(rows), _FOLDS):
            if not true[i]:
                sums[asked[i]].append(_sum(rows[i], model))
    shares = zip(sums, (NEAR_ALARMS, FALSE_ALARMS), strict=True)
    return max([0, *(sorted(part, reverse=True)[int(len(part) * share)] + 1 for part, share in shares if part)])


def _sum(found: set[str], model: dict[str, Any]) -> int:
    return int(model["bias"] + sum(model["weights"].get(feature, 0) for feature in found))


def _weigh(rows: Sequence[set[str]], true: Any) -> dict[str, Any]:
    """Weights in hundredths. A word alone never speaks against an alarm: only signs, a question in general and length do."""
    from collections import Counter

    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    counts = Counter(feature for row in rows for feature in row)
    names = sorted(feature for feature, count in counts.items() if count >= (RARE_PAIR if " " in feature else RARE))
    column = {name: at for at, name in enumerate(names)}
    held = [sorted(column[feature] for feature in row if feature in column) for row in rows]
    starts = np.cumsum([0, *map(len, held)], dtype=np.int32)
    columns = np.array([at for row in held for at in row], dtype=np.int32)
    table = csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(rows), len(names)))
    model = LogisticRegression(C=_STRENGTH, l1_ratio=1.0, solver="liblinear", max_iter=400, random_state=0).fit(table, true)
    weights = {name: round(_SCALE * weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    return {
        "bias": round(_SCALE * model.intercept_[0]),
        "weights": {name: weight for name, weight in weights.items() if weight > 0 or (weight and name[0] in AGAINST)},
    }
