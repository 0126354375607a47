package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/grafana/loki/v3/pkg/ruler"
	"github.com/prometheus/common/model"
)

// rule is an alerting rule as Loki's ruler reads it.
type rule struct {
	Group       string            `json:"group"`
	Interval    string            `json:"interval"`
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// ruleFile is what a file of rule groups gave, or everything that Loki's ruler has against it.
type ruleFile struct {
	Rules  []rule   `json:"rules,omitempty"`
	Errors []string `json:"errors,omitempty"`
}

// ruleFiles loads every file as the ruler does: unknown keys, labels, templates and queries that it
// does not take are errors. That a query is a metric query, the ruler only asks when it runs it.
func (r request) ruleFiles() (map[string]ruleFile, error) {
	folder, err := os.MkdirTemp("", "rules")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path, found := filepath.Join(folder, "rules.yaml"), map[string]ruleFile{}
	for name, text := range r.Rules {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return nil, err
		}
		found[name] = loaded(path)
	}
	return found, nil
}

func loaded(path string) ruleFile {
	var found ruleFile
	groups, errs := ruler.GroupLoader{}.Load(path, false, model.LegacyValidation)
	for _, err := range errs {
		found.Errors = append(found.Errors, err.Error())
	}
	if len(errs) > 0 {
		return found
	}
	for _, group := range groups.Groups {
		for _, one := range group.Rules {
			expr, err := syntax.ParseExpr(one.Expr)
			if _, metric := expr.(syntax.SampleExpr); err != nil || !metric {
				found.Errors = append(found.Errors, fmt.Sprintf("%s: no metric query", one.Alert))
			}
			found.Rules = append(found.Rules, rule{
				group.Name, group.Interval.String(), one.Alert, one.Expr, one.Labels, one.Annotations,
			})
		}
	}
	return found
}
