"""Trains Dynamic Vision Transformers and their baselines; `bin/dvt export` reads what it writes.

geometry (what a model looks like and costs) -> model (stages, reuse) -> trainer (one run) <- data, augment, optim, checkpoint, progress.
grow starts a model from a public ViT; pruning tells which tokens a DynamicViT keeps and what it learns from; holdout draws the pictures that no model trains on.
"""
