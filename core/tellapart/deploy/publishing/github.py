"""GitHub's own interface: who a token belongs to, and a new repository.

Source: https://docs.github.com/rest/repos/repos, API version 2022-11-28.
"""

from __future__ import annotations

import json
from typing import Any

from tellapart.deploy.publishing.services import Services
from tellapart.deploy.voila.repository import Repository
from tellapart.errors import AddressError, PublishCode, PublishError
from tellapart.web.client import Line
from tellapart.web.failures import in_words
from tellapart.web.transport import NETWORK_ERRORS, failure_of

_TIMEOUT_S = 30.0
_MAX_ANSWER_BYTES = 2_000_000


class GitHub:
    """What is asked of GitHub with one person's token. Use as a context manager."""

    def __init__(self, services: Services, token: str):
        self._services, self._token = services, token
        self._line = Line(services.guard)

    def __enter__(self) -> GitHub:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def login(self) -> str:
        """The name of the person whose token it is.

        Raises:
            PublishError: the token is not accepted, or GitHub cannot be reached.
        """
        status, found = self._ask("GET", "/user")
        if status != 200 or not isinstance(found.get("login"), str):
            raise PublishError(
                f"GitHub answered {status} and did not say whose token it is.", PublishCode.REFUSED
            )
        return str(found["login"])

    def create(self, repository: Repository, login: str, description: str) -> bool:
        """Whether a new public, empty repository was made; False where there is one of that name already.

        Raises:
            PublishError: the token may not do that, or GitHub refuses or cannot be reached.
        """
        is_own = repository.owner.lower() == login.lower()
        place = "/user/repos" if is_own else f"/orgs/{repository.owner}/repos"
        wanted = {"name": repository.name, "description": description[:350], "private": False}
        status, found = self._ask("POST", place, wanted)
        if status == 201:
            return True
        if status == 422 and _is_about_the_name(found):
            return False
        if status == 404:
            raise PublishError(
                f"GitHub knows no organisation {repository.owner} in which {login} may make repositories. Write "
                f"{login}/{repository.name}, or ask its owner for the right to.",
                PublishCode.MAY_NOT,
            )
        raise PublishError(
            f"GitHub did not make the repository {repository.owner}/{repository.name} (it answered {status}). Make it "
            "by hand on github.com, empty, and try again.",
            PublishCode.REFUSED,
        )

    def _ask(self, method: str, path: str, value: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        address = self._services.api + path
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        try:
            self._services.guard.check_url(address)
            answer = self._line.wait_for(
                self._line.client.request(method, address, headers=headers, json=value, timeout=_TIMEOUT_S)
            )
        except AddressError as error:
            raise PublishError(f"{self._services.api} is not asked: {error}.", PublishCode.OFFLINE) from error
        except NETWORK_ERRORS as error:
            raise offline(in_words(failure_of(error))) from error
        if answer.status_code == 401:
            raise wrong_token()
        if answer.status_code in (403, 429):
            raise PublishError(
                "GitHub does not let this token make repositories. Make a token that may: a classic one with the box "
                "public_repo, or a fine-grained one with Administration and Contents: read and write.",
                PublishCode.MAY_NOT,
            )
        return answer.status_code, _object(answer.content)


def wrong_token() -> PublishError:
    """The token is not accepted."""
    return PublishError(
        "GitHub does not accept this token. Copy it again, whole; it may have expired. New ones are made at "
        "github.com/settings/tokens.",
        PublishCode.WRONG_TOKEN,
    )


def offline(reason: str) -> PublishError:
    """GitHub cannot be reached. reason: the end of a sentence."""
    return PublishError(
        f"GitHub gives no answer: {reason}. Check the connection and try again. The app's folder is complete: you can "
        "also upload it later, by the steps in its README.md.",
        PublishCode.OFFLINE,
    )


def _is_about_the_name(found: dict[str, Any]) -> bool:
    """Names are checked before, so what is wrong with one is that it is taken."""
    errors = found.get("errors")
    return isinstance(errors, list) and any(
        isinstance(one, dict) and one.get("field") == "name" for one in errors
    )


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data[:_MAX_ANSWER_BYTES])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
