"""The board: submissions of results, their check, their ranks, and the pages that show them."""
