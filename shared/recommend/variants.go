package recommend

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/shared/shop"
)

// How variants are found. A frame is a title without one of its words, in its
// category: "alarm clock *" of the red clock and of the green one. The
// catalogue itself says which words make variants, in any language: two words
// are exchangeable if several frames have both at the same price, and few have
// them at different prices. So are colours and patterns, but not cups and
// plates. Sizes change the price: they are numbers, and words of a short list.
// So are the basic colours, for a shop with few products.
const (
	fewestFrames  = 3  // that have two exchangeable words at the same price
	mostExchanged = 64 // words of one frame whose pairs are counted; of more, none are
)

// namesOf returns the names that a product may have in its category: each two
// words of its title that follow each other, such as "lunch bag" of "Lunch bag
// red retrospot". Numbers, and words of one or two letters, do not count. Two
// products with a common name look alike in a list, even if they are no variants.
func namesOf(p shop.Product) (names []name) {
	before := ""
	for _, word := range wordsOf(p.Title) {
		if utf8.RuneCountInString(word) < 3 || isNumber(word) {
			continue
		}
		if n := (name{p.Category, before, word}); before != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
		before = word
	}
	return names
}

// name is two words in a category.
type name struct{ category, first, second string }

// wordsOf returns the words and numbers of a title in small letters.
func wordsOf(title string) []string {
	return strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) })
}

// Variants returns, for each product of which the catalogue has variants, the
// first of them by ID, as the name of their group. Variants are one product in
// several colours, patterns or sizes: one listing sells them, or they have the
// same category, and titles that differ in one word. Time and memory grow with the number of words in all
// titles: about 4 KB a product.
func Variants(catalogue []shop.Product) map[shop.ProductID]shop.ProductID {
	v := variants{
		products: slices.SortedFunc(slices.Values(catalogue), func(a, b shop.Product) int { return cmp.Compare(a.ID, b.ID) }),
		frames:   map[string]*frame{}, titles: map[string]int{}, pairs: map[[2]string]exchange{}, exchanged: map[string]bool{},
	}
	listings := map[shop.ProductID]int{} // the first product of each
	for i, p := range v.products {
		v.group = append(v.group, i)
		v.read(i)
		if first, known := listings[p.VariantOf]; !known {
			listings[p.VariantOf] = i
		} else if p.VariantOf != "" {
			v.join(first, i)
		}
	}
	for _, f := range v.frames {
		v.count(f)
	}
	for words := range v.pairs {
		if v.exchangeable(words[0], words[1]) {
			v.exchanged[words[0]], v.exchanged[words[1]] = true, true
		}
	}
	for _, f := range v.frames {
		v.compare(f)
	}
	out := map[shop.ProductID]shop.ProductID{}
	for i, p := range v.products {
		if first := v.first(i); first != i {
			out[p.ID], out[v.products[first].ID] = v.products[first].ID, v.products[first].ID
		}
	}
	return out
}

type variants struct {
	products  []shop.Product // by ID
	frames    map[string]*frame
	titles    map[string]int         // the first product, by category and title in plain words
	pairs     map[[2]string]exchange // by two words in order
	exchanged map[string]bool        // words that are exchangeable with another
	group     []int                  // of each product: itself, or a smaller one of its group
}

// frame holds the products of a frame, each with its word in the gap.
type frame struct {
	title string // the key of the title without the gap, in variants.titles
	of    []filled
}

type filled struct {
	product int
	word    string
}

// exchange counts the frames that have both of two words.
type exchange struct{ all, samePrice int }

// read adds a product to its frames.
func (v *variants) read(i int) {
	p := v.products[i]
	words := wordsOf(p.Title)
	key := func(words ...string) string { return p.Category + "\n" + strings.Join(words, " ") }
	if len(words) == 0 {
		return
	}
	if first, twice := v.titles[key(words...)]; !twice {
		v.titles[key(words...)] = i
	} else if v.samePrice(first, i) {
		v.join(first, i)
	}
	if len(words) < 2 {
		return
	}
	for at, word := range words {
		rest := slices.Concat(words[:at], words[at+1:])
		name := key(slices.Concat(words[:at], []string{"*"}, words[at+1:])...)
		if v.frames[name] == nil {
			v.frames[name] = &frame{title: key(rest...)}
		}
		v.frames[name].of = append(v.frames[name].of, filled{i, word})
	}
}

// count counts the pairs of words of a frame.
func (v *variants) count(f *frame) {
	byWord := map[string]int{}
	for _, x := range f.of {
		byWord[x.word] = x.product
	}
	if len(byWord) > mostExchanged {
		return
	}
	for a, p := range byWord {
		for b, q := range byWord {
			if a >= b || variationOf(a) == number && variationOf(b) == number {
				continue // house numbers, models
			}
			e := v.pairs[[2]string{a, b}]
			e.all++
			if v.samePrice(p, q) {
				e.samePrice++
			}
			v.pairs[[2]string{a, b}] = e
		}
	}
}

// exchangeable reports whether two words make variants at the same price.
func (v *variants) exchangeable(a, b string) bool {
	e := v.pairs[[2]string{min(a, b), max(a, b)}]
	return e.samePrice >= fewestFrames && 5*e.samePrice >= 4*e.all
}

// compare joins the variants of a frame.
func (v *variants) compare(f *frame) {
	slices.SortStableFunc(f.of, func(a, b filled) int {
		x, y := v.products[a.product].Price, v.products[b.product].Price
		return cmp.Or(cmp.Compare(x.Currency, y.Currency), cmp.Compare(x.Minor, y.Minor))
	})
	for rest := f.of; len(rest) > 0; {
		n := 1
		for n < len(rest) && v.samePrice(rest[0].product, rest[n].product) {
			n++
		}
		v.samePriced(rest[:n])
		rest = rest[n:]
	}
	base, bare := v.titles[f.title]
	first := map[variation]filled{}
	for _, x := range f.of {
		of := variationOf(x.word)
		if bare && (of != none || v.exchanged[x.word] && v.samePrice(base, x.product)) {
			v.join(base, x.product)
		}
		y, later := first[of]
		switch {
		case of == none:
		case !later:
			first[of] = x
		case of == number && v.samePrice(x.product, y.product): // volumes or models
		default:
			v.join(x.product, y.product)
		}
	}
}

// samePriced joins products of a frame at one price if two of their words are
// exchangeable: then the other words vary it as well.
func (v *variants) samePriced(all []filled) {
	words := map[string]bool{}
	for _, x := range all {
		words[x.word] = true
	}
	if len(words) > mostExchanged || !v.hasExchangeable(words) {
		return
	}
	for _, x := range all {
		v.join(x.product, all[0].product)
	}
}

func (v *variants) hasExchangeable(words map[string]bool) bool {
	for a := range words {
		for b := range words {
			if v.exchangeable(a, b) {
				return true
			}
		}
	}
	return false
}

// samePrice reports whether two prices differ by a tenth at most.
func (v *variants) samePrice(p, q int) bool {
	a, b := v.products[p].Price, v.products[q].Price
	return a.Currency == b.Currency && 10*max(a.Minor, b.Minor) <= 11*min(a.Minor, b.Minor)
}

// first returns the first product of a group.
func (v *variants) first(i int) int {
	for v.group[i] != i {
		v.group[i] = v.group[v.group[i]]
		i = v.group[i]
	}
	return i
}

func (v *variants) join(i, j int) {
	a, b := v.first(i), v.first(j)
	v.group[max(a, b)] = min(a, b)
}

// variation is what a word says of a product, if that is known of the word
// alone.
type variation int

const (
	none   variation = iota
	number           // without a unit
	size
	colour
)

func variationOf(word string) variation {
	is := func(stem string) bool { return strings.HasPrefix(word, stem) }
	switch {
	case isNumber(word):
		return number
	case strings.ContainsFunc(word, unicode.IsNumber), slices.Contains(sizes, word), slices.ContainsFunc(sizeStems, is):
		return size
	case slices.Contains(colours, word), slices.ContainsFunc(colourStems, is):
		return colour
	}
	return none
}

func isNumber(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsNumber(r) })
}

// Sizes and basic colours in the languages of the messages; the stems are
// beginnings of words that have several forms.
var (
	sizes       = []string{"xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "small", "medium", "large", "mini", "midi", "maxi", "big", "little", "мини", "макси"}
	sizeStems   = []string{"маленьк", "средн", "больш", "малый", "малая", "малое", "mał", "średni", "duż", "μικρ", "μεσαί", "μεγάλ"}
	colours     = []string{"red", "blue", "green", "black", "white", "pink", "yellow", "grey", "gray", "brown", "purple", "orange", "μπλε", "ροζ", "γκρι", "καφέ", "μωβ"}
	colourStems = []string{
		"красн", "син", "зелен", "зелён", "черн", "чёрн", "бел", "розов", "желт", "жёлт", "серый", "серая", "серое", "коричнев", "фиолетов", "оранжев",
		"czerwon", "niebiesk", "zielon", "czarn", "biał", "różow", "żółt", "szar", "brązow", "fioletow", "pomarańczow",
		"κόκκιν", "πράσιν", "μαύρ", "λευκ", "άσπρ", "κίτριν", "πορτοκαλ",
	}
)
