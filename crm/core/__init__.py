"""What every other part stands on; knows no feature and no page."""

import gc
import os

# Loaded first. Nothing of what is loaded is garbage, and looking would take a tenth of a start;
# create_app() turns it on again, for what comes later.
gc.disable()
# pytz, which Babel asks where we are, would open its 600 files to see that they are there.
os.environ.setdefault("PYTZ_SKIPEXISTSCHECK", "1")
