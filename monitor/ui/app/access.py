"""Who may see the pages and pull the exports, where that was configured: log-in by Streamlit's OIDC, a token for
programs.

    pages      [auth] in .streamlit/secrets.toml: everybody logs in; MONITOR_USERS narrows whom the provider knows
    exports    the same log-in, MONITOR_EXPORT_TOKEN, or the signature that a page puts into its own download links

Without either, everybody who reaches the port sees everything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets as randomness
from collections.abc import Mapping

import streamlit as st
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from monitor.config.environment import Environment
from monitor.language import _
from monitor.ui.components import safe_html

COOKIE = "_streamlit_user"
_KEY = randomness.token_bytes(32)  # of this process: links on pages are valid until the server restarts


def log_in_configured() -> bool:
    return bool(get_secrets_auth_section())


# -- pages ------------------------------------------------------------------------------------------------


def gate(environment: Environment) -> None:
    """Stops the page for a viewer who has to log in first, or has no access."""
    if not log_in_configured():
        return
    if not st.user.is_logged_in:
        st.title(_("Gulf tension monitor"), anchor=False)
        st.text(_("Log in to continue."))
        providers = [name for name, value in get_secrets_auth_section().items() if isinstance(value, Mapping)]
        for name in providers or ("",):
            st.button(
                _("Log in with {provider}", provider=name) if name else _("Log in"),
                key=f"login_{name}",
                on_click=st.login,
                args=(name,) if name else (),
            )
        st.stop()
    if not may_enter(st.user.to_dict(), environment.users):
        safe_html.banner("error", _("This account has no access. The operator can add it to MONITOR_USERS."))
        st.button(_("Log out"), on_click=st.logout)
        st.stop()


def may_enter(person: Mapping[str, object], users: tuple[str, ...]) -> bool:
    """Whether a person has access: logged in and, where MONITOR_USERS names people,
    one of them by confirmed address.
    """
    if not person.get("is_logged_in"):
        return False
    if not users:
        return True
    mail = str(person.get("email") or "").casefold()
    confirmed = person.get("email_verified", True) in (True, "true")
    return (
        confirmed
        and "@" in mail
        and any(mail == user or (user.startswith("@") and mail.endswith(user)) for user in users)
    )


# -- exports ----------------------------------------------------------------------------------------------


def signature(path: str) -> str:
    """What a page adds to its own download link, so that its viewer needs no token."""
    return hmac.new(_KEY, path.encode(), hashlib.sha256).hexdigest()


def may_pull(
    path: str,
    asked: Mapping[str, str],
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    environment: Environment,
) -> bool:
    """Whether an export may be given: to everybody where neither log-in nor token is configured."""
    if not log_in_configured() and not environment.export_token:
        return True
    if log_in_configured() and may_enter(_person(cookies), environment.users):
        return True
    if not log_in_configured() and hmac.compare_digest(asked.get("signature", "").encode(), signature(path).encode()):
        return True
    token = (environment.export_token or "").encode()
    return bool(token) and any(hmac.compare_digest(given.encode(), token) for given in _tokens(asked, headers))


def _tokens(asked: Mapping[str, str], headers: Mapping[str, str]) -> list[str]:
    """From a bearer header, a log-in dialogue's password, or the address,
    for spreadsheets that support nothing else.
    """
    found = [asked["token"]] if "token" in asked else []
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        found.append(value.strip())
    elif kind.lower() == "basic":
        try:
            found.append(base64.b64decode(value, validate=True).decode().partition(":")[2])
        except (binascii.Error, UnicodeDecodeError):  # not what it says it is
            pass
    return found


def _person(cookies: Mapping[str, str]) -> Mapping[str, object]:
    """The person in Streamlit's signed cookie; empty where it is missing, forged or of another address."""

    def one(name: str) -> bytes | None:
        value = cookies.get(name)
        return (
            None
            if value is None
            else decode_signed_value(get_cookie_secret(), name, value.encode("latin-1", "replace"))
        )

    try:
        person = json.loads(get_cookie_with_chunks(one, COOKIE) or b"{}")
    except ValueError:  # signed by us, and yet no JSON
        return {}
    return person if isinstance(person, dict) and person.get("origin") == get_origin_from_redirect_uri() else {}
