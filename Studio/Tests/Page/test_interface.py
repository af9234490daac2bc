"""The description of the interface, and the service for other programs."""

import json
import re
import urllib.request

import pictures


def test_the_description_names_every_request_of_the_page(studio):
    described = json.loads(studio.fetch("/api/v1/openapi.json")[0])
    assert described["openapi"].startswith("3.1")
    known = {re.sub(r"\{\w+\}", "{}", path) for path in described["paths"]}
    source = studio.fetch("/page/api.js")[0].decode()
    used = {re.sub(r"\$\{\w+\}", "{}", path) for path in re.findall(r'["`](/[a-z][^"`?]*)', source)}
    used |= {f"/pictures/{{}}/{kind}" for kind in ("thumbnail", "image")}
    assert used - {"/api/v1"}
    for path in used - {"/api/v1"}:
        assert f"/api/v1{path}" in known, path


def test_other_programs_classify_with_one_request(studio):
    studio.teach("mug", pictures.mug, 4)
    studio.teach("sky", pictures.sky, 4)
    request = urllib.request.Request(f"{studio.base}/api/classify?topK=1", data=pictures.jpeg(pictures.sky(50)), headers={"Cookie": studio.cookie})
    with urllib.request.urlopen(request, timeout=60) as answer:
        best = json.load(answer)["classes"]
    assert [each["name"] for each in best] == ["sky"]
