//go:build !race

package policyfiles_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/pricing"
	"regulars/shared/shoppolicy"
)

var (
	ignoreConditions = cmp.Comparer(func(a, b condition.Condition) bool { return true })
	byText           = cmp.Comparer(func(a, b condition.Condition) bool { return a.Text() == b.Text() })
	plainMessages    = cmp.Options{cmpopts.IgnoreUnexported(content.Set{}), cmpopts.IgnoreFields(content.Set{}, "Advice", "Source"), cmpopts.IgnoreFields(shoppolicy.Policy{}, "Segments")}
)

func TestDecodeReturnsTheEncodedPolicy(t *testing.T) {
	p := load(t, "")
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	got, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, got, byText, plainMessages); diff != "" {
		t.Errorf("Decode(Encode) (-want +got):\n%s", diff)
	}
	again, err := shoppolicy.Encode(got)
	if err != nil || !bytes.Equal(packed, again) {
		t.Errorf("Encode(Decode) = other bytes, %v, want the same", err)
	}
}

func TestDecodeRulesReturnsAllButTheMessages(t *testing.T) {
	want := load(t, "")
	parts, err := shoppolicy.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var one bytes.Buffer // as earlier versions stored a policy
	w := gzip.NewWriter(&one)
	w.Write(plain)
	w.Close()
	for what, packed := range map[string][]byte{"two parts": parts, "one part": one.Bytes()} {
		whole, err := shoppolicy.Decode(packed, message.Renderer{})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := cmp.Diff(want.Messages, whole.Messages, plainMessages); diff != "" {
			t.Errorf("%s: the messages of Decode (-want +got):\n%s", what, diff)
		}
		whole.Messages = content.Set{}
		rules, err := shoppolicy.DecodeRules(packed)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := cmp.Diff(whole, rules, byText, plainMessages); diff != "" {
			t.Errorf("%s: DecodeRules (-want +got):\n%s", what, diff)
		}
		if welcome, ok := rules.Offer("welcome"); !ok || !welcome.When.Holds(condition.Facts{Customer: condition.Customer{Orders: 1}}) {
			t.Errorf("%s: the conditions of DecodeRules are not compiled", what)
		}
	}
	for cut := range 3 {
		if _, err := shoppolicy.Decode(parts[:len(parts)-20*(cut+1)], message.Renderer{}); err == nil {
			t.Errorf("Decode of bytes of which the last %d are missing = nil, want an error", 20*(cut+1))
		}
	}
}

// Decode compiles the conditions; without that no condition would hold for any
// customer.
func TestDecodedConditionsHold(t *testing.T) {
	packed, err := shoppolicy.Encode(load(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	p, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	welcome, ok := p.Offer("welcome")
	if !ok {
		t.Fatal("there is no welcome")
	}
	for orders, want := range map[int]bool{0: false, 1: true, 2: false} {
		if got := welcome.When.Holds(condition.Facts{Customer: condition.Customer{Orders: orders}}); got != want {
			t.Errorf("welcome holds after %d orders = %v, want %v", orders, got, want)
		}
	}
	limited, ok := p.Offer("every-limit")
	if !ok {
		t.Fatal("there is no every-limit")
	}
	for category, want := range map[string]bool{"Mug": true, "tea": false} {
		if got := limited.Deal("o", "").On(pricing.Line{Category: category, Price: 1999}); got != want {
			t.Errorf("every-limit is on a line of %s = %v, want %v", category, got, want)
		}
	}
	if c, ok := p.Campaign("weekly"); !ok || c.Audience.Holds(condition.Facts{}) {
		t.Error("the weekly campaign is missing, or has an unknown customer in its audience")
	}
	if _, ok := p.Campaign("nothing"); ok {
		t.Error("Campaign of an unknown ID = true, want false")
	}
}

func TestDecodeRefusesDamagedBytes(t *testing.T) {
	pack := func(text string) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(text))
		w.Close()
		return b.Bytes()
	}
	for what, packed := range map[string][]byte{
		"nothing":                   nil,
		"no gzip":                   []byte("{}"),
		"truncated bytes":           pack(`{"shop":{}}`)[:12],
		"no JSON":                   pack("shop: {}"),
		"an unknown currency":       pack(`{"shop":{"currency":"XXQ","zone":"Europe/London"}}`),
		"an unknown zone":           pack(`{"shop":{"currency":"GBP","zone":"Europe/Atlantis"}}`),
		"a fact of a later version": pack(`{"shop":{"currency":"GBP","zone":"Europe/London"},"offers":[{"id":"o","when":"customer.birthday"}]}`),
	} {
		if p, err := shoppolicy.Decode(packed, message.Renderer{}); err == nil {
			t.Errorf("%s: Decode = %+v, want an error", what, p)
		}
	}
	for text, want := range map[string]string{
		`customer.birthday`:     "the condition of offer o: 1:1: there is no customer.birthday",
		`customer.orders > 2.5`: "the condition of offer o: 1:17: > does not go with int and double",
	} {
		_, err := shoppolicy.Decode(pack(`{"shop":{"currency":"GBP","zone":"Europe/London"},"offers":[{"id":"o","when":"`+text+`"}]}`), message.Renderer{})
		if err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("Decode of an offer with %q = %v, want an error that ends with %q", text, err, want)
		}
	}
}

func TestEncodeRefusesAPolicyThatIsTooLarge(t *testing.T) {
	p := load(t, "")
	random := rand.New(rand.NewPCG(1, 2))
	var noise strings.Builder
	for noise.Len() < 3*shoppolicy.MaxEncoded {
		noise.WriteByte(byte('a' + random.IntN(26)))
	}
	p.Messages.Messages["thanks"] = content.Message{HTML: noise.String()}
	if packed, err := shoppolicy.Encode(p); err == nil || !strings.Contains(err.Error(), "the limit is 389120") {
		t.Errorf("Encode = %d bytes, %v, want an error", len(packed), err)
	}
}

func TestLocationIsUTCForAnUnknownZone(t *testing.T) {
	if got := (shoppolicy.Shop{Zone: "Europe/London"}).Location().String(); got != "Europe/London" {
		t.Errorf("Location = %s", got)
	}
	if got := (shoppolicy.Shop{Zone: "nowhere"}).Location().String(); got != "UTC" {
		t.Errorf("Location of nowhere = %s, want UTC", got)
	}
}
