"""Arrays on their way in: each mistake is named by argument, expectation and finding."""

from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Classes = NDArray[np.uint32]


def _plain(name: str, value: Any) -> NDArray[Any]:
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(
            f"{name}: expected an array without a mask, found a masked array: `.filled()` decides"
        )
    if type(value).__module__.partition(".")[0] == "torch":
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
        value = value.numpy()
    try:
        return np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name}: expected an array of numbers, found rows of different lengths: {error}"
        ) from None


def aligned(array: Any) -> Any:
    """The array, C-contiguous and aligned as the engine reads it: itself if it is. Arrays that arrive without a copy from
    another process may stand at any byte."""
    return np.require(array, requirements=["C", "A"])


def floats(name: str, value: Any, axes: int, shape: str) -> Floats:
    """`value` as finite float64 numbers, C-contiguous, with `axes` axes: `shape` in words."""
    array = _plain(name, value)
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise ValueError(f"{name}: expected real numbers of at most 64 bits, found dtype {array.dtype}")
    if array.ndim != axes:
        raise ValueError(f"{name}: expected {axes} axes, {shape}; found shape {array.shape}")
    if 0 in array.shape:
        raise ValueError(f"{name}: expected at least one number, {shape}; found shape {array.shape}")
    numbers: Floats = aligned(np.asarray(array, dtype=np.float64))
    if (
        array.dtype.kind != "f"
        and array.dtype.itemsize == 8
        and bool((numbers.astype(array.dtype) != array).any())
    ):
        raise ValueError(f"{name}: expected whole numbers that float64 holds exactly, found larger ones")
    if not np.isfinite(numbers).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
        raise ValueError(f"{name}: expected finite numbers, found {numbers[place]} at {list(place)}")
    return numbers


def classes(name: str, value: Any, examples: int) -> Classes:
    """`value` as classes from 0, one for each of `examples`."""
    array = _plain(name, value)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name}: expected whole numbers, the classes from 0; found dtype {array.dtype}")
    if array.shape != (examples,):
        raise ValueError(f"{name}: expected shape ({examples},), a class for each point; found {array.shape}")
    if array.size and (int(array.min()) < 0 or int(array.max()) >= 2**32):
        bad = array[(array < 0) | (array >= 2**32)][0]
        raise ValueError(f"{name}: expected classes from 0 to 2^32 - 1, found {bad}")
    found: Classes = aligned(np.asarray(array, dtype=np.uint32))
    return found


def layers(weights: Any, biases: Optional[Any]) -> tuple[list[Floats], Optional[list[Optional[Floats]]]]:
    """Weight matrices, outputs × inputs, that fit one another; and a bias, or `None`, for each."""
    if isinstance(weights, np.ndarray) and weights.ndim == 2:
        raise ValueError(
            "weights: expected a list of matrices, found a single one: `[matrix]` is a list of it"
        )
    if isinstance(weights, (str, bytes)) or not isinstance(weights, (Sequence, np.ndarray)):
        raise ValueError(f"weights: expected a list of matrices, found {type(weights).__name__}")
    matrices = [floats(f"weights[{i}]", w, 2, "outputs × inputs") for i, w in enumerate(weights)]
    if not matrices:
        raise ValueError("weights: expected at least one matrix, found none")
    for i in range(1, len(matrices)):
        expected, found = matrices[i - 1].shape[0], matrices[i].shape[1]
        if expected != found:
            raise ValueError(
                f"weights[{i}]: expected {expected} columns, the rows of weights[{i - 1}]; found {found}"
            )
    if biases is None:
        return matrices, None
    if isinstance(biases, (str, bytes)) or not isinstance(biases, (Sequence, np.ndarray)):
        raise ValueError(f"biases: expected a list of vectors, found {type(biases).__name__}")
    if len(biases) != len(matrices):
        raise ValueError(f"biases: expected {len(matrices)}, one or None for each layer; found {len(biases)}")
    vectors: list[Optional[Floats]] = []
    for i, bias in enumerate(biases):
        vector = None if bias is None else floats(f"biases[{i}]", bias, 1, "outputs")
        if vector is not None and len(vector) != len(matrices[i]):
            raise ValueError(
                f"biases[{i}]: expected {len(matrices[i])} numbers, the rows of weights[{i}]; found {len(vector)}"
            )
        vectors.append(vector)
    return matrices, vectors
