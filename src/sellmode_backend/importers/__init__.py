"""What comes from other systems: files read as a stream, merged into the records like anybody's edit."""
