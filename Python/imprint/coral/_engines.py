"""The engines of edgetpu, Coral's earlier library."""

import re
import time

import numpy

import imprint

from . import _adapters, _interpreters, _learning


class _OldNames:
    """Answers to the names of before 2019 too: ``ClassifyWithImage`` for ``classify_with_image``."""

    def __getattr__(self, name):
        later = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
        if name[:1].isupper() and later != name:
            return getattr(self, later)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class BasicEngine(_OldNames):
    """Runs a model on flat arrays."""

    def __init__(self, model_path, device_path=None):
        self._model_path = model_path
        self._device_path = device_path
        if device_path and device_path not in _interpreters.list_edge_tpu_paths():
            raise RuntimeError(f"Path {device_path} does not map to an Edge TPU device.")
        try:
            self._interpreter = _interpreters.make_interpreter(model_path, device_path)
            self._interpreter.allocate_tensors()
        except ValueError as error:
            raise RuntimeError(str(error)) from None
        self._inputs = self._interpreter.get_input_details()
        self._outputs = self._interpreter.get_output_details()
        self._latency = 0.0
        self._raw = numpy.zeros(0, numpy.float32)

    def run_inference(self, input, size=None):
        """Returns the time in milliseconds, and the outputs one after the other as real numbers."""
        expected = self.required_input_array_size()
        if size:
            assert size == expected, f"Wrong input size={size}, expected={expected}."
        if isinstance(input, list):
            input = numpy.asarray(input, numpy.uint8)
        start = time.perf_counter()
        try:
            _interpreters.run_inference(self._interpreter, input)
        except ValueError as error:
            raise AssertionError(str(error)) from None
        self._latency = 1000 * (time.perf_counter() - start)
        self._raw = numpy.concatenate([self._real(details) for details in self._outputs])
        return self._latency, self._raw

    def _real(self, details):
        values = self._interpreter.tensor(details["index"])().flatten()
        if not numpy.issubdtype(details["dtype"], numpy.integer):
            return values.astype(numpy.float32)
        scale, zero_point = details["quantization"]
        return (scale * (values.astype(numpy.int64) - zero_point)).astype(numpy.float32)

    def get_input_tensor_shape(self):
        """Returns the shape of the input."""
        return numpy.array(self._inputs[0]["shape"])

    def get_all_output_tensors_sizes(self):
        """Returns the number of elements of each output."""
        return numpy.array([int(numpy.prod(details["shape"])) for details in self._outputs])

    def get_num_of_output_tensors(self):
        """Returns the number of outputs."""
        return len(self._outputs)

    def get_output_tensor_size(self, index):
        """Returns the number of elements of an output."""
        if index < 0:
            raise RuntimeError("tensor_index must >= 0!")
        if index >= len(self._outputs):
            raise RuntimeError("tensor_index doesn't exist!")
        return int(self.get_all_output_tensors_sizes()[index])

    def required_input_array_size(self):
        """Returns the number of elements of the input."""
        return int(numpy.prod(self._inputs[0]["shape"]))

    def total_output_array_size(self):
        """Returns the number of elements of all outputs."""
        return int(self.get_all_output_tensors_sizes().sum())

    def model_path(self):
        """Returns the path of the model."""
        return self._model_path

    def device_path(self):
        """Returns the path of the device."""
        return self._device_path

    def get_raw_output(self):
        """Returns the outputs of the last run."""
        return self._raw

    def get_inference_time(self):
        """Returns the time of the last run in milliseconds."""
        return self._latency


def _best(scores, threshold, top_k):
    """Returns the best classes with more than a score, as (id, score), best first."""
    if top_k <= 0:
        raise ValueError("top_k must be positive!")
    return [
        (found.id, found.score) for found in _adapters.get_classes_from_scores(scores, top_k) if found.score > threshold
    ]


class ClassificationEngine(BasicEngine):
    """Classifies pictures."""

    def __init__(self, model_path, device_path=None):
        super().__init__(model_path, device_path)
        count = self.get_num_of_output_tensors()
        if count != 1:
            raise ValueError(f"Classification model should have 1 output tensor only!This model has {count}.")

    def classify_with_image(self, img, threshold=0.1, top_k=3, resample=0):
        """Returns the best classes of a PIL picture of any size with more than a score, as (id, score), best first."""
        shape = self.get_input_tensor_shape()
        if shape.size != 4 or shape[0] != 1:
            raise RuntimeError("Invalid input tensor shape! Expected: [1, height, width, channel]")
        _, height, width, channel = (int(side) for side in shape)
        if channel not in (1, 3):
            raise ValueError(f"Invalid input tensor channel! Expected: 1 or 3. Actual: {channel}")
        img = img.resize((width, height), resample).convert("L" if channel == 1 else "RGB")
        return self.classify_with_input_tensor(numpy.asarray(img).flatten(), threshold, top_k)

    def classify_with_input_tensor(self, input_tensor, threshold=0.0, top_k=3):
        """Returns the best classes of an input tensor with more than a score, as (id, score), best first."""
        if top_k <= 0:
            raise ValueError("top_k must be positive!")
        _, scores = self.run_inference(input_tensor)
        return _best(scores, threshold, top_k)


class ImprintingEngine(_OldNames):
    """edgetpu's engine: teaches a model classes by weight imprinting, from pictures."""

    _UNTRAINED = "Model without training won't be saved!"

    def __init__(self, model_path, keep_classes=False):
        self._engine = _learning.open_engine(model_path, keep_classes, RuntimeError)
        self._first = self._engine.class_count
        self._classifier = None

    def save_model(self, output_path):
        """Writes the model with all classes."""
        with _learning.in_corals_words(RuntimeError, self._UNTRAINED):
            self._engine.save(output_path)

    def train(self, input, class_id):
        """Trains a class with pictures, each a flat array of the input's size."""
        with _learning.in_corals_words(RuntimeError, self._UNTRAINED):
            self._engine.train(numpy.asarray(input, numpy.uint8), class_id)

    def train_all(self, input_data):
        """Trains several classes, beginning with the first that the model did not have."""
        for place, pictures in enumerate(input_data):
            self.train(pictures, self._first + place)

    def classify_with_resized_image(self, img, threshold=0.1, top_k=3):
        """Returns the best classes of a PIL picture of the input's size with more than a score, as (id, score)."""
        return self.classify_with_input_tensor(numpy.asarray(img).flatten(), threshold, top_k)

    def classify_with_input_tensor(self, input_tensor, threshold=0.0, top_k=3):
        """Returns the best classes of an input tensor with more than a score, as (id, score), best first."""
        if top_k <= 0:
            raise ValueError("top_k must be positive!")
        with _learning.in_corals_words(RuntimeError, self._UNTRAINED):
            answer = self._engine.classify_tensor(numpy.asarray(input_tensor, numpy.uint8), top_k=top_k)
        return [(found.id, found.score) for found in answer.classes if found.score > threshold]


class SoftmaxRegression(_learning.SoftmaxRegression):
    """edgetpu's last layer, trained by stochastic gradient descent."""

    def run_inference(self, mat_x):
        """Returns the best class of each embedding; of one embedding a single number."""
        rows = numpy.atleast_2d(numpy.asarray(mat_x, numpy.float32))
        best = self._regression.scores(rows).argmax(axis=1)
        return best[0] if numpy.ndim(mat_x) == 1 else best

    def save_as_tflite_model(self, in_model_path, out_model_path):
        """Writes an extractor followed by this layer and a softmax."""
        try:
            data = self.serialize_model(in_model_path)
        except (ValueError, imprint.ImprintError) as error:
            raise RuntimeError(str(error)) from None
        with open(out_model_path, "wb") as file:
            file.write(data)
