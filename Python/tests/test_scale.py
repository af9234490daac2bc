"""What jobs on several machines share, without an engine: shards, partials, their store, and workers that differ."""

import os
import random
import sys

import numpy
import pytest

import imprint
from imprint import _alone, _answers, _partials, _rows, _scale
from imprint._store import Store, StoreError

fsspec = pytest.importorskip("fsspec", reason="needs fsspec")
pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow")

from fsspec.implementations.memory import MemoryFileSystem  # noqa: E402


class Unreliable(MemoryFileSystem):
    """A store whose every third call fails."""

    protocol = "unreliable"
    store = {}
    calls = 0

    def _call(self):
        type(self).calls += 1
        if type(self).calls % 3 == 0:
            raise ConnectionError("the service is busy")

    def cat_file(self, *arguments, **options):
        self._call()
        return super().cat_file(*arguments, **options)

    def pipe_file(self, *arguments, **options):
        self._call()
        return super().pipe_file(*arguments, **options)

    def mv(self, *arguments, **options):
        self._call()
        return super().mv(*arguments, **options)


fsspec.register_implementation("unreliable", Unreliable, clobber=True)


@pytest.fixture(scope="module")
def opened(base):
    return _scale.open_job(base)


@pytest.fixture(scope="module")
def job(opened):
    return opened[0]


@pytest.fixture(scope="module")
def worker(opened):
    return _scale.Worker(*opened)


@pytest.fixture(scope="module")
def rows(folder):
    return [(path.parent.name, str(path), str(path)) for path in sorted(folder.glob("*/*.png"))]


@pytest.fixture(scope="module")
def whole(base, rows):
    """What one process makes of all pictures."""
    extractor = imprint.Extractor(base)
    made = imprint.EmbeddingSet(extractor)
    made.embed(extractor, [row[2] for row in rows], [row[0] for row in rows])
    return made.sorted()


def in_shards(rows, size):
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def finished(job, store, shards):
    names = [job.shard(shard) for shard in shards]
    return _partials.result(job, _partials.merged(job, _partials.stored(job, store, names)), names)


def test_partials_in_any_order_and_partition_give_the_same_set(job, worker, rows, whole):
    for size in (1, 5, 18):
        partials = [worker.embed(shard)[0] for shard in in_shards(rows, size)]
        for seed in range(3):
            random.Random(seed).shuffle(partials)
            merged = _partials.merged(job, partials)
            found = _partials.result(job, merged, [name for each in partials for name in each.header["shards"]])
            assert found == whole and found.skipped == []


def test_a_shard_is_named_by_its_rows(job, rows):
    shard = rows[:4]
    assert job.shard(shard) == job.shard(shard[::-1])
    others = [rows[:3], [("other", *shard[0][1:]), *shard[1:]], [(shard[0][0], shard[0][1], memoryview(b"x")), *shard[1:]]]
    names = {job.shard(each) for each in [shard, *others]}
    assert len(names) == 4
    assert job._replace(arithmetic="int8").shard(shard) != job.shard(shard)
    assert job._replace(machine="another").shard(shard) == job.shard(shard)
    # Lengths are part of the name: nothing can move from one field to the next.
    assert job.shard([("ab", "c", "d")]) != job.shard([("a", "bc", "d")])


def test_a_shard_counts_once(job, worker, rows, whole):
    partials = [worker.embed(shard)[0] for shard in in_shards(rows, 6)]
    names = [name for each in partials for name in each.header["shards"]]
    assert _partials.result(job, _partials.merged(job, [*partials, partials[1]]), names) == whole
    pairs = [_partials.merged(job, partials[:2]), _partials.merged(job, partials[1:])]
    with pytest.raises(_partials.PartialError, match="in two partials"):
        _partials.merged(job, pairs)


def test_a_job_that_was_stopped_goes_on(worker, rows, whole, job, tmp_path):
    store = Store(tmp_path / "store")
    shards = in_shards(rows, 4)
    for shard in shards[:3]:
        assert worker.embed(shard, store)[1] is False
    found = [worker.embed(shard, store)[1] for shard in shards]
    assert found == [True, True, True, False, False]
    assert finished(job, store, shards) == whole


def test_clocks_that_differ_change_nothing(worker, rows, tmp_path):
    store = Store(tmp_path)
    worker.embed(rows[:4], store)
    for seconds in (0, 4_000_000_000):
        for path in tmp_path.rglob("*.partial"):
            os.utime(path, (seconds, seconds))
        assert worker.embed(rows[:4], store)[1] is True


def test_a_missing_shard_is_named(worker, rows, job, tmp_path):
    store = Store(tmp_path)
    shards = in_shards(rows, 6)
    for shard in shards[:2]:
        worker.embed(shard, store)
    with pytest.raises(_partials.PartialError, match=f"the shard {job.shard(shards[2])} is missing"):
        finished(job, store, shards)
    partials = [worker.embed(shard)[0] for shard in shards]
    names = [job.shard(shard) for shard in shards]
    with pytest.raises(_partials.PartialError, match="is missing"):
        _partials.result(job, _partials.merged(job, partials[:2]), names)
    with pytest.raises(_partials.PartialError, match="is of no task"):
        _partials.result(job, _partials.merged(job, partials), names[:2])
    with pytest.raises(_partials.PartialError, match="no partials"):
        _partials.merged(job, [])


@pytest.mark.parametrize("damage", [lambda d: d[: len(d) // 2], lambda d: b"", lambda d: d[:-1] + b"?", lambda d: d[:40]])
def test_a_damaged_partial_is_made_anew(worker, rows, job, damage, tmp_path, whole):
    store = Store(tmp_path)
    shards = in_shards(rows, 9)
    for shard in shards:
        worker.embed(shard, store)
    (path,) = tmp_path.rglob(job.shard(shards[0]) + ".partial")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(_partials.PartialError, match="cut off or altered"):
        finished(job, store, shards)
    assert [worker.embed(shard, store)[1] for shard in shards] == [False, True]
    assert finished(job, store, shards) == whole


def test_a_partial_of_another_model_is_refused(worker, rows, job, tmp_path):
    partial = worker.embed(rows[:2])[0]
    other = job._replace(network="0" * 64)
    with pytest.raises(_partials.PartialError, match="another job"):
        _partials.merged(other, [partial])
    # Under the name of a shard of this job it is made anew.
    store = Store(tmp_path)
    folder = store.child(job.name)
    foreign = _partials.Partial({**partial.header, "job": other.name}, partial.embeddings)
    folder.write(job.shard(rows[:2]) + ".partial", foreign.sealed())
    assert worker.embed(rows[:2], store)[1] is False
    folder.write(job.shard(rows[2:4]) + ".partial", partial.sealed())
    assert worker.embed(rows[2:4], store)[1] is False


def test_an_empty_shard_is_merged(job, worker, rows, whole):
    empty = worker.embed([])[0]
    partials = [empty, worker.embed(rows)[0]]
    names = [name for each in partials for name in each.header["shards"]]
    assert _partials.result(job, _partials.merged(job, partials), names) == whole


def test_a_store_that_fails_on_every_third_call(worker, rows, job, whole):
    store = Store("unreliable://bucket/partials", pause=0.001)
    shards = in_shards(rows, 2)
    for shard in shards:
        assert worker.embed(shard, store)[1] is False
    assert all(worker.embed(shard, store)[1] for shard in shards)
    assert finished(job, store, shards) == whole
    assert Unreliable.calls > 20
    assert store.child(job.name).names(".partial") == sorted(job.shard(shard) + ".partial" for shard in shards)


def test_a_store_that_cannot_be_reached_says_so(worker, rows):
    class Down(Store):
        def _open(self):
            raise ConnectionError("no route")

        def child(self, name):
            return self

    with pytest.raises(StoreError, match="no route.*3 attempts|3 attempts.*no route"):
        worker.embed(rows[:1], Down("s3://nowhere/x", attempts=3, pause=0.001))


def test_writing_is_all_or_nothing(tmp_path, monkeypatch):
    store = Store(tmp_path, attempts=1)
    store.write("a", b"old")
    system = type(store._open()[0])
    monkeypatch.setattr(system, "mv", lambda *_, **__: (_ for _ in ()).throw(ConnectionError("cut")))
    with pytest.raises(StoreError):
        store.write("a", b"new")
    assert store.read("a") == b"old" and os.listdir(tmp_path) == ["a"]
    assert store.read("b") is None and Store(tmp_path / "none").names() == []


def test_workers_that_differ_are_told_and_refused(opened, monkeypatch, model):
    job, data = opened
    with pytest.raises(_scale.WorkerError, match="Imprint 0.0.1"):
        monkeypatch.setattr(imprint, "__version__", "0.0.1")
        _scale.Worker(job, data)
    monkeypatch.undo()
    with pytest.raises(_scale.WorkerError, match="its model is"):
        _scale.Worker(job, model.read_bytes())
    with pytest.raises(_scale.WorkerError, match="arithmetic"):
        _scale.Worker(job._replace(arithmetic="auto"), data)
    with pytest.raises(_scale.WorkerError, match="computes other numbers: it runs on .*, and the driver on another"):
        _scale.Worker(job._replace(probe="0" * 64, machine="another"), data)


def test_workers_that_differ_are_allowed_and_told(opened, rows):
    job, data = opened
    job = job._replace(probe="0" * 64, allow_mixed=True)
    partial = _scale.Worker(job, data).embed(rows[:2])[0]
    with pytest.warns(UserWarning, match="differed from the driver"):
        assert len(_partials.result(job, _partials.merged(job, [partial]), partial.header["shards"])) == 2


def test_pictures_that_cannot_be_read_are_set_aside(job, worker, rows, tmp_path, whole):
    poison = tmp_path / "poison.jpg"
    poison.write_bytes(b"\xff\xd8\xff\xe0 cut off")
    bad = [("x", "poison", str(poison)), ("x", "gone", str(tmp_path / "gone.jpg")), ("x", "null", None)]
    bad += [("x", "bytes", memoryview(b"no picture")), ("x", "nothing", memoryview(b""))]
    partials = [worker.embed([*rows[:9], *bad])[0], worker.embed(rows[9:])[0]]
    names = [name for each in partials for name in each.header["shards"]]
    found = _partials.result(job, _partials.merged(job, partials), names)
    assert found == whole and len(found.skipped) == 5
    assert all(isinstance(error, imprint.PictureError) for error in found.skipped)
    assert sum(partial.header["rows"] for partial in partials) == len(rows) + 5
    only = worker.embed(bad)[0]
    assert len(_partials.result(job, only, only.header["shards"])) == 0
    with pytest.raises(imprint.PictureError):
        only.refuse_skipped()


DEADLY = """
import os, signal, imprint._embeddings, imprint._alone
embed = imprint._embeddings.EmbeddingSet.embed
def end(self, extractor, pictures, *arguments, **options):
    if isinstance(pictures[0], memoryview) and pictures[0] == b"deadly":
        os.kill(os.getpid(), signal.SIGSEGV)
    return embed(self, extractor, pictures, *arguments, **options)
imprint._embeddings.EmbeddingSet.embed = end
imprint._alone.serve()
"""


def test_pictures_that_end_a_process_are_set_aside(opened, rows, monkeypatch, whole):
    job, data = opened
    pictures = [memoryview(open(row[2], "rb").read()) for row in rows[:4]]
    poison = memoryview(b"deadly")
    command = [sys.executable, "-c", DEADLY]
    mixed = [poison, *pictures[:2], poison, poison, *pictures[2:], poison]
    found = _alone.deadly(job, data, mixed, command)
    assert sorted(found) == [0, 3, 4, 7] and "SIGSEGV" in found[0].message
    assert _alone.deadly(job, data, pictures, command) == {}
    # That it cannot start says nothing of the pictures.
    with pytest.raises(imprint.ImprintError, match="status 3"):
        _alone.deadly(job, data, pictures, [sys.executable, "-c", "raise SystemExit(3)"])
    # A worker looks for them in a shard that it has begun several times and never done.
    worker = _scale.Worker(job, data)
    monkeypatch.setattr(_scale, "deadly", lambda *arguments: _alone.deadly(*arguments, command))
    shard = [*rows, ("x", "poison", poison)]
    attempts = _alone.Attempts(job.shard(shard))
    for before in range(_alone.PATIENCE):
        assert attempts.begin() == before
    partial = worker.embed(shard)[0]
    assert [row["name"] for row in partial.header["skipped"]] == ["poison"]
    assert "SIGSEGV" in partial.header["skipped"][0]["message"]
    assert _partials.result(job, partial, partial.header["shards"]) == whole
    assert attempts.begin() == 0
    attempts.end()


def test_sums_of_any_partition(base, rows):
    job, data = _scale.open_job(base, keep="sums")
    worker = _scale.Worker(job, data)
    found = set()
    for seed, size in enumerate((2, 7, 18, 18, 5)):
        # The classes come in another order each time.
        shuffled = random.Random(seed).sample(rows, len(rows))
        partials = [worker.embed(shard)[0] for shard in in_shards(shuffled, size)]
        made = _partials.merged(job, partials)
        assert not _partials.result(job, made, made.header["shards"]).has_embeddings
        found.add(made.embeddings)
    assert len(found) == 1


def test_copies_of_a_picture_in_several_shards(base, job, worker, rows, whole):
    copies = [(label, name + " copy", picture) for label, name, picture in rows[:3]]
    partials = [worker.embed(each)[0] for each in [rows, copies]]
    names = [name for each in partials for name in each.header["shards"]]
    for order in (partials, partials[::-1]):
        assert _partials.result(job, _partials.merged(job, order), names) == whole
    sums_job, data = _scale.open_job(base, keep="sums")
    sums_worker = _scale.Worker(sums_job, data)
    partials = [sums_worker.embed(each)[0] for each in [rows[:9], copies + rows[9:]]]
    with pytest.raises(imprint.EmbeddingError):
        _partials.merged(sums_job, partials)


def test_rows_of_usual_data_sets(folder, rows):
    paths = [row[2] for row in rows]
    contents = [open(path, "rb").read() for path in paths]
    binary = pyarrow.table({"path": ["file:" + path for path in paths], "content": contents})
    found = _rows.Columns.chosen(binary.column_names).rows(binary)
    assert [row[:2] for row in found] == [row[:2] for row in rows]
    assert all(isinstance(row[2], memoryview) and row[2] == data for row, data in zip(found, contents))
    listed = pyarrow.table({"path": paths, "label": [1] * len(paths)})
    assert {row[0] for row in _rows.Columns.chosen(listed.column_names).rows(listed)} == {"1"}
    named = _rows.Columns.chosen(["path"], label=lambda name: name[-1])
    assert named.rows(listed.select(["path"]))[0][0] == "g"
    rooted = _rows.Columns.chosen(["path"], root=folder.parent)
    assert rooted.rows(listed.select(["path"]))[0][0] == folder.name
    unnamed = pyarrow.table({"jpg": contents, "cls": ["a"] * len(paths)})
    assert len({row[1] for row in _rows.Columns.chosen(unnamed.column_names).rows(unnamed)}) == len(paths)
    with pytest.raises(imprint.InvalidArgumentError, match="no column 'nothing'"):
        _rows.Columns.chosen(["path"], picture="nothing")
    with pytest.raises(imprint.InvalidArgumentError, match="no column holds pictures"):
        _rows.Columns.chosen(["a", "b"])
    with pytest.raises(imprint.InvalidArgumentError, match="is of no class"):
        _rows.Columns.chosen(["path"]).rows(pyarrow.table({"path": ["rose.jpg"]}))


def test_pictures_in_a_folder(folder, rows, tmp_path):
    assert _rows.pictures_in(folder) == [row[2] for row in rows]
    system = MemoryFileSystem()
    for name in ["b/2.JPG", "a/1.png", "a/note.txt", "a/.hidden.png"]:
        system.pipe_file(f"/some/{name}", b"x")
    assert _rows.pictures_in("memory://some/") == ["memory://some/a/1.png", "memory://some/b/2.JPG"]
    with pytest.raises(imprint.InvalidArgumentError, match="holds no pictures"):
        _rows.pictures_in(tmp_path)


def test_remote_paths_are_read(rows, worker):
    system = MemoryFileSystem()
    system.pipe_file("/bucket/a.png", open(rows[0][2], "rb").read())
    found = _rows.fetched([("x", "a", "memory://bucket/a.png"), ("x", "b", "memory://bucket/b.png"), rows[1]])
    assert found[0][2] == open(rows[0][2], "rb").read()
    assert isinstance(found[1][2], imprint.PictureError) and found[2] == rows[1]
    partial = worker.embed([("x", "a", "memory://bucket/a.png"), ("x", "b", "memory://bucket/b.png")])[0]
    assert partial.header["rows"] == 2 and len(partial.header["skipped"]) == 1
    many = [("x", str(number), "memory://bucket/a.png") for number in range(300)]
    assert [len(part) for part in _rows.ahead(many)] == [128, 128, 44]
    assert [row[1] for row in _rows.fetched(many)] == [row[1] for row in many]
    assert list(_rows.ahead([])) == [] and _rows.fetched(rows) == rows


def test_evaluations_add_up(model, folder, rows, tmp_path):
    job, data = _answers.open_job(model)
    worker = _answers.AnswerWorker(job, data)
    wrong = [("kind 0" if label == "kind 1" else label, name, picture) for label, name, picture in rows]
    lines = tmp_path / "list.csv"
    lines.write_text("path,label\n" + "".join(f"{picture},{label}\n" for label, _, picture in wrong))
    expected = imprint.Classifier(model).evaluate(lines)
    for size in (4, 18):
        parts = [_answers.evaluated(worker, shard) for shard in in_shards(wrong, size)]
        found = _answers.evaluation(_answers.added(parts), job.labels)
        assert found._replace(mistakes=[]) == expected._replace(mistakes=[])
        assert [each[:2] for each in found.mistakes] == [each[:2] for each in expected.mistakes]
        assert numpy.allclose([each.score for each in found.mistakes], [each.score for each in expected.mistakes])
    few = _answers.added(parts, 2)
    assert [each[0] for each in few["mistakes"]] == [each.picture for each in expected.mistakes[:2]]
    with pytest.raises(imprint.TeachingError, match='named "none"'):
        _answers.evaluated(worker, [("none", "a", rows[0][2])])


def test_a_batch_with_pictures_that_cannot_be_read_is_evaluated(model, rows):
    worker = _answers.AnswerWorker(*_answers.open_job(model))
    bad = [("kind 0", "bytes", memoryview(b"no picture")), ("kind 1", "null", None)]
    found = _answers.evaluated(worker, [rows[0], *bad, *rows[1:]])
    plain = _answers.evaluated(worker, rows)
    assert found["pictures"] == len(rows) and len(found["skipped"]) == 2
    assert {**found, "skipped": []} == plain
    answers = worker.classify([rows[0], *bad])
    assert [isinstance(answer, imprint.PictureError) for answer in answers] == [False, True, True]
    columns = _answers.answer_columns([rows[0], *bad], answers)
    assert columns["label"][0] == "kind 0" and columns["error"][1]
    pyarrow.table(columns, schema=_answers.answer_schema())


def test_a_classifier_that_differs_is_refused(model, base):
    job, data = _answers.open_job(model)
    with pytest.raises(_scale.WorkerError, match="computes other numbers"):
        _answers.AnswerWorker(job._replace(probe=""), data)


def test_errors_cross_processes():
    for error in [StoreError("a", "b", "c"), imprint.PictureError("d"), _partials.PartialError("x: y", None, "z")]:
        with pytest.raises(type(error)) as found, _scale.delivering():
            with _scale.carrying():
                raise error
        assert found.value.args == error.args
    with pytest.raises(ZeroDivisionError), _scale.delivering(), _scale.carrying():
        raise ZeroDivisionError
