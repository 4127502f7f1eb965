package ses

import (
	"fmt"
	"net/http"

	"regulars/infra/local/aws"
)

// refusal is an error answer of SES. The caller's SDK turns it into a typed
// error.
type refusal struct {
	status int
	code   string
	text   string
}

func (r *refusal) Error() string { return r.code + ": " + r.text }

func (r *refusal) answer(w http.ResponseWriter) { aws.JSONError(w, r.status, r.code, r.text) }

func bad(format string, a ...any) *refusal {
	return &refusal{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, a...)}
}

func missing(format string, a ...any) *refusal {
	return &refusal{http.StatusNotFound, "NotFoundException", fmt.Sprintf(format, a...)}
}

func rejected(format string, a ...any) *refusal {
	return &refusal{http.StatusBadRequest, "MessageRejected", fmt.Sprintf(format, a...)}
}
