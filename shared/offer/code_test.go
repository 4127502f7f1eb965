package offer_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/offer"
	"regulars/shared/shop"
)

const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var form = regexp.MustCompile(`^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{5}$`)

func anyCode(t *rapid.T) string {
	return offer.Code(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"), shop.SendID(rapid.StringMatching(`[a-z2-7]{26}`).Draw(t, "send")))
}

// The expected codes are literals: if the derivation changed, codes in the inboxes of
// customers would not be found.
func TestCodeStaysTheSame(t *testing.T) {
	for send, want := range map[shop.SendID]string{
		"aaaaaaaaaaaaaaaaaaaaaaaaaa": "KH93-6ZC1-6AZE-J74WD",
		"zzzzzzzzzzzzzzzzzzzzzzzzzz": "YWE8-JRAX-BBQ6-4RSZ7",
		"":                           "4SGT-S93Q-KGM7-D434R",
	} {
		if got := offer.Code([]byte("a key for tests, 32 bytes long.."), send); got != want {
			t.Errorf("Code(%q) = %s, want %s", send, got, want)
		}
	}
}

func TestNormalizeReadsMisreadCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := anyCode(t)
		if !form.MatchString(code) {
			t.Fatalf("Code = %s, not of the form 7QK2-M9XD-04TB-HW8ZC", code)
		}
		misread := strings.NewReplacer("0", "o", "1", rapid.SampledFrom([]string{"i", "l", "L"}).Draw(t, "one"), "-", rapid.SampledFrom([]string{"", " ", "–"}).Draw(t, "dash"))
		typed := " " + misread.Replace(strings.ToLower(code))
		if got, err := offer.Normalize(typed); err != nil || got != code {
			t.Fatalf("Normalize(%q) = %q, %v, want %s", typed, got, err, code)
		}
		if offer.Hash(typed) != offer.Hash(code) {
			t.Fatalf("Hash(%q) differs from that of %s", typed, code)
		}
	})
}

func TestCodesOfTwoSendsOrKeysDiffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyCode(t), anyCode(t)
		key := []byte("k")
		if offer.Code(key, "a") == offer.Code(key, "b") || offer.Code([]byte("j"), "a") == offer.Code(key, "a") {
			t.Fatal("two sends, or two keys, have one code")
		}
		if (a == b) != (offer.Hash(a) == offer.Hash(b)) {
			t.Fatal("equal codes have different hashes, or different codes equal ones")
		}
	})
}

func TestNormalizeFindsOneWrongSymbol(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := strings.ReplaceAll(anyCode(t), "-", "")
		at := rapid.IntRange(0, len(code)-1).Draw(t, "at")
		for _, other := range symbols {
			if typed := code[:at] + string(other) + code[at+1:]; typed != code {
				if _, err := offer.Normalize(typed); !errors.Is(err, offer.ErrCode) {
					t.Fatalf("Normalize(%s) for %s = %v, want ErrCode", typed, code, err)
				}
			}
		}
	})
}

func TestNormalizeFindsTwoSwappedSymbols(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := strings.ReplaceAll(anyCode(t), "-", "")
		for i := range len(code) {
			for j := range i {
				typed := []byte(code)
				typed[i], typed[j] = typed[j], typed[i]
				if _, err := offer.Normalize(string(typed)); string(typed) != code && !errors.Is(err, offer.ErrCode) {
					t.Fatalf("Normalize(%s) for %s = %v, want ErrCode", typed, code, err)
				}
			}
		}
	})
}

func TestNormalizeSaysWhatIsWrong(t *testing.T) {
	for typed, want := range map[string]string{
		"":                      "this is not a coupon code: it has 0 letters and digits, a code has 17",
		"SUMMER":                "this is not a coupon code: 'U' does not occur in codes",
		"7QK2-M9XD-04TB-HW8Z":   "this is not a coupon code: it has 16 letters and digits, a code has 17",
		"7QK2-M9XD-04TB-HW8Z£":  "this is not a coupon code: '£' does not occur in codes",
		"0000-0000-0000-00001":  "this is not a coupon code: a letter or digit is mistyped",
		"7QK2-M9XD-04TB-HW8ZCC": "this is not a coupon code: it has 18 letters and digits, a code has 17",
	} {
		if _, err := offer.Normalize(typed); err == nil || err.Error() != want {
			t.Errorf("Normalize(%q) = %v, want %s", typed, err, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("7qk2 m9xd o4tb hw8zc")
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := offer.Normalize(typed)
		if err != nil {
			return
		}
		if again, err := offer.Normalize(code); err != nil || again != code || offer.Hash(typed) != offer.Hash(code) {
			t.Fatalf("Normalize(%q) = %q, again %q, %v", typed, code, again, err)
		}
	})
}

func ExampleNormalize() {
	code := offer.Code([]byte("a key for tests, 32 bytes long.."), "aaaaaaaaaaaaaaaaaaaaaaaaaa")
	typed := strings.ToLower(strings.ReplaceAll(code, "-", " "))
	same, err := offer.Normalize(typed)
	fmt.Println(same == code, err)
	_, err = offer.Normalize("SUMMER-SALE")
	fmt.Println(err)
	// Output:
	// true <nil>
	// this is not a coupon code: 'U' does not occur in codes
}
