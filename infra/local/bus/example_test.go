package bus_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"regulars/infra/local/bus"
)

func ExampleParsePattern() {
	pattern, err := bus.ParsePattern([]byte(`{"source": ["shop"], "detail": {"total": [{"numeric": [">", 100]}]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, document := range []string{
		`{"source": "shop", "detail": {"total": 120}}`,
		`{"source": "shop", "detail": {"total": 80}}`,
	} {
		var event any
		decoder := json.NewDecoder(strings.NewReader(document))
		decoder.UseNumber() // numbers are compared as text
		if err := decoder.Decode(&event); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(pattern.Match(event))
	}
	// Output:
	// true
	// false
}
