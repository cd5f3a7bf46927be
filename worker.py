"""Starts a worker only (queues and clock); add as many as you need."""

import sys

from crm.cli import main

if __name__ == "__main__":
    main(["worker", *sys.argv[1:]])
