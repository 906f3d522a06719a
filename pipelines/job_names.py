"""The jobs' names, apart from the jobs: a command without work need not load Dagster to know them."""

TAKE_IN = "take_in"
REFERENCE = "reference"
QUARTER = "quarter"
PUBLISH = "publish"
EVERYTHING = "everything"
