"""The catalogue: products listed by style, one of them, and the customers of one."""
