package main

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	leastRSA = 1024 // bits; receivers refuse a signature of a smaller key (RFC 8301)
	wantRSA  = 2048
)

// sesToken is the form of a selector of SES's Easy DKIM.
var sesToken = regexp.MustCompile(`^[a-z0-9]{32}$`)

func judgeDKIM(s sender, look lookup) part {
	p := part{title: "DKIM keys of " + s.dkimDomain}
	if s.identity != nil && !s.identity.DkimAttributes.SigningEnabled {
		p.add(broken, "SES does not sign the mail of this identity",
			"Without a signature, DMARC depends on SPF alone, which fails for forwarded mail; Gmail and Yahoo refuse bulk mail without DKIM.",
			"aws sesv2 put-email-identity-dkim-attributes --signing-enabled --email-identity "+s.dkimDomain)
	}
	if s.identity != nil && s.identity.DkimAttributes.Status != "SUCCESS" {
		p.add(warning, fmt.Sprintf("SES has not found its DKIM records yet: status %q", s.identity.DkimAttributes.Status),
			"SES signs only after it has found them. It looks for 72 hours after the identity is created or its DKIM changes; then save the DKIM settings again.",
			"the CNAMEs below, then: aws sesv2 put-email-identity-dkim-signing-attributes --signing-attributes-origin AWS_SES --email-identity "+s.dkimDomain)
	}
	if len(s.selectors) == 0 {
		p.add(warning, "no key was judged, because its selector is not known",
			"The DNS has no list of selectors. Easy DKIM of SES has three tokens as selectors, different for each identity and region: SES's console shows them, and so does the command below. A mail that arrived has its selector as s= in its DKIM-Signature. Then: make mail-check DOMAIN="+s.from+" SELECTOR=token1,token2,token3; or give STACK=, which asks SES.",
			"aws sesv2 get-email-identity --query DkimAttributes.Tokens --email-identity "+s.dkimDomain)
		return p
	}
	for _, selector := range s.selectors {
		judgeKey(&p, selector, s.dkimDomain, look)
	}
	return p
}

// keyRecord returns the record to set for a selector.
func keyRecord(selector, domain string) string {
	name := selector + "._domainkey." + domain
	if sesToken.MatchString(selector) {
		return name + ". CNAME " + selector + ".dkim.amazonses.com."
	}
	return txtRecord(name, "v=DKIM1; k=rsa; p=<the public key, as your mail service shows it>")
}

const whyDKIM = "Receivers cannot check the signatures of this selector, so they count as failed, and DMARC fails unless SPF is aligned."

// judgeKey judges the key of one selector.
func judgeKey(p *part, selector, domain string, look lookup) {
	name, set := selector+"._domainkey."+domain, keyRecord(selector, domain)
	values, err := look(txt, name)
	switch {
	case isAbsent(err):
		what := "selector " + selector + ": there is no key"
		if wrong := misplaced(look, name, domain, ""); wrong != "" {
			what += ", but a record at " + wrong + ": the DNS panel added the zone's name to the name that was typed"
		}
		p.add(broken, what, whyDKIM, set)
		return
	case err != nil:
		p.unread(name, err)
		return
	}
	p.reads(txt, name, values)
	if len(values) > 1 {
		p.add(broken, fmt.Sprintf("selector %s has %d records", selector, len(values)),
			"Receivers take any one of them, so that signatures pass by chance. Delete all but the key that signs.", set)
		return
	}
	list, junk := parseTags(values[0])
	add := func(l level, what, why string, set ...string) {
		p.add(l, "selector "+selector+": "+what, why, set...)
	}
	if len(junk) > 0 {
		add(broken, fmt.Sprintf("%d parts of the record are no tag", len(junk)), whyDKIM+" Often a line break or a semicolon came into the key.", set)
		return
	}
	if v, there := list.get("v"); there && (v != "DKIM1" || list[0].name != "v") {
		add(broken, "the record does not begin with v=DKIM1", whyDKIM, set)
		return
	}
	if hashes, there := list.get("h"); there && !slices.Contains(splitList(hashes), "sha256") && hashes != "*" {
		add(broken, "h= does not allow sha256", "SES signs with SHA-256, and receivers refuse SHA-1 (RFC 8301).", txtRecord(name, list.without("h")))
		return
	}
	if services, there := list.get("s"); there && !slices.Contains(splitList(services), "email") && !slices.Contains(splitList(services), "*") {
		add(broken, "s= does not allow the key for mail", whyDKIM, txtRecord(name, list.without("s")))
		return
	}
	if flags, _ := list.get("t"); slices.Contains(splitList(flags), "y") {
		add(warning, "the key is marked as a test (t=y)", "Receivers can treat the mail as if it were not signed.", txtRecord(name, list.without("t")))
	}
	switch l, what, why := judgePublicKey(list); {
	case l == ok:
		add(ok, what, "")
	case l == warning && sesToken.MatchString(selector):
		add(l, what, why, "aws sesv2 put-email-identity-dkim-signing-attributes --signing-attributes-origin AWS_SES --signing-attributes NextSigningKeyLength=RSA_2048_BIT --email-identity "+domain+" (the CNAMEs stay)")
	default:
		add(l, what, why, set)
	}
}

func splitList(value string) (items []string) {
	for item := range strings.SplitSeq(value, ":") {
		items = append(items, strings.TrimSpace(item))
	}
	return items
}

// judgePublicKey judges the key of a record: k= and p=.
func judgePublicKey(list tags) (l level, what, why string) {
	encoded, there := list.get("p")
	encoded = strings.Join(strings.Fields(encoded), "")
	if !there {
		return broken, "the record has no key (p=)", whyDKIM
	}
	if encoded == "" {
		return broken, "the key is revoked (p= is empty)", "Receivers refuse every signature of this selector. If mail is still signed with it, publish the key again or change the selector."
	}
	der, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return broken, "the key is not whole: p= is no Base64", whyDKIM + " A TXT record longer than 255 bytes has several strings; a panel can cut or mix them."
	}
	kind, there := list.get("k")
	if !there {
		kind = "rsa"
	}
	switch kind {
	case "rsa":
		return judgeRSA(der)
	case "ed25519":
		if len(der) != ed25519.PublicKeySize {
			return broken, "the Ed25519 key has not its 32 bytes", whyDKIM
		}
		return warning, "the key is Ed25519", "SES does not sign with it, and many receivers cannot check it. Sign with RSA of 2048 bits as well."
	}
	return broken, fmt.Sprintf("k=%q is no kind of key that receivers know", kind), whyDKIM
}

func judgeRSA(der []byte) (l level, what, why string) {
	var key *rsa.PublicKey
	if parsed, err := x509.ParsePKIXPublicKey(der); err == nil {
		key, _ = parsed.(*rsa.PublicKey)
	} else {
		key, _ = x509.ParsePKCS1PublicKey(der) // some publish this form
	}
	if key == nil {
		return broken, "p= is no RSA key", whyDKIM + " Often a part of the key was lost when it was copied."
	}
	switch bits := key.N.BitLen(); {
	case bits < leastRSA:
		return broken, fmt.Sprintf("the RSA key has %d bits", bits), "Receivers refuse signatures of keys below 1024 bits (RFC 8301)."
	case bits < wantRSA:
		return warning, fmt.Sprintf("the RSA key has %d bits", bits), "1024 bits are the least that receivers take, and such a key can be computed by an attacker with much money."
	default:
		return ok, fmt.Sprintf("an RSA key of %d bits", bits), ""
	}
}
