#!/usr/bin/python3
"""Draws figures of the bench as bars: picture.py RESULTS.csv > PICTURE.svg"""

import csv
import sys
from xml.sax.saxutils import escape

ROW, LABEL, BAR, WIDTH = 22, 190, 420, 700
PANELS = (  # title, unit, [(measurement, server or None for all of them, label)]
    ("CPU time of a cached answer over UDP", "µs", [("cached", None, "{}")]),
    ("Slowest of 100 answers of hostdnsd beside names that hang (p99)", "ms",
     [(f"p99-{kind}-{hung}", "hostdnsd", f"{kind} names, {hung:,} hung")
      for kind in ("cached", "local", "fresh") for hung in (0, 1000, 10000)]),
)
SCALE = {"µs": 1, "ms": 1e-3}


def medians(path):
    """{(measurement, server): median}, in the order of the file."""
    with open(path, newline="") as file:
        return {(row["measurement"], row["server"]): float(row["median"])
                for row in csv.DictReader(file)}


def bars(figures, unit, rows):
    """[(label, value)] of a panel."""
    return [(label.format(server), value * SCALE[unit])
            for measurement, wanted, label in rows
            for (name, server), value in figures.items()
            if name == measurement and wanted in (None, server)]


def text(x, y, words, more=""):
    return f'<text x="{x}" y="{y}" {more}>{escape(words)}</text>'


def panel(y, title, unit, shown):
    """A title, and below it a bar for each value; the longest is as wide as the panel."""
    longest = max(value for _, value in shown)
    yield text(10, y + 16, f"{title}, {unit}", 'font-weight="bold"')
    for row, (label, value) in enumerate(shown, 1):
        top, width = y + row * ROW, BAR * value / longest
        yield text(LABEL - 8, top + 16, label, 'text-anchor="end"')
        ours = "#1f77b4" if "hung" in label or label == "hostdnsd" else "#999999"
        yield f'<rect x="{LABEL}" y="{top + 4}" width="{width:.1f}" height="{ROW - 6}" fill="{ours}"/>'
        yield text(LABEL + round(width) + 6, top + 16, f"{value:.3g}")


def draw(path):
    """The picture, as text; a panel that nothing was measured for is omitted."""
    figures, lines, y = medians(path), [], 10
    for title, unit, rows in PANELS:
        if shown := bars(figures, unit, rows):
            lines += panel(y, title, unit, shown)
            y += (len(shown) + 2) * ROW
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" '
                      'font-family="sans-serif" font-size="13">',
                      '<rect width="100%" height="100%" fill="white"/>', *lines, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(draw(sys.argv[1]), end="")
