"""Plugins that fail."""
