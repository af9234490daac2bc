#!/usr/bin/env python3
"""Draws a terminal session as an SVG: at-work.py < session.txt > at-work.svg

Lines that begin with "$ " are commands; the other lines are their output.
"""
import html, sys

LINE, LEFT, TOP, WIDTH = 20, 20, 62, 800
lines = sys.stdin.read().rstrip("\n").split("\n")
height = TOP + LINE * len(lines)
print(f'''<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">
<style>
  text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #c9d1d9; white-space: pre }}
  .prompt {{ fill: #7ee787 }} .command {{ fill: #f0f6fc; font-weight: bold }} .result {{ fill: #79c0ff }} .faint {{ fill: #8b949e }}
</style>
<rect width="{WIDTH}" height="{height}" rx="10" fill="#0d1117"/>
<path d="M0 36V10a10 10 0 0 1 10-10H{WIDTH - 10}a10 10 0 0 1 10 10V36z" fill="#21262d"/>
<circle cx="20" cy="18" r="6" fill="#ff5f57"/><circle cx="40" cy="18" r="6" fill="#febc2e"/><circle cx="60" cy="18" r="6" fill="#28c840"/>''')
for number, line in enumerate(lines):
    place = f'x="{LEFT}" y="{TOP + LINE * number}" xml:space="preserve"'
    if line.startswith("$ "):
        print(f'<text {place}><tspan class="prompt">$ </tspan><tspan class="command">{html.escape(line[2:])}</tspan></text>')
    elif line:
        kind = "result" if "accuracy" in line or ".jpg  " in line else "faint" if line.strip() == "…" else ""
        print(f'<text {place}{f" class={chr(34)}{kind}{chr(34)}" if kind else ""}>{html.escape(line)}</text>')
print("</svg>")
