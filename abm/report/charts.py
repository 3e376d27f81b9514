"""Charts as SVG images, with what they show in words for who cannot see them."""

from collections.abc import Iterable, Sequence
from typing import Any

import altair as alt
from markupsafe import Markup

from abm.report.drawing import COLOURS, amount_axis, day_axis, image, moment, percent_axis
from abm.report.language import Language, plain_text
from abm.report.tables import Row

PARTS = ("sourced", "influenced", "untouched", "renewal")
"""What the program had to do with a deal, from the most on."""


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
    for cell in cells:
        cell["place"] = sizes.index(cell["size"])
    chart = (
        alt.Chart(alt.Data(values=cells))
        .mark_bar()
        .encode(
            x=alt.X("amount:Q", axis=amount_axis()),
            y=alt.Y("sector:N", title=None, sort="-x"),
            color=alt.Color("size:N", sort=sizes),
            order=alt.Order("place:Q"),
        )
    )
    largest = max(
        dict.fromkeys(cell["sector"] for cell in cells),
        key=lambda sector: sum(cell["amount"] for cell in cells if cell["sector"] == sector),
    )
    return image(chart, language, "pipeline_by_segment", height=430, largest=largest)


def velocity(rows: Sequence[Row], language: Language) -> Markup:
    """Lines of the velocity and the win-adjusted velocity at month ends."""
    points = [
        {"day": moment(row["as_of_on"]), "line": line, "amount": row[name]}
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
            x=day_axis("day"),
            y=alt.Y("amount:Q", axis=amount_axis()),
            color=alt.Color("line:N", sort=None),
        )
    )
    return image(
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
            "month": moment(row["month_start_on"]),
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
            x=day_axis("month"),
            y=alt.Y("score:Q", title=None),
            color=alt.Color("sector:N"),
        )
    )
    last = max(point["month"] for point in points)
    said = _joined(
        language,
        [
            (point["sector"], plain_text(language.number(point["score"], 1)))
            for point in points
            if point["month"] == last
        ],
    )
    return image(chart, language, "sector_scores", said=said)


def attributed_by_channel(rows: Sequence[Row], language: Language) -> Markup:
    """Bars of the attributed revenue by channel, the largest first, of the first model."""
    bars = [
        {
            "channel": row[f"label_{language.code}"] or row["channel"],
            "amount": float(row["attributed_amount"]),
        }
        for row in rows
        if row["attributed_amount"]
        and not row["is_total"]
        and row["attribution_model"] == rows[0]["attribution_model"]
    ]
    if not bars:
        return Markup()
    chart = (
        alt.Chart(alt.Data(values=bars))
        .mark_bar(color=COLOURS[0])
        .encode(
            x=alt.X("amount:Q", axis=amount_axis()),
            y=alt.Y("channel:N", title=None, sort=None, axis=alt.Axis(labelLimit=210)),
        )
    )
    return image(
        chart,
        language,
        "attributed_by_channel",
        height=24 * len(bars),
        channel=bars[0]["channel"],
        amount=plain_text(language.amount(bars[0]["amount"])),
    )


def revenue_forecast(rows: Sequence[Row], language: Language) -> Markup:
    """Lines of the four forecasts, and the band of the recommended one."""
    months = [{"month": moment(row["forecast_month_on"]), **row} for row in rows]
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
            x=day_axis("month"),
            y=alt.Y("amount:Q", axis=amount_axis()),
            color=alt.Color("method:N", sort=None),
        )
    )
    area = (
        alt.Chart(alt.Data(values=band))
        .mark_area(opacity=0.15, color=COLOURS[0])
        .encode(x=day_axis("month"), y=alt.Y("low:Q", axis=amount_axis()), y2="high:Q")
    )
    chart = alt.layer(area, lines) if band else lines
    return image(
        chart, language, "revenue_forecast", amount=plain_text(language.amount(points[0]["amount"]))
    )


def journey_funnel(rows: Sequence[Row], language: Language) -> Markup:
    """Bars of the accounts that have come to each stage, with the rate of conversion."""
    cells = [
        {
            "stage": row[f"label_{language.code}"],
            "accounts": row["n_reached"],
            "said": plain_text(language.number(row["n_reached"])),
            "rate": f" ({plain_text(language.share(row['conversion_rate']))})"
            if row["conversion_rate"] is not None
            else "",
        }
        for row in rows
    ]
    if not any(cell["accounts"] for cell in cells):
        return Markup()
    bars = _bars(
        cells,
        alt.X("accounts:Q", axis=None, scale=alt.Scale(domainMax=1.6 * cells[0]["accounts"])),
        "stage",
    )
    words = bars.mark_text(align="left", dx=5).encode(text="label:N")
    for cell in cells:
        cell["label"] = f"{cell['said']}{cell['rate']}"
    said = _joined(language, [(cell["stage"], cell["label"]) for cell in cells])
    return image(bars + words, language, "journey_funnel", height=30 * len(cells), said=said)


def velocity_by_executive(rows: Sequence[Row], language: Language) -> Markup:
    """A bullet for each account executive: the velocity as a bar, the target as a mark."""
    cells = [
        {
            "executive": row["account_executive_name"] or row["account_executive_id"],
            "amount": float(row["velocity_monthly"] or 0),
            "target": _float(row["target_velocity_monthly"]),
        }
        for row in rows
        if row["velocity_monthly"] is not None or row["target_velocity_monthly"] is not None
    ]
    if not any(cell["amount"] or cell["target"] for cell in cells):
        return Markup()
    bars = _bars(cells, alt.X("amount:Q", axis=amount_axis()), "executive")
    marks = bars.mark_tick(size=18).encode(x="target:Q")
    # Too few deals are not judged.
    judged = [row["status"] for row in rows if row["status"] in ("on_target", "below")]
    return image(
        bars + marks,
        language,
        "velocity_by_executive",
        height=26 * len(cells) + 30,
        n=plain_text(language.number(judged.count("on_target"))),
        of=plain_text(language.number(len(judged))),
    )


def penetration_by_tier(rows: Sequence[Row], language: Language) -> Markup:
    """The penetration rate by size of account, the target as a mark."""
    cells = [
        {
            "size": plain_text(language.code_of("account_size_tier", row["account_size_tier"])),
            "rate": float(row["apr_pct"]) / 100,
            "target": None if row["apr_target_pct"] is None else float(row["apr_target_pct"]) / 100,
            "said": plain_text(language.percent(row["apr_pct"])),
        }
        for row in rows
        if row["apr_pct"] is not None
    ]
    if not cells:
        return Markup()
    bars = _bars(cells, alt.X("rate:Q", axis=percent_axis()), "size")
    marks = bars.mark_tick(size=22).encode(x="target:Q")
    said = _joined(language, [(cell["size"], cell["said"]) for cell in cells])
    return image(
        bars + marks, language, "penetration_by_tier", height=34 * len(cells) + 30, said=said
    )


def return_on_investment(rows: Sequence[Row], language: Language) -> Markup:
    """A dot for the return on each basis, and as an interval what is published for programs."""
    cells = [
        {
            "basis": plain_text(language.code_of("roi_basis", row["roi_basis"])),
            "return": float(row["abm_roi_pct"]) / 100,
            "low": _float(row["benchmark_min_pct"], 100),
            "high": _float(row["benchmark_max_pct"], 100),
            "label": plain_text(language.percent(row["abm_roi_pct"], 0)),
        }
        for row in rows
        if row["period"] == "trailing_365_days" and row["abm_roi_pct"] is not None
    ]
    if not cells:
        return Markup()
    base = alt.Chart(alt.Data(values=cells)).encode(
        y=alt.Y("basis:N", title=None, sort=None, axis=alt.Axis(labelLimit=210))
    )
    published = base.mark_rule(strokeWidth=12, color=COLOURS[4], opacity=0.35).encode(
        x=alt.X("low:Q", axis=percent_axis()), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=110, color=COLOURS[0], opacity=1, aria=True).encode(
        x=alt.X("return:Q", axis=percent_axis())
    )
    words = dots.mark_text(dy=-13).encode(text="label:N")
    said = _joined(language, [(cell["basis"], cell["label"]) for cell in cells])
    return image(
        published + dots + words,
        language,
        "return_on_investment",
        height=44 * len(cells) + 40,
        said=said,
    )


def abm_against_others(rows: Sequence[Row], language: Language) -> Markup:
    """A dot for the matched uplift of each comparison, its interval, and what is claimed."""
    cells = [
        {
            "metric": plain_text(language.code_of("comparison", row["metric"])),
            "uplift": float(row["uplift_ratio"]),
            "low": _float(row["ci_low"]),
            "high": _float(row["ci_high"]),
            "claim": _float(row["benchmark_uplift_ratio"]),
            "label": plain_text(language.share(row["uplift_ratio"], sign=True)),
        }
        for row in rows
        if row["uplift_ratio"] is not None
    ]
    if not cells:
        return Markup()
    base = alt.Chart(alt.Data(values=cells)).encode(
        y=alt.Y("metric:N", title=None, sort=None, axis=alt.Axis(labelLimit=210))
    )
    axis = alt.Axis(format="+.0%", title=None, tickCount=5)
    intervals = base.mark_rule(strokeWidth=3, color=COLOURS[0]).encode(
        x=alt.X("low:Q", axis=axis), x2="high:Q"
    )
    dots = base.mark_point(filled=True, size=110, color=COLOURS[0], opacity=1, aria=True).encode(
        x=alt.X("uplift:Q", axis=axis)
    )
    claims = base.mark_tick(size=18, color=COLOURS[1]).encode(x="claim:Q")
    words = dots.mark_text(dy=-13).encode(text="label:N")
    zero = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=COLOURS[4]).encode(x="at:Q")
    said = _joined(language, [(cell["metric"], cell["label"]) for cell in cells])
    return image(
        zero + intervals + claims + dots + words,
        language,
        "abm_against_others",
        height=46 * len(cells) + 40,
        said=said,
    )


def revenue_walk(rows: Sequence[Row], language: Language) -> Markup:
    """Columns of the won revenue by quarter, stacked by the program's part in it."""
    cells = [
        {
            "quarter": plain_text(language.quarter(row["quarter_start_on"])),
            "part": plain_text(language.code_of("sourcing_class", row["sourcing_class"])),
            "place": PARTS.index(row["sourcing_class"]),
            "amount": float(row["won_amount"]),
        }
        for row in sorted(rows, key=lambda row: row["quarter_start_on"])
        if row["sourcing_class"] in PARTS and row["won_amount"]
    ]
    if not cells:
        return Markup()
    parts = [cell["part"] for cell in sorted(cells, key=lambda cell: cell["place"])]
    chart = (
        alt.Chart(alt.Data(values=cells))
        .mark_bar()
        .encode(
            x=alt.X("quarter:N", title=None, sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("amount:Q", axis=amount_axis()),
            color=alt.Color("part:N", sort=list(dict.fromkeys(parts))),
            order=alt.Order("place:Q"),
        )
    )
    last = cells[-1]["quarter"]
    said = _joined(
        language,
        [
            (cell["part"], plain_text(language.amount(cell["amount"])))
            for cell in cells
            if cell["quarter"] == last
        ],
    )
    return image(chart, language, "revenue_walk", quarter=last, said=said)


def _bars(cells: Sequence[dict[str, Any]], length: alt.X, name: str) -> alt.Chart:
    """Bars that lie, one under the other as the rows are."""
    return (
        alt.Chart(alt.Data(values=cells))
        .mark_bar(color=COLOURS[0])
        .encode(
            x=length,
            y=alt.Y(f"{name}:N", title=None, sort=None, axis=alt.Axis(labelLimit=210)),
        )
    )


def _joined(language: Language, pairs: Iterable[tuple[str, str]]) -> str:
    separator = str(language.say("chart.separator"))
    return separator.join(f"{name} {figure}" for name, figure in pairs)


def _float(value: Any, divisor: int = 1) -> float | None:
    return None if value is None else float(value) / divisor
