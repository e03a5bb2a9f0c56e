"""``sellmode requests``: customers' requests, taken and answered from the command line."""
