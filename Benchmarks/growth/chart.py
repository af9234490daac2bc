"""Line charts with logarithmic axes, as SVG."""
import math

STYLE = """<style>
  .back { fill: #fff } text { font: 11px sans-serif; fill: #444 } .title { font-weight: bold; font-size: 13px }
  .grid { stroke: #ccc; stroke-width: 0.5; fill: none } .line { fill: none; stroke-width: 2 }
  .s0 { stroke: #0b6fb8 } circle.s0 { fill: #0b6fb8 } .s1 { stroke: #c2500a } circle.s1 { fill: #c2500a }
  .s2 { stroke: #5d8a1e } circle.s2 { fill: #5d8a1e }
  @media (prefers-color-scheme: dark) {
    .back { fill: #16181c } text { fill: #ccc } .grid { stroke: #444 }
    .s0 { stroke: #5db3f0 } circle.s0 { fill: #5db3f0 } .s1 { stroke: #f39a5b } circle.s1 { fill: #f39a5b }
    .s2 { stroke: #a6d363 } circle.s2 { fill: #a6d363 }
  }
</style>"""


def draw(charts):
    """An SVG of charts, two per row. Each chart is a title, the unit of the x axis, and lines of (name, sizes, values)."""
    rows = (len(charts) + 1) // 2
    body = "\n".join(chart(*c, x=400 * (n % 2) + 10, y=270 * (n // 2) + 5) for n, c in enumerate(charts))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 {270 * rows + 10}" width="800">\n{STYLE}\n'
            f'<rect class="back" width="800" height="{270 * rows + 10}"/>\n{body}\n</svg>\n')


def chart(title, unit, lines, x, y, width=380, height=260):
    """One chart with two logarithmic axes and its upper left corner at x and y."""
    left, right, top, bottom = 52, 14, 34, 44
    sizes, values = [v for l in lines for v in l[1]], [v for l in lines for v in l[2]]
    low_x, high_x = math.log10(min(sizes)), math.log10(max(sizes))
    low_y, high_y = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high_y = max(high_y, low_y + 1)
    place_x = lambda v: x + left + (math.log10(v) - low_x) / (high_x - low_x) * (width - left - right)
    place_y = lambda v: y + height - bottom - (math.log10(v) - low_y) / (high_y - low_y) * (height - top - bottom)
    parts = [f'<text class="title" x="{x + left}" y="{y + 18}">{title}</text>']
    for power in range(low_y, high_y + 1):
        at = place_y(10 ** power)
        parts.append(f'<path class="grid" d="M{x + left} {at:.1f}H{x + width - right}"/>'
                     f'<text x="{x + left - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0 ** power:g}</text>')
    labelled = -math.inf
    for size in sorted(set(sizes)):
        at = place_x(size)
        parts.append(f'<path class="grid" d="M{at:.1f} {y + top}V{y + height - bottom}"/>')
        # If sizes are close to each other, only the first one gets a label.
        if at - labelled > 30:
            parts.append(f'<text x="{at:.1f}" y="{y + height - bottom + 16}" text-anchor="middle">{short(size)}</text>')
            labelled = at
    parts.append(f'<text x="{x + (left + width - right) / 2}" y="{y + height - 8}" text-anchor="middle">{unit}</text>')
    for number, (name, sizes, values) in enumerate(lines):
        points = [(place_x(a), place_y(b)) for a, b in zip(sizes, values)]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        parts.append(f'<path class="line s{number}" d="M{path}"/>')
        parts += [f'<circle class="s{number}" cx="{a:.1f}" cy="{b:.1f}" r="3"/>' for a, b in points]
        at = y + top + 12 + 16 * number
        parts.append(f'<circle class="s{number}" cx="{x + left + 14}" cy="{at}" r="3"/>'
                     f'<text x="{x + left + 22}" y="{at + 4}">{name}</text>')
    return "\n".join(parts)


def short(size):
    """A size as text: 10k, 1M."""
    for factor, letter in ((10 ** 6, "M"), (1000, "k")):
        if size >= factor and size % factor == 0:
            return f"{size // factor}{letter}"
    return str(size)
