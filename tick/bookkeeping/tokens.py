"""New tokens of letters, and the secret of which they are made."""

import secrets


def new_token() -> str:
    """An unguessable token that is also safe in a Message-ID and in a link."""
    return secrets.token_hex(12)


def new_secret() -> str:
    """What nobody can guess, of which tokens are made."""
    return secrets.token_hex(16)
