#Requires -Version 5.1
<#
.SYNOPSIS
Sends the indicators of this package to Microsoft Sentinel by its upload API of STIX objects.

.DESCRIPTION
Each file stix_objects_*.json beside this script is one request of at most 100 objects. Objects that have no
valid_until get one, counted from today. Sending again updates: the ids are the same.

Needs the module Az.Accounts, a session (Connect-AzAccount), and the role Microsoft Sentinel Contributor.

.PARAMETER WorkspaceId
The id of the Log Analytics workspace (a GUID).

.PARAMETER Days
How long objects are valid whose row does not say it.

.PARAMETER Path
The folder with the files; that of this script if nothing is said.

.EXAMPLE
./Send-Indicators.ps1 -WorkspaceId 00000000-0000-0000-0000-000000000000 -WhatIf
Says what would be sent, and sends nothing.

.OUTPUTS
One object per request: the file, how many objects it has, and how many were refused, with the first reason.
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)] [guid] $WorkspaceId,
    [ValidateRange(30, 3650)] [int] $Days = 90,
    [ValidateNotNullOrEmpty()] [string] $Path = $PSScriptRoot
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$Service = "https://api.ti.sentinel.azure.com/workspaces/$WorkspaceId/threat-intelligence-stix-objects:upload"
$Uri = "${Service}?api-version=2024-02-01-preview"
$until = [DateTime]::UtcNow.Date.AddDays($Days).ToString('yyyy-MM-ddTHH:mm:ss.fffZ')

function Get-Token {
    # The token of the session, which newer modules give as a SecureString.
    $token = (Get-AzAccessToken -ResourceUrl 'https://management.azure.com/').Token
    if ($token -is [System.Security.SecureString]) {
        return [System.Net.NetworkCredential]::new('', $token).Password
    }
    return $token
}

$files = @(Get-ChildItem -LiteralPath $Path -Filter 'stix_objects_*.json' | Sort-Object -Property Name)
if (-not $files) {
    throw "no file stix_objects_*.json in $Path"
}
foreach ($file in $files) {
    $body = Get-Content -LiteralPath $file.FullName -Raw -Encoding UTF8 | ConvertFrom-Json
    foreach ($object in $body.stixobjects) {
        if (-not $object.PSObject.Properties['valid_until']) {
            Add-Member -InputObject $object -NotePropertyName 'valid_until' -NotePropertyValue $until
        }
    }
    $count = @($body.stixobjects).Count
    if (-not $PSCmdlet.ShouldProcess("$($file.Name), $count objects", 'Send')) {
        continue
    }
    $request = @{
        Method = 'Post'
        Uri = $Uri
        ContentType = 'application/json; charset=utf-8'
        Headers = @{ Authorization = "Bearer $(Get-Token)" }
        Body = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $body -Depth 8))
    }
    $answer = Invoke-RestMethod @request
    $errors = @()
    if ($answer -and $answer.PSObject.Properties['errors']) { $errors = @($answer.errors) }
    [pscustomobject]@{
        File = $file.Name
        Objects = $count
        Refused = $errors.Count
        Reason = if ($errors) { $errors[0].validationErrorMessages -join '; ' } else { '' }
    }
}
