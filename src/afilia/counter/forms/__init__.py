"""The forms of the counter: `keys` for handing over, `desk` for the work on cases."""
