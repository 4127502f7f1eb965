// Package httpapitest makes calls of function URLs for tests.
package httpapitest

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// Reads returns n calls with GET and HEAD: of the paths, of paths that are like them
// but broken, and of paths that are nothing; with the forms as their query or body,
// and with headers that ask for another method. None of them may change anything.
// The same seed gives the same calls.
func Reads(n int, seed uint64, paths, forms []string) iter.Seq[events.LambdaFunctionURLRequest] {
	return func(yield func(events.LambdaFunctionURLRequest) bool) {
		random := rand.New(rand.NewPCG(seed, 0))
		one := func(of []string) string { return of[random.IntN(len(of))] }
		for range n {
			r := events.LambdaFunctionURLRequest{
				RawPath:        broken(random, one(paths)),
				RawQueryString: one(append([]string{"", "lang=pl", "lang=%zz", "done=saved", "_method=POST"}, forms...)),
				Headers: map[string]string{
					"content-type": one([]string{"", "application/x-www-form-urlencoded", "application/json", "multipart/form-data; boundary=b"}),
					"accept":       one([]string{"", "text/html", "*/*", "application/json"}), "accept-language": one([]string{"", "el", "x;q=z", "ru, pl"}),
				},
			}
			r.RequestContext.HTTP.Method = one([]string{http.MethodGet, http.MethodHead})
			r.RequestContext.HTTP.SourceIP = fmt.Sprintf("192.0.2.%d", random.IntN(256))
			if random.IntN(2) == 0 {
				r.Body, r.IsBase64Encoded = one(append([]string{"\x00", "%"}, forms...)), random.IntN(4) == 0
			}
			if random.IntN(3) == 0 {
				r.Headers[one([]string{"x-http-method-override", "x-method-override", "x-original-method"})] = http.MethodPost
			}
			if !yield(r) {
				return
			}
		}
	}
}

// broken returns the path, in half of the cases as it is.
func broken(random *rand.Rand, path string) string {
	at := random.IntN(len(path) + 1)
	switch random.IntN(12) {
	case 0:
		return path[:at]
	case 1:
		return path[:at] + string(rune(random.IntN(0x250))) + path[min(at+1, len(path)):]
	case 2:
		return path + "/" + path
	case 3:
		return "/" + path
	case 4:
		letters := make([]byte, random.IntN(300))
		for i := range letters {
			letters[i] = byte(random.IntN(256))
		}
		return string(letters)
	case 5:
		if len(path) > 1 {
			return "/" + string("upcxeUP"[random.IntN(7)]) + path[2:]
		}
	}
	return path
}
