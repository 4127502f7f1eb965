package template_test

import (
	"encoding/json"
	"os"
	"testing"

	"regulars/infra/local/template"
)

func TestRepositoryTemplate(t *testing.T) {
	got, err := template.Read(os.DirFS("../../.."), "template.yaml", template.Options{Endpoint: "http://127.0.0.1:4566", StackName: "regulars"})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Functions) == 0 || len(got.Tables) == 0 || len(got.Queues) == 0 {
		t.Errorf("Read(template.yaml) = %+v, want functions, tables and queues", got)
	}
	if testing.Verbose() {
		text, _ := json.MarshalIndent(got, "", " ")
		t.Log(string(text))
	}
}
