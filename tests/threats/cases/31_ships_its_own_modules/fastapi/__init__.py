raise RuntimeError("the learner's own fastapi")
