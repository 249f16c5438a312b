"""The report of a comparison: a page that opens from a file, with pictures, tables, films and all numbers.

`write_report` writes it for one result; `rebuild` puts the results of several folders together and writes it.
"""

from baselines.report.export import export
from baselines.report.films import film
from baselines.report.merge import merge, read_results, rebuild
from baselines.report.page import write_report

__all__ = ["export", "film", "merge", "read_results", "rebuild", "write_report"]
