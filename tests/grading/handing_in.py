"""What the tests of intake share: building what people hand in, and taking it in."""

import io
import tarfile
import zipfile
from pathlib import Path

from checker.course.lessons import Course
from checker.grading.intake import find_sources, take_in

ROOT = Path(__file__).parents[2]
LESSONS = Course(ROOT).lessons
LESSON = LESSONS[0]
NAME = LESSON.name
STARTER = "test_test_client.py"
TEST = b"def test_one():\n    assert True\n"
APP = next(iter(LESSON.app_files))


def lay(folder, files):
    """Write the files, by their paths, below `folder`."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def zipped(files, method=zipfile.ZIP_DEFLATED, date=(2026, 1, 2, 3, 4, 6)):
    """A zip of the files, as bytes; a name may be a ZipInfo."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            if not isinstance(name, zipfile.ZipInfo):
                name = zipfile.ZipInfo(name, date)
                name.compress_type = method
            archive.writestr(name, content)
    return target.getvalue()


def tarred(files, mode="w", mtime=0):
    """A tar of the files, as bytes; a name may be a TarInfo."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as archive:
        for name, content in files.items():
            member = name
            if not isinstance(name, tarfile.TarInfo):
                member = tarfile.TarInfo(name)
                member.size, member.mtime = len(content), mtime
            archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def taken(folder, only=None, roster=(), **limits):
    """The one submission in a folder."""
    (source,) = find_sources(folder, roster).chosen
    return take_in(source, LESSONS, only, **limits)


def ids(source):
    """Whom a source, or a submission, counts for."""
    return [learner.id for learner in source.learners]
