"""What every other part stands on; knows no feature and no page."""

import gc

# Loaded first. Nothing of what is loaded is garbage, and looking would take a tenth of a start;
# create_app() turns it on again, for what comes later.
gc.disable()
