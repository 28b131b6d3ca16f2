"""The owner's limits: how large, how often, how much may be lost. They judge what is bought and nothing else."""
