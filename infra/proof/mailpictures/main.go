// Command mailpictures draws every message of infra/shop, in each language and each
// notable form, as readers see it, and lists what is wrong with it:
//
//	go run ./infra/proof/mailpictures [-only 'picks|/ru'] [-out var/mail-pictures]
//
// Each mail is drawn four times by headless Chromium: on a desktop, on a phone of 360
// pixels, in the dark design, and with pictures blocked. The folder gets one PNG file
// for each, and the page index.html with all of them side by side. The scenes are those
// of infra/shop/messages; the program needs no network, and the browser has none.
//
// Findings are: violations of WCAG 2.2 AA and of good practice that axe-core sees, in
// both designs; a mail that is wider than a window of 320 pixels, or than its window if
// text is twice as large; text that is cut off; requests to another host than the
// shop's; more than 60 KB of HTML; what Outlook, Gmail or Apple Mail do not support (package
// mailclients); what [message.Flaws] and [message.Lint] list. The exit code is 1 if
// there is any, and 2 if the program itself fails.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/proof/mailclients"
	"regulars/infra/shop/messages"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
)

// host is the shop's, in all scenes.
const host = "shop.example.com"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	findings, err := run(ctx, os.Args[1:], os.Getenv("CHROMIUM"), os.Stdout)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mailpictures:", err)
		os.Exit(2)
	case findings > 0:
		os.Exit(1)
	}
}

// mail is one scene in one language.
type mail struct {
	name, language, subject, html string
	findings                      []string
}

// run executes the command and returns the number of findings.
func run(ctx context.Context, args []string, chromium string, out io.Writer) (int, error) {
	flags := flag.NewFlagSet("mailpictures", flag.ContinueOnError)
	only := flags.String("only", "", "draw the mails whose name, such as picks/ru, matches the `pattern`")
	folder := flags.String("out", "var/mail-pictures", "write pictures and index.html to the `folder`")
	if err := flags.Parse(args); err != nil {
		return 0, err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return 0, fmt.Errorf("-only: %w", err)
	}
	browser, err := findChromium(chromium)
	if err != nil {
		return 0, err
	}
	policy, err := policyfiles.Load(os.DirFS("infra/shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return 0, fmt.Errorf("infra/shop has faults; make shop lists them: %w", err)
	}
	programs, err := readPrograms()
	if err != nil {
		return 0, err
	}
	mails, err := render(policy.Messages, wanted, programs)
	if err != nil {
		return 0, err
	}
	if len(mails) == 0 {
		return 0, fmt.Errorf("no mail's name matches %q; names are such as picks/ru and thanks-alone/en", *only)
	}
	if err := os.RemoveAll(*folder); err != nil {
		return 0, fmt.Errorf("empty the folder of pictures: %w", err)
	}
	if err := draw(ctx, browser, *folder, mails, out); err != nil {
		return 0, err
	}
	if err := writeIndex(filepath.Join(*folder, "index.html"), mails); err != nil {
		return 0, err
	}
	return report(out, *folder, mails), nil
}

// findChromium returns the browser's program: the one that is set, or the first that
// is installed.
func findChromium(set string) (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if set != "" {
		names = []string{set}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	if set != "" {
		return "", fmt.Errorf("CHROMIUM=%s is not a program; name the browser's file", set)
	}
	return "", errors.New("there is no browser: install Chromium (on Debian: apt-get install chromium), or set CHROMIUM to the file of a Chrome or Chromium")
}

// programs is what mail programs support, and what mails may use all the same.
type programs struct {
	support    mailclients.Support
	exceptions map[string]mailclients.Exception
}

func readPrograms() (p programs, err error) {
	if p.support, err = mailclients.ReadSupport(mailclients.File); err == nil {
		p.exceptions, err = mailclients.Exceptions()
	}
	return p, err
}

// render returns the mails whose names match, with the findings that need no browser.
func render(set content.Set, wanted *regexp.Regexp, p programs) ([]*mail, error) {
	var mails []*mail
	for _, s := range messages.Scenes() {
		for _, id := range versions(set, s.Message) {
			for _, language := range set.Messages[id].Languages {
				name := s.Name + strings.TrimPrefix(string(id), string(s.Message))
				if !wanted.MatchString(name + "/" + language) {
					continue
				}
				m, err := renderOne(set, id, s.Data(language), p)
				if err != nil {
					return nil, err
				}
				m.name, m.language = name, language
				mails = append(mails, m)
			}
		}
	}
	return mails, nil
}

// versions returns a message, and those that are the same with another subject.
func versions(set content.Set, id shop.MessageID) []shop.MessageID {
	all := []shop.MessageID{id}
	for _, other := range slices.Sorted(maps.Keys(set.Messages)) {
		if set.Messages[other].Of == id {
			all = append(all, other)
		}
	}
	return all
}

func renderOne(set content.Set, id shop.MessageID, d content.Data, p programs) (*mail, error) {
	r, err := set.Render(id, d)
	if err != nil {
		return nil, err
	}
	m := &mail{subject: r.Subject, html: r.HTML, findings: append(message.Lint(r, d), message.Flaws(r.HTML)...)}
	m.findings = append(m.findings, mailclients.Unexpected(p.support.Lacks(p.support.Features(r.HTML)), p.exceptions)...)
	if len(m.html) > message.GoodHTML {
		m.findings = append(m.findings, fmt.Sprintf("the HTML has %d bytes, %d at most", len(m.html), message.GoodHTML))
	}
	return m, nil
}

// file is the base of the names of a mail's files.
func (m *mail) file() string { return m.name + "." + m.language }

// draw lets the browser draw the mails, adds its findings to them, and prints progress.
func draw(ctx context.Context, browser, folder string, mails []*mail, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder for pictures: %w", err)
	}
	var jobs bytes.Buffer
	byName := map[string]*mail{}
	for _, m := range mails {
		file, err := filepath.Abs(filepath.Join(folder, m.file()+".html"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(m.html), 0o644); err != nil {
			return fmt.Errorf("write a mail: %w", err)
		}
		pictures, err := drawPictures(filepath.Join(filepath.Dir(file), "pictures"), m.html)
		if err != nil {
			return err
		}
		job, err := json.Marshal(map[string]any{"name": m.file(), "html": file, "folder": filepath.Dir(file), "host": host, "pictures": pictures})
		if err != nil {
			return err
		}
		jobs.Write(append(job, '\n'))
		byName[m.file()] = m
	}
	node := exec.CommandContext(ctx, "node", "infra/proof/mailpictures/browser.mjs")
	var failure bytes.Buffer
	node.Stdin, node.Stderr = &jobs, &failure
	node.Env = append(os.Environ(), "CHROMIUM="+browser)
	results, err := node.StdoutPipe()
	if err != nil {
		return err
	}
	if err := node.Start(); err != nil {
		return fmt.Errorf("start node: %w; install Node.js 20 or later (nodejs.org)", err)
	}
	start, done := time.Now(), 0
	for lines := bufio.NewScanner(results); lines.Scan(); {
		var r struct {
			Name     string
			Findings []string
		}
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("read the browser's results: %w", err)
		}
		byName[r.Name].findings = append(byName[r.Name].findings, r.Findings...)
		if done++; done%10 == 0 || done == len(mails) {
			fmt.Fprintf(out, "%4d of %d mails drawn, %s\n", done, len(mails), time.Since(start).Round(time.Second))
		}
	}
	if err := node.Wait(); err != nil {
		return fmt.Errorf("the browser ended after %d of %d mails: %w: %s", done, len(mails), err, strings.TrimSpace(failure.String()))
	}
	return nil
}

// report prints the findings, each with the mails that have it, and returns how many
// there are.
func report(out io.Writer, folder string, mails []*mail) int {
	var order []string
	where := map[string][]string{}
	biggest := mails[0]
	for _, m := range mails {
		if len(m.html) > len(biggest.html) {
			biggest = m
		}
		for _, f := range m.findings {
			if where[f] == nil {
				order = append(order, f)
			}
			where[f] = append(where[f], m.name+"/"+m.language)
		}
	}
	for _, f := range order {
		in := where[f]
		if more := len(in) - 3; more > 0 {
			in = append(in[:3:3], fmt.Sprintf("and %d more", more))
		}
		fmt.Fprintf(out, "%s\n      in %s\n", f, strings.Join(in, ", "))
	}
	fmt.Fprintf(out, "%d mails, %d pictures, %d findings; the largest mail is %s/%s with %d bytes of HTML; open %s\n",
		len(mails), len(mails)*len(looks), len(order), biggest.name, biggest.language, len(biggest.html), filepath.Join(folder, "index.html"))
	return len(order)
}
