"""Recognises what a template's author meant to be replaced, and no legal value.

The forms are those of the tools that profiles are made with: shell and Terraform `${…}`, Jinja
and Helm `{{ … }}`, ERB `<%= … %>`, Windows `%NAME%` (OpenVPN expands none), AWS' own guide
("Contents of client certificate (.crt) file") and words in capitals that ask to be replaced.
"""

import re

from cvpn_doctor.profile.parsed import Directive, InlineBlock

_TEMPLATE = re.compile(r"\$\{[^{}\s][^{}]{0,80}\}|\{\{[^{}]{0,80}\}\}|<%[^<>]{0,80}%>")
_WORD = re.compile(
    r"%[A-Z][A-Z0-9_]+%|\b(?:REPLACE_?ME|CHANGE_?ME|YOUR_[A-Z0-9_]+)\b|cvpn-endpoint-[xX]{4,}"
)
_ANGLE = re.compile(r"<[A-Za-z][\w .-]{0,60}>")
_BLOCK_PHRASE = re.compile(
    r"^\W*(?:contents? of|paste|insert|replace|put|your|add) "
    r".{0,60}\b(?:certificate|key|cert|ca|crt)\b"
    r"|placeholder|^[\s.…]+$",
    re.IGNORECASE,
)

# Their values are shown to people or matched as text, so that angle brackets and percent are legal.
_FREE_TEXT = frozenset({"static-challenge", "setenv", "setenv-safe", "echo", "pull-filter"})
# Blocks whose text must hold a PEM; `pkcs12` is bare base64, `auth-user-pass` two plain lines.
_PEM_BLOCKS = frozenset(
    {"ca", "cert", "key", "extra-certs", "tls-auth", "tls-crypt", "tls-crypt-v2"}
)


def placeholder_in(directive: Directive) -> str | None:
    """The first placeholder left in this line, or None."""
    if found := _TEMPLATE.search(directive.text):
        return found[0]
    if directive.name in _FREE_TEXT:
        return None
    found = _WORD.search(directive.text) or _angle(directive)
    return found[0] if found else None


def _angle(directive: Directive) -> re.Match[str] | None:
    if directive.name == "remote":  # neither a host nor a port may hold one anywhere
        return _ANGLE.search(directive.text)
    return next(filter(None, map(_ANGLE.fullmatch, directive.values)), None)


def is_placeholder_block(block: InlineBlock) -> bool:
    """The block holds no PEM but words that ask for one, or a template between the PEM's marks."""
    if block.name not in _PEM_BLOCKS:
        return False
    if block.holds_pem:
        pems = block.text.split("-----BEGIN ")[1:]  # what stands before the first is free text
        return any(_TEMPLATE.search(pem.partition("-----END ")[0]) for pem in pems)
    text = block.text.strip()
    return bool(text) and any(
        pattern.search(text) for pattern in (_TEMPLATE, _WORD, _ANGLE, _BLOCK_PHRASE)
    )
