"""What a person does on the page, as the tests say it."""

import os
import pathlib
import time

from axe_core_python.selenium import Axe
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 20


class Page:
    def __init__(self, driver, address, size=(1440, 900), scheme="light", reduced_motion=False, more_contrast=False, start_camera=True, is_locked=False):
        self.driver = driver
        self.size = size
        driver.switch_to.new_window("window")
        self.window = driver.current_window_handle
        driver.get_log("browser")
        is_phone = size[0] < 720
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": is_phone})
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": is_phone})
        features = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce" if reduced_motion else "no-preference", "prefers-contrast": "more" if more_contrast else "no-preference"}
        features |= {"pointer": "coarse", "hover": "none"} if is_phone else {}
        self.features = [{"name": name, "value": value} for name, value in features.items()]
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": self.features})
        driver.get(address)
        if is_locked:
            return
        self.wait(lambda: self.text("studio-app h1") not in ("", "Opening the project…") and self.script("return document.readyState") == "complete")
        if start_camera:
            self.start_camera()

    def switch(self):
        """Makes this the window that the driver speaks to."""
        self.driver.switch_to.window(self.window)
        return self

    def close(self):
        """Closes the window. Returns the errors of its scripts."""
        self.switch()
        problems = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE" and "Failed to load resource" not in entry["message"]]
        self.driver.execute_script("window.onbeforeunload = null")
        rest = [handle for handle in self.driver.window_handles if handle != self.window]
        self.driver.close()
        self.driver.switch_to.window(rest[0])
        return problems

    # Looking

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def script(self, code, *arguments):
        return self.driver.execute_script(code, *arguments)

    def wait(self, condition, seconds=PATIENCE, message=""):
        # The page may draw an element anew while it is looked at.
        waiting = WebDriverWait(self.driver, seconds, 0.05, ignored_exceptions=[StaleElementReferenceException])
        return waiting.until(lambda _: condition(), message)

    def text(self, selector):
        return self.script("return document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def see(self, selector, text, seconds=PATIENCE):
        """Waits until the text stands there."""
        try:
            self.wait(lambda: text in self.text(selector), seconds)
        except Exception:
            raise AssertionError(f"{selector} says {self.text(selector)!r}, not {text!r}") from None

    def is_shown(self, selector):
        return any(element.is_displayed() for element in self.all(selector))

    @property
    def verdict(self):
        return self.text(".verdict")

    def count(self, name):
        return self.script("return [...document.querySelectorAll('.card')].find((card) => card.querySelector('.name')?.textContent === arguments[0])?.querySelector('.known .quiet')?.textContent ?? ''", name)

    def picture_count(self, name):
        return int("".join(filter(str.isdigit, self.count(name))) or 0)

    def card(self, name):
        return self.script("return [...document.querySelectorAll('.card')].find((card) => card.querySelector('.name')?.textContent === arguments[0])", name)

    # Doing

    def start_camera(self):
        """Turns on the camera, unless the browser was allowed it before and started it already."""
        self.wait(lambda: self.script("return document.querySelector('studio-live video')?.videoWidth > 0") or self.is_shown(".live-empty button"))
        if self.script("return document.querySelector('studio-live video').videoWidth === 0"):
            button = self.all(".live-empty .primary")
            if button and button[0].is_displayed():
                button[0].click()
        self.wait(lambda: self.script("const video = document.querySelector('studio-live video'); return video.videoWidth > 0 && !video.hidden") or "camera" in self.text(".live-empty").lower())

    def go(self, part, query=""):
        self.script("location.hash = arguments[0]", f"#{part}{query}")
        self.wait(lambda: self.is_shown(f"#panel-{part}"))

    def add_class(self, name):
        field = self.one("#first-class" if self.is_shown(".welcome") else "#new-class")
        field.clear()
        field.send_keys(name, Keys.ENTER)
        self.wait(lambda: self.card(name))

    def hold_button(self, name, seconds):
        button = self.card(name).find_element(By.CSS_SELECTOR, ".teach")
        ActionChains(self.driver).click_and_hold(button).pause(seconds).release().perform()

    def hold_key(self, key, seconds):
        self.script("document.activeElement?.blur()")
        ActionChains(self.driver).key_down(key).pause(seconds).key_up(key).perform()

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, *keys):
        chain = ActionChains(self.driver)
        for key in keys[:-1]:
            chain = chain.key_down(key)
        chain = chain.send_keys(keys[-1])
        for key in reversed(keys[:-1]):
            chain = chain.key_up(key)
        chain.perform()

    def colour(self):
        """The mean colour of what the camera shows: red, green, blue."""
        return self.script("""
            const video = document.querySelector('studio-live video'), canvas = document.createElement('canvas');
            canvas.width = canvas.height = 1;
            const context = canvas.getContext('2d');
            context.imageSmoothingQuality = 'high';
            context.drawImage(video, 0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)""")

    def wait_for_scene(self, name):
        """Waits until the camera has just begun to show the scene, so that some seconds of it are left."""
        is_sky = lambda: self.colour()[2] > self.colour()[0] + 10
        wanted = name == "sky"
        self.wait(lambda: is_sky() != wanted)
        self.wait(lambda: is_sky() == wanted)

    def menu(self, name, entry):
        self.card(name).find_element(By.CSS_SELECTOR, "[aria-haspopup=menu]").click()
        self.wait(lambda: self.all(".menu"))
        next(each for each in self.all(".menu-entry") if each.text == entry).click()

    def drop(self, selector, files):
        """Drops files on an element: [(name, bytes as base64, type)]."""
        self.script("""
            const [selector, files] = arguments, transfer = new DataTransfer();
            for (const [name, data, type] of files) transfer.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name, { type }));
            const target = document.querySelector(selector);
            for (const kind of ['dragenter', 'dragover', 'drop']) target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: transfer }));
            """, selector, files)

    def refuse(self, path, status, code, message, remedy=None):
        """Lets the server refuse what is sent to `path`, until `allow`. The page cannot tell it from a real answer."""
        self.script("""
            const [path, status, error] = arguments;
            window.realFetch ??= window.fetch;
            window.fetch = (address, options) => options?.method === 'POST' && String(address).includes(path)
              ? Promise.resolve(new Response(JSON.stringify({ error }), { status, headers: { 'Content-Type': 'application/json' } }))
              : window.realFetch(address, options);""", path, status, {"code": code, "message": message, "remedy": remedy})

    def allow(self):
        self.script("window.fetch = window.realFetch")

    # Judging

    def picture(self, name):
        """Keeps a screenshot in the folder that STUDIO_SCREENSHOTS names."""
        folder = os.environ.get("STUDIO_SCREENSHOTS")
        if not folder:
            return
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        scheme = self.features[0]["value"]
        self.driver.save_screenshot(str(pathlib.Path(folder) / f"{name}-{self.size[0]}-{scheme}.png"))

    def judge(self, name):
        """No findings of axe, neither light nor dark; nothing wider than the window; targets that a finger can hit."""
        time.sleep(0.2)
        self.fits(name)
        self.axe(name, {"resultTypes": ["violations"]})
        self.scheme("dark")
        time.sleep(0.2)
        self.picture(name)
        self.axe(name, {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}})
        self.scheme("light")

    def axe(self, name, options):
        found = Axe().run(self.driver, options=options)
        findings = [f"{each['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}" for each in found["violations"] for node in each["nodes"]]
        assert not findings, "\n".join([f"axe on {name}, {self.size[0]} px, {self.features[0]['value']}:", *findings])

    def scheme(self, value):
        self.features[0]["value"] = value
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": self.features})

    def fits(self, name):
        """Nothing is wider than the window, and a finger hits what it aims at. Keeps a screenshot."""
        self.picture(name)
        assert not self.too_wide(), "\n".join([f"{name} is wider than the window:", *self.too_wide()])
        height = self.script("return [document.documentElement.scrollHeight, window.innerHeight]")
        assert height[0] <= height[1], f"{name} can be scrolled as a whole: {height}"
        if self.size[0] < 720:
            small = self.small_targets()
            assert not small, "\n".join([f"targets of {name} that are too small for a finger:", *small])

    def too_wide(self):
        return self.script("""
            if (document.documentElement.scrollWidth <= innerWidth) return [];
            return [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility() && (element.getBoundingClientRect().right > innerWidth + 1 || element.getBoundingClientRect().left < -1))
              .map((element) => element.outerHTML.slice(0, 120))""")

    def small_targets(self):
        return self.script("""
            return [...document.querySelectorAll('button, a[href], input, select, [role=tab]')]
              .filter((element) => element.checkVisibility() && !element.closest('.visually-hidden, .skip, .matrix, .class-table') && !element.matches('.visually-hidden, .skip, .name, .check input'))
              .map((element) => [element, element.getBoundingClientRect()])
              .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
              .map(([element, box]) => `${element.outerHTML.slice(0, 120)} ${box.width.toFixed()}x${box.height.toFixed()}`)""")
