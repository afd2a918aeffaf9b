"""Checks the ticket of a network with biases: `python3 biased_ticket_in_numpy.py TICKET.npz RUN.json PAGES.md`.

The network is written out here, with its biases, as it was given to slth; the pruned one is evaluated by the block
of the book's page of the ticket that computes `y`, its inputs made (x, 1) as `meta` says."""
import json
import sys

import numpy as np

printed = open(sys.argv[3], encoding="utf-8").read().split("```python\n")[1:]
block = next(block.split("```")[0] for block in printed if "y = " in block.split("```")[0])
t, run = np.load(sys.argv[1]), json.load(open(sys.argv[2]))
meta, lane = json.loads(bytes(t["meta"])), run["lanes"][0]
given = [
    ([[0.6, -0.3], [0.2, 0.5]], [0.3, -0.2], np.tanh),
    ([[0.3, -0.2], [0.1, 0.4]], [0, 0], lambda v: np.maximum(v, 0)),
    ([[0.4, -0.7]], [0.25], lambda v: v),
]
assert meta["constant_input"] is True and meta["given_widths"] == [2, 2, 2, 1] and meta["widths"] == [3, 3, 3, 1]
assert meta["activations"] == ["tanh", "relu", "identity"]
assert np.allclose(meta["constants"], [1, np.tanh(1), np.tanh(1)], rtol=1e-15)
worst, random = 0.0, np.random.default_rng(0)
for _ in range(1000):
    x = random.standard_normal(2)
    x *= random.random() ** 0.5 / np.linalg.norm(x)
    intended, folded, pruned = x, np.append(x, 1.0), np.append(x, 1.0)
    for layer, (w, b, sigma) in enumerate(given, 1):
        intended = sigma(np.array(w) @ intended + b)
        folded = sigma(t[f"layer{layer}.target"] @ folded)
        scope = {"np": np, "t": t, "x": pruned}
        exec(block.replace("layer1", f"layer{layer}"), scope)
        pruned = sigma(scope["y"])
    assert np.allclose(folded, intended, rtol=1e-14, atol=1e-15), (folded, intended)
    worst = max(worst, np.linalg.norm(pruned - intended))
assert 0 < worst <= lane["error"]["certified"] <= meta["epsilon"], (worst, lane["error"])
