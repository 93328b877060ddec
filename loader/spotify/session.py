"""HTTP sessions that never retry, wait nor follow redirects by themselves."""

from __future__ import annotations

import os

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.util.retry import Retry


class _Session(requests.Session):
    """Talks to the address that it is given, and to no other that an answer names."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow no redirect."""


def build_session(address: str, connections: int = 1) -> requests.Session:
    """Build a session to one host.

    What the environment says of proxies and certificates is read once: requests would read it at every call.

    Args:
        address: The host's address.
        connections: How many are kept open, one for each thread that asks.
    """
    session = _Session()
    session.proxies.update(get_environ_proxies(address))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
    retries = Retry(0, respect_retry_after_header=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries, pool_maxsize=connections, pool_block=True))
    return session
