"""Text, vectors, hits. Knows nothing of shops, chats or stores."""
