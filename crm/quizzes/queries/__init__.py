"""Reading quizzes: what a prospect opens, and what the team sees of it."""
