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

CREATE TABLE public.delivery (
    notice_id uuid NOT NULL,
    channel text NOT NULL,
    referral_id uuid,
    recipient_kind text NOT NULL,
    recipient_id text NOT NULL,
    urgent boolean NOT NULL,
    state text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    unforeseen integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    trouble text,
    message_id text,
    trace jsonb,
    delivered_at timestamp with time zone,
    CONSTRAINT ck_delivery_attempts CHECK ((attempts >= 0)),
    CONSTRAINT ck_delivery_delivered_at CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT ck_delivery_next_attempt_at CHECK (((state = ANY (ARRAY['pending'::text, 'sending'::text])) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT ck_delivery_state CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'delivered'::text, 'failed'::text, 'no-route'::text, 'superseded'::text])))
);

CREATE TABLE public.erased_person (
    person_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
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
    received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    digest bytea
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
    partner text,
    since timestamp with time zone,
    unforeseen integer DEFAULT 0 NOT NULL,
    sequence integer,
    rules smallint DEFAULT 1 NOT NULL,
    channels text[],
    in_inbox boolean DEFAULT true NOT NULL,
    reached_at timestamp with time zone,
    CONSTRAINT ck_notice_attempts CHECK ((attempts >= 0)),
    CONSTRAINT ck_notice_delivered_at CHECK (((state = 'delivered'::text) = (delivered_at IS NOT NULL))),
    CONSTRAINT ck_notice_message_id CHECK (((channel = 'email'::text) = (message_id IS NOT NULL))),
    CONSTRAINT ck_notice_next_attempt_at CHECK (((state = ANY (ARRAY['pending'::text, 'sending'::text])) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT ck_notice_recipient_kind CHECK ((recipient_kind = ANY (ARRAY['partner'::text, 'person'::text, 'offer'::text, 'coordinator'::text]))),
    CONSTRAINT ck_notice_since CHECK (((partner IS NULL) OR (since IS NOT NULL))),
    CONSTRAINT ck_notice_state CHECK ((state = ANY (ARRAY['pending'::text, 'sending'::text, 'delivered'::text, 'failed'::text, 'no-route'::text, 'superseded'::text]))),
    CONSTRAINT ck_notice_subject CHECK ((num_nonnulls(referral_id, submission_id, partner) = 1)),
    CONSTRAINT ck_notice_trouble CHECK ((trouble = ANY (ARRAY['temporarily-refused'::text, 'timed-out'::text, 'relay-away'::text, 'routes-away'::text, 'refused-by-recipient'::text, 'attempts-exhausted'::text, 'unforeseen-error'::text, 'address-unusable'::text])))
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

CREATE TABLE public.partner_channels (
    partner text NOT NULL,
    channels text[] NOT NULL,
    registered_at timestamp with time zone NOT NULL
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

CREATE TABLE public.referral_state (
    referral_id uuid NOT NULL,
    sequence integer NOT NULL,
    status text NOT NULL,
    business_status text,
    offer_id uuid,
    next_actor text
)
WITH (fillfactor='70');

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

INSERT INTO public.alembic_version VALUES ('0010');

INSERT INTO public.delivery VALUES ('01956000-0000-7000-8000-0000000000b1', 'email', '01956000-0000-7000-8000-000000000001', 'person', '01956000-0000-7000-8000-0000000000cc', false, 'delivered', 1, 0, NULL, NULL, '<01956000-0000-7000-8000-0000000000b1@alongside>', '{}', '2026-11-30 05:00:05+00');

INSERT INTO public.erased_person VALUES ('01a22929-c435-7368-be77-7ea5b7c66e32', '2026-11-22 12:00:00+00');

INSERT INTO public.escalation VALUES ('01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', '01a2269d-e3db-70c9-b6fc-fa75465786bc', 'us-fl-miami', 'on-call', 0, '2026-11-22 12:00:00+00', '2026-11-22 12:10:00+00', NULL, NULL);
INSERT INTO public.escalation VALUES ('01a22929-c43c-724b-bd25-a2152e4548d9', '01a22929-c43c-724b-bd25-a2131fd3fba9', 'us-fl-miami', 'on-call', 0, '2026-11-22 12:00:00+00', '2026-11-22 12:10:00+00', NULL, NULL);
INSERT INTO public.escalation VALUES ('01a22a6a-9920-7396-9008-97dacc2a79ee', '01a22a6a-9920-7396-9008-97d8f87aef82', 'us-fl-miami', 'on-call', 0, '2026-11-22 12:00:00+00', '2026-11-22 12:10:00+00', NULL, NULL);

INSERT INTO public.inbox VALUES ('9ee55beb-ed29-0b8b-c429-70114198d53c', '2026-11-29 09:23:31.386401+00', NULL);
INSERT INTO public.inbox VALUES ('643ec25e-4ad0-5dc1-9fab-503159b6883a', '2026-11-29 09:23:31.40849+00', NULL);
INSERT INTO public.inbox VALUES ('3f14add7-528d-3eec-a70d-ad5de2bffc9c', '2026-11-29 09:23:31.415342+00', NULL);
INSERT INTO public.inbox VALUES ('68c290af-31f7-983a-41a4-0e1f9d2f75c8', '2026-11-29 09:23:31.417342+00', NULL);
INSERT INTO public.inbox VALUES ('2ef0ebc3-9734-dd74-c59a-9f06d5ebb86a', '2026-11-29 09:23:31.420231+00', NULL);
INSERT INTO public.inbox VALUES ('4ab352b3-f6f4-5937-728f-fc7868f5ab83', '2026-11-29 21:15:32.77191+00', NULL);
INSERT INTO public.inbox VALUES ('3a0a0d42-581f-d197-da92-2782d9a1fa0d', '2026-11-29 21:15:32.782301+00', NULL);
INSERT INTO public.inbox VALUES ('12da0665-07f3-9be8-8eb3-db741a3d57ab', '2026-11-29 21:15:32.784364+00', NULL);
INSERT INTO public.inbox VALUES ('1122ad2f-c3f0-a816-dfc2-8a74cbf38e1e', '2026-11-29 21:15:32.786235+00', NULL);
INSERT INTO public.inbox VALUES ('4c1edb66-9529-4e6f-1d63-d082c2547b71', '2026-11-29 21:15:32.788258+00', NULL);
INSERT INTO public.inbox VALUES ('6b805ff9-46dc-cd3e-45a4-67e191dc950b', '2026-11-29 21:15:32.790122+00', NULL);
INSERT INTO public.inbox VALUES ('048830fa-9197-766d-3e5c-53efe6158dd6', '2026-11-29 21:15:32.792249+00', NULL);
INSERT INTO public.inbox VALUES ('9b26de97-0b72-96fb-55c3-903c7deb702d', '2026-11-29 21:15:32.796762+00', NULL);
INSERT INTO public.inbox VALUES ('ddc23514-810b-4391-3108-24d82e470e94', '2026-11-29 21:15:32.799152+00', NULL);
INSERT INTO public.inbox VALUES ('7f078120-938c-5dc8-292a-6baac0d9dbaa', '2026-11-29 21:15:32.80111+00', NULL);
INSERT INTO public.inbox VALUES ('b5043131-fcc3-c200-1fd0-f80d6e741173', '2026-11-29 21:15:32.802724+00', NULL);
INSERT INTO public.inbox VALUES ('22ed34d7-9bfb-cd7b-5096-1d9557ccc9e3', '2026-11-30 03:05:58.807637+00', NULL);
INSERT INTO public.inbox VALUES ('c34baee9-a17a-23a9-ebb4-d9828772bedb', '2026-11-30 03:05:58.817254+00', NULL);

INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-578c1c580032', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-578dfbd964e4', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-578dfbd964e4@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-578e1ef6d7a8', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'target', 'offer', '01a2269d-e3a6-73fc-bc14-ef8e8c1eb8a7', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-578f506a3fda', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'target', 'offer', '01a2269d-e3a6-73fc-bc14-ef8e8c1eb8a7', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-578f506a3fda@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-5790c2e27614', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'person', 'person', '01a2269d-e3a6-73fc-bc14-ef8c0761d510', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3bb-7640-9466-579149b1530d', '01a2269d-e3a6-73fc-bc14-ef8a027b3385', NULL, '01a2269d-e3aa-71db-af46-3e140730fd59', 'accepted', 'accepted', 'person', 'person', '01a2269d-e3a6-73fc-bc14-ef8c0761d510', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3bb-7640-9466-579149b1530d@alongside>', '{"traceparent": "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d0-703a-8551-9e5a5b62c8d0', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3cf-703c-9228-f65a7b1248cb', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d0-703a-8551-9e5bb7e3b089', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3cf-703c-9228-f65a7b1248cb', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d0-703a-8551-9e5bb7e3b089@alongside>', '{"traceparent": "00-e7287555d09727e599e61772011a736f-3c2b4359b6ca476d-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d7-75b4-a8ff-27020237141d', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3d4-74e1-ad25-b6dd2e400b64', 'lapsed', NULL, 'target', 'offer', '01a2269d-e3cf-703c-9228-f65969cbff71', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d7-75b4-a8ff-27037b45f73d', '01a2269d-e3cf-703c-9228-f655fa05e484', NULL, '01a2269d-e3d4-74e1-ad25-b6dd2e400b64', 'lapsed', NULL, 'target', 'offer', '01a2269d-e3cf-703c-9228-f65969cbff71', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d7-75b4-a8ff-27037b45f73d@alongside>', '{"traceparent": "00-da6505823bab4ad1308ede35a98b05df-199f9db76ec061f7-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d9-7278-b036-b0f12c7efee4', '01a2269d-e3d8-74d1-9543-99182d8da106', NULL, '01a2269d-e3d8-74d1-9543-991dd7d0a31d', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3d9-7278-b036-b0f244f7a7a9', '01a2269d-e3d8-74d1-9543-99182d8da106', NULL, '01a2269d-e3d8-74d1-9543-991dd7d0a31d', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3d9-7278-b036-b0f244f7a7a9@alongside>', '{"traceparent": "00-3245db5617b751337a78d8dda008e3a0-875888fea2770d24-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3dd-73fb-88da-cd8e3b0d7a62', NULL, '01a2269d-e3db-70c9-b6fc-fa75465786bc', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a2269d-e3dd-73fb-88da-cd8fff9a8a21', NULL, '01a2269d-e3db-70c9-b6fc-fa75465786bc', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a2269d-e3dd-73fb-88da-cd8fff9a8a21@alongside>', '{"traceparent": "00-3ff38423c17b630f5187baa0adcd4b73-bf404f26b7eaca61-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b74eaecb1c9', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b75135825ad', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c424-71c0-b21e-3b75135825ad@alongside>', '{"traceparent": "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b7690b49e0c', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'target', 'offer', '01a22929-c41a-774e-806e-d8b50d1ad4dc', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b7735e961e1', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'target', 'offer', '01a22929-c41a-774e-806e-d8b50d1ad4dc', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c424-71c0-b21e-3b7735e961e1@alongside>', '{"traceparent": "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b78fd492627', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'person', 'person', '01a22929-c41a-774e-806e-d8b324065b83', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c424-71c0-b21e-3b7980cbc422', '01a22929-c41a-774e-806e-d8b1fbb66b3f', NULL, '01a22929-c41a-774e-806e-d8b60d82f1a9', 'accepted', 'accepted', 'person', 'person', '01a22929-c41a-774e-806e-d8b324065b83', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c424-71c0-b21e-3b7980cbc422@alongside>', '{"traceparent": "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c42e-737c-ba2a-f97ecb17c609', '01a22929-c42d-77c2-8cf4-3ae9a15d56fd', NULL, '01a22929-c42d-77c2-8cf4-3aeebf432800', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c42e-737c-ba2a-f97fad15630f', '01a22929-c42d-77c2-8cf4-3ae9a15d56fd', NULL, '01a22929-c42d-77c2-8cf4-3aeebf432800', 'looking-again', 'requested', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c42e-737c-ba2a-f97fad15630f@alongside>', '{"traceparent": "00-4cd538c9491cdb1992504ae51dd6c9d5-b14ac87d19567886-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c430-70a4-a348-fc8e8b8e5a32', '01a22929-c42d-77c2-8cf4-3ae9a15d56fd', NULL, '01a22929-c42f-762b-986b-0b78cf4538e2', 'lapsed', NULL, 'target', 'offer', '01a22929-c42d-77c2-8cf4-3aedc1bb318c', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c430-70a4-a348-fc8f93aab393', '01a22929-c42d-77c2-8cf4-3ae9a15d56fd', NULL, '01a22929-c42f-762b-986b-0b78cf4538e2', 'lapsed', NULL, 'target', 'offer', '01a22929-c42d-77c2-8cf4-3aedc1bb318c', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c430-70a4-a348-fc8f93aab393@alongside>', '{"traceparent": "00-311437a12e71a5bbc599a2548988805a-009644ab06f00c98-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c432-758e-aad0-ee015e1022c5', '01a22929-c431-7685-aff4-7131bbe23654', NULL, '01a22929-c431-7685-aff4-7137160fa271', 'withdrawn', NULL, 'target', 'offer', '01a22929-c431-7685-aff4-7136aec4cbec', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c432-758e-aad0-ee029eb722c3', '01a22929-c431-7685-aff4-7131bbe23654', NULL, '01a22929-c431-7685-aff4-7137160fa271', 'withdrawn', NULL, 'target', 'offer', '01a22929-c431-7685-aff4-7136aec4cbec', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c432-758e-aad0-ee029eb722c3@alongside>', '{"traceparent": "00-2e2064d9ef66c3bd80b5bed8645b2c3c-6b88b2e92dbc56bf-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c434-7637-9f43-336aac3a690c', '01a22929-c433-7064-a613-91b2fcc0ed62', NULL, '01a22929-c433-7064-a613-91b721689354', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c434-7637-9f43-336b0b191fec', '01a22929-c433-7064-a613-91b2fcc0ed62', NULL, '01a22929-c433-7064-a613-91b721689354', 'overdue', NULL, 'coordinator', 'coordinator', 'on-call', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c434-7637-9f43-336b0b191fec@alongside>', '{"traceparent": "00-6afe5b08c9d4aa3cccd9ae13eedf01db-734df5038cf68341-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c436-77f4-a536-bf6e8ae4dd0f', '01a22929-c435-7368-be77-7ea3cff2aa6c', NULL, '01a22929-c435-7368-be77-7ea8a9ce94f4', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c436-77f4-a536-bf6f248e2210', '01a22929-c435-7368-be77-7ea3cff2aa6c', NULL, '01a22929-c435-7368-be77-7ea8a9ce94f4', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c436-77f4-a536-bf6f248e2210@alongside>', '{"traceparent": "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c436-77f4-a536-bf700ec9f1df', '01a22929-c435-7368-be77-7ea3cff2aa6c', NULL, '01a22929-c435-7368-be77-7ea8a9ce94f4', 'accepted', 'accepted', 'target', 'offer', '01a22929-c435-7368-be77-7ea7f692c1c3', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c436-77f4-a536-bf71ededd897', '01a22929-c435-7368-be77-7ea3cff2aa6c', NULL, '01a22929-c435-7368-be77-7ea8a9ce94f4', 'accepted', 'accepted', 'target', 'offer', '01a22929-c435-7368-be77-7ea7f692c1c3', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c436-77f4-a536-bf71ededd897@alongside>', '{"traceparent": "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c436-77f4-a536-bf73e9a7bee4', '01a22929-c435-7368-be77-7ea3cff2aa6c', NULL, '01a22929-c435-7368-be77-7ea8a9ce94f4', 'accepted', 'accepted', 'person', 'person', '01a22929-c435-7368-be77-7ea5b7c66e32', 'email', false, 'superseded', 0, NULL, NULL, '<01a22929-c436-77f4-a536-bf73e9a7bee4@alongside>', '{"traceparent": "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43d-75e0-8af4-cf0e55d19bce', NULL, '01a22929-c43c-724b-bd25-a2131fd3fba9', '01a22929-c43c-724b-bd25-a2152e4548d9', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43d-75e0-8af4-cf0f4b33798e', NULL, '01a22929-c43c-724b-bd25-a2131fd3fba9', '01a22929-c43c-724b-bd25-a2152e4548d9', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c43d-75e0-8af4-cf0f4b33798e@alongside>', '{"traceparent": "00-23ea58de4884a2b5fd369721fa6cf0d5-36c1a28715b610b0-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43f-74ed-9ef6-7c5481b55080', NULL, NULL, '01a22929-c43e-74a0-8251-37cff3c9c227', 'stream-unread', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43f-74ed-9ef6-7c5576529bd1', NULL, NULL, '01a22929-c43e-74a0-8251-37cff3c9c227', 'stream-unread', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c43f-74ed-9ef6-7c5576529bd1@alongside>', '{"traceparent": "00-2afc1bb1c417b8fa8a23598b9b165d6c-5242f8e293903768-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43f-74ed-9ef6-7c56c4a6710c', NULL, NULL, '01a22929-c43e-74a0-8251-37cff3c9c227', 'stream-unread', NULL, 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c43f-74ed-9ef6-7c57c13f2826', NULL, NULL, '01a22929-c43e-74a0-8251-37cff3c9c227', 'stream-unread', NULL, 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c43f-74ed-9ef6-7c57c13f2826@alongside>', '{"traceparent": "00-2afc1bb1c417b8fa8a23598b9b165d6c-5242f8e293903768-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c441-738b-b5f2-6f72fa41bc5d', NULL, NULL, '01a22929-c440-706e-82a8-84d9b59e7e20', 'stream-unread', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c441-738b-b5f2-6f73b033d803', NULL, NULL, '01a22929-c440-706e-82a8-84d9b59e7e20', 'stream-unread', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c441-738b-b5f2-6f73b033d803@alongside>', '{"traceparent": "00-55214741d13855529727b202939788aa-2e5896ef41498b12-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c441-738b-b5f2-6f74381b3af6', NULL, NULL, '01a22929-c440-706e-82a8-84d9b59e7e20', 'stream-unread', NULL, 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c441-738b-b5f2-6f75ba99bf50', NULL, NULL, '01a22929-c440-706e-82a8-84d9b59e7e20', 'stream-unread', NULL, 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c441-738b-b5f2-6f75ba99bf50@alongside>', '{"traceparent": "00-55214741d13855529727b202939788aa-2e5896ef41498b12-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c442-707e-8317-3e8e1454fdba', NULL, NULL, '01a22929-c442-707e-8317-3e8d77fd5203', 'stream-read-again', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c442-707e-8317-3e8f09737c54', NULL, NULL, '01a22929-c442-707e-8317-3e8d77fd5203', 'stream-read-again', NULL, 'coordinator', 'coordinator', 'on-call', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c442-707e-8317-3e8f09737c54@alongside>', '{"traceparent": "00-a0ce718e0b1a9875abd7234abf512568-267ad55faba31b31-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c442-707e-8317-3e909a10749b', NULL, NULL, '01a22929-c442-707e-8317-3e8d77fd5203', 'stream-read-again', NULL, 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22929-c442-707e-8317-3e912a3f0eec', NULL, NULL, '01a22929-c442-707e-8317-3e8d77fd5203', 'stream-read-again', NULL, 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22929-c442-707e-8317-3e912a3f0eec@alongside>', '{"traceparent": "00-a0ce718e0b1a9875abd7234abf512568-267ad55faba31b31-03"}', '2026-11-22 12:00:00+00', NULL, 'st-mary-hospital', '2026-11-22 12:00:00+00', 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db831d0723c6', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db844fddf13b', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'referrer', 'partner', 'st-mary-hospital', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22a6a-9918-70fd-ad22-db844fddf13b@alongside>', '{"traceparent": "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db8574b98d44', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'target', 'offer', '01a22a6a-990f-70d5-9f88-54feab389a0d', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db864e94da81', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'target', 'offer', '01a22a6a-990f-70d5-9f88-54feab389a0d', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22a6a-9918-70fd-ad22-db864e94da81@alongside>', '{"traceparent": "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db874d419c85', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'person', 'person', '01a22a6a-990f-70d5-9f88-54fc16d03d15', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9918-70fd-ad22-db88ec40a2a4', '01a22a6a-990f-70d5-9f88-54facd27d707', NULL, '01a22a6a-990f-70d5-9f88-54ff63c98075', 'accepted', 'accepted', 'person', 'person', '01a22a6a-990f-70d5-9f88-54fc16d03d15', 'email', false, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22a6a-9918-70fd-ad22-db88ec40a2a4@alongside>', '{"traceparent": "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9921-703b-b828-150c3f89f979', NULL, '01a22a6a-9920-7396-9008-97d8f87aef82', '01a22a6a-9920-7396-9008-97dacc2a79ee', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'in-app', true, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01a22a6a-9921-703b-b828-150d381f514f', NULL, '01a22a6a-9920-7396-9008-97d8f87aef82', '01a22a6a-9920-7396-9008-97dacc2a79ee', 'crisis', NULL, 'coordinator', 'coordinator', 'on-call', 'email', true, 'pending', 0, '2026-11-22 12:00:00+00', NULL, '<01a22a6a-9921-703b-b828-150d381f514f@alongside>', '{"traceparent": "00-175905a9c273e5a9ae37b23b87bc689a-c12d45862f8e91b8-03"}', '2026-11-22 12:00:00+00', NULL, NULL, NULL, 0, NULL, 1, NULL, true, NULL);
INSERT INTO public.notice VALUES ('01956000-0000-7000-8000-0000000000b1', '01956000-0000-7000-8000-000000000001', NULL, 'cause-of-rules-2', 'accepted', 'accepted', 'person', 'person', '01956000-0000-7000-8000-0000000000cc', 'in-app', false, 'delivered', 0, NULL, NULL, NULL, NULL, '2026-11-30 05:00:00+00', '2026-11-30 05:00:00+00', NULL, NULL, 0, 3, 2, '{in-app,email}', true, '2026-11-30 05:00:00+00');

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (1, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be15c706e577"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353738633163353830303332222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.405035+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (2, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be167b86ae26"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353738653165663664376138222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.40519+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (3, 7, 'referrals.journey.v1', '\x30316132323639642d653361362d373366632d626331342d656638613032376233333835', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3c2-7316-9ebc-be1741e1671c"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3a6-73fc-bc14-ef8a027b3385"], ["content-type", "application/json"], ["traceparent", "00-b4b56ba89c2c2c7888375e2bb812df02-ab0aa6b8583b7635-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653361362d373366632d626331342d656638613032376233333835222c226e6f746963655f6964223a2230316132323639642d653362622d373634302d393436362d353739306332653237363134222c226361757365223a2230316132323639642d653361612d373164622d616634362d336531343037333066643539222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22706572736f6e222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.405194+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (4, 4, 'referrals.journey.v1', '\x30316132323639642d653363662d373033632d393232382d663635356661303565343834', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3d1-7571-9b77-44b476e1a8a9"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3cf-703c-9228-f655fa05e484"], ["content-type", "application/json"], ["traceparent", "00-e7287555d09727e599e61772011a736f-3c2b4359b6ca476d-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653363662d373033632d393232382d663635356661303565343834222c226e6f746963655f6964223a2230316132323639642d653364302d373033612d383535312d396535613562363263386430222c226361757365223a2230316132323639642d653363662d373033632d393232382d663635613762313234386362222c2261626f75745f737461747573223a22726571756573746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.40989+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (5, 4, 'referrals.journey.v1', '\x30316132323639642d653363662d373033632d393232382d663635356661303565343834', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3d8-74d1-9543-9917870d1569"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3cf-703c-9228-f655fa05e484"], ["content-type", "application/json"], ["traceparent", "00-da6505823bab4ad1308ede35a98b05df-199f9db76ec061f7-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653363662d373033632d393232382d663635356661303565343834222c226e6f746963655f6964223a2230316132323639642d653364372d373562342d613866662d323730323032333731343164222c226361757365223a2230316132323639642d653364342d373465312d616432352d623664643265343030623634222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.416349+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (6, 3, 'referrals.journey.v1', '\x30316132323639642d653364382d373464312d393534332d393931383264386461313036', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-e3da-7534-be26-8e1aed4e354a"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-e3d8-74d1-9543-99182d8da106"], ["content-type", "application/json"], ["traceparent", "00-3245db5617b751337a78d8dda008e3a0-875888fea2770d24-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d653364382d373464312d393534332d393931383264386461313036222c226e6f746963655f6964223a2230316132323639642d653364392d373237382d623033362d623066313263376566656534222c226361757365223a2230316132323639642d653364382d373464312d393534332d393931646437643061333164222c22726f6c65223a22636f6f7264696e61746f72222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 09:23:31.41835+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (7, 6, 'referrals.journey.v1', '\x30316132323932392d633431612d373734652d383036652d643862316662623636623366', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c429-77e6-b2de-9c9d342dddce"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c41a-774e-806e-d8b1fbb66b3f"], ["content-type", "application/json"], ["traceparent", "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633431612d373734652d383036652d643862316662623636623366222c226e6f746963655f6964223a2230316132323932392d633432342d373163302d623231652d336237346561656362316339222c226361757365223a2230316132323932392d633431612d373734652d383036652d643862363064383266316139222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.780964+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (8, 6, 'referrals.journey.v1', '\x30316132323932392d633431612d373734652d383036652d643862316662623636623366', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c429-77e6-b2de-9c9e7526608e"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c41a-774e-806e-d8b1fbb66b3f"], ["content-type", "application/json"], ["traceparent", "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633431612d373734652d383036652d643862316662623636623366222c226e6f746963655f6964223a2230316132323932392d633432342d373163302d623231652d336237363930623439653063222c226361757365223a2230316132323932392d633431612d373734652d383036652d643862363064383266316139222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.781087+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (9, 6, 'referrals.journey.v1', '\x30316132323932392d633431612d373734652d383036652d643862316662623636623366', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c429-77e6-b2de-9c9f47fc166d"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c41a-774e-806e-d8b1fbb66b3f"], ["content-type", "application/json"], ["traceparent", "00-1d997758fab080e69c866361ee6564c8-8dbdc45649add680-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633431612d373734652d383036652d643862316662623636623366222c226e6f746963655f6964223a2230316132323932392d633432342d373163302d623231652d336237386664343932363237222c226361757365223a2230316132323932392d633431612d373734652d383036652d643862363064383266316139222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22706572736f6e222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.78109+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (10, 0, 'referrals.journey.v1', '\x30316132323932392d633432642d373763322d386366342d336165396131356435366664', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c42f-762b-986b-0b751890ea53"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c42d-77c2-8cf4-3ae9a15d56fd"], ["content-type", "application/json"], ["traceparent", "00-4cd538c9491cdb1992504ae51dd6c9d5-b14ac87d19567886-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633432642d373763322d386366342d336165396131356435366664222c226e6f746963655f6964223a2230316132323932392d633432652d373337632d626132612d663937656362313763363039222c226361757365223a2230316132323932392d633432642d373763322d386366342d336165656266343332383030222c2261626f75745f737461747573223a22726571756573746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.783508+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (11, 0, 'referrals.journey.v1', '\x30316132323932392d633432642d373763322d386366342d336165396131356435366664', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c431-7685-aff4-7130f50dc69d"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c42d-77c2-8cf4-3ae9a15d56fd"], ["content-type", "application/json"], ["traceparent", "00-311437a12e71a5bbc599a2548988805a-009644ab06f00c98-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633432642d373763322d386366342d336165396131356435366664222c226e6f746963655f6964223a2230316132323932392d633433302d373061342d613334382d666338653862386535613332222c226361757365223a2230316132323932392d633432662d373632622d393836622d306237386366343533386532222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.785285+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (12, 4, 'referrals.journey.v1', '\x30316132323932392d633433312d373638352d616666342d373133316262653233363534', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c433-7064-a613-91b199fb6d17"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c431-7685-aff4-7131bbe23654"], ["content-type", "application/json"], ["traceparent", "00-2e2064d9ef66c3bd80b5bed8645b2c3c-6b88b2e92dbc56bf-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633433312d373638352d616666342d373133316262653233363534222c226e6f746963655f6964223a2230316132323932392d633433322d373538652d616164302d656530313565313032326335222c226361757365223a2230316132323932392d633433312d373638352d616666342d373133373136306661323731222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.787393+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (13, 6, 'referrals.journey.v1', '\x30316132323932392d633433332d373036342d613631332d393162326663633065643632', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c434-7637-9f43-336cd999bbaf"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c433-7064-a613-91b2fcc0ed62"], ["content-type", "application/json"], ["traceparent", "00-6afe5b08c9d4aa3cccd9ae13eedf01db-734df5038cf68341-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633433332d373036342d613631332d393162326663633065643632222c226e6f746963655f6964223a2230316132323932392d633433342d373633372d396634332d333336616163336136393063222c226361757365223a2230316132323932392d633433332d373036342d613631332d393162373231363839333534222c22726f6c65223a22636f6f7264696e61746f72222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.789122+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (14, 7, 'referrals.journey.v1', '\x30316132323932392d633433352d373336382d626537372d376561336366663261613663', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c437-704c-a052-bfbc8432d171"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c435-7368-be77-7ea3cff2aa6c"], ["content-type", "application/json"], ["traceparent", "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633433352d373336382d626537372d376561336366663261613663222c226e6f746963655f6964223a2230316132323932392d633433362d373766342d613533362d626636653861653464643066222c226361757365223a2230316132323932392d633433352d373336382d626537372d376561386139636539346634222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.791531+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (15, 7, 'referrals.journey.v1', '\x30316132323932392d633433352d373336382d626537372d376561336366663261613663', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c437-704c-a052-bfbd6462ee7e"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c435-7368-be77-7ea3cff2aa6c"], ["content-type", "application/json"], ["traceparent", "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633433352d373336382d626537372d376561336366663261613663222c226e6f746963655f6964223a2230316132323932392d633433362d373766342d613533362d626637303065633966316466222c226361757365223a2230316132323932392d633433352d373336382d626537372d376561386139636539346634222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.791549+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (16, 7, 'referrals.journey.v1', '\x30316132323932392d633433352d373336382d626537372d376561336366663261613663', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-c437-704c-a052-bfbed1d1fb62"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-c435-7368-be77-7ea3cff2aa6c"], ["content-type", "application/json"], ["traceparent", "00-9902f489b0ca02701e69be164a55f917-51f5bb0d7be2451c-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d633433352d373336382d626537372d376561336366663261613663222c226e6f746963655f6964223a2230316132323932392d633433362d373766342d613533362d626637326333376161653835222c226361757365223a2230316132323932392d633433352d373336382d626537372d376561386139636539346634222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22706572736f6e222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-29 21:15:32.791551+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (17, 3, 'referrals.journey.v1', '\x30316132326136612d393930662d373064352d396638382d353466616364323764373037', '[["ce_specversion", "1.0"], ["ce_id", "01a22a6a-991c-76a6-87e9-0fda94b55e38"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22a6a-990f-70d5-9f88-54facd27d707"], ["content-type", "application/json"], ["traceparent", "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"]]', '\x7b22726566657272616c5f6964223a2230316132326136612d393930662d373064352d396638382d353466616364323764373037222c226e6f746963655f6964223a2230316132326136612d393931382d373066642d616432322d646238333164303732336336222c226361757365223a2230316132326136612d393930662d373064352d396638382d353466663633633938303735222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a227265666572726572222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-30 03:05:58.815801+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (18, 3, 'referrals.journey.v1', '\x30316132326136612d393930662d373064352d396638382d353466616364323764373037', '[["ce_specversion", "1.0"], ["ce_id", "01a22a6a-991c-76a6-87e9-0fdb641a49ff"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22a6a-990f-70d5-9f88-54facd27d707"], ["content-type", "application/json"], ["traceparent", "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"]]', '\x7b22726566657272616c5f6964223a2230316132326136612d393930662d373064352d396638382d353466616364323764373037222c226e6f746963655f6964223a2230316132326136612d393931382d373066642d616432322d646238353734623938643434222c226361757365223a2230316132326136612d393930662d373064352d396638382d353466663633633938303735222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22746172676574222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-30 03:05:58.815903+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (19, 3, 'referrals.journey.v1', '\x30316132326136612d393930662d373064352d396638382d353466616364323764373037', '[["ce_specversion", "1.0"], ["ce_id", "01a22a6a-991c-76a6-87e9-0fdc228fc3e4"], ["ce_source", "urn:alongside:service:notifications"], ["ce_type", "org.alongside.notice.delivered.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22a6a-990f-70d5-9f88-54facd27d707"], ["content-type", "application/json"], ["traceparent", "00-2714683a61b8c0c5727d6618a84fa2d0-ad3ae980b5602e7f-03"]]', '\x7b22726566657272616c5f6964223a2230316132326136612d393930662d373064352d396638382d353466616364323764373037222c226e6f746963655f6964223a2230316132326136612d393931382d373066642d616432322d646238373464343139633835222c226361757365223a2230316132326136612d393930662d373064352d396638382d353466663633633938303735222c2261626f75745f737461747573223a226163636570746564222c22726f6c65223a22706572736f6e222c226368616e6e656c223a22696e2d617070222c2264656c6976657265645f6174223a22323032362d31312d32325431323a30303a30305a227d', '2026-11-30 03:05:58.815906+00');

INSERT INTO public.partner_channels VALUES ('st-mary-hospital', '{email}', '2026-11-30 05:00:00+00');

INSERT INTO public.referral_state VALUES ('01956000-0000-7000-8000-000000000001', 3, 'accepted', NULL, '01956000-0000-7000-8000-0000000000aa', 'target');

INSERT INTO public.timer VALUES ('crisis-unacknowledged', '01a2269d-e3db-70c9-b6fc-fa7756aa9b0a', '01a2269d-e3dd-73fb-88da-cd90aab8383a', '2026-11-22 12:10:00+00', '{}', '{"traceparent": "00-3ff38423c17b630f5187baa0adcd4b73-bf404f26b7eaca61-03"}', 0);
INSERT INTO public.timer VALUES ('erasure-expiry', '01a22929-c435-7368-be77-7ea5b7c66e32', '01a22929-c43b-72e9-a21a-2cd4f3ff5116', '2027-12-27 12:00:00+00', '{}', '{"traceparent": "00-fdcb04f2ba51568e9a04fd3273deb65e-a920375a22b6dfcb-03"}', 0);
INSERT INTO public.timer VALUES ('crisis-unacknowledged', '01a22929-c43c-724b-bd25-a2152e4548d9', '01a22929-c43e-74a0-8251-37ce910bf325', '2026-11-22 12:10:00+00', '{}', '{"traceparent": "00-23ea58de4884a2b5fd369721fa6cf0d5-36c1a28715b610b0-03"}', 0);
INSERT INTO public.timer VALUES ('crisis-unacknowledged', '01a22a6a-9920-7396-9008-97dacc2a79ee', '01a22a6a-9922-70d9-a92a-8bb49d582359', '2026-11-22 12:10:00+00', '{}', '{"traceparent": "00-175905a9c273e5a9ae37b23b87bc689a-c12d45862f8e91b8-03"}', 0);

SELECT pg_catalog.setval('public.outbox_id_seq', 19, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT pk_dead_letter PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT pk_delivery PRIMARY KEY (notice_id, channel);

ALTER TABLE ONLY public.erased_person
    ADD CONSTRAINT pk_erased_person PRIMARY KEY (person_id);

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

ALTER TABLE ONLY public.partner_channels
    ADD CONSTRAINT pk_partner_channels PRIMARY KEY (partner);

ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);

ALTER TABLE ONLY public.referral_state
    ADD CONSTRAINT pk_referral_state PRIMARY KEY (referral_id);

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

CREATE INDEX ix_delivery_due ON public.delivery USING btree (urgent, recipient_kind, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));

CREATE INDEX ix_delivery_waiting ON public.delivery USING btree (referral_id, recipient_id) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));

CREATE INDEX ix_escalation_open ON public.escalation USING btree (raised_at) WHERE (acknowledged_at IS NULL);

CREATE INDEX ix_escalation_submission ON public.escalation USING btree (submission_id);

CREATE INDEX ix_idempotency_key_created_at ON public.idempotency_key USING btree (created_at);

CREATE INDEX ix_inbox_received_at ON public.inbox USING btree (received_at);

CREATE INDEX ix_notice_due ON public.notice USING btree (urgent, recipient_kind, next_attempt_at) WHERE (state = ANY (ARRAY['pending'::text, 'sending'::text]));

CREATE INDEX ix_notice_email ON public.notice USING btree (id) WHERE (channel = 'email'::text);

CREATE INDEX ix_notice_inbox ON public.notice USING btree (recipient_id, id);

CREATE INDEX ix_notice_partner ON public.notice USING btree (partner, since) WHERE (partner IS NOT NULL);

CREATE INDEX ix_notice_referral ON public.notice USING btree (referral_id, id) WHERE (referral_id IS NOT NULL);

CREATE INDEX ix_outbox_shard ON public.outbox USING btree (shard, id);

CREATE INDEX ix_quarantine_partner ON public.quarantine USING btree (partner, id);

CREATE INDEX ix_timer_due_at ON public.timer USING btree (due_at);

CREATE UNIQUE INDEX uq_quarantine_open ON public.quarantine USING btree (topic) WHERE (resumed_at IS NULL);

ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT fk_delivery_notice_id_notice FOREIGN KEY (notice_id) REFERENCES public.notice(id) ON DELETE CASCADE;
