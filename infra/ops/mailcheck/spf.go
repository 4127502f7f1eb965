package main

import (
	"fmt"
	"net/netip"
	"regexp"
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

// spfTerm is one mechanism or modifier of an SPF record.
type spfTerm struct {
	text      string
	qualifier string // "+", "-", "~", "?"; of a mechanism only
	name      string // in small letters
	value     string // without its prefix length
	length    string // "/24", of a, mx
	modifier  bool
}

var termForm = regexp.MustCompile(`^([-+~?]?)([A-Za-z][A-Za-z0-9_.-]*)(?:([:=/])(.*))?$`)

// parseSPF returns the terms of a record that begins with v=spf1, and a
// sentence for each that a receiver cannot read.
func parseSPF(record string) (terms []spfTerm, faults []string) {
	for _, text := range strings.Fields(record)[1:] {
		m := termForm.FindStringSubmatch(text)
		if m == nil {
			faults = append(faults, fmt.Sprintf("%q is no mechanism", text))
			continue
		}
		t := spfTerm{text: text, qualifier: m[1], name: strings.ToLower(m[2]), value: m[4], modifier: m[3] == "="}
		if m[3] == "/" {
			t.value = "/" + m[4]
		}
		if t.qualifier == "" && !t.modifier {
			t.qualifier = "+"
		}
		if t.name == "a" || t.name == "mx" {
			if at := strings.Index(t.value, "/"); at >= 0 {
				t.value, t.length = t.value[:at], t.value[at:]
			}
		}
		if fault := t.fault(); fault != "" {
			faults = append(faults, fault)
			continue
		}
		terms = append(terms, t)
	}
	return terms, faults
}

// fault returns what a receiver cannot read in a term, or "".
func (t spfTerm) fault() string {
	if t.modifier {
		switch t.name {
		case "include", "a", "mx", "ip4", "ip6", "exists", "ptr":
			return fmt.Sprintf("%q has = after its name; a mechanism has a colon: %s:%s", t.text, t.name, t.value)
		case "redirect":
			if t.value == "" {
				return fmt.Sprintf("%q names no domain", t.text)
			}
		}
		return "" // receivers ignore modifiers that they do not know
	}
	switch t.name {
	case "all":
		if t.value != "" {
			return fmt.Sprintf("%q: nothing can stand behind all", t.text)
		}
	case "a", "mx", "ptr":
	case "include", "exists":
		if t.value == "" {
			return fmt.Sprintf("%q names no domain", t.text)
		}
	case "ip4", "ip6":
		prefix, err := netip.ParsePrefix(t.value)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(t.value); err == nil {
				prefix = netip.PrefixFrom(a, a.BitLen())
			}
		}
		if err != nil || prefix.Addr().Is4() != (t.name == "ip4") {
			return fmt.Sprintf("%q is no address or range of its kind, such as ip4:192.0.2.0/24 or ip6:2001:db8::/32", t.text)
		}
	default:
		return fmt.Sprintf("%q: there is no mechanism %s (they are all, include, a, mx, ip4, ip6, exists)", t.text, t.name)
	}
	return ""
}

// isSPF reports whether a TXT record is an SPF record (RFC 7208, section 4.5).
func isSPF(record string) bool {
	first, _, _ := strings.Cut(record, " ")
	return strings.EqualFold(first, "v=spf1")
}

// spfRecords returns the SPF records among the TXT records of a name.
func spfRecords(look lookup, name string) ([]string, error) {
	values, err := look(txt, name)
	if err != nil {
		return nil, err
	}
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !isSPF(v) })
	if len(values) == 0 {
		return nil, errAbsent
	}
	return values, nil
}

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

// bounceMX returns the MX record of a MAIL FROM domain.
func bounceMX(domain string) string {
	return domain + ". MX 10 feedback-smtp.eu-west-1.amazonses.com. (with the region of your stack)"
}

// judgeBounceMX judges the MX record by which SES takes the bounces of a custom
// MAIL FROM domain.
func judgeBounceMX(p *part, domain string, look lookup) {
	const why = "SES takes bounces at the MAIL FROM domain, and checks that it has exactly one MX record, its own. Otherwise it uses a domain of its own, or sends nothing, as the identity's BehaviorOnMxFailure says."
	set := bounceMX(domain)
	hosts, err := look(mx, domain)
	if err != nil && !isAbsent(err) {
		p.unread(domain, err)
		return
	}
	p.reads(mx, domain, hosts)
	switch {
	case len(hosts) == 0:
		p.add(broken, "there is no MX record", why, set)
	case len(hosts) > 1:
		p.add(broken, fmt.Sprintf("there are %d MX records", len(hosts)), why, set)
	case !strings.Contains(strings.ToLower(hosts[0]), " feedback-smtp.") || !strings.HasSuffix(strings.ToLower(hosts[0]), ".amazonses.com."):
		p.add(broken, "the MX record is not SES's", why, set)
	default:
		p.add(ok, "bounces go to SES", "")
	}
}

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
