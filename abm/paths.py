"""Where the project, its raw data and its build database are."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from abm.errors import AbmError, first_line

PROJECT_NAME = "abm_warehouse"
SAMPLE_DIR = "sample_data"
DEFAULT_DB = "warehouse/abm.duckdb"


def read_yaml(path: Path) -> Any:
    """Read one YAML file.

    Args:
        path: The file.

    Returns:
        The parsed document; an empty file gives None.

    Raises:
        AbmError: The file cannot be read or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AbmError(f"Cannot read {path}: {error.strerror or error}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise AbmError(f"{path}{line} is not valid YAML ({problem}): correct it.") from error


def profile_output(
    profiles: Path, target: str, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Read how dbt connects to a target.

    Args:
        profiles: The profiles.yml, in which nothing is called but env_var.
        target: A target in it.
        environment: What env_var finds.

    Returns:
        The target's settings.
    """
    import jinja2

    jinja = jinja2.Environment()
    jinja.filters["as_number"] = int
    text = profiles.read_text(encoding="utf-8")
    (profile,) = yaml.safe_load(jinja.from_string(text).render(env_var=environment.get)).values()
    output: dict[str, Any] = profile["outputs"][target]
    return output


def read_seed(root: Path, name: str) -> list[dict[str, str]]:
    """Read one seed of the project.

    Args:
        root: The project's directory.
        name: The seed.

    Returns:
        Its rows, column to text; what is empty is "".

    Raises:
        AbmError: The file cannot be read.
    """
    path = root / "seeds" / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or first_line(error)
        raise AbmError(f"Cannot read {path} ({reason}): restore the seed.") from error


def find_project_root(start: Path | None = None) -> Path:
    """Find the dbt project: upwards from a directory, else beside this package.

    Args:
        start: Where to begin, by default the working directory.

    Returns:
        The absolute directory of the dbt_project.yml named abm_warehouse.

    Raises:
        AbmError: There is no such project.
    """
    here = (start or Path.cwd()).resolve()
    package_parent = Path(__file__).resolve().parent.parent
    for directory in (here, *here.parents, package_parent):
        file = directory / "dbt_project.yml"
        if file.is_file() and (read_yaml(file) or {}).get("name") == PROJECT_NAME:
            return directory
    raise AbmError(
        f"Found no dbt_project.yml named {PROJECT_NAME} in {here} or above: "
        "run abm inside the project."
    )


def project_vars(root: Path) -> dict[str, Any]:
    """Read the dbt vars that the project sets.

    Args:
        root: The project's directory.

    Returns:
        Var name to value; a value under the project's own name wins, as in dbt.
    """
    declared = (read_yaml(root / "dbt_project.yml") or {}).get("vars") or {}
    own = declared.get(PROJECT_NAME)
    return {**declared, **own} if isinstance(own, dict) else declared


def resolve_raw_dir(root: Path, given: str | None) -> tuple[Path, str]:
    """Settle the raw directory and how dbt is to be told of it.

    The shipped sample is passed as exactly `sample_data`, whatever the spelling, because that is
    how the models recognise it and date their numbers by the sample's own day.

    Args:
        root: The project's directory.
        given: A path relative to the working directory, or None for the shipped sample.

    Returns:
        The absolute directory and the value of ABM_RAW_DIR.
    """
    sample = root / SAMPLE_DIR
    if not given:
        return sample, SAMPLE_DIR
    path = Path(given).expanduser().resolve()
    if path == sample.resolve():
        return sample, SAMPLE_DIR
    return path, str(path)


def resolve_db(root: Path, given: str | None) -> Path:
    """Settle the build database.

    Args:
        root: The project's directory.
        given: A path relative to the working directory, or None for warehouse/abm.duckdb in the
            project.

    Returns:
        The absolute path of the database file.
    """
    return Path(os.path.abspath(Path(given).expanduser())) if given else root / DEFAULT_DB  # noqa: PTH100


def shown(path: Path) -> str:
    """Spell a path the short way: relative to the working directory where it lies below it.

    Args:
        path: Any path.

    Returns:
        The text to print.
    """
    try:
        return str(path.relative_to(Path.cwd())) or "."
    except ValueError:
        return str(path)
