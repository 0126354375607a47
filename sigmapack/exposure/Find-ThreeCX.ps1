#Requires -Version 5.1
<#
.SYNOPSIS
    @@synopsis@@
.DESCRIPTION
    @@exits@@
.PARAMETER Root
    @@root@@
.PARAMETER Also
    @@also@@
.PARAMETER Json
    @@json@@
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

$builds = @(@@builds@@)
$known = @{}
$table = @'
hash,confidence,finds
@@known@@
'@
foreach ($row in ($table | ConvertFrom-Csv)) { $known[$row.hash] = $row }
$traces = @'
path,confidence,finds
@@traces@@
'@ | ConvertFrom-Csv
$places = @(
@@places@@
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
        if ($entry.DisplayName -like '@@product@@*' -and (Test-Build $version)) {
            New-Find 'program' 'high' $entry.PSPath "@@bad@@ ($version)"
        }
    }
}

function Find-File([System.IO.FileInfo]$File) {
    if ($File.Name -eq '3CXDesktopApp.exe') {
        $version = $File.VersionInfo.ProductVersion
        if (-not $version) { $version = $File.VersionInfo.FileVersion }
        if ($version -and (Test-Build $version)) {
            New-Find 'build' 'high' $File.FullName "@@bad@@ ($version)"
        }
    }
    if ($File.Length -ge @@largest@@) { return }
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
    Write-Warning "@@unread@@: $($script:unread)"
    exit 3
}
exit 0
