"""How a command asks the running server, which alone may open the store."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

from footfall.api.cookies import COOKIE, PROOF, csrf_token
from footfall.errors import TransientError, UserError
from footfall.meta import Meta


def ask_server(meta: Meta, url: str, path: str, *, method: str = "GET", seconds: float = 60) -> Any:
    """The JSON of an answer. It signs in for this one request, with all rights: who runs commands here has them.

    UserError with the server's code and message where it refuses, TransientError where it can't be reached.
    """
    cookie, _ = meta.sign_ins.with_code(meta.sign_ins.new_code())
    try:
        headers = {"Cookie": f"{COOKIE}={cookie}", PROOF: csrf_token(cookie)}
        asked = urllib.request.Request(url + path, headers=headers, method=method)  # noqa: S310 - our own server's
        with urllib.request.urlopen(asked, timeout=seconds) as answer:  # noqa: S310 - as above
            return json.load(answer)
    except urllib.error.HTTPError as error:
        told = json.load(error)["error"]
        raise UserError(told["code"], told["message"]) from error
    except OSError as error:
        raise TransientError(f"the server at {url} does not answer ({error})") from error
    finally:
        meta.sign_ins.end(cookie)
