package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// identity is what we use of the answer of "aws sesv2 get-email-identity".
type identity struct {
	VerifiedForSendingStatus bool
	DkimAttributes           struct {
		SigningEnabled bool
		Status         string // SUCCESS, PENDING, FAILED, …
		Tokens         []string
	}
	MailFromAttributes struct {
		MailFromDomain       string
		MailFromDomainStatus string
	}
}

func readIdentity(file string, in io.Reader) (*identity, error) {
	data, err := []byte(nil), error(nil)
	if file == "-" {
		data, err = io.ReadAll(in)
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the SES identity: %w", err)
	}
	var id identity
	if err := json.Unmarshal(data, &id); err != nil {
		return nil, fmt.Errorf("the SES identity is not the JSON of \"aws sesv2 get-email-identity --output json\": %w", err)
	}
	return &id, nil
}
