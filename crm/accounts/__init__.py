"""People who sign in: teams, roles, invitations, working hours, leave."""
