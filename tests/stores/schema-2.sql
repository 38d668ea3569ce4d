
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.artifact_inputs (
    artifact integer NOT NULL,
    "position" integer NOT NULL,
    place integer NOT NULL,
    hash text NOT NULL,
    size bigint NOT NULL,
    modified double precision NOT NULL
);

CREATE TABLE public.artifact_names (
    number integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    latest integer NOT NULL
);

CREATE SEQUENCE public.artifact_names_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.artifact_names_number_seq OWNED BY public.artifact_names.number;

CREATE TABLE public.artifact_packages (
    artifact integer NOT NULL,
    package text NOT NULL COLLATE pg_catalog."C",
    version text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.artifact_tags (
    artifact integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    value text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.artifacts (
    number integer NOT NULL,
    name integer NOT NULL,
    version integer NOT NULL,
    created double precision NOT NULL,
    deleted double precision,
    note text NOT NULL COLLATE pg_catalog."C",
    type text NOT NULL COLLATE pg_catalog."C",
    codec text NOT NULL,
    blob text,
    size bigint,
    uri text COLLATE pg_catalog."C",
    preview text,
    preview_size bigint,
    signature text NOT NULL,
    signer text NOT NULL COLLATE pg_catalog."C",
    session text NOT NULL COLLATE pg_catalog."C",
    step integer NOT NULL,
    nth integer NOT NULL,
    variable text NOT NULL COLLATE pg_catalog."C",
    whence text NOT NULL,
    code text,
    session_code text,
    python text NOT NULL COLLATE pg_catalog."C",
    platform text NOT NULL COLLATE pg_catalog."C",
    commit text NOT NULL,
    dirty boolean NOT NULL,
    "user" text NOT NULL COLLATE pg_catalog."C",
    host text NOT NULL COLLATE pg_catalog."C"
);

CREATE SEQUENCE public.artifacts_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.artifacts_number_seq OWNED BY public.artifacts.number;

CREATE TABLE public.calls (
    session integer NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    callee text NOT NULL COLLATE pg_catalog."C",
    line integer NOT NULL,
    "column" integer NOT NULL,
    end_line integer NOT NULL,
    end_column integer NOT NULL,
    started double precision NOT NULL
);

CREATE TABLE public.clew_schema (
    version integer NOT NULL
);

CREATE SEQUENCE public.clew_schema_version_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.clew_schema_version_seq OWNED BY public.clew_schema.version;

CREATE TABLE public.dependences (
    session integer NOT NULL,
    number integer NOT NULL,
    step integer NOT NULL,
    "on" integer NOT NULL,
    via text NOT NULL,
    reason text NOT NULL,
    resource text,
    name text COLLATE pg_catalog."C",
    part text COLLATE pg_catalog."C",
    cell bigint
);

CREATE TABLE public.effects (
    session integer NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    verb text NOT NULL,
    reason text NOT NULL,
    resource text,
    name text COLLATE pg_catalog."C",
    part text COLLATE pg_catalog."C",
    cell bigint
);

CREATE TABLE public.places (
    number integer NOT NULL,
    hash text NOT NULL,
    kind text NOT NULL,
    place text NOT NULL COLLATE pg_catalog."C"
);

CREATE SEQUENCE public.places_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.places_number_seq OWNED BY public.places.number;

CREATE TABLE public.remarks (
    session integer NOT NULL,
    "position" integer NOT NULL,
    "row" text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.sessions (
    number integer NOT NULL,
    session text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL,
    file text NOT NULL COLLATE pg_catalog."C",
    argv text NOT NULL COLLATE pg_catalog."C",
    folder text NOT NULL COLLATE pg_catalog."C",
    python text NOT NULL COLLATE pg_catalog."C",
    started double precision NOT NULL,
    latest double precision NOT NULL,
    ended double precision,
    error text NOT NULL COLLATE pg_catalog."C",
    drained bigint NOT NULL,
    events integer NOT NULL,
    folded integer NOT NULL,
    damage text NOT NULL COLLATE pg_catalog."C",
    steps integer DEFAULT 0 NOT NULL
);

CREATE SEQUENCE public.sessions_number_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.sessions_number_seq OWNED BY public.sessions.number;

CREATE TABLE public.sources (
    session integer NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    path text COLLATE pg_catalog."C",
    execution integer,
    cell integer,
    text text NOT NULL COLLATE pg_catalog."C",
    python text COLLATE pg_catalog."C",
    "time" double precision NOT NULL
);

CREATE TABLE public.steps (
    session integer NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    source integer NOT NULL,
    statement integer NOT NULL,
    started double precision NOT NULL,
    seconds double precision NOT NULL,
    raised text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.texts (
    hash text NOT NULL,
    text text NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE ONLY public.artifact_names ALTER COLUMN number SET DEFAULT nextval('public.artifact_names_number_seq'::regclass);

ALTER TABLE ONLY public.artifacts ALTER COLUMN number SET DEFAULT nextval('public.artifacts_number_seq'::regclass);

ALTER TABLE ONLY public.clew_schema ALTER COLUMN version SET DEFAULT nextval('public.clew_schema_version_seq'::regclass);

ALTER TABLE ONLY public.places ALTER COLUMN number SET DEFAULT nextval('public.places_number_seq'::regclass);

ALTER TABLE ONLY public.sessions ALTER COLUMN number SET DEFAULT nextval('public.sessions_number_seq'::regclass);

INSERT INTO public.artifact_inputs VALUES (1, 0, 1, 'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', 1000, 99.5);
INSERT INTO public.artifact_inputs VALUES (1, 1, 2, '', -1, 0);

INSERT INTO public.artifact_names VALUES (1, 'old', 1);

INSERT INTO public.artifact_packages VALUES (1, 'numpy', '2.1');
INSERT INTO public.artifact_packages VALUES (1, 'pandas', '2.2.3');

INSERT INTO public.artifact_tags VALUES (1, 'team', 'growth');

INSERT INTO public.artifacts VALUES (1, 1, 1, 100, NULL, 'first', 'sklearn.linear_model._logistic.LogisticRegression', 'skops', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 2100, NULL, NULL, NULL, '', '', 's1', 3, 0, 'model', 'slice', 'f4a6839530605db035cc4e7b01674f4e9b25539a6a2e322646daf58bb3d2f543', '3233ccdfe115e98b1735ac85e86f3a43b75636478b58de5ab22f3b6b528ff92c', '3.11.4', 'Linux', 'abc123', true, 'ann', 'desk');

INSERT INTO public.calls VALUES (1, 3, 0, 'pandas.core.frame.DataFrame.head', 1, 0, 1, 12, 101);
INSERT INTO public.calls VALUES (2, 1, 0, 'pandas.core.frame.DataFrame.head', 1, 0, 1, 12, 101);
INSERT INTO public.calls VALUES (2, 2, 0, 'pandas.core.frame.DataFrame.head', 2, 0, 2, 12, 102);

INSERT INTO public.clew_schema VALUES (2);

INSERT INTO public.dependences VALUES (1, 0, 1, 0, 'data', 'observed', 'name', 'frame', NULL, NULL);
INSERT INTO public.dependences VALUES (1, 1, 2, 1, 'control', 'known', NULL, NULL, NULL, NULL);
INSERT INTO public.dependences VALUES (1, 2, 2, 0, 'data', 'assumed', 'cell', 'frame', 'price', 7);
INSERT INTO public.dependences VALUES (2, 0, 1, 0, 'data', 'observed', 'name', 'frame', NULL, NULL);
INSERT INTO public.dependences VALUES (2, 1, 2, 1, 'control', 'known', NULL, NULL, NULL, NULL);
INSERT INTO public.dependences VALUES (2, 2, 2, 0, 'data', 'assumed', 'cell', 'frame', 'price', 7);

INSERT INTO public.effects VALUES (1, 3, 0, 'read', 'observed', 'name', 'frame', NULL, NULL);
INSERT INTO public.effects VALUES (1, 3, 1, 'read', 'observed', 'cell', 'frame', 'price', 7);
INSERT INTO public.effects VALUES (1, 3, 2, 'read', 'observed', 'cell', 'frame', 'size', 7);
INSERT INTO public.effects VALUES (1, 3, 3, 'bound', 'observed', 'name', 'top', NULL, NULL);
INSERT INTO public.effects VALUES (1, 5, 0, 'changed', 'known', 'ambient', 'random', NULL, NULL);
INSERT INTO public.effects VALUES (1, 5, 1, 'deleted', 'observed', 'file', '/data/\xe4\udce9 \x00 \x1b''\n', NULL, NULL);
INSERT INTO public.effects VALUES (1, 5, 2, 'read', 'observed', 'module', 'math', 'pi', NULL);
INSERT INTO public.effects VALUES (1, 5, 3, 'bound', 'assumed', 'module', 'math', '', NULL);
INSERT INTO public.effects VALUES (2, 1, 0, 'read', 'observed', 'name', 'frame', NULL, NULL);
INSERT INTO public.effects VALUES (2, 1, 1, 'read', 'observed', 'cell', 'frame', 'price', 7);
INSERT INTO public.effects VALUES (2, 1, 2, 'read', 'observed', 'cell', 'frame', 'size', 7);
INSERT INTO public.effects VALUES (2, 1, 3, 'bound', 'observed', 'name', 'top', NULL, NULL);
INSERT INTO public.effects VALUES (2, 2, 0, 'read', 'observed', 'name', 'frame', NULL, NULL);
INSERT INTO public.effects VALUES (2, 2, 1, 'read', 'observed', 'cell', 'frame', 'price', 7);
INSERT INTO public.effects VALUES (2, 2, 2, 'read', 'observed', 'cell', 'frame', 'size', 7);
INSERT INTO public.effects VALUES (2, 2, 3, 'bound', 'observed', 'name', 'top', NULL, NULL);

INSERT INTO public.places VALUES (1, 'c2ab0d5b04f83411374ab79e0a0afa9b2f71bd72374f2d3b4e44ebb66117a358', 'file', '/data/raw.csv');
INSERT INTO public.places VALUES (2, 'de64160450af89b9d9427481762476049c53881ef0aa44b7fee4f2b60311aa36', 'table', 'postgresql://host/db#sales');

INSERT INTO public.remarks VALUES (1, 0, '["a", "s1", "script", "/project/\u00e4\udce9 \u0000 \u001b''\n.py", ["--epochs", "3"], "/project", "3.11.4", 100.0]');
INSERT INTO public.remarks VALUES (1, 6, '["n", 2, [["a", "int", [["n", "a"], ["c", 3, "\u00e4\udce9 \u0000 \u001b''\n", "a"]]], ["b", "str", []]], ["c"]]');
INSERT INTO public.remarks VALUES (1, 7, '["f", 3, "the heap was too large"]');
INSERT INTO public.remarks VALUES (1, 8, '["z", 110.0, "KeyError: ''x''"]');
INSERT INTO public.remarks VALUES (2, 0, '["a", "s2", "script", "/project/train.py", ["--epochs", "3"], "/project", "3.11.4", 300.0]');

INSERT INTO public.sessions VALUES (1, 's1', 'script', '/project/\xe4\udce9 \x00 \x1b''\n.py', '["--epochs", "3"]', '/project', '3.11.4', 100, 110, 110, 'KeyError: ''x''', 0, 9, 9, '', 3);
INSERT INTO public.sessions VALUES (2, 's2', 'script', '/project/train.py', '["--epochs", "3"]', '/project', '3.11.4', 300, 300, NULL, '', 465, 3, 3, '', 2);

INSERT INTO public.sources VALUES (1, 1, 0, '/project/\xe4\udce9 \x00 \x1b''\n.py', NULL, NULL, 'a = 1
', NULL, 100.5);
INSERT INTO public.sources VALUES (1, 2, 1, NULL, 3, 2, '%cd x', 'get_ipython().run_line_magic(''cd'', ''x'')', 100.75);

INSERT INTO public.steps VALUES (1, 3, 0, 0, 0, 101, 0.25, '');
INSERT INTO public.steps VALUES (1, 4, 1, 1, 0, 103, 0.5, 'ValueError');
INSERT INTO public.steps VALUES (1, 5, 2, 1, 1, 104, 0.125, '');
INSERT INTO public.steps VALUES (2, 1, 0, 0, 0, 101, 0.25, '');
INSERT INTO public.steps VALUES (2, 2, 1, 0, 1, 102, 0.25, '');

INSERT INTO public.texts VALUES ('3233ccdfe115e98b1735ac85e86f3a43b75636478b58de5ab22f3b6b528ff92c', 'x = 1
model = fit()
');
INSERT INTO public.texts VALUES ('f4a6839530605db035cc4e7b01674f4e9b25539a6a2e322646daf58bb3d2f543', 'model = fit()
');

SELECT pg_catalog.setval('public.artifact_names_number_seq', 1, true);

SELECT pg_catalog.setval('public.artifacts_number_seq', 1, true);

SELECT pg_catalog.setval('public.clew_schema_version_seq', 1, false);

SELECT pg_catalog.setval('public.places_number_seq', 2, true);

SELECT pg_catalog.setval('public.sessions_number_seq', 2, true);

ALTER TABLE ONLY public.artifact_inputs
    ADD CONSTRAINT artifact_inputs_pkey PRIMARY KEY (artifact, "position");

ALTER TABLE ONLY public.artifact_names
    ADD CONSTRAINT artifact_names_name_key UNIQUE (name);

ALTER TABLE ONLY public.artifact_names
    ADD CONSTRAINT artifact_names_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.artifact_packages
    ADD CONSTRAINT artifact_packages_pkey PRIMARY KEY (artifact, package);

ALTER TABLE ONLY public.artifact_tags
    ADD CONSTRAINT artifact_tags_pkey PRIMARY KEY (artifact, key);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_name_version_key UNIQUE (name, version);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (session, "position", number);

ALTER TABLE ONLY public.clew_schema
    ADD CONSTRAINT clew_schema_pkey PRIMARY KEY (version);

ALTER TABLE ONLY public.dependences
    ADD CONSTRAINT dependences_pkey PRIMARY KEY (session, number);

ALTER TABLE ONLY public.effects
    ADD CONSTRAINT effects_pkey PRIMARY KEY (session, "position", number);

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_hash_key UNIQUE (hash);

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_pkey PRIMARY KEY (session, "position");

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_session_key UNIQUE (session);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_pkey PRIMARY KEY (session, "position");

ALTER TABLE ONLY public.steps
    ADD CONSTRAINT steps_pkey PRIMARY KEY (session, "position");

ALTER TABLE ONLY public.texts
    ADD CONSTRAINT texts_pkey PRIMARY KEY (hash);

CREATE INDEX artifact_inputs_place ON public.artifact_inputs USING btree (place);

CREATE INDEX artifact_packages_package ON public.artifact_packages USING btree (package, version);

CREATE INDEX artifact_tags_key ON public.artifact_tags USING btree (key, value);

CREATE INDEX artifacts_blob ON public.artifacts USING btree (blob);

CREATE INDEX artifacts_code ON public.artifacts USING btree (code);

CREATE INDEX artifacts_created ON public.artifacts USING btree (created, number, deleted);

CREATE INDEX artifacts_pending ON public.artifacts USING btree (session) WHERE (whence = 'pending'::text);

CREATE INDEX artifacts_preview ON public.artifacts USING btree (preview);

CREATE INDEX artifacts_session_code ON public.artifacts USING btree (session_code);

CREATE INDEX artifacts_type ON public.artifacts USING btree (type);

ALTER TABLE ONLY public.artifact_inputs
    ADD CONSTRAINT artifact_inputs_artifact_fkey FOREIGN KEY (artifact) REFERENCES public.artifacts(number) ON DELETE CASCADE;

ALTER TABLE ONLY public.artifact_inputs
    ADD CONSTRAINT artifact_inputs_place_fkey FOREIGN KEY (place) REFERENCES public.places(number);

ALTER TABLE ONLY public.artifact_packages
    ADD CONSTRAINT artifact_packages_artifact_fkey FOREIGN KEY (artifact) REFERENCES public.artifacts(number) ON DELETE CASCADE;

ALTER TABLE ONLY public.artifact_tags
    ADD CONSTRAINT artifact_tags_artifact_fkey FOREIGN KEY (artifact) REFERENCES public.artifacts(number) ON DELETE CASCADE;

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_code_fkey FOREIGN KEY (code) REFERENCES public.texts(hash);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_name_fkey FOREIGN KEY (name) REFERENCES public.artifact_names(number);

ALTER TABLE ONLY public.artifacts
    ADD CONSTRAINT artifacts_session_code_fkey FOREIGN KEY (session_code) REFERENCES public.texts(hash);

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

ALTER TABLE ONLY public.dependences
    ADD CONSTRAINT dependences_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

ALTER TABLE ONLY public.effects
    ADD CONSTRAINT effects_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

ALTER TABLE ONLY public.remarks
    ADD CONSTRAINT remarks_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

ALTER TABLE ONLY public.sources
    ADD CONSTRAINT sources_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

ALTER TABLE ONLY public.steps
    ADD CONSTRAINT steps_session_fkey FOREIGN KEY (session) REFERENCES public.sessions(number);

