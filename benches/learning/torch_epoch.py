"""Seconds of one epoch of MNIST in PyTorch: torch_epoch.py FOLDER dense|edge-popup THREADS.

Prints one figure for edge-popup, by the fastest of four ways to the top scores; two for dense: Adam as it is by default, and fused.
"""
import gzip
import math
import sys
import time

import numpy as np
import torch
from torch.nn import functional

folder, work, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(0)
WIDTHS = [784, 300, 100, 10]


def idx(name, offset):
    with gzip.open(f"{folder}/mnist/{name}") as file:
        return np.frombuffer(file.read(), np.uint8, offset=offset)


inputs = idx("train-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(np.float32) / np.float32(255)
inputs = torch.from_numpy(inputs)
labels = torch.from_numpy(idx("train-labels-idx1-ubyte.gz", 8).astype(np.int64))


def epoch(batch, forward, optimiser, batches=None):
    """Seconds of an epoch, or of its first batches."""
    order = torch.randperm(len(inputs))
    starts = range(0, len(inputs), batch)[:batches]
    start = time.perf_counter()
    for first in starts:
        chosen = order[first : first + batch]
        optimiser.zero_grad()
        functional.cross_entropy(forward(inputs[chosen]), labels[chosen]).backward()
        optimiser.step()
    return time.perf_counter() - start


def dense():
    layers = []
    for n, m in zip(WIDTHS, WIDTHS[1:]):
        layers += [torch.nn.Linear(n, m), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    seconds = []
    for fused in (None, True):
        adam = torch.optim.Adam(network.parameters(), 1.2e-3, fused=fused)
        epoch(60, network, adam, 20)
        seconds.append(epoch(60, network, adam))
    return seconds


class Kept(torch.autograd.Function):
    """The mask of the half with the largest scores; the gradient passes straight through."""

    @staticmethod
    def forward(context, scores, top):
        return top(scores)

    @staticmethod
    def backward(context, gradient):
        return gradient, None


def by_indices(scores):
    flat = scores.flatten()
    mask = torch.zeros_like(flat)
    mask[torch.topk(flat, int(0.5 * flat.numel() + 0.5), sorted=False).indices] = 1
    return mask.view_as(scores)


def by_values(scores):
    flat = scores.flatten()
    return (scores >= torch.topk(flat, int(0.5 * flat.numel() + 0.5), sorted=False).values.min()).float()


def by_threshold(scores):
    flat = scores.flatten()
    kept = int(0.5 * flat.numel() + 0.5)
    return (scores >= torch.kthvalue(flat, flat.numel() - kept + 1).values).float()


def by_sorting(scores):
    flat = scores.flatten()
    mask = torch.ones_like(flat)
    mask[torch.sort(flat).indices[: flat.numel() - int(0.5 * flat.numel() + 0.5)]] = 0
    return mask.view_as(scores)


def edge_popup():
    frozen = [torch.randn(m, n).sign() * math.sqrt(2 / n) for n, m in zip(WIDTHS, WIDTHS[1:])]

    def run(top, batches=None):
        scores = [((2 * torch.rand(w.shape) - 1) / math.sqrt(w.shape[1])).requires_grad_() for w in frozen]

        def forward(x):
            for layer, (w, s) in enumerate(zip(frozen, scores)):
                x = functional.linear(x, w * Kept.apply(s.abs(), top))
                x = x if layer == 2 else torch.relu(x)
            return x

        return epoch(128, forward, torch.optim.SGD(scores, 0.1, momentum=0.9, weight_decay=1e-4), batches)

    run(by_values, 5)
    ways = {run(top, 20): top for top in (by_indices, by_values, by_threshold, by_sorting)}
    return [run(ways[min(ways)])]


print(*(dense() if work == "dense" else edge_popup()))
