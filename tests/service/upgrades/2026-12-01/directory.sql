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

CREATE TABLE public.directory_import (
    id uuid NOT NULL,
    region text NOT NULL,
    source text NOT NULL,
    source_key text NOT NULL,
    digest_key bytea,
    pause_vanished boolean NOT NULL,
    dry_run boolean DEFAULT false NOT NULL,
    confirm text,
    confirmation text,
    questions jsonb DEFAULT '[]'::jsonb NOT NULL,
    moved text[],
    kept text[],
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
    CONSTRAINT ck_directory_import_state CHECK ((state = ANY (ARRAY['queued'::text, 'reading'::text, 'storing'::text, 'done'::text, 'failed'::text, 'held'::text])))
);

CREATE TABLE public.directory_import_line (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    file text NOT NULL,
    path text NOT NULL,
    line integer NOT NULL,
    digest text NOT NULL,
    source_id text NOT NULL,
    "column" text NOT NULL,
    code text NOT NULL,
    remedy text NOT NULL,
    CONSTRAINT ck_directory_import_line_kind CHECK ((kind = ANY (ARRAY['quarantined'::text, 'flagged'::text])))
);

CREATE UNLOGGED TABLE public.directory_import_part (
    import_id uuid NOT NULL,
    number integer NOT NULL,
    content bytea NOT NULL
);

CREATE TABLE public.directory_language (
    config text NOT NULL
);

CREATE TABLE public.directory_listing (
    source text NOT NULL,
    source_id text NOT NULL,
    number integer NOT NULL,
    sequence bigint NOT NULL,
    state jsonb NOT NULL,
    content_hash text,
    withdrawn text,
    CONSTRAINT ck_directory_listing_withdrawn CHECK ((withdrawn = ANY (ARRAY['pause'::text, 'hide'::text])))
);

CREATE TABLE public.directory_record (
    id uuid NOT NULL,
    region text NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    source_id text NOT NULL,
    hotline boolean DEFAULT false NOT NULL,
    document jsonb NOT NULL,
    organization_id uuid,
    service_id uuid,
    taxonomy_id uuid,
    parent_id uuid,
    terms uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    latitude double precision,
    longitude double precision,
    postal_code text,
    search tsvector DEFAULT ''::tsvector NOT NULL,
    verified_on date,
    first_import uuid NOT NULL,
    last_import uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    removed_at timestamp with time zone,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    indexed boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_directory_record_kind CHECK ((kind = ANY (ARRAY['organization'::text, 'service'::text, 'service_at_location'::text, 'taxonomy'::text, 'taxonomy_term'::text])))
);

CREATE TABLE public.directory_source (
    key text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    rows jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL
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

INSERT INTO public.alembic_version VALUES ('0002');

INSERT INTO public.directory_import VALUES ('01a2269d-db99-763a-aa62-e2a31b967cf5', 'us-fl-miami', 'us-fl-miami', 'us-fl-miami', NULL, false, false, NULL, NULL, '[]', NULL, NULL, 1, 'done', 2, 2, 2, 0, 0, 0, 0, 1, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_import VALUES ('01a2269d-dbe6-72cb-b094-36dcd6d59f24', 'us-fl-miami', 'us-fl-miami', 'us-fl-miami', NULL, false, false, NULL, NULL, '[]', NULL, NULL, 0, 'failed', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_import VALUES ('01a22f0e-40ab-712c-bec9-c155088a6b9c', 'us-fl-miami', 'lighthouse', 'lighthouse', NULL, true, false, NULL, NULL, '[]', '{}', '{}', 1, 'done', 2, 2, 2, 0, 0, 0, 0, 2, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_import VALUES ('01a22f0e-412c-75d8-94d0-f9d364b2d939', 'us-fl-miami', 'lighthouse', 'lighthouse', NULL, false, false, NULL, 'e71bacbc8f58', '[{"code": "cut", "lost": 1, "about": ["services"], "before": 2}, {"code": "cut", "lost": 1, "about": ["services_taxonomy"], "before": 2}, {"code": "retires", "lost": 1, "about": ["service"], "before": 2}, {"code": "retires", "lost": 1, "about": ["service_at_location"], "before": 1}]', NULL, NULL, 1, 'held', 1, 0, 0, 0, 0, 0, 0, 1, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_import VALUES ('01a22f0e-4147-73a9-8fce-9b29427e131d', 'us-fl-miami', 'lighthouse', 'lighthouse', NULL, false, false, 'e71bacbc8f58', 'e71bacbc8f58', '[{"code": "cut", "lost": 1, "about": ["services"], "before": 2}, {"code": "cut", "lost": 1, "about": ["services_taxonomy"], "before": 2}, {"code": "retires", "lost": 1, "about": ["service"], "before": 2}, {"code": "retires", "lost": 1, "about": ["service_at_location"], "before": 1}]', '{}', '{}', 1, 'done', 1, 1, 0, 1, 0, 0, 0, 1, 0, NULL, NULL, '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_import VALUES ('01a22f0e-41ab-720b-9042-41b3aa43f86c', 'us-fl-miami', 'lighthouse', 'lighthouse', '\xf73467b01907886913fb36d8daf1fa13dbff0e76827fde5aaa0509bacc03458f', true, false, NULL, NULL, '[]', NULL, NULL, 0, 'queued', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, '2026-11-22 12:00:00+00', NULL);

INSERT INTO public.directory_import_line VALUES ('01a2269d-db99-763a-aa62-e2a31b967cf5', 1, 'flagged', 'services', '', 3, '', 's2', '', 'no-location', '');
INSERT INTO public.directory_import_line VALUES ('01a22f0e-40ab-712c-bec9-c155088a6b9c', 1, 'flagged', 'services', 'data/services.csv', 3, 'ee85c735df12e95a', 'hotline', '', 'hotline', 'It is listed as a hotline, and is no offer: people call it at once, nobody is referred to it.');
INSERT INTO public.directory_import_line VALUES ('01a22f0e-40ab-712c-bec9-c155088a6b9c', 2, 'flagged', 'services', 'data/services.csv', 3, 'ee85c735df12e95a', 'hotline', '', 'no-location', '');
INSERT INTO public.directory_import_line VALUES ('01a22f0e-412c-75d8-94d0-f9d364b2d939', 1, 'flagged', 'services', 'data/services.csv', 2, '8d004ea58adb8101', 'hotline', '', 'hotline', 'It is listed as a hotline, and is no offer: people call it at once, nobody is referred to it.');
INSERT INTO public.directory_import_line VALUES ('01a22f0e-4147-73a9-8fce-9b29427e131d', 1, 'flagged', 'services', 'data/services.csv', 2, '3c059ce329c22397', 'hotline', '', 'hotline', 'It is listed as a hotline, and is no offer: people call it at once, nobody is referred to it.');

INSERT INTO public.directory_import_part VALUES ('01a22f0e-41ab-720b-9042-41b3aa43f86c', 0, '\x504b030414000000080000002100002864211c0000001b00000016000000646174612f6f7267616e697a6174696f6e732e637376cb4cd1c94bcc4de5e5ca37d4f1482c4aca2f2d52f0c82f2d068a0000504b030414000000080000002100e49db963600000006d00000011000000646174612f73657276696365732e6373761dcccb0980301045d1bd600f29e0a1588258880cc92883319149346af57e96f72cae38449d29c84d596218c521d0ca709caccaf61976f54899f29eea8a103b0ca2d6b321f4a6302ffe32f69706a594864f5ab737de6f3babf004b2590eaeab07504b0304140000000800000021007b95c049380000003b00000012000000646174612f6c6f636174696f6e732e637376cb4cd1c92f4a4fcccbac4a2cc9cccf8bcf4cd1c901b24a4a53527572f2f3d2c12c5eae1c439d7c431d23533d73731d5d0b033d434b5e2e00504b030414000000080000002100bee9e73724000000240000001d000000646174612f73657276696365735f61745f6c6f636174696f6e2e637376cb4cd1294e2d2acb4c4e8dcf4cd1c9c94f4e2cc9cccf03b279b9120d751275720c79b900504b030414000000080000002100e1f7da785a000000620000001b000000646174612f706879736963616c5f6164647265737365732e6373762589510a80201005ff03efd0015e1f227482e8abce20b24a2c982bb605dd3ea19f8199e1882c1494a5788e20d6172d1d5d7169d0e46b93870b2554e9217b92984072176daf19a245b6d8399cfc735a42ffeb36c239eb6698e103504b0304140000000800000021007b97ecbe4e0000006b0000000f000000646174612f70686f6e65732e637376cb4cd1294e2d2acb4c4e8dcf4430134be273f293134b32f3f340c2c8ecfca2f4c4bccc2a383faf343729b54827b5a22435af1828c6cb5560a893a80304c606a6baa6a6a6ba068606063ae6bc5c00504b03041400000008000000210015b0f78758000000680000001a000000646174612f726567756c61725f7363686564756c65732e637376cb4cd1294e2d2acb4c4e8dcf4cd1294f4dcd4e49acd4c92f48cd2b8e4f2cd149cec92f4e05b3f28b32d333f31273e24b522b4a78b9320c7512757cf3f340aacdac0c0c0a7275ccad8c41941284ab0be52a001529f1720100504b030414000000080000002100c79dd3ef280000002600000012000000646174612f6c616e6775616765732e637376cb4cd1294e2d2acb4c4e8dcf4cd1c949cc4b2f4d4c4fe5e54a37d449d471cd4bcfc92ccee0e50200504b030414000000080000002100e94795152a0000002800000014000000646174612f656c69676962696c6974792e637376cb4cd1294e2d2acb4c4e8dcf4cd149cdc94ccf4ccaccc92ca9e4e54a35d449d4714c29cd2929e6e50200504b0304140000000800000021000d9741c3320000003200000011000000646174612f7461786f6e6f6d792e637376cb4cd1c94bcc4de5e50af0d3b5303430d00362031da7d4a2d4c4b2d4dcd4bc1285e0d28282fca21205f7a2fcd282625e2e00504b03041400000008000000210036309f262d0000002e0000001a000000646174612f73657276696365735f7461786f6e6f6d792e637376cb4cd1294e2d2acb4c4e8dcf4cd12949acc8cfcbcfad04b279b94a1275127502fc742d0c0d0cf480d880970b00504b0102140314000000080000002100002864211c0000001b000000160000000000000000000000800100000000646174612f6f7267616e697a6174696f6e732e637376504b0102140314000000080000002100e49db963600000006d000000110000000000000000000000800150000000646174612f73657276696365732e637376504b01021403140000000800000021007b95c049380000003b0000001200000000000000000000008001df000000646174612f6c6f636174696f6e732e637376504b0102140314000000080000002100bee9e73724000000240000001d0000000000000000000000800147010000646174612f73657276696365735f61745f6c6f636174696f6e2e637376504b0102140314000000080000002100e1f7da785a000000620000001b00000000000000000000008001a6010000646174612f706879736963616c5f6164647265737365732e637376504b01021403140000000800000021007b97ecbe4e0000006b0000000f0000000000000000000000800139020000646174612f70686f6e65732e637376504b010214031400000008000000210015b0f78758000000680000001a00000000000000000000008001b4020000646174612f726567756c61725f7363686564756c65732e637376504b0102140314000000080000002100c79dd3ef2800000026000000120000000000000000000000800144030000646174612f6c616e6775616765732e637376504b0102140314000000080000002100e94795152a0000002800000014000000000000000000000080019c030000646174612f656c69676962696c6974792e637376504b01021403140000000800000021000d9741c332000000320000001100000000000000000000008001f8030000646174612f7461786f6e6f6d792e637376504b010214031400000008000000210036309f262d0000002e0000001a0000000000000000000000800159040000646174612f73657276696365735f7461786f6e6f6d792e637376504b0506000000000b000b00e5020000be0400000000');

INSERT INTO public.directory_language VALUES ('english');

INSERT INTO public.directory_listing VALUES ('us-fl-miami', 's1', 1, 1796085792768, '{"kind": "group", "name": "Circle s1", "needs": ["grief"], "active": true, "region": "us-fl-miami", "formats": ["group"], "hotline": false, "position": {"latitude": 25.77, "longitude": -80.19}, "languages": ["en"], "listing_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}', NULL, NULL);
INSERT INTO public.directory_listing VALUES ('us-fl-miami', 's2', 2, 1796085792768, '{"kind": "group", "name": "Circle s2", "needs": ["grief"], "active": true, "region": "us-fl-miami", "formats": ["group"], "hotline": false, "languages": ["en"], "listing_id": "0758ea72-3369-543c-8eb3-c7fbc2e55478"}', NULL, NULL);
INSERT INTO public.directory_listing VALUES ('lighthouse', 'hotline', 2, 1795348800001, '{"kind": "group", "name": "Circle hotline", "needs": ["grief"], "active": true, "region": "us-fl-miami", "formats": ["group"], "hotline": true, "position": {"latitude": 25.77, "longitude": -80.19}, "languages": ["en"], "listing_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed"}', '416885cbb641fbc4fe353b8276008892528242b957b714b2390a59d4008776ce', NULL);
INSERT INTO public.directory_listing VALUES ('lighthouse', 'a', 1, 1795348800001, '{"kind": "group", "name": "Circle a", "needs": ["grief"], "active": true, "region": "us-fl-miami", "formats": ["group"], "hotline": false, "position": {"latitude": 25.77, "longitude": -80.19}, "languages": ["en"], "listing_id": "3008df7e-c254-545b-908f-7a2017074bf2"}', '81f7b52b26e38c81c765474dcd0bc09570d733dccb0e030f2138d7468b609f49', 'hide');

INSERT INTO public.directory_record VALUES ('d1e89477-94d5-5385-ad51-9113fc2c2d61', 'us-fl-miami', 'us-fl-miami', 'organization', 'o1', false, '{"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('3957990c-a568-5722-b260-842fead14e5c', 'us-fl-miami', 'us-fl-miami', 'taxonomy', 'Taxonomy of the publisher', false, '{"id": "3957990c-a568-5722-b260-842fead14e5c", "name": "Taxonomy of the publisher", "description": "Terms of Taxonomy of the publisher, as published."}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('82a73455-ba65-54da-b321-b1e6dedc930f', 'us-fl-miami', 'us-fl-miami', 'taxonomy_term', 'PN-8100.1000', false, '{"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}', NULL, NULL, '3957990c-a568-5722-b260-842fead14e5c', NULL, '{}', NULL, NULL, NULL, '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('2ef347e4-9b79-5e56-a4b9-42633db1340e', 'us-fl-miami', 'us-fl-miami', 'service', 's1', false, '{"id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "url": "http://www.example.org/grief", "name": "Circle s1", "phones": [{"id": "77930962-4867-59c1-9d8e-b3b90b5d1411", "number": "305-555-0100", "extension": 7, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}], "status": "active", "languages": [{"id": "7074f08e-3c43-578d-85cb-01e9c049bd7b", "name": "English", "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e"}], "schedules": [{"id": "f0156a68-0e0e-5ca7-9c89-8656c489734d", "freq": "WEEKLY", "byday": "MO", "opens_at": "18:00:00", "closes_at": "19:30:00", "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "description": "6:00pm-7:30pm, Mon"}], "attributes": [{"id": "18aaba99-0798-5eca-9d57-366845c3ced8", "link_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "link_entity": "service", "taxonomy_term": {"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}, "taxonomy_term_id": "82a73455-ba65-54da-b321-b1e6dedc930f"}], "description": "A weekly circle.", "organization": {"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}, "organization_id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "service_at_locations": [{"id": "a311bad9-60c8-5cca-bad1-5b5d35372a3b", "location": {"id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c", "latitude": 25.77, "longitude": -80.19, "location_type": "physical"}, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "location_id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c"}], "eligibility_description": "Adults"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '2ef347e4-9b79-5e56-a4b9-42633db1340e', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', NULL, NULL, NULL, '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('a311bad9-60c8-5cca-bad1-5b5d35372a3b', 'us-fl-miami', 'us-fl-miami', 'service_at_location', 's1@l1', false, '{"id": "a311bad9-60c8-5cca-bad1-5b5d35372a3b", "location": {"id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c", "latitude": 25.77, "longitude": -80.19, "location_type": "physical"}, "service_id": "2ef347e4-9b79-5e56-a4b9-42633db1340e", "location_id": "32ae5199-37cb-5e2f-ab84-83ab87c33c4c"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '2ef347e4-9b79-5e56-a4b9-42633db1340e', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', 25.77, -80.19, '33136', '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('0758ea72-3369-543c-8eb3-c7fbc2e55478', 'us-fl-miami', 'us-fl-miami', 'service', 's2', false, '{"id": "0758ea72-3369-543c-8eb3-c7fbc2e55478", "url": "http://www.example.org/grief", "name": "Circle s2", "status": "active", "attributes": [{"id": "2cb53082-4dd7-5e7b-a881-7c18dc65778c", "link_id": "0758ea72-3369-543c-8eb3-c7fbc2e55478", "link_entity": "service", "taxonomy_term": {"id": "82a73455-ba65-54da-b321-b1e6dedc930f", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "3957990c-a568-5722-b260-842fead14e5c"}, "taxonomy_term_id": "82a73455-ba65-54da-b321-b1e6dedc930f"}], "description": "A weekly circle.", "organization": {"id": "d1e89477-94d5-5385-ad51-9113fc2c2d61", "name": "Harbour House", "description": ""}, "organization_id": "d1e89477-94d5-5385-ad51-9113fc2c2d61"}', 'd1e89477-94d5-5385-ad51-9113fc2c2d61', '0758ea72-3369-543c-8eb3-c7fbc2e55478', NULL, NULL, '{82a73455-ba65-54da-b321-b1e6dedc930f}', NULL, NULL, NULL, '', NULL, '01a2269d-db99-763a-aa62-e2a31b967cf5', '01a2269d-db99-763a-aa62-e2a31b967cf5', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{}', false);
INSERT INTO public.directory_record VALUES ('5c0873b0-0cbd-5329-a4bc-09d11d30094c', 'us-fl-miami', 'lighthouse', 'organization', 'o1', false, '{"id": "5c0873b0-0cbd-5329-a4bc-09d11d30094c", "name": "Harbour House", "description": ""}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '''harbour'':1A ''hous'':2A', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-4147-73a9-8fce-9b29427e131d', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{english}', true);
INSERT INTO public.directory_record VALUES ('92300ea2-115a-5fdc-b97a-dcf48ed67f7b', 'us-fl-miami', 'lighthouse', 'taxonomy', 'Taxonomy of the publisher', false, '{"id": "92300ea2-115a-5fdc-b97a-dcf48ed67f7b", "name": "Taxonomy of the publisher", "description": "Terms of Taxonomy of the publisher, as published."}', NULL, NULL, NULL, NULL, '{}', NULL, NULL, NULL, '''publish'':4A ''taxonomi'':1A', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-4147-73a9-8fce-9b29427e131d', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{english}', true);
INSERT INTO public.directory_record VALUES ('416cd5b6-6204-54be-a7e2-7944f4e7c8ed', 'us-fl-miami', 'lighthouse', 'service', 'hotline', true, '{"id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed", "url": "http://www.example.org/grief", "name": "Circle hotline", "phones": [{"id": "f3dcda1f-9e5b-5b72-9cbb-8c62277953da", "number": "305-555-0100", "extension": 7, "service_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed"}], "status": "active", "languages": [{"id": "520308ae-2667-5899-a796-7f949160e6b0", "name": "English", "service_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed"}], "schedules": [{"id": "0739862e-3b4b-5c14-b639-7d605cfe6d99", "freq": "WEEKLY", "byday": "MO", "opens_at": "18:00:00", "closes_at": "19:30:00", "service_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed", "description": "6:00pm-7:30pm, Mon"}], "attributes": [{"id": "4a979d67-5383-5735-aef8-5919462ba426", "link_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed", "link_entity": "service", "taxonomy_term": {"id": "73ac40dd-d5b2-502b-94ad-1f3fe0727572", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "92300ea2-115a-5fdc-b97a-dcf48ed67f7b"}, "taxonomy_term_id": "73ac40dd-d5b2-502b-94ad-1f3fe0727572"}], "description": "A weekly circle.", "organization": {"id": "5c0873b0-0cbd-5329-a4bc-09d11d30094c", "name": "Harbour House", "description": ""}, "organization_id": "5c0873b0-0cbd-5329-a4bc-09d11d30094c", "service_at_locations": [{"id": "9fc2ce89-eb7c-5f74-ae29-6278f4bd705a", "location": {"id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12", "latitude": 25.77, "addresses": [{"id": "a81b1dd4-ec17-5b1d-ba2c-6d6df8aa0a78", "city": "Miami", "region": "Miami-Dade", "country": "", "address_1": "", "location_id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12", "postal_code": "33136", "address_type": "physical", "state_province": "FL"}], "longitude": -80.19, "location_type": "physical"}, "service_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed", "location_id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12"}], "eligibility_description": "Adults"}', '5c0873b0-0cbd-5329-a4bc-09d11d30094c', '416cd5b6-6204-54be-a7e2-7944f4e7c8ed', NULL, NULL, '{73ac40dd-d5b2-502b-94ad-1f3fe0727572}', NULL, NULL, NULL, '''1000'':10B ''8100'':9B ''bereav'':5B ''circl'':1A,13C ''group'':7B ''harbour'':3B ''hotlin'':2A ''hous'':4B ''pn'':8B ''support'':6B ''week'':12C', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-4147-73a9-8fce-9b29427e131d', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{english}', true);
INSERT INTO public.directory_record VALUES ('3008df7e-c254-545b-908f-7a2017074bf2', 'us-fl-miami', 'lighthouse', 'service', 'a', false, '{"id": "3008df7e-c254-545b-908f-7a2017074bf2", "name": "Circle a", "organization": {"name": "Harbour House"}}', '5c0873b0-0cbd-5329-a4bc-09d11d30094c', '3008df7e-c254-545b-908f-7a2017074bf2', NULL, NULL, '{73ac40dd-d5b2-502b-94ad-1f3fe0727572}', NULL, NULL, NULL, '', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-40ab-712c-bec9-c155088a6b9c', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{english}', false);
INSERT INTO public.directory_record VALUES ('73ac40dd-d5b2-502b-94ad-1f3fe0727572', 'us-fl-miami', 'lighthouse', 'taxonomy_term', 'PN-8100.1000', false, '{"id": "73ac40dd-d5b2-502b-94ad-1f3fe0727572", "code": "PN-8100.1000", "name": "Bereavement Support Groups", "taxonomy": "Taxonomy of the publisher", "description": "Bereavement Support Groups", "taxonomy_id": "92300ea2-115a-5fdc-b97a-dcf48ed67f7b"}', NULL, NULL, '92300ea2-115a-5fdc-b97a-dcf48ed67f7b', NULL, '{}', NULL, NULL, NULL, '''1000'':6B ''8100'':5B ''bereav'':1A,7C ''group'':3A,9C ''pn'':4B ''support'':2A,8C', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-4147-73a9-8fce-9b29427e131d', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{english}', true);
INSERT INTO public.directory_record VALUES ('9fc2ce89-eb7c-5f74-ae29-6278f4bd705a', 'us-fl-miami', 'lighthouse', 'service_at_location', 'hotline@l1', false, '{"id": "9fc2ce89-eb7c-5f74-ae29-6278f4bd705a", "location": {"id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12", "latitude": 25.77, "addresses": [{"id": "a81b1dd4-ec17-5b1d-ba2c-6d6df8aa0a78", "city": "Miami", "region": "Miami-Dade", "country": "", "address_1": "", "location_id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12", "postal_code": "33136", "address_type": "physical", "state_province": "FL"}], "longitude": -80.19, "location_type": "physical"}, "service_id": "416cd5b6-6204-54be-a7e2-7944f4e7c8ed", "location_id": "0fafc0ab-09ea-5f7d-b23b-a572d55bdf12"}', '5c0873b0-0cbd-5329-a4bc-09d11d30094c', '416cd5b6-6204-54be-a7e2-7944f4e7c8ed', NULL, NULL, '{73ac40dd-d5b2-502b-94ad-1f3fe0727572}', 25.77, -80.19, '33136', '''1000'':12B ''33136'':4B ''8100'':11B ''bereav'':7B ''circl'':1A,15C ''group'':9B ''harbour'':5B ''hotlin'':2A ''hous'':6B ''miami'':3B ''pn'':10B ''support'':8B ''week'':14C', NULL, '01a22f0e-4147-73a9-8fce-9b29427e131d', '01a22f0e-4147-73a9-8fce-9b29427e131d', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', NULL, '{english}', true);
INSERT INTO public.directory_record VALUES ('67c30c8c-6914-5f3d-a653-789f0fa1bb02', 'us-fl-miami', 'lighthouse', 'service_at_location', 'a@l1', false, '{"id": "67c30c8c-6914-5f3d-a653-789f0fa1bb02", "organization": {}}', '5c0873b0-0cbd-5329-a4bc-09d11d30094c', '3008df7e-c254-545b-908f-7a2017074bf2', NULL, NULL, '{73ac40dd-d5b2-502b-94ad-1f3fe0727572}', NULL, NULL, NULL, '', NULL, '01a22f0e-40ab-712c-bec9-c155088a6b9c', '01a22f0e-40ab-712c-bec9-c155088a6b9c', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '2026-11-22 12:00:00+00', '{english}', false);

INSERT INTO public.directory_source VALUES ('us-fl-miami', 'us-fl-miami', 'us-fl-miami', '{}', '2026-11-22 12:00:00+00');
INSERT INTO public.directory_source VALUES ('lighthouse', 'lighthouse', 'us-fl-miami', '{"phones": 1, "services": 1, "taxonomy": 1, "languages": 1, "locations": 1, "eligibility": 1, "organizations": 1, "regular_schedules": 1, "services_taxonomy": 1, "physical_addresses": 1, "services_at_location": 1}', '2026-11-22 12:00:00+00');

INSERT INTO public.idempotency_key VALUES ('announce-again', '\xcd8a48dd221c081e0044e1797215470a75ad0e58932706a28cb03a626632ee56', 200, '\x7b22616e6e6f756e636564223a322c226e657874223a6e756c6c7d', '2026-12-01 00:43:13.186998+00');

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (9, 6, 'directory.network.listings.v1', '\x75732d666c2d6d69616d692f7331', '[["ce_specversion", "1.0"], ["ce_id", "01a22f0e-41a4-72e0-90e1-6ac19afa0d0e"], ["ce_source", "urn:alongside:service:directory"], ["ce_type", "org.alongside.listing.published.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "us-fl-miami/s1"], ["content-type", "application/json"], ["traceparent", "00-a40a5a28b963d74ea5a245a1a2a423f8-ae290103192edfec-03"]]', '\x7b226c697374696e67223a7b22736f75726365223a2275732d666c2d6d69616d69222c22736f757263655f6964223a227331222c226c697374696e675f6964223a2232656633343765342d396237392d356535362d613462392d343236333364623133343065222c226e756d626572223a312c2273657175656e6365223a313739363038353739323736382c22726567696f6e223a2275732d666c2d6d69616d69222c226b696e64223a2267726f7570222c226e616d65223a22436972636c65207331222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22666f726d617473223a5b2267726f7570225d2c22686f746c696e65223a66616c73652c22616374697665223a747275652c22706f736974696f6e223a7b226c61746974756465223a32352e37372c226c6f6e676974756465223a2d38302e31397d7d7d', '2026-12-01 00:43:13.189357+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (10, 4, 'directory.network.listings.v1', '\x75732d666c2d6d69616d692f7332', '[["ce_specversion", "1.0"], ["ce_id", "01a22f0e-41a4-72e0-90e1-6ac27cba5843"], ["ce_source", "urn:alongside:service:directory"], ["ce_type", "org.alongside.listing.published.v1"], ["ce_time", "2026-11-22T12:00:00Z"], ["ce_subject", "us-fl-miami/s2"], ["content-type", "application/json"], ["traceparent", "00-a40a5a28b963d74ea5a245a1a2a423f8-ae290103192edfec-03"]]', '\x7b226c697374696e67223a7b22736f75726365223a2275732d666c2d6d69616d69222c22736f757263655f6964223a227332222c226c697374696e675f6964223a2230373538656137322d333336392d353433632d386562332d633766626332653535343738222c226e756d626572223a322c2273657175656e6365223a313739363038353739323736382c22726567696f6e223a2275732d666c2d6d69616d69222c226b696e64223a2267726f7570222c226e616d65223a22436972636c65207332222c226e65656473223a5b226772696566225d2c226c616e677561676573223a5b22656e225d2c22666f726d617473223a5b2267726f7570225d2c22686f746c696e65223a66616c73652c22616374697665223a747275657d7d', '2026-12-01 00:43:13.189375+00');

INSERT INTO public.timer VALUES ('listings-again', '2026-11-23T00:00:00+00:00', '01a22f0e-416f-778d-850f-6e406b516b74', '2026-11-23 00:00:00+00', '{}', '{}', 0);

SELECT pg_catalog.setval('public.outbox_id_seq', 10, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.dead_letter
    ADD CONSTRAINT pk_dead_letter PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_import
    ADD CONSTRAINT pk_directory_import PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_import_line
    ADD CONSTRAINT pk_directory_import_line PRIMARY KEY (import_id, number);

ALTER TABLE ONLY public.directory_import_part
    ADD CONSTRAINT pk_directory_import_part PRIMARY KEY (import_id, number);

ALTER TABLE ONLY public.directory_language
    ADD CONSTRAINT pk_directory_language PRIMARY KEY (config);

ALTER TABLE ONLY public.directory_listing
    ADD CONSTRAINT pk_directory_listing PRIMARY KEY (source, source_id);

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT pk_directory_record PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_source
    ADD CONSTRAINT pk_directory_source PRIMARY KEY (key);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT pk_idempotency_key PRIMARY KEY (key);

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT pk_inbox PRIMARY KEY (event_id);

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

ALTER TABLE ONLY public.directory_listing
    ADD CONSTRAINT uq_directory_listing_source_number UNIQUE (source, number);

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT uq_directory_record_source_kind_source_id UNIQUE (source, kind, source_id);

ALTER TABLE ONLY public.directory_source
    ADD CONSTRAINT uq_directory_source_name UNIQUE (name);

CREATE INDEX ix_dead_letter_at ON public.dead_letter USING btree (at);

CREATE INDEX ix_dead_letter_settled_at ON public.dead_letter USING btree (settled_at);

CREATE INDEX ix_dead_letter_waiting ON public.dead_letter USING btree (topic) WHERE (state = 'waiting'::text);

CREATE INDEX ix_directory_import_unfinished ON public.directory_import USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'reading'::text, 'storing'::text]));

CREATE INDEX ix_directory_record_listed ON public.directory_record USING btree (kind, region, id) WHERE (removed_at IS NULL);

CREATE INDEX ix_directory_record_not_indexed ON public.directory_record USING btree (source, id) WHERE ((NOT indexed) AND (removed_at IS NULL));

CREATE INDEX ix_directory_record_organization_id ON public.directory_record USING btree (organization_id);

CREATE INDEX ix_directory_record_place ON public.directory_record USING btree (region, latitude, longitude);

CREATE INDEX ix_directory_record_search ON public.directory_record USING gin (search) WITH (fastupdate=off);

CREATE INDEX ix_directory_record_service_id ON public.directory_record USING btree (service_id);

CREATE INDEX ix_directory_record_terms ON public.directory_record USING gin (terms);

CREATE INDEX ix_idempotency_key_created_at ON public.idempotency_key USING btree (created_at);

CREATE INDEX ix_inbox_received_at ON public.inbox USING btree (received_at);

CREATE INDEX ix_outbox_shard ON public.outbox USING btree (shard, id);

CREATE INDEX ix_quarantine_partner ON public.quarantine USING btree (partner, id);

CREATE INDEX ix_timer_due_at ON public.timer USING btree (due_at);

CREATE UNIQUE INDEX uq_quarantine_open ON public.quarantine USING btree (topic) WHERE (resumed_at IS NULL);

ALTER TABLE ONLY public.directory_import_line
    ADD CONSTRAINT fk_directory_import_line_import_id_directory_import FOREIGN KEY (import_id) REFERENCES public.directory_import(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.directory_import_part
    ADD CONSTRAINT fk_directory_import_part_import_id_directory_import FOREIGN KEY (import_id) REFERENCES public.directory_import(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.directory_listing
    ADD CONSTRAINT fk_directory_listing_source_directory_source FOREIGN KEY (source) REFERENCES public.directory_source(key);

ALTER TABLE ONLY public.directory_record
    ADD CONSTRAINT fk_directory_record_source_directory_source FOREIGN KEY (source) REFERENCES public.directory_source(key);
