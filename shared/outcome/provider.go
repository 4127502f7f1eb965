package outcome

import "strings"

// Other is the provider of all addresses whose domain has no name here.
const Other = "other"

// providers are the large ones, by the domain of an address. Further domains have no
// name in a report: a small domain can be that of one person.
var providers = map[string]string{
	"gmail.com": "Gmail", "googlemail.com": "Gmail",
	"outlook.com": "Microsoft", "hotmail.com": "Microsoft", "hotmail.co.uk": "Microsoft", "hotmail.fr": "Microsoft", "live.com": "Microsoft", "live.co.uk": "Microsoft", "msn.com": "Microsoft",
	"yahoo.com": "Yahoo", "yahoo.co.uk": "Yahoo", "yahoo.fr": "Yahoo", "yahoo.de": "Yahoo", "ymail.com": "Yahoo", "aol.com": "Yahoo",
	"icloud.com": "Apple", "me.com": "Apple", "mac.com": "Apple",
	"gmx.de": "GMX and web.de", "gmx.net": "GMX and web.de", "gmx.at": "GMX and web.de", "web.de": "GMX and web.de",
	"t-online.de": "T-Online", "orange.fr": "Orange", "free.fr": "Free", "libero.it": "Libero",
	"wp.pl": "WP", "o2.pl": "WP", "onet.pl": "Onet", "interia.pl": "Interia",
	"mail.ru": "Mail.ru", "bk.ru": "Mail.ru", "inbox.ru": "Mail.ru", "list.ru": "Mail.ru", "yandex.ru": "Yandex", "ya.ru": "Yandex",
	"btinternet.com": "BT", "sky.com": "Sky", "comcast.net": "Comcast", "proton.me": "Proton", "protonmail.com": "Proton",
}

// Provider returns the name of the large provider of an address, or [Other].
func Provider(address string) string {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if name, ok := providers[domain]; ok {
		return name
	}
	return Other
}
