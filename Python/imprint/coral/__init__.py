"""Coral's names, so that Coral's scripts run as they are.

On the command line::

    python -m imprint.coral imprinting_learning.py --model_path … --data … --output …

or in a program, before it imports Coral's modules::

    import imprint.coral
    imprint.coral.install()
    from pycoral.learn.imprinting.engine import ImprintingEngine

Without this nothing is called ``edgetpu``, ``pycoral`` or ``tflite_runtime``. The modules cover what retraining and running
classifiers need; see Documentation/coming-from-coral.md. Models run on the processor, and those compiled for an Edge TPU on
one, through Coral's library libedgetpu.
"""

import importlib.util
import sys
import types

from . import _adapters, _engines, _interpreters, _learning, _ops

# Each module with the names in it.
_MODULES = {
    "pycoral.adapters.common": _adapters.COMMON,
    "pycoral.adapters.classify": _adapters.CLASSIFY,
    "pycoral.learn.imprinting.engine": {"ImprintingEngine": _learning.ImprintingEngine},
    "pycoral.learn.backprop.softmax_regression": {"SoftmaxRegression": _learning.SoftmaxRegression},
    "pycoral.utils.dataset": {"read_label_file": _adapters.read_label_file},
    "pycoral.utils.edgetpu": _interpreters.PYCORAL,
    "edgetpu.basic.basic_engine": {"BasicEngine": _engines.BasicEngine},
    "edgetpu.basic.edgetpu_utils": _interpreters.EDGETPU,
    "edgetpu.classification.engine": {
        "BasicEngine": _engines.BasicEngine,
        "ClassificationEngine": _engines.ClassificationEngine,
    },
    "edgetpu.learn.imprinting.engine": {
        "BasicEngine": _engines.BasicEngine,
        "ImprintingEngine": _engines.ImprintingEngine,
    },
    "edgetpu.learn.backprop.ops": _ops.OPS,
    "edgetpu.learn.backprop.softmax_regression": {"SoftmaxRegression": _engines.SoftmaxRegression},
    "edgetpu.learn.utils": {
        "append_fully_connected_and_softmax_layer_to_model": _learning.append_fully_connected_and_softmax_layer_to_model,
        "AppendFullyConnectedAndSoftmaxLayerToModel": _learning.append_fully_connected_and_softmax_layer_to_model,
    },
    "edgetpu.utils.image_processing": {
        "resampling_with_original_ratio": _adapters.resampling_with_original_ratio,
        "ResamplingWithOriginalRatio": _adapters.resampling_with_original_ratio,
    },
    "edgetpu.utils.dataset_utils": {
        "read_label_file": _adapters.read_label_file,
        "ReadLabelFile": _adapters.read_label_file,
    },
}


def install():
    """Makes the modules ``edgetpu`` and ``pycoral`` importable, in place of Coral's if those are installed, and
    ``tflite_runtime`` if that is not.
    """
    modules = dict(_MODULES)
    if "tflite_runtime" not in sys.modules and importlib.util.find_spec("tflite_runtime") is None:
        modules["tflite_runtime.interpreter"] = _interpreters.RUNTIME
    for name, names in modules.items():
        module = _module(name)
        for key, value in names.items():
            setattr(module, key, value)


def _module(name):
    """Returns a module of ours, which it makes with its packages where it is not there."""
    module = sys.modules.get(name)
    if module is None or not getattr(module, "__imprint__", False):
        module = types.ModuleType(name, f"Coral's {name}, answered by Imprint.")
        module.__imprint__ = True
        module.__path__ = []
        sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(_module(parent), child, module)
    return module
