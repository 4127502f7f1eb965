package main

import (
	"fmt"
	"net/url"
	"strings"
)

// judgeBIMI judges the record of the logo that some mail programs show beside
// a mail.
func judgeBIMI(domain string, pol policy, look lookup) part {
	p := part{title: "BIMI of " + domain + " (the logo beside a mail; optional)"}
	at := domain
	values, err := look(txt, "default._bimi."+at)
	if isAbsent(err) && organizational(domain) != domain {
		at = organizational(domain)
		values, err = look(txt, "default._bimi."+at)
	}
	name := "default._bimi." + at
	sample := txtRecord(name, "v=BIMI1; l=https://"+at+"/logo.svg; a=https://"+at+"/logo.pem")
	if err != nil && !isAbsent(err) {
		p.unread(name, err)
		return p
	}
	p.reads(txt, name, values)
	if records := withPrefix(values, "v=BIMI1"); len(records) == 1 {
		judgeBIMIRecord(&p, name, records[0], sample, pol)
		return p
	} else if len(records) > 1 {
		p.add(broken, fmt.Sprintf("%s has %d BIMI records", name, len(records)), "Mail programs that find several show no logo.", txtRecord(name, records[0]))
		return p
	}
	if len(values) > 0 {
		p.add(broken, "the record does not begin with v=BIMI1", "Mail programs show no logo.", sample)
		return p
	}
	p.add(note, "there is no BIMI record", "Optional: with one, Gmail, Apple Mail, Yahoo and others can show your logo. Gmail and Apple want a certificate (VMC; Gmail takes a CMC as well).", sample)
	return p
}

func judgeBIMIRecord(p *part, name, record, sample string, pol policy) {
	list, _ := parseTags(record)
	logo, hasLogo := list.get("l")
	certificate, _ := list.get("a")
	if hasLogo && logo == "" && certificate == "" {
		p.add(note, "the domain declines BIMI (l= is empty)", "Mail programs show no logo of yours, which is a choice.")
		return
	}
	before := len(p.findings)
	if fault := fileFault(logo, ".svg"); fault != "" {
		p.add(broken, "the logo (l=) "+fault, "Mail programs fetch the logo over https only, as SVG in the profile Tiny PS (square, at most 32 kB).", sample)
	}
	switch fault := fileFault(certificate, ".pem"); {
	case certificate == "":
		p.add(warning, "there is no certificate (a=)", "Gmail and Apple Mail show a logo only with a Verified Mark Certificate (VMC) for it; Gmail takes a Common Mark Certificate (CMC) as well. Yahoo and Fastmail show it without.", sample)
	case fault != "":
		p.add(broken, "the certificate (a=) "+fault, "Mail programs fetch the certificate over https only, as PEM.", sample)
	}
	dmarc, _ := parseTags(pol.record)
	switch {
	case !pol.enforced:
		at := pol.at
		if !pol.found {
			at = strings.TrimPrefix(name, "default._bimi.")
			dmarc = tags{{"v", "DMARC1"}, {"rua", "mailto:dmarc-reports@" + at}}
		}
		p.add(broken, "the DMARC policy is too weak for BIMI", "A logo is shown only if DMARC has p=quarantine or p=reject for all mail (pct=100, the default, and not t=y), at the organisational domain as well.", txtRecord("_dmarc."+at, enforcing(dmarc)))
	case pol.subdomains == "none":
		p.add(broken, "the DMARC policy for subdomains is none, which is too weak for BIMI", "A logo is shown only if subdomains are protected as well.", txtRecord("_dmarc."+pol.at, dmarc.without("sp")))
	}
	if len(p.findings) == before {
		p.add(ok, "the logo has a certificate, and the DMARC policy is strong enough (logo and certificate themselves were not fetched)", "")
	}
}

// enforcing returns a DMARC record as BIMI needs it.
func enforcing(list tags) string {
	var kept tags
	for _, t := range list {
		if t.name != "pct" && t.name != "t" && t.name != "sp" {
			kept = append(kept, t)
		}
	}
	if action, _ := kept.get("p"); strings.EqualFold(action, "reject") {
		return kept.String()
	}
	if _, there := kept.get("p"); !there && len(kept) > 0 {
		kept = append(tags{kept[0], {"p", "quarantine"}}, kept[1:]...)
	}
	return kept.with("p", "quarantine")
}

// fileFault returns what is wrong with the URL of a file, or "".
func fileFault(text, ending string) string {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "is missing"
	case err != nil || u.Host == "":
		return "is no URL"
	case u.Scheme != "https":
		return "is not https"
	case !strings.HasSuffix(strings.ToLower(u.Path), ending):
		return "is no " + ending + " file"
	}
	return ""
}
