package demo

import (
	"fmt"
	"strings"

	"regulars/shared/shop"
)

// home is a place where made-up customers live, with their names: each as it is
// written, and as it is in an e-mail address.
type home struct {
	locale, zone, country string
	names                 [][2]string
}

var (
	english = plain("Alice", "Ben", "Chloe", "Daniel", "Emma", "Finn", "Grace", "Harry", "Isla", "Jack", "Kate", "Liam", "Mia", "Noah", "Olivia", "Ruby")
	abroad  = plain("Anna", "Lucas", "Elena", "Marco", "Julia", "Felix", "Clara", "Simon", "Nora", "Hugo", "Laura", "Max", "Eva", "Leo", "Sara", "Tom")
	polish  = [][2]string{{"Agnieszka", "agnieszka"}, {"Paweł", "pawel"}, {"Małgorzata", "malgorzata"}, {"Łukasz", "lukasz"}, {"Zofia", "zofia"}, {"Jan", "jan"}}
	greek   = [][2]string{{"Ελένη", "eleni"}, {"Νίκος", "nikos"}, {"Μαρία", "maria"}, {"Γιώργος", "giorgos"}, {"Σοφία", "sofia"}, {"Ανδρέας", "andreas"}}
	russian = [][2]string{{"Анна", "anna"}, {"Тимур", "timur"}, {"Дарья", "darya"}, {"Арман", "arman"}, {"Нино", "nino"}, {"Давид", "david"}}
)

// plain returns names that are written in the same way in an address.
func plain(names ...string) [][2]string {
	out := make([][2]string, len(names))
	for i, name := range names {
		out[i] = [2]string{name, name}
	}
	return out
}

// homes are the homes by country, in the spelling of the data.
var homes = map[string]home{
	"United Kingdom":       {"en-GB", "Europe/London", "GB", english},
	"Channel Islands":      {"en-GB", "Europe/Jersey", "JE", english},
	"EIRE":                 {"en-IE", "Europe/Dublin", "IE", english},
	"USA":                  {"en-US", "America/New_York", "US", english},
	"Canada":               {"en-CA", "America/Toronto", "CA", english},
	"Australia":            {"en-AU", "Australia/Sydney", "AU", english},
	"RSA":                  {"en-ZA", "Africa/Johannesburg", "ZA", english},
	"Malta":                {"en-MT", "Europe/Malta", "MT", english},
	"Poland":               {"pl", "Europe/Warsaw", "PL", polish},
	"Greece":               {"el", "Europe/Athens", "GR", greek},
	"Cyprus":               {"el", "Asia/Nicosia", "CY", greek},
	"Austria":              {"en", "Europe/Vienna", "AT", abroad},
	"Bahrain":              {"en", "Asia/Bahrain", "BH", abroad},
	"Belgium":              {"en", "Europe/Brussels", "BE", abroad},
	"Brazil":               {"en", "America/Sao_Paulo", "BR", abroad},
	"Czech Republic":       {"en", "Europe/Prague", "CZ", abroad},
	"Denmark":              {"en", "Europe/Copenhagen", "DK", abroad},
	"Finland":              {"en", "Europe/Helsinki", "FI", abroad},
	"France":               {"en", "Europe/Paris", "FR", abroad},
	"Germany":              {"en", "Europe/Berlin", "DE", abroad},
	"Iceland":              {"en", "Atlantic/Reykjavik", "IS", abroad},
	"Israel":               {"en", "Asia/Jerusalem", "IL", abroad},
	"Italy":                {"en", "Europe/Rome", "IT", abroad},
	"Japan":                {"en", "Asia/Tokyo", "JP", abroad},
	"Lebanon":              {"en", "Asia/Beirut", "LB", abroad},
	"Lithuania":            {"en", "Europe/Vilnius", "LT", abroad},
	"Netherlands":          {"en", "Europe/Amsterdam", "NL", abroad},
	"Norway":               {"en", "Europe/Oslo", "NO", abroad},
	"Portugal":             {"en", "Europe/Lisbon", "PT", abroad},
	"Saudi Arabia":         {"en", "Asia/Riyadh", "SA", abroad},
	"Singapore":            {"en", "Asia/Singapore", "SG", abroad},
	"Spain":                {"en", "Europe/Madrid", "ES", abroad},
	"Sweden":               {"en", "Europe/Stockholm", "SE", abroad},
	"Switzerland":          {"en", "Europe/Zurich", "CH", abroad},
	"United Arab Emirates": {"en", "Asia/Dubai", "AE", abroad},
}

// moved are the homes of three in ten British customers, so that the demo shows
// every language of the shop.
var moved = []home{
	homes["Poland"], homes["Greece"],
	{"ru", "Asia/Almaty", "KZ", russian},
	{"ru", "Asia/Tbilisi", "GE", russian},
	{"ru", "Asia/Yerevan", "AM", russian},
}

// person makes up the customer with this number, and reports whether they
// ticked the box for promotions. An unknown country is an error: the data has
// changed.
func person(number, country string) (shop.Customer, bool, error) {
	where, ok := homes[country]
	if !ok {
		return shop.Customer{}, false, fmt.Errorf("customer %s is from %q, which has no home", number, country)
	}
	if country == "United Kingdom" {
		switch draw(10, "the home", number) {
		case 0:
			where = moved[0]
		case 1:
			where = moved[1]
		case 2:
			where = moved[2+draw(3, "the zone", number)]
		}
	}
	name := where.names[draw(len(where.names), "the name", number)]
	return shop.Customer{
		ID:      shop.CustomerID(number),
		Email:   fmt.Sprintf("%s.%s@example.com", strings.ToLower(name[1]), number),
		Name:    name[0],
		Locale:  where.locale,
		Zone:    where.zone,
		Country: where.country,
	}, draw(100, "the box", number) < 85, nil
}
