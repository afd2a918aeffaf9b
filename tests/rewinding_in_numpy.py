"""Checks rewinding without slth: every training, every cut and every rewind of a protocol.

`python3 rewinding_in_numpy.py FOLDER OPTIONS`, OPTIONS the options in force as JSON"""
import json
import sys

import numpy as np

folder, o = sys.argv[1], json.loads(sys.argv[2])
load = lambda name: np.load(f"{folder}/{name}.npy")
network = lambda kind, r: [[load(f"{kind}{r}.{part}{i}") for i in (1, 2, 3)] for part in "wb"]
x, y, masks = load("train").astype(float), load("labels"), [np.ones(w.shape, bool) for w in network("initial", 0)[0]]
if o["inputs"] == "UnitNorm":
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
if o["inputs"] == "Standardised":
    x = (x - x.mean()) / x.std()


def train(w, b, order, optimiser):
    w, b = [a.astype(float) * m for a, m in zip(w, masks)], [a.astype(float) for a in b]
    m, v = [np.zeros_like(a) for a in w + b], [np.zeros_like(a) for a in w + b]
    for step in range(o["length"].get("Steps")):
        rows = order[step * o["batch"] : (step + 1) * o["batch"]]
        h = [x[rows]]
        for i in range(3):
            z = h[i] @ w[i].T + b[i]
            h.append(np.maximum(z, 0) if i < 2 else z)
        p = np.exp(h[3]) / np.exp(h[3]).sum(axis=1, keepdims=True)
        d, gw, gb = (p - np.eye(p.shape[1])[y[rows]]) / len(rows), [0] * 3, [0] * 3
        for i in (2, 1, 0):
            gw[i], gb[i], d = d.T @ h[i], d.sum(axis=0), (d @ w[i]) * (h[i] > 0)
            if o["gradients"] != "All":
                gw[i] = np.where(w[i] < o["gradients"]["WeightsFrom"], 0, gw[i])
        for k, (a, g) in enumerate(zip(w + b, gw + gb)):
            g = (g + o["decay"] * a) * (masks[k] if k < 3 else 1)
            if "Sgd" in optimiser:
                a -= optimiser["Sgd"]["rate"] * g
                continue
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.999 * v[k] + 0.001 * g * g
            c, s = m[k] / (1 - 0.9 ** (step + 1)), v[k] / (1 - 0.999 ** (step + 1))
            a -= optimiser["Adam"] * c / (np.sqrt(s) + 1e-8)
    return w, b


def cut(magnitudes, rate, more=0):
    """Which of these magnitudes stay."""
    n, kind, ranked = len(magnitudes), o["removal"], np.sort(magnitudes)
    if kind == "Nearest":
        stay = np.ones(n, bool)
        stay[np.argsort(magnitudes, kind="stable")[: int(rate * n + 0.5)]] = False
        return stay
    if kind == "NearestInclusive":
        return magnitudes > ranked[int(np.round(rate * n))]
    if kind == "CeilingInclusive":
        return magnitudes > ranked[int(np.ceil(rate * (n + more)))]
    return magnitudes >= np.percentile(magnitudes.astype(float), 100 * rate)


start = network("initial", 0)
for r in range(o["rounds"] + 1):
    w, b = network("initial", r)
    if r > 0:
        assert all((w[i] == np.where(masks[i], start[0][i], 0)).all() for i in range(3)), "weights not rewound"
        rewound = o["bias_rewind"] == "Always" or r == 1
        expected = start[1] if rewound else network("trained", r - 1)[1]
        assert all((a == e).all() for a, e in zip(b, expected)), "biases"
    found = network("trained", r)
    expected = sum(train(w, b, load(f"order{r}"), o["optimiser" if r else "dense_optimiser"]), [])
    for a, e, s in zip(sum(found, []), expected, w + b):
        assert abs(a - e).max() < 2e-5, (r, abs(a - e).max())
        assert abs(a - s).max() > 1e-5, (r, "nothing was learned")
    assert all((found[0][i][~masks[i]] == 0).all() for i in range(3)), "pruned weights are not 0"
    if r == o["rounds"]:
        break
    if o["cut"] == "Layer":
        for i in range(3):
            rate = o["output_rate"] if i == 2 else o["rate"]
            masks[i][masks[i]] = cut(abs(found[0][i][masks[i]]), rate)
    else:
        stay = cut(np.concatenate([abs(found[0][i][masks[i]]) for i in (0, 1)]), o["rate"], masks[2].sum())
        for i in (0, 1):
            count = masks[i].sum()
            masks[i][masks[i]], stay = stay[:count], stay[count:]
    for i in range(3):
        assert (masks[i] == load(f"mask{r + 1}.{i + 1}")).all(), (r, i, masks[i].sum())
