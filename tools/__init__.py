"""What only developers of this project run; no part of the package that is installed."""
