#!/usr/bin/python3
"""Draws the figures of a soak over time: picture.py soak.json > soak.svg"""

import json
import sys
from xml.sax.saxutils import escape

LEFT, WIDTH, HEIGHT, GAP, RIGHT = 80, 720, 110, 46, 130
COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b"]
ROLES = ("supervisor", "serve", "lookup", "web", "dnstap")
KINDS = ("DNS", "hosts", "edited", "fresh", "lies", "reflector")


def of_uses(word, scale=1):
    return lambda sample: {role: use[word] / scale for role, use in sample["uses"].items()}


def of_latency(word):
    return lambda sample: {kind: one[word] for kind, one in sample["latencies"].items()}


PANELS = (  # title, names of the lines, values of a sample
    ("questions a second", ("all",), lambda sample: {"all": sample["rate"]}),
    ("half of the answers take at most, ms", KINDS, of_latency("p50")),
    ("99 of 100 answers take at most, ms", KINDS, of_latency("p99")),
    ("memory, MB", ROLES, of_uses("kilobytes", 1024)),
    ("descriptors", ROLES, of_uses("descriptors")),
    ("threads", ROLES, of_uses("threads")),
)


def text(x, y, words, more=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{escape(words)}</text>'


def line(points, colour):
    """Several, where values are missing between."""
    path, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        path.append(f"{pen}{point[0]:.1f} {point[1]:.1f}")
        pen = "L"
    return f'<path d="{" ".join(path)}" fill="none" stroke="{colour}"/>'


def storms(samples, at, top):
    """Grey where processes are killed and replaced."""
    for one, after in zip(samples, samples[1:]):
        if one["storm"]:
            x = at(one["at"])
            yield (f'<rect x="{x:.1f}" y="{top}" width="{at(after["at"]) - x:.1f}" '
                   f'height="{HEIGHT}" fill="#eeeeee"/>')


def panel(samples, title, names, values, at, top):
    rows = [values(sample) for sample in samples]
    highest = max((row[name] for row in rows for name in names if name in row), default=0) or 1
    yield from storms(samples, at, top)
    yield text(LEFT, top - 6, title, 'font-weight="bold"')
    yield (f'<path d="M{LEFT} {top} V{top + HEIGHT} H{LEFT + WIDTH}" fill="none" '
           'stroke="black"/>')
    yield text(LEFT - 6, top + 10, f"{highest:.3g}", 'text-anchor="end"')
    yield text(LEFT - 6, top + HEIGHT, "0", 'text-anchor="end"')
    for number, name in enumerate(names):
        points = [(at(sample["at"]), top + HEIGHT * (1 - row[name] / highest))
                  if name in row else None for sample, row in zip(samples, rows)]
        yield line(points, COLOURS[number])
        yield text(LEFT + WIDTH + 8, top + 12 + 16 * number, name, f'fill="{COLOURS[number]}"')


def draw(figures):
    """The picture, as text."""
    samples, lines = figures["samples"], []
    longest = max([sample["at"] for sample in samples], default=1) or 1

    def at(seconds):
        return LEFT + WIDTH * seconds / longest

    for number, (title, names, values) in enumerate(PANELS):
        lines += panel(samples, title, names, values, at, 30 + number * (HEIGHT + GAP))
    bottom = 30 + len(PANELS) * (HEIGHT + GAP)
    lines += [text(LEFT, bottom - 22, "0"),
              text(LEFT + WIDTH, bottom - 22, f"{longest / 60:.1f} minutes", 'text-anchor="end"'),
              text(LEFT, bottom - 4, "grey: processes are killed, and replaced by reloads")]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" '
                      f'height="{bottom + 8}" font-family="sans-serif" font-size="13">',
                      '<rect width="100%" height="100%" fill="white"/>', *lines, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        print(draw(json.load(file)), end="")
