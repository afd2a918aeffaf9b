"""A ticket is the engine's memory, the program's file, and the same network in NumPy, SciPy and PyTorch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable

import numpy as np
import pytest

import slth

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(5)
COLUMNS = ("neuron", "input", "output", "z_in", "z_out", "target")


@pytest.fixture(scope="module")
def ticket() -> slth.Ticket:
    weights = [RNG.uniform(-0.5, 0.5, (6, 4)), RNG.uniform(-0.5, 0.5, (3, 6))]
    network = slth.Network(weights, [RNG.uniform(-0.3, 0.3, 6), None], ["relu", "tanh"])
    found: slth.Ticket = slth.run(network, epsilon=0.05, seed=7).ticket()
    return found


def test_columns_are_the_memory_of_the_engine(ticket: slth.Ticket) -> None:
    for layer in ticket.layers:
        for name, dtype in zip(COLUMNS[:5], ("u8", "u4", "u4", "f8", "f8")):
            column = getattr(layer, name)
            assert column.dtype == np.dtype(dtype) and column.shape == (len(layer),)
            # NumPy did not allocate it: the array stands on a container of Rust's vector.
            assert not column.flags.owndata
            assert type(column.base).__name__ == "PySliceContainer"
            assert not column.flags.writeable
            # A view of it is the same memory, too.
            assert np.asarray(column).ctypes.data == column.ctypes.data


def test_a_ticket_cannot_be_written(ticket: slth.Ticket) -> None:
    with pytest.raises(ValueError, match="read-only"):
        ticket.layers[0].z_in[0] = 1


def test_forward_is_the_network_within_the_certificate() -> None:
    weights = [RNG.uniform(-0.5, 0.5, (6, 4)), RNG.uniform(-0.5, 0.5, (3, 6))]
    network = slth.Network(weights, [RNG.uniform(-0.3, 0.3, 6), None], ["relu", "identity"])
    run = slth.run(network, epsilon=0.05)
    certified = run.lanes[0].error.certified
    assert run.holds and certified is not None
    x = RNG.normal(size=(500, 4))
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1)
    errors = np.linalg.norm(run.ticket()(x) - network(x), axis=1)
    assert 0 < errors.max() <= certified <= 0.05
    assert np.array_equal(run.ticket()(x)[3], run.ticket()(x[3]))


def blocks(page: str) -> list[str]:
    """The Python blocks of a page of the book."""
    path = ROOT / "docs" / "src" / "reference" / page
    if not path.exists():
        pytest.skip(f"{page} is not here: the package stands outside of its repository")
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def test_the_book_s_replay_in_numpy_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the ticket, run as it stands on a ticket that Python saved."""
    monkeypatch.chdir(tmp_path)
    ticket = slth.run("tiny").ticket()
    ticket.save("ticket.npz")
    scope: dict[str, Any] = {}
    for block in blocks("ticket.md")[:3]:
        exec(block, scope)
    assert len(ticket.layers) > 1
    # `y` is the first layer before its activation; here the other layers follow in the same way.
    x = scope["x"]
    for layer, name in zip(ticket.layers, ticket.meta["activations"]):
        n, b = layer.neuron, layer.output
        first = np.flatnonzero(np.r_[True, (n[1:] != n[:-1]) | (b[1:] != b[:-1])][: len(n)])
        h = np.maximum(np.add.reduceat(layer.z_in * x[layer.input], first), 0)
        x = np.bincount(b[first], layer.z_out[first] * h, minlength=layer.target.shape[0])
        if layer is ticket.layers[0]:
            assert np.allclose(x, scope["y"], rtol=1e-13, atol=0)
        x = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh, "identity": lambda v: v}[name](x)
    assert np.allclose(ticket(scope["x"]), x, rtol=1e-12, atol=1e-13)


def test_columns_are_weights_of_the_random_function(ticket: slth.Ticket) -> None:
    """The page of the random function, run as it stands: at most 2 ulp by NumPy's exp."""
    scope: dict[str, Any] = {}
    exec(blocks("random-function.md")[0], scope)
    meta = ticket.meta
    for i, layer in enumerate(ticket.layers, 1):
        alpha, log_range = meta["weight_range"][i - 1][0], meta["log_range"][i - 1]
        for side, synapse, z in ((0, layer.input, layer.z_in), (1, layer.output, layer.z_out)):
            again = scope["weight"](meta["seed"], i, side, layer.neuron, synapse, alpha, log_range)
            assert (abs(again - z) <= 2 * np.spacing(abs(z))).all()


def test_files_round_trip_bit_for_bit(ticket: slth.Ticket, tmp_path: Path) -> None:
    ticket.save(tmp_path / "a.npz")
    read = slth.Ticket.load(tmp_path / "a.npz")
    read.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    for given, found in zip(ticket.layers, read.layers):
        assert all(np.array_equal(getattr(given, name), getattr(found, name)) for name in COLUMNS)
    x = RNG.uniform(-1, 1, (30, 4))
    assert read.meta == ticket.meta and np.array_equal(read(x), ticket(x))


@pytest.mark.parametrize("preset", ["tiny", "deep", "conv"])
def test_the_program_writes_the_same_file(program: Callable[..., str], preset: str, tmp_path: Path) -> None:
    settings = ["constructions=[Hyperbolic()]"]
    slth.run(preset, settings=settings).ticket().save(tmp_path / "python.npz")
    program("run", preset, "--json", "--ticket", str(tmp_path / "program.npz"), "--set", settings[0])
    assert (tmp_path / "python.npz").read_bytes() == (tmp_path / "program.npz").read_bytes()


def test_the_ticket_of_a_graph_needs_its_network(tmp_path: Path) -> None:
    run = slth.run("conv", methods="hyperbolic/first-fit")
    network, ticket = slth.Network.open("conv"), run.ticket()
    x = RNG.random((4, network.widths[0]))
    assert np.linalg.norm(ticket(x) - network(x), axis=1).max() <= run.epsilon
    ticket.save(tmp_path / "conv.npz")
    with pytest.raises(ValueError, match="expected the network of the ticket, which is a graph"):
        slth.Ticket.load(tmp_path / "conv.npz")(x)
    assert np.array_equal(slth.Ticket.load(tmp_path / "conv.npz", network)(x), ticket(x))
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.raises(ValueError, match="found that of a graph"):
        ticket.to_torch()


def test_damaged_files_are_refused(ticket: slth.Ticket, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    ticket.save(path)
    whole = path.read_bytes()
    arrays = dict(np.load(path))
    for cut in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(ValueError, match="a.npz: expected an npz file"):
            slth.Ticket.load(path)

    def changed(name: str, array: Any) -> None:
        np.savez(path, **{**arrays, name: array})

    z_in = arrays["layer1.z_in"]
    for name, array, message in (
        ("layer1.z_in", z_in.astype(np.float32), "expected 1 axes of f8, found float32"),
        ("layer1.z_in", z_in[:-1], "layer 1: expected columns of equal length"),
        (
            "layer1.z_in",
            np.where(np.arange(len(z_in)) == 3, np.nan, z_in),
            "layer 1: row 3: expected a finite z_in",
        ),
        ("layer1.z_in", z_in[::-1], "layer 1: row .*: expected rows in the order"),
        ("layer1.input", arrays["layer1.input"] + np.uint32(9), "layer 1: row .*: expected an input below"),
        ("layer2.target", arrays["layer2.target"][:, 1:], "layer 2: target: expected"),
        ("meta", np.frombuffer(b"{}", dtype=np.uint8), "meta: expected the settings of a ticket"),
        ("meta", np.frombuffer(b"[", dtype=np.uint8), "meta: expected the settings of a ticket"),
    ):
        changed(name, array)
        with pytest.raises(ValueError, match=message):
            slth.Ticket.load(path)
    np.savez(path, **{key: array for key, array in arrays.items() if key != "layer2.z_out"})
    with pytest.raises(ValueError, match="expected an array `layer2.z_out`, found none"):
        slth.Ticket.load(path)
    np.savez(path, x=z_in)
    with pytest.raises(ValueError, match="expected the arrays `meta` and"):
        slth.Ticket.load(path)


def test_a_lane_without_a_ticket_says_why() -> None:
    run = slth.run("tiny", methods=["hyperbolic/first-fit", "malach"], settings={"mode": "SkipAhead"})
    skipped = [i for i, lane in enumerate(run.lanes) if lane.mode == "skip-ahead"]
    assert skipped, "a lane that skips ahead"
    with pytest.raises(ValueError, match="expected neurons that are drawn, found a lane that skips ahead"):
        run.ticket(skipped[0])
    with pytest.raises(ValueError, match="lane: expected one from 0 to 1, found 2"):
        run.ticket(2)


def test_scipy_computes_the_same(ticket: slth.Ticket) -> None:
    pytest.importorskip("scipy", reason="SciPy is not installed")
    x = RNG.uniform(-1, 1, 4)
    y = np.append(x, 1.0)
    for (z_in, z_out), name in zip(ticket.to_scipy(), ticket.meta["activations"]):
        y = z_out @ np.maximum(z_in @ y, 0)
        y = {"relu": lambda v: np.maximum(v, 0), "tanh": np.tanh}[name](y)
    assert np.allclose(y, ticket(x), rtol=1e-12, atol=1e-14)


def whole_neurons() -> slth.Ticket:
    network = slth.Network([[[0.5, 0.25]]])
    found: slth.Ticket = slth.run(
        network, methods="whole-neuron", epsilon=0.5, settings={"mode": "Drawn"}
    ).ticket()
    return found


def test_neurons_with_several_inputs_are_one_neuron() -> None:
    pytest.importorskip("scipy", reason="SciPy is not installed")
    ticket = whole_neurons()
    layer = ticket.layers[0]
    assert len(layer.firsts) < len(layer)
    x = RNG.uniform(-1, 1, (20, 2))
    ((z_in, z_out),) = ticket.to_scipy()
    expected = np.maximum(np.maximum(x @ z_in.T.toarray(), 0) @ z_out.T.toarray(), 0)
    assert np.allclose(ticket(x), expected, atol=1e-14)
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for dense in (False, True):
        assert np.allclose(ticket.to_torch(dense=dense)(torch.tensor(x)).detach(), expected, atol=1e-14)


@pytest.mark.parametrize("dense", [False, True])
def test_a_torch_module_computes_the_same(ticket: slth.Ticket, dense: bool) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = RNG.uniform(-1, 1, (40, 4))
    module = ticket.to_torch(dense=dense)
    assert np.allclose(module(torch.tensor(x)).detach().numpy(), ticket(x), rtol=1e-12, atol=1e-14)
    single = ticket.to_torch(torch.float32, dense)(torch.tensor(x, dtype=torch.float32)).detach().numpy()
    assert single.dtype == np.float32 and np.allclose(single, ticket(x), atol=1e-4)


def test_a_torch_module_can_be_pruned_and_trained(ticket: slth.Ticket) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from torch.nn.utils import prune

    x = torch.tensor(RNG.uniform(-1, 1, (16, 4)))
    module = ticket.to_torch()
    before = module(x).detach()
    prune.l1_unstructured(module[0], "z_out", amount=0.3)
    assert module[0].z_out.shape == (len(ticket.layers[0]),)
    assert int((module[0].z_out == 0).sum()) == round(0.3 * len(ticket.layers[0]))
    assert not torch.equal(module(x), before)
    prune.remove(module[0], "z_out")
    module(x).square().sum().backward()
    assert module[0].z_in.grad is not None and bool((module[0].z_in.grad != 0).any())


def test_a_dense_module_has_masks_of_torch_over_weights_of_g(ticket: slth.Ticket) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from torch.nn.utils import prune

    module = ticket.to_torch(dense=True)
    assert prune.is_pruned(module)
    layer, into = ticket.layers[1], module[2][0]
    assert torch.equal(into.weight_mask.sum(1), torch.ones(len(layer.firsts), dtype=torch.float64))
    rows, columns = torch.where(into.weight_mask == 1)
    assert np.array_equal(columns.numpy(), layer.input)
    assert np.array_equal(into.weight_orig[rows, columns].detach().numpy(), layer.z_in)
    # All other weights of the kept neurons are those of G.
    assert bool((into.weight_orig != 0).all()) and int((into.weight == 0).sum()) > 0
    state = {key: value for key, value in module.state_dict().items() if key.endswith("_mask")}
    assert len(state) == 4


def test_learned_tickets(tmp_path: Path) -> None:
    x = RNG.normal(size=(120, 6)).astype(np.float32)
    y = (x[:, 0] + x[:, 1] > 0).astype(np.int64)
    data = slth.Data((x[:80], y[:80]), (x[80:], y[80:]), validation=10)
    popup = slth.edge_popup(data, widths=[6, 40, 2], epochs=8, keep=0.4, seed=2)
    assert popup.done and popup.rounds[0].share_weights_kept == pytest.approx(0.4, abs=0.01)
    again = slth.edge_popup(data, widths=[6, 40, 2], epochs=8, keep=0.4, seed=2)
    assert again.ticket.data == popup.ticket.data
    rewound = slth.rewind(
        data, widths=[6, 12, 2], rounds=2, rate=0.3, steps=60, batch=20, controls=["RandomMask"]
    )
    assert len(rewound.rounds) == 3 and len(rewound.rounds[-1].arms) > 1
    for result in (popup, rewound):
        ticket = result.ticket
        ticket.save(tmp_path / "learned.npz")
        read = slth.LearnedTicket.load(tmp_path / "learned.npz")
        assert read.data == ticket.data and "weights kept" in repr(read)
        for mask, w in zip(ticket.masks, ticket.network.weights):
            assert mask.shape == w.shape and not w[~mask].any()
        # The program's own count of right answers.
        classes = ticket(x[80:].astype(float)).argmax(1)
        assert int((classes == y[80:]).sum()) == ticket.meta["test"]["correct"]
        assert np.array_equal(classes, ticket.arrays["predictions"])
        with pytest.raises(ValueError, match="found a learned ticket: `LearnedTicket.load` reads it"):
            slth.Ticket.load(tmp_path / "learned.npz")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    module = popup.ticket.to_torch()
    assert torch.nn.utils.prune.is_pruned(module)
    outputs = module(torch.tensor(x, dtype=torch.float64)).detach().numpy()
    assert np.allclose(outputs, popup.ticket(x.astype(float)), atol=1e-12)


def test_a_trained_network_is_a_target() -> None:
    x = RNG.normal(size=(200, 4))
    y = (x[:, 0] > 0).astype(int)
    data = slth.Data((x[:150], y[:150]), (x[150:], y[150:]))
    network = slth.train(data, widths=[4, 6, 2], steps=300, batch=30, seed=1)
    assert network.widths == [4, 6, 2] and network.activations == ["relu", "identity"]
    assert (network(x[150:]).argmax(1) == y[150:]).mean() > 0.85
    run = slth.run(network, inputs=slth.Points(x[150:], y[150:]), epsilon=0.1)
    assert run.holds and run.lanes[0].accuracy is not None
    assert run.lanes[0].accuracy.target == pytest.approx((network(x[150:]).argmax(1) == y[150:]).mean())
