# sqlcipher3 brings no types. Its modules mirror the standard library's, so theirs serve: at run time the classes are
# sqlcipher3's own, so `except sqlite3.Error` would catch nothing of it.
from sqlcipher3 import dbapi2 as dbapi2
