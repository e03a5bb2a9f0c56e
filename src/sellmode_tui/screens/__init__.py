"""What the person sees and types into. Screens read from the record store, and know no file or server."""
