"""What keeps a running engine and its files safe: backups, checks, room on the disk, minutes that cannot be stored."""
