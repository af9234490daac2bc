"""Pictures as the library takes them: paths, the bytes of files, or NumPy arrays of pixels."""

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
        given: A path, the bytes of a file, an array ``[height, width]``, ``[height, width, 1 | 3 | 4]`` or
            ``[n, height, width, 1 | 3 | 4]`` of uint8, a PIL picture, or a list of paths, bytes, arrays or PIL pictures. Bytes
            that hold a NUL are those of a file, and so are a bytearray and a memoryview; other bytes are a path.
        channels: The order of an array's channels: ``"rgb"``, ``"bgr"``, ``"rgba"``, ``"bgra"`` or ``"grey"``; by default
            grey, RGB or RGBA according to their number.
    """

    def __init__(self, given, channels=None):
        if channels is not None and channels not in _CHANNELS:
            raise _invalid(f"channels is {channels!r}", f"it must be one of {', '.join(_CHANNELS)}")
        self.is_single = True
        self._kept = []
        if _is_encoded(given) or _library.is_path(given):
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
        self.kind = _kind(items)
        self.are_files = self.kind == "files"
        if self.kind == "encoded":
            self.names = [str(number) for number in range(1, len(items) + 1)]
            self.argument = (_library.Encoded * len(items))()
            for place, item in enumerate(items):
                self._point(self.argument[place], item)
        elif self.are_files:
            self.names = [os.fsdecode(item) for item in items]
            self.argument = _library.string_array([_library.path_bytes(item) for item in items])
        else:
            self.names = [str(number) for number in range(1, len(items) + 1)]
            self.argument = (_library.Pixels * len(items))()
            for place, item in enumerate(items):
                self._fill(self.argument[place], item, channels, place, len(items))

    def _point(self, encoded, item):
        # A type of ctypes would refuse memory that is only for reading; an array of NumPy does not.
        import numpy

        data = numpy.frombuffer(item, numpy.uint8)
        self._kept.append(data)
        encoded.bytes = ctypes.c_void_p(data.ctypes.data)
        encoded.size = data.size

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


def _is_encoded(value):
    """Whether a value is the bytes of a file; no path holds a NUL, and every picture does."""
    return isinstance(value, (bytearray, memoryview)) or isinstance(value, bytes) and b"\0" in value


def _kind(items):
    """The end of the names of the functions that take these pictures."""
    kinds = {
        "encoded" if _is_encoded(item) else "files" if _library.is_path(item) else "pixels" for item in items
    } or {"pixels"}
    if len(kinds) > 1:
        words = [{"files": "paths", "encoded": "bytes of files", "pixels": "arrays"}[kind] for kind in sorted(kinds)]
        raise _invalid(f"the pictures are {' and '.join(words)}", "give all in one way")
    return kinds.pop()


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
