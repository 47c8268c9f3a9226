"""The folder of a run: what is left in it is told, and nothing of it stays."""

import os
import tempfile
from pathlib import Path

import pytest

from checker.engine.workspace import workspace


@pytest.fixture
def as_ordinary_user():
    """Root's rights are given up for the test: nobody could take them away."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    yield
    if root:
        os.seteuid(0)


@pytest.fixture
def temporary(monkeypatch):
    """A folder for anybody's temporary folders, which is empty."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o111, 0o555])
def test_folder_that_a_run_closed_is_removed(temporary, as_ordinary_user, mode):
    with workspace("lesson", {"a.py": b""}) as space:
        for folder in (space.folder / "shut", space.scratch / "one" / "two"):
            folder.mkdir(parents=True)
            (folder / "x.txt").touch()
            folder.chmod(mode)
        space.left()
        space.scratch.chmod(mode)
        space.folder.chmod(mode)

    assert list(temporary.iterdir()) == []


def test_folder_that_a_link_of_a_runs_leads_to_stays_as_it_is(temporary, as_ordinary_user):
    outside = temporary / "outside"
    outside.mkdir(mode=0o500)

    with workspace("lesson", {"a.py": b""}) as space:
        (space.folder / "link").symlink_to(outside)
        space.folder.chmod(0o500)

    assert list(temporary.iterdir()) == [outside]
    assert outside.stat().st_mode & 0o777 == 0o500


def test_caches_are_no_files_that_a_run_left():
    with workspace("lesson", {"a.py": b""}) as space:
        for path in ("__pycache__/a.pyc", "deep/.pytest_cache/x"):
            (space.folder / path).parent.mkdir(parents=True)
            (space.folder / path).touch()

        assert space.left() == []


def test_file_whose_name_only_looks_like_a_caches_is_told():
    with workspace("lesson", {"a.py": b""}) as space:
        (space.folder / "x__pycache__y.txt").touch()
        (space.folder / ".pytest_cache.txt").touch()

        assert space.left() == [".pytest_cache.txt", "x__pycache__y.txt"]


def test_folder_that_a_link_has_taken_the_place_of_is_not_looked_into(tmp_path):
    with workspace("lesson", {"a.py": b""}) as space:
        (tmp_path / "b.py").touch()
        space.folder.rename(space.scratch / "away")
        space.folder.symlink_to(tmp_path)

        assert (space.left(), space.gone()) == ([], ["a.py"])


def test_folders_of_any_depth_are_looked_into_and_nothing_fails():
    with workspace("lesson", {"a.py": b""}) as space:
        here = os.open(space.folder, os.O_RDONLY)
        for _ in range(1500):
            os.mkdir("d", dir_fd=here)
            below = os.open("d", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        os.close(here)
        (space.folder / "b.txt").touch()

        assert space.left() == ["b.txt"]

    assert not space.folder.parent.exists()
