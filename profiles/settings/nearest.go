package settings

import "slices"

// Closest finds the word that a mistyped one is most like, "" if none is like it.
func Closest(word string, words []string) string { return nearest(word, words) }

// nearest finds the word that a mistyped one is most like, "" if none is like it.
func nearest(word string, words []string) string {
	if len(word) > 64 {
		return ""
	}
	best, found := max(2, len(word)/3)+1, ""
	for _, w := range slices.Sorted(slices.Values(words)) {
		if d := distance(word, w); d < best && d < max(len(w), len(word)) {
			best, found = d, w
		}
	}
	return found
}

// distance counts the letters to insert, delete, replace or swap with the next one to make b of a.
func distance(a, b string) int {
	var before []int // two rows up
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(next[j-1]+1, row[j]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
