"""The suite knows the instructions that every correct app is compiled to."""

from known_apps import put_looks as build

__all__ = ["build"]
