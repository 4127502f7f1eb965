package mjml

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/shared/policyfiles"
)

var update = flag.Bool("update", false, "write the HTML of infra/shop's messages to the folder compiled")

// The HTML that is kept of a message is what the compiler makes of it today. A message
// without a file is compiled when it is used, and a file without a message is not read, so
// neither is a fault: who edits a message need not write its HTML.
func TestKeptHTMLIsWhatTheCompilerMakes(t *testing.T) {
	want := map[string]string{}
	_, err := policyfiles.Load(os.DirFS("../../../shop"), celcheck.Compile, func(source string) (string, error) {
		html, err := fresh(source)
		want[file(source)] = html
		return html, err
	}, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		have, err := filepath.Glob("compiled/*.html")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range have {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		}
		for name, html := range want {
			if err := os.WriteFile(name, []byte(html), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	for name, html := range want {
		if kept, err := compiled.ReadFile(name); err == nil && string(kept) != html {
			t.Errorf("%s is not what the compiler makes of its message: go test ./infra/ops/publish/mjml -update", name)
		}
	}
}
