"""How often anyone may ask the public pages for something that costs others, within an hour."""

from afilia.appointments.rules.states import Reason
from afilia.verification.rules import Limit, Pass

# Many people share an address behind a carrier's translation; the block is what one network may cost us.
MAILS = Limit(free=3, most=10)  # to one address of e-mail
CODES = Limit(free=10, most=120)  # asked for from one address
CODES_OF_BLOCK = Limit(free=120, most=1200)
# From one address, for one person from one network, and for one person whoever asks: what strangers elsewhere
# type shuts nobody out before it becomes a search.
NAMES = (120, 10, 200)  # compared with the Registro Civil
CODES_TYPED = (60, 10, 100)  # of confirmations
MOVES = 12  # of one booking by its link

REASONS = {Pass.PROOF: Reason.PROOF, Pass.CLOSED: Reason.LIMIT}
