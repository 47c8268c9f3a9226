import shutil
import zipfile


def build(entry):
    suite = (entry / "lessons/01_test_client/test_test_client.py").read_bytes()
    with zipfile.ZipFile(f"{entry}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lessons/01_test_client/test_test_client.py", suite)
        with archive.open("lessons/01_test_client/bomb.py", "w", force_zip64=True) as bomb:
            for _ in range(1024):
                bomb.write(bytes(1024 * 1024))
    shutil.rmtree(entry)
