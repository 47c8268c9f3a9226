import shutil
import zipfile


def build(entry):
    suite = (entry / "lessons/01_test_client/test_test_client.py").read_bytes()
    with zipfile.ZipFile(f"{entry}.zip", "w") as archive:
        inner = "Übung 1 (final)/my work/lessons/01_test_client"
        archive.writestr(f"{inner}/test_test_client.py", b"\xef\xbb\xbf" + suite.replace(b"\n", b"\r\n"))
        archive.writestr("__MACOSX/Übung 1 (final)/._test_test_client.py", b"\0\5\26\7")
        archive.writestr("Übung 1 (final)/.DS_Store", b"\0")
        archive.writestr("Übung 1 (final)/Über mich.txt", "ä")
    shutil.rmtree(entry)
