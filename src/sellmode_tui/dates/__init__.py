"""Days, times of day, spans and due times as people type and read them."""
