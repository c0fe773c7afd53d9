"""nsswitch.conf(5): in which order names of hosts are looked up.

A real line of Ubuntu::

    hosts:          files mdns4_minimal [NOTFOUND=return] dns mymachines
"""

import re


def host_sources(text: str) -> tuple[str, ...]:
    """The sources of the `hosts` database in order, actions in brackets left out; () if none."""
    for raw in text.splitlines():
        line = raw.partition("#")[0].strip()
        database, colon, sources = line.partition(":")
        if colon and database.strip() == "hosts":
            return tuple(re.sub(r"\[[^\]]*\]?", " ", sources).split())
    return ()
