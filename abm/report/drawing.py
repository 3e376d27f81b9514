"""How charts are drawn: axes, colours, and an image that is small and speaks for itself."""

import datetime
import re
from typing import Any
from urllib.parse import quote

import altair as alt
import vl_convert
from babel.numbers import get_currency_symbol
from markupsafe import Markup

from abm.report.language import LOCALES, Language, plain_text
from abm.report.lines import COLOUR, SAFE

WIDTH = 460
HEIGHT = 210

# Told apart by people who see colours differently (Okabe and Ito), and in grey by their lightness.
COLOURS = [COLOUR, "#e08a00", "#2a9d78", "#9a5fa8", "#6b7785", "#c8502d"]

_CONFIG = {
    "font": "Helvetica, Arial, DejaVu Sans, sans-serif",
    "background": None,
    "view": {"stroke": None},
    "range": {"category": COLOURS},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": "#3a4652",
        "titleColor": "#3a4652",
        "gridColor": "#e3e8ed",
        "domainColor": "#b7c0c9",
        "tickColor": "#b7c0c9",
    },
    "legend": {
        "labelFontSize": 13,
        "labelColor": "#3a4652",
        "orient": "top",
        "title": None,
        "columns": 2,
        "labelLimit": 200,
    },
    # Lines need no words for each of their points: the image has some for all.
    "line": {"strokeWidth": 2.5, "aria": False},
    "point": {"aria": False},
    "text": {"fontSize": 13, "color": "#17212b", "aria": False},
    "rule": {"aria": False},
    "tick": {"color": "#17212b", "thickness": 3, "aria": False},
}
_AUTOSIZE = alt.AutoSizeParams(type="fit", contains="padding")


def day_axis(name: str) -> alt.X:
    """Months along a UTC scale, so that the machine's time zone moves nothing."""
    axis = alt.Axis(
        format="%b %y",
        title=None,
        labelAngle=0,
        tickCount=6,
        grid=False,
        labelOverlap="greedy",
        labelSeparation=8,
    )
    return alt.X(f"{name}:T", scale=alt.Scale(type="utc"), axis=axis)


def amount_axis() -> alt.Axis:
    """An axis of amounts in the reporting currency."""
    # French sets a space before the thousands and none before the currency: 1 M$US, 200 k$US.
    french = "replace(datum.label, /([0-9])([kMG])\\u00a0/, '$1\u00a0$2')"
    return alt.Axis(format="$.2~s", title=None, tickCount=5, labelExpr=french)


def moment(day: datetime.date) -> str:
    """A day as Vega reads it, in UTC."""
    return f"{day:%Y-%m-%d}T00:00:00Z"


def percent_axis(ticks: int = 5) -> alt.Axis:
    """An axis of shares of 1."""
    return alt.Axis(format=".0%", title=None, tickCount=ticks)


def image(
    chart: Any, language: Language, name: str, height: int = HEIGHT, **said: object
) -> Markup:
    """Draw a chart as an image that carries its own alternative text."""
    spec = chart.properties(width=WIDTH, height=height, autosize=_AUTOSIZE).to_dict()
    spec["config"] = _CONFIG
    numbers = dict(vl_convert.get_format_locale(LOCALES[language.code].replace("_", "-")))
    symbol = get_currency_symbol(language.currency, language.locale)
    numbers["currency"] = [symbol, ""] if language.code == "en" else ["", f"\xa0{symbol}"]
    svg = vl_convert.vegalite_to_svg(
        spec,
        allowed_base_urls=[],
        format_locale=numbers,
        time_format_locale=LOCALES[language.code].replace("_", "-"),
    )
    size = re.search(r'width="(\d+)[^"]*" height="(\d+)', svg)
    source = quote(smaller(svg), safe=SAFE)
    return Markup(
        '<img class="chart" src="data:image/svg+xml,{}" width="{}" height="{}" alt="{}">'
    ).format(
        Markup(source), size[1], size[2], plain_text(language.say(f"chart.{name}.alt", **said))
    )


_TAG = re.compile(r'<(?:"[^"]*"|[^">])*>')
_FOR_PAGES = re.compile(
    r" (?:class|aria-hidden|aria-roledescription|role|pointer-events|version|xmlns:xlink"
    r'|stroke-miterlimit)="[^"]*"| (?:opacity="1"|stroke-width="1"|font-style="normal")'
)


def smaller(svg: str) -> str:
    """Leave out of an image what Vega writes for pages that react, and nobody sees in an image.

    Args:
        svg: The image; its marks keep what they are called, its texts their quotation marks.
    """

    def shorter(tag: re.Match[str]) -> str:
        text = tag[0]
        if re.match(r'<path class="(?:background|foreground)"', text):
            return ""
        if re.search(r' aria-roledescription="(?:axis|legend)"', text):
            text = re.sub(r' aria-label="[^"]*"', "", text)
        return re.sub(r'="([^"\']*)"', r"='\1'", _FOR_PAGES.sub("", text))

    text, before = _TAG.sub(shorter, svg), ""
    while text != before:
        before = text
        text = re.sub(r"<g[^>]*></g>", "", text)
        text = re.sub(r"<g>((?:(?!</?g[ >]).)*)</g>", r"\1", text)
    return text
