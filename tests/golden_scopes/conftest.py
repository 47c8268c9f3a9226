"""The folders here are suites to be judged, not tests of the project."""

collect_ignore_glob = ["*/*"]
