-- Golden Domain Lookup
-- id: 1b671a64-40d5-491e-99b0-da01ff1f3341   level: high   version: 2026-11-23
SELECT * FROM logs WHERE (logsource_product='windows' AND logsource_category LIKE 'dns\_query' ESCAPE '\') AND EXISTS (SELECT 1 FROM `ioc_domains` WHERE QueryName LIKE pattern ESCAPE '\');
