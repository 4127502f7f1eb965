// Package markdown parses Markdown: the syntax of CommonMark, and of its
// extensions as much as is needed to refuse them.
//
// It is the only package that imports the parser. Messages are compiled when
// they are published; the functions do not carry the parser, just as they do
// not carry the compiler of package mjml.
package markdown

import (
	"bufio"
	"bytes"
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	render "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"

	"regulars/shared/message"
)

// Parse returns the blocks of a text in Markdown. No text is wrong: what is not
// Markdown is words. What a message cannot have, such as raw HTML, a table or
// code, is a node whose kind names it. Parse takes the text as it is: remove a
// byte order mark and carriage returns before.
func Parse(source string) []message.Node {
	p := parsing{source: []byte(source)}
	return p.children(syntax.Parse(text.NewReader(p.source)))
}

// syntax knows tables, struck-out text and check boxes, so that they are refused
// and not printed as rows of bars.
var syntax = goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList)).Parser()

type parsing struct{ source []byte }

func (p parsing) children(parent ast.Node) (nodes []message.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		nodes = append(nodes, p.node(n)...)
	}
	return nodes
}

// node returns n with its children. It returns two nodes for a text at the end
// of a line.
func (p parsing) node(n ast.Node) []message.Node {
	node := message.Node{Kind: n.Kind().String(), Line: 1 + bytes.Count(p.source[:max(0, n.Pos())], []byte("\n"))}
	switch n := n.(type) {
	case *ast.LinkReferenceDefinition:
		return nil // the parser has used it
	case *ast.Text:
		return p.text(n, node.Line)
	case *ast.String:
		node.Kind, node.Text = message.KindText, string(n.Value)
		return []message.Node{node}
	case *ast.AutoLink:
		node.Kind, node.Address = message.KindLink, string(n.URL(p.source))
		if n.AutoLinkType == ast.AutoLinkEmail {
			node.Address = "mailto:" + strings.TrimPrefix(node.Address, "mailto:")
		}
		node.Children = []message.Node{{Kind: message.KindText, Line: node.Line, Text: string(n.Label(p.source))}}
		return []message.Node{node}
	case *ast.Paragraph, *ast.TextBlock:
		node.Kind = message.KindParagraph
	case *ast.Heading:
		node.Kind, node.Level = message.KindHeading, n.Level
	case *ast.List:
		node.Kind = message.KindList
		if n.IsOrdered() {
			node.Kind, node.Level = message.KindNumbered, n.Start
		}
	case *ast.ListItem:
		node.Kind = message.KindItem
	case *ast.Blockquote:
		node.Kind = message.KindQuote
	case *ast.ThematicBreak:
		node.Kind = message.KindRule
	case *ast.Emphasis:
		node.Kind = message.KindEmphasis
		if n.Level == 2 {
			node.Kind = message.KindStrong
		}
	case *ast.Link:
		node.Kind, node.Address = message.KindLink, plain(n.Destination)
	case *ast.Image:
		node.Kind, node.Address = message.KindImage, plain(n.Destination)
	case *ast.HTMLBlock, *ast.RawHTML:
		node.Kind = message.KindHTML
	case *ast.CodeSpan, *ast.CodeBlock, *ast.FencedCodeBlock:
		node.Kind = message.KindCode
	}
	node.Children = p.children(n)
	return []message.Node{node}
}

// text returns the words of n, and the break after them if there is one. A line
// that only goes on in the next one ends with a line feed.
func (p parsing) text(n *ast.Text, line int) []message.Node {
	words := message.Node{Kind: message.KindText, Line: line, Text: string(n.Value(p.source))}
	if !n.IsRaw() {
		words.Text = plain(n.Value(p.source))
	}
	switch {
	case n.HardLineBreak():
		return []message.Node{words, {Kind: message.KindBreak, Line: line}}
	case n.SoftLineBreak():
		words.Text += "\n"
	}
	return []message.Node{words}
}

// plain returns a text without the escapes of Markdown: "\*" becomes "*", and
// "&amp;" becomes "&".
func plain(source []byte) string {
	var escaped strings.Builder
	w := bufio.NewWriter(&escaped)
	render.DefaultWriter.Write(w, source)
	_ = w.Flush() // a Builder does not fail
	return html.UnescapeString(escaped.String())
}
