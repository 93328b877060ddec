"""Runs dbt in a process of its own, command after command, over the project as it was parsed once."""

from dbt_runner.process import Dbt, DbtError

__all__ = ["Dbt", "DbtError"]
