"""A retailer, its backend and its terminals in one thread on virtual time, with faults at every step.

``backend`` and ``terminal`` run the apps' own code, ``world`` lets things happen to them by a seed, ``checks`` says
what must be true, ``bugs`` plants what the checks have to find.
"""
