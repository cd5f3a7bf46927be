"""Pages of the team about leads."""

from crm.leads.routes import intakes, pools, routing, times
from crm.leads.routes.base import assignments

BLUEPRINTS = [routing.bp, pools.bp, times.bp, intakes.bp, assignments]
