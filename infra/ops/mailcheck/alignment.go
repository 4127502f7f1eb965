package main

import "strings"

// judgeAlignment judges if the domains that DKIM and SPF prove are those of the
// From address. DMARC passes if one of them is.
func judgeAlignment(s sender, pol policy) part {
	p := part{title: "Alignment with " + s.from + ", the domain that customers see"}
	dkim := aligned(s.from, s.dkimDomain, pol.dkimStrict)
	spf := s.mailFrom != "" && aligned(s.from, s.mailFrom, pol.spfStrict)

	const why = "DMARC passes only if DKIM or SPF passes for the domain in From: with relaxed alignment the same organisational domain, with strict alignment exactly the same domain."
	other := warning // the other proof still passes
	if !dkim && !spf {
		other = broken
	}
	list, _ := parseTags(pol.record)
	relax := func(tag string) string { return txtRecord("_dmarc."+pol.at, list.with(tag, "r")) }
	switch {
	case dkim:
		p.add(ok, "DKIM: d="+s.dkimDomain+" is aligned ("+mode(pol.dkimStrict)+")", "")
	case aligned(s.from, s.dkimDomain, false):
		p.add(other, "DKIM: d="+s.dkimDomain+" is not "+s.from+", and alignment is strict (adkim=s)", why, relax("adkim"))
	default:
		p.add(other, "DKIM: d="+s.dkimDomain+" belongs to another organisation than "+s.from, why, "MailDomain="+s.from+" in make deploy (then SES signs with d="+s.from+")")
	}
	switch {
	case s.mailFrom == s.from || s.mailFrom == s.dkimDomain:
		p.add(broken, "MAIL FROM: "+s.mailFrom+" is the identity's own domain", "SES takes only a subdomain of the identity that no From address uses and that receives no mail.", ownMailFrom(s)...)
	case spf:
		p.add(ok, "SPF: MAIL FROM "+s.mailFrom+" is aligned ("+mode(pol.spfStrict)+")", "")
	case s.mailFrom == "":
		p.add(other, "SPF: without a custom MAIL FROM domain SES uses its own, which is not aligned",
			why+" SPF passes for amazonses.com, which says nothing about you: DMARC depends on DKIM alone. If you have a custom MAIL FROM domain, give it with MAIL_FROM=.", ownMailFrom(s)...)
	case aligned(s.from, s.mailFrom, false):
		p.add(other, "SPF: MAIL FROM "+s.mailFrom+" is not "+s.from+", and alignment is strict (aspf=s)", why+" With SES the MAIL FROM domain is always a subdomain, so that strict SPF alignment never passes.", relax("aspf"))
	default:
		p.add(other, "SPF: MAIL FROM "+s.mailFrom+" belongs to another organisation than "+s.from, why, ownMailFrom(s)...)
	}
	if s.identity != nil && s.mailFrom != "" && s.identity.MailFromAttributes.MailFromDomain == s.mailFrom && s.identity.MailFromAttributes.MailFromDomainStatus != "SUCCESS" {
		p.add(warning, "SES has not accepted the MAIL FROM domain: status "+strings.ToLower(s.identity.MailFromAttributes.MailFromDomainStatus),
			"Until it has found the MX record, SES uses a domain of its own, which is not aligned, or sends nothing.", bounceMX(s.mailFrom))
	}
	return p
}

func mode(strict bool) string {
	if strict {
		return "strict"
	}
	return "relaxed"
}

// ownMailFrom returns how to get a MAIL FROM domain that is aligned.
func ownMailFrom(s sender) []string {
	bounce := "bounce." + s.dkimDomain
	return []string{"MailFromDomain=" + bounce + " in make deploy", bounceMX(bounce), mendedSPF(bounce, nil, true)}
}

// aligned reports whether a proven domain stands for the From domain.
func aligned(from, proven string, strict bool) bool {
	return from == proven || !strict && organizational(from) == organizational(proven)
}
