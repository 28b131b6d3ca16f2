"""Changing what is set up from the page: `.env` written anew, the other mode's folder prepared, a start anew."""
