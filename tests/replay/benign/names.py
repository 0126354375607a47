"""Names that are asked for: of the vendor, of everybody, and lookalikes of the campaign's."""

from __future__ import annotations

from tests.replay.benign.site import BROWSERS, CODE, DEFENDER, GIT, POWERSHELL, SVCHOST, Site

#: Zones in which 3CX gives names to telephone systems (https://activate.3cx.com/apiv2/domains).
ZONES = """
3cx.us 3cx.eu 3cx.cloud 3cx.lat 3cx.com.mx 3cx.com.au 3cx.co.uk 3cx.de 3cx.es 3cx.fr east.3cx.us
my3cx.us my3cx.de my3cx.mx my3cx.com.au my3cx.com.br on3cx.de on3cx.fr
""".split()  # noqa: SIM905
VENDOR = """
www.3cx.com downloads-global.3cx.com activate.3cx.com rps.3cx.com smtp-proxy.3cx.net stun.3cx.com
webmeeting.3cx.net 1648.3cx.cloud elastix.com
""".split()  # noqa: SIM905
PUSHED = ["fcm.googleapis.com", "mtalk.google.com", "courier.push.apple.com"]
LOOKALIKES = """
xakamaicontainer.com akamaicontainer.com.example.org xakamaicontainer.com.example.org
myofficeaddons.com officeaddons.com.mx notpbxsources.com azureonlinestorage.com.evil.test
azureedge.net a248.e.akamaized.net corp.azurewebsites.net corpbackup.blob.core.windows.net
appsforoffice.microsoft.com visualstudio.com msedge.api.cdp.microsoft.com
msstorageazure.azureedge.net deploy.static.akamaitechnologies.com acharryblogs.com
""".split()  # noqa: SIM905
COMMON = """
www.google.com www.bing.com login.microsoftonline.com outlook.office365.com teams.microsoft.com
github.com ctldl.windowsupdate.com www.wikipedia.org pbx.corp.example wpad.corp.example
ssl.google-analytics.com intranet.corp.example crm.corp.example cdn.example.net
""".split()  # noqa: SIM905
RAW = ["raw.githubusercontent.com", "objects.githubusercontent.com", "codeload.github.com"]
SERVICED = ["ctldl.windowsupdate.com", "settings-win.data.microsoft.com", "wpad.corp.example"]


def vendor(site: Site) -> str:
    """A name of 3CX's own, or of a telephone system in one of its zones."""
    if site.random.random() < 0.15:
        return f"pbx-corp.{site.random.choice(ZONES)}"
    return site.random.choice(VENDOR)


def browsed(site: Site) -> str:
    """A name that a browser asks for."""
    chosen = site.random.random()
    if chosen < 0.12:
        return vendor(site)
    if chosen < 0.22:
        return site.random.choice(LOOKALIKES)
    if chosen < 0.55:
        return f"www{site.random.randint(1, 4000)}.example.{site.random.choice(['com', 'net'])}"
    return site.random.choice(COMMON)


def spelled(site: Site, name: str) -> str:
    """A name as one of the sensors may have it: final dot, any case."""
    name += site.random.choice(["", "", "", "."])
    return name.title() if site.random.random() < 0.1 else name


def asked(site: Site, client: str) -> tuple[str, str]:
    """A program and a name that it asks for."""
    chosen = site.random.choices(("browser", "client", "service", "tool"), [70, 15, 12, 3])[0]
    if chosen == "browser":
        return site.random.choice(BROWSERS), browsed(site)
    if chosen == "client":  # never GitHub's raw files: only the implant's icons are there
        return client, site.random.choice([vendor(site), *PUSHED, "pbx.corp.example"])
    if chosen == "service":
        return site.random.choice([SVCHOST, DEFENDER]), site.random.choice([*SERVICED, *RAW])
    return site.random.choice([CODE, GIT, POWERSHELL]), site.random.choice([*RAW, "github.com"])
