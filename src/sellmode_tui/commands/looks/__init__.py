"""``sellmode lookbooks`` and ``sellmode picks``, beyond what every kind's commands do."""
