package ses

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
)

// Server is one SES account. It serves the SES protocol below /v2/email/;
// [Server.Mailbox] serves the mailbox.
type Server struct {
	cfg    Config
	store  *store
	bus    aws.Bus
	steps  trail.Recorder
	rate   *bucket
	stored chan struct{} // receives a value when events were stored

	// Fault, if set before the server is used, is called before every operation
	// ("SendEmail", "GetAccount", …) and returns the fault to inject, or nil.
	Fault func(operation string) *Fault

	mu      sync.Mutex // held from checking the account to storing the message
	account account
}

// New opens the account that is stored in db. SES events are put on bus once
// [Server.Run] runs. It returns an error that names every fault of the
// configuration, or an error if db cannot be read.
func New(db *bbolt.DB, bus aws.Bus, steps trail.Recorder, cfg Config) (*Server, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("configure SES: %w", err)
	}
	st, err := openStore(db, cfg.Keep)
	if err != nil {
		return nil, fmt.Errorf("open the mailbox: %w", err)
	}
	acc, err := st.account()
	if err != nil {
		return nil, fmt.Errorf("open the SES account: %w", err)
	}
	return &Server{
		cfg: cfg, store: st, bus: bus, steps: steps, account: acc,
		rate: newBucket(cfg.MaxSendRate), stored: make(chan struct{}, 1),
	}, nil
}

// route is one operation of the API.
type route struct {
	method, path, name string // path below /v2/email/; * matches one segment
	serve              func(s *Server, r *http.Request, segment string) (any, error)
}

var routes = []route{
	{"POST", "outbound-emails", "SendEmail", (*Server).sendEmail},
	{"GET", "account", "GetAccount", (*Server).getAccount},
	{"PUT", "account/sending", "PutAccountSendingAttributes", (*Server).putAccountSending},
	{"PUT", "account/suppression", "PutAccountSuppressionAttributes", (*Server).putAccountSuppression},
	{"PUT", "suppression/addresses", "PutSuppressedDestination", (*Server).putSuppressed},
	{"GET", "suppression/addresses", "ListSuppressedDestinations", (*Server).listSuppressed},
	{"GET", "suppression/addresses/*", "GetSuppressedDestination", (*Server).getSuppressed},
	{"DELETE", "suppression/addresses/*", "DeleteSuppressedDestination", (*Server).deleteSuppressed},
	{"GET", "identities", "ListEmailIdentities", (*Server).listIdentities},
	{"POST", "list-identities", "ListEmailIdentities", (*Server).listIdentities}, // the form that SDKs of 2026 use
	{"GET", "identities/*", "GetEmailIdentity", (*Server).getIdentity},
	{"GET", "configuration-sets", "ListConfigurationSets", (*Server).listSets},
	{"POST", "list-configuration-sets", "ListConfigurationSets", (*Server).listSets},
	{"GET", "configuration-sets/*", "GetConfigurationSet", (*Server).getSet},
	{"GET", "configuration-sets/*/event-destinations", "GetConfigurationSetEventDestinations", (*Server).getDestinations},
}

// match returns the unescaped segment that * matches, and whether the route
// matches. The path must be escaped, because an address can contain a slash.
func (t route) match(method, path string) (segment string, ok bool) {
	if method != t.method {
		return "", false
	}
	before, after, wild := strings.Cut(t.path, "*")
	if !wild {
		return "", path == t.path
	}
	rest, ok := strings.CutPrefix(path, before)
	if !ok {
		return "", false
	}
	rest, ok = strings.CutSuffix(rest, after)
	if !ok || rest == "" || strings.Contains(rest, "/") {
		return "", false
	}
	segment, err := url.PathUnescape(rest)
	return segment, err == nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(strings.TrimPrefix(r.URL.EscapedPath(), "/v2/email/"), "/")
	for _, t := range routes {
		segment, ok := t.match(r.Method, path)
		if !ok {
			continue
		}
		var fault *Fault
		if s.Fault != nil {
			fault = s.Fault(t.name)
		}
		if fault.before(w) {
			return
		}
		out, err := t.serve(s, r, segment)
		fault.after()
		s.answer(w, t.name, out, err)
		return
	}
	(&refusal{
		http.StatusNotFound, "UnknownOperationException",
		fmt.Sprintf("the local SES does not know %s /v2/email/%s", r.Method, path),
	}).answer(w)
}

func (s *Server) answer(w http.ResponseWriter, operation string, out any, err error) {
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		refused.answer(w)
	case err != nil:
		slog.Error("an operation of the local SES failed", "operation", operation, "err", err)
		(&refusal{http.StatusInternalServerError, "InternalServiceErrorException", "the local SES failed; see the log of the local cloud"}).answer(w)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	}
}

// decode reads a JSON body of at most limit bytes into v.
func decode(r *http.Request, limit int64, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, limit)).Decode(v)
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return bad("Message length is more than %d bytes long.", maxMessage)
	case err != nil:
		return &refusal{http.StatusBadRequest, "SerializationException", err.Error()}
	}
	return nil
}
