"""What happens inside a run: one suite against one variant, in a process of its own.

Everything here shares its process with the learner's code. It observes and reports; it decides nothing.
"""
