// Package config puts the options of a command together: defaults, then a YAML file, then the environment, then flags. The
// command's kong struct is the one source: names, types, defaults, bounds and help all come from it.
//
// A field may have these tags besides kong's own:
//
//	min:"1s"    the least value
//	max:"256M"  the largest
//	secret:""   the value is not shown, and may be given as the name of a file by NAME_FILE
//	reload:""   the value can be changed while the program runs
package config
