"""The estimate, the confusions, and the pictures that look mislabelled."""

import pictures
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


@pytest.fixture
def mislabelled(studio):
    """Three classes; two pictures have the wrong label, of which one is certain enough to be asked about."""
    studio.teach("mug", pictures.mug, 8)
    studio.teach("sky", pictures.sky, 8)
    studio.teach("leaf", pictures.leaf, 8)
    studio.teach("leaf", pictures.sky, 1, first=300)
    studio.teach("sky", pictures.mug, 1, first=301)
    estimate = studio.wait_for_estimate()
    assert estimate["suspects"] >= 1
    return studio


def label_of(studio, name):
    classes = {each["id"]: each["name"] for each in studio.ask("GET", "/project")["classes"]}
    [picture] = studio.ask("GET", f"/pictures?search={name}")["pictures"]
    return classes[picture["class"]]


def test_the_estimate_stands_in_words(open_page, mislabelled):
    estimate = mislabelled.wait_for_estimate()
    page = open_page("mug", start_camera=False)
    page.go("trust")
    page.see(".hero .title", f"About {round(estimate['accuracy'] * 100)} of 100 new pictures are named correctly.")
    page.see(".hero .lead", f"{round(estimate['interval'][0] * 100)}")
    assert len(page.all(".class-table tbody tr")) == 3
    page.wait(lambda: page.all(".curve svg path"))
    # What is drawn is also a table.
    assert len(page.all(".curve table tbody tr")) == len(estimate["curve"])


def test_a_picture_that_looks_mislabelled_is_moved_by_one_key(open_page, mislabelled):
    page = open_page("mug", start_camera=False)
    page.go("trust", "?review")
    page.wait(lambda: page.is_shown(".review-picture"))
    seen = []
    while mislabelled.wait_for_estimate()["suspects"]:
        page.wait(lambda: page.is_shown(".review-picture") and page.text(".review-words .quiet") not in seen)
        seen.append(page.text(".review-words .quiet"))
        page.press("a")
        page.see(".toasts", "Moved to")
        page.wait(lambda: label_of(mislabelled, seen[-1]) == {"leaf-300.jpg": "sky", "sky-301.jpg": "mug"}[seen[-1]])
    assert "sky-301.jpg" in seen
    page.wait(lambda: not page.is_shown(".review-picture"))
    page.see("#panel-trust", "No picture looks mislabelled")
    page.chord(Keys.CONTROL, "z")
    page.wait(lambda: label_of(mislabelled, seen[-1]) == seen[-1].split("-")[0])
    page.wait(lambda: page.is_shown(".review-picture"))


def test_a_label_that_is_right_is_kept_by_one_key(open_page, mislabelled):
    page = open_page("mug", start_camera=False)
    page.go("trust")
    page.wait(lambda: page.is_shown(".review-picture") and page.text(".review-words .quiet").endswith(".jpg"))
    name = page.text(".review-words .quiet")
    label = label_of(mislabelled, name)
    suspects = mislabelled.wait_for_estimate()["suspects"]
    page.press("r")
    page.see(".toasts", f"Kept as {label}")
    page.wait(lambda: not page.is_shown(".review-picture") or page.text(".review-words .quiet") != name)
    assert label_of(mislabelled, name) == label
    # It is not asked for again.
    page.wait(lambda: mislabelled.wait_for_estimate()["suspects"] == suspects - 1)
    page.chord(Keys.CONTROL, "z")
    page.wait(lambda: page.is_shown(".review-picture") and page.text(".review-words .quiet") == name)


def test_the_cells_of_the_matrix_open_their_pictures(open_page, mislabelled):
    page = open_page("mug", start_camera=False)
    page.go("trust")
    page.wait(lambda: page.is_shown(".matrix .is-wrong a"))
    assert page.one(".matrix .is-wrong a").get_attribute("aria-label") == "1 picture of sky taken for mug"
    # The whole table is one stop of the tab key; arrows go from number to number.
    assert len(page.all(".matrix a[tabindex='0']")) == 1
    page.script("document.querySelector(\".matrix a[tabindex='0']\").focus()")
    before = page.script("return document.activeElement.getAttribute('aria-label')")
    page.press(Keys.ARROW_RIGHT)
    assert page.script("return document.activeElement.getAttribute('aria-label')") != before
    page.one(".matrix .is-wrong a").click()
    page.see(".chip", "sky taken for mug")
    page.see(".toolbar .quiet", "1 picture")
    page.wait(lambda: page.all(".cell[aria-label^='sky-301.jpg, sky']"))
    page.one(".chip .button").click()
    page.see(".toolbar .quiet", "26 pictures")


def test_many_classes_fold_to_those_that_are_confused(open_page, studio):
    page = open_page("mug", start_camera=False)
    page.script("""
        const classes = Array.from({ length: 30 }, (_, id) => ({ id: id + 1, name: `class ${id + 1}`, count: 20, known: .9, isNone: false, newest: [] }));
        const confusions = classes.flatMap((each) => [{ label: each.id, takenFor: each.id, count: 19 }, ...(each.id <= 5 ? [{ label: each.id, takenFor: each.id + 1, count: 1 }] : [])]);
        const recalls = classes.map((each) => ({ class: each.id, recall: .9, interval: [.8, .95], count: 20 }));
        window.realFetch = window.fetch;
        window.fetch = async (address, options) => {
          const answer = await window.realFetch(address, options);
          const change = /project$/.test(address) ? { classes } : /estimate$/.test(address) ? { accuracy: .9, interval: [.88, .92], pictures: 600, classes: recalls, confusions, suspects: 0, alike: 0, advice: [], curve: [] } : null;
          return change ? new Response(JSON.stringify({ ...(await answer.json()), ...change }), { headers: { 'Content-Type': 'application/json' } }) : answer;
        };""")
    studio.ask("POST", "/classes", {"name": "one"})
    page.wait(lambda: len(page.all(".card .teach")) == 30)
    page.go("trust")
    page.see("#panel-trust", "The 6 classes that are confused most, of 30.")
    assert len(page.all(".matrix tbody tr")) == 6
    assert len(page.all(".class-table tbody tr")) == 12
    next(each for each in page.all("#panel-trust .button") if each.text == "Show all 30 classes").click()
    assert len(page.all(".class-table tbody tr")) == 30


def test_advice_leads_to_the_class_that_it_names(open_page, mislabelled):
    page = open_page("mug", start_camera=False)
    page.go("trust")
    page.wait(lambda: page.all(".advice a"))
    links = [each for each in page.all(".advice a") if each.text.startswith("Teach ")]
    if not links:
        pytest.skip("no advice names a class here")
    name = links[0].text.removeprefix("Teach ")
    links[0].click()
    page.wait(lambda: page.script("return document.activeElement.closest('.card')?.querySelector('.name').textContent") == name)
    assert page.card(name).find_element(By.CSS_SELECTOR, ".teach").is_displayed()
