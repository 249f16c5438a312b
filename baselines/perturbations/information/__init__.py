"""What can be read of what an agent carries: usable information, in bits (Xu et al. 2020).

Usable information about a variable y is H_V(y) - H_V(y | memory), where V says who reads: how much better readers of a
family V predict y with the memory than without it. Unlike Shannon's it can be had from samples, it counts only what
such a reader could use, and it may rise while nothing new is seen: thinking makes what is known easier to read.

`readers` says how it is measured; `linear` and `network` are the two families; `knowledge` asks who knows what, and
when.
"""
