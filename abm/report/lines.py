"""Small lines without axes, drawn by hand: two for every account, and Vega takes 50 ms for one."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from abm.report.language import Language, plain_text

WIDTH, HEIGHT = 300, 60
SAFE = " =:/,;()'+*!$@?~"
"""What an image in an address, between double quotes, may hold as it is."""
COLOUR = "#0b4f8a"


def line(
    values: Sequence[float | None],
    levels: Sequence[float],
    alt_text: str,
    is_from_zero: bool = False,
) -> Markup:
    """Draw a line at even distances from the oldest value to the newest.

    Args:
        values: At least two known ones that are not all the same; else nothing is drawn. What is
            not known leaves a gap.
        levels: Values to draw dashed lines at.
        alt_text: What it shows, in words.
        is_from_zero: Whether the picture begins at 0.
    """
    known = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return Markup()
    shown = [*known, *levels, *([0] if is_from_zero else [])]
    bottom, top = min(shown), max(shown)
    step = WIDTH / (len(values) - 1)

    def height(value: float) -> str:
        return f"{2 + (HEIGHT - 4) * (top - value) / (top - bottom):.1f}"

    dashes = "".join(f"M0 {height(level)}H{WIDTH}" for level in levels)
    paths = "".join(
        "M"
        + "L".join(f"{place * step:.1f} {height(value)}" for place, value in stretch)
        # A value between two gaps is a line without length, which a round cap makes a point.
        + ("h0" if len(stretch) == 1 else "")
        for stretch in _stretches(values)
    )
    svg = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}'>"
        f"<path d='{dashes}' stroke='#6b7785' stroke-dasharray='4 4'/>"
        f"<path d='{paths}' fill='none' stroke='{COLOUR}' stroke-width='2.5'"
        " stroke-linecap='round'/></svg>"
    )
    return Markup('<img class="line" src="data:image/svg+xml,{}" alt="{}">').format(
        Markup(quote(svg, safe=SAFE)), alt_text
    )


def history(values: Sequence[float | None], unit: str, language: Language) -> Markup:
    """Say of how many months a trend is and between what it moved; nothing without two values."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup()
    return language.say(
        "kpi.history",
        n=language.number(len(known)),
        low=language.in_unit(min(known), unit),
        high=language.in_unit(max(known), unit),
    )


def trend(
    values: Sequence[float | None], unit: str, language: Language, levels: Sequence[float] = ()
) -> Markup:
    """Draw the months of a KPI, and dashed its target."""
    return line(values, levels, plain_text(history(values, unit, language)))


def _stretches(values: Sequence[float | None]) -> Iterable[list[tuple[int, float]]]:
    """The known values with their places, cut where one is not known."""
    for is_known, stretch in groupby(enumerate(values), lambda place: place[1] is not None):
        if is_known:
            yield [(place, float(value)) for place, value in stretch if value is not None]
