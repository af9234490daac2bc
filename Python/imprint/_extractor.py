"""Extractors of embeddings."""

import ctypes
import os

from . import _library
from ._default_model import model_bytes
from ._pictures import Pictures
from ._progress import Meter

ELEMENTS = ("uint8", "int8", "float32")


class Extractor(_library.Handle):
    """A frozen network that turns pictures into embeddings: a model up to the vector that its last layer reads.

    ::

        extractor = imprint.Extractor()
        x = extractor(["rose.jpg", "tulip.jpg"])        # float32 [2, extractor.dimension]

    Args:
        model: A classifier, a model with the imprinting tail, or a bare embedding extractor; by default the default model.
        resize, arithmetic, device, threads, mean, std, cache: As for :class:`Classifier`.
        augment: ``"none"``, or the ``"five"`` or ``"thirteen"`` views of each picture that are embedded.

    Attributes:
        dimension: The number of elements of an embedding.
        views: The number of views of each picture.
        element: The type of an element as the network has it: ``"uint8"``, ``"int8"`` or ``"float32"``.
        zero_point, scale: An element stands for the real number (element − zero_point) · scale.
    """

    _free = "imprint_extractor_free"

    def __init__(
        self,
        model=None,
        *,
        resize=None,
        augment=None,
        arithmetic=None,
        device=None,
        threads=None,
        mean=None,
        std=None,
        cache=None,
        progress=None,
    ):
        path = model_bytes(model, progress)
        made = ctypes.c_void_p()
        options = _library.Options(
            resize=resize,
            augment=augment,
            arithmetic=arithmetic,
            device=device,
            threads=threads,
            mean=mean,
            std=std,
            cache=cache,
            trial=_library.trial(),
        )
        with options as pointer:
            _library.call("extractor_open", path, pointer, ctypes.byref(made))
        super().__init__(made.value)
        self._name = os.fsdecode(path)
        form = _library.EmbeddingForm()
        _library.call("extractor_form", made.value, ctypes.byref(form))
        self.dimension = form.dimension
        self.views = form.views
        self.element = ELEMENTS[form.element]
        self.zero_point = form.zero_point
        self.scale = form.scale

    def __call__(self, pictures, **options):
        """Returns embeddings; see :meth:`embed`."""
        return self.embed(pictures, **options)

    def embed(self, pictures, *, channels=None, progress=None):
        """Returns the embeddings of pictures as real numbers, on all cores.

        Args:
            pictures, channels, progress: As for :meth:`Classifier.classify`.

        Returns:
            An array of float32: ``[d]`` for one picture, ``[n, d]`` for many; with several views ``[views, d]`` and
            ``[n, views, d]``.

        Raises:
            PictureError: for a file that cannot be read.
        """
        import numpy

        raw = self.embed_raw(pictures, channels=channels, progress=progress)
        if self.element == "float32":
            return raw
        return (raw.astype("float32") - numpy.float32(self.zero_point)) * numpy.float32(self.scale)

    def embed_raw(self, pictures, *, channels=None, progress=None):
        """Returns embeddings as the network has them, which an :class:`EmbeddingSet` stores: as :meth:`embed` does, but an
        array of :attr:`element`.
        """
        import numpy

        given = Pictures(pictures, channels)
        embeddings = numpy.empty((given.count, self.views, self.dimension), self.element)
        if given.count:
            with self._use() as pointer, Meter(False if given.is_single else progress, "Embedding") as meter:
                meter.call(
                    "extractor_embed_" + given.kind,
                    pointer,
                    given.argument,
                    given.count,
                    meter.argument,
                    None,
                    embeddings.ctypes.data,
                )
        if self.views == 1:
            embeddings = embeddings[:, 0]
        return embeddings[0] if given.is_single else embeddings

    def __repr__(self):
        return f"<Extractor {self._name!r}, {self.dimension} elements{', closed' if self.closed else ''}>"
