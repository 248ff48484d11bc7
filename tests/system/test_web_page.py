"""The page of the web process in a real browser, which has only this lab's loopback.

The folder screenshots beside the programs under test shows how the page has looked.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from daemon import BUILT, PROGRAM, Daemon
from test_web import web_port

FILES = pathlib.Path(__file__).parents[2] / "src/web/page"
SCREENSHOTS = BUILT.parent / "screenshots"
WAIT_SECONDS = 60

# The program itself: Debian's script before it, and fontconfig, need files of /etc that the lab has
# not.
CHROMIUM = "/usr/lib/chromium/chromium"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><cachedir>{folder}</cachedir>
<match><test name="family"><string>system-ui</string></test>
<edit name="family" mode="prepend"><string>DejaVu Sans</string></edit></match></fontconfig>"""

# The browser must not leave the lab, nor ask for what only a desktop has.
FLAGS = ("--headless=new", "--hide-scrollbars", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-extensions", "--no-first-run", "--no-proxy-server",
         "--host-resolver-rules=MAP rebound.example 127.0.0.1")


def start_browser(folder):
    (folder / "fonts.conf").write_text(FONTS.format(folder=folder))
    os.environ["FONTCONFIG_FILE"] = str(folder / "fonts.conf")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={folder}/profile"):
        options.add_argument(flag)
    service = webdriver.chrome.service.Service(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


class Browser:
    """One for all tests: to start it takes longest."""

    def __init__(self, folder, port):
        self.port = port
        self.driver = start_browser(folder)

    def open(self, path="/", host="127.0.0.1"):
        self.driver.get(f"http://{host}:{self.port}{path}")

    def send(self, command, **parameters):
        """A command of Chrome's DevTools protocol."""
        return self.driver.execute_cdp_cmd(command, parameters)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def prefer(self, **features):
        """What the reader's system says, such as prefers_color_scheme="dark"."""
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def resize(self, width, height=900):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def wait(self, condition, what):
        return WebDriverWait(self.driver, WAIT_SECONDS, poll_frequency=0.05).until(
            lambda _: condition(), f"not within {WAIT_SECONDS} seconds: {what}")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        """Without the blanks around it."""
        return self.run("return document.querySelector(arguments[0]).textContent.trim()", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])]"
                        ".map((node) => node.textContent.trim())", selector)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def shoot(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def errors(self):
        """What the browser has complained of since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def default(self):
        """What a test may have changed."""
        self.send("Emulation.setScriptExecutionDisabled", value=False)
        self.prefer(prefers_color_scheme="light", prefers_reduced_motion="no-preference")
        self.resize(1440)
        ActionChains(self.driver).move_by_offset(0, 0).reset_actions()


@pytest.fixture(scope="module")
def server():
    daemon = Daemon("-o", "web=127.0.0.1:0", "-o", "cache-size=1000000", "-o", "ttl=300")
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def started_browser(server, tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"), web_port(server))
    yield browser
    browser.driver.quit()


@pytest.fixture
def browser(started_browser):
    """No test may leave a complaint of the browser that it has not looked at."""
    started_browser.default()
    started_browser.errors()
    yield started_browser
    assert not started_browser.errors()


@pytest.fixture
def page(browser):
    """The page."""
    browser.open()
    return browser


# Without a script.

def test_the_figures_can_be_read_without_a_script(browser, server):
    server.ask("dual.lab")
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    browser.open()
    browser.wait(lambda: not browser.open() and browser.text("#questions-total") != "0", "a count")
    assert browser.driver.title == "hostdns"
    version = subprocess.run([PROGRAM, "-V"], check=True, capture_output=True, text=True).stdout
    assert browser.text("#version") == version.split()[1]
    assert re.fullmatch(r"As of \d\d:\d\d:\d\d UTC\. Reload the page for newer figures\.",
                        browser.text("#connection"))
    assert browser.text("#health") == "All processes run."
    assert re.match(r"Now \d+ a second, \d+ of them from the cache\.", browser.text("#rate-text"))
    assert "NOERROR" in browser.texts("#rcodes .what")
    browser.shoot("without-script")


# What strangers send.

def test_what_gets_into_the_page_all_the_same_does_not_run(page):
    """The content security policy is the second wall."""
    page.run("""
        window.refused = [];
        document.addEventListener("securitypolicyviolation",
                                  (event) => refused.push(event.effectiveDirective));
        document.body.insertAdjacentHTML("beforeend",
            "<img src='//127.0.0.1:9/x' onerror='hacked = 1'><p style='color: red'>x</p>");
        const script = document.createElement("script");
        script.textContent = "hacked = 2";
        document.body.append(script);
        document.querySelector("h1").setAttribute("onclick", "hacked = 3");""")
    page.find("h1").click()
    wanted = {"script-src-attr", "script-src-elem", "style-src-attr", "img-src"}
    page.wait(lambda: set(page.run("return refused")) >= wanted, f"{wanted}")
    assert page.run("return typeof hacked") == "undefined"
    assert len(page.errors()) >= len(wanted)


def test_a_name_that_was_rebound_to_us_shows_nothing(browser):
    """DNS rebinding: the name of a stranger's page, with our address."""
    browser.open(host="rebound.example")
    assert "hostdns" not in browser.driver.title
    assert not browser.run("return document.querySelector('main')")
    assert [error for error in browser.errors() if "421" in error]


# What readers need.

def test_a_narrow_screen_needs_no_sideways_scrolling(page, server):
    labels = [b"w" * 63, b"i" * 63, b"d" * 63, b"x", b"qservfail-servfail", b"fault", b"test"]
    assert server.ask(labels).rcode == "SERVFAIL"
    name = ".".join(label.decode() for label in labels) + "."
    page.wait(lambda: not page.open() and name[:60] in page.text("#failing"), "the longest name")
    page.resize(360, 740)
    assert page.run("return document.documentElement.scrollWidth") == 360
    page.shoot("narrow")


CONTRASTS = """
const channels = (color) => color.match(/[\\d.]+/g).map(Number);
const light = (channel) => channel <= 10 ? channel / 3294.6 : ((channel / 255 + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
function ground(node) {
    for (; node; node = node.parentElement) {
        const color = channels(getComputedStyle(node).backgroundColor);
        if (color.length === 3 || color[3] === 1)
            return color;
    }
    return [255, 255, 255];
}
const found = {};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility())
        continue;
    const [a, b] = [luminance(channels(getComputedStyle(node).color)), luminance(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const what = `${node.tagName} ${node.className} ${node.parentElement.className}`;
    found[what] = Math.min(found[what] ?? 99, ratio);
}
return found;"""


def low_contrasts(page):
    found = page.run(CONTRASTS)
    assert len(found) > 20
    return {what: ratio for what, ratio in found.items() if ratio < 4.5}


@pytest.mark.parametrize("scheme, ground", [("light", "rgb(243, 245, 247)"), ("dark", "rgb(17, 21, 26)")])
def test_each_text_can_be_read(page, server, scheme, ground):
    page.prefer(prefers_color_scheme=scheme)
    page.wait(lambda: page.run("return getComputedStyle(document.body).backgroundColor") == ground,
              "the ground")
    server.ask("x.qservfail-servfail.fault.test")
    page.wait(lambda: not page.open() and "x.qservfail" in page.text("#failing"), "a failure")
    assert low_contrasts(page) == {}
    page.shoot(scheme)


NAMED = {"button", "link", "searchbox", "textbox", "image", "dialog", "listbox", "option",
         "columnheader", "heading", "region"}


def accessible(page):
    """[(role, name)] as a screen reader is told them."""
    return [(node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in page.send("Accessibility.getFullAXTree")["nodes"]
            if not node.get("ignored") and "role" in node]


def test_a_screen_reader_finds_its_way(page):
    found = accessible(page)
    roles = [role for role, _ in found]
    assert [roles.count(role) for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    assert ("heading", "hostdns") in found
    assert ("region", "Failing names") in found
    assert ("link", "metrics") in found
    assert [name for role, name in found if role == "image"
            and re.match(r"Questions each second Now \d+ a second", name)]
    assert [pair for pair in found if pair[0] in NAMED and not pair[1]] == []


# The files.

def test_the_page_needs_nothing_from_elsewhere():
    for file in FILES.iterdir():
        text = file.read_text()
        assert not re.findall(r"https?://(?!www\.w3\.org/)|url\(|@import|<style|<script>| style=| on\w+=",
                              text), file.name
