"""The one sentence that stands under everything this program prints or draws."""

DISCLAIMER = (
    "clsim is a teaching and research simulator of an idealised patient. It is not a medical "
    "device, has not been validated for any patient, and must not be used for diagnosis, dosing, "
    "triage or any decision about a person's care."
)
