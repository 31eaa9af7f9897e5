"""Request headers by which callers prove who they are, by the words in their names."""

AUTHENTICATING = r"[\w-]{0,40}?(?:auth|api-?key|-key|token|secret|sign|hmac|passw)"
"""Beginning of the name of a header that carries a secret or a signature, to be built into a platform's pattern."""
