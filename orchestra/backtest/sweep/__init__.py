"""Many runs with other parameters, on all cores or a cluster."""
