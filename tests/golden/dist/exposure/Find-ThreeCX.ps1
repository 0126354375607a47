#Requires -Version 5.1
<#
.SYNOPSIS
    Finds bad builds of the 3CX client, and what its stages left.
.DESCRIPTION
    Reads only. Ends with 1 where something was found, 0 where nothing was, and 3 where nothing was but some files could not be read.
.PARAMETER Root
    The drive to look at; another than the system's is one of another host.
.PARAMETER Also
    More folders whose files are hashed.
.PARAMETER Json
    Prints one JSON array in place of objects.
.EXAMPLE
    .\Find-ThreeCX.ps1 | Format-List
.EXAMPLE
    .\Find-ThreeCX.ps1 -Root D:\ -Json
#>
[CmdletBinding()]
param(
    [string]$Root = "$env:SystemDrive\",
    [string[]]$Also = @(),
    [switch]$Json
)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$builds = @()
$known = @{}
$table = @'
hash,confidence,finds
"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","high","golden sample (sample.dll)"
'@
foreach ($row in ($table | ConvertFrom-Csv)) { $known[$row.hash] = $row }
$traces = @'
path,confidence,finds
"~\AppData\Local\Programs\3CXDesktopApp\manifest","high","Timer of the implant, beside the client: a bad build ran here"
"~\AppData\Local\Programs\3CXDesktopApp\app\manifest","high","Timer of the implant, beside the client: a bad build ran here"
"~\AppData\Local\Programs\3CXDesktopApp\app-*\manifest","high","Timer of the implant, beside the client: a bad build ran here"
"\Windows\System32\MsMpEng.exe","high","Tunnel that poses as Defender, where Defender never is"
"\Windows\System32\wlbsctrl.dll","medium","Library that the service IKEEXT starts, as the loader TAXHAUL did"
"\Windows\System32\catroot2\edb.chk.log","high","File of the backdoor Gopuram"
"\Windows\System32\krwve.jat","high","File of the backdoor Gopuram"
"\ProgramData\TPM\TpmVscMgrSvr.exe","high","File of the trojanized X_TRADER"
"\ProgramData\TPM\devobj.dll","high","File of the trojanized X_TRADER"
"\ProgramData\TPM\msvcr100.dll","high","File of the trojanized X_TRADER"
"\ProgramData\TPM\winscard.dll","high","File of the trojanized X_TRADER"
'@ | ConvertFrom-Csv
$places = @(
    '~\AppData\Local\Programs\3CXDesktopApp'
    '~\Downloads'
    '\Program Files\3CXDesktopApp'
    '\Program Files (x86)\3CXDesktopApp'
    '\ProgramData\TPM'
)
$script:unread = 0

function Test-Build([string]$Version) {
    foreach ($build in $builds) {
        if ($Version -eq $build -or $Version.StartsWith("$build.")) { return $true }
    }
    return $false
}

function New-Find([string]$Kind, [string]$Confidence, [string]$Path, [string]$Finds) {
    [pscustomobject]@{
        Computer = $env:COMPUTERNAME
        Kind = $Kind
        Confidence = $Confidence
        Path = $Path
        Finds = $Finds
    }
}

function Expand-Place([string]$Pattern) {
    # '~' is the folder of each user; '*' is any name.
    $base = $Root.TrimEnd('\', '/')
    if ($Pattern.StartsWith('~')) { $Pattern = '\Users\*' + $Pattern.Substring(1) }
    Get-Item -Path ($base + $Pattern) -Force -ErrorAction SilentlyContinue
}

function Find-Program {
    # Programs that Windows lists, for the machine and for each user who is signed in.
    $keys = @(
        'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*'
        'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
        'Registry::HKEY_USERS\*\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*'
    )
    foreach ($entry in (Get-ItemProperty -Path $keys -ErrorAction SilentlyContinue)) {
        $names = $entry.PSObject.Properties.Name
        if ($names -notcontains 'DisplayName' -or $names -notcontains 'DisplayVersion') { continue }
        $version = [string]$entry.DisplayVersion
        if ($entry.DisplayName -like '3CX Desktop App*' -and (Test-Build $version)) {
            New-Find 'program' 'high' $entry.PSPath "Bad build of the 3CX client ($version)"
        }
    }
}

function Find-File([System.IO.FileInfo]$File) {
    if ($File.Name -eq '3CXDesktopApp.exe') {
        $version = $File.VersionInfo.ProductVersion
        if (-not $version) { $version = $File.VersionInfo.FileVersion }
        if ($version -and (Test-Build $version)) {
            New-Find 'build' 'high' $File.FullName "Bad build of the 3CX client ($version)"
        }
    }
    if ($File.Length -ge 268435456) { return }
    foreach ($algorithm in 'SHA256', 'SHA1', 'MD5') {
        try {
            $hash = (Get-FileHash -LiteralPath $File.FullName -Algorithm $algorithm).Hash
        } catch {
            $script:unread++
            return
        }
        $row = $known[$hash.ToLowerInvariant()]
        if ($row) {
            New-Find 'hash' $row.confidence $File.FullName $row.finds
            return
        }
    }
}

function Find-All {
    if ($Root -eq "$env:SystemDrive\") { Find-Program }
    foreach ($trace in $traces) {
        foreach ($item in (Expand-Place $trace.path)) {
            if (-not $item.PSIsContainer) {
                New-Find 'trace' $trace.confidence $item.FullName $trace.finds
            }
        }
    }
    $folders = @($places | ForEach-Object { Expand-Place $_ })
    $folders += @($Also | ForEach-Object { Get-Item -LiteralPath $_ -Force })
    foreach ($folder in $folders) {
        $refused = @()
        $found = Get-ChildItem -LiteralPath $folder.FullName -Recurse -File -Force `
            -ErrorAction SilentlyContinue -ErrorVariable refused
        $script:unread += $refused.Count
        foreach ($file in $found) { Find-File $file }
    }
}

$finds = @(Find-All)
if ($Json) { ConvertTo-Json -InputObject $finds -Depth 3 } else { $finds }
if ($finds.Count) { exit 1 }
if ($script:unread) {
    Write-Warning "nothing was found, and some files could not be read: $($script:unread)"
    exit 3
}
exit 0
