-- Golden Build From A Folder
-- id: 7d444840-9dc0-41d1-a4c8-3b1f2c4d5e6f   level: medium   version: 2026-11-23
SELECT * FROM logs WHERE (logsource_product='windows' AND logsource_category LIKE 'process\_creation' ESCAPE '\') AND (((Image LIKE '%\\Golden\\app.exe' ESCAPE '\' OR OriginalFileName='app.exe') AND (FileVersion='1.2.3' OR FileVersion LIKE '1.2.3.%' ESCAPE '\')) AND (NOT COALESCE((ParentImage LIKE 'C:\\Program Files\\%' ESCAPE '\' OR CommandLine LIKE '%"quiet" 100\%%' ESCAPE '\'), 0)));
