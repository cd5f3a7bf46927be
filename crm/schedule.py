"""The clock's list: how often, which job. Each finds what a lost bell left behind."""

from crm.core.ticking import Every

# Jobs without network run in the clock itself, each in its own transaction; the others are rung.
CLOCK = [
    Every(10, "crm.mail.jobs.reap"),
    Every(10, "crm.sequences.jobs.queue_due_steps"),
    Every(10, "crm.leads.jobs.sweep_clocks"),
    Every(10, "crm.mail.jobs.sweep"),
    Every(60, "crm.leads.jobs.sweep_settle"),
    Every(60, "crm.leads.jobs.sweep_hand_overs"),
    Every(15, "crm.batches.jobs.sweep"),
    Every(60, "crm.transfer.jobs.write_exports"),
    Every(60, "crm.activities.jobs.remind_overdue"),
    Every(60, "crm.today.jobs.send_digests"),
    Every(60, "crm.quizzes.jobs.ask_back"),
    Every(60, "crm.filters.jobs.sweep_segments"),
    Every(60, "crm.filters.jobs.tell_followers"),
    Every(300, "crm.quizzes.jobs.abandon_idle"),
    Every(300, "crm.quizzes.jobs.sweep_cards"),
    Every(300, "crm.core.jobs.back_up_nightly"),
    Every(3600, "crm.core.jobs.forget_taken_forms"),
    Every(3600, "crm.core.jobs.fold_journal"),
    Every(900, "crm.core.jobs.gather_statistics"),
    Every(3600, "crm.accounts.jobs.forget_old_sessions"),
    Every(3600, "crm.files.jobs.sweep_files"),
    Every(900, "crm.search.jobs.purge_trash"),
    Every(900, "crm.search.jobs.learn_words"),
    Every(60, "crm.search.jobs.word_fields"),
    Every(3600, "crm.transfer.jobs.forget_files"),
]
