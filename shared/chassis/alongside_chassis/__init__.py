"""What every Alongside service is bolted to: delivery, storage, doors and telemetry; it knows no business word."""
