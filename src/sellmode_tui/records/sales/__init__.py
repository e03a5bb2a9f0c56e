"""Online sales with who earned them: lists of them, one with all that is known of its credit, what to say of it."""
