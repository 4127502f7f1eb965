package inputfault_test

import (
	"encoding/json"
	"testing"

	"regulars/shared/inputfault"
)

func TestInFilePrintsThePlaceThatIsKnown(t *testing.T) {
	for want, f := range map[string]inputfault.InFile{
		"a.yaml:3:7: x is missing; write x: 1": {File: "a.yaml", Line: 3, Column: 7, Text: "x is missing", Hint: "write x: 1"},
		"a.yaml:3: x is missing":               {File: "a.yaml", Line: 3, Text: "x is missing"},
		"a.yaml: the file is empty":            {File: "a.yaml", Text: "the file is empty"},
		"3:7: x is missing":                    {Line: 3, Column: 7, Text: "x is missing"},
		"x is missing":                         {Text: "x is missing"},
	} {
		if got := f.String(); got != want {
			t.Errorf("String = %q, want %q", got, want)
		}
	}
}

func TestInFilesPrintsOneFaultPerLine(t *testing.T) {
	faults := inputfault.InFiles{{File: "a.yaml", Line: 1, Text: "x"}, {File: "b.yaml", Text: "y", Hint: "z"}}
	if got, want := faults.Error(), "a.yaml:1: x\nb.yaml: y; z"; got != want {
		t.Errorf("Error = %q, want %q", got, want)
	}
}

func TestInFileKeepsItsJSONNames(t *testing.T) {
	got, err := json.Marshal(inputfault.InFile{File: "a.yaml", Line: 3, Column: 7, Text: "x is missing", Hint: "write x: 1"})
	if want := `{"file":"a.yaml","line":3,"column":7,"what":"x is missing","hint":"write x: 1"}`; err != nil || string(got) != want {
		t.Errorf("Marshal = %s, %v, want %s", got, err, want)
	}
}
