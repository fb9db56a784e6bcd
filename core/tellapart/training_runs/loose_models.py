"""Models whose run is gone, as when a person deleted its folder by hand."""

from __future__ import annotations

from tellapart.store.project import Project
from tellapart.training_runs.listing import runs_in


def models_without_run(project: Project) -> list[str]:
    """Names of the bundles that no run of the project made or kept."""
    runs = {run.run_id for run in runs_in(project.root, project.runs_dir)}
    if not project.bundles_dir.is_dir():
        return []
    return sorted(
        path.name
        for path in project.bundles_dir.iterdir()
        if not path.name.startswith(".") and path.name not in runs and (path / "bundle.json").is_file()
    )
