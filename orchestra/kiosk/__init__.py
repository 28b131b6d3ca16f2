"""The kiosk: the machine's own display, full screen. Runs on the system's Python, without any package."""
