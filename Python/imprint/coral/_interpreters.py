"""pycoral.utils.edgetpu: LiteRT's interpreter, with Coral's delegate for models that were compiled for an Edge TPU."""

import ctypes
import functools
import os
import re

import numpy
from ai_edge_litert.interpreter import Interpreter, load_delegate

_LIBRARY = "libedgetpu.so.1"
_COMPILED = b"edgetpu-custom-op"


class _NoDelegate:
    """Stands for the delegate where Coral's library is not installed: models run on the processor."""

    def __init__(self, options, error):
        self.options = options
        self.error = error


def load_edgetpu_delegate(options=None):
    """Loads Coral's delegate; where its library is not installed, returns what stands for the processor."""
    device = (options or {}).get("device", "")
    if device and not re.fullmatch(r"(usb|pci)?(:\d+)?|/dev/.+", device):
        raise ValueError(f"Failed to load delegate from {_LIBRARY}: there is no device {device!r}")
    try:
        ctypes.CDLL(_LIBRARY)
    except OSError as error:
        return _NoDelegate(options or {}, error)
    return load_delegate(_LIBRARY, options or {})


def make_interpreter(model_path_or_content, device=None, delegate=None):
    """Returns an interpreter for a model's file or bytes.

    A model that was compiled for an Edge TPU runs on one, any other model on the processor.

    Raises:
        ValueError: where the file cannot be read, or a compiled model finds no device.
    """
    if isinstance(model_path_or_content, (bytes, bytearray)):
        content = bytes(model_path_or_content)
    else:
        try:
            with open(model_path_or_content, "rb") as file:
                content = file.read()
        except OSError:
            raise ValueError(f"Could not open '{model_path_or_content}'.") from None
    delegate = delegate or load_edgetpu_delegate({"device": device} if device else {})
    if _COMPILED not in content:
        return Interpreter(model_content=content)
    if isinstance(delegate, _NoDelegate):
        raise ValueError(
            f"Failed to load delegate from {_LIBRARY}: {delegate.error}; this model was compiled for an Edge TPU, "
            "which needs Coral's library and a device"
        )
    return Interpreter(model_content=content, experimental_delegates=[delegate])


def run_inference(interpreter, input_data):
    """Runs a model on the bytes of its input: an array of uint8, bytes, or a pointer and a size."""
    details = interpreter.get_input_details()[0]
    shape = details["shape"]
    expected = int(numpy.prod(shape))
    if isinstance(input_data, tuple) and len(input_data) == 2 and isinstance(input_data[0], ctypes.c_void_p):
        pointer, size = input_data
        _check(size, expected)
        data = numpy.frombuffer((ctypes.c_uint8 * expected).from_address(pointer.value), numpy.uint8)
    elif isinstance(input_data, (bytes, bytearray, memoryview)):
        _check(len(input_data), expected)
        data = numpy.frombuffer(input_data, numpy.uint8, expected)
    elif isinstance(input_data, numpy.ndarray):
        _check(len(input_data), expected)
        data = input_data[:expected]
    else:
        raise TypeError("input data type is not supported.")
    interpreter.set_tensor(details["index"], data.astype(details["dtype"], copy=False).reshape(shape))
    # The interpreter's own function refuses while somebody holds a view of a tensor, which Coral's allows.
    inner = getattr(interpreter, "_interpreter", None)
    (inner.Invoke if hasattr(inner, "Invoke") else interpreter.invoke)()


def _check(size, expected):
    if size < expected:
        raise ValueError(f"input size={size}, expected={expected}.")


class _Device(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("path", ctypes.c_char_p)]


@functools.cache
def _library():
    try:
        opened = ctypes.CDLL(os.environ.get("IMPRINT_EDGETPU") or _LIBRARY)
        opened.edgetpu_list_devices.restype = ctypes.POINTER(_Device)
        opened.edgetpu_list_devices.argtypes = [ctypes.POINTER(ctypes.c_size_t)]
        opened.edgetpu_free_devices.restype = None
        opened.edgetpu_free_devices.argtypes = [ctypes.POINTER(_Device)]
        opened.edgetpu_version.restype = ctypes.c_char_p
        return opened
    except (OSError, AttributeError):
        return None


def list_edge_tpus():
    """Returns the Edge TPUs of this machine: dicts of ``type`` and ``path``."""
    opened = _library()
    if opened is None:
        return []
    count = ctypes.c_size_t()
    devices = opened.edgetpu_list_devices(ctypes.byref(count))
    found = [
        {"type": "usb" if devices[place].type == 1 else "pci", "path": (devices[place].path or b"").decode()}
        for place in range(count.value)
    ]
    if devices:
        opened.edgetpu_free_devices(devices)
    return found


def get_runtime_version():
    """Returns the version of Coral's library; an empty text where it is not installed."""
    opened = _library()
    return (opened.edgetpu_version() or b"").decode() if opened else ""


def set_verbosity(_verbosity):
    """Does nothing: the log of Coral's library stays as it is."""
    return True


def list_edge_tpu_paths(_state=None):
    """Returns the paths of the Edge TPUs of this machine."""
    return tuple(device["path"] for device in list_edge_tpus())


PYCORAL = {
    "get_runtime_version": get_runtime_version,
    "list_edge_tpus": list_edge_tpus,
    "load_edgetpu_delegate": load_edgetpu_delegate,
    "make_interpreter": make_interpreter,
    "run_inference": run_inference,
    "set_verbosity": set_verbosity,
}
EDGETPU = {
    "EDGE_TPU_STATE_ASSIGNED": 1,
    "EDGE_TPU_STATE_NONE": 2,
    "EDGE_TPU_STATE_UNASSIGNED": 0,
    "GetRuntimeVersion": get_runtime_version,
    "ListEdgeTpuPaths": list_edge_tpu_paths,
}
RUNTIME = {"Interpreter": Interpreter, "load_delegate": load_delegate}
