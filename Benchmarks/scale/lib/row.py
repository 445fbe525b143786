"""A row: something that grows, and what shall stay as it is meanwhile."""

from dataclasses import dataclass, field
from statistics import median, quantiles


@dataclass
class Goal:
    """What the last point must reach: a number, or a share of the first point."""

    limit: float
    is_share: bool = False
    is_least: bool = False
    # How it is said, where the limit is not the whole truth.
    text: str = ""

    def describe(self):
        if self.is_share:
            return f"{'≥' if self.is_least else '≤'} {self.limit:g} of the first point"
        return self.text or f"{'≥' if self.is_least else '<'} {self.limit:g}"

    def is_met(self, value):
        return value >= self.limit if self.is_least else value < self.limit


@dataclass
class Measure:
    """One of the figures of a row. Those with the same panel are drawn in one."""

    key: str
    heading: str
    goal: Goal = None
    panel: str = ""
    # Its name in a panel with others.
    label: str = ""


class Row:
    name = ""
    title = ""
    # What grows.
    axis = ""
    measures = ()
    is_logarithmic = True
    # Of a round, the points are measured each time beginning with another.
    is_rotated = True
    # About, on two cores.
    seconds = 60

    def __init__(self, tools):
        self.tools = tools
        self.brokers = {}
        self.points, self.rounds = self.scale(tools.is_quick)

    def scale(self, is_quick):
        """The points, and how often each is measured."""
        raise NotImplementedError

    def disk_bytes(self):
        raise NotImplementedError

    def prepare(self):
        """Brings about what is measured at each point."""

    def begin_round(self):
        """Called before the points of each round."""

    def measure(self, point):
        """One short window at a point: a value for each measure."""
        raise NotImplementedError

    def verify(self):
        """Called after the last round: what the points say must be true still, else this throws."""

    def finish(self):
        """Stops and removes what was started. Called in any case."""
        for broker in self.brokers.values():
            broker.remove()
        self.brokers = {}

    def run(self):
        """Everything is measured once in each round, so that a slow second of the machine hits all points alike."""
        results = Results(self)
        self.tools.check_space(self.disk_bytes())
        try:
            self.prepare()
            for number in range(self.rounds):
                self.begin_round()
                turn = number % len(self.points) if self.is_rotated else 0
                for point in self.points[turn:] + self.points[:turn]:
                    results.add(point, self.measure(point))
            self.verify()
        finally:
            self.finish()
        return results


@dataclass
class Results:
    """values[key][point] has one value for each round."""

    row: Row
    values: dict = field(default_factory=dict)

    def add(self, point, figures):
        for key, value in figures.items():
            self.values.setdefault(key, {}).setdefault(point, []).append(value)

    def summary(self, key, point):
        return Summary.of(self.values[key][point])

    def shares(self, key, point):
        """The point to the first, of windows of the same round."""
        pairs = zip(self.values[key][point], self.values[key][self.row.points[0]])
        return Summary.of([value / first for value, first in pairs if first])


@dataclass
class Summary:
    """The median, and between what the middle half of the values lies."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values):
        if len(values) < 2:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)
