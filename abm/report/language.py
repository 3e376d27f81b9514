"""How a language writes numbers, dates, money and words."""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency
from markupsafe import Markup, escape

from abm.paths import read_yaml

LOCALES = {"en": "en_US", "fr": "fr_FR"}
MONEY = {"en": "¤{}", "fr": "{}\xa0¤"}
PERCENT = {"en": "%", "fr": "\xa0%"}
NOTHING = Markup('<span class="nothing">&ndash;</span>')

# As many digits as the largest double has, and its decimals.
_DIGITS = 320

Number = int | float | Decimal | None
Labels = Mapping[tuple[str, str], Mapping[str, str]]

_PHRASES = Path(__file__).parent / "phrases.yml"


@cache
def _phrases() -> dict[str, dict[str, str]]:
    """Every phrase by its dotted key: language to text."""
    flat: dict[str, dict[str, str]] = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        for key, value in node.items():
            name = f"{prefix}.{key}" if prefix else str(key)
            if set(value) == set(LOCALES):
                flat[name] = value
            else:
                walk(name, value)

    walk("", read_yaml(_PHRASES))
    return flat


@dataclass
class Language:
    """One language of the pages.

    Numbers are marked up with their exact value, as `<data value="0.3029">30.3 %</data>`, and days
    as `<time>`, so that what is shown can be compared with what was computed.

    Attributes:
        code: en or fr.
        currency: Currency of amounts that name none, ISO 4217.
        labels: Domain and code to what the code is called, by language.
        unknown: Codes that have no label and are shown as they are, a field for tests.
    """

    code: str
    currency: str = "USD"
    labels: Labels = field(default_factory=dict)
    unknown: set[tuple[str, str]] = field(default_factory=set)

    @property
    def locale(self) -> str:
        """Babel's name of the locale."""
        return LOCALES[self.code]

    def say(self, key: str, **values: object) -> Markup:
        """Fill a phrase.

        Args:
            key: Dotted key in phrases.yml.
            values: What its {names} stand for; text is escaped, markup is kept.

        Returns:
            The phrase as markup.

        Raises:
            KeyError: There is no such phrase, or it names a value that is not given.
        """
        return Markup(escape(_phrases()[key][self.code])).format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is a phrase of that key."""
        return key in _phrases()

    def code_of(self, domain: str, code: str | None) -> Markup:
        """Put a code of the warehouse into words.

        Args:
            domain: Its domain in the table labels, such as sector.
            code: The code; None is nothing.

        Returns:
            Its label, or for a code that has none, such as a sector of your own, the code with
            spaces and a capital letter.
        """
        if code is None:
            return NOTHING
        label = self.labels.get((domain, code))
        if label:
            return escape(label[self.code])
        self.unknown.add((domain, code))
        words = str(code).replace("_", " ")
        return escape(words[:1].upper() + words[1:])

    def status(self, code: str | None) -> Markup | None:
        """Write a status: a sign, a colour and a word, so that none is needed to tell it."""
        if code is None:
            return None
        words = self.code_of("status", code)
        return Markup('<span class="status {}">{}</span>').format(code, words)

    def number(self, value: Number, decimals: int = 0, sign: bool = False) -> Markup:
        """Write a number.

        Args:
            value: Any number; None and not-a-number are nothing.
            decimals: Digits behind the decimal sign, always as many.
            sign: Whether to write + before what is above 0.
        """
        return self._data(value, _pattern(decimals, sign=sign), decimals)

    def amount(self, value: Number, decimals: int = 0) -> Markup:
        """Write an amount in the reporting currency, rounded to units unless told otherwise."""
        return self._data(value, _pattern(decimals, MONEY[self.code]), decimals)

    def share(self, value: Number, decimals: int = 1, sign: bool = False) -> Markup:
        """Write a share of 1 as percent: 0.303 is 30.3 %."""
        pattern = _pattern(decimals, "{}" + PERCENT[self.code], sign)
        return self._data(value, pattern, decimals + 2)

    def percent(self, value: Number, decimals: int = 1) -> Markup:
        """Write a number that is in percent already: 30.3 is 30.3 %."""
        pattern = _pattern(decimals, "{}" + PERCENT[self.code])
        return self._data(value, pattern, decimals, hundredths=True)

    def in_unit(self, value: Number, unit: str) -> Markup:
        """Write the value of a KPI in its unit (seed kpi_definitions)."""
        match unit:
            case "currency" | "reporting_currency" | "reporting_currency_per_month":
                return self.amount(value)
            case "share":
                return self.share(value)
            case "uplift_ratio":
                return self.share(value, sign=True)
            case "percent":
                return self.percent(value)
            case "count" | "accounts":
                return self.number(value)
            case _:
                return self.number(value, 1)

    def day(self, value: datetime.date | None, length: str = "medium") -> Markup:
        """Write a day; length is long, medium or short as Babel knows them."""
        if value is None:
            return NOTHING
        text = self._day_text(value, length)
        return Markup('<time datetime="{}">{}</time>').format(value.isoformat()[:10], text)

    def moment(self, value: datetime.datetime | None) -> Markup:
        """Write a day and its minute, in UTC as every moment: the pages say so once."""
        if value is None:
            return NOTHING
        text = self._day_text(value)
        if value.time() == datetime.time():
            # A source that dates its rows by the day.
            return Markup('<time datetime="{}">{}</time>').format(
                value.isoformat(timespec="minutes"), text
            )
        clock = format_time(value, "HH:mm", locale=self.locale)
        return Markup('<time datetime="{}">{}, {}</time>').format(
            value.isoformat(timespec="minutes"), text, clock
        )

    def deadline(self, value: datetime.datetime | None) -> Markup:
        """Write until when something is due; midnight is the end of the day before it."""
        if value is None or value.time() != datetime.time():
            return self.moment(value)
        text = self._day_text(value - datetime.timedelta(days=1))
        moment = value.isoformat(timespec="minutes")
        return Markup('<time datetime="{}">{}</time>').format(moment, text)

    def month(self, value: datetime.date | None) -> Markup:
        """Write the month of a day."""
        if value is None:
            return NOTHING
        text = format_skeleton("yMMMM", value, locale=self.locale)
        return Markup('<time datetime="{:%Y-%m}">{}</time>').format(value, text)

    def quarter(self, value: datetime.date | None) -> Markup:
        """Write the quarter of a day."""
        if value is None:
            return NOTHING
        text = format_skeleton("yQQQ", value, locale=self.locale)
        return Markup('<time datetime="{:%Y-%m}">{}</time>').format(value, text)

    def yes_or_no(self, value: bool | None) -> Markup:
        """Write a truth value."""
        return NOTHING if value is None else self.say("word.true" if value else "word.false")

    def _day_text(self, value: datetime.date, length: str = "medium") -> str:
        """A day in words; the first of a month is an ordinal in French."""
        text = format_date(value, length, locale=self.locale)
        return re.sub(r"^1 ", "1er ", text) if self.code == "fr" else text

    def _data(self, value: Number, pattern: str, decimals: int, hundredths: bool = False) -> Markup:
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return NOTHING
        exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        with localcontext(prec=_DIGITS, rounding=ROUND_HALF_UP):
            shown = exact.quantize(Decimal(1).scaleb(-decimals))
            if shown == 0:
                # What rounds to nothing is written without a sign.
                shown, pattern = abs(shown), pattern.partition(";")[0].lstrip("+")
            text = format_currency(
                shown.scaleb(-2) if hundredths else shown,
                self.currency,
                pattern,
                locale=self.locale,
                currency_digits=False,
            )
        return Markup('<data value="{}">{}</data>').format(_plain(exact), text)


def few(written: Markup, n: Number, language: Language) -> Markup:
    """Mark a value that rests on too few cases: the style sheet greys it and writes their number.

    Args:
        written: The value, or its reason.
        n: The number of cases; weights make it a broken one.
        language: The language.
    """
    cases = language.number(n or 0, 0 if float(n or 0).is_integer() else 1)
    return Markup('<span class="few" data-n="{}">{}</span>').format(plain_text(cases), written)


def plain_text(marked_up: Markup) -> str:
    """The text of markup, for what takes no markup; its spaces stay, as those within a number."""
    return Markup(re.sub(r"<[^>]*>", "", str(marked_up))).unescape()


def _pattern(decimals: int, around: str = "{}", sign: bool = False) -> str:
    """A number pattern of CLDR, such as ¤#,##0.00."""
    pattern = around.format("#,##0" + ("." + "0" * decimals if decimals else ""))
    return f"+{pattern};-{pattern}" if sign else pattern


def _plain(value: Decimal) -> str:
    """A decimal without exponent and trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
