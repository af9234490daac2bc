import os
import subprocess
import sys

import numpy
import pytest
from conftest import pattern

import imprint


def test_a_folder_and_its_arrays_teach_the_same_classes(base, folder, pictures, classifies_alike):
    one, other = imprint.Teacher(base), imprint.Teacher(base)
    lesson = one.learn(folder)
    assert [(known.label, known.pictures) for known in lesson.classes] == [(f"kind {kind}", 6) for kind in range(3)]
    assert lesson.pictures == 18 and not lesson.skipped
    other.learn(*pictures)
    assert one.labels == other.labels == ["kind 0", "kind 1", "kind 2"]
    # Only the record of the pictures differs: one has the digests of files, the other those of pixels.
    assert classifies_alike(one.model(), other.model())


def test_a_dict_and_several_lessons_teach_the_same(base, pictures):
    arrays, labels = pictures
    once, twice, named = imprint.Teacher(base), imprint.Teacher(base), imprint.Teacher(base)
    once.learn(numpy.stack(arrays), labels)
    twice.learn(arrays[:9], labels[:9])
    lesson = twice.learn(arrays[9:], labels[9:])
    assert [known.is_continued for known in lesson.classes] == [True, False]
    named.learn({label: [arrays[i] for i in range(18) if labels[i] == label] for label in dict.fromkeys(labels)})
    assert once.labels == twice.labels
    assert once.model() == named.model()


def test_the_estimate_and_a_wrong_label(base, pictures):
    arrays, labels = pictures
    teacher = imprint.Teacher(base)
    teacher.learn(arrays + [pattern(0, 99)], labels + ["kind 2"])
    estimate = teacher.estimate
    assert 0.8 < estimate.accuracy < 1 and estimate.lower < estimate.accuracy < estimate.upper
    assert estimate.pictures == 19 and "leave-one-out" in str(estimate)
    assert ("kind 2", "kind 0", 1) in estimate.confusions


def test_saving_and_going_on(base, pictures, tmp_path):
    arrays, labels = pictures
    file = tmp_path / "kinds.tflite"
    teacher = imprint.Teacher(base)
    teacher.learn(arrays[:12], labels[:12])
    assert teacher.save(file, embeddings=True) == file
    assert {path.suffix for path in tmp_path.iterdir()} == {".tflite", ".txt", ".embeddings"}
    further = imprint.Teacher.continuing(file)
    further.learn(arrays[12:], labels[12:])
    assert further.labels == ["kind 0", "kind 1", "kind 2"]
    assert further.classifier()(arrays[-1]).label == "kind 2"


def test_nothing_to_learn(base, tmp_path, folder):
    teacher = imprint.Teacher(base)
    with pytest.raises(imprint.TeachingError):
        teacher.save(tmp_path / "a.tflite")
    with pytest.raises(imprint.ImprintError):
        teacher.learn([], [])
    with pytest.raises(imprint.PictureError):
        teacher.learn(tmp_path)
    with pytest.raises(imprint.ImprintError, match="nowhere"):
        teacher.learn(tmp_path / "nowhere")
    with pytest.raises(imprint.InvalidArgumentError, match="labels"):
        teacher.learn([pattern(0, 0)])
    with pytest.raises(imprint.InvalidArgumentError, match="2 labels"):
        teacher.learn([pattern(0, 0)], ["a", "b"])
    with pytest.raises(imprint.InvalidArgumentError, match="text"):
        teacher.learn([pattern(0, 0)], "a")
    with pytest.raises(imprint.TeachingError):
        teacher.learn([pattern(0, 0)], ["two\nlines"])
    with pytest.raises(imprint.InvalidArgumentError):
        teacher.learn([pattern(0, 0)], ["a\0b"])
    assert teacher.labels == []


def test_an_output_that_cannot_be_written(base, pictures, tmp_path):
    teacher = imprint.Teacher(base)
    teacher.learn(*pictures)
    with pytest.raises(imprint.ImprintError, match="nowhere"):
        teacher.save(tmp_path / "nowhere" / "a.tflite")
    with pytest.raises(imprint.ImprintError):
        teacher.save("/proc/a.tflite")


def test_unreadable_pictures_are_left_out(base, folder, tmp_path):
    import shutil

    data = tmp_path / "data"
    shutil.copytree(folder, data)
    (data / "kind 0" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    teacher = imprint.Teacher(base)
    lesson = teacher.learn(data)
    assert lesson.pictures == 18 and "broken.jpg" in str(lesson.skipped[0])
    with pytest.raises(imprint.PictureError, match="broken.jpg"):
        imprint.Teacher(base).learn(data, strict=True)


def test_progress_and_its_exceptions(base, pictures):
    arrays, labels = pictures
    teacher = imprint.Teacher(base)
    seen = []
    teacher.learn(arrays, labels, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (18, 18) and seen == sorted(seen)

    class Enough(Exception):
        pass

    def stop(done, total):
        raise Enough

    teacher = imprint.Teacher(base)
    with pytest.raises(Enough):
        teacher.learn(arrays * 20, labels * 20, progress=stop)
    # All or nothing.
    assert teacher.labels in ([], ["kind 0", "kind 1", "kind 2"])


def test_ctrl_c_teaches_nothing(base, tmp_path):
    script = """
import os, signal, sys, threading
import numpy, imprint
teacher = imprint.Teacher(sys.argv[1], threads=1)
pictures = numpy.random.default_rng(0).integers(0, 256, (6000, 64, 64, 3), dtype=numpy.uint8)
# A job in the background of a shell ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)
threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    teacher.learn(pictures, [str(number % 2) for number in range(6000)], progress=False)
except KeyboardInterrupt:
    assert teacher.labels == [], teacher.labels
    teacher.learn(pictures[:4], ["a", "a", "b", "b"])
    print("interrupted", teacher.labels)
"""
    outcome = subprocess.run([sys.executable, "-c", script, base], capture_output=True, text=True, timeout=600)
    assert outcome.stdout == "interrupted ['a', 'b']\n", outcome.stderr


def test_the_interpreter_ends_while_a_thread_learns(base):
    script = """
import sys, threading, time
import numpy, imprint
teacher = imprint.Teacher(sys.argv[1])
pictures = numpy.zeros((2000, 64, 64, 3), numpy.uint8)
labels = [str(number % 2) for number in range(2000)]
threading.Thread(target=lambda: teacher.learn(pictures, labels, progress=lambda *_: None), daemon=True).start()
time.sleep(0.3)
print("end")
"""
    for _ in range(3):
        outcome = subprocess.run([sys.executable, "-c", script, base], capture_output=True, text=True, timeout=600)
        assert outcome.stdout == "end\n" and outcome.returncode == 0, (outcome.returncode, outcome.stderr)
        assert outcome.stderr == ""


def test_a_fork_after_use_is_refused_in_words(model, pictures):
    script = """
import os, sys
import numpy, imprint
classifier = imprint.Classifier(sys.argv[1])
picture = numpy.zeros((8, 8, 3), numpy.uint8)
classifier(picture)
if os.fork() == 0:
    try:
        classifier(picture)
    except imprint.ForkError as error:
        print(error, flush=True)
    del classifier
    os._exit(0)
os.wait()
print(classifier(picture).label is not None)
"""
    outcome = subprocess.run([sys.executable, "-c", script, model], capture_output=True, text=True, timeout=600)
    assert "fork" in outcome.stdout and "spawn" in outcome.stdout, outcome.stderr


def test_a_read_only_home(pictures, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o500)
    script = """
import os, signal, tempfile, imprint
imprint.Teacher, imprint.default_model
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
path = imprint.default_model(progress=False)
print(imprint.default_model() == path, os.path.exists(path), os.environ["IMPRINT_HOME"] in str(path))
imprint.Teacher()
"""
    environment = dict(os.environ, IMPRINT_HOME=str(home), HOME=str(home), XDG_CACHE_HOME=str(home / "cache"))
    outcome = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=600
    )
    assert outcome.stdout == "True True False\n", outcome.stderr


def test_embeddings_of_files_are_cached_but_not_without_the_cache(base, folder, tmp_path):
    script = """
import pathlib, sys, imprint
def learn(**options):
    teacher = imprint.Teacher(sys.argv[1], **options)
    teacher.learn(sys.argv[2], progress=False)
    return teacher.model(), len(list(pathlib.Path(sys.argv[3]).rglob("*.cached")))
(plain, none), (first, one), (second, still) = learn(cache=False), learn(), learn()
print(plain == first == second, none, one, still)
"""
    environment = dict(os.environ, XDG_CACHE_HOME=str(tmp_path))
    outcome = subprocess.run(
        [sys.executable, "-c", script, base, folder, tmp_path], capture_output=True, text=True, env=environment, timeout=600
    )
    assert outcome.stdout == "True 0 1 1\n", outcome.stderr


def test_without_the_runtime(base):
    environment = dict(os.environ, IMPRINT_LITERT="/nowhere/libLiteRt.so")
    script = "import sys, imprint\ntry: imprint.Teacher(sys.argv[1])\nexcept imprint.RuntimeMissingError as error: print(error)"
    outcome = subprocess.run(
        [sys.executable, "-c", script, base], capture_output=True, text=True, env=environment, timeout=600
    )
    assert "LiteRT" in outcome.stdout, outcome.stderr
