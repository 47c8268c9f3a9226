raise RuntimeError("the learner's own pytest")
