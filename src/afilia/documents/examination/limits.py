"""How much a file may ask for; one that asks for more is refused as too complex."""

from pathlib import Path

MEGABYTE = 1024 * 1024

MOST_PIXELS = 50_000_000  # of one picture: the cameras of most telephones
MOST_PAGES = 60
MOST_OBJECTS = 20_000  # of a PDF
MOST_EXPANDED = 64 * MEGABYTE  # bytes of one compressed stream
MOST_EXPANDED_IN_ALL = 128 * MEGABYTE
MOST_SIGNATURES = 10

PAGE_WIDTH = 1240  # pixels of a page shown to staff: 150 dots an inch on A4
PAGE_MOST_HEIGHT = 4 * PAGE_WIDTH

CPU_SECONDS = 8
WALL_SECONDS = 12.0
MEMORY = 640 * MEGABYTE  # beyond what the process has before it opens the file
ANSWER_BYTES = 64 * MEGABYTE
OPEN_FILES = 32

DATA = Path(__file__).parent.parent / "data"
