"""The commands: each module holds what belongs to one subject, and is loaded when its command is called.

``entering`` opens an account for those that need one, ``outcome`` says how a command can end, ``output`` prints.
"""
