"""The order desk: who is asking, what their orders say, and the few writes that the shop's policy allows."""
