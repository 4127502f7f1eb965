package httpapi_test

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/httpapi"
)

func TestPath(t *testing.T) {
	for path, want := range map[string][]string{
		"/":                 nil,
		"":                  nil,
		"/carts":            {"carts"},
		"/carts/":           {"carts"},
		"/customers/a%2Fb":  {"customers", "a/b"},
		"/customers/%D0%9E": {"customers", "О"},
		"/customers//x":     nil,
		"/customers/%f":     nil,
		"/customers/a+b":    {"customers", "a+b"},
	} {
		if got, ok := httpapi.Path(events.LambdaFunctionURLRequest{RawPath: path}); !slices.Equal(got, want) || ok != (want != nil) {
			t.Errorf("Path(%q) = %q, %v, want %q", path, got, ok, want)
		}
	}
}

func TestBody(t *testing.T) {
	if got, err := httpapi.Body(events.LambdaFunctionURLRequest{Body: "eyJhIjoxfQ==", IsBase64Encoded: true}); got != `{"a":1}` || err != nil {
		t.Errorf("Body of base64 = %q, %v", got, err)
	}
	if got, err := httpapi.Body(events.LambdaFunctionURLRequest{Body: "eyJhIjoxfQ=="}); got != "eyJhIjoxfQ==" || err != nil {
		t.Errorf("Body of text = %q, %v", got, err)
	}
	var faults httpapi.Faults
	if _, err := httpapi.Body(events.LambdaFunctionURLRequest{Body: "{}", IsBase64Encoded: true}); !errors.As(err, &faults) {
		t.Errorf("Body of text marked as base64 fails with %v, want faults", err)
	}
}

func TestDecodeReportsTheFault(t *testing.T) {
	for phrase, c := range map[string]struct{ body, want string }{
		"a sound object":                    {` {"name":"a","list":[1]} `, ""},
		"an empty object":                   {`{}`, ""},
		"a misspelled field":                {`{"nam":"a"}`, ` has the unknown field "nam"`},
		"a value of the wrong type":         {`{"list":"a"}`, "/list is string; want []int"},
		"a nested value of the wrong type":  {`{"in":{"n":"x"}}`, "/in/n is string; want int"},
		"a number of the wrong type":        {`{"list":447700900123}`, "/list is number; want []int"},
		"a fraction":                        {`{"in":{"n":1.5}}`, "/in/n is number; want int"},
		"a field that is a customer's name": {`{"Jane Roe":1}`, " has a field whose name is unknown"},
		"malformed":                         {`{"name":Jane}`, " is not the expected JSON: it is malformed at byte 9"},
		"null":                              {` null `, " is null; want an object"},
		"an empty body":                     {``, " is not the expected JSON: it ends too early"},
		"an object cut off":                 {`{"name":`, " is not the expected JSON: it ends too early"},
		"two objects":                       {`{} {}`, " is not the expected JSON: something follows"},
	} {
		t.Run(phrase, func(t *testing.T) {
			var v struct {
				Name string `json:"name"`
				List []int  `json:"list"`
				In   struct {
					N int `json:"n"`
				} `json:"in"`
			}
			err := httpapi.Decode(c.body, &v)
			var faults httpapi.Faults
			switch got := ""; {
			case errors.As(err, &faults) && len(faults) == 1:
				got = faults[0].Path + " " + faults[0].Fault
				if !strings.HasPrefix(got, c.want) || c.want == "" {
					t.Errorf("Decode = %q, want %q", got, c.want)
				}
			case err != nil || c.want != "":
				t.Errorf("Decode = %v, want %q", err, c.want)
			}
		})
	}
}

func TestJSONIsCachedOnlyIfTheStatusIsOK(t *testing.T) {
	for phrase, c := range map[string]struct {
		status        int
		caching, want string
	}{
		"an answer with caching":    {http.StatusOK, "private, max-age=60", "private, max-age=60"},
		"an answer without caching": {http.StatusOK, "", "no-store"},
		"an error":                  {http.StatusBadRequest, "private, max-age=60", "no-store"},
	} {
		got, err := httpapi.JSON(c.status, c.caching, map[string]int{"a": 1})
		if err != nil || got.StatusCode != c.status || got.Headers["Cache-Control"] != c.want || got.Headers["Content-Type"] != "application/json" || got.Body != `{"a":1}` {
			t.Errorf("%s: JSON = %+v, %v, want Cache-Control %q", phrase, got, err, c.want)
		}
	}
	if _, err := httpapi.JSON(http.StatusOK, "", math.NaN()); err == nil {
		t.Error("JSON wrote NaN, which JSON has no number for")
	}
}
