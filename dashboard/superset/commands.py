"""Runs commands of Superset's one after the other; its own Python runs this file.

Together they take far less time: to start is what takes long. They come as JSON on
standard input, a list of arguments each, where nobody sees the password among them.
"""

import json
import sys

from superset.cli.main import superset

for arguments in json.load(sys.stdin):
    superset(arguments, standalone_mode=False)
