"""The library behind the package, opened when it is first needed."""

import atexit
import ctypes
import functools
import importlib.machinery
import os
import sys
import time
from _thread import allocate_lock

from . import _errors

_HERE = os.path.dirname(os.path.realpath(__file__))

# The libraries that Python's packages bring: the variable that names them, the package, the folder beside its folder, and how
# the names of the files begin. Where there are several, the last is what is needed, and the others are what it needs.
_NATIVE = [
    ("IMPRINT_LITERT", "ai_edge_litert", "ai_edge_litert", ["libLiteRt.so"]),
    ("IMPRINT_VIPS", "_libvips", "pyvips_binary.libs", ["libvips-"]),
    ("IMPRINT_OPENBLAS", "scipy_openblas32", "scipy_openblas32/lib", ["libscipy_openblas."]),
    ("IMPRINT_HEIF", "pi_heif", "pi_heif.libs", ["libde265", "libheif"]),
]


class Pixels(ctypes.Structure):
    """A picture in memory: imprint_pixels."""

    _fields_ = [
        ("pixels", ctypes.c_void_p),
        ("width", ctypes.c_int32),
        ("height", ctypes.c_int32),
        ("bytes_per_row", ctypes.c_size_t),
        ("format", ctypes.c_int),
    ]


class Encoded(ctypes.Structure):
    """The bytes of a picture's file: imprint_encoded."""

    _fields_ = [("bytes", ctypes.c_void_p), ("size", ctypes.c_size_t)]


class EmbeddingForm(ctypes.Structure):
    """The form of embeddings: imprint_embedding_form."""

    _fields_ = [
        ("dimension", ctypes.c_size_t),
        ("views", ctypes.c_size_t),
        ("element", ctypes.c_int),
        ("zero_point", ctypes.c_int32),
        ("scale", ctypes.c_float),
        ("is_non_negative", ctypes.c_int32),
    ]


Progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t)

Report = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_double, ctypes.c_double, ctypes.c_double
)

_p = ctypes.c_void_p
_pp = ctypes.POINTER(ctypes.c_void_p)
_s = ctypes.c_char_p
_ss = ctypes.POINTER(ctypes.c_char_p)
_n = ctypes.c_size_t
_i = ctypes.c_int
_f = ctypes.c_float
_run = [Progress, _p]
_files = [_ss, _n]
_pixels = [ctypes.POINTER(Pixels), _n]
_encoded = [ctypes.POINTER(Encoded), _n]

# The functions that return a status: their arguments before the error.
_FALLIBLE = {
    "options_set": [_p, _s, _s],
    "default_model_path": [_pp],
    "default_model_make": [_s, _s, *_run],
    "classifier_open": [_s, _p, _pp],
    "classifier_open_bytes": [_s, _n, _p, _pp],
    "classifier_classify_files": [_p, *_files, _f, _n, *_run, _pp],
    "classifier_classify_pixels": [_p, *_pixels, _f, _n, *_run, _pp],
    "classifier_classify_encoded": [_p, *_encoded, _f, _n, *_run, _pp],
    "classifier_score_files": [_p, *_files, *_run, _p],
    "classifier_score_pixels": [_p, *_pixels, *_run, _p],
    "classifier_score_encoded": [_p, *_encoded, *_run, _p],
    "classifier_evaluate": [_p, _s, _i, *_run, _pp],
    "extractor_open": [_s, _p, _pp],
    "extractor_form": [_p, ctypes.POINTER(EmbeddingForm)],
    "extractor_embed_files": [_p, *_files, *_run, _p],
    "extractor_embed_pixels": [_p, *_pixels, *_run, _p],
    "extractor_embed_encoded": [_p, *_encoded, *_run, _p],
    "teacher_open": [_s, _p, _pp],
    "teacher_open_from": [_s, _p, _p, _pp],
    "teacher_continue": [_s, _p, _pp],
    "teacher_learn_folder": [_p, _s, _i, *_run, _pp],
    "teacher_learn_files": [_p, _ss, _ss, _n, _i, *_run, _pp],
    "teacher_learn_pixels": [_p, ctypes.POINTER(Pixels), _ss, _n, *_run, _pp],
    "teacher_learn_encoded": [_p, ctypes.POINTER(Encoded), _ss, _n, _i, *_run, _pp],
    "teacher_labels": [_p, _pp],
    "teacher_estimate": [_p, _pp],
    "teacher_save": [_p, _s, _i],
    "teacher_model": [_p, _pp],
    "teacher_embeddings": [_p, _pp],
    "embedding_set_create": [_p, _p, _pp],
    "embedding_set_create_foreign": [_s, ctypes.POINTER(EmbeddingForm), _p, _pp],
    "embedding_set_create_shard": [_p, _s, _n, _n, _p, _pp],
    "embedding_set_read": [_s, _pp],
    "embedding_set_from_bytes": [_s, _n, _pp],
    "embedding_set_copy": [_p, _pp],
    "embedding_set_sorted": [_p, _p, _pp],
    "embedding_set_write": [_p, _s],
    "embedding_set_bytes": [_p, _pp],
    "embedding_set_form": [_p, ctypes.POINTER(EmbeddingForm)],
    "embedding_set_describe": [_p, _pp],
    "embedding_set_add": [_p, _p, _ss, _ss, _n],
    "embedding_set_embed_files": [_p, _p, _ss, _ss, _ss, _n, *_run, _pp],
    "embedding_set_embed_encoded": [_p, _p, ctypes.POINTER(Encoded), _ss, _ss, _n, *_run, _pp],
    "embedding_set_embed_pixels": [_p, _p, ctypes.POINTER(Pixels), _ss, _ss, _n, *_run, _pp],
    "embedding_set_embeddings": [_p, _p],
    "embedding_set_merge": [_p, _p],
    "embedding_set_sort": [_p],
    "embedding_set_subtract": [_p, _p],
    "embedding_set_remove": [_p, _s, _s],
    "embedding_set_rename": [_p, _s, _s],
    "head_solve": [_p, _p, _pp],
    "head_logits": [_p, _p, _n, _p],
    "head_estimate": [_p, _pp],
    "engine_open": [_s, _p, _pp],
    "engine_train": [_p, _p, _n, _n],
    "engine_train_embedding": [_p, _p, _n, _n],
    "engine_name": [_p, _n, _s],
    "engine_embed": [_p, _p, _n, _p],
    "engine_classify_tensor": [_p, _p, _n, _f, _n, _pp],
    "engine_save": [_p, _s],
    "engine_model": [_p, _pp],
    "engine_extractor": [_p, _pp],
    "regression_create": [_n, _n, ctypes.c_double, ctypes.c_double, ctypes.c_uint64, _pp],
    "regression_train": [_p, _p, _p, _n, _p, _p, _n, _n, ctypes.c_double, _n, _n, Report, _p],
    "regression_scores": [_p, _p, _n, _p],
    "regression_parameters": [_p, _p, _p],
    "regression_model": [_p, _s, _pp],
    "append_softmax": [_s, _p, _n, _p, _n, _f, _f, _pp],
    "inspect": [_s, _pp],
}

# The other functions: their result and arguments.
_PLAIN = {
    "version": (_s, []),
    "error_message": (_s, [_p]),
    "error_remedy": (_s, [_p]),
    "error_identifier": (_s, [_p]),
    "error_free": (None, [_p]),
    "bytes_data": (_p, [_p]),
    "bytes_size": (_n, [_p]),
    "bytes_free": (None, [_p]),
    "options_create": (_p, []),
    "options_free": (None, [_p]),
    "classifier_class_count": (_n, [_p]),
    "classifier_label": (_s, [_p, _n]),
    "classifier_input": (None, [_p, ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_int32)]),
    "classifier_free": (None, [_p]),
    "answers_count": (_n, [_p]),
    "answers_error": (_s, [_p, _n]),
    "answers_is_unknown": (_i, [_p, _n]),
    "answers_novelty_score": (_f, [_p, _n]),
    "answers_class_count": (_n, [_p, _n]),
    "answers_class_id": (ctypes.c_int32, [_p, _n, _n]),
    "answers_label": (_s, [_p, _n, _n]),
    "answers_score": (_f, [_p, _n, _n]),
    "answers_free": (None, [_p]),
    "extractor_free": (None, [_p]),
    "teacher_free": (None, [_p]),
    "embedding_set_free": (None, [_p]),
    "head_class_count": (_n, [_p]),
    "head_free": (None, [_p]),
    "engine_class_count": (_n, [_p]),
    "engine_dimension": (_n, [_p]),
    "engine_input": (None, [_p, ctypes.POINTER(ctypes.c_int32), ctypes.POINTER(ctypes.c_int32)]),
    "engine_free": (None, [_p]),
    "regression_free": (None, [_p]),
    "command": (None, [_ss, _n, _ss, _n]),
}


class _Functions:
    """The functions of the library; each gets its types when it is first used."""

    def __init__(self, opened):
        self._opened = opened

    def __getattr__(self, name):
        function = getattr(self._opened, name)
        short = name.removeprefix("imprint_")
        if short in _FALLIBLE:
            function.restype, function.argtypes = _i, [*_FALLIBLE[short], _pp]
        else:
            function.restype, function.argtypes = _PLAIN[short]
        setattr(self, name, function)
        return function


@functools.cache
def library():
    """Returns the functions of the library."""
    _name_native_libraries()
    path = os.environ.get("IMPRINT_LIBRARY") or os.path.join(_HERE, "libimprint.so")
    try:
        return _Functions(ctypes.CDLL(path))
    except OSError as error:
        raise _errors.RuntimeMissingError(
            f"the library of Imprint cannot be opened: {error}", "install a wheel for this system"
        ) from None


def _name_native_libraries():
    """Names the libraries that Python's packages bring, unless the user has named others."""
    for variable, package, folder, starts in _NATIVE:
        if os.environ.get(variable):
            continue
        # Packages that were installed with this one are beside it: to search all of Python's path takes longer.
        path = os.path.join(os.path.dirname(_HERE), folder)
        if not os.path.isdir(path):
            found = importlib.machinery.PathFinder.find_spec(package)
            if found is None or not found.origin:
                continue
            # A package is a folder with an __init__.py, or a single file.
            beside = os.path.dirname(found.origin)
            if found.submodule_search_locations:
                beside = os.path.dirname(beside)
            path = os.path.join(beside, folder)
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        files = [next((name for name in names if name.startswith(start)), None) for start in starts]
        if None not in files:
            os.environ[variable] = ":".join(os.path.join(path, name) for name in files)
    bundled = os.path.join(_HERE, "libturbojpeg.so.0")
    if os.path.exists(bundled):
        os.environ.setdefault("IMPRINT_TURBOJPEG", bundled)


class _Running:
    """The calls that run. The interpreter must not end, and with it the library's statics, while threads are in the library."""

    # The seconds that the end of the interpreter waits for calls that cannot be cancelled.
    PATIENCE = 20

    def __init__(self):
        self.is_ending = False
        self._count = 0
        # The module threading would cost more than the rest of this file.
        self._lock = allocate_lock()
        atexit.register(self._end)

    def __enter__(self):
        with self._lock:
            self._count += 1

    def __exit__(self, *_):
        with self._lock:
            self._count -= 1

    def _end(self):
        self.is_ending = True
        end = time.monotonic() + self.PATIENCE
        while self._count and time.monotonic() < end:
            time.sleep(0.005)

    def stay(self):
        """Holds a thread whose call the end of the interpreter has stopped until the process is gone. What it raised would be
        printed, and a thread that prints while the interpreter ends can abort the process."""
        while True:
            time.sleep(60)


running = _Running()


def call(name, *arguments):
    """Calls a function that can fail.

    Raises:
        ImprintError: of the type that suits the error.
    """
    opened = library()
    error = ctypes.c_void_p()
    began_before_end = not running.is_ending
    with running:
        status = getattr(opened, "imprint_" + name)(*arguments, ctypes.byref(error))
    if running.is_ending and began_before_end:
        running.stay()
    if status == 0:
        return
    pointer = error.value
    try:
        parts = [
            text and text.decode()
            for text in (
                opened.imprint_error_message(pointer),
                opened.imprint_error_remedy(pointer),
                opened.imprint_error_identifier(pointer),
            )
        ]
    finally:
        opened.imprint_error_free(pointer)
    raise _errors.made(status, *parts)


def taken_bytes(pointer):
    """Returns a copy of bytes that the library returned, and frees them."""
    opened = library()
    try:
        return ctypes.string_at(opened.imprint_bytes_data(pointer), opened.imprint_bytes_size(pointer))
    finally:
        opened.imprint_bytes_free(pointer)


def returned_bytes(name, *arguments):
    """Calls a function whose last output is bytes, and returns them."""
    made = ctypes.c_void_p()
    call(name, *arguments, ctypes.byref(made))
    return taken_bytes(made.value)


def returned_json(name, *arguments):
    """Calls a function whose last output is JSON, and returns its value."""
    import json

    return json.loads(returned_bytes(name, *arguments))


def path_bytes(path):
    """Returns a path as the library takes it: UTF-8.

    Raises:
        InvalidArgumentError: for a path that is no text, or holds a NUL.
    """
    try:
        text = os.fsdecode(path)
        data = text.encode()
    except TypeError:
        raise _errors.InvalidArgumentError(
            f"a path is {path!r}", "give a str, bytes or pathlib.Path", "InvalidArgument"
        ) from None
    except UnicodeEncodeError:
        raise _errors.InvalidArgumentError(
            f"the path {text!r} is not UTF-8", "rename the file", "InvalidArgument"
        ) from None
    if not data or b"\0" in data:
        raise _errors.InvalidArgumentError(f"{text!r} names no file", None, "InvalidArgument")
    return data


def is_path(value):
    """Whether a value is a path."""
    return isinstance(value, (str, bytes, os.PathLike))


def string_array(texts):
    """Returns texts, as bytes, as an array for C."""
    return (ctypes.c_char_p * len(texts))(*texts)


class Options:
    """Options by name, for the functions that open something; None leaves one out."""

    def __init__(self, **values):
        self._pointer = library().imprint_options_create()
        try:
            for name, value in values.items():
                if value is not None:
                    call("options_set", self._pointer, name.replace("_", "-").encode(), self._text(value).encode())
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _text(value):
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (list, tuple)):
            return ",".join(map(str, value))
        return str(value)

    def __enter__(self):
        return self._pointer

    def __exit__(self, *_):
        self.close()

    def close(self):
        library().imprint_options_free(self._pointer)
        self._pointer = None


def trial():
    """The words that run the command in a new process, for the option ``trial``."""
    return "\n".join(command_words()) if sys.executable else None


def command_words():
    """The words of a process that runs the command."""
    return [sys.executable, os.path.join(_HERE, "_program.py")]


def label_text(labels):
    """Returns names of classes, or the file of them, as the text of a label file; None for None."""
    if labels is None:
        return None
    if is_path(labels):
        with open(os.fsdecode(labels), encoding="utf-8") as file:
            return file.read()
    if isinstance(labels, dict):
        return "".join(f"{number}  {name}\n" for number, name in sorted(labels.items()))
    return "".join(f"{number}  {name}\n" for number, name in enumerate(labels))


class Handle:
    """An object of the library. Any number of threads may use it at the same time, and close it while others use it."""

    _free = ""

    def __init__(self, pointer):
        self._pointer = pointer
        self._lock = allocate_lock()
        self._users = 0
        self._is_closed = False
        self._process = os.getpid()

    def _use(self):
        return _Use(self)

    def close(self):
        """Frees the memory. Calls that are under way end first; later ones raise ClosedError."""
        lock = getattr(self, "_lock", None)
        if lock is None:
            return
        with lock:
            self._is_closed = True
            pointer = self._pointer if self._users == 0 else None
            if pointer:
                self._pointer = None
        # A child process has none of the library's threads, and must not wait for them.
        if pointer and self._process == os.getpid():
            getattr(library(), self._free)(pointer)

    @property
    def closed(self):
        """Whether the object is closed."""
        return self._is_closed

    def __enter__(self):
        if self._is_closed:
            raise _errors.ClosedError(f"this {type(self).__name__} is closed")
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        try:
            self.close()
        except Exception:  # At the end of the interpreter, parts of it are missing.
            pass

    def __reduce__(self):
        raise TypeError(
            f"a {type(self).__name__} cannot be pickled: it holds an object of the library; open another one"
        )


class _Use:
    """A call that uses a handle, which stays alive until its end."""

    __slots__ = ("_handle",)

    def __init__(self, handle):
        self._handle = handle

    def __enter__(self):
        handle = self._handle
        with handle._lock:
            if handle._is_closed or not handle._pointer:
                raise _errors.ClosedError(f"this {type(handle).__name__} is closed", "open another one", "Closed")
            handle._users += 1
            return handle._pointer

    def __exit__(self, *_):
        handle = self._handle
        with handle._lock:
            handle._users -= 1
            ends = handle._is_closed and handle._users == 0
        if ends:
            handle.close()
