"""Estimators for scikit-learn, which must be installed.

::

    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from imprint.sklearn import HeadClassifier, PictureEmbedder

    pipeline = make_pipeline(PictureEmbedder(), HeadClassifier())
    print(cross_val_score(pipeline, paths, labels))
"""

import numpy
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ._classifier import Classifier
from ._embeddings import EmbeddingSet, Head
from ._extractor import Extractor
from ._teacher import Teacher

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # scikit-learn before 1.6
    from sklearn.utils.validation import check_array, check_X_y

    def validate_data(estimator, X, y=None, reset=True, dtype="numeric"):
        if y is None:
            X = check_array(X, dtype=dtype)
        else:
            X, y = check_X_y(X, y, dtype=dtype)
        if reset:
            estimator.n_features_in_ = X.shape[1]
        elif X.shape[1] != estimator.n_features_in_:
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(estimator).__name__} is expecting "
                f"{estimator.n_features_in_} features as input"
            )
        return X if y is None else (X, y)


class HeadClassifier(ClassifierMixin, BaseEstimator):
    """A classifier on embeddings: the head that a :class:`imprint.Teacher` solves.

    An embedding counts by its direction: z = s / ‖s‖ with s = sign(x) √|x| by element (``"imprinted"`` and
    ``"fine-tuned"`` take x itself).

    Args:
        method: ``"analytic"``, ``"imprinted"``, ``"prototypes"``, ``"softmax"`` or ``"fine-tuned"``.
        constant: A number that is appended to each embedding, so that its length counts too; None for none. Use 1 for
            features that are no embeddings, standardised.

    Attributes:
        classes_: The classes, ``[n_classes]``.
        n_features_in_: The number of elements of an embedding.
        estimate_: The expected accuracy, an :class:`imprint.Estimate`, or None.
    """

    def __init__(self, method="analytic", constant=None):
        self.method = method
        self.constant = constant

    def fit(self, X, y):
        """Solves the head of embeddings ``[n, d]`` of real numbers with their classes."""
        X, y = validate_data(self, X, y, dtype=numpy.float32)
        check_classification_targets(y)
        self.classes_, places = numpy.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"{type(self).__name__} needs two classes or more, and the labels are of one class")
        X = self._extended(X)
        # Neighbouring rows may be equal pictures: their numbers tell them apart.
        order = numpy.argsort(places, kind="stable")
        embeddings = EmbeddingSet(X.shape[1], network="features", budget=max(1 << 26, X.nbytes))
        embeddings.add(X[order], places[order], order)
        self._embeddings = embeddings
        self._head = None
        self.estimate_ = self._solved().estimate
        return self

    def _extended(self, X):
        if self.constant is None:
            return X
        return numpy.hstack([X, numpy.full((len(X), 1), self.constant, numpy.float32)])

    def _solved(self):
        if self._head is None:
            self._head = Head(self._embeddings, method=self.method)
        return self._head

    def __getstate__(self):
        state = super().__getstate__().copy()
        if "_head" in state:
            state["_head"] = None
        return state

    def _logits(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=numpy.float32)
        return self._solved().logits(self._extended(X)).astype(numpy.float64)

    def decision_function(self, X):
        """Returns the logits, ``[n, n_classes]``; for two classes their difference, ``[n]``."""
        logits = self._logits(X)
        return logits[:, 1] - logits[:, 0] if len(self.classes_) == 2 else logits

    def predict_proba(self, X):
        """Returns the probability of each class, ``[n, n_classes]``."""
        logits = self._logits(X)
        powers = numpy.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(self, X):
        """Returns the most probable class of each embedding, ``[n]``."""
        best = self._logits(X).argmax(axis=1)
        return self.classes_[best]


class PictureEmbedder(TransformerMixin, BaseEstimator):
    """Turns pictures into embeddings: paths, or arrays of uint8.

    Args:
        model: As for :class:`imprint.Extractor`.
        resize, arithmetic, device, threads, channels: As for :class:`imprint.Extractor` and its ``embed``.
    """

    def __init__(self, model=None, resize=None, arithmetic=None, device=None, threads=None, channels=None):
        self.model = model
        self.resize = resize
        self.arithmetic = arithmetic
        self.device = device
        self.threads = threads
        self.channels = channels

    def fit(self, X, y=None):
        """Does nothing: the network is frozen."""
        return self

    def transform(self, X):
        """Returns the embeddings of pictures, float32 ``[n, d]``."""
        with Extractor(
            self.model, resize=self.resize, arithmetic=self.arithmetic, device=self.device, threads=self.threads
        ) as extractor:
            return extractor.embed(_list(X), channels=self.channels, progress=False)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        return tags


class PictureClassifier(ClassifierMixin, BaseEstimator):
    """Teaches a classifier of pictures: paths, or arrays of uint8.

    Args:
        model: As for :class:`imprint.Teacher`.
        method, resize, augment, arithmetic, device, threads, channels: As for :class:`imprint.Teacher` and its ``learn``.

    Attributes:
        classes_: The classes, ``[n_classes]``.
        model_: The classifier as the bytes of its file.
        estimate_: The expected accuracy, an :class:`imprint.Estimate`, or None.
    """

    def __init__(
        self,
        model=None,
        method=None,
        resize=None,
        augment=None,
        arithmetic=None,
        device=None,
        threads=None,
        channels=None,
    ):
        self.model = model
        self.method = method
        self.resize = resize
        self.augment = augment
        self.arithmetic = arithmetic
        self.device = device
        self.threads = threads
        self.channels = channels

    def fit(self, X, y):
        """Teaches pictures with their classes."""
        y = numpy.asarray(y)
        check_classification_targets(y)
        self.classes_, places = numpy.unique(y, return_inverse=True)
        order = numpy.argsort(places, kind="stable")
        pictures = _list(X)
        with Teacher(
            self.model,
            method=self.method,
            resize=self.resize,
            augment=self.augment,
            arithmetic=self.arithmetic,
            device=self.device,
            threads=self.threads,
        ) as teacher:
            # Unreadable pictures are errors, so that every class is there, in the order of classes_.
            teacher.learn(
                [pictures[place] for place in order],
                [str(self.classes_[places[place]]) for place in order],
                strict=True,
                channels=self.channels,
                progress=False,
            )
            self.estimate_ = teacher.estimate
            self.model_ = teacher.model()
        self._classifier = None
        return self

    def __getstate__(self):
        state = super().__getstate__().copy()
        if "_classifier" in state:
            state["_classifier"] = None
        return state

    def predict_proba(self, X):
        """Returns the score of each class, ``[n, n_classes]``."""
        check_is_fitted(self)
        if self._classifier is None:
            self._classifier = Classifier(
                self.model_, arithmetic=self.arithmetic, device=self.device, threads=self.threads
            )
        return self._classifier.scores(_list(X), channels=self.channels, progress=False)

    def predict(self, X):
        """Returns the best class of each picture, ``[n]``."""
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        return tags


def _list(pictures):
    """Returns pictures as a list: NumPy makes an array of paths too."""
    return [str(one) if isinstance(one, numpy.str_) else one for one in pictures]
