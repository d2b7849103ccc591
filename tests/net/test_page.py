#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The page of simulate --html as a browser (headless Chromium) lays it out and prints it."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import check
from test_simulate import simulate, simulated

MADE = "--made sas=64,pairs=4,packets=20000,zipf=1 --queues 1,2,4,8,16".split()
PHONE, DESK = 360, 1280
LIGHT, DARK = 1, 0  # blink's PreferredColorScheme

# Looks at the page in a frame of a width and writes down what it finds there.
LOOK = """<!doctype html><title>look</title><iframe src="page.html" width="%d" height="900"
style="border:0"></iframe><pre></pre><script>
addEventListener("load", () => {
  const page = frames[0], d = page.document, px = s => parseFloat(s);
  const box = e => e.getBoundingClientRect();
  const style = e => page.getComputedStyle(e);
  const rgb = s => s.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const root = d.documentElement;
  document.querySelector("pre").textContent = JSON.stringify({
    fetched: page.performance.getEntriesByType("resource").length,
    width: root.clientWidth, scroll: root.scrollWidth,
    paper: rgb(style(d.body).backgroundColor), ink: rgb(style(d.body).color),
    svg: [box(d.querySelector("svg")).width, box(d.querySelector("svg")).height],
    svg_ink: rgb(style(d.querySelector("svg text")).fill),
    svg_text: Math.min(...[...d.querySelectorAll("svg text")].map(t =>
      px(style(t).fontSize) * box(d.querySelector("svg")).width / d.querySelector("svg").viewBox.baseVal.width)),
    lines: [...d.querySelectorAll(".chart .line")].map(l => ({
      colour: rgb(style(l).stroke), dash: style(l).strokeDasharray, points: l.getAttribute("d"),
      shape: l.nextElementSibling.getAttribute("d").replace(/^M\S+ [0-9.]+/, "").replace(/M.*$/, "")})),
    legend: [...d.querySelectorAll(".legend tr")].map(row => ({
      says: row.children[1].textContent, colour: rgb(style(row.querySelector("path")).stroke),
      dash: style(row.querySelector("path")).strokeDasharray,
      shape: row.querySelectorAll("path")[1].getAttribute("d").replace(/^M\S+ [0-9.]+/, "")})),
    svg_outside: [...d.querySelectorAll("svg.chart text, svg.chart path")].filter(t => {
      const a = box(t), b = box(d.querySelector("svg"));
      return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 1 || a.bottom > b.bottom + 1;
    }).length,
    text: Math.min(...[...d.querySelectorAll("p,span,td,th,h3")].map(t => px(style(t).fontSize))),
    nics: [...d.querySelectorAll(".nics > div")].map(nic => ({
      name: nic.querySelector("h3").textContent,
      bars: [...nic.querySelectorAll(".bar")].map(bar => ({
        queue: Number(bar.children[0].textContent), width: box(bar.children[1]).width,
        room: box(bar).width, says: px(bar.children[2].textContent),
        colour: rgb(style(bar.children[1]).backgroundColor), hot: bar.classList.contains("hot")})),
    })),
    printed: [...d.querySelectorAll("i")].every(i => style(i).printColorAdjust == "exact"),
    heaviest: [...d.querySelectorAll("td.part i")].map(i => box(i).width),
  });
});
</script>"""


def browse(folder, *arguments):
    profile = tempfile.mkdtemp(dir=folder)
    result = subprocess.run(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={profile}", "--allow-file-access-from-files",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--window-size=1400,1000", *arguments],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180,
        env={**os.environ, "HOME": folder})
    check(result.returncode == 0, "chromium failed:", result.stderr[-2000:])
    return result.stdout


def look(folder, width, scheme):
    path = f"{folder}/look.html"
    with open(path, "w") as file:
        file.write(LOOK % width)
    found = browse(folder, f"--blink-settings=preferredColorScheme={scheme}",
                   "--virtual-time-budget=5000", "--dump-dom", f"file://{path}")
    said = re.search(r"<pre>(\{.*\})</pre>", found, re.S)
    check(said, "the page was not laid out:", found[-2000:])
    return json.loads(said.group(1))


def luminance(rgb):
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
              for c in (value / 255 for value in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    """WCAG 2's."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def check_readable(page, width, dark):
    check(page["fetched"] == 0, "the page fetches something", page)
    check(width - 20 <= page["width"] and page["scroll"] <= page["width"], "wider than the screen", page)
    check(page["text"] >= 11 and page["svg_text"] >= 10, "too small to read", page)
    check(page["printed"], "browsers would leave the bars out of print")
    check(page["svg_outside"] == 0 and page["svg"][0] > 250, "the curves do not fit", page)
    check((luminance(page["paper"]) < 0.1) == dark, "light and dark", page)
    check(contrast(page["ink"], page["paper"]) >= 7, "text against paper", page)
    check(contrast(page["svg_ink"], page["paper"]) >= 7, "text of the curves", page)
    for nic in page["nics"]:
        for bar in nic["bars"]:
            check(contrast(bar["colour"], page["paper"]) >= 3, "bars against paper", bar)


def check_bars(page, results):
    """Each NIC's bars are as long as its queues' shares."""
    for nic in page["nics"]:
        result = results[nic["name"], len(nic["bars"])]
        shares = [queue["packets"] / result["packets"] for queue in result["queues"]]
        room = max(bar["width"] / share for bar, share in zip(nic["bars"], shares) if share > 0.02)
        for bar, share in zip(nic["bars"], shares):
            check(abs(bar["says"] - 100 * share) < 0.06, "another share", bar, share)
            check(abs(bar["width"] - max(room * share, 1)) < 1.5, "another length", bar, share)
            check(bar["width"] < bar["room"], "longer than its room", bar)
        hot = [bar for bar in nic["bars"] if bar["hot"]]
        check(len(hot) == (result["imbalance"] > 1.1), "the hottest queue", nic)
        check(all(bar["says"] == max(b["says"] for b in nic["bars"]) for bar in hot), "not it", nic)
    widths = page["heaviest"]
    check(len(widths) == 10 and widths == sorted(widths, reverse=True) and widths[0] > 60, widths)


def check_lines(page, results):
    """Each line is told from the others without its colour, and the legend says which lie on each other."""
    lines, legend = page["lines"], page["legend"]
    check(len(lines) == len(legend) > 6, "lines", lines, legend)
    looks = {(row["dash"], row["shape"]) for row in legend}
    check(len(looks) == len(legend), "alike but for the colour", legend)
    for line, row in zip(lines, reversed(legend)):  # the first of the legend is on top
        check(all(line[key] == row[key] for key in ("colour", "dash", "shape")), "another look", line, row)
        check(contrast(line["colour"], page["paper"]) >= 3, "a line against paper", line)

    def curve(name):
        return {queues: round(r["speedup"], 2) for (model, queues), r in results.items() if model == name}
    names = [re.split("[:; ]", row["says"])[0] for row in legend]
    for name, row in zip(names, legend):
        same = re.search(r": same as ([^ ,;]+)", row["says"])
        within = [other for other in names if other != name and
                  curve(name).items() <= curve(other).items()]
        check((same[1] in within) if same else (not within or any(f": same as {name}" in r["says"] for r in legend)),
              "lines on each other", row, within)
        for other in re.findall(r"[^ ,]+", row["says"].partition("; the same: ")[2]):
            check(curve(other) == curve(name), "not the same", name, other)
    check(any("same as" in row["says"] for row in legend), "no line on another: nothing was tested", legend)
    told = {name for row in legend for name in re.findall(r"[^ ,;:]+", row["says"])}
    check({model for model, _ in results} <= told, "not in the legend", told)


def with_page(test):
    def run(_):
        folder = tempfile.mkdtemp()
        try:
            status, _, errors = simulate(*MADE, "--html", f"{folder}/page.html")
            check(status == 0, errors)
            test(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return run


@with_page
def test_screens(folder):
    results = {}
    for result in simulated(*MADE)["results"]:
        result["packets"] = sum(queue["packets"] for queue in result["queues"])
        results[result["model"], result["queue_count"]] = result
    for width in PHONE, DESK:
        for scheme in LIGHT, DARK:
            page = look(folder, width, scheme)
            check_readable(page, width, scheme == DARK)
            check_bars(page, results)
            check_lines(page, results)


def pixels(folder, pdf):
    """Of all pages, drawn small: how many there are of each of a few colours."""
    subprocess.run(["pdftoppm", "-r", "40", pdf, f"{folder}/sheet"], check=True)
    found = {"paper": 0, "ink": 0, "bar": 0, "hot": 0, "all": 0}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".ppm"):
            continue
        with open(f"{folder}/{name}", "rb") as file:
            kind, size, _, data = file.read().split(b"\n", 3)
        check(kind == b"P6", name)
        wide, high = map(int, size.split())
        for at in range(0, 3 * wide * high, 3):
            red, green, blue = data[at:at + 3]
            found["all"] += 1
            found["paper"] += min(red, green, blue) > 240
            found["ink"] += max(red, green, blue) < 90
            found["bar"] += blue > red + 90 and blue > 120
            found["hot"] += red > blue + 120 and green < 140
    return found


@with_page
def test_print(folder):
    """Also from a dark screen: white paper, dark ink, and the bars."""
    pdf = f"{folder}/page.pdf"
    browse(folder, f"--blink-settings=preferredColorScheme={DARK}", f"--print-to-pdf={pdf}",
           "--no-pdf-header-footer", f"file://{folder}/page.html")
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout
    for words in ("Where these packets would go", "Speed-up over one queue", "Each queue, of 16",
                  "The heaviest SAs", "espalier", "mlx5"):
        check(words in text, "not printed:", words)
    found = pixels(folder, pdf)
    check(found["paper"] > 0.75 * found["all"], "no white paper", found)
    check(found["ink"] > 500 and found["bar"] > 500 and found["hot"] > 100, "ink and bars", found)


if __name__ == "__main__":
    lab.main()
