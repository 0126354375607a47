// Asks AdGuard's own filtering engine, the one of AdGuard Home: the path of a list is the argument,
// a name a line comes in; the number of rules, then `true` or `false` a name goes out.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/AdguardTeam/urlfilter"
	"github.com/AdguardTeam/urlfilter/filterlist"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	list := &filterlist.StringRuleList{ID: 1, RulesText: string(text)}
	storage, err := filterlist.NewRuleStorage([]filterlist.RuleList{list})
	if err != nil {
		log.Fatal(err)
	}
	engine := urlfilter.NewDNSEngine(storage)
	fmt.Println(engine.RulesCount)
	for names := bufio.NewScanner(os.Stdin); names.Scan(); {
		// AdGuard Home lowers names before it asks the engine.
		found, _ := engine.Match(strings.ToLower(names.Text()))
		rule := found.NetworkRule
		fmt.Println(rule != nil && !rule.Whitelist)
	}
}
