package linktoken_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/linktoken"
	"regulars/shared/shop"
)

var (
	first  = bytes.Repeat([]byte{1}, 32)
	second = bytes.Repeat([]byte{2}, 32)
	issued = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	sample = linktoken.Link{Purpose: linktoken.Unsubscribe, Customer: "customer-17850", Send: "abcdefghijklmnopqrstuvwxyz", Issued: issued}
)

func signer(t testing.TB, keys map[string][]byte, current string) *linktoken.Signer {
	t.Helper()
	s, err := linktoken.New(keys, current)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Customers keep their mails, so tokens of the first release must always open.
func TestTokensOfTheFirstReleaseStillOpen(t *testing.T) {
	const token = "k1.sGb3lXeDU6CD7-6nTPW9qgbKoAYRT1vEpIt4q-bZYDO-N-CtDQjVWhd7BX34smjxpovCy1Sflt5wBJ8eHQr7-9Nf2kCnD9HZ3w"
	s := signer(t, map[string][]byte{"k1": first}, "k1")
	got, err := s.Seal(sample)
	if err != nil || got != token {
		t.Errorf("Seal = %q, %v, want %q", got, err, token)
	}
	l, err := s.Open(token, linktoken.Unsubscribe)
	if err != nil || l != sample {
		t.Errorf("Open = %+v, %v, want %+v", l, err, sample)
	}
}

func TestOpenReturnsTheSealedLink(t *testing.T) {
	s := signer(t, map[string][]byte{"k1": first, "k2": second}, "k2")
	rapid.Check(t, func(t *rapid.T) {
		want := linktoken.Link{
			Purpose:  rapid.SampledFrom([]linktoken.Purpose{linktoken.Unsubscribe, linktoken.Preferences, linktoken.Click}).Draw(t, "purpose"),
			Mailbox:  shop.Mailbox(rapid.StringN(0, 43, 255).Draw(t, "mailbox")),
			Customer: shop.CustomerID(rapid.StringN(1, 60, 255).Draw(t, "customer")),
			Send:     shop.SendID(rapid.StringN(0, 60, 255).Draw(t, "send")),
			Issued:   issued.AddDate(0, 0, rapid.IntRange(-20000, 40000).Draw(t, "day")),
		}
		if want.Purpose == linktoken.Click {
			want.To = rapid.StringN(1, 300, 900).Draw(t, "to")
			want.Number = rapid.Uint8().Draw(t, "number")
		}
		token, err := s.Seal(want)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := s.Seal(want)
		if again != token {
			t.Fatalf("Seal gave %q, then %q, want the same", token, again)
		}
		got, err := s.Open(token, want.Purpose)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A change of any bit must be refused.
func TestAlteredTokensAreRefused(t *testing.T) {
	s := signer(t, map[string][]byte{"k1": first, "k2": first}, "k1")
	token, err := s.Seal(sample)
	if err != nil {
		t.Fatal(err)
	}
	body, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, "k1."))
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		for bit := range 8 {
			altered := bytes.Clone(body)
			altered[i] ^= 1 << bit
			if _, err := s.Open("k1."+base64.RawURLEncoding.EncodeToString(altered), linktoken.Unsubscribe); !errors.Is(err, linktoken.ErrForged) {
				t.Fatalf("Open with bit %d of byte %d changed = %v, want ErrForged", bit, i, err)
			}
		}
	}
	if _, err := s.Open(strings.Replace(token, "k1.", "k2.", 1), linktoken.Unsubscribe); !errors.Is(err, linktoken.ErrForged) {
		t.Errorf("Open under another ID of the same key = %v, want ErrForged", err)
	}
}

func TestOpenReturnsTheErrorOfTheFault(t *testing.T) {
	s := signer(t, map[string][]byte{"k1": first}, "k1")
	ours, err := s.Seal(sample)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := signer(t, map[string][]byte{"k1": second}, "k1").Seal(sample)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		token string
		want  linktoken.Purpose
		err   error
	}{
		"empty":                   {"", linktoken.Unsubscribe, linktoken.ErrMalformed},
		"no dot":                  {"k1", linktoken.Unsubscribe, linktoken.ErrMalformed},
		"not base64url":           {"k1.a+b/", linktoken.Unsubscribe, linktoken.ErrMalformed},
		"padded":                  {ours + "=", linktoken.Unsubscribe, linktoken.ErrMalformed},
		"with a line break":       {ours[:20] + "\n" + ours[20:], linktoken.Unsubscribe, linktoken.ErrMalformed},
		"too short for a tag":     {"k1." + strings.Repeat("A", 36), linktoken.Unsubscribe, linktoken.ErrMalformed},
		"truncated":               {ours[:3+40], linktoken.Unsubscribe, linktoken.ErrForged},
		"an odd key ID":           {"k 1." + ours[3:], linktoken.Unsubscribe, linktoken.ErrMalformed},
		"an unknown key":          {"k9." + ours[3:], linktoken.Unsubscribe, linktoken.ErrKey},
		"another secret":          {theirs, linktoken.Unsubscribe, linktoken.ErrForged},
		"for another purpose":     {ours, linktoken.Preferences, linktoken.ErrPurpose},
		"for its purpose":         {ours, linktoken.Unsubscribe, nil},
		"only zero bytes":         {"k1." + strings.Repeat("A", 80), linktoken.Unsubscribe, linktoken.ErrForged},
		"for an unknown purpose":  {ours, 'x', linktoken.ErrPurpose},
		"two tokens in one place": {ours + "." + ours, linktoken.Unsubscribe, linktoken.ErrMalformed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := s.Open(test.token, test.want); !errors.Is(err, test.err) {
				t.Errorf("Open = %v, want %v", err, test.err)
			}
		})
	}
}

func TestOldKeysStillOpen(t *testing.T) {
	token, err := signer(t, map[string][]byte{"k1": first}, "k1").Seal(sample)
	if err != nil {
		t.Fatal(err)
	}
	rotated := signer(t, map[string][]byte{"k1": first, "k2": second}, "k2")
	if l, err := rotated.Open(token, linktoken.Unsubscribe); err != nil || l != sample {
		t.Errorf("Open = %+v, %v, want %+v", l, err, sample)
	}
	if now, _ := rotated.Seal(sample); !strings.HasPrefix(now, "k2.") {
		t.Errorf("Seal = %q, want it sealed with k2", now)
	}
}

func TestTokensDoNotRevealTheirContent(t *testing.T) {
	s := signer(t, map[string][]byte{"k1": first}, "k1")
	token, err := s.Seal(sample)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := base64.RawURLEncoding.DecodeString(token[3:])
	for _, secret := range []string{string(sample.Customer), string(sample.Send)} {
		if bytes.Contains(body, []byte(secret)) || strings.Contains(token, secret) {
			t.Errorf("the token %q shows %q", token, secret)
		}
	}
	neighbour := sample
	neighbour.Customer = "customer-17851"
	other, err := s.Seal(neighbour)
	if err != nil {
		t.Fatal(err)
	}
	if token[3:19] == other[3:19] { // the nonce
		t.Error("two links have the same nonce")
	}
}

func TestNewNamesEveryBadKey(t *testing.T) {
	_, err := linktoken.New(map[string][]byte{"short": {1}, "a space": first}, "none")
	for _, want := range []string{`"short" has 1 bytes`, `"a space"`, `"none"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want it to name %s", err, want)
		}
	}
}

func TestSealRefusesInvalidLinks(t *testing.T) {
	s := signer(t, map[string][]byte{"k1": first}, "k1")
	for name, change := range map[string]func(*linktoken.Link){
		"no purpose":                func(l *linktoken.Link) { l.Purpose = 0 },
		"no customer":               func(l *linktoken.Link) { l.Customer = "" },
		"a click to nowhere":        func(l *linktoken.Link) { l.Purpose = linktoken.Click },
		"an address to unsubscribe": func(l *linktoken.Link) { l.To = "https://shop.example.com" },
		"a customer too long":       func(l *linktoken.Link) { l.Customer = shop.CustomerID(strings.Repeat("c", 256)) },
		"a day before 1970":         func(l *linktoken.Link) { l.Issued = time.Time{} },
		"a day after 2149":          func(l *linktoken.Link) { l.Issued = issued.AddDate(200, 0, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			l := sample
			change(&l)
			if token, err := s.Seal(l); err == nil {
				t.Errorf("Seal = %q, want an error", token)
			}
		})
	}
}

func FuzzOpen(f *testing.F) {
	s := signer(f, map[string][]byte{"k1": first}, "k1")
	token, _ := s.Seal(sample)
	f.Add(token)
	f.Add("k1.")
	f.Fuzz(func(t *testing.T, token string) {
		if l, err := s.Open(token, linktoken.Unsubscribe); err == nil && l != sample {
			t.Errorf("Open(%q) = %+v, want an error", token, l)
		}
	})
}

func ExampleSigner() {
	s, err := linktoken.New(map[string][]byte{"k1": bytes.Repeat([]byte{1}, 32)}, "k1")
	if err != nil {
		panic(err)
	}
	token, err := s.Seal(linktoken.Link{Purpose: linktoken.Unsubscribe, Customer: "42", Send: "abc", Issued: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		panic(err)
	}
	l, err := s.Open(token, linktoken.Unsubscribe)
	fmt.Println(l.Customer, l.Issued.Format(time.DateOnly), err)
	_, err = s.Open(token, linktoken.Preferences)
	fmt.Println(err)
	// Output:
	// 42 2026-11-22 <nil>
	// link: made for another purpose
}
