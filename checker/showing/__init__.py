"""Verdicts and progress for people and machines, as text."""
