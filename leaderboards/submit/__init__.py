"""From results to the folder of a submission."""
