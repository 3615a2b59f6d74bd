CREATE FUNCTION public.fill_day_of_occurrence() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        begin
            new.day := (new.starts_at at time zone coalesce(
                (select zone from group_schedule where offer_id = new.offer_id), 'UTC'))::date;
            return new;
        end $$;

CREATE FUNCTION public.note_changed_offers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        declare this_one constant bigint := pg_current_xact_id()::text::bigint;
        begin
            insert into offer_change as known (offer_id, changed_in, said_in)
            select id, this_one, case when (after.held, after.taken) = (before.held, before.taken) then this_one else 0 end
            from after_it as after join before_it as before using (id)
            on conflict (offer_id) do update
                set changed_in = excluded.changed_in, said_in = greatest(known.said_in, excluded.said_in);
            return null;
        end $$;

CREATE FUNCTION public.note_new_offers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        begin
            insert into offer_change (offer_id, changed_in, said_in)
            select id, pg_current_xact_id()::text::bigint, pg_current_xact_id()::text::bigint from added
            on conflict do nothing;
            return null;
        end $$;

CREATE FUNCTION public.refuse_promise_beyond_effective_capacity() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        begin
            raise exception 'offer % has no place left', new.id using errcode = 'check_violation';
        end $$;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.certification (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    issuer text NOT NULL,
    endorsement text NOT NULL,
    issued_on date NOT NULL,
    expires_on date NOT NULL,
    CONSTRAINT ck_certification_expires_on CHECK ((expires_on > issued_on))
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

CREATE TABLE public.decision (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    region text NOT NULL,
    policy_version text NOT NULL,
    proposal_id uuid,
    meanwhile jsonb,
    document bytea NOT NULL,
    decided_at timestamp with time zone NOT NULL
);

CREATE TABLE public.directory_import (
    id uuid NOT NULL,
    region text NOT NULL,
    pause_vanished boolean NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    state text NOT NULL,
    of integer,
    read integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    changed integer DEFAULT 0 NOT NULL,
    unchanged integer DEFAULT 0 NOT NULL,
    quarantined integer DEFAULT 0 NOT NULL,
    lines_quarantined integer DEFAULT 0 NOT NULL,
    flagged integer DEFAULT 0 NOT NULL,
    vanished integer DEFAULT 0 NOT NULL,
    problem text,
    remedy text,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    source text NOT NULL,
    source_key text NOT NULL,
    digest_key bytea,
    dry_run boolean DEFAULT false NOT NULL,
    confirm text,
    confirmation text,
    questions jsonb DEFAULT '[]'::jsonb NOT NULL,
    moved text[],
    kept text[],
    released text[],
    CONSTRAINT ck_directory_import_state CHECK ((state = ANY (ARRAY['queued'::text, 'reading'::text, 'storing'::text, 'done'::text, 'failed'::text, 'held'::text])))
);

CREATE TABLE public.directory_import_line (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    file text NOT NULL,
    line integer NOT NULL,
    source_id text NOT NULL,
    "column" text NOT NULL,
    code text NOT NULL,
    remedy text NOT NULL,
    path text NOT NULL,
    digest text NOT NULL,
    CONSTRAINT ck_directory_import_line_kind CHECK ((kind = ANY (ARRAY['quarantined'::text, 'flagged'::text])))
);

CREATE UNLOGGED TABLE public.directory_import_part (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL
);

CREATE TABLE public.directory_record (
    id uuid NOT NULL,
    region text NOT NULL,
    kind text NOT NULL,
    source_id text NOT NULL,
    document jsonb NOT NULL,
    organization_id uuid,
    service_id uuid,
    taxonomy_id uuid,
    parent_id uuid,
    terms uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    latitude double precision,
    longitude double precision,
    postal_code text,
    search tsvector NOT NULL,
    content_hash text NOT NULL,
    verified_on date,
    first_import uuid NOT NULL,
    last_import uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    source text NOT NULL,
    hotline boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_directory_record_kind CHECK ((kind = ANY (ARRAY['organization'::text, 'service'::text, 'service_at_location'::text, 'taxonomy'::text, 'taxonomy_term'::text])))
);

CREATE TABLE public.directory_source (
    key text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    rows jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.erased_person (
    person_id uuid NOT NULL,
    erased_at timestamp with time zone NOT NULL
);

CREATE TABLE public.group_schedule (
    offer_id uuid NOT NULL,
    zone text NOT NULL,
    starts_on date NOT NULL,
    at time without time zone NOT NULL,
    minutes integer NOT NULL,
    every text NOT NULL,
    weekdays text[] DEFAULT '{}'::text[] NOT NULL,
    nth smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    until date,
    exceptions date[] DEFAULT '{}'::date[] NOT NULL,
    meeting_state text NOT NULL,
    newcomers boolean NOT NULL,
    seats integer,
    facilitators_min integer DEFAULT 0 NOT NULL,
    CONSTRAINT ck_group_schedule_counts CHECK (((seats >= 0) AND (facilitators_min >= 0))),
    CONSTRAINT ck_group_schedule_every CHECK ((every = ANY (ARRAY['week'::text, 'fortnight'::text, 'month'::text]))),
    CONSTRAINT ck_group_schedule_meeting_state CHECK ((meeting_state = ANY (ARRAY['meeting'::text, 'suspended'::text, 'ended'::text]))),
    CONSTRAINT ck_group_schedule_minutes CHECK (((minutes >= 1) AND (minutes <= 1440))),
    CONSTRAINT ck_group_schedule_nth_of_the_month CHECK (((every = 'month'::text) = (cardinality(nth) > 0))),
    CONSTRAINT ck_group_schedule_until CHECK (((until IS NULL) OR (until >= starts_on))),
    CONSTRAINT ck_group_schedule_weekdays CHECK ((cardinality(weekdays) > 0))
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

CREATE TABLE public.listing (
    source text NOT NULL,
    source_id text NOT NULL,
    number integer NOT NULL,
    sequence bigint NOT NULL,
    region text NOT NULL,
    state jsonb NOT NULL,
    effect text,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_listing_effect CHECK ((effect = ANY (ARRAY['pause'::text, 'hide'::text])))
);

CREATE TABLE public.occurrence (
    offer_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    seats integer,
    held integer DEFAULT 0 NOT NULL,
    taken integer DEFAULT 0 NOT NULL,
    cancelled boolean NOT NULL,
    facilitators integer,
    day date NOT NULL,
    CONSTRAINT ck_occurrence_counts CHECK (((held >= 0) AND (taken >= 0) AND (seats >= 0))),
    CONSTRAINT ck_occurrence_facilitators CHECK ((facilitators >= 0)),
    CONSTRAINT ck_occurrence_within_seats CHECK (((seats IS NULL) OR ((held + taken) <= seats)))
);

CREATE TABLE public.offer (
    id uuid NOT NULL,
    kind text NOT NULL,
    region text NOT NULL,
    name text,
    needs text[] DEFAULT '{}'::text[] NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    formats text[] DEFAULT '{}'::text[] NOT NULL,
    modes text[] DEFAULT '{}'::text[] NOT NULL,
    age_bands text[] DEFAULT '{}'::text[] NOT NULL,
    capacity integer,
    held integer DEFAULT 0 NOT NULL,
    taken integer DEFAULT 0 NOT NULL,
    paused_because text,
    source text,
    source_id text,
    content_hash text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    hopes text[] DEFAULT '{}'::text[] NOT NULL,
    interests text[] DEFAULT '{}'::text[] NOT NULL,
    identities text[] DEFAULT '{}'::text[] NOT NULL,
    organisations text[] DEFAULT '{}'::text[] NOT NULL,
    endorsements text[] DEFAULT '{}'::text[] NOT NULL,
    eligibility text[] DEFAULT '{}'::text[] NOT NULL,
    required_endorsement text,
    availability bytea,
    latitude double precision,
    longitude double precision,
    reach_km double precision,
    certified_until date,
    certification_required boolean DEFAULT false NOT NULL,
    checked_until date,
    check_required boolean DEFAULT false NOT NULL,
    capacity_limit integer,
    effective_capacity integer GENERATED ALWAYS AS (LEAST(capacity, capacity_limit)) STORED,
    paused_until timestamp with time zone,
    place_closed boolean DEFAULT false NOT NULL,
    only_for text[] DEFAULT '{}'::text[] NOT NULL,
    kept_by_staff text[] DEFAULT '{}'::text[] NOT NULL,
    withdrawn boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_offer_availability CHECK ((octet_length(availability) = 42)),
    CONSTRAINT ck_offer_counts CHECK (((capacity >= 0) AND (held >= 0) AND (taken >= 0))),
    CONSTRAINT ck_offer_kind CHECK ((kind = ANY (ARRAY['supporter'::text, 'group'::text, 'service'::text]))),
    CONSTRAINT ck_offer_languages CHECK ((cardinality(languages) > 0)),
    CONSTRAINT ck_offer_latitude_with_longitude CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT ck_offer_limit CHECK (((capacity_limit >= 0) AND ((capacity_limit IS NULL) OR (capacity IS NOT NULL)))),
    CONSTRAINT ck_offer_needs CHECK (((cardinality(needs) > 0) OR (source IS NOT NULL))),
    CONSTRAINT ck_offer_paused_because CHECK ((paused_because = ANY (ARRAY['staff'::text, 'not-active'::text, 'vanished'::text, 'not-meeting'::text]))),
    CONSTRAINT ck_offer_reach_km CHECK ((reach_km > (0)::double precision)),
    CONSTRAINT ck_offer_source_with_its_id CHECK (((source IS NULL) = (source_id IS NULL))),
    CONSTRAINT ck_offer_supporters_have_no_name_here CHECK (((kind <> 'supporter'::text) OR (name IS NULL))),
    CONSTRAINT ck_offer_within_capacity CHECK (((capacity IS NULL) OR ((held + taken) <= capacity)))
);

CREATE TABLE public.offer_change (
    offer_id uuid NOT NULL,
    changed_in bigint NOT NULL,
    said_in bigint NOT NULL
);

CREATE TABLE public.offer_contact (
    offer_id uuid NOT NULL,
    email text NOT NULL,
    unusable_since timestamp with time zone
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

CREATE TABLE public.parted (
    person_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    parted_at timestamp with time zone NOT NULL
);

CREATE TABLE public.policy (
    version text NOT NULL,
    numbers jsonb NOT NULL,
    first_used_at timestamp with time zone NOT NULL
);

CREATE TABLE public.proposal (
    id uuid NOT NULL,
    referral_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    offer_kind text NOT NULL,
    region text NOT NULL,
    attempt integer NOT NULL,
    state text NOT NULL,
    reasons text[] DEFAULT '{}'::text[] NOT NULL,
    score double precision NOT NULL,
    factors jsonb NOT NULL,
    considered integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    declined_because text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_proposal_answered_at CHECK (((state = 'open'::text) = (answered_at IS NULL))),
    CONSTRAINT ck_proposal_declined_because CHECK (((state = 'declined'::text) = (declined_because IS NOT NULL))),
    CONSTRAINT ck_proposal_state CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'lapsed'::text, 'withdrawn'::text])))
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

CREATE TABLE public.request (
    referral_id uuid NOT NULL,
    state text NOT NULL,
    region text NOT NULL,
    needs text[] DEFAULT '{}'::text[] NOT NULL,
    urgency_rank integer NOT NULL,
    asked uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    waiting_since timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    sought jsonb NOT NULL,
    amendment integer DEFAULT 0 NOT NULL,
    consent_change integer DEFAULT 0 NOT NULL,
    person_id uuid,
    CONSTRAINT ck_request_state CHECK ((state = ANY (ARRAY['searching'::text, 'waiting'::text, 'proposed'::text, 'matched'::text, 'closed'::text])))
);

CREATE TABLE public.seat (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    referral_id uuid NOT NULL,
    state text NOT NULL,
    expires_at timestamp with time zone,
    CONSTRAINT ck_seat_state CHECK ((state = ANY (ARRAY['held'::text, 'taken'::text, 'released'::text, 'expired'::text])))
);

CREATE TABLE public.self_check (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    rested smallint NOT NULL,
    supported smallint NOT NULL,
    able smallint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_self_check_able CHECK (((able >= 0) AND (able <= 4))),
    CONSTRAINT ck_self_check_rested CHECK (((rested >= 0) AND (rested <= 4))),
    CONSTRAINT ck_self_check_supported CHECK (((supported >= 0) AND (supported <= 4)))
);

CREATE TABLE public.supporter (
    offer_id uuid NOT NULL,
    hours_per_week_max double precision,
    supervisor text,
    CONSTRAINT ck_supporter_hours_per_week_max CHECK ((hours_per_week_max > (0)::double precision))
);

CREATE TABLE public.supporter_log (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    kind text NOT NULL,
    on_day date NOT NULL,
    minutes integer NOT NULL,
    CONSTRAINT ck_supporter_log_kind CHECK ((kind = ANY (ARRAY['supervision'::text, 'crisis'::text, 'support'::text]))),
    CONSTRAINT ck_supporter_log_minutes CHECK (((minutes >= 0) AND (minutes <= 1440)))
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

CREATE TABLE public.training (
    id uuid NOT NULL,
    offer_id uuid NOT NULL,
    topic text NOT NULL,
    hours double precision NOT NULL,
    completed_on date NOT NULL,
    CONSTRAINT ck_training_hours CHECK ((hours > (0)::double precision))
);

INSERT INTO public.alembic_version VALUES ('0019');

INSERT INTO public.certification VALUES ('01a2269d-dada-733e-8b6f-60481ef43eee', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'State board', 'substance-use-recovery', '2025-11-22', '2027-11-22');

INSERT INTO public.dead_letter VALUES ('01a2269d-dc62-722d-a828-d86f98194a6a', '2026-11-22 12:00:00+00', 'referrals.journey.v1', 0, 10, 1700000000000, '\x6b', '\x7b', '[["ce_specversion", "MS4w"], ["ce_id", "MQ=="], ["ce_source", "dXJuOmFsb25nc2lkZTpzZXJ2aWNlOmludGFrZQ=="], ["ce_type", "b3JnLmFsb25nc2lkZS5zdWJtaXNzaW9uLmFkbWl0dGVkLnYx"]]', '1', 'org.alongside.submission.admitted.v1', 'malformed', 'value', 'send valid JSON in UTF-8', 'waiting', 0, NULL, NULL);

INSERT INTO public.decision VALUES ('01a2269d-db5a-7028-8d06-f1a666dfff00', '01a2269d-db46-7442-a0bc-341a2628a4ff', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-db56-7338-819f-9f0283ae005f', NULL, '\x7801a554db729b3010fd17bd1679242ec6e13bfae6c9308b588126205101493d1eff7b57c26d128fd3a453c6e6a6dde5ecd9737466aa77335a563121214df70f2d6fa154bc2c95e64d9e353c2b30dbab561f742158c226371875aa9fd1cfc685bc06f75a1eb2ac00d92a513e500c0ea633cd80ac4ae9e1a71ad6165b569d2f099b7bf038d3fd76d7d616c392d895f9c3bb2361da23d6d3002ac48b5d5a50ba07fb14e28f67e6b4465f1b7af82af4276343f4bc4e93f30bfad88db10b9597221e091b1c443822610a26506639b12a4f98536a9d4c844ac8402dce53da51ee4442ffc74bf201a0464a5eeea5e2b097191700b96c41a9a2083c5d0175deadd397c14882f6199a4722dac234f76e0954c739a522dd734293a6f4298f3f569ce3a247e2d1c3704b6593ef7999e72907d1289ee5248f7d7a805ceb98df6dd35f67ae073e1a180dbd0ec30cb4b0ce1bd48c600c60bb15ba30c223239dd1ab17308bb15d3d1bab4822ec15d877995642d0ef5b3c331a789c72483eb3ff1cb5c7bf438641b9de0dd4c587e049cc73e8403b3f4290cd91a845be384e97b030ba76ebd4583e91438878724c7f5d7d27a8de4d5ba872d6a25a029d5481e4886490ad7807be454b5c5195719d8d8a11f46a2106af1f1a47d3912b160a797123c422ce7760cd0ca1e846fc380dee84beca4b294311b42d0918472a1503e6b59917a079f07546ee513932f8294406a5188f6dfd26259ae86e42c2e019cc008d19a273983e6ccefac239d3778342633d71426ca7c5ae2c127ea0cd202203d5d74f23b937dd15e457f48bd1e4d17a2582864d59e51fc95f975564a5fedd16ab16bf2225f7a8686779939a092e0a2e247d3f2edea404c7df28f25fbcfe991a3fd420357e5765cfa6451706f6aab2b053dc8ca3bc4ff125d0093e8eec4c5b3cd9206cdd648796541cb6900d4f955ee8f8059706e661', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dbfc-76e5-a7bc-fc16a7b0054b', '01a2269d-dbee-706d-834f-0ed2e5e0c0ee', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dbf8-7598-867f-fd7279173164', NULL, '\x7801c556ed729b3a107d17fd2df2488090ede7b8ff3219669116a30920ae80e4663c79f7aee4b4769da46d92762e6363c3ee8ab31fe78823339d9f71647b2624e479b5b3dc3652725d49c3a192051700a5b4608c523b96b1c9f7ce3cd6f71866e7635c83552bb745a1405a2374f4c1de1d5cd323db2bbaf8cff4ab45cbf6c7a78ccd1d049ce9ffe99fad478c26b1d1e5ee8723636d40aca71e4cf4179b5c517880f12efadf1c996f5b0cb5a38bdf857ee7c6e87d087e9d52266e5c686929d291b1de43822232666002e396c768cd9837669d5cc249b0c02c3e50dc8ddc888cbeb74fd95b681acdb55215dfb5a5e195a2fa622e41b4253dfe4368a89e7f0c4c5136bba65055f37f80c12dd765a17863cd96e7cd56ef405b10a23a8399d769f261c1f0dbbd2a3e5e1dd0866b6d5ade9445c30b8545656cbb6d95f839a05da195a011f9363b3975e83c3ce52520793d3b34f4eaf6e9964831c234777e89b4489cca455e7162619ed3d303febbe29c8c0169e603f42fc61e916b5159be2dca960bb4392a144620a6f8c389a9ebccdb9e0f0e0647b723f1e214131f1cb68c60f4301e563844badd30d204baf5006e71e3a19edd6888ceec0cec1f99ef85a0cf97746644cec4c8187c649fa065c08fc31dbc3da177239f48a1a89819bb77167d4ce6dc97486ab807d743e3fa4473a64f2a7075a6b45e26f30e567f2699d68701a240c51645c9fa21059ab3870e0335e526571bad33be151bb94b62745dfd6bc03f61fe5f04fc5a29df29039f4177ee7ef10a92f7f2ff5748a037bef33d8ddf9bf4a2ad718e3dbde8b31f912f9ed34f34bc3acd53f76c3de7432ad3614f5b17294ce7a713038c1f47344b643e2d453b1dcdcafc3c4d102c8e446b4237acb333c9836e2d44f667fe0c833bd066bb90cb831f202de2c3014637435cf4a411c3d4fb470cfb524b1917c1d1d2d688032d951ce6b5991720e9e0eb8c3ca0f1f4def0183da3a8b980b6be08217d7923e0055bdbed1551dfbe2cda576d31b10bfea8c49f3c2103d3d577039533df4435c7b0b89676ff7aa502f52711d4dfd5f9d96c5255ea6f69b1fd1256a4e00e0dbdb05c8416820bc585a4e727e35548dc0e0284a449477ad9a2118a2f51344a96f42c6e10a779daab273abe02e58af318', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc1b-73a2-8ead-ce9e463ee262', '01a2269d-dc0a-76ae-bcf0-3dd22e96784b', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc14-7142-9266-aab1dc5c607a', NULL, '\x7801bd56ed6eab38107d17ff5d1cd98071c873ecbfaa42833d04ab80b906da5b457df71d93ee25cd6db6ed56bb2821c1e331673eceb14fccb47ec2811d989090a64569b9ad6bcdb552052f9bdcf042d130a6124493b3848dbe73e6b97ac430391ffd6a2c1ab9cf3205d21aa14b9a839d3bbaba437650f4f0d3748b45cb0ea797844d2d049ce8fff99fad068c26b1d379f9e64a581310abb10313e78b5daac83dc0f010e7df9d986f1a0c95a387cf427f70439c7d0c7e19d748dc30d3d252ac57c23a0f2b149130032318373faf11786396d1ad30091598d90772bb933b91d0f7fe25f92c982cafcb3a53454d6fffdfc1e09eeb3c53bcb666cfd37aaf4bd01684283630d3328e3ecc183e9d9d2c61ff3a3b52725d48c3a190191700b9b4608c52b1836e64a7d48a6ab5554a5e564a92610343a6b7a512bbf276a9401baeb569789d6735cf146685b1cdbe516203f35e76ca2c22da00a5d4f05befe41f00d2eafee59e3831c038b57e8eac5829958ab4e0949e34a5b707fcb1e0b41a0352cb07e8aebbde08a05402f2da348267d6a6299685dee7b1d1021ecf445d26de74bc77d03b1a8ebc8b5d4c7470d83082d1c1705ce018d976c7481268e809dcec866335b9c1109bd906ec4f991e84a0cf1feb9d1137574246e713fb062bbf03b7f1a18748e91855243985b055834af3d462a038ee52b5d33ae17bb193e7a6f808f03f30f73f041c95e51ad91769fc1d745beab2f7907c81bfdf41d17b7b6e4937f091761d6248c21e9d45ffb6bc91fe2d76a4e0447d7804d741edba55c3993e4bfcd59d9af6b7fc7e55083e8a0c3ae35bdf11e49b3ca32d728aa15c74af1f90cf9ed34f34bc9b81b17db56e5522b9f99580d68fe7ac193f0c68e62801b414ed78c480e99523102c0ec46f42d72f9333eb0c1a9a89f5af39ef7b77a44d77a6294fbe8775111f8e30b809e2a267b1e8c7ce3f6338e45acab8080e96f648ec69a975c2b4d4d30ca4217c999007349ece0fcf7166543717d056172e2434371c7e2b6cb3bfaae9edc7ac79d71603bb5005b5aa42ba2203d3560f3df553ba8bb28e61760d1d03aa8512d49dd550ff92e957b359b352fd1d163bcc6141726ed1d0c1e5c235135c282e24bd7f355eb9c47d214058dbf744872e6aa17898a256b2c481b8539cfbe9a05ee8fa0bb820f50a', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc2a-7451-82be-0feee50c1bda', '01a2269d-dc26-71f1-b964-7703b8e1ba2b', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc29-74d1-9392-3c908d987109', NULL, '\x7801a556d172ab380cfd17bf2eced80663c877ec5ba7c3086382a7805903ed7632fdf7959dec254d9bf6f6866993802473249d23fb4874e76633923d611c84c8cb863675ada89232a7659b699a4b91667559a732af494226d75bfd5a3d1b3f5b17e26a93b7bc485309bcd14c95e8637a7bb0756fc85ee2cdbfba5f1bd390fdf12d217307deccf8fbf4aba946134c6ca7b2f2dd9590d61b534d3de8e0cf764262b887f129f83f1c896b5be32b8b37bf0bfdc98ec1fbe0dd3ac54cecb8e0d29cc52b21bd8308852544c304da2eaf3103a7f53ad9081351815e9cc7b007be6309fe3fbe25b7c09882aa2c95b46e7441455da81254038ce5f8f63398799d26e717e37f1b509a903f06c4395539d714729e520690f106b4963234ed46754a25b13c5b71f86571381a3630687a5f1db62bbfa8ce35cb446e0407d6665f8009582ec0884b30c8b52fb114b7b180d25429ddd23a4b6b9a4a93e6ba698b56b20dcb679d2ad3509dad3802316cd4c9be01a4e4e3db234a628469eedc124411152598c829b64a087cbb37ffac668e466f90f11efa6bd26b7457bce5b42ef30cf360695d185e83087af5e670d2e93ad3b6a78385c1e2e320bb40625483352d41183d8c87150e416c0f0427023e7a01bbd8f150cd76d42866b201fb9b8b3d63f8f757fc2428cda8c7107c247788f21eb8adf303044587ac82c63185ad1b383e3e22fba142ef41b721493f43f20369de836270cda9c376a413ce70245c429e6d63dcfb6a056577a6c77988aa8667b03dd4b68f1391a8382faf3f90031febfb038ddf93d5379d4fc8024f6193c35c5e3ae391cb0f42ee944a68c176fc34a4ae48fbd391f01d7ce8b5eb5c8fd5bea938dc2be7d0858b6cdc68e8e2287e05c3a7cd9bbab37523180e9e5fbdebdc746ab876e368f41286012e855b1fd6613eab057c6346543aa21bd6d9eae8818f16d4ff992ec3600fb8fb2ee8f2e206888b387f80d1ce10163d8d8d61eaddabf1fb4c711e163163839ba51970a9e830aff5bc004e13bace867aa31d1e245e83679873d69ba6ba08c1917323e00327dbe29a8f37efd3f6535348ec821b3272434464a0bbea6940fa885d18f0c62fb6c5f340b56281fad35c54bf06f6d9ac6355aaffd322fbc5af06833ba3f10473119a32ca24651cdf1f8d57216187f0e0a3f28e78fa420a85531552a941f9863de3c4a7bd7cc3eb3fc424f755', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc39-7380-b788-95f96700b2c2', '01a2269d-dc26-71f1-b964-7703b8e1ba2b', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc38-702f-a674-90ff1f2c22eb', NULL, '\x7801a556db72ab3a0cfd17bf6e9cb1b919f88ef3d6e930c208f01430c7407b3a99fcfb919dec9d34bbedbe94c9cd48324bd25a728e4c0f76c599554c4888e3bc6c79db60c1559a64bc6975c1e3a65025a81684c859c4163b1afd5a3fa35b8df5710de69d2c922403d96aa14af2c1d1f4a6199155292dfed3e3de62cbaa2383f5095bde60671d19e52962eb000e576f0bbfda7a46ef2a0e2a2ddf5c11eb1c62bd8ca0bdbf38c419853b986947563d1c99ed3a74b5a1c5efa6f26466efbdeecb62dd862e6467e68db697225c111b2d043822621a16d0667b65551231abf5be9800959081deaca3b007791011bd1f4fd14780a4e42a979a432e132e0052d982d659e6eb7601d43bbb2f37604a95119a2b16798b4592e10a864c6fc18843f9099846719565392fbb54f33ca3fe632c4174e927603c961b30f12d98ec17588a8fb180d25c29ddf1264d1a9e6498e4baed8a2e13572cef75aa4c7c75aec58909c3b553c4bf4f8ba3b2c7d323b17086651dece67918481d8b38e7d4aa38a6a73bfc77c735181d12c91c8cf73cd3e4ae64277953e629e52192a640d940dc84f8fe2c957de5ddc8270393a1db9ee99e33ac77063b46304698fb1d7acfef0746a2a45b41317e7923cffbae256953364996373ee005cc66e6be5ecdac4963ec9ac93f32ae84a0d7b7f0c94e541baf19ffb423fba2701cfe7d8ed776255e37f748fe40315f4131d9f65c7833f385aa423c88d8b369d1fab25e317ac10d38d25420b1c13398111a3386b9c054981af71f54e99fb3ba6fe227d2fb4a56346927f013cdd3cc8f9537b990563678f2e39f727919d04fe587383b2815f1421ce47976dc35e44f95fa2bf8306a3bd891aafda110e814593df29b6cec8c7cb39cbebce1dde62dc3c57a6d1ecd831fbd1bec726eb8b6f38c7af31aa5ade800a03aac979a816b71263d11ba695f8d0e1e746b23955de8324da6a773682397173b41d8c4ba1e66b382dff4ace66919ed2bba2a5552fa4d706ee9c8c089b60a0eebdeac1b9066f9be2277a82d1db1afded38f1fe3b0ad6f42c2b1f56ec04f9cec8a7b3e7eb84eba774d3eb11b6e64811b7140067aa89f26a24f7cf07317dd663a3a15eb9d0a349ea78ffa31472f661daa527f4f8b559bdb918207d47496df8426828b8c0b49cf0fc6bb103fb81db8a0bc23fd2f210a550482a8d486a176bcf0a9ca4e74fd0f2484b25d', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc44-7242-b3b9-c9b6e7b3202e', '01a2269d-dc3f-7141-8bb5-8e688ec9cc78', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc43-77e5-9d09-3b0a37f0ea5f', NULL, '\x7801a556d172a33a0cfd17bf2eced8066cc877ec5ba79311c6044f01730db4b793e9bfafece42e499adc6eb69e360dc8728fa4a3231f886edd6406b2258c8310b2ac695d558aaa3c97b46c324d652ed2ac2aab34971549c8e83aabdf77afc64fd605bfcac88617699a03af355325ee319ddddbaa33642bf1e15fdd2db5a9c9f6f09190a9056f26fc7efc56ef06134c6ca3b2f26225a4f1c6ecc60e74d8cf362247770fc34bd8ff7420ae698cdf597cf853e82f7608bbf7de2d638cc40e331ecd595c09e91c44282c211a46d0767e27db3c214eeb65b41126a2023d3b8f6e4f7cc312fc7dfe48ee80d1a9a68a97404bd9302a64514825a0a905c7ff7e02332de3e8fc6cfc1f034aff1e50c53955926b0a92a7940164bc06adf33c14ed4e764a95637ad6e4f0f3e47034acd941d36576d8a6bc9f9d4f2c13d2080eacc9fe074cc07206469c83b9a8d40d2cc57d2ca0b0524a37b4cad28aa6b949a5ae9ba2c9d98ae556a5ca3464674d8e400c2b75b22f92a3f2fb882a535095a539ad6a5d505115aa04550363f20b445c4aa95644e9d53ac777c1a41b09c393ce977afe78c6061e609c5a3787168efd2f98901489250422f3e69fc54cd1e80df6a787eeba4575da6057649c165595d3c2605b185d6aad8ae8bf3faaca32d1a6a3bd85dee2eb2012a1e5b077ad6908c2e860d82fb00fd2f04450bff0d51bd8d90efbdd64078dd24356603fb9d832863f3fe227412189ea119c0fe41b12e2cddfc36d9cef21e84f882a281286b07207c5ee13b247f5e43be85624e90d248f08c97750f4ae3e56d80e74c48983844bc8abad8dbbcc56d0a1d674a8de48637805db4165bba8df444575bffe400e7ccaef238af49da8bea87c42667809231963796b8d472e3f897ca354420bb6e14749bd22eda302f6157ce8b46b5d87d9bedb7138d9a75085b368dc60e8ec28fe09869bc51bdb93752518cae4efdab56e3c165cbb61307a0e628047e1a0c63c4ca76e015f9b013b1dd1f5cb6475dc81af66ecff135dfadeeef1ae30e39637d7433cc4f93d0c768270e85136fab173efc66f33c57938c40c358e76d3e35171c3b454d30ca82674990cf5463bbcf6bc879d41e7ac37f5eecc0525e78ec3274e36c5351fef3ea7cd4d5308ec8c1b79e48688c840b7bb971ee92336611c193fdb066f2fbb0513d41d7551fd16ec9359c7acecfe0b8b6c67bf18746e8dc6fbd6996bca28cb290b379868bc72b9d5550f4eb2afa879979018fc4a2a9c6d275285a1e5c1473138e0f515591daea5c8ee1a15258cb1e3895bf981eb170e905470', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc51-746e-9e6f-13d3200d91ea', '01a2269d-dc4a-7341-9d3f-c925c2c2f907', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc50-750f-80d0-20ca4ce0d522', NULL, '\x7801c557d172a33810fc17bd9ee5920448e0efb8b754ca3508c95605102b20d994cbff7e23ec2cc4b193f5a5f68e4a1c8334a2d5d3ea991c88defbdeb464431807216451d14a279a2a5e002da46554c83c974a80ad04272bd2f9dae9d7edb309bdf331ae34d2f23c4932e09566aac039a6763b57d6866c14defcd4f558998a6c0ec715e9f7104c8fdf4fdfaa6d6be2105babb47877ad880dc66cbb1a749ccfd622c3f000ed539cff7020de5a13b60e6f7e17fa936be3ec7eec3a1f0613a6ddb876c0e5399bae15a93d4c70d88a68e840bbe1956c9215f15a8f9d9ba02232d0830f18f6c0d76c85bf8fc7d52d40a9a24a8a929655aea9c94b9b4365996616dffe7f002a3947405c53903ca10c20e515689d6531716740bbe0c76ec14ea132a46726872fc9e13830b38343efd961ebe2363b6589ec6499a4854d3595190ad0080ecca69f8089581660c4124cf60596fc0e2c495a166592c9f2bfc7020a4fa0d296966952d2243389d495cd6dc6662cd7645c24315373a204f231cb38fd821c957dc28ec9a94a930c75ac732aca5c15a02a604c7e81884b29d105dece5572712df1bd3b665784842b2d2ff5787c444369a1ebf77e889632f99160425214b910882c981fa3e9a7c160d02f02d41f2c2305aa9294d3a24a2cd585c8b4d0c2164c4df1bb93cb8d3db5356d1c340e1f47d38ac79fec823396208c1adadd08bb68550f04fd141f417fb2aaa53d5dbe4be632d1526a19035ec00daedd6d7bd76af44e32efe46f2e368ce1cf5fd32722e882f36132277ec4b4462f8caf3e906f1a6230ff7ec3b3d292e8879748ee74c23f87e41e0bfc0e8ac657273db89676981f94e78a3cbbcaf898ed99ade8a07b5363dd41d1c333b81a4a574fc9256aaa4b971fe40abff778e97776657d6820d6cca8fe5827deed050d6780a7d850e05e5ef626a0901f44b6566a4573b6e6a76270218d0fd03fb1de3f0afd9c852becdeebc85fc1845afbbdaf5110372d045ba73e92bb20dcb7860e9ee29f3870555fddfe3c3aeb0b7dff97bcf6be3b6952fbb6357a88ee864b611784a9eacf69855099169d08d13563eff434031f0de84f6745378ddb613336e09417dfc0b4880f3b685d0f71d1930f365ded5f4dd8a48af3b888692bec9b4c834b4d13fab1ec0740b7a3636f6830da635ff91a6746e376c154db45c8d4bb5d0df8706c6c7e79646ede27f6ea50dcd842bed9245f312103bddf3e35a870b18ef5d584c1596c0db72312549f7c5bfdaa40e7613db1b27ddb16d90c613418bc371aabc4223461946594c5567b1abc08b922cdf2ced2fc95346f0a12373f8b0a8bf5db6989a4c0a9181df0ff035475ecfb51ddd554940e67896fd411af7f00ad71be0b', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a2269d-dc5d-7378-8d4a-cb9ffb597c05', '01a2269d-dc59-761a-90f0-a9ba08c5520c', 'us-fl-miami', 'be6f18335a1dc079', '01a2269d-dc5c-7053-9f05-4d1f73940bb9', NULL, '\x7801c557db92a33610fd17bd06b9844008fc1d799bda723542b25503880898c9946bfe3d2dd959185f76e24c364bf906bad4e9d347a7db47a20e6ed43dd9129602e745d5d046e592ca82d7b46e4a4575599b121ac314332421836bad7adbbd683f5a17d6d5ba3069996502d2463159e11cdddabdad5b4db625defca9dab9d10dd91edf13321ec0eb117f9f7e35bb5e8721b69179f5e14a88f15aef86165498cf365ce0720ffd7398ff7424ce18ed77166ffe29f467db87d9e33c0cce4fdac7686c3fe1f6298b57425a07110e4b888201949ddec8364b88536a1e6c848ac8404dcee3b2a774c3127c7f7b4fee011282ca5c02720915353593c61439371078fa1580ea34c5e4a68a4291669401e469034a09b102b4f76e1e56ec5452203d0b39e99a9c1407167670e8233b6c53dd67a7ae51694214b432b9a28540016a9e0233f9c2ce159880650586afc1884fb0940f60c9f2baaa3351d4ff3f16908a4aa90cadf3aca699d059a11a531ac1162cb7645c6521534ba238f2b1c838ff841c297ec08e2e51c799401dab92f2ba9415c806182b3e41941645211744d9c5b5c6f7e198dd1012eeb4bee47db42a43fed20a6855184679519685e4601a9efe4ab4dfd0fe7a18c6839b820146f7e48c17148f24e788cceb3f663dc641afd1dd3cb4570627aa707c313286914155032bf1f072a6e2fafdc993e7919a9676163a8b8f83c506b3227b6fb52108a3857e3fc33e18eb1341f7c747af6027dbef77a3ed151a375980fd9ef22d63f8fa2d7e12b4e1e8bd61f1917cd180bdfef790176567c17f2f913ce8bc3f0fc92396fb15149d6b4e19b53d1db03ea3c012f2621bed428217b682631f748b750e0f19bc806da1b66dac7444c63a78f98139bfe2f711effe4a54c6f90e428d0efa0d75e9432c6870133c87060663793d688fda7de2622365424bb6494fc5e7421a57d07f60f53f15fa390b37d87db4027c06135ae50eae4541dc35016cd5c640ee8a70d76b3a398a5f61e0a6be86c37974d117d699eff23ab8e1a449e5fa5eab29f8136e855d17a66a3ca7157ca37b341f44d7cda35571063e9ad092ce8aee3abbc7e66fc229afae83b889f37be8ed0861d393937543ebdeb4dfe6324dc326ba6fb04fd31d6e15278c733d4e800647e75153af95c33ef62dcc0cd66bbd6e76ab25b157bcb9e0ead898f2f2c8dcbdcfcccda110d84abe22ca974764a00ebbe70e15ce37a19e6b3f5983ade86e4682da9355cbef35e43cac222bbbbfc322dbc9cf1a171fb4c2067ab534639409ca42618c83174b6e48b37eb015f84c9a770589c12fa2c2e6e0fe6979b4deffe790429ec0470b3de25f243c68e1af0f1eb8067d3814fb5390dbf21dafbf00b2fb0c4a', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-be6d-73de-8cdd-cb0f0bfb7e90', '01a22929-be56-76a4-8704-f77e174d61bb', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-be67-72ac-8f34-9d61b14835fe', NULL, '\x7801c557ed72ab36107d17fdade5910442e0e7e8bfcc1dcf4a48b62680a880a4994cdebd2b9c5e8863dfd44d9332896dd0c71ced9e3d677926e61806db911d611c8428aa9ad62657541542535d9786da52bb126ac70c736443fad078f3b47fb071f021add3b670bccc3209bc364c5538c736fee07563c9aec29b3f4d33d5b626bbe7970d198e10ed80bf4fbfea7d67d310dbaabc7a736d888bd6eefb064c9acfb642e2f208dd7d9a7ff74c827336ee3ddefc53e8f7be4bb387a9ef431c6d9c4fe3bb11b7e76cbe36a40930c3611b62a007e3c727b2cb36241833f57e868ac8c08c21e2b23bbe651bfcfff1b2b906484aaa7205184ba8a8d34c3957e4c2418ad33703aa4445b515962ae92405c380d6cc6865b82ef2dc7e3fa0996d9a73641b37140a9e510690f31a8c917215a1430c53bf4a57a524e66bc9165f678be3c0922e1c7a9b2eb6adaea74b6ba4be9405ad5c6e6821b122ace0c05cbe44e71d9884650546acc1c80fb0943760c9725de94c16fafbb180325429e3a8ce334d3369b3c2d4ae74922d582ed55595a54c2d8912188fa5aef20f82a3e42fa2634b2cac4c626199920a5daa0a540d8c151f20e24551a805517676adf1bda9fb0b44c29dd697ba8ed664183f5e01ad0ac7a828cab250025c2df8ff89f607ea7107fd700c6352e459ce051305c59214029145fbc7648779305a94db08cd4a714f7a82c5a20ac869a9584e9d5296abbc2eb84e2c8df670328969a0aea1ad87d6e3e3a4f9493dc9217aeb08c268a03b4c70484a7f47d08ef0d123f8d17787fde03b834e421660bf73b1630cff7e9b3f09fac26c0669f133f9a4237c06f2c2ec2c19c239921bade04b90fc2b0ff81224378bff6750b4a13e71cb77b4c7d605a9be210fbeb621516dc95bf28ea36db005c0728707f00d68dfcc4d0051738b70fe81ec7b97e95b5ce433a77221b690da975449c921df9c05a57684fbd4dbe1591e8f366215dd09b9556a434bb6e5271b3c23e93be8bf309d2f85fe9a850bd1bdd58b3e82098d09c7d02021aeca1176b1430aee2ae0a1b3740c14bfd2c0457ef5c7d7d1855fe8783fe9750cfd899326749d3563524adc0a1b524cd5f09a5688b5ed5006115d3b0ddecc33f0d188e2f8cae8b6f507ec8b479cf2185a983709f1009d1f206d7ad2d4b66fc2938dbb5c719e36b15d8d2dac6d71ab79c230e96104945a3a0d96466b02b6f84f696632011f6dbd5f2d99dbe88b0bde958d2bcf4be6ea7de62e0ea583ade82b67fa8a191998e3febe45868b6dea2c6c1cbdc32e7d3f61809a9369a89f6ef63a6ce6a8ecff3e16d98d71b2b8f8680dbe5bac96668c324959b2e879f06cc9056aea1b9b928fa879959078f88554d8a65caf965b3b8fff1c52ca13c459429ff1ed110b2dbd1562c1d5a8c3a9ed381d7257bde0f51744556177', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-be87-764b-8c8c-9a55b569aee9', '01a22929-be7b-7588-81aa-b752b8860f75', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-be83-7020-94d3-eef8509beb0d', NULL, '\x7801cd57db72a33810fd17bdaee592b809fc1dfb969a72b56eb62a801801c9a65cf9f76d81772019275e4f36d9a112db20b538ea3edda77522eae87bd3921d611c92a4a834d52acfa9c80450a9a1a25632616d9125162ab2219daf9d7ada3f98d03b1feda4292c2fd33407ae1513718ea9ddc1c9da901d6778f797aa476d34d99d9e37a43f42303dfe9e7fe97d6be210db8aac7a716d880dc6ecbb1a549ccfb6498ee601dafb38ffee44bcb526ec1ddefc5becf7ae8db3fbb1eb7c184c98b6e3da0197e76cba36a4f630c141e00a3a506e7822bb7443bc5263e726a8880cd4e0039addf12ddbe0ffb7e7cdcf80aaa4a2d224868adce6141403aa99924271596499c1b7ff2f80044657f094963acfa850a5d509c64f6bfbf58026ba49cea928b8a250202a0690710d0a4918a974f6d021f8b15b85ab1239c66b89165f472b926e09170ebd0c17db5617c335839102c39517b4b299a2458e2961120ecc66ef8089585660923598fc0a96f2062c69262b99e685fc7a2c2014b246592ab354d2343769a1b42d6dce162c97f2aa4a63a4964025e88f25afb22bce11f93bde312556a934c72aa54a9ac85254203430565c41c48ba2100ba2f4d5b5c6f722ef2f1009575a5fe26db42a45fff10a6855584693a22c0b91404cbddf126d86595024127d5b2a6a4a694bd0962976a546549feadb6fa81e2d74fdd10f513f26f5495852502c2049827e0ce6fb68fa693018148700f54a1fe6722c24e67759d292030a9cc8913865c1acc827fbc3ac69634f6d4d1b078dc3c751a162ad2787e08c2508a386f630c221ead21d41f5c447d0cfba346bd1e5776191d53ae55c46834770836b0ffbdeb50a95922c3bf993273bc6f0ef8fe9131174c1f93029117fc69489c2175f7d221f54bf607e7dc34b16a751fc1624bf247b9f88e446bdfb1424370bdd4750345ecfcc742ded902998281bf2e0b4f191774bdca24e1e4d8ded0e96367800578374f5443322a676e8f5077919e99b15f323bbb23e34105bb59887b11b78b117949501ee63238b7b793c9a80297597e45b2136b4645b3e4bfe42d2cbd0df11d84f857e8ec205efdeaabbd76042adfcd1d74888378b1976ec7d74eecae1be3574f014bfe2c0457e75c7f3e8c22f54f71ff43afa6ee6a4f26d6bd410eb2c2e85cd3786aa3f871582362dd64444d78cbd53d30c7c3460a53c33ba69dc01cf00034e79f40d4c8bf87080d6f510179d2b72d3d5fec9845d26388f8b985663bb6e1a5c6a9ad08fb21f00eb2e1d7b4383511ecf334f71669410178cdeaf4ca623c345839fd2c696af53e6cdfbd45e1c8a1b5bd1379fe89b4cc8401df7f70d323cd9c62eca84c1593c91ec4774503d2b88f8a185e761357965ffcfb6c86e08a341e3a351a8572bd39451965316db9169f095c9056aca1b1bb06bd47c9390b8f98554d892bd9d2db776595f01e9c656ea3f8714a90373f370c2d33be6fe742ac722a0a72ee274ae04f8f419afbf019a7fcfe4', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-bea2-75c3-9e5e-3f9a7fee2de8', '01a22929-be9a-7032-83fc-14d7030af341', 'us-fl-miami', 'be6f18335a1dc079', NULL, '{"excluded": {}, "offer_id": null}', '\x78015550ed6ec3200c7c17ff5da880f42b798efe8ba6c8252641a39041b3b5aafaee33a9b46908013efb8eb31f60a69829401b16ef2b98a377e6de7f51ca2e320a67da5b75aceb1daac1c84303159077a33b7b82567270337e196880f60181caadd4b3823c61a25cc0f535f4af9cdc1cb6cdbf55814d44fdecd1947ab9d13ba6270c1f45ab7b67a980739ee2b588ad96b4d47ba194d09acd24fa5c28afc944965242df3b668254a875a31b71a606c541d65a1c6b6b84da0e1c48b4f556adfcf1d5e89285f5e2e2f0e2182e76d94e07186e8eae7760231ec3b8e0586c76c02363e81bddd585b1cf2e189e07fc593b29dd4ac9fb6d3d819b8a96fd1532131326c7aadcd21ca32f43ab608a7e580b1ebfbfb6f2c9eb0744f98155', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-beaf-7028-b251-9f459f555c4f', '01a22929-be9a-7032-83fc-14d7030af341', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-bead-70a7-9826-93161b89b350', NULL, '\x7801cd57ed6eeb360c7d17fd9d1548f287ec3cc7fe151701ad8f44a86d79b2ddae08faeea39cecdaed4d9a055dbb096d1a9b927a441ef25047a20e7e301dd912c641884a54b436c25099db9c8262403553b554bc2eb2cc9084f4be71ea65f764c2e07c5c579bc2f2324d73e05a3159e11cd3b8bdab1b43b69ce3d39faa99b4d1647b7c4dc870806006fc7efaa6779d8926b69159f56624c40663767d032ace671b91e3f200dd639cff7024de5a13760e1ffe29f647d7c5d9c3d4f73e8c26ccc771dd88db73368f84341e66382c210a7a506e7c21db34215ea9a977335444066af401973df00d4bf0f7c76b720d90cca9943ca5a5ce332a5569b54077696df1bfff27804aa092c982d6b2b2d480a978a94daab4fc7e4045a5a9ae39a7b2e08a42816e620019d7a0549e472a9d3db40f7eea57e1aa648ef15aa285345ba2c5d1b0840b4d6fc3c536d5c5709dc0d412b99f17b4b299a2452e4461040766b30fc0442c2b30620d26bf81a5bc034b9ad5559de645fdfd58402aa4b1b2b4ced29aa6b9490ba56d6973b660b99457551a23b5044aa03f964865379c23f30fbc634a2ab334a7b556251575292b901a182b6e20e24551c80551fa6eacf1bdc9fb0b44c29dd6435e47ab52f41faf80568565541465594801b116fc2fd166980585a8d1b7a5a2a6ac6d09da32c56e14adea4b7dfb03d5a3837e38f831eac7ac3e82898262011102fd18cc1f9319666330280e019a5ff4014320592a68995a4579a6f181814db3188760f6274d9b066a1bda3a681dbe8e0a156b3dd907672c41180d74fb09f651971e08aa27be7a0637ba6ebf1b5ca750f8c802ec772eb68ce1cf6ff32741159ba52b2e3e924fead767202f799846f97a8fe44ee1fa4224772ad69720b95baa3e83a2f5fac42dd7d11e3b2da47a429e9c363e526d895b54ba8369b061c1e2044fe01aa85d33b72c44ce0dcdfb0f64df3ad2776bde674e657d6821365b3193a29ebf390b0ac3088fb115c5b33c1f4cc02c7a10f946ca84966cc34fa2bd90f432f40f24f24ba19fa370c1bbf72ae72d98d0287ff00d12e26a39c29e7b88ce5d39dc77868e9ee29f68b8c8affe70b62efc427dfe49af83ef4f9c54beeb8c1a63a5c4adb07dc6500de7b042d0a6c33288e8da69706a9e81af462c8e6746b7addb63173fe29467dfc2bc890f7be8dc0071d3534d6dfbc6bf98b0cd24e77113d3696cb84d8b5bcd1386a91e46c0524ba7c1d06094c71bc94b9c1945c005a377ab2573d37f71c12f6963cbf72973f539b5174df1602bfae6337dc58c0cd461f7d822c3c526f641268ccee29d6237a1839a9368c89f6a7636abd92bbbbf8f45b663980c2e3e188537a1d5d29451965316856c36be5b72819af59d2dd42d6a5e25241e7e21153655d7b3e5de3ee93b20ddd90cfdeb90227520cc55fd88f76fccfdf95e8d4540a336c456e8e4787cfb8ae32fc433bdec', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-becc-74c7-bccf-5dcdec67aa3d', '01a22929-bebf-701c-ac8f-3b3eae7324e1', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-becb-77ff-8bcc-220de536404f', NULL, '\x7801cd57ed6eeb360c7d17fd5d14e8c3b6ec3cc7fe151701ad8f44a86d79b2ddae08faeea39cec3acd4dda055dbb096d1a9b927a441ef25007a2f761b01dd910c641884a54b4b62aa74a71494b936754e9d219c14b698c232bd287c6eb97ed938d830f695d6d0b87569903379aa90ae7d8c6ef7cdd58b2e1029ffed4cd64ac219bc3eb8a0c7b8876c0efc76f66dbd964626b95556fc68ab868edb66f40a7f96c2d725c1ea17b4cf31f0e243867e3d6e3c33fc5fee8bb347b98fa3ec4d1c6f938be1b717bcee6b1224d80190e5b110d3d683fbe908d5c91a0f5d4fb192a22033d8688cb1ef89aadf0f7c7ebea16a012a862aaa0b5aa1cb5602b5e1a2bb551f8dfff1340b5a28a3b49a1923c4517eabcd03667fcfb011595a1a6e608a3e09a42819c63001937a0759e272a9d3cb48b61eacfc255a91ce3b5448b9f478ba36109179ade868badababe13a8249dec9f382562ed3b4c88528ace0c05cf60e9884e50c0c727ea14efe0196f20e2c32abab5ae645fdfd584069ac09dad13a933595b9958536ae74395bb05ccbab4aa6482d8112e88fc539d907ce51f93bdeb1255599cc696d7449455daa0a9401c68a0f10f1a228d482485e8c737c6ff2fe0a9170a7f3a16ea3d512fdc72ba055e118154559164a402aacff4bb4196641216af46da9a92d6b5782714cb3a400ef14adea4b7dfb03d5a3837ed88731e9c7ac3e828982620111029145fbc76487d9182d8a4384e6177da81d96e3546c50d6a8ac255664254566531ca2dd1d356d1aa86b68eba1f5f83a2954aaf56417bd75046134d0ed26d8255d7a20a89ef8ea19fce8bbdd76f09d46e1230bb0dfb9d830863fbfcd9f04556c96aeb4f8403ea95f9f81bce4a14cf27589e44ee1fa4224772ad69720b95baa3e83a20de6c82ddfd11e3b2da4fa8a3c796343a2da12b7a4747bdb60c382c5099ec03750fb666e59889a1b9acb0f64df79a4efd6bccf9cca85d8426ab65226253d7f73161486111e532b8a6779dedb8859f420f2b5522b5ab2353f8af642d2ebd0df91c82f857e8ac215efdeab9c1fc18446877d68901037cb11f6dc4372ee99c34367e91828fe4986abfceaf727ebc22fd4e79ff4da87fec8491dbaceea31554adc0adb670cd5700a2b44633b2c8388ae9d06afe719f86ac4e2786274dbfa1d76f1234e790e2dcc9b84b883ce0f90363dd6d4b66fc28b8d9b4c719e36b19dc186dbb6b8d53c6198ea61042cb5741a2c8d5607bc91bca49949047cb4667bb6646efaaf2ef8256d5c799932379fa5bb6a4a073ba36f3ed357ccc840efb78f6dba16ad531f64e3e81dde29b6133aa8398a86faa96627b39ebdb2fdfb586433c6c9e2e2bdd578133a5b2a1965399ddbf8d978b1e40a35eb3b5ba88fa879939078f88554d854ddce967bfba4ef80746733f4af434ad4813857f503debf31f7e77b35160183da905aa1a3e3f1ed2b8ebf008fa9bd34', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-befc-7219-8f21-ad1ae90c103f', '01a22929-beec-76c8-baac-831882ebd669', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-bef6-73bf-926d-224db0cc7e67', NULL, '\x7801c557d16eab3810fd17bf6e1cd926d890efd8b7ea2a1aec21b10a9835d06e55f5df774cb297b4376937eaf616353430b6733c7366cef899d94318b0635b26242855aa925768726e8ccc78e1f20d37b6a89d9245e65ccd56ac0f8db74fbb078c830f695e85ba266b968374569892c660e3f7be6a906d65464f7fdb6672e8d8f6f965c58603441ce8fbf19bdb75984c626d36e5ab6bc5ea88b8eb1bb069bc58ab9ca647e8eed3f8bb6716ea1ae3ced3c37fc57eefbb347a98fa3ec411e3bc1ddf8db4bc14f3b5624d80198e58310b3d583f3eb12ded22583bf57e864ac8c08e21d2b43bb9162bfafc78595d03540037c2685e99b2e60858cac261669da15fff164095e146d61987329329ba50e5da622ee477014202a40df0a244c52b0160a0727457bf1f902e1d779524bf686939684a02c2b3910eaccdf3c4ed53c8f6314c3d3df6e1c89fd2e444a0853ef29c3e920c0b7fc8f49a3f625d5ee4cf114c0a579e6b5ed61bcb75ae94462541d49b77c0242c6760d43998fc032cc50d58b24d555659aeabdf8f058ca522656b5e6db28a673966dababaa873b160b994e8659622b5044a913f9644df7ce01c93bfe31d2cb8d96439af9c2db8aa0a5382712084fe0091d45a9b0551f6e63ac7f7aa105d2012ad747e99eb686d46fe9325f052d7822b5d14da284895fe3bd1fe2081e8a01f0e614c12310b8c124a734a4995ea41c4bf261c666344aaff119a5f240069679a425001585e64b22814564eeb94be11f747d99a065e37bcf5d07a7a9d44289573b68f1e6b46301ae8f613ec93f4dc3112487af5087ef4dd7e37f8ce92b6b105d89f526d85a0bf3fe63b23a19ad5294d7e669f94a8cf405e989d25857a8be4466dfa4224378ad21722b9518dbe04c9cd32f419146d704796fb8ef7d4d651d2add883771812e9170625153b6043dd11151e7800df40e59bb93f6266ee9edede280fce3977b39e7d665775882da4ce2ee574d2ea577ba1a23fc27dea7b692f8f078c94cf772a5f1bb3e28558cba3202fe97219fa3bf2f7a5d04f51b8e0dd5b55f12398d0d870080d11e26a61a4067f48ce3d7378e8908f81d3bf64b8c8affe70b22efc22edfd49af43e88f9cb4a1ebd08ea966d352d46b51a8865358213aeca82013ba761abc9d47d0ab91caf489d16debf774641869c86368615e24c43d747e80b4e8b1bab77d139e306e3746cab408768eba7b6c69a979c03055c30854f4f934208f68031d7f9ed2c824473ea2db9d4d994f181727fc923675f13665ae3e67f54553dad8197df399be6a4606f6b0bb6f89e16a9d7a1c8ca3afe900b39bc841cd51becc4f5d3d99edec95ddbfdb62db314e48930f68e9d8753635135ce47c3e33ccc637532e50b3bab13dfa889a5709499b5f48450dd3f56cb9b507fadf21a538419c4be8331d2528d1e61333659ca3429c3aa0e32ee9ed0b5dff0086d2b3b5', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-bf23-735b-9034-71d7b086735a', '01a22929-bf13-73e3-a977-48b38d7530d3', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-bf1e-753e-a535-85934488a9d3', NULL, '\x7801c557ed6eeb28107d17fe6e88c00463e739f65f55457c0c09aa6dbcd8eeddaaeabbefe0e45ea7d9b4bdd9aa5bab71630f430ec39939c333b187384047b684715d14755153034a52a5b8a095931baa6ce55dc12be19c272bd2c726d8a7dd23a421c4ec67a0f4681552736799aa710c34611f4c0364cb37f8f4b76d26078e6c9f5f566438e804037e3f7e73bb0eb289add5a67e75ad884f00bbbed1368f67eb42a27bd2dd431e7ff74ca2f79076011f7e17fb43e8f2e861eafb984648f3724237e2f49ccdd78a3451cf70d88a58dd6b1bc627b2152b12ad9dfa30434564da8e31a1db1d5fb3157eee5f566f01aa34554c95d4a8da53d050f3ca81b04ee1af7f0b20a3a8e25e505d0b9e77571b595a908c7f17204040a5d2b4aaa1a08669adb471782fbe0990674095f486d69c17542294ba2a4b53db6f8850593bea0cc78d2ab9a5bac4acc4006db8d3d64a9993edc4a17d8a538f8f7d3c12ba561219bdf0999ff399a36121349a5e139aadebab843e82c9fc91b2a4b5df585acaa228a1e09af9cd3b6032963330c53918f90196ea062c62636a236469fe7f2c5a59ac9ad653b311860a09a2b4ce575eb205cbb5ca538bbc53cb4615188fa5f260fd7c77a3947c273a5051b511921a672b5a984ad55a39cd58f901225e96a55a10898beb1cdfabca78854838d3f9a5ee5fee51033add0f873866159835a460454991e4454ef9047f4d30ccc60458e2936e2eabbcc7345002720d538a6e2a232aa7a4604eccfefba3324d03f50d6d836e03bece3a932b36d9a7009e208c4677fb49efb3badc11d4407cf543873174fbdd103a8bf24516607ff262cb18fefd31df096ad12c40d9f9997c528512fc77c80b574416a14b2437cacf1722b95177be10c98d82f375486e559a2f4172b3c47c06451bdd31df42477bec2131fd57e431388839fd162e67853a4083ad181615fda843a34d68e6668ca8b955bbbc61469eb3ff66adfaccaa7c4cadce6d64ae2e59875fad050bfaa81f72938d6bf971808495e5ae906ba556b4626b7e14db2571af437f47dabe14fa6917ae44f756c5fb08a66e6c3cc40609f16689c6d3c490837b16f0d8011d23c57fd970955ffde1645df885bafa8b5e87d81f396963d7811db37ae054d847e1560da76dd5c94187d280e8da6908761e81af46148c13a3db36ecf17c32e2901fb1d5f32431ed7517069d273dea4cdb37f109d276a338cf9340e7f028012d4e350f1826338c1ae5874e03d00436e259eb298fccc21812b8dd99cb7c9cb9eaf0afb4f1d565cabcf92cfc55535ed8197de54cdf6246a6ed61f7d022c38b75ee5f208dc1e369693761809aa390aa5f0a7f32db392abb9fcb22db314d80ce07b078c63b73158c3249e703ca6cbc70b9424d7363ebf31135df24242e7e211536433fb3250745a7b95e3d634f8eac9ecfc2486f87552f373ec729f1ed0b5eff0069c5aa84', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22929-bf40-72d2-b8c3-c6fe27d8c5da', '01a22929-bf38-71be-b9ae-78cccc4ebcab', 'us-fl-miami', 'be6f18335a1dc079', '01a22929-bf3f-73b0-a130-a80b4ea11238', NULL, '\x7801c557d16eeb2810fd175e6f88000763e73bf6adaa220c43826a1b2fb6dbada2fefb1d48f626cda6bd1b55b9b51a37f630e430cc9c33ec89d985117ab2268c6b216a51d30694a44af1825656aea83295b3825785b58e2cc8105a6f5e37cf10471f925f03a5436b2135b786a91ac740ebb7be6981acb9c4a77f4c3b5bb064bd7f5b9071a7238cf8fdf0cd6e7a4826b654abfaddb5202e026c86569b349e2d8544f7a8fba734fe614f827310371e1ffe2ff627dfa7d1e33c0c214e10f3727c3fe1f49ce56b41daa0331cb620460fdaf8e995ac8b0509c6cc83cf501199365388e8f6c0976c819fc7b7c547802a4d1553256d54ed2868a87965a13056e1af7f0ba04651c55d41755df0b4bbba91a501c9f877010204542a4dab1a046d98d64a3716efe29b0039065449d7d09a73412542a9abb26c6af35d117205c30809462b6e2a5a961567ca30e96cf1e72354d696da8663e694dc505d224de08eadb8d5c64899aaff98d4db18e6011f8770a8b05a492cb15381f1f302e3683855189ade57185bd6572bec002625b49425adddcad0520a5182e09ab9d5276012963330e21c0c72d6a758aa1bb014aba66e0a59367f1e8b560669dc38daac8a8616128ad2585739c94e58ae51615da49d3a6d94c0789ca870f59be028f9f8f68834dfeb61dc8529117d9609c14449316d44aaea087fcf3066630464f1a8db4b2277458534d5006d6a8de55819bc56d0189d2219617b109f79a4aea59dd79dc7d7494a1229936df4e008c26875bf9df53609c8034199c3572fda4fbedf6e46df1b54287202f617176bc6f0ef47be13949bac31c9794fbe28345f817c8a7e9174e612c98d0a734724374acb1d91dca829f74372ab98dc11c98d2a72172437cbc7575074c11e2adff774c086158968419ebd859088e05455497d76d062df87caa39fb56f75e3dbdcf91195fbc2cb1b72c3791ddeac435f59950bb1d3a9674d3c9734f6dd5a90ac27fd943a7a5ccbcb0e2272dc83904ba516b4624b7e10d213855c87fe896cdd15fa7117ae44f75635fb1d4cdd9ab00b2d26c487628147973105f72ce0a1073a058aff92e16a7e0dbba3f5945fa899bfd26b1786434e9ad0f760a6a4633815f648b855e3715b75b4d0a34821ba6e1ebdc923f0d584d275cce8aef35b3c0c4d38e425743a4f12e256f77ed469d283e275431b5e21ae578af33409f416cf2dd0e15479c03837e3a45108e93c028d60021eec5ed3c824d13e82dd9cb9e4b3d35587ff948dab2e4be6c3e7c25d35a5859da5afcce92b32326d769ba70e335c2c536f0271f20e8f669b1903d41e245dfdea358e6693a3b2f97759643dc519d07907060f9467aec8924cd27c1acac60b97d4dc441d3339ecb1b9c514caa75ccc258b1493fa9d4342e1db37bc7e020836a1a6', '2026-11-22 12:00:00+00');
INSERT INTO public.decision VALUES ('01a22a6a-93df-73ae-9ffe-2c8278453918', '01a22a6a-9344-700a-9580-bb7e4fd56f74', 'us-fl-miami', 'be6f18335a1dc079', '01a22a6a-93dd-7211-9cd1-2f42c08934b1', NULL, '\x5809c597ed6edb201486ef85bf3311600326d7b17f55151dbe1254d7f670d2ae8a72ef3b3895924e59d7acca8a122736603f0738ef8bf7c46d8629f464491807218c30d4062da9d6bca6ad970dd5ae8d5ef0b6f63e928a8c4397dccbea29e4290da59f0d2a626d2d817bc7b4c136a14beb64bb40965ce1d94fd7ed7cf064b9277d28bffc50916903394ce5dafccfaf8e556ca11bf3a65424e610566307aeb4670b21b17b86fea1dcea6e4f8618435e253cf9680c0fa92fada7dd380e791bf21c56eab7787bcee652916e006cc316ac220e467069fb4296754506e776632a8fc69a086e3b64ec76c7b1217eef0fd59f805aa09a6945ad3691060886b73ed4ce6b7cfa9700594d358f350553f332cb60a5724132fe554001819406da9a20a865001aacc7a3f822a0c802d5325a6a381754228a6995b2c67dd508c59ae10809465bee5aaa54cb99764c465fffff110205d488e0a8ae1b415b1d2255752ba2168147f3a945cdff29cb94f1d45b8e4b59714741a17ee1126ab807e7a42cb2f49a65eb3cec463c1d8763ca1b2d31e74f198f8f3f653cc78a53ca63d5db94670b7331e58f3025c3a454d4c4c651258550417060b17907a6b09cc1887318f91796f60a96bab1c6d652d9dbb1dca3caf7304e9b615b747e760bc184a23849a224750e3f76619a2b734011cfd09de9f8bcc2ea061d88315c6bb265d45a1d9ae8a58aba8c610eeba307ed261a3bfa98e031e1e5e2244593c93aa710096274d0af77b02efe7147d0edf0d233a46dead7ab29f50e8d8a9cc0be73b1640c3fdfe62341b7992da674de934ffacc67904fabb22e36f33bc995067343922b9de58624575acaed48aef5921b925c69223721f927f7f818098ace167796d3c5bc7f9b37575bc6c7082e0bcee3e08ffa937a3ae2ee19e5b0224fc987a1909e72bb38ce2674b8c144b78127481dd8d4cddb4f824a78a1a0429dabc1d5def399a8e2901fa16c9c8bda165f7d130b1ad6161ecaeb05c6f2bc091995f64ec885d6156dd9821fcdf3246497d1dfb1aa9ba2bfcec20143ca90e719d8e3ae61e8301c8d9334741ee7b158dbd168f06de780e517cca7f711', '2026-11-22 12:00:00+00');

INSERT INTO public.directory_import VALUES ('01a2269d-db99-763a-aa62-e2a31b967cf5', 'us-fl-miami', false, 1, 'done', 2, 2, 2, 0, 0, 0, 0, 1, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'us-fl-miami', 'us-fl-miami', NULL, false, NULL, NULL, '[]', NULL, NULL, NULL);
INSERT INTO public.directory_import VALUES ('01a2269d-dbe6-72cb-b094-36dcd6d59f24', 'us-fl-miami', false, 0, 'failed', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', 'us-fl-miami', 'us-fl-miami', NULL, false, NULL, NULL, '[]', NULL, NULL, NULL);

INSERT INTO public.directory_import_line VALUES ('01a2269d-db99-763a-aa62-e2a31b967cf5', 1, 'flagged', 'services', 3, 's2', '', 'no-location', '', '', '');

INSERT INTO public.directory_import_part VALUES ('01a2269d-dbe6-72cb-b094-36dcd6d59f24', 0, '\x504b0304140000000800ee4a7d5d002864211c0000001b00000016000000646174612f6f7267616e697a6174696f6e732e637376cb4cd1c94bcc4de5e5ca37d4f1482c4aca2f2d52f0c82f2d068a0000504b0304140000000800ee4a7d5dc1dd500e640000006f00000011000000646174612f73657276696365732e6373761dcc410e83201046e1bd0977e0007f681a4f603c483381a9998860062cd5d397ba7cdfe24940d685925c5425a7970424da18818b57d9ff8643234aa57a14339411f98959d447b63d26db98d7785a7f93436bcdf197b6bd473f3f16157e837c950f9be107504b0304140000000800ee4a7d5d7b95c049380000003b00000012000000646174612f6c6f636174696f6e732e637376cb4cd1c92f4a4fcccbac4a2cc9cccf8bcf4cd1c901b24a4a53527572f2f3d2c12c5eae1c439d7c431d23533d73731d5d0b033d434b5e2e00504b0304140000000800ee4a7d5d56e6945225000000250000001d000000646174612f73657276696365735f61745f6c6f636174696f6e2e637376cb4cd1294e2d2acb4c4e8dcf4cd1c9c94f4e2cc9cccf03b279b9120d758a0d75720c79b900504b0304140000000800ee4a7d5de1f7da785a000000620000001b000000646174612f706879736963616c5f6164647265737365732e6373762589510a80201005ff03efd0015e1f227482e8abce20b24a2c982bb605dd3ea19f8199e1882c1494a5788e20d6172d1d5d7169d0e46b93870b2554e9217b92984072176daf19a245b6d8399cfc735a42ffeb36c239eb6698e103504b0304140000000800ee4a7d5d7e99c1a64f0000006c0000000f000000646174612f70686f6e65732e637376cb4cd1294e2d2acb4c4e8dcf4430134be273f293134b32f3f340c2c8ecfca2f4c4bccc2a383faf343729b54827b5a22435af1828c6cb5560a8536ca80304c606a6baa6a6a6ba068606063ae6bc5c00504b0304140000000800ee4a7d5d335c29f159000000690000001a000000646174612f726567756c61725f7363686564756c65732e637376cb4cd1294e2d2acb4c4e8dcf4cd1294f4dcd4e49acd4c92f48cd2b8e4f2cd149cec92f4e05b3f28b32d333f31273e24b522b4a78b9320c758a0d757cf3f340cacdac0c0c0a7275ccad8c41941284ab0be52a001529f1720100504b0304140000000800ee4a7d5da555bf7e290000002700000012000000646174612f6c616e6775616765732e637376cb4cd1294e2d2acb4c4e8dcf4cd1c949cc4b2f4d4c4fe5e54a37d42936d471cd4bcfc92ccee0e50200504b0304140000000800ee4a7d5dd5477dea2b0000002900000014000000646174612f656c69676962696c6974792e637376cb4cd1294e2d2acb4c4e8dcf4cd149cdc94ccf4ccaccc92ca9e4e54a35d42936d4714c29cd2929e6e50200504b0304140000000800ee4a7d5d0d9741c3320000003200000011000000646174612f7461786f6e6f6d792e637376cb4cd1c94bcc4de5e50af0d3b5303430d00362031da7d4a2d4c4b2d4dcd4bc1285e0d28282fca21205f7a2fcd282625e2e00504b0304140000000800ee4a7d5d67680f9a2d000000300000001a000000646174612f73657276696365735f7461786f6e6f6d792e637376cb4cd1294e2d2acb4c4e8dcf4cd12949acc8cfcbcfad04b279b94a8a8d758028c04fd7c2d0c0400f880d78b900504b01021403140000000800ee4a7d5d002864211c0000001b000000160000000000000000000000800100000000646174612f6f7267616e697a6174696f6e732e637376504b01021403140000000800ee4a7d5dc1dd500e640000006f000000110000000000000000000000800150000000646174612f73657276696365732e637376504b01021403140000000800ee4a7d5d7b95c049380000003b0000001200000000000000000000008001e3000000646174612f6c6f636174696f6e732e637376504b01021403140000000800ee4a7d5d56e6945225000000250000001d000000000000000000000080014b010000646174612f73657276696365735f61745f6c6f636174696f6e2e637376504b01021403140000000800ee4a7d5de1f7da785a000000620000001b00000000000000000000008001ab010000646174612f706879736963616c5f6164647265737365732e637376504b01021403140000000800ee4a7d5d7e99c1a64f0000006c0000000f000000000000000000000080013e020000646174612f70686f6e65732e637376504b01021403140000000800ee4a7d5d335c29f159000000690000001a00000000000000000000008001ba020000646174612f726567756c61725f7363686564756c65732e637376504b01021403140000000800ee4a7d5da555bf7e290000002700000012000000000000000000000080014b030000646174612f6c616e6775616765732e637376504b01021403140000000800ee4a7d5dd5477dea2b000000290000001400000000000000000000008001a4030000646174612f656c69676962696c6974792e637376504b01021403140000000800ee4a7d5d0d9741c33200000032000000110000000000000000000000800101040000646174612f7461786f6e6f6d792e637376504b01021403140000000800ee4a7d5d67680f9a2d000000300000001a0000000000000000000000800162040000646174612f73657276696365735f7461786f6e6f6d792e637376504b0506000000000b000b00e5020000c70400000000');

INSERT INTO public.directory_record VALUES ('d1e89477-94d5-5385-ad51-9113fc2c2d61', 'us-fl-miami', 'organization', 'o1', '{"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '''harbour'':1A ''hous'':2A', '3cd041dd622e65fb6d147a015fc50694d8c05e0da7dc49923bf2e5fb43b58720', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);
INSERT INTO public.directory_record VALUES ('3957990c-a568-5722-b260-842fead14e5c', 'us-fl-miami', 'taxonomy', 'Taxonomy of the publisher', '{"id": "3957990c-a568-5722-b260-842fead14e5c", "name": "Taxonomy of the publisher", "description": "Terms of Taxonomy of the publisher, as published."}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '''publish'':4A ''taxonomi'':1A', 'c7f0c2be21379a0eea7a6419aeff7a8c60e2cb86fadf1efeea1a25b048fa13e0', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);
INSERT INTO public.directory_record VALUES ('82a73455-ba65-54da-b321-b1e6dedc930f', 'us-fl-miami', 'taxonomy_term', 'PN-8100.1000', '{"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}', NULL, NULL, '3957990c-a568-5722-b260-842fead14e5c', NULL, '{}', NULL, NULL, NULL, '''-8100.1000'':5B ''bereav'':1A ''group'':3A ''pn'':4B ''support'':2A', '340732ac43f87212bc9975c58606ed11f1405fe2259661c7655f1676c06003fc', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);
INSERT INTO public.directory_record VALUES ('2ef347e4-9b79-5e56-a4b9-42633db1340e', 'us-fl-miami', 'service', 's1', '{"id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "url": "http://www.example.org/grief", "name": "Circle s1", "phones": [{"id": "77930962-4867-59c1-9d8e-b3b90b5d1411", "number": "305-555-0100", "extension": 7, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}], "status": "active", "languages": [{"id": "7074f08e-3c43-578d-85cb-01e9c049bd7b", "name": "English", "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}], "schedules": [{"id": "f0156a68-0e0e-5ca7-9c89-8656c489734d", "freq": "WEEKLY", "byday": "MO", "opens_at": "18:00:00", "closes_at": "19:30:00", "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "description": "6:00pm-7:30pm, Mon"}], "attributes": [{"id": "18aaba99-0798-5eca-9d57-366845c3ced8", "link_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "link_entity": "service", "taxonomy_term": {"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}, "taxonomy_term_id": "82a73455-ba65-54da-b321-b1e6dedc930f"}], "description": "A weekly circle.", "organization": {"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}, "organization_id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "service_at_locations": [{"id": "a311bad9-60c8-5cca-bad1-5b5d35372a3b", "location": {"id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c", "latitude": 25.77, "longitude": -80.19, "location_type": "physical"}, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "location_id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c"}], "eligibility_description": "Adults"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '2ef347e4-9b79-5e56-a4b9-42633db1340e', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', NULL, NULL, NULL, '''bereav'':8B ''circl'':1A,7B ''group'':10B ''harbour'':3B ''hous'':4B ''s1'':2A ''support'':9B ''week'':6B', 'e1d481947375e54bc40120b9d872f929ac5e1f06605e41696bbc26cb531eb529', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);
INSERT INTO public.directory_record VALUES ('a311bad9-60c8-5cca-bad1-5b5d35372a3b', 'us-fl-miami', 'service_at_location', 's1@l1', '{"id": "a311bad9-60c8-5cca-bad1-5b5d35372a3b", "location": {"id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c", "latitude": 25.77, "longitude": -80.19, "location_type": "physical"}, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "location_id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '2ef347e4-9b79-5e56-a4b9-42633db1340e', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', 25.77, -80.19, '33136', '''33136'':4B ''circl'':1A ''harbour'':5B ''hous'':6B ''miami'':3B ''s1'':2A', '8cd960060853171391862bb5859fe67200fec551b73ea953868a5096efd07424', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);
INSERT INTO public.directory_record VALUES ('0758ea72-3369-543c-8eb3-c7fbc2e55478', 'us-fl-miami', 'service', 's2', '{"id": "0758ea72-3369-543c-8eb3-c7fbc2e55478", "url": "http://www.example.org/grief", "name": "Circle s2", "status": "active", "attributes": [{"id": "2cb53082-4dd7-5e7b-a881-7c18dc65778c", "link_id": "0758ea72-3369-543c-8eb3-c7fbc2e55478", "link_entity": "service", "taxonomy_term": {"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}, "taxonomy_term_id": "82a73455-ba65-54da-b321-b1e6dedc930f"}], "description": "A weekly circle.", "organization": {"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}, "organization_id": "d1e89477-94d5-5385-ad51-9113fc2c2d61"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '0758ea72-3369-543c-8eb3-c7fbc2e55478', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', NULL, NULL, NULL, '''bereav'':8B ''circl'':1A,7B ''group'':10B ''harbour'':3B ''hous'':4B ''s2'':2A ''support'':9B ''week'':6B', 'a28bc3ba0c652a96546ad0fb0c181dff24db98cdb1a8e27f28b769a649f80587', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, 'us-fl-miami', false);

INSERT INTO public.directory_source VALUES ('us-fl-miami', 'us-fl-miami', 'us-fl-miami', '{}', '2026-11-22 12:00:00+00');

INSERT INTO public.erased_person VALUES ('01a22929-bf38-71be-b9ae-78ce1c9ed2ed', '2026-11-22 12:00:00+00');

INSERT INTO public.group_schedule VALUES ('01a2269d-db11-761c-a613-0aa41dacc559', 'America/New_York', '2026-01-06', '18:00:00', 90, 'week', '{tu}', '{}', NULL, '{}', 'meeting', true, 2, 0);
INSERT INTO public.group_schedule VALUES ('01a22a6a-9326-7797-99a5-9c0c2125109c', 'America/New_York', '2024-01-02', '18:00:00', 60, 'week', '{tu}', '{}', NULL, '{}', 'meeting', true, NULL, 0);

INSERT INTO public.idempotency_key VALUES ('seat-1', '\xddc1f98dfd8072ab93ad26176c8626bfbec6707aaea3334a678dd3ee2cdd294b', 201, '\x7b226964223a2230316132323639642d646238302d373038612d386431652d646336383162383861343665222c226f666665725f6964223a2230316132323639642d646231312d373631632d613631332d306161343164616363353539222c227374617274735f6174223a22323032362d31312d32345432333a30303a30305a222c227374617465223a2268656c64222c22657870697265735f6174223a22323032362d31312d32325431343a30303a30305a227d', '2026-11-29 09:23:29.2736+00');

INSERT INTO public.inbox VALUES ('27fc5093-3131-bb2f-dd3f-d2223a62cd58', '2026-11-29 09:23:29.225094+00', NULL);
INSERT INTO public.inbox VALUES ('e3eb8e49-834a-9464-8b01-dbffbf06c728', '2026-11-29 09:23:29.392522+00', NULL);
INSERT INTO public.inbox VALUES ('0ce7de12-2ce7-0643-ddf0-2d03a5594525', '2026-11-29 09:23:29.419522+00', NULL);
INSERT INTO public.inbox VALUES ('d0bf6093-4119-f2b1-f7fb-c98f45890c2e', '2026-11-29 09:23:29.446695+00', NULL);
INSERT INTO public.inbox VALUES ('fb568f6f-f3b3-8c84-c79a-18f674007282', '2026-11-29 09:23:29.472508+00', NULL);
INSERT INTO public.inbox VALUES ('c405d6a9-c5fd-1258-9240-119620dd494c', '2026-11-29 09:23:29.482826+00', NULL);
INSERT INTO public.inbox VALUES ('6d485ef2-b30f-e0c5-b91e-45695f80a518', '2026-11-29 09:23:29.490844+00', NULL);
INSERT INTO public.inbox VALUES ('234bc067-1dba-76f9-c34f-f286c6ff2a41', '2026-11-29 09:23:29.497655+00', NULL);
INSERT INTO public.inbox VALUES ('4a7b8302-f921-7a59-376d-cab2a5b5677c', '2026-11-29 09:23:29.503445+00', NULL);
INSERT INTO public.inbox VALUES ('a74f9d1f-c2bf-c2fd-86c8-e1f04cb19dee', '2026-11-29 21:15:31.290554+00', NULL);
INSERT INTO public.inbox VALUES ('b3d6dda0-0f1f-7883-eff7-8bb73c5703de', '2026-11-29 21:15:31.327389+00', NULL);
INSERT INTO public.inbox VALUES ('542244f5-f690-3753-669b-01eb0110bef1', '2026-11-29 21:15:31.355516+00', NULL);
INSERT INTO public.inbox VALUES ('76a52ad0-8934-0e1e-97c4-157563e4d4e9', '2026-11-29 21:15:31.364896+00', NULL);
INSERT INTO public.inbox VALUES ('1250c379-a6d0-7996-1d45-4a49568535f5', '2026-11-29 21:15:31.39536+00', NULL);
INSERT INTO public.inbox VALUES ('8a20e1ab-d873-1af5-b8bc-273155fb862f', '2026-11-29 21:15:31.406932+00', NULL);
INSERT INTO public.inbox VALUES ('4f792452-74bc-6515-aa61-f91b372ee838', '2026-11-29 21:15:31.437438+00', NULL);
INSERT INTO public.inbox VALUES ('b59f1c73-f8a9-39e5-7e6d-e014c0dfb0c9', '2026-11-29 21:15:31.455207+00', NULL);
INSERT INTO public.inbox VALUES ('21abbba8-61d3-5da5-6183-edc9344ea0ae', '2026-11-29 21:15:31.460387+00', NULL);
INSERT INTO public.inbox VALUES ('0318ffb2-fd8c-5fed-6641-54dc9fb19a40', '2026-11-29 21:15:31.479245+00', NULL);
INSERT INTO public.inbox VALUES ('76a82251-1806-08a8-cc0e-ac7288c2e4fe', '2026-11-29 21:15:31.493333+00', NULL);
INSERT INTO public.inbox VALUES ('ecefc4cb-b430-af53-332e-f34abb0448f1', '2026-11-29 21:15:31.513071+00', NULL);
INSERT INTO public.inbox VALUES ('4d5c5641-1cad-321d-e174-7479ff4fa038', '2026-11-29 21:15:31.527926+00', NULL);
INSERT INTO public.inbox VALUES ('a82218f6-ae7f-ac43-cab2-482719f1d693', '2026-11-30 03:05:57.320907+00', NULL);
INSERT INTO public.inbox VALUES ('3ec54397-7271-a92b-9176-783e84cf7a29', '2026-12-01 00:43:12.861717+00', NULL);
INSERT INTO public.inbox VALUES ('d50cca30-eac6-eb28-e5a5-3f83417f841e', '2026-12-01 00:43:12.86206+00', NULL);
INSERT INTO public.inbox VALUES ('56fe7cf4-fec6-c9ad-880b-863843a69fd1', '2026-12-01 00:43:13.154799+00', NULL);
INSERT INTO public.inbox VALUES ('a6c12881-c442-0b06-a479-8b5a2bd8278a', '2026-12-01 00:43:13.154852+00', NULL);
INSERT INTO public.inbox VALUES ('d27d9069-0056-107c-9605-ea659aaac3c9', '2026-12-01 00:43:13.154858+00', NULL);
INSERT INTO public.inbox VALUES ('e61b5c6d-4318-aa4a-164d-03f00429aad0', '2026-12-01 00:43:13.154861+00', NULL);
INSERT INTO public.inbox VALUES ('ebd7f7ee-0d91-d608-41e7-0e21243537ca', '2026-12-01 00:43:13.154869+00', NULL);
INSERT INTO public.inbox VALUES ('fadf0c4e-4605-965d-0149-70da218dfe13', '2026-12-01 00:43:13.154877+00', NULL);

INSERT INTO public.listing VALUES ('us-fl-miami', 's1', 1, 1796085792768, 'us-fl-miami', '{"kind": "group", "name": "Circle s1", "needs": ["grief"], "active": true, "number": 1, "region": "us-fl-miami", "source": "us-fl-miami", "formats": ["group"], "hotline": false, "position": {"latitude": 25.77, "longitude": -80.19}, "sequence": 1796085792768, "languages": ["en"], "source_id": "s1", "listing_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.listing VALUES ('us-fl-miami', 's2', 2, 1796085792768, 'us-fl-miami', '{"kind": "group", "name": "Circle s2", "needs": ["grief"], "active": true, "number": 2, "region": "us-fl-miami", "source": "us-fl-miami", "formats": ["group"], "hotline": false, "position": null, "sequence": 1796085792768, "languages": ["en"], "source_id": "s2", "listing_id": "0758ea72-3369-543c-8eb3-c7fbc2e55478"}', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.listing VALUES ('lighthouse', 'hotline', 2, 1795348800001, 'us-fl-miami', '{"kind": "group", "name": "Circle hotline", "needs": ["grief"], "active": true, "number": 2, "region": "us-fl-miami", "source": "lighthouse", "formats": ["group"], "hotline": true, "position": {"latitude": 25.77, "longitude": -80.19}, "sequence": 1795348800001, "languages": ["en"], "source_id": "hotline", "listing_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed"}', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.listing VALUES ('lighthouse', 'a', 1, 1795348800001, 'us-fl-miami', '{"kind": "group", "name": "Circle a", "needs": ["grief"], "active": true, "number": 1, "region": "us-fl-miami", "source": "lighthouse", "formats": ["group"], "hotline": false, "position": {"latitude": 25.77, "longitude": -80.19}, "sequence": 1795348800001, "languages": ["en"], "source_id": "a", "listing_id": "3008df7e-c254-545b-908f-7a2017074bf2"}', 'hide', '2026-11-22 12:00:00+00');

INSERT INTO public.occurrence VALUES ('01a2269d-db11-761c-a613-0aa41dacc559', '2026-11-24 23:00:00+00', 2, 1, 0, true, NULL, '2026-11-24');

INSERT INTO public.offer VALUES ('01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'supporter', 'us-fl-miami', NULL, '{grief,alcohol}', '{es,en}', '{one-to-one}', '{in-person,phone}', '{}', 4, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{connection}', '{music,gardening}', '{woman,immigrant}', '{employer:4711}', '{substance-use-recovery}', '{}', 'substance-use-recovery', '\x00000000000000000000f0030000000000000000000000000000000000000000f8000000000000000000', 25.75, -80.2, 12.5, '2027-11-22', true, '2030-05-01', true, 4, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-db11-761c-a613-0aa41dacc559', 'group', 'us-fl-miami', 'Thursday circle', '{grief}', '{en}', '{}', '{in-person,video}', '{}', 10, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, '\x000000000000000000007000000000000000000000000000000000000000000000000000000000000000', NULL, NULL, NULL, NULL, false, NULL, false, NULL, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dbe8-7435-bdc8-2b879a7da006', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dc3c-719a-96f0-2688672afd21', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-bee7-767a-89e2-b0aa7abdaa72', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 0, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dc55-747a-bda9-fb07ff642fa9', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-be8a-7076-b79f-eae918de3cd7', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 0, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-be2e-75f5-ac0a-d0cb7c1b644e', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-beb7-71f3-a931-7c8ab56ce501', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 0, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-bf0e-75fb-9112-5daa9866b9c1', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 0, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22929-bf30-7620-81c8-668107c05fd3', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 0, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22a6a-9326-7797-99a5-9c0c2125109c', 'group', 'us-fl-miami', 'Evening circle', '{alcohol}', '{en}', '{group,online-community}', '{video}', '{}', NULL, 0, 0, NULL, 'meetings:us-fl-miami', 'evening-circle', '63bfd22e4cef561a5a5fbf2664728f396e5d24406e1d2fc5bf67a2752d69386c', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, '\x000000000000000000003000000000000000000000000000000000000000000000000000000000000000', NULL, NULL, NULL, NULL, false, NULL, false, NULL, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22a6a-92ec-7342-87ef-6382f72e1f97', 'supporter', 'us-fl-miami', NULL, '{grief,stress}', '{en}', '{}', '{}', '{}', 1, 0, 0, NULL, 'roster', 's-1', '9dd1d6c701cb7948bb880601120e0dca7b67eea052755c841e98e8148ca3fa70', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 1, DEFAULT, NULL, false, '{}', '{needs}', false);
INSERT INTO public.offer VALUES ('01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', NULL, '{grief}', '{en}', '{}', '{}', '{}', 3, 1, 0, NULL, NULL, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, 3, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dbb7-7556-9f4c-65226e21a0f4', 'group', 'us-fl-miami', 'Circle s1', '{grief}', '{en}', '{group}', '{}', '{}', 5, 0, 1, NULL, 'directory:us-fl-miami', 's1', '96cc3d1b6fe560b07a154a86ea080b3e830eaa30de69a60b14c16b318a223405', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, 25.77, -80.19, NULL, NULL, false, NULL, false, NULL, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a2269d-dbb7-7556-9f4c-65234b9b356b', 'group', 'us-fl-miami', 'Circle s2', '{grief}', '{en}', '{group}', '{}', '{}', 5, 1, 0, NULL, 'directory:us-fl-miami', 's2', '447ddac1bc0fa07438276cdd73cec8838695dc60c2bf5d0c185a9da9e1085671', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, false, NULL, false, NULL, DEFAULT, NULL, false, '{}', '{}', false);
INSERT INTO public.offer VALUES ('01a22f0e-4185-7455-ade4-c2e5e099f7b8', 'group', 'us-fl-miami', 'Circle a', '{grief}', '{en}', '{group}', '{}', '{}', 5, 0, 0, NULL, 'directory:lighthouse', 'a', 'ffa2911aa03a7994a192f7b7c21e925af1c3fe4eecce745aa9dd0bd860e3064e', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{}', '{}', '{}', '{}', '{}', '{}', NULL, NULL, 25.77, -80.19, NULL, NULL, false, NULL, false, NULL, DEFAULT, NULL, false, '{}', '{}', false);

INSERT INTO public.offer_change VALUES ('01a2269d-da7c-77cf-b43b-35e36cdf8f50', 789, 783);
INSERT INTO public.offer_change VALUES ('01a2269d-db11-761c-a613-0aa41dacc559', 799, 788);
INSERT INTO public.offer_change VALUES ('01a2269d-dbe8-7435-bdc8-2b879a7da006', 803, 798);
INSERT INTO public.offer_change VALUES ('01a2269d-dc3c-719a-96f0-2688672afd21', 807, 804);
INSERT INTO public.offer_change VALUES ('01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', 785, 806);
INSERT INTO public.offer_change VALUES ('01a2269d-dc55-747a-bda9-fb07ff642fa9', 787, 809);
INSERT INTO public.offer_change VALUES ('01a22929-be8a-7076-b79f-eae918de3cd7', 788, 788);
INSERT INTO public.offer_change VALUES ('01a22929-be2e-75f5-ac0a-d0cb7c1b644e', 790, 784);
INSERT INTO public.offer_change VALUES ('01a22929-beb7-71f3-a931-7c8ab56ce501', 791, 791);
INSERT INTO public.offer_change VALUES ('01a22929-bee7-767a-89e2-b0aa7abdaa72', 794, 794);
INSERT INTO public.offer_change VALUES ('01a22929-bf0e-75fb-9112-5daa9866b9c1', 798, 798);
INSERT INTO public.offer_change VALUES ('01a22929-bf30-7620-81c8-668107c05fd3', 801, 801);
INSERT INTO public.offer_change VALUES ('01a22a6a-92ec-7342-87ef-6382f72e1f97', 773, 773);
INSERT INTO public.offer_change VALUES ('01a22a6a-9326-7797-99a5-9c0c2125109c', 774, 774);
INSERT INTO public.offer_change VALUES ('01a22929-be75-7713-8d54-7c8fd2183ddf', 776, 786);
INSERT INTO public.offer_change VALUES ('01a2269d-dbb7-7556-9f4c-65226e21a0f4', 778, 795);
INSERT INTO public.offer_change VALUES ('01a2269d-dbb7-7556-9f4c-65234b9b356b', 778, 795);
INSERT INTO public.offer_change VALUES ('01a22f0e-4185-7455-ade4-c2e5e099f7b8', 796, 796);

INSERT INTO public.offer_contact VALUES ('01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'supporter-1@example.org', NULL);
INSERT INTO public.offer_contact VALUES ('01a22a6a-92ec-7342-87ef-6382f72e1f97', 'ana@example.org', NULL);

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (1, 5, 'referrals.journey.v1', '\x30316132323639642d646234362d373434322d613062632d333431613236323861346666', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-db5f-713b-9619-6990cda3c52e"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-db46-7442-a0bc-341a2628a4ff"], ["content-type", "application/json"], ["traceparent", "00-fa4160c267906cd8b1370379fcab5518-a345188a91a81d21-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646234362d373434322d613062632d333431613236323861346666222c2270726f706f73616c5f6964223a2230316132323639642d646235362d373333382d383139662d396630323833616530303566222c226f666665725f6964223a2230316132323639642d646137632d373763662d623433622d333565333663646638663530222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.249189+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (2, 0, 'referrals.journey.v1', '\x30316132323639642d646265652d373036642d383334662d306564326535653063306565', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc03-71a1-8e52-6fd51ed5d6b1"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dbee-706d-834f-0ed2e5e0c0ee"], ["content-type", "application/json"], ["traceparent", "00-f70c03a228035a6a4b37ec4f9f14a0fe-34f4b193117725d7-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646265652d373036642d383334662d306564326535653063306565222c2270726f706f73616c5f6964223a2230316132323639642d646266382d373539382d383637662d666437323739313733313634222c226f666665725f6964223a2230316132323639642d646231312d373631632d613631332d306161343164616363353539222c226f666665725f6b696e64223a2267726f7570222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.417728+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (3, 7, 'referrals.journey.v1', '\x30316132323639642d646330612d373661652d626366302d336464323265393637383462', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc1c-765a-8dd4-34111ebc8fef"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc0a-76ae-bcf0-3dd22e96784b"], ["content-type", "application/json"], ["traceparent", "00-3929e7ac2980013485582d7dd7fefb5f-b6dbc1e43691266e-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646330612d373661652d626366302d336464323265393637383462222c2270726f706f73616c5f6964223a2230316132323639642d646331342d373134322d393236362d616162316463356336303761222c226f666665725f6964223a2230316132323639642d646262372d373535362d396634632d363532323665323161306634222c226f666665725f6b696e64223a2267726f7570222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.439101+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (4, 7, 'referrals.journey.v1', '\x30316132323639642d646330612d373661652d626366302d336464323265393637383462', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc24-7043-b683-ba6f389bcadb"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.accepted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc0a-76ae-bcf0-3dd22e96784b"], ["content-type", "application/json"], ["traceparent", "00-80186cc7869083811960184174b23ad4-463dd18ca5f3aba4-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646330612d373661652d626366302d336464323265393637383462222c2270726f706f73616c5f6964223a2230316132323639642d646331342d373134322d393236362d616162316463356336303761222c226f666665725f6964223a2230316132323639642d646262372d373535362d396634632d363532323665323161306634222c226f666665725f6b696e64223a2267726f7570227d', '2026-11-29 09:23:29.445604+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (5, 0, 'referrals.journey.v1', '\x30316132323639642d646332362d373166312d623936342d373730336238653162613262', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc2b-7381-8575-c1a93c4ca289"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc26-71f1-b964-7703b8e1ba2b"], ["content-type", "application/json"], ["traceparent", "00-44c9d5ac5b4c1de4e20d0565355b211f-964c5454b24d2c82-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646332362d373166312d623936342d373730336238653162613262222c2270726f706f73616c5f6964223a2230316132323639642d646332392d373464312d393339322d336339303864393837313039222c226f666665725f6964223a2230316132323639642d646262372d373535362d396634632d363532333462396233353662222c226f666665725f6b696e64223a2267726f7570222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.45196+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (6, 0, 'referrals.journey.v1', '\x30316132323639642d646332362d373166312d623936342d373730336238653162613262', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc2f-76eb-99b1-73cd395139cf"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.declined.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc26-71f1-b964-7703b8e1ba2b"], ["content-type", "application/json"], ["traceparent", "00-b04bbcf55f12eabbcade484b7bc6f620-8cb40c6585f23e35-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646332362d373166312d623936342d373730336238653162613262222c2270726f706f73616c5f6964223a2230316132323639642d646332392d373464312d393339322d336339303864393837313039222c226f666665725f6964223a2230316132323639642d646262372d373535362d396634632d363532333462396233353662222c22726561736f6e223a226e6f2d6361706163697479227d', '2026-11-29 09:23:29.466665+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (7, 0, 'referrals.journey.v1', '\x30316132323639642d646332362d373166312d623936342d373730336238653162613262', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc39-7380-b788-95faca3a6310"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc26-71f1-b964-7703b8e1ba2b"], ["content-type", "application/json"], ["traceparent", "00-b04bbcf55f12eabbcade484b7bc6f620-8cb40c6585f23e35-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646332362d373166312d623936342d373730336238653162613262222c2270726f706f73616c5f6964223a2230316132323639642d646333382d373032662d613637342d393066663166326332326562222c226f666665725f6964223a2230316132323639642d646265382d373433352d626463382d326238373961376461303036222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a322c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.466674+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (8, 0, 'referrals.journey.v1', '\x30316132323639642d646333662d373134312d386262352d386536383865633963633738', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc44-7242-b3b9-c9b7df085a0d"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc3f-7141-8bb5-8e688ec9cc78"], ["content-type", "application/json"], ["traceparent", "00-5f14829282a45e4a6c7be34739f2c456-a074bd762e040a7e-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646333662d373134312d386262352d386536383865633963633738222c2270726f706f73616c5f6964223a2230316132323639642d646334332d373765352d396430392d336230613337663065613566222c226f666665725f6964223a2230316132323639642d646262372d373535362d396634632d363532333462396233353662222c226f666665725f6b696e64223a2267726f7570222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.477425+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (9, 7, 'referrals.journey.v1', '\x30316132323639642d646334612d373334312d396433662d633932356332633266393037', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc51-746e-9e6f-13d4e3c5cfa4"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc4a-7341-9d3f-c925c2c2f907"], ["content-type", "application/json"], ["traceparent", "00-44eac572c72ca00d6a507375e8e76a6e-20f47e355ee84427-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646334612d373334312d396433662d633932356332633266393037222c2270726f706f73616c5f6964223a2230316132323639642d646335302d373530662d383064302d323063613463653064353232222c226f666665725f6964223a2230316132323639642d646333632d373139612d393666302d323638383637326166643231222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.490088+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (10, 0, 'referrals.journey.v1', '\x30316132323639642d646335392d373631612d393066302d613962613038633535323063', '[["ce_specversion", "1.0"], ["ce_id", "01a2269d-dc5d-7378-8d4a-cba0ee1da248"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a2269d-dc59-761a-90f0-a9ba08c5520c"], ["content-type", "application/json"], ["traceparent", "00-69ec3a7dcefbd4e486e39e0e0c9bc596-bd83db8e37534530-03"]]', '\x7b22726566657272616c5f6964223a2230316132323639642d646335392d373631612d393066302d613962613038633535323063222c2270726f706f73616c5f6964223a2230316132323639642d646335632d373035332d396630352d346431663733393430626239222c226f666665725f6964223a2230316132323639642d646334372d373632622d626438632d653862663861646630633066222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 09:23:29.501811+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (11, 7, 'referrals.journey.v1', '\x30316132323932392d626535362d373661342d383730342d663737653137346436316262', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-be6e-7641-8619-5ac6d5bb7b66"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-be56-76a4-8704-f77e174d61bb"], ["content-type", "application/json"], ["traceparent", "00-1255eb7758ad75f7e546188d402e6c92-ac58b161cd3849ed-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626535362d373661342d383730342d663737653137346436316262222c2270726f706f73616c5f6964223a2230316132323932392d626536372d373261632d386633342d396436316231343833356665222c226f666665725f6964223a2230316132323639642d646334372d373632622d626438632d653862663861646630633066222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.311827+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (12, 6, 'referrals.journey.v1', '\x30316132323932392d626537622d373538382d383161612d623735326238383630663735', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-be87-764b-8c8c-9a56aadd71e0"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-be7b-7588-81aa-b752b8860f75"], ["content-type", "application/json"], ["traceparent", "00-790bb055948197276cb5e165f60b6c43-5b180ac0b2dc4d41-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626537622d373538382d383161612d623735326238383630663735222c2270726f706f73616c5f6964223a2230316132323932392d626538332d373032302d393464332d656566383530396265623064222c226f666665725f6964223a2230316132323639642d646335352d373437612d626461392d666230376666363432666139222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.336644+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (13, 6, 'referrals.journey.v1', '\x30316132323932392d626539612d373033322d383366632d313464373033306166333431', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-be9e-709a-98f8-81d94172622c"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.waitlisted.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-be9a-7032-83fc-14d7030af341"], ["content-type", "application/json"], ["traceparent", "00-8bec4714bad5b65d59c52bc27984f9d1-4ec3f6b9c88588bb-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626539612d373033322d383366632d313464373033306166333431222c226578636c75646564223a7b226e656564223a31317d2c226578636c756465645f666577223a5b5d2c22636f6e73696465726564223a31317d', '2026-11-29 21:15:31.363678+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (14, 6, 'referrals.journey.v1', '\x30316132323932392d626539612d373033322d383366632d313464373033306166333431', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-beaf-7028-b251-9f46d3eeca40"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-be9a-7032-83fc-14d7030af341"], ["content-type", "application/json"], ["traceparent", "00-116889e32851ad38768ea80cea6db051-5866c17bfeca6881-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626539612d373033322d383366632d313464373033306166333431222c2270726f706f73616c5f6964223a2230316132323932392d626561642d373061372d393832362d393331363162383962333530222c226f666665725f6964223a2230316132323932392d626532652d373566352d616330612d643063623763316236343465222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.376529+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (15, 4, 'referrals.journey.v1', '\x30316132323932392d626562662d373031632d616338662d336233656165373332346531', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-becd-75a9-9161-f20ef1866d03"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-bebf-701c-ac8f-3b3eae7324e1"], ["content-type", "application/json"], ["traceparent", "00-cd003efb386e58a92e751b1648ea36bc-b831eb3c1e7fff70-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626562662d373031632d616338662d336233656165373332346531222c2270726f706f73616c5f6964223a2230316132323932392d626563622d373766662d386263632d323230646535333634303466222c226f666665725f6964223a2230316132323932392d626537352d373731332d386435342d376338666432313833646466222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.405722+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (16, 4, 'referrals.journey.v1', '\x30316132323932392d626565632d373663382d626161632d383331383832656264363639', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-befc-7219-8f21-ad1b25f19ee1"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-beec-76c8-baac-831882ebd669"], ["content-type", "application/json"], ["traceparent", "00-54f0092b7b3eea4fda29293418fbee85-86cf549a0e988982-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626565632d373663382d626161632d383331383832656264363639222c2270726f706f73616c5f6964223a2230316132323932392d626566362d373362662d393236642d323234646230636337653637222c226f666665725f6964223a2230316132323932392d626537352d373731332d386435342d376338666432313833646466222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.453542+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (17, 5, 'referrals.journey.v1', '\x30316132323932392d626631332d373365332d613937372d343862333864373533306433', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-bf23-735b-9034-71d86a89443b"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-bf13-73e3-a977-48b38d7530d3"], ["content-type", "application/json"], ["traceparent", "00-e8b11e82fc627c4bf74e8e3909b98f3e-ad1b9c308ff40f3c-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626631332d373365332d613937372d343862333864373533306433222c2270726f706f73616c5f6964223a2230316132323932392d626631652d373533652d613533352d383539333434383861396433222c226f666665725f6964223a2230316132323932392d626537352d373731332d386435342d376338666432313833646466222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.49226+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (18, 7, 'referrals.journey.v1', '\x30316132323932392d626633382d373162652d623961652d373863636363346562636162', '[["ce_specversion", "1.0"], ["ce_id", "01a22929-bf41-73a9-a91a-7a55b5fc99ea"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22929-bf38-71be-b9ae-78cccc4ebcab"], ["content-type", "application/json"], ["traceparent", "00-5d131be7c3735b23b7874c72d3a567bd-6f91119f5d5e08ec-03"]]', '\x7b22726566657272616c5f6964223a2230316132323932392d626633382d373162652d623961652d373863636363346562636162222c2270726f706f73616c5f6964223a2230316132323932392d626633662d373362302d613133302d613830623465613131323338222c226f666665725f6964223a2230316132323932392d626537352d373731332d386435342d376338666432313833646466222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-29 21:15:31.523212+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (19, 7, 'referrals.journey.v1', '\x30316132326136612d393334342d373030612d393538302d626237653466643536663734', '[["ce_specversion", "1.0"], ["ce_id", "01a22a6a-93e0-72c4-ba77-9ce6476cc7de"], ["ce_source", "urn:alongside:service:matching"], ["ce_type", "org.alongside.match.proposed.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "01a22a6a-9344-700a-9580-bb7e4fd56f74"], ["content-type", "application/json"], ["traceparent", "00-dbd1a14e099ca7aca7b50d0f8070aa79-3b073f394beaf41d-03"]]', '\x7b22726566657272616c5f6964223a2230316132326136612d393334342d373030612d393538302d626237653466643536663734222c2270726f706f73616c5f6964223a2230316132326136612d393364642d373231312d396364312d326634326330383933346231222c226f666665725f6964223a2230316132323932392d626537352d373731332d386435342d376338666432313833646466222c226f666665725f6b696e64223a22737570706f72746572222c22617474656d7074223a312c22726561736f6e73223a5b227368617265642d6e656564222c227368617265642d6c616e6775616765222c22667265652d6361706163697479225d2c22657870697265735f6174223a22323032362d31312d32345431323a30303a30305a227d', '2026-11-30 03:05:57.473276+00');

INSERT INTO public.parted VALUES ('01a2269d-dc52-77bb-999f-9d041ce6840f', '01a2269d-dc52-77bb-999f-9d0685effa38', '2026-11-22 12:00:00+00');
INSERT INTO public.parted VALUES ('01a22929-bf03-7347-a3b0-1a7c78ced678', '01a22929-bf03-7347-a3b0-1a7e57b3d2d4', '2026-11-22 12:00:00+00');

INSERT INTO public.policy VALUES ('be6f18335a1dc079', '{"zone": "America/New_York", "norms": {"crisis_days": 7, "caseload_max": 15, "crisis_share": 0.5, "self_check_low": 5, "self_check_days": 14, "self_check_exhausted": 2, "self_check_low_share": 0.5, "supervision_days_max": 35, "supervision_overdue_share": 0.5, "self_check_exhausted_share": 0.0, "supporters_per_supervisor_max": 8}, "curves": {"load": [[0.0, 1.0], [1.0, 0.0]], "distance_km": [[0.0, 1.0], [5.0, 0.9], [25.0, 0.4], [80.0, 0.0]], "waiting_hours": [[0.0, 0.0], [48.0, 0.5], [336.0, 1.0]], "common_minutes": [[0.0, 0.0], [30.0, 0.4], [120.0, 0.8], [600.0, 1.0]]}, "sharing": {"crowding": 0.1, "edges_max": 1000000, "waits_cost": 10.0, "claim_urgent": 1.0, "claim_waiting": 0.5, "claim_priority": 0.75}, "weights": {"hopes": 0.1, "distance": 0.1, "interests": 0.05, "continuity": 0.5, "identities": 0.15, "free_places": 0.2, "shared_need": 0.6, "availability": 0.1, "preferred_mode": 0.1, "preferred_format": 0.1}, "wake_max": 50, "ranked_max": 32, "respond_hours": 48.0, "look_soon_seconds": 2.0, "seat_hold_minutes": 120.0, "directory_capacity": 5, "directory_language": "en", "look_again_seconds": 60.0, "respond_hours_urgent": 4.0}', '2026-11-22 12:00:00+00');

INSERT INTO public.proposal VALUES ('01a2269d-db56-7338-819f-9f0283ae005f', '01a2269d-db46-7442-a0bc-341a2628a4ff', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 2, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dbf8-7598-867f-fd7279173164', '01a2269d-dbee-706d-834f-0ed2e5e0c0ee', '01a2269d-db11-761c-a613-0aa41dacc559', 'group', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 5, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc14-7142-9266-aab1dc5c607a', '01a2269d-dc0a-76ae-bcf0-3dd22e96784b', '01a2269d-dbb7-7556-9f4c-65226e21a0f4', 'group', 'us-fl-miami', 1, 'accepted', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 5, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc29-74d1-9392-3c908d987109', '01a2269d-dc26-71f1-b964-7703b8e1ba2b', '01a2269d-dbb7-7556-9f4c-65234b9b356b', 'group', 'us-fl-miami', 1, 'declined', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 5, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', 'no-capacity', '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc38-702f-a674-90ff1f2c22eb', '01a2269d-dc26-71f1-b964-7703b8e1ba2b', '01a2269d-dbe8-7435-bdc8-2b879a7da006', 'supporter', 'us-fl-miami', 2, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 5, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc43-77e5-9d09-3b0a37f0ea5f', '01a2269d-dc3f-7141-8bb5-8e688ec9cc78', '01a2269d-dbb7-7556-9f4c-65234b9b356b', 'group', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 6, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc50-750f-80d0-20ca4ce0d522', '01a2269d-dc4a-7341-9d3f-c925c2c2f907', '01a2269d-dc3c-719a-96f0-2688672afd21', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 7, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a2269d-dc5c-7053-9f05-4d1f73940bb9', '01a2269d-dc59-761a-90f0-a9ba08c5520c', '01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', 'supporter', 'us-fl-miami', 1, 'withdrawn', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 8, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-be67-72ac-8f34-9d61b14835fe', '01a22929-be56-76a4-8704-f77e174d61bb', '01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 9, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-be83-7020-94d3-eef8509beb0d', '01a22929-be7b-7588-81aa-b752b8860f75', '01a2269d-dc55-747a-bda9-fb07ff642fa9', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 10, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-bead-70a7-9826-93161b89b350', '01a22929-be9a-7032-83fc-14d7030af341', '01a22929-be2e-75f5-ac0a-d0cb7c1b644e', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 11, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-becb-77ff-8bcc-220de536404f', '01a22929-bebf-701c-ac8f-3b3eae7324e1', '01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', 1, 'withdrawn', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 12, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-bef6-73bf-926d-224db0cc7e67', '01a22929-beec-76c8-baac-831882ebd669', '01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', 1, 'withdrawn', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 13, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-bf1e-753e-a535-85934488a9d3', '01a22929-bf13-73e3-a977-48b38d7530d3', '01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', 1, 'withdrawn', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 14, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22929-bf3f-73b0-a130-a80b4ea11238', '01a22929-bf38-71be-b9ae-78cccc4ebcab', '01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', 1, 'withdrawn', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 15, '2026-11-24 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '2026-11-22 12:00:00+00');
INSERT INTO public.proposal VALUES ('01a22a6a-93dd-7211-9cd1-2f42c08934b1', '01a22a6a-9344-700a-9580-bb7e4fd56f74', '01a22929-be75-7713-8d54-7c8fd2183ddf', 'supporter', 'us-fl-miami', 1, 'open', '{shared-need,shared-language,free-capacity}', 1, '{"free_places": 1.0, "shared_need": 1.0}', 17, '2026-11-24 12:00:00+00', NULL, NULL, '2026-11-22 12:00:00+00');

INSERT INTO public.request VALUES ('01a2269d-db46-7442-a0bc-341a2628a4ff', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-da7c-77cf-b43b-35e36cdf8f50}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dbee-706d-834f-0ed2e5e0c0ee', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-db11-761c-a613-0aa41dacc559}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dc0a-76ae-bcf0-3dd22e96784b', 'matched', 'us-fl-miami', '{grief}', 2, '{01a2269d-dbb7-7556-9f4c-65226e21a0f4}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dc26-71f1-b964-7703b8e1ba2b', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-dbb7-7556-9f4c-65234b9b356b,01a2269d-dbe8-7435-bdc8-2b879a7da006}', 2, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dc3f-7141-8bb5-8e688ec9cc78', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-dbb7-7556-9f4c-65234b9b356b}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dc4a-7341-9d3f-c925c2c2f907', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-dc4a-7341-9d3f-c926863c66c6,01a2269d-dc3c-719a-96f0-2688672afd21}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "priority": 1, "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a2269d-dc59-761a-90f0-a9ba08c5520c', 'closed', 'us-fl-miami', '{grief}', 2, '{01a2269d-dc47-762b-bd8c-e8bf8adf0c0f}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, NULL);
INSERT INTO public.request VALUES ('01a22929-be56-76a4-8704-f77e174d61bb', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a2269d-dc47-762b-bd8c-e8bf8adf0c0f}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, '01a22929-be56-76a4-8704-f7802390c195');
INSERT INTO public.request VALUES ('01a22929-be7b-7588-81aa-b752b8860f75', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a22929-be7b-7588-81aa-b753dddd311b,01a2269d-dc55-747a-bda9-fb07ff642fa9}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "priority": 1, "languages": ["en"]}', 0, 0, '01a22929-be7b-7588-81aa-b75040295aea');
INSERT INTO public.request VALUES ('01a22929-be9a-7032-83fc-14d7030af341', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a22929-be2e-75f5-ac0a-d0cb7c1b644e}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 1, 0, '01a22929-be9a-7032-83fc-14d9515c6c49');
INSERT INTO public.request VALUES ('01a22929-bebf-701c-ac8f-3b3eae7324e1', 'closed', 'us-fl-miami', '{grief}', 2, '{01a22929-be75-7713-8d54-7c8fd2183ddf}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 1, '01a22929-bebf-701c-ac8f-3b40d66b61fd');
INSERT INTO public.request VALUES ('01a22929-beec-76c8-baac-831882ebd669', 'closed', 'us-fl-miami', '{grief}', 2, '{01a22929-be75-7713-8d54-7c8fd2183ddf}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, '01a22929-beec-76c8-baac-831aeda8d141');
INSERT INTO public.request VALUES ('01a22929-bf13-73e3-a977-48b38d7530d3', 'closed', 'us-fl-miami', '{grief}', 2, '{01a22929-be75-7713-8d54-7c8fd2183ddf}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, '01a22929-bf13-73e3-a977-48b5a115577c');
INSERT INTO public.request VALUES ('01a22929-bf38-71be-b9ae-78cccc4ebcab', 'closed', 'us-fl-miami', '{grief}', 2, '{01a22929-be75-7713-8d54-7c8fd2183ddf}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, '01a22929-bf38-71be-b9ae-78ce1c9ed2ed');
INSERT INTO public.request VALUES ('01a22a6a-9344-700a-9580-bb7e4fd56f74', 'proposed', 'us-fl-miami', '{grief}', 2, '{01a22929-be75-7713-8d54-7c8fd2183ddf}', 1, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{"needs": ["grief"], "urgency": "routine", "languages": ["en"]}', 0, 0, '01a22a6a-9344-700a-9580-bb80c246bf38');

INSERT INTO public.seat VALUES ('01a2269d-db80-708a-8d1e-dc681b88a46e', '01a2269d-db11-761c-a613-0aa41dacc559', '2026-11-24 23:00:00+00', '01a2269d-db46-7442-a0bc-341a2628a4ff', 'held', '2026-11-22 14:00:00+00');

INSERT INTO public.self_check VALUES ('01a2269d-dae8-765d-ba6e-c7d87bd07e69', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 4, 3, 4, '2026-11-22 12:00:00+00');

INSERT INTO public.supporter VALUES ('01a2269d-da7c-77cf-b43b-35e36cdf8f50', 6, 'supervisor-3');
INSERT INTO public.supporter VALUES ('01a2269d-dbe8-7435-bdc8-2b879a7da006', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a2269d-dc3c-719a-96f0-2688672afd21', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a2269d-dc55-747a-bda9-fb07ff642fa9', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-be2e-75f5-ac0a-d0cb7c1b644e', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-be75-7713-8d54-7c8fd2183ddf', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-be8a-7076-b79f-eae918de3cd7', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-beb7-71f3-a931-7c8ab56ce501', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-bee7-767a-89e2-b0aa7abdaa72', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-bf0e-75fb-9112-5daa9866b9c1', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22929-bf30-7620-81c8-668107c05fd3', NULL, NULL);
INSERT INTO public.supporter VALUES ('01a22a6a-92ec-7342-87ef-6382f72e1f97', NULL, NULL);

INSERT INTO public.supporter_log VALUES ('01a2269d-daee-72c4-8a1b-1bfdb46f177e', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'supervision', '2026-11-19', 60);
INSERT INTO public.supporter_log VALUES ('01a2269d-daf8-73ed-93cb-cd82df120014', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'support', '2026-11-21', 30);

INSERT INTO public.timer VALUES ('offer-review', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', '01a2269d-db01-71c1-b1bf-61548e22e4dd', '2026-12-25 05:00:00+00', '{}', '{"traceparent": "00-ff07c1a414e6460ef9e0fcf9d615d58f-684542420c3f1916-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a2269d-db11-761c-a613-0aa41dacc559', '01a2269d-db45-75d9-bd6f-33f746196399', '2026-11-29 05:00:00+00', '{}', '{"traceparent": "00-a4f802ddff63a1fe95701ea6d3847809-e5bff9402abc8f27-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a2269d-db56-7338-819f-9f0283ae005f', '01a2269d-db60-7429-ac0a-dfbf87e7befb', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-fa4160c267906cd8b1370379fcab5518-a345188a91a81d21-03"}', 0);
INSERT INTO public.timer VALUES ('seat-expiry', '01a2269d-db80-708a-8d1e-dc681b88a46e', '01a2269d-db89-7105-8a6a-a3d8bf27d87e', '2026-11-22 14:00:00+00', '{}', '{"traceparent": "00-7ce6633b8fbad84dc5ecb8e2e94c2318-41fdc9029e8b58c8-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a2269d-dbe8-7435-bdc8-2b879a7da006', '01a2269d-dbec-72e9-a218-c063b9e8d623', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-2d9b7517afaf9f9c8f9638f818be4920-c65b66eb564db6bb-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a2269d-dbf8-7598-867f-fd7279173164', '01a2269d-dc03-71a1-8e52-6fd69526ed1d', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-f70c03a228035a6a4b37ec4f9f14a0fe-34f4b193117725d7-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a2269d-dc38-702f-a674-90ff1f2c22eb', '01a2269d-dc3a-728c-8ad0-7c05754c287a', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-b04bbcf55f12eabbcade484b7bc6f620-8cb40c6585f23e35-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a2269d-dc3c-719a-96f0-2688672afd21', '01a2269d-dc3f-7141-8bb5-8e677c029437', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-4181e841d0da41cbad2c5134f39ff64e-a7906b35c9c9da81-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a2269d-dc43-77e5-9d09-3b0a37f0ea5f', '01a2269d-dc45-7687-9c1b-3a2d734ee2cd', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-5f14829282a45e4a6c7be34739f2c456-a074bd762e040a7e-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a2269d-dc47-762b-bd8c-e8bf8adf0c0f', '01a2269d-dc49-76cd-868d-1ceb135d3591', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-f07943eb49e2b9c3c523431a1b1a211e-da400d69c04bb3ad-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a2269d-dc50-750f-80d0-20ca4ce0d522', '01a2269d-dc51-746e-9e6f-13d506b8e363', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-44eac572c72ca00d6a507375e8e76a6e-20f47e355ee84427-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a2269d-dc55-747a-bda9-fb07ff642fa9', '01a2269d-dc58-73e6-bd07-1b44cd9f7cc5', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-ff3f626775932ebd794e54c37a29651f-081f36d6db4932d2-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-be2e-75f5-ac0a-d0cb7c1b644e', '01a22929-be4c-7446-b209-51da968aaffa', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-5397e5b639237c1850e0b2e851b21ab8-ab8ee527eeb8ead4-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a22929-be67-72ac-8f34-9d61b14835fe', '01a22929-be6e-7641-8619-5ac7d8dabc91', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-1255eb7758ad75f7e546188d402e6c92-ac58b161cd3849ed-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-be75-7713-8d54-7c8fd2183ddf', '01a22929-be7a-70c1-bdcb-53242890dd7a', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-ffbf239c95f6e4c1aac6578fc5661f61-a4eaf4156111f0d3-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a22929-be83-7020-94d3-eef8509beb0d', '01a22929-be88-7237-b7e0-de3edf8c4a6e', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-790bb055948197276cb5e165f60b6c43-5b180ac0b2dc4d41-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-be8a-7076-b79f-eae918de3cd7', '01a22929-be99-76b4-a196-ebfcbcd02200', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-e6aa1ec5fb4210b4989c2377690faf8d-20cfdec235e77086-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a22929-bead-70a7-9826-93161b89b350', '01a22929-beb0-7254-9867-22ae970c8ad0', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-116889e32851ad38768ea80cea6db051-5866c17bfeca6881-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-beb7-71f3-a931-7c8ab56ce501', '01a22929-bebc-705e-8967-ca318d7eb877', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-fec182856ff8c2b64459b1c5d4ff72cd-29317ff63a7e9dff-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-bee7-767a-89e2-b0aa7abdaa72', '01a22929-beeb-77c8-84da-1afbe489606d', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-a2ebd0665503c02e90b11e92f3f3c257-7484b31965c87664-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-bf0e-75fb-9112-5daa9866b9c1', '01a22929-bf12-769b-a5fd-2da75cc6ab0f', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-e03835af17c5219ae43f28cd94f3b1b7-b7e3965582e0f157-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22929-bf30-7620-81c8-668107c05fd3', '01a22929-bf36-72f2-a0a2-655c4ca458a5', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-5e48832a9f10a2e100776bb4574b4e1a-c8ad85e3d903150a-03"}', 0);
INSERT INTO public.timer VALUES ('erasure-expiry', '01a22929-bf38-71be-b9ae-78ce1c9ed2ed', '01a22929-bf51-73a1-970a-3400c26a4290', '2027-12-27 12:00:00+00', '{}', '{"traceparent": "00-6da6f16cbd970b42ec650943543fe769-892222c406f7acfb-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22a6a-92ec-7342-87ef-6382f72e1f97', '01a22a6a-9319-7123-b115-129e5c729ec7', '2026-12-28 05:00:00+00', '{}', '{"traceparent": "00-918f2905fb332d19ba36a57052039e12-7d8b038f581756ac-03"}', 0);
INSERT INTO public.timer VALUES ('offer-review', '01a22a6a-9326-7797-99a5-9c0c2125109c', '01a22a6a-932f-73a5-b18e-2b80b5147e77', '2026-11-29 05:00:00+00', '{}', '{"traceparent": "00-fdd7c9f1d4732a794695f8d0d5397983-51da4e9cbd08784e-03"}', 0);
INSERT INTO public.timer VALUES ('proposal-expiry', '01a22a6a-93dd-7211-9cd1-2f42c08934b1', '01a22a6a-93e0-72c4-ba77-9ce7ddb96eda', '2026-11-24 12:00:00+00', '{}', '{"traceparent": "00-dbd1a14e099ca7aca7b50d0f8070aa79-3b073f394beaf41d-03"}', 0);
INSERT INTO public.timer VALUES ('waitlist-sweep', 'us-fl-miami 2026-11-22T12:00:02+00:00', '01a22f0e-419d-71d0-bdd4-f77e4e21b91a', '2026-11-22 12:00:02+00', '{"region": "us-fl-miami"}', '{"traceparent": "00-4da16b4b73886fec5448c9d3f1f00dc1-0ce4001c1fe1fa5a-03"}', 0);

INSERT INTO public.training VALUES ('01a2269d-da9d-7051-9951-f02d987b8c65', '01a2269d-da7c-77cf-b43b-35e36cdf8f50', 'ethics-and-boundaries', 8, '2024-02-01');

SELECT pg_catalog.setval('public.outbox_id_seq', 19, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.certification
    ADD CONSTRAINT pk_certification PRIMARY KEY (id);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT pk_dead_letter PRIMARY KEY (id);

ALTER TABLE ONLY public.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_import
    ADD CONSTRAINT pk_directory_import PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_import_line
    ADD CONSTRAINT pk_directory_import_line PRIMARY KEY (import_id, number);

ALTER TABLE ONLY public.directory_import_part
    ADD CONSTRAINT pk_directory_import_part PRIMARY KEY (import_id, number);

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT pk_directory_record PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_source
    ADD CONSTRAINT pk_directory_source PRIMARY KEY (key);

ALTER TABLE ONLY public.erased_person
    ADD CONSTRAINT pk_erased_person PRIMARY KEY (person_id);

ALTER TABLE ONLY public.group_schedule
    ADD CONSTRAINT pk_group_schedule PRIMARY KEY (offer_id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);

ALTER TABLE ONLY public.listing
    ADD CONSTRAINT pk_listing PRIMARY KEY (source, source_id);

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT pk_occurrence PRIMARY KEY (offer_id, starts_at);

ALTER TABLE ONLY public.offer
    ADD CONSTRAINT pk_offer PRIMARY KEY (id);

ALTER TABLE ONLY public.offer_change
    ADD CONSTRAINT pk_offer_change PRIMARY KEY (offer_id);

ALTER TABLE ONLY public.offer_contact
    ADD CONSTRAINT pk_offer_contact PRIMARY KEY (offer_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);

ALTER TABLE ONLY public.parted
    ADD CONSTRAINT pk_parted PRIMARY KEY (person_id, offer_id);

ALTER TABLE ONLY public.policy
    ADD CONSTRAINT pk_policy PRIMARY KEY (version);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT pk_proposal PRIMARY KEY (id);

ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT pk_quarantine PRIMARY KEY (id);

ALTER TABLE ONLY public.refusal_tally
    ADD CONSTRAINT pk_refusal_tally PRIMARY KEY (topic);

ALTER TABLE ONLY public.request
    ADD CONSTRAINT pk_request PRIMARY KEY (referral_id);

ALTER TABLE ONLY public.seat
    ADD CONSTRAINT pk_seat PRIMARY KEY (id);

ALTER TABLE ONLY public.self_check
    ADD CONSTRAINT pk_self_check PRIMARY KEY (id);

ALTER TABLE ONLY public.supporter
    ADD CONSTRAINT pk_supporter PRIMARY KEY (offer_id);

ALTER TABLE ONLY public.supporter_log
    ADD CONSTRAINT pk_supporter_log PRIMARY KEY (id);

ALTER TABLE ONLY public.timer
    ADD CONSTRAINT pk_timer PRIMARY KEY (kind, key);

ALTER TABLE ONLY public.training
    ADD CONSTRAINT pk_training PRIMARY KEY (id);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT uq_dead_letter_topic_partition_offset_record_ms UNIQUE (topic, partition, "offset", record_ms);

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT uq_directory_record_source_kind_source_id UNIQUE (source, kind, source_id);

ALTER TABLE ONLY public.directory_source
    ADD CONSTRAINT uq_directory_source_name UNIQUE (name);

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT uq_occurrence_offer_id_day UNIQUE (offer_id, day);

ALTER TABLE ONLY public.offer
    ADD CONSTRAINT uq_offer_source_source_id UNIQUE (source, source_id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT uq_proposal_referral_id_attempt UNIQUE (referral_id, attempt);

ALTER TABLE ONLY public.seat
    ADD CONSTRAINT uq_seat_offer_id_starts_at_referral_id UNIQUE (offer_id, starts_at, referral_id);

CREATE INDEX ix_certification_offer_id ON public.certification USING btree (offer_id);

CREATE INDEX ix_dead_letter_at ON public.dead_letter USING btree (at);

CREATE INDEX ix_dead_letter_settled_at ON public.dead_letter USING btree (settled_at);

CREATE INDEX ix_dead_letter_waiting ON public.dead_letter USING btree (topic) WHERE (state = 'waiting'::text);

CREATE INDEX ix_decision_decided_at ON public.decision USING btree (decided_at);

CREATE INDEX ix_decision_referral_id ON public.decision USING btree (referral_id, id);

CREATE INDEX ix_decision_region ON public.decision USING btree (region, id);

CREATE INDEX ix_directory_import_unfinished ON public.directory_import USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'reading'::text, 'storing'::text]));

CREATE INDEX ix_directory_record_listed ON public.directory_record USING btree (kind, region, id) WHERE (removed_at IS NULL);

CREATE INDEX ix_directory_record_organization_id ON public.directory_record USING btree (organization_id);

CREATE INDEX ix_directory_record_place ON public.directory_record USING btree (region, latitude, longitude);

CREATE INDEX ix_directory_record_search ON public.directory_record USING gin (search);

CREATE INDEX ix_directory_record_service_id ON public.directory_record USING btree (service_id);

CREATE INDEX ix_directory_record_terms ON public.directory_record USING gin (terms);

CREATE INDEX ix_idempotency_key_created_at ON public.idempotency_key USING btree (created_at);

CREATE INDEX ix_inbox_received_at ON public.inbox USING btree (received_at);

CREATE INDEX ix_offer_change_changed_in ON public.offer_change USING btree (changed_in);

CREATE INDEX ix_offer_needs ON public.offer USING gin (needs);

CREATE INDEX ix_offer_region ON public.offer USING btree (region, id);

CREATE INDEX ix_outbox_shard ON public.outbox USING btree (shard, id);

CREATE INDEX ix_proposal_offer_id ON public.proposal USING btree (offer_id, id);

CREATE UNIQUE INDEX ix_proposal_one_at_a_time ON public.proposal USING btree (referral_id) WHERE (state = ANY (ARRAY['open'::text, 'accepted'::text]));

CREATE INDEX ix_proposal_open ON public.proposal USING btree (id) WHERE (state = 'open'::text);

CREATE INDEX ix_quarantine_partner ON public.quarantine USING btree (partner, id);

CREATE INDEX ix_request_person ON public.request USING btree (person_id) WHERE ((person_id IS NOT NULL) AND (state <> 'closed'::text));

CREATE INDEX ix_request_waiting ON public.request USING btree (region, urgency_rank, waiting_since, referral_id) WHERE (state = 'waiting'::text);

CREATE INDEX ix_seat_referral_id ON public.seat USING btree (referral_id);

CREATE INDEX ix_self_check_offer_id ON public.self_check USING btree (offer_id, taken_at);

CREATE INDEX ix_supporter_log_offer_id ON public.supporter_log USING btree (offer_id, on_day);

CREATE INDEX ix_timer_due_at ON public.timer USING btree (due_at);

CREATE INDEX ix_training_offer_id ON public.training USING btree (offer_id);

CREATE UNIQUE INDEX uq_quarantine_open ON public.quarantine USING btree (topic) WHERE (resumed_at IS NULL);

CREATE TRIGGER fill_day BEFORE INSERT ON public.occurrence FOR EACH ROW WHEN ((new.day IS NULL)) EXECUTE FUNCTION public.fill_day_of_occurrence();

CREATE TRIGGER no_promise_beyond_effective_capacity BEFORE UPDATE OF held, taken ON public.offer FOR EACH ROW WHEN ((((new.held + new.taken) > (old.held + old.taken)) AND ((new.held + new.taken) > LEAST(new.capacity, new.capacity_limit)))) EXECUTE FUNCTION public.refuse_promise_beyond_effective_capacity();

CREATE TRIGGER note_changed AFTER UPDATE ON public.offer REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION public.note_changed_offers();

CREATE TRIGGER note_new AFTER INSERT ON public.offer REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.note_new_offers();

ALTER TABLE ONLY public.certification
    ADD CONSTRAINT fk_certification_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.directory_import_line
    ADD CONSTRAINT fk_directory_import_line_import_id_directory_import FOREIGN KEY (import_id) REFERENCES public.directory_import(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.directory_import_part
    ADD CONSTRAINT fk_directory_import_part_import_id_directory_import FOREIGN KEY (import_id) REFERENCES public.directory_import(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT fk_directory_record_source_directory_source FOREIGN KEY (source) REFERENCES public.directory_source(key);

ALTER TABLE ONLY public.group_schedule
    ADD CONSTRAINT fk_group_schedule_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT fk_occurrence_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.offer_change
    ADD CONSTRAINT fk_offer_change_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.offer_contact
    ADD CONSTRAINT fk_offer_contact_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT fk_proposal_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id);

ALTER TABLE ONLY public.proposal
    ADD CONSTRAINT fk_proposal_referral_id_request FOREIGN KEY (referral_id) REFERENCES public.request(referral_id);

ALTER TABLE ONLY public.seat
    ADD CONSTRAINT fk_seat_offer_id_occurrence FOREIGN KEY (offer_id, starts_at) REFERENCES public.occurrence(offer_id, starts_at) ON UPDATE CASCADE ON DELETE CASCADE;

ALTER TABLE ONLY public.self_check
    ADD CONSTRAINT fk_self_check_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.supporter_log
    ADD CONSTRAINT fk_supporter_log_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.supporter
    ADD CONSTRAINT fk_supporter_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.training
    ADD CONSTRAINT fk_training_offer_id_offer FOREIGN KEY (offer_id) REFERENCES public.offer(id) ON DELETE CASCADE;
