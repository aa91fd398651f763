package settings

import (
	"errors"
	"unicode/utf8"
)

// Check judges one key with its value (a text, true or false, or a list of texts) as it would stand in the settings:
// above all tables (table ""), in an "idp", a "profile" or the "accounts". What it refers to is not looked at. The error
// holds no value; checkDuration is as for Load.
func Check(table, key string, value any, checkDuration func(string) error) error {
	switch v := value.(type) {
	case string:
		if err := checkCharacters(v); err != nil {
			return err
		}
	case []string:
		list := make([]any, 0, len(v))
		for _, s := range v {
			if err := checkCharacters(s); err != nil {
				return err
			}
			list = append(list, s)
		}
		value = list
	}
	keys := map[string]any{key: value}
	t := tree{values: keys}
	switch table {
	case "idp":
		if _, said := keys["kind"]; !said {
			keys["kind"] = "adfs"
		}
		t.values = map[string]any{table: map[string]any{"x": keys}}
	case "profile":
		t.values = map[string]any{table: map[string]any{"x": keys}}
	case "accounts":
		t.values = map[string]any{table: keys}
	}
	if _, wrong := decode(t, true, checkDuration); wrong != nil {
		return errors.New(wrong.Reason)
	}
	return nil
}

// checkCharacters refuses what the text of a settings file cannot have.
func checkCharacters(s string) error {
	switch {
	case acting(s):
		return errors.New("has a control character")
	case !utf8.ValidString(s):
		return errors.New("is not UTF-8")
	}
	return nil
}
