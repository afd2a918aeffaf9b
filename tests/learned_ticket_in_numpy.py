"""Replays a learned ticket without slth: its masked network on the test examples, and where its training began.

`python3 learned_ticket_in_numpy.py TICKET.npz INPUTS.npy LABELS.npy CORRECT`, CORRECT the right answers of the report"""
import json
import math
import sys

import numpy as np

t, x, labels, correct = np.load(sys.argv[1]), np.load(sys.argv[2]), np.load(sys.argv[3]), int(sys.argv[4])
meta, U = json.loads(bytes(t["meta"])), np.uint64
options, widths, layers = meta["options"], meta["widths"], range(1, len(meta["widths"]))
GAMMA = 0x9E3779B97F4A7C15


def mix(z):
    z = (z ^ z >> U(30)) * U(0xBF58476D1CE4E5B9)
    z = (z ^ z >> U(27)) * U(0x94D049BB133111EB)
    return z ^ z >> U(31)


def words(stream, layer, side, neurons, synapses):
    """Of each neuron and synapse, from 0; layers count from 1."""
    place = np.array([GAMMA * (2 * ((stream << 32) + layer) + side) % 2**64], U)
    row = mix(mix(mix(np.array([meta["seed"]], U)) + place) + U(GAMMA) * (np.arange(neurons, dtype=U) + U(1)))
    return mix(row[:, None] + U(GAMMA) * (np.arange(synapses, dtype=U) + U(1)))


uniform = lambda word: ((word >> U(12)).astype(float) + 0.5) / 2**51 - 1


def normal(word):
    u, v = ((word >> U(32)).astype(float) + 0.5) / 2**32, (word & U(0xFFFFFFFF)).astype(float) / 2**32
    return np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)


def near(found, expected):
    """Equal but for the last bit: logarithms and cosines of other programs."""
    expected = expected.astype(np.float32)
    assert (abs(found - expected) <= np.spacing(abs(expected))).all(), abs(found - expected).max()


def check_initial(mask, layer):
    """The initial values of a layer follow from the seed (streams INITIAL = 1; weights: side 0, biases: side 1)."""
    outputs, inputs = mask.shape
    laws, word = options["initial"], words(1, layer, 0, outputs, inputs)
    found = t[f"layer{layer}.initial_weight"]
    if laws["weights"] == "GlorotTruncated":
        # NumPy has no inverse of erf.
        z = found[mask].astype(float) / math.sqrt(2.6 / (inputs + outputs))
        erf = np.vectorize(math.erf)(z / math.sqrt(2)) / math.erf(math.sqrt(2))
        assert abs(erf - uniform(word)[mask]).max() < 1e-6
    else:
        deviation = {"GlorotNormal": math.sqrt(2 / (inputs + outputs)), "KaimingNormal": math.sqrt(2 / inputs)}
        law = laws["weights"]
        values = uniform(word) / math.sqrt(inputs) if law == "KaimingUniform" else normal(word) * deviation[law]
        near(found, np.where(mask, values, 0))
    assert (found[~mask] == 0).all()
    if options["bias_rewind"] == "Always" and laws["biases"] != "None":
        word = words(1, layer, 1, outputs, 1)[:, 0]
        laws = {"Zero": np.zeros(outputs), "Normal": normal(word), "Uniform": uniform(word) / math.sqrt(inputs)}
        near(t[f"layer{layer}.initial_bias"], laws[options["initial"]["biases"]])


def frozen(mask, layer):
    """The frozen weights of edge-popup, stream FROZEN = 3."""
    word, deviation = words(3, layer, 0, *mask.shape), math.sqrt(2 / mask.shape[1] / (meta["scaled_by"] or 1))
    if meta["law"] == "SignedConstant":
        return np.where(word & U(1), -deviation, deviation).astype(np.float32)
    return (deviation * normal(word)).astype(np.float32)


# slth adds singles, this doubles: outputs differ by less than `slack`.
x = x.reshape(len(x), -1).astype(float)
if options.get("inputs") == "UnitNorm":
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32).astype(float)
if meta["mean"]:
    x = ((x - meta["mean"]) / meta["deviation"]).astype(np.float32).astype(float)
slack = 0
for layer in layers:
    inputs, outputs = widths[layer - 1], widths[layer]
    bits = np.unpackbits(t[f"layer{layer}.kept_bits"], count=inputs * outputs)
    mask = bits.reshape(outputs, inputs).astype(bool)
    bias = np.zeros(outputs)
    if meta["method"] == "edge-popup":
        weight = np.where(mask, frozen(mask, layer), 0)
    else:
        weight, bias = t[f"layer{layer}.weight"], t.get(f"layer{layer}.bias", bias)
        assert weight.dtype == np.float32 and (weight[~mask] == 0).all(), "pruned weights are not 0"
        assert (weight[mask] != 0).mean() > 0.99
        if options["rewind"] == "Init":
            check_initial(mask, layer)
    weight = weight.astype(float)
    slack = (slack + (inputs + 2) * 2.0**-24 * abs(x)) @ abs(weight).T + 2.0**-23 * abs(bias)
    x = x @ weight.T + bias
    x = np.maximum(x, 0) if layer < layers[-1] else x
best = np.sort(x, axis=1)
sure = best[:, -1] - best[:, -2] > 2 * slack.max(axis=1)
assert sure.mean() > 0.97, sure.mean()
assert (x.argmax(axis=1) == t["predictions"])[sure].all()
assert (t["predictions"] == labels).sum() == correct == meta["test"]["correct"]
assert abs((x.argmax(axis=1) == labels).sum() - correct) <= (~sure).sum()
