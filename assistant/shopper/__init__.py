"""The counter: dialogue with shoppers, product answers, the order desk."""
