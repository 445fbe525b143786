"""The tables of the report."""

from statistics import median

from common.markdown import markdown, spread

HEADS = {
    "publish": "publish ev/s", "consume": "receive + acknowledge ev/s", "single": "requests/s",
}


class Results:
    """figures[subject][kind] is a list of one figure, or None, for each round."""

    def __init__(self, subjects):
        self.subjects = subjects
        self.figures = {subject.name: {} for subject in subjects}
        self.failures = {}

    def add(self, round_number, subject, kind, figure):
        rounds = self.figures[subject.name].setdefault(kind, [])
        rounds.extend([None] * (round_number - len(rounds)))
        rounds.append(figure)

    def rounds(self, name, kind):
        return self.figures.get(name, {}).get(kind, [])

    def base(self, subject, kind):
        """Gridlog with as many connections, durable."""
        connections = subject.connections or 8
        return f"gridlog-{'single-' if kind == 'single' else ''}{connections}"

    def ratios(self, subject, kind):
        """Gridlog to the subject, of figures of the same round."""
        pairs = zip(self.rounds(self.base(subject, kind), kind), self.rounds(subject.name, kind))
        return [ours.rate / theirs.rate for ours, theirs in pairs if ours and theirs and theirs.rate]


def cells(results, subject, kind):
    figures = [each for each in results.rounds(subject.name, kind) if each]
    if not figures:
        return ["–", "–"]
    ratio = "" if subject.name == results.base(subject, kind) else spread(
        results.ratios(subject, kind), lambda value: f"{value:.2f}")
    return [spread([each.rate for each in figures]), ratio]


def rate_table(results, kinds):
    head = ["", "durability"]
    for kind in kinds:
        head += [HEADS[kind], "Gridlog / it"]
    rows = [head]
    for subject in results.subjects:
        if any(results.rounds(subject.name, kind) for kind in kinds):
            row = [subject.label, subject.durability]
            for kind in kinds:
                row += cells(results, subject, kind)
            rows.append(row)
    return markdown(rows) if len(rows) > 1 else ""


def detail_table(results):
    """Latency of one exchange, and who used the cores: medians."""
    names = {"publish": "publish", "consume": "receive + acknowledge", "single": "single events",
             "half": "single events at half load", "latency": "writes"}
    rows = [["one exchange: a batch, a single event, a write", "", "p50 ms", "p99 ms", "server's cores", "load's cores"]]
    for subject in results.subjects:
        for kind, name in names.items():
            figures = [each for each in results.rounds(subject.name, kind) if each]
            if figures:
                columns = ("p50", "p99", "server_cores", "load_cores")
                medians = [median(getattr(each, column) for each in figures) for column in columns]
                rows.append([subject.label, name] + [f"{value:.2f}" if value else "–" for value in medians])
    return markdown(rows) if len(rows) > 1 else ""


def report(results, conditions):
    parts = ["\n".join(f"- {name}: {value}" for name, value in conditions.items())]
    parts += [rate_table(results, ["publish", "consume"]), rate_table(results, ["single"]), detail_table(results)]
    if results.failures:
        parts.append("\n".join(f"- not measured: {name}: {why}" for name, why in results.failures.items()))
    return "\n\n".join(part for part in parts if part)
