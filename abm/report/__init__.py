"""The dashboard and the reports: published marts in, self-contained pages out."""
