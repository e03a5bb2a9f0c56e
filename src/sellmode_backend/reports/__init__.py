"""Questions a retailer asks of everything that was sold."""
