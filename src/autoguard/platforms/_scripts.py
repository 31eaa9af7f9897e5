"""Scripts inside steps: whether one runs text as a program, so that data in it is more than data."""

import re

EVALUATES = re.compile(
    r"\beval\s*\(|\bnew\s+Function\s*\(|child_process|\bvm\.run|os\.system|subprocess\.|\bInvoke-Expression\b|\biex\b|"
    r"CSharpScript\.|Process\.Start",
    re.IGNORECASE,
)
"""Calls of JavaScript, Python, PowerShell and C# that run a text (each language's reference, read 2026-11-24)."""
