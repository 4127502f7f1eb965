package main

import (
	"fmt"
	"strings"
)

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
