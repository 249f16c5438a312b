"""Whether a submission may go on the board."""
