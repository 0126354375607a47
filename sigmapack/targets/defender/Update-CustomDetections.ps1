<#
.SYNOPSIS
Creates the custom detections of this package in Microsoft Defender XDR, or updates those that are there.

.DESCRIPTION
Each file of the folder custom_detections is one custom detection. A detection that the tenant has already is
updated in place, so that the script may be run again, and after every new version of the package. A detection is
known by its identifier (threecx- and the rule's own), else by its name, which is how one is found that was made in
the portal or by an earlier package.

An update leaves alone whether a detection runs: what you turned on stays on. New ones are created turned off,
unless -Status says otherwise. Nothing is deleted: detections that the package no longer has are named at the end.

Needs the module Microsoft.Graph.Authentication and a session with the permission CustomDetection.ReadWrite.All:
  Install-Module Microsoft.Graph.Authentication -Scope CurrentUser
  Connect-MgGraph -Scopes CustomDetection.ReadWrite.All

Microsoft takes some ten new detections a minute: the first run waits, and goes on by itself.

.PARAMETER Path
The folder with the JSON files; the one beside this script if nothing is said.

.PARAMETER Status
Keep (the default) leaves the state of detections that are there; Enabled and Disabled set that of all.

.PARAMETER ApiVersion
The version of Microsoft Graph: v1.0 (the default), or beta in a cloud that does not have it there yet.

.EXAMPLE
./Update-CustomDetections.ps1 -WhatIf
Says what would be created and what updated, and changes nothing.

.EXAMPLE
./Update-CustomDetections.ps1
Creates and updates the detections of the package.

.EXAMPLE
./Update-CustomDetections.ps1 -Status Enabled
The same, and turns all of them on.

.OUTPUTS
One object per detection: what was done (Created, Updated, Failed), its identifier, its name, and why it failed.
#>
#Requires -Version 5.1
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Position = 0)] [ValidateNotNullOrEmpty()] [string] $Path = (Join-Path $PSScriptRoot 'custom_detections'),
    [ValidateSet('Keep', 'Enabled', 'Disabled')] [string] $Status = 'Keep',
    [ValidateSet('v1.0', 'beta')] [string] $ApiVersion = 'v1.0'
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Prefix = 'threecx-'
$Root = "https://graph.microsoft.com/$ApiVersion/security/rules/detectionRules"

function Get-Reason {
    # The sentence of Graph's answer, or what else is known of an error.
    param($Record)
    if ($Record.ErrorDetails -and $Record.ErrorDetails.Message) {
        try {
            return ($Record.ErrorDetails.Message | ConvertFrom-Json).error.message
        } catch {
            return $Record.ErrorDetails.Message
        }
    }
    return $Record.Exception.Message
}

function Get-Detection {
    # All custom detections of the tenant, page after page.
    $next = $Root
    while ($next) {
        $page = Invoke-MgGraphRequest -Method 'GET' -Uri $next -OutputType PSObject
        $page.value
        $more = $page.PSObject.Properties['@odata.nextLink']
        $next = if ($more) { $more.Value } else { $null }
    }
}

if (-not (Get-Command Invoke-MgGraphRequest -ErrorAction SilentlyContinue)) {
    throw 'The module Microsoft.Graph.Authentication is missing: Install-Module Microsoft.Graph.Authentication -Scope CurrentUser'
}
if (-not (Get-MgContext)) {
    throw 'There is no session: Connect-MgGraph -Scopes CustomDetection.ReadWrite.All'
}
$files = @(Get-ChildItem -Path $Path -Filter '*.json' -File | Sort-Object -Property Name)
if ($files.Count -eq 0) {
    throw "No JSON file in $Path"
}
# Waits as long as Graph asks for, this many times.
Set-MgRequestContext -MaxRetry 10 -WhatIf:$false -Confirm:$false | Out-Null

try {
    $present = @(Get-Detection)
} catch {
    throw "The detections of the tenant cannot be read: $(Get-Reason $_). Without $ApiVersion of the interface, try -ApiVersion beta"
}
$byId = @{}
$byName = @{}
foreach ($rule in $present) {
    $byId[$rule.id] = $rule
    $byName[$rule.displayName] = $rule
}

$failed = 0
$seen = @{}
foreach ($file in $files) {
    $body = Get-Content -LiteralPath $file.FullName -Raw -Encoding UTF8 | ConvertFrom-Json
    $found = if ($byId.ContainsKey($body.id)) { $byId[$body.id] } else { $byName[$body.displayName] }
    $id = if ($found) { $found.id } else { $body.id }
    $seen[$id] = $true
    if ($found) {
        $method, $uri, $done = 'PATCH', "$Root/$id", 'Updated'
        $body.PSObject.Properties.Remove('id')
        if ($Status -eq 'Keep') { $body.PSObject.Properties.Remove('status') }
    } else {
        $method, $uri, $done = 'POST', $Root, 'Created'
    }
    if ($Status -ne 'Keep') { $body.status = $Status.ToLowerInvariant() }
    if (-not $PSCmdlet.ShouldProcess("$($body.displayName) ($id)", "$method custom detection")) { continue }
    $reason = ''
    try {
        $text = ConvertTo-Json -InputObject $body -Depth 20 -Compress
        Invoke-MgGraphRequest -Method $method -Uri $uri -Body $text -ContentType 'application/json; charset=utf-8' | Out-Null
    } catch {
        $failed += 1
        $done = 'Failed'
        $reason = Get-Reason $_
        Write-Warning "$($file.Name): $reason"
    }
    [PSCustomObject]@{ Result = $done; Id = $id; DisplayName = $body.displayName; Reason = $reason }
}

foreach ($rule in $present) {
    if ("$($rule.id)".StartsWith($Prefix) -and -not $seen.ContainsKey($rule.id)) {
        Write-Warning "No longer in this package, turn it off or delete it: $($rule.displayName) ($($rule.id))"
    }
}
if ($failed) {
    Write-Error "$failed of $($files.Count) detections were not taken; the reasons stand above" -ErrorAction Continue
    exit 1
}
