"""What keeps one database file safe: settings that are read back, checks, copies, room on the disk."""
