"""HTTP to the backend, for sign-in, sync and previews: the one package that imports httpx.

An answer counts only if it echoes the random text of its request: everything else (a guest network's page, a proxy's
error, a redirect) came from somebody else and changes nothing. `Transport.close`, from any thread, ends what is under
way.
"""
