"""The engine SQL in the queries that read raw tables."""

from collections.abc import Sequence
from string import ascii_uppercase
from typing import ClassVar


def quoted(name: str) -> str:
    """Spell a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """Spell a text for SQL."""
    return "'" + text.replace("'", "''") + "'"


class Dialect:
    """The SQL of a query that reads a raw table, as DuckDB has it; names and texts come quoted."""

    unites_by_name: ClassVar[bool] = True
    """Whether `union all by name` fills with nulls what one side lacks."""

    def json(self, expression: str, data_type: str) -> str:
        """A nested value, or JSON in a text, as JSON; a text that is none as null."""
        if data_type in ("VARCHAR", "JSON"):
            text = f"cast({expression} as varchar)"
            return f"cast(case when json_valid({text}) then {text} end as json)"
        return f"to_json({expression})"

    def field(self, expression: str, data_type: str, path: Sequence[str]) -> str:
        """A field of a nested value or of JSON, as text."""
        keys = "".join(f'."{key}"' for key in path)
        return f"{self.json(expression, data_type)} ->> {quoted_text('$' + keys)}"

    def elements(self, relation: str, column: str, data_type: str, path: Sequence[str] = ()) -> str:
        """A relation with one row per element of a list, `abm_element`: a column or its field."""
        json = f"cast({self.json(column, data_type)} as varchar)"
        if path:
            json = self.field(column, data_type, path)
        listed = f"unnest(from_json({json}, '[\"json\"]'))"
        return f"(select *, {listed} as abm_element from {relation})"

    def epoch_milliseconds(self, expression: str) -> str:
        """A moment from milliseconds since 1970, as text; anything else as it is."""
        text = f"cast({expression} as varchar)"
        return f"coalesce(cast(epoch_ms(try_cast({text} as bigint)) as varchar), {text})"

    def first_number(self, expression: str) -> str:
        """The first run of digits of a text; a text without one as it is."""
        text = f"cast({expression} as varchar)"
        return f"coalesce(nullif(regexp_extract({text}, '[0-9]+'), ''), {text})"

    def prefixed(self, expression: str, prefix: str, is_list: bool) -> str:
        """An id, or each of a list of them, behind a prefix."""
        text = f"cast({expression} as varchar)"
        if is_list:
            one = quoted_text("""([^][{}",; ']+)""")
            return f"regexp_replace({text}, {one}, {quoted_text(f'{prefix}{chr(92)}1')}, 'g')"
        whole = f"regexp_replace(trim({text}), '^([0-9]+)[.]0+$', '\\1')"
        return f"{quoted_text(prefix)} || nullif({whole}, '')"

    def salesforce_id(self, expression: str) -> str:
        """A Salesforce id in its longer form, as the macro of that name has it."""
        text = f"cast({expression} as varchar)"
        letters = (
            f"list_sum([case when substr({text}, 5 * block + place + 1, 1) between 'A' and 'Z' "
            "then 1 << place else 0 end for place in range(5)])"
        )
        suffix = (
            f"array_to_string([substr('{ascii_uppercase}012345', 1 + cast({letters} as bigint), "
            "1) for block in range(3)], '')"
        )
        return f"case when length({text}) = 15 then {text} || {suffix} else {text} end"
