package main

import (
	"strings"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
)

// tokens is what of a query is code: no comment and no literal of a string.
type tokens struct {
	Error string   `json:"error"`
	Code  []string `json:"code"`
}

// lexed parses every text, and reads it by the scanner that Loki's lexer is made of. A comment, as
// there, begins with a hash and ends with its line (pkg/logql/syntax/lex.go).
func (r request) lexed() map[string]tokens {
	found := map[string]tokens{}
	for name, text := range r.Texts {
		one := tokens{Code: []string{}}
		if _, err := syntax.ParseExpr(text); err != nil {
			one.Error = err.Error()
		}
		var scanner syntax.Scanner
		scanner.Init(strings.NewReader(text))
		scanner.Error = func(_ *syntax.Scanner, what string) { one.Error += what }
		for kind := scanner.Scan(); kind != syntax.EOF; kind = scanner.Scan() {
			switch kind {
			case '#':
				for next := scanner.Peek(); next != '\n' && next != syntax.EOF; next = scanner.Next() {
				}
			case syntax.String, syntax.RawString:
			default:
				one.Code = append(one.Code, scanner.TokenText())
			}
		}
		found[name] = one
	}
	return found
}
