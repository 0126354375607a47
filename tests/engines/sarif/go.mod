module sarif

go 1.24

require github.com/owenrumney/go-sarif/v3 v3.3.1
