#!/usr/bin/env python3
"""Opens a report in a headless Chromium, at three widths, in light and dark, and on paper; fails unless all is well.

    tests/browser/report.py results/skype-selection/report.html [--shots DIR]

Needs Chromium (`apt-get install chromium`; or its path in CHROMIUM) and nothing but Python's standard library: it speaks the
DevTools protocol over a pipe. With --shots, pictures of the page and a PDF are left in DIR.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

WIDTHS = [360, 800, 1400]
SCHEMES = ["light", "dark"]

# What must be true of the page; each entry names what is wrong.
CHECKS = r"""
((width) => {
  const wrong = [];
  // A phone makes its window wider where the page asks for it, so that its own width says nothing.
  const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 0.5);
  const framed = (e) => e.closest(".frame, nav, pre, svg");
  for (const e of wide.filter((e) => !framed(e) || e.matches(".frame, nav, pre")).slice(0, 3))
    wrong.push(`${e.localName}.${e.className} leaves the window`);
  for (const e of document.querySelectorAll(".frame, nav"))
    if (e.scrollHeight > e.clientHeight && getComputedStyle(e).overflowY !== "hidden") wrong.push(`${e.localName}.${e.className} has a bar at its side`);
  if (width >= 1300) for (const e of document.querySelectorAll(".pair .frame"))
    if (e.scrollWidth > e.clientWidth) wrong.push(`a table of intervals is cut off: ${e.scrollWidth} of ${e.clientWidth}`);
  for (const axis of document.querySelectorAll(".axis")) {
    const ends = [...axis.children].map((label) => label.getBoundingClientRect());
    if (ends.some((label, i) => i && label.left < ends[i - 1].right)) wrong.push(`numbers below a scale overlap: ${axis.textContent}`);
  }
  if (document.documentElement.scrollWidth > width) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
  const links = [...document.querySelectorAll("nav a")].map((a) => a.getAttribute("href"));
  for (const link of links) if (!document.getElementById(link.slice(1))) wrong.push(`${link} leads nowhere`);
  const plots = [...document.querySelectorAll("figure.plot")];
  for (const plot of plots) {
    const name = JSON.parse(plot.querySelector("script").textContent).file;
    const canvas = plot.querySelector("canvas");
    if (!canvas) { wrong.push(`${name} has no canvas`); continue; }
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const inked = pixels.filter((alpha, i) => i % 4 === 3 && alpha > 0).length;
    if (inked < 500) wrong.push(`${name} is empty`);
  }
  for (const image of document.images) if (!image.complete || image.naturalWidth === 0) wrong.push(`${image.alt} is no picture`);
  return { wrong, plots: plots.length, downloads: document.querySelectorAll("button.csv").length };
})(WIDTH)
"""

# Points at the middle of the first plot, and reads what its legend says then.
HOVER = r"""
(() => {
  const plot = document.querySelector("figure.plot");
  if (!plot) return null;
  plot.scrollIntoView({ block: "center", behavior: "instant" });
  const box = plot.querySelector(".u-over").getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})()
"""
LEGEND = r"""[...document.querySelector("figure.plot").querySelectorAll(".u-value")].map((v) => v.textContent)"""

# Presses every download button, with the file system out of the way, and keeps what would have been saved.
DOWNLOADS = r"""
(async () => {
  const blobs = [];
  const make = URL.createObjectURL, click = HTMLAnchorElement.prototype.click;
  URL.createObjectURL = (blob) => { blobs.push(blob); return "data:,"; };
  const names = [];
  HTMLAnchorElement.prototype.click = function () { names.push(this.download); };
  document.querySelectorAll("button.csv").forEach((button) => button.click());
  URL.createObjectURL = make;
  HTMLAnchorElement.prototype.click = click;
  const texts = await Promise.all(blobs.map((blob) => blob.text()));
  return names.map((name, i) => [name, texts[i].split("\r\n").filter((line) => line).length]);
})()
"""


class Browser:
    """A headless Chromium at the other end of a pipe."""

    def __init__(self, profile):
        program = os.environ.get("CHROMIUM") or next(
            (p for p in map(shutil.which, ["chromium", "chromium-browser", "google-chrome"]) if p), None
        )
        if not program:
            sys.exit("no Chromium: apt-get install chromium, or name one in CHROMIUM")
        to_browser, self.to = os.pipe()
        self.back, from_browser = os.pipe()

        def pipes():
            # The browser reads its file 3 and writes its file 4.
            held = os.dup(to_browser), os.dup(from_browser)
            os.dup2(held[0], 3)
            os.dup2(held[1], 4)
            os.set_inheritable(3, True)
            os.set_inheritable(4, True)

        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
        self.process = subprocess.Popen(
            [program, *flags, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=pipes,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.events = b"", 0, []

    def receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.back, 1 << 16)
            if not part:
                sys.exit("Chromium has gone")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **arguments):
        self.number += 1
        message = {"id": self.number, "method": method, "params": arguments}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method, session):
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == method and event.get("sessionId") == session:
                    return self.events.pop(i)
            self.events.append(self.receive())

    def close(self):
        self.process.terminate()
        self.process.wait()


class Page:
    """One tab, and what went wrong in it."""

    def __init__(self, browser, url, width, scheme):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.url = url
        self.call("Page.navigate", url=url)
        browser.wait("Page.loadEventFired", self.session)

    def call(self, method, **arguments):
        return self.browser.call(method, self.session, **arguments)

    def value(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"a check failed to run: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def complaints(self):
        """Errors of the console, and requests for anything but the page."""
        found = []
        for event in self.browser.events:
            if event.get("sessionId") != self.session:
                continue
            parameters = event.get("params", {})
            match event["method"]:
                case "Runtime.exceptionThrown":
                    found.append(f"exception: {parameters['exceptionDetails'].get('exception', {}).get('description')}")
                case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning", "assert"):
                    found.append(f"console: {parameters['args']}")
                case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                    found.append(f"log: {parameters['entry']['text']}")
                case "Network.requestWillBeSent":
                    address = parameters["request"]["url"]
                    if address != self.url and not address.startswith(("data:", "blob:")):
                        found.append(f"the page asks for {address}")
        return found

    def hover(self):
        place = self.value(HOVER)
        if place is None:
            return []
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
        # The plot answers in the next frame.
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        said = self.value(LEGEND)
        return [] if any(text not in ("–", "--", "") for text in said) else ["pointing at a plot shows no value"]

    def shot(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def paper(self, path):
        printed = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        pdf = base64.b64decode(printed["data"])
        if path:
            path.write_bytes(pdf)
        return [] if pdf.startswith(b"%PDF") and len(pdf) > 10_000 else ["it cannot be printed"]

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


def visit(browser, report, width, scheme, shots):
    """Looks at the page once; what is wrong with it."""
    page = Page(browser, report.as_uri(), width, scheme)
    found = page.value(CHECKS.replace("WIDTH", str(width)))
    wrong = found["wrong"]
    if shots:
        page.shot(shots / f"{report.stem}-{width}-{scheme}.png")
    if found["plots"]:
        wrong += page.hover()
    saved = page.value(DOWNLOADS)
    wrong += [f"{name} is empty" for name, lines in saved if lines < 2]
    if len({name for name, _ in saved}) != found["downloads"]:
        wrong.append("downloads share names")
    if width == WIDTHS[-1]:
        wrong += page.paper(shots and shots / f"{report.stem}-{scheme}.pdf")
    wrong += page.complaints()
    page.close()
    print(f"{report}, {width} px, {scheme}: {found['plots']} plots, {found['downloads']} downloads, {len(wrong)} mistakes")
    for line in wrong:
        print(f"  {line}")
    return len(wrong)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", type=pathlib.Path, metavar="REPORT.html")
    parser.add_argument("--shots", type=pathlib.Path, metavar="DIR")
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile)
        looks = [(r, w, s) for r in arguments.reports for w in WIDTHS for s in SCHEMES]
        mistakes = sum(visit(browser, r.resolve(), w, s, arguments.shots) for r, w, s in looks)
        browser.close()
    sys.exit(1 if mistakes else 0)


if __name__ == "__main__":
    main()
