"""A browser to drive: as much of WebDriver as the test needs, and nothing to install.

Waits are for conditions, each with a deadline; nothing here sleeps for a time that
somebody guessed."""

import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

DEADLINE = 40
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
    --disable-dev-shm-usage --force-color-profile=srgb --lang=en""".split()


class Failed(Exception):
    """What was waited for did not come."""


def wait_for(what, look, seconds=DEADLINE):
    """Asks again until the answer is not false; that answer. The last look begins after
    the deadline, so that one slow look alone is no failure."""
    until = time.monotonic() + seconds
    while True:
        last = time.monotonic() > until
        found = look()
        if found:
            return found
        if last:
            raise Failed(f"waited {seconds} s for {what}")
        time.sleep(0.02)


class Browser:
    """One window of a headless Chromium with an empty profile."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="coldnotch-browser-")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.url, self.session = None, None
        try:
            started = (re.search(r"successfully on port (\d+)", line) for line in self.driver.stdout)
            port = next(filter(None, started)).group(1)
            self.url = f"http://127.0.0.1:{port}"
            options = {"args": [*FLAGS, f"--user-data-dir={self.profile}"], "binary": shutil.which("chromium")}
            wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self.session = made["sessionId"]
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.session:
            self.call("DELETE", f"/session/{self.session}")
        self.driver.terminate()
        self.driver.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, path, body=None):
        data = None if method == "GET" or method == "DELETE" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return json.load(response)["value"]
        except urllib.error.HTTPError as e:
            value = json.load(e)["value"]
            raise Failed(f"{method} {path}: {value['error']}: {value['message'].splitlines()[0]}") from None

    def do(self, path, body=None, method="POST"):
        return self.call(method, f"/session/{self.session}{path}", body)

    def go(self, url):
        self.do("/url", {"url": url})

    def run(self, script, *args):
        return self.do("/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, name, **params):
        return self.do("/goog/cdp/execute", {"cmd": name, "params": params})

    def path(self):
        return self.run("return location.pathname")

    def find(self, css):
        found = self.do("/elements", {"using": "css selector", "value": css})
        return [one[ELEMENT] for one in found]

    def text(self, css="body"):
        """What a person reads there; empty when there is nothing."""
        return self.run("const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", css)

    def wait(self, css, seconds=DEADLINE):
        return wait_for(f"{css} on {self.path()}", lambda: self.find(css), seconds)[0]

    def wait_text(self, css, words):
        wait_for(f"{words!r} in {css}", lambda: words in self.text(css))

    def wait_gone(self, css):
        wait_for(f"{css} to go", lambda: not self.find(css))

    def click(self, css):
        self.do(f"/element/{self.wait(css)}/click")

    def type(self, css, text):
        self.do(f"/element/{self.wait(css)}/value", {"text": text})

    def press(self, *keys):
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        self.do("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def focused(self):
        return self.run("const e = document.activeElement; return e.closest('li')?.id || e.id || e.textContent.trim()")

    def forget(self):
        self.do("/cookie", method="DELETE")

    def look(self, scheme="light", width=1280, height=900):
        """Light or dark, and how wide."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 700)

    def scripts(self, on):
        self.cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def picture(self, path, whole=True):
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))

    def complaints(self):
        """What went wrong, as the browser's console has it, since the last look."""
        entries = self.do("/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]
