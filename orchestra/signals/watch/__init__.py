"""What is watched beside the minutes: the feed, and whether the assets may still be traded."""
