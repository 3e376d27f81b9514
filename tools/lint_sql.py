"""`make lint-sql`: sqlfluff, whose trees the garbage collector would go through again and again."""

import gc

from sqlfluff.cli.commands import lint

from abm.build import COLLECTING


def main() -> None:
    """Lint the paths that the command line names."""
    gc.set_threshold(*COLLECTING)
    lint(prog_name="sqlfluff lint")


if __name__ == "__main__":
    main()
