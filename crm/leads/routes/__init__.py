"""Pages of the team about leads."""

from crm.leads.routes import intakes, leaving, pools, routing, times
from crm.leads.routes.base import assignments

BLUEPRINTS = [routing.bp, pools.bp, times.bp, intakes.bp, leaving.bp, assignments]
