"""From submissions to static pages."""
