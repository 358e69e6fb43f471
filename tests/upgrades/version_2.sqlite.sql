CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
CREATE TABLE feeds (
	name TEXT NOT NULL, 
	url TEXT NOT NULL, 
	state TEXT NOT NULL, 
	status INTEGER, 
	error TEXT, 
	failure TEXT, 
	failures INTEGER NOT NULL, 
	entries INTEGER NOT NULL, 
	new_entries INTEGER NOT NULL, 
	last_polled BIGINT, 
	last_success BIGINT, 
	last_new BIGINT, 
	next_due BIGINT, 
	etag TEXT, 
	last_modified TEXT, 
	interval BIGINT, 
	moved_to TEXT, 
	moved_count INTEGER NOT NULL, 
	habit BIGINT, 
	ttl BIGINT, 
	skip_hours TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE feed_log (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	status INTEGER, 
	entries INTEGER NOT NULL, 
	new_entries INTEGER NOT NULL, 
	failure TEXT, 
	error TEXT, 
	PRIMARY KEY (id)
);
CREATE TABLE slices (
	feed TEXT NOT NULL, 
	width INTEGER NOT NULL, 
	hashes BLOB NOT NULL, 
	PRIMARY KEY (feed)
);
CREATE TABLE articles (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	publisher TEXT NOT NULL, 
	country TEXT, 
	tier INTEGER NOT NULL, 
	lang TEXT, 
	published BIGINT, 
	first_seen BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	direction TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	theatre BOOLEAN NOT NULL, 
	escalation_act FLOAT NOT NULL, 
	escalation_words FLOAT NOT NULL, 
	deescalation_act FLOAT NOT NULL, 
	deescalation_words FLOAT NOT NULL, 
	categories TEXT NOT NULL, 
	actors TEXT NOT NULL, 
	places TEXT NOT NULL, 
	parts TEXT NOT NULL, 
	story_id BIGINT, 
	method TEXT NOT NULL, 
	text_key BIGINT NOT NULL, 
	identity BLOB NOT NULL, 
	link TEXT, 
	canonical TEXT, 
	published_text TEXT, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	turned_off TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_articles_feed_identity UNIQUE (feed, identity)
);
CREATE TABLE article_tags (
	kind TEXT NOT NULL, 
	value TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	article_id BIGINT NOT NULL, 
	PRIMARY KEY (kind, value, at, article_id)
)
 WITHOUT ROWID

;
CREATE TABLE stories (
	id INTEGER NOT NULL, 
	first_seen BIGINT NOT NULL, 
	last_seen BIGINT NOT NULL, 
	direction TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	categories TEXT NOT NULL, 
	actors TEXT NOT NULL, 
	places TEXT NOT NULL, 
	langs TEXT NOT NULL, 
	articles INTEGER NOT NULL, 
	publishers INTEGER NOT NULL, 
	merged_into BIGINT, 
	title TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE prices (
	series TEXT NOT NULL, 
	day BIGINT NOT NULL, 
	source TEXT NOT NULL, 
	close FLOAT NOT NULL, 
	kind TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	market_time BIGINT, 
	fetched_at BIGINT NOT NULL, 
	final BOOLEAN NOT NULL, 
	PRIMARY KEY (series, day, source)
);
CREATE TABLE price_failures (
	series TEXT NOT NULL, 
	provider TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	kind TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	next_try BIGINT, 
	PRIMARY KEY (series, provider)
);
CREATE TABLE index_points (
	grain TEXT NOT NULL, 
	part TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	method TEXT NOT NULL, 
	status TEXT NOT NULL, 
	tension FLOAT, 
	tension_low FLOAT, 
	tension_high FLOAT, 
	relief FLOAT, 
	relief_low FLOAT, 
	relief_high FLOAT, 
	balance FLOAT, 
	escalation_share FLOAT, 
	deescalation_share FLOAT, 
	escalation_acts FLOAT, 
	escalation_words FLOAT, 
	deescalation_acts FLOAT, 
	deescalation_words FLOAT, 
	percentile FLOAT, 
	entries INTEGER NOT NULL, 
	articles INTEGER NOT NULL, 
	stories INTEGER NOT NULL, 
	publishers INTEGER NOT NULL, 
	missing TEXT, 
	PRIMARY KEY (grain, part, at, method)
);
CREATE TABLE alerts (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	message TEXT NOT NULL, 
	sent BIGINT, 
	attempts INTEGER NOT NULL, 
	error TEXT, 
	next_try BIGINT, 
	stories TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_alerts_key_at_state UNIQUE ("key", at, state)
);
CREATE TABLE lease (
	name TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	heartbeat BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE versions (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	seen_at BIGINT NOT NULL, 
	title TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
CREATE TABLE signals (
	id INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	category TEXT NOT NULL, 
	direction TEXT NOT NULL, 
	mode TEXT NOT NULL, 
	weight FLOAT NOT NULL, 
	rule TEXT NOT NULL, 
	field TEXT NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	text TEXT NOT NULL, 
	source TEXT, 
	target TEXT, 
	place TEXT, 
	operators TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
CREATE TABLE features (
	article_id INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	made_by TEXT NOT NULL, 
	written TEXT NOT NULL, 
	PRIMARY KEY (article_id), 
	FOREIGN KEY(article_id) REFERENCES articles (id)
);
CREATE VIRTUAL TABLE article_search USING fts5(words, tokenize='unicode61 remove_diacritics 0');
CREATE INDEX ix_feed_log_feed_id ON feed_log (feed, id);
CREATE INDEX ix_articles_publisher_at ON articles (publisher, at);
CREATE INDEX ix_articles_feed_at ON articles (feed, at);
CREATE INDEX ix_articles_story_id ON articles (story_id);
CREATE INDEX ix_articles_at_id ON articles (at, id);
CREATE INDEX ix_articles_first_seen ON articles (first_seen);
CREATE INDEX ix_stories_first_seen_id ON stories (first_seen, id);
CREATE INDEX ix_stories_last_seen_id ON stories (last_seen, id);
CREATE INDEX ix_alerts_at ON alerts (at);
CREATE INDEX ix_versions_article_id ON versions (article_id);
CREATE INDEX ix_signals_at_id ON signals (at, id);
CREATE INDEX ix_signals_article_id ON signals (article_id);
CREATE INDEX ix_features_at ON features (at);
INSERT INTO alerts VALUES (1, 'Grave event: 8', 'Grave event', 'grave signal', 1772420400000000, 'firing', 'attack, weight 9', 1772420400000000, 1, NULL, NULL, '[8]');
INSERT INTO alerts VALUES (2, 'High in Hormuz', 'High in Hormuz', 'level', 1772449200000000, 'firing', 'tension 103', NULL, 2, '#1a2b3c4d5e6f waiting: HTTP 500', 1772456400000000, '[]');
INSERT INTO article_tags VALUES ('act', 'attack', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('act', 'concession', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('act', 'maritime', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('act', 'relief', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('act', 'relief', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('act', 'sanction', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('act', 'talks', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('act', 'talks', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'IRN', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'ISR', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('actor', 'OMN', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'OMN', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('actor', 'USA', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('actor', 'YEMREBHTH', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('pair', 'ISR>IRN', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('pair', 'USA>IRN', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('part', 'Gulf states', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('part', 'Gulf states', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('part', 'Hormuz and shipping', 1772352000000000, 4);
INSERT INTO article_tags VALUES ('part', 'Iran-Israel', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772380800000000, 5);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772409600000000, 6);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772413200000000, 7);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('part', 'Iran-US', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('part', 'Yemen-Red Sea', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('place', 'Bandar Abbas', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('place', 'Isfahan', 1772416800000000, 8);
INSERT INTO article_tags VALUES ('place', 'Muscat', 1772431200000000, 9);
INSERT INTO article_tags VALUES ('place', 'Muscat', 1772438400000000, 11);
INSERT INTO article_tags VALUES ('place', 'Red Sea', 1772434800000000, 10);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772344800000000, 1);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772348400000000, 2);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772352000000000, 3);
INSERT INTO article_tags VALUES ('place', 'Strait of Hormuz', 1772352000000000, 4);
INSERT INTO articles VALUES (1, 'Wire', 'Wire', 'GB', 1, 'en', 1772344800000000, 1772344800000000, 1772344800000000, 'escalation', 7.0, 1, 7.0, 0.0, 0.0, 0.0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', -7042405737983245670, X'28a1bed53ed3baaa73b399390670630f', 'https://wire.example/1', 'https://wire.example/1', '2026-03-01T06:00:00+00:00', 'Iran seizes tanker in Strait of Hormuz', 'The navy of the Guards boarded the ship, officials said.', '[]');
INSERT INTO articles VALUES (2, 'Journal', 'Journal', 'FR', 2, 'fr', 1772348400000000, 1772348400000000, 1772348400000000, 'escalation', 8.0, 1, 8.0, 0.0, 0.0, 0.0, 'maritime', 'IRN', 'Strait of Hormuz;Bandar Abbas', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 1117247097770338547, X'7cb488cfd47b06cf84c89a5c1431e3bf', 'https://journal.example/2', 'https://journal.example/2', '2026-03-01T07:00:00+00:00', 'L''Iran saisit un pétrolier dans le détroit d''Ormuz', 'Le navire a été conduit à Bandar Abbas.', '[]');
INSERT INTO articles VALUES (3, 'Sahifa', 'Sahifa', 'LB', 2, 'ar', 1772352000000000, 1772352000000000, 1772352000000000, 'escalation', 8.0, 1, 8.0, 0.0, 0.0, 0.0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 9200193483540177787, X'195faef88c6a9461e02f0feee8b0e68e', 'https://sahifa.example/3', 'https://sahifa.example/3', '2026-03-01T08:00:00+00:00', 'إيران تحتجز ناقلة نفط في مضيق هرمز', '', '[]');
INSERT INTO articles VALUES (4, 'Ruznameh', 'Ruznameh', 'IR', 3, 'fa', 1772352000000000, 1772352000000000, 1772352000000000, 'escalation', 8.0, 1, 8.0, 0.0, 0.0, 0.0, 'maritime', 'IRN', 'Strait of Hormuz', 'Hormuz and shipping', 1, 'tagger-1:fb7ad31a', 38124601225844676, X'66d6d9d02d7d3a6888d60ec9562b5394', 'https://ruznameh.example/4', 'https://ruznameh.example/4', '2026-03-01T08:00:00+00:00', 'ایران نفتکشی را در تنگه هرمز توقیف کرد', '', '[]');
INSERT INTO articles VALUES (5, 'Wire', 'Wire', 'GB', 1, 'en', 1772380800000000, 1772380800000000, 1772380800000000, 'escalation', 4.5, 1, 4.5, 0.0, 0.0, 0.0, 'sanction', 'USA;IRN', '', 'Iran-US', 5, 'tagger-1:fb7ad31a', 2528860954565381685, X'5774087aec1271b09d8abf025904228f', 'https://wire.example/5', 'https://wire.example/5', '2026-03-01T16:00:00+00:00', 'US imposes new sanctions on Iran over drones', '', '[]');
INSERT INTO articles VALUES (6, 'Wire', 'Wire', 'GB', 1, 'en', 1772409600000000, 1772409600000000, 1772409600000000, 'deescalation', -4.5, 1, 0.0, 0.0, 4.5, 0.0, 'relief', 'USA;IRN', '', 'Iran-US', 6, 'tagger-1:fb7ad31a', -9097284437967856174, X'3dd07d966fec8c227845446ca5bc25e5', 'https://wire.example/6', 'https://wire.example/6', '2026-03-02T00:00:00+00:00', 'US eases sanctions on Iran in exchange for inspections', 'The Treasury lifted sanctions on two banks.', '[]');
INSERT INTO articles VALUES (7, 'Journal', 'Journal', 'FR', 2, 'fr', 1772413200000000, 1772413200000000, 1772413200000000, 'deescalation', -4.5, 1, 0.0, 0.0, 4.5, 0.0, 'relief', 'USA;IRN', '', 'Iran-US', 6, 'tagger-1:fb7ad31a', 1656821513943799890, X'2f071eb15a94ca81942c5ed97fe744e0', 'https://journal.example/7', 'https://journal.example/7', '2026-03-02T01:00:00+00:00', 'Washington lève des sanctions contre l''Iran', '', '[]');
INSERT INTO articles VALUES (8, 'Wire', 'Wire', 'GB', 1, 'en', 1772416800000000, 1772416800000000, 1772416800000000, 'escalation', 9.0, 1, 9.0, 0.0, 0.0, 0.0, 'attack', 'ISR;IRN', 'Isfahan', 'Iran-Israel', 8, 'tagger-1:fb7ad31a', 6521804275337414790, X'1fdb69dab0361d22980fec818fa3bd60', 'https://wire.example/8', 'https://wire.example/8', '2026-03-02T02:00:00+00:00', 'Israel strikes Iran, officials say', 'Explosions were heard near Isfahan.', '[]');
INSERT INTO articles VALUES (9, 'Wire', 'Wire', 'GB', 1, 'en', 1772431200000000, 1772431200000000, 1772431200000000, 'deescalation', -5.5, 1, 0.0, 0.0, 5.5, 0.0, 'talks;concession', 'IRN;USA;OMN', 'Muscat', 'Iran-US;Gulf states', 9, 'tagger-1:fb7ad31a', 4301699066632319094, X'8713e67664710314a18b17e573ce9839', 'https://wire.example/9', 'https://wire.example/9', '2026-03-02T06:00:00+00:00', 'Iran and United States hold talks in Muscat', 'No plan to strike, the minister said.', '[["concession","only mentioned","summary",0,17,"No plan to strike"],["concession","only mentioned","summary",0,17,"No plan to strike"]]');
INSERT INTO articles VALUES (10, 'Sahifa', 'Sahifa', 'LB', 2, 'ar', 1772434800000000, 1772434800000000, 1772434800000000, 'escalation', 8.0, 1, 8.0, 0.0, 0.0, 0.0, 'maritime', 'YEMREBHTH', 'Red Sea', 'Yemen-Red Sea', 10, 'tagger-1:fb7ad31a', 7915364424745129788, X'f682a02863eccba96e8e76d1f64d3c44', 'https://sahifa.example/10', 'https://sahifa.example/10', '2026-03-02T07:00:00+00:00', 'الحوثيون يطلقون صاروخا على سفينة في البحر الأحمر', '', '[]');
INSERT INTO articles VALUES (11, 'Ruznameh', 'Ruznameh', 'IR', 3, 'fa', 1772438400000000, 1772438400000000, 1772438400000000, 'deescalation', -3.5, 1, 0.0, 0.0, 3.5, 0.0, 'talks', 'IRN;USA;OMN', 'Muscat', 'Iran-US;Gulf states', 9, 'tagger-1:fb7ad31a', 614608737502841359, X'1588a24460f6481dbd60032cd99ae055', 'https://ruznameh.example/11', 'https://ruznameh.example/11', '2026-03-02T08:00:00+00:00', 'مذاکرات ایران و آمریکا در مسقط آغاز شد', 'گفت‌وگوها می‌شود ادامه یابد', '[["talks","only mentioned","summary",0,9,"گفت‌وگوها"]]');
INSERT INTO articles VALUES (12, 'Wire', 'Wire', 'GB', 1, 'en', 1772442000000000, 1772442000000000, 1772442000000000, 'none', 0.0, 0, 0.0, 0.0, 0.0, 0.0, '', '', '', '', NULL, 'tagger-1:fb7ad31a', -2673331179147986185, X'79b34a1521c3af9d5bb022e8663b1e6e', 'https://wire.example/12', 'https://wire.example/12', '2026-03-02T09:00:00+00:00', 'Oil steady in quiet trade', 'Brent little changed.', '[]');
INSERT INTO articles VALUES (13, 'Wire', 'Wire', 'GB', 1, 'en', 1772445600000000, 1772445600000000, 1772445600000000, 'none', 0.0, 0, 0.0, 0.0, 0.0, 0.0, '', '', '', '', NULL, 'tagger-1:fb7ad31a', -3715139040006265250, X'38747f895ed29c12c1aad0646ec6e2ca', 'https://wire.example/13', 'https://wire.example/13', '2026-03-02T10:00:00+00:00', 'Football: Persepolis win the derby', '', '[]');
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
INSERT INTO feeds VALUES ('Wire', 'https://wire.example/rss', 'well', 200, NULL, NULL, 0, 7, 0, 1772449200000000, 1772449200000000, NULL, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Journal', 'https://journal.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772413200000000, 1772413200000000, 1772413200000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Sahifa', 'https://sahifa.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772434800000000, 1772434800000000, 1772434800000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO feeds VALUES ('Ruznameh', 'https://ruznameh.example/rss', 'well', 200, NULL, NULL, 0, 2, 1, 1772438400000000, 1772438400000000, 1772438400000000, NULL, NULL, NULL, 3600000000, NULL, 0, NULL, NULL, '');
INSERT INTO index_points VALUES ('day', 'all', 1772150400000000, 'index-1', 'ok', 100.0, 95.0, 110.5, 90.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772150400000000, 'index-1', 'ok', 100.0, 95.0, 110.5, 90.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772150400000000, 'index-1', 'ok', 100.0, 95.0, 110.5, 90.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772150400000000, 'index-1', 'ok', 100.0, 95.0, 110.5, 90.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772236800000000, 'index-1', 'ok', 101.0, 95.0, 110.5, 89.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772236800000000, 'index-1', 'ok', 101.0, 95.0, 110.5, 89.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772236800000000, 'index-1', 'ok', 101.0, 95.0, 110.5, 89.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772236800000000, 'index-1', 'ok', 101.0, 95.0, 110.5, 89.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772323200000000, 'index-1', 'ok', 102.0, 95.0, 110.5, 88.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772323200000000, 'index-1', 'ok', 102.0, 95.0, 110.5, 88.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772323200000000, 'index-1', 'ok', 102.0, 95.0, 110.5, 88.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772323200000000, 'index-1', 'ok', 102.0, 95.0, 110.5, 88.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'all', 1772409600000000, 'index-1', 'ok', 103.0, 95.0, 110.5, 87.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('hour', 'all', 1772409600000000, 'index-1', 'ok', 103.0, 95.0, 110.5, 87.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Hormuz and shipping', 1772409600000000, 'index-1', 'ok', 103.0, 95.0, 110.5, 87.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'energy works', 1772409600000000, 'index-1', 'ok', 103.0, 95.0, 110.5, 87.0, 80.0, 99.0, 0.25, 3.0, 2.5, 1.0, 2.0, 0.5, 0.25, 60.0, 13, 11, 7, 4, NULL);
INSERT INTO index_points VALUES ('day', 'Lebanon', 1772409600000000, 'index-1', 'not enough news', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 2, 0, 0, 1, '2 of 20 entries');
INSERT INTO meta VALUES ('articles grouped up to', '13', 1772452800000000);
INSERT INTO meta VALUES ('index method', 'index-1', 1772452800000000);
INSERT INTO prices VALUES ('Brent', 1772064000000000, 'yahoo', 71.25, 'front month', 'USD/bbl', NULL, 1772452800000000, 1);
INSERT INTO prices VALUES ('Brent', 1772150400000000, 'yahoo', 73.5, 'front month', 'USD/bbl', NULL, 1772452800000000, 1);
INSERT INTO prices VALUES ('WTI', 1772150400000000, 'fred', 68.0, 'front month', 'USD/bbl', NULL, 1772452800000000, 1);
INSERT INTO schema_version VALUES (2);
INSERT INTO signals VALUES (1, 1, 1772344800000000, 'maritime', 'escalation', 'act', 7.0, 'maritime/ship seized', 'title', 5, 18, 'seizes tanker', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (2, 1, 1772344800000000, 'maritime', 'escalation', 'act', 7.0, 'maritime/ship seized', 'summary', 23, 39, 'boarded the ship', NULL, NULL, NULL, '[]');
INSERT INTO signals VALUES (3, 2, 1772348400000000, 'maritime', 'escalation', 'act', 8.0, 'maritime/ship seized', 'title', 7, 26, 'saisit un pétrolier', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (4, 2, 1772348400000000, 'maritime', 'escalation', 'act', 8.0, 'maritime/ship seized', 'summary', 16, 38, 'conduit à Bandar Abbas', NULL, NULL, 'Bandar Abbas', '[]');
INSERT INTO signals VALUES (5, 3, 1772352000000000, 'maritime', 'escalation', 'act', 8.0, 'maritime/ship seized', 'title', 6, 17, 'تحتجز ناقلة', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (6, 4, 1772352000000000, 'maritime', 'escalation', 'act', 8.0, 'maritime/ship seized', 'title', 6, 38, 'نفتکشی را در تنگه هرمز توقیف کرد', 'IRN', NULL, 'Strait of Hormuz', '[]');
INSERT INTO signals VALUES (7, 5, 1772380800000000, 'sanction', 'escalation', 'act', 4.5, 'sanction/sanctions verb', 'title', 3, 24, 'imposes new sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (8, 6, 1772409600000000, 'relief', 'deescalation', 'act', -4.5, 'relief/sanctions eased', 'title', 3, 18, 'eases sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (9, 6, 1772409600000000, 'relief', 'deescalation', 'act', -4.5, 'relief/relief given', 'summary', 13, 29, 'lifted sanctions', NULL, NULL, NULL, '[]');
INSERT INTO signals VALUES (10, 7, 1772413200000000, 'relief', 'deescalation', 'act', -4.5, 'relief/eased', 'title', 11, 29, 'lève des sanctions', 'USA', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (11, 8, 1772416800000000, 'attack', 'escalation', 'act', 9.0, 'attack/strikes names', 'title', 7, 19, 'strikes Iran', 'ISR', 'IRN', NULL, '[]');
INSERT INTO signals VALUES (12, 8, 1772416800000000, 'attack', 'escalation', 'act', 8.0, 'attack/explosion', 'summary', 0, 10, 'Explosions', NULL, NULL, 'Isfahan', '[]');
INSERT INTO signals VALUES (13, 9, 1772431200000000, 'talks', 'deescalation', 'act', -3.5, 'talks/sits down', 'title', 23, 33, 'hold talks', 'IRN', NULL, 'Muscat', '[]');
INSERT INTO signals VALUES (14, 9, 1772431200000000, 'concession', 'deescalation', 'act', -5.5, 'attack/strike by someone', 'summary', 0, 17, 'No plan to strike', NULL, NULL, NULL, '["never: no plan to"]');
INSERT INTO signals VALUES (15, 10, 1772434800000000, 'maritime', 'escalation', 'act', 8.0, 'attack/missile fire', 'title', 9, 32, 'يطلقون صاروخا على سفينة', 'YEMREBHTH', NULL, 'Red Sea', '["aimed at: سفينه"]');
INSERT INTO signals VALUES (16, 11, 1772438400000000, 'talks', 'deescalation', 'act', -3.5, 'talks/going on', 'title', 0, 38, 'مذاکرات ایران و آمریکا در مسقط آغاز شد', NULL, NULL, 'Muscat', '[]');
INSERT INTO slices VALUES ('Wire', 8, X'3030303030303038');
INSERT INTO slices VALUES ('Journal', 8, X'3030303030303037');
INSERT INTO slices VALUES ('Sahifa', 8, X'3030303030303130');
INSERT INTO slices VALUES ('Ruznameh', 8, X'3030303030303131');
INSERT INTO stories VALUES (1, 1772344800000000, 1772352000000000, 'escalation', 8.0, 'maritime', 'IRN', 'Strait of Hormuz;Bandar Abbas', 'en;fr;ar;fa', 4, 4, NULL, 'Iran seizes tanker in Strait of Hormuz');
INSERT INTO stories VALUES (4, 1772352000000000, 1772352000000000, 'escalation', 8.0, 'maritime', 'IRN', 'Strait of Hormuz', 'fa', 0, 0, 1, 'ایران نفتکشی را در تنگه هرمز توقیف کرد');
INSERT INTO stories VALUES (5, 1772380800000000, 1772380800000000, 'escalation', 4.5, 'sanction', 'USA;IRN', '', 'en', 1, 1, NULL, 'US imposes new sanctions on Iran over drones');
INSERT INTO stories VALUES (6, 1772409600000000, 1772413200000000, 'deescalation', -4.5, 'relief', 'USA;IRN', '', 'en;fr', 2, 2, NULL, 'US eases sanctions on Iran in exchange for inspections');
INSERT INTO stories VALUES (8, 1772416800000000, 1772416800000000, 'escalation', 9.0, 'attack', 'ISR;IRN', 'Isfahan', 'en', 1, 1, NULL, 'Israel strikes Iran, officials say');
INSERT INTO stories VALUES (9, 1772431200000000, 1772438400000000, 'deescalation', -5.5, 'talks;concession', 'IRN;USA;OMN', 'Muscat', 'en;fa', 2, 2, NULL, 'Iran and United States hold talks in Muscat');
INSERT INTO stories VALUES (10, 1772434800000000, 1772434800000000, 'escalation', 8.0, 'maritime', 'YEMREBHTH', 'Red Sea', 'ar', 1, 1, NULL, 'الحوثيون يطلقون صاروخا على سفينة في البحر الأحمر');
INSERT INTO versions VALUES (1, 8, 1772449200000000, 'Officials deny report of Israeli strike on Iran', '');
INSERT INTO article_search (rowid, words) VALUES (1, 'iran seizes tanker in strait of hormuz the navy of the guards boarded the ship officials said');
INSERT INTO article_search (rowid, words) VALUES (2, 'l iran saisit un petrolier dans le detroit d ormuz le navire a ete conduit a bandar abbas');
INSERT INTO article_search (rowid, words) VALUES (3, 'ايران تحتجز ناقله نفط في مضيق هرمز');
INSERT INTO article_search (rowid, words) VALUES (4, 'ايران نفتكشي را در تنگه هرمز توقيف كرد');
INSERT INTO article_search (rowid, words) VALUES (5, 'us imposes new sanctions on iran over drones');
INSERT INTO article_search (rowid, words) VALUES (6, 'us eases sanctions on iran in exchange for inspections the treasury lifted sanctions on two banks');
INSERT INTO article_search (rowid, words) VALUES (7, 'washington leve des sanctions contre l iran');
INSERT INTO article_search (rowid, words) VALUES (8, 'israel strikes iran officials say explosions were heard near isfahan officials deny report of israeli strike on iran');
INSERT INTO article_search (rowid, words) VALUES (9, 'iran and united states hold talks in muscat no plan to strike the minister said');
INSERT INTO article_search (rowid, words) VALUES (10, 'حوثيون يطلقون صاروخا علي سفينه في بحر احمر');
INSERT INTO article_search (rowid, words) VALUES (11, 'مذاكرات ايران و امريكا در مسقط اغاز شد گفتوگوها ميشود ادامه يابد');
INSERT INTO article_search (rowid, words) VALUES (12, 'oil steady in quiet trade brent little changed');
INSERT INTO article_search (rowid, words) VALUES (13, 'football persepolis win the derby');
