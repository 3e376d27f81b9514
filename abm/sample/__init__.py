"""The sample company: raw tables of a fictional vendor, made the same way every time."""

from abm.extras import needed

with needed("sample", "The sample company"):
    from abm.sample.generate import write_sample

__all__ = ["write_sample"]
