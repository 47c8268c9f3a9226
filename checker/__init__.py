"""The FastAPI Testing Workbook's checker: is a test suite any good?

Kept free of imports: pytest loads this package at every start, as a plugin.
"""

__version__ = "0.1.0"
