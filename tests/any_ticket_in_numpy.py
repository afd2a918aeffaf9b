"""Checks a drawn ticket of any construction: `python3 any_ticket_in_numpy.py TICKET.npz RUN.json PAGES.md`.

PAGES.md holds the book's pages of the random function and of the ticket. G's weights come from the block that defines
`weight`, the layer of the pruned network from the block that computes `y`, both run as they stand there."""
import json
import sys

import numpy as np

printed = [block.split("```")[0] for block in open(sys.argv[3], encoding="utf-8").read().split("```python\n")[1:]]
function = next(block for block in printed if "def weight" in block)
layer_of = next(block for block in printed if "y = " in block)
t, run = np.load(sys.argv[1]), json.load(open(sys.argv[2]))
meta, lane = json.loads(bytes(t["meta"])), run["lanes"][0]
assert meta["construction"] == lane["construction"] and lane["mode"] == "drawn"
scope = {}
exec(function, scope)
U = np.uint64


def magnitude_of(bits, layer):
    if meta["law"] == "uniform":
        return bits * 2.0**-53
    return meta["weight_range"][layer - 1][0] * np.exp(bits * 2.0**-53 * meta["log_range"][layer - 1])


for layer in range(1, len(meta["widths"])):
    column = {name: t[f"layer{layer}.{name}"] for name in ("neuron", "input", "output", "z_in", "z_out")}
    # A weight of 0 has no path.
    assert (t[f"layer{layer}.target"][column["output"], column["input"]] != 0).all(), layer
    for side, synapse, z in ((0, "input", "z_in"), (1, "output", "z_out")):
        # With alpha = 1 and log_range = 1 the block's weight is e^u up to its sign: u is the word's 53 bits.
        unit = scope["weight"](meta["seed"], layer, side, column["neuron"], column[synapse], 1.0, 1.0)
        bits = np.round(np.log(abs(unit)) * 2.0**53)
        expected = np.copysign(magnitude_of(bits, layer), unit)
        close = abs(expected - column[z]) <= 1e-15 * 100 * (1 + abs(column[z]))
        assert close.all(), (layer, z, expected[~close], column[z][~close])

layers, epsilon, certified = len(meta["widths"]) - 1, meta["epsilon"], lane["error"]["certified"]
relu = lambda v: np.maximum(v, 0)
worst, random = 0.0, np.random.default_rng(0)
for _ in range(300):
    x = random.standard_normal(meta["widths"][0])
    x /= np.linalg.norm(x)
    pruned, intended = x, x
    for layer in range(1, layers + 1):
        scope.update(np=np, t=t, x=pruned)
        exec(layer_of.replace("layer1", f"layer{layer}"), scope)
        pruned = relu(scope["y"])
        intended = relu(t[f"layer{layer}.target"] @ intended)
    worst = max(worst, np.linalg.norm(pruned - intended))
assert meta["activations"] == ["relu"] * layers
# Where a matrix is 0, so are both networks.
zero = any(not t[f"layer{layer}.target"].any() for layer in range(1, layers + 1))
assert (worst > 0 or zero) and worst <= certified <= epsilon, (worst, certified, epsilon)
