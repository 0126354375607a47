"""Queries of inventories: Defender's vulnerability management, Configuration Manager's CMPivot and
collections. They ask for versions, which inventories have, and not for files.

Tables: learn.microsoft.com/defender-xdr/advanced-hunting-devicetvmsoftwareinventory-table and
-devicetvmsoftwarevulnerabilities-table. CMPivot's operators: learn.microsoft.com/mem/configmgr/
core/servers/manage/cmpivot-overview (it has no `in`). WQL: SMS_G_System_INSTALLED_SOFTWARE.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sigmapack.content.words import Words
from sigmapack.exposure.looked_for import CVE, LARGEST, PRODUCT, Searched, of_platform

#: The longest condition that CMPivot was seen to take is not documented: hashes of SHA-256 only.
ALGORITHM = "sha256"
FOLDERS = (
    r"%systemdrive%\\Users\\*\\AppData\\Local\\Programs\\3CXDesktopApp\\*",
    r"%systemdrive%\\Users\\*\\AppData\\Local\\Programs\\3CXDesktopApp\\app\\*",
    r"%systemdrive%\\Users\\*\\Downloads\\*",
)


def files(search: Searched, words: Words) -> Iterator[tuple[str, str]]:
    """The name and text of each query; none where there is nothing to ask for."""
    if search.windows or search.macos:
        yield "defender/threecx_installed_builds.kql", inventory(search, words)
    yield "defender/threecx_vulnerability.kql", vulnerability(words)
    if search.windows:
        yield "configmgr/threecx_installed_builds.kql", installed(search, words)
        yield "configmgr/threecx_collection.wql", collection(search)
    hashes = [one.value for one in of_platform(search, "windows") if one.type == ALGORITHM]
    if hashes:
        yield "configmgr/threecx_files.kql", hashed(hashes, words)


def inventory(search: Searched, words: Words) -> str:
    """Devices with a bad build, by Defender's inventory of software.

    18.11.1213 is bad on a Mac and clean on Windows: each platform has builds of its own.
    """
    return f"""\
// {words("Devices that have a bad build of the 3CX client, by Defender's inventory.")}
DeviceTvmSoftwareInventory
| where SoftwareVendor contains "3cx" or SoftwareName contains "3cx"
| extend Build = extract(@"^\\d+\\.\\d+\\.\\d+", 0, SoftwareVersion)
| where (OSPlatform startswith "Windows" and Build in ({_listed(search.windows)}))
    or (OSPlatform startswith "macOS" and Build in ({_listed(search.macos)}))
| project DeviceId, DeviceName, OSPlatform, SoftwareVendor, SoftwareName, SoftwareVersion
"""


def vulnerability(words: Words) -> str:
    """Devices that Defender itself calls affected."""
    return f"""\
// {words("Devices that Defender calls vulnerable to {cve}.", cve=CVE)}
DeviceTvmSoftwareVulnerabilities
| where CveId =~ "{CVE}"
| project DeviceId, DeviceName, OSPlatform, SoftwareVendor, SoftwareName, SoftwareVersion
"""


def installed(search: Searched, words: Words) -> str:
    """Devices with a bad build, asked by CMPivot of those that are switched on."""
    tests = "\n    or ".join(
        f"ProductVersion == '{build}' or ProductVersion startswith '{build}.'"
        for build in search.windows
    )
    return f"""\
// {words("Devices that have a bad build of the 3CX client, asked by CMPivot.")}
InstalledSoftware
| where ProductName startswith '{PRODUCT}'
| where {tests}
| project Device, ProductName, ProductVersion
"""


def hashed(hashes: Sequence[str], words: Words) -> str:
    """Files of the campaign in the folders of users; one query a folder, to be asked one by one."""
    tests = "\n    or ".join(f"SHA256Hash == '{value.upper()}'" for value in hashes)
    first = words("Files of the campaign by hash, asked by CMPivot. Ask one query at a time.")
    queries = [
        f"File('{folder}')\n| where Size < {LARGEST}\n| where {tests}\n"
        "| project Device, FileName, Size, LastWriteTime, SHA256Hash\n"
        for folder in FOLDERS
    ]
    return f"// {first}\n" + "\n".join(queries)


def collection(search: Searched) -> str:
    """The devices with a bad build as a collection, to which a task can be deployed."""
    table = "SMS_G_System_INSTALLED_SOFTWARE"
    tests = " or ".join(
        f'{table}.ProductVersion = "{build}" or {table}.ProductVersion like "{build}.%"'
        for build in search.windows
    )
    columns = ("ResourceId", "ResourceType", "Name", "SMSUniqueIdentifier", "Client")
    listed = ", ".join(f"SMS_R_System.{column}" for column in columns)
    return (
        f"select {listed} from SMS_R_System inner join {table} "
        f"on {table}.ResourceId = SMS_R_System.ResourceId "
        f'where {table}.ARPDisplayName like "{PRODUCT}%" and ({tests})\n'
    )


def _listed(builds: Sequence[str]) -> str:
    return ", ".join(f'"{build}"' for build in builds) or '""'
