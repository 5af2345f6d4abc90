using ModelServing.Contracts;
using ModelServing.Oci;

namespace ModelServing.Services.Tests.Oci;

public class PredictionStoresTests
{
    [Fact]
    public void A_file_needs_no_identity()
    {
        PredictionStores.Check("sqlite:/srv/predictions.db", null);
        Assert.Equal("sqlite:/srv/predictions.db", PredictionStores.Open("sqlite:/srv/predictions.db", 30, null).Location);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sqlite:")]
    [InlineData("file:/srv/predictions.db")]
    [InlineData("/srv/predictions.db")]
    public void A_location_that_names_no_store_is_refused(string location)
    {
        var message = $"the prediction store is '{location}'; it must be sqlite:PATH, as in sqlite:/srv/predictions.db, "
            + "or nosql:COMPARTMENT-OCID/TABLE";
        Assert.Equal(message, Assert.Throws<ContractException>(() => PredictionStores.Open(location, 30, null)).Message);
        Assert.Equal(message, Assert.Throws<ContractException>(() => PredictionStores.Check(location, null)).Message);
    }

    [Theory]
    [InlineData("nosql:")]
    [InlineData("nosql:compartment/table")]
    [InlineData("nosql:ocid1.compartment.oc1..a/table; DROP TABLE other")]
    public void A_location_that_names_no_table_is_refused(string location) => Assert.StartsWith(
        $"the prediction store is '{location}'; it must be nosql:COMPARTMENT-OCID/TABLE, as in ",
        Assert.Throws<ContractException>(
            () => PredictionStores.Check(location, new OciSettings { Identity = OciIdentity.ConfigFile })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_table_needs_an_identity()
    {
        foreach (var open in (Action[])[
            () => PredictionStores.Open("nosql:ocid1.compartment.oc1..a/t", 30, null),
            () => PredictionStores.Check("nosql:ocid1.compartment.oc1..a/t", null),
        ])
        {
            Assert.Contains(
                "but the environment variable MODELSERVING_OCI_IDENTITY is not set",
                Assert.Throws<ContractException>(open).Message,
                StringComparison.Ordinal);
        }
    }
}
