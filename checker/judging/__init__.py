"""From runs to words: what the outcomes of a suite mean. Pure."""
