"""The suite takes away what a skin adds, and knows the rest of every correct app that ships."""

from known_apps import put_looks as build

__all__ = ["build"]
