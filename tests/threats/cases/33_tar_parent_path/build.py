import shutil
import tarfile


def build(entry):
    with tarfile.open(f"{entry}.tar.gz", "w:gz") as archive:
        archive.add(entry / "lessons", "lessons")
        archive.addfile(tarfile.TarInfo("../../evil.py"))
    shutil.rmtree(entry)
