"""What customers see and do: the pages of lookbooks and picks, links to the retailer's shop, answers."""
