package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The limits of RFC 7208, section 4.6.4. Beyond one, receivers answer
// "permerror", as if the record were broken.
const (
	maxSPFLookups = 10
	maxSPFVoids   = 2
	maxSPFHosts   = 10 // MX records behind one mx
)

// spfWalk follows a record into those that it includes, as a receiver does if
// nothing matches, and counts.
type spfWalk struct {
	look     lookup
	part     *part
	lookups  int
	voids    []string // lookups without an answer
	faults   []string
	open     []string // +all, by domain
	followed []string // domains of include and redirect
	path     []string // domains that are being followed
}

// follow walks the terms of a domain's record.
func (w *spfWalk) follow(domain string, terms []spfTerm) {
	w.path = append(w.path, domain)
	defer func() { w.path = w.path[:len(w.path)-1] }()
	hasAll := countAll(terms) > 0
	for _, t := range terms {
		if w.lookups > 5*maxSPFLookups {
			return // far beyond the limit: no need to read on
		}
		target := t.value
		if t.name == "a" || t.name == "mx" {
			target = strings.TrimPrefix(target, ":")
			if target == "" {
				target = domain
			}
		}
		target = strings.ToLower(strings.TrimSuffix(target, "."))
		macro := strings.Contains(target, "%") // depends on the message
		switch {
		case t.name == "all" && !t.modifier && t.qualifier == "+":
			w.open = append(w.open, domain)
		case t.name == "include" && !t.modifier, t.name == "redirect" && t.modifier && !hasAll:
			w.lookups++
			if !macro {
				w.include(t, target)
			}
		case t.modifier:
		case t.name == "a", t.name == "mx", t.name == "exists":
			w.lookups++
			if !macro {
				w.hosts(t, target)
			}
		case t.name == "ptr":
			w.lookups++
		}
	}
}

// include follows an include or redirect to another domain's record.
func (w *spfWalk) include(t spfTerm, target string) {
	if slices.Contains(w.path, target) {
		w.faults = append(w.faults, fmt.Sprintf("%s leads back to %s, in a circle", t.text, target))
		return
	}
	w.followed = append(w.followed, target)
	records, err := spfRecords(w.look, target)
	switch {
	case isAbsent(err):
		w.faults = append(w.faults, fmt.Sprintf("%s: %s has no SPF record", t.text, target))
		if values, _ := w.look(txt, target); len(values) == 0 {
			w.voids = append(w.voids, t.text)
		}
		return
	case err != nil:
		w.part.unread(target, err)
		return
	case len(records) > 1:
		w.faults = append(w.faults, fmt.Sprintf("%s: %s has %d SPF records", t.text, target, len(records)))
	}
	terms, faults := parseSPF(records[0])
	for _, f := range faults {
		w.faults = append(w.faults, target+": "+f)
	}
	w.follow(target, terms)
}

// hosts reads what an a, mx or exists refers to.
func (w *spfWalk) hosts(t spfTerm, target string) {
	kind := address
	if t.name == "mx" {
		kind = mx
	}
	values, err := w.look(kind, target)
	switch {
	case isAbsent(err):
		w.voids = append(w.voids, t.text)
	case err != nil:
		w.part.unread(target, err)
	case t.name == "mx" && len(values) > maxSPFHosts:
		w.faults = append(w.faults, fmt.Sprintf("%s: %s has %d MX records, and more than %d are an error", t.text, target, len(values), maxSPFHosts))
	}
}

// judge judges what the walk counted.
func (w *spfWalk) judge(domain string, terms []spfTerm, ses bool) {
	mended := mendedSPF(domain, terms, ses)
	slices.Sort(w.faults)
	for _, f := range slices.Compact(w.faults) {
		w.part.add(broken, f, "Receivers use none of a record with an error in it or in what it includes (permerror).", mended)
	}
	for _, o := range w.open {
		what := "+all allows every server of the world to send"
		if o != domain {
			what = "the included record of " + o + " has +all: it allows every server of the world to send"
		}
		w.part.add(broken, what, "Anyone can send with this MAIL FROM domain and pass SPF; with relaxed alignment they pass DMARC as well.", mended)
	}
	count := strconv.Itoa(w.lookups)
	if w.lookups > 5*maxSPFLookups {
		count = "more than " + strconv.Itoa(5*maxSPFLookups)
	}
	if w.lookups > maxSPFLookups {
		w.part.add(broken, count+" lookups, and 10 are allowed",
			"Each include, a, mx, ptr, exists and redirect is one, in included records as well. Receivers stop at the eleventh with an error (permerror). Take out services that no longer send for you, or give one its own subdomain; SES needs only its own include.",
			leastSPF(domain, ses))
	}
	if len(w.voids) > 0 {
		l, what := warning, fmt.Sprintf("%s has no answer", strings.Join(w.voids, ", "))
		if len(w.voids) > maxSPFVoids {
			l, what = broken, fmt.Sprintf("%d lookups have no answer, and %d are allowed: %s", len(w.voids), maxSPFVoids, strings.Join(w.voids, ", "))
		}
		without := slices.DeleteFunc(slices.Clone(terms), func(t spfTerm) bool { return slices.Contains(w.voids, t.text) })
		w.part.add(l, what, "These are void lookups: names that no longer exist. After two, receivers stop with an error (permerror).", mendedSPF(domain, without, ses))
	}
	if w.lookups <= maxSPFLookups && len(w.faults)+len(w.open) == 0 {
		w.part.add(ok, count+" of 10 lookups", "")
	}
}
