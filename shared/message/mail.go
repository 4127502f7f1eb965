package message

// Mail is one rendered message to one address, as it is given to SES.
type Mail struct {
	To      string // one address
	Subject string
	HTML    string
	Text    string
	Headers map[string]string // in addition to those that SES sets itself
	Tags    map[string]string // letters, digits, "-" and "_"; SES repeats them in its events
}
