"""Lets `python -m abm` do what `abm` does."""

from abm.cli import main

main()
