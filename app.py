"""Starts everything for one machine: web, embedded queue server, one worker with the clock."""

import sys

from crm.cli import main

if __name__ == "__main__":
    main(["up", *sys.argv[1:]])
