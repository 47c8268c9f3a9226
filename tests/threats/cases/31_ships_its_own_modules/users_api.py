raise RuntimeError("the learner's own app")
