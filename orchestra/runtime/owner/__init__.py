"""What passes between the engine and the screens of its owner: commands in, snapshots out."""
