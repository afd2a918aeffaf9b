"""What cannot be used is refused: the argument, what was expected, what was found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import slth

GOOD = np.array([[0.5, -0.25], [0.75, 0.5]])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (GOOD, "weights: expected a list of matrices, found a single one"),
        ("tiny", "weights: expected a list of matrices, found str"),
        ([], "weights: expected at least one matrix, found none"),
        ([GOOD[0]], r"weights\[0\]: expected 2 axes, outputs × inputs; found shape \(2,\)"),
        ([GOOD[None]], r"weights\[0\]: expected 2 axes.*\(1, 2, 2\)"),
        ([np.zeros((0, 2))], r"weights\[0\]: expected at least one number.*\(0, 2\)"),
        ([GOOD.astype(complex)], r"weights\[0\]: expected real numbers.*complex128"),
        ([GOOD.astype(bool)], r"weights\[0\]: expected real numbers.*bool"),
        ([GOOD.astype(object)], r"weights\[0\]: expected real numbers.*object"),
        ([GOOD.astype(np.longdouble)], r"weights\[0\]: expected real numbers of at most 64 bits"),
        ([np.array([["a"]])], r"weights\[0\]: expected real numbers.*U1"),
        ([np.array([[1, 2**53 + 1]])], r"weights\[0\]: expected whole numbers that float64 holds exactly"),
        ([np.array([[1.0, np.nan]])], r"weights\[0\]: expected finite numbers, found nan at \[0, 1\]"),
        ([GOOD, np.array([[np.inf, 0.0]])], r"weights\[1\]: expected finite numbers, found inf at \[0, 0\]"),
        ([GOOD, np.ones((1, 3))], r"weights\[1\]: expected 2 columns, the rows of weights\[0\]; found 3"),
        ([np.ma.masked_equal(GOOD, 0.5)], r"weights\[0\]: expected an array without a mask"),
        ([[[1.0, 2.0], [3.0]]], r"weights\[0\]: expected"),
        ([np.zeros((1, 2))], "target: expected a target with a weight other than 0"),
    ],
)
def test_weights(weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slth.Network(weights)


@pytest.mark.parametrize(
    ("biases", "message"),
    [
        ([[0.5]], r"biases\[0\]: expected 2 numbers, the rows of weights\[0\]; found 1"),
        ([None, None], r"biases: expected 1, one or None for each layer; found 2"),
        ([[[0.5, 0.5]]], r"biases\[0\]: expected 1 axes"),
        ([[0.5, np.nan]], r"biases\[0\]: expected finite numbers, found nan at \[1\]"),
        ([[]], r"biases\[0\]: expected at least one number"),
        (3, "biases: expected a list of vectors, found int"),
    ],
)
def test_biases(biases: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slth.Network([GOOD], biases)


@pytest.mark.parametrize(
    ("activations", "message"),
    [
        (["relu", "relu"], "activations: expected 1 activations, one for each layer, found 2"),
        ("gelu", "activations: .*gelu"),
        ([3], "activations: expected names"),
    ],
)
def test_activations(activations: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slth.Network([GOOD], None, activations)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.ones((3, 5)), "points: expected 2 inputs each, found shape"),
        (np.ones((2, 2, 2)), "points: expected 2 axes"),
        (np.array([[np.nan, 1.0]]), "points: expected finite numbers"),
        (np.zeros((0, 2)), "points: expected at least one number"),
        ("x", "points: expected real numbers"),
    ],
)
def test_points(points: Any, message: str) -> None:
    network = slth.Network([GOOD])
    with pytest.raises(ValueError, match=message):
        network(points)
    ticket = slth.run(network, epsilon=0.1).ticket()
    with pytest.raises(ValueError, match=message):
        ticket(points)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsilon": -1.0}, "epsilon.*expected a finite number above 0, found -1"),
        ({"epsilon": float("nan")}, "epsilon"),
        ({"epsilon": "0.1"}, "epsilon: expected a number, found '0.1'"),
        ({"delta": 1.0}, "delta.*expected a probability"),
        ({"seed": -1}, "seed: expected a whole number from 0"),
        ({"seed": 2**64}, "seed"),
        ({"methods": "no-such-method"}, "constructions"),
        ({"methods": []}, "constructions.*expected at least one construction"),
        ({"inputs": slth.Ball(0.0)}, "inputs.*expected a finite number above 0, found 0"),
        ({"inputs": slth.Points(np.ones((2, 3)))}, "inputs.*expected 2 coordinates, found 3"),
        ({"inputs": slth.Points(np.ones((2, 2)), [0])}, r"labels: expected shape \(2,\)"),
        ({"inputs": slth.Points(np.ones((2, 2)), [0.5, 1.0])}, "labels: expected whole numbers"),
        ({"inputs": slth.Points(np.ones((2, 2)), [0, -1])}, "labels: expected classes from 0.*found -1"),
        ({"settings": {"no_such_field": 1}}, "no_such_field"),
        ({"settings": {"mode": object()}}, "mode: expected a number, a bool, a list or RON, found object"),
        ({"settings": ["epsilon"]}, "expected key=value"),
        ({"threads": 0}, "threads: expected a number from 1"),
        ({"progress": 3}, "progress: expected True, False or a function"),
    ],
)
def test_options(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        slth.run(slth.Network([GOOD]), **options)


def test_targets() -> None:
    with pytest.raises(ValueError, match="target: expected a Network.*found float"):
        slth.run(1.5)
    with pytest.raises(FileNotFoundError, match="no-such-file.ron: expected a .ron file"):
        slth.run("no-such-file.ron")


def test_files(tmp_path: Any) -> None:
    with pytest.raises(IsADirectoryError):
        slth.Network.open(tmp_path)
    (tmp_path / "bad.ron").write_text("(title: 3)")
    with pytest.raises(ValueError, match=r"bad.ron:1:8: expected a text"):
        slth.Network.open(tmp_path / "bad.ron")
    ticket = slth.run("tiny").ticket()
    with pytest.raises(FileNotFoundError, match="expected a writable file"):
        ticket.save(tmp_path / "no" / "such" / "folder.npz")
    with pytest.raises(FileNotFoundError):
        slth.Ticket.load(tmp_path / "none.npz")
    share = slth.run("tiny", shard=(1, 2))
    for path in (tmp_path, tmp_path / "no" / "folder"):
        with pytest.raises(OSError, match="expected a writable file"):
            share.save(path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ron"]


def test_checks() -> None:
    for options, message in (
        ({"runs": 0}, "runs: expected a whole number of at least 1, found 0"),
        ({"runs": 2.5}, "runs: expected a whole number"),
        ({"confidence": 1.0}, "confidence: expected a number between 0 and 1"),
        ({"neurons_per_weight": 0}, "neurons_per_weight: expected a finite number above 0"),
    ):
        with pytest.raises(ValueError, match=message):
            slth.check("tiny", **options)  # type: ignore[arg-type]


def test_data() -> None:
    x, y = np.eye(4), np.arange(4) % 2
    for data, message in (
        (slth.Data((x, y[:3]), (x, y)), r"training classes: expected shape \(4,\)"),
        (slth.Data((x, y), (x[:, :3], y)), "data: test: expected 4 features"),
        (slth.Data((x, y), (x, y + 1)), "data: test: label of example 1: expected a class below 2"),
        (slth.Data((x, y), (x, y), 9), "data: validation: expected at most 3"),
        (slth.Data(x, (x, y)), r"training: expected a pair"),
    ):
        with pytest.raises(ValueError, match=message):
            slth.edge_popup(data, widths=[4, 3, 2])
    with pytest.raises(ValueError, match="widths: expected features"):
        slth.edge_popup(slth.Data((x, y), (x, y)))
    with pytest.raises(ValueError, match="data: expected Data or a preset with a field `data`"):
        slth.edge_popup("tiny")
    with pytest.raises(ValueError, match="keep"):
        slth.edge_popup(slth.Data((x, y), (x, y)), widths=[4, 3, 2], keep=2.0)
