package main

import (
	"fmt"
	"slices"
	"strings"
)

// judgeSPF judges the record of the MAIL FROM domain, which receivers of SES's
// mail look at, and the one of the From domain, which other mail of the shop
// can depend on.
func judgeSPF(s sender, look lookup) (parts []part) {
	if s.mailFrom != "" {
		p := part{title: "SPF of " + s.mailFrom + ", the MAIL FROM domain"}
		judgeSPFRecord(&p, s.mailFrom, true, look)
		judgeBounceMX(&p, s.mailFrom, look)
		parts = append(parts, p)
	}
	if s.mailFrom != s.from {
		p := part{title: "SPF of " + s.from + ", the From domain"}
		judgeSPFRecord(&p, s.from, false, look)
		parts = append(parts, p)
	}
	return parts
}

const (
	whySPF      = "SPF lists the servers that can send with this MAIL FROM domain. A record that receivers cannot read counts as none, or as failed."
	sesIncluded = "amazonses.com"
)

// judgeSPFRecord judges the SPF record of a domain; ses: SES sends with it.
func judgeSPFRecord(p *part, domain string, ses bool, look lookup) {
	records, err := spfRecords(look, domain)
	if err != nil && !isAbsent(err) {
		p.unread(domain, err)
		return
	}
	p.reads(txt, domain, records)
	if len(records) == 0 {
		judgeNoSPF(p, domain, ses, look)
		return
	}
	w := spfWalk{look: look, part: p}
	var terms []spfTerm
	for _, r := range records {
		t, faults := parseSPF(r)
		terms = append(terms, t...)
		for _, f := range faults {
			w.faults = append(w.faults, domain+": "+f)
		}
	}
	if len(records) > 1 {
		p.add(broken, fmt.Sprintf("there are %d SPF records", len(records)),
			"A domain can have one. Receivers that find several use none (permerror). Join them, and delete the others.",
			mendedSPF(domain, terms, ses))
	}
	judgeTerms(p, domain, terms, ses)
	w.follow(domain, terms)
	w.judge(domain, terms, ses)
	if ses && len(records) == 1 && !slices.Contains(w.followed, sesIncluded) {
		p.add(broken, "SES is not among the servers that can send: include:"+sesIncluded+" is missing",
			"SES sends your mail with this MAIL FROM domain, so SPF fails. Do not copy the addresses of SES instead: they change.",
			mendedSPF(domain, terms, ses))
	}
}

func judgeNoSPF(p *part, domain string, ses bool, look lookup) {
	set := mendedSPF(domain, nil, ses)
	if wrong := misplaced(look, domain, domain, "v=spf1"); wrong != "" {
		p.add(broken, "there is no SPF record, but one at "+wrong,
			"The DNS panel added the zone's name to the name that was typed. Type the name without the zone, and check the servers of that record.", set)
		return
	}
	values, _ := look(txt, domain)
	if near := withPrefix(values, "v=spf"); len(near) > 0 {
		p.reads(txt, domain, near)
		p.add(broken, "the record does not begin with \"v=spf1\" and a space", whySPF, set)
		return
	}
	if ses {
		p.add(broken, "there is no SPF record", whySPF+" Gmail and Yahoo want SPF and DKIM of every bulk sender.", set)
		return
	}
	p.add(warning, "there is no SPF record", "Mail through SES does not need it: receivers look at the MAIL FROM domain. But without one, anyone can use this domain as MAIL FROM. If another service sends with it, include that service before ~all.", set)
}

// judgeTerms judges what the record of the domain itself says.
func judgeTerms(p *part, domain string, terms []spfTerm, ses bool) {
	mended := mendedSPF(domain, terms, ses)
	all := slices.IndexFunc(terms, func(t spfTerm) bool { return t.name == "all" && !t.modifier })
	redirect := slices.IndexFunc(terms, func(t spfTerm) bool { return t.name == "redirect" && t.modifier })
	switch {
	case all < 0 && redirect < 0:
		p.add(warning, "the record has no all at its end",
			"Mail from any other server gets the result \"neutral\", as if there were no record.", mended)
	case all >= 0 && terms[all].qualifier == "?":
		p.add(warning, "?all says nothing about other servers", "Their mail gets the result \"neutral\", as if there were no record.", mended)
	case all >= 0 && redirect >= 0:
		p.add(warning, "the redirect has no effect, because the record has all", "Receivers look at redirect only if nothing else matches, and all always does.", mended)
	}
	if all >= 0 && slices.ContainsFunc(terms[all+1:], func(t spfTerm) bool { return !t.modifier }) && countAll(terms) == 1 {
		p.add(warning, fmt.Sprintf("%q stands behind all", terms[len(terms)-1].text), "Receivers stop at all: servers named behind it are not allowed to send.", mended)
	}
	for _, t := range terms {
		if t.name == "ptr" && !t.modifier {
			p.add(warning, "the record uses ptr", "It is slow and unreliable: RFC 7208 says not to use it, and some receivers ignore it. It costs one of the ten lookups.", mended)
		}
	}
}

func countAll(terms []spfTerm) (n int) {
	for _, t := range terms {
		if t.name == "all" {
			n++
		}
	}
	return n
}

// mendedSPF returns one record with the servers of these terms, and of SES if
// it sends, that ends in ~all.
func mendedSPF(domain string, terms []spfTerm, ses bool) string {
	texts := []string{"v=spf1"}
	if ses {
		texts = append(texts, "include:"+sesIncluded)
	}
	for _, t := range terms {
		if t.name == "all" || t.name == "ptr" || t.name == "redirect" || slices.Contains(texts, t.text) {
			continue
		}
		texts = append(texts, t.text)
	}
	return txtRecord(domain, strings.Join(append(texts, "~all"), " "))
}

// leastSPF returns the record with what has to stay if there are too many
// lookups.
func leastSPF(domain string, ses bool) string {
	if ses {
		return mendedSPF(domain, nil, true)
	}
	return txtRecord(domain, "v=spf1 include:<each service that still sends with this domain> ~all")
}
