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
