"""Tickets: which paths of the random network G are kept, as NumPy arrays."""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import Any, List, Optional, Tuple, Union

import numpy as np
from numpy.typing import NDArray

from . import _html, _slth
from ._arrays import Floats, aligned
from .network import Network, batch

Path = Union[str, "os.PathLike[str]"]
_COLUMNS = (("neuron", "u8"), ("input", "u4"), ("output", "u4"), ("z_in", "f8"), ("z_out", "f8"))


@dataclass(frozen=True, eq=False)
class TicketLayer:
    """The kept paths input → neuron → output of one layer, a row each, and the target's weights.

    The arrays cannot be written. Those of a fresh run are the memory that the engine filled, without a copy.
    """

    neuron: NDArray[np.uint64]
    """number of the intermediate neuron of G, from 0"""
    input: NDArray[np.uint32]
    """neuron of the layer before, from 0"""
    output: NDArray[np.uint32]
    """neuron of this layer, from 0"""
    z_in: Floats
    """weight input → neuron"""
    z_out: Floats
    """weight neuron → output"""
    target: Floats
    """W*, outputs × inputs"""

    def __len__(self) -> int:
        return len(self.neuron)

    @property
    def firsts(self) -> NDArray[np.int64]:
        """The first row of each kept neuron. Only a neuron that stands in for a whole one has more rows than one."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        begins = (self.neuron[1:] != self.neuron[:-1]) | (self.output[1:] != self.output[:-1])
        return np.concatenate(([0], np.flatnonzero(begins) + 1))

    @property
    def kept(self) -> NDArray[np.int64]:
        """The kept neuron of each row, counted from 0 in the order of the rows."""
        counts = np.diff(np.concatenate((self.firsts, [len(self)])))
        return np.repeat(np.arange(len(counts)), counts)

    def to_scipy(self) -> Tuple[Any, Any]:
        """Two sparse matrices of the kept neurons: z_in, kept × inputs, and z_out, outputs × kept. The layer computes
        `z_out @ maximum(z_in @ x, 0)`, its activation apart."""
        from scipy import sparse

        outputs, inputs = self.target.shape
        firsts, kept = self.firsts, self.kept
        z_in = sparse.csr_array((self.z_in, (kept, self.input)), shape=(len(firsts), inputs))
        ends = (self.output[firsts], np.arange(len(firsts)))
        z_out = sparse.csr_array((self.z_out[firsts], ends), shape=(outputs, len(firsts)))
        return z_in, z_out

    def columns(self) -> Any:
        """The arrays as the engine takes them."""
        return (self.neuron, self.input, self.output, self.z_in, self.z_out, self.target)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update({name: _fixed(aligned(array)) for name, array in state.items()})

    def _repr_html_(self) -> str:
        title = f"|z_in·z_out| of {len(self):,} kept paths"
        return _html.histogram(title, np.abs(self.z_in * self.z_out), "product", log=True)


def _fixed(array: Any) -> Any:
    """The array, no longer to be written."""
    array.flags.writeable = False
    return array


def _layer(columns: Any) -> TicketLayer:
    return TicketLayer(*map(_fixed, columns))


@dataclass(frozen=True, eq=False)
class Ticket:
    """A pruned network Ĝ: masks on the random network G, with all that is needed to rebuild it."""

    meta_json: str = field(repr=False)
    """the settings, as the file has them"""
    layers: Tuple[TicketLayer, ...]
    network: Optional[Network] = field(default=None, repr=False)
    """F; only the ticket of a graph needs it for `forward`"""
    careful: bool = False
    """whether sums are compensated, as the certificate of the run requires"""

    @property
    def meta(self) -> Any:
        """The settings: seed, law, widths, activations, tolerances; the keys are those of the file."""
        return json.loads(self.meta_json)

    @property
    def paths(self) -> int:
        """Kept paths of all layers."""
        return sum(map(len, self.layers))

    def forward(self, points: Any) -> Floats:
        """Ĝ at `points`, points × n₀ or a single one: points × n_ℓ. Biases need no constant in the points."""
        meta = self.meta
        array, is_single = batch(points, (meta["given_widths"] or meta["widths"])[0])
        outputs = self._pruned().forward(array, self.careful)
        return outputs[0] if is_single else outputs

    __call__ = forward

    def _pruned(self) -> _slth.PrunedNetwork:
        """Ĝ, assembled once."""
        if "_built" not in self.__dict__:
            setup = None if self.network is None else self.network._plain
            columns = [layer.columns() for layer in self.layers]
            self.__dict__["_built"] = _slth.PrunedNetwork(self.meta_json, columns, setup)
        built: _slth.PrunedNetwork = self.__dict__["_built"]
        return built

    def to_scipy(self) -> List[Tuple[Any, Any]]:
        """For each layer two sparse matrices, see `TicketLayer.to_scipy`."""
        return [layer.to_scipy() for layer in self.layers]

    def to_torch(self, dtype: Any = None, dense: bool = False) -> Any:
        """Ĝ as a `torch.nn.Module`: for each layer a masked layer of G and its activation, float64 by default.

        Its parameters `z_in` and `z_out` have one entry per kept path, for `torch.nn.utils.prune` and any optimiser.
        `dense=True` gives small tickets as pairs of `Linear` layers of G's own weights under masks of
        `torch.nn.utils.prune`.
        """
        from ._masked import module_of

        return module_of(self, dtype, dense)

    def save(self, path: Path) -> None:
        """Writes the ticket as `slth run --ticket` does, byte for byte: whole or not at all."""
        _slth.write_ticket(os.fspath(path), self.meta_json, [layer.columns() for layer in self.layers])

    @classmethod
    def load(cls, path: Path, network: Optional[Network] = None) -> Ticket:
        """Reads a file of `save` or `slth run --ticket`. Only a graph's ticket needs `network`, to be evaluated."""
        name = os.fspath(path)
        with open(name, "rb") as file:
            arrays = _arrays_of(file.read(), name)
        if "meta" not in arrays or "layer1.neuron" not in arrays:
            found = (
                "a learned ticket: `LearnedTicket.load` reads it" if "layer1.kept_bits" in arrays else "none"
            )
            raise ValueError(
                f"{name}: expected the arrays `meta` and `layer1.neuron` of a ticket, found {found}"
            )
        meta = bytes(arrays["meta"]).decode(errors="replace")
        layers: List[TicketLayer] = []
        while f"layer{len(layers) + 1}.neuron" in arrays:
            place = f"layer{len(layers) + 1}"
            columns = [_column(arrays, name, f"{place}.{column}", kind) for column, kind in _COLUMNS]
            layers.append(_layer((*columns, _column(arrays, name, f"{place}.target", "f8", 2))))
        try:
            _slth.check_columns(meta, [layer.columns() for layer in layers])
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
        return cls(meta, tuple(layers), network)

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_built"}

    def __repr__(self) -> str:
        meta = self.meta
        widths = "-".join(map(str, meta["given_widths"] or meta["widths"]))
        return f"Ticket({meta['title']!r}: {widths}, {meta['method']}, seed {meta['seed']}, {self.paths:,} paths)"

    def _repr_html_(self) -> str:
        rows = [
            (i, *layer.target.shape, len(layer.firsts), len(layer)) for i, layer in enumerate(self.layers, 1)
        ]
        heads = ["layer", "outputs", "inputs", "kept neurons", "kept paths"]
        pictures = "".join(layer._repr_html_() for layer in self.layers)
        return _html.table(repr(self), heads, rows) + pictures


def _arrays_of(data: bytes, name: str) -> Any:
    """The arrays of an npz file; no pickle is executed."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise ValueError("a single array")
            return {key: file[key] for key in file.files}
    except (ValueError, zipfile.BadZipFile, EOFError, KeyError, AttributeError, zlib.error) as error:
        raise ValueError(f"{name}: expected an npz file of a ticket, found: {error}") from None


def _column(arrays: Any, name: str, key: str, kind: str, axes: int = 1) -> NDArray[Any]:
    if key not in arrays:
        raise ValueError(f"{name}: expected an array `{key}`, found none")
    array: NDArray[Any] = arrays[key]
    if array.dtype != np.dtype(kind) or array.ndim != axes:
        raise ValueError(
            f"{name}: `{key}`: expected {axes} axes of {kind}, found {array.dtype} of shape {array.shape}"
        )
    found: NDArray[Any] = aligned(array)
    return found


@dataclass(frozen=True, eq=False)
class LearnedTicket:
    """The ticket of a learned method: a mask for each layer of a network, with its weights or their seed."""

    data: bytes = field(repr=False)
    """the bytes of its file, as the program writes it"""

    @property
    def arrays(self) -> Any:
        """The arrays of the file by name, see the book's page of the ticket."""
        if "_read" not in self.__dict__:
            self.__dict__["_read"] = _arrays_of(self.data, "ticket")
        return self.__dict__["_read"]

    @property
    def meta(self) -> Any:
        """The settings: method, options, seed, widths, accuracy."""
        return json.loads(bytes(self.arrays["meta"]))

    @property
    def masks(self) -> List[NDArray[np.bool_]]:
        """For each layer whether a weight is kept, outputs × inputs."""
        widths = self.meta["widths"]
        masks = []
        for i, (inputs, outputs) in enumerate(zip(widths, widths[1:]), 1):
            bits = np.unpackbits(self.arrays[f"layer{i}.kept_bits"], count=outputs * inputs)
            masks.append(bits.reshape(outputs, inputs).astype(bool))
        return masks

    @property
    def network(self) -> Network:
        """The masked network, as a target of the constructions: pruned weights are 0, a standardisation is part of
        layer 1. The weights of edge-popup are made again from the seed."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "ticket.npz")
            with open(path, "wb") as file:
                file.write(self.data)
            read = Network.open(path)
        return Network(read.weights, read.biases, read.activations)

    def forward(self, points: Any) -> Floats:
        """The masked network at `points`, points × features or a single one: points × classes, before any softmax."""
        return self.network.forward(points)

    __call__ = forward

    def to_torch(self, dtype: Any = None) -> Any:
        """The masked network as a `torch.nn.Sequential`, its masks those of `torch.nn.utils.prune`."""
        from ._masked import learned_module_of

        return learned_module_of(self, dtype)

    def save(self, path: Path) -> None:
        """Writes the file as `slth run --ticket` does, byte for byte: whole or not at all."""
        _slth.write_file(os.fspath(path), self.data)

    @classmethod
    def load(cls, path: Path) -> LearnedTicket:
        """Reads a file of `save` or `slth run --ticket`."""
        name = os.fspath(path)
        with open(name, "rb") as file:
            ticket = cls(file.read())
        arrays = _arrays_of(ticket.data, name)
        if "meta" not in arrays or "layer1.kept_bits" not in arrays:
            raise ValueError(
                f"{name}: expected the arrays `meta` and `layer1.kept_bits` of a learned ticket, found none"
            )
        return ticket

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data}

    def __repr__(self) -> str:
        meta = self.meta
        widths, test = "-".join(map(str, meta["widths"])), meta["test"]
        kept = sum(int(mask.sum()) for mask in self.masks)
        right = f"{test['correct']} of {test['examples']} right"
        return f"LearnedTicket({meta['title']!r}: {widths}, {meta['method']}, {kept:,} weights kept, {right})"


def tickets_of(found: List[Any], graph: Optional[Network], careful: List[bool]) -> Tuple[AnyTicket, ...]:
    """The tickets of all lanes as the engine hands them over; `graph` is the network of a graph."""
    careful = careful + [False] * (len(found) - len(careful))
    return tuple(_ticket_of(each, graph, by) for each, by in zip(found, careful))


def _ticket_of(found: Any, network: Optional[Network], careful: bool) -> AnyTicket:
    """A lane's ticket as the engine hands it over; text is the reason why there is none."""
    if isinstance(found, (bytes, bytearray)):
        return LearnedTicket(bytes(found))
    if isinstance(found, str):
        return found
    meta, layers = found
    return Ticket(meta, tuple(map(_layer, layers)), network, careful)


AnyTicket = Union[Ticket, LearnedTicket, str]
"""The ticket of a lane, or the reason why it has none."""
