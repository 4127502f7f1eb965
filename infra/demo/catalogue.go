package demo

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"regulars/infra/demo/drawing"
	"regulars/shared/shop"
)

// Address is the address of the demo's shop in its catalogue and its mails. No
// such host exists; the local cloud has the pages (package storefront).
const Address = "https://shop.example.com"

// categories is the category for the first of these words that a title
// contains. The order matters: "lunch bag" comes before "bag".
var categories = []struct{ word, category string }{
	{"lunch bag", "lunch bag"},
	{"lunch box", "lunch box"},
	{"snack box", "lunch box"},
	{"jumbo bag", "shopping bag"},
	{"shopper", "shopping bag"},
	{"charlotte bag", "shopping bag"},
	{"christmas", "christmas"},
	{"advent", "christmas"},
	{"reindeer", "christmas"},
	{"t-light", "candle"},
	{"candle", "candle"},
	{"lantern", "candle"},
	{"night light", "light"},
	{"lights", "light"},
	{"cake cases", "baking"},
	{"baking", "baking"},
	{"cutter", "baking"},
	{"cake tin", "baking"},
	{"jam making", "baking"},
	{"jelly mould", "baking"},
	{"cakestand", "tea table"},
	{"teacup", "tea table"},
	{"teapot", "tea table"},
	{"tea set", "tea table"},
	{"mug", "tea table"},
	{"cup", "tea table"},
	{"plate", "tea table"},
	{"bowl", "tea table"},
	{"napkin", "party"},
	{"bunting", "party"},
	{"party", "party"},
	{"birthday", "party"},
	{"garland", "party"},
	{"doil", "party"},
	{"wrap", "gift wrap"},
	{"ribbon", "gift wrap"},
	{"gift tag", "gift wrap"},
	{"card", "card"},
	{"hot water bottle", "warmer"},
	{"warmer", "warmer"},
	{"alarm clock", "clock"},
	{"clock", "clock"},
	{"doormat", "home"},
	{"frame", "home"},
	{"sign", "sign"},
	{"wicker", "home"},
	{"hook", "home"},
	{"drawer", "home"},
	{"cabinet", "home"},
	{"spaceboy", "children"},
	{"dolly girl", "children"},
	{"children", "children"},
	{"toy", "children"},
	{"game", "children"},
	{"puzzle", "children"},
	{"paint set", "children"},
	{"plasters", "children"},
	{"pencil", "stationery"},
	{"notebook", "stationery"},
	{"magnet", "stationery"},
	{"sketchbook", "stationery"},
	{"chalkboard", "stationery"},
	{"garden", "garden"},
	{"kneeling", "garden"},
	{"bag", "bag"},
	{"tin", "storage"},
	{"box", "storage"},
	{"jar", "storage"},
	{"bottle", "storage"},
	{"necklace", "jewellery"},
	{"bracelet", "jewellery"},
	{"earring", "jewellery"},
}

// usedUp is the words in titles of consumables, with the days that they last.
var usedUp = []struct {
	word string
	days int
}{
	{"cake cases", 45}, {"napkins", 30}, {"tissues", 30}, {"doilies", 60}, {"incense", 40}, {"wrap", 90}, {"candles", 40}, {"plasters", 120},
}

// series is the words in titles of products that belong together.
var series = []string{"regency", "spaceboy", "dolly girl", "pantry", "circus parade", "bakelike", "woodland", "keep calm"}

// catalogue returns the products of the sales, sorted by ID, with their latest
// price and title, titles in other languages, and this revision. Categories, stock and relations are made
// up.
func catalogue(sales []*sale, titles map[shop.ProductID]map[string]string, revision time.Time) []shop.Product {
	buyers := map[shop.ProductID]map[string]bool{}
	known := map[shop.ProductID]*shop.Product{}
	for _, s := range sales { // oldest first, so that the latest line decides
		for _, line := range s.lines {
			if buyers[line.Product] == nil {
				buyers[line.Product] = map[string]bool{}
			}
			buyers[line.Product][s.buyer] = true
			known[line.Product] = &shop.Product{ID: line.Product, Title: line.Title, Price: line.Price}
		}
	}
	products := make([]shop.Product, 0, len(known))
	members := map[string][]shop.ProductID{} // by series, those with most buyers first
	for _, id := range slices.SortedFunc(maps.Keys(known), func(a, b shop.ProductID) int {
		return cmp.Or(cmp.Compare(len(buyers[b]), len(buyers[a])), cmp.Compare(a, b))
	}) {
		p := *known[id]
		p.Revision, p.Titles = revision, titles[id]
		p.URL = Address + "/p/" + url.PathEscape(string(id))
		p.Image = Address + "/pictures/" + url.PathEscape(string(id)) + ".png"
		p.Width, p.Height = drawing.Side, drawing.Side
		title := strings.ToLower(p.Title)
		p.Category = "gift"
		for _, c := range categories {
			if strings.Contains(title, c.word) {
				p.Category = c.category
				break
			}
		}
		for _, u := range usedUp {
			if strings.Contains(title, u.word) {
				p.Used = u.days
			}
		}
		stock := 5 + draw(500, "the stock", string(id))
		if draw(100, "being sold out", string(id)) < 6 {
			stock = 0
		}
		p.Stock = &stock
		p.Hidden = draw(100, "being hidden", string(id)) < 1
		if s := seriesOf(title); s != "" {
			members[s] = append(members[s], id)
		}
		products = append(products, p)
	}
	for i := range products {
		p := &products[i]
		others := slices.DeleteFunc(slices.Clone(members[seriesOf(strings.ToLower(p.Title))]), func(id shop.ProductID) bool { return id == p.ID })
		if len(others) > 0 {
			p.Relations = map[shop.Relation][]shop.ProductID{shop.RelationComplements: others[:min(3, len(others))]}
		}
	}
	slices.SortFunc(products, func(a, b shop.Product) int { return cmp.Compare(a.ID, b.ID) })
	return products
}

// seriesOf returns the series of a title, or "".
func seriesOf(title string) string {
	for _, s := range series {
		if strings.Contains(title, s) {
			return s
		}
	}
	return ""
}

// titled returns a title of the data, which is in upper case, in title case:
// "SET OF 3 CAKE TINS PANTRY DESIGN " becomes "Set of 3 Cake Tins Pantry
// Design".
func titled(upper string) string {
	words := strings.Fields(strings.ToLower(upper))
	for i, word := range words {
		if i > 0 && slices.Contains([]string{"of", "in", "and", "with", "the", "for", "on", "to"}, word) {
			continue
		}
		begin := true
		words[i] = strings.Map(func(r rune) rune {
			if begin && unicode.IsLetter(r) {
				begin = false
				return unicode.ToUpper(r)
			}
			begin = r == '-' || r == '/' || begin && !unicode.IsDigit(r)
			return r
		}, word)
	}
	return strings.Join(words, " ")
}
