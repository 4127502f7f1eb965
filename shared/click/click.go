// Package click has the rules of links that count clicks: where such a link may lead,
// and which visits are those of people.
//
// Many visits of a mail's links are by programs: servers that scan a mail's links
// before they deliver it, mail programs and browsers that load a page before it is
// wanted. A visit counts as a program's if
//
//   - its request says so: see [ByMachine];
//   - it came before [AtOnce] after the delivery, or before the delivery;
//   - another link of the message was visited within [Together] of it: a program
//     follows all of them, a person one.
//
// A link counts as followed by a person if one of its visits does not count as a
// program's, and once, however often it was visited. The rules err on the side of too
// few: a person who is very quick counts as a program. A scanner that waits, looks like
// a browser and follows one link counts as a person.
package click

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"regulars/shared/claim"
	"regulars/shared/shoppolicy"
)

const (
	AtOnce   = 10 * time.Second
	Together = 2 * time.Second

	// Counts is how long after its message was made a link counts clicks; as long as
	// orders count in the results of campaigns by default. After that it only leads on.
	Counts = 28 * 24 * time.Hour
)

// StillCounts reports whether a link of a message that was made on the day issued (at
// 00:00 UTC) counts clicks at now.
func StillCounts(issued, now time.Time) bool {
	const day = 24 * time.Hour // the message was made at some time of it
	return now.Before(issued.Add(Counts + day))
}

// Leads reports whether a link may lead to the address: it begins with https:// and
// one of the shop's hosts, with nothing around the host, and has no character that
// browsers read in different ways.
func Leads(s shoppolicy.Shop, address string) bool {
	return WellFormed(address) && s.LinkFault(address) == ""
}

// WellFormed is [Leads] without the shop's hosts.
func WellFormed(address string) bool {
	odd := func(r rune) bool { return r == '\\' || unicode.IsSpace(r) || !unicode.IsPrint(r) }
	u, err := url.Parse(address)
	return err == nil && strings.HasPrefix(address, "https://") && u.Host != "" && u.User == nil && !strings.ContainsFunc(address, odd)
}

// machines are parts of the user agents of programs that follow links, in small
// letters. Scanners of mail that name themselves, preview makers and crawlers all have
// one; browsers have none.
var machines = []string{
	"bot/", "bot-", "robot", "telegrambot", "crawl", "spider", "scan", "preview", "prefetch", "monitor", "check", "fetch", "headless", "phantom",
	"barracuda", "proofpoint", "mimecast", "safelinks", "symantec", "trendmicro", "fireeye", "forcepoint", "cisco", "sophos", "bitdefender", "ironport", "messagelabs",
	"googleimageproxy", "yahoomailproxy", "facebookexternalhit", "whatsapp", "slack", "skypeuripreview", "microsoft office existence",
	"curl/", "wget/", "python", "java/", "go-http-client", "okhttp", "libwww", "httpclient", "node-fetch", "axios", "php/",
}

// ByMachine reports whether a request says that a program made it, or that no person
// asked for the page yet. header returns a header of the request by its name in small
// letters.
func ByMachine(header func(name string) string) bool {
	for _, name := range []string{"sec-purpose", "purpose", "x-purpose", "x-moz"} {
		if value := strings.ToLower(header(name)); strings.Contains(value, "prefetch") || strings.Contains(value, "prerender") || strings.Contains(value, "preview") {
			return true
		}
	}
	agent := strings.ToLower(header("user-agent"))
	return agent == "" || slices.ContainsFunc(machines, func(part string) bool { return strings.Contains(agent, part) })
}

// Count returns how many links of a message people followed, and how many were visited
// by programs alone.
func Count(s claim.Send) (people, machines int) {
	links, followed := map[uint8]bool{}, map[uint8]bool{}
	for _, c := range s.Clicks {
		links[c.Link] = true
		if byPerson(s, c) {
			followed[c.Link] = true
		}
	}
	return len(followed), len(links) - len(followed)
}

func byPerson(s claim.Send, c claim.Click) bool {
	if c.Machine || !c.At.After(delivered(s).Add(AtOnce)) {
		return false
	}
	return !slices.ContainsFunc(s.Clicks, func(o claim.Click) bool {
		return o.Link != c.Link && !o.Machine && o.At.Sub(c.At).Abs() <= Together
	})
}

// delivered returns when a message was delivered, as far as it is known: a complaint
// replaces the time of the delivery, and then it is the time at which it was sent.
func delivered(s claim.Send) time.Time {
	if s.State == claim.Delivered {
		return s.Changed
	}
	return s.Claimed
}
