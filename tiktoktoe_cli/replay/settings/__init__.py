"""What the YAML says about a pipeline (`pipelines.NAME`): a module for each of its parts."""
