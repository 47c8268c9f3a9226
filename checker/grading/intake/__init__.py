"""Intake: a class's folder of submissions in, submissions out. In two steps, so that memory stays flat.

`find_sources` says, from names alone, which entries there are and whose; `take_in` reads and unpacks one of them.
The folder is what an LMS's download unpacks to, or any folder with an entry a learner: a folder, a zip, a tar, a
clone, or bare test files. The zip that an LMS lets one download is to be unpacked first.
"""

from checker.grading.intake.roster import columns_left, read_roster
from checker.grading.intake.sources import Source, Sources, find_sources
from checker.grading.intake.take_in import take_in

__all__ = ["Source", "Sources", "columns_left", "find_sources", "read_roster", "take_in"]
