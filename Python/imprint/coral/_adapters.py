"""pycoral.adapters and pycoral.utils.dataset."""

import collections
import re

import numpy

Class = collections.namedtuple("Class", ["id", "score"])
Class.__doc__ = "A class and its score."


def output_tensor(interpreter, i):
    """Returns a view of an output tensor."""
    return interpreter.tensor(interpreter.get_output_details()[i]["index"])()


def input_details(interpreter, key):
    """Returns a detail of the input, such as ``"shape"``."""
    return interpreter.get_input_details()[0][key]


def input_size(interpreter):
    """Returns the width and height of the input."""
    _, height, width, _ = input_details(interpreter, "shape")
    return width, height


def input_tensor(interpreter):
    """Returns a view of the input tensor, ``[height, width, 3]``."""
    return interpreter.tensor(input_details(interpreter, "index"))()[0]


def set_input(interpreter, data):
    """Copies a picture of the input's size to the input tensor."""
    input_tensor(interpreter)[:, :] = data


def set_resized_input(interpreter, size, resize):
    """Copies a picture of any size to the upper left of the input tensor, in its own proportions before zeros.

    Args:
        interpreter: The interpreter.
        size: The picture's width and height.
        resize: A function that returns the picture in a given width and height.

    Returns:
        The resized picture, and the factors of its width and height.
    """
    width, height = input_size(interpreter)
    factor = min(width / size[0], height / size[1])
    columns, rows = int(size[0] * factor), int(size[1] * factor)
    tensor = input_tensor(interpreter)
    tensor.fill(0)
    resized = resize((columns, rows))
    tensor[:rows, :columns] = numpy.reshape(resized, (rows, columns, tensor.shape[2]))
    return resized, (factor, factor)


def num_classes(interpreter):
    """Returns the number of classes."""
    return numpy.prod(interpreter.get_output_details()[0]["shape"])


def get_scores(interpreter):
    """Returns the scores of all classes as real numbers."""
    details = interpreter.get_output_details()[0]
    scores = interpreter.tensor(details["index"])().flatten()
    if not numpy.issubdtype(details["dtype"], numpy.integer):
        return scores
    scale, zero_point = details["quantization"]
    return scale * (scores.astype(numpy.int64) - zero_point)


def get_classes_from_scores(scores, top_k=float("inf"), score_threshold=-float("inf")):
    """Returns the best classes with at least a score, best first."""
    scores = numpy.asarray(scores)
    count = int(min(top_k, len(scores)))
    # Among equal scores the lower id comes first.
    order = numpy.argsort(-scores, kind="stable")[:count]
    return [Class(int(i), scores[i]) for i in order if scores[i] >= score_threshold]


def get_classes(interpreter, top_k=float("inf"), score_threshold=-float("inf")):
    """Returns the best classes of the last picture with at least a score, best first."""
    return get_classes_from_scores(get_scores(interpreter), top_k, score_threshold)


def read_label_file(file_path):
    """Returns the names of a label file by id: lines of ``id name`` or ``id:name``, or one name a line."""
    labels = {}
    with open(file_path, encoding="utf-8") as file:
        for number, line in enumerate(file):
            parts = re.split(r"[:\s]+", line.strip(), maxsplit=1)
            if len(parts) == 2 and parts[0].isdigit():
                labels[int(parts[0])] = parts[1].strip()
            else:
                labels[number] = line.strip()
    return labels


def resampling_with_original_ratio(img, required_size, sample):
    """Returns a PIL picture in its own proportions at the upper left of a black one of the required size, and its shares of
    the width and height.
    """
    from PIL import Image

    width, height = required_size
    factor = min(width / img.size[0], height / img.size[1])
    size = (int(img.size[0] * factor), int(img.size[1] * factor))
    padded = Image.new(img.mode, (width, height))
    padded.paste(img.resize(size, sample), (0, 0))
    return padded, (size[0] / width, size[1] / height)


COMMON = {
    function.__name__: function
    for function in (output_tensor, input_details, input_size, input_tensor, set_input, set_resized_input)
}
CLASSIFY = {
    function.__name__: function for function in (Class, num_classes, get_scores, get_classes_from_scores, get_classes)
}
