"""Starts the studio that IMPRINT_STUDIO names, and browsers with a fake camera."""

import json
import os
import pathlib
import shlex
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

import pictures
from page import Page

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
CHROMEDRIVER = os.environ.get("CHROMEDRIVER", "/usr/bin/chromedriver")


class Studio:
    """A running studio on a project of its own."""

    def __init__(self, folder: pathlib.Path, port: int = 0):
        self.folder = folder
        command = [*shlex.split(os.environ["IMPRINT_STUDIO"]), str(folder), "--port", str(port), "--no-open"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.output: list[str] = []
        self.address = self._read_address()
        threading.Thread(target=lambda: self.output.extend(self.process.stdout), daemon=True).start()
        self.base, _, rest = self.address.partition("/?")
        self.port = int(self.base.rsplit(":", 1)[1])
        try:
            self.cookie = self._enter()
        except BaseException:
            self.stop()
            raise

    def _read_address(self) -> str:
        for line in self.process.stdout:
            self.output.append(line)
            for word in line.split():
                if word.startswith("http") and "token=" in word:
                    return word
        raise RuntimeError("the studio printed no address:\n" + "".join(self.output))

    def _enter(self) -> str:
        """Shows the token once, as a browser does, and keeps the cookie."""

        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *_):
                return None

        try:
            answer = urllib.request.build_opener(Stay).open(self.address, timeout=60)
        except urllib.error.HTTPError as redirect:
            answer = redirect
        return answer.headers["Set-Cookie"].partition(";")[0]

    def fetch(self, path: str):
        """The bytes of a file, and the headers of the answer."""
        request = urllib.request.Request(self.base + path, headers={"Cookie": self.cookie})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers

    def ask(self, method: str, path: str, body: bytes | dict | None = None) -> dict:
        """One request of the interface, as another program would send it."""
        headers = {"Cookie": self.cookie}
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data=body, method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def teach(self, name: str, scene, count: int, first: int = 0) -> None:
        for number in range(first, first + count):
            self.ask("POST", f"/pictures?className={name}&name={name}-{number}.jpg&origin=upload&batch={name}{first}", pictures.jpeg(scene(number)))

    def wait_for_estimate(self) -> dict:
        for _ in range(200):
            estimate = self.ask("GET", "/estimate")
            if estimate["isCurrent"] and estimate["accuracy"] is not None:
                return estimate
            time.sleep(0.1)
        raise RuntimeError("no estimate came")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def studio(tmp_path):
    running = Studio(tmp_path / "things")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def films(tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    made = {}
    for name, scenes in {"both": [pictures.mug, pictures.sky], "mug": [pictures.mug], "sky": [pictures.sky]}.items():
        made[name] = folder / f"{name}.mjpeg"
        pictures.film(made[name], scenes)
    return made


@pytest.fixture(scope="session")
def browsers(films):
    """Browsers by what their camera shows; each is started once. A test gets windows of it."""
    running: dict[str, webdriver.Chrome] = {}

    def start(camera: str) -> webdriver.Chrome:
        if camera in running:
            return running[camera]
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars", "--lang=en-GB", "--force-device-scale-factor=1"):
            options.add_argument(argument)
        if camera == "denied":
            options.add_experimental_option("prefs", {"profile.default_content_setting_values.media_stream_camera": 2})
        else:
            options.add_argument("--use-fake-ui-for-media-stream")
        if camera != "absent":
            options.add_argument("--use-fake-device-for-media-stream")
        if camera in films:
            options.add_argument(f"--use-file-for-fake-video-capture={films[camera]}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        running[camera] = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
        running[camera].set_script_timeout(60)
        return running[camera]

    yield start
    for driver in running.values():
        driver.quit()


@pytest.fixture
def open_page(studio, browsers):
    """Opens the page of the studio in a fresh window; errors of the page's scripts fail the test."""
    opened: list[Page] = []

    def open(camera: str = "mug", size: tuple[int, int] = (1440, 900), scheme: str = "light", address: str | None = None, **options) -> Page:
        page = Page(browsers(camera), address or studio.address, size, scheme, **options)
        opened.append(page)
        return page

    yield open
    problems = [problem for page in opened for problem in page.close()]
    assert problems == []
