"""Inference: one file a model, one folder its weights."""
