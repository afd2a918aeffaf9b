"""Checks the ticket of a graph: `python3 graph_ticket_in_numpy.py TICKET.npz RUN.json PAGE.md [POINTS.npy]`.

PAGE.md is the book's page of the ticket: its block that defines `graph_output` is run as it stands there. Points are inputs to try
in place of a unit cube's."""
import json
import sys

import numpy as np

printed = [block.split("```")[0] for block in open(sys.argv[3], encoding="utf-8").read().split("```python\n")[1:]]
t, run = np.load(sys.argv[1]), json.load(open(sys.argv[2]))
scope = {"np": np, "json": json}
block = next(block for block in printed if "def graph_output" in block)
exec(block.replace('"conv.npz"', repr(sys.argv[1])), scope)
meta, lane = scope["meta"], run["lanes"][0]
inputs = meta["widths"][0]
points = np.load(sys.argv[4]) if len(sys.argv) > 4 else np.random.default_rng(0).random((40, inputs))
worst = 0.0
for x in points[:40]:
    pruned = scope["graph_output"](x.astype(float), scope["pruned"])
    intended = scope["graph_output"](x.astype(float), scope["target"])
    worst = max(worst, np.linalg.norm(pruned - intended))
certified = lane["error"]["certified"]
assert 0 < worst <= certified and certified <= meta["epsilon"] * (1 + 1e-9), (worst, certified)
