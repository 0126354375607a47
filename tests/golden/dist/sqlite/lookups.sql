CREATE TABLE `builds` (`pattern` TEXT COLLATE NOCASE, `version` TEXT COLLATE NOCASE, `role` TEXT COLLATE NOCASE, `platform` TEXT COLLATE NOCASE, `confidence` TEXT COLLATE NOCASE, `source` TEXT COLLATE NOCASE, `first_seen` TEXT COLLATE NOCASE, `last_seen` TEXT COLLATE NOCASE, `valid_until` TEXT COLLATE NOCASE, `advisory` TEXT COLLATE NOCASE);
INSERT INTO `builds` VALUES
('1.2.3', '1.2.3', 'affected', 'windows', 'high', 'golden sample', '', '', '', 'no'),
('1.2.3.%', '1.2.3', 'affected', 'windows', 'high', 'golden sample', '', '', '', 'no');

CREATE TABLE `ioc_domains` (`pattern` TEXT COLLATE NOCASE, `domain` TEXT COLLATE NOCASE, `role` TEXT COLLATE NOCASE, `platform` TEXT COLLATE NOCASE, `confidence` TEXT COLLATE NOCASE, `source` TEXT COLLATE NOCASE, `first_seen` TEXT COLLATE NOCASE, `last_seen` TEXT COLLATE NOCASE, `valid_until` TEXT COLLATE NOCASE, `advisory` TEXT COLLATE NOCASE);
INSERT INTO `ioc_domains` VALUES
('bad.example.com', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('%.bad.example.com', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('bad.example.com.', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('%.bad.example.com.', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('bad.example.com:%', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('%.bad.example.com:%', 'bad.example.com', 'c2', 'any', 'high', 'golden sample', '2023-03-29', '', '', 'yes'),
('worse.example.net', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no'),
('%.worse.example.net', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no'),
('worse.example.net.', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no'),
('%.worse.example.net.', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no'),
('worse.example.net:%', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no'),
('%.worse.example.net:%', 'worse.example.net', 'c2', 'any', 'high', 'golden sample', '', '', '', 'no');

CREATE TABLE `ioc_hashes` (`pattern` TEXT COLLATE NOCASE, `hash` TEXT COLLATE NOCASE, `algorithm` TEXT COLLATE NOCASE, `file_name` TEXT COLLATE NOCASE, `role` TEXT COLLATE NOCASE, `platform` TEXT COLLATE NOCASE, `confidence` TEXT COLLATE NOCASE, `source` TEXT COLLATE NOCASE, `first_seen` TEXT COLLATE NOCASE, `last_seen` TEXT COLLATE NOCASE, `valid_until` TEXT COLLATE NOCASE, `advisory` TEXT COLLATE NOCASE);
INSERT INTO `ioc_hashes` VALUES
('9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'sha256', 'sample.dll', 'golden sample', 'windows', 'high', 'golden sample', '', '', '', 'no'),
('%SHA256=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08%', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', 'sha256', 'sample.dll', 'golden sample', 'windows', 'high', 'golden sample', '', '', '', 'no');
