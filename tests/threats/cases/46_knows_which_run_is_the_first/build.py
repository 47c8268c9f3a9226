"""The suite has the hash of every correct app that ships, and is red on all others; and it tries to be honest where it is watched."""

from known_apps import put_hashes as build

__all__ = ["build"]
