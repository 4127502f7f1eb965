package recommend_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// catalogueOf returns a product for each line "title | category | price".
func catalogueOf(lines ...string) (products []shop.Product) {
	for i, line := range lines {
		part := strings.Split(line, " | ")
		p := shop.Product{ID: shop.ProductID(fmt.Sprintf("p%02d", i)), Title: part[0], Category: part[1], Price: shop.Money{Currency: "EUR"}}
		if _, err := fmt.Sscan(part[2], &p.Price.Minor); err != nil {
			panic(err)
		}
		products = append(products, p)
	}
	return products
}

func TestVariants(t *testing.T) {
	for phrase, c := range map[string]struct {
		catalogue []string
		want      []string // titles of each group
	}{
		"colours": {
			[]string{"Alarm clock bakelike red | clock | 375", "Alarm clock bakelike green | clock | 375", "Wall clock | clock | 850"},
			[]string{"Alarm clock bakelike red, Alarm clock bakelike green"},
		},
		"a word among colours": {
			[]string{
				"Alarm clock red | clock | 375", "Alarm clock green | clock | 375", "Alarm clock chocolate | clock | 375", "Alarm clock digital | clock | 990",
				"Red mug | cup | 200", "Green mug | cup | 200", "Red bag | bag | 300", "Green bag | bag | 300",
			},
			[]string{"Alarm clock red, Alarm clock green, Alarm clock chocolate", "Red mug, Green mug", "Red bag, Green bag"},
		},
		"colours in a language without a list": {
			[]string{
				"Wecker rot | Uhr | 375", "Wecker blau | Uhr | 375", "Tasse rot | Küche | 90", "Tasse blau | Küche | 90", "Rucksack rot | Tasche | 900", "Rucksack blau | Tasche | 900",
			},
			[]string{"Wecker rot, Wecker blau", "Tasse rot, Tasse blau", "Rucksack rot, Rucksack blau"},
		},
		"forms of one colour": {
			[]string{"Красная кружка | a | 100", "Синяя кружка | a | 100", "Красный шарф | a | 100", "Синий шарф | a | 100"},
			[]string{"Красная кружка, Синяя кружка", "Красный шарф, Синий шарф"},
		},
		"with and without a colour": {
			[]string{"Lunch bag doily | bag | 165", "Lunch bag red doily | bag | 165"},
			[]string{"Lunch bag doily, Lunch bag red doily"},
		},
		"sizes at other prices": {
			[]string{"Storage jar small | jar | 69", "Storage jar medium | jar | 104", "Storage jar large | jar | 145", "Marbles 125g | toy | 42", "Marbles 500g | toy | 99", "Shirt S | shirt | 10", "Shirt XL | shirt | 12"},
			[]string{"Storage jar small, Storage jar medium, Storage jar large", "Marbles 125g, Marbles 500g", "Shirt S, Shirt XL"},
		},
		"colour and size": {
			[]string{"Red large bowl | b | 900", "Red small bowl | b | 300", "Blue small bowl | b | 300"},
			[]string{"Red large bowl, Red small bowl, Blue small bowl"},
		},
		"cups and plates of one pattern": {
			[]string{
				"Red polkadot cup | table | 85", "Red polkadot plate | table | 169", "Blue polkadot cup | table | 85", "Blue polkadot plate | table | 169",
				"Green polkadot cup | table | 85", "Green polkadot plate | table | 169",
			},
			[]string{"Red polkadot cup, Blue polkadot cup, Green polkadot cup", "Red polkadot plate, Blue polkadot plate, Green polkadot plate"},
		},
		"the rooms of a playhouse": {
			[]string{"Playhouse kitchen | toy | 210", "Playhouse bedroom | toy | 210", "Playhouse bathroom | toy | 210", "Playhouse living room | toy | 210"},
			nil,
		},
		"knife, fork and spoon":  {[]string{"Steel knife | cutlery | 300", "Steel fork | cutlery | 300", "Steel spoon | cutlery | 300"}, nil},
		"volumes":                {[]string{"Saga volume 1 | book | 990", "Saga volume 2 | book | 990"}, nil},
		"two categories":         {[]string{"Red lamp | light | 500", "Blue lamp | toy | 500"}, nil},
		"one title twice":        {[]string{"Cherry flask | gift | 375", "Cherry  Flask! | gift | 375"}, []string{"Cherry flask, Cherry  Flask!"}},
		"one word, no title":     {[]string{"Lamp | a | 100", "Bulb | a | 100", " | a | 100", " | a | 100"}, nil},
		"an empty catalogue":     {nil, nil},
		"a set and a larger set": {[]string{"Set of 12 pencils | p | 65", "Set of 36 pencils | p | 125"}, []string{"Set of 12 pencils, Set of 36 pencils"}},
	} {
		products := catalogueOf(c.catalogue...)
		got := recommend.Variants(products)
		groups := map[shop.ProductID][]string{}
		var ids []shop.ProductID
		for _, p := range products {
			if g := got[p.ID]; g != "" {
				if groups[g] == nil {
					ids = append(ids, g)
				}
				groups[g] = append(groups[g], p.Title)
			}
		}
		var all []string
		for _, id := range ids {
			all = append(all, strings.Join(groups[id], ", "))
		}
		if !slices.Equal(all, c.want) {
			t.Errorf("%s: groups %q, want %q", phrase, all, c.want)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(products), func(i, j int) { products[i], products[j] = products[j], products[i] })
		if diff := cmp.Diff(got, recommend.Variants(products)); diff != "" {
			t.Errorf("%s: another order of the catalogue gives other groups:\n%s", phrase, diff)
		}
	}
}

// The titles of a listing's variants can differ in any way.
func TestAListingSaysWhatItsVariantsAre(t *testing.T) {
	var catalogue []shop.Product
	for _, p := range [][3]string{{"1", "Mug – Red", "MUG"}, {"2", "Mug – 330 ml, with lid", "MUG"}, {"3", "Wall clock", ""}, {"4", "Door bell", ""}} {
		catalogue = append(catalogue, shop.Product{ID: shop.ProductID(p[0]), Title: p[1], VariantOf: shop.ProductID(p[2])})
	}
	want := map[shop.ProductID]shop.ProductID{"1": "1", "2": "1"}
	if got := recommend.Variants(catalogue); !maps.Equal(got, want) {
		t.Errorf("Variants = %v, want %v", got, want)
	}
}

// Another colour of the clock that they have is not sold, whatever speaks for
// it, and a list has one colour of a clock that is new to them.
func TestVariantsAreNotSoldToTheirOwners(t *testing.T) {
	clock := func(id string, change ...func(*recommend.Item)) recommend.Item {
		return product(id, "", append(change, func(r *recommend.Item) { r.Variants = "green" })...)
	}
	used := func(r *recommend.Item) { r.Used = 30 }
	tray := product("tray", "", with(near("red", .9, 9), near("green", .8, 9)))
	for phrase, c := range map[string]struct {
		history []recommend.Bought
		rows    []recommend.Item
		anchor  []shop.ProductID
		want    string
	}{
		"by co-purchase":                      {[]recommend.Bought{once("red", 9)}, []recommend.Item{clock("red", with(near("green", .9, 9), near("mug", .1, 9))), clock("green"), product("mug", "")}, nil, "mug together(red) 9/0/0"},
		"by the catalogue":                    {[]recommend.Bought{once("red", 9)}, []recommend.Item{clock("red", related(shop.RelationComplements, "green", "mug")), clock("green"), product("mug", "")}, nil, "mug goes_with(red) 0/0/0"},
		"because of another item":             {[]recommend.Bought{once("red", 9), once("tray", 9)}, []recommend.Item{clock("red"), clock("green"), tray}, nil, ""},
		"on its page":                         {[]recommend.Bought{once("red", 0)}, []recommend.Item{clock("red", with(near("green", .9, 9))), clock("green")}, []shop.ProductID{"red"}, ""},
		"one of two colours":                  {[]recommend.Bought{once("tray", 9)}, []recommend.Item{tray, clock("red"), clock("green"), product("mug", "")}, nil, "red together(tray) 9/0/0, mug popular() 10/0/0"},
		"one colour if there is nothing else": {[]recommend.Bought{once("tray", 9)}, []recommend.Item{tray, clock("red"), clock("green")}, nil, "red together(tray) 9/0/0"},
		"a returned one":                      {[]recommend.Bought{back(once("red", 9)), once("tray", 9)}, []recommend.Item{tray, clock("red"), clock("green")}, nil, "green together(tray) 9/0/0"},
		"another flavour of what is used up":  {[]recommend.Bought{once("red", 9)}, []recommend.Item{clock("red", used, with(near("green", .9, 9))), clock("green", used)}, nil, "green together(red) 9/0/0"},
	} {
		var got []string
		for _, p := range recommend.Recommend(now, recommend.History{Items: c.history}, rows(c.rows...), []recommend.Popular{{Product: "mug", Customers: 4}},
			recommend.Options{Want: 2, Mode: recommend.ModeGoesWith, Anchor: c.anchor}) {
			got = append(got, line(p))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %q, want %q", phrase, got, c.want)
		}
	}
}

// A list has two lunch bags at most, as long as there is something else, whether
// they are new or bought again and again.
func TestAListHasAtMostTwoProductsOfOneName(t *testing.T) {
	bag := func(id, title string) recommend.Item {
		return product(id, "bag", func(r *recommend.Item) { r.Title = title })
	}
	tray := product("tray", "", with(near("a", .9, 9), near("b", .8, 9), near("c", .7, 9), near("mug", .2, 9), near("jug", .1, 9), near("pan", .1, 9)))
	others := []recommend.Item{tray, product("mug", ""), product("jug", ""), product("pan", "")}
	for phrase, c := range map[string]struct {
		rows []recommend.Item
		want string
	}{
		"three lunch bags":        {append(slices.Clone(others), bag("a", "Lunch bag red retrospot"), bag("b", "Lunch bag woodland"), bag("c", "Pink lunch bag, set of 2")), "a b mug jug pan"},
		"nothing else is there":   {[]recommend.Item{tray, bag("a", "Lunch bag red retrospot"), bag("b", "Lunch bag woodland"), bag("c", "Lunch bag suki")}, "a b c"},
		"another name":            {append(slices.Clone(others), bag("a", "Lunch bag red retrospot"), bag("b", "Lunch bag woodland"), bag("c", "Charlotte bag suki")), "a b c mug jug"},
		"another category":        {append(slices.Clone(others), bag("a", "Lunch bag red retrospot"), bag("b", "Lunch bag woodland"), product("c", "clip", func(r *recommend.Item) { r.Title = "Lunch bag clip" })), "a b c mug jug"},
		"numbers and small words": {append(slices.Clone(others), bag("a", "Set of 3 cups"), bag("b", "Set of 3 plates"), bag("c", "Set of 3 forks")), "a b c mug jug"},
	} {
		var got []string
		// without About, only two reasons could name the tray
		opt := recommend.Options{Want: 5, Mode: recommend.ModeGoesWith, Anchor: []shop.ProductID{"tray"}, About: []shop.ProductID{"tray"}}
		for _, p := range recommend.Recommend(now, recommend.History{Items: []recommend.Bought{once("tray", 9)}}, rows(c.rows...), nil, opt) {
			got = append(got, string(p.Product.ID))
		}
		if got := strings.Join(got, " "); got != c.want {
			t.Errorf("%s: %q, want %q", phrase, got, c.want)
		}
	}
}

// A substitute is no reason, but it counts for the score.
func TestSubstitutesAreNoReason(t *testing.T) {
	alike := near("bag-b", .5, 9)
	alike.Alike = true
	for phrase, c := range map[string]struct {
		box  []recommend.Neighbour
		want string
	}{
		"another reason":    {[]recommend.Neighbour{near("bag-b", .1, 5), near("mug", .4, 9)}, "bag-b together(box) 5/0/0, mug together(box) 9/0/0"},
		"no other reason":   {[]recommend.Neighbour{near("mug", .4, 9)}, "bag-b popular() 10/0/0, mug together(box) 9/0/0"},
		"no reason at all":  {[]recommend.Neighbour{near("bag-c", .4, 9)}, "bag-b popular() 10/0/0"},
		"less than another": {[]recommend.Neighbour{near("mug", .6, 9)}, "mug together(box) 9/0/0, bag-b popular() 10/0/0"},
	} {
		items := rows(product("bag", "a", with(alike)), product("box", "b", with(c.box...)), product("bag-b", "a"), product("mug", "c"))
		var got []string
		for _, p := range recommend.Recommend(now, recommend.History{Items: []recommend.Bought{once("bag", 9), once("box", 9)}}, items, nil, recommend.Options{Want: 2}) {
			got = append(got, line(p))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %q, want %q", phrase, got, c.want)
		}
	}
}
