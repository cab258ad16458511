"""Writes of transparency: `building` the facts, `measuring` availability, `complaining` and answering."""
