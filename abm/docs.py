"""`abm docs`: what the published tables mean and how they are made, as two pages in files."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from abm.build import BuildOptions, command_arguments, invoke_dbt
from abm.dictionary import TableEntry, read_dictionary, read_reference
from abm.errors import AbmError, unwritable
from abm.paths import shown
from abm.writing import put_files

TEMPLATES = Path(__file__).parent / "report" / "templates"

SCHEMAS = {
    "marts": "Dimensions, facts and reports: what BI tools and analysts read.",
    "audit": "How complete and how fresh the data behind the marts are, and what was left out.",
    "reference": (
        "The seeds: weights, thresholds, maps, benchmarks and texts, which are yours to change. "
        "Wherever they stand, `basis` says on what a row rests, `note` says more about it, and "
        "`label_en` and `label_fr` are what people read."
    ),
}
"""The published schemas in the order of the page, and what they are for."""

# A name of a table in a description, or code between backticks.
_MARKED = re.compile(r"`(?P<code>[^`]+)`|(?P<name>\b[a-z]+(?:_[a-z0-9]+)+\b)")


@dataclass(frozen=True)
class Docs:
    """What was written.

    Attributes:
        dictionary: The page of tables and columns.
        dbt: dbt's own page.
        n_tables: Tables in the dictionary.
        n_columns: Their columns.
    """

    dictionary: Path
    dbt: Path
    n_tables: int
    n_columns: int


def write_docs(options: BuildOptions, out: Path) -> Docs:
    """Write the data dictionary and dbt's documentation.

    Args:
        options: The build; its database is only read.
        out: The folder of the two files; made when missing.

    Returns:
        What was written and where.

    Raises:
        AbmError: There is no build database, dbt failed, or the folder cannot be written.
    """
    if not options.db.is_file():
        raise AbmError(
            f"There is no build database {shown(options.db)}: "
            "run `abm build` first, or name one with --db."
        )
    tables = {**read_dictionary(options.root), **read_reference(options.root)}
    n_columns = sum(len(table.columns) for table in tables.values())
    docs = Docs(out / "dictionary.html", out / "dbt.html", len(tables), n_columns)
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Both are made before either is written, so that they are of one state of the project.
        put_files({docs.dictionary: dictionary_page(tables).encode(), docs.dbt: dbt_page(options)})
    except OSError as error:
        raise unwritable(f"write to {shown(out)}", error) from error
    return docs


def dictionary_page(tables: Mapping[str, TableEntry]) -> str:
    """Write the data dictionary as a page that needs no other file, no script and no network.

    Args:
        tables: Table name to what is said of it.

    Returns:
        The page; the same tables give the same text.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )

    def prose(text: str, table: str = "") -> Markup:
        """Mark code up, and names of other tables as links to them."""

        def marked(match: re.Match[str]) -> Markup:
            name = match["code"] or match["name"]
            element = Markup("<code>{}</code>" if match["code"] else "{}").format(name)
            if name in tables and name != table:
                return Markup('<a href="#{}">{}</a>').format(name, element)
            return element

        parts: list[str] = []
        end = 0
        for match in _MARKED.finditer(text):
            parts += [escape(text[end : match.start()]), marked(match)]
            end = match.end()
        return Markup("").join([*parts, escape(text[end:])])

    environment.filters["prose"] = prose
    ordered = sorted(tables.values(), key=lambda table: table.name)
    schemas = [
        (schema, said, [table for table in ordered if table.schema == schema])
        for schema, said in SCHEMAS.items()
    ]
    return environment.get_template("dictionary.html").render(schemas=schemas)


def dbt_page(options: BuildOptions) -> bytes:
    """Have dbt write its documentation: every model with its SQL, tests, columns and lineage.

    It holds the models as they are written, not as they are compiled, because compiled SQL holds
    what the environment says, such as where the raw data are.

    Args:
        options: The build whose database has the tables.

    Returns:
        The page, a single file with script.

    Raises:
        AbmError: dbt failed.
    """
    target = options.root / os.environ.get("DBT_TARGET_PATH", "target") / "docs"
    flags = ["--target-path", str(target)]
    for what, command in (
        ("Reading the project", ["parse"]),
        ("Writing dbt's pages", ["docs", "generate", "--static", "--no-compile"]),
    ):
        report = invoke_dbt(options, [*command_arguments(options, *command), *flags], what)
        if not report.succeeded:
            raise AbmError(*report.failures)
    return (target / "static_index.html").read_bytes()
