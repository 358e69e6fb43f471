"""A trained network as one ONNX file with 8-bit weights, written operator by operator.

Training only. The graph is written here instead of being traced, so that a new torch changes nothing in it. Weights of
the layers are signed with seven bits and a scale for each column: sums of their products fit into 16 bits, so
processors with and without VNNI agree. Activations are quantised as they come. Word embeddings have eight bits and a
scale for each piece.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 20
SEVEN_BITS, EIGHT_BITS = 63, 127
MOVED = 0.75
LINEAR = ("qkv", "joined", "wide", "narrow")  # of each layer, as model.Layer names them
OUTPUTS = ("direction", "meant", "act", "evidence", "vector")


class Graph:
    """Nodes and constants as they are added; every method gives the name of what it made."""

    def __init__(self):
        self.nodes, self.constants, self.count = [], [], 0

    def add(self, op, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"{op}_{self.count}_{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def constant(self, value):
        self.count += 1
        name = f"constant_{self.count}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def integers(self, *values):
        return self.constant(np.array(values, np.int64))

    def linear(self, x, weight, bias, largest=None):
        """x @ weight.T + bias, weight as torch keeps it: (out, in). With `largest`,
        the largest value that each input takes, in 8 bits.
        """
        turned = np.ascontiguousarray(weight.T)
        if largest is None:
            product = self.add("MatMul", x, self.constant(turned))
        else:
            even = evened(largest, np.abs(turned).max(1))
            x, turned = self.add("Mul", x, self.constant(1 / even)), turned * even[:, None]
            scale = np.maximum(np.abs(turned).max(0), 1e-8) / SEVEN_BITS
            whole = np.clip(np.rint(turned / scale), -SEVEN_BITS, SEVEN_BITS).astype(np.int8)
            levels, step, zero = self.add("DynamicQuantizeLinear", x, outputs=3)
            zeros = self.constant(np.zeros(turned.shape[1], np.int8))
            sums = self.add("MatMulInteger", levels, self.constant(whole), zero, zeros)
            scales = self.add("Mul", step, self.constant(scale.astype(np.float32)))
            product = self.add("Mul", self.add("Cast", sums, to=TensorProto.FLOAT), scales)
        return product if bias is None else self.add("Add", product, self.constant(bias))

    def norm(self, x, weight, bias, eps):
        return self.add("LayerNormalization", x, self.constant(weight), self.constant(bias), axis=-1, epsilon=eps)


def evened(largest, weights):
    """By input: what to divide it by, and to multiply its weights by, so that few large inputs do not take the steps of
    8 bits from all others (SmoothQuant, Xiao and others 2023). How much of the burden moves to the weights was chosen
    on readings of 150 rows.
    """
    even = np.maximum(largest, 1e-3) ** MOVED / np.maximum(weights, 1e-4) ** (1 - MOVED)
    return (even / np.exp(np.log(even).mean())).astype(np.float32)


def ranges(net, batches):
    """{linear layer: the largest value of each of its inputs} over batches of (ids, field, mask)."""
    found: dict[str, np.ndarray] = {}
    hooks = []

    def watch(name):
        def hook(_, inputs):
            here = inputs[0].abs().flatten(0, -2).amax(0).numpy()
            found[name] = np.maximum(found.get(name, 0), here)

        return hook

    for n, layer in enumerate(net.layers):
        for name in LINEAR:
            hooks.append(getattr(layer, name).register_forward_pre_hook(watch(f"layers.{n}.{name}")))
    for ids, field, mask in batches:
        net(ids, field, mask)
    for hook in hooks:
        hook.remove()
    return found


def write(state, path, *, heads, eps, facts, largest=None):
    """Write the network of a state dict (torch tensors or arrays, float32) to `path`, in 8 bits with what `ranges`
    gives, else in 32; `facts` are strings kept in the file.
    """
    quantised = largest is not None
    state = {name: np.asarray(value, np.float32) for name, value in state.items()}
    width = state["norm.weight"].shape[0]
    g = Graph()
    word = state["word.weight"]
    if quantised:
        scale = np.maximum(np.abs(word).max(1, keepdims=True), 1e-8) / EIGHT_BITS
        rows = g.add("Gather", g.constant(np.rint(word / scale).astype(np.int8)), "ids")
        scales = g.add("Gather", g.constant(scale.astype(np.float32)), "ids")
        x = g.add("Mul", g.add("Cast", rows, to=TensorProto.FLOAT), scales)
    else:
        x = g.add("Gather", g.constant(word), "ids")
    length = g.add("Slice", g.add("Shape", "ids"), g.integers(1), g.integers(2))
    places = g.add("Slice", g.constant(state["position.weight"]), g.integers(0), length, g.integers(0))
    x = g.add("Add", x, g.add("Add", places, g.add("Gather", g.constant(state["field.weight"]), "field")))
    x = g.norm(x, state["norm.weight"], state["norm.bias"], eps)

    mask = g.add("Cast", g.add("Not", g.add("Equal", "ids", g.constant(np.array(1, np.int64)))), to=TensorProto.FLOAT)
    absent = g.add("Mul", g.add("Sub", mask, g.constant(np.float32(1))), g.constant(np.float32(1e4)))
    hidden = g.add("Unsqueeze", absent, g.integers(1, 2))
    layers = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers."))
    for n in range(layers):
        most = {name: largest[f"layers.{n}.{name}"] if quantised else None for name in LINEAR}
        part = {name.split(".", 2)[2]: value for name, value in state.items() if name.startswith(f"layers.{n}.")}
        split = g.add("Reshape", g.linear(x, part["qkv.weight"], part["qkv.bias"], most["qkv"]),
                      g.integers(0, 0, 3, heads, width // heads))  # fmt: skip
        turned = g.add("Transpose", split, perm=[2, 0, 3, 1, 4])
        q, k, v = (g.add("Gather", turned, g.constant(np.array(i, np.int64)), axis=0) for i in range(3))
        q = g.add("Mul", q, g.constant(np.float32((width // heads) ** -0.5)))
        likeness = g.add("Add", g.add("MatMul", q, g.add("Transpose", k, perm=[0, 1, 3, 2])), hidden)
        seen = g.add("MatMul", g.add("Softmax", likeness, axis=-1), v)
        seen = g.add("Reshape", g.add("Transpose", seen, perm=[0, 2, 1, 3]), g.integers(0, 0, width))
        seen = g.linear(seen, part["joined.weight"], part["joined.bias"], most["joined"])
        x = g.norm(g.add("Add", x, seen), part["norm.weight"], part["norm.bias"], eps)
        wide = g.add("Gelu", g.linear(x, part["wide.weight"], part["wide.bias"], most["wide"]))
        narrow = g.linear(wide, part["narrow.weight"], part["narrow.bias"], most["narrow"])
        x = g.norm(g.add("Add", x, narrow), part["last.weight"], part["last.bias"], eps)

    def head(name, value):
        return g.linear(value, state[f"heads.{name}.weight"], state.get(f"heads.{name}.bias"))

    spread = g.add("Unsqueeze", mask, g.integers(2))
    total = g.add("ReduceSum", g.add("Mul", x, spread), g.integers(1), keepdims=0)
    pooled = g.add("Div", total, g.add("ReduceSum", mask, g.integers(1), keepdims=1))

    def scaled(name, value):
        centred = g.add("Sub", value, g.constant(state[f"heads.{name}_mean"]))
        return g.add("Div", centred, g.constant(state[f"heads.{name}_spread"]))

    mean, x = scaled("whole", pooled), scaled("piece", x)
    weight = g.add("Softmax", g.add("Add", head("look", x), g.add("Unsqueeze", absent, g.integers(2))), axis=1)
    looked = g.add("MatMul", g.add("Transpose", weight, perm=[0, 2, 1]), x)
    categories = len(state["heads.meant"])
    by_category = g.add("Slice", looked, g.integers(0), g.integers(categories), g.integers(1))
    shared = g.add("Split", head("shared", mean), g.integers(categories, categories), outputs=2, axis=1)
    results = {}
    for name, common in zip(("meant", "act"), shared, strict=True):
        own = g.add("Mul", by_category, g.constant(state[f"heads.{name}"]))
        results[name] = g.add("Sigmoid", g.add("Add", g.add("ReduceSum", own, g.integers(2), keepdims=0), common))
    last = g.add("Gather", looked, g.constant(np.array(categories, np.int64)), axis=1)
    deep = g.add("Gelu", head("direction.0", g.add("Concat", last, mean, axis=-1)))
    results["direction"] = g.add("Softmax", head("direction.3", deep), axis=-1)
    results["evidence"] = g.add("Sigmoid", head("evidence", x))
    results["vector"] = head("vector", mean)
    for name in OUTPUTS:
        g.nodes.append(helper.make_node("Identity", [results[name]], [name]))

    def tensor(name, kind, *shape):
        return helper.make_tensor_value_info(name, kind, shape)

    ids, field = (tensor(name, TensorProto.INT64, "entries", "pieces") for name in ("ids", "field"))
    sizes = (
        state["heads.direction.3.bias"].shape[0],
        categories,
        categories,
        categories,
        state["heads.vector.weight"].shape[0],
    )
    outputs = [
        tensor(name, TensorProto.FLOAT, "entries", *(["pieces"] if name == "evidence" else []), size)
        for name, size in zip(OUTPUTS, sizes, strict=True)
    ]
    made = helper.make_graph(g.nodes, "reader", [ids, field], outputs, g.constants)
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10, producer_name="monitor.reader"
    )
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    onnx.save(model, path)
