"""What Sentinel and Defender share: the Kusto Query Language, and the tables of Defender XDR."""
