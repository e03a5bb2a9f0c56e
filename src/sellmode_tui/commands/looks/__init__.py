"""``sellmode lookbooks``, ``sellmode picks`` and ``sellmode storefronts``, beyond what every kind's commands do."""
