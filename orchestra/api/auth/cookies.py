"""The two cookies: HttpOnly, SameSite=Strict, for the whole site, gone with the browser or after a year."""

from flask import Response

SESSION_COOKIE = "autotrader_session"
DEVICE_COOKIE = "autotrader_device"
YEAR_SECONDS = 365 * 24 * 3600


def set_session(response: Response, token: str) -> None:
    """Give the browser its session; it ends with the browser, and on the server's side earlier."""
    response.set_cookie(SESSION_COOKIE, token, path="/", httponly=True, samesite="Strict")


def set_device(response: Response, token: str) -> None:
    """Let the browser show next year that it has logged in before."""
    response.set_cookie(DEVICE_COOKIE, token, max_age=YEAR_SECONDS, path="/", httponly=True, samesite="Strict")


def drop_session(response: Response) -> None:
    """Take the session's cookie back."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="Strict")
