import subprocess
import sys

import numpy
import pytest
from conftest import MATERIAL, needs_material

import imprint
import imprint.coral

SCRIPT = """
import sys
import numpy
from PIL import Image
from pycoral.adapters import classify, common
from pycoral.learn.imprinting.engine import ImprintingEngine
from pycoral.utils.edgetpu import make_interpreter

engine = ImprintingEngine(sys.argv[1])
extractor = make_interpreter(engine.serialize_extractor_model(), device=":0")
extractor.allocate_tensors()
for class_id, value in enumerate((30, 220)):
    common.set_input(extractor, numpy.full((224, 224, 3), value, numpy.uint8))
    extractor.invoke()
    embedding = classify.get_scores(extractor)
    assert len(embedding) == engine.embedding_dim
    engine.train(embedding, class_id)
assert engine.num_classes == 2
interpreter = make_interpreter(engine.serialize_model())
interpreter.allocate_tensors()
common.set_input(interpreter, Image.new("RGB", common.input_size(interpreter), (220, 220, 220)))
interpreter.invoke()
print(classify.get_classes(interpreter, top_k=1)[0].id, sys.argv[2:])
"""


@pytest.fixture(scope="module")
def coral():
    """Coral's modules, which later tests of this process do not see."""
    before = dict(sys.modules)
    imprint.coral.install()
    yield
    for name in set(sys.modules) - set(before):
        if name.split(".")[0] in ("edgetpu", "pycoral", "tflite_runtime"):
            del sys.modules[name]


L2NORM = MATERIAL / "models/mobilenet_v1_1.0_224_l2norm_quant.tflite"
EXTRACTOR = MATERIAL / "models/mobilenet_v1_1.0_224_quant_embedding_extractor.tflite"


def test_nothing_has_corals_names_before():
    script = "import imprint, importlib.util as u; assert not any(map(u.find_spec, ('edgetpu', 'pycoral')))"
    subprocess.run([sys.executable, "-c", script], check=True)


@needs_material
def test_a_script_runs_as_it_is(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    outcome = subprocess.run(
        [sys.executable, "-m", "imprint.coral", tmp_path / "script.py", L2NORM, "--more"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert outcome.stdout == "1 ['--more']\n", outcome.stderr


def test_usage():
    outcome = subprocess.run([sys.executable, "-m", "imprint.coral"], capture_output=True, text=True)
    assert outcome.returncode == 64 and "usage" in outcome.stderr


@needs_material
def test_both_libraries_and_imprints_own_engine_write_the_same_bytes(coral, tmp_path):
    from edgetpu.learn.imprinting.engine import ImprintingEngine as Earlier
    from pycoral.learn.imprinting.engine import ImprintingEngine as Later

    pictures = numpy.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=numpy.uint8)
    earlier, later, own = Earlier(str(L2NORM)), Later(str(L2NORM)), imprint.ImprintingEngine(L2NORM)
    earlier.train(pictures.reshape(3, -1), 0)
    own.train(pictures, 0)
    for embedding in own.embed(pictures):
        later.train(embedding, 0)
    earlier.save_model(str(tmp_path / "earlier.tflite"))
    assert (tmp_path / "earlier.tflite").read_bytes() == later.serialize_model() == own.model()
    assert earlier.classify_with_input_tensor(pictures[0].ravel(), top_k=1)[0][0] == 0
    assert earlier.ClassifyWithInputTensor(pictures[0].ravel(), threshold=1.0) == []


@needs_material
def test_errors_have_corals_words(coral):
    from edgetpu.basic.basic_engine import BasicEngine
    from edgetpu.learn.imprinting.engine import ImprintingEngine as Earlier
    from pycoral.learn.imprinting.engine import ImprintingEngine as Later

    with pytest.raises(ValueError, match="Failed to open file: nowhere"):
        Later("nowhere.tflite")
    with pytest.raises(RuntimeError, match="Failed to open file: nowhere"):
        Earlier("nowhere.tflite")
    with pytest.raises(RuntimeError, match="Could not open 'nowhere.tflite'"):
        BasicEngine("nowhere.tflite")
    with pytest.raises(ValueError, match="must have an L2Norm layer"):
        Later(str(MATERIAL / "models/mobilenet_v1_1.0_224_quant.tflite"))
    engine = Later(str(L2NORM))
    with pytest.raises(RuntimeError, match="Model is not trained"):
        engine.serialize_model()
    with pytest.raises(ValueError, match="too large"):
        engine.train(numpy.ones(engine.embedding_dim), 3)
    kept = Later(str(L2NORM), keep_classes=True)
    with pytest.raises(ValueError, match="Cannot change the base model classes"):
        kept.train(numpy.ones(kept.embedding_dim), 0)


@needs_material
def test_the_last_layer(coral, tmp_path):
    from edgetpu.classification.engine import ClassificationEngine
    from edgetpu.learn.backprop.softmax_regression import SoftmaxRegression

    numpy.random.seed(1)
    embeddings = numpy.abs(numpy.random.randn(40, 1024)).astype(numpy.float32)
    labels = numpy.arange(40) % 2
    embeddings[labels == 1, :8] += 4
    layer = SoftmaxRegression(1024, 2)
    data = {"data_train": embeddings, "labels_train": labels, "data_val": embeddings, "labels_val": labels}
    layer.train_with_sgd(data, 100, 0.05, print_every=0)
    assert layer.get_accuracy(embeddings, labels) > 0.95
    assert layer.run_inference(embeddings[0]) == 0
    layer.save_as_tflite_model(str(EXTRACTOR), str(tmp_path / "layer.tflite"))
    assert ClassificationEngine(str(tmp_path / "layer.tflite")).total_output_array_size() == 2
