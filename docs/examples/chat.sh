#!/usr/bin/env bash
# Talk to a shop's clerk with curl, and ask the office with a key:
#   docs/examples/chat.sh http://localhost:7860 "do you have a warm jacket?"
#   SHOPCLERK_KEY=sck_... docs/examples/chat.sh http://localhost:7860 "do you have a warm jacket?" "net sales this year"
set -euo pipefail
shop=$1 message=$2 question=${3:-}

echo "as a whole:"
curl --silent --show-error --fail "$shop/api/v1/chat" --json "{\"text\": \"$message\"}"

echo -e "\n\nas it is said:"
curl --silent --show-error --fail --no-buffer "$shop/api/v1/chat/stream" --json "{\"text\": \"$message\"}"

echo "what there is to find:"
curl --silent --show-error --fail --get "$shop/api/v1/search" --data-urlencode "q=$message" --data k=3

if [ -n "$question" ]; then
  echo -e "\n\nthe office:"
  curl --silent --show-error --fail "$shop/api/v1/staff/ask" --oauth2-bearer "$SHOPCLERK_KEY" --json "{\"text\": \"$question\"}"
fi
echo
