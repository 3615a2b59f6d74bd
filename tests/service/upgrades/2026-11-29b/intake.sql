CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.contact_route (
    kind text NOT NULL,
    owner text NOT NULL,
    sealed bytea NOT NULL,
    changed_at timestamp with time zone NOT NULL
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

CREATE TABLE public.open_referral (
    referral_id uuid NOT NULL,
    person_id uuid NOT NULL,
    submission_id uuid NOT NULL,
    needs text[] NOT NULL
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

CREATE TABLE public.partner (
    id text NOT NULL,
    name text NOT NULL,
    setting text NOT NULL,
    region text NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_partner_not_reserved CHECK ((id <> 'self'::text))
);

CREATE TABLE public.person (
    id uuid NOT NULL,
    namespace text NOT NULL,
    reference text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    erased_at timestamp with time zone
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

CREATE TABLE public.submission (
    id uuid NOT NULL,
    source text NOT NULL,
    reference text NOT NULL,
    person_id uuid NOT NULL,
    region text NOT NULL,
    setting text NOT NULL,
    state text NOT NULL,
    facts jsonb,
    problems jsonb NOT NULL,
    suggestions text[] NOT NULL,
    risks text[] NOT NULL,
    because text,
    referral_id uuid,
    repeats uuid,
    superseded_by uuid,
    next_actor text,
    due_at timestamp with time zone,
    cleared_by text,
    cleared_because text,
    cleared_at timestamp with time zone,
    cause text,
    received_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_submission_admitted_has_a_referral CHECK (((state <> 'admitted'::text) OR (referral_id IS NOT NULL))),
    CONSTRAINT ck_submission_cleared_by_somebody CHECK (((cleared_at IS NULL) = (cleared_by IS NULL))),
    CONSTRAINT ck_submission_due_when_somebody_is_next CHECK (((next_actor IS NULL) = (due_at IS NULL))),
    CONSTRAINT ck_submission_known_next_actor CHECK ((next_actor = ANY (ARRAY['requester'::text, 'person'::text, 'coordinator'::text]))),
    CONSTRAINT ck_submission_known_state CHECK ((state = ANY (ARRAY['admitted'::text, 'held'::text, 'rejected'::text, 'linked'::text, 'escalated'::text]))),
    CONSTRAINT ck_submission_linked_has_a_reason CHECK (((state = 'linked'::text) = (because IS NOT NULL))),
    CONSTRAINT ck_submission_refused_has_no_referral CHECK (((state <> ALL (ARRAY['held'::text, 'rejected'::text])) OR (referral_id IS NULL))),
    CONSTRAINT ck_submission_waits_for_somebody CHECK ((((next_actor IS NOT NULL) AND (due_at IS NOT NULL)) = ((state = ANY (ARRAY['held'::text, 'escalated'::text])) AND (superseded_by IS NULL) AND (facts IS NOT NULL))))
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

CREATE TABLE public.vault_key (
    kind text NOT NULL,
    owner text NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_vault_key_known_kind CHECK ((kind = ANY (ARRAY['person'::text, 'partner'::text])))
);

INSERT INTO public.alembic_version VALUES
	('0004');

INSERT INTO public.contact_route VALUES
	('partner', 'st-mary-hospital', '\x012ee66d8c2cad6ac7363ea7b62272f98991ffd29d36eab21b6af6b53d16a6ee533912b3b702d2d4492e887fb0a812d3d4911585b5ba29ba62c775f4ed22a9dd682de4548854184fb940e740bb11b0fab0f1fb13bc939e4d4a806af14935b4d51761ba90be2870b17d4ac8', '2026-11-22 12:00:00+00'),
	('person', '01a2269d-ccf3-7446-9c5a-71b01431c917', '\x011ea4ab224711e631f1b5ed5107eb822090c5db73c740eba9a4368c4d97543e69735e02e9ec8eee885fb1d7c95324b51e910665471e9bf302f15c408dd153d4c87f71e4e196b48908a4ac691e63499c7140ab6b44f4979ad261561a9fb116ed2b1dc327b46c3a79c7e4', '2026-11-22 12:00:00+00');

INSERT INTO public.dead_letter VALUES
	('01a2269d-cd44-75fb-9819-200a89ebecb7', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 8, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd47-71a6-86ac-d6ed196c77c0', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 9, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd47-71a6-86ac-d6ee00709647', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 10, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd48-74ef-a473-cb1cc766fba1', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 11, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd48-74ef-a473-cb1d7d5a49c9', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 12, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd49-76e1-af54-68a85c063708', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 13, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd49-76e1-af54-68a9ff37a9ca', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 14, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4a-75b3-82cc-55ebf3d5b53e', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 15, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4c-7590-b604-d9b13c711453', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 16, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4c-7590-b604-d9b2be957a9a', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 17, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4d-7584-b23c-264e68863f87', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 18, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4d-7584-b23c-264f73a672dd', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 19, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4e-7516-93fe-d807e6822e4f', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 20, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4e-7516-93fe-d808be9aab5d', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 21, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd4f-70ad-8a34-c942d6e0cba6', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 22, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd50-71ed-8476-3fa949faf464', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 23, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd51-7108-a060-0cbb9793366a', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 24, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd51-7108-a060-0cbc1cdf6fbe', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 25, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd52-7362-b032-066f6b67e019', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 26, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd52-7362-b032-06702846413b', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 27, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd53-72ff-947e-dec7b3952062', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 28, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd54-70b1-a2ab-e84b838e0148', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 29, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd54-70b1-a2ab-e84cd4bef740', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 30, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd55-71fa-809f-ab1071e11377', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 31, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL),
	('01a2269d-cd55-71fa-809f-ab1128ee6204', '2026-11-22 12:00:00+00', 'partner.north-clinic.referrals.v1', 0, 32, 1700000000000, '\x6b', '\x7b', '[]', NULL, NULL, 'malformed', 'specversion', 'send specversion 1.0', 'waiting', 0, NULL, NULL);

INSERT INTO public.idempotency_key VALUES
	('p1', '\xff88e959839d8431dda6e8736004a5b95f38e95fc104c5aa21364a9b53d0a8f1', 200, '\x7b226964223a2273742d6d6172792d686f73706974616c222c226e616d65223a2253742e204d61727920486f73706974616c222c2273657474696e67223a22686f73706974616c222c22726567696f6e223a2275732d666c2d6d69616d69222c22726567697374657265645f6174223a22323032362d31312d32325431323a30303a30305a222c226861735f636f6e746163745f726f757465223a747275652c22726566657272616c735f746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e726566657272616c732e7631222c227374617475735f746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e7374617475732e7631227d', '2026-11-29 09:23:25.633163+00');

INSERT INTO public.inbox VALUES
	('73c37ba9-1173-c9b4-a7e8-4ce028e44677', '2026-11-29 09:23:25.55386+00'),
	('09c730bc-64c3-b566-8429-2548038456af', '2026-11-29 09:23:25.591265+00'),
	('416b23c8-59db-b019-12c0-7a22c491ac85', '2026-11-29 09:23:25.60306+00'),
	('b9ba1333-4f73-40d4-9522-064ec3603f6e', '2026-11-29 09:23:25.613903+00'),
	('a986d063-8525-74e7-28c7-b363da94d897', '2026-11-29 09:23:25.620567+00'),
	('0215dc7d-6f4d-7e7b-bb35-67763f26ddb0', '2026-11-29 09:23:25.629272+00');

INSERT INTO public.open_referral VALUES
	('01a2269d-cd1a-74da-a5c2-e58dad6388d2', '01a2269d-cd17-72a2-a7cd-e0bc7f6549a7', '01a2269d-cd19-7728-8c75-2a7e368198be', '{grief}'),
	('01a2269d-cd27-7160-a1dd-508ec315b5ff', '01a2269d-cd26-7171-8738-e32da8ba5542', '01a2269d-cd26-7171-8738-e32e57d8ad64', '{grief}'),
	('01a2269d-cd37-74a4-9091-09fa6f3409bb', '01a2269d-cd35-7706-9f54-7aac434f5062', '01a2269d-cd35-7706-9f54-7aad0aca4333', '{grief}'),
	('01a2269d-cd3c-76a9-a533-f3b07289c471', '01a2269d-ccf3-7446-9c5a-71b01431c917', '01a2269d-ccf5-76a5-96f9-5f12f66bc4b5', '{grief}');

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, 2, 'referrals.journey.v1', '\x30316132323639642d636366382d373634662d393363322d346562653263326666393766', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-ccff-72b0-932f-bf6eee0632ca"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.admitted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-ccf8-764f-93c2-4ebe2c2ff97f"], ["content-type", "application/json"], ["traceparent", "00-3008a0cd01e46372153c1f1dd3af0981-575cfed517332963-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d636366382d373634662d393363322d346562653263326666393766222c227375626d697373696f6e5f6964223a2230316132323639642d636366352d373661352d393666392d356631326636366263346235222c22706572736f6e5f6964223a2230316132323639642d636366332d373434362d396335612d373162303134333163393137222c22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636365332d373433362d386334652d336335666432653431373963222c2273657474696e67223a22686f73706974616c222c2272657175657374223a7b22726567696f6e223a2275732d666c2d6d69616d69222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22686f706573223a5b5d2c22666f726d617473223a5b5d2c226d6f646573223a5b5d2c22757267656e6379223a22726f7574696e65222c2261766f69645f6e65656473223a5b5d2c22696e74657265737473223a5b5d2c226964656e746974696573223a5b5d2c226964656e7469666965735f6173223a5b5d2c22617661696c6162696c697479223a5b5d2c226f7267616e69736174696f6e735f61766f69646564223a5b5d2c226f66666572735f61766f69646564223a5b5d2c22677561726469616e5f636f6e73656e74223a66616c73657d7d', '2026-11-29 09:23:25.572076+00'),
	(2, 3, 'partner.st-mary-hospital.status.v1', '\x7265662d30316132323639642d636365332d373433362d386334652d336335666432653431373963', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-ccff-72b0-932f-bf6fe1db4aba"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.answered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "ref-01a2269d-cce3-7436-8c4e-3c5fd2e4179c"], ["content-type", "application/json"], ["traceparent", "00-3008a0cd01e46372153c1f1dd3af0981-575cfed517332963-03"]]', '\x7b22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636365332d373433362d386334652d336335666432653431373963222c227375626d697373696f6e5f6964223a2230316132323639642d636366352d373661352d393666392d356631326636366263346235222c22726566657272616c5f6964223a2230316132323639642d636366382d373634662d393363322d346562653263326666393766222c22616e73776572223a2261646d6974746564222c2270726f626c656d73223a5b5d2c226f726967696e223a7b22746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e726566657272616c732e7631222c22706172746974696f6e223a302c226f6666736574223a312c226576656e745f6964223a2230316132323639642d636365332d373433362d386334652d336336316230316430663965227d7d', '2026-11-29 09:23:25.572166+00'),
	(3, 3, 'referrals.journey.v1', '\x30316132323639642d636431612d373464612d613563322d653538646164363338386432', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd1b-750e-8374-77d3754fd4ea"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.admitted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-cd1a-74da-a5c2-e58dad6388d2"], ["content-type", "application/json"], ["traceparent", "00-d7541ad398fd1819137d94f9f83332d7-325b3d400498d9a7-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d636431612d373464612d613563322d653538646164363338386432222c227375626d697373696f6e5f6964223a2230316132323639642d636431392d373732382d386337352d326137653336383139386265222c22706572736f6e5f6964223a2230316132323639642d636431372d373261322d613763642d653062633766363534396137222c22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636431342d373765312d626638322d326136346236313830666431222c2273657474696e67223a22686f73706974616c222c2272657175657374223a7b22726567696f6e223a2275732d666c2d6d69616d69222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22686f706573223a5b5d2c22666f726d617473223a5b5d2c226d6f646573223a5b5d2c22757267656e6379223a22726f7574696e65222c2261766f69645f6e65656473223a5b5d2c22696e74657265737473223a5b5d2c226964656e746974696573223a5b5d2c226964656e7469666965735f6173223a5b5d2c22617661696c6162696c697479223a5b5d2c226f7267616e69736174696f6e735f61766f69646564223a5b5d2c226f66666572735f61766f69646564223a5b5d2c22677561726469616e5f636f6e73656e74223a66616c73657d7d', '2026-11-29 09:23:25.595911+00'),
	(4, 5, 'partner.st-mary-hospital.status.v1', '\x7265662d30316132323639642d636431342d373765312d626638322d326136346236313830666431', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd1b-750e-8374-77d49deb49d6"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.answered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "ref-01a2269d-cd14-77e1-bf82-2a64b6180fd1"], ["content-type", "application/json"], ["traceparent", "00-d7541ad398fd1819137d94f9f83332d7-325b3d400498d9a7-03"]]', '\x7b22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636431342d373765312d626638322d326136346236313830666431222c227375626d697373696f6e5f6964223a2230316132323639642d636431392d373732382d386337352d326137653336383139386265222c22726566657272616c5f6964223a2230316132323639642d636431612d373464612d613563322d653538646164363338386432222c22616e73776572223a2261646d6974746564222c2270726f626c656d73223a5b5d2c226f726967696e223a7b22746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e726566657272616c732e7631222c22706172746974696f6e223a302c226f6666736574223a322c226576656e745f6964223a2230316132323639642d636431342d373765312d626638322d326136366331666134633233227d7d', '2026-11-29 09:23:25.595927+00'),
	(5, 5, 'referrals.journey.v1', '\x30316132323639642d636432372d373136302d613164642d353038656333313562356666', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd2a-7613-8c9d-7be6ee2196a7"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.admitted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-cd27-7160-a1dd-508ec315b5ff"], ["content-type", "application/json"], ["traceparent", "00-ceb4f600405559f02a90b8be890381bf-e48645a3f30aaf9b-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d636432372d373136302d613164642d353038656333313562356666222c227375626d697373696f6e5f6964223a2230316132323639642d636432362d373137312d383733382d653332653537643861643634222c22706572736f6e5f6964223a2230316132323639642d636432362d373137312d383733382d653332646138626135353432222c22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636432302d373738322d613232612d343064326536636562653931222c2273657474696e67223a22686f73706974616c222c2272657175657374223a7b22726567696f6e223a2275732d666c2d6d69616d69222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22686f706573223a5b5d2c22666f726d617473223a5b5d2c226d6f646573223a5b5d2c22757267656e6379223a22726f7574696e65222c2261766f69645f6e65656473223a5b5d2c22696e74657265737473223a5b5d2c226964656e746974696573223a5b5d2c226964656e7469666965735f6173223a5b5d2c22617661696c6162696c697479223a5b5d2c226f7267616e69736174696f6e735f61766f69646564223a5b5d2c226f66666572735f61766f69646564223a5b5d2c22677561726469616e5f636f6e73656e74223a66616c73657d7d', '2026-11-29 09:23:25.610752+00'),
	(6, 4, 'partner.st-mary-hospital.status.v1', '\x7265662d30316132323639642d636432302d373738322d613232612d343064326536636562653931', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd2a-7613-8c9d-7be7e60a52b6"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.answered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "ref-01a2269d-cd20-7782-a22a-40d2e6cebe91"], ["content-type", "application/json"], ["traceparent", "00-ceb4f600405559f02a90b8be890381bf-e48645a3f30aaf9b-03"]]', '\x7b22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636432302d373738322d613232612d343064326536636562653931222c227375626d697373696f6e5f6964223a2230316132323639642d636432362d373137312d383733382d653332653537643861643634222c22726566657272616c5f6964223a2230316132323639642d636432372d373136302d613164642d353038656333313562356666222c22616e73776572223a2261646d6974746564222c2270726f626c656d73223a5b5d2c226f726967696e223a7b22746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e726566657272616c732e7631222c22706172746974696f6e223a302c226f6666736574223a332c226576656e745f6964223a2230316132323639642d636432302d373738322d613232612d343064346162633964383962227d7d', '2026-11-29 09:23:25.610771+00'),
	(7, 7, 'referrals.journey.v1', '\x30316132323639642d636433372d373461342d393039312d303966613666333430396262', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd39-75aa-8adb-35bc16f8e104"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.admitted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-cd37-74a4-9091-09fa6f3409bb"], ["content-type", "application/json"], ["traceparent", "00-72164f7044f36bd9c6edaf01b626d4cd-023999065bdbf193-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d636433372d373461342d393039312d303966613666333430396262222c227375626d697373696f6e5f6964223a2230316132323639642d636433352d373730362d396635342d376161643061636134333333222c22706572736f6e5f6964223a2230316132323639642d636433352d373730362d396635342d376161633433346635303632222c22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636433332d373436362d623831312d376134376135343262626538222c2273657474696e67223a22686f73706974616c222c2272657175657374223a7b22726567696f6e223a2275732d666c2d6d69616d69222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22686f706573223a5b5d2c22666f726d617473223a5b5d2c226d6f646573223a5b5d2c22757267656e6379223a22726f7574696e65222c2261766f69645f6e65656473223a5b5d2c22696e74657265737473223a5b5d2c226964656e746974696573223a5b5d2c226964656e7469666965735f6173223a5b5d2c22617661696c6162696c697479223a5b5d2c226f7267616e69736174696f6e735f61766f69646564223a5b5d2c226f66666572735f61766f69646564223a5b5d2c22677561726469616e5f636f6e73656e74223a66616c73657d7d', '2026-11-29 09:23:25.626522+00'),
	(8, 1, 'partner.st-mary-hospital.status.v1', '\x7265662d30316132323639642d636433332d373436362d623831312d376134376135343262626538', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-cd39-75aa-8adb-35bdaf9b1b97"], ["ce_source", "urn:alongside:service:intake"], ["ce_type", "org.alongside.submission.answered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "ref-01a2269d-cd33-7466-b811-7a47a542bbe8"], ["content-type", "application/json"], ["traceparent", "00-72164f7044f36bd9c6edaf01b626d4cd-023999065bdbf193-03"]]', '\x7b22706172746e6572223a2273742d6d6172792d686f73706974616c222c227265666572656e6365223a227265662d30316132323639642d636433332d373436362d623831312d376134376135343262626538222c227375626d697373696f6e5f6964223a2230316132323639642d636433352d373730362d396635342d376161643061636134333333222c22726566657272616c5f6964223a2230316132323639642d636433372d373461342d393039312d303966613666333430396262222c22616e73776572223a2261646d6974746564222c2270726f626c656d73223a5b5d2c226f726967696e223a7b22746f706963223a22706172746e65722e73742d6d6172792d686f73706974616c2e726566657272616c732e7631222c22706172746974696f6e223a302c226f6666736574223a352c226576656e745f6964223a2230316132323639642d636433332d373436362d623831312d376134393962306237383563227d7d', '2026-11-29 09:23:25.626534+00');

INSERT INTO public.partner VALUES
	('st-mary-hospital', 'St. Mary Hospital', 'hospital', 'us-fl-miami', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');

INSERT INTO public.person VALUES
	('01a2269d-ccf3-7446-9c5a-71b01431c917', 'st-mary-hospital', 'p-1', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-cd17-72a2-a7cd-e0bc7f6549a7', 'st-mary-hospital', 'person-01a2269d-cd14-77e1-bf82-2a653690ba9f', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-cd26-7171-8738-e32da8ba5542', 'st-mary-hospital', 'person-01a2269d-cd20-7782-a22a-40d344001a7b', '2026-11-22 12:00:00+00', NULL),
	('01a2269d-cd35-7706-9f54-7aac434f5062', 'st-mary-hospital', 'person-01a2269d-cd33-7466-b811-7a482d429140', '2026-11-22 12:00:00+00', NULL);

INSERT INTO public.quarantine VALUES
	('01a2269d-cd59-75f5-aeaa-131c5e982caa', 'partner.north-clinic.referrals.v1', 'north-clinic', 'refused-in-a-row', 25, 'malformed', '2026-11-22 12:00:00+00', NULL, NULL);

INSERT INTO public.refusal_tally VALUES
	('partner.north-clinic.referrals.v1', 25, 25, 25);

INSERT INTO public.submission VALUES
	('01a2269d-cd19-7728-8c75-2a7e368198be', 'st-mary-hospital', 'ref-01a2269d-cd14-77e1-bf82-2a64b6180fd1', '01a2269d-cd17-72a2-a7cd-e0bc7f6549a7', 'us-fl-miami', 'hospital', 'admitted', '{"hopes": [], "modes": [], "needs": ["grief"], "risks": [], "region": "us-fl-miami", "consent": {"method": "electronic", "purpose": "peer-support-referral", "decision": "given", "categories": ["needs", "contact"], "recipients": "network"}, "formats": [], "setting": "hospital", "urgency": "routine", "interests": [], "languages": ["en"], "reference": "ref-01a2269d-cd14-77e1-bf82-2a64b6180fd1", "identities": [], "avoid_needs": [], "postal_code": "33131", "availability": [], "identifies_as": [], "offers_avoided": [], "guardian_consent": false, "person_reference": "person-01a2269d-cd14-77e1-bf82-2a653690ba9f", "organisations_avoided": []}', '[]', '{}', '{}', NULL, '01a2269d-cd1a-74da-a5c2-e58dad6388d2', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a2269d-cd14-77e1-bf82-2a66c1fa4c23', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-cd26-7171-8738-e32e57d8ad64', 'st-mary-hospital', 'ref-01a2269d-cd20-7782-a22a-40d2e6cebe91', '01a2269d-cd26-7171-8738-e32da8ba5542', 'us-fl-miami', 'hospital', 'admitted', '{"hopes": [], "modes": [], "needs": ["grief"], "risks": [], "region": "us-fl-miami", "consent": {"method": "electronic", "purpose": "peer-support-referral", "decision": "given", "categories": ["needs", "contact"], "recipients": "network"}, "formats": [], "setting": "hospital", "urgency": "routine", "interests": [], "languages": ["en"], "reference": "ref-01a2269d-cd20-7782-a22a-40d2e6cebe91", "identities": [], "avoid_needs": [], "postal_code": "33131", "availability": [], "identifies_as": [], "offers_avoided": [], "guardian_consent": false, "person_reference": "person-01a2269d-cd20-7782-a22a-40d344001a7b", "organisations_avoided": []}', '[]', '{}', '{}', NULL, '01a2269d-cd27-7160-a1dd-508ec315b5ff', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a2269d-cd20-7782-a22a-40d4abc9d89b', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-cd35-7706-9f54-7aad0aca4333', 'st-mary-hospital', 'ref-01a2269d-cd33-7466-b811-7a47a542bbe8', '01a2269d-cd35-7706-9f54-7aac434f5062', 'us-fl-miami', 'hospital', 'admitted', '{"hopes": [], "modes": [], "needs": ["grief"], "risks": [], "region": "us-fl-miami", "consent": {"method": "electronic", "purpose": "peer-support-referral", "decision": "given", "categories": ["needs", "contact"], "recipients": "network"}, "formats": [], "setting": "hospital", "urgency": "routine", "interests": [], "languages": ["en"], "reference": "ref-01a2269d-cd33-7466-b811-7a47a542bbe8", "identities": [], "avoid_needs": [], "postal_code": "33131", "availability": [], "identifies_as": [], "offers_avoided": [], "guardian_consent": false, "person_reference": "person-01a2269d-cd33-7466-b811-7a482d429140", "organisations_avoided": []}', '[]', '{}', '{}', NULL, '01a2269d-cd37-74a4-9091-09fa6f3409bb', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a2269d-cd33-7466-b811-7a499b0b785c', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00'),
	('01a2269d-ccf5-76a5-96f9-5f12f66bc4b5', 'st-mary-hospital', 'ref-01a2269d-cce3-7436-8c4e-3c5fd2e4179c', '01a2269d-ccf3-7446-9c5a-71b01431c917', 'us-fl-miami', 'hospital', 'admitted', '{"hopes": [], "modes": [], "needs": ["grief"], "risks": [], "region": "us-fl-miami", "consent": {"method": "electronic", "purpose": "peer-support-referral", "decision": "given", "categories": ["needs", "contact"], "recipients": "network"}, "formats": [], "setting": "hospital", "urgency": "routine", "interests": [], "languages": ["en"], "reference": "ref-01a2269d-cce3-7436-8c4e-3c5fd2e4179c", "identities": [], "avoid_needs": [], "postal_code": "33131", "availability": [], "identifies_as": [], "offers_avoided": [], "guardian_consent": false, "person_reference": "p-1", "organisations_avoided": []}', '[]', '{}', '{}', NULL, '01a2269d-cd3c-76a9-a533-f3b07289c471', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '01a2269d-cce3-7436-8c4e-3c61b01d0f9e', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');

INSERT INTO public.vault_key VALUES
	('partner', 'st-mary-hospital', '\x019040d4dfcd61087fa10aa53cd8b85858d1cb308e584fc5e580135b2d4b87e6ee4d10e72dd07884edde5d634a309fd1fb3b25a897d70fa1a5f5efcf8d', '2026-11-22 12:00:00+00'),
	('person', '01a2269d-ccf3-7446-9c5a-71b01431c917', '\x0137d3d12a7d7ff35808120fb22c393a76eb21a1f85adfd4fac25e9f3f65a2ad51f3d50da9e43e53603c0761d3bcdef198a9e9f75a85006e8d20fedc20', '2026-11-22 12:00:00+00');

SELECT pg_catalog.setval('public.outbox_id_seq', 8, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.contact_route
    ADD CONSTRAINT pk_contact_route PRIMARY KEY (kind, owner);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT pk_dead_letter PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);

ALTER TABLE ONLY public.open_referral
    ADD CONSTRAINT pk_open_referral PRIMARY KEY (referral_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);

ALTER TABLE ONLY public.partner
    ADD CONSTRAINT pk_partner PRIMARY KEY (id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT pk_person PRIMARY KEY (id);

ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);

ALTER TABLE ONLY public.refusal_tally
    ADD CONSTRAINT pk_refusal_tally PRIMARY KEY (topic);

ALTER TABLE ONLY public.submission
    ADD CONSTRAINT pk_submission PRIMARY KEY (id);

ALTER TABLE ONLY public.timer
    ADD CONSTRAINT pk_timer PRIMARY KEY (kind, key);

ALTER TABLE ONLY public.vault_key
    ADD CONSTRAINT pk_vault_key PRIMARY KEY (kind, owner);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT uq_dead_letter_topic_partition_offset_record_ms UNIQUE (topic, partition, "offset", record_ms);

CREATE INDEX ix_dead_letter_at ON public.dead_letter USING btree (at);

CREATE INDEX ix_dead_letter_settled_at ON public.dead_letter USING btree (settled_at);

CREATE INDEX ix_dead_letter_waiting ON public.dead_letter USING btree (topic) WHERE (state = 'waiting'::text);

CREATE INDEX ix_idempotency_key_created_at ON public.idempotency_key USING btree (created_at);

CREATE INDEX ix_inbox_received_at ON public.inbox USING btree (received_at);

CREATE INDEX ix_open_referral_person_id ON public.open_referral USING btree (person_id);

CREATE INDEX ix_outbox_shard ON public.outbox USING btree (shard, id);

CREATE INDEX ix_quarantine_partner ON public.quarantine USING btree (partner, id);

CREATE INDEX ix_submission_alarm ON public.submission USING btree (source, reference) WHERE ((state = 'escalated'::text) AND (superseded_by IS NULL));

CREATE INDEX ix_submission_person_id ON public.submission USING btree (person_id);

CREATE INDEX ix_submission_referral_id ON public.submission USING btree (referral_id) WHERE (referral_id IS NOT NULL);

CREATE INDEX ix_submission_repeats ON public.submission USING btree (repeats) WHERE (repeats IS NOT NULL);

CREATE INDEX ix_submission_state_id ON public.submission USING btree (state, id);

CREATE INDEX ix_timer_due_at ON public.timer USING btree (due_at);

CREATE UNIQUE INDEX uq_person_namespace_reference ON public.person USING btree (namespace, reference);

CREATE UNIQUE INDEX uq_quarantine_open ON public.quarantine USING btree (topic) WHERE (resumed_at IS NULL);

CREATE UNIQUE INDEX uq_submission_standing ON public.submission USING btree (source, reference) WHERE ((repeats IS NULL) AND (superseded_by IS NULL));

ALTER TABLE ONLY public.contact_route
    ADD CONSTRAINT fk_contact_route_kind_vault_key FOREIGN KEY (kind, owner) REFERENCES public.vault_key(kind, owner) ON DELETE CASCADE;

ALTER TABLE ONLY public.open_referral
    ADD CONSTRAINT fk_open_referral_person_id_person FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.open_referral
    ADD CONSTRAINT fk_open_referral_submission_id_submission FOREIGN KEY (submission_id) REFERENCES public.submission(id);

ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_person_id_person FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_repeats_submission FOREIGN KEY (repeats) REFERENCES public.submission(id);

ALTER TABLE ONLY public.submission
    ADD CONSTRAINT fk_submission_superseded_by_submission FOREIGN KEY (superseded_by) REFERENCES public.submission(id) DEFERRABLE INITIALLY DEFERRED;

