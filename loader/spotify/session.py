"""HTTP sessions that never retry nor wait by themselves."""

from __future__ import annotations

import os

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.util.retry import Retry


def build_session(address: str, adapter: type[HTTPAdapter] = HTTPAdapter, connections: int = 1) -> requests.Session:
    """Build a session to one host.

    What the environment says of proxies and certificates is read once: requests would read it at every call.

    Args:
        address: The host's address.
        adapter: What sends requests.
        connections: How many are kept open, one for each thread that asks.
    """
    session = requests.Session()
    session.proxies.update(get_environ_proxies(address))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
    retries = Retry(0, respect_retry_after_header=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter(max_retries=retries, pool_maxsize=connections, pool_block=True))
    return session
