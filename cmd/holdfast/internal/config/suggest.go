package config

import "strings"

// suggest names the option that was meant, if one is near, or those that begin so.
func (s *Settings) suggest(key string) string {
	key = strings.ToLower(strings.ReplaceAll(key, "_", "-"))
	key = key[:min(len(key), 64)]
	var longer []string
	for _, o := range s.options {
		if strings.HasPrefix(o.Name, key+"-") && !o.Hidden {
			longer = append(longer, o.Name)
		}
	}
	if len(longer) > 0 {
		return "; did you mean " + strings.Join(longer, " or ") + "?"
	}
	best, least := "", max(2, len(key)/3)+1
	for _, o := range s.options {
		if o.Hidden {
			continue
		}
		if d := distance(key, o.Name); d < least {
			best, least = o.Name, d
		}
	}
	if best == "" {
		return "; holdfast config print shows all"
	}
	return "; did you mean " + best + "?"
}

// distance is that of Damerau and Levenshtein, with adjacent letters swapped at most once (optimal string alignment).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
