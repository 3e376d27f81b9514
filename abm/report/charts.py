"""Charts as SVG images, with what they show in words for who cannot see them."""

import base64
import datetime
import re
from collections.abc import Sequence
from typing import Any

import altair as alt
import vl_convert
from babel.numbers import get_currency_symbol
from markupsafe import Markup

from abm.report.language import LOCALES, Language, plain_text
from abm.report.lines import COLOUR
from abm.report.tables import Row

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
    "line": {"strokeWidth": 2.5},
}
_AUTOSIZE = alt.AutoSizeParams(type="fit", contains="padding")


def pipeline_by_segment(rows: Sequence[Row], language: Language) -> Markup:
    """Bars of the open pipeline by sector, stacked by size of account."""
    cells = [
        {
            "sector": plain_text(language.code_of("sector", row["sector"])),
            "size": plain_text(language.code_of("account_size_tier", row["account_size_tier"])),
            "amount": float(row["pipeline_amount"]),
        }
        for row in rows
        if not row["is_total"] and row["pipeline_amount"]
    ]
    if not cells:
        return Markup()
    sizes = list(dict.fromkeys(cell["size"] for cell in cells))
    chart = (
        alt.Chart(alt.Data(values=cells))
        .mark_bar()
        .encode(
            x=alt.X("amount:Q", axis=_amount_axis()),
            y=alt.Y("sector:N", title=None, sort="-x"),
            color=alt.Color("size:N", sort=sizes),
            order=alt.Order("size:N"),
        )
    )
    largest = max(
        dict.fromkeys(cell["sector"] for cell in cells),
        key=lambda sector: sum(cell["amount"] for cell in cells if cell["sector"] == sector),
    )
    return _image(chart, language, "pipeline_by_segment", height=430, largest=largest)


def velocity(rows: Sequence[Row], language: Language) -> Markup:
    """Lines of the velocity and the win-adjusted velocity at month ends."""
    points = [
        {"day": _moment(row["as_of_on"]), "line": line, "amount": row[name]}
        for name, line in (
            ("velocity_monthly", plain_text(language.say("chart.velocity.all"))),
            (
                "velocity_monthly_win_adjusted",
                plain_text(language.say("chart.velocity.win_adjusted")),
            ),
        )
        for row in rows
        if row[name] is not None
    ]
    known = [row for row in rows if row["velocity_monthly"] is not None]
    if len(known) < 2:
        return Markup()
    chart = (
        alt.Chart(alt.Data(values=points))
        .mark_line(point=True)
        .encode(
            x=_day_axis("day"),
            y=alt.Y("amount:Q", axis=_amount_axis()),
            color=alt.Color("line:N", sort=None),
        )
    )
    return _image(
        chart,
        language,
        "velocity",
        first=plain_text(language.amount(known[0]["velocity_monthly"])),
        first_on=plain_text(language.day(known[0]["as_of_on"])),
        last=plain_text(language.amount(known[-1]["velocity_monthly"])),
        last_on=plain_text(language.day(known[-1]["as_of_on"])),
    )


def sector_scores(rows: Sequence[Row], language: Language) -> Markup:
    """A line of the mean engagement score for each sector."""
    points = [
        {
            "month": _moment(row["month_start_on"]),
            "sector": plain_text(language.code_of("sector", row["sector"])),
            "score": float(row["aes_avg"]),
        }
        for row in rows
    ]
    if len({point["month"] for point in points}) < 2:
        return Markup()
    chart = (
        alt.Chart(alt.Data(values=points))
        .mark_line(point=True)
        .encode(
            x=_day_axis("month"),
            y=alt.Y("score:Q", title=None),
            color=alt.Color("sector:N"),
        )
    )
    last = max(point["month"] for point in points)
    said = str(language.say("chart.sector_scores.separator")).join(
        f"{point['sector']} {plain_text(language.number(point['score'], 1))}"
        for point in points
        if point["month"] == last
    )
    return _image(chart, language, "sector_scores", said=said)


def attributed_by_channel(rows: Sequence[Row], language: Language) -> Markup:
    """Bars of the attributed revenue by channel, the largest first."""
    bars = [
        {
            "channel": row[f"label_{language.code}"] or row["channel"],
            "amount": float(row["attributed_amount"]),
        }
        for row in rows
        if row["attributed_amount"] and not row["is_total"]
    ]
    if not bars:
        return Markup()
    chart = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar(color=COLOURS[0])
        .encode(
            x=alt.X("amount:Q", axis=_amount_axis()),
            y=alt.Y("channel:N", title=None, sort=None, axis=alt.Axis(labelLimit=210)),
        )
    )
    return _image(
        chart,
        language,
        "attributed_by_channel",
        height=24 * len(bars),
        channel=bars[0]["channel"],
        amount=plain_text(language.amount(bars[0]["amount"])),
    )


def revenue_forecast(rows: Sequence[Row], language: Language) -> Markup:
    """Lines of the four forecasts, and the band of the recommended one."""
    months = [{"month": _moment(row["forecast_month_on"]), **row} for row in rows]
    band = [
        {"month": row["month"], "low": float(row["low_80"]), "high": float(row["high_80"])}
        for row in months
        if row["low_80"] is not None
    ]
    points = [
        {
            "month": row["month"],
            "method": plain_text(language.code_of("forecast_method", method)),
            "amount": float(row[f"{method}_amount"]),
        }
        for method in ("recommended", "velocity", "bottom_up", "naive")
        for row in months
        if row[f"{method}_amount"] is not None
    ]
    if not points:
        return Markup()
    lines = (
        alt.Chart(alt.Data(values=points))
        .mark_line(point=True)
        .encode(
            x=_day_axis("month"),
            y=alt.Y("amount:Q", axis=_amount_axis()),
            color=alt.Color("method:N", sort=None),
        )
    )
    area = (
        alt.Chart(alt.Data(values=band))
        .mark_area(opacity=0.15, color=COLOURS[0])
        .encode(x=_day_axis("month"), y=alt.Y("low:Q", axis=_amount_axis()), y2="high:Q")
    )
    chart = alt.layer(area, lines) if band else lines
    return _image(
        chart, language, "revenue_forecast", amount=plain_text(language.amount(points[0]["amount"]))
    )


def _day_axis(name: str) -> alt.X:
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


def _amount_axis() -> alt.Axis:
    # French sets a space before the thousands and none before the currency: 1 M$US, 200 k$US.
    french = "replace(datum.label, /([0-9])([kMG])\\u00a0/, '$1\u00a0$2')"
    return alt.Axis(format="$.2~s", title=None, tickCount=5, labelExpr=french)


def _moment(day: datetime.date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"


def _image(
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
    source = base64.b64encode(svg.encode()).decode()
    return Markup(
        '<img class="chart" src="data:image/svg+xml;base64,{}" width="{}" height="{}" alt="{}">'
    ).format(source, size[1], size[2], plain_text(language.say(f"chart.{name}.alt", **said)))
