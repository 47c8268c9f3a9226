"""Carrying out runs: files, a command and limits in, what happened out. It knows no lesson and no verdict."""
