"""Training the bundled text-image perceptor: figures with captions, renders, contrastive learning."""
