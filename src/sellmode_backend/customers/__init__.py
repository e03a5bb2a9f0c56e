"""What the operator does with customers: assigning them, and merging two who are one."""
