"""The profile `rounded`: small counts are hidden, the others printed in fives."""
