"""The ensemble of members drawn from the priors."""

from pydantic import Field, PositiveInt

from paramscape.study._base import Settings


class FieldMixture(Settings):
    """Shares of the ways in which members' parameter fields are drawn; normalised by their sum."""

    independent: float = Field(0.25, ge=0, description="Each cell independent [weight].")
    correlated: float = Field(0.35, ge=0, description="Spatially correlated fields [weight].")
    mpr: float = Field(0.3, ge=0, description="Random transfer functions of soil [weight].")
    constant: float = Field(0.1, ge=0, description="One value in the whole domain [weight].")


class FieldSampling(Settings):
    """How the parameter field of a member is drawn."""

    mixture: FieldMixture = FieldMixture()
    correlation_length: float = Field(
        1.0, gt=0, description="Length scale of the correlated fields [degrees]."
    )


class Ensemble(FieldSampling):
    """Ensemble of VIC runs on which surrogates are trained."""

    train: PositiveInt = Field(description="Training members.")
    validation: PositiveInt = Field(description="Validation members, for early stopping.")
    test: PositiveInt = Field(description="Test members, for the surrogate's reported skill.")
    batch: PositiveInt = Field(50, description="Members in one job.")

    @property
    def members(self) -> int:
        """Number of members."""
        return self.train + self.validation + self.test

    @property
    def batches(self) -> int:
        """Number of jobs."""
        return -(-self.members // self.batch)

    def members_of_batch(self, batch: int) -> range:
        """The members of a batch, counted from 0.

        Raises:
            IndexError: if the batch does not exist.
        """
        if not 0 <= batch < self.batches:
            raise IndexError(f"batch {batch} does not exist; there are {self.batches} batches")
        first = batch * self.batch
        return range(first, min(first + self.batch, self.members))
