"""Models of single operators with random shapes and attributes, and their outputs by onnxruntime.

    python operators.py SEED CASES_OF_EACH_KIND operators.npz

Needs the packages `onnx` and `onnxruntime`. A case NAME has three arrays: `NAME.model` (the file's bytes), `NAME.x` (three inputs, a
row each) and `NAME.y` (three outputs, a row each). Each input is run by itself.
"""
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

seed, count, target = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rng = np.random.default_rng(seed)
onnxruntime.set_default_logger_severity(4)


def pick(*options):
    return options[rng.integers(len(options))]


def dims(least, most, rank):
    return [int(n) for n in rng.integers(least, most + 1, rank)]


class Model:
    """A model under construction: nodes one behind the other, the last value at hand."""

    def __init__(self, shape, opset):
        self.shape, self.opset = list(shape), opset
        self.nodes, self.initialisers, self.value, self.number = [], [], "x", 0

    def name(self):
        self.number += 1
        return f"v{self.number}"

    def const(self, array):
        name = self.name()
        array = np.asarray(array)
        if array.dtype == np.float64:
            array = array.astype(np.float32)
        self.initialisers.append(numpy_helper.from_array(array, name))
        return name

    def op(self, operator, *inputs, outputs=1, **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        self.value = names[0]
        return names[0] if outputs == 1 else names

    def random(self, *shape):
        return self.const(rng.normal(size=shape) / max(1, (np.prod(shape[1:]) if len(shape) > 1 else 1)) ** 0.5)

    def mixed(self):
        """A matrix along the last axis, so that every model has a linear map."""
        last = self.shape[-1]
        self.op("MatMul", self.value, self.random(last, last))

    def bytes(self, batch="n"):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *self.shape])
        y = helper.make_tensor_value_info(self.value, TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "g", [x], [y], self.initialisers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        return model.SerializeToString()


def window(rank, sizes, with_dilation=True):
    kernel = [int(rng.integers(1, min(3, n) + 1)) for n in sizes]
    strides = dims(1, 2, rank)
    dilations = [int(rng.integers(1, 3)) if with_dilation and (k - 1) * 2 < n else 1 for k, n in zip(kernel, sizes)]
    attributes = dict(kernel_shape=kernel, strides=strides, dilations=dilations)
    style = pick("none", "pads", "pads", "SAME_UPPER", "SAME_LOWER", "VALID")
    if style == "pads":
        # Less than the kernel, so that no window lies in the padding alone.
        attributes["pads"] = [int(rng.integers(0, k)) for k in kernel] + [int(rng.integers(0, k)) for k in kernel]
    elif style != "none":
        attributes["auto_pad"] = style
        if style.startswith("SAME"):
            attributes["dilations"] = [1] * rank
    return kernel, attributes


def conv():
    rank = int(rng.integers(1, 4))
    group = int(rng.integers(1, 4))
    channels, outputs = group * int(rng.integers(1, 3)), group * int(rng.integers(1, 3))
    sizes = dims(3, 6 if rank < 3 else 4, rank)
    m = Model([channels, *sizes], pick(11, 13, 17))
    kernel, attributes = window(rank, sizes)
    if rng.integers(2):
        del attributes["kernel_shape"]
    inputs = ["x", m.random(outputs, channels // group, *kernel)]
    if rng.integers(2):
        inputs.append(m.random(outputs))
    m.op("Conv", *inputs, group=group, **attributes)
    return m


def norm(m, channels):
    statistics = [rng.uniform(0.5, 2, channels), rng.normal(size=channels), rng.normal(size=channels)]
    names = [m.const(a) for a in statistics] + [m.const(rng.uniform(0.1, 3, channels))]
    return m.op("BatchNormalization", m.value, *names, epsilon=float(pick(1e-5, 1e-3)))


def batch_norm():
    kind = pick("conv", "gemm", "relu", "twice", "rows")
    if kind in ("conv", "relu", "twice"):
        m = Model([2, 4, 4], pick(11, 14, 15))
        first = m.op("Conv", "x", m.random(3, 2, 3, 3), *([m.random(3)] if rng.integers(2) else []))
        if kind == "relu":
            m.op("Relu", first)
        norm(m, 3)
        if kind == "twice":
            m.op("Add", m.value, first)
    elif kind == "gemm":
        m = Model([5], pick(11, 14, 15))
        m.op("Gemm", "x", m.random(5, 4), *([m.random(4)] if rng.integers(2) else []))
        norm(m, 4)
    else:
        m = Model([4, 5], 15)
        m.op("MatMul", "x", m.random(5, 3))
        norm(m, 4)
    if rng.integers(2):
        m.op("Relu", m.value)
    return m


def gemm():
    m = Model([5], pick(11, 13))
    beta, alpha = float(pick(1.0, 0.5)), float(pick(1.0, 2.0, -0.3))
    trans_b = int(rng.integers(2))
    w = m.random(4, 5) if trans_b else m.random(5, 4)
    c = pick(None, [4], [1, 4], [1], [])
    inputs = ["x", w] + ([] if c is None else [m.const(rng.normal(size=c))])
    m.op("Gemm", *inputs, alpha=alpha, beta=beta, transB=trans_b)
    return m


def matmul():
    kind = pick("vector", "rows", "deep", "left", "column", "shared", "biases")
    if kind == "vector":
        m = Model([5], 13)
        m.op("MatMul", "x", m.random(5, 3))
        if rng.integers(2):
            m.op("Add", *pick((m.value, m.random(3)), (m.random(3), m.value)))
    elif kind in ("rows", "deep"):
        m = Model([3, 5] if kind == "rows" else [2, 3, 5], 13)
        m.op("MatMul", "x", m.random(5, 4))
        if rng.integers(2):
            m.op("Add", m.value, m.random(4))
    elif kind == "left":
        m = Model([3, 5], 13)
        m.op("MatMul", m.random(4, 3), "x")
    elif kind == "column":
        m = Model([3, 5], 13)
        m.op("MatMul", "x", m.random(5))
    else:
        # One matrix, used by two nodes; with one bias, or with two.
        m = Model([4], 13)
        w = m.random(4, 4)
        b = m.random(4)
        m.op("Tanh", m.op("Add", m.op("MatMul", "x", w), b))
        m.op("Add", m.op("MatMul", m.value, w), b if kind == "shared" else m.random(4))
    return m


def arithmetic():
    shape = dims(1, 3, int(rng.integers(1, 4)))
    m = Model(shape, pick(11, 13, 14))
    m.mixed()
    operator = pick("Add", "Sub", "Mul", "Div")
    if rng.integers(3) == 0 and operator != "Div":
        other = m.op("Tanh", "x")
        if rng.integers(2):
            other = m.op("ReduceMean", "x", axes=[len(shape)], keepdims=1) if m.opset < 18 else other
        m.op(operator, *pick((m.nodes[0].output[0], other), (other, m.nodes[0].output[0])))
        return m
    # A shape that is broadcast to that of the value, the batch apart; or one that makes it larger.
    axes = [n if rng.integers(2) else 1 for n in shape]
    axes = axes[int(rng.integers(0, len(axes) + 1)) :]
    if rng.integers(4) == 0 and len(axes) == len(shape) and shape[0] == 1:
        axes[0] = 2
    c = m.const(rng.uniform(0.5, 2, axes) * rng.choice([-1, 1], axes))
    order = (m.value, c) if operator == "Div" or rng.integers(2) else (c, m.value)
    m.op(operator, *order)
    return m


def activation():
    shape = dims(1, 4, int(rng.integers(1, 4)))
    m = Model(shape, pick(11, 13, 16))
    m.mixed()
    kind = pick("Relu", "LeakyRelu", "Tanh", "Sigmoid", "Clip", "Clip", "PRelu", "Identity", "Dropout", "Sum")
    if kind == "LeakyRelu":
        m.op(kind, m.value, alpha=float(rng.uniform(0, 1)))
    elif kind == "Clip":
        low, high = sorted(rng.normal(size=2) * 0.5)
        low = float(pick(low, 0.0))
        high = max(float(high), low + 0.1)
        names = pick((low, high), (low, None), (None, high), (None, None))
        names = ["" if x is None else m.const(np.float32(x)) for x in names]
        m.op(kind, m.value, *names)
    elif kind == "PRelu":
        m.op(kind, m.value, m.const(np.full([1], rng.uniform(0, 1))))
    elif kind == "Sum":
        m.op(kind, m.value, "x", "x")
    else:
        m.op(kind, m.value)
    return m


def pool():
    rank = int(rng.integers(1, 4))
    sizes = dims(3, 6 if rank < 3 else 4, rank)
    operator = pick("MaxPool", "AveragePool")
    m = Model([2, *sizes], pick(11, 13, 17) if operator == "AveragePool" else pick(11, 12))
    m.mixed()
    _, attributes = window(rank, sizes, with_dilation=operator == "MaxPool")
    if operator == "AveragePool":
        del attributes["dilations"]
        attributes["count_include_pad"] = int(rng.integers(2))
    if "auto_pad" not in attributes:
        attributes["ceil_mode"] = int(rng.integers(2))
    m.op(operator, m.value, **attributes)
    return m


def reduction():
    rank = int(rng.integers(2, 4))
    m = Model([2, *dims(2, 4, rank)], pick(11, 13, 17, 18))
    m.mixed()
    operator = pick("GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMean", "ReduceMax")
    if operator.startswith("Global"):
        m.op(operator, m.value)
        return m
    axes = sorted({int(n) for n in rng.integers(1, rank + 2, 2)})
    axes = [pick(a, a - rank - 2) for a in axes]
    keep = int(rng.integers(2))
    if m.opset < 18:
        m.op(operator, m.value, axes=axes, keepdims=keep)
    else:
        m.op(operator, m.value, m.const(np.array(axes)), keepdims=keep)
    return m


def move(m, shape):
    """One random operation that moves entries; the new shape, the batch included."""
    rank = len(shape)
    kind = pick("Transpose", "Reshape", "Flatten", "Unsqueeze", "Squeeze", "Slice", "Gather", "Split", "Expand", "Shape", "Concat")
    if kind == "Transpose":
        order = [int(a) for a in rng.permutation(rank)]
        m.op(kind, m.value, perm=order)
        return [shape[a] for a in order]
    if kind == "Reshape" and shape[0] == 1 and rank > 1:
        m.op(kind, m.value, m.const(np.array(pick([0, -1], [-1, int(np.prod(shape))], [0, shape[1], -1]))))
        return [1, shape[1], int(np.prod(shape[2:]))] if m.initialisers[-1].dims == [3] else [1, int(np.prod(shape))]
    if kind == "Flatten" and rank > 1:
        axis = int(rng.integers(1, rank))
        m.op(kind, m.value, axis=axis)
        return [int(np.prod(shape[:axis])), int(np.prod(shape[axis:]))]
    if kind in ("Unsqueeze", "Squeeze"):
        if kind == "Unsqueeze":
            axes = [int(rng.integers(0, rank + 1))]
            new = shape[: axes[0]] + [1] + shape[axes[0] :]
        else:
            axes = [a for a in range(1, rank) if shape[a] == 1]
            new = [n for a, n in enumerate(shape) if a not in axes]
            if not axes:
                return shape
        if m.opset < 13:
            m.op(kind, m.value, axes=axes)
        else:
            m.op(kind, m.value, m.const(np.array(axes)))
        return new
    free = [a for a in range(rank) if shape[a] > 1]
    if not free:
        return shape
    axis = int(pick(*free))
    n = shape[axis]
    if kind == "Slice":
        start, end, step = pick((0, n - 1, 1), (1, 2**62, 1), (-1, -(2**62), -1), (0, n, 2), (-n, -1, 1), (n - 1, 0, -1))
        m.op(kind, m.value, *(m.const(np.array([v])) for v in (start, end, axis - pick(0, rank), step)))
        return shape[:axis] + [len(range(n)[start:end:step])] + shape[axis + 1 :]
    if kind == "Gather":
        indices = rng.integers(-n, n, pick([], [1], [3], [2, 2]))
        m.op(kind, m.value, m.const(np.asarray(indices, dtype=np.int64)), axis=axis)
        return shape[:axis] + list(indices.shape) + shape[axis + 1 :]
    if kind == "Split":
        parts = [1, n - 1] if m.opset >= 13 and rng.integers(2) else None
        if parts is None and n % 2:
            return shape
        inputs = [m.value] + ([m.const(np.array(parts))] if parts else [])
        a, b = m.op(kind, *inputs, outputs=2, axis=axis)
        m.op("Concat", b, a, axis=axis)
        return shape
    if kind == "Expand":
        m.op("Unsqueeze", m.value, *([m.const(np.array([rank]))] if m.opset >= 13 else []), **({} if m.opset >= 13 else {"axes": [rank]}))
        m.op(kind, m.value, m.const(np.array([1] * rank + [2])))
        return shape + [2]
    if kind == "Concat":
        m.op(kind, m.value, m.op("Tanh", m.value), axis=axis)
        return shape[:axis] + [2 * n] + shape[axis + 1 :]
    if kind == "Shape":
        # Reshape to (batch, rest), by the value's own shape.
        value = m.value
        s = m.op("Shape", value)
        first = m.op("Gather", s, m.const(np.array([0])), axis=0)
        target = m.op("Concat", first, m.const(np.array([-1])), axis=0)
        m.op("Reshape", value, target)
        return [shape[0], int(np.prod(shape[1:]))]
    return shape


def moves():
    shape = dims(1, 4, int(rng.integers(1, 4)))
    m = Model(shape, pick(11, 13, 14))
    m.mixed()
    now = [1, *shape]
    for _ in range(int(rng.integers(1, 5))):
        now = move(m, now)
    return m


def softmax():
    m = Model(dims(2, 4, int(rng.integers(1, 4))), pick(11, 13))
    m.mixed()
    m.op(pick("Softmax", "LogSoftmax"), m.value, axis=int(rng.integers(1, len(m.shape) + 1)))
    return m


def recurrent():
    operator = pick("LSTM", "GRU", "RNN")
    steps, inputs, units = int(rng.integers(1, 5)), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[operator]
    m = Model([steps, inputs], pick(11, 14))
    direction = pick("forward", "forward", "reverse", "bidirectional")
    count = 2 if direction == "bidirectional" else 1
    m.op("Transpose", "x", perm=[1, 0, 2])
    names = [m.value, m.random(count, gates * units, inputs), m.random(count, gates * units, units)]
    names.append(m.random(count, 2 * gates * units) if rng.integers(3) else "")
    names.append("")
    states = 2 if operator == "LSTM" else 1
    start = pick("none", "zero", "numbers")
    if start != "none":
        for _ in range(states):
            state = np.zeros((count, 1, units)) if start == "zero" else rng.normal(size=(count, 1, units))
            names.append(m.const(state))
    attributes = dict(hidden_size=units, direction=direction)
    if operator == "GRU":
        attributes["linear_before_reset"] = int(rng.integers(2))
    if rng.integers(3) == 0:
        one = {"LSTM": ["Sigmoid", "Tanh", "Relu"], "GRU": ["Sigmoid", "Relu"], "RNN": ["Relu"]}[operator]
        attributes["activations"] = one * count
    outputs = m.op(operator, *names, outputs=3 if operator == "LSTM" else 2, **attributes)
    which = int(rng.integers(len(outputs)))
    m.op("Mul", outputs[which], m.const(np.float32(1.5)))
    if which == 0 and rng.integers(2):
        m.op("Squeeze", m.op("Gather", outputs[0], m.const(np.array(-1)), axis=0), *([m.const(np.array([0]))] if m.opset > 12 else []), **({} if m.opset > 12 else {"axes": [0]})) if count == 1 else None
    return m


kinds = dict(conv=conv, batch_norm=batch_norm, gemm=gemm, matmul=matmul, arithmetic=arithmetic, activation=activation,
             pool=pool, reduction=reduction, moves=moves, softmax=softmax, recurrent=recurrent)
arrays = {}
for kind, make in kinds.items():
    done = 0
    while done < count:
        m = make()
        batch = pick("n", "n", 1)
        model = m.bytes(batch)
        try:
            session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
            x = rng.normal(size=(3, *m.shape)).astype(np.float32)
            y = [session.run(None, {"x": x[i : i + 1]})[0].ravel() for i in range(3)]
        except Exception as error:
            print(kind, str(error)[:300], file=sys.stderr)
            continue
        if len(y[0]) == 0 or not np.isfinite(y).all():
            continue
        name = f"{kind}-{done:03}"
        arrays[f"{name}.model"] = np.frombuffer(model, dtype=np.uint8)
        arrays[f"{name}.x"] = x.reshape(3, -1)
        arrays[f"{name}.y"] = np.array(y, dtype=np.float32)
        done += 1
np.savez_compressed(target, **arrays)
print(len(arrays) // 3, "cases")
