"""Tables in Markdown that are also aligned for a terminal."""

from statistics import median


def number(value):
    """Three digits that matter."""
    if value >= 1000:
        digits = max(0, len(str(int(value))) - 3)
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def spread(values, show=number):
    if not values:
        return "–"
    if len(values) == 1:
        return show(values[0])
    return f"{show(median(values))} ({show(min(values))} to {show(max(values))})"


def markdown(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
