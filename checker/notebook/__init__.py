"""The course in Jupyter: magics that judge a cell, and the pictures that the notebooks share."""
