"""Matching a hand-in with the roster: by id, e-mail, name or team, however each is written. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

from checker.grading.intake.names import Claim
from checker.grading.model import Learner

_PARTICIPANT = re.compile(r"\D+\s(\d+)")
_MOST_WORDS = 12


def id_key(text: str) -> str:
    """An id or an address as it is compared: without regard to case, accents and how Unicode writes them."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def name_key(text: str) -> str:
    """A name as it is compared: its letters and digits alone, which is what Canvas leaves of it."""
    return "".join(_words(text))


class Roster:
    """The learners of a class, to be found by what names say of them."""

    def __init__(self, learners: Sequence[Learner]) -> None:
        self._ids: defaultdict[str, set[Learner]] = defaultdict(set)
        self._emails: defaultdict[str, set[Learner]] = defaultdict(set)
        self._names: defaultdict[str, set[Learner]] = defaultdict(set)
        self._teams: defaultdict[str, set[Learner]] = defaultdict(set)
        self.learners = tuple(learners)
        for learner in learners:
            self._enter(learner)

    def _enter(self, learner: Learner) -> None:
        self._ids[id_key(learner.id)].add(learner)
        if participant := _PARTICIPANT.fullmatch(learner.id):  # Moodle's "Participant 123", in any language
            self._ids[participant[1]].add(learner)
        if learner.email:
            self._emails[id_key(learner.email)].add(learner)
        for spelling in _spellings(learner.name):
            self._names[spelling].add(learner)
        if learner.team:
            self._teams[name_key(learner.team)].add(learner)

    def find(self, claim: Claim) -> set[Learner]:
        """Whom the claim means: nobody, one learner or one team, or several people that it cannot tell apart.

        Where an LMS's id means one person and its name another, nobody is meant: grading the wrong one is the worst.
        """
        by_id = {who for number in claim.numbers for who in self._ids.get(id_key(number), ())}
        by_email = self._emails.get(id_key(claim.email), set()) if claim.email else set()
        by_name = self._first(claim.names, self._names)
        said = [found for found in (by_id, by_email, by_name) if found]
        if not said:
            return self._first(claim.names, self._teams)
        return set.intersection(*said) if claim.is_from_lms else said[0]

    def is_by_name(self, claim: Claim) -> bool:
        """Whether it is the person's name alone that tells whom the claim means."""
        ids = any(self._ids.get(id_key(number)) for number in claim.numbers)
        email = bool(claim.email) and bool(self._emails.get(id_key(claim.email)))
        return not ids and not email and bool(self._first(claim.names, self._names))

    def has_ids_like(self, claims: Iterable[Claim]) -> bool:
        """Whether the roster's ids are the numbers of the LMS that gave these claims: one of them is there."""
        return any(self._ids.get(id_key(number)) for claim in claims for number in claim.numbers)

    def _first(self, names: Iterable[str], known: dict[str, set[Learner]]) -> set[Learner]:
        found = (known.get(name_key(name), set()) for name in names if name_key(name))
        return next((learners for learners in found if learners), set())

    def with_team(self, learner: Learner) -> tuple[Learner, ...]:
        """The learner and all who share their team, in the roster's order."""
        if not learner.team:
            return (learner,)
        return tuple(who for who in self.learners if who in self._teams[name_key(learner.team)])

    def is_one(self, learners: set[Learner]) -> bool:
        """Whether they are one learner, or all of one team."""
        return len(learners) == 1 or len({name_key(who.team) or who.id for who in learners}) == 1


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", id_key(text))


def _spellings(name: str) -> set[str]:
    """The name with each of its words first: "Jane van Doe" is "van Doe, Jane" elsewhere."""
    words = _words(name)[:_MOST_WORDS]
    return {"".join(words[at:] + words[:at]) for at in range(len(words))}
