import shutil
import zipfile


def build(entry):
    suite = (entry / "lessons/01_test_client/test_test_client.py").read_text()
    for name, text in (("work.zip", "def test_old(): pass\n"), ("work-1.zip", suite)):
        with zipfile.ZipFile(entry.parent / f"curiemarie_LATE_1735_9{len(name)}_{name}", "w") as archive:
            archive.writestr("lessons/01_test_client/test_test_client.py", text)
    shutil.rmtree(entry)
