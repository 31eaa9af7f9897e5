"""Readers of evidence, one module a kind; each defines `EVIDENCE`."""
