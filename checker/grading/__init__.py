"""Grading a class: submissions in, a gradebook out; reports, exports and feedback from the gradebook."""
