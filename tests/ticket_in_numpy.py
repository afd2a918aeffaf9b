"""Checks a ticket without slth: `python3 ticket_in_numpy.py TICKET.npz RUN.json PAGES.md`. Silent where all holds.

G's weights come from the first Python block of the book's page of the random function, run as it stands there."""
import json
import math
import re
import sys

import numpy as np

INPUTS = 2000
printed = open(sys.argv[3], encoding="utf-8").read()
scope = {}
exec(printed.split("```python\n")[1].split("```")[0], scope)
weight = scope["weight"]
# NumPy's exp is within 1 ulp and not correctly rounded; the product with alpha rounds once more.
ULPS = int(re.search(r"may\s+differ\s+by\s+up\s+to\s+(\d+)\s+ulp", printed).group(1))
assert ULPS == 2


def word_in_plain_integers(seed, layer, side, neuron, synapse):
    """The definition of src/sampling/words.rs without NumPy, so that a slip in uint64 arithmetic shows."""
    gamma, whole = 0x9E3779B97F4A7C15, 2**64 - 1

    def mix(z):
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & whole
        z = (z ^ z >> 27) * 0x94D049BB133111EB & whole
        return z ^ z >> 31

    stream = mix(mix(seed) + gamma * (2 * layer + side) & whole)
    row = mix(stream + gamma * (neuron + 1) & whole)
    return mix(row + gamma * (synapse + 1) & whole)


def relu(v):
    return np.maximum(v, 0)


ACTIVATIONS = {"relu": relu, "identity": lambda v: v, "tanh": np.tanh}

ticket = np.load(sys.argv[1])
meta = json.loads(bytes(ticket["meta"]))
run = json.load(open(sys.argv[2]))
lane = run["lanes"][0]
widths, seed, epsilon = meta["widths"], meta["seed"], meta["epsilon"]
layers = len(widths) - 1
certified = lane["error"]["certified"]
assert meta["version"] == 1 and meta["law"] == "hyperbolic" and meta["construction"] == "hyperbolic"
assert seed == run["seed"] and epsilon == lane["error"]["epsilon"]

columns = [("neuron", "<u8"), ("input", "<u4"), ("output", "<u4"), ("z_in", "<f8"), ("z_out", "<f8")]
names = [f"layer{i}.{name}" for i in range(1, layers + 1) for name in [c for c, _ in columns] + ["target"]]
assert sorted(ticket.files) == sorted(names + ["meta"]), ticket.files

kept = []
for i in range(1, layers + 1):
    neuron, a, b, z_in, z_out = (ticket[f"layer{i}.{name}"] for name, _ in columns)
    target = ticket[f"layer{i}.target"]
    rows, paths = lane["layers"][i - 1], len(neuron)
    for (name, dtype), column in zip(columns, (neuron, a, b, z_in, z_out)):
        assert column.dtype == np.dtype(dtype) and column.shape == (paths,), (i, name, column.dtype, column.shape)
    assert target.dtype == np.dtype("<f8") and target.shape == (widths[i], widths[i - 1])
    assert paths > 0 and a.max() < widths[i - 1] and b.max() < widths[i]
    # A neuron serves once, so that the kept paths are the kept neurons.
    assert len(np.unique(neuron)) == paths == rows["kept_neurons"] and 2 * paths == rows["kept_weights"]
    assert neuron.max() < rows["neurons_sampled"] <= rows["neurons_bound"]

    alpha, log_range = meta["weight_range"][i - 1][0], meta["log_range"][i - 1]
    for side, synapse, z in ((0, a, z_in), (1, b, z_out)):
        words = [word_in_plain_integers(seed, i, side, int(s), int(t)) for s, t in zip(neuron, synapse)]
        words = np.array(words, dtype=np.uint64)
        assert ((z < 0) == (words & np.uint64(1)).astype(bool)).all(), (i, side)
        again = weight(seed, i, side, neuron, synapse, alpha, log_range)
        assert (abs(again - z) <= ULPS * np.spacing(abs(z))).all(), (i, side)
        # Each weight leads back to the 53 bits of the word that it was made of, as far as doubles tell.
        bits = np.log(abs(z) / alpha) / log_range * 2.0**53
        assert (abs(bits - (words >> np.uint64(11))) <= 2.0**53 * 1e-15 * (1 + 40 / log_range)).all(), (i, side)

    product, low, high = z_in * z_out, *meta["product_range"][i - 1]
    assert (abs(product) >= low).all() and (abs(product) <= high).all(), i
    # z_in > 0 fires for x > 0 and adds z_in·z_out·x, z_in < 0 fires for x < 0 and adds the same.
    assert (np.sign(product) == np.sign(target[b, a])).all(), i
    for half in (z_in > 0, z_in < 0):
        virtual = np.zeros_like(target)
        np.add.at(virtual, (b[half], a[half]), product[half])
        assert abs(target - virtual).max() <= meta["weight_tolerance"][i - 1], i
    kept.append((a, b, z_in, z_out, target))


def pruned(x):
    """Ĝ neuron by neuron: input -> z_in -> ReLU -> z_out -> output, then the layer's activation."""
    for (a, b, z_in, z_out, target), name in zip(kept, meta["activations"]):
        fires = relu(x[:, a] * z_in) * z_out
        y = np.zeros((len(x), len(target)))
        for path, output in enumerate(b):
            y[:, output] += fires[:, path]
        x = ACTIVATIONS[name](y)
    return x


def intended(x):
    for (*_, target), name in zip(kept, meta["activations"]):
        x = ACTIVATIONS[name](x @ target.T)
    return x


random = np.random.default_rng(0)
x = random.standard_normal((INPUTS, widths[0]))
x /= np.linalg.norm(x, axis=1, keepdims=True)
x *= random.random((INPUTS, 1)) ** (1 / widths[0])
error = np.linalg.norm(pruned(x) - intended(x), axis=1).max()
assert math.isfinite(error) and 0 < error <= certified <= epsilon, (error, certified, epsilon)
