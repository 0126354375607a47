"""What proxies, firewalls and Zeek log of traffic: browsing, GitHub's raw files, analytics."""

from __future__ import annotations

from tests.replay.benign.names import LOOKALIKES, ZONES, browsed, spelled, vendor
from tests.replay.benign.site import Event, Machine, Site

SAFARI = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = [
    f"{SAFARI} Chrome/113.0.0.0 Safari/537.36",
    f"{SAFARI} Chrome/113.0.0.0 Safari/537.36 Edg/113.0.1774.35",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/113.0",
]
#: Google Analytics: names that the implant's cookies look like.
COOKIES = [
    "-",
    "__utma=1.1183.1683.1683.1683.1; __utmc=1; __utmz=1.1683.1.1.utmcsr=(direct)",
    "_ga=GA1.2.1183.1683; x__tutma2=1",
    "session=1; __utmb=1.2.10.1683; __utmt=1",
]
PATHS = ["/", "/office", "/downloads", "/feed", "/?q=officeaddons.com", "/search?d=sbmsa.wiki"]
#: Files of other accounts, and names near that of the dead drop.
RAW_PATHS = [
    "/SomeIcons/images/main/icon3.ico",
    "/IconStorage/images/main/icon1.ico",
    "/example/iconstorages-mirror/main/readme.md",
    "/Homebrew/install/HEAD/install.sh",
    "/example/detections/main/3cx/iocs.csv",
]


def client_agent(version: str) -> str:
    return f"{SAFARI} 3CXDesktopApp/{version} Chrome/102.0.5005.167 Electron/19.1.9 Safari/537.36"


def proxied(
    site: Site, machine: Machine, host: str, path: str, agent: str, status: int = 200
) -> Event:
    """A request that a proxy sees, or only its tunnel where TLS is not opened."""
    tunnel = site.random.random() < 0.6
    return site.other(
        None,
        "proxy",
        src_ip=machine.address,
        **{
            "cs-method": "CONNECT" if tunnel else "GET",
            "cs-host": host,
            "r-dns": host,
            "c-uri": f"{host}:443" if tunnel else f"https://{host}{path}",
            "c-uri-stem": "-" if tunnel else path.partition("?")[0],
            "c-useragent": agent,
            "cs-cookie": "-" if tunnel else site.random.choice(COOKIES),
            "sc-status": status,
        },
    )


def browse(site: Site) -> list[Event]:
    """A page, at the proxy or as Zeek sees it."""
    machine, host = site.machine(), spelled(site, browsed(site)).rstrip(".")
    agent = site.random.choice(AGENTS)
    if site.random.random() < 0.6:
        status = site.random.choice([200, 200, 200, 304, 403])
        return [proxied(site, machine, host, site.random.choice(PATHS), agent, status)]
    found = [site.zeek("ssl", machine, server_name=host, established=True)]
    if site.random.random() < 0.3:
        asked = {"host": host, "uri": site.random.choice(PATHS), "user_agent": agent}
        found.append(site.zeek("http", machine, **asked, cookie_vars=["__utma", "__utmc"]))
        found.append(file_seen(site, machine, "text/html"))
    return found


def file_seen(site: Site, machine: Machine, kind: str, source: str = "HTTP") -> Event:
    """A file that Zeek saw, with hashes that stand in no table."""
    sums = {"md5": site.digest(32), "sha1": site.digest(40), "sha256": site.digest()}
    own = {"source": source, "mime_type": kind, "fuid": f"F{site.digest(12)}", **sums}
    return site.zeek("files", machine, **own)


def call_home(site: Site) -> list[Event]:
    """The fixed client talks to its telephone system and to the vendor."""
    machine, host = site.machine(), vendor(site)
    agent = client_agent(site.fixed())
    if site.random.random() < 0.5:
        return [proxied(site, machine, host, "/webclient/api/Login", agent)]
    return [site.zeek("ssl", machine, server_name=host, established=True)]


def old_client(site: Site) -> list[Event]:
    """A client that is older than the campaign, whose agent the implant took, asks its own PBX."""
    host = site.random.choice([f"pbx-corp.{zone}" for zone in ZONES])
    machine, agent = site.machine(), client_agent("18.11.1197")
    return [proxied(site, machine, host, "/electron/update/win32", agent)]


def develop(site: Site) -> list[Event]:
    """A developer fetches raw files from GitHub."""
    machine, path = site.machine(), site.random.choice(RAW_PATHS)
    host = "raw.githubusercontent.com"
    agent = site.random.choice(["curl/7.88.1", "git/2.40.1.windows.1", AGENTS[0]])
    return [
        proxied(site, machine, host, path, agent),
        site.zeek("ssl", machine, server_name=host, established=True),
        site.zeek("http", machine, host=host, uri=path, user_agent=agent),
        file_seen(site, machine, site.random.choice(["image/x-icon", "text/plain"]), "SSL"),
    ]


def allowed(site: Site) -> list[Event]:
    """A firewall lets something out; Zeek sees a certificate, or a file on a share."""
    machine = site.machine()
    chosen = site.random.randrange(3)
    if chosen == 0:
        out = {"src_ip": machine.address, "dst_ip": f"198.51.100.{site.random.randint(1, 250)}"}
        return [site.other(None, "firewall", **out, dst_port="443", action="allow")]
    if chosen == 1:
        name = site.random.choice(LOOKALIKES)
        return [site.zeek("x509", machine, **{"certificate.subject": f"CN={name}"})]
    return [file_seen(site, machine, "application/x-dosexec", "SMB")]
