"""Where a job on several machines keeps its partials, so that a job that was stopped goes on."""

import os
import random
import time
import uuid

from . import _errors

# Services whose files appear whole or not at all: nothing has to be renamed.
_OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss", "r2"}

# What an error of a store means: the file is not there, whatever is tried.
_FINAL = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


class StoreError(_errors.ImprintError):
    """A store cannot be read or written."""


class Store:
    """A folder of partials: a local path, or a URL that fsspec knows, such as ``s3://bucket/folder``.

    Files are written whole or not at all, and calls that fail are made again. No clock is read: what is done is known by
    names alone.

    Args:
        place: The path or URL of the folder; it is made where it is missing.
        options: What fsspec takes for the service, such as ``{"anon": True}``.
        attempts: How often a call is made before its error counts.
        pause: The seconds before the second attempt; each further pause is twice as long, up to 10 seconds.
    """

    def __init__(self, place, options=None, *, attempts=8, pause=0.1):
        self.place = os.fspath(place)
        self.options = dict(options or {})
        self.attempts = attempts
        self.pause = pause
        self._opened = None

    def __reduce__(self):
        return (_remade, (self.place, self.options, self.attempts, self.pause))

    def __str__(self):
        return self.place

    def _open(self):
        """Returns the file system and the folder's path in it."""
        if self._opened is None:
            fsspec = needed_fsspec(self.place)
            system, folder = fsspec.core.url_to_fs(self.place, **self.options)
            self._opened = system, folder.rstrip("/")
        return self._opened

    def child(self, name):
        """Returns the store of a folder within this one."""
        return Store(self.place.rstrip("/") + "/" + name, self.options, attempts=self.attempts, pause=self.pause)

    def read(self, name):
        """Returns the bytes of a file; None where it is not there.

        Raises:
            StoreError: where the store cannot be read.
        """

        def work():
            system, folder = self._open()
            system.invalidate_cache(folder)
            return system.cat_file(f"{folder}/{name}")

        try:
            return self._tried(work, f"{name} cannot be read")
        except FileNotFoundError:
            return None

    def write(self, name, data):
        """Writes a file, whole or not at all; one of the same name is replaced.

        Raises:
            StoreError: where the store cannot be written.
        """

        def work():
            system, folder = self._open()
            if is_object_store(system):
                system.pipe_file(f"{folder}/{name}", data)
                return
            system.makedirs(folder, exist_ok=True)
            # The name of what is being written ends in no name of a partial, and no other writer has it.
            unfinished = f"{folder}/.{name}.{uuid.uuid4().hex}"
            try:
                system.pipe_file(unfinished, data)
                system.mv(unfinished, f"{folder}/{name}")
            except BaseException:
                try:
                    system.rm_file(unfinished)
                except Exception:
                    pass
                raise

        try:
            self._tried(work, f"{name} cannot be written")
        except _FINAL as error:
            raise StoreError(f"{self.place}: {name} cannot be written: {error}", None, "StoreError.write") from error

    def names(self, ending=""):
        """Returns the names of the folder's files that end so, sorted; none where the folder is missing."""

        def work():
            system, folder = self._open()
            system.invalidate_cache(folder)
            return system.ls(folder, detail=False)

        try:
            paths = self._tried(work, "the folder cannot be listed")
        except FileNotFoundError:
            return []
        names = (path.rstrip("/").rsplit("/", 1)[-1] for path in paths)
        return sorted(name for name in names if name.endswith(ending) and not name.startswith("."))

    def _tried(self, work, words):
        """Does work, again and again where it fails for no final reason."""
        for attempt in range(1, self.attempts + 1):
            try:
                return work()
            except _FINAL:
                raise
            except Exception as error:
                if attempt == self.attempts:
                    raise StoreError(
                        f"{self.place}: {words} in {attempt} attempts: {type(error).__name__}: {error}",
                        "start the job again with the same store once it can be reached: it goes on where it stopped",
                        "StoreError.unreachable",
                    ) from error
                # Workers that failed together must not try again together.
                time.sleep(min(10, self.pause * 2 ** (attempt - 1)) * random.uniform(0.5, 1))


def _remade(place, options, attempts, pause):
    return Store(place, options, attempts=attempts, pause=pause)


def store_of(place):
    """Returns the store of a path or URL; None for None."""
    return place if place is None or isinstance(place, Store) else Store(place)


def is_object_store(system):
    """Whether a file system of fsspec shows a file only once it is complete."""
    protocols = system.protocol if isinstance(system.protocol, (tuple, list)) else (system.protocol,)
    return bool(_OBJECT_STORES.intersection(protocols))


def needed_fsspec(place):
    """Imports fsspec.

    Raises:
        InvalidArgumentError: where it is missing.
    """
    try:
        import fsspec
        import fsspec.core
    except ImportError:
        raise _errors.InvalidArgumentError(
            f"{place} needs the package fsspec", "install it: pip install fsspec", "InvalidArgument"
        ) from None
    return fsspec
