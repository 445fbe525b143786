"""A row as a table in Markdown, and what it says about the goals."""

from common.markdown import markdown, number


def spread(summary, show=number):
    if summary.low == summary.high:
        return show(summary.median)
    return f"{show(summary.median)} ({show(summary.low)} to {show(summary.high)})"


def share(value):
    return f"{value:.2f}"


def table(row, results):
    head = [row.axis]
    for measure in row.measures:
        head.append(measure.heading)
        if measure.goal and measure.goal.is_share:
            head.append("to the first")
    rows = [head]
    for point in row.points:
        cells = [f"{point:,}"]
        for measure in row.measures:
            cells.append(spread(results.summary(measure.key, point)))
            if measure.goal and measure.goal.is_share:
                is_first = point == row.points[0]
                cells.append("" if is_first else spread(results.shares(measure.key, point), share))
        rows.append(cells)
    return markdown(rows)


def verdicts(row, results):
    """A line for each goal, and one for each other figure that has a first and a last point."""
    first, last = row.points[0], row.points[-1]
    for measure in row.measures:
        shares = results.values[measure.key]
        ratio = results.shares(measure.key, last) if all(shares[first]) else None
        said = f"last to first {share(ratio.median)}" if ratio else "last to first: the first is 0"
        if measure.goal:
            value = ratio.median if measure.goal.is_share else results.summary(measure.key, last).median
            said += f"; goal {measure.goal.describe()}: " + (
                "reached" if measure.goal.is_met(value) else f"NOT REACHED ({number(value)})")
        yield f"- {measure.heading}: {said}"


def section(row, results):
    return "\n".join([
        f"### {row.name}: {row.title}", "",
        table(row, results), "",
        *verdicts(row, results), ""])
