package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"go.yaml.in/yaml/v3"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// role is an HTTP client that passes on the calls that a role of template.yaml allows:
// the actions by the name of the table, such as "Customers". It refuses all others.
type role map[string][]string

func roleOf(t *testing.T, name string) role {
	t.Helper()
	text, err := os.ReadFile("../../template.yaml")
	must(t, err)
	var document struct {
		Resources map[string]yaml.Node `yaml:"Resources"`
	}
	must(t, yaml.Unmarshal(text, &document))
	var of struct {
		Properties struct {
			Policies []struct {
				PolicyDocument struct {
					Statement []struct {
						Action   yaml.Node `yaml:"Action"`
						Resource yaml.Node `yaml:"Resource"`
					} `yaml:"Statement"`
				} `yaml:"PolicyDocument"`
			} `yaml:"Policies"`
		} `yaml:"Properties"`
	}
	node := document.Resources[name]
	must(t, node.Decode(&of))
	allowed := role{}
	for _, s := range of.Properties.Policies[0].PolicyDocument.Statement {
		for _, action := range append(s.Action.Content, &s.Action) {
			for _, on := range append(s.Resource.Content, &s.Resource) {
				if table, is := strings.CutPrefix(on.Value, "Tables.Outputs."); is {
					table = strings.TrimSuffix(table, "Arn")
					allowed[table] = append(allowed[table], strings.TrimPrefix(action.Value, "dynamodb:"))
				}
			}
		}
	}
	return allowed
}

func (r role) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	var call struct {
		TableName     string
		RequestItems  map[string]any
		TransactItems []any // of several actions: a night makes no such call
	}
	if err := json.Unmarshal(body, &call); err != nil {
		return nil, err
	}
	if len(call.TransactItems) > 0 {
		return nil, errors.New("a transaction: this test does not know its actions")
	}
	tables := slices.Collect(maps.Keys(call.RequestItems))
	if call.TableName != "" {
		tables = append(tables, call.TableName)
	}
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	for _, table := range tables {
		table = table[strings.LastIndex(table, "-")+1:] // without the prefix of the test
		if !slices.Contains(r[table], action) {
			text := fmt.Sprintf(`{"__type":"com.amazon.coral.service#AccessDeniedException","message":"the role does not allow %s on %s"}`, action, table)
			return &http.Response{StatusCode: http.StatusBadRequest, Request: req, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
		}
	}
	return http.DefaultClient.Do(req)
}

// A night needs nothing that its role in the template does not allow, also if a customer
// has sums beside the profile and campaigns are measured.
func TestANightMakesOnlyCallsThatItsRoleAllows(t *testing.T) {
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	all := dynamo.New(client, tables)
	history := bought()
	must(t, all.Import(t.Context(), history))
	all.MostBought = 0
	beside := profile.Profile{ID: "many", Orders: []profile.Visit{visit(3, "TEA")}, Bought: map[shop.ProductID]profile.Units{"LAMP": {Orders: 1, Units: 1}}}
	must(t, all.SaveFold(t.Context(), dynamo.Fold{Customer: "many", Profile: beside}))
	sent := night.AddDate(0, 0, -20)
	must(t, all.End(t.Context(), claim.Send{
		ID: "s", State: claim.Delivered, Class: shop.ClassPromotion, Changed: sent, Claimed: sent, Assigned: sent,
		Intent: campaign.Intent{Campaign: "picks", Version: 1, Customer: "many", Occasion: "x", Planned: sent},
	}))
	body, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{{ID: "picks", Value: 40, Measured: true}}})
	must(t, err)
	must(t, all.SavePolicy(t.Context(), "1", body))

	store := dynamo.New(dynamotest.Client(t, func(o *dynamodb.Options) { o.HTTPClient = roleOf(t, "LearnRole") }), tables)
	h := &handler{customers: store, catalogue: store, versions: store, policies: store, results: store, now: func() time.Time { return night }}
	answer, err := h.Handle(t.Context(), Event{})
	must(t, err)
	if answer.Customers == 0 {
		t.Errorf("the night counted no customers: %+v", answer)
	}
}
