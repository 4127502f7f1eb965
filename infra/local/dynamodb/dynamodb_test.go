package dynamodb_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
)

func start(t *testing.T, dir string) *dynamodb.Engine {
	t.Helper()
	e, err := dynamodb.Start(t.Context(), "../../..", os.Getenv("DYNAMODB_ENGINE"), filepath.Join(dir, "dynamo.db"), filepath.Join(dir, "dynoxide.log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	return e
}

var orders = template.Table{
	Name: "Orders", Hash: "customer", Range: "order",
	Attributes: map[string]string{"customer": "S", "order": "S", "day": "N"},
	Indexes:    []template.Index{{Name: "by-day", Hash: "day", Projection: "ALL"}},
	ExpiresBy:  "expires",
}

func TestDataSurvivesARestartOfTheEngine(t *testing.T) {
	dir := t.TempDir()
	first := start(t, dir)
	client := dynamodb.NewClient(first.Endpoint)
	if err := dynamodb.Create(t.Context(), client, []template.Table{orders}); err != nil {
		t.Fatal(err)
	}
	item := map[string]types.AttributeValue{"customer": &types.AttributeValueMemberS{Value: "c"}, "order": &types.AttributeValueMemberS{Value: "o"}}
	if _, err := client.PutItem(t.Context(), &sdk.PutItemInput{TableName: &orders.Name, Item: item}); err != nil {
		t.Fatal(err)
	}
	first.Stop()
	select {
	case <-first.Exited():
	default:
		t.Error("the engine still runs after Stop")
	}

	client = dynamodb.NewClient(start(t, dir).Endpoint)
	if err := dynamodb.Create(t.Context(), client, []template.Table{orders}); err != nil {
		t.Errorf("Create of tables that exist = %v, want nil", err)
	}
	got, err := client.GetItem(t.Context(), &sdk.GetItemInput{TableName: &orders.Name, Key: item})
	if err != nil || len(got.Item) == 0 {
		t.Errorf("GetItem after a restart = %v, %v, want the item", got, err)
	}
}

// 127.0.0.2 stands for the machine's other addresses: on Linux a program that
// listens on every interface answers there too.
func TestEngineAnswersOn127001Only(t *testing.T) {
	u, err := url.Parse(start(t, t.TempDir()).Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	other, err := net.DialTimeout("tcp", "127.0.0.2:"+u.Port(), time.Second)
	if err == nil {
		_ = other.Close()
		t.Errorf("the engine of %s answers at 127.0.0.2 too", u)
	}
}

func TestCreateRejectsATableWithOtherKeys(t *testing.T) {
	client := dynamodb.NewClient(start(t, t.TempDir()).Endpoint)
	if err := dynamodb.Create(t.Context(), client, []template.Table{orders}); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		change func(*template.Table)
		want   string
	}{
		"another sort key": {
			func(o *template.Table) { o.Range = "day" },
			"table Orders: its keys are (customer HASH S, order RANGE S), the template has (customer HASH S, day RANGE N)",
		},
		"another type": {
			func(o *template.Table) { o.Attributes = map[string]string{"customer": "S", "order": "N", "day": "N"} },
			"the template has (customer HASH S, order RANGE N)",
		},
		"another index": {
			func(o *template.Table) {
				o.Indexes = []template.Index{{Name: "by-order", Hash: "order", Projection: "ALL"}}
			},
			"table Orders: index by-order: its keys are (no such index)",
		},
	}
	for name, test := range tests {
		changed := orders
		test.change(&changed)
		err := dynamodb.Create(t.Context(), client, []template.Table{changed})
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "remove var/dynamo.db") {
			t.Errorf("%s: Create = %v, want %q and what to do", name, err, test.want)
		}
	}
}

func TestStartWithoutBinaryNamesTheInstallCommand(t *testing.T) {
	_, err := dynamodb.Start(t.Context(), t.TempDir(), "dynoxide", "db", "log")
	if err == nil || !strings.Contains(err.Error(), "npm ci --ignore-scripts") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Start = %v, want one line that names npm ci", err)
	}
}

func TestStartErrorNamesTheLogIfTheEngineEnds(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := dynamodb.Start(ctx, "../../..", "dynoxide", filepath.Join(dir, "no", "such", "folder", "db"), filepath.Join(dir, "log"))
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "log")) {
		t.Errorf("Start = %v, want an error that names the log", err)
	}
}

func TestProxyCountsCapacity(t *testing.T) {
	engine := start(t, t.TempDir())
	proxy, err := dynamodb.NewProxy(engine.Endpoint, true, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(proxy)
	defer server.Close()
	client := dynamodb.NewClient(server.URL)
	if err := dynamodb.Create(t.Context(), client, []template.Table{orders}); err != nil {
		t.Fatal(err)
	}
	item := map[string]types.AttributeValue{
		"customer": &types.AttributeValueMemberS{Value: "c"}, "order": &types.AttributeValueMemberS{Value: "o"},
		"day": &types.AttributeValueMemberN{Value: "1"},
	}
	_, err = client.TransactWriteItems(t.Context(), &sdk.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: &orders.Name, Item: item}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Scan(t.Context(), &sdk.ScanInput{TableName: &orders.Name}); err != nil {
		t.Fatal(err)
	}
	counts := proxy.Counts()
	if got := counts["TransactWriteItems"]; got.Calls != 1 || got.Units < 2 {
		t.Errorf("TransactWriteItems = %+v, want one call of two units at least", got)
	}
	if got := counts["Scan"]; got.Calls != 1 || got.Units != 0.5 {
		t.Errorf("Scan = %+v, want one call of half a unit", got)
	}
}

func TestProxyAnswers500IfTheEngineDoesNotAnswer(t *testing.T) {
	proxy, err := dynamodb.NewProxy("http://127.0.0.1:1", false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	response := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
	request.Header.Set("X-Amz-Target", dynamodb.TargetPrefix+"ListTables")
	proxy.ServeHTTP(response, request)
	if response.Code != 500 || !strings.Contains(response.Body.String(), "InternalServerError") {
		t.Errorf("answer = %d %s, want 500 InternalServerError, which SDKs retry", response.Code, response.Body)
	}
}
