// Package content is what a mail says: the messages of a shop as they were published,
// the data that one mail is rendered from, and the rendered mail. It renders nothing;
// package message does, and only functions that render import it, because a template
// engine makes a function twice as large.
package content
