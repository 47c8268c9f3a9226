"""Run the notebooks again and keep what they say: the shipped ones, and the solved ones made from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from checker.course.lessons import Course, Lesson
from checker.errors import UsageError
from checker.files import write_atomically
from checker.notebook import places
from checker.notebook.document import Notebook, read, solved, tidy, written

TIME_LIMIT = 120  # seconds a cell may take


def refresh(course: Course, lesson: Lesson) -> Iterator[Path]:
    """Run a lesson's notebook and its solved twin, and write both; each path when it is done.

    Raises UsageError where there is none, or a cell fails.
    """
    source = places.notebook_of(course.root, lesson)
    notebook = read(source.read_text("utf-8"), str(source))
    both = {source: notebook, places.solved(course.root, lesson): solved(notebook)}
    fresh = {path: written(tidy(_run(one, path))) for path, one in both.items()}
    for path, text in fresh.items():
        write_atomically(path, text.encode())
        yield path


def _run(notebook: Notebook, path: Path) -> Notebook:
    """The notebook with the outputs of a new kernel in `path`'s folder."""
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellControlSignal, CellExecutionError, DeadKernelError
    except ImportError:
        raise UsageError("To refresh notebooks: pip install -c constraints.txt '.[dev]'") from None

    path.parent.mkdir(parents=True, exist_ok=True)
    node = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        node,
        timeout=TIME_LIMIT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # that it listens on a local port is no news
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise UsageError(f"{path}: a cell fails: {error.ename}: {error.evalue}") from None
    except (CellControlSignal, DeadKernelError, TimeoutError) as error:
        raise UsageError(f"{path}: {error}") from None
    text: str = nbformat.writes(node)  # type: ignore[no-untyped-call]
    return read(text)
