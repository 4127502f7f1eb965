package condition

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// token is one word, sign or written value of a condition.
type token struct {
	kind tokenKind
	text string // as it is written
	at   int    // byte of the text at which it begins
}

type tokenKind int

const (
	tokenEnd    tokenKind = iota
	tokenName             // customer, or in
	tokenEscape           // `orders`
	tokenInt
	tokenUint
	tokenDouble
	tokenString
	tokenBytes
	tokenSign
	tokenStray // what is no token of CEL
)

// signs are the signs of CEL that conditions have, the longer ones first.
var signs = []string{"&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "?", ":", "(", ")", "[", "]", ".", ",", "-"}

// next returns the first token of the text from a byte on, as CEL reads it.
func next(text string, at int) token {
	at += blank(text[at:])
	rest := text[at:]
	of := func(kind tokenKind, length int) token { return token{kind, rest[:length], at} }
	if rest == "" {
		return of(tokenEnd, 0)
	}
	if kind, length := stringAt(rest); length > 0 {
		return of(kind, length)
	}
	if kind, length := numberAt(rest); length > 0 {
		return of(kind, length)
	}
	if length := count(rest, isWord); length > 0 {
		return of(tokenName, length)
	}
	if rest[0] == '`' {
		inside := count(rest[1:], func(c byte) bool { return isWord(c) || strings.IndexByte(".-/ ", c) >= 0 })
		if inside > 0 && strings.HasPrefix(rest[1+inside:], "`") {
			return of(tokenEscape, inside+2)
		}
	}
	for _, sign := range signs {
		if strings.HasPrefix(rest, sign) {
			return of(tokenSign, len(sign))
		}
	}
	_, length := utf8.DecodeRuneInString(rest)
	return of(tokenStray, length)
}

// blank returns the length of the spaces and comments with which the text begins.
func blank(text string) int {
	from := text
	for {
		before := len(text)
		text = strings.TrimLeft(text, " \t\r\n\f")
		if strings.HasPrefix(text, "//") {
			text = text[count(text, func(c byte) bool { return c != '\n' }):]
		}
		if len(text) == before {
			return len(from) - len(text)
		}
	}
}

// count returns the number of bytes at the start of the text that are alike.
func count(text string, alike func(byte) bool) int {
	for i := range len(text) {
		if !alike(text[i]) {
			return i
		}
	}
	return len(text)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isWord(c byte) bool  { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' }

// numberAt returns the kind and the length of the number with which the text begins, or
// length 0.
func numberAt(text string) (kind tokenKind, length int) {
	kind = tokenInt
	if strings.HasPrefix(text, "0x") && count(text[2:], isHex) > 0 {
		length = 2 + count(text[2:], isHex)
	} else {
		length = count(text, isDigit)
		if strings.HasPrefix(text[length:], ".") && count(text[length+1:], isDigit) > 0 {
			kind, length = tokenDouble, length+1+count(text[length+1:], isDigit)
		}
		if length == 0 {
			return 0, 0
		}
		if n := exponentAt(text[length:]); n > 0 {
			kind, length = tokenDouble, length+n
		}
	}
	if kind == tokenInt && length < len(text) && text[length]|0x20 == 'u' {
		return tokenUint, length + 1
	}
	return kind, length
}

func exponentAt(text string) int {
	if text == "" || text[0]|0x20 != 'e' {
		return 0
	}
	sign := 1
	if len(text) > 1 && (text[1] == '+' || text[1] == '-') {
		sign = 2
	}
	if n := count(text[sign:], isDigit); n > 0 {
		return sign + n
	}
	return 0
}

// stringAt returns the kind and the length of the text in quotes with which the text
// begins, or length 0.
func stringAt(text string) (kind tokenKind, length int) {
	kind = tokenString
	at := 0
	if text[at]|0x20 == 'b' {
		kind, at = tokenBytes, 1
	}
	raw := at < len(text) && text[at]|0x20 == 'r'
	if raw {
		at++
	}
	if at == len(text) || text[at] != '"' && text[at] != '\'' {
		return 0, 0
	}
	quote, triple := text[at:at+1], strings.Repeat(text[at:at+1], 3)
	if strings.HasPrefix(text[at:], triple) {
		quote = triple
	}
	at += len(quote)
	for at < len(text) && !strings.HasPrefix(text[at:], quote) {
		switch c := text[at]; {
		case c == '\\' && !raw:
			at++ // unquote checks what follows
		case (c == '\n' || c == '\r') && quote != triple:
			return 0, 0
		}
		at++
	}
	if at >= len(text) {
		return 0, 0
	}
	return kind, at + len(quote)
}

// unquote returns what a text or bytes in quotes stand for, and whether its escapes are
// those of CEL.
func unquote(t token) (string, bool) {
	in, isBytes := t.text, t.kind == tokenBytes
	if isBytes {
		in = in[1:]
	}
	raw := in[0]|0x20 == 'r'
	if raw {
		in = in[1:]
	}
	quotes := 1
	if len(in) >= 6 && in[:3] == strings.Repeat(in[:1], 3) {
		quotes = 3
	}
	in = in[quotes : len(in)-quotes]
	in = strings.ReplaceAll(strings.ReplaceAll(in, "\r\n", "\n"), "\r", "\n")
	if raw || !strings.Contains(in, "\\") {
		return in, true
	}
	var out []byte
	for in != "" {
		plain, escape, _ := strings.Cut(in, "\\")
		out = append(out, plain...)
		if in = in[len(plain):]; in == "" {
			break
		}
		r, wide, rest, ok := unescape(escape)
		switch {
		case !ok || isBytes && wide:
			return "", false
		case isBytes:
			out = append(out, byte(r))
		default:
			out = utf8.AppendRune(out, r)
		}
		in = rest
	}
	return string(out), true
}

// unescape returns the character of the escape sequence, which is written without its
// backslash, and what follows it. It is wide if bytes cannot have it.
func unescape(escape string) (r rune, wide bool, rest string, ok bool) {
	if escape == "" {
		return 0, false, "", false
	}
	switch escape[0] {
	case '"', '\'', '`', '?':
		return rune(escape[0]), false, escape[1:], true
	case 'X':
		escape = "x" + escape[1:]
	}
	r, wide, rest, err := strconv.UnquoteChar("\\"+escape, 0)
	return r, wide, rest, err == nil
}
