raise RuntimeError("the learner's own start")
