"""Jobs on Spark in local mode. They need PySpark and Java, which are not among what the tests install: run them by hand."""

import pathlib

import pytest

import imprint

pytest.importorskip("pyspark", reason="needs PySpark: pip install pyspark")

import imprint.spark  # noqa: E402
from imprint._scale import WorkerError  # noqa: E402


@pytest.fixture(scope="module")
def spark():
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark, folder):
    return spark.read.format("binaryFile").load(f"{folder}/*/*.png")


@pytest.fixture(scope="module")
def whole(base, folder):
    paths = sorted(map(str, folder.glob("*/*.png")))
    extractor = imprint.Extractor(base)
    made = imprint.EmbeddingSet(extractor)
    made.embed(extractor, paths, [pathlib.Path(path).parent.name for path in paths])
    return made.sorted()


@pytest.mark.parametrize("partitions", [1, 5])
def test_files_give_the_bytes_of_one_process(frame, base, whole, partitions, tmp_path):
    for _ in range(2):
        found = imprint.spark.embed(frame.repartition(partitions), model=base, shard_size=4, store=str(tmp_path))
        assert bytes(found) == bytes(whole) and found.skipped == []


def test_a_folder(spark, folder, base, whole):
    found = imprint.spark.embed(imprint.spark.pictures(spark, folder, shard_size=5), model=base)
    assert bytes(found) == bytes(whole)


@pytest.mark.parametrize("job", [imprint.spark.embed, imprint.spark.classify, imprint.spark.evaluate])
def test_what_is_no_data_frame_is_refused(job, folder):
    with pytest.raises(imprint.InvalidArgumentError, match=r"a str is no data frame of Spark.*imprint.spark.pictures"):
        job(str(folder), model="anything.tflite")


def test_paths_and_sums(spark, folder, base, whole):
    rows = [(str(path), path.parent.name) for path in folder.glob("*/*.png")]
    rows += [("/nowhere/x.jpg", "kind 0")]
    frame = spark.createDataFrame(rows, "path string, label string")
    found = imprint.spark.embed(frame, model=base)
    assert bytes(found) == bytes(whole) and len(found.skipped) == 1
    with pytest.raises(imprint.PictureError, match="nowhere"):
        imprint.spark.embed(frame, model=base, strict=True)
    sums = {bytes(imprint.spark.embed(frame.repartition(n), model=base, keep="sums")) for n in (1, 4)}
    assert len(sums) == 1


def test_rows_of_embeddings(frame, base, folder):
    found = {row["name"]: row for row in imprint.spark.embed(frame, model=base, result="frame").collect()}
    paths = sorted(map(str, folder.glob("*/*.png")))
    for path, embedding in zip(paths, imprint.Extractor(base)(paths)):
        assert found[path]["embedding"] == embedding.tolist() and found[path]["error"] is None
    assert len(found) == len(paths)


def test_a_worker_that_differs_is_refused(frame, base, monkeypatch):
    opened = imprint._scale.open_job

    def other(*arguments, **options):
        job, data = opened(*arguments, **options)
        return job._replace(version="0.0.1"), data

    monkeypatch.setattr(imprint._scale, "open_job", other)
    with pytest.raises(WorkerError, match="and the driver 0.0.1"):
        imprint.spark.embed(frame, model=base)


def test_answers_and_evaluation(frame, model, folder):
    classifier = imprint.Classifier(model)
    rows = imprint.spark.classify(frame, model).collect()
    assert len(rows) == 18
    for row in rows[::5]:
        answer = classifier(row["name"])
        assert (row["label"], list(row["classes"])) == (answer.label, [each.label for each in answer.classes])
    expected = imprint.Classifier(model).evaluate(folder)
    found = imprint.spark.evaluate(frame, model, batch_size=4)
    assert found._replace(mistakes=[]) == expected._replace(mistakes=[])
