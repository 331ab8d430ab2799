"""How the threshold is chosen, and how far its figures scatter over the folds."""

import json

import numpy
import pytest
from conftest import ROOT

from chatbot.calibrate import Point, _lowest, _spread
from chatbot.cli import main
from chatbot.inputs import read_calibration


def test_the_lowest_threshold_that_reaches_the_target_is_chosen():
    points = [Point(0.2, 0.5, 0.0), Point(0.4, 0.1, 0.1), Point(0.6, 0.0, 0.3)]
    assert _lowest(points, 0.1).threshold == 0.4
    assert _lowest(points[:2], 0.05).threshold == 0.4


def test_each_fold_is_judged_by_a_threshold_of_the_others():
    right = numpy.array([True, False] * 8)
    chances = numpy.where(right, 0.9, 0.1)
    chances[1] = 0.95  # one out-of-scope question that looks like the others' answerable ones
    folds = [(numpy.setdiff1d(numpy.arange(16), part), part) for part in numpy.split(numpy.arange(16), 4)]
    spread = _spread(chances, right, folds, 0.0)
    # the fold that holds it lets it pass, since the others know nothing of it; they refuse everything because of it
    assert spread["false_answers"].mean == pytest.approx(0.5 / 4)
    assert spread["coverage"].mean == pytest.approx(0.25)
    assert spread["false_answers"].deviation == pytest.approx(0.25)


def test_the_command_records_date_figures_and_their_spread(tmp_path, capsys):
    path = tmp_path / "calibration.json"
    assert main(["calibrate", str(ROOT / "tests" / "quality" / "questions.jsonl"), "-q", "--target", "0.12", "-o", str(path)]) == 0
    record = json.loads(path.read_text())
    assert set(record["over_folds"]) == {"threshold", "coverage", "false_answers"}
    for figure in record["over_folds"].values():
        assert 0.0 <= figure["mean"] <= 1.0
        assert 0.0 < figure["sd"] < 0.5
    assert record["date"][:2] == "20"
    assert 0.0 <= record["false_answers"] <= 0.12
    assert record["questions"] > 200
    assert read_calibration(path)["model"]["threshold"] == record["model"]["threshold"]
    assert "mean ± standard deviation: threshold 0." in capsys.readouterr().out
