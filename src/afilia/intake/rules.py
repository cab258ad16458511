"""How often strangers may try the virtual desk before they have to prove that they are no program."""

from afilia.verification.rules import Limit, Pass, pass_needed

# Many people share an address behind a carrier's translation.
BEGINNING = Limit(free=5, most=60)  # of a subscriber
OF_ONE = Limit(free=5, most=40)  # of one registration or case, whoever it is that asks
NEIGHBOURS = Limit(free=60, most=600)
FREE_PAIR = 3  # of one registration or case from one neighbourhood, whatever others do to it
UPLOADS = 120  # of a case within the window; far more than anybody needs, and each costs us work
LINKS = 5  # mails with a link of a draft within the window
MESSAGES = 30  # of a case within the window


def pass_for(*, one: int, pair: int, subscriber: int, neighbours: int) -> Pass:
    """What a try takes, the numbers being those within the window, this one included.

    `one` counts the registration or case that was named, `pair` the same from this neighbourhood: nobody
    shuts an applicant out from elsewhere.
    """
    counted = [(subscriber, BEGINNING), (neighbours, NEIGHBOURS)]
    if pair > FREE_PAIR:
        counted.append((one, OF_ONE))
    return pass_needed(counted)
