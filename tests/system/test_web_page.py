"""The page of the web process in a real browser, which has only this lab's loopback.

The folder screenshots beside the programs under test shows how the page has looked.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from daemon import BUILT, PROGRAM, Daemon, standing_still
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
    """The page, live."""
    browser.open()
    browser.wait(lambda: browser.text("#connection") == "Live", "a live page")
    return browser


def row_of(page, name):
    """The texts of the newest row about the name, or None."""
    return page.run("""
        const row = [...document.querySelectorAll("#rows tr")]
            .find((row) => row.querySelector("a").textContent === arguments[0]);
        return row ? [...row.cells].map((cell) => cell.textContent) : null;""", name)


def newest(page, name):
    """Where the newest row about the name leads, or None."""
    return page.run("""
        return [...document.querySelectorAll("#rows a")]
            .find((link) => link.textContent === arguments[0])?.getAttribute("href") ?? null;""", name)


def ask(page, server, name, rdtype="A", **how):
    """Asks, and waits for the row of this question."""
    before = newest(page, f"{name}.")
    reply = server.ask(name, rdtype, **how)
    page.wait(lambda: newest(page, f"{name}.") != before, f"a row about {name}")
    return reply


def open_question(page, name):
    """The question opens as it does with the Enter key on its link."""
    link = page.run("""
        return [...document.querySelectorAll("#rows a")]
            .find((link) => link.textContent === arguments[0])""", name)
    page.run("arguments[0].focus()", link)
    page.keys(Keys.ENTER)
    page.wait(lambda: page.texts("#detail .fields li"), "the fields of the packets")


def close_question(page):
    page.keys(Keys.ESCAPE)
    page.wait(lambda: not page.run("return document.querySelector('dialog').open"), "an end")


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
    assert not browser.find("#controls").is_displayed(), "they would do nothing"
    browser.shoot("without-script")


# Live.

def test_a_question_appears_while_one_looks_on(page, server):
    subprocess.run(["dig", "@127.0.0.1", "-p", str(server.to[1]), "v4only.lab", "A"], check=True,
                   capture_output=True, timeout=60)
    page.wait(lambda: row_of(page, "v4only.lab."), "a row")
    time, client, name, rdtype, source, outcome, took = row_of(page, "v4only.lab.")
    assert re.fullmatch(r"\d\d:\d\d:\d\d", time)
    assert (client, name, rdtype, outcome) == ("127.0.0.1", "v4only.lab.", "A", "NOERROR")
    assert source.startswith("hosts file")
    assert re.fullmatch(r"[\d.]+ m?s", took)
    assert not page.find("#nothing").is_displayed()


def test_an_answer_from_the_cache_and_one_over_tcp_are_marked(page, server):
    ask(page, server, "dual.lab", "AAAA")
    server.ask("dual.lab", "AAAA", tcp=True)
    page.wait(lambda: "TCP" in row_of(page, "dual.lab.")[1], "the newer row")
    assert row_of(page, "dual.lab.")[4].endswith("cached")


def test_a_failure_stands_out_and_tells_its_reason(page, server):
    ask(page, server, "x.qservfail-servfail.fault.test")
    name = "x.qservfail-servfail.fault.test."
    assert row_of(page, name)[5].startswith("SERVFAIL")
    assert page.run("return [...document.querySelectorAll('tr.failed a')].map((a) => a.textContent)"
                    ).count(name) >= 1


def test_a_name_without_such_records_is_no_failure(page, server):
    server.ask("x.qservfail-servfail.fault.test")
    server.ask("dual.lab", "TXT")
    page.wait(lambda: {"NODATA", "SERVFAIL"} <= set(page.texts("#rcodes .what")), "both")
    assert page.texts("#rcodes .failed .what") == ["SERVFAIL"]


def test_the_figures_go_on(page, server):
    before = page.text("#questions-total")
    ask(page, server, "a.example.test")
    page.wait(lambda: page.text("#questions-total") != before, "a larger total")
    page.wait(lambda: "at most" in page.text("#rate-text"), "the script's plot")
    assert page.run("return document.querySelector('#rate-all').getAttribute('d')").endswith("Z")


def test_a_moment_of_the_plots_is_told_when_it_is_pointed_at(page):
    page.wait(lambda: "at most" in page.text("#rate-text"), "a plot")
    page.run("document.querySelector('#rate-plot').focus()")
    page.keys(Keys.ARROW_LEFT)
    assert re.match(r"At \d\d:\d\d:\d\d: ", page.text("#rate-text"))
    assert re.match(r"At \d\d:\d\d:\d\d: ", page.text("#times-text"))
    page.keys(Keys.ESCAPE)
    assert page.text("#rate-text").startswith("Now ")


def filter_by(page, text):
    page.find("#filter").clear()
    page.find("#filter").send_keys(text)


@pytest.mark.parametrize("words, shown", [
    ("only", ["v6only.lab.", "v4only.lab."]),
    ("ONLY aaaa", ["v6only.lab."]),
    ("only -aaaa", ["v4only.lab."]),
    ("nxdomain only", []),
])
def test_the_filter(page, server, words, shown):
    ask(page, server, "v4only.lab")
    ask(page, server, "v6only.lab", "AAAA")
    filter_by(page, words)
    names = page.texts("#rows a")
    assert list(dict.fromkeys(names)) in (shown, shown[::-1])
    assert page.text("#matches").startswith(f"{len(names)} of ")
    assert page.find("#no-match").is_displayed() == (not shown)
    filter_by(page, Keys.BACKSPACE)


def test_new_questions_obey_the_filter(page, server):
    filter_by(page, "kept.lab")
    ask(page, server, "kept.lab")
    server.ask("dual.lab")
    ask(page, server, "kept.lab", "TXT")
    assert set(page.texts("#rows a")) == {"kept.lab."}
    filter_by(page, Keys.BACKSPACE)


def test_nothing_moves_while_it_is_paused(page, server):
    ask(page, server, "kept.lab")
    page.find("#pause").click()
    before = page.texts("#rows tr")
    server.ask("paused.example.test")
    page.wait(lambda: page.text("#held") == "paused, 1 new", "the number of new ones")
    assert page.texts("#rows tr") == before
    assert page.text("#pause") == "Continue"
    page.find("#pause").click()
    page.wait(lambda: row_of(page, "paused.example.test."), "the row that came meanwhile")
    assert (page.text("#pause"), page.text("#held")) == ("Pause", "")


def test_rows_stay_where_the_mouse_points_at_them(page, server):
    ask(page, server, "kept.lab")
    ActionChains(page.driver).move_to_element(page.find("#rows tr td")).perform()
    server.ask("held.example.test")
    page.wait(lambda: page.text("#held") == "held, 1 new", "the number of new ones")
    assert not row_of(page, "held.example.test.")
    ActionChains(page.driver).move_to_element(page.find("h1")).perform()
    page.wait(lambda: row_of(page, "held.example.test."), "the row that came meanwhile")


# One question.

def test_a_click_opens_the_way_and_the_packets(page, server):
    ask(page, server, "a.example.test")
    page.find(f"#rows tr:has([href='{newest(page, 'a.example.test.')}']) td.took").click()
    page.wait(lambda: page.texts("#detail .fields li"), "the packets")
    assert page.text("#detail-title") == "a.example.test. A"
    steps = page.texts("#detail .way b")
    assert steps, "a question has a way"
    titles = page.texts("#detail h3")
    assert titles[0] == "The way of the answer"
    assert re.fullmatch(r"The question, \d+ octets", titles[1])
    assert re.fullmatch(r"The reply, \d+ octets", titles[2])
    close_question(page)


def octets_of(page, number):
    """The packet's octets as the page shows them."""
    return page.run("return [...document.querySelectorAll('#detail .octets')[arguments[0]]"
                    ".querySelectorAll('[data-at]')].map((cell) => cell.textContent).join('')",
                    number)


def test_the_packets_are_those_that_were_sent(page, server):
    reply = ask(page, server, "dual.lab")
    open_question(page, "dual.lab.")
    assert octets_of(page, 0) == reply.query.to_wire().hex()
    assert octets_of(page, 1) == reply.wire.hex()
    close_question(page)


def test_a_field_marks_its_octets_and_an_octet_its_field(page, server):
    ask(page, server, "dual.lab")
    open_question(page, "dual.lab.")
    marked = "return [...document.querySelectorAll('.octet.marked')].map((c) => Number(c.dataset.at))"
    selected = "return [...document.querySelectorAll('[aria-selected=true]')].map((c) => c.textContent)"
    page.run("document.querySelector('.fields li').focus()")
    page.keys(Keys.END)
    page.keys(Keys.HOME)
    for _ in range(40):
        page.keys(Keys.ARROW_DOWN)
        if "flags" in page.run(selected)[0]:
            break
    assert page.run(marked) == [2, 3]
    ActionChains(page.driver).move_to_element(
        page.find(".octets [data-at='1']")).perform()
    page.wait(lambda: page.run(marked) == [0, 1], "the octets of the ID")
    assert "id" in page.run(selected)[0]
    close_question(page)


def test_the_keyboard_suffices(page, server):
    """From the top of the page to a question, down one row, into it and out again."""
    server.ask("kept.lab")
    ask(page, server, "dual.lab")
    page.run("document.querySelector('#pause').focus()")
    page.keys(Keys.TAB)
    first, second = page.texts("#rows a")[:2]
    focus = "return document.activeElement.textContent"
    assert page.run(focus) == first
    page.keys(Keys.ARROW_DOWN)
    assert page.run(focus) == second
    assert page.run("return getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keys(Keys.ENTER)
    page.wait(lambda: page.texts("#detail .fields li"), "the packets")
    assert page.text("#detail-title").startswith(second)
    close_question(page)
    assert page.run(focus) == second
    page.run("document.activeElement.blur()")


def test_a_question_that_has_been_pushed_out_is_said_to_be_gone(page):
    page.run("""
        const link = document.querySelector("#rows a");
        link.setAttribute("href", "/question/1-99999999");
        link.click();""")
    page.wait(lambda: "its details are gone" in page.text("#detail-body"), "the reason")
    close_question(page)
    assert [error for error in page.errors() if "404" in error]


# What strangers send.

HOSTILE = {
    rb"<img src=x onerror=hacked=1>": r"<img\032src=x\032onerror=hacked=1>",
    b"</script><script>hacked=1</script>": "</script><script>hacked=1</script>",
    b"\"'><b onmouseover='hacked=1'>": "\"'><b\\032onmouseover='hacked=1'>",
    b"\x00\x01\x1b[31m\n\r\t\x7f\xff": r"\000\001\027[31m\010\013\009\127\255",
    b"{{version}}&lt;&amp;%3Cb%3E": r"{{version}}&lt\;&amp\;%3Cb%3E",
}


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_name_is_text(page, server, label):
    name = HOSTILE[label] + ".example.test."
    server.ask([label, b"example", b"test"])
    page.wait(lambda: row_of(page, name), "its row")
    open_question(page, name)
    assert page.text("#detail-title") == f"{name} A"
    assert page.run("return typeof hacked") == "undefined"
    assert page.run("return document.querySelectorAll('img, b[onmouseover], script').length") == 1
    close_question(page)


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_name_is_text_without_the_script(browser, server, label):
    server.ask([label, b"example", b"test"])
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    name = HOSTILE[label] + ".example.test."

    def is_there():
        browser.open()
        return name in browser.texts("#rows a")

    browser.wait(is_there, "its row")
    assert browser.run("return document.querySelectorAll('img, b[onmouseover], script').length") == 1


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
    assert not browser.run("return document.querySelector('#rows')")
    assert [error for error in browser.errors() if "421" in error]


# What readers need.

def test_a_narrow_screen_needs_no_sideways_scrolling(page, server):
    labels = [b"w" * 63, b"i" * 63, b"d" * 63, b"e" * 61]
    server.ask(labels)
    name = ".".join(label.decode() for label in labels) + "."
    page.wait(lambda: row_of(page, name), "the longest name")
    page.resize(360, 740)
    width = "return document.documentElement.scrollWidth"
    assert page.run(width) == 360
    page.shoot("narrow")
    open_question(page, name)
    assert page.run(width) == 360
    assert page.run("const d = document.querySelector('dialog'); return d.scrollWidth <= d.clientWidth")
    page.shoot("narrow-question")
    close_question(page)


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
    ask(page, server, "x.qservfail-servfail.fault.test")
    ask(page, server, "a.example.test")
    page.wait(lambda: "at most" in page.text("#rate-text"), "a plot")
    assert low_contrasts(page) == {}
    page.shoot(scheme)
    ActionChains(page.driver).move_to_element(page.find("#rows tr.failed td")).perform()
    assert low_contrasts(page) == {}, "of a row that is pointed at"
    open_question(page, "a.example.test.")
    page.run("document.querySelectorAll('.fields li')[3].focus()")
    assert low_contrasts(page) == {}, "of a question"
    page.shoot(f"{scheme}-question")
    close_question(page)
    ActionChains(page.driver).move_to_element(page.find("h1")).perform()


NAMED = {"button", "link", "searchbox", "textbox", "image", "dialog", "listbox", "option",
         "columnheader", "heading", "region"}


def accessible(page):
    """[(role, name)] as a screen reader is told them."""
    return [(node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in page.send("Accessibility.getFullAXTree")["nodes"]
            if not node.get("ignored") and "role" in node]


def test_a_screen_reader_finds_its_way(page, server):
    ask(page, server, "a.example.test")
    page.wait(lambda: "at most" in page.text("#rate-text"), "a plot")
    found = accessible(page)
    roles = [role for role, _ in found]
    assert [roles.count(role) for role in ("banner", "main", "contentinfo")] == [1, 1, 1]
    assert ("heading", "hostdns") in found
    assert ("searchbox", "Filter") in found
    assert ("button", "Pause") in found
    assert ("region", "Questions") in found
    assert ("link", "a.example.test.") in found
    assert [name for role, name in found if role == "image"
            and re.match(r"Questions each second Now \d+ a second", name)]
    assert [pair for pair in found if pair[0] in NAMED and not pair[1]] == []
    open_question(page, "a.example.test.")
    found = accessible(page)
    assert ("dialog", "a.example.test. A") in found
    assert ("button", "Close") in found
    assert [pair for pair in found if pair[0] in NAMED and not pair[1]] == []
    close_question(page)


def test_only_the_state_of_the_connection_is_announced(page):
    """A screen reader that read each question aloud would never be silent."""
    live = page.run("return [...document.querySelectorAll('[role=status], [aria-live]')]"
                    ".map((node) => node.id)")
    assert live == ["connection", "matches"]


def test_nothing_moves_for_those_who_do_not_want_it(page):
    moving = "return document.getAnimations().length"
    assert page.run(moving) == 1
    page.prefer(prefers_reduced_motion="reduce")
    page.wait(lambda: page.run(moving) == 0, "an end of the movement")


# The connection.

LOST = r"The connection is lost since \d\d:\d\d:\d\d\. Trying again\."


def record_states(page):
    page.run("""
        window.states = [];
        new MutationObserver(() => states.push(document.querySelector("#connection").textContent))
            .observe(document.querySelector("#connection"), { childList: true });""")


def has_been_lost_and_found(page):
    states = page.run("return states")
    return states[-1:] == ["Live"] and any(re.fullmatch(LOST, state) for state in states)


def test_it_comes_back_when_the_process_has_died(page, server):
    record_states(page)
    os.kill(server.child("web"), signal.SIGKILL)
    page.wait(lambda: has_been_lost_and_found(page), "lost, and live again")
    ask(page, server, "back.example.test")
    page.errors()


def test_it_comes_back_when_the_process_has_stood_still(page, server):
    record_states(page)
    with standing_still(server.child("web")):
        page.wait(lambda: re.fullmatch(LOST, page.text("#connection")), "the loss")
        assert low_contrasts(page) == {}
        page.shoot("lost")
        server.ask("meanwhile.example.test")
    page.wait(lambda: has_been_lost_and_found(page), "lost, and live again")
    page.wait(lambda: row_of(page, "meanwhile.example.test."), "what was asked meanwhile")
    page.errors()


def test_it_goes_on_after_a_reload(page, server):
    record_states(page)
    server.reload()
    ask(page, server, "reloaded.example.test")
    page.wait(lambda: page.text("#connection") == "Live", "a live page")
    page.errors()


# The files.

SCRIPTS = sorted(path.name for path in FILES.glob("*.js"))


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_is_one(name, tmp_path):
    module = tmp_path / f"{name}.mjs"
    module.write_bytes((FILES / name).read_bytes())
    said = subprocess.run(["node", "--check", module], capture_output=True, text=True, timeout=60,
                          check=False)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_html_of_a_text(name):
    """Names come from strangers; only text nodes are made of them."""
    text = (FILES / name).read_text()
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b"
                          r"|new Function|DOMParser|\.srcdoc", text)


def test_the_scripts_know_the_page():
    ids = set(re.findall(r' id="([\w-]+)"', (FILES / "page.html").read_text()))
    used = {name for script in SCRIPTS
            for name in re.findall(r'\bat\("([\w-]+)"\)', (FILES / script).read_text())}
    assert len(used) > 20
    assert used - ids == set()


def test_the_page_needs_nothing_from_elsewhere():
    for file in FILES.iterdir():
        text = file.read_text()
        assert not re.findall(r"https?://(?!www\.w3\.org/)|url\(|@import|<style|<script>| style=| on\w+=",
                              text), file.name
