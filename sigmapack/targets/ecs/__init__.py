"""What Elastic and OpenSearch share: the Elastic Common Schema, and Lucene's query strings."""
