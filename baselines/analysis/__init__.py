"""What results say: summaries, tables, the verdict."""
