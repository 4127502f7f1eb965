// Command mailcheck reads the DNS records of a domain that prove who its mail
// is from, and judges them: SPF, DKIM, DMARC, BIMI, and their alignment.
//
//	go run ./infra/ops/mailcheck [flags] DOMAIN
//
// DOMAIN is the domain of the From address. Each finding says what was read,
// what is wrong, why it matters and the record to set. The exit code is 1 if
// something is broken, and 0 if there are only warnings.
//
//	-selector a,b,c     the DKIM selectors; with SES's Easy DKIM its three tokens
//	-dkim-domain NAME   the domain that signs (d=), if it is not DOMAIN
//	-mail-from NAME     the custom MAIL FROM domain, if there is one
//	-identity FILE      read these from the answer of "aws sesv2
//	                    get-email-identity" (JSON; - is the standard input)
//	-zone FILE          read the records from a zone file, not from the DNS
//
// It prints no colours, so that its output can go to a file. Only spf.go,
// dkim.go, dmarc.go, bimi.go and alignment.go judge, and they read by a
// [lookup] only. docs/deliverability.md explains what is judged.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"regulars/infra/opentables"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Stdin, os.Stdout) })
}

var (
	errUsage  = errors.New("name the domain of your From address: make mail-check DOMAIN=shop.example.com")
	errBroken = errors.New("mail-check: something is broken, see above")
)

// sender is what a domain's mail is sent with. All names are in ASCII, in small
// letters and without a dot at their end.
type sender struct {
	from       string   // the domain of the From address
	dkimDomain string   // d= of the signature
	mailFrom   string   // the custom MAIL FROM domain; empty: SES uses its own
	selectors  []string // of the DKIM keys; empty: not known
	identity   *identity
}

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("mailcheck", flag.ContinueOnError)
	selectors := flags.String("selector", "", "DKIM selectors, separated by commas or spaces")
	dkimDomain := flags.String("dkim-domain", "", "the domain that signs (d=), if it is not DOMAIN")
	mailFrom := flags.String("mail-from", "", "the custom MAIL FROM domain")
	identityFile := flags.String("identity", "", `a file with the answer of "aws sesv2 get-email-identity"; - is the standard input`)
	zoneFile := flags.String("zone", "", "a zone file to read instead of the DNS")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || flags.Arg(0) == "" {
		return errUsage
	}
	s := sender{selectors: strings.FieldsFunc(*selectors, func(r rune) bool { return r == ',' || r == ' ' })}
	if *identityFile != "" {
		id, err := readIdentity(*identityFile, in)
		if err != nil {
			return err
		}
		s.identity = id
		if len(s.selectors) == 0 {
			s.selectors = id.DkimAttributes.Tokens
		}
		if *mailFrom == "" {
			*mailFrom = id.MailFromAttributes.MailFromDomain
		}
	}
	var err error
	if s.from, err = domainName("DOMAIN", flags.Arg(0)); err != nil {
		return err
	}
	s.dkimDomain = s.from
	if *dkimDomain != "" {
		if s.dkimDomain, err = domainName("-dkim-domain", *dkimDomain); err != nil {
			return err
		}
	}
	if *mailFrom != "" {
		if s.mailFrom, err = domainName("-mail-from", *mailFrom); err != nil {
			return err
		}
	}

	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	look, where := lookUp(ctx, nil), "the DNS"
	if *zoneFile != "" {
		if look, err = openZone(*zoneFile, s.from); err != nil {
			return err
		}
		where = *zoneFile
	}
	r := judge(s, look)
	r.print(out, s, where)
	if r.count(broken) > 0 {
		return errBroken
	}
	return nil
}

// domainName returns a domain in ASCII and small letters. A public suffix such
// as co.uk is refused: it belongs to no shop.
func domainName(option, text string) (string, error) {
	name, err := idna.Lookup.ToASCII(strings.ToLower(strings.TrimSuffix(strings.TrimSpace(text), ".")))
	if err != nil || !strings.Contains(name, ".") {
		return "", fmt.Errorf("%s %q is no domain: write a name such as shop.example.com, without https:// and without an address's part before the @", option, text)
	}
	if _, err := publicsuffix.EffectiveTLDPlusOne(name); err != nil {
		return "", fmt.Errorf("%s %q is a public suffix, under which others register their domains: name your own domain", option, text)
	}
	return name, nil
}

// judge returns what a receiver of the sender's mail finds.
func judge(s sender, look lookup) report {
	spf := judgeSPF(s, look)
	dkim := judgeDKIM(s, look)
	dmarc, policy := judgeDMARC(s.from, look)
	alignment := judgeAlignment(s, policy)
	bimi := judgeBIMI(s.from, policy, look)
	return report{parts: append(spf, dkim, dmarc, alignment, bimi)}
}
