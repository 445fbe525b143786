"""A row as SVG: one panel for each figure, the points with the middle half of their values, and the goal."""

import math
from html import escape

from common.markdown import number

WIDTH, PANEL = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 46, 34
COLOURS = ("#0b5394", "#b45309", "#38761d")
GOAL = "#b91c1c"


def chart(row, results):
    """The text of an SVG file."""
    panels = {}
    for measure in row.measures:
        panels.setdefault(measure.panel or measure.heading, []).append(measure)
    height = 44 + PANEL * len(panels) + 26
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        text(LEFT, 26, row.title, "start", 'font-size="15" font-weight="bold"'),
    ]
    for index, (heading, measures) in enumerate(panels.items()):
        parts += Panel(row, results, heading, measures, 44 + PANEL * index).draw()
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, height - 12, row.axis + (" (log)" if row.is_logarithmic else "")))
    return "\n".join(parts + ["</svg>", ""])


class Panel:
    def __init__(self, row, results, heading, measures, y):
        self.row, self.results, self.heading, self.measures = row, results, heading, measures
        self.top, self.bottom = y + TOP, y + PANEL - BOTTOM
        summaries = [results.summary(each.key, point) for each in measures for point in row.points]
        self.goal, self.goal_text = self.goal_line()
        highest = max([each.high for each in summaries] + ([self.goal] if self.goal else []))
        self.step = tick_step(highest or 1)
        self.most = self.step * math.ceil(max(highest, self.step) / self.step)

    def goal_line(self):
        """Where the goal is, and what it says."""
        for measure in self.measures:
            if measure.goal and measure.goal.is_share:
                first = self.results.summary(measure.key, self.row.points[0]).median
                return measure.goal.limit * first, f"goal: {measure.goal.describe()}"
            if measure.goal:
                return measure.goal.limit, f"goal: {measure.goal.describe()}"
        return None, ""

    def x(self, point):
        scale = math.log if self.row.is_logarithmic else float
        first, last = scale(self.row.points[0]), scale(self.row.points[-1])
        return LEFT + 18 + (scale(point) - first) / (last - first) * (WIDTH - LEFT - RIGHT - 36)

    def y(self, value):
        return self.bottom - value / self.most * (self.bottom - self.top)

    def draw(self):
        yield text(LEFT, self.top - 24, self.heading, "start", 'font-weight="bold"')
        yield from self.axes()
        if self.goal is not None:
            y = self.y(self.goal)
            yield line(LEFT, y, WIDTH - RIGHT, y, GOAL, 'stroke-dasharray="6 4"')
            # Said above the panel, where no curve is.
            yield text(WIDTH - RIGHT, self.top - 24, f"- - {self.goal_text}", "end", f'fill="{GOAL}"')
        for measure, colour in zip(self.measures, COLOURS):
            yield from self.curve(measure, colour)
        if len(self.measures) > 1:
            yield from self.legend()

    def axes(self):
        for index in range(round(self.most / self.step) + 1):
            y = self.y(index * self.step)
            yield line(LEFT, y, WIDTH - RIGHT, y, "#ddd" if index else "#222")
            yield text(LEFT - 8, y + 4, short(index * self.step), "end")
        yield line(LEFT, self.top, LEFT, self.bottom, "#222")
        for point in self.row.points:
            yield line(self.x(point), self.bottom, self.x(point), self.bottom + 5, "#222")
            yield text(self.x(point), self.bottom + 19, short(point))

    def curve(self, measure, colour):
        summaries = [(self.x(point), self.results.summary(measure.key, point)) for point in self.row.points]
        path = " ".join(f"{x:.1f},{self.y(each.median):.1f}" for x, each in summaries)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        for x, each in summaries:
            yield line(x, self.y(each.low), x, self.y(each.high), colour, 'stroke-width="4" stroke-opacity="0.35"')
            yield f'<circle cx="{x:.1f}" cy="{self.y(each.median):.1f}" r="3.5" fill="{colour}"/>'

    def legend(self):
        x = LEFT
        for measure, colour in zip(self.measures, COLOURS):
            yield f'<circle cx="{x + 4:.1f}" cy="{self.top - 11:.1f}" r="3.5" fill="{colour}"/>'
            yield text(x + 12, self.top - 7, measure.label, "start", 'font-size="11"')
            x += 32 + 5.8 * len(measure.label)


def line(x1, y1, x2, y2, colour, more=""):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {more}/>'


def text(x, y, words, anchor="middle", more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>'


def tick_step(highest):
    """1, 2 or 5 times a power of ten, so that there are three to six steps."""
    power = 10 ** math.floor(math.log10(highest))
    for factor in (0.2, 0.5, 1, 2):
        if highest / (factor * power) <= 6:
            return factor * power
    return 5 * power


def short(value):
    """As a tick has room for: 10 k, 3 M."""
    for limit, unit in ((1e6, " M"), (1e3, " k")):
        if value >= limit:
            return f"{value / limit:.3g}{unit}"
    return number(value)
