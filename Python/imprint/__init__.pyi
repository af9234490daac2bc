from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, TypeAlias, overload

import numpy
import pandas
from numpy.typing import ArrayLike, NDArray

__version__: str

_Path: TypeAlias = str | bytes | PathLike[str] | PathLike[bytes]
# A path, the bytes of a file, an array of uint8, or a PIL picture.
_Picture: TypeAlias = _Path | bytearray | memoryview | NDArray[numpy.uint8] | Any
_Pictures: TypeAlias = Sequence[_Picture] | NDArray[numpy.uint8]
_Channels: TypeAlias = Literal["rgb", "bgr", "rgba", "bgra", "grey", "gray"]
_Progress: TypeAlias = Callable[[int, int], object] | bool | None
_Labels: TypeAlias = Sequence[str] | Mapping[int, str] | _Path
_Numbers: TypeAlias = float | Sequence[float]
_Views: TypeAlias = Literal["none", "five", "thirteen"]
_Arithmetic: TypeAlias = Literal["auto", "exact", "int8"]
_Method: TypeAlias = Literal["analytic", "imprinted", "prototypes", "softmax", "fine-tuned"]
_Element: TypeAlias = Literal["uint8", "int8", "float32"]

class ImprintError(Exception):
    message: str
    remedy: str | None
    identifier: str
    def __init__(self, message: str, remedy: str | None = None, identifier: str = "") -> None: ...

class PictureError(ImprintError): ...
class ModelError(ImprintError): ...
class RuntimeMissingError(ImprintError): ...
class TeachingError(ImprintError): ...
class EmbeddingError(ImprintError): ...
class InvalidArgumentError(ImprintError, ValueError): ...
class ClosedError(ImprintError, ValueError): ...
class ForkError(ImprintError, RuntimeError): ...
class CancelledError(ImprintError): ...

class _Handle:
    @property
    def closed(self) -> bool: ...
    def close(self) -> None: ...
    def __enter__(self): ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Classification(NamedTuple):
    id: int
    label: str
    score: float

class Answer:
    classes: list[Classification]
    is_unknown: bool
    novelty_score: float | None
    @property
    def best(self) -> Classification | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def score(self) -> float | None: ...

class Classifier(_Handle):
    def __init__(
        self,
        model: _Path | bytes | bytearray | memoryview,
        *,
        labels: _Labels | None = None,
        resize: str | None = None,
        test_time_augmentation: _Views | None = None,
        unknown: float | Literal["never"] | None = None,
        arithmetic: _Arithmetic | None = None,
        device: str | None = None,
        threads: int | None = None,
        mean: _Numbers | None = None,
        std: _Numbers | None = None,
        cache: bool | None = None,
    ) -> None: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def class_count(self) -> int: ...
    @property
    def input_size(self) -> tuple[int, int]: ...
    @overload
    def __call__(self, pictures: _Path, **options: Any) -> Answer: ...
    @overload
    def __call__(self, pictures: list[Any] | tuple[Any, ...], **options: Any) -> list[Answer]: ...
    @overload
    def __call__(self, pictures: Any, **options: Any) -> Any: ...
    def classify(
        self,
        pictures: _Picture | _Pictures,
        *,
        top_k: int = 3,
        threshold: float = ...,
        channels: _Channels | None = None,
        errors: Literal["raise", "return"] = "raise",
        progress: _Progress = None,
    ) -> Any: ...
    def scores(
        self, pictures: _Picture | _Pictures, *, channels: _Channels | None = None, progress: _Progress = None
    ) -> NDArray[numpy.float32]: ...
    def evaluate(self, pictures: _Path, *, strict: bool = False, progress: _Progress = None) -> Evaluation: ...

class Extractor(_Handle):
    dimension: int
    views: int
    element: _Element
    zero_point: int
    scale: float
    def __init__(
        self,
        model: _Path | None = None,
        *,
        resize: str | None = None,
        augment: _Views | None = None,
        arithmetic: _Arithmetic | None = None,
        device: str | None = None,
        threads: int | None = None,
        mean: _Numbers | None = None,
        std: _Numbers | None = None,
        cache: bool | None = None,
        progress: _Progress = None,
    ) -> None: ...
    def __call__(self, pictures: _Picture | _Pictures, **options: Any) -> NDArray[numpy.float32]: ...
    def embed(
        self, pictures: _Picture | _Pictures, *, channels: _Channels | None = None, progress: _Progress = None
    ) -> NDArray[numpy.float32]: ...
    def embed_raw(
        self, pictures: _Picture | _Pictures, *, channels: _Channels | None = None, progress: _Progress = None
    ) -> NDArray[Any]: ...

class EmbeddingSet(_Handle):
    dimension: int
    views: int
    element: _Element
    zero_point: int
    skipped: Sequence[PictureError]
    def __init__(
        self,
        source: Extractor | int,
        *,
        network: str = "",
        element: _Element = "float32",
        zero_point: int = 0,
        non_negative: bool = False,
        views: int = 1,
        budget: int | None = None,
    ) -> None: ...
    @classmethod
    def read(cls, path: _Path) -> EmbeddingSet: ...
    @classmethod
    def from_bytes(cls, data: bytes) -> EmbeddingSet: ...
    def write(self, path: _Path) -> Path: ...
    def __bytes__(self) -> bytes: ...
    @property
    def classes(self) -> dict[str, int]: ...
    @property
    def pictures(self) -> list[str]: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def has_embeddings(self) -> bool: ...
    @property
    def embeddings(self) -> NDArray[Any]: ...
    def __len__(self) -> int: ...
    def add(
        self, embeddings: ArrayLike, labels: Iterable[object], pictures: Iterable[object] | None = None
    ) -> None: ...
    def embed(
        self,
        extractor: Extractor,
        pictures: _Pictures,
        labels: Iterable[object],
        names: Iterable[object] | None = None,
        *,
        channels: _Channels | None = None,
        progress: _Progress = None,
    ) -> dict[int, PictureError]: ...
    def merge(self, other: EmbeddingSet) -> None: ...
    def subtract(self, other: EmbeddingSet) -> None: ...
    def remove(self, label: str, picture: str | None = None) -> None: ...
    def rename(self, label: str, name: str) -> None: ...
    def copy(self) -> EmbeddingSet: ...
    def sorted(self, *, budget: int | None = None) -> EmbeddingSet: ...
    def __add__(self, other: EmbeddingSet) -> EmbeddingSet: ...
    def __radd__(self, other: Literal[0]) -> EmbeddingSet: ...
    def __iadd__(self, other: EmbeddingSet) -> EmbeddingSet: ...
    def __sub__(self, other: EmbeddingSet) -> EmbeddingSet: ...

class Head(_Handle):
    classes: list[str]
    dimension: int
    def __init__(self, embeddings: EmbeddingSet, *, method: _Method | None = None) -> None: ...
    def logits(self, embeddings: ArrayLike) -> NDArray[numpy.float32]: ...
    @property
    def estimate(self) -> Estimate | None: ...

class Teacher(_Handle):
    def __init__(
        self,
        model: _Path | None = None,
        *,
        method: _Method | None = None,
        keep_classes: bool = False,
        labels: _Labels | None = None,
        resize: str | None = None,
        augment: _Views | None = None,
        arithmetic: _Arithmetic | None = None,
        device: str | None = None,
        threads: int | None = None,
        mean: _Numbers | None = None,
        std: _Numbers | None = None,
        budget: int | None = None,
        cache: bool | None = None,
        embeddings: EmbeddingSet | None = None,
        progress: _Progress = None,
    ) -> None: ...
    @classmethod
    def continuing(cls, model: _Path, *, labels: _Labels | None = None, **options: Any) -> Teacher: ...
    def learn(
        self,
        pictures: _Path | _Pictures | Mapping[str, Iterable[_Picture]],
        labels: Iterable[object] | None = None,
        *,
        strict: bool = False,
        channels: _Channels | None = None,
        progress: _Progress = None,
    ) -> Lesson: ...
    @property
    def labels(self) -> list[str]: ...
    @property
    def estimate(self) -> Estimate | None: ...
    @property
    def suspects(self) -> list[Suspect]: ...
    @property
    def embeddings(self) -> EmbeddingSet: ...
    def save(self, path: _Path, *, embeddings: bool = False) -> Path: ...
    def model(self) -> bytes: ...
    def classifier(self, **options: Any) -> Classifier: ...

class ImprintingEngine(_Handle):
    def __init__(
        self,
        model: _Path,
        *,
        keep_classes: bool = False,
        labels: _Labels | None = None,
        device: str | None = None,
        threads: int | None = None,
        mean: _Numbers | None = None,
        std: _Numbers | None = None,
        cache: bool | None = None,
    ) -> None: ...
    @property
    def class_count(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def input_size(self) -> tuple[int, int]: ...
    def train(self, pictures: ArrayLike, class_id: int) -> None: ...
    def train_embedding(self, embedding: ArrayLike, class_id: int) -> None: ...
    def embed(self, pictures: ArrayLike) -> NDArray[numpy.float32]: ...
    def name(self, class_id: int, name: str) -> None: ...
    def classify_tensor(self, tensor: ArrayLike, *, top_k: int = 3, threshold: float = 0.0) -> Answer: ...
    def model(self) -> bytes: ...
    def extractor(self) -> bytes: ...
    def save(self, path: _Path) -> Path: ...

class SoftmaxRegression(_Handle):
    dimension: int
    class_count: int
    def __init__(
        self,
        dimension: int,
        class_count: int,
        *,
        weight_scale: float = 0.01,
        regularization: float = 0.0,
        seed: int = 0,
    ) -> None: ...
    def train(
        self,
        embeddings: ArrayLike,
        labels: ArrayLike,
        *,
        iterations: int,
        learning_rate: float,
        batch_size: int = 100,
        validation: tuple[ArrayLike, ArrayLike] | None = None,
        report_every: int = 100,
        report: Callable[[int, float, float, float], object] | None = None,
    ) -> None: ...
    def scores(self, embeddings: ArrayLike) -> NDArray[numpy.float32]: ...
    @property
    def weights(self) -> NDArray[numpy.float32]: ...
    @property
    def biases(self) -> NDArray[numpy.float32]: ...
    def model(self, extractor: _Path) -> bytes: ...

class TaughtClass(NamedTuple):
    id: int
    label: str
    pictures: int
    is_continued: bool

class Lesson(NamedTuple):
    classes: list[TaughtClass]
    empty_classes: list[str]
    skipped: list[PictureError]
    remarks: list[str]
    @property
    def pictures(self) -> int: ...

class Suspect(NamedTuple):
    picture: str
    label: str
    looks_like: str
    surprise: float

class Confusion(NamedTuple):
    label: str
    taken_for: str
    count: int

class Estimate(NamedTuple):
    accuracy: float
    lower: float
    upper: float
    pictures: int
    singles: list[str]
    confusions: list[Confusion]
    suspects: list[Suspect]

class Mistake(NamedTuple):
    picture: str
    label: str
    predicted: Classification
    score: float

class ClassResult(NamedTuple):
    id: int
    label: str
    pictures: int
    correct: int
    recall: float
    predictions: dict[int, int]

class Evaluation(NamedTuple):
    pictures: int
    accuracy: float
    balanced_accuracy: float
    top_k: list[float]
    classes: list[ClassResult]
    mistakes: list[Mistake]
    skipped: list[PictureError]
    labels: list[str]
    def frame(self) -> pandas.DataFrame: ...
    def confusion(self) -> pandas.DataFrame: ...
    def mistakes_frame(self) -> pandas.DataFrame: ...

def default_model(progress: _Progress = None) -> Path: ...
def inspect(model: _Path) -> dict[str, Any]: ...
