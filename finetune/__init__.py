"""The workshop: data preparation, trainers, evaluation, export. Its product is a model folder."""
