"""PyTorch, on its way in and out. Imported only where a PyTorch object is given, or asked for."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence, Union

_ADVICE = "export the network with `torch.onnx.export`, and `slth.Network.open` reads the file"


def layers_of(
    model: Any, activations: Union[str, Sequence[str], None]
) -> tuple[list[Any], list[Optional[Any]], list[str]]:
    """Weights, biases and activations of a `Sequential` or a state dict."""
    import torch

    if isinstance(model, Mapping):
        return _of_state_dict(model, activations)
    if not isinstance(model, torch.nn.Module):
        raise ValueError(
            f"model: expected a torch.nn.Sequential or a state dict, found {type(model).__name__}"
        )
    if activations is not None:
        raise ValueError("activations: expected none beside a module, which has its own; found some")
    weights: list[Any] = []
    biases: list[Optional[Any]] = []
    names: list[str] = []
    for place, module in _flat("model", model):
        name = _activation(module)
        if isinstance(module, torch.nn.Linear):
            weights.append(module.weight)
            biases.append(module.bias)
            names.append("identity")
        elif name is not None:
            if not names or names[-1] != "identity":
                raise ValueError(
                    f"{place}: expected a Linear layer before {type(module).__name__}, found none"
                )
            names[-1] = name
        elif isinstance(module, torch.nn.Flatten):
            if weights:
                raise ValueError(
                    f"{place}: expected Flatten before the first Linear layer only, found it later"
                )
        elif isinstance(module, torch.nn.Dropout) and module.training and module.p > 0:
            raise ValueError(f"{place}: expected Dropout in evaluation mode, found training: `model.eval()`")
        elif not isinstance(module, (torch.nn.Identity, torch.nn.Dropout)):
            found = type(module).__name__
            raise ValueError(f"{place}: expected Linear layers and activations, found {found}: {_ADVICE}")
    if not weights:
        raise ValueError("model: expected at least one Linear layer, found none")
    return weights, biases, names


def _flat(place: str, module: Any) -> list[tuple[str, Any]]:
    """All modules of nested `Sequential`s, in order, each with its place."""
    import torch

    if type(module) is not torch.nn.Sequential:
        return [(place, module)]
    return [each for i, child in enumerate(module) for each in _flat(f"{place}[{i}]", child)]


def _activation(module: Any) -> Optional[str]:
    import torch

    if isinstance(module, torch.nn.LeakyReLU):
        return f"leaky_relu({module.negative_slope!r})"
    names = {torch.nn.ReLU: "relu", torch.nn.Tanh: "tanh", torch.nn.Sigmoid: "sigmoid"}
    return next((name for kind, name in names.items() if isinstance(module, kind)), None)


def _of_state_dict(
    state: Mapping[str, Any], activations: Union[str, Sequence[str], None]
) -> tuple[list[Any], list[Optional[Any]], list[str]]:
    """A chain of `NAME.weight` and `NAME.bias`, in the order of the dictionary."""
    weights: list[Any] = []
    biases: list[Optional[Any]] = []
    for key, tensor in state.items():
        name, _, kind = key.rpartition(".")
        if kind == "weight" and getattr(tensor, "ndim", 0) == 2:
            weights.append(tensor)
            biases.append(state.get(f"{name}.bias" if name else "bias"))
        elif not (kind == "bias" and f"{name}.weight".lstrip(".") in state):
            shape = tuple(getattr(tensor, "shape", ()))
            found = f"{key!r} of shape {shape}"
            raise ValueError(
                f"state dict: expected weights and biases of Linear layers, found {found}: {_ADVICE}"
            )
    if not weights:
        raise ValueError("state dict: expected at least one `.weight` with two axes, found none")
    if activations is None:
        return weights, biases, ["relu"] * (len(weights) - 1) + ["identity"]
    return (
        weights,
        biases,
        [activations] * len(weights) if isinstance(activations, str) else list(activations),
    )
