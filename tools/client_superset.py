"""Superset imports the bundle of bi/superset and runs its charts; in Superset's own environment.

Usage: python client_superset.py DATABASE SCRATCH

Prints one JSON object: of every chart its title and the rows that Superset shows.
"""

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

BUNDLE = Path(__file__).resolve().parents[1] / "bi" / "superset"
DATABASE = "databases/abm_warehouse.yaml"
ADDRESS = "/data/out/abm.duckdb"
"""Where the bundle says that the published file is; who imports it says where theirs is."""

CONFIGURATION = """
SECRET_KEY = "of a server that serves nobody and lives for a minute"
SQLALCHEMY_DATABASE_URI = "sqlite:///{scratch}/superset.db"
WTF_CSRF_ENABLED = False
"""

LOGGED_IN = 302
USER = {"username": "admin", "password": "admin"}


def zipped(database: Path, scratch: Path) -> Path:
    """Say where the published file is and zip the bundle, as docs/connecting.md has it.

    Args:
        database: The published file.
        scratch: A folder to do it in.

    Returns:
        The archive.
    """
    copy = shutil.copytree(BUNDLE, scratch / BUNDLE.name)
    named = copy / DATABASE
    text = named.read_text(encoding="utf-8").replace(ADDRESS, str(database))
    named.write_text(text, encoding="utf-8")
    archive = scratch / "abm_superset.zip"
    command = [sys.executable, "-m", "zipfile", "-c", archive, BUNDLE.name]
    subprocess.run(command, cwd=scratch, check=True)
    return archive


def charts(bundle: Path) -> dict[str, list[dict[str, Any]]]:
    """Import the bundle as Superset does and ask it for what its charts show.

    Args:
        bundle: The zipped bundle.

    Returns:
        Rows by title of the chart.
    """
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        from superset import db, security_manager
        from superset.charts.schemas import ChartDataQueryContextSchema
        from superset.commands.chart.data.get_data_command import ChartDataCommand
        from superset.commands.dashboard.importers.v1 import ImportDashboardsCommand
        from superset.commands.importers.v1.utils import get_contents_from_bundle
        from superset.models.dashboard import Dashboard
        from superset.utils.core import override_user

        app.appbuilder.add_permissions(update_perms=True)
        security_manager.sync_role_definitions()
        admin = security_manager.find_role("Admin")
        user = security_manager.add_user(
            USER["username"], "A", "B", "admin@example.com", admin, USER["password"]
        )
        if app.test_client().post("/login/", data=USER).status_code != LOGGED_IN:
            raise RuntimeError("nobody can log in")
        with ZipFile(bundle) as opened:
            contents = get_contents_from_bundle(opened)
        found = {}
        with override_user(user):
            ImportDashboardsCommand(contents).run()
            (dashboard,) = db.session.query(Dashboard).all()
            for chart in dashboard.slices:
                context = ChartDataQueryContextSchema().load(json.loads(chart.query_context))
                command = ChartDataCommand(context)
                command.validate()
                (result,) = command.run()["queries"]
                found[chart.slice_name] = result["data"]
        return found


def main() -> None:
    """Set up a server's database in a scratch folder, then ask."""
    database, scratch = map(Path, sys.argv[1:3])
    configuration = scratch / "superset_config.py"
    configuration.write_text(CONFIGURATION.format(scratch=scratch), encoding="utf-8")
    os.environ.update(SUPERSET_CONFIG_PATH=str(configuration), SUPERSET_HOME=str(scratch))
    try:
        command = [Path(sys.executable).parent / "superset", "db", "upgrade"]
        subprocess.run(command, check=True, capture_output=True, text=True)
        answers: dict[str, Any] = {"charts": charts(zipped(database, scratch))}
    except Exception as error:
        said = getattr(error, "stderr", "") or str(error)
        answers = {"error": f"{type(error).__name__}: {said.strip().splitlines()[-1]}"}
    packages = ("apache-superset", "duckdb-engine", "duckdb")
    answers["versions"] = {package: version(package) for package in packages}
    print(json.dumps(answers, default=str))


if __name__ == "__main__":
    main()
