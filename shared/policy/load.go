package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"regulars/shared/condition"
	"regulars/shared/message"
)

// Load reads a shop's files and returns its policy, with compiled conditions
// and its version.
//
// compile turns MJML into HTML; it is called once for each message's body. The
// error is of type [Faults] and names everything that is wrong with any file.
func Load(fsys fs.FS, compile func(mjml string) (html string, err error)) (Policy, error) {
	d := &desk{fsys: fsys}
	var p Policy
	p.Shop = d.readShop()
	p.Frequency = d.readCaps()
	p.PromotionPause = d.readPromotionPause()
	p.Need = d.readNeed()
	p.Points = d.readPoints()
	p.Messages = d.readMessages(compile)
	for _, file := range d.files("offers") {
		p.Offers = append(p.Offers, d.readOffer(file))
	}
	for _, file := range d.files("campaigns") {
		p.Campaigns = append(p.Campaigns, d.readCampaign(file, p))
	}
	d.strays()
	if len(d.faults) > 0 {
		d.faults.sort()
		return Policy{}, d.faults
	}
	packed, err := Encode(p)
	if err != nil {
		return Policy{}, Faults{{File: ".", What: err.Error(), Hint: "take languages or messages out, or shorten the longest layouts"}}
	}
	p.Version = version(packed)
	return p, nil
}

// LoadOffers reads shop.yaml, need.yaml, points.yaml and the offers alone, for whoever writes
// offers: the policy has nothing else. The error is of type [Faults].
func LoadOffers(fsys fs.FS) (Policy, error) {
	d := &desk{fsys: fsys}
	p := Policy{Shop: d.readShop(), Need: d.readNeed(), Points: d.readPoints()}
	for _, file := range d.files("offers") {
		p.Offers = append(p.Offers, d.readOffer(file))
	}
	if len(d.faults) > 0 {
		d.faults.sort()
		return Policy{}, d.faults
	}
	return p, nil
}

// readMessages leaves the reading to package message. It adds what only the
// shop knows: that every message speaks all of its languages.
func (d *desk) readMessages(compile func(string) (string, error)) message.Set {
	below, err := fs.Sub(d.fsys, "messages")
	if err != nil {
		d.fault("messages", nil, err.Error(), "")
		return message.Set{}
	}
	set, faults := message.Load(below, compile)
	for _, f := range faults {
		d.faults = append(d.faults, Fault{File: path.Join("messages", f.File), Line: f.Line, What: f.What, Hint: f.Mend})
	}
	for id, m := range set.Messages {
		for _, language := range d.shop.Languages {
			if !slices.Contains(m.Languages, language) {
				d.fault(path.Join("messages", string(id), "message.yaml"), nil, fmt.Sprintf("the message does not speak %q, a language of the shop", language), "add "+language+".yaml, or take the language out of shop.yaml")
			}
		}
	}
	return set
}

// messages returns the names of the folders of messages, sound or not.
func (d *desk) messages() (folders []string) {
	entries, err := fs.ReadDir(d.fsys, "messages")
	if err != nil {
		return nil // package message has named it
	}
	for _, e := range entries {
		if e.IsDir() && names.MatchString(e.Name()) {
			folders = append(folders, e.Name())
		}
	}
	return folders
}

// files returns the YAML files of a folder, by name.
func (d *desk) files(folder string) (files []string) {
	entries, err := fs.ReadDir(d.fsys, folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.fault(folder, nil, fmt.Sprintf("it cannot be read: %v", err), "")
	}
	for _, e := range entries {
		if !e.IsDir() && path.Ext(e.Name()) == ".yaml" {
			files = append(files, path.Join(folder, e.Name()))
		}
	}
	return files
}

var names = regexp.MustCompile(`^[a-z][a-z0-9-]{0,47}$`)

// name returns what a file is called without its ending; sends, reasons and
// reports carry it.
func (d *desk) name(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".yaml")
	if !names.MatchString(name) {
		d.fault(file, nil, fmt.Sprintf("%q is no name", name), "use small letters, digits and dashes, a letter first, 48 at most")
	}
	return name
}

// strays adds a fault for each file that nothing reads, which is most often a
// slip in its name: what a marketer wrote would otherwise be ignored in silence.
func (d *desk) strays() {
	top := []string{"shop.yaml", "caps.yaml", "promotion-pause.yaml", "need.yaml", "points.yaml", "offer.schema.json", "offers", "campaigns", "messages"}
	for _, folder := range []string{".", "offers", "campaigns"} {
		entries, err := fs.ReadDir(d.fsys, folder)
		if err != nil {
			continue // named where the folder's files are read; a missing folder is an empty one
		}
		for _, e := range entries {
			file := path.Join(folder, e.Name())
			known := folder == "." && slices.Contains(top, e.Name()) || folder != "." && !e.IsDir() && path.Ext(e.Name()) == ".yaml"
			if known || strings.HasPrefix(e.Name(), ".") || e.Name() == "README.md" {
				continue
			}
			hint := "take it away"
			if near := condition.Nearest(e.Name(), top); folder == "." && near != "" {
				hint = "did you mean " + near + "?"
			} else if path.Ext(e.Name()) == ".yml" {
				hint = "name it " + strings.TrimSuffix(e.Name(), ".yml") + ".yaml"
			}
			d.fault(file, nil, "nothing reads this file", hint)
		}
	}
}
