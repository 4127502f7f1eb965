package content

// Mail is one rendered message to one address, as it is given to SES.
type Mail struct {
	From    string // the sender's name; empty: the one of the function's settings
	To      string // one address
	ReplyTo string // where answers go; empty: to the sender's address
	Subject string
	HTML    string
	Text    string
	Headers map[string]string // in addition to those that SES sets itself
	Tags    map[string]string // letters, digits, "-" and "_"; SES repeats them in its events
}
