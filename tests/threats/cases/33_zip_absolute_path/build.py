import shutil
import zipfile


def build(entry):
    suite = (entry / "lessons/01_test_client/test_test_client.py").read_bytes()
    with zipfile.ZipFile(f"{entry}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lessons/01_test_client/test_test_client.py", suite)
        archive.writestr("/tmp/evil.py", "x = 1")
    shutil.rmtree(entry)
