"""Documentation that is generated from the code and the data rooms: `python -m autoguard.documentation` writes it.

For development only: it needs the source tree, and nothing else in the package imports it.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
"""The top of the source tree."""
