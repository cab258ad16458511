"""Opens files that strangers sent: what they are, whether they are harmless, who signed them.

Nothing here knows Django. `sandbox` is what others call; the rest runs in its processes.
"""
