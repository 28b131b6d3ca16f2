"""The headers of every response (reliability.md 4.4, ui.md 11): what a browser must not do with our pages.

No inline script or style is allowed anywhere, so there are no nonces and no build step.
"""

SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
# A whole document with a style of its own, such as a report: it may show itself and nothing else. With an origin of its
# own it cannot even ask us anything.
DOCUMENT_POLICY = (
    "Content-Security-Policy",
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'",
)
NO_STORE = ("Cache-Control", "no-store")


def content_policy(host: str) -> tuple[str, str]:
    """Return the content policy. host: of the request, checked, or empty.

    Older Safari wants the socket's address named.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )
    return "Content-Security-Policy", policy
