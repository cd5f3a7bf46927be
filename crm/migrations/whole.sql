-- 0009
;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)
;
CREATE TABLE heartbeat (
	name VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	details JSON NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_heartbeat PRIMARY KEY (id), 
	CONSTRAINT uq_heartbeat_name UNIQUE (name)
)
;
CREATE TABLE taken_form (
	"key" VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	url VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_taken_form PRIMARY KEY (id), 
	CONSTRAINT uq_taken_form_key UNIQUE ("key")
)
;
CREATE INDEX ix_taken_form_at ON taken_form (at)
;
CREATE TABLE lease (
	name VARCHAR NOT NULL, 
	owner VARCHAR NOT NULL, 
	fence INTEGER NOT NULL, 
	until DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (id), 
	CONSTRAINT uq_lease_name UNIQUE (name)
)
;
CREATE TABLE search_word (
	kind TEXT NOT NULL, 
	word TEXT NOT NULL, 
	record_id INTEGER NOT NULL, 
	CONSTRAINT pk_search_word PRIMARY KEY (kind, word, record_id)
)
 WITHOUT ROWID


;
CREATE INDEX ix_search_word_record ON search_word (record_id, kind, word)
;
CREATE TABLE send_budget (
	"key" VARCHAR NOT NULL, 
	window VARCHAR NOT NULL, 
	used INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_send_budget PRIMARY KEY (id), 
	CONSTRAINT uq_send_budget_key_window UNIQUE ("key", window)
)
;
CREATE TABLE suppression (
	address_hash VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	lifted_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_suppression PRIMARY KEY (id), 
	CONSTRAINT uq_suppression_address_hash_scope UNIQUE (address_hash, scope)
)
;
CREATE TABLE team (
	name VARCHAR NOT NULL, 
	timezone VARCHAR NOT NULL, 
	is_own_only BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_team PRIMARY KEY (id), 
	CONSTRAINT uq_team_name UNIQUE (name)
)
;
CREATE TABLE holiday (
	team_id INTEGER NOT NULL, 
	"on" DATE NOT NULL, 
	name VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_holiday PRIMARY KEY (id), 
	CONSTRAINT fk_holiday_team_id FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE CASCADE, 
	CONSTRAINT uq_holiday_team_id_on UNIQUE (team_id, "on")
)
;
CREATE TABLE login_session (
	token_hash VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	confirmed_at DATETIME NOT NULL, 
	is_remembered BOOLEAN NOT NULL, 
	agent VARCHAR NOT NULL, 
	address VARCHAR NOT NULL, 
	revoked_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_login_session PRIMARY KEY (id), 
	CONSTRAINT fk_login_session_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_login_session_token_hash UNIQUE (token_hash)
)
;
CREATE INDEX ix_login_session_user_id ON login_session (user_id)
;
CREATE TABLE mail_account (
	sealed_url VARCHAR NOT NULL, 
	from_address VARCHAR NOT NULL, 
	from_name VARCHAR NOT NULL, 
	reply_domain VARCHAR NOT NULL, 
	tested_at DATETIME, 
	test_result VARCHAR NOT NULL, 
	updated_at DATETIME NOT NULL, 
	updated_by_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_mail_account PRIMARY KEY (id), 
	CONSTRAINT fk_mail_account_updated_by_id FOREIGN KEY(updated_by_id) REFERENCES user (id)
)
;
CREATE TABLE membership (
	user_id INTEGER NOT NULL, 
	team_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_membership PRIMARY KEY (id), 
	CONSTRAINT fk_membership_team_id FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE CASCADE, 
	CONSTRAINT fk_membership_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_membership_user_id_team_id UNIQUE (user_id, team_id)
)
;
CREATE INDEX ix_membership_team_id ON membership (team_id)
;
CREATE TABLE notice (
	user_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	dedupe_key VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	read_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_notice PRIMARY KEY (id), 
	CONSTRAINT fk_notice_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_notice_dedupe_key UNIQUE (dedupe_key)
)
;
CREATE INDEX ix_notice_user_unread ON notice (user_id, read_at, id)
;
CREATE TABLE security_event (
	at DATETIME NOT NULL, 
	kind VARCHAR NOT NULL, 
	user_id INTEGER, 
	actor_id INTEGER, 
	address VARCHAR NOT NULL, 
	details JSON NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_security_event PRIMARY KEY (id), 
	CONSTRAINT fk_security_event_actor_id FOREIGN KEY(actor_id) REFERENCES user (id) ON DELETE SET NULL, 
	CONSTRAINT fk_security_event_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_security_event_at ON security_event (at)
;
CREATE INDEX ix_security_event_user_at ON security_event (user_id, at)
;
CREATE TABLE token (
	purpose VARCHAR NOT NULL, 
	token_hash VARCHAR NOT NULL, 
	user_id INTEGER, 
	email VARCHAR, 
	details JSON NOT NULL, 
	created_by_id INTEGER, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME NOT NULL, 
	used_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_token PRIMARY KEY (id), 
	CONSTRAINT fk_token_created_by_id FOREIGN KEY(created_by_id) REFERENCES user (id), 
	CONSTRAINT fk_token_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_token_token_hash UNIQUE (token_hash)
)
;
CREATE INDEX ix_token_user_id ON token (user_id)
;
CREATE TABLE working_hours (
	team_id INTEGER, 
	user_id INTEGER, 
	weekday INTEGER NOT NULL, 
	opens INTEGER NOT NULL, 
	closes INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_working_hours PRIMARY KEY (id), 
	CONSTRAINT fk_working_hours_team_id FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE CASCADE, 
	CONSTRAINT fk_working_hours_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_working_hours_team_id ON working_hours (team_id)
;
CREATE INDEX ix_working_hours_user_id ON working_hours (user_id)
;
CREATE TABLE workspace (
	name VARCHAR NOT NULL, 
	timezone VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	country VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	privacy_url VARCHAR, 
	imprint_url VARCHAR, 
	contact_email VARCHAR, 
	postal_address VARCHAR, 
	default_team_id INTEGER, 
	is_mail_held BOOLEAN NOT NULL, 
	mail_budget_hour INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_workspace PRIMARY KEY (id), 
	CONSTRAINT fk_workspace_default_team_id FOREIGN KEY(default_team_id) REFERENCES team (id)
)
;
CREATE TABLE quiz_version (
	quiz_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	spec JSON NOT NULL, 
	spec_sha256 VARCHAR NOT NULL, 
	published_at DATETIME NOT NULL, 
	published_by_id INTEGER, 
	note VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_quiz_version PRIMARY KEY (id), 
	CONSTRAINT fk_quiz_version_published_by_id FOREIGN KEY(published_by_id) REFERENCES user (id), 
	CONSTRAINT fk_quiz_version_quiz_id FOREIGN KEY(quiz_id) REFERENCES quiz (id) ON DELETE CASCADE, 
	CONSTRAINT uq_quiz_version_quiz_id_n UNIQUE (quiz_id, n)
)
;
CREATE TABLE sequence_version (
	sequence_id INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	spec JSON NOT NULL, 
	published_at DATETIME NOT NULL, 
	published_by_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_sequence_version PRIMARY KEY (id), 
	CONSTRAINT fk_sequence_version_published_by_id FOREIGN KEY(published_by_id) REFERENCES user (id), 
	CONSTRAINT fk_sequence_version_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequence (id) ON DELETE CASCADE, 
	CONSTRAINT uq_sequence_version_sequence_id_n UNIQUE (sequence_id, n)
)
;
CREATE TABLE consent (
	contact_id INTEGER NOT NULL, 
	purpose VARCHAR NOT NULL, 
	is_granted BOOLEAN NOT NULL, 
	text VARCHAR NOT NULL, 
	text_version INTEGER NOT NULL, 
	locale VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	source VARCHAR NOT NULL, 
	page_url VARCHAR NOT NULL, 
	address_hash VARCHAR NOT NULL, 
	attempt_id INTEGER, 
	details JSON NOT NULL, 
	id INTEGER NOT NULL, state VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT pk_consent PRIMARY KEY (id), 
	CONSTRAINT fk_consent_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_consent_contact ON consent (contact_id, purpose, id)
;
CREATE TABLE outbox (
	lane VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	dedupe_key VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	enrolment_step_id INTEGER, 
	contact_id INTEGER, 
	user_id INTEGER, 
	sender_id INTEGER, 
	to_address VARCHAR NOT NULL, 
	to_name VARCHAR NOT NULL, 
	to_canonical VARCHAR NOT NULL, 
	is_anonymous_cause BOOLEAN NOT NULL, 
	context JSON NOT NULL, 
	subject VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	html VARCHAR NOT NULL, 
	headers JSON NOT NULL, 
	not_before DATETIME NOT NULL, 
	expires_at DATETIME, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	lease_owner VARCHAR, 
	lease_until DATETIME, 
	tries INTEGER NOT NULL, 
	last_code INTEGER, 
	last_text VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	handed_at DATETIME, 
	sent_at DATETIME, 
	resent_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT fk_outbox_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE SET NULL, 
	CONSTRAINT fk_outbox_sender_id FOREIGN KEY(sender_id) REFERENCES user (id) ON DELETE SET NULL, 
	CONSTRAINT fk_outbox_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE SET NULL, 
	CONSTRAINT uq_outbox_dedupe_key UNIQUE (dedupe_key), 
	CONSTRAINT uq_outbox_message_id UNIQUE (message_id)
)
;
CREATE INDEX ix_outbox_contact ON outbox (contact_id, id)
;
CREATE INDEX ix_outbox_created_at ON outbox (created_at)
;
CREATE INDEX ix_outbox_due ON outbox (state, lane, not_before, id)
;
CREATE INDEX ix_outbox_enrolment_step_id ON outbox (enrolment_step_id)
;
CREATE INDEX ix_outbox_lease_until ON outbox (lease_until)
;
CREATE INDEX ix_outbox_to ON outbox (to_canonical, created_at)
;
CREATE INDEX ix_outbox_user_id ON outbox (user_id)
;
CREATE TABLE sent_on (
	contact_id INTEGER NOT NULL, 
	lane VARCHAR NOT NULL, 
	"on" DATE NOT NULL, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_sent_on PRIMARY KEY (id), 
	CONSTRAINT fk_sent_on_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_sent_on_contact ON sent_on (contact_id, at)
;
CREATE TABLE touch (
	visitor_ref VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	landing_path VARCHAR NOT NULL, 
	referrer_origin VARCHAR NOT NULL, 
	utm_source VARCHAR NOT NULL, 
	utm_medium VARCHAR NOT NULL, 
	utm_campaign VARCHAR NOT NULL, 
	utm_term VARCHAR NOT NULL, 
	utm_content VARCHAR NOT NULL, 
	embed_host VARCHAR NOT NULL, 
	details JSON NOT NULL, 
	contact_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_touch PRIMARY KEY (id), 
	CONSTRAINT fk_touch_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_touch_at ON touch (at)
;
CREATE INDEX ix_touch_contact_id ON touch (contact_id)
;
CREATE TABLE attempt (
	token_hash VARCHAR NOT NULL, 
	version_id INTEGER NOT NULL, 
	locale VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	is_preview BOOLEAN NOT NULL, 
	is_repeat BOOLEAN NOT NULL, 
	idem_key VARCHAR, 
	contact_id INTEGER, 
	progress INTEGER NOT NULL, 
	score INTEGER, 
	max_score INTEGER, 
	pct INTEGER, 
	tier_id VARCHAR, 
	categories JSON NOT NULL, 
	trace JSON NOT NULL, 
	started_at DATETIME NOT NULL, 
	last_seen_at DATETIME NOT NULL, 
	completed_at DATETIME, 
	first_touch_id INTEGER, 
	last_touch_id INTEGER, 
	consents JSON NOT NULL, 
	lead JSON NOT NULL, 
	spam_signs JSON NOT NULL, 
	spam_verdict VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE SET NULL, 
	CONSTRAINT fk_attempt_first_touch_id FOREIGN KEY(first_touch_id) REFERENCES touch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_attempt_last_touch_id FOREIGN KEY(last_touch_id) REFERENCES touch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_attempt_version_id FOREIGN KEY(version_id) REFERENCES quiz_version (id), 
	CONSTRAINT uq_attempt_idem_key UNIQUE (idem_key), 
	CONSTRAINT uq_attempt_token_hash UNIQUE (token_hash)
)
;
CREATE INDEX ix_attempt_contact ON attempt (contact_id, id)
;
CREATE INDEX ix_attempt_state_seen ON attempt (state, last_seen_at)
;
CREATE INDEX ix_attempt_version ON attempt (version_id, id)
;
CREATE TABLE delivery_event (
	outbox_id INTEGER, 
	source VARCHAR NOT NULL, 
	external_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	details JSON NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_delivery_event PRIMARY KEY (id), 
	CONSTRAINT fk_delivery_event_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id) ON DELETE CASCADE, 
	CONSTRAINT uq_delivery_event_source_external_id UNIQUE (source, external_id)
)
;
CREATE INDEX ix_delivery_event_outbox_id ON delivery_event (outbox_id)
;
CREATE TABLE enrolment_step (
	enrolment_id INTEGER NOT NULL, 
	step_key VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	outbox_id INTEGER, 
	sent_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_enrolment_step PRIMARY KEY (id), 
	CONSTRAINT fk_enrolment_step_enrolment_id FOREIGN KEY(enrolment_id) REFERENCES enrolment (id) ON DELETE CASCADE, 
	CONSTRAINT fk_enrolment_step_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id) ON DELETE SET NULL, 
	CONSTRAINT uq_enrolment_step_enrolment_id_step_key UNIQUE (enrolment_id, step_key)
)
;
CREATE INDEX ix_enrolment_step_due ON enrolment_step (state, due_at)
;
CREATE INDEX ix_enrolment_step_outbox_id ON enrolment_step (outbox_id)
;
CREATE TABLE inbound_message (
	mailbox VARCHAR NOT NULL, 
	uid VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	message_id VARCHAR NOT NULL, 
	sender VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	received_at DATETIME NOT NULL, 
	raw BLOB NOT NULL, 
	verdict VARCHAR NOT NULL, 
	matched_by VARCHAR NOT NULL, 
	contact_id INTEGER, 
	outbox_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_inbound_message PRIMARY KEY (id), 
	CONSTRAINT fk_inbound_message_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_inbound_message_outbox_id FOREIGN KEY(outbox_id) REFERENCES outbox (id) ON DELETE SET NULL, 
	CONSTRAINT uq_inbound_message_sha256 UNIQUE (sha256)
)
;
CREATE INDEX ix_inbound_message_contact_id ON inbound_message (contact_id)
;
CREATE INDEX ix_inbound_message_message_id ON inbound_message (message_id)
;
CREATE TABLE intake (
	idem_key VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	payload JSON NOT NULL, 
	received_at DATETIME NOT NULL, 
	outcome VARCHAR NOT NULL, 
	matched_by VARCHAR NOT NULL, 
	contact_id INTEGER, 
	touch_id INTEGER, 
	rule_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_intake PRIMARY KEY (id), 
	CONSTRAINT fk_intake_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE SET NULL, 
	CONSTRAINT fk_intake_rule_id FOREIGN KEY(rule_id) REFERENCES routing_rule (id) ON DELETE SET NULL, 
	CONSTRAINT fk_intake_touch_id FOREIGN KEY(touch_id) REFERENCES touch (id) ON DELETE SET NULL, 
	CONSTRAINT uq_intake_idem_key UNIQUE (idem_key)
)
;
CREATE INDEX ix_intake_contact_id ON intake (contact_id)
;
CREATE INDEX ix_intake_received_at ON intake (received_at)
;
CREATE INDEX ix_intake_rule_id ON intake (rule_id)
;
CREATE TABLE quiz_view (
	quiz_id INTEGER NOT NULL, 
	day DATE NOT NULL, 
	visitor_hash VARCHAR NOT NULL, 
	touch_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_quiz_view PRIMARY KEY (id), 
	CONSTRAINT fk_quiz_view_quiz_id FOREIGN KEY(quiz_id) REFERENCES quiz (id) ON DELETE CASCADE, 
	CONSTRAINT fk_quiz_view_touch_id FOREIGN KEY(touch_id) REFERENCES touch (id) ON DELETE SET NULL, 
	CONSTRAINT uq_quiz_view_quiz_id_day_visitor_hash UNIQUE (quiz_id, day, visitor_hash)
)
;
CREATE TABLE answer (
	attempt_id INTEGER NOT NULL, 
	question_id VARCHAR NOT NULL, 
	option_ids JSON NOT NULL, 
	value VARCHAR, 
	answered_at DATETIME NOT NULL, 
	seconds INTEGER, 
	is_superseded BOOLEAN NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_answer PRIMARY KEY (id), 
	CONSTRAINT fk_answer_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_answer_attempt_id ON answer (attempt_id)
;
CREATE UNIQUE INDEX uq_answer_current ON answer (attempt_id, question_id) WHERE is_superseded = 0
;
CREATE TABLE funnel_event (
	attempt_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	question_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_funnel_event PRIMARY KEY (id), 
	CONSTRAINT fk_funnel_event_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE, 
	CONSTRAINT uq_funnel_event_attempt_id_kind_question_id UNIQUE (attempt_id, kind, question_id)
)
;
CREATE TABLE result_link (
	attempt_id INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	expires_at DATETIME, 
	revoked_at DATETIME, 
	id INTEGER NOT NULL, n INTEGER DEFAULT '1' NOT NULL, 
	CONSTRAINT pk_result_link PRIMARY KEY (id), 
	CONSTRAINT fk_result_link_attempt_id FOREIGN KEY(attempt_id) REFERENCES attempt (id) ON DELETE CASCADE, 
	CONSTRAINT uq_result_link_attempt_id UNIQUE (attempt_id)
)
;
CREATE TABLE clock_alert (
	clock_id INTEGER NOT NULL, 
	step VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	user_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_clock_alert PRIMARY KEY (id), 
	CONSTRAINT fk_clock_alert_clock_id FOREIGN KEY(clock_id) REFERENCES answer_clock (id) ON DELETE CASCADE, 
	CONSTRAINT fk_clock_alert_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_clock_alert_clock_id_step UNIQUE (clock_id, step)
)
;
CREATE TABLE external_id (
	record VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	value VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_external_id PRIMARY KEY (id), 
	CONSTRAINT uq_external_id_record_value UNIQUE (record, value)
)
;
CREATE INDEX ix_external_id_record ON external_id (record, record_id)
;
CREATE TABLE field_stamp (
	stamp VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_field_stamp PRIMARY KEY (id)
)
;
CREATE TABLE role_rights (
	role VARCHAR NOT NULL, 
	switched VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_role_rights PRIMARY KEY (id), 
	CONSTRAINT uq_role_rights_role UNIQUE (role)
)
;
CREATE TABLE search_typo (
	shape TEXT NOT NULL, 
	word TEXT NOT NULL, 
	CONSTRAINT pk_search_typo PRIMARY KEY (shape, word)
)
 WITHOUT ROWID


;
CREATE TABLE stored_file (
	sha256 VARCHAR NOT NULL, 
	size INTEGER NOT NULL, 
	media_type VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_stored_file PRIMARY KEY (id), 
	CONSTRAINT uq_stored_file_sha256 UNIQUE (sha256)
)
;
CREATE TABLE change_set (
	at DATETIME NOT NULL, 
	actor VARCHAR NOT NULL, 
	user_id INTEGER, 
	kind VARCHAR NOT NULL, 
	details JSON NOT NULL, 
	request_id VARCHAR NOT NULL, 
	record VARCHAR NOT NULL, 
	record_id INTEGER, 
	undo_of_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_change_set PRIMARY KEY (id), 
	CONSTRAINT fk_change_set_undo_of_id FOREIGN KEY(undo_of_id) REFERENCES change_set (id), 
	CONSTRAINT fk_change_set_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_change_set_undo_of_id UNIQUE (undo_of_id)
)
;
CREATE INDEX ix_change_set_at ON change_set (at)
;
CREATE INDEX ix_change_set_kind ON change_set (kind, id)
;
CREATE INDEX ix_change_set_user ON change_set (user_id, id)
;
CREATE TABLE import_preset (
	record VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	user_id INTEGER, 
	habits JSON NOT NULL, 
	columns JSON NOT NULL, 
	"match" VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_import_preset PRIMARY KEY (id), 
	CONSTRAINT fk_import_preset_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_import_preset_record_name UNIQUE (record, name)
)
;
CREATE TABLE mark (
	user_id INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	record VARCHAR NOT NULL, 
	record_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	told_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_mark PRIMARY KEY (id), 
	CONSTRAINT fk_mark_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_mark_user_id_kind_record_record_id UNIQUE (user_id, kind, record, record_id)
)
;
CREATE INDEX ix_mark_record ON mark (record, record_id, kind)
;
CREATE INDEX ix_mark_user_at ON mark (user_id, kind, at, id)
;
CREATE TABLE reminder_wish (
	user_id INTEGER NOT NULL, 
	before_minutes INTEGER NOT NULL, 
	is_belled BOOLEAN NOT NULL, 
	is_mailed BOOLEAN NOT NULL, 
	repeats BOOLEAN NOT NULL, 
	hour INTEGER NOT NULL, 
	has_digest BOOLEAN NOT NULL, 
	digest_hour INTEGER NOT NULL, 
	digested_on DATE, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_reminder_wish PRIMARY KEY (id), 
	CONSTRAINT fk_reminder_wish_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_reminder_wish_user_id UNIQUE (user_id)
)
;
CREATE TABLE batch_item (
	batch_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	record_id INTEGER, 
	payload JSON, 
	mark VARCHAR, 
	state VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_batch_item PRIMARY KEY (id), 
	CONSTRAINT fk_batch_item_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_batch_item_mark ON batch_item (batch_id, mark, position)
;
CREATE INDEX ix_batch_item_state ON batch_item (batch_id, state, position)
;
CREATE UNIQUE INDEX uq_batch_item_position ON batch_item (batch_id, position)
;
CREATE TABLE change_value (
	change_set_id INTEGER NOT NULL, 
	table_name VARCHAR NOT NULL, 
	row_id INTEGER NOT NULL, 
	op VARCHAR NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	old JSON, 
	new JSON, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_change_value PRIMARY KEY (id), 
	CONSTRAINT fk_change_value_change_set_id FOREIGN KEY(change_set_id) REFERENCES change_set (id)
)
;
CREATE INDEX ix_change_value_change_set_id ON change_value (change_set_id)
;
CREATE INDEX ix_change_value_company ON change_value (company_id, change_set_id) WHERE company_id IS NOT NULL
;
CREATE INDEX ix_change_value_contact ON change_value (contact_id, change_set_id) WHERE contact_id IS NOT NULL
;
CREATE INDEX ix_change_value_deal ON change_value (deal_id, change_set_id) WHERE deal_id IS NOT NULL
;
CREATE TABLE segment_size (
	segment_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	size INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_segment_size PRIMARY KEY (id), 
	CONSTRAINT fk_segment_size_segment_id FOREIGN KEY(segment_id) REFERENCES segment (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_segment_size_segment ON segment_size (segment_id, id)
;
CREATE TABLE view_default (
	record VARCHAR NOT NULL, 
	role VARCHAR NOT NULL, 
	view_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_view_default PRIMARY KEY (id), 
	CONSTRAINT fk_view_default_view_id FOREIGN KEY(view_id) REFERENCES saved_view (id) ON DELETE CASCADE, 
	CONSTRAINT uq_view_default_record_role UNIQUE (record, role)
)
;
CREATE TABLE view_pin (
	user_id INTEGER NOT NULL, 
	view_id INTEGER NOT NULL, 
	is_pinned BOOLEAN NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_view_pin PRIMARY KEY (id), 
	CONSTRAINT fk_view_pin_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT fk_view_pin_view_id FOREIGN KEY(view_id) REFERENCES saved_view (id) ON DELETE CASCADE, 
	CONSTRAINT uq_view_pin_user_id_view_id UNIQUE (user_id, view_id)
)
;
CREATE TABLE segment_event (
	segment_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	has_entered BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_segment_event PRIMARY KEY (id), 
	CONSTRAINT fk_segment_event_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_segment_event_segment_id FOREIGN KEY(segment_id) REFERENCES segment (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_segment_event_contact ON segment_event (contact_id, id)
;
CREATE INDEX ix_segment_event_segment ON segment_event (segment_id, id)
;
CREATE TABLE share_card (
	version_id INTEGER NOT NULL, 
	tier_id VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	public_id VARCHAR NOT NULL, 
	look VARCHAR NOT NULL, 
	picture BLOB, 
	drawn_at DATETIME, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_share_card PRIMARY KEY (id), 
	CONSTRAINT fk_share_card_version_id FOREIGN KEY(version_id) REFERENCES quiz_version (id) ON DELETE CASCADE, 
	CONSTRAINT uq_share_card_public_id_locale UNIQUE (public_id, locale), 
	CONSTRAINT uq_share_card_version_id_tier_id_locale UNIQUE (version_id, tier_id, locale)
)
;
CREATE TABLE note_draft (
	user_id INTEGER NOT NULL, 
	place VARCHAR NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	body VARCHAR NOT NULL, 
	saved_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_note_draft PRIMARY KEY (id), 
	CONSTRAINT fk_note_draft_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_note_draft_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_note_draft_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_note_draft_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_note_draft_user_id_place UNIQUE (user_id, place)
)
;
CREATE INDEX ix_note_draft_company_id ON note_draft (company_id)
;
CREATE INDEX ix_note_draft_contact_id ON note_draft (contact_id)
;
CREATE INDEX ix_note_draft_deal_id ON note_draft (deal_id)
;
CREATE TABLE entry_text (
	entry_id INTEGER NOT NULL, 
	body VARCHAR NOT NULL, 
	user_id INTEGER, 
	written_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_entry_text PRIMARY KEY (id), 
	CONSTRAINT fk_entry_text_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE, 
	CONSTRAINT fk_entry_text_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_entry_text_entry ON entry_text (entry_id, id)
;
CREATE TABLE "user" (
	email VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	password_hash VARCHAR, 
	role VARCHAR NOT NULL, 
	timezone VARCHAR NOT NULL, 
	locale VARCHAR NOT NULL, 
	phone VARCHAR, 
	job_title VARCHAR, 
	theme VARCHAR NOT NULL, 
	density VARCHAR NOT NULL, 
	keys_on BOOLEAN NOT NULL, 
	mail_on BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	deactivated_at DATETIME, 
	has_own_hours BOOLEAN NOT NULL, 
	id INTEGER NOT NULL, 
	is_oldest_first BOOLEAN DEFAULT 0 NOT NULL, looks JSON, 
	CONSTRAINT pk_user PRIMARY KEY (id), 
	CONSTRAINT uq_user_email UNIQUE (email)
)
;
CREATE TRIGGER change_set_update BEFORE UPDATE ON change_set  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER change_set_delete BEFORE DELETE ON change_set  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER change_value_delete BEFORE DELETE ON change_value  BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER change_value_update BEFORE UPDATE ON change_value WHEN NOT (NEW.old IS NULL AND NEW.new IS NULL AND NEW.id = OLD.id AND NEW.change_set_id = OLD.change_set_id AND NEW.table_name = OLD.table_name AND NEW.row_id = OLD.row_id AND NEW.op = OLD.op) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE VIRTUAL TABLE entry_fts USING fts5(body, content='', tokenize='unicode61')
;
CREATE TABLE "answer_clock" (
	contact_id INTEGER NOT NULL, 
	policy_id INTEGER, 
	policy JSON NOT NULL, 
	intake_id INTEGER, 
	owner_id INTEGER, 
	hop INTEGER NOT NULL, 
	started_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	next_alert_at DATETIME, 
	met_at DATETIME, 
	met_by_entry_id INTEGER, 
	met_minutes INTEGER, 
	is_late_logged BOOLEAN NOT NULL, 
	breached_at DATETIME, 
	ended_at DATETIME, 
	ended_as VARCHAR, 
	id INTEGER NOT NULL CONSTRAINT pk_answer_clock PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_answer_clock_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_answer_clock_intake_id FOREIGN KEY(intake_id) REFERENCES intake (id) ON DELETE SET NULL, 
	CONSTRAINT fk_answer_clock_met_by_entry_id FOREIGN KEY(met_by_entry_id) REFERENCES entry (id) ON DELETE SET NULL, 
	CONSTRAINT fk_answer_clock_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_answer_clock_policy_id FOREIGN KEY(policy_id) REFERENCES answer_policy (id) ON DELETE SET NULL, 
	CONSTRAINT uq_answer_clock_intake_id UNIQUE (intake_id)
)
;
CREATE INDEX ix_answer_clock_contact ON answer_clock (contact_id, id)
;
CREATE INDEX ix_answer_clock_next_alert_at ON answer_clock (next_alert_at)
;
CREATE INDEX ix_answer_clock_owner ON answer_clock (owner_id, met_at, ended_at)
;
CREATE INDEX ix_answer_clock_running ON answer_clock (met_at, ended_at, due_at)
;
CREATE TABLE "answer_policy" (
	name VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	is_on BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	kind VARCHAR NOT NULL, 
	counts VARCHAR NOT NULL, 
	minutes INTEGER NOT NULL, 
	calendar VARCHAR NOT NULL, 
	warn_percent INTEGER NOT NULL, 
	grace_minutes INTEGER NOT NULL, 
	max_hops INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_answer_policy PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_answer_policy_name UNIQUE (name)
)
;
CREATE TABLE "assignment" (
	contact_id INTEGER NOT NULL, 
	from_id INTEGER, 
	to_id INTEGER, 
	rule_id INTEGER, 
	rule_version INTEGER, 
	rule_name VARCHAR NOT NULL, 
	pool_id INTEGER, 
	pool_position INTEGER, 
	reason VARCHAR NOT NULL, 
	candidates JSON NOT NULL, 
	inputs JSON NOT NULL, 
	intake_id INTEGER, 
	user_id INTEGER, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_assignment PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_assignment_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_assignment_from_id FOREIGN KEY(from_id) REFERENCES user (id), 
	CONSTRAINT fk_assignment_intake_id FOREIGN KEY(intake_id) REFERENCES intake (id) ON DELETE SET NULL, 
	CONSTRAINT fk_assignment_pool_id FOREIGN KEY(pool_id) REFERENCES pool (id) ON DELETE SET NULL, 
	CONSTRAINT fk_assignment_rule_id FOREIGN KEY(rule_id) REFERENCES routing_rule (id) ON DELETE SET NULL, 
	CONSTRAINT fk_assignment_to_id FOREIGN KEY(to_id) REFERENCES user (id), 
	CONSTRAINT fk_assignment_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_assignment_intake_id UNIQUE (intake_id)
)
;
CREATE INDEX ix_assignment_contact ON assignment (contact_id, id)
;
CREATE INDEX ix_assignment_to_id ON assignment (to_id)
;
CREATE TABLE "closure" (
	deal_id INTEGER NOT NULL, 
	is_won BOOLEAN NOT NULL, 
	reason VARCHAR NOT NULL, 
	competitor VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	ask_again_on DATE, 
	amount_cents INTEGER, 
	closed_on DATE NOT NULL, 
	closed_at DATETIME NOT NULL, 
	closed_by_id INTEGER, 
	stage_before_id INTEGER NOT NULL, 
	reopened_at DATETIME, 
	reopened_by_id INTEGER, 
	id INTEGER NOT NULL CONSTRAINT pk_closure PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_closure_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES user (id), 
	CONSTRAINT fk_closure_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_closure_reopened_by_id FOREIGN KEY(reopened_by_id) REFERENCES user (id), 
	CONSTRAINT fk_closure_stage_before_id FOREIGN KEY(stage_before_id) REFERENCES stage (id)
)
;
CREATE INDEX ix_closure_deal_id ON closure (deal_id)
;
CREATE TABLE "company" (
	name VARCHAR NOT NULL, 
	sort_name VARCHAR NOT NULL, 
	phone VARCHAR, 
	website VARCHAR, 
	street VARCHAR, 
	postcode VARCHAR, 
	city VARCHAR, 
	country VARCHAR, 
	size VARCHAR, 
	owner_id INTEGER, 
	team_id INTEGER, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	deleted_by_id INTEGER, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_company PRIMARY KEY AUTOINCREMENT, 
	parent_id INTEGER, merged_into_id INTEGER CONSTRAINT fk_company_merged_into_id REFERENCES company (id), 
	CONSTRAINT fk_company_deleted_by_id FOREIGN KEY(deleted_by_id) REFERENCES user (id), 
	CONSTRAINT fk_company_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_company_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT fk_company_parent_id FOREIGN KEY(parent_id) REFERENCES company (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_company_team_id ON company (team_id)
;
CREATE INDEX ix_company_sort ON company (sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_owner_id ON company (owner_id)
;
CREATE INDEX ix_company_parent_id ON company (parent_id)
;
CREATE TABLE "company_domain" (
	company_id INTEGER NOT NULL, 
	domain VARCHAR NOT NULL, 
	freed_at DATETIME, 
	id INTEGER NOT NULL CONSTRAINT pk_company_domain PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_company_domain_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_company_domain_company_id ON company_domain (company_id)
;
CREATE INDEX ix_company_domain_domain ON company_domain (domain)
;
CREATE UNIQUE INDEX uq_company_domain_domain ON company_domain (domain) WHERE freed_at IS NULL
;
CREATE TABLE "contact" (
	name VARCHAR NOT NULL, 
	first_name VARCHAR NOT NULL, 
	last_name VARCHAR NOT NULL, 
	sort_name VARCHAR NOT NULL, 
	job_title VARCHAR, 
	company_id INTEGER, 
	company_text VARCHAR, 
	owner_id INTEGER, 
	team_id INTEGER, 
	lifecycle VARCHAR NOT NULL, 
	lifecycle_at DATETIME NOT NULL, 
	locale VARCHAR, 
	timezone VARCHAR, 
	source VARCHAR NOT NULL, 
	first_touch_id INTEGER, 
	quiz_score INTEGER, 
	quiz_tier VARCHAR, 
	quiz_level VARCHAR, 
	quiz_attempt_id INTEGER, 
	last_touch_at DATETIME, 
	last_in_at DATETIME, 
	last_out_at DATETIME, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	deleted_by_id INTEGER, 
	merged_into_id INTEGER, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_contact PRIMARY KEY AUTOINCREMENT, erased_at DATETIME, 
	CONSTRAINT fk_contact_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE SET NULL, 
	CONSTRAINT fk_contact_deleted_by_id FOREIGN KEY(deleted_by_id) REFERENCES user (id), 
	CONSTRAINT fk_contact_first_touch FOREIGN KEY(first_touch_id) REFERENCES touch (id), 
	CONSTRAINT fk_contact_merged_into_id FOREIGN KEY(merged_into_id) REFERENCES contact (id), 
	CONSTRAINT fk_contact_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_contact_attempt FOREIGN KEY(quiz_attempt_id) REFERENCES attempt (id), 
	CONSTRAINT fk_contact_team_id FOREIGN KEY(team_id) REFERENCES team (id)
)
;
CREATE INDEX ix_contact_company_id ON contact (company_id)
;
CREATE INDEX ix_contact_created ON contact (created_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_owner ON contact (owner_id, last_touch_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_owner_name ON contact (owner_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_score ON contact (quiz_score, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_sort ON contact (sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_team ON contact (team_id, last_touch_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_tier ON contact (quiz_level, last_touch_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_touch ON contact (last_touch_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_owner_in ON contact (owner_id, last_in_at) WHERE deleted_at IS NULL
;
CREATE TABLE "contact_email" (
	contact_id INTEGER NOT NULL, 
	address VARCHAR NOT NULL, 
	canonical VARCHAR NOT NULL, 
	mailbox_key VARCHAR NOT NULL, 
	domain VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	is_primary BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	state_at DATETIME, 
	freed_at DATETIME, 
	id INTEGER NOT NULL CONSTRAINT pk_contact_email PRIMARY KEY AUTOINCREMENT, state_reason VARCHAR DEFAULT '' NOT NULL, confirmed_at DATETIME, 
	CONSTRAINT fk_contact_email_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_contact_email_canonical ON contact_email (canonical)
;
CREATE INDEX ix_contact_email_contact_id ON contact_email (contact_id)
;
CREATE INDEX ix_contact_email_domain ON contact_email (domain)
;
CREATE INDEX ix_contact_email_mailbox_key ON contact_email (mailbox_key)
;
CREATE UNIQUE INDEX uq_contact_email_canonical ON contact_email (canonical) WHERE freed_at IS NULL
;
CREATE TABLE "contact_phone" (
	contact_id INTEGER NOT NULL, 
	raw VARCHAR NOT NULL, 
	e164 VARCHAR, 
	digits VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	is_primary BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_contact_phone PRIMARY KEY AUTOINCREMENT, state_reason VARCHAR DEFAULT '' NOT NULL, 
	CONSTRAINT fk_contact_phone_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_contact_phone_contact_id ON contact_phone (contact_id)
;
CREATE INDEX ix_contact_phone_digits ON contact_phone (digits)
;
CREATE INDEX ix_contact_phone_e164 ON contact_phone (e164)
;
CREATE TABLE "custom_field" (
	record VARCHAR NOT NULL, 
	label VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	help VARCHAR NOT NULL, 
	"default" JSON, 
	target VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	is_required BOOLEAN NOT NULL, 
	is_unique BOOLEAN NOT NULL, 
	position INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	created_by_id INTEGER, 
	updated_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	archived_by_id INTEGER, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_custom_field PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_custom_field_archived_by_id FOREIGN KEY(archived_by_id) REFERENCES user (id), 
	CONSTRAINT fk_custom_field_created_by_id FOREIGN KEY(created_by_id) REFERENCES user (id)
)
;
CREATE UNIQUE INDEX uq_custom_field_label ON custom_field (record, folded) WHERE archived_at IS NULL
;
CREATE TABLE "deal" (
	name VARCHAR NOT NULL, 
	sort_name VARCHAR NOT NULL, 
	pipeline_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	stage_since DATETIME NOT NULL, 
	rank VARCHAR NOT NULL, 
	amount_cents INTEGER, 
	currency VARCHAR NOT NULL, 
	close_on DATE, 
	contact_id INTEGER, 
	company_id INTEGER, 
	owner_id INTEGER, 
	team_id INTEGER, 
	source VARCHAR NOT NULL, 
	attempt_id INTEGER, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	deleted_at DATETIME, 
	deleted_by_id INTEGER, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_deal PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_deal_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE SET NULL, 
	CONSTRAINT fk_deal_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE SET NULL, 
	CONSTRAINT fk_deal_deleted_by_id FOREIGN KEY(deleted_by_id) REFERENCES user (id), 
	CONSTRAINT fk_deal_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_deal_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipeline (id), 
	CONSTRAINT fk_deal_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id), 
	CONSTRAINT fk_deal_team_id FOREIGN KEY(team_id) REFERENCES team (id)
)
;
CREATE INDEX ix_deal_board ON deal (pipeline_id, stage_id, deleted_at, rank)
;
CREATE INDEX ix_deal_company_id ON deal (company_id)
;
CREATE INDEX ix_deal_owner ON deal (owner_id, deleted_at)
;
CREATE INDEX ix_deal_team_id ON deal (team_id)
;
CREATE INDEX ix_deal_amount ON deal (amount_cents, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_close_on ON deal (close_on, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_created ON deal (created_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_name ON deal (sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_owner_stage ON deal (owner_id, stage_id) WHERE deleted_at IS NULL
;
CREATE TABLE "enrolment" (
	sequence_id INTEGER NOT NULL, 
	version_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	rotation INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	anchor_at DATETIME NOT NULL, 
	zone VARCHAR NOT NULL, 
	sender_id INTEGER, 
	source VARCHAR NOT NULL, 
	context JSON NOT NULL, 
	started_at DATETIME NOT NULL, 
	started_by_id INTEGER, 
	paused_at DATETIME, 
	stopped_at DATETIME, 
	stop_reason VARCHAR, 
	cause VARCHAR NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_enrolment PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_enrolment_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_enrolment_sender_id FOREIGN KEY(sender_id) REFERENCES user (id), 
	CONSTRAINT fk_enrolment_sequence_id FOREIGN KEY(sequence_id) REFERENCES sequence (id) ON DELETE CASCADE, 
	CONSTRAINT fk_enrolment_started_by_id FOREIGN KEY(started_by_id) REFERENCES user (id), 
	CONSTRAINT fk_enrolment_version_id FOREIGN KEY(version_id) REFERENCES sequence_version (id), 
	CONSTRAINT uq_enrolment_sequence_id_contact_id_rotation UNIQUE (sequence_id, contact_id, rotation)
)
;
CREATE INDEX ix_enrolment_contact ON enrolment (contact_id, state)
;
CREATE INDEX ix_enrolment_state ON enrolment (sequence_id, state, id)
;
CREATE UNIQUE INDEX uq_enrolment_active ON enrolment (sequence_id, contact_id) WHERE state IN ('active', 'paused', 'waiting')
;
CREATE TABLE "entry" (
	kind VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	created_at DATETIME NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	actor VARCHAR NOT NULL, 
	user_id INTEGER, 
	title VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	direction VARCHAR, 
	outcome VARCHAR, 
	minutes INTEGER, 
	details JSON NOT NULL, 
	dedupe_key VARCHAR, 
	id INTEGER NOT NULL CONSTRAINT pk_entry PRIMARY KEY AUTOINCREMENT, 
	private_to_id INTEGER, 
	parent_id INTEGER, 
	edited_at DATETIME, 
	pinned_at DATETIME, 
	removed_at DATETIME, 
	removed_by_id INTEGER, left_company_id INTEGER, 
	CONSTRAINT fk_entry_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_entry_dedupe_key UNIQUE (dedupe_key), 
	CONSTRAINT fk_entry_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_entry_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_entry_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_entry_removed_by_id FOREIGN KEY(removed_by_id) REFERENCES user (id), 
	CONSTRAINT fk_entry_private_to_id FOREIGN KEY(private_to_id) REFERENCES user (id), 
	CONSTRAINT fk_entry_parent_id FOREIGN KEY(parent_id) REFERENCES entry (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_entry_contact_at ON entry (contact_id, at, id)
;
CREATE INDEX ix_entry_user_at ON entry (user_id, kind, at)
;
CREATE TRIGGER entry_fts_insert AFTER INSERT ON entry BEGIN INSERT INTO entry_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.body) WHERE NEW.body <> '' AND NEW.kind IN ('note', 'call', 'meeting', 'mail_in', 'external'); END
;
CREATE TRIGGER entry_fts_delete AFTER DELETE ON entry BEGIN INSERT INTO entry_fts(entry_fts, rowid, body) SELECT 'delete', OLD.id, tend_fold(OLD.body) WHERE OLD.body <> '' AND OLD.kind IN ('note', 'call', 'meeting', 'mail_in', 'external'); END
;
CREATE TRIGGER entry_fts_update AFTER UPDATE OF body ON entry BEGIN INSERT INTO entry_fts(entry_fts, rowid, body) SELECT 'delete', OLD.id, tend_fold(OLD.body) WHERE OLD.body <> '' AND OLD.kind IN ('note', 'call', 'meeting', 'mail_in', 'external'); INSERT INTO entry_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.body) WHERE NEW.body <> '' AND NEW.kind IN ('note', 'call', 'meeting', 'mail_in', 'external'); END
;
CREATE TABLE "field_need" (
	field_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_field_need PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_field_need_field_id FOREIGN KEY(field_id) REFERENCES custom_field (id) ON DELETE CASCADE, 
	CONSTRAINT fk_field_need_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id) ON DELETE CASCADE, 
	CONSTRAINT uq_field_need_field_id_stage_id UNIQUE (field_id, stage_id)
)
;
CREATE INDEX ix_field_need_stage_id ON field_need (stage_id)
;
CREATE TABLE "field_option" (
	field_id INTEGER NOT NULL, 
	label VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	disabled_at DATETIME, 
	id INTEGER NOT NULL CONSTRAINT pk_field_option PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_field_option_field_id FOREIGN KEY(field_id) REFERENCES custom_field (id) ON DELETE CASCADE, 
	CONSTRAINT uq_field_option_field_id_folded UNIQUE (field_id, folded)
)
;
CREATE TABLE "field_value" (
	field_id INTEGER NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	record_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	text VARCHAR, 
	sort_text VARCHAR, 
	choice VARCHAR, 
	number BIGINT, 
	cents BIGINT, 
	currency VARCHAR, 
	"on" DATE, 
	at DATETIME, 
	flag BOOLEAN, 
	ref INTEGER, 
	match_key VARCHAR, 
	is_unique BOOLEAN NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_field_value PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT ck_field_value_record CHECK (record_id = coalesce(contact_id, company_id, deal_id)), 
	CONSTRAINT fk_field_value_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_field_value_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_field_value_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_field_value_field_id FOREIGN KEY(field_id) REFERENCES custom_field (id), 
	CONSTRAINT uq_field_value_field_id_record_id_position UNIQUE (field_id, record_id, position)
)
;
CREATE INDEX ix_field_value_at ON field_value (field_id, at, record_id) WHERE "at" IS NOT NULL
;
CREATE INDEX ix_field_value_cents ON field_value (field_id, cents, record_id) WHERE "cents" IS NOT NULL
;
CREATE INDEX ix_field_value_choice ON field_value (field_id, choice, record_id) WHERE "choice" IS NOT NULL
;
CREATE INDEX ix_field_value_company ON field_value (company_id) WHERE company_id IS NOT NULL
;
CREATE INDEX ix_field_value_contact ON field_value (contact_id) WHERE contact_id IS NOT NULL
;
CREATE INDEX ix_field_value_deal ON field_value (deal_id) WHERE deal_id IS NOT NULL
;
CREATE INDEX ix_field_value_flag ON field_value (field_id, flag, record_id) WHERE "flag" IS NOT NULL
;
CREATE INDEX ix_field_value_number ON field_value (field_id, number, record_id) WHERE "number" IS NOT NULL
;
CREATE INDEX ix_field_value_on ON field_value (field_id, "on", record_id) WHERE "on" IS NOT NULL
;
CREATE INDEX ix_field_value_ref ON field_value (field_id, ref, record_id) WHERE "ref" IS NOT NULL
;
CREATE INDEX ix_field_value_text ON field_value (field_id, sort_text, record_id) WHERE "sort_text" IS NOT NULL
;
CREATE UNIQUE INDEX uq_field_value_match ON field_value (field_id, match_key) WHERE is_unique
;
CREATE TABLE "leave" (
	user_id INTEGER NOT NULL, 
	starts_on DATE NOT NULL, 
	ends_on DATE NOT NULL, 
	delegate_id INTEGER, 
	id INTEGER NOT NULL CONSTRAINT pk_leave PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_leave_delegate_id FOREIGN KEY(delegate_id) REFERENCES user (id), 
	CONSTRAINT fk_leave_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_leave_user_id ON leave (user_id)
;
CREATE TABLE "lifecycle_change" (
	contact_id INTEGER NOT NULL, 
	from_lifecycle VARCHAR, 
	to_lifecycle VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	evidence VARCHAR NOT NULL, 
	actor VARCHAR NOT NULL, 
	user_id INTEGER, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_lifecycle_change PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_lifecycle_change_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_lifecycle_change_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_lifecycle_change_contact ON lifecycle_change (contact_id, id)
;
CREATE TABLE "pipeline" (
	name VARCHAR NOT NULL, 
	currency VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	archived_at DATETIME, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_pipeline PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_pipeline_name UNIQUE (name)
)
;
CREATE TABLE "pool" (
	name VARCHAR NOT NULL, 
	team_id INTEGER, 
	availability VARCHAR NOT NULL, 
	next_position INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_pool PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_pool_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_pool_name UNIQUE (name)
)
;
CREATE TABLE "pool_member" (
	pool_id INTEGER NOT NULL, 
	user_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	daily_cap INTEGER, 
	id INTEGER NOT NULL CONSTRAINT pk_pool_member PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_pool_member_pool_id FOREIGN KEY(pool_id) REFERENCES pool (id) ON DELETE CASCADE, 
	CONSTRAINT fk_pool_member_user_id FOREIGN KEY(user_id) REFERENCES user (id) ON DELETE CASCADE, 
	CONSTRAINT uq_pool_member_pool_id_user_id UNIQUE (pool_id, user_id)
)
;
CREATE INDEX ix_pool_member_user_id ON pool_member (user_id)
;
CREATE TABLE "quiz" (
	slug VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	state_at DATETIME, 
	draft JSON NOT NULL, 
	live_version_id INTEGER, 
	locale VARCHAR NOT NULL, 
	team_id INTEGER, 
	sender_id INTEGER, 
	embed_origins JSON NOT NULL, 
	theme JSON NOT NULL, 
	result_days INTEGER NOT NULL, 
	retention_days INTEGER NOT NULL, 
	retake VARCHAR NOT NULL, 
	retake_days INTEGER NOT NULL, 
	daily_cap INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_quiz PRIMARY KEY AUTOINCREMENT, 
	may_share BOOLEAN DEFAULT 1 NOT NULL, 
	asks_back BOOLEAN DEFAULT 1 NOT NULL, 
	CONSTRAINT fk_quiz_sender_id FOREIGN KEY(sender_id) REFERENCES user (id), 
	CONSTRAINT fk_quiz_live_version FOREIGN KEY(live_version_id) REFERENCES quiz_version (id), 
	CONSTRAINT fk_quiz_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_quiz_slug UNIQUE (slug)
)
;
CREATE TABLE "routing_rule" (
	name VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	is_on BOOLEAN NOT NULL, 
	is_catch_all BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	steps JSON NOT NULL, 
	archived_at DATETIME, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_routing_rule PRIMARY KEY AUTOINCREMENT
)
;
CREATE INDEX ix_routing_rule_order ON routing_rule (archived_at, position)
;
CREATE TABLE "saved_view" (
	record VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	owner_id INTEGER NOT NULL, 
	sharing VARCHAR NOT NULL, 
	team_id INTEGER, 
	params JSON NOT NULL, 
	is_pinned BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_saved_view PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_saved_view_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_saved_view_team_id FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_saved_view_owner_id ON saved_view (owner_id)
;
CREATE INDEX ix_saved_view_record ON saved_view (record, archived_at)
;
CREATE TABLE "segment" (
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	filter VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	owner_id INTEGER NOT NULL, 
	sharing VARCHAR NOT NULL, 
	team_id INTEGER, 
	size INTEGER NOT NULL, 
	has_no_sequences BOOLEAN NOT NULL, 
	counted_at DATETIME, 
	due_at DATETIME, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	archived_at DATETIME, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_segment PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_segment_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_segment_team_id FOREIGN KEY(team_id) REFERENCES team (id) ON DELETE SET NULL
)
;
CREATE INDEX ix_segment_due_at ON segment (due_at)
;
CREATE INDEX ix_segment_owner_id ON segment (owner_id)
;
CREATE TABLE "sequence" (
	name VARCHAR NOT NULL, 
	slug VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	draft JSON NOT NULL, 
	live_version_id INTEGER, 
	sender_id INTEGER, 
	team_id INTEGER, 
	reenrol_after_days INTEGER, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_sequence PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_sequence_live_version FOREIGN KEY(live_version_id) REFERENCES sequence_version (id), 
	CONSTRAINT fk_sequence_sender_id FOREIGN KEY(sender_id) REFERENCES user (id), 
	CONSTRAINT fk_sequence_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_sequence_name UNIQUE (name), 
	CONSTRAINT uq_sequence_slug UNIQUE (slug)
)
;
CREATE TABLE "stage" (
	pipeline_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	probability INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	expected_days INTEGER, 
	colour INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_stage PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_stage_pipeline_id FOREIGN KEY(pipeline_id) REFERENCES pipeline (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_stage_pipeline_id ON stage (pipeline_id)
;
CREATE TABLE "stage_visit" (
	deal_id INTEGER NOT NULL, 
	stage_id INTEGER NOT NULL, 
	from_stage_id INTEGER, 
	entered_at DATETIME NOT NULL, 
	left_at DATETIME, 
	user_id INTEGER, 
	cause VARCHAR NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_stage_visit PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_stage_visit_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_stage_visit_from_stage_id FOREIGN KEY(from_stage_id) REFERENCES stage (id), 
	CONSTRAINT fk_stage_visit_stage_id FOREIGN KEY(stage_id) REFERENCES stage (id), 
	CONSTRAINT fk_stage_visit_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_stage_visit_deal ON stage_visit (deal_id, entered_at)
;
CREATE INDEX ix_stage_visit_stage_id ON stage_visit (stage_id)
;
CREATE TABLE "tag" (
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	colour INTEGER NOT NULL, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_tag PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT uq_tag_folded UNIQUE (folded)
)
;
CREATE TABLE "tagging" (
	contact_id INTEGER NOT NULL, 
	tag_id INTEGER NOT NULL, 
	set_by VARCHAR NOT NULL, 
	user_id INTEGER, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_tagging PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_tagging_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_tagging_tag_id FOREIGN KEY(tag_id) REFERENCES tag (id) ON DELETE CASCADE, 
	CONSTRAINT fk_tagging_user_id FOREIGN KEY(user_id) REFERENCES user (id), 
	CONSTRAINT uq_tagging_contact_id_tag_id UNIQUE (contact_id, tag_id)
)
;
CREATE INDEX ix_tagging_tag_id ON tagging (tag_id)
;
CREATE TABLE "task" (
	title VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	note VARCHAR NOT NULL, 
	priority INTEGER NOT NULL, 
	owner_id INTEGER NOT NULL, 
	team_id INTEGER, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	due_on DATE, 
	due_at DATETIME, 
	zone VARCHAR NOT NULL, 
	due_by DATETIME NOT NULL, 
	remind_at DATETIME, 
	due_version INTEGER NOT NULL, 
	snoozes INTEGER NOT NULL, 
	source VARCHAR NOT NULL, 
	dedupe_key VARCHAR, 
	created_by_id INTEGER, 
	created_at DATETIME NOT NULL, 
	closed_at DATETIME, 
	closed_as VARCHAR, 
	closed_by_id INTEGER, 
	outcome VARCHAR NOT NULL, 
	version INTEGER NOT NULL, 
	id INTEGER NOT NULL CONSTRAINT pk_task PRIMARY KEY AUTOINCREMENT, remind_step VARCHAR DEFAULT 'due' NOT NULL, due_set_at DATETIME DEFAULT '1970-01-01 00:00:00' NOT NULL, 
	CONSTRAINT fk_task_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES user (id), 
	CONSTRAINT fk_task_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_task_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_task_created_by_id FOREIGN KEY(created_by_id) REFERENCES user (id), 
	CONSTRAINT fk_task_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_task_owner_id FOREIGN KEY(owner_id) REFERENCES user (id), 
	CONSTRAINT fk_task_team_id FOREIGN KEY(team_id) REFERENCES team (id), 
	CONSTRAINT uq_task_dedupe_key UNIQUE (dedupe_key)
)
;
CREATE INDEX ix_task_company_open ON task (company_id, closed_at)
;
CREATE INDEX ix_task_contact_open ON task (contact_id, closed_at)
;
CREATE INDEX ix_task_deal_open ON task (deal_id, closed_at)
;
CREATE INDEX ix_task_open_due ON task (closed_at, due_by, id)
;
CREATE INDEX ix_task_owner_closed ON task (owner_id, closed_at, id)
;
CREATE INDEX ix_task_owner_open ON task (owner_id, closed_at, due_by, id)
;
CREATE INDEX ix_task_remind ON task (closed_at, remind_at)
;
CREATE INDEX ix_contact_lifecycle ON contact (lifecycle, last_touch_at, id, team_id, owner_id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_contact_id ON deal (contact_id, deleted_at, stage_id, amount_cents, team_id, owner_id)
;
CREATE INDEX ix_task_created ON task (created_at, id)
;
CREATE INDEX ix_task_closed ON task (closed_at, id)
;
CREATE INDEX ix_task_open_priority ON task (priority, id) WHERE closed_at IS NULL
;
CREATE INDEX ix_task_open_kind ON task (kind, due_by, id) WHERE closed_at IS NULL
;
CREATE TABLE search_field (
	field_id INTEGER NOT NULL, 
	"after" INTEGER NOT NULL, 
	CONSTRAINT pk_search_field PRIMARY KEY (field_id), 
	CONSTRAINT fk_search_field_field_id FOREIGN KEY(field_id) REFERENCES custom_field (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_company_merged_into_id ON company (merged_into_id)
;
CREATE TABLE merger (
	contact_id INTEGER, 
	company_id INTEGER, 
	gone_id INTEGER NOT NULL, 
	moved JSON NOT NULL, 
	was JSON NOT NULL, 
	mark VARCHAR NOT NULL, 
	batch_id INTEGER, 
	at DATETIME NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_merger_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_merger_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_merger_batch_id ON merger (batch_id)
;
CREATE INDEX ix_merger_company_id ON merger (company_id)
;
CREATE INDEX ix_merger_contact_id ON merger (contact_id)
;
CREATE INDEX ix_entry_company_at ON entry (company_id, at, id) WHERE company_id IS NOT NULL
;
CREATE INDEX ix_entry_deal_at ON entry (deal_id, at, id) WHERE deal_id IS NOT NULL
;
CREATE INDEX ix_entry_parent ON entry (parent_id) WHERE parent_id IS NOT NULL
;
CREATE INDEX ix_entry_left ON entry (left_company_id, at, id) WHERE left_company_id IS NOT NULL
;
CREATE INDEX ix_entry_kind_at ON entry (kind, at)
;
CREATE INDEX ix_task_due ON task (due_by, id)
;
CREATE TABLE quiz_address (
	slug VARCHAR NOT NULL, 
	quiz_id INTEGER NOT NULL, 
	left_at DATETIME NOT NULL, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_quiz_address PRIMARY KEY (id), 
	CONSTRAINT fk_quiz_address_quiz_id FOREIGN KEY(quiz_id) REFERENCES quiz (id) ON DELETE CASCADE, 
	CONSTRAINT uq_quiz_address_slug UNIQUE (slug)
)
;
CREATE INDEX ix_quiz_address_quiz_id ON quiz_address (quiz_id)
;
CREATE TRIGGER security_event_update BEFORE UPDATE ON security_event WHEN NOT (NEW.details = '{}' AND NEW.id IS OLD.id AND NEW.at IS OLD.at AND NEW.kind IS OLD.kind AND NEW.user_id IS OLD.user_id AND NEW.actor_id IS OLD.actor_id AND NEW.address IS OLD.address) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER security_event_delete BEFORE DELETE ON security_event WHEN julianday(OLD.at) > (SELECT julianday(max(at)) - 364 FROM security_event) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER change_set_insert BEFORE INSERT ON change_set WHEN EXISTS (SELECT 1 FROM change_set WHERE id = NEW.id) OR EXISTS (SELECT 1 FROM change_set WHERE undo_of_id = NEW.undo_of_id) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER change_value_insert BEFORE INSERT ON change_value WHEN EXISTS (SELECT 1 FROM change_value WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TRIGGER security_event_insert BEFORE INSERT ON security_event WHEN EXISTS (SELECT 1 FROM security_event WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END
;
CREATE TABLE import_key (
	batch_id INTEGER NOT NULL, 
	"key" VARCHAR NOT NULL, 
	mark VARCHAR NOT NULL, 
	record_id INTEGER, 
	id INTEGER NOT NULL, 
	CONSTRAINT pk_import_key PRIMARY KEY (id), 
	CONSTRAINT fk_import_key_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE CASCADE, 
	CONSTRAINT uq_import_key_batch_id_key UNIQUE (batch_id, "key")
)
;
CREATE INDEX ix_entry_direction ON entry (direction) WHERE direction IS NOT NULL
;
CREATE INDEX ix_entry_outcome ON entry (outcome) WHERE outcome IS NOT NULL
;
CREATE INDEX ix_entry_minutes ON entry (minutes) WHERE minutes IS NOT NULL
;
CREATE INDEX ix_change_value_gone ON change_value (table_name, row_id) WHERE op = 'delete'
;
CREATE VIRTUAL TABLE task_fts USING fts5(body, content='', tokenize='unicode61')
;
CREATE TRIGGER task_fts_insert AFTER INSERT ON task BEGIN INSERT INTO task_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.title || ' ' || NEW.note); END
;
CREATE TRIGGER task_fts_delete AFTER DELETE ON task BEGIN INSERT INTO task_fts(task_fts, rowid, body) SELECT 'delete', OLD.id, tend_fold(OLD.title || ' ' || OLD.note); END
;
CREATE TRIGGER task_fts_update AFTER UPDATE OF title, note ON task BEGIN INSERT INTO task_fts(task_fts, rowid, body) SELECT 'delete', OLD.id, tend_fold(OLD.title || ' ' || OLD.note); INSERT INTO task_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.title || ' ' || NEW.note); END
;
CREATE INDEX ix_contact_changed ON contact (updated_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_contact_in ON contact (last_in_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_city ON company (city, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_country ON company (country, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_created ON company (created_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_changed ON company (updated_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_changed ON deal (updated_at, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_closure_closed_on ON closure (closed_on, deal_id) WHERE reopened_at IS NULL
;
CREATE INDEX ix_contact_company_name ON contact (company_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_company_owner_name ON company (owner_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_stage_name ON deal (stage_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_owner_name ON deal (owner_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE INDEX ix_deal_company_name ON deal (company_id, sort_name, id) WHERE deleted_at IS NULL
;
CREATE TABLE "attachment" (
	stored_id INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	contact_id INTEGER, 
	company_id INTEGER, 
	deal_id INTEGER, 
	entry_id INTEGER, 
	user_id INTEGER, 
	created_at DATETIME NOT NULL, 
	removed_at DATETIME, 
	removed_by_id INTEGER, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_attachment_removed_by_id FOREIGN KEY(removed_by_id) REFERENCES user (id), 
	CONSTRAINT fk_attachment_company_id FOREIGN KEY(company_id) REFERENCES company (id) ON DELETE CASCADE, 
	CONSTRAINT fk_attachment_entry_id FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE, 
	CONSTRAINT fk_attachment_deal_id FOREIGN KEY(deal_id) REFERENCES deal (id) ON DELETE CASCADE, 
	CONSTRAINT fk_attachment_stored_id FOREIGN KEY(stored_id) REFERENCES stored_file (id), 
	CONSTRAINT fk_attachment_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT fk_attachment_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_attachment_stored_id ON attachment (stored_id)
;
CREATE INDEX ix_attachment_entry ON attachment (entry_id)
;
CREATE INDEX ix_attachment_deal ON attachment (deal_id, id)
;
CREATE INDEX ix_attachment_contact ON attachment (contact_id, id)
;
CREATE INDEX ix_attachment_company ON attachment (company_id, id)
;
CREATE TABLE "batch" (
	kind VARCHAR NOT NULL, 
	user_id INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	options JSON NOT NULL, 
	counts JSON NOT NULL, 
	total INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	change_set_id INTEGER, 
	created_at DATETIME NOT NULL, 
	started_at DATETIME, 
	finished_at DATETIME, 
	cancelled_at DATETIME, 
	error VARCHAR NOT NULL, 
	lease_owner VARCHAR NOT NULL, 
	lease_until DATETIME, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_batch_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_batch_user ON batch (user_id, id)
;
CREATE INDEX ix_batch_open ON batch (state, lease_until)
;
CREATE TABLE "export" (
	user_id INTEGER NOT NULL, 
	record VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	"query" VARCHAR NOT NULL, 
	scope VARCHAR NOT NULL, 
	ids JSON NOT NULL, 
	has_all_fields BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	error VARCHAR NOT NULL, 
	total INTEGER NOT NULL, 
	done INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	data BLOB, 
	lease_until DATETIME, 
	created_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	expires_at DATETIME, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_export_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_export_state ON export (state, lease_until)
;
CREATE INDEX ix_export_user ON export (user_id, id)
;
CREATE TABLE "import" (
	user_id INTEGER NOT NULL, 
	record VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	data BLOB, 
	size INTEGER NOT NULL, 
	habits JSON NOT NULL, 
	columns JSON NOT NULL, 
	"match" VARCHAR NOT NULL, 
	tags VARCHAR NOT NULL, 
	sample JSON NOT NULL, 
	batch_id INTEGER, 
	created_at DATETIME NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_import_batch_id FOREIGN KEY(batch_id) REFERENCES batch (id) ON DELETE SET NULL, 
	CONSTRAINT fk_import_user_id FOREIGN KEY(user_id) REFERENCES user (id)
)
;
CREATE INDEX ix_import_user ON import (user_id, id)
;
CREATE TABLE "segment_member" (
	segment_id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	since DATETIME NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	CONSTRAINT fk_segment_member_segment_id FOREIGN KEY(segment_id) REFERENCES segment (id) ON DELETE CASCADE, 
	CONSTRAINT fk_segment_member_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id) ON DELETE CASCADE, 
	CONSTRAINT uq_segment_member_segment_id_contact_id UNIQUE (segment_id, contact_id)
)
;
CREATE INDEX ix_segment_member_contact_id ON segment_member (contact_id)
;
