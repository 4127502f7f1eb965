package ses

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
	"regulars/shared/shop"
)

// sendRequest is the part of SendEmail's body that the local SES knows.
type sendRequest struct {
	FromEmailAddress     string
	ReplyToAddresses     []string
	Destination          struct{ ToAddresses, CcAddresses, BccAddresses []string }
	EmailTags            []tag
	ConfigurationSetName string
	Content              struct {
		Simple *simple
		Raw    *struct{ Data []byte }

		Template *struct{ TemplateName string }
	}
	ListManagementOptions *struct{ ContactListName string }
	TenantName            string
}

type simple struct {
	Subject     *content
	Body        *struct{ Text, Html *content }
	Headers     []header
	Attachments []struct{ FileName string }
}

type content struct {
	Data    *string
	Charset string
}

func (s *Server) sendEmail(r *http.Request, _ string) (any, error) {
	var in sendRequest
	if err := decode(r, maxMessage*4/3+1<<20, &in); err != nil {
		return nil, err
	}
	now := shop.Millis(s.cfg.Now())
	l, err := s.compose(in, newID(now), now)
	if err != nil {
		return nil, err
	}
	l.trace = r.Header.Get(aws.TraceHeader)
	l.sourceIP, _, _ = net.SplitHostPort(r.RemoteAddr)
	l.operation = "SendEmail"
	if err := s.accept(l); err != nil {
		return nil, err
	}
	s.steps.Record(trail.Step{
		At: now, Trace: aws.Root(l.trace), Kind: "mail", Name: addressClass(l.recipients), ID: l.ID, Detail: l.Tags["campaign"],
	})
	s.wake()
	return map[string]string{"MessageId": l.ID}, nil
}

// compose checks the request, in the order in which SES reports faults, and
// builds the message.
func (s *Server) compose(in sendRequest, id string, now time.Time) (*draft, error) {
	if err := onlyKnown(in); err != nil {
		return nil, err
	}
	tags, err := checkTags(in.EmailTags)
	if err != nil {
		return nil, err
	}
	l := &draft{Message: Message{ID: id, At: now, Tags: tags}}
	if in.Content.Raw != nil {
		err = l.fromRaw(in)
	} else {
		err = l.fromSimple(in)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case len(l.recipients) == 0:
		return nil, bad("Empty required header 'To'.")
	case len(l.recipients) > maxRecipients:
		return nil, bad("Recipient count exceeds %d.", maxRecipients)
	case len(l.source) > maxMessage:
		return nil, bad("Message length is more than %d bytes long: '%d'.", maxMessage, len(l.source))
	}
	return l, s.checkSender(l, in.ConfigurationSetName)
}

// onlyKnown refuses requests that use a part of the API that the local SES does
// not implement.
func onlyKnown(in sendRequest) error {
	kinds := 0
	for _, set := range []bool{in.Content.Simple != nil, in.Content.Raw != nil, in.Content.Template != nil} {
		if set {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return bad("Exactly one of Content.Simple, Content.Raw and Content.Template must be given, got %d.", kinds)
	case in.Content.Template != nil:
		return bad("The local SES has no templates (%q): send Content.Simple or Content.Raw.", in.Content.Template.TemplateName)
	case in.Content.Simple != nil && len(in.Content.Simple.Attachments) > 0:
		return bad("The local SES does not support attachments in Content.Simple: send Content.Raw.")
	case in.ListManagementOptions != nil:
		return bad("The local SES has no contact lists (%q).", in.ListManagementOptions.ContactListName)
	case in.TenantName != "":
		return missing("Tenant %s does not exist.", in.TenantName)
	}
	return nil
}

// checkSender finds the configuration set and checks the identities.
func (s *Server) checkSender(l *draft, setName string) error {
	id, verified := s.cfg.identity(l.sender)
	if setName == "" {
		setName = l.set.Name // from a raw message's header
	}
	if setName == "" {
		setName = id.ConfigurationSet
	}
	if setName != "" {
		set, ok := s.cfg.set(setName)
		if !ok {
			return noSet(setName)
		}
		l.set = set
	}
	var failed []string
	if !verified {
		failed = append(failed, l.sender)
	}
	if s.cfg.Sandbox {
		for _, to := range l.recipients {
			if _, ok := s.cfg.identity(to); !ok && !isSimulator(to) {
				failed = append(failed, to)
			}
		}
	}
	if len(failed) > 0 {
		return rejected("Email address is not verified. The following identities failed the check in region %s: %s",
			strings.ToUpper(aws.Region), strings.Join(failed, ", "))
	}
	if id.MailFromFailed {
		return &refusal{
			http.StatusBadRequest, "MailFromDomainNotVerifiedException",
			fmt.Sprintf("The MAIL FROM domain %s of identity %s is not verified.", id.MailFromDomain, id.Name),
		}
	}
	return nil
}

// accept stores the message with its SES events if the account's state, rate
// and quota allow it; otherwise it returns a refusal.
func (s *Server) accept(l *draft) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.maySend(l.set); err != nil {
		return err
	}
	if err := s.spend(l.At, len(l.recipients)); err != nil {
		return err
	}
	events, err := s.events(l)
	if err != nil {
		return err
	}
	return s.store.put(l, events)
}

// newID returns an ID in the form of SES in us-east-1: 0100 followed by the
// time in milliseconds, a UUID, and 000000.
func newID(now time.Time) string {
	return fmt.Sprintf("0100%012x-%s-000000", now.UnixMilli(), aws.NewID())
}

// addressClass returns the kind of address that a message was sent to. The
// trail shows it instead of the address, because trails hold no addresses.
func addressClass(recipients []string) string {
	switch {
	case len(recipients) > 1:
		return fmt.Sprintf("%d recipients", len(recipients))
	case isSimulator(recipients[0]):
		return "simulator: " + simulated(recipients[0])
	}
	return "a customer"
}
