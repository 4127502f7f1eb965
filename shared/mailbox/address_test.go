package mailbox_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/mailbox"
)

func TestAddressAndNormalize(t *testing.T) {
	long := strings.Repeat("x", 64)
	for typed, want := range map[string]struct {
		address, normal string
		writable        bool
	}{
		"Jane@Example.com":                        {"Jane@Example.com", "jane@example.com", true},
		" jane@example.com\t":                     {"jane@example.com", "jane@example.com", true},
		"jane@under_score.example":                {"jane@under_score.example", "jane@under_score.example", true},
		"Jane@Bücher.example":                     {"Jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example", true},
		"jane@BU\u0308CHER.example":               {"jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example", true}, // u and its dots
		"jane@xn--bcher-kva.example":              {"jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example", true},
		"jane@straße.example":                     {"jane@xn--strae-oqa.example", "jane@xn--strae-oqa.example", true},
		"用户@例え。テスト":                               {"用户@xn--r8jz45g.xn--zckzah", "用户@xn--r8jz45g.xn--zckzah", false},
		"jörg@example.de":                         {"jörg@example.de", "jörg@example.de", false},
		"JO\u0308RG@example.de":                   {"JO\u0308RG@example.de", "jörg@example.de", false},
		"a@b":                                     {"a@b", "a@b", false},
		"x@example.com,":                          {"x@example.com,", "x@example.com,", false},
		"x@example.com,y@example.com":             {"x@example.com,y@example.com", "x@example.com,y@example.com", false},
		"x@example.com\r\nBcc: y@example.com":     {"x@example.com\r\nBcc: y@example.com", "x@example.com\r\nbcc: y@example.com", false},
		"Jane <jane@example.com>":                 {"Jane <jane@example.com>", "jane <jane@example.com>", false},
		"jane@exa\u200bmple.com…":                 {"jane@exa\u200bmple.com…", "jane@exa\u200bmple.com…", false},
		long + "@example.com":                     {long + "@example.com", long + "@example.com", true},
		long + "x@example.com":                    {long + "x@example.com", long + "x@example.com", false},
		"j@" + strings.Repeat("x.", 124) + "info": {"j@" + strings.Repeat("x.", 124) + "info", "j@" + strings.Repeat("x.", 124) + "info", true},
		"j@" + strings.Repeat("x.", 125) + "com":  {"j@" + strings.Repeat("x.", 125) + "com", "j@" + strings.Repeat("x.", 125) + "com", false},
		"none":                                    {"none", "", false},
		"":                                        {"", "", false},
		"@example.com":                            {"@example.com", "", false},
		"jane@":                                   {"jane@", "", false},
	} {
		if address, writable := mailbox.Address(typed); address != want.address || writable != want.writable {
			t.Errorf("Address(%q) = %q, %t; want %q, %t", typed, address, writable, want.address, want.writable)
		}
		if normal, writable := mailbox.Normalize(typed); normal != want.normal || writable != want.writable {
			t.Errorf("Normalize(%q) = %q, %t; want %q, %t", typed, normal, writable, want.normal, want.writable)
		}
	}
}

func TestANormalizedAddressStaysAsItIs(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "Z", "ü", "U\u0308", "İ", "ß", "Ǆ", ".", "@", "-", "xn--", "。", " ", "…", "\u200b", ","})
	rapid.Check(t, func(t *rapid.T) {
		typed := strings.Join(rapid.SliceOfN(piece, 0, 12).Draw(t, "typed"), "")
		once, _ := mailbox.Normalize(typed)
		if again, _ := mailbox.Normalize(once); again != once {
			t.Fatalf("Normalize(%q) = %q, and Normalize of that = %q", typed, once, again)
		}
		address, writable := mailbox.Address(typed)
		normal, alike := mailbox.Normalize(address)
		if normal != once || alike != writable {
			t.Fatalf("Address(%q) = %q, %t has the normal form %q, %t; want %q", typed, address, writable, normal, alike, once)
		}
	})
}
