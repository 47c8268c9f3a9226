def build(entry):
    (entry / "lessons/01_test_client/conftest.py").symlink_to("/etc/passwd")
