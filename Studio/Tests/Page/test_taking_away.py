"""Versions, their files in another runtime, and the lines of code."""

import numpy
import pictures
import pytest
from PIL import Image
from selenium.webdriver.common.keys import Keys


@pytest.fixture
def taught(studio):
    studio.teach("mug", pictures.mug, 6)
    studio.teach("sky", pictures.sky, 6)
    studio.teach("leaf", pictures.leaf, 6)
    studio.wait_for_estimate()
    return studio


def test_a_version_is_made_and_its_file_gives_the_same_answer_elsewhere(open_page, taught, tmp_path):
    litert = pytest.importorskip("ai_edge_litert.interpreter")
    page = open_page("mug", start_camera=False)
    page.go("takeAway")
    page.one("#version-note").send_keys("for the test", Keys.ENTER)
    page.see(".versions", "for the test")
    link = page.one(".version a.button").get_attribute("href")
    path = link.removeprefix(taught.base)
    model = tmp_path / "things.tflite"
    model.write_bytes(taught.fetch(path)[0])
    labels = taught.fetch(path.replace("model.tflite", "labels.txt?format=plain"))[0].decode().split()
    assert sorted(labels) == ["leaf", "mug", "sky"]
    interpreter = litert.Interpreter(model_path=str(model))
    interpreter.allocate_tensors()
    given, result = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    for name, scene in (("mug", pictures.mug), ("sky", pictures.sky), ("leaf", pictures.leaf)):
        image = scene(77)
        answer = taught.ask("POST", "/classify", pictures.jpeg(image))
        height, width = given["shape"][1:3]
        pixels = numpy.asarray(image.resize((width, height), Image.BILINEAR))
        if given["dtype"] == numpy.float32:
            pixels = pixels.astype(numpy.float32) / 127.5 - 1
        interpreter.set_tensor(given["index"], pixels[None].astype(given["dtype"]))
        interpreter.invoke()
        elsewhere = labels[int(interpreter.get_tensor(result["index"])[0].argmax())]
        assert elsewhere == answer["classes"][0]["name"] == name


def test_every_download_is_there(open_page, taught):
    page = open_page("mug", start_camera=False)
    page.go("takeAway")
    page.one("#version-note").send_keys("files", Keys.ENTER)
    page.see(".versions", "files")
    page.one(".version [aria-haspopup=menu]").click()
    page.wait(lambda: page.all(".menu a"))
    links = [each.get_attribute("href") for each in page.all(".menu a")]
    assert len(links) == 5
    page.press(Keys.ESCAPE)
    links += [each.get_attribute("href") for each in page.all("#panel-takeAway .sheet > .row a")]
    for link in links:
        assert len(taught.fetch(link.removeprefix(taught.base))[0]) > 4, link


def test_two_versions_are_compared_and_the_older_one_comes_back(open_page, taught):
    page = open_page("mug", start_camera=False)
    page.go("takeAway")
    page.one("#version-note").send_keys("before", Keys.ENTER)
    page.see(".versions", "before")
    taught.teach("cup", pictures.mug, 3, first=40)
    page.one("#version-note").send_keys("after", Keys.ENTER)
    page.see(".versions", "after")
    page.see(".difference", "3 pictures added")
    page.see(".difference", "New: cup")
    page.all(".version [aria-haspopup=menu]")[-1].click()
    page.wait(lambda: page.all(".menu"))
    next(each for each in page.all(".menu-entry") if each.text == "Go back to this version").click()
    page.see(".toasts", "Went back to version 1")
    page.wait(lambda: taught.ask("GET", "/project")["pictures"] == 18)
    page.chord(Keys.CONTROL, "z")
    page.wait(lambda: taught.ask("GET", "/project")["pictures"] == 21)


def test_the_code_names_the_file_and_is_copied(open_page, taught):
    page = open_page("mug", start_camera=False)
    page.go("takeAway")
    page.see(".code", 'imprint.Classifier("things-1.tflite")')
    page.script("document.querySelector('.segment input[value=command]').click()")
    page.see(".code", "imprint classify --model things-1.tflite picture.jpg")
    page.script("window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    next(each for each in page.all(".code-box .button")).click()
    page.see(".code-box .button", "Copied")
    assert "imprint classify" in page.script("return window.copied")
