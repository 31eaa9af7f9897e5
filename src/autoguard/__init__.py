"""autoguard: a security and risk audit for everything a small business has automated."""

__version__ = "0.1.0"
