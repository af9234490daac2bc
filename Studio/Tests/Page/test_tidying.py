"""The grid of pictures: any number of them, selected by pointer, keys and finger; moved, deleted, brought back."""

import random

import pictures
import pytest
from conftest import Studio
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

MANY = 1500


@pytest.fixture
def tidy(studio, open_page):
    studio.teach("mug", pictures.mug, 6)
    studio.teach("sky", pictures.sky, 6)
    page = open_page("mug", start_camera=False)
    page.go("pictures")
    page.wait(lambda: len(page.all(".cell img[src]")) == 12)
    return page


def cells(page):
    """The cells in the order of their places."""
    return sorted(page.all(".cell"), key=lambda cell: int(cell.get_attribute("id").split("-")[1]))


def selected(page):
    return len(page.all(".cell[aria-selected=true]"))


def test_click_shift_and_control_select(tidy):
    cells(tidy)[1].click()
    assert selected(tidy) == 1
    ActionChains(tidy.driver).key_down(Keys.SHIFT).click(cells(tidy)[4]).key_up(Keys.SHIFT).perform()
    tidy.wait(lambda: selected(tidy) == 4)
    ActionChains(tidy.driver).key_down(Keys.CONTROL).click(cells(tidy)[8]).click(cells(tidy)[2]).key_up(Keys.CONTROL).perform()
    tidy.wait(lambda: selected(tidy) == 4)
    tidy.see(".selection-bar", "4 selected")


def test_a_drag_draws_a_band_around_pictures(tidy):
    first, last = cells(tidy)[0], cells(tidy)[7]
    ActionChains(tidy.driver).move_to_element_with_offset(first, -40, -40).click_and_hold().move_to_element(cells(tidy)[2]).move_to_element(last).release().perform()
    tidy.wait(lambda: selected(tidy) >= 4)
    assert not tidy.is_shown(".grid-band")


def test_keys_move_select_and_delete_and_undo_brings_back(tidy, studio):
    tidy.script("document.querySelector('.grid').focus()")
    tidy.chord(Keys.SHIFT, Keys.ARROW_RIGHT)
    tidy.wait(lambda: selected(tidy) == 2)
    assert tidy.one(".grid").get_attribute("aria-activedescendant") == "picture-1"
    tidy.press(Keys.DELETE)
    tidy.see(".toasts", "2 pictures deleted")
    tidy.see(".toolbar .quiet", "10 pictures")
    tidy.chord(Keys.CONTROL, "z")
    tidy.see(".toolbar .quiet", "12 pictures")
    tidy.chord(Keys.CONTROL, "a")
    tidy.see(".selection-bar", "12 selected")
    tidy.press(Keys.ESCAPE)
    tidy.wait(lambda: selected(tidy) == 0)
    assert studio.ask("GET", "/project")["pictures"] == 12


def test_a_digit_moves_the_selection_to_that_class(tidy):
    tidy.script("document.querySelector('.grid').focus()")
    tidy.press(" ")
    tidy.wait(lambda: selected(tidy) == 1)
    assert cells(tidy)[0].get_attribute("aria-label") == "sky-5.jpg, sky"
    tidy.press("1")
    tidy.see(".toasts", "1 picture moved to mug")
    tidy.wait(lambda: cells(tidy)[0].get_attribute("aria-label").startswith("sky-5.jpg, mug"))


def test_pictures_move_to_a_new_class(tidy):
    cells(tidy)[0].click()
    next(each for each in tidy.all(".selection-bar .button") if each.text == "Move…").click()
    tidy.one("dialog input").send_keys("cloud", Keys.ENTER)
    tidy.see(".toasts", "1 picture moved to cloud")
    tidy.go("teach")
    tidy.wait(lambda: tidy.card("cloud") and tidy.picture_count("cloud") == 1)


def test_search_and_filters_narrow_the_grid(tidy):
    tidy.one("#search").send_keys("mug-3")
    tidy.see(".toolbar .quiet", "1 picture")
    tidy.one("#search").clear()
    tidy.one("#search").send_keys("nothing like it", Keys.ENTER)
    tidy.see(".blank .title", "No")
    tidy.go("teach")
    tidy.card("sky").find_element(By.CSS_SELECTOR, ".thumbs").click()
    tidy.see(".toolbar .quiet", "6 pictures")
    tidy.wait(lambda: all(cell.get_attribute("aria-label").endswith("sky") for cell in cells(tidy)))


def test_a_picture_opens_large_and_arrows_go_on(tidy):
    tidy.script("document.querySelector('.grid').focus()")
    tidy.press(Keys.ENTER)
    tidy.see("dialog", "1 of 12")
    tidy.press(Keys.ARROW_RIGHT)
    tidy.see("dialog", "2 of 12")
    tidy.press(Keys.ESCAPE)
    tidy.wait(lambda: not tidy.all("dialog"))
    assert tidy.script("return document.activeElement.className") == "grid"


def test_a_long_press_of_a_finger_selects(open_page, studio):
    studio.teach("mug", pictures.mug, 6)
    page = open_page("mug", (390, 844), start_camera=False)
    page.go("pictures")
    page.wait(lambda: len(page.all(".cell img[src]")) == 6)
    finger = PointerInput("touch", "finger")
    press = ActionBuilder(page.driver, mouse=finger)
    press.pointer_action.move_to(cells(page)[0]).pointer_down().pause(0.7).pointer_up()
    press.perform()
    page.wait(lambda: selected(page) == 1)
    tap = ActionBuilder(page.driver, mouse=finger)
    tap.pointer_action.move_to(cells(page)[2]).pointer_down().pointer_up()
    tap.perform()
    page.wait(lambda: selected(page) == 2)


def test_undo_from_the_history_takes_back_several_steps(tidy, studio):
    for _ in range(2):
        cells(tidy)[0].click()
        count = studio.ask("GET", "/project")["pictures"]
        next(each for each in tidy.all(".selection-bar .button") if each.text == "Delete").click()
        tidy.see(".toolbar .quiet", f"{count - 1} pictures")
    tidy.one("[aria-label=History]").click()
    tidy.wait(lambda: len(tidy.all(".history li")) >= 4)
    tidy.all(".history .button")[1].click()
    tidy.wait(lambda: len(tidy.all(".history .is-undone")) == 2)
    assert studio.ask("GET", "/project")["pictures"] == 12


@pytest.fixture
def large(tmp_path):
    """A project of many small pictures, which were there before the studio was started."""
    chance = random.Random(1)
    for name, base in (("red", (200, 40, 40)), ("blue", (40, 60, 200))):
        folder = tmp_path / "large" / name
        folder.mkdir(parents=True)
        for number in range(MANY // 2):
            image = Image.new("RGB", (32, 32), tuple(min(255, max(0, value + chance.randint(-40, 40))) for value in base))
            image.putpixel((number % 32, number // 32), (255, 255, 255))
            image.save(folder / f"{number:05}.jpg", quality=90)
    running = Studio(tmp_path / "large")
    yield running
    running.stop()


def test_many_pictures_scroll_and_only_those_in_view_are_on_the_page(open_page, large):
    page = open_page("mug", address=large.address, start_camera=False)
    page.go("pictures")
    page.see(".toolbar .quiet", "1,500 pictures", seconds=60)
    page.script("""
        window.counts = [];
        const inner = document.querySelector('studio-pictures').grid, draw = inner.draw.bind(inner);
        inner.draw = () => { draw(); counts.push(document.querySelectorAll('.cell').length); };
        const grid = document.querySelector('.grid'), step = () => { grid.scrollTop += 400; if (grid.scrollTop + grid.clientHeight < grid.scrollHeight - 1) requestAnimationFrame(step); else window.isAtEnd = true; };
        requestAnimationFrame(step);""")
    page.wait(lambda: page.script("return window.isAtEnd === true"))
    page.wait(lambda: page.all(f"#picture-{MANY - 1} img[src]"))
    # In every frame, so that its work does not grow with the number of pictures.
    counts = page.script("return counts")
    assert len(counts) > 10 and max(counts) < 150
    page.script("document.querySelector('.grid').focus()")
    page.chord(Keys.CONTROL, "a")
    page.see(".selection-bar", "1,500 selected")
    page.press(Keys.HOME)
    page.wait(lambda: page.script("return document.querySelector('.grid').scrollTop") == 0)
