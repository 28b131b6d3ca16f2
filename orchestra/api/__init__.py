"""What the API answers: one blueprint a noun, who may ask, and the live feed of the screens."""
