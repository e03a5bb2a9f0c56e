"""What all commands share: opening an account, input, output, exit codes."""
