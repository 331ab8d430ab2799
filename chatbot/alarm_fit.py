"""Fits the weights of `chatbot.alarm`: a logistic model by scikit-learn, when knowledge is built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.alarm import NOW, TODAY, Heard
from chatbot.errors import CorpusError
from chatbot.files import read_text
from chatbot.safety import URGENCIES, SafetyRules, weighed_in
from chatbot.training import meanings
from chatbot.vectors import bundled

EXAMPLES = "safety-examples.jsonl"
"""The name of the file of examples, beside the safety file. Without it there are no weights."""

FEWEST = 200
"""With fewer examples of alarms nothing is fitted."""

FALSE_ALARMS = 0.004
"""The share of harmless questions that may raise an alarm when they were not in the training (out of fold)."""

NEAR_ALARMS = 0.015
"""The same of the examples without a red flag, which are made to look like one; those apart in which the rules find one."""

SURE = 0.002
"""The same where a red flag of the rules is lifted from urgent to emergency."""

RARE, RARE_PAIR = 3, 5
"""A feature in fewer messages is not weighed; pairs of words are chance sooner."""

_EXAMPLE = 3.0
"""What an example counts against a harmless question, of which there are many more."""

_ASKED = "asked"
_FOLDS = 3
_STRENGTH = 1.0
_MEANING = 3.0
"""The length of the vector of a message's meaning, beside features that are 1."""
_SCALE = 100
_LEAST_WEIGHT = 3
"""Weights nearer to zero, in hundredths, are left out."""


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
    for number, line in enumerate(read_text(path, limit=64 << 20).splitlines(), 1):
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
    told = [(*weighed_in(example.text, rules), example) for example in examples]
    asked = [(*weighed_in(text, rules), Example(text, "none", _ASKED)) for text in harmless]
    told += [row for row in asked if not row[1]]
    alarms = [(heard, example) for heard, _, example in told if example.urgency in (NOW, TODAY)]
    if len(alarms) < FEWEST:
        return None
    main = _weigh(
        [heard for heard, _, _ in told],
        [example.urgency in (NOW, TODAY) for _, _, example in told],
        [example.condition == _ASKED for _, _, example in told],
        [by_rule for _, by_rule, _ in told],
    )
    loud = [heard for heard, _ in alarms]
    kinds = {name: _kind(loud, [e.condition == name for _, e in alarms]) for name in rules.sounds if name not in (NOW, TODAY)}
    kinds[NOW] = _kind(loud, [e.urgency == NOW for _, e in alarms])
    return {**main, "kinds": kinds, "vectors": bundled().digest}


def _weigh(rows: Sequence[Heard], true: Sequence[bool], asked: Sequence[bool], by_rule: Sequence[bool]) -> dict[str, Any]:
    """Weights over features and meaning, in hundredths, and the sums from which on it is an alarm; ridge penalty (L2), for many small hints."""
    import numpy as np
    from scipy.sparse import csr_matrix, hstack

    table, names = _table(rows)
    table = csr_matrix(hstack([table, csr_matrix(_MEANING * meanings([heard.words for heard in rows], bundled()))]))
    table.indices, table.indptr = table.indices.astype(np.int32), table.indptr.astype(np.int32)
    weight = np.where(asked, 1.0, _EXAMPLE)
    wanted = np.array(true)
    model = _ridge(table, wanted, weight)
    least, sure = _least(table, wanted, weight, np.array(asked), np.array(by_rule))
    bias = round(_SCALE * model.intercept_[0])
    found = [round(_SCALE * value) for value in model.coef_[0][: len(names)]]
    meant = _SCALE * _MEANING * model.coef_[0][len(names) :]
    scale = max(float(np.abs(meant).max()), 1e-9) / 127
    return {
        "least": least - bias,
        "sure": sure - bias,
        "weights": {name: value for name, value in zip(names, found, strict=True) if abs(value) >= _LEAST_WEIGHT},
        "meaning": [int(value) + 128 for value in np.rint(meant / scale)],
        "scale": scale,
    }


def _ridge(table: Any, true: Any, weight: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_STRENGTH, solver="liblinear", max_iter=400, random_state=0).fit(table, true, sample_weight=weight)


def _least(table: Any, true: Any, weight: Any, asked: Any, by_rule: Any) -> tuple[int, int]:
    """The sums, in hundredths, from which on few, and very few, harmless messages raise an alarm, out of fold."""
    import numpy as np

    sums = np.zeros(len(true))
    fold = np.arange(len(true)) % _FOLDS
    for number in range(_FOLDS):
        held = fold == number
        sums[held] = _SCALE * _ridge(table[~held], true[~held], weight[~held]).decision_function(table[held])

    def above(part: Any, share: float) -> int:
        found = np.sort(sums[part & ~true & ~by_rule])[::-1]
        return int(found[int(len(found) * share)]) + 1 if len(found) else 0

    far = above(asked, FALSE_ALARMS)
    return max(above(~asked, NEAR_ALARMS), far), max(above(~asked, SURE), far)


def _kind(rows: Sequence[Heard], true: Sequence[bool]) -> dict[str, Any]:
    """Weights that tell one kind of alarm from the others, in hundredths; lasso penalty (L1), for few."""
    from sklearn.linear_model import LogisticRegression

    table, names = _table(rows)
    model = LogisticRegression(C=_STRENGTH, l1_ratio=1.0, solver="liblinear", max_iter=400, random_state=0).fit(table, true)
    weights = {name: round(_SCALE * weight) for name, weight in zip(names, model.coef_[0], strict=True)}
    return {"bias": round(_SCALE * model.intercept_[0]), "weights": {name: weight for name, weight in weights.items() if weight}}


def _table(rows: Sequence[Heard]) -> tuple[Any, list[str]]:
    """Which message has which feature, shape (n_messages, n_features), and the names of the features; rare ones are left out."""
    from collections import Counter

    import numpy as np
    from scipy.sparse import csr_matrix

    counts = Counter(feature for heard in rows for feature in heard.features)
    names = sorted(feature for feature, count in counts.items() if count >= (RARE_PAIR if " " in feature else RARE))
    column = {name: at for at, name in enumerate(names)}
    held = [sorted(column[feature] for feature in heard.features if feature in column) for heard in rows]
    starts = np.cumsum([0, *map(len, held)], dtype=np.int32)
    columns = np.array([at for row in held for at in row], dtype=np.int32)
    return csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(rows), len(names))), names
