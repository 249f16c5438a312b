"""The report of a comparison: a page that opens from a file, with pictures, tables, videos and all numbers."""

from baselines.report.page import write_report
from baselines.report.videos import record_video

__all__ = ["record_video", "write_report"]
