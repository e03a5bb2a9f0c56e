"""What one has written: on its way, refused, handed over; taken back, sent again."""
