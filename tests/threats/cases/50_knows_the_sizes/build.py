"""The suite knows how large every correct app is that ships."""

from known_apps import put_sizes as build

__all__ = ["build"]
