package ses

import (
	"net/http"
	"strings"

	"regulars/infra/local/aws"
)

func (s *Server) listIdentities(*http.Request, string) (any, error) {
	list := []map[string]any{}
	for _, id := range s.cfg.Identities {
		list = append(list, map[string]any{
			"IdentityName": id.Name, "IdentityType": identityType(id), "SendingEnabled": true, "VerificationStatus": "SUCCESS",
		})
	}
	return map[string]any{"EmailIdentities": list}, nil
}

func (s *Server) getIdentity(_ *http.Request, name string) (any, error) {
	for _, id := range s.cfg.Identities {
		if !strings.EqualFold(id.Name, name) {
			continue
		}
		out := map[string]any{
			"IdentityType": identityType(id), "FeedbackForwardingStatus": true, "VerifiedForSendingStatus": true,
			"VerificationStatus": "SUCCESS", "Policies": map[string]string{}, "Tags": []any{},
			"DkimAttributes": map[string]any{
				"SigningEnabled": true, "Status": "SUCCESS", "SigningAttributesOrigin": "AWS_SES", "Tokens": []string{},
			},
		}
		if id.ConfigurationSet != "" {
			out["ConfigurationSetName"] = id.ConfigurationSet
		}
		if id.MailFromDomain != "" {
			status := "SUCCESS"
			if id.MailFromFailed {
				status = "FAILED"
			}
			out["MailFromAttributes"] = map[string]any{
				"MailFromDomain": id.MailFromDomain, "MailFromDomainStatus": status, "BehaviorOnMxFailure": "REJECT_MESSAGE",
			}
		}
		return out, nil
	}
	return nil, missing("Email identity %s does not exist.", name)
}

func identityType(id Identity) string {
	if strings.Contains(id.Name, "@") {
		return "EMAIL_ADDRESS"
	}
	return "DOMAIN"
}

func identityARN(name string) string {
	return "arn:aws:ses:" + aws.Region + ":" + aws.Account + ":identity/" + name
}

func setARN(name string) string {
	return "arn:aws:ses:" + aws.Region + ":" + aws.Account + ":configuration-set/" + name
}

func (s *Server) listSets(*http.Request, string) (any, error) {
	list := []string{}
	for _, set := range s.cfg.ConfigurationSets {
		list = append(list, set.Name)
	}
	return map[string]any{"ConfigurationSets": list}, nil
}

func (s *Server) getSet(_ *http.Request, name string) (any, error) {
	set, ok := s.cfg.set(name)
	if !ok {
		return nil, noSet(name)
	}
	out := map[string]any{
		"ConfigurationSetName": set.Name,
		"SendingOptions":       map[string]any{"SendingEnabled": !set.SendingDisabled},
		"DeliveryOptions":      map[string]any{"TlsPolicy": "OPTIONAL"},
		"ReputationOptions":    map[string]any{"ReputationMetricsEnabled": false},
		"Tags":                 []any{},
	}
	if set.SuppressedReasons != nil {
		out["SuppressionOptions"] = map[string]any{"SuppressedReasons": set.SuppressedReasons}
	}
	return out, nil
}

func (s *Server) getDestinations(_ *http.Request, name string) (any, error) {
	set, ok := s.cfg.set(name)
	if !ok {
		return nil, noSet(name)
	}
	list := []map[string]any{}
	for _, d := range set.EventDestinations {
		types := []string{}
		for _, t := range d.Types {
			types = append(types, eventType(t))
		}
		list = append(list, map[string]any{
			"Name": d.Name, "Enabled": !d.Disabled, "MatchingEventTypes": types,
			"EventBridgeDestination": map[string]any{
				"EventBusArn": "arn:aws:events:" + aws.Region + ":" + aws.Account + ":event-bus/default",
			},
		})
	}
	return map[string]any{"EventDestinations": list}, nil
}

func noSet(name string) *refusal { return missing("Configuration set <%s> does not exist.", name) }
