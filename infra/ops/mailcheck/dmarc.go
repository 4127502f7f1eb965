package main

import (
	"fmt"
	"strconv"
	"strings"
)

// policy is the DMARC policy that holds for a From domain.
type policy struct {
	found      bool
	action     string // none, quarantine, reject
	enforced   bool   // quarantine or reject, for all mail
	subdomains string // what holds for subdomains of the record's domain
	dkimStrict bool   // adkim=s
	spfStrict  bool   // aspf=s
	record     string // the record's text
	at         string // its domain
}

const whyDMARC = "Without a DMARC record anyone can write mail with your domain in From. Gmail, Yahoo and Outlook.com refuse or junk bulk mail of a domain that has none."

// firstDMARC is the record for a start: it changes nothing, and asks for reports.
func firstDMARC(domain string) string {
	return txtRecord("_dmarc."+domain, "v=DMARC1; p=none; rua=mailto:dmarc-reports@"+domain)
}

// judgeDMARC judges the record that holds for a From domain: its own, or the
// one of its organisational domain.
func judgeDMARC(domain string, look lookup) (part, policy) {
	p := part{title: "DMARC of " + domain}
	at := domain
	records, err := dmarcRecords(&p, at, look)
	if len(records) == 0 && err == nil && organizational(domain) != domain {
		at = organizational(domain)
		records, err = dmarcRecords(&p, at, look)
	}
	switch {
	case err != nil:
		p.unread("_dmarc."+at, err)
		return p, policy{}
	case len(records) == 0:
		judgeNoDMARC(&p, domain, look)
		return p, policy{}
	case len(records) > 1:
		p.add(broken, fmt.Sprintf("_dmarc.%s has %d DMARC records", at, len(records)),
			"Receivers that find several use none. Keep one.", txtRecord("_dmarc."+at, records[0]))
		return p, policy{}
	}
	return p, judgeDMARCRecord(&p, domain, at, records[0], look)
}

// dmarcRecords returns the records of a domain that begin as DMARC wants.
func dmarcRecords(p *part, domain string, look lookup) (records []string, err error) {
	name := "_dmarc." + domain
	values, err := look(txt, name)
	if isAbsent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.reads(txt, name, values)
	for _, v := range values {
		if begin, _, _ := strings.Cut(v, ";"); strings.Join(strings.Fields(begin), "") == "v=DMARC1" {
			records = append(records, v)
			continue
		}
		p.add(warning, fmt.Sprintf("a record of %s does not begin with v=DMARC1 and a semicolon", name),
			"Receivers ignore it. The capitals count.", correctedDMARC(domain, v))
	}
	return records, nil
}

// correctedDMARC returns a record with the beginning that receivers want, or a
// first one if the text is not about DMARC.
func correctedDMARC(domain, text string) string {
	rest, is := cutPrefixFold(text, "v=DMARC1")
	list, _ := parseTags(rest)
	if action, there := list.get("p"); !is || !there || !isAction(strings.ToLower(action)) {
		return firstDMARC(domain)
	}
	return txtRecord("_dmarc."+domain, "v=DMARC1; "+list.String())
}

func judgeNoDMARC(p *part, domain string, look lookup) {
	organization := organizational(domain)
	for _, at := range []string{domain, organization} {
		if values, err := look(txt, at); err == nil && len(withPrefix(values, "v=DMARC1")) > 0 {
			p.add(broken, "there is no DMARC record at _dmarc."+at+", but one at "+at, whyDMARC+" Receivers look below _dmarc only.",
				txtRecord("_dmarc."+at, withPrefix(values, "v=DMARC1")[0]))
			return
		}
		if wrong := misplaced(look, "_dmarc."+at, at, "v=DMARC1"); wrong != "" {
			p.add(broken, "there is no DMARC record, but one at "+wrong, whyDMARC+" The DNS panel added the zone's name to the name that was typed: type _dmarc without the zone.", firstDMARC(at))
			return
		}
	}
	p.add(broken, "there is no DMARC record", whyDMARC, firstDMARC(organization))
}

// judgeDMARCRecord judges the record of the domain at, for mail of domain.
func judgeDMARCRecord(p *part, domain, at, record string, look lookup) policy {
	list, junk := parseTags(record)
	name := "_dmarc." + at
	set := func(tag, value string) string { return txtRecord(name, list.with(tag, value)) }
	if len(junk) > 0 {
		p.add(warning, fmt.Sprintf("%d parts of the record are no tag", len(junk)), "Some receivers ignore the part, others the whole record. Tags have semicolons between them.", txtRecord(name, list.String()))
	}
	pol := policy{found: true, record: record, at: at}
	action, there := list.get("p")
	pol.action = strings.ToLower(action)
	switch {
	case !there:
		p.add(broken, "the record has no policy (p=)", "Receivers ignore it, or take it as p=none.", set("p", "quarantine"))
	case !isAction(pol.action):
		p.add(broken, fmt.Sprintf("p=%q is no policy", action), "Receivers ignore the record, or take it as p=none. A policy is none, quarantine or reject.", set("p", "quarantine"))
	}
	if !isAction(pol.action) {
		pol.action = "none"
	}
	pol.subdomains = judgeSubdomains(p, list, pol.action, set)
	if at != domain {
		p.add(note, fmt.Sprintf("%s has no record of its own; the one of %s holds for it, with the policy %s", domain, at, pol.subdomains),
			"Receivers look at the organisational domain next. Its sp= holds for subdomains, or p= if it has no sp=.")
		pol.action = pol.subdomains
	}
	if pol.action == "none" && isAction(strings.ToLower(action)) {
		tag := "p"
		if at != domain && strings.ToLower(action) != "none" {
			tag = "sp"
		}
		p.add(warning, "the policy is none", "It only asks for reports: mail that forges your domain is delivered, and BIMI needs more. It is right for the first weeks. When the reports show that your own mail passes, set quarantine, later reject.", set(tag, "quarantine"))
	}
	whole := judgeShare(p, name, list)
	pol.enforced = whole && pol.action != "none"
	pol.dkimStrict = judgeMode(p, list, "adkim", set)
	pol.spfStrict = judgeMode(p, list, "aspf", set)
	judgeReports(p, at, list, look)
	if pol.enforced {
		p.add(ok, "mail that is not aligned gets: "+pol.action, "")
	}
	return pol
}

func isAction(value string) bool {
	return value == "none" || value == "quarantine" || value == "reject"
}

// judgeSubdomains returns the policy for subdomains.
func judgeSubdomains(p *part, list tags, action string, set func(tag, value string) string) string {
	value, there := list.get("sp")
	lower := strings.ToLower(value)
	switch {
	case !there:
		return action
	case !isAction(lower):
		p.add(warning, fmt.Sprintf("sp=%q is no policy", value), "Receivers ignore it or the whole record. A policy is none, quarantine or reject.", set("sp", action))
		return action
	case lower == "none" && action != "none":
		p.add(warning, "subdomains have no protection (sp=none)", "Anyone can write mail from an invented subdomain of yours, and BIMI needs more.", set("sp", action))
	}
	return lower
}

// judgeShare reports whether the policy holds for all mail.
func judgeShare(p *part, name string, list tags) bool {
	whole := true
	if value, there := list.get("pct"); there {
		share, err := strconv.Atoi(value)
		switch {
		case err != nil || share < 0 || share > 100:
			p.add(warning, fmt.Sprintf("pct=%q is no percentage", value), "Some receivers ignore the whole record. RFC 9989 has taken pct away; leave it out.", txtRecord(name, list.without("pct")))
		case share < 100:
			whole = false
			p.add(warning, fmt.Sprintf("the policy holds for %d%% of the mail (pct)", share), "The rest of the forged mail gets the next milder policy; BIMI needs all of it. RFC 9989 has taken pct away, so that newer receivers ignore it: leave it out when your own mail passes.", txtRecord(name, list.without("pct")))
		}
	}
	if value, _ := list.get("t"); strings.EqualFold(value, "y") {
		whole = false
		p.add(warning, "the policy is marked as a test (t=y)", "Receivers apply the next milder policy (RFC 9989), and BIMI does not work.", txtRecord(name, list.without("t")))
	}
	return whole
}

// judgeMode reports whether an alignment mode is strict.
func judgeMode(p *part, list tags, name string, set func(tag, value string) string) bool {
	value, there := list.get(name)
	if there && !strings.EqualFold(value, "s") && !strings.EqualFold(value, "r") {
		p.add(warning, fmt.Sprintf("%s=%q is no alignment mode", name, value), "Some receivers ignore the whole record. The modes are r (relaxed) and s (strict).", set(name, "r"))
	}
	return strings.EqualFold(value, "s")
}

// judgeReports judges where the daily reports go.
func judgeReports(p *part, domain string, list tags, look lookup) {
	name := "_dmarc." + domain
	own := "mailto:dmarc-reports@" + domain
	value, _ := list.get("rua")
	if value == "" {
		p.add(warning, "no reports are asked for (rua=)", "The daily reports of receivers are the only way to see mail that fails, your own or forged.", txtRecord(name, list.with("rua", own)))
		return
	}
	for uri := range strings.SplitSeq(value, ",") {
		uri, _, _ = strings.Cut(strings.TrimSpace(uri), "!") // a size limit
		mailbox, isMail := cutPrefixFold(uri, "mailto:")
		_, host, isAddress := strings.Cut(mailbox, "@")
		if !isMail || !isAddress || host == "" {
			p.add(warning, "a report address (rua=) is not written as mailto:name@domain", "Receivers send it no reports.", txtRecord(name, list.with("rua", own)))
			continue
		}
		host = strings.ToLower(host)
		if organizational(host) == organizational(domain) {
			continue
		}
		consent := domain + "._report._dmarc." + host
		switch values, err := look(txt, consent); {
		case isOutside(err):
			p.add(note, "reports go to another domain, "+host+"; its consent was not judged", err.Error())
		case err != nil && !isAbsent(err):
			p.unread(consent, err)
		case len(withPrefix(values, "v=DMARC1")) == 0:
			p.add(warning, host+" does not say that it takes reports about "+domain, "Receivers send reports to another domain only if it consents with a record. Services for DMARC reports publish it for their customers.", txtRecord(consent, "v=DMARC1"))
		}
	}
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
