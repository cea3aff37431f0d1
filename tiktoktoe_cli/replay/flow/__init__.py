"""Moves batches through the stages: which stage comes when (the plan), one step, and the loop over the blocks."""
