"""``sellmode storefronts``: those of every kind."""

from __future__ import annotations

from sellmode_contract.kinds.storefront import STOREFRONT
from sellmode_tui.commands.kinds.group import group_of

storefronts_command = group_of(STOREFRONT)
