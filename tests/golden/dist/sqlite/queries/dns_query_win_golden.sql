-- Golden Domain Lookup
-- id: 1b671a64-40d5-491e-99b0-da01ff1f3341   level: high   version: 2026-11-23
SELECT * FROM logs WHERE (logsource_product='windows' AND logsource_category LIKE 'dns\_query' ESCAPE '\') AND (QueryName='bad.example.com' OR QueryName LIKE '%.bad.example.com' ESCAPE '\' OR QueryName='bad.example.com.' OR QueryName LIKE '%.bad.example.com.' ESCAPE '\' OR QueryName='worse.example.net' OR QueryName LIKE '%.worse.example.net' ESCAPE '\' OR QueryName='worse.example.net.' OR QueryName LIKE '%.worse.example.net.' ESCAPE '\');
