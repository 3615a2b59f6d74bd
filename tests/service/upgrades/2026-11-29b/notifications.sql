CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.dead_letter (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    "offset" bigint NOT NULL,
    record_ms bigint NOT NULL,
    key bytea,
    value bytea,
    headers jsonb NOT NULL,
    event_id text,
    event_type text,
    reason text NOT NULL,
    "where" text NOT NULL,
    remedy text NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    settled_at timestamp with time zone,
    because text,
    CONSTRAINT ck_dead_letter_because CHECK (((state = 'dropped'::text) = (because IS NOT NULL))),
    CONSTRAINT ck_dead_letter_settled_at CHECK (((state = 'waiting'::text) = (settled_at IS NULL))),
    CONSTRAINT ck_dead_letter_state CHECK ((state = ANY (ARRAY['waiting'::text, 'replayed'::text, 'dropped'::text])))
);

CREATE TABLE public.escalation (
    cause text NOT NULL,
    submission_id uuid NOT NULL,
    region text NOT NULL,
    coordinator text NOT NULL,
    step integer DEFAULT 0 NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    acknowledge_by timestamp with time zone NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    CONSTRAINT ck_escalation_acknowledged CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
    CONSTRAINT ck_escalation_step CHECK ((step >= 0))
);

CREATE TABLE public.idempotency_key (
    key text NOT NULL,
    request bytea NOT NULL,
    status smallint,
    body bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE public.inbox (
    event_id uuid NOT NULL,
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

CREATE TABLE public.notice (
    id uuid NOT NULL,
    referral_id uuid,
    submission_id uuid,
    cause text NOT NULL,
    template text NOT NULL,
    about_status text,
    role text NOT NULL,
    recipient_kind text NOT NULL,
    recipient_id text NOT NULL,
    channel text NOT NULL,
    urgent boolean NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    trouble text,
    message_id text,
    trace jsonb,
    created_at timestamp with time zone NOT NULL,
    delivered_at timestamp with time zone,
    CONSTRAINT ck_notice_attempts CHECK ((attempts >= 0)),
    CONSTRAINT ck_notice_delivered_at CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT ck_notice_message_id CHECK (((channel = 'email'::text) = (message_id IS NOT NULL))),
    CONSTRAINT ck_notice_next_attempt_at CHECK (((state = ANY (ARRAY['pending'::text, 'sending'::text])) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT ck_notice_recipient_kind CHECK ((recipient_kind = ANY (ARRAY['partner'::text, 'person'::text, 'offer'::text, 'coordinator'::text]))),
    CONSTRAINT ck_notice_state CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'delivered'::text, 'failed'::text, 'no-route'::text]))),
    CONSTRAINT ck_notice_subject CHECK ((num_nonnulls(referral_id, submission_id) = 1)),
    CONSTRAINT ck_notice_trouble CHECK ((trouble = ANY (ARRAY['temporarily-refused'::text, 'timed-out'::text, 'relay-away'::text, 'routes-away'::text, 'refused-by-recipient'::text, 'attempts-exhausted'::text])))
);

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    shard smallint NOT NULL,
    topic text NOT NULL,
    key bytea NOT NULL,
    headers jsonb NOT NULL,
    payload bytea NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='5000');

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.quarantine (
    id uuid NOT NULL,
    topic text NOT NULL,
    partner text NOT NULL,
    because text NOT NULL,
    refused integer NOT NULL,
    reason text NOT NULL,
    paused_at timestamp with time zone NOT NULL,
    resumed_at timestamp with time zone,
    resumed_by text,
    CONSTRAINT ck_quarantine_resumed_by_somebody CHECK (((resumed_at IS NULL) = (resumed_by IS NULL)))
);

CREATE TABLE public.refusal_tally (
    topic text NOT NULL,
    in_a_row integer DEFAULT 0 NOT NULL,
    window_records integer DEFAULT 0 NOT NULL,
    window_refused integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.timer (
    kind text NOT NULL,
    key text NOT NULL,
    id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    facts jsonb NOT NULL,
    trace jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL
);

INSERT INTO public.alembic_version VALUES
	('0005');

INSERT INTO public.escalation VALUES
	('01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', '01a2269d-e3db-70c9-b6fc-fa75465786bc', 'us-fl-miami', 'on-call', 0, '2026-11-22 12:00:00+00', '2026-11-22 12:10:00+00', NULL, NULL);

INSERT INTO public.inbox VALUES
	('9ee55beb-ed29-0b8b-c429-70114198d53c', '2026-11-29 09:23:31.386401+00'),
	('643ec25e-4ad0-5dc1-9fab-503159b6883a', '2026-11-29 09:23:31.40849+00'),
	('3f14add7-528d-3eec-a70d-ad5de2bffc9c', '2026-11-29 09:23:31.415342+00'),
	('68c290af-31f7-983a-41a4-0e1f9d2f75c8', '2026-11-29 09:23:31.417342+00'),
	('2ef0ebc3-9734-dd74-c59a-9f06d5ebb86a', '2026-11-29 09:23:31.420231+00');

INSERT INTO public.notice VALUES
	('01a2269d-e3bb-7640-9466-578c1c580032', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3bb-7640-9466-578dfbd964e4', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-578dfbd964e4@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3bb-7640-9466-578e1ef6d7a8', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'target', 'offer', '01a2269d-e3a6-73fc-bc14-ef8e8c1eb8a7', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3bb-7640-9466-578f506a3fda', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'target', 'offer', '01a2269d-e3a6-73fc-bc14-ef8e8c1eb8a7', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-578f506a3fda@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3bb-7640-9466-5790c2e27614', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'person', 'person', '01a2269d-e3a6-73fc-bc14-ef8c0761d510', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3bb-7640-9466-579149b1530d', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'person', 'person', '01a2269d-e3a6-73fc-bc14-ef8c0761d510', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-579149b1530d@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3d0-703a-8551-9e5a5b62c8d0', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3cf-703c-9228-f65a7b1248cb', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3d0-703a-8551-9e5bb7e3b089', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3cf-703c-9228-f65a7b1248cb', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d0-703a-8551-9e5bb7e3b089@alongside>', '{"traceparent": "00-e7287555d09727e599e61772011a736f-3c2b4359b6ca476d-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3d7-75b4-a8ff-27020237141d', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3d4-74e1-ad25-b6dd2e400b64', 'lapsed', NULL, 'target', 'offer', '01a2269d-e3cf-703c-9228-f65969cbff71', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3d7-75b4-a8ff-27037b45f73d', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3d4-74e1-ad25-b6dd2e400b64', 'lapsed', NULL, 'target', 'offer', '01a2269d-e3cf-703c-9228-f65969cbff71', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d7-75b4-a8ff-27037b45f73d@alongside>', '{"traceparent": "00-da6505823bab4ad1308ede35a98b05df-199f9db76ec061f7-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3d9-7278-b036-b0f12c7efee4', '01a2269d-e3d8-74d1-9543-99182d8da106', NULL, '01a2269d-e3d8-74d1-9543-991dd7d0a31d', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3d9-7278-b036-b0f244f7a7a9', '01a2269d-e3d8-74d1-9543-99182d8da106', NULL, '01a2269d-e3d8-74d1-9543-991dd7d0a31d', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d9-7278-b036-b0f244f7a7a9@alongside>', '{"traceparent": "00-3245db5617b751337a78d8dda008e3a0-875888fea2770d24-03"}', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-e3dd-73fb-88da-cd8e3b0d7a62', NULL, '01a2269d-e3db-70c9-b6fc-fa75465786bc', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-e3dd-73fb-88da-cd8fff9a8a21', NULL, '01a2269d-e3db-70c9-b6fc-fa75465786bc', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3dd-73fb-88da-cd8fff9a8a21@alongside>', '{"traceparent": "00-3ff38423c17b630f5187baa0adcd4b73-bf404f26b7eaca61-03"}', '2026-11-22 12:00:00+00', NULL);

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be15c706e577"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353738633163353830303332222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.405035+00'),
	(2, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be167b86ae26"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353738653165663664376138222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.40519+00'),
	(3, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be1741e1671c"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353739306332653237363134222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22706572736f6e222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.405194+00'),
	(4, 4, 'referrals.journey.v1', '\x30316132323639642d653363662d373033632d393232382d663635356661303565343834', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3d1-7571-9b77-44b476e1a8a9"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3cf-703c-9228-f655fa05e484"], ["content-type", "application/json"], ["traceparent", "00-e7287555d09727e599e61772011a736f-3c2b4359b6ca476d-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653363662d373033632d393232382d663635356661303565343834222c226e6f746963655f6964223a2230316132323639642d653364302d373033612d383535312d396535613562363263386430222c226361757365223a2230316132323639642d653363662d373033632d393232382d663635613762313234386362222c2261626f75745f737461747573223a22726571756573746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.40989+00'),
	(5, 4, 'referrals.journey.v1', '\x30316132323639642d653363662d373033632d393232382d663635356661303565343834', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3d8-74d1-9543-9917870d1569"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3cf-703c-9228-f655fa05e484"], ["content-type", "application/json"], ["traceparent", "00-da6505823bab4ad1308ede35a98b05df-199f9db76ec061f7-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653363662d373033632d393232382d663635356661303565343834222c226e6f746963655f6964223a2230316132323639642d653364372d373562342d613866662d323730323032333731343164222c226361757365223a2230316132323639642d653364342d373465312d616432352d623664643265343030623634222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.416349+00'),
	(6, 3, 'referrals.journey.v1', '\x30316132323639642d653364382d373464312d393534332d393931383264386461313036', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3da-7534-be26-8e1aed4e354a"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3d8-74d1-9543-99182d8da106"], ["content-type", "application/json"], ["traceparent", "00-3245db5617b751337a78d8dda008e3a0-875888fea2770d24-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653364382d373464312d393534332d393931383264386461313036222c226e6f746963655f6964223a2230316132323639642d653364392d373237382d623033362d623066313263376566656534222c226361757365223a2230316132323639642d653364382d373464312d393534332d393931646437643061333164222c22726f6c65223a22636f6f7264696e61746f72222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.41835+00');

INSERT INTO public.timer VALUES
	('crisis-unacknowledged', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', '01a2269d-e3dd-73fb-88da-cd90aab8383a', '2026-11-22 12:10:00+00', '{}', '{"traceparent": "00-3ff38423c17b630f5187baa0adcd4b73-bf404f26b7eaca61-03"}', 0);

SELECT pg_catalog.setval('public.outbox_id_seq', 6, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT pk_dead_letter PRIMARY KEY (id);

ALTER TABLE ONLY public.escalation
    ADD CONSTRAINT pk_escalation PRIMARY KEY (cause);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT pk_notice PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);

ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);

ALTER TABLE ONLY public.refusal_tally
    ADD CONSTRAINT pk_refusal_tally PRIMARY KEY (topic);

ALTER TABLE ONLY public.timer
    ADD CONSTRAINT pk_timer PRIMARY KEY (kind, key);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT uq_dead_letter_topic_partition_offset_record_ms UNIQUE (topic, partition, "offset", record_ms);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT uq_notice_cause_role_recipient_id_channel UNIQUE (cause, role, recipient_id, channel);

CREATE INDEX ix_dead_letter_at ON public.dead_letter USING btree (at);

CREATE INDEX ix_dead_letter_settled_at ON public.dead_letter USING btree (settled_at);

CREATE INDEX ix_dead_letter_waiting ON public.dead_letter USING btree (topic) WHERE (state = 'waiting'::text);

CREATE INDEX ix_escalation_open ON public.escalation USING btree (raised_at) WHERE (acknowledged_at IS NULL);

CREATE INDEX ix_escalation_submission ON public.escalation USING btree (submission_id);

CREATE INDEX ix_idempotency_key_created_at ON public.idempotency_key USING btree (created_at);

CREATE INDEX ix_inbox_received_at ON public.inbox USING btree (received_at);

CREATE INDEX ix_notice_due ON public.notice USING btree (urgent, recipient_kind, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));

CREATE INDEX ix_notice_inbox ON public.notice USING btree (recipient_id, id);

CREATE INDEX ix_notice_referral ON public.notice USING btree (referral_id, id) WHERE (referral_id IS NOT NULL);

CREATE INDEX ix_outbox_shard ON public.outbox USING btree (shard, id);

CREATE INDEX ix_quarantine_partner ON public.quarantine USING btree (partner, id);

CREATE INDEX ix_timer_due_at ON public.timer USING btree (due_at);

CREATE UNIQUE INDEX uq_quarantine_open ON public.quarantine USING btree (topic) WHERE (resumed_at IS NULL);

