"""Pages without sign-in: signing in and out, mailed links, invitations, the first set-up."""

from crm.accounts.public import invitation, mail_link, reset, setup, sign_in

BLUEPRINTS = [sign_in.bp, mail_link.bp, reset.bp, invitation.bp, setup.bp]
