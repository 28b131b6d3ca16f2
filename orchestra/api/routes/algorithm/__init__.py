"""One algorithm over HTTP, to look at: its chart, its minutes and why they went as they did, its orders, its set-up."""
