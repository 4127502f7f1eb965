package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/journey"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// spoil puts a value in the place of an attribute of the rows of a table whose key
// accepts, and returns how many they are.
func (f *fixture) spoil(table, attribute string, value types.AttributeValue, accepts func(key string) bool) (rows int) {
	f.t.Helper()
	names := map[string][]string{"Customers": {"customer", "kind"}, "Orders": {"order"}, "Coupons": {"coupon"}, "Sends": {"customer", "send"}, "Decisions": {"customer", "send"}, "Journeys": {"customer", "journey"}, "Settings": {"setting"}}
	out, err := f.tables.Engine.Scan(context.Background(), &dynamodb.ScanInput{TableName: &table})
	must(f.t, err)
	for _, item := range out.Items {
		key, text := map[string]types.AttributeValue{}, ""
		for _, name := range names[table] {
			key[name] = item[name]
			text += "|" + item[name].(*types.AttributeValueMemberS).Value
		}
		if !accepts(text) {
			continue
		}
		rows++
		_, err := f.tables.UpdateItem(context.Background(), &dynamodb.UpdateItemInput{
			TableName: &table, Key: key, UpdateExpression: aws.String("SET #a = :v"),
			ExpressionAttributeNames: map[string]string{"#a": attribute}, ExpressionAttributeValues: map[string]types.AttributeValue{":v": value},
		})
		must(f.t, err)
	}
	return rows
}

func has(parts ...string) func(string) bool {
	return func(key string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(key, part) })
	}
}

func attribute(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

// body puts a body in the place of that of one row.
func (f *fixture) body(table, key string, value types.AttributeValue) {
	f.t.Helper()
	if rows := f.spoil(table, "body", value, func(of string) bool { return of == key }); rows != 1 {
		f.t.Fatalf("%d rows of %s have the key %s, want 1", rows, table, key)
	}
}

// record returns the record of the erasure.
func (f *fixture) record() dynamo.Erasure {
	f.t.Helper()
	r, _, err := f.store.Erasure(f.t.Context(), "e-1")
	must(f.t, err)
	return r
}

// waits reports whether an erasure fails each time that it is delivered, and so goes to
// the dead letters.
func (f *fixture) waits(event string) bool {
	f.t.Helper()
	for body := event; body != ""; body = f.next() {
		if !f.deliver(body) {
			return !f.deliver(body)
		}
		f.now = f.now.Add(privacy.Settling)
	}
	return false
}

// An erasure succeeds whatever state the customer's rows are in, and leaves nothing of
// them: rows that are broken by hand or by a restore must not keep the promise waiting.
func TestErasureOfRowsThatCannotBeRead(t *testing.T) {
	guest := string(intake.Guest(address))
	bodies := map[string]types.AttributeValue{
		"cut JSON":     attribute(`{"customer":"191167","email":{"value":"Marker.Ann@example.com`),
		"not deflated": &types.AttributeValueMemberB{Value: []byte("rubbish")},
	}
	for name, c := range map[string]struct {
		table, attribute string
		value            types.AttributeValue // nil: each of the bodies
		accepts          func(key string) bool
		rows             int
	}{
		"profiles":              {"Customers", "body", nil, has("191167|PROFILE", guest+"|PROFILE"), 2},
		"another account":       {"Customers", "body", nil, has("191167-marker|PROFILE"), 1},
		"sums":                  {"Customers", "body", nil, has("|BOUGHT/"), 4},
		"sums of another state": {"Customers", "body", attribute(`{"beside":9,"sums":{"MARKER-PRODUCT":[1,1,0]}}`), has("|BOUGHT/"), 4},
		"contact":               {"Customers", "body", nil, has("mailbox:"), 1},
		"sign-up":               {"Customers", "body", nil, has("signup:"), 1},
		"orders":                {"Orders", "body", nil, has("|o-1", "|o-3"), 2},
		"sends":                 {"Sends", "body", nil, has("|191167|", guest), 9},
		"sums of another form":  {"Customers", "body", attribute(`[{"name":"Marker"}]`), has("|BOUGHT/"), 4},
		"inputs":                {"Decisions", "body", nil, has("|191167|", guest, "signup:"), 3},
		"positions":             {"Journeys", "body", nil, has("|191167|"), 1},
		"redemptions":           {"Coupons", "body", nil, has("order#"), 2},
	} {
		values := bodies
		if c.value != nil {
			values = map[string]types.AttributeValue{"": c.value}
		}
		for kind, value := range values {
			if _, packed := value.(*types.AttributeValueMemberB); packed && c.table == "Orders" {
				continue // nothing says whose it is
			}
			t.Run(name+" "+kind, func(t *testing.T) {
				f := newFixture(t)
				f.fill()
				f.account()
				must(t, f.store.SavePosition(t.Context(), journey.Position{Customer: ann, Journey: "hello", Entered: yesterday}, ""))
				if rows := f.spoil(c.table, c.attribute, value, c.accepts); rows < c.rows {
					t.Fatalf("%d rows were broken, want %d", rows, c.rows)
				}
				f.erase(ownEvent)
				for _, text := range f.found() {
					t.Errorf("after the erasure there is %.300s", text)
				}
				if r, _, err := f.store.Erasure(t.Context(), "e-1"); err != nil || r.Done.IsZero() {
					t.Errorf("the record is %+v (%v), want it done", r, err)
				}
				if c.table == "Customers" && !strings.HasPrefix(name, "sums") {
					if p, _, err := f.store.Profile(t.Context(), bob); err != nil || p.Email.Value == "" {
						t.Errorf("Bob's profile is %+v, %v", p, err)
					}
				}
			})
		}
	}
}

// What another version of the functions may have stored is not deleted: the erasure waits
// in the dead letters, with the reason, until the row can be read.
func TestErasureWaitsForRowsOfAnotherForm(t *testing.T) {
	guest := string(intake.Guest(address))
	form := attribute(`{"form":7,"customer":"191167","id":["191167"],"email":"marker.ann@example.com","orders":{},"received":1,"step":[],"entered":1,"intent":1,"lines":1,"suppressed":1}`)
	later := &types.AttributeValueMemberB{Value: []byte{0b1110, 1, 2, 3}} // packed in a later way
	for name, c := range map[string]struct {
		table, attribute string
		value            types.AttributeValue
		accepts          func(key string) bool
	}{
		"profile":               {"Customers", "body", form, has("191167|PROFILE")},
		"profile, packed":       {"Customers", "body", later, has("191167|PROFILE")},
		"another account":       {"Customers", "body", form, has("191167-marker|PROFILE")},
		"contact":               {"Customers", "body", form, has("mailbox:")},
		"sign-up":               {"Customers", "body", form, has("signup:")},
		"order":                 {"Orders", "body", attribute(`{"id":"o-1","customer":"191167","placed":{"at":"2026-11-21T12:00:00Z","lines":["LATER FORM"]}}`), has("|o-1")},
		"sends":                 {"Sends", "body", form, has("|191167|", guest)},
		"sends' states":         {"Sends", "attempt", attribute("one"), has("|191167|", guest)},
		"inputs":                {"Decisions", "gone", attribute("soon"), has("|191167|", guest)},
		"position":              {"Journeys", "body", form, has("|191167|")},
		"coupons":               {"Coupons", "version", attribute("two"), has("code#")},
		"redemptions":           {"Coupons", "body", form, has("order#")},
		"request for an export": {"Settings", "body", form, has("request/r-1")},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.fill()
			f.account()
			must(t, f.store.SavePosition(t.Context(), journey.Position{Customer: ann, Journey: "hello", Entered: yesterday}, ""))
			rows := f.spoil(c.table, c.attribute, c.value, c.accepts)
			if rows == 0 {
				t.Fatal("no row was changed")
			}
			if !f.waits(ownEvent) || !f.record().Done.IsZero() {
				t.Errorf("the erasure does not wait; its record is %+v", f.record())
			}
			if left := f.spoil(c.table, c.attribute, c.value, c.accepts); left < rows {
				t.Errorf("%d of %d rows are left", left, rows)
			}
		})
	}
}

// The customer in a row decides whose it is, and so does the whole ID alone: that of
// another can be in any number.
func TestErasureLeavesWhatIsAnothersThoughItCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		table, key, body string
		unattributed     int
	}{
		"a product's number has the ID in it": {"Orders", "|o-5", `{"id":"o-5","customer":"200842","placed":{"customer":{"email":"bob@example.com"},"lines":[{"product":"4191167001","units":1`, 0},
		"the product's number is the ID":      {"Orders", "|o-5", `{"id":"o-5","customer":"200842","placed":{"lines":[{"product":"191167","id":191167,"units":191167`, 0},
		"it names both":                       {"Orders", "|o-5", `{"id":"o-5","customer":"200842","placed":{"customer":{"id":"191167","email":"marker.ann@example.com"}`, 0},
		"nothing says whose it is":            {"Orders", "|o-5", `"id":"o-5","placed":{"lines":[{"product":"4191167001","id":191167,"sku":"191167","units":191167}],"to":"xmarker.ann@example.com"`, 1},
		"an address that is cut":              {"Orders", "|o-5", `{"id":"o-5","placed":{"customer":{"email":"marker.ann@example.com`, 1},
		"another's address":                   {"Customers", "|200842|PROFILE", `{"id":"200842","email":{"value":"joe.marker.ann@example.com"},"name":{"value":"191167`, 0},
		"a profile without address":           {"Customers", "|200842|PROFILE", `{"id":"200842","name":{"value":"191167`, 1},
		"another's request":                   {"Settings", "|request/r-bob", `{"id":"r-bob","customer":"200842","kind":"191167`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.fill()
			must(t, f.store.SavePrivacyRequest(t.Context(), privacyrequest.New("r-bob", privacyrequest.Export, bob, shop.RequestFromShop, yesterday, 0), ""))
			f.body(c.table, c.key, attribute(c.body))
			f.erase(ownEvent)
			if !slices.ContainsFunc(f.texts(), func(text string) bool { return strings.Contains(text, strings.ToLower(c.body)) }) {
				t.Error("the row was erased")
			}
			if r := f.record(); r.Done.IsZero() || r.Unattributed != c.unattributed {
				t.Errorf("the record is %+v, want it done, with %d rows that could not be attributed", r, c.unattributed)
			}
		})
	}
}

// An account of the person that has no order with their address is found by its profile.
func TestErasureFindsAnAccountWhoseProfileCannotBeRead(t *testing.T) {
	f := newFixture(t)
	f.fill()
	o := order("o-6", other, "work@example.com") // the address of the account was changed later
	p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
	must(t, f.store.SaveFold(t.Context(), dynamo.Fold{Order: o, Customer: other, Profile: p}))
	f.body("Customers", "|"+string(other)+"|PROFILE", attribute(`{"id":"191167-marker","email":{"value":"Marker.Ann@example.com","at":"2026-11-21T12:00:00Z"},"orders":[`))
	f.erase(ownEvent)
	for _, text := range f.found() {
		t.Errorf("after the erasure there is %.300s", text)
	}
	if r := f.record(); r.Done.IsZero() || r.Unattributed != 0 {
		t.Errorf("the record is %+v, want it done", r)
	}
}

// A request of the customer goes though it cannot be read, and the nightly
// count and the operator see one that cannot be read.
func TestRequestThatCannotBeRead(t *testing.T) {
	f := newFixture(t)
	f.fill()
	f.body("Settings", "|request/r-1", attribute(`{"id":"r-1","kind":"export","customer":"191167","received":"2026-11`))
	_, err := f.Handle(t.Context(), []byte(`{"detail-type":"clock.requests"}`))
	must(t, err)
	if want := `"PrivacyRequestsOverdue":1`; !strings.Contains(f.out.String(), want) {
		t.Errorf("the metrics are %s, want %s", f.out.String(), want)
	}
	open, err := privacy.OpenRequests(t.Context(), f.store)
	if err != nil || len(open) != 1 || !strings.Contains(open[0].Line(noon), "unreadable  counts as OVERDUE") || !strings.HasSuffix(open[0].Line(noon), "r-1") {
		t.Errorf("the open requests are %+v (%v), want r-1 as overdue", open, err)
	}
	f.erase(ownEvent)
	for _, text := range f.found() {
		t.Errorf("after the erasure there is %.300s", text)
	}
}

// What says that it is later than the erasure stays, whether it is damaged or of another
// form: it is of a new relation.
func TestErasureLeavesWhatIsLaterThoughItCannotBeRead(t *testing.T) {
	for name, end := range map[string]string{"another form": `"lines":["LATER FORM"]}}`, "damaged": `"lines":[{"product":`} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.fill()
			job := ownEvent
			for range 6 { // until the second pass
				if !f.deliver(job) {
					t.Fatal("the erasure fails")
				}
				if job = f.next(); strings.Contains(job, `"pass":2`) {
					break
				}
			}
			f.now = noon.Add(privacy.Settling)
			o := order("o-9", ann, "new@example.com")
			o.Placed.At = noon.Add(time.Minute)
			p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
			must(t, f.store.SaveFold(t.Context(), dynamo.Fold{Order: o, Customer: ann, Profile: p}))
			kept := map[string]string{
				"|o-9":            `{"id":"o-9","customer":"191167","placed":{"at":"2026-11-22T12:01:00Z","customer":{"id":"191167"},` + end,
				"|191167|PROFILE": `{"id":"191167","email":{"value":"new@example.com"},"orders":[["o-9","2026-11-22T12:01:00Z",1000,"EUR"]],"next":{` + end,
			}
			f.body("Orders", "|o-9", attribute(kept["|o-9"]))
			f.body("Customers", "|191167|PROFILE", attribute(kept["|191167|PROFILE"]))
			f.erase(job)
			for key, body := range kept {
				if !slices.ContainsFunc(f.texts(), func(text string) bool { return strings.Contains(text, strings.ToLower(body)) }) {
					t.Errorf("%s was erased", key)
				}
			}
			if r := f.record(); r.Done.IsZero() {
				t.Errorf("the record is %+v, want it done", r)
			}
		})
	}
}

// However short the customer's ID is, an order that was cut behind it is theirs.
func TestErasureOfACutOrderOfAShortID(t *testing.T) {
	f := newFixture(t)
	f.fill()
	o := order("o-6", "c-77", "c77@example.com")
	p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
	must(t, f.store.SaveFold(t.Context(), dynamo.Fold{Order: o, Customer: "c-77", Profile: p}))
	f.body("Orders", "|o-6", attribute(`{"id":"o-6","customer":"c-77","placed":{"at":"2026-11-21T12:00:00Z","customer":{"id":"c-77","name":"Jane Seventyseven","address`))
	f.erase(strings.Replace(eraseEvent, `"191167"`, `"c-77"`, 1))
	for _, text := range f.texts() {
		if strings.Contains(text, "seventyseven") {
			t.Errorf("after the erasure there is %.300s", text)
		}
	}
}
