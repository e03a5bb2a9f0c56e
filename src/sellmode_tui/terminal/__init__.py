"""The terminal itself: what is written to it and read from it, where terminals differ or text could play tricks."""
