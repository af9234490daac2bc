"""Teaching from the camera and from files, and the answers that follow at once."""

import base64

import pictures
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def encoded(image):
    return base64.b64encode(pictures.jpeg(image)).decode()


def test_two_classes_are_taught_from_the_camera_and_told_apart(open_page, studio):
    page = open_page("both")
    page.see(".verdict", "Nothing is taught yet")
    page.add_class("mug")
    page.add_class("sky")
    page.wait_for_scene("mug")
    page.hold_button("mug", 1.5)
    page.wait_for_scene("sky")
    page.hold_key("2", 1.5)
    page.wait(lambda: page.picture_count("mug") >= 4 and page.picture_count("sky") >= 4)
    for name in ("mug", "sky"):
        page.wait_for_scene(name)
        page.see(".verdict", name, seconds=3)
    page.picture("taught")
    counts = {each["name"]: each["count"] for each in studio.ask("GET", "/project")["classes"]}
    assert counts == {"mug": page.picture_count("mug"), "sky": page.picture_count("sky")}
    # Holding a button is one step: undoing takes all its frames back.
    page.chord(Keys.CONTROL, "z")
    page.wait(lambda: page.picture_count("sky") == 0)
    assert page.picture_count("mug") == counts["mug"]
    page.chord(Keys.CONTROL, Keys.SHIFT, "z")
    page.wait(lambda: page.picture_count("sky") == counts["sky"])


def test_a_held_button_takes_about_eight_frames_a_second_one_request_at_a_time(open_page):
    page = open_page("mug")
    page.add_class("mug")
    page.script("""
        window.seen = { teach: 0, underWay: 0, most: 0 };
        const real = window.fetch;
        window.fetch = async (address, options) => {
          const isFrame = /pictures\\?|classify/.test(address);
          if (isFrame) seen.most = Math.max(seen.most, ++seen.underWay);
          if (/pictures\\?/.test(address) && options?.method === 'POST') seen.teach += 1;
          try { return await real(address, options); } finally { if (isFrame) seen.underWay -= 1; }
        };""")
    page.hold_button("mug", 2)
    seen = page.script("return seen")
    assert 6 <= seen["teach"] <= 18
    assert seen["most"] == 1


def test_a_tap_teaches_one_frame_also_by_keyboard(open_page):
    page = open_page("mug")
    page.add_class("mug")
    page.press("1")
    page.wait(lambda: page.picture_count("mug") == 1)
    page.script("document.querySelector('.teach').focus()")
    page.press(Keys.ENTER)
    page.see(".news", "", seconds=1)
    page.wait(lambda: page.picture_count("mug") + page.text(".news").count("passed over") >= 2)


def test_the_wrong_answer_is_mended_by_the_digit_of_the_right_class(open_page, studio):
    studio.teach("mug", pictures.sky, 3)
    studio.teach("sky", pictures.leaf, 3)
    page = open_page("sky")
    page.see(".verdict", "mug")
    page.hold_key("2", 1.5)
    page.see(".verdict", "sky")


def test_a_dropped_picture_is_answered_and_taught_without_a_camera(open_page, studio):
    studio.teach("mug", pictures.mug, 4)
    studio.teach("sky", pictures.sky, 4)
    page = open_page("absent")
    page.see(".live-empty", "No camera was found")
    page.drop("studio-live .stage", [["a.jpg", encoded(pictures.sky(99)), "image/jpeg"]])
    page.see(".verdict", "sky")
    page.press("2")
    page.wait(lambda: page.picture_count("sky") == 5)
    page.press(Keys.ESCAPE)
    page.see(".live-empty", "No camera was found")


def test_a_finger_taps_the_right_class(open_page, studio):
    studio.teach("mug", pictures.sky, 3)
    studio.teach("sky", pictures.leaf, 3)
    page = open_page("sky", (390, 844))
    page.see(".verdict", "mug")
    chip = next(each for each in page.all(".answer-button") if "sky" in each.text)
    tap = ActionBuilder(page.driver, mouse=PointerInput("touch", "finger"))
    tap.pointer_action.move_to(chip).pointer_down().pointer_up()
    tap.perform()
    page.wait(lambda: page.picture_count("sky") == 4)
    # A swipe over the answers scrolls them, and teaches nothing.
    swipe = ActionBuilder(page.driver, mouse=PointerInput("touch", "finger"))
    swipe.pointer_action.move_to(chip).pointer_down().move_to(chip, -60, 0).pause(0.3).pointer_up()
    swipe.perform()
    assert page.picture_count("sky") == 4


def test_a_message_offers_undo_only_for_what_was_done_last(open_page, studio):
    studio.teach("mug", pictures.mug, 3)
    studio.teach("sky", pictures.sky, 3)
    page = open_page("mug", start_camera=False)
    page.wait(lambda: page.card("sky"))
    page.menu("sky", "Delete class")
    page.see(".toasts", "Undo")
    page.add_class("leaf")
    page.wait(lambda: "Undo" not in page.text(".toasts"))


def test_files_dropped_on_a_card_go_into_its_class(open_page):
    page = open_page("mug", start_camera=False)
    page.add_class("leaf")
    page.drop(".card", [[f"{number}.jpg", encoded(pictures.leaf(number)), "image/jpeg"] for number in range(6)])
    page.wait(lambda: page.picture_count("leaf") == 6)
    page.see(".toasts", "6 pictures added")
    page.chord(Keys.CONTROL, "z")
    page.wait(lambda: page.picture_count("leaf") == 0)


def test_loose_files_are_asked_for_their_class(open_page):
    page = open_page("mug", start_camera=False)
    page.add_class("leaf")
    page.drop(".tabs", [[f"{number}.jpg", encoded(pictures.sky(number)), "image/jpeg"] for number in range(3)])
    page.see("dialog", "Which class are these 3 pictures?")
    page.one("dialog input").send_keys("sky", Keys.ENTER)
    page.wait(lambda: page.card("sky") and page.picture_count("sky") == 3)


def test_a_zip_of_class_folders_makes_classes(open_page, tmp_path):
    import zipfile

    path = tmp_path / "things.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, scene in (("mug", pictures.mug), ("sky", pictures.sky)):
            for number in range(3):
                archive.writestr(f"{name}/{number}.jpg", pictures.jpeg(scene(number)))
    page = open_page("mug", start_camera=False)
    page.drop(".tabs", [["things.zip", base64.b64encode(path.read_bytes()).decode(), "application/zip"]])
    page.wait(lambda: page.card("sky") and page.picture_count("sky") == 3 and page.picture_count("mug") == 3)


def test_a_folder_of_class_folders_makes_classes(open_page, tmp_path):
    for name, scene in (("mug", pictures.mug), ("sky", pictures.sky)):
        (tmp_path / "mine" / name).mkdir(parents=True)
        for number in range(3):
            (tmp_path / "mine" / name / f"{number}.jpg").write_bytes(pictures.jpeg(scene(number)))
    page = open_page("mug", start_camera=False)
    page.script("HTMLInputElement.prototype.click = function () {}")
    next(each for each in page.all(".welcome .button") if each.text == "Choose a folder").click()
    page.one("input[webkitdirectory]").send_keys(str(tmp_path / "mine"))
    page.wait(lambda: page.card("sky") and page.picture_count("sky") == 3 and page.picture_count("mug") == 3)


def test_a_pasted_picture_is_answered(open_page, studio):
    studio.teach("mug", pictures.mug, 4)
    studio.teach("sky", pictures.sky, 4)
    page = open_page("mug")
    page.see(".verdict", "mug")
    page.script("""
        const transfer = new DataTransfer();
        transfer.items.add(new File([Uint8Array.from(atob(arguments[0]), (each) => each.charCodeAt(0))], 'copied.png', { type: 'image/png' }));
        document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: transfer }));""", encoded(pictures.sky(60)))
    page.see(".verdict", "sky")
    next(each for each in page.all(".tools .button") if each.text == "Back to the camera").click()
    page.see(".verdict", "mug")


def test_frames_that_are_nearly_the_same_are_counted_and_not_kept(open_page, studio):
    page = open_page("mug")
    page.add_class("mug")
    page.script("document.activeElement?.blur()")
    page.press(" ")
    page.see(".badge", "Paused")
    for _ in range(3):
        page.press("1")
        page.wait(lambda: not page.script("return document.querySelector('studio-live').classList.contains('is-learning')"))
    page.see(".news", "passed over")
    assert studio.ask("GET", "/project")["pictures"] == page.picture_count("mug") == 1


def test_an_upload_that_failed_can_be_tried_again(open_page):
    page = open_page("mug", start_camera=False)
    page.add_class("leaf")
    page.refuse("/pictures?", 507, "fullDisk", "The disk is full.", "Free some space, then try again.")
    page.drop(".card", [[f"{number}.jpg", encoded(pictures.leaf(number)), "image/jpeg"] for number in range(4)])
    page.see(".tray", "4 could not be added")
    page.see(".tray", "Free some space")
    page.judge("upload-failed")
    page.allow()
    next(each for each in page.all(".tray .button") if each.text == "Try all again").click()
    page.wait(lambda: page.picture_count("leaf") == 4)
    page.wait(lambda: not page.is_shown(".tray"))


def test_a_file_that_is_no_picture_is_named(open_page):
    page = open_page("mug", start_camera=False)
    page.add_class("leaf")
    page.drop(".card", [["broken.jpg", base64.b64encode(b"no picture at all").decode(), "image/jpeg"]])
    page.see(".tray", "broken.jpg")


def test_classes_are_renamed_merged_and_deleted(open_page, studio):
    studio.teach("mug", pictures.mug, 3)
    studio.teach("cup", pictures.mug, 2, first=50)
    page = open_page("mug", start_camera=False)
    page.wait(lambda: page.card("cup"))
    page.card("mug").find_element(By.CSS_SELECTOR, ".name").click()
    page.one(".name-input").send_keys(Keys.CONTROL, "a")
    page.one(".name-input").send_keys("big mug", Keys.ENTER)
    page.wait(lambda: page.card("big mug"))
    page.card("cup").find_element(By.CSS_SELECTOR, ".name").click()
    page.one(".name-input").send_keys(Keys.CONTROL, "a")
    page.one(".name-input").send_keys("big mug", Keys.ENTER)
    page.see("dialog", "There is a class big mug already")
    page.judge("merge")
    page.one("dialog .primary").click()
    page.wait(lambda: page.picture_count("big mug") == 5 and not page.card("cup"))
    page.menu("big mug", "Delete class")
    page.wait(lambda: not page.card("big mug"))
    page.see(".toasts", "Class big mug deleted")
    next(each for each in page.all(".toast .button") if each.text == "Undo").click()
    page.wait(lambda: page.card("big mug"))


def test_names_of_classes_and_files_are_only_text(open_page, studio):
    name = "<img src=x onerror=alert(1)>"
    studio.ask("POST", "/classes", {"name": "a &lt;b&gt; & b"})
    page = open_page("mug", start_camera=False)
    page.wait(lambda: page.card("a &lt;b&gt; & b"))
    page.drop(".card", [[f"{name}.jpg", encoded(pictures.leaf(1)), "image/jpeg"]])
    page.wait(lambda: page.picture_count("a &lt;b&gt; & b") == 1)
    page.go("pictures")
    page.wait(lambda: page.all(".cell[aria-label]"))
    assert page.all("b, img[src=x]") == []


def test_two_windows_agree(open_page):
    first = open_page("mug")
    first.add_class("mug")
    second = open_page("sky")
    second.wait(lambda: second.card("mug"))
    second.add_class("sky")
    second.hold_key("2", 1)
    second.wait(lambda: second.picture_count("sky") >= 2)
    first.switch().wait(lambda: first.card("sky") and first.picture_count("sky") >= 2)
    first.hold_button("mug", 1)
    first.wait(lambda: first.picture_count("mug") >= 2)
    second.switch().wait(lambda: second.picture_count("mug") >= 2)
    second.see(".verdict", "sky")
    first.switch().see(".verdict", "mug")


def test_hands_free_teaching_goes_on_until_it_is_stopped(open_page):
    page = open_page("mug")
    page.add_class("mug")
    page.menu("mug", "Teach hands-free")
    page.see(".card .teach", "Stop")
    page.wait(lambda: page.picture_count("mug") >= 3)
    page.card("mug").find_element(By.CSS_SELECTOR, ".teach").click()
    page.see(".card .teach", "Hold to teach")


def test_the_live_view_is_paused_and_goes_on(open_page, studio):
    studio.teach("mug", pictures.mug, 3)
    studio.teach("sky", pictures.sky, 3)
    page = open_page("both")
    page.wait_for_scene("mug")
    page.see(".verdict", "mug")
    page.script("document.activeElement?.blur()")
    page.press(" ")
    page.see(".badge", "Paused")
    ActionChains(page.driver).pause(4.5).perform()
    assert page.verdict == "mug"
    page.press(" ")
    page.see(".verdict", "sky")
