"""What teachers and evaluations return."""

from typing import Dict, List, NamedTuple

from . import _errors
from ._classifier import Classification


class TaughtClass(NamedTuple):
    """A class that was taught.

    Attributes:
        id: Its id in the model.
        label: Its name.
        pictures: The number of its pictures in this lesson.
        is_continued: Whether it was already taught before.
    """

    id: int
    label: str
    pictures: int
    is_continued: bool


class Lesson(NamedTuple):
    """What was learnt.

    Attributes:
        classes: The classes, in the order in which they were taught.
        empty_classes: The names of classes without a picture that can be read.
        skipped: The errors of pictures that could not be read.
        remarks: What was passed over in the folder.
    """

    classes: List[TaughtClass]
    empty_classes: List[str]
    skipped: List[_errors.PictureError]
    remarks: List[str]

    @property
    def pictures(self):
        """The number of pictures."""
        return sum(known.pictures for known in self.classes)


class Suspect(NamedTuple):
    """A picture whose label looks wrong.

    Attributes:
        picture: Its path; the number of a picture in memory, from 1.
        label: Its given class.
        looks_like: The class that it looks like.
        surprise: −log of the probability of its label.
    """

    picture: str
    label: str
    looks_like: str
    surprise: float


class Confusion(NamedTuple):
    """A class and the wrong class that was predicted for some of its pictures."""

    label: str
    taken_for: str
    count: int


class Estimate(NamedTuple):
    """The expected accuracy on new pictures, from leaving out each picture in turn.

    Attributes:
        accuracy: The balanced accuracy: the mean of the classes' recalls.
        lower, upper: The 95 % interval of the accuracy on a thousand new pictures.
        pictures: The number of pictures that were left out, one after the other.
        singles: The names of the classes with only one picture, which cannot be left out.
        confusions: The confusions to expect, the most frequent first.
        suspects: The pictures whose label looks wrong, worst first.
    """

    accuracy: float
    lower: float
    upper: float
    pictures: int
    singles: List[str]
    confusions: List[Confusion]
    suspects: List[Suspect]

    def __str__(self):
        return f"{self.accuracy:.2f} (95 % interval {self.lower:.2f}–{self.upper:.2f}), leave-one-out"


def estimate_of(found):
    """Returns the estimate in the JSON of the library."""
    if found is None:
        return None
    return Estimate(
        float(found["accuracy"]),
        float(found["lower"]),
        float(found["upper"]),
        found["pictures"],
        found["singles"],
        [Confusion(row["label"], row["takenFor"], row["count"]) for row in found["confusions"]],
        [Suspect(row["picture"], row["label"], row["looksLike"], float(row["surprise"])) for row in found["suspects"]],
    )


class Mistake(NamedTuple):
    """A picture that was classified wrongly.

    Attributes:
        picture: Its path.
        label: Its true class.
        predicted: The predicted class.
        score: The score of the true class.
    """

    picture: str
    label: str
    predicted: Classification
    score: float


class ClassResult(NamedTuple):
    """The results of the pictures of one class.

    Attributes:
        id: The class's id.
        label: Its name.
        pictures: The number of its pictures.
        correct: The number of those classified correctly.
        recall: Their share.
        predictions: The number of times that each class was predicted, by its id.
    """

    id: int
    label: str
    pictures: int
    correct: int
    recall: float
    predictions: Dict[int, int]


class Evaluation(NamedTuple):
    """The performance of a classifier on pictures whose classes are known.

    Attributes:
        pictures: The number of pictures.
        accuracy: The share of pictures classified correctly.
        balanced_accuracy: The mean of the classes' recalls.
        top_k: The shares of pictures whose class is among the best 1 to 5.
        classes: The results of each class.
        mistakes: The pictures classified wrongly, worst first.
        skipped: The errors of pictures that could not be read.
        labels: The names of the classifier's classes.
    """

    pictures: int
    accuracy: float
    balanced_accuracy: float
    top_k: List[float]
    classes: List[ClassResult]
    mistakes: List[Mistake]
    skipped: List[_errors.PictureError]
    labels: List[str]

    def frame(self):
        """Returns the classes as a pandas frame: a row for each, with pictures, correct and recall."""
        import pandas

        return pandas.DataFrame(
            {
                "pictures": [row.pictures for row in self.classes],
                "correct": [row.correct for row in self.classes],
                "recall": [row.recall for row in self.classes],
            },
            index=pandas.Index([row.label for row in self.classes], name="label"),
        )

    def confusion(self):
        """Returns the confusion matrix as a pandas frame: a row for each true class, a column for each predicted one."""
        import pandas

        rows = [row.label for row in self.classes]
        numbers = sorted(
            {number for row in self.classes for number in row.predictions} | {row.id for row in self.classes}
        )
        return pandas.DataFrame(
            [[row.predictions.get(number, 0) for number in numbers] for row in self.classes],
            index=pandas.Index(rows, name="label"),
            columns=pandas.Index([self.labels[number] for number in numbers], name="predicted"),
        )

    def mistakes_frame(self):
        """Returns the mistakes as a pandas frame, worst first."""
        import pandas

        return pandas.DataFrame(
            [(row.picture, row.label, row.predicted.label, row.predicted.score, row.score) for row in self.mistakes],
            columns=["picture", "label", "predicted", "predicted_score", "score"],
        )

    def __str__(self):
        return f"{self.accuracy:.3f} of {self.pictures} pictures"


def evaluation_of(found, labels):
    """Returns the evaluation in the JSON of the library."""
    return Evaluation(
        found["pictures"],
        float(found["accuracy"]),
        float(found["balancedAccuracy"]),
        [float(share) for share in found["topK"]],
        [
            ClassResult(
                row["id"],
                row["label"],
                row["pictures"],
                row["correct"],
                float(row["recall"]),
                {int(number): count for number, count in row["predictions"].items()},
            )
            for row in found["classes"]
        ],
        [
            Mistake(
                row["picture"],
                row["label"],
                Classification(row["predicted"]["id"], row["predicted"]["label"], float(row["predicted"]["score"])),
                float(row["score"]),
            )
            for row in found["mistakes"]
        ],
        [_errors.PictureError(row["message"], None, row["identifier"]) for row in found["skipped"]],
        labels,
    )
