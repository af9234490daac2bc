"""The rows of the table, as Markdown and as JSON."""
import re, statistics


class Row:
    """The results of all runs, mostly ratios, with their bound."""

    def __init__(self, what, against, values, bound, at_most=False, note="", figures=None, floor=None, seconds=None):
        """values: one per run; figures: {name: (values, unit)}, the numbers behind the ratio.

        floor: the least seconds that the work can take on this processor; seconds: those of Imprint, one per run.
        """
        self.what, self.against, self.values, self.note = what, against, values, note
        self.bound, self.at_most, self.figures = bound, at_most, figures or {}
        self.floor, self.seconds = floor, seconds

    @property
    def is_met(self):
        middle = statistics.median(self.values)
        return middle <= self.bound if self.at_most else middle >= self.bound

    @property
    def json(self):
        return {
            "what": self.what, "against": self.against, **summary(self.values),
            "bound": self.bound, "atMost": self.at_most, "met": self.is_met, "note": self.note, "floor": self.floor,
            "figures": {name: summary(values) | {"unit": unit} for name, (values, unit) in self.figures.items()}}

    @property
    def cells(self):
        middles = [f"{name} {text(statistics.median(values))} {unit}" for name, (values, unit) in self.figures.items()]
        bound = f"{'≤' if self.at_most else '≥'} {self.bound}"
        return [self.what, self.against, spread(self.values), "; ".join(middles + [self.note] * bool(self.note)), self.least,
                bound, "met" if self.is_met else "**missed**"]

    @property
    def least(self):
        """The floor, and how many times as long Imprint takes."""
        if not self.floor or not self.seconds:
            return ""
        return f"{duration(self.floor)}, × {text(statistics.median(self.seconds) / self.floor)}"


class Unmeasured:
    """A row that could not be measured, with the reason."""

    def __init__(self, what, reason):
        self.what, self.reason = what, reason

    @property
    def json(self):
        return {"what": self.what, "notMeasured": self.reason}

    @property
    def cells(self):
        return [self.what, "", f"not measured: {self.reason}", "", "", "", ""]


def summary(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "values": values}


def spread(values):
    middle = text(statistics.median(values))
    return f"{middle} ({text(min(values))} … {text(max(values))})" if min(values) != max(values) else middle


def text(value):
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{text(seconds / size)} {unit}"
    return f"{text(seconds / 1e-9)} ns"


def line(cells):
    return "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in cells) + " |"


heading = line(["what", "against", "found (least … most)", "medians", "floor", "bound", ""]) + "\n" + line(["---"] * 7)


def write(document, table, mark="speed"):
    """Writes a table between its two marks in a document."""
    with open(document, encoding="utf-8") as file:
        words = file.read()
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(words)) != 1:
        raise SystemExit(f"{document} must contain exactly one pair of marks for the table: {begin} … {end}")
    with open(document, "w", encoding="utf-8") as file:
        file.write(pattern.sub(lambda _: f"{begin}\n\n{table}\n{end}", words))
