"""Prints the multiply-adds of one inference of a model, and the bytes of its weights, as JSON.

    work.py MODEL
"""
import json, sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter(sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
tensors = {one["index"]: one for one in interpreter.get_tensor_details()}
integers = bytes = 0
for operator in interpreter._get_ops_details():
    if operator["op_name"] not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        continue
    weights = tensors[operator["inputs"][1]]
    results = int(np.prod(tensors[operator["outputs"][0]]["shape"]))
    shape = [int(size) for size in weights["shape"]]
    # Weights of [out, height, width, in], [1, height, width, out] or [out, in]: the products of one result.
    integers += results * (shape[1] * shape[2] if operator["op_name"] == "DEPTHWISE_CONV_2D" else int(np.prod(shape[1:])))
    bytes += int(np.prod(shape)) * np.dtype(weights["dtype"]).itemsize
print(json.dumps({"integers": integers, "bytes": bytes}))
