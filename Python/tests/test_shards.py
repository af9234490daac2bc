"""Shards of a job in the C interface."""
import ctypes

import numpy
import pytest

import imprint
from imprint import _library


@pytest.fixture(scope="module")
def extractor(base):
    return imprint.Extractor(base)


def shard(extractor, index, count, budget=None):
    made = ctypes.c_void_p()
    with _library.Options(budget=budget) as options, extractor._use() as pointer:
        _library.call("embedding_set_create_shard", pointer, b"job", index, count, options, ctypes.byref(made))
    return imprint.EmbeddingSet._of(made.value)


def made(extractor, count=8):
    whole = imprint.EmbeddingSet(extractor)
    shape = (count, whole.dimension) if whole.views == 1 else (count, whole.views, whole.dimension)
    arrays = numpy.random.default_rng(1).integers(0, 100, shape).astype(whole.element)
    labels = ["daisy" if place < count // 2 else "iris" for place in range(count)]
    return arrays, labels, [f"{place}.jpg" for place in range(count)]


@pytest.mark.parametrize("budget", [None, 0])
def test_shards_in_any_order_are_the_whole_and_count_once(extractor, budget):
    arrays, labels, names = made(extractor)
    whole = imprint.EmbeddingSet(extractor, budget=budget)
    whole.add(arrays, labels, names)
    merged = imprint.EmbeddingSet(extractor, budget=budget)
    for index in (2, 0, 2, 1, 0):
        part = shard(extractor, index, 3, budget)
        part.add(arrays[index::3], labels[index::3], names[index::3])
        (held,) = part._describe()["shards"]
        assert (held["job"], held["count"], held["held"]) == ("job", 3, [index])
        merged.merge(part)
    assert merged._describe()["shards"] == []
    with merged._use() as pointer:
        _library.call("embedding_set_sort", pointer)
    assert bytes(merged) == bytes(whole)


def test_missing_shards_are_told_and_others_do_not_exist(extractor):
    assert shard(extractor, 1, 3)._describe()["shards"][0]["missing"] == [0, 2]
    with pytest.raises(imprint.EmbeddingError, match="numbered from 0 to 2"):
        shard(extractor, 3, 3)
