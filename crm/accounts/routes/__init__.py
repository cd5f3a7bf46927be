"""Pages of the signed-in: settings of oneself, of people, of teams, of the workspace."""

from crm.accounts.routes import index, kept, profile, roles, security, teams, time, users, workspace

BLUEPRINTS = [
    index.bp,
    kept.bp,
    profile.bp,
    security.bp,
    time.bp,
    users.bp,
    roles.bp,
    teams.bp,
    workspace.bp,
]
