"""The roundings that `quantise.py` plans, written into the ONNX graph of a model whose products `quantize_dynamic` made int8.

Before: input -> DynamicQuantizeLinear -> MatMulInteger -> Cast -> Mul by both scales -> Add of the bias. After: input -> Mul by the
channels' factors, or Div by each token's largest value -> QuantizeLinear -> MatMulIntegerToFloat, which does the rest in one.
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper, numpy_helper
from quantise import BY_TOKEN_LEAST, Rounding


def round_inputs(path: Path, rounded: dict[str, Rounding]) -> None:
    """Replaces every dynamic quantisation of a layer's input by the rounding that was planned for it."""
    model = onnx.load(path)
    graph = model.graph
    users = {name: node for node in graph.node if node.op_type == "MatMulInteger" for name in node.input[:1]}
    for node in [n for n in graph.node if n.op_type == "DynamicQuantizeLinear"]:
        rounding = rounded[layer_of(users[node.output[0]])]
        nodes = rounding_nodes(graph, node, rounding)
        position = list(graph.node).index(node)
        graph.node.remove(node)
        for offset, new in enumerate(nodes):
            graph.node.insert(position + offset, new)
    fuse_products(graph)
    if not any(o.domain == "com.microsoft" for o in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    onnx.save(model, path)


def layer_of(product: onnx.NodeProto) -> str:
    """The module that a product was traced from: nodes are called after them."""
    return product.name.lstrip("/").replace("/", ".").removeprefix("model.").rpartition(".")[0]


def rounding_nodes(graph: onnx.GraphProto, dynamic: onnx.NodeProto, rounding: Rounding) -> list[onnx.NodeProto]:
    """What takes the place of one DynamicQuantizeLinear; a token's divisor is the tensor `size_of(input)`."""
    (values,), (quantised, scale, zero) = dynamic.input, dynamic.output
    graph.initializer.append(helper.make_tensor(scale, TensorProto.FLOAT, [], [rounding.scale]))
    graph.initializer.append(helper.make_tensor(zero, TensorProto.UINT8, [], [rounding.zero]))
    even = f"{values}_even"
    if rounding.divisors is not None:
        factors = f"{values}_factors"
        graph.initializer.append(numpy_helper.from_array((1 / rounding.divisors).numpy(), factors))
        nodes = [helper.make_node("Mul", [values, factors], [even], name=even)]
    else:
        least, largest, axis, size = f"{values}_least", f"{values}_largest", f"{values}_axis", size_of(quantised)
        graph.initializer.append(helper.make_tensor(axis, TensorProto.INT64, [1], [-1]))
        graph.initializer.append(helper.make_tensor(least, TensorProto.FLOAT, [], [BY_TOKEN_LEAST]))
        nodes = [
            helper.make_node("ReduceMax", [values, axis], [largest], name=largest, keepdims=1),
            helper.make_node("Max", [largest, least], [size], name=size),
            helper.make_node("Div", [values, size], [even], name=even),
        ]
    return [*nodes, helper.make_node("QuantizeLinear", [even, scale, zero], [quantised], name=dynamic.name)]


def size_of(quantised: str) -> str:
    return f"{quantised}_size"


def fuse_products(graph: onnx.GraphProto) -> None:
    """int8 product, cast and multiplication with both scales as the one operator that ONNX Runtime has for them; it adds the bias
    too, but for that of a layer before an activation, which is added with it, and after products of tokens of a size of their own."""
    users = {name: node for node in graph.node for name in node.input}
    makers = {name: node for node in graph.node for name in node.output}
    for product in [n for n in graph.node if n.op_type == "MatMulInteger"]:
        cast = users[product.output[0]]
        scaled = users[cast.output[0]]
        scales = makers[next(name for name in scaled.input if name != cast.output[0])]
        values, weights, value_zero, weight_zero = product.input
        value_scale, weight_scale = sorted(scales.input, key=lambda name: "weight" in name.lower() or "onnx::" in name)
        inputs, (output,) = [values, weights, value_scale, weight_scale, value_zero, weight_zero], scaled.output
        gone, after = [product, cast, scaled, scales], []
        position = list(graph.node).index(scaled)
        if size_of(values) in makers:
            after = [helper.make_node("Mul", [f"{output}_even", size_of(values)], [output], name=f"{output}_sized")]
            output = f"{output}_even"
        elif ".intermediate." not in layer_of(product):
            add = users[output]
            inputs += [name for name in add.input if name != output]
            output, position, gone = add.output[0], list(graph.node).index(add), [*gone, add]
        fused = helper.make_node("MatMulIntegerToFloat", inputs, [output], name=product.name, domain="com.microsoft")
        for offset, node in enumerate((fused, *after)):
            graph.node.insert(position + offset, node)
        for node in gone:
            graph.node.remove(node)
