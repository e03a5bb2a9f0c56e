"""What any backend can be held to: checks of docs/sync.md over HTTP, against a world that it was given.

Only ``loading`` and ``commands`` know this backend; all else knows the contract and the protocol
(docs/conformance.md).
"""
