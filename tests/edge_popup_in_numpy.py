"""Checks edge-popup without slth: a learned ticket is a seed and bits, and the scores take the steps of SGD.

`python3 edge_popup_in_numpy.py FOLDER SEED LAW SCALED_BY STANDARDISED RANKING "KEEP EPOCHS BATCH RATE MOMENTUM DECAY STEPS"`"""
import sys

import numpy as np

folder, seed, law, scaled_by, standardised, ranking, numbers = sys.argv[1:]
load = lambda name: np.load(f"{folder}/{name}.npy")
train, test, labels = load("train"), load("test"), load("labels")
masks = [load(f"mask{layer}").astype(bool) for layer in (1, 2, 3)]
if standardised == "true":
    x = train.astype(np.float64)
    deviation = np.where((train == train[0]).all(axis=0), 1, x.std(axis=0))
    train, test = (((part - x.mean(axis=0)) / deviation).astype(np.float32) for part in (train, test))

# The function of the weights: words, then the laws of FROZEN = 3 and SCORES = 4.
GAMMA, U = 0x9E3779B97F4A7C15, np.uint64


def mix(z):
    z = (z ^ z >> U(30)) * U(0xBF58476D1CE4E5B9)
    z = (z ^ z >> U(27)) * U(0x94D049BB133111EB)
    return z ^ z >> U(31)


def words(stream, layer, neurons, synapses):
    place = np.array([GAMMA * 2 * ((stream << 32) + layer) % 2**64], U)
    row = mix(mix(mix(np.array([int(seed)], U)) + place) + U(GAMMA) * (np.arange(neurons, dtype=U) + U(1)))
    return mix(row[:, None] + U(GAMMA) * (np.arange(synapses, dtype=U) + U(1)))


def frozen(layer, shape):
    word, deviation = words(3, layer, *shape), np.sqrt(2 / shape[1] / float(scaled_by))
    if law == "SignedConstant":
        return np.where(word & U(1), -deviation, deviation).astype(np.float32)
    u, v = ((word >> U(32)).astype(float) + 0.5) / 2**32, (word & U(0xFFFFFFFF)).astype(float) / 2**32
    return (deviation * np.sqrt(-2 * np.log(u)) * np.cos(2 * np.pi * v)).astype(np.float32)


def initial_scores(layer, shape):
    uniform = ((words(4, layer, *shape) >> U(12)).astype(float) + 0.5) / 2**51 - 1
    return (uniform / np.sqrt(shape[1])).astype(np.float32)


weights = [frozen(layer + 1, mask.shape) for layer, mask in enumerate(masks)]

# The ticket: the same predictions. slth adds singles, this doubles: outputs differ by less than `slack`, and the two best are
# further apart, so the rounding decides no prediction.
x, slack = test.astype(np.float64), 0
for layer, (weight, mask) in enumerate(zip(weights, masks)):
    pruned = (weight * mask).astype(np.float64)
    slack = (slack + (weight.shape[1] + 1) * 2.0**-24 * np.abs(x)) @ np.abs(pruned).T
    x = x @ pruned.T
    x = np.maximum(x, 0) if layer < 2 else x
best = np.sort(x, axis=1)
assert (best[:, -1] - best[:, -2] > 2 * slack.max(axis=1)).all()
assert (x.argmax(axis=1) == load("predictions")).all()

# The first steps, straight through the mask.
keep, epochs, batch, rate, momentum, decay, steps = map(float, numbers.split())
scores = [initial_scores(layer + 1, weight.shape) for layer, weight in enumerate(weights)]
directions, batches = [0, 0, 0], int(np.ceil(len(train) / batch))
rank = np.abs if ranking == "Magnitude" else lambda s: s


def top(s):
    kept = np.zeros(s.size, bool)
    kept[np.argsort(-rank(s).ravel(), kind="stable")[: max(1, int(keep * s.size + 0.5))]] = True
    return kept.reshape(s.shape)


for step in range(int(steps)):
    epoch, at = divmod(step, batches)
    order = np.argsort(words(2, 0, epoch + 1, len(train))[epoch], kind="stable")
    rows = order[int(at * batch) : int((at + 1) * batch)]
    effective, x = [w * top(s) for w, s in zip(weights, scores)], [train[rows]]
    for layer, w in enumerate(effective):
        x.append(np.maximum(x[-1] @ w.T, 0) if layer < 2 else x[-1] @ w.T)
    p = np.exp(x[3] - x[3].max(axis=1, keepdims=True))
    delta = (p / p.sum(axis=1, keepdims=True) - np.eye(p.shape[1])[labels[rows]]) / len(rows)
    now = rate * (1 + np.cos(np.pi * epoch / epochs)) / 2
    for layer in (2, 1, 0):
        gradient = weights[layer] * (delta.T @ x[layer])
        gradient = gradient * (np.sign(scores[layer]) if ranking == "Magnitude" else 1) + decay * scores[layer]
        delta = (delta @ effective[layer]) * (x[layer] > 0)
        directions[layer] = momentum * directions[layer] + gradient
        scores[layer] = scores[layer] - (now * directions[layer]).astype(np.float32)
for layer in range(3):
    found = load(f"scores{layer + 1}")
    assert abs(found - initial_scores(layer + 1, found.shape)).max() > 1e-4, "nothing was learned"
    assert abs(found - scores[layer]).max() < 2e-6, (layer, abs(found - scores[layer]).max())
