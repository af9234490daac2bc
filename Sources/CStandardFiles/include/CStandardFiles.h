// Gives a program standard input, standard output and standard error, also where it is started without them.
//
// The program need not call anything: linking this target suffices.

#pragma once
