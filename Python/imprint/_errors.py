"""The exceptions of the package."""


class ImprintError(Exception):
    """Why something failed.

    Attributes:
        message: What is wrong, in one sentence.
        remedy: What to do about it, or None.
        identifier: A name of this kind of error that stays the same from version to version, such as
            ``"PictureError.corrupt"``.
    """

    def __init__(self, message, remedy=None, identifier=""):
        super().__init__(message, remedy, identifier)
        self.message = message
        self.remedy = remedy
        self.identifier = identifier

    def __str__(self):
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class PictureError(ImprintError):
    """A picture cannot be read."""


class ModelError(ImprintError):
    """A file is not a model, or not one that can do what is asked."""


class RuntimeMissingError(ImprintError):
    """A native library is missing: LiteRT, libvips, TurboJPEG or OpenBLAS."""


class TeachingError(ImprintError):
    """Classes cannot be taught, or a classifier cannot be saved."""


class EmbeddingError(ImprintError):
    """Embeddings cannot be used, or not together."""


class InvalidArgumentError(ImprintError, ValueError):
    """An argument makes no sense."""


class ClosedError(ImprintError, ValueError):
    """The object is closed."""


class ForkError(ImprintError, RuntimeError):
    """This process is a fork of one that had used the library, whose threads it does not have."""


class CancelledError(ImprintError):
    """The progress function asked to stop. Nothing has changed."""


_MISSING = {
    "LiteRTError.runtimeNotFound",
    "LinearAlgebraError.libraryMissing",
    "PictureError.libraryMissing",
}

_TYPES = {
    "PictureError": PictureError,
    "LabelledPicturesError": PictureError,
    "TFLiteError": ModelError,
    "SurgeryError": ModelError,
    "InferenceError": ModelError,
    "LiteRTError": ModelError,
    "DefaultModelError": ModelError,
    "WeightsError": ModelError,
    "ImprintingError": TeachingError,
    "HeadError": TeachingError,
    "LabelsError": TeachingError,
    "BaseClassCalibrationError": TeachingError,
    "EvaluationError": TeachingError,
    "EmbeddingSetError": EmbeddingError,
    "EmbeddingError": EmbeddingError,
}


def made(status, message, remedy, identifier):
    """Returns the exception for an error of the library."""
    if status == 2:
        kind = InvalidArgumentError
    elif status == 3:
        kind = CancelledError
    elif status == 4:
        kind = ForkError
    elif identifier in _MISSING:
        kind = RuntimeMissingError
    else:
        kind = _TYPES.get(identifier.split(".")[0], ImprintError)
    return kind(message, remedy, identifier)
