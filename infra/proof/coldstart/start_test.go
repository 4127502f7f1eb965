package main

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"regulars/infra/local/template"
)

// TestMain lets the test binary act as a function: with ACT=start it asks for its first
// event, with ACT=fail it ends before.
func TestMain(m *testing.M) {
	switch os.Getenv("ACT") {
	case "start":
		_, _ = http.Get("http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/next") //nolint:noctx // it waits to be killed
	case "fail":
		println("TENANT is not set")
		os.Exit(1)
	default:
		os.Exit(m.Run())
	}
}

func TestAStartIsMeasuredOrItsLogIsShown(t *testing.T) {
	c, err := serve(t.TempDir(), &template.Template{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	p := &program{binary: os.Args[0], env: map[string]string{"ACT": "start"}}
	for range 3 {
		if err := p.start(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if len(p.cpu) != 3 || median(p.cpu) <= 0 || median(p.cpu) > 10*time.Second {
		t.Errorf("CPU of three starts = %v, want three positive times", p.cpu)
	}
	p.env = map[string]string{"ACT": "fail"}
	if err := p.start(t.Context(), c); err == nil || !strings.Contains(err.Error(), "TENANT is not set") {
		t.Errorf("start of a function that ends = %v, want its log", err)
	}
}

func TestZippedCountsTheBytesOfAZIP(t *testing.T) {
	file := t.TempDir() + "/bootstrap"
	if err := os.WriteFile(file, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if size, err := zipped(file); err != nil || size < 100 || size > 5_000 {
		t.Errorf("zipped(1 MB of zeros) = %d, %v, want about a thousandth", size, err)
	}
}
