"""The paths of the programs and files of the benchmarks."""
import os

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
material = os.path.abspath(os.environ.get("IMPRINT_TEST_MATERIAL") or os.path.join(root, "..", "shared"))
models, tools = os.path.join(material, "models"), os.path.join(material, "tools")
extractor = os.path.join(models, "mobilenet_v1_1.0_224_quant_embedding_extractor.tflite")
flowers = os.path.join(material, "data", "flowers17")

imprint = os.environ.get("IMPRINT_BENCH_COMMAND") or os.path.join(root, ".build-static", "release", "imprint")
document = os.path.join(root, "Documentation", "benchmarks.md")
figures = os.path.join(root, "Benchmarks", ".build", "bench.json")

# The Python of the tests has LiteRT, MediaPipe and Pillow; the Python of the benchmarks has OpenCV and scikit-learn.
python = os.environ.get("IMPRINT_TEST_PYTHON") or os.path.join(root, ".venv", "bin", "python3")
bench_python = os.environ.get("IMPRINT_BENCH_PYTHON") or os.path.join(root, ".venv-bench", "bin", "python3")


def program(name):
    """The path of a Swift program of Benchmarks."""
    return os.path.join(root, "Benchmarks", ".build", "release", name)


def peer(name):
    """The path of a script that does the same task with other libraries."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers", name + ".py")


def tool(name):
    """The path of a script of the test material."""
    return os.path.join(tools, name + ".py")


def classes(folder):
    """The pictures of each class in a folder of class folders, sorted by name."""
    return {
        name: [os.path.join(folder, name, file) for file in sorted(os.listdir(os.path.join(folder, name)))]
        for name in sorted(os.listdir(folder)) if os.path.isdir(os.path.join(folder, name))}
