"""Tests of what is asked: every check on raw exports, on its own examples, and broken on purpose."""
