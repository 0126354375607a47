// Command loki runs LogQL on Grafana Loki's own query engine, over streams held in memory.
//
// Requests are JSON objects on standard input, one answer a line goes to standard output; see
// `request` and `answer`. What runs is what Loki's querier runs (pkg/logql): its parser, its
// optimisations, its pipelines and its evaluator of metric queries. Only the storage is the one of
// Loki's own tests (logql.MockQuerier).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"sort"
	"time"

	"github.com/go-kit/log"
	"github.com/grafana/dskit/user"
	"github.com/grafana/loki/v3/pkg/logproto"
	"github.com/grafana/loki/v3/pkg/logql"
	"github.com/grafana/loki/v3/pkg/logql/syntax"
	"github.com/grafana/loki/v3/pkg/logqlmodel"
	"github.com/grafana/loki/v3/pkg/util/validation"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
)

const module = "github.com/grafana/loki/v3"

// entry is a line and its time, in nanoseconds since 1970.
type entry struct {
	Time int64  `json:"time"`
	Line string `json:"line"`
}

type stream struct {
	Labels  map[string]string `json:"labels"`
	Entries []entry           `json:"entries"`
}

// request asks for queries over streams; metric queries are evaluated at each of the times. Files of
// rule groups, by name, are given to the loader of Loki's ruler, and texts of queries to its scanner.
type request struct {
	Streams []stream          `json:"streams"`
	Queries map[string]string `json:"queries"`
	Times   []int64           `json:"times"`
	Rules   map[string]string `json:"rules"`
	Texts   map[string]string `json:"texts"`
}

// result is what one query gave: the times of a log query's entries, in order, or for a metric
// query the times at which its vector is not empty, with the labels of the vector's samples.
type result struct {
	Kind    string                        `json:"kind"`
	Entries []int64                       `json:"entries,omitempty"`
	Vectors map[int64][]map[string]string `json:"vectors,omitempty"`
	Error   string                        `json:"error,omitempty"`
}

type answer struct {
	Version string              `json:"version"`
	Results map[string]result   `json:"results"`
	Rules   map[string]ruleFile `json:"rules,omitempty"`
	Texts   map[string]tokens   `json:"texts,omitempty"`
}

// limits are Loki's defaults, where the engine asks for any.
type limits struct{}

func (limits) MaxQuerySeries(context.Context, string) int          { return 500 }
func (limits) MaxQueryRange(context.Context, string) time.Duration { return 0 }
func (limits) QueryTimeout(context.Context, string) time.Duration  { return time.Minute }
func (limits) BlockedQueries(context.Context, string) []*validation.BlockedQuery {
	return nil
}
func (limits) EnableMultiVariantQueries(string) bool { return false }
func (limits) MaxScanTaskParallelism(string) int     { return 0 }
func (limits) DebugEngineTasks(string) bool          { return false }
func (limits) DebugEngineStreams(string) bool        { return false }

func main() {
	requests, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "a request cannot be read:", err)
			os.Exit(1)
		}
		given, err := asked.answer()
		if err == nil {
			err = answers.Encode(given)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "an answer cannot be written:", err)
			os.Exit(1)
		}
	}
}

func (r request) answer() (answer, error) {
	engine := logql.NewEngine(
		logql.EngineOpts{}, logql.NewMockQuerier(1, r.stored()), limits{}, log.NewNopLogger(),
	)
	results := map[string]result{}
	for name, query := range r.Queries {
		found, err := r.run(engine, query)
		if err != nil {
			found.Error = err.Error()
		}
		results[name] = found
	}
	rules, err := r.ruleFiles()
	return answer{Version: version(), Results: results, Rules: rules, Texts: r.lexed()}, err
}

// stored gives the streams as Loki holds them, entries in the order of time.
func (r request) stored() []logproto.Stream {
	var found []logproto.Stream
	for _, given := range r.Streams {
		one := logproto.Stream{Labels: labels.FromMap(given.Labels).String()}
		for _, item := range given.Entries {
			at := time.Unix(0, item.Time)
			one.Entries = append(one.Entries, logproto.Entry{Timestamp: at, Line: item.Line})
		}
		sort.SliceStable(one.Entries, func(i, j int) bool {
			return one.Entries[i].Timestamp.Before(one.Entries[j].Timestamp)
		})
		found = append(found, one)
	}
	return found
}

func (r request) run(engine *logql.QueryEngine, query string) (result, error) {
	expr, err := syntax.ParseExpr(query)
	if err != nil {
		return result{}, err
	}
	if _, metric := expr.(syntax.SampleExpr); metric {
		vectors, err := r.vectors(engine, query)
		return result{Kind: "metric", Vectors: vectors}, err
	}
	entries, err := r.entries(engine, query)
	return result{Kind: "log", Entries: entries}, err
}

// entries runs a log query over all that is stored.
func (r request) entries(engine *logql.QueryEngine, query string) ([]int64, error) {
	count, end := 0, int64(0)
	for _, one := range r.Streams {
		count += len(one.Entries)
		for _, item := range one.Entries {
			end = max(end, item.Time+1)
		}
	}
	data, err := execute(engine, query, 0, end, uint32(count+1))
	if err != nil {
		return nil, err
	}
	streams, ok := data.(logqlmodel.Streams)
	if !ok {
		return nil, fmt.Errorf("not streams but %T", data)
	}
	var found []int64
	for _, one := range streams {
		for _, item := range one.Entries {
			found = append(found, item.Timestamp.UnixNano())
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i] < found[j] })
	return found, failed(streams)
}

// failed is an error where a stage failed on a line: Loki then keeps it, with a label that says so.
func failed(streams logqlmodel.Streams) error {
	for _, one := range streams {
		set, err := syntax.ParseLabels(one.Labels)
		if err != nil {
			return err
		}
		if what := set.Get(logqlmodel.ErrorLabel); what != "" {
			return fmt.Errorf("%s: %s", what, set.Get(logqlmodel.ErrorDetailsLabel))
		}
	}
	return nil
}

// vectors evaluates a metric query at every time; times with an empty vector are left out.
func (r request) vectors(engine *logql.QueryEngine, query string) (map[int64][]map[string]string, error) {
	found := map[int64][]map[string]string{}
	for _, at := range r.Times {
		data, err := execute(engine, query, at, at, 1)
		if err != nil {
			return nil, err
		}
		vector, ok := data.(promql.Vector)
		if !ok {
			return nil, fmt.Errorf("not a vector but %T", data)
		}
		for _, sample := range vector {
			found[at] = append(found[at], sample.Metric.Map())
		}
	}
	return found, nil
}

func execute(engine *logql.QueryEngine, query string, from, to int64, limit uint32) (any, error) {
	asked, err := logql.NewLiteralParams(
		query, time.Unix(0, from), time.Unix(0, to), 0, 0, logproto.FORWARD, limit, nil, nil,
	)
	if err != nil {
		return nil, err
	}
	found, err := engine.Query(asked).Exec(user.InjectOrgID(context.Background(), "test"))
	if err != nil {
		return nil, err
	}
	return found.Data, nil
}

// version is the one of Loki that is built in.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, used := range info.Deps {
			if used.Path == module {
				return used.Version
			}
		}
	}
	return "unknown"
}
