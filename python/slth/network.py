"""The target network F, from arrays, from PyTorch, or from any file that the program reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

from . import _slth
from ._arrays import Floats, aligned, classes, floats, layers
from .inputs import Inputs, Points

Settings = Union[Mapping[str, object], Iterable[str]]
"""Other fields of a preset: `{"mode": "Drawn"}`, or `["mode=Drawn"]`. Text is RON, as in presets."""

# As for a weight file in the place of a preset.
_DEFAULTS = {"epsilon": "0.01", "delta": "0.01", "inputs": "Ball(radius: 1.0)"}


@dataclass(frozen=True, eq=False)
class Data:
    """Examples to learn from, labelled by class: `training` and `test` are (points × features, classes). `validation`
    training examples are split off for choices between steps; nothing is ever chosen by the test part."""

    training: tuple[Any, Any]
    test: tuple[Any, Any]
    validation: int = 0

    def parts(self) -> Any:
        """The arrays, checked."""
        if not isinstance(self.validation, int) or self.validation < 0:
            raise ValueError(f"validation: expected a number of examples, found {self.validation!r}")
        checked = []
        for name, part in (("training", self.training), ("test", self.test)):
            if not isinstance(part, (tuple, list)) or len(part) != 2:
                raise ValueError(f"{name}: expected a pair (points, classes), found {type(part).__name__}")
            points = floats(f"{name} points", part[0], 2, "examples × features")
            checked.append((points, classes(f"{name} classes", part[1], len(points))))
        return (*checked, self.validation)


class Network:
    """A target network F: weight matrices with biases and activations, or whatever a file or a preset holds.

    A network knows how it was made, and is made again where it is unpickled: arrays travel with it, a file is read
    again from its absolute path.

    >>> Network([[[0.5, -0.25], [0.75, 0.5]], [[0.3, -0.6]]])
    Network(2-2-1, relu, relu)
    """

    _weights: Optional[list[Floats]] = None
    _biases: Optional[list[Optional[Floats]]] = None
    _activations: Optional[list[str]] = None
    _source: Optional[str] = None
    _options: dict[str, Any]
    _read: Optional[_slth.Setup] = None

    def __init__(
        self,
        weights: Sequence[Any],
        biases: Optional[Sequence[Any]] = None,
        activations: Union[str, Sequence[str], None] = None,
    ) -> None:
        """A network σ_i(W_i·x + b_i) of arrays.

        weights: W_1 … W_ℓ, each outputs × inputs, as PyTorch's `Linear.weight`.
        biases: b_1 … b_ℓ, each of as many numbers as its layer has outputs; `None` for none.
        activations: a name for each layer, or one for all: `relu` (the default), `leaky_relu(0.1)`, `tanh`,
            `sigmoid`, `identity`.
        """
        self._options = {}
        self._weights, self._biases = layers(weights, biases)
        if activations is not None:
            names = [activations] * len(self._weights) if isinstance(activations, str) else list(activations)
            if not all(isinstance(name, str) for name in names):
                raise ValueError(f"activations: expected names, found {names!r}")
            self._activations = names
        self._read = self.setup()

    @classmethod
    def open(
        cls,
        name: Union[str, os.PathLike[str]],
        *,
        layers: Optional[Sequence[str]] = None,
        transposed: Optional[bool] = None,
        order: Optional[str] = None,
        activation: Optional[str] = None,
        output_activation: Optional[str] = None,
    ) -> Network:
        """A built-in preset by its name, a preset's file, or a weight file: `.pt`, `.onnx`, safetensors, npz, npy, a
        learned ticket. No pickle is executed. The options are those of a weight file, as on the command line.
        """
        network = cls._named(name)
        network._options = {
            "layers": None if layers is None else list(layers),
            "transposed": transposed,
            "order": order,
            "activation": activation,
            "output_activation": output_activation,
        }
        network._read = network.setup()
        return network

    @classmethod
    def _named(cls, name: Union[str, os.PathLike[str]]) -> Network:
        """As `open`, but read only once it is needed."""
        network = cls.__new__(cls)
        path = os.fspath(name)
        network._source = path if path in _slth.preset_names() else os.path.abspath(path)
        network._options = dict.fromkeys(("layers", "transposed", "order", "activation", "output_activation"))
        return network

    @property
    def _plain(self) -> _slth.Setup:
        """The setup without further fields."""
        if self._read is None:
            self._read = self.setup()
        return self._read

    @classmethod
    def from_torch(cls, model: Any, activations: Union[str, Sequence[str], None] = None) -> Network:
        """The network of a `torch.nn.Sequential` of `Linear` layers and activations, or of a state dict of such
        layers. A state dict does not say its activations: `activations` does, ReLU and none behind the last layer by
        default. Other modules are refused by name: export them to ONNX, and `Network.open` reads the file."""
        from ._torch import layers_of

        weights, biases, names = layers_of(model, activations)
        return cls(weights, biases, names)

    def setup(
        self,
        *,
        inputs: Optional[Inputs] = None,
        epsilon: Optional[float] = None,
        delta: Optional[float] = None,
        methods: Union[str, Iterable[str], None] = None,
        seed: Optional[int] = None,
        settings: Settings = (),
        data: Optional[Data] = None,
    ) -> _slth.Setup:
        """The setup with this target, read and validated by the engine."""
        points = None
        fields: dict[str, str] = {}
        if isinstance(inputs, Points) and self._weights is not None:
            points = inputs
        elif inputs is not None:
            fields["inputs"] = inputs if isinstance(inputs, str) else _inputs(inputs)
        for key, number in (("epsilon", epsilon), ("delta", delta)):
            if number is not None:
                fields[key] = _number(key, number)
        if methods is not None:
            fields["constructions"] = f"[{', '.join(map(_method, _listed(methods)))}]"
        if seed is not None and not (isinstance(seed, int) and 0 <= seed < 2**64):
            raise ValueError(f"seed: expected a whole number from 0 to 2^64 - 1, found {seed!r}")
        given = [f"{key}={value}" for key, value in fields.items()] + _written(settings)
        if self._weights is None:
            if data is not None:
                raise ValueError(
                    "data: expected none beside a preset or a file, which says its own; found data"
                )
            assert self._source is not None
            return _slth.Setup.open(self._source, seed=seed, settings=given, **self._options)
        keys = {setting.partition("=")[0].strip() for setting in given}
        takes_epsilon = not any(setting.replace(" ", "").startswith("tolerance=Weight") for setting in given)
        for key, value in _DEFAULTS.items():
            is_given = key in keys or (key == "inputs" and (points is not None or data is not None))
            if not is_given and (key != "epsilon" or takes_epsilon):
                given.append(f"{key}={value}")
        array = labels = None
        if points is not None:
            array = floats("points", points.points, 2, "points × inputs")
            labels = None if points.labels is None else classes("labels", points.labels, len(array))
        parts = None if data is None else data.parts()
        return _slth.Setup.of_arrays(
            self._weights, self._biases, self._activations, seed, given, array, labels, parts
        )

    @property
    def widths(self) -> list[int]:
        """n₀ … n_ℓ: inputs, then the outputs of each layer."""
        return self._plain.widths

    @property
    def weights(self) -> list[Floats]:
        """W_1 … W_ℓ, each outputs × inputs, float64; of a graph, the matrices of its linear maps."""
        return self._plain.weights() if self._weights is None else [w.copy() for w in self._weights]

    @property
    def biases(self) -> list[Optional[Floats]]:
        """b_1 … b_ℓ, float64, `None` for a layer without."""
        if self._weights is None:
            return self._plain.biases()
        if self._biases is None:
            return [None] * len(self._weights)
        return [None if b is None else b.copy() for b in self._biases]

    @property
    def activations(self) -> list[str]:
        """The name of each layer's activation, as `Network` takes it."""
        return [name if slope is None else f"{name}({slope})" for name, slope in self._plain.activations]

    @property
    def is_graph(self) -> bool:
        """Whether its layers do not just take one another: convolutions, skip connections, recurrent layers."""
        return self._plain.is_graph

    def forward(self, points: Any) -> Floats:
        """F at `points`, points × n₀ or a single one: points × n_ℓ."""
        array, is_single = batch(points, self.widths[0])
        outputs = self._plain.forward(array)
        return outputs[0] if is_single else outputs

    __call__ = forward

    def to_ron(self) -> str:
        """A preset with this target, as the program reads it."""
        return self._plain.to_ron()

    def __getstate__(self) -> dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_read"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self._weights is not None:
            self._weights = [aligned(w) for w in self._weights]
        if self._biases is not None:
            self._biases = [None if b is None else aligned(b) for b in self._biases]

    def __repr__(self) -> str:
        widths = "-".join(map(str, self.widths))
        what = "graph" if self.is_graph else ", ".join(self.activations)
        source = "" if self._source is None else f"{self._source!r}: "
        return f"Network({source}{widths}, {what})"


def batch(points: Any, inputs: int) -> tuple[Floats, bool]:
    """Points × inputs, and whether it was a single point."""
    axes = 1 if getattr(points, "ndim", None) == 1 or _is_flat(points) else 2
    array = floats("points", points, axes, "points × inputs")
    if array.shape[-1] != inputs:
        raise ValueError(f"points: expected {inputs} inputs each, found shape {array.shape}")
    return array.reshape(-1, inputs), axes == 1


def _is_flat(points: Any) -> bool:
    return isinstance(points, (list, tuple)) and bool(points) and isinstance(points[0], (int, float))


Target = Union[Network, str, "os.PathLike[str]", Any]
"""A `Network`, the name of a preset, a path, or a PyTorch module."""


def network_of(target: Target) -> Network:
    """The network that a call is given."""
    if isinstance(target, Network):
        return target
    if isinstance(target, (str, os.PathLike)):
        return Network._named(target)
    if any(base.__module__.partition(".")[0] == "torch" for base in type(target).__mro__):
        return Network.from_torch(target)
    raise ValueError(
        f"target: expected a Network, a preset, a path or a PyTorch module, found {type(target).__name__}"
    )


def ron(name: str, value: object) -> str:
    """A value as RON: text stays as it is."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "None", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(ron(name, each) for each in value)}]"
    if hasattr(value, "item"):
        return ron(name, value.item())
    raise ValueError(f"{name}: expected a number, a bool, a list or RON, found {type(value).__name__}")


def _written(settings: Settings) -> list[str]:
    if isinstance(settings, str):
        return [settings]
    if isinstance(settings, Mapping):
        return [f"{key}={ron(str(key), value)}" for key, value in settings.items()]
    return [str(setting) for setting in settings]


def _number(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name}: expected a number, found {value!r}")
    return repr(value)


def _inputs(inputs: Any) -> str:
    if not hasattr(inputs, "to_ron"):
        inputs = Points(inputs)
    return str(inputs.to_ron())


def _listed(methods: Union[str, Iterable[str]]) -> list[str]:
    return [methods] if isinstance(methods, str) else list(methods)


def _method(method: str) -> str:
    """A method by its id in reports, else as in a preset."""
    for known, written in _slth.methods():
        if method == known:
            return written.replace("{", "(").replace("}", ")")
    return method
