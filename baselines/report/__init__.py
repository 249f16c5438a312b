"""The report of a comparison: a page that opens from a file, with pictures, tables, films and all numbers."""

from baselines.report.page import write_report
from baselines.report.videos import film

__all__ = ["film", "write_report"]
