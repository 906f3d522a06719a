-- Several published files may share a data set and an edition: the columns of their own tell them apart.
ALTER TABLE ops.receipt ADD COLUMN subject VARCHAR;

-- Files taken in before have the subject they would be given today, so that sending one again replaces it.
UPDATE ops.receipt
SET subject = left(sha256(array_to_string(list_sort(json_extract_string(headers, '$.unknown[*]')), chr(10))), 16)
WHERE extract = 'education_statistics' AND loaded AND len(json_extract_string(headers, '$.unknown[*]')) > 0;
