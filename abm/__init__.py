"""The `abm` command: builds, checks and publishes the ABM warehouse around dbt and DuckDB."""

__version__ = "0.1.0"
