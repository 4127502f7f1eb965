package conditioncheck

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"pgregory.net/rapid"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

var regular = condition.Facts{
	Customer: condition.Customer{
		Orders: 3, Spent: gbp(50_000), Average: gbp(16_666), SinceLast: 10, SinceOne: 200, Returns: 1,
		First: time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC), Last: time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC),
		Placed:  []condition.Placed{{Days: 200, Net: gbp(2_000)}, {Days: 10, Net: gbp(3_000)}},
		Country: "GB", Language: "en-GB", Consents: []shop.Topic{shop.TopicPromotions},
		Bought: map[shop.ProductID]condition.Bought{"BAG-1": {Units: 7, Category: "Lunch Bag"}},
	},
	Order:    condition.Order{Event: shop.OrderPlaced, Total: gbp(2_000), Lines: map[shop.ProductID]int{"BAG-1": 2}, Cause: shop.CauseLate},
	Campaign: condition.Campaign{ID: "weekly-picks", Run: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)},
}

// Functions read every condition that CEL accepts, and decide it as CEL does: with the
// same answer, or without one in the same cases.
func TestFunctionsDecideAsCEL(t *testing.T) {
	c := checker(t)
	accepted, all, answers := 0, 0, map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			text := grammar{t}.condition(rapid.IntRange(1, 4).Draw(t, "depth"))
			seed := rapid.Uint64().Draw(t, "seed")
			all++
			if c.alike(t, text, seed, answers) {
				accepted++
			}
		}
	})
	t.Logf("of %d conditions CEL accepts %d; answers: %v", all, accepted, answers)
	if accepted < all/2 || answers[yes] == 0 || answers[no] == 0 {
		t.Errorf("of %d conditions CEL accepts %d, with the answers %v: too few of a kind to compare", all, accepted, answers)
	}
}

// alike reports whether CEL accepts the text. If so, it fails the test unless functions
// read it, write it and decide it alike, also in an explanation.
func (c *Checker) alike(t rapid.TB, text string, seed uint64, answers map[string]int) (accepted bool) {
	checked, _, err := c.checked(text, noSegments)
	if err != nil || text == "" {
		return false
	}
	read, err := condition.Parse(text, "GBP")
	if err != nil {
		t.Fatalf("CEL accepts %q, but Parse = %v", text, err)
	}
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		t.Fatal(err)
	}
	never := read.Never()
	drawn, near := rand.New(rand.NewPCG(seed, 0)), c.near(checked)
	for i := range 30 {
		f := near.facts(drawn, "GBP")
		if i < 2 {
			f = []condition.Facts{regular, {}}[i]
		}
		want, got := asCEL(program, f, "GBP"), asFunctions(read, f)
		answers[want]++
		if want != got {
			t.Fatalf("%q is %s, want %s as in CEL, for %s", text, got, want, values(read, f, "GBP"))
		}
		if want == yes && never && i < 2 { // numbers of these two are not negative
			t.Fatalf("Never(%q), but it holds for %s", text, values(read, f, "GBP"))
		}
		switch explained, err := read.Explain(f); {
		case (err != nil) != (want == noAnswer) || explained.Holds != (want == yes):
			t.Fatalf("%q is explained as %v, %v, want %s", text, explained.Holds, err, want)
		case err == nil && i == 0 && len(explained.Parts) == 0:
			if written, err := textOf(checked); err != nil || explained.Text != written {
				t.Fatalf("the text of %q is %q, want %q as CEL writes it (%v)", text, explained.Text, written, err)
			}
		}
	}
	return true
}

// delicate are texts that are easily read wrongly. CEL refuses some of them.
var delicate = []string{
	"customer.`orders` >= 2", ".customer.orders >= 2", `customer.spent >= .money("5")`, "customer . orders >= 2 // x", "// only\ncustomer.guest", "customer.guest // \r true",
	"--5 == 5", "---5 == -5", "- 5 == -5", "-(5) == 5", "- -5 == 5", "--5.0 == 5.0", "-customer.orders == 5", "--customer.orders == 5", "!!customer.guest", "! ! ! customer.guest",
	"!customer.guest == true", "customer.units == order.units", "customer.orders_within == customer.orders_within", "(customer.guest ? customer.units : order.units)['a'] == 1",
	"customer.country in []", "[] == []", "[] == [1]", "[,] == [1]", "[,,] == [1]", "['a',] == ['a']", "['a',,] == ['a']", "[[1]] == [[2]]", "[[], [1]] == [[]]", "[null] == [money('5')]", "[1] in [[1]]",
	"customer.guest ? customer.guest ? true : false : true", "customer.guest ? true : customer.guest ? true : false", "(customer.guest ? null : money('5')) == money('5')",
	"1 == 1 == true", "'a' < 'b' == true", "true == 'a' in ['a']", "customer.orders in [1, 2] in [true]", "1 == 1 in [true]", "true && true || false && true", "false && true || true", "true || true && false",
	"null == null", "null < null", "null in [null]", "customer.spent == null", "customer.spent < null", "null < customer.spent || true", "customer.consents == null", "customer.units == null", "null in customer.consents",
	"1.e5 == 1.0", "1..5 == 1.0", "customer.late < 1e3", "customer.late < .5", "customer.late < 1e", "0x1F == 31", "0X1F == 31", "-0x8000000000000000 < 0", "9223372036854775808 == 1", "-9223372036854775809 == 1", "1e400 == 1.0",
	"00012 == 12", "0x1fu == 31u", "0xFU == 15u", "1u < 2", "1in[1]", "'a'in['a']", "0x1in[1]", "1==1?true:false", "customer.orders>2and true", "0xu == 1", "18446744073709551616u == 1u",
	`r'a\b' == 'a'`, "'''a\nb''' == 'a'", `"""a"b""" == 'a'`, `"""a\"""" == 'a"'`, `"" "a" == ""`, `"""a""" == "a"`, `'\u0041' == 'A'`, `'\x41\101\U00000041' == 'AAA'`, `'\ud800' == 'a'`, `'\U00110000' == ''`, `rb'a' == b'a'`,
	`bR'a' == b'a'`, "'a\rb' == ''", "'''a\rb''' == 'a\\nb'", `'\q' == ''`, `'\400' == ''`, `'\18' == ''`, `'\x4' == ''`, `'\' == ''`, `'\\' == r'\'`, `b'\xff' == b'\377'`, `b'ÿ' == b'\377'`, `b'\u0041' == b'A'`, `'\XfF' == 'ÿ'`, `'\"' == "\'"`,
	"'\x00' == ''", "'\xff' == '\ufffd'", "'\x87\x87' != ''", "é == 1", "\ufeffcustomer.guest", "customer.guest\u00a0", "customer.guest\v", "customer.guest\f", "customer.guest;", "'é' < 'z'", "'\U0001F600' > '\uffff'",
	"customer.late in [0.0, -0.0]", "customer.late in [customer.late]", "customer.late == customer.late", "customer.late < 1.0 || true", "customer.late < 1.0 in []", "customer.spent < null in []", "customer.spent < null in [true]", "customer.guest && customer.spent < null || true", "customer.spent < null ? true : true", "customer.late < 1.0 in [true]", "customer.late < 1.0 ? true : true",
	"true < false", "customer.guest <= true", "[1, 2] < [1, 2]", "'x' in customer.units", "'Mug' in customer.units", "5 in customer.orders_within", "customer.units['MUG'] == customer.units['mug']",
	"money(('5')) == money('5.00')", "money('''5''') == money('5')", "money('5', '6') == money('5')", "money() == money('5')", "money('-5') == money('5')", "customer.money('5') == money('5')",
	"(customer).orders > 1", "(customer.orders) > 1", "((((customer.guest))))", "customer.orders.x == 1", "customer.true == 1", "true.x", "true", "!-5", "5.startsWith('a')", "'a'.startsWith('b',)", "'a'.startsWith()",
	"startsWith('a', 'b')", "customer.country.startsWith == 'a'", "customer.country.`startsWith`('a')", "`customer`.orders > 1", "customer.country.contains(customer.tier)", "string == int", "int == 1", "type == type", "customer == customer", "{} == {}",
	"customer.guest && customer.units", "customer.units['a'] ? true : false", "!customer.orders", "customer.guest ? 1 : 'a'", "a.?b", "customer.units[?'a'] == 1", "_&&_(true, true)", "_in_('a', ['a'])", "@in('a', ['a'])", "customer.guest = true", "",
}

func TestFunctionsReadDelicateTextsAsCEL(t *testing.T) {
	c := checker(t)
	accepted := 0
	for _, text := range delicate {
		if names.MatchString(text) {
			continue
		}
		switch _, err := condition.Parse(text, "GBP"); {
		case c.alike(t, text, 1, map[string]int{}):
			accepted++
		case err == nil && text != "":
			t.Errorf("CEL refuses %q, but Parse does not", text)
		}
	}
	if accepted < 80 {
		t.Errorf("CEL accepts %d of %d texts, want 80 or more", accepted, len(delicate))
	}
}

func TestAConditionThatFunctionsDecideDifferentlyIsRefused(t *testing.T) {
	c := checker(t)
	checked, _, err := c.checked("customer.orders >= 7", noSegments)
	if err != nil {
		t.Fatal(err)
	}
	read, err := condition.Parse("customer.orders > 7", "GBP")
	if err != nil {
		t.Fatal(err)
	}
	const want = "1:1: functions take this as false, and it means true, for a customer with customer.orders = 7 (write it in another way, and report this fault of the program)"
	if err := c.tried(read, checked); err == nil || err.Error() != want {
		t.Errorf("the fault of another condition is %v, want %s", err, want)
	}
}

// FuzzFunctionsReadAsCEL tries texts that no grammar draws.
func FuzzFunctionsReadAsCEL(f *testing.F) {
	c := checker(f)
	for _, text := range delicate {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !names.MatchString(text) {
			c.alike(t, text, 1, map[string]int{})
		}
	})
}

// names are those of CEL's types, which CEL takes as values. Functions refuse them, and
// so does the checker.
var names = regexp.MustCompile(`\b(bool|bytes|double|duration|dyn|int|list|map|null_type|string|timestamp|type|uint|google)\b`)

// written finds the conditions of YAML files and of the manual.
var written = regexp.MustCompile("(?m)^ *(?:- )?(?:if|unless|until|when|on|audience|only): *'?([^'\n|{]*[^'\n|{ ])'?$|`([^`\n]*(?:customer|order|campaign|line|product|journey)\\.[^`\n]*)`")

func TestConditionsOfTheShopAndTheManualAreReadAlike(t *testing.T) {
	c := checker(t)
	found := map[string]bool{}
	for _, folder := range []string{"../../infra/shop", "../../docs"} {
		err := filepath.WalkDir(folder, func(path string, of os.DirEntry, err error) error {
			if err != nil || of.IsDir() || !strings.HasSuffix(path, ".yaml") && !strings.HasSuffix(path, ".md") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, match := range written.FindAllStringSubmatch(string(text), -1) {
				if one := strings.TrimSpace(match[1] + match[2]); c.alike(t, one, 1, map[string]int{}) {
					found[one] = true
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 40 {
		t.Errorf("found %d conditions, want 40 or more", len(found))
	}
}

// BenchmarkFunctionsAgainstCEL evaluates one condition with both in turns. It reports the
// time and the memory of each, and how often functions evaluate it while CEL does once.
func BenchmarkFunctionsAgainstCEL(b *testing.B) {
	const text = `customer.orders >= 2 && customer.days_since_last_order > 6 && customer.spent >= money("500.00") && customer.country in ["GB", "IE"] && customer.units["lunch bag"] > 1`
	c := checker(b)
	checked, _, err := c.checked(text, noSegments)
	if err != nil {
		b.Fatal(err)
	}
	read, err := condition.Parse(text, "GBP")
	if err != nil {
		b.Fatal(err)
	}
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		b.Fatal(err)
	}
	const turn = 1000
	var took, allocated [2]float64
	n := 0
	for b.Loop() {
		for i, evaluate := range []func(){
			func() { read.Holds(regular) },
			func() { asCEL(program, regular, "GBP") },
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			for range turn {
				evaluate()
			}
			took[i] += float64(time.Since(start).Nanoseconds())
			runtime.ReadMemStats(&after)
			allocated[i] += float64(after.Mallocs - before.Mallocs)
		}
		n += turn
	}
	for i, by := range []string{"functions", "CEL"} {
		b.ReportMetric(took[i]/float64(n), "ns/"+by)
		b.ReportMetric(allocated[i]/float64(n), "allocs/"+by)
	}
	b.ReportMetric(took[1]/took[0], "times")
}
