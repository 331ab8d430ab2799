"""The grid of aspects by facets: which questions about whom and what the corpus answers, and where it is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatbot.knowledge import Knowledge

ASPECTS: Mapping[str, Sequence[str]] = {
    "what": ("definition", "spasm_vs_cramp", "duration", "body_part"),
    "cause": ("causes", "night_causes", "exercise_causes", "medicines_cause", "conditions"),
    "relief": ("immediate_relief", "massage", "heat_or_cold"),
    "prevention": ("prevention", "stretches"),
    "food": ("foods", "hydration"),
    "supplement": ("supplements_magnesium", "supplements_other"),
    "medicine": ("medicines_treatment", "quinine"),
    "help": ("see_doctor", "tests"),
    "look-alike": ("look_alikes_strain", "look_alikes_rls", "look_alikes_dvt", "look_alikes_other"),
    "evidence": ("evidence", "myths"),
}
"""Aspects of a question, after the question types of MedQuAD, and the intents that belong to each."""

ANYONE = "(anyone)"


def grid(knowledge: Knowledge) -> dict[str, dict[str, list[str]]]:
    """The passages of each cell: facet (a value that passages are about, or `ANYONE`) to aspect to ids."""
    aspect_of = {intent: aspect for aspect, intents in ASPECTS.items() for intent in intents}
    cells: dict[str, dict[str, list[str]]] = {}
    for number, name in enumerate(knowledge.index.ids):
        intents, about, _ = knowledge.about(number)
        for facet in about or [ANYONE]:
            row = cells.setdefault(facet, {aspect: [] for aspect in ASPECTS})
            for aspect in dict.fromkeys(aspect_of.get(intent, "") for intent in intents):
                if aspect:
                    row[aspect].append(name)
    return cells


def table(knowledge: Knowledge, least: int = 2) -> str:
    """The grid as text: the count in each cell, a dot where it is empty.

    Args:
        knowledge: what is known.
        least: facets with fewer passages are left out and counted in the last line.
    """
    entity_of = knowledge.dialogue["entity_of"]
    cells = grid(knowledge)
    sizes = {facet: len({name for names in row.values() for name in names}) for facet, row in cells.items()}
    shown = sorted((f for f in cells if sizes[f] >= least), key=lambda f: (entity_of.get(f, ""), f))
    width = max((len(f) for f in shown), default=8) + 2
    lines = [" " * width + " ".join(f"{aspect:>10}" for aspect in ASPECTS)]
    group = None
    for facet in shown:
        if entity_of.get(facet, "") != group:
            group = entity_of.get(facet, "")
            lines.append(f"-- {group or 'everyone'}")
        lines.append(f"{facet:{width}}" + " ".join(f"{len(names) or '.':>10}" for names in cells[facet].values()))
    empty = sum(not names for facet in shown for names in cells[facet].values())
    lines.append(
        f"{len(shown)} facets, {empty} of {len(shown) * len(ASPECTS)} cells empty; {len(cells) - len(shown)} facets with fewer than {least} passages not shown"
    )
    return "\n".join(lines)
