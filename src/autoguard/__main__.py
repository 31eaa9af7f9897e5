"""`python -m autoguard` is the command `autoguard`."""

from autoguard.cli import main

if __name__ == "__main__":
    main()
