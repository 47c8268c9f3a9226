"""Archives and folders that are hostile, broken or merely odd: refused with one line, or taken in; nothing written."""

import bz2
import gzip
import io
import lzma
import os
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest
from handing_in import APP, LESSON, LESSONS, NAME, STARTER, TEST, lay, taken, tarred, zipped

from checker.grading.intake import find_sources, take_in
from checker.grading.intake.folders import open_regular
from checker.grading.intake.limits import Limits, Refused

GOOD = {f"{NAME}/{STARTER}": TEST}


def _entry(name, mode):
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    return entry


def _member(name, kind, **more):
    member = tarfile.TarInfo(name)
    member.type = kind
    for key, value in more.items():
        setattr(member, key, value)
    return member


def _encrypted():
    content = bytearray(zipped(GOOD, zipfile.ZIP_STORED))
    content[6] |= 1  # in the local header, and in the directory
    content[content.index(b"PK\1\2") + 8] |= 1
    return bytes(content)


def _with_a_lie_on_its_size():
    """A megabyte of zeros that the directory calls 90 bytes."""
    content = zipped({f"{NAME}/{STARTER}": bytes(1 << 20)})
    at = content.index(b"PK\1\2")
    return content[: at + 24] + struct.pack("<L", 90) + content[at + 28 :]


def _overlapping():
    """Two entries of one name each, whose bytes are the same."""
    content = zipped({"a.py": bytes(5000), "b.py": bytes(5000)}, zipfile.ZIP_STORED)
    second = content.rindex(b"PK\1\2")
    return content[: second + 42] + struct.pack("<L", 0) + content[second + 46 :]


def _twice():
    content = zipped({f"{NAME}/{STARTER}": TEST, f"{NAME}/{STARTER[:-4]}2.py": TEST})
    return content.replace(f"{STARTER[:-4]}2.py".encode(), STARTER.encode())


def _with_a_directory_of(size):
    """A zip whose last record says that its directory has so many bytes."""
    return b"PK\3\4" + bytes(size) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, size, 4, 0)


def _tar_twice():
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for content in (TEST, TEST + b"#"):
            archive.addfile(_member("t.py", tarfile.REGTYPE, size=len(content)), io.BytesIO(content))
    return target.getvalue()


def _tar_with_a_long_header(size):
    """An entry whose attributes are said to be, and are, that long."""
    return _member("x", tarfile.XHDTYPE, size=size).tobuf() + bytes(size + 1024)


def _tar_with_attributes(content):
    """An entry with attributes that tarfile's patterns take long over."""
    return _member("x", tarfile.XHDTYPE, size=len(content)).tobuf() + content + bytes(2048)


def _far_away():
    """A zip of one entry, which its directory says to begin where no number of the machine's reaches."""
    content = zipped(GOOD, zipfile.ZIP_STORED)
    entry, end = content.index(b"PK\1\2"), content.index(b"PK\5\6")
    extra = struct.pack("<2HQ", 1, 8, 2**64 - 1)
    header = bytearray(content[entry:end])
    header[30:32] = struct.pack("<H", len(extra))
    header[42:46] = b"\xff" * 4  # it stands in the extra field
    last = bytearray(content[end:])
    last[12:16] = struct.pack("<L", len(header) + len(extra))
    return content[:entry] + bytes(header) + extra + bytes(last)


def _truncated(content):
    return content[: len(content) // 2]


HOSTILE = {
    "up.zip": (lambda: zipped({"../../evil.py": b""}), "leads out of it, ../../evil.py"),
    "up-backslash.zip": (lambda: zipped({"a\\..\\..\\evil.py": b""}), "leads out of it"),
    "absolute.zip": (lambda: zipped({"/etc/evil.py": b""}), "absolute path, /etc/evil.py"),
    "drive.zip": (lambda: zipped({"C:\\evil.py": b""}), "absolute path, C:"),
    "link.zip": (
        lambda: zipped({_entry("l.py", stat.S_IFLNK | 0o777): b"/etc/passwd"}),
        "a link in it, l.py",
    ),
    "fifo.zip": (lambda: zipped({_entry("p.py", stat.S_IFIFO | 0o666): b""}), "that is no file, p.py"),
    "device.zip": (lambda: zipped({_entry("d.py", stat.S_IFCHR | 0o666): b""}), "that is no file, d.py"),
    "encrypted.zip": (_encrypted, "it is encrypted"),
    "lzma.zip": (lambda: zipped(GOOD, zipfile.ZIP_LZMA), "packed in a way that few tools can read"),
    "bzip2.zip": (lambda: zipped(GOOD, zipfile.ZIP_BZIP2), "packed in a way that few tools can read"),
    "truncated.zip": (lambda: _truncated(zipped(GOOD)), "a broken zip"),
    "lie.zip": (_with_a_lie_on_its_size, "a broken zip"),
    "overlap.zip": (_overlapping, "its entries overlap"),
    "far-away.zip": (_far_away, "a broken zip"),
    "far-away-inside.zip": (lambda: zipped({"a.zip": _far_away()}), "a.zip: it is a broken zip"),
    "twice.zip": (_twice, "two files of the name"),
    "two-spellings.zip": (lambda: zipped({"a/t.py": b"", "a\\t.py": b"#"}), "two files of the name a/t.py"),
    "long.zip": (lambda: zipped({"a/" * 600 + "t.py": b""}), "a path of more than 1,000 characters"),
    "directory.zip": (lambda: _with_a_directory_of(5_000_000), "list of contents is larger than"),
    "empty.zip": (lambda: b"", "neither a zip nor a tar"),
    "other.zip": (lambda: b"Rar!\x1a\7\0" + bytes(900), "neither a zip nor a tar. Ask for a zip"),
    "other.rar": (lambda: b"Rar!\x1a\7\0" + bytes(900), "neither a zip nor a tar. Ask for a zip"),
    "inner.zip": (
        lambda: zipped({"a/work.zip": zipped({"../x.py": b""})}),
        "a/work.zip: it has a path that leads out",
    ),
    "deep.zip": (
        lambda: zipped({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped(GOOD)})})}),
        "a.zip/b.zip: it is an archive in an archive in an archive",
    ),
    "up.tar": (lambda: tarred({"../evil.py": b""}), "leads out of it, ../evil.py"),
    "absolute.tar": (lambda: tarred({"/etc/evil.py": b""}), "absolute path"),
    "symlink.tar": (lambda: tarred({_member("l", tarfile.SYMTYPE, linkname="/etc"): b""}), "a link in it, l"),
    "hardlink.tar": (lambda: tarred({_member("l", tarfile.LNKTYPE, linkname="x"): b""}), "a link in it, l"),
    "fifo.tar.gz": (lambda: tarred({_member("p", tarfile.FIFOTYPE): b""}, "w:gz"), "that is no file, p"),
    "device.tar.bz2": (lambda: tarred({_member("d", tarfile.BLKTYPE): b""}, "w:bz2"), "that is no file, d"),
    "character.tar.xz": (lambda: tarred({_member("d", tarfile.CHRTYPE): b""}, "w:xz"), "that is no file, d"),
    "twice.tar": (_tar_twice, "two files of the name t.py"),
    "truncated.tar.gz": (lambda: _truncated(tarred(GOOD, "w:gz")), "a broken tar"),
    "truncated.tar": (lambda: tarred(GOOD)[:520], "a broken tar"),
    "truncated.tar.xz": (lambda: _truncated(tarred(GOOD, "w:xz")), "a broken tar"),
    "no-tar.tar.gz": (lambda: gzip.compress(b"hello"), "a broken tar"),
    "digits.tar": (lambda: _tar_with_attributes(b"1" * 20_000), "whose header no tool writes"),
    "charsets.tar": (lambda: _tar_with_attributes(b"1 hdrcharset=" * 1500), "whose header no tool writes"),
    "header.tar": (lambda: _tar_with_a_long_header(100_000), "larger than any real one"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_or_broken_archive_is_refused_with_one_line(tmp_path, name):
    make, reason = HOSTILE[name]
    folder = lay(tmp_path / "in", {name: make(), f"anna/{NAME}/{STARTER}": TEST})
    before = sorted(tmp_path.rglob("*"))

    submissions = _all_of(folder)

    (refused,) = [each for each in submissions if "refused" in each.flags]
    assert refused.suites == {}
    assert len(refused.notes) == 1
    assert refused.notes[0].startswith(f"{name} is refused: ")
    assert reason in refused.notes[0]
    assert refused.notes[0].isprintable()
    assert [list(each.suites) for each in submissions if each is not refused] == [[NAME]]
    assert sorted(tmp_path.rglob("*")) == before


def _all_of(folder):
    return [take_in(source, LESSONS) for source in find_sources(folder).chosen]


# -- bombs


def _stream(compressor, chunks):
    """Megabytes of zeros, packed without ever holding them."""
    zeros = bytes(1 << 20)
    return b"".join(compressor.compress(zeros) for _ in range(chunks)) + compressor.flush()


def _zip_of(packed, size):
    """A zip of one deflated file of zeros."""
    name = b"zeros.py"
    common = struct.pack("<5H3L2H", 20, 0, 8, 0, 33, 0, len(packed), size, len(name), 0)
    local = b"PK\3\4" + common + name + packed
    central = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<3H2L", 0, 0, 0, 0, 0) + name
    return local + central + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local), 0)


def _tar_header(size):
    return _member("zeros.py", tarfile.REGTYPE, size=size).tobuf()


def _gz_bomb():
    packer = zlib.compressobj(9, wbits=31)
    return packer.compress(_tar_header(50 << 20)) + _stream(packer, 50)


def _bz2_bomb():
    packer = bz2.BZ2Compressor()
    return packer.compress(_tar_header(30 << 20)) + _stream(packer, 30)


def _xz_bomb():
    packer = lzma.LZMACompressor(preset=0)
    return packer.compress(_tar_header(30 << 20)) + _stream(packer, 30)


def _ten_gigabytes():
    """The ten gigabytes are stated, and a part of them is there."""
    return _zip_of(_stream(zlib.compressobj(9, wbits=-15), 20), 4_294_967_000)


BOMBS = {
    "stated.zip": (_ten_gigabytes, "it unpacks to more than"),
    "nested.zip": (lambda: zipped({"inner.zip": _ten_gigabytes()}), "inner.zip: it unpacks to more than"),
    "gz.tar.gz": (_gz_bomb, "it unpacks to more than 200 times its size"),
    "bz2.tar.bz2": (_bz2_bomb, "it unpacks to more than 200 times its size"),
    "xz.tar.xz": (_xz_bomb, "it unpacks to more than 200 times its size"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_in_little_memory(tmp_path, name):
    make, reason = BOMBS[name]
    folder = lay(tmp_path, {name: make()})

    tracemalloc.start()
    try:
        submission = taken(folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert submission.flags == ("refused", "unusable")
    assert reason in submission.notes[0]
    assert peak < 30_000_000


def test_zip_that_states_many_files_together_too_large_is_refused(tmp_path):
    lay(tmp_path, {"many.zip": zipped({f"{at}.txt": bytes(100_000) for at in range(11)})})

    submission = taken(tmp_path, limits=Limits(unpacked_bytes=1_000_000))

    assert submission.notes == ("many.zip is refused: it unpacks to more than 1 MB.",)


def test_tar_that_never_ends_is_refused_at_the_limit_however_well_it_packs(tmp_path):
    noise = random.Random(1).randbytes(1_000_000)
    lay(tmp_path, {"big.tar": tarred({f"{at}.dat": noise for at in range(6)})})

    submission = taken(tmp_path, limits=Limits(unpacked_bytes=5_000_000))

    assert submission.notes == ("big.tar is refused: it unpacks to more than 5 MB.",)


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar"])
def test_more_files_than_anybody_hands_in_are_refused(tmp_path, make):
    suffix = make.__name__.removesuffix("ped").removesuffix("red")
    lay(tmp_path, {f"many.{suffix}": make({f"{at}.py": b"" for at in range(31)})})

    submission = taken(tmp_path, limits=Limits(entries=30))

    assert submission.notes[0].endswith("is refused: it has more than 30 files and folders.")


def test_limits_hold_for_all_archives_of_a_hand_in_together(tmp_path):
    inner = zipped({f"{at}.txt": b"" for at in range(20)})
    lay(tmp_path, {"outer.zip": zipped({"a.zip": inner, "b.zip": inner})})

    submission = taken(tmp_path, limits=Limits(entries=30))

    assert "it has more than 30 files and folders" in submission.notes[0]


def test_python_files_that_are_too_much_together_are_refused(tmp_path):
    lay(tmp_path, {f"anna/{at}.py": bytes(1000) for at in range(5)})

    submission = taken(tmp_path, LESSON, limits=Limits(taken_bytes=4500))

    assert submission.flags == ("refused", "unusable")
    assert "what would be read of it is more than" in submission.notes[0]


@pytest.mark.parametrize("pack", [lambda files: zipped(files), lambda files: tarred(files), None])
def test_file_that_is_too_large_is_left_aside_and_told(tmp_path, pack):
    files = {**GOOD, f"{NAME}/test_large.py": b"#" * 1_000_001}
    lay(
        tmp_path,
        {"anna.zip": pack(files)} if pack else {f"anna/{path}": data for path, data in files.items()},
    )

    submission = taken(tmp_path)

    assert list(submission.suites[NAME].files) == [STARTER]
    assert submission.notes == (f"{NAME}/test_large.py: not taken: larger than 1,000,000 bytes",)


# -- what is odd and harmless


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tar_is_read_however_it_is_packed(tmp_path, mode):
    lay(tmp_path, {"anna.tar": tarred(GOOD, mode)})

    assert taken(tmp_path).suites[NAME].files == {STARTER: TEST}


def test_archive_is_told_by_what_it_is_not_by_its_name(tmp_path):
    lay(tmp_path, {"anna.zip": tarred(GOOD, "w:gz")})

    assert list(taken(tmp_path).suites) == [NAME]


def test_several_streams_one_after_the_other_are_one_tar(tmp_path):
    content = tarred({**GOOD, f"{NAME}/helpers.py": b"#" * 3000})
    lay(tmp_path, {"anna.tar.gz": gzip.compress(content[:700]) + gzip.compress(content[700:]) + bytes(64)})

    assert sorted(taken(tmp_path).suites[NAME].files) == ["helpers.py", STARTER]


def test_tar_with_long_names_and_large_files_between_is_read(tmp_path):
    long = f"{'folder/' * 5}{NAME}/test_{'long' * 40}.py"
    files = {
        "video.mp4": bytes(3_000_000),
        **GOOD,
        "more.bin": bytes(512),
        long: TEST,
        "last.bin": bytes(700),
    }
    lay(tmp_path, {"anna.tar": tarred(files)})

    submission = taken(tmp_path)

    assert submission.suites[NAME].files == {STARTER: TEST}
    assert "more than one" not in " ".join(submission.notes)


def test_environment_that_was_packed_along_is_passed_over_with_its_links(tmp_path):
    link = _entry(".venv/bin/python", stat.S_IFLNK | 0o777)
    lay(tmp_path, {"anna.zip": zipped({**GOOD, link: b"/usr/bin/python3", "venv/lib/x.py": b""})})

    submission = taken(tmp_path)

    assert submission.suites[NAME].files == {STARTER: TEST}
    assert submission.notes == ()


def test_windows_backslashes_in_a_zip_are_folders(tmp_path):
    lay(tmp_path, {"anna.zip": zipped({f"work\\lessons\\{NAME}\\{STARTER}": TEST, "work\\lessons\\": b""})})

    assert taken(tmp_path).suites[NAME].files == {STARTER: TEST}


def test_zip_names_are_read_as_utf_8_whether_or_not_it_says_so(tmp_path):
    content = zipped({f"Übung/{NAME}/test_größe.py": TEST})
    at = content.index(b"PK\1\2")
    unsaid = bytearray(content)
    unsaid[7] &= ~0x08  # the flag for UTF-8 is 0x800
    unsaid[at + 9] &= ~0x08
    lay(tmp_path, {"anna.zip": bytes(unsaid)})

    assert list(taken(tmp_path).suites[NAME].files) == ["test_größe.py"]


def test_zip_names_in_the_old_code_page_are_read(tmp_path):
    raw = zipped({f"{NAME}/test_grXX.py": TEST}).replace(b"test_grXX", b"test_gr\x94\x81")
    lay(tmp_path, {"anna.zip": raw})

    assert list(taken(tmp_path).suites[NAME].files) == ["test_gröü.py"]


def test_zip_with_something_before_it_is_refused_rather_than_guessed_at(tmp_path):
    lay(tmp_path, {"anna.zip": b"#!/bin/sh\n" + zipped(GOOD)})

    assert taken(tmp_path).flags == ("refused", "unusable")


# -- folders


def test_links_in_a_folder_are_told_and_not_followed(tmp_path):
    secret = lay(tmp_path / "secret", {"test_secret.py": b"SECRET", f"{NAME}/test_more.py": b"SECRET"})
    folder = lay(tmp_path / "in", {f"anna/{NAME}/{STARTER}": TEST}) / "anna" / NAME
    (folder / "test_link.py").symlink_to(secret / "test_secret.py")
    (folder / "linked").symlink_to(secret)
    (folder / "loop").symlink_to(folder)

    submission = taken(tmp_path / "in")

    assert submission.suites[NAME].files == {STARTER: TEST}
    assert submission.notes == tuple(
        f"{NAME}/{name}: not taken: a link, which is not followed"
        for name in ("linked", "loop", "test_link.py")
    )


def test_pipe_in_a_folder_is_told_and_does_not_hang(tmp_path):
    folder = lay(tmp_path, {f"anna/{NAME}/{STARTER}": TEST}) / "anna" / NAME
    os.mkfifo(folder / "test_pipe.py")

    submission = taken(tmp_path)

    assert submission.suites[NAME].files == {STARTER: TEST}
    assert submission.notes == (f"{NAME}/test_pipe.py: not taken: no file",)


def test_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Refused, match="it is no file"):
        open_regular(tmp_path / "pipe")


def test_file_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    lay(tmp_path, {f"anna/{NAME}/{STARTER}": TEST, f"anna/{NAME}/test_locked.py": TEST})
    really = os.open

    def refusing(path, *arguments, **named):
        if str(path).endswith("test_locked.py"):
            raise PermissionError(13, "Permission denied")
        return really(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refusing)  # by mode alone it would be readable for root

    submission = taken(tmp_path)

    assert list(submission.suites[NAME].files) == [STARTER]
    assert submission.notes == (f"{NAME}/test_locked.py: not taken: it cannot be read (Permission denied)",)


def test_names_that_would_act_on_a_terminal_are_escaped(tmp_path):
    lay(tmp_path, {f"anna/{NAME}/{STARTER}": TEST, f"anna/{NAME}/test_\x1b[2J\nx.py": TEST})

    submission = taken(tmp_path)

    assert submission.notes == (
        f"{NAME}/test_\\x1b[2J\\nx.py: not taken: its name has characters that do not print",
    )


def test_names_that_are_not_utf_8_are_escaped(tmp_path):
    folder = lay(tmp_path, {f"anna/{NAME}/{STARTER}": TEST}) / "anna" / NAME
    with open(os.fsencode(folder) + b"/test_\xff.py", "wb"):  # noqa: PTH123
        pass

    (note,) = taken(tmp_path).notes

    assert note.startswith(f"{NAME}/test_\\udcff.py: not taken")


# -- whatever comes


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "make", [zipped, tarred, lambda files: tarred(files, "w:gz")], ids=["zip", "tar", "gz"]
)
def test_damaged_archives_never_raise(tmp_path, make, seed):
    chance = random.Random(seed)
    content = make({**GOOD, f"{NAME}/{APP}": b"x = 1\n", "a/b/ü.txt": bytes(600)})
    for at in range(60):
        damaged = bytearray(content)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (tmp_path / "anna.zip").write_bytes(
            bytes(damaged)[: chance.choice([None, chance.randrange(len(damaged))])]
        )

        submission = taken(tmp_path)

        assert all(note.isprintable() for note in submission.notes), (seed, at)


@pytest.mark.parametrize("error", [KeyError("a\nb"), MemoryError(), AssertionError("x" * 999)])
def test_bug_that_one_hand_in_finds_refuses_it_alone_and_is_named(tmp_path, monkeypatch, error):
    lay(tmp_path, {f"anna/{NAME}/{STARTER}": TEST, "bo.zip": zipped(GOOD)})
    monkeypatch.delenv("CHECKER_TRACEBACK", raising=False)

    def fail(*_):
        raise error

    monkeypatch.setattr("checker.grading.intake.archives.read_zip", fail)

    anna, bo = _all_of(tmp_path)

    assert list(anna.suites) == [NAME]
    assert (bo.suites, bo.flags) == ({}, ("refused", "unusable"))
    (note,) = bo.notes
    assert note.startswith(f"bo.zip is refused: the checker failed to read it ({type(error).__name__}")
    assert note.isprintable()
    assert len(note) < 250


def test_bug_that_a_hand_in_finds_is_shown_to_who_asks_for_it(tmp_path, monkeypatch):
    lay(tmp_path, {"bo.zip": zipped(GOOD)})
    monkeypatch.setattr("checker.grading.intake.archives.read_zip", None)
    monkeypatch.setenv("CHECKER_TRACEBACK", "1")

    with pytest.raises(TypeError):
        taken(tmp_path)


def test_bug_that_an_older_attempt_finds_does_not_end_the_class(tmp_path, monkeypatch):
    lay(tmp_path, {"anna.zip": zipped(GOOD), "anna.tar": tarred(GOOD)})
    monkeypatch.setattr("checker.grading.intake.archives.read_zip", None)

    assert [source.name for source in find_sources(tmp_path).chosen] == ["anna.tar"]
