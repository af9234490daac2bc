"""Measures one inference of a model on one thread in LiteRT, ONNX Runtime and OpenVINO.

    pip install ai-edge-litert onnxruntime openvino tf2onnx tensorflow-cpu
    python -m tf2onnx.convert --tflite model.tflite --output model.onnx --opset 17
    python runtimes.py model.tflite model.onnx [--turns 3]

OpenVINO reads the .tflite file itself. The runtimes take turns; the figures are the shortest times and the medians.
"""

import argparse
import statistics
import time

import numpy
import onnxruntime
import openvino
from ai_edge_litert.interpreter import Interpreter


def litert(path):
    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    source, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def run(picture):
        interpreter.set_tensor(source["index"], picture)
        interpreter.invoke()
        return interpreter.get_tensor(result["index"])

    return run, source["shape"]


def onnx(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda picture: session.run(None, {name: picture})[0]


def intel(path):
    core = openvino.Core()
    core.set_property("CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1})
    model = core.compile_model(core.read_model(path), "CPU")
    request = model.create_infer_request()
    return lambda picture: request.infer({0: picture})[model.output(0)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("onnx")
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    first, shape = litert(options.model)
    runs = {"LiteRT": first, "ONNX Runtime": onnx(options.onnx), "OpenVINO": intel(options.model)}
    picture = numpy.random.default_rng(0).integers(0, 256, shape).astype(numpy.uint8)
    expected = first(picture)
    times = {name: [] for name in runs}
    for _ in range(options.turns):
        for name, run in runs.items():
            for count in range(68):
                start = time.perf_counter()
                found = run(picture)
                if count >= 8:
                    times[name].append(time.perf_counter() - start)
            if found.argmax() != expected.argmax():
                print(f"{name} names another class")
    for name, found in times.items():
        difference = abs(runs[name](picture) - expected).max()
        print(
            f"{name}: {1000 * min(found):.2f} ms, median {1000 * statistics.median(found):.2f} ms; "
            f"scores differ by at most {difference:.4f}"
        )


if __name__ == "__main__":
    main()
