package lambda_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"regulars/infra/local/lambda"
)

func TestFunctionURLCallsTheFunctionAndWritesItsAnswer(t *testing.T) {
	c := start(t, nil)
	tests := map[string]struct {
		method, target, body, contentType string
		status                            int
		want                              string
	}{
		"a page":                       {"GET", "Fixture/u/token%2F1?a=1&b=2", "", "", 201, "/u/token%2F1|a=1&b=2||c=1,d=2|more"},
		"the root":                     {"GET", "Fixture/", "", "", 201, "/||"},
		"without a slash":              {"GET", "Fixture", "", "", 201, "/||"},
		"a form":                       {"POST", "Fixture/u/t", "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded", 201, "/u/t||List-Unsubscribe=One-Click|"},
		"an answer without statusCode": {"POST", "Fixture/bare", "hello", "text/plain", 200, `{"said":"hello"}`},
		"the function fails":           {"GET", "Fixture/broken", "", "", 502, "Internal Server Error"},
		"no such function":             {"GET", "Other/", "", "", 404, "no function URL of Other"},
	}
	for name, test := range tests {
		request := httptest.NewRequest(test.method, lambda.URLPrefix+test.target, strings.NewReader(test.body))
		request.Header.Set("Content-Type", test.contentType)
		request.Header.Set("Cookie", "c=1; d=2")
		request.Header.Set("X-Extra", "more")
		response := httptest.NewRecorder()
		c.ServeURL(response, request)
		if response.Code != test.status || !strings.Contains(response.Body.String(), test.want) {
			t.Errorf("%s: %d %s, want %d %s", name, response.Code, response.Body, test.status, test.want)
		}
		if test.status == 201 && (response.Header().Get("X-Answer") != "yes" || len(response.Header()["Set-Cookie"]) != 2) {
			t.Errorf("%s: headers %v, want the function's own and two cookies", name, response.Header())
		}
	}
}

func TestSignedFunctionURLRequiresASignature(t *testing.T) {
	c := start(t, func(f *lambda.Config, _ *lambda.Options) { f.SignedURL = true })
	for signature, want := range map[string]int{"": 403, "Bearer x": 403, "AWS4-HMAC-SHA256 Credential=local/20261122/us-east-1/lambda/aws4_request": 201} {
		request := httptest.NewRequest(http.MethodGet, lambda.URLPrefix+"Fixture/", nil)
		request.Header.Set("Authorization", signature)
		response := httptest.NewRecorder()
		c.ServeURL(response, request)
		if response.Code != want {
			t.Errorf("Authorization %q: %d, want %d", signature, response.Code, want)
		}
	}
}
