package mjml

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/policyfiles"
)

var update = flag.Bool("update", false, "write the HTML of infra/shop's messages to the folder compiled")

// What the folder has is what the compiler makes today, of the messages that infra/shop
// has today.
func TestFolderHasTheMessagesOfTheShop(t *testing.T) {
	want := map[string]string{}
	_, err := policyfiles.Load(os.DirFS("../../../shop"), func(source string) (string, error) {
		html, err := fresh(source)
		want[file(source)] = html
		return html, err
	}, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	have, err := filepath.Glob("compiled/*.html")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
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
	const advice = "go test ./infra/ops/publish/mjml -update"
	for _, name := range have {
		if _, is := want[name]; !is {
			t.Errorf("%s is of no message of infra/shop: %s", name, advice)
		}
	}
	for name, html := range want {
		if got, err := compiled.ReadFile(name); err != nil || string(got) != html {
			t.Errorf("%s of a message of infra/shop is missing, or not what the compiler makes: %s", name, advice)
		}
	}
}
