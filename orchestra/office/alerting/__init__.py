"""What the owner has to be told: kept from the moment it is noticed until it is over."""
