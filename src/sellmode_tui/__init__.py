"""The terminal app: screens and commands over an encrypted local cache.

Data flows one way round: screen, command, journal, sync, backend, sync, cache, visibility, screen, so that what works
online works offline. It shares `sellmode_contract` with the backend and never imports `sellmode_backend`.
"""
