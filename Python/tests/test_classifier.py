import pathlib
import subprocess
import sys
import threading

import numpy
import pytest
from conftest import MATERIAL, needs_material
from PIL import Image

import imprint


def test_a_path_and_its_pixels_give_the_same_answer(model, folder):
    classifier = imprint.Classifier(model)
    path = folder / "kind 1" / "07.png"
    answers = [
        classifier(path),
        classifier(str(path)),
        classifier(numpy.asarray(Image.open(path))),
        classifier(Image.open(path)),
    ]
    assert answers[0].label == "kind 1" and answers[0].score > 0.5
    assert all(answer == answers[0] for answer in answers)


def test_many_pictures_give_a_list_in_order(model, pictures, folder):
    classifier = imprint.Classifier(model)
    arrays, labels = pictures
    assert [answer.label for answer in classifier(arrays)] == labels
    assert [answer.label for answer in classifier(numpy.stack(arrays))] == labels
    files = sorted(folder.rglob("*.png"))
    assert [answer.label for answer in classifier(files)] == [file.parent.name for file in files]
    assert classifier([]) == []


def test_scores_are_an_array_of_all_classes(model, pictures):
    classifier = imprint.Classifier(model)
    scores = classifier.scores(pictures[0])
    assert scores.shape == (18, 3) and scores.dtype == numpy.float32
    assert numpy.allclose(scores.sum(axis=1), 1, atol=0.02)
    assert classifier.scores(pictures[0][0]).shape == (3,)
    assert [classifier.labels[row.argmax()] for row in scores] == pictures[1]


def test_channels_in_another_order(model, pictures):
    classifier = imprint.Classifier(model)
    picture = pictures[0][3]
    answer = classifier(picture)
    assert classifier(picture[:, :, ::-1], channels="bgr") == answer
    opaque = numpy.dstack([picture, numpy.full(picture.shape[:2], 255, numpy.uint8)])
    assert classifier(opaque) == answer
    assert classifier(opaque[:, :, [2, 1, 0, 3]], channels="bgra") == answer
    grey = picture[:, :, 0]
    assert classifier(grey) == classifier(numpy.dstack([grey] * 3)) == classifier(grey[:, :, None])


def test_memory_in_any_order_gives_the_same_answer(model, pictures):
    classifier = imprint.Classifier(model)
    picture = pictures[0][9]
    answer = classifier(picture)
    wide = numpy.zeros((picture.shape[0], picture.shape[1] + 9, 3), numpy.uint8)
    wide[:, 4:-5] = picture
    assert classifier(wide[:, 4:-5]) == answer
    assert classifier(numpy.asfortranarray(picture)) == answer
    assert classifier(picture[::-1][::-1]) == answer
    assert classifier(picture[:, ::-1][:, ::-1]) == answer
    twice = numpy.repeat(picture, 2, axis=1)
    assert classifier(twice[:, ::2]) == answer


@pytest.mark.parametrize(
    "wrong, words",
    [
        (numpy.zeros((4, 4, 3)), "float64"),
        (numpy.full((4, 4, 3), numpy.nan, numpy.float32), "float32"),
        (numpy.zeros((4, 4, 3), numpy.int64), "int64"),
        (numpy.zeros((4, 4, 2), numpy.uint8), "[4, 4, 2]"),
        (numpy.zeros((4,), numpy.uint8), "[4]"),
        (numpy.zeros((2, 2, 2, 2, 3), numpy.uint8), "shape"),
        (numpy.zeros((0, 4, 3), numpy.uint8), "empty"),
        (numpy.zeros((4, 0, 3), numpy.uint8), "empty"),
        (numpy.array(["a"]), "shape|str"),
        (numpy.zeros((70000, 2, 3), numpy.uint8), "70000"),
        (3, "int"),
        (None, "NoneType"),
        ({}, "dict"),
        (["a.png", numpy.zeros((4, 4, 3), numpy.uint8)], "paths and arrays"),
        ("", "no file"),
        ("a\0b", "no file"),
        ("\udc80.png", "UTF-8"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(model, wrong, words):
    with imprint.Classifier(model) as classifier:
        with pytest.raises(imprint.ImprintError, match=words.replace("[", r"\[")):
            classifier(wrong)


def test_arguments_out_of_range(model, pictures):
    classifier = imprint.Classifier(model)
    for options in [{"top_k": 0}, {"top_k": "a"}, {"channels": "cmyk"}, {"channels": "grey"}, {"errors": "ignore"}]:
        with pytest.raises(imprint.InvalidArgumentError):
            classifier(pictures[0][0], **options)
    for options in [{"threads": 0}, {"resize": "zoom"}, {"unknown": "often"}, {"mean": 1}, {"arithmetic": "float"}]:
        with pytest.raises(imprint.ImprintError):
            imprint.Classifier(model, **options)


def test_files_that_cannot_be_read(model, folder, tmp_path):
    classifier = imprint.Classifier(model)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0 no picture")
    with pytest.raises(imprint.PictureError, match="broken.jpg"):
        classifier(broken)
    with pytest.raises(imprint.PictureError, match="nowhere.png"):
        classifier([folder / "kind 0" / "00.png", "nowhere.png"])
    answers = classifier([broken, folder / "kind 0" / "00.png"], errors="return")
    assert isinstance(answers[0], imprint.PictureError) and answers[1].label == "kind 0"


@pytest.mark.parametrize("contents", [b"", b"x", b"\0" * 100, b"    TFL3    "])
def test_files_that_are_no_models(contents, tmp_path):
    file = tmp_path / "model.tflite"
    file.write_bytes(contents)
    with pytest.raises(imprint.ModelError, match="model.tflite") as caught:
        imprint.Classifier(file)
    assert caught.value.identifier and str(caught.value)


def test_a_model_of_bytes(model, pictures):
    data = pathlib.Path(model).read_bytes()
    assert imprint.Classifier(data)(pictures[0][0]) == imprint.Classifier(model)(pictures[0][0])
    assert imprint.Classifier(memoryview(data)).labels == ["kind 0", "kind 1", "kind 2"]


def test_labels_of_ones_own(model):
    assert imprint.Classifier(model, labels=["a", "b", "c"]).labels == ["a", "b", "c"]
    assert imprint.Classifier(model, labels={0: "x", 2: "z"}).labels == ["x", "1", "z"]
    assert imprint.Classifier(model, labels=pathlib.Path(model).with_suffix(".txt")).labels[2] == "kind 2"
    with pytest.raises(FileNotFoundError):
        imprint.Classifier(model, labels="nowhere.txt")


def test_a_closed_classifier(model, pictures):
    classifier = imprint.Classifier(model)
    classifier.close()
    classifier.close()
    for use in [lambda: classifier(pictures[0][0]), lambda: classifier.labels, lambda: classifier.__enter__()]:
        with pytest.raises(imprint.ClosedError):
            use()
    assert classifier.closed and "closed" in repr(classifier)
    with pytest.raises(TypeError, match="pickled"):
        import pickle

        pickle.dumps(classifier)


def test_threads_that_use_and_close_one_classifier(model, pictures):
    classifier = imprint.Classifier(model)
    expected = classifier(pictures[0][0])
    failures = []

    def work():
        try:
            for _ in range(20):
                if classifier(pictures[0][0]) != expected:
                    failures.append("another answer")
        except imprint.ClosedError:
            pass
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    classifier.close()
    for thread in threads:
        thread.join(60)
    assert not failures


def test_a_path_needs_no_numpy(model, folder):
    script = (
        "import sys, imprint\n"
        "print(imprint.Classifier(sys.argv[1])(sys.argv[2]).label)\n"
        "assert 'numpy' not in sys.modules, 'NumPy was imported'\n"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", script, model, folder / "kind 2" / "12.png"], capture_output=True, text=True, check=True
    )
    assert outcome.stdout == "kind 2\n"


@needs_material
def test_photographs_of_every_format():
    classifier = imprint.Classifier(
        MATERIAL / "models/mobilenet_v1_1.0_224_quant.tflite", labels=MATERIAL / "models/imagenet_labels.txt"
    )
    answers = classifier([MATERIAL / "images/coral/cat_test_0.bmp"] + sorted((MATERIAL / "wild").glob("display_p3.*")))
    assert "cat" in answers[0].label
    # The same photograph as HEIC, JPEG and PNG.
    assert len({answer.label for answer in answers[1:]}) == 1


def test_evaluation(model, folder):
    classifier = imprint.Classifier(model)
    evaluation = classifier.evaluate(folder)
    assert evaluation.pictures == 18 and evaluation.accuracy == 1 and not evaluation.mistakes
    frame = evaluation.frame()
    assert list(frame.index) == ["kind 0", "kind 1", "kind 2"] and (frame["recall"] == 1).all()
    assert evaluation.confusion().loc["kind 1", "kind 1"] == 6
    assert len(evaluation.mistakes_frame()) == 0
