"""What only developers run: the benchmarks. It is no part of the package that is installed."""
