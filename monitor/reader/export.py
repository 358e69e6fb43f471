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

    def linear(self, weight, bias, largest=None):
        """x -> x @ weight.T + bias, weight as torch keeps it: (out, in). With `largest`,
        the largest value that each input takes, in 8 bits.
        """
        turned = np.ascontiguousarray(weight.T)
        start = None if bias is None else self.constant(bias)
        if largest is None:
            plain = self.constant(turned)

            def product(x):
                return self.add("MatMul", x, plain)
        else:
            even = evened(largest, np.abs(turned).max(1))
            turned = turned * even[:, None]
            scale = np.maximum(np.abs(turned).max(0), 1e-8) / SEVEN_BITS
            whole = self.constant(np.clip(np.rint(turned / scale), -SEVEN_BITS, SEVEN_BITS).astype(np.int8))
            zeros = self.constant(np.zeros(turned.shape[1], np.int8))
            even, scale = self.constant(1 / even), self.constant(scale.astype(np.float32))

            def product(x):
                levels, step, zero = self.add("DynamicQuantizeLinear", self.add("Mul", x, even), outputs=3)
                sums = self.add("MatMulInteger", levels, whole, zero, zeros)
                return self.add("Mul", self.add("Cast", sums, to=TensorProto.FLOAT), self.add("Mul", step, scale))

        return lambda x: product(x) if start is None else self.add("Add", product(x), start)

    def norm(self, weight, bias, eps):
        weight, bias = self.constant(weight), self.constant(bias)
        return lambda x: self.add("LayerNormalization", x, weight, bias, axis=-1, epsilon=eps)

    def layer(self, state, heads, eps, largest):
        """(x, hidden) -> x: a model.Layer of these weights."""
        width = state["norm.weight"].shape[0]
        qkv, joined, wide, narrow = (
            self.linear(state[f"{name}.weight"], state[f"{name}.bias"], largest and largest[name]) for name in LINEAR
        )
        norm, last = (self.norm(state[f"{name}.weight"], state[f"{name}.bias"], eps) for name in ("norm", "last"))
        places = [self.constant(np.array(n, np.int64)) for n in range(3)]
        apart, flat = self.integers(0, 0, 3, heads, width // heads), self.integers(0, 0, width)
        root = self.constant(np.float32((width // heads) ** -0.5))

        def run(x, hidden):
            turned = self.add("Transpose", self.add("Reshape", qkv(x), apart), perm=[2, 0, 3, 1, 4])
            q, k, v = (self.add("Gather", turned, place, axis=0) for place in places)
            likeness = self.add("MatMul", self.add("Mul", q, root), self.add("Transpose", k, perm=[0, 1, 3, 2]))
            seen = self.add("MatMul", self.add("Softmax", self.add("Add", likeness, hidden), axis=-1), v)
            seen = joined(self.add("Reshape", self.add("Transpose", seen, perm=[0, 2, 1, 3]), flat))
            x = norm(self.add("Add", x, seen))
            return last(self.add("Add", x, narrow(self.add("Gelu", wide(x)))))

        return run


def evened(largest, weights):
    """By input: what to divide it by, and to multiply its weights by, so that few large inputs do not take the steps of
    8 bits from all others (SmoothQuant, Xiao and others 2023). How much of the burden moves to the weights was chosen
    on readings of 150 rows.
    """
    even = np.maximum(largest, 1e-3) ** MOVED / np.maximum(weights, 1e-4) ** (1 - MOVED)
    return (even / np.exp(np.log(even).mean())).astype(np.float32)


def ranges(net, batches, titles, frozen):
    """{linear layer: the largest value of each of its inputs} over batches of (ids, field, mask), of whole entries and
    of titles alone.
    """
    found: dict[str, np.ndarray] = {}
    hooks = []

    def watch(name):
        def hook(_, inputs):
            here = inputs[0].abs().flatten(0, -2).amax(0).numpy()
            found[name] = np.maximum(found.get(name, 0), here)

        return hook

    for part, layers in (("layers", net.layers), ("meaning.layers", net.meaning.layers)):
        for n, layer in enumerate(layers):
            for name in LINEAR:
                hooks.append(getattr(layer, name).register_forward_pre_hook(watch(f"{part}.{n}.{name}")))
    for ids, field, mask in batches:
        net(ids, field, mask)
    for ids, field, mask in titles:
        net.meaning(net.lower(ids, field, mask, frozen), mask)
    for hook in hooks:
        hook.remove()
    return found


def write(state, path, *, heads, eps, frozen, facts, largest=None):
    """Write the network of a state dict (torch tensors or arrays, float32) to `path`, in 8 bits with what `ranges`
    gives, else in 32. The vector's layers stand above the first `frozen` ones; `facts` are strings kept in the file.
    """
    quantised = largest is not None
    state = {name: np.asarray(value, np.float32) for name, value in state.items()}
    g = Graph()
    word = state["word.weight"]
    scale = np.maximum(np.abs(word).max(1, keepdims=True), 1e-8) / EIGHT_BITS
    words = g.constant(np.rint(word / scale).astype(np.int8) if quantised else word)
    scales = g.constant(scale.astype(np.float32))
    positions, fields = g.constant(state["position.weight"]), g.constant(state["field.weight"])
    norm = g.norm(state["norm.weight"], state["norm.bias"], eps)

    def layers(start):
        of = {name.removeprefix(start): value for name, value in state.items() if name.startswith(start)}
        for n in range(1 + max(int(name.split(".")[0]) for name in of)):
            part = {name.split(".", 1)[1]: value for name, value in of.items() if name.startswith(f"{n}.")}
            yield g.layer(
                part, heads, eps, {name: largest[f"{start}{n}.{name}"] for name in LINEAR} if quantised else None
            )

    encoder, above = list(layers("layers.")), list(layers("meaning.layers."))

    def embedded(ids, field):
        """(outputs of the embeddings, mask) of an input."""
        x = g.add("Gather", words, ids)
        if quantised:
            x = g.add("Mul", g.add("Cast", x, to=TensorProto.FLOAT), g.add("Gather", scales, ids))
        length = g.add("Slice", g.add("Shape", ids), g.integers(1), g.integers(2))
        places = g.add("Slice", positions, g.integers(0), length, g.integers(0))
        x = norm(g.add("Add", x, g.add("Add", places, g.add("Gather", fields, field))))
        absent = g.add("Equal", ids, g.constant(np.array(1, np.int64)))
        return x, g.add("Cast", g.add("Not", absent), to=TensorProto.FLOAT)  # 1 for each piece

    def away(mask):
        """0 where there is a piece, much less where there is none."""
        return g.add("Mul", g.add("Sub", mask, g.constant(np.float32(1))), g.constant(np.float32(1e4)))

    def through(layers, x, mask):
        hidden = g.add("Unsqueeze", away(mask), g.integers(1, 2))
        for layer in layers:
            x = layer(x, hidden)
        return x

    def mean_of(x, mask):
        total = g.add("ReduceSum", g.add("Mul", x, g.add("Unsqueeze", mask, g.integers(2))), g.integers(1), keepdims=0)
        return g.add("Div", total, g.add("ReduceSum", mask, g.integers(1), keepdims=1))

    def head(name, value):
        return g.linear(state[f"heads.{name}.weight"], state.get(f"heads.{name}.bias"))(value)

    def scaled(name, value):
        centred = g.add("Sub", value, g.constant(state[f"heads.{name}_mean"]))
        return g.add("Div", centred, g.constant(state[f"heads.{name}_spread"]))

    results = {}
    no_field = g.add("Mul", "title", g.constant(np.array(0, np.int64)))
    x, mask = embedded("title", no_field)
    x = through(encoder[:frozen] + above, x, mask)
    results["vector"] = g.linear(state["meaning.vector.weight"], None)(mean_of(x, mask))

    x, mask = embedded("ids", "field")
    x = through(encoder, x, mask)
    absent, pooled = away(mask), mean_of(x, mask)
    mean, x = scaled("whole", pooled), scaled("piece", x)
    weight = g.add("Softmax", g.add("Add", head("look", x), g.add("Unsqueeze", absent, g.integers(2))), axis=1)
    looked = g.add("MatMul", g.add("Transpose", weight, perm=[0, 2, 1]), x)
    categories = len(state["heads.meant"])
    by_category = g.add("Slice", looked, g.integers(0), g.integers(categories), g.integers(1))
    shared = g.add("Split", head("shared", mean), g.integers(categories, categories), outputs=2, axis=1)
    for name, common in zip(("meant", "act"), shared, strict=True):
        own = g.add("Mul", by_category, g.constant(state[f"heads.{name}"]))
        results[name] = g.add("Sigmoid", g.add("Add", g.add("ReduceSum", own, g.integers(2), keepdims=0), common))
    last = g.add("Gather", looked, g.constant(np.array(categories, np.int64)), axis=1)
    deep = g.add("Gelu", head("direction.0", g.add("Concat", last, mean, axis=-1)))
    results["direction"] = g.add("Softmax", head("direction.3", deep), axis=-1)
    results["evidence"] = g.add("Sigmoid", head("evidence", x))
    for name in OUTPUTS:
        g.nodes.append(helper.make_node("Identity", [results[name]], [name]))

    def tensor(name, kind, *shape):
        return helper.make_tensor_value_info(name, kind, shape)

    ids, field = (tensor(name, TensorProto.INT64, "entries", "pieces") for name in ("ids", "field"))
    title = tensor("title", TensorProto.INT64, "entries", "pieces of the title")
    sizes = (
        state["heads.direction.3.bias"].shape[0],
        categories,
        categories,
        categories,
        state["meaning.vector.weight"].shape[0],
    )
    outputs = [
        tensor(name, TensorProto.FLOAT, "entries", *(["pieces"] if name == "evidence" else []), size)
        for name, size in zip(OUTPUTS, sizes, strict=True)
    ]
    made = helper.make_graph(g.nodes, "reader", [ids, field, title], outputs, g.constants)
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10, producer_name="monitor.reader"
    )
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model)
    onnx.save(model, path)
