"""What people are to a retailer, and what that lets them do."""

from __future__ import annotations

from typing import Literal

Role = Literal["associate", "manager", "regional", "head_office"]
Work = Literal["omnichannel", "ecommerce"]
"""Kind of work; chooses the figures and screens offered first, never what may be seen."""
Capability = Literal["sell", "reassign", "report", "rules", "announce", "read_profiles"]
"""``rules``: the rules that make tasks, of one's own store; head office's too where ``announce`` comes with it."""

ROLE_CAPABILITIES: dict[Role, frozenset[Capability]] = {
    "associate": frozenset({"sell"}),
    "manager": frozenset({"sell", "reassign", "report", "rules"}),
    "regional": frozenset({"report"}),
    "head_office": frozenset({"report", "rules", "announce"}),
}
"""What a role may do unless the retailer changed it."""
