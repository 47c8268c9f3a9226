"""Which entries the folder of submissions has, and whose they are: from names alone, nothing is unpacked."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.errors import UsageError
from checker.grading.intake.attempts import Attempt, Part, newest_first
from checker.grading.intake.entries import Entry, list_entries
from checker.grading.intake.matching import Roster, id_key
from checker.grading.intake.names import Claim, clean, without_resubmission, without_suffix
from checker.grading.model import Learner


@dataclass(frozen=True)
class Source:
    """What one learner, or one team, handed in last."""

    learners: tuple[Learner, ...]
    path: Path
    """The entry, or the first of several that belong together."""
    name: str
    """The entry as a person is told it."""
    flags: tuple[str, ...] = ()
    """``late``, ``several_attempts``, ``unmatched``."""
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    """Which other attempts there are."""


@dataclass(frozen=True)
class Sources:
    """A class's folder of submissions, sorted out."""

    chosen: tuple[Source, ...]
    """By name; each learner is in one."""
    unmatched: tuple[str, ...] = ()
    """One line for each entry that belongs to nobody of the roster, or is no submission."""
    absent: tuple[Learner, ...] = ()
    """Who is in the roster and handed in nothing."""
    by_name: tuple[str, ...] = ()
    """What the roster knows by the person's name alone: the entry, and the id it was taken for."""


def find_sources(folder: Path, roster: Sequence[Learner] = ()) -> Sources:
    """The sources in a folder of submissions: as an LMS's download unpacks to, or with an entry a learner.

    With a roster, ids, e-mails, names and teams are matched with it; what matches nobody, or several people, is graded
    all the same, under the id that its name gives, and is flagged and listed. Without one, the name is the id. Where a
    learner has several entries, the newest counts: by the numbers of the LMS or of a copy, else by the times of the
    files inside. Raises UsageError where the folder is missing, no folder, or has no submission in it.
    """
    known = Roster(roster)
    entries, unmatched = list_entries(folder, known)
    bundles = _bundles(_told_as_copies(entries, known))
    contradicted = _contradicted([together[0] for together in bundles], known)
    attempts, by_name = [], []
    for together in bundles:
        learners, problem = _learners(together[0], known, contradicted)
        if not problem and known.is_by_name(together[0].claim):
            by_name.append(f"{together[0].name} → {', '.join(learner.id for learner in learners)}")
        if problem:
            unmatched.append(f"{clean(together[0].name)}: {problem}")
        attempts.append(Attempt(learners, tuple(together), is_unmatched=bool(problem)))
    if not attempts:
        raise UsageError(
            f"There is no submission in {folder}. It needs a folder, archive or test file a learner."
        )
    chosen = _chosen(attempts)
    there = {learner for source in chosen for learner in source.learners}
    return Sources(
        tuple(sorted(chosen, key=lambda source: (source.name.casefold(), source.name))),
        tuple(unmatched),
        tuple(learner for learner in roster if learner not in there),
        tuple(by_name),
    )


def _contradicted(entries: Sequence[Entry], known: Roster) -> set[str]:
    """The names of an LMS's entries that only a person's name gives to somebody, and that its ids give to others.

    Different ids of one system are different people: where the roster has that system's ids, somebody whose id it does
    not have is nobody of it; and two ids with one name are two people, of whom the roster knows one at the most.
    """
    from_lms = [entry for entry in entries if entry.claim.is_from_lms]
    by_name = [entry for entry in from_lms if known.is_by_name(entry.claim)]
    if known.has_ids_like(entry.claim for entry in from_lms):
        return {entry.name for entry in by_name}
    ids_of: defaultdict[frozenset[Learner], set[str]] = defaultdict(set)
    for entry in by_name:
        ids_of[frozenset(known.find(entry.claim))].add(entry.claim.id)
    return {entry.name for entry in by_name if len(ids_of[frozenset(known.find(entry.claim))]) > 1}


def _told_as_copies(entries: Sequence[Entry], known: Roster) -> list[Entry]:
    """The entries, ``jane-1.zip`` and ``jane (1).zip`` as second attempts of jane's.

    A number behind a hyphen is believed to be one only where the roster, or another entry, has the rest as a name:
    ``team-1`` and ``team-2`` are two teams.
    """
    stems = {_same(entry.claim.id) for entry in entries}
    told = []
    for entry in entries:
        claim = entry.claim
        number, base = without_resubmission(claim.id + ".zip")
        who = without_suffix(base)
        plainer = replace(claim, id=who, numbers=(who,), names=(who,), email=who, attempt=(number, 0))
        if not claim.is_from_lms and number and not known.find(claim):
            is_copy = claim.id.endswith(")") or (
                bool(known.find(plainer)) if known.learners else _same(who) in stems
            )
            entry = replace(entry, claims=(plainer,)) if is_copy else entry
        told.append(entry)
    return told


def _bundles(entries: Iterable[Entry]) -> list[list[Entry]]:
    """The entries, those together that are one hand-in."""
    together: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.claim.bundle or f"alone {entry.name}"].append(entry)
    return list(together.values())


def _learners(entry: Entry, known: Roster, contradicted: Collection[str]) -> tuple[tuple[Learner, ...], str]:
    """Whom an entry counts for, and what is wrong with it where the roster has nobody, or several, of that name."""
    learners: dict[Learner, None] = {}
    problem = ""
    for claim in entry.claims:
        found = known.find(claim)
        if found and entry.name in contradicted:
            problem = f"has the name of {' or '.join(sorted(clean(learner.id) for learner in found))}, and another id"
            learners[_as_named(claim, entry, known)] = None
            continue
        if found and known.is_one(found):
            learners.update(dict.fromkeys(known.with_team(min(found, key=lambda learner: learner.id))))
            continue
        learners[_as_named(claim, entry, known)] = None
        if found:
            problem = (
                f"may be from {' or '.join(sorted(clean(learner.id) for learner in found))} of the roster"
            )
        elif known.learners:
            problem = "nobody of the roster has this id, e-mail or name"
    return tuple(learners), problem


def _as_named(claim: Claim, entry: Entry, known: Roster) -> Learner:
    """The learner that the name alone tells; never under an id that is somebody's of the roster."""
    ids = {id_key(learner.id) for learner in known.learners}
    free = next(id for id in (claim.id, entry.name, f"{entry.name} (unmatched)") if id_key(id) not in ids)
    return Learner(clean(free), clean(claim.shown), clean(claim.email) if claim.is_from_lms else "")


def _chosen(attempts: Sequence[Attempt]) -> list[Source]:
    """For each learner the newest attempt, with the others told in its notes."""
    taken: list[tuple[Attempt, tuple[Learner, ...], list[str]]] = []
    serving: dict[str, list[str]] = {}
    for attempt in newest_first(attempts, _contested(attempts)):
        left = tuple(learner for learner in attempt.learners if _same(learner.id) not in serving)
        _tell(attempt, [serving[key] for who in attempt.learners if (key := _same(who.id)) in serving])
        if left:
            notes = [_older(name) for name in attempt.older_entries()]
            serving |= {_same(learner.id): notes for learner in left}
            taken.append((attempt, left, notes))
    return [_source(attempt, learners, notes) for attempt, learners, notes in taken]


def _tell(older: Attempt, newer: Iterable[list[str]]) -> None:
    """Note an attempt with those that count in its place, once with each."""
    for notes in {id(notes): notes for notes in newer}.values():
        notes += [_older(entry.name) for entry in older.entries]


def _older(name: str) -> str:
    return f"{clean(name)} is an older attempt, which is not graded."


def _contested(attempts: Sequence[Attempt]) -> set[int]:
    """The places of attempts that share a learner with another."""
    claimed: defaultdict[str, list[int]] = defaultdict(list)
    for at, attempt in enumerate(attempts):
        for learner in attempt.learners:
            claimed[_same(learner.id)].append(at)
    return {at for places in claimed.values() if len(places) > 1 for at in places}


def _source(attempt: Attempt, learners: tuple[Learner, ...], notes: Sequence[str]) -> Source:
    parts = attempt.newest_parts()
    more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
    flags = {"late": attempt.is_late, "several_attempts": bool(notes), "unmatched": attempt.is_unmatched}
    return Source(
        learners,
        parts[0].path,
        clean(parts[0].entry_name) + more,
        tuple(flag for flag, holds in flags.items() if holds),
        parts,
        tuple(notes),
    )


def _same(name: str) -> str:
    """An id as it is told from another where no roster says more."""
    return unicodedata.normalize("NFC", name).casefold()
