"""What a lesson is: its files, its tasks, its variants, and the suites that are written for it."""
