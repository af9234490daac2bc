"""Everything by keyboard, in an order that makes sense."""

import pictures
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def focused(page):
    return page.script("const element = document.activeElement; return element.getAttribute('aria-label') ?? element.textContent.trim()")


def test_the_tab_key_goes_from_the_header_to_the_classes(open_page, studio):
    studio.teach("mug", pictures.mug, 2)
    page = open_page("mug")
    page.wait(lambda: page.card("mug"))
    page.script("document.activeElement?.blur()")
    page.press(Keys.TAB)
    assert focused(page) == "Skip the live view"
    page.press(Keys.ENTER)
    assert focused(page) == "Teach"
    seen = []
    for _ in range(8):
        page.press(Keys.TAB)
        seen.append(focused(page))
    wanted = ["Rename mug", "More for mug", "Show pictures of mug", "Hold to teach mug", "Add pictures to mug", "Name of the new class"]
    assert [each for each in seen if each in wanted] == wanted


def test_arrows_go_through_the_parts(open_page):
    page = open_page("mug", start_camera=False)
    page.script("document.querySelector('#tab-teach').focus()")
    for part in ("Trust", "Pictures", "Take away", "Teach"):
        page.press(Keys.ARROW_RIGHT)
        page.wait(lambda: focused(page) == part)
        assert len(page.all("[role=tab][aria-selected=true]")) == len([panel for panel in page.all("[role=tabpanel]") if panel.is_displayed()]) == 1


def test_a_menu_is_walked_by_arrows_and_gives_the_focus_back(open_page, studio):
    studio.teach("mug", pictures.mug, 2)
    page = open_page("mug")
    page.wait(lambda: page.card("mug"))
    opener = page.card("mug").find_element(By.CSS_SELECTOR, "[aria-haspopup=menu]")
    page.script("arguments[0].focus()", opener)
    page.press(Keys.ENTER)
    page.wait(lambda: focused(page) == "Teach hands-free")
    page.press(Keys.ARROW_UP)
    assert focused(page) == "Delete class"
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all(".menu"))
    assert focused(page) == "More for mug"


def test_single_keys_can_be_turned_off_and_do_nothing_while_one_writes(open_page):
    page = open_page("mug")
    page.add_class("mug")
    page.one("#new-class").send_keys("1?/")
    assert page.picture_count("mug") == 0 and not page.all("dialog")
    page.script("document.querySelector('#new-class').value = ''; document.activeElement.blur()")
    page.press("?")
    page.wait(lambda: page.is_shown(".keys"))
    page.one("#single-keys").click()
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.all("dialog"))
    page.press("1", "?", "/")
    assert page.picture_count("mug") == 0 and not page.all("dialog") and page.is_shown("#panel-teach")
    page.script("localStorage.clear()")


def test_what_happens_is_said_once_and_politely(open_page, studio):
    studio.teach("mug", pictures.mug, 3)
    studio.teach("sky", pictures.sky, 3)
    page = open_page("mug")
    page.see(".verdict", "mug")
    page.script("""
        window.said = [];
        new MutationObserver(() => { const text = document.querySelector('[aria-live]').textContent; if (text) said.push(text); }).observe(document.querySelector('[aria-live]'), { childList: true, characterData: true, subtree: true });""")
    page.hold_key("1", 1)
    page.wait(lambda: page.script("return said.length"))
    page.press("s")
    page.wait(lambda: len(page.script("return said")) == 2)
    said = page.script("return said")
    assert said[0].endswith(".") and "mug" in said[0]
    assert said[1].startswith("mug, ")
    # Answers that come many times a second are not read out.
    assert page.all("studio-live [aria-live], studio-live [role=status]") == []
