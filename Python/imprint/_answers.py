"""Classifying and evaluating on several machines, whatever the engine."""

import hashlib
from typing import NamedTuple

from . import _errors, _scale

# The worst mistakes that an evaluation lists.
MISTAKES = 1000


class AnswerJob(NamedTuple):
    """What every worker classifies with; the driver fixes it.

    Attributes:
        version: The version of the package.
        model: The SHA-256 of the model's file.
        options: The options of :class:`imprint.Classifier`, as pairs.
        labels: The names of the classes.
        probe: The SHA-256 of the scores of a certain picture.
        allow_mixed: Whether workers may differ from the driver.
        machine: The driver's processor, in words.
    """

    version: str
    model: str
    options: tuple
    labels: tuple
    probe: str
    allow_mixed: bool
    machine: str


def open_job(model, *, allow_mixed=False, **options):
    """Fixes a job on the driver, which opens the classifier once.

    Returns:
        The job, and the bytes of the model's file.
    """
    from . import __version__
    from ._classifier import Classifier
    from ._library import label_text, path_bytes

    with open(path_bytes(model), "rb") as file:
        data = file.read()
    if options.get("labels") is not None:
        # A label file is on the driver alone.
        options["labels"] = tuple(line.split("  ", 1)[1] for line in label_text(options["labels"]).splitlines())
    options = tuple((key, tuple(each) if isinstance(each, list) else each) for key, each in sorted(options.items()))
    with Classifier(data, **dict(options)) as classifier:
        job = AnswerJob(
            __version__,
            hashlib.sha256(data).hexdigest(),
            options,
            tuple(classifier.labels),
            _probe(classifier),
            bool(allow_mixed),
            _scale.machine(),
        )
    return job, data


def _probe(classifier):
    return hashlib.sha256(classifier.scores([memoryview(_scale.PROBE)]).tobytes()).hexdigest()


class AnswerWorker:
    """A process that classifies batches. It opens the model once.

    Raises:
        WorkerError: where this process does not compute what the driver computes, unless the job allows that.
    """

    def __init__(self, job, model, *, threads=None):
        from . import __version__
        from ._classifier import Classifier

        self.job = job
        differences = _scale.differences(job, __version__, hashlib.sha256(model).hexdigest())
        self.classifier = Classifier(model, threads=threads, **dict(job.options))
        if not differences and _probe(self.classifier) != job.probe:
            differences.append(_scale.other_numbers(job))
        _scale.refuse(differences, job)

    def classify(self, rows, top_k=3, threshold=-float("inf")):
        """Returns the answers for rows ``(label, name, picture)``: for each an Answer or a PictureError."""
        answers = [each[2] for each in rows]
        for kind in _scale.of_one_kind(list(enumerate(rows)), lambda item: item[1][2]):
            found = self.classifier.classify(
                [row[2] for _, row in kind], top_k=top_k, threshold=threshold, errors="return", progress=False
            )
            for (place, _), answer in zip(kind, found):
                answers[place] = answer
        return [_scale.missing(rows[place][1]) if each is None else each for place, each in enumerate(answers)]

    def scores(self, rows):
        """Returns the scores of rows that can be read, an array, their places, and the errors of the others by place."""
        import numpy

        scores, places, errors = [], [], {}
        for place, (_, name, picture) in enumerate(rows):
            if picture is None or isinstance(picture, _errors.PictureError):
                errors[place] = picture or _scale.missing(name)
        rest = [(place, row) for place, row in enumerate(rows) if place not in errors]
        for kind in _scale.of_one_kind(rest, lambda item: item[1][2]):
            pictures = [row[2] for _, row in kind]
            try:
                found = self.classifier.scores(pictures, progress=False)
            except _errors.PictureError:
                # One of them cannot be read: classifying says which.
                answers = self.classifier.classify(pictures, top_k=1, errors="return", progress=False)
                failed = {place for place, answer in enumerate(answers) if isinstance(answer, _errors.PictureError)}
                errors.update({kind[place][0]: answers[place] for place in failed})
                kind = [each for place, each in enumerate(kind) if place not in failed]
                found = self.classifier.scores([row[2] for _, row in kind], progress=False)
            scores.append(found)
            places += [place for place, _ in kind]
        whole = numpy.concatenate(scores) if scores else numpy.zeros((0, len(self.job.labels)), numpy.float32)
        return whole, places, errors


def answer_columns(rows, answers):
    """Returns the columns of a table of answers; see :func:`imprint.ray.classify`."""
    found = [None if isinstance(answer, _errors.PictureError) else answer for answer in answers]
    bests = [answer.best if answer else None for answer in found]
    return {
        "name": [name for _, name, _ in rows],
        "label": [best.label if best else None for best in bests],
        "score": [best.score if best else None for best in bests],
        "is_unknown": [answer.is_unknown if answer else None for answer in found],
        "novelty_score": [answer.novelty_score if answer else None for answer in found],
        "classes": [[each.label for each in answer.classes] if answer else [] for answer in found],
        "scores": [[each.score for each in answer.classes] if answer else [] for answer in found],
        "error": [str(answer) if isinstance(answer, _errors.PictureError) else None for answer in answers],
    }


def answer_schema():
    """Returns the Arrow schema of a table of answers."""
    import pyarrow

    return pyarrow.schema(
        {
            "name": pyarrow.string(),
            "label": pyarrow.string(),
            "score": pyarrow.float32(),
            "is_unknown": pyarrow.bool_(),
            "novelty_score": pyarrow.float32(),
            "classes": pyarrow.list_(pyarrow.string()),
            "scores": pyarrow.list_(pyarrow.float32()),
            "error": pyarrow.string(),
        }
    )


# The same schema in Spark's words.
ANSWER_FIELDS = (
    "name string, label string, score float, is_unknown boolean, novelty_score float, classes array<string>, "
    "scores array<float>, error string"
)


def evaluated(worker, rows):
    """Evaluates rows ``(label, name, picture)``.

    Returns:
        What :func:`added` adds up, a dict that JSON can store.

    Raises:
        TeachingError: for a class that the classifier does not have.
    """
    import numpy

    ids = {}
    for place, label in enumerate(worker.job.labels):
        ids.setdefault(label, place)
    foreign = sorted({label for label, _, _ in rows} - set(ids))
    if foreign:
        raise _errors.TeachingError(
            f"none of the model's {len(worker.job.labels)} classes is named \"{foreign[0]}\"",
            "name each class after one of the model's labels",
            "EvaluationError.unknownClasses",
        )
    scores, places, errors = worker.scores(rows)
    made = {"pictures": len(places), "ranks": {}, "classes": {}, "mistakes": [], "skipped": []}
    made["skipped"] = [_scale.skipped(rows[place][0], rows[place][1], error) for place, error in sorted(errors.items())]
    if not places:
        return made
    truth = numpy.array([ids[rows[place][0]] for place in places])
    own = scores[numpy.arange(len(truth)), truth]
    # Among equal scores the lower id is first; NaN is last.
    known = numpy.where(numpy.isnan(scores), -numpy.inf, scores)
    best = known.argmax(axis=1)
    before = (numpy.arange(scores.shape[1]) < truth[:, None]) & (scores == own[:, None])
    ranks = numpy.where(numpy.isnan(own), scores.shape[1], ((scores > own[:, None]) | before).sum(axis=1))
    highest = scores[numpy.arange(len(best)), best]
    columns = (truth, best, ranks, highest, own)
    for place, label, first, rank, high, score in zip(places, *(column.tolist() for column in columns)):
        made["ranks"][str(rank)] = made["ranks"].get(str(rank), 0) + 1
        one = made["classes"].setdefault(str(label), {"pictures": 0, "correct": 0, "predictions": {}})
        one["pictures"] += 1
        one["predictions"][str(first)] = one["predictions"].get(str(first), 0) + 1
        if rank == 0:
            one["correct"] += 1
        else:
            made["mistakes"].append([rows[place][1], label, first, high, score])
    return made


def added(parts, mistakes=MISTAKES):
    """Adds up evaluations; of the mistakes the worst remain."""
    import numpy

    whole = {"pictures": 0, "ranks": {}, "classes": {}, "mistakes": [], "skipped": []}
    for part in parts:
        whole["pictures"] += part["pictures"]
        _add_counts(whole["ranks"], part["ranks"])
        for label, theirs in part["classes"].items():
            mine = whole["classes"].setdefault(label, {"pictures": 0, "correct": 0, "predictions": {}})
            mine["pictures"] += theirs["pictures"]
            mine["correct"] += theirs["correct"]
            _add_counts(mine["predictions"], theirs["predictions"])
        whole["mistakes"] += part["mistakes"]
        whole["skipped"] += part["skipped"]
        if len(whole["mistakes"]) > 2 * mistakes:
            whole["mistakes"] = _worst(whole["mistakes"], mistakes, numpy)
    whole["mistakes"] = _worst(whole["mistakes"], mistakes, numpy)
    whole["skipped"].sort(key=lambda row: (row["label"], row["name"], row["message"]))
    return whole


def _add_counts(mine, theirs):
    for key, count in theirs.items():
        mine[key] = mine.get(key, 0) + count


def _worst(mistakes, count, numpy):
    return sorted(mistakes, key=lambda row: (-float(numpy.float32(row[3]) - numpy.float32(row[4])), row[0]))[:count]


def evaluation(whole, labels):
    """Returns the Evaluation of what :func:`added` returned."""
    from ._classifier import Classification
    from ._records import ClassResult, Evaluation, Mistake

    count = whole["pictures"]
    classes = [
        ClassResult(
            int(label),
            labels[int(label)],
            one["pictures"],
            one["correct"],
            one["correct"] / one["pictures"],
            {int(number): times for number, times in one["predictions"].items()},
        )
        for label, one in sorted(whole["classes"].items(), key=lambda item: int(item[0]))
    ]
    ranks = {int(rank): times for rank, times in whole["ranks"].items()}
    shares = [sum(times for rank, times in ranks.items() if rank < k) / count if count else 0.0 for k in range(1, 6)]
    return Evaluation(
        count,
        shares[0],
        sum(one.recall for one in classes) / len(classes) if classes else 0.0,
        shares,
        classes,
        [
            Mistake(name, labels[label], Classification(first, labels[first], score), own)
            for name, label, first, score, own in whole["mistakes"]
        ],
        [_errors.PictureError(row["message"], None, row["identifier"]) for row in whole["skipped"]],
        list(labels),
    )
