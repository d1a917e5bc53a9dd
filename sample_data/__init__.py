"""The sample data, and the program that makes it: `python -m sample_data.make_samples`."""
