"""A learner's folder: made, kept up to date, set back, and what is remembered in it."""
