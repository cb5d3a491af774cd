"""`python -m contests`."""

import sys

from contests.cli import main

sys.exit(main())
