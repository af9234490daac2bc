"""Jobs on a Ray cluster of this machine. They need Ray, which is not among what the tests install: see make test-ray."""

import io
import os
import pathlib
import random
import signal
import subprocess
import sys
import tarfile
import textwrap
import threading
import time

import numpy
import pytest
from conftest import pattern
from PIL import Image

import imprint

ray = pytest.importorskip("ray", reason="needs Ray: make test-ray")
pytest.importorskip("ray.data", reason="needs Ray's data sets: make test-ray")

import imprint.ray  # noqa: E402
from imprint._scale import WorkerError  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def cluster():
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A hundred and twenty pictures of three kinds."""
    root = tmp_path_factory.mktemp("many")
    for kind in range(3):
        (root / f"kind {kind}").mkdir()
        for number in range(40):
            Image.fromarray(pattern(kind, number)).save(root / f"kind {kind}" / f"{number:02}.png")
    return root


@pytest.fixture(scope="module")
def whole(base, many):
    """What one process makes of them."""
    paths = sorted(map(str, many.glob("*/*.png")))
    extractor = imprint.Extractor(base)
    made = imprint.EmbeddingSet(extractor)
    made.embed(extractor, paths, [pathlib.Path(path).parent.name for path in paths])
    return made.sorted()


def binary(many):
    return ray.data.read_binary_files(str(many), include_paths=True)


def test_files_give_the_bytes_of_one_process(base, many, whole):
    found = imprint.ray.embed(binary(many), model=base, shard_size=16, progress=False)
    assert bytes(found) == bytes(whole) and found.skipped == []


def test_a_folder(base, many, whole):
    found = imprint.ray.embed(imprint.ray.pictures(many, shard_size=7), model=base, progress=False)
    assert bytes(found) == bytes(whole)


@pytest.mark.parametrize("job", [imprint.ray.embed, imprint.ray.classify, imprint.ray.evaluate])
def test_what_is_no_data_set_is_refused(job, many):
    with pytest.raises(imprint.InvalidArgumentError, match=r"a str is no data set of Ray.*imprint.ray.pictures"):
        job(str(many), model="anything.tflite")


def test_paths_in_any_order_and_number_of_workers(base, many, whole):
    paths = sorted(map(str, many.glob("*/*.png")))
    mixed = ray.data.from_items([{"path": path} for path in paths[::2] + paths[1::2]])
    found = imprint.ray.embed(mixed, model=base, shard_size=50, workers=2, threads=1, progress=False)
    assert bytes(found) == bytes(whole)


def test_parquet_with_columns_of_labels_and_names(base, many, whole, tmp_path):
    def row(one):
        path = one["path"]
        return {"png": one["bytes"], "kind": os.path.basename(os.path.dirname(path)), "name": path}

    binary(many).map(row).write_parquet(str(tmp_path))
    parquet = ray.data.read_parquet(str(tmp_path))
    found = imprint.ray.embed(parquet, model=base, picture="png", label="kind", progress=False)
    assert bytes(found) == bytes(whole)


def test_web_data_set(base, many, whole, tmp_path):
    with tarfile.open(tmp_path / "0.tar", "w") as archive:
        for path in sorted(many.glob("*/*.png")):
            key = str(path.relative_to(many).with_suffix("")).replace(" ", "_").replace("/", "_")
            for ending, data in [("png", path.read_bytes()), ("cls", path.parent.name.encode())]:
                entry = tarfile.TarInfo(f"{key}.{ending}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
    found = imprint.ray.embed(ray.data.read_webdataset(str(tmp_path), decoder=None), model=base, progress=False)
    assert found.classes == whole.classes and len(found) == 120 and found.skipped == []
    assert sorted(map(bytes, found.embeddings)) == sorted(map(bytes, whole.embeddings))


def test_arrays(base, many):
    images = ray.data.read_images(str(many), include_paths=True)
    found = imprint.ray.embed(images, model=base, progress=False)
    paths = sorted(map(str, many.glob("*/*.png")))
    extractor = imprint.Extractor(base)
    made = imprint.EmbeddingSet(extractor)
    arrays = [numpy.asarray(Image.open(path)) for path in paths]
    made.embed(extractor, arrays, [pathlib.Path(path).parent.name for path in paths], paths)
    assert bytes(found) == bytes(made.sorted())


def test_rows_of_embeddings(base, many):
    paths = sorted(map(str, many.glob("*/*.png")))[:10]
    rows = [{"path": path} for path in [*paths, "/nowhere/x/1.jpg"]]
    found = imprint.ray.embed(ray.data.from_items(rows), model=base, result="dataset").take_all()
    expected = dict(zip(paths, imprint.Extractor(base)(paths)))
    assert len(found) == 11
    for row in found:
        if row["error"] is None:
            assert numpy.array_equal(row["embedding"], expected[row["name"]]) and row["label"] == "kind 0"
        else:
            assert row["name"] == "/nowhere/x/1.jpg" and row["embedding"] is None


def test_sums(base, many, whole):
    found = {
        bytes(imprint.ray.embed(binary(many), model=base, keep="sums", shard_size=size, progress=False))
        for size in (7, 64)
    }
    (only,) = found
    only = imprint.EmbeddingSet.from_bytes(only)
    assert not only.has_embeddings and only.classes == whole.classes


def test_unreadable_pictures_are_set_aside(base, many, whole):
    rows = [{"path": str(path)} for path in many.glob("*/*.png")]
    rows += [{"path": "/nowhere/x/1.jpg"}, {"path": __file__}]
    seen = []
    found = imprint.ray.embed(
        ray.data.from_items(rows), model=base, progress=lambda done, total: seen.append(done), shard_size=30
    )
    assert bytes(found) == bytes(whole) and len(found.skipped) == 2
    assert seen[-1] == 122 and seen == sorted(seen)
    with pytest.raises(imprint.PictureError):
        imprint.ray.embed(ray.data.from_items(rows), model=base, strict=True, progress=False)


def test_a_worker_that_differs_is_refused(base, many, monkeypatch):
    opened = imprint._scale.open_job

    def other(*arguments, **options):
        job, data = opened(*arguments, **options)
        return job._replace(version="0.0.1"), data

    monkeypatch.setattr(imprint._scale, "open_job", other)
    with pytest.raises(WorkerError, match="and the driver 0.0.1"):
        imprint.ray.embed(binary(many), model=base, progress=False)


def test_answers(model, many):
    classifier = imprint.Classifier(model)
    rows = imprint.ray.classify(binary(many), model).take_all()
    assert len(rows) == 120
    for row in rows[::17]:
        answer = classifier(row["name"])
        assert (row["label"], list(row["classes"])) == (answer.label, [each.label for each in answer.classes])
        assert row["error"] is None


def test_evaluation(model, many):
    expected = imprint.Classifier(model).evaluate(many)
    found = imprint.ray.evaluate(binary(many), model, batch_size=25, progress=False)
    assert found._replace(mistakes=[]) == expected._replace(mistakes=[])
    assert [each.picture for each in found.mistakes] == [each.picture for each in expected.mistakes]


def test_workers_killed_at_random(base, many, whole):
    psutil = pytest.importorskip("psutil")
    ended, killed = threading.Event(), []

    def workers():
        for process in psutil.process_iter(["cmdline"]):
            name = (process.info["cmdline"] or [""])[0]
            # Ray's agents are parts of a machine, not workers.
            if name.startswith("ray::") and "Agent" not in name and "IDLE" not in name:
                yield process

    def kill():
        chance = random.Random(1)
        while not ended.wait(1.5):
            found = list(workers())
            if found:
                victim = chance.choice(found)
                try:
                    victim.kill()
                    killed.append(victim.pid)
                except psutil.Error:
                    pass

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        found = imprint.ray.embed(binary(many), model=base, shard_size=4, progress=False)
    finally:
        ended.set()
        thread.join()
    assert bytes(found) == bytes(whole)
    assert killed


DRIVER = """
    import sys, ray, imprint.ray
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    pictures = ray.data.read_binary_files(sys.argv[1], include_paths=True)
    found = imprint.ray.embed(pictures, model=sys.argv[2], store=sys.argv[3], shard_size=8, progress=False)
    found.write(sys.argv[4])
"""


def test_a_driver_that_is_killed_goes_on(base, many, whole, tmp_path):
    store, output = tmp_path / "store", tmp_path / "found.embeddings"
    words = [sys.executable, "-c", textwrap.dedent(DRIVER), str(many), str(base), str(store), str(output)]
    environment = {key: value for key, value in os.environ.items() if key != "RAY_ADDRESS"}
    first = subprocess.Popen(words, start_new_session=True, env=environment)
    end = time.monotonic() + 120
    while len(list(store.rglob("*.partial"))) < 3 and first.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    done = {path.name: path.stat().st_mtime_ns for path in store.rglob("*.partial")}
    subprocess.run(words, check=True, timeout=300, env=environment)
    assert bytes(imprint.EmbeddingSet.read(output)) == bytes(whole)
    kept = [path for path in store.rglob("*.partial") if done.get(path.name) == path.stat().st_mtime_ns]
    assert len(kept) == len(done) > 0
