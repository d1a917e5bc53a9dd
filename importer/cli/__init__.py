"""The command line: words, options, progress bars and exit codes; nothing else."""

from importer.cli.main import cli, main

__all__ = ["cli", "main"]
