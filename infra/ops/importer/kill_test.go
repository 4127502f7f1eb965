package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shoppolicy"
)

var kills = flag.String("kills", "400,1200", "the numbers of contacts and orders of the import that is killed")

// asCommand is the variable that makes this test binary the command itself.
const asCommand = "TEST_RUNS_THE_IMPORTER"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// localCloud is the engine and the secret of a local cloud for one process at a
// time, which it kills when a write comes.
type localCloud struct {
	*dynamodb.Client
	*httptest.Server
	tables dynamo.Tables

	process atomic.Pointer[os.Process]
	writes  atomic.Int64 // that have come
	killAt  atomic.Int64 // the number of the write; 0: none
	late    atomic.Bool  // kill when the write was made, not before
}

func newLocalCloud(t *testing.T) *localCloud {
	t.Helper()
	c := &localCloud{Client: dynamotest.Client(t)}
	c.tables = dynamotest.CreateTables(t, c.Client)
	engine, err := url.Parse(*c.Options().BaseEndpoint)
	must(t, err)
	proxy := httputil.NewSingleHostReverseProxy(engine)
	proxy.ErrorLog = nil
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if service == "secretsmanager" {
			_, _ = io.WriteString(w, `{"SecretString":"`+string(key)+`"}`)
			return
		}
		body, err := io.ReadAll(r.Body) // the write must be made also if its process is killed
		if err != nil {
			return
		}
		r = r.WithContext(t.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
		write := operation == "TransactWriteItems" || operation == "PutItem" || operation == "UpdateItem"
		kill := write && c.writes.Add(1) == c.killAt.Load()
		if kill && !c.late.Load() {
			_ = c.process.Load().Kill()
			return
		}
		proxy.ServeHTTP(w, r)
		if kill {
			_ = c.process.Load().Kill()
		}
	}))
	t.Cleanup(c.Close)
	packed, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", URL: "https://shop.example.com"}})
	must(t, err)
	must(t, dynamo.New(c.Client, c.tables).SavePolicy(t.Context(), "v1", packed))
	return c
}

// imports runs the command in a process of its own and reports whether it ended
// by itself.
func (c *localCloud) imports(t *testing.T, folder string) bool {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-apply", "-as-of", "2026-11-20")
	for _, kind := range kinds {
		cmd.Args = append(cmd.Args, "-"+string(kind), filepath.Join(folder, string(kind)+".csv"))
	}
	cmd.Env = append(os.Environ(), asCommand+"=1", "AWS_ENDPOINT_URL="+c.URL,
		"CUSTOMERS_TABLE="+c.tables.Customers, "ORDERS_TABLE="+c.tables.Orders, "CATALOGUE_TABLE="+c.tables.Catalogue, "SETTINGS_TABLE="+c.tables.Settings)
	cmd.Dir = folder
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	must(t, cmd.Start())
	c.process.Store(cmd.Process)
	err = cmd.Wait()
	if err != nil && cmd.ProcessState.ExitCode() >= 0 {
		t.Fatalf("the importer failed: %v\n%s", err, out.String())
	}
	return err == nil
}

// The process is killed by SIGKILL at five random writes, before the write or
// after it, and started again each time.
func TestAProcessThatIsKilledFiveTimesWritesWhatOneThatIsNotWrites(t *testing.T) {
	var contacts, orders int
	_, err := fmt.Sscanf(*kills, "%d,%d", &contacts, &orders)
	must(t, err)
	folder := t.TempDir()
	must(t, generate(folder, contacts, orders))

	whole := newLocalCloud(t)
	if !whole.imports(t, folder) {
		t.Fatal("the import was killed, and nothing should have done so")
	}
	killed := newLocalCloud(t)
	for n := range 5 {
		at := 1 + rand.Int64N(max(whole.writes.Load()/5, 1))
		killed.writes.Store(0)
		killed.killAt.Store(at)
		killed.late.Store(n%2 == 1)
		if killed.imports(t, folder) {
			t.Fatalf("run %d was to be killed at its write %d and was not", n+1, at)
		}
		t.Logf("killed at write %d of run %d", at, n+1)
		if left, _ := filepath.Glob(filepath.Join(folder, "var", "*")); len(left) > 0 {
			t.Errorf("the killed import left %d files with personal data", len(left))
		}
	}
	killed.killAt.Store(0)
	if !killed.imports(t, folder) {
		t.Fatal("the last run was killed, and nothing should have done so")
	}
	got, want := dumpOf(t, killed.Client, killed.tables), dumpOf(t, whole.Client, whole.tables)
	if len(want) < contacts || !slices.Equal(got, want) {
		t.Errorf("the tables have %d items after the kills and %d without, or differ in some", len(got), len(want))
	}
}
