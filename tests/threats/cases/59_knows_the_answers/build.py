"""The suite has the hash of what every correct app answers to eight requests."""

from known_apps import put_looks as build

__all__ = ["build"]
