"""The team's pages of quizzes: a file for each resource."""

from crm.quizzes.routes.attempts import bp as attempts_bp
from crm.quizzes.routes.languages import bp as languages_bp
from crm.quizzes.routes.parts import bp as parts_bp
from crm.quizzes.routes.preview import bp as preview_bp
from crm.quizzes.routes.questions import bp as questions_bp
from crm.quizzes.routes.quizzes import bp
from crm.quizzes.routes.versions import bp as versions_bp

BLUEPRINTS = [bp, parts_bp, questions_bp, versions_bp, attempts_bp, preview_bp, languages_bp]
