"""Speed and memory against limits and peers: `python -m bench`. docs/performance.md explains each figure."""
