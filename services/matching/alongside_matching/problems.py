"""Constructors of HTTP problems by status, so that each refusal states only its code, title, remedy and field."""

from functools import partial
from typing import Final, Protocol

from alongside_chassis.errors import HttpProblem


class ProblemFactory(Protocol):
    """Returns an HTTP problem of one status."""

    def __call__(
        self, code: str, title: str, *, remedy: str, detail: str = "", field: str | None = None
    ) -> HttpProblem:
        """Return the problem."""


def _problem(
    code: str, title: str, *, status: int, remedy: str, detail: str = "", field: str | None = None
) -> HttpProblem:
    return HttpProblem(status=status, code=code, title=title, detail=detail, remedy=remedy, field=field)


not_found: Final[ProblemFactory] = partial(_problem, status=404)
conflict: Final[ProblemFactory] = partial(_problem, status=409)
unprocessable: Final[ProblemFactory] = partial(_problem, status=422)
