"""The suite knows on which lines every correct app that ships refuses."""

from known_apps import put_looks as build

__all__ = ["build"]
