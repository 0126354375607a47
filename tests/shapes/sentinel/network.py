"""Connections, DNS queries and web sessions as Microsoft Sentinel's ASIM parsers give them.

Sources: see `sentinel`.
"""

from __future__ import annotations

from collections.abc import Mapping

from sigmapack.events.read import Event
from tests.shapes.defender import device
from tests.shapes.microsoft import Fields, Row, mde, name, number, raw, sysmon, text

CODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}


def ends(fields: Mapping[str, str]) -> Row:
    """Addresses and ports of a connection."""
    return {
        "SrcIpAddr": fields["SourceIp"],
        "SrcPortNumber": number(fields["SourcePort"]),
        "DstIpAddr": fields["DestinationIp"],
        "DstPortNumber": number(fields["DestinationPort"]),
        "NetworkProtocol": fields["Protocol"].upper(),
        "EventType": "NetworkSession",
    }


def connection_of_defender(fields: Mapping[str, str], system: str = "windows") -> Row:
    """vimNetworkSessionMicrosoft365Defender 0.4: the process without its folder.

    It renames or takes away some columns of its table; the others, the process's path among them,
    go through. It gives no operating system.
    """
    outgoing = fields["Initiated"].lower() == "true"
    url = fields["DestinationHostname"] if outgoing else ""
    own, other = ("Src", "Dst") if outgoing else ("Dst", "Src")
    return {
        **mde(fields),
        **ends(fields),
        "DvcId": device(fields, system),
        "InitiatingProcessFolderPath": fields["Image"],
        "NetworkDirection": "Outbound" if outgoing else "Inbound",
        f"{own}ProcessName": name(fields["Image"]),
        f"{own}Username": fields["User"],
        f"{other}Hostname": url.partition(".")[0],
        f"{other}Domain": url.partition(".")[2],
        f"{other}FQDN": url if "." in url else "",
    }


def connection_of_sysmon(event: Event) -> Row:
    """ASimNetworkSessionMicrosoftSysmon 0.1: who opens a connection is its destination; no
    direction is given, and the device is called as the other end."""
    fields = Fields((key, text(value)) for key, value in event.fields.items())
    outgoing = fields["Initiated"].lower() == "true"
    own = "Dst" if outgoing else "Src"
    return {
        **sysmon(fields),
        **ends(fields),
        "DvcHostname": fields["DestinationHostname"].partition(".")[0],
        "DstHostname": fields["DestinationHostname"].partition(".")[0],
        "DstDomain": fields["DestinationHostname"].partition(".")[2],
        "DstFQDN": fields["DestinationHostname"],
        f"{own}ProcessName": fields["Image"],
        f"{own}Username": fields["User"],
    }


def connection_of_linux(fields: Mapping[str, str]) -> Row:
    """ASimNetworkSessionMicrosoftLinuxSysmon."""
    return {
        **sysmon(fields, "linux"),
        **ends(fields),
        "DvcHostname": fields["Computer"],
        "SrcProcessName": fields["Image"],
        "SrcUsername": fields["User"],
        "DstHostname": fields["DestinationHostname"],
    }


def firewall(fields: Mapping[str, str]) -> Row:
    """A connection that a firewall let through or not."""
    return {
        "EventProduct": "PanOS",
        "EventVendor": "Palo Alto",
        "EventType": "NetworkSession",
        "DvcAction": "Allow" if fields["action"] == "accept" else "Deny",
        "SrcIpAddr": fields["src_ip"],
        "SrcPortNumber": number(fields["src_port"]),
        "DstIpAddr": fields["dst_ip"],
        "DstPortNumber": number(fields["dst_port"]),
        "NetworkProtocol": fields["protocol"].upper(),
        "NetworkRuleName": fields["rule"],
    }


def dns_of_sysmon(fields: Mapping[str, str]) -> Row:
    """ASimDnsMicrosoftSysmon."""
    fields = raw(fields)
    status = number(fields["QueryStatus"])
    code = status - 9000 if status and 9000 < status < 9100 else status
    return {
        **sysmon(fields),
        "EventType": "Query",
        "DvcHostname": fields["Computer"],
        "SrcHostname": fields["Computer"],
        "SrcProcessName": fields["Image"],
        "SrcUsername": fields["User"],
        "DnsQuery": fields["QueryName"],
        "DnsResponseCode": code,
        "DnsResponseName": fields["QueryResults"],
        "EventResultDetails": CODES.get(code or 0, "NA"),
    }


def dns_of_server(fields: Mapping[str, str]) -> Row:
    """ASimDnsMicrosoftNXlog."""
    code = number(fields["RCODE"]) or 0
    return {
        "EventProduct": "DNS Server",
        "EventVendor": "Microsoft",
        "EventType": "Query",
        "EventOriginalType": fields["EventID"],
        "Dvc": fields["Computer"],
        "DvcHostname": fields["Computer"],
        "SrcIpAddr": fields.get("Source", ""),
        "DnsQuery": fields["QNAME"].removesuffix("."),
        "DnsQueryTypeName": "A",
        "DnsResponseName": fields["PacketData"],
        "DnsResponseCode": code if "RCODE" in fields else None,
        "EventResultDetails": CODES.get(code, "NA") if "RCODE" in fields else "Unassigned",
    }


def dns_of_resolver(fields: Mapping[str, str]) -> Row:
    """ASimDnsInfobloxNIOS; a line without an answer is that of a query."""
    answer, query, kind = fields["answer"], fields["query"], fields["record_type"]
    code = answer.upper() if answer.upper() in CODES.values() else "NOERROR" if answer else "NA"
    told = answer and answer != "NODATA" and code == "NOERROR"
    record = f"{query} 300 IN {kind} {answer};" if told else ""
    return {
        "EventProduct": "NIOS",
        "EventVendor": "Infoblox",
        "EventType": "Query",
        "EventSubType": "response" if answer else "request",
        "Dvc": fields["server"],
        "DvcHostname": fields["server"],
        "SrcIpAddr": fields["src_ip"],
        "DnsQuery": query,
        "DnsQueryTypeName": kind,
        "DnsResponseName": record,
        "EventResultDetails": code,
        "DnsResponseCodeName": code,
    }


def of_zeek(fields: Mapping[str, str]) -> Row:
    """What logs of Zeek have in common."""
    return {
        "EventProduct": "Zeek",
        "EventVendor": "Corelight",
        "EventOriginalUid": fields["uid"],
        "SrcIpAddr": fields["id.orig_h"],
        "SrcPortNumber": number(fields["id.orig_p"]),
        "DstIpAddr": fields["id.resp_h"],
        "DstPortNumber": number(fields["id.resp_p"]),
    }


def dns_of_zeek(fields: Mapping[str, str], lists: Mapping[str, list[str]]) -> Row:
    """ASimDnsCorelightZeek."""
    answers = ",".join(f'\\"{answer}\\"' for answer in lists.get("answers", []))
    return {
        **of_zeek(fields),
        "EventType": "Query",
        "DnsQuery": fields["query"],
        "DnsQueryTypeName": fields["qtype_name"],
        "DnsResponseCode": number(fields["rcode"]),
        "DnsResponseName": f'{{"answers":"[{answers}]","ttls":"[300.0]"}}',
        "EventResultDetails": fields["rcode_name"],
    }


def proxy(fields: Mapping[str, str]) -> Row:
    """A request that a proxy saw; the URL is put together where the log has it in parts."""
    host, path, query = fields["cs-host"], fields["c-uri-stem"], fields["c-uri-query"]
    url = fields["c-uri"]
    if not url and host:
        url = f"http://{host}{path}" + (f"?{query}" if query else "")
    return {
        "EventProduct": "ProxySG",
        "EventVendor": "Broadcom",
        "EventType": "HTTPsession",
        "SrcIpAddr": fields["src_ip"],
        "SrcUsername": fields["cs-username"],
        "DstIpAddr": fields["dst_ip"],
        "DstFQDN": fields["r-dns"],
        "HttpHost": host,
        "Url": url,
        "HttpRequestMethod": fields["cs-method"],
        "HttpUserAgent": fields["c-useragent"],
        "HttpCookie": fields["cs-cookie"],
        "HttpReferrer": fields["cs-referrer"],
        "EventResultDetails": fields["sc-status"],
    }


def http_of_zeek(fields: Mapping[str, str], lists: Mapping[str, list[str]]) -> Row:
    """A line of http.log; of cookies Zeek has the names."""
    return {
        **of_zeek(fields),
        "EventType": "HTTPsession",
        "HttpHost": fields["host"],
        "Url": f"http://{fields['host']}{fields['uri']}",
        "HttpRequestMethod": fields["method"],
        "HttpUserAgent": fields["user_agent"],
        "HttpCookie": "; ".join(f"{cookie}=" for cookie in lists.get("cookie_vars", [])),
        "HttpReferrer": fields.get("referrer", ""),
        "EventResultDetails": fields["status_code"],
    }
