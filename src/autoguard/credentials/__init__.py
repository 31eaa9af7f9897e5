"""Certificates and keys: what they are and how long they last."""
