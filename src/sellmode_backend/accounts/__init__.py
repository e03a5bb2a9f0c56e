"""Who can sign in: accounts, passwords, activation codes, sessions, devices and the limits on guessing."""
