// Package httpapi reads the path and the JSON body of a call that a shop's back
// end makes to a function's URL, and writes the JSON answer; all faults of a
// request are reported at once.
package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Faults is all faults of a request, as an error.
type Faults []inputfault.Fault

func (f Faults) Error() string { return fmt.Sprintf("the request has %d faults", len(f)) }

// Problem is the body of an answer that reports an error.
type Problem struct {
	Error  string `json:"error"`
	Reason string `json:"reason,omitempty"` // a code, if the caller may want to act on it
	Faults Faults `json:"faults,omitempty"`
}

// Path returns the parts of the request's path, unescaped; ok is false if a
// part is empty or cannot be unescaped.
func Path(r events.LambdaFunctionURLRequest) (parts []string, ok bool) {
	for part := range strings.SplitSeq(strings.Trim(r.RawPath, "/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || name == "" {
			return nil, false
		}
		parts = append(parts, name)
	}
	return parts, true
}

// MostID is the most bytes of an identifier, as in the shop's events.
const MostID = shop.MostID

// IDFault returns what is wrong with an identifier of the shop: "is 129 bytes
// long; want 128 at most". It is empty if the events of the shop can have this
// identifier.
func IDFault(id string) string {
	switch {
	case id == "":
		return "is empty"
	case len(id) > MostID:
		return fmt.Sprintf("is %d bytes long; want %d at most", len(id), MostID)
	case !utf8.ValidString(id):
		return "is not UTF-8"
	case strings.TrimSpace(id) != id || strings.IndexFunc(id, unicode.IsControl) >= 0:
		return "has spaces around it or control characters in it"
	}
	return ""
}

// CustomerFault is [IDFault] for the identifier of a customer.
func CustomerFault(id shop.CustomerID) string {
	if id.Reserved() {
		prefix, _, _ := strings.Cut(string(id), ":")
		return fmt.Sprintf("begins with %q, which is reserved", prefix+":")
	}
	return IDFault(string(id))
}

// Body returns the request's body as the caller sent it, decoded from base64 if
// Lambda encoded it. It fails with [Faults].
func Body(r events.LambdaFunctionURLRequest) (string, error) {
	if !r.IsBase64Encoded {
		return r.Body, nil
	}
	decoded, err := base64.StdEncoding.DecodeString(r.Body)
	if err != nil {
		return "", Faults{{Path: "", Fault: "is not base64, although the call is marked as base64-encoded"}}
	}
	return string(decoded), nil
}

// Decode reads one JSON object into v. An unknown field is a fault, because it
// is probably a misspelled name. It fails with [Faults].
func Decode(body string, v any) error {
	if strings.TrimSpace(body) == "null" {
		return Faults{{Path: "", Fault: "is null; want an object"}}
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errMore
		}
	}
	if err == nil {
		return nil
	}
	return Faults{faultOf(err)}
}

// faultOf describes why JSON could not be decoded. It never repeats a value of
// the request, and repeats the name of a field only if it is a plain word.
func faultOf(err error) inputfault.Fault {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	unknown, isUnknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case errors.As(err, &kind):
		is, _, _ := strings.Cut(kind.Value, " ") // "number 1.5" has the value
		return inputfault.Fault{Path: "/" + strings.ReplaceAll(kind.Field, ".", "/"), Fault: fmt.Sprintf("is %s; want %s", is, kind.Type)}
	case isUnknown && PlainName(strings.Trim(unknown, `"`)):
		return inputfault.Fault{Fault: "has the unknown field " + unknown}
	case isUnknown:
		return inputfault.Fault{Fault: "has a field whose name is unknown"}
	case errors.As(err, &syntax):
		return inputfault.Fault{Fault: fmt.Sprintf("is not the expected JSON: it is malformed at byte %d", syntax.Offset)}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return inputfault.Fault{Fault: "is not the expected JSON: it ends too early"}
	case errors.Is(err, errMore):
		return inputfault.Fault{Fault: "is not the expected JSON: " + errMore.Error()}
	}
	return inputfault.Fault{Fault: "is not the expected JSON: a value has the wrong form"}
}

var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z_]{1,40}$`) })

// PlainName reports whether the name of a field or parameter has only small
// letters and underscores. A fault repeats an unknown name only if it has.
func PlainName(name string) bool { return plainName().MatchString(name) }

var errMore = errors.New("something follows the JSON object")

// JSON returns an answer with v as its body. caching is its Cache-Control
// header; errors are never cached, and neither is an answer with an empty
// caching. It fails if v cannot be written as JSON, which is a programmer's
// mistake.
func JSON(status int, caching string, v any) (events.LambdaFunctionURLResponse, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return events.LambdaFunctionURLResponse{}, fmt.Errorf("write the answer: %w", err)
	}
	if status != http.StatusOK || caching == "" {
		caching = "no-store"
	}
	return events.LambdaFunctionURLResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "application/json", "Cache-Control": caching},
		Body:       string(body),
	}, nil
}
