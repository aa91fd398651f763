package profiles

// seenKeys are the keys of a section with their lines. Real sections have a handful, for which a map is slow.
type seenKeys struct {
	few  []seenKey
	many map[string]int
}

type seenKey struct {
	key  string
	line int
}

const fewKeys = 16

// add notes a key, or tells the line of the same one above.
func (k *seenKeys) add(key string, number int) (first int, doubled bool) {
	for _, s := range k.few {
		if s.key == key {
			return s.line, true
		}
	}
	if len(k.few) < fewKeys {
		k.few = append(k.few, seenKey{key, number})
		return 0, false
	}
	if first, doubled = k.many[key]; doubled {
		return first, true
	}
	if k.many == nil {
		k.many = map[string]int{}
	}
	k.many[key] = number
	return 0, false
}

func (k *seenKeys) clear() {
	k.few = k.few[:0]
	clear(k.many)
}
