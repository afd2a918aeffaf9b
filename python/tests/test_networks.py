"""Networks come in and go out bit for bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import slth

RNG = np.random.default_rng(3)


def unaligned(array: Any) -> Any:
    """A copy of an array that begins at an odd byte, as arrays do that come from another process without a copy."""
    room = bytearray(array.nbytes + 1)
    view = np.frombuffer(room, dtype=array.dtype, offset=1).reshape(array.shape)
    view[:] = array
    assert not view.flags.aligned
    return view


def random_layers() -> tuple[list[Any], list[Any]]:
    widths = [5, 7, 6, 3]
    weights = [RNG.uniform(-0.5, 0.5, (rows, columns)) for columns, rows in zip(widths, widths[1:])]
    return weights, [RNG.uniform(-0.2, 0.2, 7), None, RNG.uniform(-0.2, 0.2, 3)]


def plainly(weights: Any, biases: Any, x: Any) -> Any:
    for i, (w, b) in enumerate(zip(weights, biases)):
        x = x @ w.T + (0 if b is None else b)
        x = np.maximum(x, 0) if i + 1 < len(weights) else np.tanh(x)
    return x


def test_arrays_round_trip() -> None:
    weights, biases = random_layers()
    network = slth.Network(weights, biases, ["relu", "relu", "tanh"])
    for given, found in zip(weights + biases, network.weights + network.biases):
        assert given is found is None or np.array_equal(given, found)
    assert network.widths == [5, 7, 6, 3]
    assert network.activations == ["relu", "relu", "tanh"]
    x = RNG.uniform(-1, 1, (50, 5))
    assert np.allclose(network(x), plainly(weights, biases, x), atol=1e-14)
    assert np.array_equal(network(x)[7], network(x[7]))
    assert np.array_equal(network([0.1, 0.2, 0.3, 0.4, 0.5]), network(np.array([0.1, 0.2, 0.3, 0.4, 0.5])))


def test_the_arrays_are_copies() -> None:
    weights = [np.full((1, 2), 0.5)]
    network = slth.Network(weights)
    network.weights[0][:] = 7
    assert np.array_equal(network.weights[0], [[0.5, 0.5]])


def test_dtypes_and_strides_that_float64_holds_are_taken() -> None:
    exact = np.array([[0.5, -0.25], [1.0, 2.0]])
    views = [
        exact.astype(np.float32),
        exact.astype(np.float16),
        np.asfortranarray(exact),
        np.repeat(exact, 2, axis=1)[:, ::2],
        exact.tolist(),
        exact.astype(">f8"),
        unaligned(exact),
    ]
    for view in views:
        assert np.array_equal(slth.Network([view]).weights[0], exact)
    assert np.array_equal(slth.Network([np.array([[1, 2]], dtype=np.int64)]).weights[0], [[1.0, 2.0]])


def test_a_preset_as_it_is_written_is_the_same_network(tmp_path: Path) -> None:
    weights, biases = random_layers()
    network = slth.Network(weights, biases, ["relu", "leaky_relu(0.25)", "identity"])
    (tmp_path / "own.ron").write_text(network.to_ron(), encoding="utf-8")
    read = slth.Network.open(tmp_path / "own.ron")
    x = RNG.uniform(-1, 1, (20, 5))
    assert read.activations == network.activations
    assert np.array_equal(read(x), network(x))
    assert slth.run(read).lanes[0].layers == slth.run(network).lanes[0].layers


def test_files_round_trip(tmp_path: Path) -> None:
    weights, _ = random_layers()
    arrays = {f"fc{i}.weight": w for i, w in enumerate(weights, 1)}
    np.savez(tmp_path / "net.npz", **arrays)
    read = slth.Network.open(tmp_path / "net.npz", layers=list(arrays), transposed=False)
    for given, found in zip(weights, read.weights):
        assert np.array_equal(given, found)


def test_a_torch_file_is_read_as_torch_reads_it(cases: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    path = cases / "pt" / "state-dict.pt"
    state = torch.load(path, weights_only=True)
    read, given = slth.Network.open(path, output_activation="identity"), slth.Network.from_torch(state)
    for a, b, key in zip(read.weights, given.weights, ("0.weight", "2.weight")):
        assert np.array_equal(a, b) and np.array_equal(a, state[key].double().numpy())
    for a, b in zip(read.biases, given.biases):
        assert np.array_equal(a, b)


def test_a_sequential_is_taken_layer_by_layer() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Sequential(nn.Linear(6, 5), nn.LeakyReLU(0.2)),
        nn.Dropout(),
        nn.Linear(5, 4, bias=False),
        nn.Tanh(),
        nn.Identity(),
        nn.Linear(4, 4),
        nn.Sigmoid(),
        nn.Linear(4, 2),
    ).eval()
    network = slth.Network.from_torch(model)
    assert network.widths == [6, 5, 4, 4, 2]
    assert [name.partition("(")[0] for name in network.activations] == [
        "leaky-relu",
        "tanh",
        "logistic",
        "identity",
    ]
    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    for module, w, b in zip(linear, network.weights, network.biases):
        assert np.array_equal(module.weight.detach().numpy(), w)
        assert (b is None) == (module.bias is None)
        assert b is None or np.array_equal(module.bias.detach().numpy(), b)
    x = torch.rand(10, 2, 3, dtype=torch.float64)
    assert np.allclose(model.double()(x).detach().numpy(), network(x.reshape(10, 6)), atol=1e-13)
    # A module may stand wherever a network may.
    assert slth.bounds(model).widths == slth.bounds(network).widths


def test_other_modules_are_refused_by_name() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    nn = torch.nn

    class Own(nn.Module):  # type: ignore[misc, name-defined]
        pass

    refused = [
        (
            nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.BatchNorm1d(2))),
            r"model\[1\]\[0\].*BatchNorm1d.*onnx",
        ),
        (nn.Sequential(nn.Conv2d(1, 1, 3)), r"model\[0\].*Conv2d.*onnx"),
        (Own(), r"model: expected Linear layers and activations, found Own"),
        (nn.Sequential(nn.ReLU(), nn.Linear(2, 2)), r"model\[0\]: expected a Linear layer before ReLU"),
        (nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.ReLU()), r"model\[2\]"),
        (nn.Sequential(nn.Linear(2, 2), nn.Dropout()), r"model\[1\].*evaluation mode"),
        (nn.Sequential(nn.Linear(2, 2), nn.Flatten()), r"model\[1\].*Flatten"),
        (nn.Sequential(nn.Linear(2, 2), nn.GELU()), r"model\[1\].*GELU"),
        (nn.Sequential(), "at least one Linear"),
        ({"conv.weight": torch.zeros(1, 1, 3, 3)}, r"state dict.*conv.weight.*\(1, 1, 3, 3\).*onnx"),
        ({}, "state dict: expected at least one"),
        (3, "expected a torch.nn.Sequential or a state dict, found int"),
    ]
    for model, message in refused:
        with pytest.raises(ValueError, match=message):
            slth.Network.from_torch(model)


def test_torch_is_not_imported_unless_it_is_given() -> None:
    import subprocess
    import sys

    code = "import slth, sys; slth.run('tiny').ticket().save('/dev/null'); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
