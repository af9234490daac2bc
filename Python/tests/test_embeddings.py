import copy
import pickle

import numpy
import pytest

import imprint


@pytest.fixture(scope="module")
def extractor(base):
    return imprint.Extractor(base)


@pytest.fixture(scope="module")
def whole(extractor, pictures):
    arrays, labels = pictures
    made = imprint.EmbeddingSet(extractor)
    made.add(extractor.embed_raw(arrays), labels)
    return made


def test_embeddings_are_arrays(extractor, pictures, folder):
    x = extractor(pictures[0])
    assert x.shape == (18, extractor.dimension) and x.dtype == numpy.float32
    raw = extractor.embed_raw(pictures[0])
    assert raw.dtype.name == extractor.element
    assert numpy.array_equal((raw.astype(numpy.float32) - extractor.zero_point) * numpy.float32(extractor.scale), x)
    assert extractor(pictures[0][0]).shape == (extractor.dimension,)
    assert numpy.array_equal(extractor(pictures[0][0]), x[0])
    assert numpy.array_equal(extractor(folder / "kind 0" / "00.png"), x[0])
    assert extractor([]).shape == (0, extractor.dimension)


def test_several_views(base, pictures):
    five = imprint.Extractor(base, augment="five")
    x = five(pictures[0][:2])
    assert x.shape == (2, 5, five.dimension)
    assert numpy.array_equal(x[0, 0], imprint.Extractor(base)(pictures[0][0]))
    made = imprint.EmbeddingSet(five)
    made.add(five.embed_raw(pictures[0][:2]), ["a", "b"])
    assert made.embeddings.shape == (2, 5, five.dimension)


def test_a_set_gives_back_what_it_got(whole, extractor, pictures):
    assert whole.classes == {"kind 0": 6, "kind 1": 6, "kind 2": 6} and len(whole) == 18
    assert numpy.array_equal(whole.embeddings, extractor.embed_raw(pictures[0]))
    assert whole.labels == pictures[1] and whole.pictures == [str(number) for number in range(1, 19)]


def test_sets_pickle_copy_add_and_subtract(whole, tmp_path):
    assert pickle.loads(pickle.dumps(whole)) == whole == copy.deepcopy(whole) == copy.copy(whole)
    assert imprint.EmbeddingSet.read(whole.write(tmp_path / "a.embeddings")) == whole
    some = whole.copy()
    some.remove("kind 2")
    rest = whole - some
    assert rest.classes == {"kind 2": 6}
    assert some + rest == whole == sum([some, rest])
    assert whole + whole == whole
    some += rest
    assert some == whole
    some.rename("kind 0", "new")
    some.remove("new", "1")
    assert some.classes["new"] == 5 and some != whole


def test_a_teacher_starts_from_a_set(whole, base, pictures, model, classifies_alike):
    teacher = imprint.Teacher(base, embeddings=whole)
    assert teacher.embeddings == whole
    assert teacher.classifier()(pictures[0][0]).label == "kind 0"
    with open(model, "rb") as file:
        assert classifies_alike(teacher.model(), file.read())


def test_wrong_embeddings_are_refused_in_words(whole, extractor, base):
    raw = numpy.zeros((2, extractor.dimension), extractor.element)
    made = whole.copy()
    for array, labels, words in [
        (raw.astype(numpy.float64), ["a", "b"], "float64"),
        (raw[:, :-1], ["a", "b"], "shape"),
        (raw[0], ["a"], "shape"),
        (raw, ["a"], "1 label"),
        (raw, ["a", "two\nlines"], "lines|called"),
    ]:
        with pytest.raises(imprint.ImprintError, match=words):
            made.add(array, labels)
    assert made == whole
    with pytest.raises(imprint.EmbeddingError):
        made.remove("no class")
    with pytest.raises(imprint.EmbeddingError):
        made.merge(imprint.EmbeddingSet(imprint.Extractor(base, resize="squash")))
    with pytest.raises(imprint.InvalidArgumentError):
        made.merge(3)
    for data in [b"", b"IMSN", bytes(whole)[:-1], bytes(whole)[:-40] + bytes(40)]:
        with pytest.raises(imprint.EmbeddingError):
            imprint.EmbeddingSet.from_bytes(data)
    floats = imprint.EmbeddingSet(4)
    with pytest.raises(imprint.EmbeddingError):
        floats.add(numpy.array([[1, 2, numpy.nan, 4]], numpy.float32), ["a"])
    for arguments in [(0,), (-1,), (2.5,), (4,)]:
        with pytest.raises(imprint.InvalidArgumentError):
            imprint.EmbeddingSet(*arguments, views=2 if arguments == (4,) else 1)


def test_sums_beyond_the_budget(extractor, pictures):
    small = imprint.EmbeddingSet(extractor, budget=10 * extractor.dimension)
    small.add(extractor.embed_raw(pictures[0]), pictures[1])
    assert not small.has_embeddings and len(small) == 18 and small.pictures == []
    with pytest.raises(imprint.EmbeddingError):
        small.embeddings
    assert imprint.Head(small).estimate is None
    assert pickle.loads(pickle.dumps(small)).classes == small.classes


def test_a_head_without_a_model():
    random = numpy.random.default_rng(0)
    x = random.normal(size=(60, 8)).astype(numpy.float32)
    x[:30, 0] += 4
    x[30:, 1] += 4
    made = imprint.EmbeddingSet(8, network="mine")
    made.add(x, ["a"] * 30 + ["b"] * 30)
    head = imprint.Head(made)
    assert (head.logits(x).argmax(axis=1) == [0] * 30 + [1] * 30).mean() > 0.95
    assert head.estimate.accuracy > 0.9
    with pytest.raises(imprint.InvalidArgumentError):
        head.logits(x[:, :4])
    with pytest.raises(imprint.TeachingError):
        imprint.Head(imprint.EmbeddingSet(8))


def test_softmax_regression(base, extractor, pictures):
    arrays, labels = pictures
    x, y = extractor(arrays), [int(label[-1]) for label in labels]
    regression = imprint.SoftmaxRegression(extractor.dimension, 3)
    reports = []
    regression.train(
        x, y, iterations=200, learning_rate=0.05, validation=(x, y), report=lambda *row: reports.append(row)
    )
    assert len(reports) == 2 and reports[1][1] < reports[0][1]
    assert list(regression.scores(x).argmax(axis=1)) == y
    assert regression.weights.shape == (3, extractor.dimension) and regression.biases.shape == (3,)
    before = regression.weights

    def stop(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        regression.train(x, y, iterations=10, learning_rate=0.1, report=stop)
    assert numpy.array_equal(regression.weights, before)
    for wrong in [([-1] * 18), ([3] * 18), ([0.5] * 18), ([0] * 17)]:
        with pytest.raises(imprint.InvalidArgumentError):
            regression.train(x, wrong, iterations=1, learning_rate=0.1)


def test_inspection(model):
    found = imprint.inspect(model)
    assert found["labels"] == {"0": "kind 0", "1": "kind 1", "2": "kind 2"}
    with pytest.raises(imprint.ModelError):
        imprint.inspect(__file__)


def test_pictures_in_the_bytes_of_files(extractor, base, folder, pictures, model, tmp_path):
    paths = sorted(folder.glob("*/*.png"))
    contents = [path.read_bytes() for path in paths]
    assert numpy.array_equal(extractor(contents), extractor(paths))
    assert numpy.array_equal(extractor(contents[0]), extractor(paths[0]))
    classifier = imprint.Classifier(model)
    assert classifier([memoryview(each) for each in contents]) == classifier(paths)
    assert numpy.array_equal(classifier.scores(contents), classifier.scores(paths))
    answers = classifier([*contents, bytearray(b"no picture")], errors="return")
    assert isinstance(answers[-1], imprint.PictureError) and answers[0].label == "kind 0"
    teacher = imprint.Teacher(base)
    assert teacher.learn(contents, [path.parent.name for path in paths]).pictures == len(paths)
    with pytest.raises(imprint.InvalidArgumentError, match="bytes of files and paths|paths and bytes of files"):
        extractor([contents[0], str(paths[1])])


def test_a_set_embeds_pictures_itself(extractor, folder, tmp_path):
    paths = sorted(folder.glob("*/*.png"))
    labels, names = [path.parent.name for path in paths], [path.name for path in paths]
    files, contents = imprint.EmbeddingSet(extractor), imprint.EmbeddingSet(extractor)
    assert files.embed(extractor, paths, labels, names) == {}
    assert contents.embed(extractor, [path.read_bytes() for path in paths], labels, names) == {}
    assert files == contents and files.pictures == names
    # A picture is known by its content.
    files.embed(extractor, paths[:3], labels[:3], ["a", "b", "c"])
    assert files == contents
    unreadable = tmp_path / "unreadable.jpg"
    unreadable.write_bytes(b"no picture")
    skipped = files.embed(extractor, [paths[0], unreadable, tmp_path / "missing.jpg"], ["x", "x", "x"])
    assert sorted(skipped) == [1, 2] and all(isinstance(error, imprint.PictureError) for error in skipped.values())
    assert files.classes["x"] == 1
    with pytest.raises(imprint.InvalidArgumentError, match="not of the extractor"):
        imprint.EmbeddingSet(4).embed(extractor, paths, labels)
    from_paths = imprint.EmbeddingSet(extractor)
    from_paths.embed(extractor, paths, labels)
    assert from_paths.pictures == [str(path) for path in paths]
