import "hash"
import "pe"

rule threecx_ioc_hashes {
  meta:
    description = "golden sample"
    reference = "golden sample"
    confidence = "high"
  condition:
    filesize < 256MB and (
      hash.sha256(0, filesize) == "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    )
}

rule threecx_carrier {
  meta:
    description = "Library with data after its end, behind the marker of the payload"
    reference = "Elastic Security Labs REF7957"
    confidence = "medium"
  strings:
    $marker = { FE ED FA CE }
  condition:
    pe.is_pe and (pe.characteristics & pe.DLL) != 0 and pe.overlay.size > 0
    and for any i in (1..#marker) : ( @marker[i] >= pe.overlay.offset )
}

rule threecx_icon {
  meta:
    description = "Icon of the dead drop, with an encrypted C2 URL behind its picture"
    reference = "Volexity threat-intel 2023-03-30 3CX"
    confidence = "high"
  strings:
    $trailer = /IEND\xAEB`\x82\$[A-Za-z0-9+\/]{26,}={0,2}/
  condition:
    uint32be(0) == 0x00000100 and $trailer
}

rule threecx_loader {
  meta:
    description = "Backdoored ffmpeg.dll, by the key and the event of its code"
    reference = "Elastic Security Labs REF7957; MITRE C0057"
    confidence = "high"
  strings:
    $key = "3jB(2bsG#@c7" ascii
    $event = "AVMonitorRefreshEvent" ascii wide
  condition:
    uint16(0) == 0x5A4D and all of them
}

rule threecx_memory {
  meta:
    description = "Loader in memory, by the dead drop and the name of its cookie"
    reference = "Elastic Security Labs REF7957; Volexity threat-intel 2023-03-30 3CX"
    confidence = "medium"
  strings:
    $drop = "raw.githubusercontent.com/IconStorages/images/main/icon" ascii wide
    $cookie = "__tutma" ascii wide
  condition:
    all of them
}
