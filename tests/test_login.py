"""Log-in by OpenID Connect, with a provider of our own on the loopback:
who is not let in sees nothing and pulls nothing.
"""

import json
import re
import secrets
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests import running

ROOT = Path(__file__).resolve().parent.parent
NEWS = {"title": "Iran launches missile strike on Israel", "link": "https://press.example/1"}


@contextmanager
def provider(mail: list[str]):
    """An OpenID provider that knows one person, whose address is mail[0], and asks nothing; gives its address."""
    key = RSAKey.generate_key(2048, {"kid": "1"})
    nonces: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked, url = urlsplit(self.path), f"http://127.0.0.1:{self.server.server_port}"
            if asked.path == "/authorize":
                given = {name: values[0] for name, values in parse_qs(asked.query).items()}
                code = secrets.token_hex(8)
                nonces[code] = given.get("nonce", "")
                self.send_response(302)
                self.send_header(
                    "Location", f"{given['redirect_uri']}?{urlencode({'code': code, 'state': given['state']})}"
                )
                self.end_headers()
            elif asked.path == "/keys":
                self.say({"keys": [key.as_dict(private=False)]})
            else:
                ends = {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "jwks_uri": f"{url}/keys",
                }
                self.say(
                    {**ends, "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"]}
                )

        def do_POST(self):
            given = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            now = int(time.time())  # a provider of its own lives on real time
            claims = {
                "iss": f"http://127.0.0.1:{self.server.server_port}", "aud": "monitor", "sub": "1", "iat": now,
                "exp": now + 600, "nonce": nonces.pop(given["code"][0]), "email": mail[0], "email_verified": True,
            }  # fmt: skip
            self.say(
                {
                    "access_token": "x",
                    "token_type": "Bearer",
                    "id_token": jwt.encode({"alg": "RS256", "kid": "1"}, claims, key),
                }
            )

        def say(self, found):
            body = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def status(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_only_who_logged_in_and_is_named_sees_and_pulls(tmp_path, browser_page):
    page, mail, port = browser_page, ["stranger@example.com"], running.free_port()
    token = "for-programs-0123456789"
    with provider(mail) as issuer, running.Press() as press:
        press.feeds["/a.xml"] = running.rss([NEWS])
        running.feeds_yaml(tmp_path, press, {"/a.xml": {"name": "A", "language": "en"}})
        (tmp_path / "secrets.toml").write_text(
            f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = '
            f'"{"x" * 40}"\nclient_id = "monitor"\n'
            f'client_secret = "s"\nserver_metadata_url = "{issuer}/.well-known/openid-configuration"\n'
        )
        more = {
            "STREAMLIT_SECRETS_FILES": str(tmp_path / "secrets.toml"),
            "MONITOR_USERS": "@example.org",
            "MONITOR_EXPORT_TOKEN": token,
        }
        with running.app(tmp_path, port=port, **more) as (address, _):
            export = f"{address}/api/export/articles.csv"
            page.goto(f"{address}/articles")
            page.get_by_role("button", name="Log in").wait_for()
            assert (
                page.get_by_text(NEWS["title"]).count() == 0
                and page.locator("h1").inner_text() == "Gulf tension monitor"
            )
            assert (
                status(export),
                status(export, Cookie="_streamlit_user=forged"),
                status(export, Authorization=f"Bearer {token}"),
            ) == (401, 401, 200)

            page.get_by_role("button", name="Log in").click()
            page.get_by_text("has no access").wait_for()
            assert page.context.request.get(export).status == 401
            page.get_by_role("button", name="Log out").click()
            page.get_by_role("button", name="Log in").wait_for()

            mail[0] = "Analyst@Example.org"
            page.get_by_role("button", name="Log in").click()
            page.locator("h1", has_text="Gulf tension").filter(has_not_text="monitor").wait_for()
            page.get_by_text(NEWS["title"]).first.wait_for()
            answer = page.context.request.get(export)
            assert answer.status == 200 and NEWS["title"] in answer.text()


def test_the_documented_packages_are_those_tested():
    words = (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8")
    named = re.search(r"pip install (Authlib==\S+) (httpx==\S+)", words).groups()
    assert set(named) <= set((ROOT / "requirements-dev.txt").read_text().split())
