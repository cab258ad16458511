"""Reads of the counter: `keys` for handing them over, `desk` for the work on cases."""
