"""What people and programs read about formats and findings, all generated from the data and the checker."""
