"""Pictures as the library takes them: paths, or NumPy arrays of bytes."""

import ctypes
import os

from . import _errors, _library

_CHANNELS = {"rgb": (0, 3), "bgr": (1, 3), "rgba": (2, 4), "bgra": (3, 4), "grey": (4, 1), "gray": (4, 1)}
_USUAL = {1: 4, 3: 0, 4: 2}


def _invalid(message, remedy=None):
    return _errors.InvalidArgumentError(message, remedy, "InvalidArgument")


class Pictures:
    """Pictures for one call, and what keeps their memory alive.

    Args:
        given: A path, an array ``[height, width]``, ``[height, width, 1 | 3 | 4]`` or ``[n, height, width, 1 | 3 | 4]`` of
            uint8, a PIL picture, or a list of paths, arrays or PIL pictures.
        channels: The order of an array's channels: ``"rgb"``, ``"bgr"``, ``"rgba"``, ``"bgra"`` or ``"grey"``; by default
            grey, RGB or RGBA according to their number.
    """

    def __init__(self, given, channels=None):
        if channels is not None and channels not in _CHANNELS:
            raise _invalid(f"channels is {channels!r}", f"it must be one of {', '.join(_CHANNELS)}")
        self.is_single = True
        self._kept = []
        if _library.is_path(given):
            items = [given]
        elif _is_array(given):
            array = _array(given)
            if array.ndim == 4:
                self.is_single = False
                items = list(array)
            else:
                items = [array]
        elif isinstance(given, (dict, set)) or not hasattr(given, "__iter__"):
            raise _invalid(f"a picture is of the type {type(given).__name__}", "give a path, or a NumPy array of uint8")
        else:
            self.is_single = False
            items = list(given)
        self.count = len(items)
        self.are_files = bool(items) and all(_library.is_path(item) for item in items)
        if self.are_files:
            self.names = [os.fsdecode(item) for item in items]
            self.argument = _library.string_array([_library.path_bytes(item) for item in items])
        else:
            if any(_library.is_path(item) for item in items):
                raise _invalid("the pictures are paths and arrays", "give all as paths, or all as arrays")
            self.names = [str(number) for number in range(1, len(items) + 1)]
            self.argument = (_library.Pixels * len(items))()
            for place, item in enumerate(items):
                self._fill(self.argument[place], item, channels, place, len(items))

    @property
    def kind(self):
        """The end of the names of the functions that take these pictures."""
        return "files" if self.are_files else "pixels"

    def _fill(self, pixels, item, channels, place, count):
        where = f"picture {place + 1} of {count}" if count > 1 else "the picture"
        array = _array(item)
        if array.dtype.name != "uint8":
            raise _invalid(
                f"{where} is an array of {array.dtype.name}",
                "give bytes: scale it to 0 to 255, and use .astype('uint8')",
            )
        if array.ndim == 2:
            array = array[:, :, None]
        if array.ndim != 3 or array.shape[2] not in _USUAL:
            raise _invalid(
                f"{where} is an array of the shape {list(array.shape)}",
                "a picture is [height, width] or [height, width, 1, 3 or 4]",
            )
        height, width, depth = array.shape
        if height == 0 or width == 0:
            raise _invalid(f"{where} is empty: its shape is {list(array.shape)}")
        pixels.format = _USUAL[depth]
        if channels is not None:
            pixels.format, expected = _CHANNELS[channels]
            if depth != expected:
                raise _invalid(f"{where} has {depth} channels, and {channels} has {expected}")
        # Rows may have gaps between them; anything else is copied.
        if array.strides[1:] != (depth, 1) or array.strides[0] < width * depth:
            import numpy

            array = numpy.ascontiguousarray(array)
        if max(width, height) > 0x7FFFFFFF:
            raise _invalid(f"{where} is too large: its shape is {list(array.shape)}")
        self._kept.append(array)
        pixels.pixels = ctypes.c_void_p(array.ctypes.data)
        pixels.width = width
        pixels.height = height
        pixels.bytes_per_row = array.strides[0] if height > 1 else 0


def _is_array(value):
    return hasattr(value, "__array__") or hasattr(value, "__array_interface__")


def _array(value):
    import numpy

    # A PIL picture of a palette is no picture as an array.
    if hasattr(value, "convert") and hasattr(value, "mode") and value.mode not in ("L", "RGB", "RGBA"):
        value = value.convert("RGBA" if "A" in value.mode or value.mode == "P" else "RGB")
    try:
        return numpy.asarray(value)
    except Exception as error:
        raise _invalid(f"a picture cannot be read as an array: {error}") from None
