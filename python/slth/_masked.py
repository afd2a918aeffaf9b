"""Tickets as PyTorch modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, List

import numpy as np
import torch
from torch import nn
from torch.nn.utils import prune

if TYPE_CHECKING:
    from .ticket import LearnedTicket, Ticket, TicketLayer

_DENSE_LIMIT = 1 << 28
_mask: Any = prune.custom_from_mask


class MaskedLayer(nn.Module):
    """A layer of G with all but its kept neurons pruned: `z_out · relu(z_in · x)` over them.

    `z_in` and `z_out` are parameters with an entry per kept path. `inputs` and `outputs` are its widths.
    """

    input: torch.Tensor
    kept: torch.Tensor
    output: torch.Tensor

    def __init__(self, layer: TicketLayer, dtype: torch.dtype, has_constant: bool) -> None:
        super().__init__()
        self.outputs, self.inputs = layer.target.shape
        self.has_constant = has_constant
        firsts, self.neurons = layer.firsts, len(layer.firsts)
        self.is_whole = self.neurons < len(layer)
        self.z_in = nn.Parameter(_copied(layer.z_in, dtype))
        self.z_out = nn.Parameter(_copied(layer.z_out[firsts] if self.is_whole else layer.z_out, dtype))
        output = layer.output[firsts] if self.is_whole else layer.output
        self.register_buffer("input", _index(layer.input))
        self.register_buffer("output", _index(output))
        self.register_buffer("kept", _index(layer.kept) if self.is_whole else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.has_constant:
            x = torch.cat((x, x.new_ones(*x.shape[:-1], 1)), -1)
        h = x[..., self.input] * self.z_in
        if self.is_whole:
            h = h.new_zeros(*h.shape[:-1], self.neurons).index_add(-1, self.kept, h)
        y = h.new_zeros(*h.shape[:-1], self.outputs)
        return y.index_add(-1, self.output, torch.relu(h) * self.z_out)

    def extra_repr(self) -> str:
        return f"{self.inputs} -> {self.outputs}, {self.neurons} kept neurons"


def _copied(numbers: Any, dtype: torch.dtype) -> torch.Tensor:
    return torch.tensor(numbers, dtype=dtype)


def _index(numbers: Any) -> torch.Tensor:
    return torch.from_numpy(numbers.astype(np.int64))


def _activation(name: str, slope: Any) -> nn.Module:
    if name == "leaky-relu":
        return nn.LeakyReLU(slope)
    modules = {"relu": nn.ReLU(), "tanh": nn.Tanh(), "logistic": nn.Sigmoid(), "identity": nn.Identity()}
    return modules[name]


def module_of(ticket: Ticket, dtype: Any, dense: bool) -> nn.Module:
    """Ĝ, layer after layer."""
    meta = ticket.meta
    if "graph" in meta:
        raise ValueError("to_torch: expected a ticket of layers that take one another, found that of a graph")
    dtype = torch.float64 if dtype is None else dtype
    modules: List[nn.Module] = []
    for i, layer in enumerate(ticket.layers):
        has_constant = i == 0 and meta["constant_input"]
        modules.append(
            _dense(i + 1, layer, meta, dtype, has_constant)
            if dense
            else MaskedLayer(layer, dtype, has_constant)
        )
        modules.append(_activation(meta["activations"][i], meta["slopes"][i]))
    return nn.Sequential(*modules)


class _Constant(nn.Module):
    """x as (x, 1): biases are weights of the constant."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat((x, x.new_ones(*x.shape[:-1], 1)), -1)


def _dense(number: int, layer: TicketLayer, meta: Any, dtype: torch.dtype, has_constant: bool) -> nn.Module:
    """The kept neurons of G with all of their weights, under the masks of the ticket."""
    from . import _slth

    outputs, inputs = layer.target.shape
    firsts, kept = layer.firsts, layer.kept
    if len(firsts) * (inputs + outputs) > _DENSE_LIMIT:
        found = len(firsts) * (inputs + outputs)
        raise ValueError(f"dense: expected at most {_DENSE_LIMIT:,} weights in a layer, found {found:,}")
    neurons = layer.neuron[firsts]
    z_in, z_out = _slth.weights_of_g(_law(meta, number), meta["seed"], number, neurons, inputs, outputs)
    into = nn.Linear(inputs, len(firsts), bias=False, dtype=dtype)
    out = nn.Linear(len(firsts), outputs, bias=False, dtype=dtype)
    with torch.no_grad():
        into.weight.copy_(torch.from_numpy(z_in))
        out.weight.copy_(torch.from_numpy(z_out))
    mask_in = torch.zeros(into.weight.shape, dtype=dtype)
    mask_in[torch.from_numpy(kept), _index(layer.input)] = 1
    mask_out = torch.zeros(out.weight.shape, dtype=dtype)
    mask_out[_index(layer.output[firsts]), torch.arange(len(firsts))] = 1
    _mask(into, "weight", mask_in)
    _mask(out, "weight", mask_out)
    return nn.Sequential(*([_Constant()] if has_constant else []), into, nn.ReLU(), out)


def _law(meta: Any, number: int) -> Any:
    """[α, β] of a layer; `None` for uniform weights."""
    return tuple(meta["weight_range"][number - 1]) if meta["weight_range"] else None


def learned_module_of(ticket: LearnedTicket, dtype: Any) -> nn.Module:
    """The masked network of a learned ticket."""
    dtype = torch.float64 if dtype is None else dtype
    network, masks = ticket.network, ticket.masks
    modules: List[nn.Module] = []
    for i, (weights, bias, mask) in enumerate(zip(network.weights, network.biases, masks)):
        outputs, inputs = weights.shape
        linear = nn.Linear(inputs, outputs, bias=bias is not None, dtype=dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weights))
            if bias is not None:
                linear.bias.copy_(torch.from_numpy(bias))
        _mask(linear, "weight", torch.from_numpy(mask))
        modules.append(linear)
        if i + 1 < len(masks):
            modules.append(nn.ReLU())
    return nn.Sequential(*modules)
