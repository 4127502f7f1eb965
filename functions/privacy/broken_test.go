package main

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/intake"
	"regulars/shared/journey"
)

// spoil puts a value in the place of an attribute of the rows of a table whose key
// accepts, and returns how many they are.
func (f *fixture) spoil(table, attribute string, value types.AttributeValue, accepts func(key string) bool) (rows int) {
	f.t.Helper()
	names := map[string][]string{"Customers": {"customer", "kind"}, "Orders": {"order"}, "Coupons": {"coupon"}, "Sends": {"customer", "send"}, "Decisions": {"customer", "send"}, "Journeys": {"customer", "journey"}}
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

// An erasure succeeds whatever state the customer's rows are in, and leaves nothing of
// them: rows that are broken by hand or by a restore must not keep the promise waiting.
func TestErasureOfRowsThatCannotBeRead(t *testing.T) {
	guest := string(intake.Guest(address))
	has := func(parts ...string) func(string) bool {
		return func(key string) bool {
			for _, part := range parts {
				if strings.Contains(key, part) {
					return true
				}
			}
			return false
		}
	}
	text := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
	bodies := map[string]types.AttributeValue{
		"cut JSON":      text(`{"customer":"191167","email":{"value":"Marker.Ann@example.com`),
		"another shape": text(`[{"customer":"191167","email":"marker.ann@example.com","name":"Marker"}]`),
		"not deflated":  &types.AttributeValueMemberB{Value: []byte("rubbish")},
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
		"sums of another state": {"Customers", "body", text(`{"beside":9,"sums":{"MARKER-PRODUCT":[1,1,0]}}`), has("|BOUGHT/"), 4},
		"contact":               {"Customers", "body", nil, has("mailbox:"), 1},
		"sign-up":               {"Customers", "body", nil, has("signup:"), 1},
		"orders":                {"Orders", "body", nil, has("|o-1", "|o-3"), 2},
		"sends":                 {"Sends", "body", nil, has("|191167|", guest), 9},
		"sends' states":         {"Sends", "attempt", text("one"), has("|191167|", guest), 9},
		"inputs":                {"Decisions", "gone", text("soon"), has("|191167|", guest, "signup:"), 3},
		"positions":             {"Journeys", "body", nil, has("|191167|"), 1},
		"coupons":               {"Coupons", "version", text("two"), has("code#"), 3},
		"redemptions":           {"Coupons", "body", nil, has("order#"), 2},
	} {
		values := bodies
		if c.value != nil {
			values = map[string]types.AttributeValue{"": c.value}
		}
		for kind, value := range values {
			if _, packed := value.(*types.AttributeValueMemberB); packed && (c.table == "Orders") {
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
				if c.table == "Customers" && name != "sums" && name != "sums of another state" {
					if p, _, err := f.store.Profile(t.Context(), bob); err != nil || p.Email.Value == "" {
						t.Errorf("Bob's profile is %+v, %v", p, err)
					}
				}
			})
		}
	}
}
