"""What the person sees and types into. Screens read through the door, post messages up, and know no file or server."""
