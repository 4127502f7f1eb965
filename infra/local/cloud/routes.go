package cloud

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"regulars/infra/local/dynamodb"
	"regulars/infra/local/lambda"
	"regulars/infra/local/secrets"
	"regulars/infra/local/storefront"
)

// routes passes a request to its service. AWS does this by domain; routes does
// it by the X-Amz-Target of the JSON protocols and by the path of the REST
// protocols.
type routes struct {
	ready   atomic.Bool // all services have started, and all functions are built
	targets map[string]http.Handler
	paths   *http.ServeMux
}

func newRoutes(c *Cloud) *routes {
	r := &routes{
		targets: map[string]http.Handler{
			"AmazonSQS.":          c.queues,
			"AWSEvents.":          c.bus,
			secrets.TargetPrefix:  c.secrets,
			dynamodb.TargetPrefix: c.dynamoDB,
		},
		paths: http.NewServeMux(),
	}
	r.paths.Handle("/v2/email/", c.mail)
	r.paths.Handle(lambda.APIPrefix, c.functions)
	r.paths.Handle(strings.TrimSuffix(lambda.APIPrefix, "/"), c.functions)
	r.paths.Handle(lambda.URLPrefix, c.urls)
	r.paths.Handle("/schedules", c.schedules)
	r.paths.Handle("/schedules/", c.schedules)
	r.paths.Handle("/schedule-groups", c.schedules)
	r.paths.Handle("/mailbox/", c.mail.Mailbox())
	r.paths.HandleFunc("GET /local/functions", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(c.functions.Functions())
	})
	r.paths.HandleFunc("GET /local/dynamodb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(c.dynamoDB.Counts())
	})
	r.paths.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	})
	r.paths.Handle(storefront.Prefix, c.shop)
	r.paths.Handle("/", c.pages)
	return r
}

func (r *routes) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/healthz" && !r.ready.Load() {
		http.Error(w, "starting", http.StatusServiceUnavailable)
		return
	}
	if target := request.Header.Get("X-Amz-Target"); target != "" {
		service, _, _ := strings.Cut(target, ".")
		if handler := r.targets[service+"."]; handler != nil {
			handler.ServeHTTP(w, request)
			return
		}
		http.Error(w, "the local cloud has no service for X-Amz-Target "+target, http.StatusNotImplemented)
		return
	}
	r.paths.ServeHTTP(w, request)
}
