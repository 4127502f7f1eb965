package policyfiles

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/points"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Check returns the condition that a person has written, which can use segments, ready for
// use. An empty text gives the zero Condition. The error is of type [condition.Faults] and
// lists every fault; another one says that the condition could not be checked.
// conditioncheck.Compile is the check by CEL.
type Check func(currency shop.Currency, text string, segments condition.Segments) (condition.Condition, error)

// Load reads a shop's files and returns its policy, with compiled conditions,
// its version, and the advice for its authors in Messages.Advice.
//
// check checks each condition. compile converts MJML to HTML; it is called once for each message. parse reads
// messages that are written in Markdown. The
// error is of type [inputfault.InFiles] and lists every fault of every file.
func Load(fsys fs.FS, check Check, compile func(mjml string) (html string, err error), parse message.Parse) (shoppolicy.Policy, error) {
	l := &loader{fsys: fsys, check: check}
	var p shoppolicy.Policy
	p.Shop = l.readShop()
	p.Frequency = l.readCaps()
	p.PromotionPause = l.readPromotionPause()
	p.Need = l.readNeed()
	p.Points = l.readPoints()
	p.Privacy = l.readPrivacy()
	p.Messages = l.readMessages(compile, parse)
	for _, file := range l.files("offers") {
		p.Offers = append(p.Offers, l.readOffer(file))
	}
	for _, file := range l.files("campaigns") {
		p.Campaigns = append(p.Campaigns, l.readCampaign(file, p))
	}
	for _, file := range l.files("journeys") {
		l.readJourney(file, &p)
	}
	p.Segments = l.readSegments()
	l.checkUnknownFiles()
	if len(l.faults) > 0 {
		sortFaults(l.faults)
		return shoppolicy.Policy{}, l.faults
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		return shoppolicy.Policy{}, inputfault.InFiles{{File: ".", Text: err.Error(), Hint: "remove languages or messages, or shorten the longest layouts"}}
	}
	p.Version = shoppolicy.Version(packed)
	p.Messages.Advice = slices.Concat(p.Messages.Advice, p.Privacy.Advice(), l.advice)
	return p, nil
}

// LoadOffers reads only shop.yaml, need.yaml, points.yaml, the offers and the
// segments that they use, for tools that check or try offers. The rest of the policy is empty. The error is
// of type [inputfault.InFiles].
func LoadOffers(fsys fs.FS, check Check) (shoppolicy.Policy, error) {
	l := &loader{fsys: fsys, check: check}
	p := shoppolicy.Policy{Shop: l.readShop(), Need: l.readNeed(), Points: l.readPoints()}
	for _, file := range l.files("offers") {
		p.Offers = append(p.Offers, l.readOffer(file))
	}
	if len(l.faults) > 0 {
		sortFaults(l.faults)
		return shoppolicy.Policy{}, l.faults
	}
	return p, nil
}

// LoadPoints reads only shop.yaml and points.yaml. The error is of type
// [inputfault.InFiles].
func LoadPoints(fsys fs.FS) (points.Scheme, error) {
	l := &loader{fsys: fsys}
	l.readShop()
	p := l.readPoints()
	if len(l.faults) > 0 {
		sortFaults(l.faults)
		return points.Scheme{}, l.faults
	}
	return p, nil
}

// readMessages reads the messages with package message, and checks in addition
// that every message has all languages of the shop.
func (l *loader) readMessages(compile func(string) (string, error), parse message.Parse) content.Set {
	below, err := fs.Sub(l.fsys, "messages")
	if err != nil {
		l.fault("messages", nil, err.Error(), "")
		return content.Set{}
	}
	set, faults := message.Load(below, l.shop.Brand.Compile(compile), parse)
	for _, f := range faults {
		f.File = path.Join("messages", f.File)
		l.faults = append(l.faults, f)
	}
	for i := range set.Advice {
		set.Advice[i].File = path.Join("messages", set.Advice[i].File)
	}
	for id, m := range set.Messages {
		if m.Of != "" { // reported for the message that it is of
			continue
		}
		for _, address := range message.Requests(m.HTML) {
			if why := l.shop.RequestFault(address); why != "" {
				file, line, _ := set.Place(id, address)
				l.faults = append(l.faults, inputfault.InFile{
					File: path.Join("messages", file), Line: line,
					Text: fmt.Sprintf("the mail would load %q: %s", address, why), Hint: "otherwise remove it; mails load no font",
				})
			}
		}
		for _, language := range l.shop.Languages {
			if !slices.Contains(m.Languages, language) {
				l.fault(path.Join("messages", string(id), "message.yaml"), nil, fmt.Sprintf("the message has no language %q, which shop.yaml lists", language), "add "+language+".yaml, or remove the language from shop.yaml")
			}
		}
	}
	return set
}

// messages returns the names of the folders of messages, with and without
// faults.
func (l *loader) messages() (folders []string) {
	entries, err := fs.ReadDir(l.fsys, "messages")
	if err != nil {
		return nil // package message has reported the fault
	}
	for _, e := range entries {
		if e.IsDir() && names().MatchString(e.Name()) {
			folders = append(folders, e.Name())
		}
	}
	return folders
}

// files returns the paths of the YAML files of a folder, sorted by name.
func (l *loader) files(folder string) (files []string) {
	entries, err := fs.ReadDir(l.fsys, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.fault(folder, nil, fmt.Sprintf("it cannot be read: %v", err), "")
	}
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) == ".yaml" {
			files = append(files, path.Join(folder, e.Name()))
		}
	}
	return files
}

// names is the form of the names of files, tiers and stacking groups.
var names = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{0,47}$`) })

// name returns the name of a file without its extension. It is the ID of the
// offer or campaign in sends, reasons and reports.
func (l *loader) name(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".yaml")
	if !names().MatchString(name) {
		l.fault(file, nil, fmt.Sprintf("%q is not a valid name", name), "use small letters, digits and dashes, a letter first, 48 at most")
	}
	return name
}

// checkUnknownFiles adds a fault for each file that is not part of a policy.
// Its name is usually misspelt; without the fault its content would be ignored
// silently.
func (l *loader) checkUnknownFiles() {
	top := []string{"shop.yaml", "caps.yaml", "promotion-pause.yaml", "need.yaml", "points.yaml", "privacy.yaml", "offer.schema.json", "segments", "offers", "campaigns", "journeys", "messages"}
	for _, folder := range []string{".", "segments", "offers", "campaigns", "journeys"} {
		entries, err := fs.ReadDir(l.fsys, folder)
		if err != nil {
			continue // [loader.files] has reported it; a missing folder counts as empty
		}
		for _, e := range entries {
			file := path.Join(folder, e.Name())
			known := folder == "." && slices.Contains(top, e.Name()) || folder != "." && !e.IsDir() && path.Ext(e.Name()) == ".yaml"
			if known || strings.HasPrefix(e.Name(), ".") || e.Name() == "README.md" {
				continue
			}
			hint := "remove it"
			if near := condition.Nearest(e.Name(), top); folder == "." && near != "" {
				hint = "did you mean " + near + "?"
			} else if path.Ext(e.Name()) == ".yml" {
				hint = "name it " + strings.TrimSuffix(e.Name(), ".yml") + ".yaml"
			}
			l.fault(file, nil, "nothing reads this file", hint)
		}
	}
}

// sortFaults sorts faults by file and place, and keeps the order of several at
// one place.
func sortFaults(faults inputfault.InFiles) {
	slices.SortStableFunc(faults, func(a, b inputfault.InFile) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
