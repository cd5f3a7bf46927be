"""Pages of the signed-in: settings of oneself, of people, of teams, of the workspace."""

BLUEPRINTS: list = []
