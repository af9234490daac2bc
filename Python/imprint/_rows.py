"""Rows of a data set as pictures, with their classes and names."""

import hashlib
import os
from typing import NamedTuple

from . import _errors
from ._store import StoreError, Store, needed_fsspec

# The columns of usual data sets, in the order in which they are looked for.
_PICTURES = ("bytes", "content", "image", "jpg", "jpeg", "png", "webp", "picture", "path", "item")
_LABELS = ("label", "class", "cls")
_NAMES = ("path", "__key__", "name")

# The endings of the names of pictures, as the command knows them.
_ENDINGS = set("jpg jpeg jpe jfif png webp bmp dib gif tif tiff heic heif avif".split())

# The files that a worker reads at the same time from a remote store.
_READERS = 32


class Columns(NamedTuple):
    """Which columns of a data set hold what.

    Attributes:
        picture: The column of paths, of files' bytes or of arrays.
        label: The column of the classes' names, a function of a picture's name, or None for the folder of the name.
        name: The column of the names; None where the pictures are paths, or have no names.
        root: The folder whose subfolders are the classes; by default a class is the folder that holds the picture.
    """

    picture: str
    label: object
    name: object
    root: object

    @classmethod
    def chosen(cls, known, picture=None, label=None, name=None, root=None, *, labelled=True):
        """Chooses columns among those that a data set has.

        Args:
            known: The names of its columns.
            picture, label, name, root: What the caller chose.
            labelled: Whether the classes are needed.

        Raises:
            InvalidArgumentError: for a column that is not there.
        """
        known = list(known)

        def column(given, usual, words):
            if given is None:
                return next((each for each in usual if each in known), None)
            if given not in known:
                raise _errors.InvalidArgumentError(
                    f"the data set has no column {given!r} of {words}", f"it has {', '.join(known)}", "InvalidArgument"
                )
            return given

        picture = column(picture, _PICTURES, "pictures")
        if picture is None:
            raise _errors.InvalidArgumentError(
                f"no column holds pictures: there are {', '.join(known)}", "name it with picture=", "InvalidArgument"
            )
        if not labelled:
            label = _no_label
        elif not callable(label):
            label = column(label, _LABELS, "classes")
        name = column(name, _NAMES, "names")
        if name is None and label is None:
            raise _errors.InvalidArgumentError(
                "nothing says of which classes the pictures are", "name a column with label=", "InvalidArgument"
            )
        return cls(picture, label, name if name != picture else None, None if root is None else plain_path(root))

    def used(self):
        """Returns the names of the columns that are needed."""
        found = [self.picture] + [each for each in (self.label, self.name) if isinstance(each, str)]
        return list(dict.fromkeys(found))

    def rows(self, table):
        """Returns the rows ``(label, name, picture)`` of an Arrow table or batch; remote paths are read.

        Raises:
            StoreError: where a remote store cannot be reached.
            InvalidArgumentError: for a row without a class.
        """
        pictures = _values(table, self.picture)
        paths = [each if isinstance(each, str) else None for each in pictures]
        if self.name is not None:
            names = [plain_path(_text(each) or "") for each in _values(table, self.name)]
        else:
            names = [
                plain_path(path) if path is not None else _digest(picture) for path, picture in zip(paths, pictures)
            ]
        if isinstance(self.label, str):
            labels = [_text(each) for each in _values(table, self.label)]
        else:
            labels = [self.label(each) if self.label else self._folder(each) for each in names]
        for label, name in zip(labels, names):
            if not label and self.label is not _no_label:
                raise _errors.InvalidArgumentError(
                    f"{name} is of no class", "name the column or function of the classes with label=", "InvalidArgument"
                )
        return list(zip(labels, names, pictures))

    def _folder(self, name):
        if self.root is None:
            return os.path.basename(os.path.dirname(name))
        below = os.path.relpath(name, self.root) if "://" not in name else name.removeprefix(self.root).lstrip("/")
        first, _, rest = below.partition("/")
        return first if rest and first != ".." else ""


def pictures_in(folder):
    """Returns the paths of the pictures in a folder and all folders below, sorted; hidden ones are left out.

    Raises:
        InvalidArgumentError: where there are none.
    """
    folder = plain_path(folder).rstrip("/")
    if "://" in folder:
        system, root = needed_fsspec(folder).core.url_to_fs(folder)
        start = folder.removesuffix(root.lstrip("/"))
        found = [start + path.lstrip("/") for path in system.find(root)]
    else:
        found = [os.path.join(place, name) for place, _, names in os.walk(folder) for name in names]
    known = [path for path in found if path.rpartition(".")[2].lower() in _ENDINGS]
    paths = sorted(path for path in known if "/." not in path.removeprefix(folder))
    if not paths:
        raise _errors.InvalidArgumentError(f"{folder} holds no pictures", None, "InvalidArgument")
    return paths


def _no_label(_name):
    return ""


def plain_path(path):
    """Returns a local path without the scheme ``file:``, and any other URL as it is."""
    path = os.fspath(path)
    if isinstance(path, str) and path.startswith("file:"):
        path = path.removeprefix("file:")
        return "/" + path.lstrip("/") if path.startswith("/") else path
    return path


def _text(value):
    """Returns a name of a column as text; a WebDataset has it as bytes."""
    if isinstance(value, memoryview):
        return bytes(value).decode("utf-8", "replace").strip()
    return None if value is None else str(value)


def _values(table, name):
    """Returns the values of a column: text, memory of bytes, arrays of pixels, numbers, or None."""
    import pyarrow

    column = table[name] if hasattr(table, "schema") else table.column(name)
    if isinstance(column, pyarrow.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pyarrow.ChunkedArray):
            return [value for chunk in column.chunks for value in _of_array(chunk)]
    return _of_array(column)


def _of_array(column):
    import pyarrow

    kind = column.type
    if pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind):
        return [memoryview(value.as_buffer()).cast("B") if value.is_valid else None for value in column]
    if isinstance(kind, pyarrow.ExtensionType) or pyarrow.types.is_nested(kind):
        # Tensors of Ray: to_numpy keeps the shape of each.
        try:
            return list(column.to_numpy(zero_copy_only=False))
        except TypeError:
            return list(column.to_numpy())
    return column.to_pylist()


def _digest(picture):
    data = picture if isinstance(picture, memoryview) else memoryview(b"" if picture is None else picture.tobytes())
    return hashlib.sha256(data).hexdigest()[:32]


def ahead(rows, size=128):
    """Yields rows in parts whose remote paths have been read, each while the caller works on the one before. A missing file
    becomes the error of its picture.

    Raises:
        StoreError: where the remote store cannot be reached.
    """
    rows = [(label, name, plain_path(each) if isinstance(each, str) else each) for label, name, each in rows]
    remote = next((each for _, _, each in rows if isinstance(each, str) and "://" in each), None)
    if remote is None:
        if rows:
            yield rows
        return
    from concurrent.futures import ThreadPoolExecutor

    needed_fsspec(remote)
    stores = {}
    with ThreadPoolExecutor(_READERS) as pool:

        def begun(start):
            return [pool.submit(_read, row, stores) for row in rows[start : start + size]]

        waiting = begun(0)
        for start in range(size, len(rows) + size, size):
            following = begun(start)
            yield [each.result() for each in waiting]
            waiting = following


def fetched(rows):
    """Returns rows whose remote paths have been read; see :func:`ahead`."""
    return [row for part in ahead(rows) for row in part]


def _read(row, stores):
    """Reads the picture of a row whose path is remote."""
    label, name, path = row
    if not isinstance(path, str) or "://" not in path:
        return row
    folder, _, file = path.rpartition("/")
    try:
        data = stores.setdefault(folder, Store(folder)).read(file)
    except StoreError:
        raise
    except OSError as error:
        return label, name, _errors.PictureError(f"{path}: {error}", None, "PictureError.cannotRead")
    if data is None:
        return label, name, _errors.PictureError(f"{path}: there is no such file", None, "PictureError.cannotRead")
    return label, name, memoryview(data)
