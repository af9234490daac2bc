"""Every state of the page, on a phone and on a wide screen, light and dark: axe finds nothing, and a screenshot is kept."""

import contextlib

import pictures
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

PHONE, WIDE = (390, 844), (1440, 900)
SIZES = pytest.mark.parametrize("size", [PHONE, WIDE], ids=["390", "1440"])


def fill(studio):
    """Three classes; two of the pictures have the wrong label."""
    studio.teach("mug", pictures.mug, 8)
    studio.teach("sky", pictures.sky, 8)
    studio.teach("leaf", pictures.leaf, 8)
    studio.teach("leaf", pictures.sky, 1, first=300)
    studio.teach("sky", pictures.mug, 1, first=301)
    return studio.wait_for_estimate()


@SIZES
def test_the_first_steps(open_page, size):
    page = open_page("mug", size)
    page.see(".verdict", "Nothing is taught yet")
    page.judge("empty")
    page.go("trust")
    page.judge("trust-empty")
    page.go("pictures")
    page.see("#panel-pictures .blank", "No pictures")
    page.judge("pictures-empty")
    page.go("takeAway")
    page.judge("take-away-empty")
    page.go("teach")
    page.add_class("mug")
    page.judge("one-class")
    button = page.card("mug").find_element(By.CSS_SELECTOR, ".teach")
    page.menu("mug", "Teach hands-free")
    page.see(".badge", "Learning mug")
    page.judge("learning")
    button.click()
    page.add_class("a name that is much longer than its card, as people like to write them")
    page.judge("long-name")


@SIZES
def test_a_taught_project(open_page, studio, size):
    estimate = fill(studio)
    assert estimate["suspects"] >= 1
    page = open_page("mug", size)
    page.see(".verdict", "mug")
    page.judge("teach")
    page.card("mug").find_element(By.CSS_SELECTOR, "[aria-haspopup=menu]").click()
    page.judge("menu")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all(".menu"))
    page.go("trust")
    page.wait(lambda: page.is_shown(".review-picture") and page.is_shown(".matrix"))
    page.judge("trust")
    for part in (".matrix", ".class-table", ".curve"):
        page.script("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", part)
        page.picture(f"trust{part.replace('.', '-')}")
    page.go("pictures")
    page.wait(lambda: len(page.all(".cell img[src]")) > 10)
    page.judge("pictures")
    page.script("document.querySelector('.grid').focus()")
    page.press(" ", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, " ")
    page.see(".selection-bar", "2 selected")
    page.judge("pictures-selected")
    next(each for each in page.all(".selection-bar .button") if each.text == "Move…").click()
    page.see("dialog", "Move 2 pictures")
    page.judge("move")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"))
    page.script("document.querySelector('.grid').focus()")
    page.press(Keys.ENTER)
    page.wait(lambda: page.is_shown(".viewer-picture"))
    page.judge("viewer")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"))
    page.go("takeAway")
    for note in ("as a start", "the same again"):
        page.one("#version-note").send_keys(note, Keys.ENTER)
        page.see(".versions", note)
    page.wait(lambda: page.all(".difference td"))
    page.judge("take-away")
    page.one("[aria-label=History]").click()
    page.wait(lambda: page.all(".history li"))
    page.judge("history")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"))
    page.script("document.activeElement.blur()")
    page.press("?")
    page.wait(lambda: page.is_shown(".keys"))
    page.judge("keys")


@SIZES
def test_what_goes_wrong(open_page, studio, size):
    studio.teach("mug", pictures.mug, 3)
    page = open_page("mug", size)
    page.wait(lambda: page.card("mug"))
    page.refuse("/pictures?", 507, "fullDisk", "The disk is full.", "Free some space, then try again.")
    page.hold_button("mug", 0.3)
    page.see(".tray", "The disk is full. Free some space, then try again.")
    page.judge("full-disk")
    page.allow()
    page.script("const [track] = document.querySelector('video').srcObject.getVideoTracks(); track.stop(); track.dispatchEvent(new Event('ended'))")
    page.see(".live-empty", "The camera has gone")
    page.judge("camera-vanished")
    with contextlib.suppress(Exception):
        next(each for each in page.all(".tray .button") if each.text == "Forget these").click()
    studio.stop()
    page.see(".notices", "The studio does not answer")
    page.judge("server-gone")


@pytest.mark.parametrize(("camera", "text"), [("denied", "The camera is not allowed here"), ("absent", "No camera was found")])
@SIZES
def test_no_camera(open_page, studio, camera, text, size):
    studio.teach("mug", pictures.mug, 2)
    page = open_page(camera, size)
    page.see(".live-empty", text)
    page.judge(f"camera-{camera}")


@SIZES
def test_a_page_without_https_has_no_camera_and_takes_pictures_by_the_file_button(open_page, studio, size):
    studio.teach("mug", pictures.mug, 2)
    page = open_page("mug", size, start_camera=False)
    script = page.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "Object.defineProperty(navigator, 'mediaDevices', { value: undefined }); Object.defineProperty(window, 'isSecureContext', { value: false }); delete crypto.randomUUID;"})
    try:
        page.driver.refresh()
        page.see(".live-empty", "No live camera on this address")
        page.wait(lambda: page.card("mug"))
        assert page.card("mug").find_element(By.CSS_SELECTOR, ".teach").text == ("Take a picture" if size == PHONE else "Add pictures")
        page.judge("camera-insecure")
        page.script("HTMLInputElement.prototype.click = function () { window.asked = [this.type, this.getAttribute('capture')]; }")
        page.card("mug").find_element(By.CSS_SELECTOR, ".teach").click()
        page.wait(lambda: page.script("return window.asked"))
        assert page.script("return window.asked") == ["file", "environment" if size == PHONE else None]
    finally:
        page.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})


def test_without_the_token_the_page_says_how_to_get_in(open_page, studio):
    for size in (PHONE, WIDE):
        page = open_page("sky", size, address=f"{studio.base.replace('127.0.0.1', 'localhost')}/", start_camera=False, is_locked=True)
        page.see("h1", "This studio is locked")
        page.judge("locked")


def test_a_window_whose_token_is_not_valid_any_more_says_so(open_page, studio):
    page = open_page("mug", start_camera=False)
    page.add_class("mug")
    page.driver.delete_all_cookies()
    page.one("#new-class").send_keys("sky", Keys.ENTER)
    page.see(".notices", "This window is locked out")
    page.judge("locked-out")


def test_frames_are_kept_while_the_studio_is_gone_and_sent_when_it_is_back(open_page, studio):
    page = open_page("mug")
    page.add_class("mug")
    # The network fails for everything but the page itself.
    page.script("window.realFetch = window.fetch; window.fetch = () => Promise.reject(new TypeError('network'))")
    page.hold_button("mug", 1)
    page.see(".notices", "does not answer")
    page.hold_button("mug", 1)
    page.see(".notices", "kept here")
    page.judge("frames-kept")
    page.allow()
    page.see(".toasts", "The studio answers again")
    page.wait(lambda: page.picture_count("mug") >= 2)
    page.wait(lambda: not page.is_shown(".tray"))
    assert studio.ask("GET", "/project")["pictures"] == page.picture_count("mug")


def test_a_problem_that_stands_is_shown_until_it_is_gone(open_page):
    page = open_page("mug", start_camera=False)
    page.script("""
        window.realFetch = window.fetch;
        window.fetch = async (address, options) => {
          const answer = await window.realFetch(address, options);
          if (!String(address).endsWith('/project')) return answer;
          return new Response(JSON.stringify({ ...(await answer.json()), problems: [{ code: 'readOnly', message: 'The folder cannot be written.', remedy: 'Change its permissions.' }] }), { headers: { 'Content-Type': 'application/json' } });
        };""")
    page.add_class("mug")
    page.see(".notices", "The folder cannot be written.")
    page.judge("problem")
    page.allow()
    page.add_class("sky")
    page.wait(lambda: page.text(".notices") == "")


def test_high_contrast_and_reduced_motion(open_page, studio):
    fill(studio)
    page = open_page("mug", WIDE, reduced_motion=True, more_contrast=True)
    page.see(".verdict", "mug")
    page.judge("high-contrast")
    assert page.script("return document.getAnimations().length") == 0


def test_from_right_to_left_nothing_leaves_the_window(open_page, studio):
    fill(studio)
    for size in (PHONE, WIDE):
        page = open_page("mug", size)
        page.script("document.documentElement.dir = 'rtl'")
        for part in ("teach", "trust", "pictures", "takeAway"):
            page.go(part)
            page.fits(f"right-to-left-{part}")


def test_other_widths(open_page, studio):
    fill(studio)
    for width in (320, 720, 1024, 1920):
        page = open_page("mug", (width, 800))
        for part in ("teach", "trust", "pictures", "takeAway"):
            page.go(part)
            page.fits(f"width-{part}")
