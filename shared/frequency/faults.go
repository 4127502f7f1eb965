package frequency

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Faults returns everything that is wrong with the policy, in the order of its
// fields. [Policy.Check] needs a policy without faults.
func (p Policy) Faults() []inputfault.Fault {
	var found []inputfault.Fault
	add := func(path, text string, args ...any) {
		found = append(found, inputfault.Fault{Path: path, Fault: fmt.Sprintf(text, args...)})
	}
	if len(p.Caps) > MostCaps {
		add("caps", "there are %d; write %d at most", len(p.Caps), MostCaps)
	}
	names := map[string]int{}
	for i, r := range p.Caps {
		path := fmt.Sprintf("caps[%d]", i)
		if first, ok := names[r.Name]; ok {
			add(path+".name", "%q is the name of caps[%d] already", r.Name, first)
		} else {
			names[r.Name] = i
		}
		r.faults(func(field, text string, args ...any) { add(path+"."+field, text, args...) })
	}
	if p.MinGap < 0 || p.MinGap > LongestWindow {
		add("min_gap", "%s must lie between 0s and %s", p.MinGap, LongestWindow)
	}
	for _, q := range []struct {
		path string
		at   Clock
	}{{"quiet.from", p.Quiet.From}, {"quiet.to", p.Quiet.To}} {
		if q.at < 0 || q.at >= 24*60 {
			add(q.path, "%d is not a minute of the day, 0 to 1439", int(q.at))
		}
	}
	for _, c := range sortedClasses(p.Classes) {
		if !slices.Contains(shop.Classes, c) {
			add("classes."+string(c), "there is no such class; the classes are %s", classNames())
		}
	}
	if p.Slack < 0 || p.Slack > time.Hour {
		add("slack", "%s must lie between 0s and 1h", p.Slack)
	}
	if _, known := shop.Zone(p.Zone); p.Zone == "" {
		add("zone", `it is missing; write the shop's own, such as "Europe/Athens"`)
	} else if !known {
		add("zone", `%q is not an IANA zone such as "Europe/Athens"`, p.Zone)
	}
	return found
}

func (r Cap) faults(add func(field, text string, args ...any)) {
	if strings.TrimSpace(r.Name) == "" {
		add("name", "it is missing; reasons name the cap by it")
	}
	if r.Max < 0 || r.Max > LargestCap {
		add("max", "%d must lie between 0 (never) and %d", r.Max, LargestCap)
	}
	switch w := r.Window; {
	case w == Window{}:
		add("window", `it is missing; write a length such as "24h" or "7d", or "day" or "week"`)
	case w.Calendar != "" && w.Calendar != Day && w.Calendar != Week:
		add("window", `%q is not a calendar period; write "day" or "week"`, w.Calendar)
	case w.Calendar == "" && (w.Rolling < time.Minute || w.Rolling > LongestWindow):
		add("window", "%s must lie between 1m and %s", w, Rolling(LongestWindow))
	}
	switch r.Scope {
	case ScopeAll, ScopeClass, ScopeTag:
	default:
		add("scope", `%q is not "all", "class" or "tag"`, r.Scope)
	}
	switch {
	case r.Scope == ScopeClass && !slices.Contains(shop.Classes, r.Class):
		add("class", "%q is not a class; the classes are %s", r.Class, classNames())
	case r.Scope != ScopeClass && r.Class != "":
		add("class", `it is set, but the scope is %q: write scope "class", or leave it out`, r.Scope)
	}
	switch {
	case r.Scope == ScopeTag && r.Tag == "":
		add("tag", "it is missing")
	case r.Scope != ScopeTag && r.Tag != "":
		add("tag", `it is set, but the scope is %q: write scope "tag", or leave it out`, r.Scope)
	}
}

func classNames() string {
	names := make([]string, len(shop.Classes))
	for i, c := range shop.Classes {
		names[i] = string(c)
	}
	return strings.Join(names, ", ")
}

func sortedClasses(m map[shop.Class]ClassPolicy) []shop.Class {
	classes := make([]shop.Class, 0, len(m))
	for c := range m {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	return classes
}
