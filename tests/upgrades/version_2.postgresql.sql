CREATE TABLE alerts (
    id bigint NOT NULL,
    key text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    message text NOT NULL,
    sent bigint,
    attempts integer NOT NULL,
    error text,
    next_try bigint,
    stories text NOT NULL
);
CREATE SEQUENCE alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE alerts_id_seq OWNED BY alerts.id;
CREATE TABLE article_search (
    article_id bigint NOT NULL,
    words tsvector NOT NULL
);
CREATE TABLE article_tags (
    kind text NOT NULL,
    value text NOT NULL,
    at bigint NOT NULL,
    article_id bigint NOT NULL
);
CREATE TABLE articles (
    id bigint NOT NULL,
    feed text NOT NULL,
    publisher text NOT NULL,
    country text,
    tier integer NOT NULL,
    lang text,
    published bigint,
    first_seen bigint NOT NULL,
    at bigint NOT NULL,
    direction text NOT NULL,
    score double precision NOT NULL,
    theatre boolean NOT NULL,
    escalation_act double precision NOT NULL,
    escalation_words double precision NOT NULL,
    deescalation_act double precision NOT NULL,
    deescalation_words double precision NOT NULL,
    categories text NOT NULL,
    actors text NOT NULL,
    places text NOT NULL,
    parts text NOT NULL,
    story_id bigint,
    method text NOT NULL,
    text_key bigint NOT NULL,
    identity bytea NOT NULL,
    link text,
    canonical text,
    published_text text,
    title text NOT NULL,
    summary text NOT NULL,
    turned_off text NOT NULL
);
CREATE SEQUENCE articles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE articles_id_seq OWNED BY articles.id;
CREATE TABLE features (
    article_id bigint NOT NULL,
    at bigint NOT NULL,
    made_by text NOT NULL,
    written text NOT NULL
);
CREATE TABLE feed_log (
    id bigint NOT NULL,
    feed text NOT NULL,
    at bigint NOT NULL,
    state text NOT NULL,
    status integer,
    entries integer NOT NULL,
    new_entries integer NOT NULL,
    failure text,
    error text
);
CREATE SEQUENCE feed_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE feed_log_id_seq OWNED BY feed_log.id;
CREATE TABLE feeds (
    name text NOT NULL,
    url text NOT NULL,
    state text NOT NULL,
    status integer,
    error text,
    failure text,
    failures integer NOT NULL,
    entries integer NOT NULL,
    new_entries integer NOT NULL,
    last_polled bigint,
    last_success bigint,
    last_new bigint,
    next_due bigint,
    etag text,
    last_modified text,
    "interval" bigint,
    moved_to text,
    moved_count integer NOT NULL,
    habit bigint,
    ttl bigint,
    skip_hours text DEFAULT ''::text NOT NULL
);
CREATE TABLE index_points (
    grain text NOT NULL,
    part text NOT NULL,
    at bigint NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    tension double precision,
    tension_low double precision,
    tension_high double precision,
    relief double precision,
    relief_low double precision,
    relief_high double precision,
    balance double precision,
    escalation_share double precision,
    deescalation_share double precision,
    escalation_acts double precision,
    escalation_words double precision,
    deescalation_acts double precision,
    deescalation_words double precision,
    percentile double precision,
    entries integer NOT NULL,
    articles integer NOT NULL,
    stories integer NOT NULL,
    publishers integer NOT NULL,
    missing text
);
CREATE TABLE lease (
    name text NOT NULL,
    holder text NOT NULL,
    taken_at bigint NOT NULL,
    heartbeat bigint NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE meta (
    key text NOT NULL,
    value text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE price_failures (
    series text NOT NULL,
    provider text NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL,
    failures integer NOT NULL,
    next_try bigint
);
CREATE TABLE prices (
    series text NOT NULL,
    day bigint NOT NULL,
    source text NOT NULL,
    close double precision NOT NULL,
    kind text NOT NULL,
    unit text NOT NULL,
    market_time bigint,
    fetched_at bigint NOT NULL,
    final boolean NOT NULL
);
CREATE TABLE schema_version (
    version integer NOT NULL
);
CREATE SEQUENCE schema_version_version_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE schema_version_version_seq OWNED BY schema_version.version;
CREATE TABLE signals (
    id bigint NOT NULL,
    article_id bigint NOT NULL,
    at bigint NOT NULL,
    category text NOT NULL,
    direction text NOT NULL,
    mode text NOT NULL,
    weight double precision NOT NULL,
    rule text NOT NULL,
    field text NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    text text NOT NULL,
    source text,
    target text,
    place text,
    operators text NOT NULL
);
CREATE SEQUENCE signals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE signals_id_seq OWNED BY signals.id;
CREATE TABLE slices (
    feed text NOT NULL,
    width integer NOT NULL,
    hashes bytea NOT NULL
);
CREATE TABLE stories (
    id bigint NOT NULL,
    first_seen bigint NOT NULL,
    last_seen bigint NOT NULL,
    direction text NOT NULL,
    score double precision NOT NULL,
    categories text NOT NULL,
    actors text NOT NULL,
    places text NOT NULL,
    langs text NOT NULL,
    articles integer NOT NULL,
    publishers integer NOT NULL,
    merged_into bigint,
    title text NOT NULL
);
CREATE TABLE versions (
    id bigint NOT NULL,
    article_id bigint NOT NULL,
    seen_at bigint NOT NULL,
    title text NOT NULL,
    summary text NOT NULL
);
CREATE SEQUENCE versions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE versions_id_seq OWNED BY versions.id;
ALTER TABLE ONLY alerts ALTER COLUMN id SET DEFAULT nextval('alerts_id_seq'::regclass);
ALTER TABLE ONLY articles ALTER COLUMN id SET DEFAULT nextval('articles_id_seq'::regclass);
ALTER TABLE ONLY feed_log ALTER COLUMN id SET DEFAULT nextval('feed_log_id_seq'::regclass);
ALTER TABLE ONLY schema_version ALTER COLUMN version SET DEFAULT nextval('schema_version_version_seq'::regclass);
ALTER TABLE ONLY signals ALTER COLUMN id SET DEFAULT nextval('signals_id_seq'::regclass);
ALTER TABLE ONLY versions ALTER COLUMN id SET DEFAULT nextval('versions_id_seq'::regclass);
INSERT INTO alerts VALUES (1, 'Grave event: 8', 'Grave event', 'grave signal', 1772420400000000, 'firing', 'attack, weight 9', 1772420400000000, 1, NULL, NULL, '[8]');
INSERT INTO alerts VALUES (2, 'High in Hormuz', 'High in Hormuz', 'level', 1772449200000000, 'firing', 'tension 103', NULL, 2, '#1a2b3c4d5e6f waiting: HTTP 500', 1772456400000000, '[]');
INSERT INTO article_search VALUES (1, '''boarded'':13 ''guards'':12 ''hormuz'':7 ''in'':4 ''iran'':1 ''navy'':9 ''of'':6,10 ''officials'':16 ''said'':17 ''seizes'':2 ''ship'':15 ''strait'':5 ''tanker'':3 ''the'':8,11,14');
INSERT INTO article_search VALUES (2, '''a'':13,16 ''abbas'':18 ''bandar'':17 ''conduit'':15 ''d'':9 ''dans'':6 ''detroit'':8 ''ete'':14 ''iran'':2 ''l'':1 ''le'':7,11 ''navire'':12 ''ormuz'':10 ''petrolier'':5 ''saisit'':3 ''un'':4');
INSERT INTO article_search VALUES (3, '''ايران'':1 ''تحتجز'':2 ''في'':5 ''مضيق'':6 ''ناقله'':3 ''نفط'':4 ''هرمز'':7');
INSERT INTO article_search VALUES (4, '''ايران'':1 ''تنگه'':5 ''توقيف'':7 ''در'':4 ''را'':3 ''كرد'':8 ''نفتكشي'':2 ''هرمز'':6');
INSERT INTO article_search VALUES (5, '''drones'':8 ''imposes'':2 ''iran'':6 ''new'':3 ''on'':5 ''over'':7 ''sanctions'':4 ''us'':1');
INSERT INTO article_search VALUES (6, '''banks'':16 ''eases'':2 ''exchange'':7 ''for'':8 ''in'':6 ''inspections'':9 ''iran'':5 ''lifted'':12 ''on'':4,14 ''sanctions'':3,13 ''the'':10 ''treasury'':11 ''two'':15 ''us'':1');
INSERT INTO article_search VALUES (7, '''contre'':5 ''des'':3 ''iran'':7 ''l'':6 ''leve'':2 ''sanctions'':4 ''washington'':1');
INSERT INTO article_search VALUES (9, '''and'':2 ''hold'':5 ''in'':7 ''iran'':1 ''minister'':14 ''muscat'':8 ''no'':9 ''plan'':10 ''said'':15 ''states'':4 ''strike'':12 ''talks'':6 ''the'':13 ''to'':11 ''united'':3');
INSERT INTO article_search VALUES (10, '''احمر'':8 ''بحر'':7 ''حوثيون'':1 ''سفينه'':5 ''صاروخا'':3 ''علي'':4 ''في'':6 ''يطلقون'':2');
INSERT INTO article_search VALUES (11, '''ادامه'':11 ''اغاز'':7 ''امريكا'':4 ''ايران'':2 ''در'':5 ''شد'':8 ''مذاكرات'':1 ''مسقط'':6 ''ميشود'':10 ''و'':3 ''يابد'':12 ''گفتوگوها'':9');
INSERT INTO article_search VALUES (12, '''brent'':6 ''changed'':8 ''in'':3 ''little'':7 ''oil'':1 ''quiet'':4 ''steady'':2 ''trade'':5');
INSERT INTO article_search VALUES (13, '''derby'':5 ''football'':1 ''persepolis'':2 ''the'':4 ''win'':3');
INSERT INTO article_search VALUES (8, '''deny'':12 ''explosions'':6 ''heard'':8 ''iran'':3,18 ''isfahan'':10 ''israel'':1 ''israeli'':15 ''near'':9 ''of'':14 ''officials'':4,11 ''on'':17 ''report'':13 ''say'':5 ''strike'':16 ''strikes'':2 ''were'':7');
INSERT INTO article_tags VALUES ('act', 'maritime', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('place', 'Bandar Abbas', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('act', 'sanction', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('act', 'relief', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('act', 'relief', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('act', 'attack', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('actor', 'ISR', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('pair', 'ISR>IRN', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('part', 'Iran-Israel', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('place', 'Isfahan', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('act', 'concession', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('act', 'talks', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'OMN', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('part', 'Gulf states', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('place', 'Muscat', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('actor', 'YEMREBHTH', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('part', 'Yemen-Red Sea', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('place', 'Red Sea', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('act', 'talks', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'OMN', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('part', 'Gulf states', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('place', 'Muscat', 1772438400000000, 11);
INSERT INTO articles VALUES (12, 'Wire', 'Wire', 'GB', 1, 'en', 1772442000000000, 1772442000000000, 1772442000000000, 'none', 0, false, 0, 0, 0, 0, '', '', '', '', NULL, 'tagger-1:fb7ad31a', -2673331179147986185, '\x79b34a1521c3af9d5bb022e8663b1e6e', 'https://wire.example/12', 'https://wire.example/12', '2026-03-02T09:00:00+00:00', 'Oil steady in quiet trade', 'Brent little changed.', '[]');
INSERT INTO articles VALUES (13, 'Wire', 'Wire', 'GB', 1, 'en', 1772445600000000, 1772445600000000, 1772445600000000, 'none', 0, false, 0, 0, 0, 0, '', '', '', '', NULL, 'tagger-1:fb7ad31a', -3715139040006265250, '\x38747f895ed29c12c1aad0646ec6e2ca', 'https://wire.example/13', 'https://wire.example/13', '2026-03-02T10:00:00+00:00', 'Football: Persepolis win the derby', '', '[]');
INSERT INTO articles VALUES (1, 'Wire', 'Wire', 'GB', 1, 'en', 1772344800000000, 1772344800000000, 1772344800000000, 'escalation', 7, true, 7, 0, 0, 0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', -7042405737983245670, '\x28a1bed53ed3baaa73b399390670630f', 'https://wire.example/1', 'https://wire.example/1', '2026-03-01T06:00:00+00:00', 'Iran seizes tanker in Strait of Hormuz', 'The navy of the Guards boarded the ship, officials said.', '[]');
INSERT INTO articles VALUES (2, 'Journal', 'Journal', 'FR', 2, 'fr', 1772348400000000, 1772348400000000, 1772348400000000, 'escalation', 8, true, 8, 0, 0, 0, 'maritime', 'IRN', 'Strait of Hormuz;Bandar Abbas', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 1117247097770338547, '\x7cb488cfd47b06cf84c89a5c1431e3bf', 'https://journal.example/2', 'https://journal.example/2', '2026-03-01T07:00:00+00:00', 'L''Iran saisit un pétrolier dans le détroit d''Ormuz', 'Le navire a été conduit à Bandar Abbas.', '[]');
INSERT INTO articles VALUES (3, 'Sahifa', 'Sahifa', 'LB', 2, 'ar', 1772352000000000, 1772352000000000, 1772352000000000, 'escalation', 8, true, 8, 0, 0, 0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 9200193483540177787, '\x195faef88c6a9461e02f0feee8b0e68e', 'https://sahifa.example/3', 'https://sahifa.example/3', '2026-03-01T08:00:00+00:00', 'إيران تحتجز ناقلة نفط في مضيق هرمز', '', '[]');
INSERT INTO articles VALUES (5, 'Wire', 'Wire', 'GB', 1, 'en', 1772380800000000, 1772380800000000, 1772380800000000, 'escalation', 4.5, true, 4.5, 0, 0, 0, 'sanction', 'USA;IRN', '', 'Iran-US', 5, 'tagger-1:fb7ad31a', 2528860954565381685, '\x5774087aec1271b09d8abf025904228f', 'https://wire.example/5', 'https://wire.example/5', '2026-03-01T16:00:00+00:00', 'US imposes new sanctions on Iran over drones', '', '[]');
INSERT INTO articles VALUES (6, 'Wire', 'Wire', 'GB', 1, 'en', 1772409600000000, 1772409600000000, 1772409600000000, 'deescalation', -4.5, true, 0, 0, 4.5, 0, 'relief', 'USA;IRN', '', 'Iran-US', 6, 'tagger-1:fb7ad31a', -9097284437967856174, '\x3dd07d966fec8c227845446ca5bc25e5', 'https://wire.example/6', 'https://wire.example/6', '2026-03-02T00:00:00+00:00', 'US eases sanctions on Iran in exchange for inspections', 'The Treasury lifted sanctions on two banks.', '[]');
INSERT INTO articles VALUES (4, 'Ruznameh', 'Ruznameh', 'IR', 3, 'fa', 1772352000000000, 1772352000000000, 1772352000000000, 'escalation', 8, true, 8, 0, 0, 0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 38124601225844676, '\x66d6d9d02d7d3a6888d60ec9562b5394', 'https://ruznameh.example/4', 'https://ruznameh.example/4', '2026-03-01T08:00:00+00:00', 'ایران نفتکشی را در تنگه هرمز توقیف کرد', '', '[]');
INSERT INTO articles VALUES (7, 'Journal', 'Journal', 'FR', 2, 'fr', 1772413200000000, 1772413200000000, 1772413200000000, 'deescalation', -4.5, true, 0, 0, 4.5, 0, 'relief', 'USA;IRN', '', 'Iran-US', 6, 'tagger-1:fb7ad31a', 1656821513943799890, '\x2f071eb15a94ca81942c5ed97fe744e0', 'https://journal.example/7', 'https://journal.example/7', '2026-03-02T01:00:00+00:00', 'Washington lève des sanctions contre l''Iran', '', '[]');
INSERT INTO articles VALUES (8, 'Wire', 'Wire', 'GB', 1, 'en', 1772416800000000, 1772416800000000, 1772416800000000, 'escalation', 9, true, 9, 0, 0, 0, 'attack', 'ISR;IRN', 'Isfahan', 'Iran-Israel', 8, 'tagger-1:fb7ad31a', 6521804275337414790, '\x1fdb69dab0361d22980fec818fa3bd60', 'https://wire.example/8', 'https://wire.example/8', '2026-03-02T02:00:00+00:00', 'Israel strikes Iran, officials say', 'Explosions were heard near Isfahan.', '[]');
INSERT INTO articles VALUES (9, 'Wire', 'Wire', 'GB', 1, 'en', 1772431200000000, 1772431200000000, 1772431200000000, 'deescalation', -5.5, true, 0, 0, 5.5, 0, 'talks;concession', 'IRN;USA;OMN', 'Muscat', 'Iran-US;Gulf states', 9, 'tagger-1:fb7ad31a', 4301699066632319094, '\x8713e67664710314a18b17e573ce9839', 'https://wire.example/9', 'https://wire.example/9', '2026-03-02T06:00:00+00:00', 'Iran and United States hold talks in Muscat', 'No plan to strike, the minister said.', '[["concession","only mentioned","summary",0,17,"No plan to strike"],["concession","only mentioned","summary",0,17,"No plan to strike"]]');
INSERT INTO articles VALUES (10, 'Sahifa', 'Sahifa', 'LB', 2, 'ar', 1772434800000000, 1772434800000000, 1772434800000000, 'escalation', 8, true, 8, 0, 0, 0, 'maritime', 'YEMREBHTH', 'Red Sea', 'Yemen-Red Sea', 10, 'tagger-1:fb7ad31a', 7915364424745129788, '\xf682a02863eccba96e8e76d1f64d3c44', 'https://sahifa.example/10', 'https://sahifa.example/10', '2026-03-02T07:00:00+00:00', 'الحوثيون يطلقون صاروخا على سفينة في البحر الأحمر', '', '[]');
INSERT INTO articles VALUES (11, 'Ruznameh', 'Ruznameh', 'IR', 3, 'fa', 1772438400000000, 1772438400000000, 1772438400000000, 'deescalation', -3.5, true, 0, 0, 3.5, 0, 'talks', 'IRN;USA;OMN', 'Muscat', 'Iran-US;Gulf states', 9, 'tagger-1:fb7ad31a', 614608737502841359, '\x1588a24460f6481dbd60032cd99ae055', 'https://ruznameh.example/11', 'https://ruznameh.example/11', '2026-03-02T08:00:00+00:00', 'مذاکرات ایران و آمریکا در مسقط آغاز شد', 'گفت‌وگوها می‌شود ادامه یابد', '[["talks","only mentioned","summary",0,9,"گفت‌وگوها"]]');
INSERT INTO features VALUES (1, 1772344800000000, '1:7d8974f3', '["en",["strait","hormuz","tank","seiz","iran"],["official","strait","hormuz","board","tank","navy","ship","guard","seiz","iran"],["thing tanker","thing guards","category maritime","thing seizure","place Strait of Hormuz","actor IRN","thing ship"],[],[],["STRT"],true,true,[4.25,8.5,4.85]]');
INSERT INTO features VALUES (2, 1772348400000000, '1:7d8974f3', '["fr",["detroit","petroli","saisit","ormuz","iran"],["bandar","detroit","abba","petroli","saisit","conduit","ormuz","iran","navir"],["act maritime Bandar Abbas","thing tanker","place Bandar Abbas","category maritime","thing seizure","place Strait of Hormuz","actor IRN","thing ship"],["Bandar Abbas"],[],["PNTR"],true,true,[4.25,8.25,6.25]]');
INSERT INTO features VALUES (3, 1772352000000000, '1:7d8974f3', '["ar",["اير","مضيق","ناقل","هرمز","نفط","تحتجز"],["اير","هرمز","نفط","مضيق","تحتجز","ناقل"],["thing tanker","category maritime","thing seizure","place Strait of Hormuz","actor IRN"],[],[],[],true,true,[4.5,4.5,3.5]]');
INSERT INTO features VALUES (4, 1772352000000000, '1:7d8974f3', '["fa",["اير","نفتكش","توقيف","تنگ","هرمز"],["اير","تنگ","نفتكش","هرمز","توقيف"],["thing tanker","category maritime","thing seizure","place Strait of Hormuz","actor IRN"],[],[],[],true,true,[4.25,4.25,3.5]]');
INSERT INTO features VALUES (5, 1772380800000000, '1:7d8974f3', '["en",["sanction","impos","iran","dron"],["sanction","impos","iran","dron"],["thing sanctions","thing drone","act sanction USA IRN","actor IRN","actor USA","category sanction"],[],[],[],true,true,[3.25,3.25,3.65]]');
INSERT INTO features VALUES (6, 1772409600000000, '1:7d8974f3', '["en",["exchang","sanction","inspection","ease","iran"],["treasury","exchang","sanction","two","inspection","lift","bank","ease","iran"],["number 2","thing sanctions","thing bank","actor USA","actor IRN","thing inspectors","act relief USA IRN","category relief"],[],[],["TRSR"],true,true,[4.25,7.5,6.2]]');
INSERT INTO features VALUES (7, 1772413200000000, '1:7d8974f3', '["fr",["sanction","leve","washington","iran"],["sanction","leve","washington","iran"],["thing sanctions","actor IRN","actor USA","act relief USA IRN","category relief"],[],[],[],true,true,[2.5,2.5,3.3]]');
INSERT INTO features VALUES (8, 1772416800000000, '1:7d8974f3', '["en",["israel","official","iran","strik"],["official","explosion","isfahan","israel","strik","iran","heard"],["act attack ISR IRN","act attack Isfahan","actor IRN","actor ISR","thing explosion","place Isfahan","category attack"],["Isfahan"],[],[],true,true,[1.0,4.0,4.6]]');
INSERT INTO features VALUES (9, 1772431200000000, '1:7d8974f3', '["en",["talk","muscat","unit","hold","iran","stat"],["talk","strik","muscat","plan","unit","minist","hold","iran","stat"],["act talks Muscat","place Muscat","actor OMN","actor IRN","category talks","actor USA","category concession"],["Muscat"],[],["MSKT"],true,true,[3.75,5.25,5.5]]');
INSERT INTO features VALUES (10, 1772434800000000, '1:7d8974f3', '["ar",["يطلق","سفين","احمر","حوثي","صاروخا","بحر"],["يطلق","صاروخا","سفين","بحر","احمر","حوثي"],["actor YEMREBHTH","thing houthis","place Red Sea","thing shipping","category maritime","thing ship"],[],[],["TLKN"],true,true,[6.0,6.0,3.65]]');
INSERT INTO features VALUES (11, 1772438400000000, '1:7d8974f3', '["fa",["اير","مسقط","مذاكر","امريكا","اغاز"],["اير","مسقط","مذاكر","يابد","ادام","امريكا","گوها","اغاز"],["act talks Muscat","place Muscat","actor OMN","actor IRN","category talks","actor USA"],["Muscat"],[],["MTKR","MTKRT","MSKT"],true,true,[3.5,6.5,4.7]]');
INSERT INTO features VALUES (12, 1772442000000000, '1:7d8974f3', '["en",["steady","quiet","oil","trad"],["chang","brent","littl","quiet","oil","steady","trad"],[],[],[],["PRNT"],false,false,[3.25,6.25,0.0]]');
INSERT INTO features VALUES (13, 1772445600000000, '1:7d8974f3', '["en",["derby","persepoli","win","football"],["derby","persepoli","win","football"],[],[],[],["FTPL","PRSPLS"],false,false,[4.0,4.0,0.0]]');
INSERT INTO feed_log VALUES (1, 'Wire', 1772344800000000, 'well', 200, 1, 1, NULL, NULL);
INSERT INTO feed_log VALUES (2, 'Journal', 1772348400000000, 'well', 200, 1, 1, NULL, NULL);
INSERT INTO feed_log VALUES (3, 'Sahifa', 1772352000000000, 'well', 200, 1, 1, NULL, NULL);
INSERT INTO feed_log VALUES (4, 'Ruznameh', 1772352000000000, 'well', 200, 1, 1, NULL, NULL);
INSERT INTO feed_log VALUES (5, 'Wire', 1772380800000000, 'well', 200, 2, 1, NULL, NULL);
INSERT INTO feed_log VALUES (6, 'Wire', 1772409600000000, 'well', 200, 3, 1, NULL, NULL);
INSERT INTO feed_log VALUES (7, 'Journal', 1772413200000000, 'well', 200, 2, 1, NULL, NULL);
INSERT INTO feed_log VALUES (8, 'Wire', 1772416800000000, 'well', 200, 4, 1, NULL, NULL);
INSERT INTO feed_log VALUES (9, 'Wire', 1772431200000000, 'well', 200, 5, 1, NULL, NULL);
INSERT INTO feed_log VALUES (10, 'Sahifa', 1772434800000000, 'well', 200, 2, 1, NULL, NULL);
INSERT INTO feed_log VALUES (11, 'Ruznameh', 1772438400000000, 'well', 200, 2, 1, NULL, NULL);
INSERT INTO feed_log VALUES (12, 'Wire', 1772442000000000, 'well', 200, 6, 1, NULL, NULL);
INSERT INTO feed_log VALUES (13, 'Wire', 1772445600000000, 'well', 200, 7, 1, NULL, NULL);
INSERT INTO feed_log VALUES (14, 'Wire', 1772449200000000, 'well', 200, 7, 0, NULL, NULL);
INSERT INTO feeds VALUES ('Journal', 'https://journal.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772413200000000, 1772413200000000, 1772413200000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Sahifa', 'https://sahifa.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772434800000000, 1772434800000000, 1772434800000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Ruznameh', 'https://ruznameh.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772438400000000, 1772438400000000, 1772438400000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Wire', 'https://wire.example/rss', 'well', 200, NULL, NULL, 0, 7, 0, 1772449200000000, 1772449200000000, NULL, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO index_points VALUES ('day', 'all', 1772150400000000, 'index-1', 'ok', 100, 95, 110.5, 90, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772150400000000, 'index-1', 'ok', 100, 95, 110.5, 90, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772150400000000, 'index-1', 'ok', 100, 95, 110.5, 90, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772150400000000, 'index-1', 'ok', 100, 95, 110.5, 90, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772236800000000, 'index-1', 'ok', 101, 95, 110.5, 89, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772236800000000, 'index-1', 'ok', 101, 95, 110.5, 89, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772236800000000, 'index-1', 'ok', 101, 95, 110.5, 89, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772236800000000, 'index-1', 'ok', 101, 95, 110.5, 89, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772323200000000, 'index-1', 'ok', 102, 95, 110.5, 88, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772323200000000, 'index-1', 'ok', 102, 95, 110.5, 88, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772323200000000, 'index-1', 'ok', 102, 95, 110.5, 88, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772323200000000, 'index-1', 'ok', 102, 95, 110.5, 88, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772409600000000, 'index-1', 'ok', 103, 95, 110.5, 87, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772409600000000, 'index-1', 'ok', 103, 95, 110.5, 87, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772409600000000, 'index-1', 'ok', 103, 95, 110.5, 87, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772409600000000, 'index-1', 'ok', 103, 95, 110.5, 87, 80, 99, 0.25, 3, 2.5, 1, 2, 0.5, 0.25, 60, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Lebanon', 1772409600000000, 'index-1', 'not enough news', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, 0, 0, 1, '2 of 20 entries');
INSERT INTO meta VALUES ('articles grouped up to', '13', 1772452800000000);
INSERT INTO meta VALUES ('index method', 'index-1', 1772452800000000);
INSERT INTO prices VALUES ('Brent', 1772064000000000, 'yahoo', 71.25, 'front month', 'USD/bbl', NULL, 1772452800000000, true);
INSERT INTO prices VALUES ('Brent', 1772150400000000, 'yahoo', 73.5, 'front month', 'USD/bbl', NULL, 1772452800000000, true);
INSERT INTO prices VALUES ('WTI', 1772150400000000, 'fred', 68, 'front month', 'USD/bbl', NULL, 1772452800000000, true);
INSERT INTO schema_version VALUES (2);
INSERT INTO signals VALUES (1, 1, 1772344800000000, 'maritime', 'escalation', 'act', 7, 'maritime/ship seized', 'title', 5, 18, 'seizes tanker', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (2, 1, 1772344800000000, 'maritime', 'escalation', 'act', 7, 'maritime/ship seized', 'summary', 23, 39, 'boarded the ship', NULL, NULL, NULL, '[]');
INSERT INTO signals VALUES (3, 2, 1772348400000000, 'maritime', 'escalation', 'act', 8, 'maritime/ship seized', 'title', 7, 26, 'saisit un pétrolier', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (4, 2, 1772348400000000, 'maritime', 'escalation', 'act', 8, 'maritime/ship seized', 'summary', 16, 38, 'conduit à Bandar Abbas', NULL, NULL, 'Bandar Abbas', '[]');
INSERT INTO signals VALUES (5, 3, 1772352000000000, 'maritime', 'escalation', 'act', 8, 'maritime/ship seized', 'title', 6, 17, 'تحتجز ناقلة', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (6, 4, 1772352000000000, 'maritime', 'escalation', 'act', 8, 'maritime/ship seized', 'title', 6, 38, 'نفتکشی را در تنگه هرمز توقیف کرد', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (7, 5, 1772380800000000, 'sanction', 'escalation', 'act', 4.5, 'sanction/sanctions verb', 'title', 3, 24, 'imposes new sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (8, 6, 1772409600000000, 'relief', 'deescalation', 'act', -4.5, 'relief/sanctions eased', 'title', 3, 18, 'eases sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (9, 6, 1772409600000000, 'relief', 'deescalation', 'act', -4.5, 'relief/relief given', 'summary', 13, 29, 'lifted sanctions', NULL, NULL, NULL, '[]');
INSERT INTO signals VALUES (10, 7, 1772413200000000, 'relief', 'deescalation', 'act', -4.5, 'relief/eased', 'title', 11, 29, 'lève des sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (11, 8, 1772416800000000, 'attack', 'escalation', 'act', 9, 'attack/strikes names', 'title', 7, 19, 'strikes Iran', 'ISR', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (12, 8, 1772416800000000, 'attack', 'escalation', 'act', 8, 'attack/explosion', 'summary', 0, 10, 'Explosions', NULL, NULL, 'Isfahan', '[]');
INSERT INTO signals VALUES (13, 9, 1772431200000000, 'talks', 'deescalation', 'act', -3.5, 'talks/sits down', 'title', 23, 33, 'hold talks', 'IRN', NULL, 'Muscat', '[]');
INSERT INTO signals VALUES (14, 9, 1772431200000000, 'concession', 'deescalation', 'act', -5.5, 'attack/strike by someone', 'summary', 0, 17, 'No plan to strike', NULL, NULL, NULL, '["never: no plan to"]');
INSERT INTO signals VALUES (15, 10, 1772434800000000, 'maritime', 'escalation', 'act', 8, 'attack/missile fire', 'title', 9, 32, 'يطلقون صاروخا على سفينة', 'YEMREBHTH', NULL, 'Red Sea', '["aimed at: سفينه"]');
INSERT INTO signals VALUES (16, 11, 1772438400000000, 'talks', 'deescalation', 'act', -3.5, 'talks/going on', 'title', 0, 38, 'مذاکرات ایران و آمریکا در مسقط آغاز شد', NULL, NULL, 'Muscat', '[]');
INSERT INTO slices VALUES ('Journal', 8, '\x3030303030303037');
INSERT INTO slices VALUES ('Sahifa', 8, '\x3030303030303130');
INSERT INTO slices VALUES ('Ruznameh', 8, '\x3030303030303131');
INSERT INTO slices VALUES ('Wire', 8, '\x3030303030303038');
INSERT INTO stories VALUES (5, 1772380800000000, 1772380800000000, 'escalation', 4.5, 'sanction', 'USA;IRN', '', 'en', 1, 1, NULL, 'US imposes new sanctions on Iran over drones');
INSERT INTO stories VALUES (6, 1772409600000000, 1772413200000000, 'deescalation', -4.5, 'relief', 'USA;IRN', '', 'en;fr', 2, 2, NULL, 'US eases sanctions on Iran in exchange for inspections');
INSERT INTO stories VALUES (8, 1772416800000000, 1772416800000000, 'escalation', 9, 'attack', 'ISR;IRN', 'Isfahan', 'en', 1, 1, NULL, 'Israel strikes Iran, officials say');
INSERT INTO stories VALUES (9, 1772431200000000, 1772438400000000, 'deescalation', -5.5, 'talks;concession', 'IRN;USA;OMN', 'Muscat', 'en;fa', 2, 2, NULL, 'Iran and United States hold talks in Muscat');
INSERT INTO stories VALUES (10, 1772434800000000, 1772434800000000, 'escalation', 8, 'maritime', 'YEMREBHTH', 'Red Sea', 'ar', 1, 1, NULL, 'الحوثيون يطلقون صاروخا على سفينة في البحر الأحمر');
INSERT INTO stories VALUES (4, 1772352000000000, 1772352000000000, 'escalation', 8, 'maritime', 'IRN', 'Strait of Hormuz', 'fa', 0, 0, 1, 'ایران نفتکشی را در تنگه هرمز توقیف کرد');
INSERT INTO stories VALUES (1, 1772344800000000, 1772352000000000, 'escalation', 8, 'maritime', 'IRN', 'Strait of Hormuz;Bandar Abbas', 'en;fr;ar;fa', 4, 4, NULL, 'Iran seizes tanker in Strait of Hormuz');
INSERT INTO versions VALUES (1, 8, 1772449200000000, 'Officials deny report of Israeli strike on Iran', '');
SELECT pg_catalog.setval('alerts_id_seq', 2, true);
SELECT pg_catalog.setval('articles_id_seq', 13, true);
SELECT pg_catalog.setval('feed_log_id_seq', 14, true);
SELECT pg_catalog.setval('schema_version_version_seq', 1, false);
SELECT pg_catalog.setval('signals_id_seq', 16, true);
SELECT pg_catalog.setval('versions_id_seq', 1, true);
ALTER TABLE ONLY alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY article_search
    ADD CONSTRAINT article_search_pkey PRIMARY KEY (article_id);
ALTER TABLE ONLY article_tags
    ADD CONSTRAINT article_tags_pkey PRIMARY KEY (kind, value, at, article_id);
ALTER TABLE ONLY articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (id);
ALTER TABLE ONLY features
    ADD CONSTRAINT features_pkey PRIMARY KEY (article_id);
ALTER TABLE ONLY feed_log
    ADD CONSTRAINT feed_log_pkey PRIMARY KEY (id);
ALTER TABLE ONLY feeds
    ADD CONSTRAINT feeds_pkey PRIMARY KEY (name);
ALTER TABLE ONLY index_points
    ADD CONSTRAINT index_points_pkey PRIMARY KEY (grain, part, at, method);
ALTER TABLE ONLY lease
    ADD CONSTRAINT lease_pkey PRIMARY KEY (name);
ALTER TABLE ONLY meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (key);
ALTER TABLE ONLY price_failures
    ADD CONSTRAINT price_failures_pkey PRIMARY KEY (series, provider);
ALTER TABLE ONLY prices
    ADD CONSTRAINT prices_pkey PRIMARY KEY (series, day, source);
ALTER TABLE ONLY schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE ONLY signals
    ADD CONSTRAINT signals_pkey PRIMARY KEY (id);
ALTER TABLE ONLY slices
    ADD CONSTRAINT slices_pkey PRIMARY KEY (feed);
ALTER TABLE ONLY stories
    ADD CONSTRAINT stories_pkey PRIMARY KEY (id);
ALTER TABLE ONLY alerts
    ADD CONSTRAINT uq_alerts_key_at_state UNIQUE (key, at, state);
ALTER TABLE ONLY articles
    ADD CONSTRAINT uq_articles_feed_identity UNIQUE (feed, identity);
ALTER TABLE ONLY versions
    ADD CONSTRAINT versions_pkey PRIMARY KEY (id);
CREATE INDEX ix_alerts_at ON alerts USING btree (at);
CREATE INDEX ix_article_search_words ON article_search USING gin (words);
CREATE INDEX ix_articles_at_id ON articles USING btree (at, id);
CREATE INDEX ix_articles_feed_at ON articles USING btree (feed, at);
CREATE INDEX ix_articles_first_seen ON articles USING btree (first_seen);
CREATE INDEX ix_articles_publisher_at ON articles USING btree (publisher, at);
CREATE INDEX ix_articles_story_id ON articles USING btree (story_id);
CREATE INDEX ix_features_at ON features USING btree (at);
CREATE INDEX ix_feed_log_feed_id ON feed_log USING btree (feed, id);
CREATE INDEX ix_signals_article_id ON signals USING btree (article_id);
CREATE INDEX ix_signals_at_id ON signals USING btree (at, id);
CREATE INDEX ix_stories_first_seen_id ON stories USING btree (first_seen, id);
CREATE INDEX ix_stories_last_seen_id ON stories USING btree (last_seen, id);
CREATE INDEX ix_versions_article_id ON versions USING btree (article_id);
ALTER TABLE ONLY features
    ADD CONSTRAINT features_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE ONLY signals
    ADD CONSTRAINT signals_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id);
ALTER TABLE ONLY versions
    ADD CONSTRAINT versions_article_id_fkey FOREIGN KEY (article_id) REFERENCES articles(id);
